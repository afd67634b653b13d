"""Who may be given what is known of a person: the table of ages, row by row."""

import pytest

from tweespoor.rules.conditions import may_have
from tweespoor.rules.kinds import Kind
from tweespoor.rules.requests import DECISIONS, MONTHS, Asker, Decision, Request, Wish

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
