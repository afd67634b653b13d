"""What a person may ask of the organisation about the own data, by the table of ages (CONDITIONS, «what is known»).

A request is answered by a person, within a term of the law.  Which answer is possible follows from the age; who asks
for a child, and whether that is good for the child, the officer finds out and notes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tweespoor.rules.ages import AGES
from tweespoor.rules.clause import Says, rule
from tweespoor.rules.kinds import Kind
from tweespoor.rules.verdict import Obstacle


class Wish(StrEnum):
    """What somebody asks for."""

    ACCESS = "access"
    WIPE = "wipe"


class Asker(StrEnum):
    """Who asks; a lawyer or somebody else with a mandate speaks for the person and counts as that person."""

    SELF = "self"
    PARENT = "parent"


class Decision(StrEnum):
    """What the officer decides: to give or not to give; to keep, to cover or to wipe."""

    GIVE = "give"
    REFUSE = "refuse"
    KEEP = "keep"
    COVER = "cover"
    WIPE = "wipe"


DECISIONS: Mapping[Wish, tuple[Decision, ...]] = {
    Wish.ACCESS: (Decision.GIVE, Decision.REFUSE),
    Wish.WIPE: (Decision.KEEP, Decision.COVER, Decision.WIPE),
}
"""What can be decided about each."""

MONTHS: Mapping[Wish, int] = {Wish.ACCESS: 1, Wish.WIPE: 3}
"""Within how many months somebody has an answer: article 12(3) GDPR; article 5.3.5 Wmo 2015, article 7.3.9 Jeugdwet."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and what the officer found: is a young person able to judge it, is it bad for the child.

    None is «not answered», which is never a yes.
    """

    asker: Asker
    able: bool | None = None
    harms: bool | None = None


@rule(
    "0c",
    Says.LAW,
    codes=("0c.not-able", "0c.able-unassessed", "0c.decides-alone", "0c.harm-unassessed", "0c.harms-child"),
)
def against_giving(kind: Kind, request: Request) -> Iterator[Obstacle]:
    """Clause 0c (law): under twelve a parent asks, from sixteen the person alone; in between either of them may.

    A parent gets nothing when that is bad for the child; from twelve to fifteen the person must be able to judge it.
    """
    age = AGES.get(kind)
    if request.asker is Asker.PARENT:
        if age is None or not age.represented:
            yield Obstacle("0c.decides-alone")
        elif request.harms is None:
            yield Obstacle("0c.harm-unassessed")
        elif request.harms:
            yield Obstacle("0c.harms-child")
    elif age is not None and not age.listens_back:
        yield Obstacle("0c.not-able")
    elif age is not None and age.judged_able and not request.able:
        yield Obstacle("0c.able-unassessed" if request.able is None else "0c.not-able")
