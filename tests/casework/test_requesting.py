"""Requests, per person: to be given it, by the table of ages; to keep, cover or wipe it; texts that are attached."""

from collections.abc import Callable

import pytest
from tests.casework.conftest import DATABASES, Clock, Table
from tests.casework.kept import DAY_S, codes_of, keep_for, officer, years_later
from tests.casework.recorded import Recorded

from tweespoor.casework import (
    attaching,
    checklist,
    holding,
    ledger,
    listening,
    models,
    overseeing,
    places,
    requesting,
    scrubbing,
    tasks,
    telling,
    wiping,
)
from tweespoor.casework.models import Attachment, Task
from tweespoor.errors import UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Children, Kind
from tweespoor.rules.keeping import after_months
from tweespoor.rules.kinds import Ground
from tweespoor.rules.requests import Asker, Decision, Outcome, Request, Wish

pytestmark = pytest.mark.django_db(databases=DATABASES)

SELF = Request(Asker.SELF)


def asked(talk: Recorded, wish: Wish = Wish.WIPE) -> models.Request:
    return requesting.ask(talk.id, 2, wish, SELF, staff=officer())


def test_a_request_has_its_term_and_its_task(talk: Recorded) -> None:
    wipe, access = asked(talk), asked(talk, Wish.ACCESS)
    assert wipe.due_ms == after_months(wipe.came_ms, 3)
    assert access.due_ms == after_months(access.came_ms, 1)
    assert [one.pk for one in requesting.open_now()] == [access.pk, wipe.pk]
    task = Task.objects.get(conversation_id=talk.id, kind=Task.Kind.REQUEST)
    assert task.done_ms is None
    requesting.decide(wipe.pk, Decision.COVER, "Alleen de naam van de buurvrouw.", staff=officer())
    assert Task.objects.get(pk=task.pk).done_ms is None
    requesting.decide(access.pk, Decision.GIVE, "", staff=officer())
    assert Task.objects.get(pk=task.pk).done_ms is not None
    assert not requesting.open_now().exists()


def test_the_term_runs_from_the_day_on_which_it_came_and_never_from_tomorrow(talk: Recorded) -> None:
    earlier = requesting.ask(talk.id, 2, Wish.WIPE, SELF, staff=officer(), came_ms=talk.state.at)
    assert earlier.came_ms == talk.state.at
    ahead = requesting.ask(talk.id, 2, Wish.WIPE, SELF, staff=officer(), came_ms=talk.state.at + 10**12)
    assert ahead.came_ms < talk.state.at + 10**12


@pytest.mark.parametrize("seat", [1, 9])
def test_only_who_took_part_asks(talk: Recorded, seat: int) -> None:
    with pytest.raises(UnknownError):
        requesting.ask(talk.id, seat, Wish.WIPE, SELF, staff=officer())
    with pytest.raises(UnknownError):
        attaching.attach(talk.id, seat, Attachment.Kind.STATEMENT, "Ik was er niet.", staff=officer())


def test_to_wipe_announces_the_parts_of_this_person_and_the_letter_tells_both_dates(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for(monkeypatch)
    time = years_later(monkeypatch, talk, 1)
    request = requesting.decide(asked(talk).pk, Decision.WIPE, "", staff=officer())
    told = wiping.latest(talk.id, 1)
    assert told is not None
    assert (told.request_id, told.ground) == (request.pk, Ground.REQUEST)
    assert talk.state.parts[1].locked is Ground.REQUEST
    letter = requesting.letter(request.pk, staff=officer())
    assert (letter.erasable, letter.done) == (told.erasable_ms, None)
    time.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    letter = requesting.letter(request.pk, staff=officer())
    assert (letter.done, letter.certain) == (time.ms, time.ms + 30 * DAY_S * 1000)
    assert not letter.is_there


@pytest.mark.parametrize("decision", [Decision.KEEP, Decision.COVER])
def test_to_keep_or_cover_needs_a_reason_and_changes_no_sound(talk: Recorded, decision: Decision) -> None:
    request = asked(talk)
    lines = list(ledger.lines(talk.id))
    assert codes_of(lambda: requesting.decide(request.pk, decision, " ", staff=officer())) == ("4b.text",)
    assert requesting.find(request.pk).decided_ms is None
    requesting.decide(request.pk, decision, "De wet vraagt dat.", staff=officer())
    assert requesting.letter(request.pk, staff=officer()).reason == "De wet vraagt dat."
    assert list(ledger.lines(talk.id)) == lines
    assert listening.look(talk.worker, talk.id).drawing is not None


def test_under_a_hold_a_request_to_wipe_is_refused_and_stays_open(talk: Recorded) -> None:
    request = asked(talk)
    holding.place(talk.id, Ground.COURT, staff=officer())
    assert codes_of(lambda: requesting.decide(request.pk, Decision.WIPE, "", staff=officer())) == ("5a.held",)
    assert requesting.find(request.pk).decided_ms is None
    assert not wiping.under_way(talk.id).exists()


def test_two_officers_decide_at_once_and_the_second_sees_what_it_was(talk: Recorded) -> None:
    request = asked(talk)
    requesting.decide(request.pk, Decision.KEEP, "Het is nodig.", staff=officer())
    seen = requesting.decide(request.pk, Decision.WIPE, "", staff=officer("bart"))
    assert (seen.decision, seen.staff) == (Decision.KEEP, officer())
    assert not wiping.under_way(talk.id).exists()


@pytest.mark.parametrize(("wish", "decision"), [(Wish.WIPE, Decision.GIVE), (Wish.ACCESS, Decision.WIPE)])
def test_a_decision_of_another_request_is_none(talk: Recorded, wish: Wish, decision: Decision) -> None:
    request = asked(talk, wish)
    with pytest.raises(UnknownError):
        requesting.decide(request.pk, decision, "x", staff=officer())
    with pytest.raises(UnknownError):
        requesting.letter(request.pk, staff=officer())
    with pytest.raises(UnknownError):
        requesting.find(10**9)


@pytest.mark.parametrize(
    ("kind", "request_", "codes"),
    [
        (Kind.CHILD, SELF, ("0c.not-able",)),
        (Kind.CHILD, Request(Asker.PARENT, harms=False), ()),
        (Kind.YOUTH_12, SELF, ("0c.able-unassessed",)),
        (Kind.YOUTH_12, Request(Asker.SELF, able=True), ()),
        (Kind.YOUTH_12, Request(Asker.PARENT, harms=True), ("0c.harms-child",)),
        (Kind.YOUTH_16, Request(Asker.PARENT, harms=False), ("0c.decides-alone",)),
        (Kind.ADULT, SELF, ()),
    ],
)
def test_access_is_given_by_the_table_of_ages(
    lay: Callable[..., Table], kind: Kind, request_: Request, codes: tuple[str, ...]
) -> None:
    for item in checklist.ITEMS:
        checklist.tick(item, officer())
    table = lay(2, Children.NONE)
    ledger.append(table.id, facts.ParticipantJoined(at=table.time.ms, seat=2, kind=kind))
    asked_ = requesting.ask(table.id, 2, Wish.ACCESS, request_, staff=officer())
    assert requesting.obstacles(asked_) == codes
    if codes:
        assert codes_of(lambda: requesting.decide(asked_.pk, Decision.GIVE, "", staff=officer())) == codes
        requesting.decide(asked_.pk, Decision.REFUSE, "Zo is de wet.", staff=officer())
    else:
        requesting.decide(asked_.pk, Decision.GIVE, "", staff=officer())
    assert requesting.letter(asked_.pk, staff=officer()).minutes == ()


def test_a_letter_tells_the_own_minutes_and_how_often_we_listened_and_nothing_of_others(talk: Recorded) -> None:
    listening.heard(talk.worker, talk.id, talk.ours, "one")
    attaching.attach(talk.id, 3, Attachment.Kind.STATEMENT, "Van een ander.", staff=officer())
    request = requesting.decide(asked(talk, Wish.ACCESS).pk, Decision.GIVE, "", staff=officer())
    letter = requesting.letter(request.pk, staff=officer())
    part = talk.state.parts[1]
    assert [(one.begin, one.end) for one in letter.minutes] == [(part.started_at, part.since or part.ended_at)]
    assert (letter.listened, letter.is_there, letter.reason) == (1, True, "")


# Decided again -------------------------------------------------------------------------------------------


def wiped(talk: Recorded, seat: int = 2) -> models.Request:
    request = requesting.ask(talk.id, seat, Wish.WIPE, SELF, staff=officer())
    return requesting.decide(request.pk, Decision.WIPE, "Zoals gevraagd.", staff=officer())


def again(talk: Recorded) -> Task | None:
    return Task.objects.filter(conversation_id=talk.id, kind=Task.Kind.AGAIN, done_ms=None).first()


def object_to(talk: Recorded) -> None:
    wiping.object_to(talk.id, "Er loopt een klacht.", staff=talk.worker)


def hold(talk: Recorded) -> None:
    holding.place(talk.id, Ground.COURT, staff=officer())


@pytest.fixture
def later(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> Clock:
    keep_for(monkeypatch)
    return years_later(monkeypatch, talk, 1)


@pytest.mark.parametrize("stop", [object_to, hold])
def test_law_12_what_was_objected_to_is_decided_again(
    talk: Recorded, later: Clock, stop: Callable[[Recorded], None]
) -> None:
    request = wiped(talk)
    assert requesting.outcome_of(request) is Outcome.GOING
    assert again(talk) is None
    later.turn(10 * DAY_S)
    stop(talk)
    task = again(talk)
    assert task is not None
    assert (task.since_ms, task.due_ms, task.worker) == (later.ms, request.due_ms, talk.worker)
    assert task in overseeing.open_tasks(officer()).rows
    assert task not in tasks.open_for(talk.worker)  # what somebody asked is the officer's alone to know (law 11)
    open_again = requesting.find(request.pk)
    assert (open_again.decision, open_again.decided_ms, open_again.again_ms) == ("", None, later.ms)
    assert list(requesting.open_now(talk.id)) == [open_again]
    assert requesting.outcome_of(open_again) is Outcome.AGAIN
    requesting.decide(request.pk, Decision.KEEP, "De rechter heeft het nodig.", staff=officer("bart"))
    assert again(talk) is None
    assert requesting.outcome_of(requesting.find(request.pk)) is None


def test_a_decision_anew_has_a_month_when_the_term_of_the_law_is_over(talk: Recorded, later: Clock) -> None:
    request = asked(talk)
    later.turn(85 * DAY_S)
    requesting.decide(request.pk, Decision.WIPE, "", staff=officer())
    later.turn(20 * DAY_S)
    object_to(talk)
    assert requesting.find(request.pk).due_ms == after_months(later.ms, 1)


def test_to_wipe_once_more_is_announced_anew_and_can_be_objected_to_anew(talk: Recorded, later: Clock) -> None:
    request = wiped(talk)
    object_to(talk)
    requesting.decide(request.pk, Decision.WIPE, "", staff=officer())
    assert again(talk) is None
    assert requesting.letter(request.pk, staff=officer()).erasable == later.ms + 30 * DAY_S * 1000
    object_to(talk)
    assert again(talk) is not None
    requesting.decide(request.pk, Decision.WIPE, "", staff=officer())
    later.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    assert requesting.outcome_of(requesting.find(request.pk)) is Outcome.DONE


@pytest.mark.usefixtures("later")
def test_whoever_else_was_told_that_it_would_be_wiped_is_decided_about_again_too(talk: Recorded) -> None:
    first, second = wiped(talk, 2), wiped(talk, 3)
    kept = requesting.decide(asked(talk).pk, Decision.KEEP, "Nodig.", staff=officer())
    assert requesting.letter(second.pk, staff=officer()).erasable is not None
    object_to(talk)
    assert {one.pk for one in requesting.open_now(talk.id)} == {first.pk, second.pk}
    assert requesting.find(kept.pk).decision == Decision.KEEP
    requesting.decide(first.pk, Decision.KEEP, "Nodig.", staff=officer())
    assert again(talk) is not None
    requesting.decide(second.pk, Decision.KEEP, "Nodig.", staff=officer())
    assert again(talk) is None


def test_the_letter_says_that_it_is_looked_at_again_whatever_the_cause(talk: Recorded, later: Clock) -> None:
    request = wiped(talk)
    later.turn(DAY_S)
    object_to(talk)
    objected = requesting.letter(request.pk, staff=officer())
    requesting.decide(request.pk, Decision.WIPE, "", staff=officer())
    assert not requesting.letter(request.pk, staff=officer()).reason  # that of before is not this one's
    hold(talk)
    held = requesting.letter(request.pk, staff=officer())
    for letter in (objected, held):
        assert (letter.outcome, letter.reason, letter.wiped, letter.erasable) == (Outcome.AGAIN, "", False, None)


@pytest.mark.usefixtures("later")
def test_that_it_does_not_go_on_sends_nobody_a_message(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    request = wiped(talk)
    told: list[object] = []
    monkeypatch.setattr(telling, "tell", lambda *known, **_: told.append(known))
    object_to(talk)
    assert not told
    requesting.decide(request.pk, Decision.KEEP, "Nodig.", staff=officer())
    assert told == [(talk.id, 2, telling.Notice.READY)]


# Attachments ---------------------------------------------------------------------------------------------


def test_what_somebody_says_about_it_lies_beside_the_recording_and_changes_nothing(talk: Recorded) -> None:
    lines, position = list(ledger.lines(talk.id)), talk.state.at
    text = "Ik heb niet gezegd dat we nooit koken.\r\nWel dat het weinig is. 👍"
    attaching.attach(talk.id, 2, Attachment.Kind.CORRECTION, text, staff=officer())
    (found,) = attaching.of(talk.id, Attachment.Kind.CORRECTION, Attachment.Kind.STATEMENT)
    assert (found.seat, found.text) == (2, text.replace("\r\n", "\n"))
    assert list(ledger.lines(talk.id)) == lines
    assert talk.state.at == position
    sealed = bytes(Attachment.objects.get(pk=found.number).sealed)
    assert b"koken" not in sealed
    assert not any(scrubbing.stands_in(path, b"koken") for path in places.home().rglob("*") if path.is_file())


@pytest.mark.parametrize("text", ["", " \n ", "\x00\x01", "x" * 10_001])
def test_a_text_has_a_length(talk: Recorded, text: str) -> None:
    for kind in (Attachment.Kind.CORRECTION, Attachment.Kind.STATEMENT):
        attach = lambda kind=kind: attaching.attach(talk.id, 2, kind, text, staff=officer())  # noqa: E731
        assert codes_of(attach) == ("4b.text",)
    assert attaching.attach(talk.id, 2, Attachment.Kind.STATEMENT, "x" * 10_000, staff=officer())


def test_a_text_opens_in_its_own_place_only(talk: Recorded) -> None:
    number = attaching.attach(talk.id, 2, Attachment.Kind.STATEMENT, "Van Bram.", staff=officer())
    Attachment.objects.filter(pk=number).update(seat=3)
    with pytest.raises(Exception, match="a key that opens"):
        attaching.of(talk.id, Attachment.Kind.STATEMENT)
