"""The conditions of recordings that were made elsewhere: when one may be heard here.

Such a recording is outside everything that is proven, and nothing of it stands in a journal.
"""

from collections.abc import Iterator
from enum import StrEnum

from tweespoor.rules.clause import Says, rule
from tweespoor.rules.conditions_after import it_can_be_heard, no_hold_stands_against_it
from tweespoor.rules.state import Conversation
from tweespoor.rules.verdict import Obstacle, Verdict


class There(StrEnum):
    """What somebody says to «was je er de hele tijd bij?»; a doubt is not a yes (clause 0a)."""

    YES = "yes"
    NO = "no"
    DOUBT = "doubt"


class Why(StrEnum):
    """Why a recording from elsewhere may go, apart from everything else."""

    ASKED = "asked"
    OTHER_TALK = "other-talk"
    NOT_THERE = "not-there"


def parts_of(c: Conversation, part: int | None) -> tuple[int, ...]:
    """Give the parts that a recording may hold sound of: the one it is of, or all that were recorded."""
    if part is not None:
        return (part,)
    return tuple(one.part for one in c.parts.values() if one.started_at is not None)


@rule("1a", Says.READING, codes=("1a.with-officer",))
def who_recorded_was_there(there: There, *, allowed: bool) -> Iterator[Obstacle]:
    """Clause 1a (reading): who was not there all the time may not record that; the officer looks before anyone hears.

    ``allowed``: the officer has looked, and lets it be heard.
    """
    if there is not There.YES and not allowed:
        yield Obstacle("1a.with-officer")


@rule("0c", Says.HOUSE, codes=("0c.not-available",))
def what_will_be_wiped_is_not_heard(*, announced: bool) -> Iterator[Obstacle]:
    """Clause 0c (house): a recording from elsewhere that will be wiped is locked first, like a part (law 12)."""
    if announced:
        yield Obstacle("0c.not-available")


@rule("5a", Says.HOUSE, codes=("5a.not-locked", "5a.too-early"))
def it_was_announced(erasable_at: int | None, now: int) -> Iterator[Obstacle]:
    """Clause 5a (house): it goes only after a date that was told, until which somebody can object (law 12)."""
    if erasable_at is None:
        yield Obstacle("5a.not-locked")
    elif now < erasable_at:
        yield Obstacle("5a.too-early")


def may_hear_external(
    c: Conversation, there: There, part: int | None, *, allowed: bool, announced: bool = False
) -> Verdict:
    """Say whether the organisation may hear a recording from elsewhere.

    What it may hold is judged like our own recording of the same parts: one that is locked is locked here too.
    """
    return Verdict.of(_against(c, there, part, allowed=allowed, announced=announced))


def may_announce_external(c: Conversation) -> Verdict:
    """Say whether it may be announced that a recording from elsewhere will be wiped."""
    return Verdict.of(no_hold_stands_against_it(c))


def may_wipe_external(c: Conversation, erasable_at: int | None, now: int) -> Verdict:
    """Say whether a recording from elsewhere may be wiped now, alone."""
    return Verdict.of((*no_hold_stands_against_it(c), *it_was_announced(erasable_at, now)))


def _against(c: Conversation, there: There, part: int | None, *, allowed: bool, announced: bool) -> Iterator[Obstacle]:
    yield from who_recorded_was_there(there, allowed=allowed)
    yield from what_will_be_wiped_is_not_heard(announced=announced)
    for number in parts_of(c, part):
        yield from it_can_be_heard(c, number)
