"""Finds stretches that were played at another speed: the copy goes from one line to another evenly, not at once.

*Conventions.*  Frames; a factor above 1 means that the copy plays faster than the original went.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound import likeness
from tweespoor.sound.features import SECOND
from tweespoor.sound.likeness import Evidence
from tweespoor.sound.pieces import Piece

SLOWEST, FASTEST = 0.85, 1.18
LEAST: Final = 0.008
"""A factor nearer to 1 than this is not told from a jump."""
GAIN: Final = 30.0
"""Nats by which going evenly must be the better explanation."""
_PRICE: Final = 20.0
_SHORTEST: Final = 80
_LONGEST: Final = 130 * SECOND
_BRIEF: Final = 8 * SECOND
_INNER: Final = 6
_BORDER: Final = 18.0
_LEAST_JUMP: Final = 6.0


@dataclass(frozen=True, slots=True)
class Bent:
    """A stretch at another speed; ``first`` and ``last`` are the numbers of the pieces around it."""

    begin: int
    end: int
    original: tuple[float, float]
    factor: float
    first: int
    last: int


def bent(evidence: Evidence, pieces: list[Piece]) -> list[Bent]:
    """Give the stretches between pieces that one speed explains better than jumps do."""
    found: list[Bent] = []
    first, until = 0, pieces[0].begin
    while first < len(pieces) - 1:
        best: tuple[float, Bent] | None = None
        for last in range(first + 1, min(first + 2 + _INNER, len(pieces))):
            if any(piece.end - piece.begin > _BRIEF for piece in pieces[first + 1 : last]):
                break
            one = _between(evidence, pieces, first, last, until)
            if one is not None and (best is None or one[0] > best[0]):
                best = one
        if best is None:
            first += 1
        else:
            found.append(best[1])
            first, until = best[1].last, best[1].end + 1  # something of the piece in between is left
    return found


def _between(evidence: Evidence, pieces: list[Piece], first: int, last: int, until: int) -> tuple[float, Bent] | None:
    """Try one speed from within one piece, from a frame on, until within another."""
    one, other = pieces[first], pieces[last]
    earliest = max(one.begin, until)
    jump = abs(other.line - one.line)
    if jump < _LEAST_JUMP or other.begin - one.end > _LONGEST or jump > 0.17 * _LONGEST:
        return None
    before = _baseline(evidence, pieces, first, last)
    begins = np.arange(max(earliest, one.end - 300), min(one.end + 101, other.begin + 101), 20)
    ends = np.arange(max(one.end, other.begin - 100), min(other.end, other.begin + 301), 20)
    best: tuple[float, Bent] | None = None
    for step in (20, 5):
        for begin in begins.tolist():
            for end in ends.tolist():
                tried = _tried(evidence, (one, other), before, (begin, end))
                if tried is not None and (best is None or tried[0] > best[0]):
                    best = tried[0], Bent(begin, end, tried[1], tried[2], first, last)
        if best is None:
            return None
        begins = np.arange(max(earliest, best[1].begin - step), best[1].begin + step + 1, 5)
        ends = np.arange(best[1].end - step, min(other.end, best[1].end + step) + 1, 5)
    return best if best is not None and best[0] > GAIN else None


def _baseline(evidence: Evidence, pieces: list[Piece], first: int, last: int) -> tuple[int, NDArray[np.float64]]:
    """Give from where on, and summed up, what the pieces explain as they are, prices of their borders included."""
    one, other = pieces[first], pieces[last]
    begin, end = max(one.begin, one.end - 320), min(other.end, other.begin + 320)
    gains = np.zeros(end - begin)
    for piece in pieces[first : last + 1]:
        low, high = max(begin, piece.begin), min(end, piece.end)
        if high > low:
            bare = evidence.at(evidence.places(piece.line, low, high), low)
            gains[low - begin : high - begin] = np.maximum(bare, likeness.LEAST)
    for piece in pieces[first + 1 : last + 1]:
        gains[min(max(piece.begin - begin, 0), len(gains) - 1)] -= _BORDER
    return begin, np.concatenate([[0.0], np.cumsum(gains)])


def _tried(
    evidence: Evidence, around: tuple[Piece, Piece], before: tuple[int, NDArray[np.float64]], span: tuple[int, int]
) -> tuple[float, tuple[float, float], float] | None:
    begin, end = span
    if end - begin < _SHORTEST:
        return None
    low = begin * (1 + evidence.drift) + around[0].line
    high = end * (1 + evidence.drift) + around[1].line
    factor = (high - low) / (end - begin) / (1 + evidence.drift)
    if not SLOWEST < factor < FASTEST or abs(factor - 1) < LEAST:
        return None
    places = np.round(np.linspace(low, high, end - begin, endpoint=False)).astype(np.int64)
    gain = float(np.maximum(evidence.at(places, begin), likeness.LEAST).sum())
    offset, sums = before
    gain -= float(sums[min(end - offset, len(sums) - 1)] - sums[max(begin - offset, 0)]) + _PRICE
    return gain, (low, high), factor
