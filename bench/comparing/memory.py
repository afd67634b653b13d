"""How much memory and processor four hours beside four hours take, as `tweespoor compare` does it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from bench.comparing import codecs
from bench.comparing.captures import CONDITIONS
from bench.comparing.cells import Source
from bench.comparing.rooms import drifted
from bench.comparing.talkers import RATE
from bench.comparing.trying import HOUR_S

CONDITION: Final = "c1"
_WATCHED: Final = """
import json, resource, subprocess, sys, time
begin = time.monotonic()
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
taken = {"memory": used.ru_maxrss / 1024, "cpu": used.ru_utime + used.ru_stime}
print(json.dumps(taken | {"clock": time.monotonic() - begin, "ended": ended}))
"""
"""A small process in between: one counts as its own what the process was that it began from."""


class Taken(NamedTuple):
    """The largest process (MB), the processor's and the clock's seconds, and how the command ended."""

    memory: float
    cpu: float
    clock: float
    ended: int

    def told(self) -> str:
        """Say it in a line."""
        return (
            f"largest process {self.memory:.0f} MB, {self.cpu:.0f} s of processor, {self.clock:.0f} s by the clock, "
            f"exit {self.ended}"
        )


def told(source: Source, hours: int) -> str:
    """Measure it, and say it in a line."""
    return measure(source, hours).told()


def measure(source: Source, hours: int) -> Taken:
    """Lay the hours of one condition, one after the other, beside each other."""
    original, copy = source.folder / f"long-{source.half}.ogg", source.folder / f"long-{source.half}.m4a"
    if not copy.exists():
        write(source, hours, original, copy)
    words = [sys.executable, "-m", "tweespoor.cli", "compare", str(original), str(copy), "--json"]
    told = subprocess.run([sys.executable, "-c", _WATCHED, *words], capture_output=True, text=True, check=True).stdout
    return Taken(**json.loads(told))


def write(source: Source, hours: int, original: Path, copy: Path) -> None:
    """Write the files: hours of talk of which none is like another, by one pair of clocks."""
    others = CONDITIONS[CONDITION].others
    firsts, seconds = [], []
    for number in range(hours):
        made = source.capture(1000 + 4 * number, CONDITION, HOUR_S, others[number % len(others)])
        first, second = codecs.decode(made.original, RATE), drifted(made.copy, -made.ppm)
        begin, early = round(max(0.0, made.offset) * RATE), round(max(0.0, -made.offset) * RATE)
        length = min(len(first) - begin, len(second) - early)
        firsts.append(first[begin : begin + length])
        seconds.append(second[early : early + length])
    original.write_bytes(codecs.encode(np.concatenate(firsts), "opus32"))
    partly = copy.with_suffix(".partly")
    partly.write_bytes(codecs.encode(drifted(np.concatenate(seconds), 50.0), "aac"))
    partly.replace(copy)
