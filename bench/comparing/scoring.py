"""How right an answer is: frame by frame, and difference by difference."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from bench.comparing.edits import Event, Place
from bench.comparing.splicing import Boundary
from bench.comparing.truth import FRAME_S, NEAR_S, Truth
from numpy.typing import NDArray

from tweespoor.sound.comparison import Comparison, Difference, Kind, Span

TOUCH_S: Final = 0.5
"""A difference that comes so near to an event is about it; any other is one too many."""
_NOWHERE: Final = frozenset((Kind.ADDED, Kind.REPLACED, Kind.SILENCED))
_FOUND_ELSEWHERE: Final = frozenset((Kind.MOVED, Kind.REPEATED))
_BENT: Final = frozenset((Kind.SPEED, Kind.PITCH))


@dataclass(frozen=True, slots=True)
class Finding:
    """How one event was found: at all, with both ends within 0.5 and 0.1 s of their intervals, rightly named.

    ``ranged`` says that the range that the answer gives reaches the interval ± 0.1 s; ``factor`` is its relative error,
    where something ``bends``.
    """

    found: bool
    near: bool = False
    close: bool = False
    ranged: bool = False
    named: bool = False
    grade: str = ""
    said: str = ""
    boundary_s: tuple[float, ...] = ()
    length_s: float | None = None
    bends: bool = False
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """All there is to tell of one answer."""

    verdict: str
    frames: int
    right: int
    findings: tuple[Finding, ...]
    reported: int
    extra_a: tuple[str, ...]
    extra_b: tuple[str, ...]
    unclear_s: float
    copy_s: float
    ppm_error: float | None
    offset_error: float | None
    cpu_s: float = 0.0
    more: dict[str, float] = field(default_factory=dict)


def score(answer: Comparison, truth: Truth) -> Score:
    """Score an answer."""
    right = rightly(answer, truth)
    findings, about = [], set[int]()
    for event in truth.events:
        finding, used = find(event, answer.differences)
        findings.append(finding)
        about |= used
    extra = [one for n, one in enumerate(answer.differences) if n not in about]
    alignment = answer.alignment
    return Score(
        verdict=answer.verdict.value,
        frames=len(right),
        right=int(right.sum()),
        findings=tuple(findings),
        reported=len(answer.differences),
        extra_a=tuple(told(one) for one in extra if one.grade == "A"),
        extra_b=tuple(told(one) for one in extra if one.grade == "B"),
        unclear_s=sum(one.copy[1] - one.copy[0] for one in answer.unclear),
        copy_s=truth.copy_s,
        ppm_error=None if alignment is None else alignment.drift_ppm - truth.ppm,
        offset_error=None if alignment is None else alignment.offset_s - truth.offset,
    )


def told(one: Difference) -> str:
    """Say in short what a difference is."""
    return f"{one.kind.value} {one.seconds:.2f} s at {one.copy[0]:.2f}-{one.copy[1]:.2f}"


def mapped(answer: Comparison, frames: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Tell for each frame of the copy where the answer says it lies (NaN: nowhere), and whether it is called bent."""
    middle = (np.arange(frames) + 0.5) * FRAME_S
    there = np.full(frames, np.nan)
    bent = np.zeros(frames, np.bool_)

    def lay(copy: Span, original: Span) -> None:
        here = (middle >= copy[0]) & (middle < copy[1])
        rate = (original[1] - original[0]) / max(copy[1] - copy[0], 1e-9)
        there[here] = original[0] + (middle[here] - copy[0]) * rate

    for one in answer.differences:
        if one.kind in _FOUND_ELSEWHERE and one.copy[1] > one.copy[0]:
            lay(one.copy, one.original)
    for piece in answer.map:
        lay(piece.copy, piece.original)
    for one in answer.differences:
        here = (middle >= one.copy[0]) & (middle < one.copy[1])
        if one.kind in _NOWHERE:
            there[here] = np.nan
        elif one.kind in _BENT:
            bent |= here
    return there, bent


def rightly(answer: Comparison, truth: Truth) -> NDArray[np.bool_]:
    """Tell for each frame whether it is mapped within 50 ms of the truth, or rightly absent; bent ones may be told."""
    there, bent = mapped(answer, truth.lines.shape[1])
    with np.errstate(invalid="ignore"):
        near = (np.abs(truth.lines - there) <= NEAR_S).any(axis=0)
    return np.asarray(near | (np.isnan(there) & truth.absent) | (bent & truth.bent), dtype=np.bool_)


def away(place: float, boundary: Boundary) -> float:
    """Tell how far a place lies from an interval, in seconds.

    >>> away(10.3, Boundary(10.0, 9.9, 10.1))
    0.2
    """
    return round(max(boundary.first - place, place - boundary.last, 0.0), 6)


def find(event: Event, differences: tuple[Difference, ...]) -> tuple[Finding, set[int]]:
    """Find an event among differences; give also the numbers of all that are about it."""
    about = {n for n, one in enumerate(differences) if any(_touches(one, place) for place in event.places)}
    if not about:
        return Finding(found=False, bends=event.factor is not None), about
    tried = [(_errors(differences[n], place), n, place) for n in about for place in event.places]
    errors, best, place = min(tried, key=lambda one: (differences[one[1]].kind.value not in event.names, max(one[0])))
    one = differences[best]
    lasts = place.end.at - place.begin.at or event.seconds
    return Finding(
        found=True,
        near=max(errors) <= 0.5,
        close=max(errors) <= 0.1,
        ranged=any(_ranged(one, place) for place in event.places),
        named=one.kind.value in event.names,
        grade=one.grade,
        said=told(one),
        boundary_s=errors,
        length_s=one.seconds - lasts,
        bends=event.factor is not None,
        factor=None if event.factor is None or one.factor is None else one.factor / event.factor - 1,
    ), about


def _touches(one: Difference, place: Place) -> bool:
    return one.copy[0] - TOUCH_S <= place.end.last and one.copy[1] + TOUCH_S >= place.begin.first


def _errors(one: Difference, place: Place) -> tuple[float, ...]:
    if place.begin == place.end and one.kind is Kind.MISSING:
        return (away(sum(one.copy) / 2, place.begin),)
    return (away(one.copy[0], place.begin), away(one.copy[1], place.end))


def _ranged(one: Difference, place: Place) -> bool:
    return one.copy_range[0] - 0.1 <= place.begin.last and one.copy_range[1] + 0.1 >= place.end.first
