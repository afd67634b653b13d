"""Finds the ribbons between two recordings: which stretch of the copy lies at which of the original, and of what kind.

*Conventions.*  Spans are seconds, as in `comparison`.  What follows is cut at every difference and at what is not
clear; where something is missing, added, silent or replaced there is no ribbon.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from tweespoor.sound.comparison import Comparison, Difference, Followed, Kind, Span

ALONG: Final = ""
MOVED: Final = "moved"
REPEATED: Final = "repeated"
BENT: Final = "bent"
UNCLEAR: Final = "unclear"
CROSSING: Final = {Kind.MOVED: MOVED, Kind.REPEATED: REPEATED}
BENDING: Final = {Kind.SPEED: BENT, Kind.PITCH: BENT}
_BARE: Final = frozenset((Kind.ADDED, Kind.REPLACED, Kind.SILENCED))
_OVER: Final = 1e-3


class Ribbon(NamedTuple):
    """A stretch of the copy and where it lies in the original; ``kind`` is one of the names above."""

    copy: Span
    original: Span
    kind: str = ALONG


def lean(found: Comparison) -> float:
    """Give how many seconds the copy lies later than the original, by the median of what follows."""
    leaning = sorted((sum(one.original) / 2 - sum(one.copy) / 2, one.copy[1] - one.copy[0]) for one in found.map)
    half, so_far = sum(length for _, length in leaning) / 2, 0.0
    for lean, length in leaning:
        so_far += length
        if so_far >= half:
            return lean
    return 0.0


def ribbons(found: Comparison) -> Iterator[Ribbon]:
    """Cut what follows at every difference, and name each piece by what it lies in."""
    edges = sorted({at for span in _spans(found) for at in span})
    drawn: list[Span] = []
    for whole in found.map:
        inside = [at for at in edges if whole.copy[0] + _OVER < at < whole.copy[1] - _OVER]
        for begin, end in pairwise((whole.copy[0], *inside, whole.copy[1])):
            kind = _kind_of((begin + end) / 2, found)
            if kind is not None:
                drawn.append((begin, end))
                yield Ribbon((begin, end), (_within(whole, begin), _within(whole, end)), kind)
    for one in found.differences:
        kind = CROSSING.get(one.kind) or BENDING.get(one.kind)
        if kind and one.original[1] > one.original[0] and not _is_covered(one, drawn):
            yield Ribbon(one.copy, one.original, kind)
    for cloudy in found.unclear:
        if not any(begin <= sum(cloudy.copy) / 2 <= end for begin, end in drawn):
            yield Ribbon(cloudy.copy, (_beside(found, cloudy.copy[0]), _beside(found, cloudy.copy[1])), UNCLEAR)


def _spans(found: Comparison) -> Iterator[Span]:
    yield from (one.copy for one in found.differences)
    yield from (one.copy for one in found.unclear)


def _kind_of(at: float, found: Comparison) -> str | None:
    """Give what a ribbon at a moment of the copy is called; None where there is none."""
    if any(begin <= at <= end for begin, end in (one.copy for one in found.unclear)):
        return UNCLEAR
    inside = [one.kind for one in found.differences if one.copy[0] < at < one.copy[1]]
    if any(kind in _BARE for kind in inside):
        return None
    return next((CROSSING.get(kind) or BENDING.get(kind) or ALONG for kind in inside), ALONG)


def _within(whole: Followed, at: float) -> float:
    """Give where a moment of the copy lies in the original, inside a stretch that follows."""
    length = whole.copy[1] - whole.copy[0]
    share = (at - whole.copy[0]) / length if length else 0.0
    return whole.original[0] + share * (whole.original[1] - whole.original[0])


def _beside(found: Comparison, at: float) -> float:
    """Give about where a moment of the copy lies, by the stretch that follows nearest to it."""
    if not found.map:
        return at
    nearest = min(found.map, key=lambda one: max(one.copy[0] - at, at - one.copy[1], 0.0))
    return min(max(_within(nearest, at), 0.0), found.original_s)


def _is_covered(one: Difference, drawn: Sequence[Span]) -> bool:
    middle = sum(one.copy) / 2
    return any(begin <= middle <= end for begin, end in drawn)
