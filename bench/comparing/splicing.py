"""Puts pieces of sound one after the other, with cross-fades, and remembers where each came from.

A boundary has no exact place when as much on one side of it as on the other is silence between words: wherever one
would put it there, one hears the same.  So each boundary has an interval of equivalent places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from bench.comparing.talkers import FRAME, RATE, Samples
from numpy.typing import NDArray

_LONGEST: Final = 300  # frames that are looked at on each side of a boundary


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sound, in samples, and which of its frames are loud.

    ``source`` is the second of the copy's first generation at its begin; None when it is not of this conversation.
    ``rate`` is how many seconds of that go into one second of the part.
    """

    sound: Samples
    loud: NDArray[np.bool_]
    begin: int
    until: int
    source: float | None = None
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a part lies in the edited copy (s), and what it is of the copy before (s)."""

    begin: float
    until: float
    source: float | None
    rate: float = 1.0

    def at(self, second: float) -> float | None:
        """Tell which second of the copy before lies here, also when asked of a place beside it."""
        return None if self.source is None else self.source + (second - self.begin) * self.rate


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where one stretch becomes the next (s), and the first and last place where it could as well be."""

    at: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Spliced:
    """An edited copy: its sound, its stretches in order, and the boundary after each but the last."""

    sound: Samples
    stretches: tuple[Stretch, ...]
    boundaries: tuple[Boundary, ...]


def splice(parts: Sequence[Part], loud: NDArray[np.bool_], fade_s: float) -> Spliced:
    """Put parts together; ``loud`` are the frames of the copy before.  A fade lies around its boundary."""
    half = round(fade_s * RATE / 2)
    whole = np.zeros(sum(one.until - one.begin for one in parts), np.float32)
    stretches, at = [], 0
    for number, part in enumerate(parts):
        until = at + part.until - part.begin
        _lay(whole, part, at, half if number else 0, half if number < len(parts) - 1 else 0)
        stretches.append(Stretch(at / RATE, until / RATE, part.source, part.rate))
        at = until
    flags = [_flags(part) for part in parts]
    boundaries = tuple(
        _boundary(stretches[n], stretches[n + 1], flags[n], flags[n + 1], loud, fade_s) for n in range(len(parts) - 1)
    )
    return Spliced(whole, tuple(stretches), boundaries)


def _lay(whole: Samples, part: Part, at: int, before: int, after: int) -> None:
    """Add a part, that fades in around its begin and out around its end; where its sound ends, it ends earlier."""
    first, last = max(0, part.begin - before), min(len(part.sound), part.until + after)
    piece = part.sound[first:last].copy()
    begin = part.begin - first  # where the part itself begins in the piece
    end = begin + part.until - part.begin
    if before:
        ramp = np.clip((np.arange(min(len(piece), begin + before)) - begin + before) / (2 * before), 0, 1)
        piece[: len(ramp)] *= ramp.astype(np.float32)
    if after:
        from_ = max(0, end - after)
        ramp = np.clip((end + after - np.arange(from_, len(piece))) / (2 * after), 0, 1)
        piece[from_:] *= ramp.astype(np.float32)
    start = at - begin
    piece = piece[max(0, -start) :][: len(whole) - max(0, start)]
    whole[max(0, start) : max(0, start) + len(piece)] += piece


def _flags(part: Part) -> NDArray[np.bool_]:
    return part.loud[part.begin // FRAME : max(part.begin // FRAME + 1, part.until // FRAME)]


def _boundary(
    before: Stretch,
    after: Stretch,
    ends: NDArray[np.bool_],
    begins: NDArray[np.bool_],
    loud: NDArray[np.bool_],
    fade_s: float,
) -> Boundary:
    """Tell how far a boundary could be moved: over frames where both what is and what would be there are quiet."""
    at = after.begin

    def would_be_quiet(stretch: Stretch, second: float) -> bool:
        place = stretch.at(second)
        if place is None:
            return True
        frame = int(place * 100)
        return not 0 <= frame < len(loud) or not loud[frame]

    right = left = 0
    while right < min(_LONGEST, len(begins)) and not begins[right] and would_be_quiet(before, at + (right + 0.5) / 100):
        right += 1
    while left < min(_LONGEST, len(ends)) and not ends[-1 - left] and would_be_quiet(after, at - (left + 0.5) / 100):
        left += 1
    return Boundary(at, at - left / 100 - fade_s / 2, at + right / 100 + fade_s / 2)
