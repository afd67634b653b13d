"""How moments (ms) move on a line of time when spans are cut out of it: the same for every track of a part."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tweespoor.tape.timeline import Stretch

STEP_MS: Final = 20
"""Spans are made whole steps of this long."""
TONE_MS: Final = 400
"""So long is the tone at a cut, and at most 46 ms longer where the borders of packets ask for it."""
LEAST_APART_MS: Final = 100
"""Two cuts lie at least so far apart: their borders must not meet."""


def widened(spans: Iterable[tuple[int, int]]) -> tuple[Stretch, ...]:
    """Make spans whole steps long, in order; those that then touch are one.

    >>> widened([(1_015, 1_030), (1_100, 1_119), (1_033, 1_041)])
    (Stretch(begin=1015, end=1055), Stretch(begin=1100, end=1120))
    """
    found: list[Stretch] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1].end:
            begin, end = found[-1].begin, max(found.pop().end, end)  # noqa: PLW2901 - it grows by what it touches
        found.append(Stretch(begin, end + (begin - end) % STEP_MS))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Moments:
    """How moments move when spans are cut out of a line of time; each leaves a tone of `TONE_MS`."""

    cuts: tuple[Stretch, ...]

    def __call__(self, moment: int) -> int:
        """Give where a moment lies afterwards; what was cut lies within its tone.

        >>> moved = Moments((Stretch(1_000, 3_000),))
        >>> moved(500), moved(1_100), moved(2_900), moved(3_000), moved(4_000)
        (500, 1100, 1400, 1400, 2400)
        """
        earlier = 0
        for begin, end in self.cuts:
            if moment < end:
                return (begin + min(moment - begin, TONE_MS) if moment > begin else moment) - earlier
            earlier += end - begin - TONE_MS
        return moment - earlier

    def before(self, moment: int) -> int:
        """Give how much earlier (ms) a moment lies by the cuts that ended by then."""
        return sum(end - begin - TONE_MS for begin, end in self.cuts if end <= moment)
