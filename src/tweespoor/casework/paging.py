"""Reads a list a page at a time; each page says with its last line where the next one begins.

Nothing is counted or skipped over, so that the thousandth page costs what the first does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.db.models import Model, QuerySet

PAGE: Final = 25
LONGEST: Final = 18
"""A number of a mark has at most so many figures: what fits a column."""

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list, and the mark from which the next one begins; empty at the end."""

    rows: list[Row]
    after: str = ""


def page(rows: QuerySet[Row], mark: Callable[[Row], str]) -> Page[Row]:
    """Read one page of rows in order; ``mark`` gives the mark of a row."""
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], mark(found[PAGE - 1]) if len(found) > PAGE else "")


def numbers(after: str) -> tuple[int, int] | None:
    """Read a mark of two numbers; what cannot be one is no mark.

    >>> numbers("12-3"), numbers("x-3"), numbers("")
    ((12, 3), None, None)
    """
    first, _, second = after.partition("-")
    return (int(first), int(second)) if is_number(first) and is_number(second) else None


def number_and_text(after: str) -> tuple[int, str] | None:
    """Read a mark of a number and a text.

    >>> number_and_text("12-2026-1"), number_and_text("-")
    ((12, '2026-1'), None)
    """
    first, _, second = after.partition("-")
    return (int(first), second) if is_number(first) and second else None


def is_number(text: str) -> bool:
    """Tell whether a text is a number that fits a column.

    >>> is_number("12"), is_number("²"), is_number("9" * 40)
    (True, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) <= LONGEST
