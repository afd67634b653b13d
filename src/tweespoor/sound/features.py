"""What of a recording is compared: how its sound changes from moment to moment, in twenty bands.

*Conventions.*  Sound is mono float32 at `RATE`.  A frame is a window of 32 ms every 10 ms; frame n begins n / 100
seconds after the first sample.  ``shape`` [frames, BANDS] is each band's loudness (the logarithm of power over the
noise of that band), its mean over 30 ms minus its mean over half a second, divided by its deviation: what a room, a
microphone and a gain add slowly is gone, what a talker does stays.  ``power`` [frames, BANDS] is the natural logarithm
of power itself, ``floor`` [rows, BANDS] that of the noise, a row for every 30 s, ``peak`` [frames] the largest sample.

Shapes and powers are kept as float16: an hour takes 30 MB.  They are as personal as the sound that they come from.

Values rather than hashes, and change rather than level, because that told a match from a wrong place best (area under
the curve .95 to .99 over four conditions, beside .76 to .94 for hashes).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

RATE: Final = 8_000
HOP: Final = 80
WINDOW: Final = 256
BANDS: Final = 20
SECOND: Final = RATE // HOP
"""Frames a second."""
ZERO: Final = 2e-4
"""Below this largest sample a frame is digital silence: 76 dB under the loudest, where no microphone is so quiet."""
_LOW_HZ, _HIGH_HZ = 150.0, 3_500.0
_ROW: Final = 30 * SECOND
_QUIETEST: Final = 15  # percentile of a band's power that is taken as its noise
_EVEN: Final = 9  # frames
_STILL: Final = 1.0
_LEAST: Final = 1e-9
_AT_ONCE: Final = 1 << 15  # frames

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One recording as it is compared; see the head of this file for shapes and units."""

    shape: Halves
    power: Halves
    floor: Floats
    peak: Halves
    seconds: float

    def __len__(self) -> int:
        return len(self.shape)

    def noise(self, begin: int, end: int) -> Floats:
        """Give the noise of some frames, as ``power``: [frames, BANDS]."""
        return _between(self.floor, begin, end)


def seconds(frame: float) -> float:
    """Give the moment at which a change lies that shows from a frame on: the middle of its window; 0 for the first.

    >>> seconds(0), seconds(100)
    (0.0, 1.016)
    """
    return (frame * HOP + WINDOW / 2) / RATE if frame > 0 else 0.0


def listen(blocks: Iterable[Floats]) -> Features:
    """Read a recording, block by block, at `RATE`; memory grows by 30 MB an hour."""
    powers: list[Halves] = []
    peaks: list[Halves] = []
    samples = 0
    for block in _framed(blocks):
        samples += len(block.fresh)
        for power, peak in _measured(block.whole):
            powers.append(power)
            peaks.append(peak)
    power = np.concatenate(powers) if powers else np.zeros((0, BANDS), np.float16)
    peak = np.concatenate(peaks) if peaks else np.zeros(0, np.float16)
    return of(power, peak, samples / RATE)


def of(power: Halves, peak: Halves, lasts: float) -> Features:
    """Give all there is of a recording of so many seconds, from each frame's power and largest sample."""
    floor = _floors(power, peak)
    return Features(_shaped(power, floor), power, floor, peak, lasts)


@dataclass(frozen=True, slots=True)
class _Block:
    fresh: Floats
    whole: Floats


def _framed(blocks: Iterable[Floats]) -> Iterator[_Block]:
    """Give each block with what the last one left, so that its frames are whole."""
    left = np.zeros(0, np.float32)
    for fresh in blocks:
        whole = np.concatenate((left, fresh))
        frames = max(0, (len(whole) - WINDOW) // HOP + 1)
        yield _Block(fresh, whole)
        left = whole[frames * HOP :]


def _measured(samples: Floats) -> Iterator[tuple[Halves, Halves]]:
    """Give power and peak of every whole frame."""
    if len(samples) < WINDOW:
        return
    views = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    for at in range(0, len(views), _AT_ONCE):
        some = views[at : at + _AT_ONCE]
        spectrum = np.fft.rfft(some * _hann(), axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _bank()
        yield np.log(power + _LEAST).astype(np.float16), np.abs(some).max(axis=1).astype(np.float16)


@cache
def _hann() -> Floats:
    window: Floats = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    return window


@cache
def frequencies() -> NDArray[np.float64]:
    """Give where each band has its middle, in Hz."""
    return _edges()[1:-1]


def _edges() -> NDArray[np.float64]:
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOW_HZ, _HIGH_HZ))
    return np.asarray(700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1))


@cache
def _bank() -> Floats:
    """Give the triangles of the bands, evenly spaced in mel: [bins, BANDS]."""
    bins, edges = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None], _edges()
    up = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(up, down), 0, None).astype(np.float32)


def _floors(power: Halves, peak: Halves) -> Floats:
    """Give the noise of each band in each half minute, from the frames that are not digital silence."""
    rows: list[Floats] = []
    for at in range(0, len(power), _ROW):
        some = power[at : at + _ROW]
        heard = some[peak[at : at + _ROW] > ZERO]
        if len(heard) >= SECOND:
            rows.append(np.percentile(heard, _QUIETEST, axis=0).astype(np.float32))
        elif rows:
            rows.append(rows[-1])
        else:
            rows.append(np.full(BANDS, np.log(_LEAST), np.float32))
    return np.stack(rows) if rows else np.zeros((0, BANDS), np.float32)


def _between(floor: Floats, begin: int, end: int) -> Floats:
    """Give the noise of some frames, going evenly from the middle of one row to that of the next."""
    at = np.clip((np.arange(begin, end) - _ROW / 2) / _ROW, 0, len(floor) - 1)
    row = np.minimum(at.astype(np.int64), max(0, len(floor) - 2))
    part = (at - row).astype(np.float32)[:, None]
    noise: Floats = floor[row] * (1 - part) + floor[np.minimum(row + 1, len(floor) - 1)] * part
    return noise


def still(features: Features) -> Flags:
    """Tell in which frames nothing comes or goes: loudness stays within four decibels around them, as that of noise."""
    loud = np.empty(len(features), np.float32)
    for begin in range(0, len(features), _AT_ONCE):
        end = min(begin + _AT_ONCE, len(features))
        some = features.power[begin:end].astype(np.float32) - features.noise(begin, end)
        loud[begin:end] = moving_mean(some.mean(axis=1, keepdims=True), _EVEN)[:, 0]
    around = SECOND // 2 + 1
    return np.asarray(maximum_filter1d(loud, around) - minimum_filter1d(loud, around) < _STILL)


def _shaped(power: Halves, floor: Floats) -> Halves:
    shape = np.empty(power.shape, np.float16)
    total, square = np.zeros(BANDS), np.zeros(BANDS)
    for begin in range(0, len(power), _AT_ONCE):
        end = min(begin + _AT_ONCE, len(power))
        wide = slice(max(0, begin - SECOND), min(end + SECOND, len(power)))
        noise = _between(floor, wide.start, wide.stop)
        loud = np.logaddexp(power[wide].astype(np.float32), noise) - noise
        some = (moving_mean(loud, 3) - moving_mean(loud, SECOND // 2))[begin - wide.start : end - wide.start]
        total += some.sum(axis=0, dtype=np.float64)
        square += (some**2).sum(axis=0, dtype=np.float64)
        shape[begin:end] = some
    if len(power):
        deviation = np.sqrt(np.maximum(square / len(power) - (total / len(power)) ** 2, 0)) + 1e-3
        for begin in range(0, len(power), _AT_ONCE):
            shape[begin : begin + _AT_ONCE] /= deviation.astype(np.float16)
    return shape


def moving_mean(values: Floats, width: int) -> Floats:
    """Give the mean over ``width`` rows around each row; at the ends over those that are there.

    >>> moving_mean(np.arange(4, dtype=np.float32)[:, None], 3).ravel().tolist()
    [0.5, 1.0, 2.0, 2.5]
    """
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    rows = np.arange(len(values))
    low, high = np.maximum(rows - width // 2, 0), np.minimum(rows + width - width // 2, len(values))
    mean: Floats = ((sums[high] - sums[low]) / (high - low)[:, None]).astype(np.float32)
    return mean
