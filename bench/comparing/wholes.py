"""Copies that are edited nowhere, or as a whole: honest, of another conversation, twice the same, one minute of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from bench.comparing.captures import Capture
from bench.comparing.edits import Edit, Edited, apply
from bench.comparing.splicing import Part, splice
from bench.comparing.talkers import RATE
from bench.comparing.truth import Trial, trial

MINUTE: Final = (10 * RATE, 70 * RATE)


def honest(own: Capture, other: Capture, codec: str) -> Trial:
    """Nobody touched it; it went through its codec twice."""
    return trial(own, apply(own, [], 0.0), codec)


def foreign(own: Capture, other: Capture, codec: str) -> Trial:
    """It is of another conversation."""
    made = trial(other, apply(other, [], 0.0), codec)
    nowhere = replace(
        made.truth, lines=np.full_like(made.truth.lines, np.nan), absent=np.ones_like(made.truth.absent)
    )  # fmt: skip
    return replace(made, original=own.original, truth=nowhere)


def twice(own: Capture, other: Capture, codec: str) -> Trial:
    """The same conversation stands in it twice, one after the other; what lies beyond the original does not."""
    rate = 1 + own.ppm * 1e-6
    begin = round(max(0.0, -own.offset / rate) * RATE)
    until = min(len(own.copy), round((own.original_s - own.offset) / rate * RATE))
    again = Part(own.copy, own.loud, begin, until, begin / RATE)
    return trial(own, apply(own, [Edit("", 0, begin), Edit("repeat", until, len(own.copy), (again,))], 0.0), codec)


def minute(own: Capture, other: Capture, codec: str) -> Trial:
    """It is one minute of the conversation."""
    begin, until = MINUTE[0], min(MINUTE[1], len(own.copy))
    part = Part(own.copy, own.loud, begin, until, begin / RATE)
    return trial(own, Edited(splice([part], own.loud, 0.0), ()), codec)


MADE: Final[dict[str, Callable[[Capture, Capture, str], Trial]]] = {
    "honest": honest,
    "foreign": foreign,
    "twice": twice,
    "minute": minute,
}
"""Cells without an edit inside."""
