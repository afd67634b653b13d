"""Finds, where a copy follows, stretches whose sound is another or is gone; and stretches where nothing can be told.

*Conventions.*  Frames inside, seconds in what is given.  What counts as much missing is learnt from the pair: noise
suppression and small codecs take away more than others.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from tweespoor.sound.comparison import Difference, Kind, Unclear, Why
from tweespoor.sound.content import ALLOWED, Content
from tweespoor.sound.differences import Suspect, named
from tweespoor.sound.features import SECOND, ZERO, Features, Flags, Floats, moving_mean, seconds
from tweespoor.sound.likeness import Evidence
from tweespoor.sound.path import most_gain, stretches
from tweespoor.sound.pieces import Gap, Piece
from tweespoor.sound.pitch import Shift

_WINDOWS: Final = (25, 50, 100)
_HOP: Final = 5
_KNOWN: Final = 0.7  # of a window must be heard
_LEAST: Final = 0.4
_AGAINST: Final = -0.1
"""Nats a frame below which a window does not speak for following."""
_SURELY_AGAINST: Final = -1.0
"""Nats a frame below which a window is looked at, whatever is heard of it."""
_TOGETHER: Final = 20
_SHADOW: Final = 55
"""Frames around digital silence in which evidence is bent by it: half the mean of half a second, and a window."""
_DEAD: Final = 4
_DEAD_CELLS: Final = 2.0
_EVEN: Final = 0.35
_SOME: Final = 9
"""Frames that must lack something to be called other sound: something else is heard in its place."""
_MORE: Final = 14
"""The same, when nothing else is heard: a knock near the original's microphone is missing in a copy, but it fades."""
_BAD: Final = -1.0
_CLEARLY: Final = -0.8
_SHARE: Final = 0.25
_MUCH: Final = 24
"""Frames that lack something where another sound, as loud as what should be there, covers most of it."""
_OTHER: Final = 0.15
_LESS: Final = 0.3
_HOLE: Final = 15
"""Frames for which a hole is deep at the least: of a quarter of a second, smoothed, about twenty are left."""
_SHALLOW, _DEEP = -0.7, -1.1
"""Nats under the copy's own noise in which a hole lies, and that it reaches; honest pauses get there, but see below."""
_LACKS: Final = 1.0
_LACKING: Final = 5
_LACKING_SHARE: Final = 0.2
"""How much of a hole must lack something: a phone that suppresses noise makes holes, but where nobody speaks."""
_TONE: Final = 2.3
_ONE_BAND: Final = 0.8
_SOFT: Final = 2
"""Frames by which a hole is longer at each end than it seems, since powers are smoothed."""
_BRIEF: Final = 30
"""A stretch shorter than this that cannot be told is not worth a word."""
_BLIND: Final = 3 * SECOND
_BLIND_NATS: Final = 0.04
_QUIET_CELLS: Final = 2.0
_DROWNED: Final = 0.3
_QUIET: Final = 6 * SECOND


def different(
    evidence: Evidence, content: Content, piece: Piece, limits: tuple[float, ...], gaps: list[Gap]
) -> Iterator[Difference | Unclear]:
    """Give the stretches of a piece, its ``gaps`` among them, whose sound is another, is gone, or cannot be told."""
    frames = slice(piece.begin, piece.end)
    missing, against = content.missing[frames], content.evidence[frames]
    flags = np.zeros(len(missing), bool)
    for width, limit in zip(_WINDOWS, limits, strict=True):
        middle, mean = _windows(missing, against, width)
        suspect = (middle > limit) & (mean < _AGAINST)
        if width == _WINDOWS[0]:
            suspect |= mean < _SURELY_AGAINST
        for start in np.flatnonzero(suspect).tolist():
            flags[start * _HOP : start * _HOP + width] = True
    for gap in gaps:
        flags[gap.begin - piece.begin : gap.end - piece.begin] = True
    less, more = np.nan_to_num(missing), np.nan_to_num(content.over[frames])
    gains = np.clip(less, 0, 1.5) + np.clip(2 * more, 0, 1.5) - _EVEN - 0.15 * np.clip(against, -2, 2)
    silent = _dead(evidence.copy, piece, content)
    for begin, end in silent:
        flags[max(0, begin - _SHADOW) : end + _SHADOW] = False
        yield _named(Kind.SILENCED, "A", evidence, piece, (begin, end, begin, end))
    for kind, begin, end in _holes(evidence, content, piece, silent):
        flags[max(0, begin - _SHADOW) : end + _SHADOW] = False
        at = max(0, begin - _SOFT), min(end + _SOFT, len(flags))
        yield _named(kind, "B", evidence, piece, (*at, max(0, at[0] - _HOP), min(at[1] + _HOP, len(flags))))
    for begin, end in _joined(flags):
        low, high = max(0, begin - SECOND // 2), min(len(gains), end + SECOND // 2)
        best = most_gain(gains[low:high], (begin + end) // 2 - low)
        judged = _judged(evidence, content, piece, (low + best[0], low + best[1], low + best[2], low + best[3]))
        if judged is not None:
            yield judged


def _judged(
    evidence: Evidence, content: Content, piece: Piece, one: tuple[int, int, int, int]
) -> Difference | Unclear | None:
    """Name what a stretch is: silenced, replaced, or not to be told."""
    frames = slice(piece.begin + one[0], piece.begin + one[1])
    missing = content.missing[frames]
    known = ~np.isnan(missing)
    bad = int(((missing > _LESS) & (content.evidence[frames] < _BAD)).sum())
    over = float(np.nan_to_num(np.nanmean(content.over[frames]))) > _OTHER
    if not known.any():
        return None if one[1] - one[0] < _BRIEF else _unknown(content, frames)
    mean, share = float(content.evidence[frames][known].mean()), bad / (one[1] - one[0])
    less = bad >= (_SOME if over else _MORE) and mean < _CLEARLY and share > _SHARE
    drowned = over and bad >= _MUCH and mean < 2 * _CLEARLY and share > _SHARE / 2
    if drowned or (less and float(np.median(missing[known])) > _LESS):
        kind = Kind.SILENCED if float(np.median(content.left[frames][known])) < ALLOWED else Kind.REPLACED
        return _named(kind, "B", evidence, piece, one)
    return None if one[1] - one[0] < _BRIEF else _unknown(content, frames)


def _unknown(content: Content, frames: slice) -> Unclear:
    return Unclear((seconds(frames.start), seconds(frames.stop)), _why(content, frames))


def bent(evidence: Evidence, piece: Piece, one: Shift) -> Difference:
    """Name a stretch at another pitch."""
    at = (one.begin - piece.begin, one.end - piece.begin, one.low - piece.begin, one.high - piece.begin)
    return replace(_named(Kind.PITCH, "B", evidence, piece, at), factor=one.factor)


def _named(kind: Kind, grade: str, evidence: Evidence, piece: Piece, one: tuple[int, int, int, int]) -> Difference:
    begin, end, low, high = (piece.begin + at for at in one)
    first, last = (float(at) for at in evidence.places(piece.line, begin, end + 1)[[0, -1]])
    return named(kind, Suspect(begin, end, low, high), (first, last), grade)


def thresholds(content: Content) -> tuple[float, ...]:
    """Learn from the pair above which middle of what is missing a window is suspect, for each length of window."""
    learnt: list[float] = []
    for width in _WINDOWS:
        middle, _ = _windows(content.missing, content.evidence, width)
        known = middle[~np.isnan(middle)]
        learnt.append(max(_LEAST, 1.3 * float(np.quantile(known, 0.99))) if len(known) >= SECOND else 9.0)
    return tuple(learnt)


def blind(content: Content, piece: Piece) -> Iterator[Unclear]:
    """Give the stretches of a piece in which nothing speaks for or against following."""
    frames = slice(piece.begin, piece.end)
    against = np.clip(content.evidence[frames], -1.2, 3.0)
    smooth = moving_mean(against[:, None], _BLIND)[:, 0]
    for begin, end in stretches(smooth < _BLIND_NATS, 2 * SECOND):
        why = _why(content, slice(piece.begin + begin, piece.begin + end))
        if why is not Why.QUIET or end - begin >= _QUIET:
            yield Unclear((seconds(piece.begin + begin), seconds(piece.begin + end)), why)


def _why(content: Content, frames: slice) -> Why:
    if float(np.nan_to_num(np.nanmean(content.heard[frames]))) < _QUIET_CELLS:
        return Why.QUIET
    return Why.MASKED if float(np.nan_to_num(np.nanmean(content.over[frames]))) > _DROWNED else Why.NOISE


def _windows(missing: Floats, against: Floats, width: int) -> tuple[Floats, Floats]:
    """Give, every 50 ms, the middle of what is missing (NaN where too little is heard) and the mean evidence."""
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


def _dead(copy: Features, piece: Piece, content: Content) -> list[tuple[int, int]]:
    """Give where the copy has digital silence while the original has sound, in frames of the piece.

    A frame is a window of 32 ms, so of silence that lasts n frames only n - 3 are wholly silent.
    """
    return [
        (begin - 1, end + 2)
        for begin, end in stretches(copy.peak[piece.begin : piece.end] < ZERO, _DEAD)
        if float(np.nanmean(content.heard[piece.begin + begin : piece.begin + end])) >= _DEAD_CELLS
    ]


def _holes(
    evidence: Evidence, content: Content, piece: Piece, silent: list[tuple[int, int]]
) -> Iterator[tuple[Kind, int, int]]:
    """Give where the copy is quieter than its own pauses, while the original speaks, or but for a tone."""
    depth = content.depth[piece.begin : piece.end]
    for low, high in stretches(depth < _SHALLOW, _HOLE):
        deepest = np.lib.stride_tricks.sliding_window_view(depth[low:high], _HOLE).max(axis=1)
        best = int(deepest.argmin())
        if deepest[best] > _DEEP or any(begin < high and end > low for begin, end in silent):
            continue
        edges = stretches(depth[low:high] < min(_SHALLOW, float(deepest[best]) / 2))
        begin, end = next((low + a, low + b) for a, b in edges if a <= best < b)
        frames = slice(piece.begin + begin, piece.begin + end)
        lacking = int((content.missing[frames] > _LACKS).sum())
        if _is_tone(evidence.copy, frames):
            yield Kind.REPLACED, begin, end
        elif lacking >= _LACKING and lacking > _LACKING_SHARE * (end - begin):
            yield Kind.SILENCED, begin, end


def _is_tone(copy: Features, frames: slice) -> bool:
    """Tell whether one band stands out all the time where the others are quiet."""
    above = copy.power[frames].astype(np.float32) - copy.noise(frames.start, frames.stop)
    which = np.bincount(above.argmax(axis=1), minlength=above.shape[1])
    one = int(which.argmax())
    return bool(which[one] >= _ONE_BAND * len(above) and float(np.median(above[:, one])) > _TONE)


def _joined(flags: Flags) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in stretches(flags):
        if joined and begin - joined[-1][1] < _TOGETHER:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
    return joined
