"""Measures how many one-second streams are held, against a plain Django view and against no store at all.

``python -m bench.ingest [--seconds 20] [--most 1600]``; takes a few minutes and prints a table.  See README.md.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import house

GOAL_MS = 250.0
TRIES = 2  # of each step, for what else the machine does
LADDER = (50, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1400, 1600, 2000, 2400)


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


def load(folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Let the load process carry out an order."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(order),
        env=house.environment(folder),
        cwd=house.ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def is_held(result: dict[str, Any]) -> bool:
    """Tell whether every chunk was answered well, and 99 of 100 within the goal."""
    return result["answered"] == result["due"] and not result["wrong"] and result["p99_ms"] < GOAL_MS


def climb(name: str, application: str, folder: Path, tickets: list[house.Ticket], options: argparse.Namespace) -> int:
    """Go up the ladder until it no longer holds; gives the most streams that were held."""
    port = house.free_port()
    most = 0
    with house.served(folder, port, application, lifespan=name != "plain") as server:
        empty = Usage.of(server.pid)
        for streams in (step for step in LADDER if options.least <= step <= len(tickets) or step <= 200):
            if streams > len(tickets):
                break
            order = {"port": port, "plain": name == "plain", "tickets": tickets[:streams], "seconds": options.seconds}
            if not any(step(name, folder, order, server.pid, empty) for _ in range(TRIES)):
                break
            most = streams
    return most


def step(name: str, folder: Path, order: dict[str, Any], pid: int, empty: Usage) -> bool:
    """Hold one step, print its row and tell whether it was held."""
    before, begin = Usage.of(pid), time.monotonic()
    result = load(folder, order)
    after, took = Usage.of(pid), time.monotonic() - begin
    held = is_held(result)
    streams = len(order["tickets"])
    cpu = 1000 * (after.cpu - before.cpu) / max(1, result["answered"])
    say(
        f"| {name} | {streams} | {result['p50_ms']} | {result['p99_ms']} | {result['max_ms']} "
        f"| {cpu:.2f} | {(after.cpu - before.cpu) / took:.2f} | {(after.memory - empty.memory) / streams:.0f} "
        f"| {'held' if held else 'not held'} |"
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
    parser.add_argument("--least", type=int, default=400, help="steps between 200 and this are left out")
    parser.add_argument("--most", type=int, default=1600, help="the most streams that are tried")
    parser.add_argument("--backlogs", type=int, default=300, help="devices that come back at once")
    parser.add_argument("--folder", type=Path, default=None, help="where to store; default a temporary folder")
    parser.add_argument("--backlog", type=int, default=120, help="chunks that each of them brings")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench", dir=options.folder))
    say(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
          f"{options.seconds} s a step, p99 below {GOAL_MS:.0f} ms\n")  # fmt: skip
    try:
        tickets = house.prepare(folder / "storeless", options.most // 2)
        say("| what | streams | p50 ms | p99 ms | max ms | CPU ms a chunk | CPUs | KB a stream | |")
        say("|---|---|---|---|---|---|---|---|---|")
        plain = climb("plain", "bench.plain:application", folder / "plain", tickets, options)
        bare = climb("storeless", "bench.storeless:application", folder / "storeless", tickets, options)
        # Made only now: a recorder that was silent for ten minutes counts as failed, and its conversation pauses.
        tickets = house.prepare(folder / "product", options.most // 2)
        ours = climb("product", house.PRODUCT, folder / "product", tickets, options)
        drain(folder / "product", tickets, options)
        say(f"\nheld: plain {plain}, storeless {bare}, product {ours}: {ours / max(plain, 1):.1f} times plain")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
