"""Asks another tool where pieces of a copy lie in an original; runs in an environment of its own, without ours.

``python peers_apart.py TOOL ORIGINAL.wav PIECE.wav…`` prints one line of JSON: for each piece the second of the
original at which it begins (or null) and how sure the tool is of it, and the processor's seconds for all.
"""

import contextlib
import importlib
import io
import json
import os
import resource
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Placed = tuple[float | None, float]


def samples(path: Path) -> tuple[Any, int]:
    """Read a WAV of 16 bits, one channel."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768, (
            file.getframerate()
        )


def audio_offset_finder(original: Path, pieces: list[Path]) -> list[Placed]:
    """Give the best offset, and its standard score."""
    tool = importlib.import_module("audio_offset_finder.audio_offset_finder")
    whole, rate = samples(original)
    placed: list[Placed] = []
    for piece in pieces:
        found = tool.find_offset_between_buffers(whole, samples(piece)[0], rate)
        placed.append((float(found["time_offset"]), float(found["standard_score"])))
    return placed


def audalign(original: Path, pieces: list[Path]) -> list[Placed]:
    """Give the first offset of its fingerprints, and its confidence."""
    tool = importlib.import_module("audalign")
    recognizer = tool.FingerprintRecognizer()
    recognizer.config.multiprocessing = False
    placed: list[Placed] = []
    for piece in pieces:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            found = tool.recognize(str(piece), str(original), recognizer=recognizer)
        match = (found or {}).get("match_info", {}).get(original.name)
        if match and match["offset_seconds"]:
            placed.append((float(match["offset_seconds"][0]), float(match["confidence"][0])))
        else:
            placed.append((None, 0.0))
    return placed


def chromaprint(original: Path, pieces: list[Path]) -> list[Placed]:
    """Search the raw fingerprint by the share of bits that agree: the tool itself has no such search."""
    step = 0.1238

    def printed(path: Path) -> Any:  # noqa: ANN401 - an array
        words = ["fpcalc", "-raw", "-json", "-length", "0", str(path)]
        told = subprocess.run(words, capture_output=True, check=False)  # it fails at the end of a file, having told
        bits = np.array(json.loads(told.stdout)["fingerprint"], np.int64).astype(np.uint32)
        return np.unpackbits(bits.view(np.uint8).reshape(-1, 4), axis=1).astype(np.float32) * 2 - 1

    whole = printed(original)
    placed: list[Placed] = []
    for piece in pieces:
        part = printed(piece)
        last = len(whole) - len(part)
        likeness = [float((whole[at : at + len(part)] * part).mean()) for at in range(max(0, last) + 1)]
        placed.append((int(np.argmax(likeness)) * step, max(likeness)))
    return placed


TOOLS: dict[str, Callable[[Path, list[Path]], list[Placed]]] = {
    "audio-offset-finder": audio_offset_finder,
    "audalign": audalign,
    "chromaprint": chromaprint,
}


def main() -> None:
    """Ask the tool that is named."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    name, original, *pieces = sys.argv[1:]
    placed = TOOLS[name](Path(original), [Path(piece) for piece in pieces])
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    sys.stdout.write(json.dumps({"placed": placed, "cpu": spent}) + "\n")


if __name__ == "__main__":
    main()
