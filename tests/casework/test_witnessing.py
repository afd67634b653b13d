"""The access log says who did what, is never changed, tells participants only what is theirs, and names its readers."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from tests.casework.conftest import Clock, Table

from tweespoor.casework import filing, models, practising, recording, witnessing
from tweespoor.casework.models import Access, Role, Staff
from tweespoor.casework.witnessing import Origin, witness

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def fatima(db: None) -> Staff:
    return Staff.objects.create_user("fatima", role=Role.OFFICER)


def test_a_line_says_who_as_what_about_what_from_where_and_when(time: Clock, table: Table, fatima: Staff) -> None:
    witness("recording.look", staff=fatima, conversation_id=table.id, about="x")
    said = witnessing.line(Access.objects.get())
    assert tuple(said) == witnessing.FIELDS
    assert said | {"number": 0} == {
        "number": 0,
        "time": "2025-11-23T12:13:20.000+00:00",
        "actor": "fatima",
        "role": "officer",
        "seat": None,
        "action": "recording.look",
        "conversation": table.id,
        "about": "x",
        "result": "done",
        "origin": "desk",
    }


def test_where_it_came_from_follows_from_who_acts(fatima: Staff) -> None:
    witness("a", staff=fatima)
    witness("b", seat=2)
    witness("c")
    witness("d", staff=fatima, origin=Origin.COMMAND)
    assert list(Access.objects.order_by("pk").values_list("origin", flat=True)) == [
        "desk",
        "phone",
        "server",
        "command",
    ]


def test_the_role_is_that_of_the_moment(fatima: Staff) -> None:
    witness("a", staff=fatima)
    Staff.objects.filter(pk=fatima.pk).update(role=Role.WORKER)
    assert witnessing.line(Access.objects.get())["role"] == "officer"


@pytest.mark.parametrize("how", ["change", "remove"])
def test_the_database_refuses_to_change_the_log(fatima: Staff, how: str) -> None:
    witness("a", staff=fatima)
    rows = Access.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(action="b") if how == "change" else rows.delete()
    assert Access.objects.get().action == "a"


def test_lines_of_more_than_five_years_may_go(time: Clock, fatima: Staff) -> None:
    witness("old", staff=fatima)
    time.turn(6 * 366 * 24 * 3600)
    witness("new", staff=fatima)
    Access.objects.filter(action="old").delete()
    assert Access.objects.get().action == "new"


def test_practice_leaves_no_line(lay: Callable[..., Table], fatima: Staff) -> None:
    table = lay(2)
    assert models.Conversation.objects.get(pk=table.id).practice
    witness("recording.look", staff=fatima, conversation_id=table.id)
    practising.leave(table.id)
    assert not Access.objects.filter(conversation_id=table.id).exists()


def test_law_11_participants_see_what_staff_did_and_never_what_another_did(table: Table, fatima: Staff) -> None:
    witness("recording.listen", staff=fatima, conversation_id=table.id)
    before = witnessing.told(table.id, 3)
    for action in ("recording.copy", "code.enter", "recording.listen", "request.wipe"):
        witness(action, conversation_id=table.id, seat=2)
        witness(action, staff=fatima, conversation_id=table.id, seat=2)
    witness("request.letter", staff=fatima, conversation_id=table.id)
    witness("code.revoke", staff=fatima, conversation_id=table.id)
    assert witnessing.told(table.id, 3) == before == witnessing.told(table.id)
    assert [(one.role, one.action) for one in before] == [("officer", "recording.listen")]


def test_filing_is_written_down_with_who_did_it(table: Table) -> None:
    table.begin()
    recording.finish(table.id)
    filing.file(table.id, "2026-1", staff=table.anna)
    filing.file(table.id, "2026-2", staff=table.anna, reason="verkeerd getypt")
    told = [one.action for one in witnessing.told(table.id, 2)]
    assert told == ["dossier.file", "dossier.correct"]


def test_reading_the_log_is_written_down(fatima: Staff, table: Table) -> None:
    list(witnessing.read(fatima, username="anna", conversation_id=table.id))
    list(witnessing.read(None, how="export", conversation_id="no such thing, and too long for any column"))
    look, export = Access.objects.order_by("pk")
    assert (look.action, look.staff, look.about, look.conversation_id) == ("log.look", fatima, "anna", table.id)
    assert (export.action, export.staff, export.conversation_id) == ("log.export", None, None)


def test_it_is_read_by_period_person_and_conversation(time: Clock, table: Table, fatima: Staff) -> None:
    witness("a", staff=fatima)
    time.turn(60)
    witness("b", staff=table.anna, conversation_id=table.id)
    now = time.ms
    assert {row.action for row in witnessing.read(fatima, since_ms=now)} >= {"b"}
    assert "b" not in {row.action for row in witnessing.read(fatima, until_ms=now)}
    assert {row.action for row in witnessing.read(fatima, username="anna")} == {"b"}
    assert {row.action for row in witnessing.read(fatima, conversation_id=table.id)} >= {"b"}


def test_page_after_page_gives_every_line_once(time: Clock, fatima: Staff) -> None:
    for number in range(60):
        witness(f"a{number}", staff=fatima)
        time.turn(number % 3)
    rows, after, seen = witnessing.read(fatima), "", []
    while True:
        page = witnessing.page(rows, after)
        seen += [row.action for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == ["log.look", *(f"a{number}" for number in reversed(range(60)))]


def test_as_csv_and_as_json_lines(fatima: Staff) -> None:
    witness("a", staff=fatima, about="=cmd()")
    rows = list(Access.objects.all())
    (line,) = csv.DictReader(io.StringIO("".join(witnessing.csv_lines(rows))))
    assert line["actor"] == "fatima"
    assert line["about"] == "'=cmd()"
    assert json.loads("".join(witnessing.json_lines(rows)))["about"] == "=cmd()"


def test_no_address_and_no_device_has_a_place_in_it() -> None:
    names = {field.name for field in Access._meta.get_fields()}
    assert names == {"id", "at_ms", "staff", "role", "seat", "action", "conversation", "about", "result", "origin"}
