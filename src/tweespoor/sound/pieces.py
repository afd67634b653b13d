"""The pieces of a copy that follow the original, with borders as sharp as the sound allows.

*Conventions.*  Frames of 10 ms; a piece lies from ``begin`` until ``end`` in the copy, on a line of the original (see
`likeness`).  A border has a range: within it each place explains the sound nearly as well, as in a pause.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.align import Aligned
from tweespoor.sound.features import Floats
from tweespoor.sound.likeness import STAYS
from tweespoor.sound.path import AWAY, JUMP, NEARLY, NONE, stretches

LITTLE: Final = 8
"""Frames of the copy that need no explanation between two pieces: a fade, or how soft a border is."""
_CLOSE: Final = 45
"""Frames of nothing between two lines that a border may be worth: evidence is smoothed, a fade is short."""
_TOUCHING: Final = 300
"""Frames of nothing between two lines in which there may be a pause, and a place to change within it."""
_BACK, _ON = 150, 100
_ENOUGH: Final = 200  # frames of a piece that is kept as it is
_BRIEFEST: Final = 4
_ADDED: Final = 4.0  # nats
_RETURN: Final = 12.0
"""Nats more for a piece with one line around it: elsewhere for a moment and back in time, or at the very end."""


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


class Gap(NamedTuple):
    """A stretch of the copy within a piece: as long as in the original, but it does not follow; with its range."""

    begin: int
    end: int
    low: int
    high: int
    line: float


class Cut(NamedTuple):
    """The pieces in the order of the copy, the border between each and the next, and the gaps within pieces."""

    pieces: list[Piece]
    borders: list[Border]
    gaps: list[Gap]


class _Visit(NamedTuple):
    begin: int
    end: int
    row: int


def cut(aligned: Aligned) -> Cut:
    """Cut a copy into pieces."""
    along, visits = aligned.along, list(_visits(aligned))
    while True:
        borders = [_border(aligned, one, other) for one, other in pairwise(visits)]
        pieces = [_piece(aligned, visits, borders, number) for number in range(len(visits))]
        gains = [_gain(along, visits, piece, number) for number, piece in enumerate(pieces)]
        weak = int(np.argmin(gains)) if len(gains) > 1 else -1
        if weak < 0 or gains[weak] >= JUMP:
            return _joined(pieces, borders)
        del visits[weak]


def _joined(pieces: list[Piece], borders: list[Border]) -> Cut:
    """Join neighbours on one line: what lies between them is a gap."""
    joined, between, gaps = pieces[:1], list[Border](), list[Gap]()
    for piece, border in zip(pieces[1:], borders, strict=True):
        if piece.line == joined[-1].line:
            if piece.begin - joined[-1].end > LITTLE:
                gaps.append(Gap(joined[-1].end, piece.begin, border.low, border.high, piece.line))
            joined[-1] = Piece(joined[-1].begin, piece.end, piece.line)
        else:
            joined.append(piece)
            between.append(border)
    return Cut(joined, between, gaps)


def _piece(aligned: Aligned, visits: list[_Visit], borders: list[Border], number: int) -> Piece:
    """Give a piece between its borders, without what would lie before or after the original."""
    line, drift = float(aligned.lines[visits[number].row]), aligned.evidence.drift
    first, last = -line / (1 + drift), (len(aligned.evidence.original) - line) / (1 + drift)
    begin = borders[number - 1].begin if number else visits[number].begin
    end = borders[number].end if number < len(borders) else visits[number].end
    begin, end = max(begin, math.ceil(first)), min(end, math.floor(last))
    return Piece(begin, max(begin, end), line)


def _gain(along: list[Floats], visits: list[_Visit], piece: Piece, number: int) -> float:
    """Give how much better a piece is explained by its line than by those beside it, or by nothing."""
    if piece.end - piece.begin > _ENOUGH:
        return float("inf")
    frames = slice(piece.begin, piece.end)
    own = visits[number].row
    beside = {visits[n].row for n in (number - 1, number + 1) if 0 <= n < len(visits)} - {own}
    others = [float(along[row][frames].sum()) for row in beside]
    gain = float(along[own][frames].sum()) - max([STAYS * (piece.end - piece.begin), *others])
    return gain - _RETURN if len(beside) == 1 else gain


def _visits(aligned: Aligned) -> Iterator[_Visit]:
    path = aligned.path
    for begin, end in stretches(path != NONE):
        edges = [begin, *(begin + 1 + np.flatnonzero(np.diff(path[begin:end]))).tolist(), end]
        for low, high in pairwise(edges):
            yield _Visit(int(low), int(high), int(path[low]))


def _border(aligned: Aligned, one: _Visit, other: _Visit) -> Border:
    before, after = aligned.along[one.row], aligned.along[other.row]
    low, high = max(one.begin, one.end - _BACK), min(other.end, other.begin + _BACK)
    end, end_low, _ = _edge(before, low, min(high, one.end + _ON), ends=True)
    begin, _, begin_high = _edge(after, max(low, other.begin - _ON), high, ends=False)
    if one.row != other.row and other.begin - one.end <= _TOUCHING:
        added = _added(before, after, low, high, round(float(aligned.lines[one.row] - aligned.lines[other.row])))
        if added is not None:
            return added
        at, first, last = _change(before, after, low, high)
        lost = before[end:at].sum() + after[at:begin].sum() if end < begin else 0.0
        if other.begin - one.end <= _CLOSE or lost > -AWAY:
            return Border(at, at, first, last)
    if begin <= end:
        end = begin = (begin + end) // 2
    return Border(end, begin, min(end_low, end), max(begin_high, begin))


def _added(one: Floats, other: Floats, low: int, high: int, jump: int) -> Border | None:
    """Give the stretch as long as the jump back that follows neither, when that explains more than a repeat does."""
    if not _BRIEFEST <= jump < high - low:
        return None
    before = np.concatenate([[0.0], np.cumsum(one[low:high], dtype=np.float64)])
    after = np.concatenate([np.cumsum(other[low:high][::-1], dtype=np.float64)[::-1], [0.0]])
    sums = before[:-jump] + after[jump:]
    if sums.max() < (before + after).max() + _ADDED:
        return None
    at, first, last = _top(sums, low)
    return Border(at, at + jump, first, last + jump)


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
