"""Verdicts, and the errors that come of them."""

import pickle

import pytest

from tweespoor.errors import DamagedError, Refused, TweespoorError, UnknownError, UnreadableError
from tweespoor.rules.verdict import Obstacle, Verdict


def test_no_obstacle_is_a_yes() -> None:
    verdict = Verdict.of([])
    assert verdict
    verdict.or_refuse()


def test_obstacles_stand_once_in_the_order_of_clauses_whatever_order_they_came_in() -> None:
    verdict = Verdict.of([Obstacle("4a.b"), Obstacle("1b.z"), Obstacle("1b.a"), Obstacle("4a.b")])
    assert not verdict
    assert verdict.codes == ("1b.a", "1b.z", "4a.b")
    assert verdict.clauses == ("1b", "4a")


def test_a_no_is_raised_with_its_verdict() -> None:
    verdict = Verdict((Obstacle("1b.consent-missing"),))
    with pytest.raises(Refused, match=r"1b\.consent-missing") as refused:
        verdict.or_refuse()
    assert refused.value.verdict is verdict


def test_errors_say_where_and_what_and_survive_being_sent() -> None:
    damaged = DamagedError("entry 3", "aa", "bb")
    again = pickle.loads(pickle.dumps(damaged))
    assert str(again) == "entry 3: expected aa, found bb"
    assert (again.where, again.expected, again.found) == ("entry 3", "aa", "bb")
    unreadable = UnreadableError("it holds a picture", "2a.picture")
    assert (unreadable.reason, unreadable.code) == ("it holds a picture", "2a.picture")
    assert str(UnknownError()) == "not found"
    assert all(isinstance(error, TweespoorError) for error in (damaged, unreadable, UnknownError()))
