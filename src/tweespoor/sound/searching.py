"""Looks for a stretch of a copy in all of an original: quick and coarse, at 40 ms.

*Conventions.*  A quarter is the mean of four frames, 40 ms.  A score is the correlation of a block with the original at
a place, in deviations of the scores at all places; the lead is how far the best stands above the next best elsewhere.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from tweespoor.sound.features import BANDS, Features, Floats

QUARTER: Final = 4
_APART: Final = 25  # quarters within which two places are one
_LEAST: Final = 0.05  # power of a block under which nothing happens in it
_SHORTEST: Final = 50


Doubles = NDArray[np.float64]
Numeric = Sequence[float] | Doubles


class Found(NamedTuple):
    """Where a block seems to lie: the middle of the block and of its place, in frames."""

    copy: float
    original: float
    score: float
    lead: float


def quarters(shape: NDArray[np.float16]) -> Floats:
    """Give the means of four frames each: [quarters, BANDS]."""
    count = len(shape) // QUARTER
    mean: Floats = shape[: count * QUARTER].reshape(count, QUARTER, BANDS).mean(axis=1, dtype=np.float32)
    return mean


class Search:
    """All of an original, ready to be searched."""

    def __init__(self, original: Features) -> None:
        values = quarters(original.shape)
        self._length = len(values)
        self._size = fft.next_fast_len(self._length + 400, real=True)
        self._spectrum = np.stack([fft.rfft(band, self._size) for band in np.ascontiguousarray(values.T)])
        self._power = np.concatenate([np.zeros(1), np.cumsum((values**2).sum(axis=1), dtype=np.float64)])

    def find(self, block: Floats, most: int = 2) -> list[tuple[int, float]]:
        """Give the best places, in quarters, of a block [n, BANDS], each with its score, the best first."""
        length = len(block)
        together = np.zeros(self._size // 2 + 1, np.complex64)
        for band in range(BANDS):
            together += self._spectrum[band] * np.conj(fft.rfft(block[:, band], self._size))
        around = fft.irfft(together, self._size)
        places = np.arange(-length, self._length)
        power = self._power[np.clip(places + length, 0, self._length)] - self._power[np.clip(places, 0, self._length)]
        scores = np.concatenate([around[-length:], around[: self._length]])
        scores /= np.sqrt((power + 0.15 * power.max() + 1e-9) * ((block**2).sum() + 1e-9))
        deviation = float(np.median(np.abs(scores)) * 1.4826 + 1e-9)
        found: list[tuple[int, float]] = []
        for _ in range(most):
            best = int(scores.argmax())
            found.append((int(places[best]), float(scores[best]) / deviation))
            scores[max(0, best - _APART) : best + _APART + 1] = -np.inf
        return found

    def probe(self, copy: Floats, begin: int, end: int, length: int, every: int) -> list[Found]:
        """Look for blocks of a stretch of the copy; all in quarters.  Quiet blocks are passed over."""
        if end - begin < _SHORTEST:
            return []
        length = min(length, end - begin)
        starts = sorted({*range(begin, end - length + 1, every), end - length})
        found: list[Found] = []
        for start in starts:
            block = copy[start : start + length]
            if (block**2).mean() >= _LEAST:
                (place, score), (_, next_best) = self.find(block)
                middle = length / 2
                found.append(Found((start + middle) * QUARTER, (place + middle) * QUARTER, score, score - next_best))
        return found


def clusters(values: Numeric, weights: Numeric, width: float, most: int = 10_000) -> list[tuple[float, float]]:
    """Gather numbers that lie within a width: the mean and weight of each group, the heaviest first."""
    order = np.argsort(values)
    left, heavy = np.asarray(values, float)[order], np.asarray(weights, float)[order]
    groups: list[tuple[float, float]] = []
    while len(left) and len(groups) < most:
        sums = np.concatenate([[0.0], np.cumsum(heavy)])
        ends = np.searchsorted(left, left + width, side="right")
        best = int((sums[ends] - sums[:-1]).argmax())
        inside = slice(best, int(ends[best]))
        groups.append((float(np.average(left[inside], weights=heavy[inside])), float(heavy[inside].sum())))
        left, heavy = np.delete(left, inside), np.delete(heavy, inside)
    return groups
