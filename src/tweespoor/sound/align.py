"""Finds the lines of the original that a copy follows, and which of them at every moment.

First blocks of the copy are looked for everywhere, coarsely; what lies on one line gives the drift of the clocks and
the first places.  Then in rounds: learn what following looks like, follow each place finely, gather places to lines,
decide, and look again for what followed nothing.

*Conventions.*  Frames of 10 ms (see `features`); a line is an offset in frames at the common drift (see `likeness`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from tweespoor.sound import likeness
from tweespoor.sound.drift import HEAVY, WANDER, Run, lacking
from tweespoor.sound.drift import first as first_drift
from tweespoor.sound.features import BANDS, SECOND, Features, Floats, moving_mean
from tweespoor.sound.likeness import Evidence, Ints, Likeness
from tweespoor.sound.path import NONE, Numbers, Row, most_likely, stretches, visits
from tweespoor.sound.searching import QUARTER, Found, Search, clusters, quarters

_LINES: Final = 60
"""More lines than this are not followed at once: the heaviest are."""
_ROUNDS: Final = 3
_BLOCK: Final = 300  # quarters: 12 s
_APART: Final = 4.0
"""Frames by which two lines must differ: jumps of less than 40 ms are not told from wandering."""
_REACH: Final = 80
"""Frames to both sides in which a line is looked for around a coarse place."""
_STEP: Final = 2
_HOP: Final = 25
_HOPS: Final = 10  # of a window in which a line is followed: 2.5 s
_STRAY: Final = 50
"""Frames of nothing that are looked for elsewhere."""
_WIDE: Final = 60 * SECOND
"""Frames around the moments of a line in which it may be followed."""
_LIVELY: Final = 0.25  # power of a block, beside 1 of the whole, in which there is something to look for
_SAMPLE, _SAMPLES = 30 * SECOND, 40  # frames of a block that is learnt from first, and how many blocks
_COARSE: Final = 50.0  # frames by which blocks of one line may be off
_ENDING: Final = 3 * SECOND
_TRIED: Final = 6
_ASTRAY: Final = 40.0  # nats of what is looked for at many places
_HOME: Final = 25.0  # nats of what is looked for at one place
_SCORE: Final = 9.0  # deviations by which a block stands out at its place
_EVENLY: Final = 1.2  # frames from window to window
_HOPS_OF_A_RUN: Final = 4
_SURE: Final = 25.0  # nats of a window that follows
_BRIEF: Final = 2 * SECOND
_BRIEF_NATS: Final = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """Lines (offsets in frames), the evidence for each and every frame, and which is followed when."""

    evidence: Evidence
    lines: Floats
    along: list[Row]
    path: Numbers


class _Line(NamedTuple):
    """An offset, and between which frames of the copy it may be followed."""

    offset: float
    begin: int
    end: int


def align(original: Features, copy: Features, tell: Callable[[float], None]) -> Aligned | None:
    """Align a copy; None when it follows nothing of the original."""
    search, coarse = Search(original), quarters(copy.shape)
    every = max(_BLOCK, min(1500, len(coarse) // 12))
    found = [one for one in search.probe(coarse, 0, len(coarse), _BLOCK, every) if one.score > _SCORE and one.lead > 1]
    tell(0.1)
    if not found:
        return None
    drift = first_drift(found)
    seeds = _first_seeds(found, drift, (every * 3 // 2 + _BLOCK) * QUARTER)
    model = _first_likeness(original, copy, drift, [seed.offset for seed in seeds])
    if model is None:
        return None
    aligned: Aligned | None = None
    strays: list[_Line] = []
    for turn in range(_ROUNDS):
        evidence = Evidence(original, copy, model, drift)
        runs = [run for seed in seeds for run in _followed(evidence, seed)]
        slope = lacking(runs, drift)
        drift += slope
        evidence = Evidence(original, copy, model, drift)
        lines = _lines(runs, slope, strays)
        if not lines:
            return None
        aligned = _decided(evidence, lines)
        tell(0.1 + 0.8 * (turn + 1) / _ROUNDS)
        if turn + 1 < _ROUNDS:
            model = _learnt(aligned) or model
            strays += [*_strays(aligned, search, coarse), *_homes(aligned)]
            seeds = _seeds(aligned)
    return aligned


def _first_seeds(found: list[Found], drift: float, wide: int) -> list[_Line]:
    """Give the offsets at which blocks lie, the heaviest first, each with the stretch of the copy around its blocks."""
    offsets = [one.original - one.copy * (1 + drift) for one in found]
    return [
        _spread(
            offset, [one.copy for one, own in zip(found, offsets, strict=True) if abs(own - offset) <= _COARSE], wide
        )
        for offset, _ in clusters(offsets, [one.score for one in found], _COARSE)
    ]


def _spread(offset: float, moments: Sequence[float], wide: int = _WIDE) -> _Line:
    """Give a line that may be followed around some moments."""
    return _Line(offset, max(0, int(min(moments)) - wide), int(max(moments)) + wide)


def _first_likeness(original: Features, copy: Features, drift: float, seeds: list[float]) -> Likeness | None:
    """Learn where plain correlation is best near the heaviest seeds, in blocks spread over all; None when nowhere."""
    blocks = min(_SAMPLES, max(1, len(copy) // _SAMPLE))
    chosen, placed, fits = [], [], []
    for begin in np.linspace(0, max(0, len(copy) - _SAMPLE), blocks).astype(int).tolist():
        end = min(begin + _SAMPLE, len(copy))
        place, best = _best_places(original, copy, drift, seeds[:6], (begin, end))
        chosen.append(np.arange(begin, end))
        placed.append(place)
        fits.append(best)
    frames, place, fit = np.concatenate(chosen), np.concatenate(placed), np.concatenate(fits)
    good = (fit > max(0.12, float(np.quantile(fit, 0.5)) * 0.5)) & (place >= 0) & (place < len(original))
    return _learn(original, copy, place[good], frames[good]) if good.any() else None


def _best_places(
    original: Features, copy: Features, drift: float, seeds: list[float], span: tuple[int, int]
) -> tuple[Ints, Floats]:
    """Give where frames of a stretch correlate best around the seeds, over 2.5 s, and how well."""
    begin, end = span
    frames, other = end - begin, copy.shape[begin:end].astype(np.float32)
    best, place = np.full(frames, -9.0, np.float32), np.zeros(frames, np.int64)
    for seed in seeds:
        at = np.round(np.arange(begin - _REACH, end + _REACH) * (1 + drift) + seed).astype(np.int64)
        inside = (at >= 0) & (at < len(original))
        shape = original.shape[np.clip(at, 0, len(original) - 1)].astype(np.float32)
        shape[~inside] = 0
        for lag in range(0, 2 * _REACH + 1, 4):
            product = np.einsum("ij,ij->i", shape[lag : lag + frames], other) / BANDS
            mean = moving_mean(product[:, None], _HOP * _HOPS)[:, 0]
            better = mean > best
            best[better] = mean[better]
            place[better] = at[lag : lag + frames][better]
    return place, best


def _learn(original: Features, copy: Features, place: Ints, frames: Ints) -> Likeness:
    """Learn from at most ten minutes of frames that lie at these places, spread evenly."""
    some = slice(None, None, max(1, len(frames) // (600 * SECOND)))
    whole = copy.shape[:: max(1, len(copy) // (600 * SECOND))].astype(np.float32)
    return likeness.learn(
        original.shape[place[some]].astype(np.float32), copy.shape[frames[some]].astype(np.float32), whole
    )


def _followed(evidence: Evidence, seed: _Line) -> list[Run]:
    """Follow the best place around a line, window by window; give the stretches in which it moves evenly."""
    lags = np.arange(-_REACH, _REACH + 1, _STEP)
    first = seed.begin // _HOP * _HOP
    sums = _windows(evidence, seed.offset, lags, first, min(seed.end, len(evidence.copy)))
    rows = np.arange(len(sums))
    best = np.clip(sums.argmax(axis=1), 1, len(lags) - 2)
    before, top, after = sums[rows, best - 1], sums[rows, best], sums[rows, best + 1]
    bend = np.minimum(before - 2 * top + after, -1e-6)
    offset = lags[best] + np.clip(0.5 * (before - after) / bend, -1, 1) * _STEP
    at = first + rows.astype(np.float32) * _HOP
    even = np.append(np.abs(np.diff(offset)) < _EVENLY, False)
    runs: list[Run] = []
    sure = top > _SURE
    begin = 0
    for row in range(len(rows)):
        if not sure[row]:
            begin = row + 1
        elif not (even[row] and sure[row + 1]):
            if row - begin >= _HOPS_OF_A_RUN:
                one = slice(begin, row + 1)
                runs.append(Run(at[one], (seed.offset + offset[one]).astype(np.float32), top[one]))
            begin = row + 1
    return runs


def _windows(evidence: Evidence, seed: float, lags: Ints, first: int, last: int) -> Floats:
    """Give the evidence of windows of 2.5 s around every quarter of a second, at each lag: [windows, lags]."""
    hops = max(0, -(-(last - first) // _HOP))
    sums = np.zeros((hops, len(lags)), np.float32)
    together = _HOP * 1024
    for begin in range(first, last, together):
        end = min(begin + together, last)
        bare = np.maximum(evidence.lagging(seed, lags, begin, end), likeness.LEAST)
        edges = np.arange(0, end - begin, _HOP)
        row = (begin - first) // _HOP
        sums[row : row + len(edges)] = np.add.reduceat(bare, edges, axis=1).T
    total = np.concatenate([np.zeros((1, len(lags))), np.cumsum(sums, axis=0, dtype=np.float64)])
    rows = np.arange(hops)
    low, high = np.maximum(rows - _HOPS // 2, 0), np.minimum(rows + _HOPS // 2, hops)
    windows: Floats = (total[high] - total[low]).astype(np.float32)
    return windows


def _lines(runs: list[Run], slope: float, strays: list[_Line]) -> list[_Line]:
    """Gather where runs lie to lines, the heaviest first, then what was found astray."""
    at = np.concatenate([run.at for run in runs]).astype(float) if runs else np.zeros(0)
    values = np.concatenate([run.offset for run in runs]).astype(float) - slope * at if runs else np.zeros(0)
    weights = np.minimum(np.concatenate([run.nats for run in runs]), HEAVY) if runs else np.zeros(0)
    lines: list[_Line] = []
    for value, weight in clusters(values, weights, WANDER):
        if weight >= HEAVY and all(abs(value - line.offset) > _APART for line in lines):
            lines.append(_spread(value, at[np.abs(values - value) <= WANDER].tolist()))
    for stray in strays:
        near = [number for number, line in enumerate(lines) if abs(stray.offset - line.offset) <= _APART]
        for number in near[:1]:
            line = lines[number]
            lines[number] = _Line(line.offset, min(line.begin, stray.begin), max(line.end, stray.end))
        if not near:
            lines.append(stray)
    return lines[:_LINES]


def _decided(evidence: Evidence, found: list[_Line]) -> Aligned:
    """Decide which line is followed when; a line that is visited only briefly needs much evidence."""
    frames = len(evidence.copy)
    along = [
        Row(evidence.along(line.offset, line.begin, min(line.end, frames)), line.begin, frames, likeness.LEAST)
        for line in found
    ]
    lines = [line.offset for line in found]
    path = most_likely(along)
    while len(lines) > 1:
        weak = _weakest(along, path)
        if weak is None:
            break
        del lines[weak], along[weak]
        path = most_likely(along)
    return Aligned(evidence, np.asarray(lines, np.float32), along, path)


def _weakest(along: list[Row], path: Numbers) -> int | None:
    """Give the line that is visited for less than two seconds in all and gains too little by it."""
    worst, least = None, _BRIEF_NATS
    for line in range(len(along)):
        visited = stretches(path == line)
        gain = 0.0
        for begin, end in visited:
            beside = {int(path[begin - 1]) if begin else NONE, int(path[end]) if end < len(path) else NONE} - {NONE}
            others = [float(along[other][begin:end].sum()) for other in beside]
            gain += float(along[line][begin:end].sum()) - max([0.0, *others])
        if sum(end - begin for begin, end in visited) < _BRIEF and gain < least:
            worst, least = line, gain
    return worst


def _learnt(aligned: Aligned) -> Likeness | None:
    """Learn again from what is followed now; None when that is too little."""
    evidence, path = aligned.evidence, aligned.path
    if (path != NONE).sum() < 5 * SECOND:
        return None
    place = np.round(np.arange(len(path)) * (1 + evidence.drift) + aligned.lines[path]).astype(np.int64)
    good = (path != NONE) & (place >= 0) & (place < len(evidence.original))
    return _learn(evidence.original, evidence.copy, place[good], np.flatnonzero(good))


def _seeds(aligned: Aligned) -> list[_Line]:
    """Give the lines to follow next; of those that lie near each other one, wherever either is followed."""
    seeds: list[_Line] = []
    for row, offset in enumerate(aligned.lines.tolist()):
        frames = np.flatnonzero(aligned.path == row)
        if not len(frames):
            continue
        own = _spread(offset, (int(frames[0]), int(frames[-1])))
        near = [number for number, seed in enumerate(seeds) if abs(offset - seed.offset) <= _REACH / 2]
        for number in near[:1]:
            seed = seeds[number]
            seeds[number] = _Line(seed.offset, min(seed.begin, own.begin), max(seed.end, own.end))
        if not near:
            seeds.append(own)
    return seeds


def _strays(aligned: Aligned, search: Search, coarse: Floats) -> list[_Line]:
    """Look in all of the original for what followed nothing: each place that fits finely is a line more."""
    lags = np.arange(-_REACH // 4, _REACH // 4 + 1)
    strays: list[_Line] = []
    for begin, end in stretches(aligned.path == NONE, _STRAY):
        if end - begin < _ENDING and (begin == 0 or end == len(aligned.path)):
            continue  # the copy may begin before the original and end after it
        length = min(end - begin, _BLOCK * QUARTER)
        for at in range(begin, end - length + 1, max(length // 2, 1)):
            first = -(-at // QUARTER)
            block = coarse[first : (at + length) // QUARTER]
            if (block**2).mean() < _LIVELY:
                continue
            for place, _ in search.find(block, _TRIED):
                offset = (place - first) * QUARTER - at * aligned.evidence.drift
                bare = aligned.evidence.lagging(offset, lags, at, at + length)
                nats = np.maximum(bare, likeness.LEAST).sum(axis=1)
                best = int(nats.argmax())
                if nats[best] > _ASTRAY:
                    strays.append(_spread(offset + float(lags[best]), (at, at + length)))
    return strays


def _homes(aligned: Aligned) -> list[_Line]:
    """Look whether what was put in somewhere is what is gone, equally long, elsewhere: it was moved."""
    evidence, lines = aligned.evidence, aligned.lines.tolist()
    jumps = [(one, other.begin, lines[other.row] - lines[one.row]) for one, other in pairwise(visits(aligned.path))]
    homes: list[_Line] = []
    for into, _, back in jumps:
        for out, until, forth in jumps:
            at, end = into.end, min(into.end + round(forth), len(evidence.copy))
            if forth < _STRAY or abs(forth + back) > WANDER or end - at < _STRAY:
                continue
            offset = lines[out.row] + (out.end - at) * (1 + evidence.drift)
            wide = 2 * _REACH + min(until - out.end, _WIDE)
            lags = np.arange(-wide, wide + 1, _STEP)
            nats = np.maximum(evidence.lagging(offset, lags, at, end), likeness.LEAST).sum(axis=1)
            best = int(nats.argmax())
            elsewhere = nats[np.abs(lags - lags[best]) > _HOP]
            if nats[best] > _HOME or (nats[best] > -_HOME and nats[best] > elsewhere.max() + _HOME):
                homes.append(_spread(offset + float(lags[best]), (at, end)))
    return homes
