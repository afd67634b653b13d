"""Is this the same sound?  By cross-correlation, whole and second by second."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

RATE = 48_000
QUIET = 0.005
"""A second that is quieter than this (root mean square) holds nothing to compare."""


def likeness(one: NDArray[np.float32], other: NDArray[np.float32], within: int = 24) -> float:
    """Give the normalised cross-correlation at the best of a few lags: decoders differ by a sample or two."""
    best = correlate(one, other)[len(other) - 1 - within : len(other) + within].max()
    power = np.sum(one**2, dtype=np.float64) * np.sum(other**2, dtype=np.float64)
    return float(best / np.sqrt(power + 1e-12))


def worst_second(heard: NDArray[np.float32], said: NDArray[np.float32], within: int = 24) -> float:
    """Give the likeness of the second that is least like what went in; silent seconds do not count."""
    worst = 1.0
    for at in range(0, len(said) - RATE + 1, RATE):
        part = said[at : at + RATE]
        if np.sqrt(np.mean(part**2)) > QUIET:
            worst = min(worst, likeness(heard[at : at + RATE], part, within))
    return worst
