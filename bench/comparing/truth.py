"""What is true of one edited file: for each frame where it comes from in the original, and what should be found.

The truth is told in the seconds of the files themselves: what codecs add before the first sample is counted.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from bench.comparing import again, codecs
from bench.comparing.captures import Capture
from bench.comparing.edits import Edited, Event, Place
from bench.comparing.splicing import Boundary
from bench.comparing.talkers import Samples
from numpy.typing import NDArray

FRAME_S: Final = 0.01
NEAR_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of an edited copy.

    For each frame of the copy (its middle) ``lines`` holds up to two seconds of the original at which it may rightly
    be said to lie (two beside a boundary without an exact place), NaN for none; ``absent`` says that it may rightly be
    said to lie nowhere.  ``bent`` are frames that were played at another speed or pitch.
    """

    lines: NDArray[np.float64]
    absent: NDArray[np.bool_]
    bent: NDArray[np.bool_]
    events: tuple[Event, ...]
    offset: float
    ppm: float
    original_s: float
    copy_s: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The original's file, the edited copy before its second codec and as the engine hears it, and the truth."""

    original: bytes
    edited: Samples
    codec: str
    heard: Samples
    truth: Truth

    @property
    def copy(self) -> bytes:
        """Make the copy's file."""
        return codecs.encode(self.edited, self.codec)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write both as files."""
        original, copy = folder / "original", folder / "copy"
        original.write_bytes(self.original)
        copy.write_bytes(self.copy)
        return original, copy


def trial(capture: Capture, edited: Edited, codec: str) -> Trial:
    """Let the engine hear an edited copy, and tell the truth of it."""
    heard, late = again.heard(capture, edited.spliced, codec)
    truth = tell(capture, edited, late, len(heard) / codecs.ENGINE_RATE)
    return Trial(capture.original, edited.spliced.sound, codec, heard, truth)


def tell(capture: Capture, edited: Edited, late: float, copy_s: float) -> Truth:
    """Tell the truth of an edited copy whose sound comes ``late`` seconds later in its file."""
    rate = 1 + capture.ppm * 1e-6
    frames = int(copy_s / FRAME_S)
    lines = np.full((2, frames), np.nan)
    absent, bent = np.zeros(frames, np.bool_), np.zeros(frames, np.bool_)
    middle: NDArray[np.float64] = np.asarray((np.arange(frames) + 0.5) * FRAME_S - late, dtype=np.float64)

    def line(number: int, places: NDArray[np.float64]) -> NDArray[np.float64]:
        stretch = edited.spliced.stretches[number]
        if stretch.source is None:
            return np.full(len(places), np.nan)
        source = stretch.source + (places - stretch.begin) * stretch.rate
        there = capture.offset + source * rate + capture.late
        return np.where((there >= 0) & (there <= capture.original_s), there, np.nan)

    for number, stretch in enumerate(edited.spliced.stretches):
        here = (middle >= stretch.begin) & (middle < stretch.until)
        lines[0, here] = line(number, middle[here])
        absent[here] = np.isnan(lines[0, here])
        bent |= here & (stretch.rate != 1.0)
    for number, boundary in enumerate(edited.spliced.boundaries):
        here = np.abs(middle - (boundary.first + boundary.last) / 2) <= (boundary.last - boundary.first) / 2 + FRAME_S
        left = middle < boundary.at
        lines[1, here & left] = line(number + 1, middle[here & left])
        lines[1, here & ~left] = line(number, middle[here & ~left])
        absent |= here & (np.isnan(lines[1]) | np.isnan(lines[0]))
    for event in edited.events:
        if event.kind == "pitch":
            place = event.places[0]
            bent |= (middle >= place.begin.at) & (middle < place.end.at)
    return Truth(
        lines, absent, bent, tuple(_later(one, late) for one in edited.events),
        capture.offset + capture.late - late * rate, capture.ppm, capture.original_s, copy_s,
    )  # fmt: skip


def _later(event: Event, late: float) -> Event:
    def shifted(one: Boundary) -> Boundary:
        return Boundary(one.at + late, one.first + late, one.last + late)

    return replace(event, places=tuple(Place(shifted(one.begin), shifted(one.end)) for one in event.places))
