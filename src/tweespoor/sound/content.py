"""Whether what a copy has where it follows is the same sound: energy that is missing, and what lies over it.

*Conventions.*  One value per frame of the copy.  ``missing``: of the bands in which the original is well above the
copy's noise, by how much the copy is below what is expected of it, in nats of power beyond `ALLOWED`; NaN where fewer
than `CELLS` bands are heard.  ``heard``: how many are.  ``left``: how far the copy is above its noise in them.
``over``: how far it is above what is expected, in all bands.  ``depth``: how far twelve of the twenty bands are, at
least, above the copy's noise; below 0 it is quieter than its own pauses are, and the original's quiet is taken off.
``evidence``: the bare evidence (see `likeness`) that it
follows.  Expected is the original's power, times what the two microphones differ per band, times what they differ in
the seconds around (both turn their gain).

A knock or a voice beside a microphone adds energy and never takes it away, so energy that is missing is a sign of its
own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tweespoor.sound.features import BANDS, SECOND, Features, Flags, Floats, moving_mean
from tweespoor.sound.likeness import Evidence
from tweespoor.sound.pieces import Piece

HEARD: Final = 2.3
"""Ten decibels: what a band must be above the noise to count."""
ALLOWED: Final = 1.15
"""Five decibels: rooms, codecs and noise suppression take so much away."""
CELLS: Final = 4
_MOST: Final = 3.45
_TOGETHER: Final = 5
_MANY: Final = BANDS * 3 // 5
_AT_ONCE: Final = 1 << 15
_MINUTE: Final = 60 * SECOND
_GAIN: Final = SECOND // 2
_AROUND: Final = 9  # half seconds whose middle is the gain


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What the copy has along its pieces, one value per frame (see above); outside pieces NaN and 0."""

    missing: Floats
    evidence: Floats
    heard: Floats
    left: Floats
    over: Floats
    depth: Floats


def measure(evidence: Evidence, pieces: list[Piece]) -> Content:
    """Measure a copy along stretches of it that lie on a line."""
    frames = len(evidence.copy)
    result = Content(*(np.full(frames, np.nan, np.float32) for _ in range(6)))
    result.evidence[:] = 0
    channel = _channel(evidence, pieces)
    gain = _gain(evidence, pieces, channel)
    for piece in pieces:
        for begin in range(piece.begin, piece.end, _AT_ONCE):
            end = min(begin + _AT_ONCE, piece.end)
            some = slice(begin, end)
            original, copy, noise = _powers(evidence, piece, begin, end)
            expected = original + _now(channel, begin, end) + gain[some, None]
            strong = expected - noise > HEARD
            count = strong.sum(axis=1)
            less = np.where(strong, np.clip(expected - copy - ALLOWED, 0, _MOST), 0).sum(axis=1)
            result.missing[some] = np.where(count >= CELLS, less / np.maximum(count, 1), np.nan)
            result.heard[some] = count
            left = np.where(strong, np.clip(copy - noise, 0, _MOST), 0).sum(axis=1)
            result.left[some] = left / np.maximum(count, 1)
            more = np.clip(copy - np.logaddexp(expected, noise) - ALLOWED, 0, _MOST)
            result.over[some] = more.mean(axis=1)
            above = copy - noise - np.minimum(original - _noise(evidence, piece, begin, end), 0)
            result.depth[some] = np.partition(above, _MANY, axis=1)[:, _MANY]
            result.evidence[some] = evidence.at(evidence.places(piece.line, begin, end), begin)
    return result


def _powers(evidence: Evidence, piece: Piece, begin: int, end: int) -> tuple[Floats, Floats, Floats]:
    """Give the powers of both and the copy's noise, as logarithms [frames, BANDS], smoothed over 50 ms."""
    places = np.clip(evidence.places(piece.line, begin, end), 0, len(evidence.original) - 1)
    original = _smoothed(evidence.original, int(places[0]), int(places[-1]) + 1)[places - places[0]]
    return original, _smoothed(evidence.copy, begin, end), evidence.copy.noise(begin, end)


def _smoothed(features: Features, begin: int, end: int) -> Floats:
    low, high = max(0, begin - _TOGETHER), min(len(features), end + _TOGETHER)
    power = moving_mean(np.exp(features.power[low:high].astype(np.float32)), _TOGETHER)
    smoothed: Floats = np.log(power[begin - low : end - low] + 1e-12)
    return smoothed


def _channel(evidence: Evidence, pieces: list[Piece]) -> Floats:
    """Give by how much the copy's microphone differs per band, minute by minute: [minutes, BANDS].

    The median where both are well heard; of the whole copy in a minute that says too little.  A phone that is moved in
    the middle sounds otherwise from there.
    """
    minutes = len(evidence.copy) // _MINUTE + 1
    local = np.full((minutes, BANDS), np.nan, np.float32)
    for minute in range(minutes):
        apart = [
            _apart(evidence, piece, max(piece.begin, minute * _MINUTE), min(piece.end, (minute + 1) * _MINUTE))
            for piece in pieces
            if piece.begin < (minute + 1) * _MINUTE and piece.end > minute * _MINUTE
        ]
        if apart:
            some = np.concatenate(apart)
            known = (~np.isnan(some)).sum(axis=0) >= SECOND
            local[minute, known] = np.nanmedian(some[:, known], axis=0)
    known = ~np.isnan(local)
    whole = np.zeros(BANDS, np.float32)
    heard = known.any(axis=0)
    if heard.any():
        whole[heard] = np.nanmedian(local[:, heard], axis=0)
        whole[~heard] = np.median(whole[heard])
    return np.where(known, local, whole).astype(np.float32)


def _apart(evidence: Evidence, piece: Piece, begin: int, end: int) -> Floats:
    """Give by how much the copy is louder [frames, BANDS], where both are well heard; else NaN."""
    original, copy, noise = _powers(evidence, piece, begin, end)
    both = (copy - noise > HEARD) & _heard(evidence, piece, begin, end, original)
    return np.where(both, copy - original, np.float32(np.nan))


def _now(channel: Floats, begin: int, end: int) -> Floats:
    """Give the channel of some frames, going evenly from the middle of one minute to that of the next."""
    at = np.clip(np.arange(begin, end) / _MINUTE - 0.5, 0, len(channel) - 1)
    minute = at.astype(np.int64)
    part = (at - minute).astype(np.float32)[:, None]
    now: Floats = channel[minute] * (1 - part) + channel[np.minimum(minute + 1, len(channel) - 1)] * part
    return now


def _heard(evidence: Evidence, piece: Piece, begin: int, end: int, original: Floats) -> Flags:
    """Tell where the original is well above its own noise."""
    return np.asarray(original - _noise(evidence, piece, begin, end) > HEARD)


def _noise(evidence: Evidence, piece: Piece, begin: int, end: int) -> Floats:
    """Give the original's noise along a piece."""
    places = np.clip(evidence.places(piece.line, begin, end), 0, len(evidence.original) - 1)
    noise: Floats = evidence.original.noise(int(places[0]), int(places[-1]) + 1)[places - places[0]]
    return noise


def _gain(evidence: Evidence, pieces: list[Piece], channel: Floats) -> Floats:
    """Give by how much more both differ around each frame: the middle of the means of nine half seconds."""
    frames = len(evidence.copy)
    total, count = np.zeros(frames // _GAIN + 1), np.zeros(frames // _GAIN + 1)
    for piece in pieces:
        for begin in range(piece.begin, piece.end, _AT_ONCE):
            end = min(begin + _AT_ONCE, piece.end)
            more = _apart(evidence, piece, begin, end) - _now(channel, begin, end)
            both = ~np.isnan(more)
            apart = np.where(both, np.clip(more, -_MOST, _MOST), 0).sum(axis=1)
            half = np.arange(begin, end) // _GAIN
            np.add.at(total, half, apart)
            np.add.at(count, half, both.sum(axis=1))
    known = np.flatnonzero(count > _GAIN)
    if not len(known):
        return np.zeros(frames, np.float32)
    mean = total[known] / count[known]
    padded = np.pad(mean, _AROUND // 2, mode="edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, _AROUND), axis=1)
    gain: Floats = np.interp(np.arange(frames), (known + 0.5) * _GAIN, middle).astype(np.float32)
    return gain
