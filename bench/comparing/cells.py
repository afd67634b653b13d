"""Which edits are measured, in files of which length, and how one trial of each is made.

A cell is written ``kind:seconds`` or ``kind:seconds:factor``, as on the command line.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

import numpy as np
from bench.comparing.captures import CONDITIONS, Capture, capture
from bench.comparing.edits import FADES, KINDS, Editor, apply, seed_of
from bench.comparing.truth import Trial, trial
from bench.comparing.wholes import MADE

SEEDS: Final = 20
SHORT_S: Final = 80.0
LONG_S: Final = 200.0
CELLS: Final = (
    "honest:0", "foreign:0", "twice:0", "minute:0",
    "cut:0.05", "cut:0.1", "cut:0.25", "cut:0.5", "cut:1", "cut:5", "cut:20", "cut:120",
    "insert:0.25", "insert:0.5", "insert:1", "insert:5", "insert:10",
    "repeat:0.25", "repeat:0.5", "repeat:1", "repeat:5", "repeat:10",
    "replace:0.25", "replace:0.5", "replace:1", "replace:5",
    "other:0.25", "other:0.5", "other:1", "other:5",
    "silence:0.25", "silence:1", "silence:3", "room:0.25", "room:1", "beep:0.25", "beep:1",
    "move:2", "move:10", "move:60",
    "speed:5:0.9", "speed:5:0.98", "speed:5:1.02", "speed:5:1.1",
    "pitch:4:0.8", "pitch:4:0.94", "pitch:4:1.06", "pitch:4:1.2",
    "pause:1", "pause:60",
    "dropout:0.02", "dropout:0.05", "dropout:0.1",
    "two:0.5",
)  # fmt: skip
QUICK: Final = (
    "honest:0", "foreign:0", "cut:0.1", "cut:1", "insert:0.25", "insert:1", "repeat:1", "replace:0.5", "other:1",
    "silence:0.25", "move:2", "speed:5:1.02", "pitch:4:1.06",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of edit, how long it is, and by what factor it bends."""

    kind: str
    seconds: float = 0.0
    factor: float | None = None

    @classmethod
    def of(cls, words: str) -> Self:
        """Read a cell as it is written; ValueError when there is no such kind.

        >>> Cell.of("speed:5:1.02")
        Cell(kind='speed', seconds=5.0, factor=1.02)
        """
        kind, *numbers = words.split(":")
        if kind not in {*KINDS, *MADE, "two"}:
            raise ValueError(f"no edit is called «{kind}»: {', '.join([*KINDS, *MADE, 'two'])}")
        if kind in {"speed", "pitch"} and len(numbers) < 2:
            numbers = [numbers[0] if numbers else "4", "1.06"]
        return cls(kind, *map(float, numbers[:2]))

    @property
    def name(self) -> str:
        """Give how it is written."""
        numbers = [self.seconds] + ([] if self.factor is None else [self.factor])
        return ":".join([self.kind, *(f"{one:g}" for one in numbers)])

    @property
    def lasts(self) -> float:
        """Tell how long the conversations are in which it is tried (s)."""
        return LONG_S if self.seconds > 20 else SHORT_S


@dataclass(frozen=True, slots=True)
class Source:
    """Where captures come from: which half of the seeds, which real speech, which folder keeps them."""

    half: str
    speech: Path | None
    folder: Path

    def seed(self, number: int) -> int:
        """Give a seed of this half: even ones to choose parameters by, odd ones to report."""
        return 2 * number + (self.half == "report")

    def capture(self, number: int, condition: str, seconds: float, codec: str = "") -> Capture:
        """Give a capture of this half."""
        return capture(self.seed(number), condition, seconds, self.speech, self.folder, codec)


def seeds_of(cell: Cell, trials: int) -> int:
    """Tell of how many captures the trials of a cell are made."""
    return min(trials, SEEDS if cell.lasts == SHORT_S else SEEDS // 2)


@lru_cache(2)
def _captured(source: Source, number: int, condition: str, seconds: float) -> Capture:
    """Hold what is used for many trials after each other."""
    return source.capture(number, condition, seconds)


def make(cell: Cell, condition: str, number: int, source: Source, captures: int = SEEDS) -> Trial:
    """Make one trial of a cell: the same number gives the same edit of the same capture."""
    which = number % captures
    own = _captured(source, which, condition, cell.lasts)
    other = _captured(source, (which + 7) % SEEDS, condition, SHORT_S)
    rng = np.random.default_rng(seed_of(cell.name, source.half, number))
    codec, fade_s = CONDITIONS[condition].codec, FADES[(number // captures + number) % len(FADES)]
    if cell.kind in MADE:
        return MADE[cell.kind](own, other, codec)
    editor = Editor(own, other, rng)
    if cell.kind == "two":
        edits = editor.two(cell.seconds)
    else:
        edits = editor.make(cell.kind, cell.seconds, cell.factor, words=number % 3 != 2)
    return trial(own, apply(own, edits, fade_s), codec)
