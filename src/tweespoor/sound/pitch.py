"""Finds stretches that were made higher or lower: there the copy fits the original better with its bands moved.

*Conventions.*  Frames; a factor above 1 means that the copy is higher.  Bands lie evenly in mel, so a factor moves high
bands by more than low ones.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.features import BANDS, SECOND, Floats, frequencies, moving_mean
from tweespoor.sound.likeness import Evidence
from tweespoor.sound.path import most_gain, stretches
from tweespoor.sound.pieces import Piece

FACTORS: Final = (0.8, 0.86, 0.93, 1.07, 1.15, 1.23)
LEAST: Final = 0.03
"""A factor nearer to 1 than this is not told from another microphone."""
_WINDOW: Final = 3 * SECOND
_GAIN: Final = 40.0
"""Nats in a window by which moved bands must fit better."""
_USUAL: Final = 1.6
_STEADY: Final = 0.02
_FITS: Final = 0.1
_MINUTE: Final = 60 * SECOND
_AT_ONCE: Final = 1 << 13


class Shift(NamedTuple):
    """A stretch at another pitch, and all places where it could begin or end."""

    begin: int
    end: int
    low: int
    high: int
    factor: float


def shifted(evidence: Evidence, pieces: list[Piece]) -> list[tuple[Piece, Shift]]:
    """Give the stretches of pieces that fit better at another pitch."""
    return [(piece, one) for piece in pieces for one in _within(evidence, piece)]


def _better(evidence: Evidence, piece: Piece, factors: Sequence[float], begin: int, end: int) -> Floats:
    """Give by how much each frame fits better with its bands moved [factors, frames]; one says a little at most."""
    ways = [None, *(moving(factor) for factor in factors)]
    better = np.empty((len(factors), end - begin), np.float32)
    for at in range(begin, end, _AT_ONCE):
        until = min(at + _AT_ONCE, end)
        first = piece.begin + at
        fits = np.clip(evidence.moved(evidence.places(piece.line, first, piece.begin + until), first, ways), -3, 3)
        better[:, at - begin : until - begin] = fits[1:] - fits[0]
    return better


@cache
def moving(factor: float) -> Floats:
    """Give the matrix [BANDS, BANDS] that moves bands up by a factor, between bands in proportion."""
    mel = 2595 * np.log10(1 + frequencies() / 700)
    came = (2595 * np.log10(1 + frequencies() / factor / 700) - mel[0]) / (mel[1] - mel[0])
    matrix = np.zeros((BANDS, BANDS), np.float32)
    for band, place in enumerate(came):
        lower = int(np.floor(place))
        for source, part in ((lower, lower + 1 - place), (lower + 1, place - lower)):
            if 0 <= source < BANDS:
                matrix[source, band] += part
    return matrix


def _within(evidence: Evidence, piece: Piece) -> Iterator[Shift]:
    length = piece.end - piece.begin
    if length <= _WINDOW:
        return
    best, which = _best(evidence, piece)
    until = 0
    for begin, end in stretches(best > np.maximum(_GAIN, _USUAL * _around(best))):
        top = begin + int(best[begin:end].argmax())
        if top < until:
            continue  # the stretch before it goes on until here
        about = FACTORS[which[top]]
        low, high = max(0, begin - _WINDOW), min(length, end + _WINDOW)
        factor = _factor(evidence, piece, about, max(0, top - _WINDOW // 2), min(length, top + _WINDOW // 2))
        frames = _better(evidence, piece, (factor,), low, high)[0] - _STEADY
        first, last, *outer = most_gain(frames, top - low)
        factor = _factor(evidence, piece, factor, low + first, low + last)
        bent = abs(factor - 1) >= LEAST and last - first >= SECOND // 2
        if bent and _follows(evidence, piece, factor, (low + first, low + last)):
            at, until = piece.begin + low, low + last
            yield Shift(at + first, at + last, at + outer[0], at + outer[1], factor)


def _follows(evidence: Evidence, piece: Piece, factor: float, within: tuple[int, int]) -> bool:
    """Tell whether a stretch follows once its bands are moved; other words fit a little better at some pitch too."""
    begin, end = (piece.begin + at for at in within)
    fits = evidence.moved(evidence.places(piece.line, begin, end), begin, [moving(factor)])[0]
    return float(np.clip(fits, -3, 3).mean()) > _FITS


def _best(evidence: Evidence, piece: Piece) -> tuple[Floats, NDArray[np.int8]]:
    """Give, for the window around each frame, by how much it fits better with bands moved at best, and by which."""
    length = piece.end - piece.begin
    best, which = np.empty(length, np.float32), np.empty(length, np.int8)
    for begin in range(0, length, _AT_ONCE * 4):
        end = min(begin + _AT_ONCE * 4, length)
        low, high = max(0, begin - _WINDOW), min(length, end + _WINDOW)
        gains = moving_mean(_better(evidence, piece, FACTORS, low, high).T, _WINDOW)[begin - low : end - low] * _WINDOW
        which[begin:end] = gains.argmax(axis=1)
        best[begin:end] = gains.max(axis=1)
    return best, which


def _around(best: Floats) -> Floats:
    """Give what is usual in the minutes around each window: a talker or a place may fit a little better moved."""
    blocks = max(1, len(best) // _MINUTE)
    usual = [float(np.quantile(block, 0.8)) for block in np.array_split(best, blocks)]
    middles = (np.arange(blocks) + 0.5) * len(best) / blocks
    around: Floats = np.interp(np.arange(len(best)), middles, usual).astype(np.float32)
    return around


def _factor(evidence: Evidence, piece: Piece, about: float, begin: int, end: int) -> float:
    """Give the factor at which a stretch fits best, between tries by a parabola."""
    tries = np.round(about * np.arange(0.92, 1.081, 0.01), 4)
    fits = _better(evidence, piece, tries.tolist(), begin, end).sum(axis=1)
    best = int(np.clip(fits.argmax(), 1, len(tries) - 2))
    before, top, after = fits[best - 1 : best + 2]
    bend = min(before - 2 * top + after, -1e-6)
    return float(tries[best] + np.clip(0.5 * (before - after) / bend, -1, 1) * (tries[1] - tries[0]))
