"""Clauses of the page, and the mark that ties each rule in the code to one of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ParamSpec

from tweespoor.rules.verdict import Obstacle

P = ParamSpec("P")


class Says(StrEnum):
    """Where a requirement comes from: the product invents no locks and pretends nothing stands where it does not."""

    PAGE = "page"
    READING = "reading"
    LAW = "law"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a clause, in Dutch and in English, of at most fifteen words; and where it comes from."""

    says: Says
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause in our own plain words."""

    number: str
    lines: tuple[Line, ...]
    no_rule_because: str = ""
    """Why no rule of the engine stands under this clause, when none does; empty when one does."""

    @property
    def says(self) -> tuple[Says, ...]:
        """Where the clause comes from: every source of its lines, each once."""
        return tuple(dict.fromkeys(line.says for line in self.lines))

    @property
    def text_nl(self) -> str:
        """The whole clause in Dutch."""
        return " ".join(line.nl for line in self.lines)

    @property
    def text_en(self) -> str:
        """The whole clause in English."""
        return " ".join(line.en for line in self.lines)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the engine: its clause, where it comes from, and the codes that it may answer with."""

    clause: str
    says: tuple[Says, ...]
    codes: tuple[str, ...]
    judge: Callable[..., Iterator[Obstacle]]

    @property
    def name(self) -> str:
        """The name of the function, which reads as what must be so."""
        return str(getattr(self.judge, "__name__", ""))


RULES: list[Rule] = []
"""Every rule, in the order of the file that holds it; tests compare this with the clauses."""


def rule(
    clause: str, *says: Says, codes: tuple[str, ...]
) -> Callable[[Callable[P, Iterator[Obstacle]]], Callable[P, Iterator[Obstacle]]]:
    """Enter a function as a rule under a clause; the function itself stays as it is."""

    def enter(judge: Callable[P, Iterator[Obstacle]]) -> Callable[P, Iterator[Obstacle]]:
        kept: Callable[..., Any] = judge
        RULES.append(Rule(clause, says, codes, kept))
        return judge

    return enter
