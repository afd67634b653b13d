"""The pieces of a copy that follow the original, with borders as sharp as the sound allows.

*Conventions.*  Frames of 10 ms; a piece lies from ``begin`` until ``end`` in the copy, on a line of the original (see
`likeness`).  A border has a range: within it each place explains the sound nearly as well, as in a pause.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.align import Aligned
from tweespoor.sound.features import Floats
from tweespoor.sound.path import NONE, stretches

NEARLY: Final = 2.0
"""Nats within which two places are equally good."""
_TOUCHING: Final = 45
"""Frames of nothing between two lines that a border may be worth: evidence is smoothed, a fade is short."""
_BACK, _ON = 150, 100
_SOMETHING: Final = 12
_SOMETHING_NATS: Final = -14.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the copy on one line, which is an offset in frames."""

    begin: int
    end: int
    line: float

    def original(self, drift: float) -> tuple[float, float]:
        """Give where it lies in the original, in frames."""
        return self.begin * (1 + drift) + self.line, self.end * (1 + drift) + self.line


class Border(NamedTuple):
    """Between two pieces: where one ends and the next begins, and all places where that could be."""

    end: int
    begin: int
    low: int
    high: int


class _Visit(NamedTuple):
    begin: int
    end: int
    row: int


def cut(aligned: Aligned) -> tuple[list[Piece], list[Border]]:
    """Give the pieces in the order of the copy, and the border between each and the next."""
    along, visits = aligned.along, list(_visits(aligned))
    borders = [_border(along, one, other) for one, other in zip(visits, visits[1:], strict=False)]
    pieces: list[Piece] = []
    for number, visit in enumerate(visits):
        begin = borders[number - 1].begin if number else visit.begin
        end = borders[number].end if number < len(borders) else visit.end
        pieces.append(Piece(begin, max(begin, end), float(aligned.lines[visit.row])))
    return pieces, borders


def _visits(aligned: Aligned) -> Iterator[_Visit]:
    path = aligned.path
    for begin, end in stretches(path != NONE):
        edges = [begin, *(begin + 1 + np.flatnonzero(np.diff(path[begin:end]))).tolist(), end]
        for low, high in zip(edges, edges[1:], strict=False):
            yield _Visit(int(low), int(high), int(path[low]))


def _border(along: Floats, one: _Visit, other: _Visit) -> Border:
    low, high = max(one.begin, one.end - _BACK), min(other.end, other.begin + _BACK)
    end, end_low, _ = _edge(along[one.row], low, min(high, one.end + _ON), ends=True)
    begin, _, begin_high = _edge(along[other.row], max(low, other.begin - _ON), high, ends=False)
    if one.row != other.row and other.begin - one.end <= _TOUCHING:
        at, first, last = _change(along[one.row], along[other.row], low, high)
        nothing = begin - end > _SOMETHING and (
            along[one.row, end:at].sum() + along[other.row, at:begin].sum() < _SOMETHING_NATS
        )
        return Border(end, begin, end, begin) if nothing else Border(at, at, first, last)
    if begin <= end:
        end = begin = (begin + end) // 2
    return Border(end, begin, min(end_low, end), max(begin_high, begin))


def _change(one: Floats, other: Floats, low: int, high: int) -> tuple[int, int, int]:
    """Give where one line gives way to another, and the range of places that are nearly as good."""
    return _top(np.concatenate([[0.0], np.cumsum(one[low:high] - other[low:high], dtype=np.float64)]), low)


def _edge(one: Floats, low: int, high: int, *, ends: bool) -> tuple[int, int, int]:
    """Give where a line gives way to nothing, or comes after nothing."""
    sums = np.concatenate([[0.0], np.cumsum(one[low:high], dtype=np.float64)])
    return _top(sums if ends else -sums, low)


def _top(sums: NDArray[np.float64], low: int) -> tuple[int, int, int]:
    """Give the highest place, and how far around it everything is nearly as high."""
    at = int(sums.argmax())
    good = sums > sums[at] - NEARLY
    first = at - int((~good[: at + 1][::-1]).argmax()) + 1 if not good[: at + 1].all() else 0
    last = at + int((~good[at:]).argmax()) - 1 if not good[at:].all() else len(sums) - 1
    return low + at, low + first, low + last
