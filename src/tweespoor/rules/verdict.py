"""Yes, or no with every obstacle named; an obstacle names a clause and never a person (law 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tweespoor.errors import Refused


@dataclass(frozen=True, slots=True, order=True)
class Obstacle:
    """One reason why something may not happen.

    >>> Obstacle("1b.consent-missing").clause
    '1b'
    """

    code: str

    @property
    def clause(self) -> str:
        """The number of the clause that the obstacle stands under."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a question: true when nothing stands in the way.

    >>> bool(Verdict())
    True
    >>> Verdict.of([Obstacle("1c.interest-against"), Obstacle("1b.consent-missing")]).clauses
    ('1b', '1c')
    """

    obstacles: tuple[Obstacle, ...] = ()

    @classmethod
    def of(cls, obstacles: Iterable[Obstacle]) -> Self:
        """Gather obstacles, each once and in the order of the clauses, so that their order tells nothing."""
        return cls(tuple(sorted(set(obstacles))))

    def __bool__(self) -> bool:
        return not self.obstacles

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all obstacles."""
        return tuple(obstacle.code for obstacle in self.obstacles)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that stand in the way, each once."""
        return tuple(dict.fromkeys(obstacle.clause for obstacle in self.obstacles))

    def or_refuse(self) -> None:
        """Raise ``Refused`` when anything stands in the way."""
        if self.obstacles:
            raise Refused(self)
