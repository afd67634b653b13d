"""Finds stretches that were made higher or lower: there the copy fits the original better with its bands moved.

*Conventions.*  Frames; a factor above 1 means that the copy is higher.  Bands lie evenly in mel, so a factor moves high
bands by more than low ones.  A *lean* is how far what a copy has more or less than is expected of it goes in the
direction in which bands would change if they moved up a little; how sure it is grows with how much they would change.

What two microphones and a room differ goes both ways, so it hardly leans; by how much better moved bands fit, honest
talkers and a voice that was raised by 6 % could not be told apart.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.features import BANDS, SECOND, Floats, frequencies, moving_mean
from tweespoor.sound.likeness import WEIGHT, Evidence
from tweespoor.sound.path import most_gain, stretches
from tweespoor.sound.pieces import Piece

LEAST: Final = 0.03
"""A factor nearer to 1 than this is not told from another microphone."""
_WINDOW: Final = 3 * SECOND
_STEP: Final = 1.04
"""The little by which bands are moved to learn how they change."""
_SURE: Final = 5.6
"""How sure a lean must be: in four hours of honest talkers it was at most 5.1, and over 4.1 once."""
_SOME: Final = 0.75
"""How many steps a lean must be: 3 %."""
_LITTLE: Final = 0.8
_STEADY: Final = 0.02
_FITS: Final = 0.1
"""Nats a frame by which a stretch must follow with its bands moved, what they gain by it counted twice."""
_NEAR: Final = tuple(np.exp(np.arange(-0.08, 0.085, 0.01)).tolist())
_TRIES: Final = tuple(np.exp(np.arange(-0.28, 0.285, 0.01)).tolist())
_MOST: Final = 3.0
_OUT: Final = 0.5
"""How far outside all bands, in bands, one may have come from."""
_ENOUGH: Final = 30 * SECOND
"""So much of a stretch is looked at to know its factor: the memory that it takes is bounded."""
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


@cache
def moving(factor: float) -> Floats:
    """Give the matrix [BANDS, BANDS] that moves bands up by a factor, between bands by a cubic.

    What would come from outside the bands is taken to be as the outermost one.
    """
    matrix = np.zeros((BANDS, BANDS), np.float32)
    for band, place in enumerate(_came(factor)):
        lower = int(np.floor(place))
        for source in range(lower - 1, lower + 3):
            matrix[min(max(source, 0), BANDS - 1), band] += _part(abs(place - source))
    return matrix


def _came(factor: float) -> NDArray[np.float64]:
    """Give from where, counted in bands, each band came when all are moved up by a factor."""
    mel = 2595 * np.log10(1 + frequencies() / 700)
    came: NDArray[np.float64] = (2595 * np.log10(1 + frequencies() / factor / 700) - mel[0]) / (mel[1] - mel[0])
    return came


def _part(apart: float) -> float:
    """Give how much of a band comes to a place so far from it, at most two bands: cubic convolution."""
    if apart <= 1:
        return (1.5 * apart - 2.5) * apart * apart + 1
    return ((-0.5 * apart + 2.5) * apart - 4) * apart + 2


def _within(evidence: Evidence, piece: Piece) -> Iterator[Shift]:
    length = piece.end - piece.begin
    if length <= _WINDOW:
        return
    leans, weights = _leaning(evidence, piece)
    lean, weight = (moving_mean(one[:, None], _WINDOW)[:, 0] * _WINDOW for one in (leans, weights))
    sure = np.abs(lean) / np.sqrt(weight + _LITTLE)
    until = 0
    for begin, end in stretches((sure > _SURE) & (np.abs(lean) > _SOME * (weight + _LITTLE))):
        top = begin + int(sure[begin:end].argmax())
        if top < until:
            continue  # the stretch before it goes on until here
        low, high = max(0, begin - _WINDOW), min(length, end + _WINDOW)
        factor = _factor(evidence, piece, _TRIES, max(0, top - _WINDOW // 2), min(length, top + _WINDOW // 2))
        frames = _better(evidence, piece, factor, low, high) - _STEADY
        first, last, *outer = most_gain(frames, top - low)
        factor = _factor(evidence, piece, [factor * near for near in _NEAR], low + first, low + last)
        bent = abs(factor - 1) >= LEAST and last - first >= SECOND // 2
        if bent and _follows(evidence, piece, factor, low + first, low + last):
            at, until = piece.begin + low, low + last
            yield Shift(at + first, at + last, at + outer[0], at + outer[1], factor)


def _leaning(evidence: Evidence, piece: Piece) -> tuple[Floats, Floats]:
    """Give how far each frame leans, and how much that says; louder or softer as a whole is no lean."""
    way = ((moving(_STEP) - moving(1 / _STEP)) / 2).astype(np.float32)
    leans, weights = (np.empty(piece.end - piece.begin, np.float32) for _ in range(2))
    for begin in range(0, len(leans), _AT_ONCE):
        end = min(begin + _AT_ONCE, len(leans))
        expected, (change,), copy, weight = _parts(evidence, piece, begin, end, [way])
        whole = (weight * change * expected).sum(axis=1) / ((weight * expected * expected).sum(axis=1) + 1)
        change = change - whole[:, None] * expected
        leans[begin:end] = (weight * change * (copy - expected)).sum(axis=1)
        weights[begin:end] = (weight * change * change).sum(axis=1)
    return leans, weights


def _parts(
    evidence: Evidence, piece: Piece, begin: int, end: int, ways: Sequence[Floats]
) -> tuple[Floats, list[Floats], Floats, Floats]:
    """Give what is expected of frames of a piece, also by each way of moving its bands, what they are, and weights."""
    places = evidence.places(piece.line, piece.begin + begin, piece.begin + end)
    last = len(evidence.original) - 1
    shape = evidence.original.shape[np.clip(places, 0, last)].astype(np.float32)
    classes = np.digitize((shape * shape).mean(axis=1), evidence.likeness.edges)
    gain, weight = evidence.likeness.gain[classes], WEIGHT / evidence.likeness.follows[classes]
    weight[(places < 0) | (places > last)] = 0
    copy = evidence.copy.shape[piece.begin + begin : piece.begin + end].astype(np.float32)
    return gain * shape, [gain * (shape @ way) for way in ways], copy, weight


def _apart(evidence: Evidence, piece: Piece, factors: Sequence[float], begin: int, end: int) -> Floats:
    """Give how far frames are from what is expected of them [factors and 1, frames, BANDS], in nats."""
    expected, moved, copy, weight = _parts(evidence, piece, begin, end, [moving(factor) for factor in factors])
    return np.stack([0.5 * weight * (copy - one) ** 2 for one in [*moved, expected]])


def _better(evidence: Evidence, piece: Piece, factor: float, begin: int, end: int) -> Floats:
    """Give by how much each frame fits better with its bands moved; one says a little at most."""
    better = np.empty(end - begin, np.float32)
    for at in range(begin, end, _AT_ONCE):
        until = min(at + _AT_ONCE, end)
        moved, expected = _apart(evidence, piece, [factor], at, until).sum(axis=2)
        better[at - begin : until - begin] = np.clip(expected - moved, -_MOST, _MOST)
    return better


def _factor(evidence: Evidence, piece: Piece, tries: Sequence[float], begin: int, end: int) -> float:
    """Give the factor at which a stretch fits best, between tries by a parabola; no frame decides alone.

    Bands that came from outside all bands are left out: a lower voice would seem less low.
    """
    known = np.all([(came > -_OUT) & (came < BANDS - 1 + _OUT) for came in map(_came, tries)], axis=0)
    apart = _apart(evidence, piece, tries, begin, min(end, begin + _ENOUGH))[:-1, :, known]
    fits = -np.sqrt(apart.sum(axis=2)).sum(axis=1)
    best = int(np.clip(fits.argmax(), 1, len(tries) - 2))
    before, top, after = fits[best - 1 : best + 2]
    bend = min(before - 2 * top + after, -1e-6)
    return float(tries[best] + np.clip(0.5 * (before - after) / bend, -1, 1) * (tries[best + 1] - tries[best]))


def _follows(evidence: Evidence, piece: Piece, factor: float, begin: int, end: int) -> bool:
    """Tell whether a stretch follows once its bands are moved; other words fit a little better at some pitch too."""
    begin, end = piece.begin + begin, piece.begin + min(end, begin + _ENOUGH)
    both = evidence.moved(evidence.places(piece.line, begin, end), begin, [moving(factor), None])
    moved, bare = np.clip(both, -_MOST, _MOST).mean(axis=1).tolist()
    return bool(moved + (moved - bare) > _FITS)
