"""The conditions of recordings that were made elsewhere: when one may be heard here.

Such a recording is outside everything that is proven, and nothing of it stands in a journal.
"""

from collections.abc import Iterator
from enum import StrEnum

from tweespoor.rules.clause import Says, rule
from tweespoor.rules.conditions_after import it_can_be_heard
from tweespoor.rules.state import Conversation
from tweespoor.rules.verdict import Obstacle, Verdict


class There(StrEnum):
    """What somebody says to «was je er de hele tijd bij?»; a doubt is not a yes (clause 0a)."""

    YES = "yes"
    NO = "no"
    DOUBT = "doubt"


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


def may_hear_external(c: Conversation, there: There, part: int | None, *, allowed: bool) -> Verdict:
    """Say whether the organisation may hear a recording from elsewhere.

    What it may hold is judged like our own recording of the same parts: one that is locked is locked here too.
    """
    return Verdict.of(_against(c, there, part, allowed=allowed))


def _against(c: Conversation, there: There, part: int | None, *, allowed: bool) -> Iterator[Obstacle]:
    yield from who_recorded_was_there(there, allowed=allowed)
    for number in parts_of(c, part):
        yield from it_can_be_heard(c, number)
