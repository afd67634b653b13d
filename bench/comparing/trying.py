"""Does trials: of short files with one edit, and of whole hours with none or a few."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from bench.comparing import codecs, engine
from bench.comparing.captures import CONDITIONS, Capture
from bench.comparing.cells import Cell, Source, make, seeds_of
from bench.comparing.edits import Edit, Editor, apply, seed_of
from bench.comparing.scoring import Score, score
from bench.comparing.talkers import RATE
from bench.comparing.truth import Trial, trial

HOUR_S: Final = 3600.0
DENSITIES: Final = (1, 3, 8)
STRESS: Final = "stress"
"""One edit per 30 s, for twenty minutes."""
STRESS_S: Final = 1200.0
_STEPS: Final = (
    ("cut", 0.5), ("insert", 1.0), ("cut", 5.0), ("replace", 1.0), ("repeat", 1.0), ("cut", 0.1), ("silence", 1.0),
    ("move", 5.0), ("insert", 5.0), ("cut", 1.0), ("cut", 20.0), ("other", 2.0), ("pause", 60.0),
    ("pause", 600.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a trial: of which cell, in which condition, by which number, and how it scored."""

    cell: str
    condition: str
    number: int
    score: Score


@dataclass(frozen=True, slots=True)
class Task:
    """Trials that are made of one capture, so that its original is heard once."""

    condition: str
    capture: int
    lasts: float
    trials: tuple[tuple[str, int], ...]


def tasks(cells: Sequence[Cell], conditions: Sequence[str], trials: int) -> list[Task]:
    """Divide the trials of all cells over captures."""
    made: dict[tuple[str, int, float], list[tuple[str, int]]] = {}
    for condition in conditions:
        for cell in cells:
            for number in range(trials):
                which = number % seeds_of(cell, trials)
                made.setdefault((condition, which, cell.lasts), []).append((cell.name, number))
    return [Task(*key, tuple(all_)) for key, all_ in made.items()]


def do(task: Task, source: Source, trials: int) -> list[Result]:
    """Do the trials of one task."""
    original = None
    done = []
    for name, number in task.trials:
        cell = Cell.of(name)
        made = make(cell, task.condition, number, source, seeds_of(cell, trials))
        if original is None:
            original = engine.features(codecs.decode(made.original, codecs.ENGINE_RATE))
        answer, spent = engine.answer(original, made.heard)
        done.append(Result(name, task.condition, number, replace(score(answer, made.truth), cpu_s=spent)))
    return done


def hour(source: Source, condition: str, number: int, codec: str, densities: Sequence[int]) -> list[Result]:
    """Compare an honest hour, none of whose seconds is in another, then the same hour with so many edits.

    Its copy went through its codec twice, as one that was sent on.
    """
    began = time.process_time()
    capture = source.capture(1000 + number, condition, HOUR_S, codec)
    spent = {"made": time.process_time() - began}
    decoded = time.process_time()
    copies: list[tuple[str, Trial]] = [("hour:0", trial(capture, apply(capture, [], 0.0), codec))]
    sound = codecs.decode(capture.original, codecs.ENGINE_RATE)
    codecs.decode(copies[0][1].copy, codecs.ENGINE_RATE)
    heard = time.process_time()
    original = engine.features(sound)
    spent |= {"decode": heard - decoded, "original": time.process_time() - heard}
    for density in densities:
        rng = np.random.default_rng(seed_of("hour", source.half, condition, number, density))
        edits = spread(capture, source.capture(number % 20, condition, 80.0), rng, density)
        copies.append((f"hour:{density}", trial(capture, apply(capture, edits, 0.01), codec)))
    return list(_compared(copies, original, condition, number, spent))


def stress(source: Source, condition: str, number: int) -> list[Result]:
    """Compare twenty minutes with an edit in every half minute."""
    capture = source.capture(2000 + number, condition, STRESS_S)
    rng = np.random.default_rng(seed_of("stress", source.half, condition, number))
    edits = spread(capture, source.capture(number % 20, condition, 80.0), rng, int(len(capture.copy) / RATE / 30) - 1)
    made = trial(capture, apply(capture, edits, 0.01), CONDITIONS[condition].codec)
    original = engine.features(codecs.decode(made.original, codecs.ENGINE_RATE))
    return list(_compared([(STRESS, made)], original, condition, number, {}))


def _compared(
    copies: Sequence[tuple[str, Trial]], original: object, condition: str, number: int, spent: dict[str, float]
) -> Iterator[Result]:
    for name, made in copies:
        begin = time.process_time()
        sound = codecs.decode(made.copy, codecs.ENGINE_RATE)
        decode = time.process_time() - begin
        answer, own = engine.answer(original, sound)
        result = replace(score(answer, made.truth), cpu_s=own, more=spent | {"copy": decode})
        yield Result(name, condition, number, result)


def spread(capture: Capture, other: Capture, rng: np.random.Generator, many: int) -> list[Edit]:
    """Make so many edits of mixed kinds, each somewhere in a stretch of its own."""
    editor = Editor(capture, other, rng)
    seconds = len(capture.copy) / RATE
    each = (seconds - 20) / many
    steps = [one for one in _STEPS if one[1] * 3 + 10 < each]
    edits: list[Edit] = []
    for n in range(many):
        kind, length = steps[int(rng.integers(len(steps)))]
        begin, words = 10 + n * each, bool(rng.random() < 0.7)
        edits += editor.within(kind, length, None, (begin + 3, begin + each - 3 - length), words=words)
    return edits
