"""Finds, where a copy follows, stretches whose sound is another or is gone; and stretches where nothing can be told.

*Conventions.*  Frames inside, seconds in what is given.  What counts as much missing is learnt from the pair: noise
suppression and small codecs take away more than others.
"""

from typing import Final

import numpy as np

from tweespoor.sound.comparison import Difference, Kind, Unclear, Why
from tweespoor.sound.content import ALLOWED, Content, Flags
from tweespoor.sound.differences import Suspect, named
from tweespoor.sound.features import SECOND, ZERO, Features, Floats, moving_mean
from tweespoor.sound.likeness import Evidence
from tweespoor.sound.path import stretches
from tweespoor.sound.pieces import NEARLY, Piece

_WINDOWS: Final = (25, 50, 100)
_HOP: Final = 5
_KNOWN: Final = 0.7  # of a window must be heard
_LEAST: Final = 0.4
_AGAINST: Final = -0.1  # nats a frame
_TOGETHER: Final = 30
_DEAD: Final = 3
_BLIND: Final = 2 * SECOND
_BLIND_NATS: Final = 0.04
_QUIET_CELLS: Final = 2.0


def different(evidence: Evidence, content: Content, piece: Piece, thresholds: tuple[float, ...]) -> list[Suspect]:
    """Give the stretches of one piece whose sound is another or is gone."""
    missing, against = content.missing[piece.begin : piece.end], content.evidence[piece.begin : piece.end]
    flags = np.zeros(len(missing), bool)
    for width, threshold in zip(_WINDOWS, thresholds, strict=True):
        middle, mean = _windows(missing, against, width)
        for start in np.flatnonzero((middle > threshold) & (mean < _AGAINST)).tolist():
            flags[start * _HOP : start * _HOP + width] = True
    flags |= _dead(evidence.copy, piece) & (content.heard[piece.begin : piece.end] >= _QUIET_CELLS)
    gains = -np.clip(against, -2, 2) + 2 * (np.clip(np.nan_to_num(missing, nan=0.3), 0, 1.5) - 0.4)
    found: list[Suspect] = []
    for begin, end in _joined(flags):
        low, high = max(0, begin - SECOND // 2), min(len(gains), end + SECOND // 2)
        found.append(Suspect(*(piece.begin + at for at in _best(gains, low, high, (begin + end) // 2))))
    return found


def thresholds(content: Content) -> tuple[float, ...]:
    """Learn from the pair above which middle of what is missing a window is suspect, for each length of window."""
    learnt: list[float] = []
    for width in _WINDOWS:
        middle, _ = _windows(content.missing, content.evidence, width)
        known = middle[~np.isnan(middle)]
        learnt.append(max(_LEAST, 1.3 * float(np.quantile(known, 0.99))) if len(known) >= SECOND else 9.0)
    return tuple(learnt)


def judged(evidence: Evidence, content: Content, one: Suspect, line: float) -> Difference | Unclear:
    """Name what a stretch is: silenced, replaced, or not to be told."""
    frames = slice(one.begin, one.end)
    dead = float((evidence.copy.peak[frames] < ZERO).mean())
    missing, left = content.missing[frames], content.left[frames]
    known = ~np.isnan(missing)
    first, last = (float(at) for at in evidence.places(line, one.begin, one.end + 1)[[0, -1]])
    if dead > 0.6 and np.nanmean(content.heard[frames]) >= 1:
        return named(Kind.SILENCED, one, (first, last), one.end - one.begin, "A")
    if known.mean() > 0.3 and float(np.median(missing[known])) > 0.3:
        kind = Kind.SILENCED if float(np.median(left[known])) < ALLOWED else Kind.REPLACED
        return named(kind, one, (first, last), one.end - one.begin, "B")
    return Unclear((one.begin / SECOND, one.end / SECOND), _why(content, frames))


def blind(content: Content, piece: Piece) -> list[Unclear]:
    """Give the stretches of a piece in which nothing speaks for or against following."""
    frames = slice(piece.begin, piece.end)
    against = np.clip(content.evidence[frames], -1.2, 3.0)
    smooth = moving_mean(against[:, None], _BLIND)[:, 0]
    return [
        Unclear(
            ((piece.begin + begin) / SECOND, (piece.begin + end) / SECOND),
            _why(content, slice(piece.begin + begin, piece.begin + end)),
        )
        for begin, end in stretches(smooth < _BLIND_NATS, SECOND)
    ]


def _why(content: Content, frames: slice) -> Why:
    if float(np.nan_to_num(np.nanmean(content.heard[frames]))) < _QUIET_CELLS:
        return Why.QUIET
    return Why.MASKED if float(np.nan_to_num(np.nanmean(content.over[frames]))) > 0.3 else Why.NOISE


def _windows(missing: Floats, against: Floats, width: int) -> tuple[Floats, Floats]:
    """Give, every fifty milliseconds, the middle of what is missing (NaN where too little is heard) and mean evidence."""
    if len(missing) < width:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    views = np.lib.stride_tricks.sliding_window_view(missing, width)[::_HOP]
    known = (~np.isnan(views)).sum(axis=1)
    middle = np.full(len(views), np.nan, np.float32)
    enough = np.flatnonzero(known >= _KNOWN * width)
    for at in range(0, len(enough), 1 << 14):
        rows = enough[at : at + (1 << 14)]
        middle[rows] = np.sort(views[rows], axis=1)[np.arange(len(rows)), known[rows] // 2]
    sums = np.concatenate([[0.0], np.cumsum(np.clip(against, -3, 3), dtype=np.float64)])
    mean = ((sums[width:] - sums[:-width]) / width)[::_HOP].astype(np.float32)
    return middle, mean


def _dead(copy: Features, piece: Piece) -> Flags:
    dead = np.zeros(piece.end - piece.begin, bool)
    for begin, end in stretches(copy.peak[piece.begin : piece.end] < ZERO, _DEAD):
        dead[begin:end] = True
    return dead


def _joined(flags: Flags) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in stretches(flags):
        if joined and begin - joined[-1][1] < _TOGETHER:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
    return joined


def _best(gains: Floats, low: int, high: int, middle: int) -> tuple[int, int, int, int]:
    """Give the stretch around a middle with the most gain: begin, end, and the outermost places nearly as good."""
    after = np.concatenate([[0.0], np.cumsum(gains[middle:high], dtype=np.float64)])
    before = np.concatenate([[0.0], np.cumsum(gains[low:middle][::-1], dtype=np.float64)])
    end, begin = int(after.argmax()), int(before.argmax())
    last = int(np.flatnonzero(after > after[end] - NEARLY)[-1])
    first = int(np.flatnonzero(before > before[begin] - NEARLY)[-1])
    return middle - begin, middle + max(end, 1), middle - first, middle + max(last, end, 1)
