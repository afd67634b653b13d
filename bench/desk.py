"""How long the pages of the desk take with a hundred conversations, and with a hundred thousand, in one run.

``python -m bench.desk [--many 100000] [--rounds 200]`` makes two houses in folders of their own, fills them alike, asks
each page turn by turn in both, so that other work on the machine hits both, and prints the percentiles as a table.
A page holds when its 95th percentile with many is at most 1.5 times that with few.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.house import environment

FEW, MANY = 100, 100_000
HOLDS = 1.5
TURNS = 4


def run(folder: Path, *words: str) -> str:
    """Run a module in the house in this folder, and give what it printed."""
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, env=environment(folder), check=True, stdout=subprocess.PIPE, text=True).stdout


def prepare(folder: Path, count: int) -> None:
    """Set a house up and fill it."""
    run(folder, "tweespoor.cli", "setup")
    (folder / "house.toml").write_text('organisation = "Bench"\nhelpline = "0800-2000"\n', encoding="utf-8")
    run(folder, "bench.full", "fill", str(count))


def p95(found: list[float]) -> float:
    """Give the 95th percentile."""
    return statistics.quantiles(found, n=20)[-1]


def table(few: dict[str, list[float]], many: dict[str, list[float]], count: int) -> str:
    """Write the percentiles down, page by page."""
    lines = [f"| page | p50 at {FEW:,} | p95 | p50 at {count:,} | p95 | times |", "|---|---|---|---|---|---|"]
    for name, found in few.items():
        other = many[name]
        times = p95(other) / p95(found)
        told = [statistics.median(found), p95(found), statistics.median(other), p95(other)]
        held = "" if times <= HOLDS else " (too slow)"
        lines.append(f"| {name} | " + " | ".join(f"{ms:.1f}" for ms in told) + f" | {times:.2f}{held} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare two houses."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--many", type=int, default=MANY)
    options.add_argument("--rounds", type=int, default=200)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        houses = {count: Path(place) / str(count) for count in (FEW, given.many)}
        took: dict[int, dict[str, list[float]]] = {count: {} for count in houses}
        for count, folder in houses.items():
            prepare(folder, count)
        for _ in range(TURNS):
            for count, folder in houses.items():
                found: dict[str, list[float]] = json.loads(run(folder, "bench.full", "ask", str(given.rounds // TURNS)))
                for name, ms in found.items():
                    took[count].setdefault(name, []).extend(ms)
    sys.stdout.write(table(took[FEW], took[given.many], given.many))


if __name__ == "__main__":
    main()
