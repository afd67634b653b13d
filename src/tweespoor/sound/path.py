"""Which line a copy follows at every moment, or none: the most likely path, where each change has its price.

*Conventions.*  Evidence is in nats per frame, one row per line (see `likeness`); to follow none has evidence 0.  A path
gives a row's number for each frame, or `NONE`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_AT_ONCE: Final = TICK << 13
NEARLY: Final = 2.0
"""Nats within which two places are equally good."""

Numbers = NDArray[np.int16]


class Visit(NamedTuple):
    """A stretch in which one line is followed: from a frame until another, and the number of the line."""

    begin: int
    end: int
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The evidence of a line that is followed between two frames at most; a frame outside them has ``outside``.

    A slice gives that of some frames; to keep only what lies between saves most of the memory of a long recording.
    """

    values: Floats
    begin: int
    frames: int
    outside: float

    def __len__(self) -> int:
        return self.frames

    def __getitem__(self, at: slice) -> Floats:
        start, stop, _ = at.indices(self.frames)
        some = np.full(max(0, stop - start), self.outside, np.float32)
        low, high = max(start, self.begin), min(stop, self.begin + len(self.values))
        if low < high:
            some[low - start : high - start] = self.values[low - self.begin : high - self.begin]
        return some


def most_likely(evidence: Sequence[Row] | Floats) -> Numbers:
    """Give the most likely path through evidence [lines, frames] (Viterbi)."""
    lines, frames = len(evidence), len(evidence[0])
    score = np.zeros(lines + 1)
    stay = np.arange(lines + 1, dtype=np.int16)
    back: list[NDArray[np.int16]] = []
    runs: list[NDArray[np.int64]] = []
    for gains, lengths in _ticks(evidence):
        came_from = np.empty((len(gains), lines + 1), np.int16)
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
            came_from[tick] = came
        back.append(came_from)
        runs.append(lengths)
    path: list[int] = []
    at = int(score.argmax())
    for came_from in reversed(back):
        for came in reversed(came_from):
            path.append(at)
            at = int(came[at])
    numbers = np.asarray(path[::-1], np.int16)
    numbers[numbers == lines] = NONE
    return np.repeat(numbers, np.concatenate([np.zeros(0, np.int64), *runs]))[:frames]


def _ticks(evidence: Sequence[Row] | Floats) -> Iterator[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Add up evidence over ticks, and over runs of ticks in which one line is the best throughout; some minutes a time.

    Within such a run nothing is gained by changing to that line later than at its beginning or from it earlier than at
    its end, so a run is decided as one.
    """
    lines, frames = len(evidence), len(evidence[0])
    for at in range(0, frames, _AT_ONCE):
        edges = np.arange(0, min(_AT_ONCE, frames - at), TICK)
        sums = np.zeros((len(edges), lines + 1), np.float32)
        for line in range(lines):
            sums[:, line] = np.add.reduceat(evidence[line][at : at + _AT_ONCE], edges)
        best = sums.argmax(axis=1)
        begins = np.concatenate([[0], np.flatnonzero(best[1:] != best[:-1]) + 1])
        yield np.add.reduceat(sums, begins, axis=0, dtype=np.float64), np.diff(np.append(begins, len(edges))) * TICK


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
