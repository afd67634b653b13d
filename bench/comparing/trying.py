"""Does trials: of short files with one edit, and of whole hours with none or a few."""

import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from bench.comparing import again, codecs, engine
from bench.comparing.captures import CONDITIONS, Capture
from bench.comparing.cells import Cell, Source, make, seeds_of
from bench.comparing.edits import Edit, Editor, apply, seed_of
from bench.comparing.scoring import Score, score
from bench.comparing.talkers import RATE
from bench.comparing.truth import Trial, trial

from tweespoor.sound.comparison import Comparison, Verdict
from tweespoor.sound.features import Features

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


def tasks(
    cells: Sequence[Cell], conditions: Sequence[str], trials: int, done: AbstractSet[tuple[str, str, int]] = frozenset()
) -> list[Task]:
    """Divide the trials of all cells that are not done over captures: first the first capture of every condition."""
    made: dict[tuple[str, int, float], list[tuple[str, int]]] = {}
    for condition in conditions:
        for cell in cells:
            for number in range(trials):
                if (cell.name, condition, number) not in done:
                    which = number % seeds_of(cell, trials)
                    made.setdefault((condition, which, cell.lasts), []).append((cell.name, number))
    return [Task(*key, tuple(all_)) for key, all_ in sorted(made.items(), key=lambda one: one[0][1])]


def do(task: Task, source: Source, trials: int) -> list[Result]:
    """Do the trials of one task."""
    original = None
    done = []
    for name, number in task.trials:
        cell = Cell.of(name)
        made = make(cell, task.condition, number, source, seeds_of(cell, trials))
        if original is None:
            original = engine.features(codecs.decode(made.original, codecs.ENGINE_RATE))
        done.append(Result(name, task.condition, number, _scored(original, made)))
    return done


def _scored(original: Features, made: Trial, spent: dict[str, float] | None = None) -> Score:
    """Ask the engine, and score what it says; that it broke is an answer as well, and never a right one."""
    try:
        answer, own = engine.answer(original, made.heard)
    except Exception as problem:  # noqa: BLE001 - hours of work are not lost by one trial
        nothing = Comparison(Verdict.INCONCLUSIVE, made.truth.original_s, made.truth.copy_s)
        return replace(score(nothing, made.truth), verdict=f"broke: {problem!r}", more=spent or {})
    return replace(score(answer, made.truth), cpu_s=own, more=spent or {})


def hour(source: Source, condition: str, number: int, codec: str, densities: Sequence[int]) -> list[Result]:
    """Compare an honest hour, none of whose seconds is in another, then the same hour with so many edits.

    Its copy went through its codec twice, as one that was sent on.
    """
    capture = source.capture(1000 + number, condition, HOUR_S, codec)
    content = codecs.encode(capture.copy, codec)
    begin = time.process_time()
    sound = codecs.decode(capture.original, codecs.ENGINE_RATE)
    decoded = time.process_time()
    again.remember(capture, codec, codecs.decode(content, codecs.ENGINE_RATE))
    copied = time.process_time()
    original = engine.features(sound)
    spent = {"decode": copied - begin, "copy": copied - decoded, "original": time.process_time() - copied}
    made = trial(capture, apply(capture, [], 0.0), codec)
    results = [Result("hour:0", condition, number, _scored(original, made, spent))]
    for density in densities:
        rng = np.random.default_rng(seed_of("hour", source.half, condition, number, density))
        edits = spread(capture, source.capture(number % 20, condition, 80.0), rng, density)
        made = trial(capture, apply(capture, edits, 0.01), codec)
        results.append(Result(f"hour:{density}", condition, number, _scored(original, made)))
    again.forget()
    return results


def stress(source: Source, condition: str, number: int) -> list[Result]:
    """Compare twenty minutes with an edit in every half minute."""
    capture = source.capture(2000 + number, condition, STRESS_S)
    rng = np.random.default_rng(seed_of("stress", source.half, condition, number))
    edits = spread(capture, source.capture(number % 20, condition, 80.0), rng, int(len(capture.copy) / RATE / 30) - 1)
    made = trial(capture, apply(capture, edits, 0.01), CONDITIONS[condition].codec)
    original = engine.features(codecs.decode(made.original, codecs.ENGINE_RATE))
    again.forget()
    return [Result(STRESS, condition, number, _scored(original, made))]


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
