"""How much more likely a frame of a copy is when it follows the original than when it does not; learnt from the pair.

*Conventions.*  A line is an offset in frames: at a drift d frame t of the copy lies at frame ``t (1 + d) + offset`` of
the original.  Evidence is a log-likelihood ratio in nats per frame: above 0 speaks for following.  Neighbouring frames
and bands tell partly the same, so it is weighed with `WEIGHT`; one frame speaks against by at most `LEAST`, since a
knock or a cough may lie over anything.

In each of four classes of loudness of the original a band of the copy is taken as ``gain`` times the original plus
noise of variance ``follows``, or else as noise of variance ``other`` by the loudness of the copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.features import BANDS, ZERO, Features, Flags, Floats

WEIGHT: Final = 0.16
LEAST: Final = -1.2
STAYS: Final = 0.263
"""What `soft` makes of no evidence at all: the logarithm of 1 + e to the power `LEAST`."""
OUTSIDE: Final = -0.5
"""The evidence of a frame that would lie before or after the original."""
_CLASSES: Final = 4
_SPLIT: Final = (0.4, 0.65, 0.85)
_FEW: Final = 50
_SMALL: Final = 0.02
_SMOOTH: Final = 5  # frames
_AT_ONCE: Final = 1 << 15

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What was learnt: edges between classes [3], and per class and band [4, BANDS] gain and variances."""

    edges: Floats
    gain: Floats
    follows: Floats
    copy_edges: Floats
    other: Floats


def learn(original: Floats, copy: Floats, whole: Floats) -> Likeness:
    """Learn from frames of both that follow each other [n, BANDS], and a sample of the whole copy."""
    edges, classes = _classed(original)
    pooled = whole.var(axis=0) + _SMALL
    gain = np.zeros((_CLASSES, BANDS), np.float32)
    follows = np.tile(pooled, (_CLASSES, 1)).astype(np.float32)
    for one in range(_CLASSES):
        x, y = original[classes == one], copy[classes == one]
        if len(x) >= _FEW:
            gain[one] = np.clip((x * y).mean(axis=0) / ((x * x).mean(axis=0) + 1e-6), 0, 1.5)
            follows[one] = ((y - gain[one] * x) ** 2).mean(axis=0) + _SMALL
    copy_edges, classes = _classed(whole)
    other = np.tile(pooled, (_CLASSES, 1)).astype(np.float32)
    for one in range(_CLASSES):
        if (classes == one).sum() >= _FEW:
            other[one] = whole[classes == one].var(axis=0) + _SMALL
    return Likeness(edges, gain, follows, copy_edges, other)


def _classed(values: Floats) -> tuple[Floats, Ints]:
    energy = (values * values).mean(axis=1)
    edges = np.quantile(energy, _SPLIT).astype(np.float32)
    return edges, np.digitize(energy, edges)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A pair of recordings, and what was learnt of it, at one drift."""

    original: Features
    copy: Features
    likeness: Likeness
    drift: float

    def places(self, offset: float, begin: int, end: int) -> Ints:
        """Give at which frames of the original some frames of the copy would lie, also outside it."""
        return np.round(np.arange(begin, end) * (1 + self.drift) + offset).astype(np.int64)

    def along(self, offset: float, begin: int = 0, end: int | None = None) -> Floats:
        """Give the evidence of each frame of the copy that it follows this line."""
        end = len(self.copy) if end is None else end
        evidence = np.empty(end - begin, np.float32)
        for at in range(begin, end, _AT_ONCE):
            until = min(at + _AT_ONCE, end)
            low, high = max(0, at - _SMOOTH), min(len(self.copy), until + _SMOOTH)
            some = soft(self.at(self.places(offset, low, high), low))
            evidence[at - begin : until - begin] = some[at - low : until - low]
        return evidence

    def at(self, places: Ints, begin: int) -> Floats:
        """Give the bare evidence that frames of the copy from ``begin`` on lie at these places of the original."""
        evidence: Floats = self.moved(places, begin, [None])[0]
        return evidence

    def moved(self, places: Ints, begin: int, ways: Sequence[Floats | None]) -> Floats:
        """Give that evidence [ways, frames] when the original's bands are moved first, by matrices [BANDS, BANDS]."""
        copy = self.copy.shape[begin : begin + len(places)].astype(np.float32)
        alone = self._alone(copy)
        shape, classes, inside = self._taken(places)
        evidence = np.empty((len(ways), len(places)), np.float32)
        for row, way in enumerate(ways):
            weights, constant = self._weighed(shape if way is None else shape @ way, classes, inside)
            evidence[row] = self._compared(weights, constant, classes, copy, alone)
        dead = self.copy.peak[begin : begin + len(places)] < ZERO
        evidence[:, dead] = np.minimum(evidence[:, dead], 0)  # digital silence is like every pause, so it proves none
        return evidence

    def lagging(self, offset: float, lags: Ints, begin: int, end: int) -> Floats:
        """Give the bare evidence [lags, frames] that frames of the copy lie so many frames beside a line."""
        wide, step = int(np.abs(lags).max()), end - begin
        shape, classes, inside = self._taken(self.places(offset, begin - wide, end + wide))
        weights, constant = self._weighed(shape, classes, inside)
        copy = self.copy.shape[begin:end].astype(np.float32)
        alone = self._alone(copy)
        rows = [slice(wide + lag, wide + lag + step) for lag in lags.tolist()]
        return np.stack([self._compared(weights[r], constant[r], classes[r], copy, alone) for r in rows])

    def _taken(self, places: Ints) -> tuple[Floats, Ints, Flags]:
        """Take frames of the original, with their classes of loudness, and which of them are there."""
        inside = (places >= 0) & (places < len(self.original))
        shape = self.original.shape[np.clip(places, 0, len(self.original) - 1)].astype(np.float32)
        return shape, np.digitize((shape * shape).mean(axis=1), self.likeness.edges), inside

    def _weighed(self, shape: Floats, classes: Ints, inside: Flags) -> tuple[Floats, Floats]:
        """Turn frames of the original into what one product with a frame of the copy needs."""
        model = self.likeness
        expected = model.gain[classes] * shape
        weights = (WEIGHT / model.follows)[classes] * expected
        constant = -0.5 * np.einsum("ij,ij->i", weights, expected)
        constant -= (0.5 * WEIGHT * np.log(model.follows).sum(axis=1))[classes]
        return weights, np.where(inside, constant, np.float32(-np.inf))

    def _alone(self, copy: Floats) -> Floats:
        """Give, for each class of the original [4, frames], what frames of the copy say by themselves."""
        model, square = self.likeness, copy * copy
        classes = np.digitize(square.mean(axis=1), model.copy_edges)
        weights = np.concatenate([0.5 / model.other, 0.5 / model.follows])
        products = weights @ square.T
        other = products[classes, np.arange(len(copy))] + (0.5 * np.log(model.other).sum(axis=1))[classes]
        alone: Floats = (WEIGHT * (other[None] - products[len(model.other) :])).astype(np.float32)
        return alone

    @staticmethod
    def _compared(weights: Floats, constant: Floats, classes: Ints, copy: Floats, alone: Floats) -> Floats:
        evidence: Floats = np.einsum("ij,ij->i", weights, copy)
        evidence += constant
        evidence += alone[classes, np.arange(len(copy))]
        evidence[~np.isfinite(evidence)] = OUTSIDE
        return evidence


def soft(evidence: Floats) -> Floats:
    """Smooth evidence over five frames, and let no frame speak against by much more than `LEAST`.

    No evidence becomes `STAYS`: in a pause a copy is taken to go on as it went.
    """
    sums = np.concatenate([np.zeros(1), np.cumsum(evidence, dtype=np.float64)])
    rows, half = np.arange(len(evidence)), _SMOOTH // 2
    low, high = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(evidence))
    mean = ((sums[high] - sums[low]) / (high - low)).astype(np.float32)
    softened: Floats = np.logaddexp(mean, np.float32(LEAST))
    return softened
