"""How many times faster or slower one clock ran than the other, whatever was cut out or put in.

*Conventions.*  Frames of 10 ms; a drift is frames of the original per frame of the copy, minus one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from tweespoor.sound.features import SECOND, Floats
from tweespoor.sound.likeness import Ints
from tweespoor.sound.searching import Doubles, Found, clusters

MOST: Final = 330e-6
_USUAL: Final = 200e-6
"""How far the clocks of two devices usually are apart."""
_SCATTER: Final = 1.0
"""Frames by which a place is off, because talkers sit at different distances."""
WANDER: Final = 3.0
"""Frames within which two lines are one: talkers who move, and echoes, shift by less."""
HEAVY: Final = 60.0  # nats that a line needs
_COARSELY: Final = 6.0  # frames by which the place of a block is off
_PAUSE: Final = 60 * SECOND  # frames of nothing, after which an edit may have gone unseen
_BLOCKS: Final = 200 * SECOND  # the same between blocks, of which there is one a minute
_ELSEWHERE: Final = 1e9  # frames: more than any offset
_WINDOWS: Final = 10  # a run has as many in the length of one


class Run(NamedTuple):
    """A stretch in which the best place moved evenly: middles of windows, offsets, and nats."""

    at: Floats
    offset: Floats
    nats: Floats


def first(found: list[Found]) -> float:
    """Give the slope on which most pairs of blocks agree that no edit lies between; 0 when there is none."""
    chains = _chained([((one.copy, one.original - one.copy),) * 2 for one in found], _COARSELY, _BLOCKS)
    slopes: list[float] = []
    weights: list[float] = []
    for own, one in zip(chains, found, strict=True):
        for chain, other in zip(chains, found, strict=True):
            apart = other.copy - one.copy
            more = other.original - one.original - apart
            if chain == own and apart > 20 * SECOND and abs(more) < MOST * apart:
                slopes.append(more / apart)
                weights.append(apart)
    return clusters(slopes, weights, 60e-6)[0][0] if slopes else 0.0


def _chained(
    stretches: Sequence[tuple[tuple[float, float], tuple[float, float]]], near: float, pause: float
) -> list[int]:
    """Give the chain of each stretch, each (moment, offset) of its begin and its end, in the order of time.

    In a chain each begins near where another ended, so the drift of the clocks is what moves it.  Over an edit one
    must not look: stretches far apart that lie on a slope by chance say a drift that is not there.
    """
    ends: list[tuple[float, float]] = []
    chains: list[int] = []
    for (at, offset), end in stretches:
        off = [abs(offset - other) - MOST * abs(at - then) if at - then < pause else np.inf for then, other in ends]
        best = int(np.argmin(off)) if off else -1
        if best < 0 or off[best] > near:
            best = len(ends)
            ends.append(end)
        elif end[0] > ends[best][0]:
            ends[best] = end
        chains.append(best)
    return chains


def lacking(runs: list[Run], drift: float) -> float:
    """Give what the drift lacks: on which slope most places of a chain agree, sharpened on its lines.

    A short recording says little of its drift, and a cut in it looks like much; so what is usual weighs in.
    """
    if not runs:
        return 0.0
    runs = sorted(runs, key=lambda run: float(run.at[0]))
    ends = [((float(run.at[0]), float(run.offset[0])), (float(run.at[-1]), float(run.offset[-1]))) for run in runs]
    chain = np.repeat(_chained(ends, WANDER, _PAUSE), [len(run.at) for run in runs])
    at, offset, nats = (np.concatenate(column).astype(np.float64) for column in zip(*runs, strict=True))
    nats = np.minimum(nats, HEAVY)
    usual = _WINDOWS * HEAVY * (_SCATTER / _USUAL) ** 2
    slope = _agreed(at, offset, nats, chain, drift)
    for _ in range(3):
        flat = offset - slope * at + chain * _ELSEWHERE
        lines = np.sort([value for value, _ in clusters(flat, nats, WANDER)])
        nearest = np.searchsorted((lines[1:] + lines[:-1]) / 2, flat)
        near = np.abs(flat - lines[nearest]) < WANDER / 2
        top, bottom = -usual * drift, usual
        for line in range(len(lines)):
            own = near & (nearest == line)
            if own.any():
                t = at[own] - np.average(at[own], weights=nats[own])
                top += float((nats[own] * t * offset[own]).sum())
                bottom += float((nats[own] * t * t).sum())
        slope = float(np.clip(top / bottom, -MOST - drift, MOST - drift))
    return slope


def _agreed(at: Doubles, offset: Doubles, nats: Doubles, chain: Ints, drift: float) -> float:
    """Give the slope within `MOST` on which most pairs of a chain agree; what lies near says little."""
    some = np.linspace(0, len(at) - 1, min(len(at), 1200)).astype(np.int64)
    t, x, w, own = at[some], offset[some], nats[some], chain[some]
    apart = t[None, :] - t[:, None]
    together = (own[None, :] == own[:, None]) & (apart > 0)
    if not together.any():
        return 0.0
    chosen = together & (apart > max(20.0 * SECOND, float(apart[together].max()) / 6))
    slopes = (x[None, :] - x[:, None])[chosen] / apart[chosen]
    weights = (apart * np.minimum(w[None, :], w[:, None]))[chosen]
    within = np.abs(slopes + drift) < MOST
    if not within.any():
        return 0.0
    return clusters(slopes[within], weights[within], 40e-6, 1)[0][0]
