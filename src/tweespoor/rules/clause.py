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
class Clause:
    """One clause in our own plain words: what we say of it, in sentences of at most fifteen words."""

    number: str
    says: tuple[Says, ...]
    text_nl: str
    text_en: str
    reason: str = ""
    """Why no rule of the engine stands under this clause, when none does."""


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
