"""How long the pages of the desk take with a hundred conversations, and with a hundred thousand, in one run.

``python -m bench.desk [--many 100000] [--rounds 200] [--folder FOLDER] [--analyze]`` makes two houses, fills them
alike, and asks each page in one and right after that in the other, in turns the one or the other first: they never
wait for each other, and other work on the machine hits both alike.  It prints percentiles as a table, by the clock
and of processor.  A page holds when its 95th percentile with many is at most 1.5 times that with few.  With
``--folder`` the houses stay there and are used again; with ``--analyze`` the engine knows how its tables are filled,
which can lead it to other ways than without.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.house import environment

FEW, MANY = 100, 100_000
HOLDS = 1.5
HOUSE = """\
organisation = "Bench"
helpline = "0800-2000"
retention_years = 9
retention_source = "none"
retention_checked = "2026-01-31"
"""
TURNS = 4
WARM = 5

Took = Mapping[str, list[tuple[float, float]]]


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a module in the house in this folder."""
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(
        command, env=environment(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def ended(process: "subprocess.Popen[str]") -> str:
    """Wait for a process and give what it printed."""
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    return said


def prepare(folder: Path, count: int) -> None:
    """Set a house up and fill it, unless that was done."""
    if (folder / "filled").exists():
        return
    ended(start(folder, "tweespoor.cli", "setup"))
    (folder / "house.toml").write_text(HOUSE, encoding="utf-8")
    ended(start(folder, "bench.full", "fill", str(count)))
    (folder / "filled").touch()


def measure(houses: Mapping[int, Path], rounds: int) -> dict[int, dict[str, list[tuple[float, float]]]]:
    """Ask every page in all houses, one right after the other, in turns with processes of their own."""
    took: dict[int, dict[str, list[tuple[float, float]]]] = {count: {} for count in houses}
    for _ in range(TURNS):
        asking = {count: start(folder, "bench.full", "answer") for count, folder in houses.items()}
        pages, *_ = [told(process) for process in asking.values()]
        for turn in range(rounds // TURNS + WARM):
            order = list(asking.items()) if turn % 2 else list(reversed(asking.items()))
            for number, name in enumerate(pages):
                for count, process in order:
                    print(number, file=process.stdin)
                    clock, busy = told(process)
                    if turn >= WARM:
                        took[count].setdefault(name, []).append((clock, busy))
        for process in asking.values():
            ended(process)
    return took


def told(process: "subprocess.Popen[str]") -> Any:  # noqa: ANN401 - what JSON holds
    """Read the next line that a process tells."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"{process.args!r} ended")
    return json.loads(line)


def p95(found: list[float]) -> float:
    """Give the 95th percentile."""
    return statistics.quantiles(found, n=20)[-1]


def table(few: Took, many: Took, count: int) -> str:
    """Write the percentiles down, page by page."""
    heads = [f"p50 at {FEW:,}", f"at {count:,}", f"p95 at {FEW:,}", f"at {count:,}", "times"]
    heads += [f"processor p95 at {FEW:,}", f"at {count:,}", "times"]
    lines = [f"| page, ms | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name in few:
        clock, busy = (([one[n] for one in few[name]], [one[n] for one in many[name]]) for n in (0, 1))
        cells = [f"{statistics.median(found):.0f}" for found in clock]
        for small, large in (clock, busy):
            times = p95(large) / p95(small)
            cells += [f"{p95(small):.0f}", f"{p95(large):.0f}", f"{times:.2f}{'' if times <= HOLDS else ' (too slow)'}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare two houses."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--many", type=int, default=MANY)
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--folder", type=Path)
    options.add_argument("--analyze", action="store_true", help="with the statistics of the engine gathered")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        houses = {count: (given.folder or Path(place)) / str(count) for count in (FEW, given.many)}
        for count, folder in houses.items():
            prepare(folder, count)
            if given.analyze:
                ended(start(folder, "bench.full", "analyze"))
        took = measure(houses, given.rounds)
    sys.stdout.write(table(took[FEW], took[given.many], given.many))


if __name__ == "__main__":
    main()
