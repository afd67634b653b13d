"""Who may be given what is known of a person: the table of ages, row by row."""

import pytest
from tests.rules.cast import BRAM, CARLA, recorded

from tweespoor.rules import facts
from tweespoor.rules.conditions import may_have
from tweespoor.rules.keeping import after_months
from tweespoor.rules.kinds import Ground, Kind
from tweespoor.rules.requests import (
    DECISIONS,
    MONTHS,
    Asker,
    Decision,
    Outcome,
    Request,
    Wish,
    due_again,
    outcome,
)

SELF, PARENT = Asker.SELF, Asker.PARENT


@pytest.mark.parametrize(
    ("kind", "request_", "codes"),
    [
        (Kind.CHILD, Request(SELF), ("0c.not-able",)),
        (Kind.CHILD, Request(SELF, able=True), ("0c.not-able",)),
        (Kind.CHILD, Request(PARENT), ("0c.harm-unassessed",)),
        (Kind.CHILD, Request(PARENT, harms=True), ("0c.harms-child",)),
        (Kind.CHILD, Request(PARENT, harms=False), ()),
        (Kind.YOUTH_12, Request(SELF), ("0c.able-unassessed",)),
        (Kind.YOUTH_12, Request(SELF, able=False), ("0c.not-able",)),
        (Kind.YOUTH_12, Request(SELF, able=True), ()),
        (Kind.YOUTH_12, Request(PARENT), ("0c.harm-unassessed",)),
        (Kind.YOUTH_12, Request(PARENT, harms=True), ("0c.harms-child",)),
        (Kind.YOUTH_12, Request(PARENT, harms=False), ()),
        (Kind.YOUTH_16, Request(SELF), ()),
        (Kind.YOUTH_16, Request(PARENT, harms=False), ("0c.decides-alone",)),
        (Kind.ADULT, Request(SELF), ()),
        (Kind.ADULT, Request(PARENT, harms=False), ("0c.decides-alone",)),
        (Kind.PROFESSIONAL, Request(SELF), ()),
    ],
)
def test_clause_0c_the_table_of_ages(kind: Kind, request_: Request, codes: tuple[str, ...]) -> None:
    assert may_have(kind, request_).codes == codes


def test_every_wish_has_a_term_and_decisions() -> None:
    assert set(MONTHS) == set(DECISIONS) == set(Wish)
    assert (MONTHS[Wish.ACCESS], MONTHS[Wish.WIPE]) == (1, 3)
    assert {one for told in DECISIONS.values() for one in told} == set(Decision)


def test_law_12_a_decision_to_wipe_holds_until_somebody_objects() -> None:
    talk = recorded(BRAM, CARLA)

    def came(seat: int = BRAM) -> Outcome:
        return outcome(talk.state.parts.values(), seat)

    assert came() is Outcome.AGAIN
    talk.add(facts.PartLocked, part=1, ground=Ground.REQUEST, erasable_at=9_000_000)
    assert (came(), came(CARLA), came(99)) == (Outcome.GOING, Outcome.GOING, Outcome.NOTHING)
    talk.add(facts.PartReleased, part=1)
    assert came() is Outcome.AGAIN
    talk.add(facts.PartLocked, part=1, ground=Ground.WRONG_START)
    assert came() is Outcome.AGAIN  # locked as before, and nobody may wipe it
    talk.add(facts.PartLocked, part=1, ground=Ground.REQUEST, erasable_at=9_000_000)
    talk.add(facts.PartErased, part=1, ground=Ground.REQUEST, certain_at=9_000_001)
    assert came() is Outcome.DONE


def test_it_is_decided_again_within_the_term_of_the_law_or_a_month_when_that_is_over() -> None:
    assert due_again(2, 1) == 2
    assert due_again(1, 1) == after_months(1, 1)
    assert due_again(1, 2) == after_months(2, 1)
