"""Reads the answer of a comparison back from what `json` gave: the other way round of `Comparison.as_json`."""

from collections.abc import Mapping
from typing import Any

from tweespoor.sound.comparison import (
    Alignment,
    Comparison,
    Coverage,
    Difference,
    Followed,
    Kind,
    Span,
    Unclear,
    Verdict,
    Why,
)


def read(answer: Mapping[str, Any]) -> Comparison:
    """Give the comparison that an answer tells; KeyError, TypeError or ValueError when it is none.

    >>> found = Comparison(Verdict.OTHER, 12.0, 3.5)
    >>> read(found.as_json()) == found
    True
    """
    lies = answer["alignment"]
    return Comparison(
        verdict=Verdict(answer["verdict"]),
        original_s=float(answer["original_s"]),
        copy_s=float(answer["copy_s"]),
        alignment=None if lies is None else Alignment(**{name: float(value) for name, value in lies.items()}),
        map=tuple(
            Followed(_span(one["copy"]), _span(one["original"]), float(one["confidence"])) for one in answer["map"]
        ),
        differences=tuple(_difference(one) for one in answer["differences"]),
        unclear=tuple(Unclear(_span(one["copy"]), Why(one["why"])) for one in answer["unclear"]),
        coverage=Coverage(**{name: float(value) for name, value in answer["coverage"].items()}),
        why=None if answer["why"] is None else Why(answer["why"]),
        which=answer["which"],
    )


def _difference(one: Mapping[str, Any]) -> Difference:
    return Difference(
        kind=Kind(one["kind"]),
        grade=str(one["grade"]),
        copy=_span(one["copy"]),
        copy_range=_span(one["copy_range"]),
        original=_span(one["original"]),
        seconds=float(one["seconds"]),
        factor=None if one["factor"] is None else float(one["factor"]),
    )


def _span(two: Any) -> Span:  # noqa: ANN401 - JSON
    begin, end = two
    return float(begin), float(end)
