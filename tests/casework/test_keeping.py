"""Terms, what is due, and the one path on which a journal goes: nothing here is ever destroyed by itself."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import DAY_S, codes_of, keep_for, officer, term_over, turn_to, years_later
from tests.casework.recorded import Recorded

from tweespoor.casework import (
    attaching,
    checking,
    dropping,
    holding,
    keeping,
    ledger,
    models,
    opening,
    places,
    sweeping,
    wiping,
)
from tweespoor.casework.keeping import Due, What
from tweespoor.casework.models import Attachment, Task
from tweespoor.errors import DamagedError, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Children
from tweespoor.rules.keeping import after_years, year_of
from tweespoor.rules.kinds import Ground

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture
def late(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let it be a day after the term of twenty years."""
    return term_over(monkeypatch, talk)


def told(found: list[Due]) -> list[tuple[str, What]]:
    return [(one.row.pk, one.what) for one in found]


def found_now() -> list[tuple[str, What]]:
    """Look for what became due, as happens once an hour, and give what is."""
    keeping.remind()
    return told(keeping.due())


# What is due -------------------------------------------------------------------------------------------


def test_where_nobody_looked_it_up_nothing_is_ever_due(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch, retention_years=0)
    years_later(monkeypatch, talk, 100)
    assert keeping.due() == []
    assert keeping.remind() == 0
    assert keeping.term_of(models.Conversation.objects.get(pk=talk.id), talk.state) is None


def test_sound_is_due_when_its_term_ended_and_not_a_second_before(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for(monkeypatch)
    made = models.Conversation.objects.get(pk=talk.id).opened_ms
    time = turn_to(monkeypatch, after_years(made, 20) - 1000)
    assert found_now() == []
    time.turn(1)
    assert found_now() == [(talk.id, What.SOUND)]


def test_sound_can_go_before_the_rest(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch, sound_years=5)
    time = years_later(monkeypatch, talk, 5)
    assert found_now() == [(talk.id, What.SOUND)]
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())
    assert keeping.due() == []
    time.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    assert keeping.due() == []
    assert codes_of(lambda: dropping.announce(talk.id, staff=officer())) == ("4b.still-kept",)
    years_later(monkeypatch, talk, 20)
    assert found_now() == [(talk.id, What.REST)]


def test_the_year_of_the_youngest_child_is_asked_first_and_then_waited_for(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for(monkeypatch, retention_years=5, retention_until_adult=True)
    time = years_later(monkeypatch, talk, 5)
    with ledger.writing(talk.id) as page:
        page.add(facts.PeopleCounted(at=page.now, people=3, children=Children.DISCUSSED))
    assert found_now() == [(talk.id, What.YEAR)]
    assert codes_of(lambda: wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())) == ("4b.still-kept",)
    year = year_of(time.ms) + 4
    keeping.note_year(talk.id, year, staff=officer())
    assert keeping.due() == []
    assert codes_of(lambda: wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())) == ("4b.still-kept",)
    years_later(monkeypatch, talk, 10)
    assert found_now() == [(talk.id, What.SOUND)]
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())


@pytest.mark.parametrize("year", [0, 1000, 2024, 9999])
def test_a_year_that_cannot_be_is_refused(talk: Recorded, year: int) -> None:
    assert codes_of(lambda: keeping.note_year(talk.id, year, staff=officer())) == ("4b.year",)


@pytest.mark.usefixtures("late")
def test_what_is_held_is_not_due(talk: Recorded) -> None:
    holding.place(talk.id, Ground.COURT, staff=officer())
    assert keeping.due() == []
    holding.lift(talk.id, staff=officer())
    assert told(keeping.due()) == [(talk.id, What.SOUND)]


@pytest.mark.usefixtures("late")
def test_practice_is_never_due(talk: Recorded) -> None:
    models.Conversation.objects.create(id="0" * 32, worker=talk.worker, opened_ms=0, practice=True)
    assert found_now() == [(talk.id, What.SOUND)]
    with pytest.raises(UnknownError):
        keeping.row_of("0" * 32)


# Law 12: sweeping reminds -------------------------------------------------------------------------------


def wrapped() -> set[tuple[int, bytes]]:
    return {(key.pk, bytes(key.wrapped)) for key in models.WrappedKey.objects.all()}


def test_law_12_sweeping_opens_a_task_and_destroys_nothing(
    talk: Recorded, late: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, keys, tracks = list(ledger.lines(talk.id)), wrapped(), sorted(places.tracks().rglob("*.track"))
    monkeypatch.setattr(sweeping, "_reminded_at", 0)
    monkeypatch.setattr(sweeping, "close_old_connections", lambda: None)  # this test has one, for all of it
    sweeping.sweep()
    task = Task.objects.get(conversation_id=talk.id, kind=Task.Kind.RETENTION)
    assert (task.done_ms, task.due_ms) == (None, late.ms)
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())
    late.turn(400 * DAY_S)
    sweeping.sweep()
    assert keys <= wrapped()  # a sweep may make the key that signs the journal
    assert sorted(places.tracks().rglob("*.track")) == tracks
    assert list(ledger.lines(talk.id))[:-1] == lines


def test_what_was_kept_longer_is_asked_about_again_after_a_year(talk: Recorded, late: Clock) -> None:
    assert keeping.remind() == 1
    assert keeping.remind() == 0
    Task.objects.filter(conversation_id=talk.id, kind=Task.Kind.RETENTION).update(done_ms=late.ms)
    late.turn(300 * DAY_S)
    assert keeping.remind() == 0
    late.turn(66 * DAY_S)
    assert keeping.remind() == 1


# Dropping ------------------------------------------------------------------------------------------------


def end(talk: Recorded, time: Clock) -> None:
    """Announce, wait, and wipe the sound."""
    dropping.announce(talk.id, staff=officer())
    time.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())


def test_at_the_end_one_line_is_left_and_nothing_else(talk: Recorded, late: Clock) -> None:
    attaching.attach(talk.id, 2, Attachment.Kind.STATEMENT, "Het was een goed gesprek.", staff=officer())
    dropping.announce(talk.id, staff=officer())
    assert talk.state.parts[1].locked is Ground.RETENTION_ENDED
    assert codes_of(lambda: dropping.drop(talk.id, staff=officer())) == ("5a.still-there", "5a.too-early")
    late.turn(30 * DAY_S)
    assert codes_of(lambda: dropping.drop(talk.id, staff=officer())) == ("5a.still-there",)
    wiping.wipe(talk.id, 1, staff=officer())
    assert [row.pk for row in dropping.announced()] == [talk.id]
    made = models.Conversation.objects.get(pk=talk.id).opened_ms
    line = dropping.drop(talk.id, staff=officer())
    assert not models.Conversation.objects.filter(pk=talk.id).exists()
    for table in (models.Entry, models.Track, models.Task, models.Wiping, models.Keeping, models.Visitor):
        assert not table._default_manager.filter(conversation_id=talk.id).exists()
    for apart in (models.WrappedKey, models.Disclosure, models.Attachment, models.SafeWay):
        assert not apart._default_manager.filter(conversation=talk.id).exists()
    assert list(dropping.register()) == [line]
    assert (line.made, line.parts, line.ground) == (dropping._month(made), 1, Ground.RETENTION_ENDED)
    assert line.dropped == dropping._month(late.ms)
    kept = {field.name for field in models.RegisterLine._meta.fields}
    assert kept == {"id", "made", "dropped", "parts", "ground", "previous", "digest"}
    log = models.Access.objects.get(action="conversation.drop")
    assert (log.staff, log.conversation_id, log.about) == (officer(), None, f"register {line.pk}")
    found = {one.kind: one for one in checking.everything()}
    assert found["register"].told == "1 dropped"
    with pytest.raises(UnknownError):
        dropping.drop(talk.id, staff=officer())


def test_nothing_is_dropped_that_is_held_objected_to_or_still_kept(
    talk: Recorded, late: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    end(talk, late)
    holding.place(talk.id, Ground.COMPLAINT, staff=officer())
    assert "5a.held" in codes_of(lambda: dropping.drop(talk.id, staff=officer()))
    holding.lift(talk.id, staff=officer())
    assert codes_of(lambda: dropping.drop(talk.id, staff=officer())) == ("5a.not-locked",)
    dropping.announce(talk.id, staff=officer())
    assert codes_of(lambda: dropping.drop(talk.id, staff=officer())) == ("5a.too-early",)
    wiping.object_to(talk.id, "Nog niet.", staff=officer())
    late.turn(31 * DAY_S)
    assert codes_of(lambda: dropping.drop(talk.id, staff=officer())) == ("5a.not-locked",)
    keep_for(monkeypatch, retention_years=50)
    assert "4b.still-kept" in codes_of(lambda: dropping.drop(talk.id, staff=officer()))
    assert models.Conversation.objects.filter(pk=talk.id).exists()


def test_a_conversation_without_sound_goes_the_same_way(talk: Recorded, late: Clock) -> None:
    late.ms = models.Conversation.objects.get(pk=talk.id).opened_ms
    quiet = opening.open_conversation(talk.worker, 2, Children.NONE)
    late.turn(21 * 366 * DAY_S)
    assert (quiet, What.REST) in found_now()
    dropping.announce(quiet, staff=officer())
    dropping.announce(quiet, staff=officer())
    late.turn(30 * DAY_S)
    assert dropping.drop(quiet, staff=officer()).parts == 0


# Tampering -------------------------------------------------------------------------------------------------


def refused(act: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        act()  # type: ignore[operator]


def a_line(previous: str = dropping.GENESIS, parts: int = 1) -> models.RegisterLine:
    line = models.RegisterLine(made="2026-11", dropped="2046-11", parts=parts, ground="retention-ended")
    line.previous = previous
    line.digest = dropping.digest(line)
    line.save()
    return line


def test_the_database_lets_a_conversation_go_on_no_other_path(talk: Recorded, late: Clock) -> None:
    rows = models.Conversation.objects.filter(pk=talk.id)
    entries = models.Entry.objects.filter(conversation_id=talk.id)
    line = a_line()
    refused(lambda: rows.update(register=line))  # sound is there, nothing was announced
    dropping.announce(talk.id, staff=officer())
    refused(lambda: rows.update(register=line))  # sound is there
    late.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    refused(entries.delete)
    refused(lambda: entries.update(line=b"x"))
    refused(lambda: models.Conversation.objects.get(pk=talk.id).delete())
    models.Keeping.objects.filter(conversation_id=talk.id).update(hold="court")
    refused(lambda: rows.update(register=line))  # a hold stands
    models.Keeping.objects.filter(conversation_id=talk.id).update(hold="")
    rows.update(register=line)
    refused(lambda: entries.update(line=b"x"))
    refused(lambda: rows.update(register=None))
    refused(lambda: rows.update(register=a_line(line.digest)))


def test_one_line_of_the_register_speaks_of_one_conversation(talk: Recorded, late: Clock) -> None:
    end(talk, late)
    late.ms -= 25 * 366 * DAY_S * 1000
    other = opening.open_conversation(talk.worker, 2, Children.NONE)
    late.ms += 25 * 366 * DAY_S * 1000
    dropping.announce(other, staff=officer())
    line = a_line()
    models.Conversation.objects.filter(pk=talk.id).update(register=line)
    refused(lambda: models.Conversation.objects.filter(pk=other).update(register=line))


@pytest.mark.usefixtures("anna")
def test_a_line_of_the_register_is_never_changed_or_removed() -> None:
    first = a_line()
    second = a_line(first.digest, parts=2)
    lines = models.RegisterLine.objects.filter(pk=first.pk)
    refused(lambda: lines.update(parts=9))
    refused(lines.delete)
    assert list(dropping.register()) == [first, second]
    with transaction.atomic():
        on = "" if connection.vendor == "sqlite" else " ON casework_registerline"
        connection.cursor().execute(f"DROP TRIGGER register_fixed{on}")
        lines.update(parts=9)
    with pytest.raises(DamagedError):
        list(dropping.register())
    assert [one.wrong for one in checking.everything() if one.kind == "register"] != [""]


@pytest.mark.usefixtures("anna")
def test_every_guard_is_there_after_all_migrations() -> None:
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor != "sqlite":
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(names)
        found = {name for (name,) in cursor.fetchall()}
    assert found >= {
        *("entry_fixed", "entry_kept", "conversation_kept", "practice_fixed", "register_once", "register_fixed"),
        *("register_kept", "access_fixed", "access_kept"),
    }
