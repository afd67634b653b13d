"""Which line a copy follows at every moment, or none: the most likely path, where each change has its price.

*Conventions.*  Evidence is in nats per frame, one row per line (see `likeness`); to follow none has evidence 0.  A path
gives a row's number for each frame, or `NONE`.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.features import Floats

NONE: Final = -1
JUMP: Final = 18.0
"""What it costs to go from one line to another, in nats: odds of one in 66 million at a moment."""
AWAY: Final = 10.0
"""What it costs to leave a line for none, and to come back."""
TICK: Final = 3
"""Frames that are decided together."""
NEARLY: Final = 2.0
"""Nats within which two places are equally good."""

Numbers = NDArray[np.int16]


class Visit(NamedTuple):
    """A stretch in which one line is followed: from a frame until another, and the number of the line."""

    begin: int
    end: int
    row: int


def most_likely(evidence: Sequence[Floats] | Floats) -> Numbers:
    """Give the most likely path through evidence [lines, frames] (Viterbi)."""
    lines, frames = len(evidence), len(evidence[0])
    gains, lengths = _ticks(evidence)
    score = np.zeros(lines + 1)
    back = np.empty((len(gains), lines + 1), np.int16)
    stay = np.arange(lines + 1, dtype=np.int16)
    for tick, gain in enumerate(gains):
        best = int(score[:lines].argmax())
        jumped, returned = score[best] - JUMP, score[lines] - AWAY
        source, worth = (best, jumped) if jumped >= returned else (lines, returned)
        came = stay.copy()
        worse = score < worth
        worse[lines] = False
        left = score[best] - AWAY
        if left > score[lines]:
            came[lines] = best
            score[lines] = left
        score[worse] = worth
        came[worse] = source
        score += gain
        back[tick] = came
    path = np.empty(len(gains), np.int16)
    at = int(score.argmax())
    for tick in range(len(gains) - 1, -1, -1):
        path[tick] = at
        at = int(back[tick, at])
    path[path == lines] = NONE
    return np.repeat(path, lengths)[:frames]


def _ticks(evidence: Sequence[Floats] | Floats) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add up evidence over ticks, and over runs of ticks in which one line is the best throughout.

    Within such a run nothing is gained by changing to that line later than at its beginning or from it earlier than at
    its end, so a run is decided as one.
    """
    lines, frames = len(evidence), len(evidence[0])
    edges = np.arange(0, frames, TICK)
    ticks = len(edges)
    sums = np.zeros((ticks, lines + 1), np.float32)
    for line in range(lines if ticks else 0):
        sums[:, line] = np.add.reduceat(evidence[line], edges)
    best = sums.argmax(axis=1)
    begins = np.concatenate([[0], np.flatnonzero(best[1:] != best[:-1]) + 1]) if ticks else np.zeros(0, np.int64)
    gains = np.add.reduceat(sums, begins, axis=0, dtype=np.float64) if ticks else sums.astype(np.float64)
    return gains, np.diff(np.append(begins, ticks)) * TICK


def stretches(flags: Sequence[bool] | NDArray[np.bool_], least: int = 1) -> list[tuple[int, int]]:
    """Give where flags are set: (from, until) of each stretch that is long enough.

    >>> stretches([False, True, True, False, True], 2)
    [(1, 3)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(flags, bool), [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]


def most_gain(gains: Floats, inside: int) -> tuple[int, int, int, int]:
    """Give the stretch around a frame that gains most: begin, end, and the outermost places nearly as good.

    >>> most_gain(np.array([-9, -1, 4, 3, -1, -9], np.float32), 3)
    (2, 4, 1, 5)
    """
    after = np.concatenate([[0.0], np.cumsum(gains[inside:], dtype=np.float64)])
    before = np.concatenate([[0.0], np.cumsum(gains[:inside][::-1], dtype=np.float64)])
    end, begin = max(int(after.argmax()), 1), int(before.argmax())
    last = int(np.flatnonzero(after > after.max() - NEARLY)[-1])
    first = int(np.flatnonzero(before > before[begin] - NEARLY)[-1])
    return inside - begin, inside + end, inside - first, inside + max(last, end)


def visits(path: Numbers) -> Iterator[Visit]:
    """Give in turn when which line is followed."""
    for begin, end in stretches(path != NONE):
        edges = [begin, *(begin + 1 + np.flatnonzero(np.diff(path[begin:end]))).tolist(), end]
        for low, high in pairwise(edges):
            yield Visit(int(low), int(high), int(path[low]))
