"""The desk: what is open and whose it is, finding, filing and correcting, handing over, our own no, what is lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.casework.conftest import Clock, Table

from tweespoor.casework import (
    admitting,
    agreeing,
    checklist,
    consenting,
    filing,
    leaking,
    ledger,
    models,
    opening,
    overseeing,
    recording,
    settling,
    tasks,
    telling,
    transferring,
)
from tweespoor.casework.leaking import Authority, Cause, People
from tweespoor.casework.models import Access, Conversation, Leak, Role, Staff, Task, Visitor
from tweespoor.casework.overseeing import Act
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Children, DeclineReason
from tweespoor.rules.house import House, HouseError

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
DAY_MS = 24 * 3_600_000


def somebody(name: str, role: Role = Role.WORKER) -> Staff:
    return Staff.objects.create_user(name, role=role)


@pytest.fixture(autouse=True)
def ready(db: None) -> Staff:
    """End practice mode."""
    officer = somebody("fatima", Role.OFFICER)
    for item in checklist.ITEMS:
        checklist.tick(item, officer)
    return officer


@pytest.fixture
def mo(db: None) -> Staff:
    return somebody("mo", Role.MANAGER)


@pytest.fixture
def recorded(table: Table) -> Table:
    """A finished conversation with a recording."""
    table.begin()
    table.time.turn(120)
    recording.finish(table.id)
    return table


def open_kinds(staff: Staff) -> set[str]:
    return {task.kind for task in overseeing.open_tasks(staff).rows}


# Tasks -------------------------------------------------------------------------------------------------


def test_who_sees_which_tasks(recorded: Table, ready: Staff, mo: Staff) -> None:
    filing.note_secret(recorded.id, mentioned=True)
    clerk = somebody("cas", Role.CLERK)
    assert open_kinds(ready) == open_kinds(mo) == {"unfiled", "agreements", "secret"}
    assert open_kinds(clerk) == {"unfiled", "agreements"}
    assert overseeing.counts(clerk)[Task.Kind.UNFILED] == 1


def test_a_task_says_whose_it_is_since_when_and_until_when(recorded: Table, ready: Staff) -> None:
    task = Task.objects.get(kind="unfiled")
    assert task.worker == recorded.anna
    assert task.due_ms == task.since_ms + settling.house().filing_days * DAY_MS
    filing.note_secret(recorded.id, mentioned=True)
    secret = Task.objects.get(kind="secret")
    assert secret.due_ms == secret.since_ms


def test_a_recording_that_nobody_finishes_becomes_a_task_after_a_day(table: Table, ready: Staff) -> None:
    table.begin()
    assert "unfiled" not in open_kinds(ready)
    table.time.turn(25 * 3600)
    assert "unfiled" in open_kinds(ready)


def test_no_result_of_a_round_is_on_a_list_before_it_is_shown(table: Table, ready: Staff) -> None:
    table.everyone(Answer.NO)
    assert open_kinds(ready) == set()
    assert overseeing.counts(ready)[Task.Kind.OFFER] == 0
    table.reveal()
    assert open_kinds(ready) == {"offer"}


def test_practice_is_on_no_desk(time: Clock, anna: Staff, ready: Staff) -> None:
    conversation = opening.open_conversation(anna, 2, Children.NONE, practice=True)
    tasks.open_task(conversation, Task.Kind.UNFILED)
    assert open_kinds(ready) == set()
    with pytest.raises(UnknownError):
        overseeing.lay_open(ready, conversation)


def test_page_after_page_gives_every_task_once(time: Clock, anna: Staff, ready: Staff) -> None:
    for number in range(60):
        row = Conversation.objects.create(id=f"{number:032x}", worker=anna, opened_ms=time.ms, finished_ms=time.ms)
        tasks.open_task(row.pk, Task.Kind.UNFILED)
        time.turn(number % 2)
    seen, after = [], ""
    while True:
        page = overseeing.open_tasks(ready, after=after)
        seen += [task.conversation_id for task in page.rows]
        after = page.after
        if not after:
            break
    assert seen == [f"{number:032x}" for number in range(60)]


def test_a_part_that_is_locked_is_a_task(table: Table, ready: Staff) -> None:
    table.begin()
    agreeing.not_everyone(table.id)
    assert "locked" in open_kinds(ready)
    assert [part.part for part in overseeing.lay_open(ready, table.id).locked] == [1]


@pytest.mark.parametrize("after", ["x", "-", "1-", "-1", "1-x", "9" * 40 + "-1", "²-1"])
def test_a_mark_that_cannot_be_is_no_mark(recorded: Table, ready: Staff, after: str) -> None:
    assert overseeing.open_tasks(ready, after=after).rows
    assert overseeing.search(ready, since_ms=1, after=after).rows or "-" in after
    assert overseeing.declines(after).rows == []


# Finding -------------------------------------------------------------------------------------------------


def test_found_by_number_by_day_or_both(recorded: Table, ready: Staff) -> None:
    filing.file(recorded.id, "VT-2026-0012")
    here = Conversation.objects.get(pk=recorded.id).opened_ms

    def found(**asked: object) -> list[str]:
        return [row.pk for row in overseeing.search(ready, **asked).rows]  # type: ignore[arg-type] # by name

    assert found(number="VT-2026-0012") == found(number="  VT-2026") == [recorded.id]
    assert found(number="VT-2027") == found(number="T-2026") == []
    assert found(since_ms=here, until_ms=here + 1) == [recorded.id]
    assert found(until_ms=here) == []
    assert found(number="VT", since_ms=here) == [recorded.id]


def test_page_after_page_finds_everything_once(time: Clock, anna: Staff, ready: Staff) -> None:
    for number in range(60):
        dossier = f"VT-{number % 7}"
        Conversation.objects.create(id=f"{number:032x}", worker=anna, opened_ms=time.ms + number, dossier=dossier)
    for asked in ({"number": "VT"}, {"since_ms": 1}, {"number": "VT", "since_ms": 1}):
        seen, after = [], ""
        while True:
            page = overseeing.search(ready, after=after, **asked)
            seen += [row.pk for row in page.rows]
            after = page.after
            if not after:
                break
        assert len(seen) == len(set(seen)) == 60, asked


def test_a_worker_finds_the_own_conversations_only(recorded: Table) -> None:
    other = somebody("olga")
    assert overseeing.search(other, since_ms=0).rows == []
    assert [row.pk for row in overseeing.search(recorded.anna, since_ms=0).rows] == [recorded.id]
    with pytest.raises(UnknownError):
        overseeing.lay_open(other, recorded.id)


def test_looking_and_searching_are_written_down(recorded: Table, ready: Staff) -> None:
    overseeing.search(ready, number="VT")
    overseeing.lay_open(ready, recorded.id)
    found = Access.objects.filter(staff=ready).values_list("action", "conversation_id")
    assert list(found.order_by("pk")) == [("desk.search", None), ("conversation.look", recorded.id)]


# Filing --------------------------------------------------------------------------------------------------


def test_a_wrong_number_is_corrected_by_a_fact_and_the_reason_is_kept(recorded: Table, ready: Staff) -> None:
    filing.file(recorded.id, "2026-1", staff=recorded.anna)
    with pytest.raises(Refused) as refused:
        filing.file(recorded.id, "2026-2", staff=recorded.anna)
    assert refused.value.codes == ("4b.reason-missing",)
    filing.file(recorded.id, "2026-2", staff=recorded.anna, reason="cijfers omgedraaid")
    assert recorded.kinds().count("DossierFiled") == 2
    assert [(one.number, one.reason) for one in filing.history(recorded.id)] == [
        ("2026-1", ""),
        ("2026-2", "cijfers omgedraaid"),
    ]
    assert Conversation.objects.get(pk=recorded.id).dossier == "2026-2"


def test_the_same_number_again_changes_nothing(recorded: Table) -> None:
    filing.file(recorded.id, "2026-1")
    before = recorded.kinds()
    filing.file(recorded.id, " 2026-1 ")
    assert recorded.kinds() == before


def test_a_number_of_another_form_is_refused(recorded: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    house = replace(settling.house(), dossier_pattern=r"VT-\d{4}-\d{4}", dossier_example="VT-2026-0012")
    monkeypatch.setattr(settling, "house", lambda: house)
    before = recorded.kinds()
    for number in ("2026-1", "VT-2026-00123", "xVT-2026-0012"):
        with pytest.raises(Refused) as refused:
            filing.file(recorded.id, number)
        assert refused.value.codes == ("4b.other-form",)
    assert recorded.kinds() == before
    filing.file(recorded.id, " VT-2026-0012 ")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('dossier_pattern = "["', "regular expression"),
        ('dossier_pattern = "VT-[0-9]+"', "dossier_example"),
        ('dossier_pattern = "VT-[0-9]+"\ndossier_example = "2026"', "does not have the form"),
    ],
)
def test_a_form_that_cannot_be_is_told_at_the_start(lines: str, says: str) -> None:
    with pytest.raises(HouseError, match=says):
        House.from_text(f'organisation = "x"\nhelpline = "0800-2000"\n{lines}')


def test_a_note_lies_sealed_with_the_recording(recorded: Table) -> None:
    assert filing.note(recorded.id) == ""
    filing.write_note(recorded.id, "  Vervolg op 2025-7.  ", staff=recorded.anna)
    filing.write_note(recorded.id, "Vervolg op 2025-8.", staff=recorded.anna)
    assert filing.note(recorded.id) == "Vervolg op 2025-8."
    assert b"Vervolg" not in bytes(models.Disclosure.objects.get(field="note").sealed)
    with pytest.raises(Refused):
        filing.write_note(recorded.id, "x" * 10_001)
    filing.write_note(recorded.id, "")
    assert filing.note(recorded.id) == ""


def test_the_officer_listens_before_a_secret_is_released(recorded: Table, ready: Staff) -> None:
    filing.note_secret(recorded.id, mentioned=True)
    with pytest.raises(Refused) as refused:
        filing.review_secret(recorded.id, ready)
    assert refused.value.codes == ("0c.not-listened",)
    Access.objects.create(at_ms=recorded.time.ms, staff=ready, action="recording.listen", conversation_id=recorded.id)
    filing.review_secret(recorded.id, ready)
    assert ledger.state(recorded.id).secret_reviewed
    assert "secret" not in open_kinds(ready)


# Handing over ------------------------------------------------------------------------------------------------


def test_the_work_moves_and_who_gave_it_away_no_longer_sees_it(recorded: Table, mo: Staff) -> None:
    olga = somebody("olga")
    telling.in_person(recorded.id, "contact", 2)
    before = recorded.facts()
    transferring.transfer(recorded.id, olga.pk, by=recorded.anna)
    assert (telling.to_tell(recorded.anna).count(), telling.to_tell(olga).count()) == (0, 1)
    assert recorded.facts() == before
    assert {task.conversation_id for task in tasks.open_for(olga)} == {recorded.id}
    assert not tasks.open_for(recorded.anna).exists()
    with pytest.raises(UnknownError):
        overseeing.lay_open(recorded.anna, recorded.id)
    assert Act.HEAR in overseeing.lay_open(olga, recorded.id).may
    assert Access.objects.filter(action="conversation.hand-over", staff=recorded.anna, about="olga").exists()


def test_not_while_it_is_being_recorded(table: Table, mo: Staff) -> None:
    table.begin()
    with pytest.raises(Refused):
        transferring.transfer(table.id, mo.pk, by=table.anna)


def test_only_to_who_may_have_it(recorded: Table, ready: Staff) -> None:
    gone = Staff.objects.create_user("gone", role=Role.WORKER, is_active=False)
    for who in (ready.pk, gone.pk, recorded.anna.pk, 10**17):
        with pytest.raises(UnknownError):
            transferring.transfer(recorded.id, who, by=recorded.anna)


# Our own no --------------------------------------------------------------------------------------------------


def test_our_own_no_is_for_manager_and_officer_with_numbers(lay: Callable[..., Table], ready: Staff, mo: Staff) -> None:
    for reason in (DeclineReason.SAFETY, DeclineReason.SAFETY, DeclineReason.OTHER):
        table = lay(2)
        consenting.decline(table.id, table.anna, reason)
        table.reveal()
    assert overseeing.decline_counts(0) == {"anna": {"safety": 2, "other": 1}}
    assert len(overseeing.declines().rows) == 3
    assert Act.SEE_DECLINE not in overseeing.may(somebody("cas", Role.CLERK), Conversation.objects.all()[0])
    (review,) = [task for task in overseeing.open_tasks(mo).rows if task.kind == "decline-review"]
    with pytest.raises(Refused):
        overseeing.review_decline(review.conversation_id, mo, "  ")
    overseeing.review_decline(review.conversation_id, mo, "Goed besproken.")
    assert Task.objects.get(pk=review.pk).note == "Goed besproken."


# What is lost ------------------------------------------------------------------------------------------------


def codes_of(table: Table) -> int:
    return models.ListeningCode.objects.filter(conversation_id=table.id, ended_ms=None).count()


def test_one_act_withdraws_everything_of_one_person(recorded: Table, ready: Staff) -> None:
    for seat in (2, 3):
        admitting.issue(recorded.id, seat, "appeltaart")
    leak = leaking.report(recorded.id, staff=recorded.anna, seat=2, cause=Cause.PHONE)
    assert codes_of(recorded) == 1
    assert set(Visitor.objects.filter(conversation_id=recorded.id).values_list("seat", flat=True)) == {3}
    assert leak.due_ms == leak.at_ms + 72 * 3_600_000
    assert list(leaking.unfinished()) == [leak]


def test_or_of_everyone_in_a_conversation(recorded: Table) -> None:
    for seat in (2, 3):
        admitting.issue(recorded.id, seat, "appeltaart")
    leaking.report(recorded.id, staff=recorded.anna)
    assert codes_of(recorded) == 0
    assert not Visitor.objects.filter(conversation_id=recorded.id).exists()
    row = Conversation.objects.get(pk=recorded.id)
    assert (row.figures, row.join_token, row.code_until_ms) == ("", "", 0)


def test_law_11_only_the_officer_hears_what_participants_had(recorded: Table) -> None:
    admitting.issue(recorded.id, 2, "appeltaart")
    assert leaking.holdings(recorded.id) == []
    assert [(one.what, one.seat) for one in leaking.holdings(recorded.id, everything=True)] == [("code.give", 2)]
    assert leaking.holdings(recorded.id, 3, everything=True) == []


def test_a_seat_that_nobody_has_is_not_there(recorded: Table) -> None:
    with pytest.raises(UnknownError):
        leaking.report(recorded.id, staff=recorded.anna, seat=9)
    assert not Leak.objects.exists()


def test_the_officer_writes_down_what_was_decided(recorded: Table, ready: Staff) -> None:
    leak = leaking.report(recorded.id, seat=2, cause=Cause.SEEN)
    with pytest.raises(Refused):
        leaking.decide(leak.pk, ready, Authority.REPORTED, People.TOLD, " ")
    leaking.decide(leak.pk, ready, Authority.NOT_NEEDED, People.TO_TELL, "De telefoon was op slot.")
    assert not leaking.unfinished().exists()
    assert models.ToTell.objects.get().seat == 2
    actions = Access.objects.filter(action__startswith="leak.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["leak.report", "leak.decide"]


def test_a_lost_device_of_somebody_who_works_here_lets_nobody_in(anna: Staff) -> None:
    anna.set_password("paars fietst regen")
    anna.save()
    leak = leaking.report_own_device(anna)
    assert not Staff.objects.get(pk=anna.pk).has_usable_password()
    assert leak.conversation is None


def test_the_rules_still_hold_after_all_of_it(recorded: Table) -> None:
    filing.file(recorded.id, "2026-1")
    ledger.forget(recorded.id)
    assert isinstance(recorded.facts()[-1], facts.DossierFiled | facts.ConversationClosed)
    assert ledger.fold(recorded.id).state.filed
