"""The conditions of sharing: asking everyone, delivering, making public, and use on a ground of law (clause 6).

Asked for through the questions of ``conditions``.
"""

from collections.abc import Iterator

from tweespoor.rules.ages import AGES
from tweespoor.rules.clause import Says, rule
from tweespoor.rules.conditions_after import (
    everyone_agrees_to_the_cut,
    it_can_be_heard,
    owners_of,
    the_officer_has_looked_at_secrets,
)
from tweespoor.rules.kinds import Ground
from tweespoor.rules.state import Conversation, Share
from tweespoor.rules.verdict import Obstacle

USE_BY_LAW = frozenset(
    {
        Ground.OWN_USE,
        Ground.OWN_LAWYER,
        Ground.COMPLAINT,
        Ground.COURT,
        Ground.CONFIDANT,
        Ground.COLLEAGUE,
        Ground.DUTY_BY_LAW,
    }
)
"""Grounds on which sound is used without anyone's permission, apart from sharing and in a log (clause 6a)."""

# Who answers -------------------------------------------------------------------------------------


def asked_for(c: Conversation, share: Share) -> frozenset[int | None]:
    """Who must agree to a share: who owns the part (`owners_of`), and professionals for their own words."""
    part = c.parts.get(share.part)
    return frozenset() if part is None else owners_of(c, part) | (share.words & part.present)


@rule("0c", Says.LAW, codes=("0c.not-able", "0c.able-unassessed", "0c.decides-alone"))
def who_may_decide_answers(c: Conversation, seat: int, *, able: bool, parent: bool) -> Iterator[Obstacle]:
    """Clause 0c (law): about a cut or a share a parent answers for a child under twelve; everyone else alone.

    From 12 to 15 only when somebody saw that this young person can judge what it means (``able``).
    """
    person = c.seats.get(seat)
    age = None if person is None else AGES.get(person.kind)
    if age is not None and age.parent_shares:
        if not parent:
            yield Obstacle("0c.not-able")
    elif parent:
        yield Obstacle("0c.decides-alone")
    elif age is not None and age.judged_able and not able:
        yield Obstacle("0c.able-unassessed")


# Sharing -------------------------------------------------------------------------------------------


@rule("6a", Says.PAGE, Says.READING, codes=("6a.not-agreed",))
def everyone_agrees_to_the_share(c: Conversation, share: str) -> Iterator[Obstacle]:
    """Clause 6a (page; everyone is reading): sharing needs a yes of all who were in the part; silence is no."""
    asked = c.shares.get(share)
    if asked is None or asked.ended or asked.part not in c.parts or not asked_for(c, asked) <= asked.yeses:
        yield Obstacle("6a.not-agreed")


@rule("5b", Says.READING, codes=("5b.not-agreed",))
def a_cut_that_is_shared_was_agreed(c: Conversation, share: str) -> Iterator[Obstacle]:
    """Clause 5b (reading): to share less than the whole part is to cut, which everyone agreed to before."""
    asked = c.shares.get(share)
    if asked is None or asked.edit is None:
        return
    cut = c.edits.get(asked.edit)
    if cut is None or cut.part != asked.part or not cut.derivatives:
        yield Obstacle("5b.not-agreed")
    else:
        yield from everyone_agrees_to_the_cut(c, asked.edit)


@rule("6a", Says.READING, codes=("6a.expired",))
def the_share_has_not_run_out(c: Conversation, share: str, now: int) -> Iterator[Obstacle]:
    """Clause 6a (reading): a permission to share holds until the moment that was named."""
    asked = c.shares.get(share)
    if asked is not None and now >= asked.until:
        yield Obstacle("6a.expired")


@rule("6b", Says.PAGE, codes=("6b.not-asked",))
def publishing_was_asked_apart(c: Conversation, share: str, *, publicly: bool) -> Iterator[Obstacle]:
    """Clause 6b (page): making public is a question of its own and never follows from sharing."""
    asked = c.shares.get(share)
    if publicly and (asked is None or not asked.public):
        yield Obstacle("6b.not-asked")


def against_asking(c: Conversation, share: str, now: int) -> Iterator[Obstacle]:
    """Give every obstacle to asking for a share, but that nobody has answered yet."""
    asked = c.shares.get(share)
    if asked is not None:
        yield from it_can_be_heard(c, asked.part)
    yield from the_officer_has_looked_at_secrets(c)
    yield from a_cut_that_is_shared_was_agreed(c, share)
    yield from the_share_has_not_run_out(c, share, now)


def against_sharing(c: Conversation, share: str, now: int, *, publicly: bool) -> Iterator[Obstacle]:
    """Give every obstacle to delivering a share."""
    yield from against_asking(c, share, now)
    yield from everyone_agrees_to_the_share(c, share)
    yield from publishing_was_asked_apart(c, share, publicly=publicly)


@rule("6a", Says.LAW, codes=("6a.ground-missing",))
def a_ground_of_law_is_named(c: Conversation, ground: Ground | None) -> Iterator[Obstacle]:
    """Clause 6a (law): use apart from sharing names its ground: a lawyer, a complaint, a court and their like."""
    del c
    if ground not in USE_BY_LAW:
        yield Obstacle("6a.ground-missing")


def against_using(c: Conversation, part: int, ground: Ground | None) -> Iterator[Obstacle]:
    """Give every obstacle to use on a ground of law."""
    yield from a_ground_of_law_is_named(c, ground)
    yield from it_can_be_heard(c, part)
