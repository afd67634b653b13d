"""Planning: never needed, undone in one tap, begun once; the invitation ends with the conversation."""

import pytest
from tests.casework.conftest import DATABASES, Clock

from tweespoor.casework import announcing, ledger, models, planning, practising, recording, rounds
from tweespoor.casework.announcing import Moment, Way
from tweespoor.casework.planning import Wanted
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.facts import Announced, Children

pytestmark = pytest.mark.django_db(databases=DATABASES)

DAY_S = 86_400
KEY = "ab" * 16


@pytest.fixture
def bea(db: None) -> models.Staff:
    return models.Staff.objects.create_user("bea", role=models.Role.WORKER)


def in_days(time: Clock, days: float) -> int:
    return announcing.whole_minute(time.ms + round(days * DAY_S * 1000))


def planned(time: Clock, worker: models.Staff, key: str = KEY, days: float = 7, **more: object) -> models.Plan:
    wanted = Wanted(starts_ms=in_days(time, days), people=3, children=Children.NONE, **more)  # type: ignore[arg-type]
    return planning.plan(worker, key, wanted)


def again(one: models.Plan) -> models.Plan:
    return planning.of(one.worker, one.pk)


def forget(conversation_id: str) -> None:
    ledger.forget(conversation_id)
    rounds.forget(conversation_id)


def announced(conversation_id: str) -> list[bool]:
    found = [entry.read(line).fact for line in ledger.lines(conversation_id)]
    return [fact.by_participant for fact in found if isinstance(fact, Announced)]


def test_a_plan_has_a_reference_that_means_nothing_and_no_name(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    assert len(one.reference) == 6
    assert not set(one.reference) & set("AEIOU01LS")
    assert {field.name for field in models.Plan._meta.fields if field.get_internal_type() == "TextField"} == set()


def test_a_second_tap_plans_nothing(time: Clock, anna: models.Staff, bea: models.Staff) -> None:
    assert planned(time, anna).pk == planned(time, anna).pk
    assert models.Plan.objects.count() == 1
    with pytest.raises(UnknownError):
        planned(time, bea)


@pytest.mark.parametrize("days", [-1, -0.1, 800, 10**6])
def test_a_moment_that_cannot_be_is_refused(time: Clock, anna: models.Staff, days: float) -> None:
    with pytest.raises(ValueError, match="a moment to come"):
        planned(time, anna, days=days)
    one = planned(time, anna, days=1)
    with pytest.raises(ValueError, match="a moment to come"):
        planning.move(one, in_days(time, days))


@pytest.mark.parametrize("people", [-3, 0, 1, 21, 1000])
def test_a_number_that_cannot_be_is_refused(time: Clock, anna: models.Staff, people: int) -> None:
    with pytest.raises(Refused):
        planning.plan(anna, KEY, Wanted(starts_ms=in_days(time, 1), people=people))
    assert not models.Plan.objects.exists()


def test_nobody_plans_without_end(time: Clock, anna: models.Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_OPEN", 2)
    for key in ("1" * 32, "2" * 32):
        planned(time, anna, key)
    with pytest.raises(planning.TooManyError):
        planned(time, anna, "3" * 32)


def test_another_workers_plan_is_not_there(time: Clock, anna: models.Staff, bea: models.Staff) -> None:
    one = planned(time, anna)
    for key in (one.pk, "0" * 32):
        with pytest.raises(UnknownError):
            planning.of(bea, key)
    assert not planning.coming(bea).exists()


# Moving, cancelling, undoing ----------------------------------------------------------------------------------


def test_moving_and_taking_that_back(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    planning.move(one, in_days(time, 9))
    assert again(one).starts_ms == in_days(time, 9)
    planning.undo(again(one))
    assert (again(one).starts_ms, again(one).moved_from_ms) == (in_days(time, 7), None)
    planning.undo(again(one))  # once more changes nothing
    assert again(one).starts_ms == in_days(time, 7)


def test_what_does_not_go_on_cannot_be_begun_and_can_be_taken_back(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    assert planning.are_coming(anna)
    planning.cancel(one)
    planning.cancel(again(one))
    assert not planning.are_coming(anna)
    assert list(planning.coming(anna)) == [one]
    with pytest.raises(UnknownError):
        planning.begin(again(one), anna, 3, Children.NONE)
    planning.undo(again(one))
    assert planning.are_coming(anna)


def test_a_plan_that_was_not_begun_leaves_the_list_after_a_day_and_the_house_after_a_month(
    time: Clock, anna: models.Staff
) -> None:
    one = planned(time, anna, days=1)
    time.turn(1.9 * DAY_S)
    assert planning.are_coming(anna)
    time.turn(0.2 * DAY_S)
    assert not planning.are_coming(anna)
    planning.forget_due()
    assert models.Plan.objects.filter(pk=one.pk).exists()
    time.turn(30 * DAY_S)
    planning.forget_due()
    assert not models.Plan.objects.exists()


# Beginning ----------------------------------------------------------------------------------------------------


def test_beginning_twice_opens_one_conversation(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    begun = planning.begin(one, anna, 4, Children.DISCUSSED)
    assert planning.begin(one, anna, 2, Children.NONE) == begun  # a page that was left open
    assert planning.begin(again(one), anna, 2, Children.NONE) == begun
    assert models.Conversation.objects.count() == 1
    assert ledger.state(begun).people == 4
    assert not planning.coming(anna).exists()
    forget(begun)


def test_while_one_tap_opens_it_another_opens_nothing_and_a_tap_that_died_does_no_harm(
    time: Clock, anna: models.Staff
) -> None:
    one = planned(time, anna)
    models.Plan.objects.update(begun_ms=time.ms)  # the first tap has come so far
    with pytest.raises(UnknownError):
        planning.begin(one, anna, 3, Children.NONE)
    assert not models.Conversation.objects.exists()
    time.turn(11)
    forget(planning.begin(one, anna, 3, Children.NONE))


@pytest.mark.parametrize(("told", "wanted"), [(False, False), (True, False), (False, True), (True, True)])
def test_what_was_said_beforehand_becomes_a_fact(time: Clock, anna: models.Staff, told: bool, wanted: bool) -> None:
    one = planned(time, anna)
    planning.note_told(one, told=told)
    planning.note_wanted(one, wanted=wanted)
    begun = planning.begin(again(one), anna, 3, Children.NONE)
    assert announced(begun) == [False] * told + [True] * wanted
    assert ledger.state(begun).announced is (told or wanted)
    forget(begun)


def test_what_was_said_can_be_taken_back(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    planning.note_wanted(one, wanted=True)
    planning.note_wanted(again(one), wanted=False)
    assert not planning.is_announced(again(one))


def test_what_was_said_on_the_page_becomes_a_fact_too(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    announcing.announce(Moment(one.starts_ms), Way.NONE, "", None)
    begun = planning.begin(one, anna, 3, Children.NONE)
    assert announced(begun) == [True]
    forget(begun)


def test_after_practice_the_plan_is_there_again(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    begun = planning.begin(one, anna, 3, Children.NONE)
    assert models.Conversation.objects.get(pk=begun).practice
    practising.leave(begun)
    time.turn(60)
    assert planning.are_coming(anna)
    second = planning.begin(again(one), anna, 3, Children.NONE)
    assert second != begun
    forget(second)


def test_what_has_begun_cannot_be_moved_or_cancelled(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    begun = planning.begin(one, anna, 3, Children.NONE)
    for change in (planning.cancel, planning.undo, planning.renew):
        with pytest.raises(UnknownError):
            change(again(one))
    with pytest.raises(UnknownError):
        planning.move(again(one), in_days(time, 2))
    forget(begun)


# The invitation -----------------------------------------------------------------------------------------------


def test_the_invitation_ends_with_the_conversation(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    token = planning.invitation(one)
    assert planning.invited(token) == one
    begun = planning.begin(one, anna, 3, Children.NONE)
    assert planning.invited(token) == one
    recording.finish(begun)
    with pytest.raises(UnknownError):
        planning.invited(token)
    forget(begun)


def test_the_invitation_of_what_never_began_ends_a_day_later(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna, days=1)
    token = planning.invitation(one)
    time.turn(1.9 * DAY_S)
    assert planning.invited(token) == one
    time.turn(0.2 * DAY_S)
    with pytest.raises(UnknownError):
        planning.invited(token)


def test_a_moved_conversation_keeps_its_invitation_and_a_new_one_ends_the_old(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    token = planning.invitation(one)
    planning.move(one, in_days(time, 20))
    assert planning.invited(token).starts_ms == in_days(time, 20)
    planning.renew(again(one))
    with pytest.raises(UnknownError):
        planning.invited(token)
    assert planning.invited(planning.invitation(again(one))) == one


def test_a_copy_of_the_tables_holds_no_invitation(time: Clock, anna: models.Staff) -> None:
    one = planned(time, anna)
    token = planning.invitation(one)
    assert len(token) == 22
    assert token not in str(models.Plan.objects.values().get(pk=one.pk))


@pytest.mark.parametrize("token", ["", "x", "0" * 22, "💙" * 50, "\u202eabc", "a" * 10_000, "\ud800", "%00", "../.."])
def test_a_guessed_invitation_is_not_there(time: Clock, anna: models.Staff, token: str) -> None:
    planned(time, anna)
    with pytest.raises(UnknownError):
        planning.invited(token)


def test_the_fact_says_nothing_of_who(time: Clock) -> None:
    assert set(facts.Announced.__slots__) == {"by_participant"}
