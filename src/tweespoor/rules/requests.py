"""What a person may ask of the organisation about the own data, by the table of ages (CONDITIONS, «what is known»).

A request is answered by a person, within a term of the law.  Which answer is possible follows from the age; who asks
for a child, and whether that is good for the child, the officer finds out and notes.  A decision to wipe holds as long
as nobody objected: then it has to be decided again, and nothing is said that is not so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tweespoor.rules.ages import AGES
from tweespoor.rules.clause import Says, rule
from tweespoor.rules.keeping import after_months
from tweespoor.rules.kinds import Kind
from tweespoor.rules.state import Part
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


class Outcome(StrEnum):
    """What came of a decision to wipe: nothing to wipe, it goes on, it is done, or it does not go on."""

    NOTHING = "nothing"
    GOING = "going"
    DONE = "done"
    AGAIN = "again"


DECISIONS: Mapping[Wish, tuple[Decision, ...]] = {
    Wish.ACCESS: (Decision.GIVE, Decision.REFUSE),
    Wish.WIPE: (Decision.KEEP, Decision.COVER, Decision.WIPE),
}
"""What can be decided about each."""

MONTHS: Mapping[Wish, int] = {Wish.ACCESS: 1, Wish.WIPE: 3}
"""Within how many months somebody has an answer: article 12(3) GDPR; article 5.3.5 Wmo 2015, article 7.3.9 Jeugdwet."""


MONTHS_AGAIN = 1
"""Within how many months it is decided again when the term of the law is over: article 12(3) GDPR."""


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


def outcome(parts: Iterable[Part], seat: int) -> Outcome:
    """Law 12: tell what came of a decision to wipe the parts with sound in which somebody was.

    A part that is neither destroyed nor locked with a date is heard again, or kept as it was: somebody objected, or it
    has to be kept.
    """
    mine = [part for part in parts if seat in part.present]
    if not mine:
        return Outcome.NOTHING
    left = [part for part in mine if not part.erased]
    if not left:
        return Outcome.DONE
    announced = all(part.locked and part.erasable_at is not None for part in left)
    return Outcome.GOING if announced else Outcome.AGAIN


def due_again(due: int, now: int) -> int:
    """Give before when a request is decided again: within the term of the law, or a month from now when that is over.

    >>> due_again(2_000, 1_000)
    2000
    >>> due_again(0, 0) == after_months(0, 1)
    True
    """
    return due if due > now else after_months(now, MONTHS_AGAIN)
