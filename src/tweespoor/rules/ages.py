"""What differs by age (clauses 0c, 1c), in one table; the bounds are the kinds that people choose from.

They are fixed with the edition of the conditions and are no choice of a house: a journal must be judged years
later by the same ages.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tweespoor.rules.kinds import Kind


@dataclass(frozen=True, slots=True)
class Age:
    """What holds for minors of one age."""

    parent_there: bool
    """Recorded only with a parent or guardian who is there (reading)."""
    asks_when_alone: bool
    """Alone with staff, recorded only if they ask for it and the manager agrees (reading)."""
    listens_back: bool
    """Listens back without a representative (law)."""
    judged_able: bool
    """Is given what is known of them when the officer finds them able to judge it (law)."""
    represented: bool
    """A parent or guardian who may decide can ask for it, unless that is bad for the child (law)."""
    parent_shares: bool
    """Whether something is cut or shared, a parent or guardian answers; older ones alone, where able (law)."""


AGES: Mapping[Kind, Age] = {
    Kind.CHILD: Age(
        parent_there=True,
        asks_when_alone=False,
        listens_back=False,
        judged_able=False,
        represented=True,
        parent_shares=True,
    ),
    Kind.YOUTH_12: Age(
        parent_there=False,
        asks_when_alone=True,
        listens_back=True,
        judged_able=True,
        represented=True,
        parent_shares=False,
    ),
    Kind.YOUTH_16: Age(
        parent_there=False,
        asks_when_alone=False,
        listens_back=True,
        judged_able=False,
        represented=False,
        parent_shares=False,
    ),
}
"""The table, by kind; a kind that is not in it is no minor."""
