"""Lays other tools beside ours, on what they can do: say where a copy, or a piece of it, lies in an original.

They are brought into an environment of their own from the package index; none of them is needed by the product.  None
gives a list of differences, so each is asked for pieces of ten seconds: it sees a cut when the pieces before it and
after it lie so far apart as was cut (within 0.25 s).  Ours is asked once for the whole.
"""

import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from bench.comparing import codecs, engine
from bench.comparing.cells import Cell, Source, make
from bench.comparing.codecs import ENGINE_RATE
from bench.comparing.figures import share, table
from bench.comparing.scoring import score
from bench.comparing.talkers import Samples
from bench.comparing.truth import Trial

from tweespoor.sound.comparison import Verdict

PACKAGES: Final = {
    "audio-offset-finder": ("audio-offset-finder==0.5.5",),
    "audalign": ("audalign==1.3.1",),
    "chromaprint": (),
}
"""What is brought in for each; chromaprint is the program ``fpcalc`` of the system, if it is there."""
OURS: Final = "tweespoor"
_ASKED: Final = ("honest:0", "cut:5", "foreign:0")
_PIECE_S: Final = 10.0
_PATIENCE_S: Final = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tool said of one trial: whether rightly, how sure it was, and what it cost (s of processor)."""

    right: bool
    sure: float
    cpu: float


def beside(source: Source, condition: str, trials: int) -> str:
    """Ask every tool, and write a table; a tool that cannot be had is named below it."""
    cells = [Cell.of(name) for name in _ASKED]
    made = {cell.kind: [make(cell, condition, n, source) for n in range(trials)] for cell in cells}
    rows = [_row(OURS, {kind: [_ours(kind, one) for one in all_] for kind, all_ in made.items()})]
    absent = []
    for tool, packages in PACKAGES.items():
        python, why = _installed(tool, packages, source.folder)
        if why:
            absent.append(f"{tool} is not in the table: {why}.")
            continue
        said = {kind: [_theirs(tool, python, kind, one) for one in all_] for kind, all_ in made.items()}
        rows.append(_row(tool, said))
    heads = ("tool", "offset within 0.1 s", "cut of 5 s seen", "another conversation told apart", "cpu s a pair")
    return "\n\n".join([table(heads, rows), *absent])


def _row(tool: str, said: dict[str, list[Asked]]) -> tuple[object, ...]:
    honest, cut, foreign = said["honest"], said["cut"], said["foreign"]
    if tool == OURS:
        apart = share(sum(one.right for one in foreign), len(foreign))
    else:  # the best threshold there is, chosen with the answers known
        limits = sorted({one.sure for one in honest + foreign})
        best = max(sum(one.sure >= at for one in honest) + sum(one.sure < at for one in foreign) for at in limits)
        apart = f"{share(best, len(honest + foreign))} at its best threshold"
    every = honest + cut + foreign
    return (
        tool, share(sum(one.right for one in honest), len(honest)), share(sum(one.right for one in cut), len(cut)),
        apart, f"{sum(one.cpu for one in every) / max(1, len(every)):.1f}",
    )  # fmt: skip


def _ours(kind: str, trial: Trial) -> Asked:
    original = engine.features(codecs.decode(trial.original, ENGINE_RATE))
    answer, spent = engine.answer(original, trial.heard)
    scored = score(answer, trial.truth)
    right = {
        "honest": scored.offset_error is not None and abs(scored.offset_error) <= 0.1,
        "cut": all(one.close for one in scored.findings),
        "foreign": answer.verdict is Verdict.OTHER,
    }
    return Asked(right[kind], 1.0, 2 * spent)


def _theirs(tool: str, python: Path, kind: str, trial: Trial) -> Asked:
    begins = np.arange(0, len(trial.heard) / ENGINE_RATE - _PIECE_S, _PIECE_S)
    with tempfile.TemporaryDirectory() as own:
        original = _write(Path(own) / "original.wav", codecs.decode(trial.original, ENGINE_RATE))
        pieces = [
            _write(Path(own) / f"{n}.wav", trial.heard[round(at * ENGINE_RATE) :][: round(_PIECE_S * ENGINE_RATE)])
            for n, at in enumerate(begins)
        ]
        words = [str(one) for one in (python, Path(__file__).with_name("peers_apart.py"), tool, original, *pieces)]
        try:
            told = subprocess.run(words, capture_output=True, check=True, timeout=_PATIENCE_S, cwd=own)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return Asked(right=False, sure=0.0, cpu=0.0)
    answer = json.loads(told.stdout.splitlines()[-1])
    offsets = [None if one is None else one - at for (one, _), at in zip(answer["placed"], begins, strict=True)]
    sure = median([how for _, how in answer["placed"]])
    return Asked(_seen(kind, offsets, list(begins), trial), sure, answer["cpu"])


def _seen(kind: str, offsets: Sequence[float | None], begins: Sequence[float], trial: Trial) -> bool:
    known = [one for one in offsets if one is not None]
    if not known:
        return False
    if kind == "cut":
        place = trial.truth.events[0].places[0].begin.at
        before = [one for one, at in zip(offsets, begins, strict=True) if one is not None and at + _PIECE_S <= place]
        after = [one for one, at in zip(offsets, begins, strict=True) if one is not None and at >= place]
        jump = median(after) - median(before) if before and after else np.inf
        return bool(abs(jump - trial.truth.events[0].seconds) <= 0.25)
    return bool(abs(median(known) - trial.truth.offset) <= 0.1)


def _write(path: Path, sound: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(ENGINE_RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def _installed(tool: str, packages: Sequence[str], folder: Path) -> tuple[Path, str]:
    """Bring a tool into an environment of its own, once; give its Python, or why it cannot be had."""
    if not packages:
        return Path(sys.executable), _without_fpcalc()
    home = folder / f"peer-{tool}"
    python = home / "bin" / "python"
    if (home / "ready").exists():
        return python, ""
    made = [
        [sys.executable, "-m", "venv", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", *packages],
    ]
    for words in made:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["it could not be installed"]
            return python, lines[-1]
    (home / "ready").touch()
    return python, ""


def _without_fpcalc() -> str:
    try:
        subprocess.run(["fpcalc", "-version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "the program fpcalc is not installed"
    return ""
