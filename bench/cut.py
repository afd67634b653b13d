"""How long a copy without cuts takes of a long recording, and how much memory.

``python -m bench.cut [--hours 8] [--cuts 6] [--folder FOLDER]`` writes the file of one track of that length (real Opus
packets of speech and noise, sealed as the server seals them), then makes the copy in a process of its own, as
`casework.cutting` does: places, holes, one pass over the sound that is hashed on the way, and from where on each piece
is the same again.  See bench/README.md.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from tweespoor.seal.envelope import Envelope
from tweespoor.sound import opus
from tweespoor.tape import record
from tweespoor.tape.derivative import Edited, Places
from tweespoor.tape.moments import widened
from tweespoor.tape.ogg import Layout
from tweespoor.tape.packets import Packet, build, parse
from tweespoor.tape.record import Header, Kind
from tweespoor.tape.store import Store
from tweespoor.tape.timeline import Line
from tweespoor.tape.track import genesis, head_after, leaf_of

TRACK: Final = bytes(range(16))
KEY: Final = bytes(range(32))
SALT: Final = bytes(range(32, 64))
CONVERSATION: Final = "ee" * 16
START_MS: Final = 1_800_000_000_000
AT_ONCE: Final = 600


def make(folder: Path, hours: float) -> None:
    """Write the file of a track, a chunk a second."""
    rng = np.random.default_rng(1)
    beat = np.sin(2 * np.pi * 180 * np.arange(60 * opus.RATE) / opus.RATE) * (rng.random(60 * opus.RATE) > 0.02)
    noise = rng.standard_normal(60 * opus.RATE)
    minute = opus.encode((beat * 0.1 + noise * 0.02).astype(np.float32))
    store, envelope = Store(folder), Envelope(KEY, CONVERSATION, TRACK.hex())
    head, waiting = genesis(TRACK), []
    for number in range(round(hours * 3600)):
        at = number % 60 * 50
        begin = number * opus.RATE
        here = [Packet(begin + n * opus.FRAME, one) for n, one in enumerate(minute.packets[at : at + 50])]
        body = build(TRACK, number, 0, number * 1_000_000, START_MS + number * 1000, here, [], minute.preskip)
        leaf = leaf_of(SALT, number, body)
        head = head_after(head, leaf)
        chunk, first = parse(body), START_MS + number * 1000
        header = Header(
            Kind.SOUND, 0, TRACK, number, 0, chunk.begin, chunk.samples, (number + 1) * opus.RATE, chunk.mono_us,
            first, first + 1000, first + 1100, 0, 0, 0, leaf, head,
        )  # fmt: skip
        waiting.append(record.pack(header, envelope.seal(number, leaf, body)))
        if len(waiting) == AT_ONCE:
            store.add(TRACK, waiting)
            waiting = []
    if waiting:
        store.add(TRACK, waiting)


def most() -> float:
    """Give how much memory this program had at most (MB).

    What `getrusage` says of a process begins at what the process was that began it, here one that wrote eight hours.
    """
    found = re.search(r"^VmHWM:\s*(\d+) kB$", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def cut(folder: Path, hours: float, cuts: int) -> dict[str, float]:
    """Make the copy and tell how long each step took (s), how large it is and how much memory was used (MB)."""
    before = most()
    apart = round(hours * 3_600_000 / (cuts + 1))
    spans = widened((START_MS + n * apart, START_MS + n * apart + 7_013) for n in range(1, cuts + 1))
    began, work = time.perf_counter(), time.process_time()
    with Store(folder).open(TRACK.hex(), KEY, CONVERSATION, SALT) as track:
        line = Line.of(track.index)
        edited = Edited(track, line, Places.of(track, line), spans, ())
        placed = time.perf_counter()
        digest = hashlib.sha256()
        layout = Layout.of(TRACK, edited.skip, edited.sounds(), edited.comments, digest.update)
        passed = time.perf_counter()
        for piece in edited.kept[1:]:
            opus.same_at_the_end(*edited.runs(piece, 10 * opus.RATE, 4 * opus.RATE))
        done = time.perf_counter()
    used = most() - before
    return {
        "places": placed - began, "pass": passed - placed, "same": done - passed, "all": done - began,
        "processor": time.process_time() - work,
        "mb": layout.size / 1e6, "memory": used,
    }  # fmt: skip


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--cuts", type=int, default=6)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", action="store_true")
    given = parser.parse_args()
    if given.measure:
        sys.stdout.write(json.dumps(cut(given.folder, given.hours, given.cuts)) + "\n")
        return
    with tempfile.TemporaryDirectory() as own:
        folder = given.folder or Path(own)
        make(folder, given.hours)
        words = ["--measure", "--folder", str(folder), "--hours", str(given.hours), "--cuts", str(given.cuts)]
        subprocess.run([sys.executable, "-m", "bench.cut", *words], check=True)


if __name__ == "__main__":
    main()
