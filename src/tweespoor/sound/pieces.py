"""The pieces of a copy that follow the original, with borders as sharp as the sound allows.

*Conventions.*  Frames of 10 ms; a piece lies from ``begin`` until ``end`` in the copy, on a line of the original (see
`likeness`).  A border has a range: within it each place explains the sound nearly as well, as in a pause.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.align import Aligned
from tweespoor.sound.features import Floats, still
from tweespoor.sound.likeness import STAYS
from tweespoor.sound.path import JUMP, NEARLY, Row, Visit, visits

LITTLE: Final = 8
"""Frames of the copy that need no explanation between two pieces: a fade, or how soft a border is."""
_CLOSE: Final = 45
"""Frames of nothing between two lines that a border may be worth: evidence is smoothed, a fade is short."""
_TOUCHING: Final = 1500
"""Frames of nothing between two lines in which there may be a pause, and a place to change within it."""
_BACK, _ON = 150, 100
_ENOUGH: Final = 200  # frames of a piece that is kept when no line is beside it
_RETURNED: Final = 1000  # the same, of one with one line around it: a pause in it is no evidence
_LOST: Final = 20.0
"""Nats that may be lost between two lines for them to be next to each other: the end of a sound, a knock."""
_LOST_IN_NOISE: Final = 0.1
"""Nats a frame more, in what lies between: noise alone speaks a little against any line."""
_LONG_ENOUGH: Final = 500  # frames of a piece at the very end that is kept as it is
_BRIEFEST: Final = 4
_ADDED: Final = 8.0  # nats
_PART: Final = 0.6  # of what was put in: less is a word said again
_CHANCE: Final = 60.0  # nats that such a word may gain
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


class _Fit(NamedTuple):
    at: int
    first: int
    last: int
    nats: float


def cut(aligned: Aligned) -> Cut:
    """Cut a copy into pieces."""
    along, visited = _calmed(aligned), list(visits(aligned.path))
    while True:
        borders = [_border(aligned, one, other) for one, other in pairwise(visited)]
        pieces = [_piece(aligned, visited, borders, number) for number in range(len(visited))]
        gains = [_gain(along, visited, piece, number) for number, piece in enumerate(pieces)]
        weak = int(np.argmin(gains)) if len(gains) > 1 else -1
        if weak < 0 or gains[weak] >= JUMP:
            return _fitted(aligned, _joined(pieces, borders))
        del visited[weak]


def _calmed(aligned: Aligned) -> list[Row]:
    """Let no line be spoken against by moments at which both are still: every pause is like every other."""
    evidence = aligned.evidence
    copy, original = still(evidence.copy), still(evidence.original)
    for line, along in zip(aligned.lines.tolist(), aligned.along, strict=True):
        places = evidence.places(line, 0, len(copy))
        inside = copy & (places >= 0) & (places < len(original))
        inside[inside] = original[places[inside]]
        inside = inside[along.begin : along.begin + len(along.values)]
        along.values[inside] = np.maximum(along.values[inside], 0)
    return aligned.along


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


def _fitted(aligned: Aligned, cut: Cut) -> Cut:
    """Let each piece from elsewhere be as long as the jump back behind it says, where that explains nearly as much."""
    rows = dict(zip(aligned.lines.tolist(), aligned.along, strict=True))
    pieces, borders = list(cut.pieces), list(cut.borders)
    number = 1
    while number < len(pieces) - 1:
        around = pieces[number - 1], pieces[number], pieces[number + 1]
        fitted, between = _fit(rows, around, borders[number - 1 : number + 1])
        pieces[number - 1 : number + 2], borders[number - 1 : number + 1] = fitted, between
        number += len(fitted) - 2
    return Cut(pieces, borders, cut.gaps)


def _fit(
    rows: Mapping[float, Row], around: tuple[Piece, Piece, Piece], borders: list[Border]
) -> tuple[list[Piece], list[Border]]:
    """Give a piece with its neighbours as they fit best; without it where little of it is the same word, said again."""
    before, piece, after = around
    length, jump = piece.end - piece.begin, round(before.line - after.line)
    low, high = max(before.begin + 1, piece.begin - _BACK), min(after.end - 1, piece.end + _BACK)  # none is empty
    if not _BRIEFEST <= jump < high - low or length >= 2 * jump or abs(length - jump) <= LITTLE:
        return list(around), borders
    one, own, other = (rows[part.line] for part in around)
    now = float(one[low : before.end].sum() + own[piece.begin : piece.end].sum() + other[after.begin : high].sum())
    fit = _between(one, own, other, (low, high), jump)
    none = _between(one, None, other, (low, high), jump)
    if fit.nats > now - _LOST and fit.nats > none.nats:
        begin, end = fit.at, fit.at + jump
        fitted = [
            Piece(before.begin, begin, before.line),
            Piece(begin, end, piece.line),
            Piece(end, after.end, after.line),
        ]
        return fitted, [
            Border(begin, begin, fit.first, fit.last),
            Border(end, end, fit.first + jump, fit.last + jump),
        ]
    if length < _PART * jump and none.nats > now - _CHANCE:
        begin, end = none.at, none.at + jump
        fitted = [Piece(before.begin, begin, before.line), Piece(end, after.end, after.line)]
        return fitted, [Border(begin, end, none.first, none.last + jump)]
    return list(around), borders


def _between(one: Row, own: Row | None, other: Row, within: tuple[int, int], length: int) -> _Fit:
    """Give where between two lines a stretch of a length fits best, on its own line or on none."""
    low, high = within
    sums = _summed(one[low:high])[:-length] + (_summed(other[low:high][::-1])[::-1])[length:]
    if own is not None:
        inside = _summed(own[low:high])
        sums += inside[length:] - inside[:-length]
    at, first, last = _top(sums, low)
    return _Fit(at, first, last, float(sums[at - low]))


def _summed(values: Floats) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def _piece(aligned: Aligned, visited: list[Visit], borders: list[Border], number: int) -> Piece:
    """Give a piece between its borders, without what would lie before or after the original."""
    line, drift = float(aligned.lines[visited[number].row]), aligned.evidence.drift
    first, last = -line / (1 + drift), (len(aligned.evidence.original) - line) / (1 + drift)
    begin = borders[number - 1].begin if number else visited[number].begin
    end = borders[number].end if number < len(borders) else visited[number].end
    begin, end = max(begin, math.ceil(first)), min(end, math.floor(last))
    return Piece(begin, max(begin, end), line)


def _gain(along: list[Row], visited: list[Visit], piece: Piece, number: int) -> float:
    """Give how much better a piece is explained by its line than by those beside it, or by nothing."""
    frames, length = slice(piece.begin, piece.end), piece.end - piece.begin
    own = visited[number].row
    beside = {visited[n].row for n in (number - 1, number + 1) if 0 <= n < len(visited)}
    others = [float(along[row][frames].sum()) for row in beside - {own}]
    returns = len(beside - {own}) == len(beside) == 1
    if length <= (_RETURNED if returns else _ENOUGH):
        others.append(STAYS * length)
    elif length <= _LONG_ENOUGH and number in (0, len(visited) - 1):
        others.append(0.0)  # before the original began, or after it ended, a pause is like every other
    elif not others:
        return float("inf")
    gain = float(along[own][frames].sum()) - max(others)
    return gain - _RETURN if returns else gain


def _border(aligned: Aligned, one: Visit, other: Visit) -> Border:
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
        if other.begin - one.end <= _CLOSE or lost > -_LOST - _LOST_IN_NOISE * (begin - end):
            return Border(at, at, first, last)
    if begin <= end:
        end = begin = (begin + end) // 2
    return Border(end, begin, min(end_low, end), max(begin_high, begin))


def _added(one: Row, other: Row, low: int, high: int, jump: int) -> Border | None:
    """Give the stretch as long as the jump back that follows neither, when that explains more than a repeat does."""
    if not _BRIEFEST <= jump < high - low:
        return None
    best = _between(one, None, other, (low, high), jump)
    repeat = (_summed(one[low:high]) + _summed(other[low:high][::-1])[::-1]).max()
    if best.nats < repeat + _ADDED:
        return None
    return Border(best.at, best.at + jump, best.first, best.last + jump)


def _change(one: Row, other: Row, low: int, high: int) -> tuple[int, int, int]:
    """Give where one line gives way to another, and the range of places that are nearly as good."""
    return _top(_summed(one[low:high] - other[low:high]), low)


def _edge(one: Row, low: int, high: int, *, ends: bool) -> tuple[int, int, int]:
    """Give where a line gives way to nothing, or comes after nothing."""
    sums = _summed(one[low:high])
    return _top(sums if ends else -sums, low)


def _top(sums: NDArray[np.float64], low: int) -> tuple[int, int, int]:
    """Give the highest place, and how far around it everything is nearly as high."""
    at = int(sums.argmax())
    good = sums > sums[at] - NEARLY
    first = at - int((~good[: at + 1][::-1]).argmax()) + 1 if not good[: at + 1].all() else 0
    last = at + int((~good[at:]).argmax()) - 1 if not good[at:].all() else len(sums) - 1
    return low + at, low + first, low + last
