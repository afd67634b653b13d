"""Measures how many one-second streams are held, against a plain Django view and against no store at all.

``python -m bench.ingest [--seconds 20] [--from 1600] [--most 3200]``; takes some minutes.  See README.md.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import house

GOAL_MS = 250.0
TRIES = 2  # of each step, for what else the machine does
LADDER = (
    50,
    100,
    150,
    200,
    300,
    400,
    500,
    600,
    700,
    800,
    1000,
    1200,
    1400,
    1600,
    1800,
    2000,
    2200,
    2400,
    2600,
    2800,
    3200,
)


def say(line: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class Usage:
    """What a process used so far: seconds of processor, kilobytes of memory."""

    cpu: float
    memory: int

    @classmethod
    def of(cls, pid: int) -> "Usage":
        """Read it."""
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return cls((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(resident.split()[1]))


def load(folder: Path, order: dict[str, Any], connected: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Let the load process carry out an order; tells when its devices are connected."""
    command = [sys.executable, "-m", "bench.load"]
    with subprocess.Popen(
        command, env=house.environment(folder), cwd=house.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        process.stdout.readline()
        connected()
        result: dict[str, Any] = json.loads(process.stdout.read())
    return result


def is_held(result: dict[str, Any]) -> bool:
    """Tell whether every chunk was answered well, and 99 of 100 within the goal."""
    return result["answered"] == result["due"] and not result["wrong"] and result["p99_ms"] < GOAL_MS


@dataclass
class Climb:
    """One of those that are compared: how it is served, and with what it begins."""

    name: str
    application: str
    folder: Path
    tickets: list[house.Ticket]
    seconds: int

    def most(self, begin: int) -> int:
        """Find the most streams that are held; goes up in strides from where it begins, then halves what is left."""
        steps = [step for step in LADDER if step <= len(self.tickets)]
        at = max((place for place, step in enumerate(steps) if step <= begin), default=0)
        held, fallen = -1, len(steps)
        port = house.free_port()
        with house.served(self.folder, port, self.application, lifespan=self.name != "plain") as server:
            empty = Usage.of(server.pid)
            while fallen - held > 1:
                if any(self.holds(steps[at], port, server.pid, empty) for _ in range(TRIES)):
                    held = at
                else:
                    fallen = at
                in_sight = fallen < len(steps)
                at = max((held + fallen) // 2, held + 1) if in_sight else min(held + 2, fallen - 1)
        return steps[held] if held >= 0 else 0

    def holds(self, streams: int, port: int, pid: int, empty: Usage) -> bool:
        """Try a step, print its row and tell whether it was held."""
        order = {
            "port": port,
            "plain": self.name == "plain",
            "tickets": self.tickets[:streams],
            "seconds": self.seconds,
        }
        moments: list[tuple[Usage, float]] = []
        result = load(self.folder, order, lambda: moments.append((Usage.of(pid), time.monotonic())))
        (before, begun), after, now = moments[0], Usage.of(pid), time.monotonic()
        held = is_held(result)
        chunks = max(1, result["answered"])
        cpu, others = 1000 * (after.cpu - before.cpu) / chunks, 1000 * result["cpu_s"] / chunks
        say(
            f"| {self.name} | {streams} | {result['p50_ms']} | {result['p99_ms']} | {result['max_ms']} "
            f"| {cpu:.2f} | {(after.cpu - before.cpu) / (now - begun):.2f} | {others:.2f} "
            f"| {(after.memory - empty.memory) / streams:.0f} | {'held' if held else 'not held'} |"
        )
        return held


def drain(folder: Path, tickets: list[house.Ticket], options: argparse.Namespace) -> None:
    """Let many devices come back at once, each with a backlog, while others, in a process of their own, go on."""
    port = house.free_port()
    living, returning = tickets[:100], tickets[100 : 100 + options.backlogs]
    order = {"port": port, "plain": False, "seconds": 15}
    with house.served(folder, port), ThreadPoolExecutor() as both:
        alive = both.submit(load, folder, order | {"tickets": living})
        time.sleep(4)  # the living are connected, and in the middle of it
        back = both.submit(load, folder, order | {"tickets": returning, "backlog": options.backlog}).result()
        live = alive.result()
    say(f"\n{len(returning)} devices came back with {options.backlog} chunks each: {back['chunks_a_second']} chunks a "
        f"second for {back['seconds']:.1f} s, answers {back['answers']}, wrong {back['wrong']}")  # fmt: skip
    say(f"{len(living)} live streams around it: p50 {live['p50_ms']} ms, p99 {live['p99_ms']} ms, "
        f"wrong {live['wrong']}")  # fmt: skip


def main() -> None:
    """Measure all three and the draining."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20, help="how long each step is held")
    parser.add_argument("--from", type=int, default=1600, dest="begin", help="the streams with which ours begins")
    parser.add_argument("--most", type=int, default=3200, help="the most streams that are tried")
    parser.add_argument("--backlogs", type=int, default=300, help="devices that come back at once")
    parser.add_argument("--folder", type=Path, default=None, help="where to store; default a temporary folder")
    parser.add_argument("--backlog", type=int, default=120, help="chunks that each of them brings")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench", dir=options.folder))
    say(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
          f"{options.seconds} s a step, p99 below {GOAL_MS:.0f} ms\n")  # fmt: skip
    try:
        tickets = house.prepare(folder / "storeless", options.most // 2)
        say("| what | streams | p50 ms | p99 ms | max ms | CPU ms a chunk | CPUs | load's own | KB a stream | |")
        say("|---|---|---|---|---|---|---|---|---|---|")
        plain = Climb("plain", "bench.plain:application", folder / "plain", tickets, options.seconds).most(600)
        bare = Climb("storeless", "bench.storeless:application", folder / "storeless", tickets, options.seconds)
        least = bare.most(options.begin)
        # Made only now: a recorder that was silent for ten minutes counts as failed, and its conversation pauses.
        tickets = house.prepare(folder / "product", options.most // 2)
        ours = Climb("product", house.PRODUCT, folder / "product", tickets, options.seconds).most(options.begin)
        drain(folder / "product", tickets, options)
        say(f"\nheld: plain {plain}, storeless {least}, product {ours}: {ours / max(plain, 1):.1f} times plain")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
