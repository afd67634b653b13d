"""How well a copy is compared with its original.

``python -m bench.comparing`` takes all cells; see bench/README.md for what stands in the tables.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from bench.comparing import cells, report, trying
from bench.comparing.captures import CONDITIONS
from bench.comparing.cells import Cell, Source
from bench.comparing.trying import Result


def given() -> argparse.Namespace:
    """Read what was typed."""
    parser = argparse.ArgumentParser(prog="python -m bench.comparing", description=__doc__)
    parser.add_argument("--trials", type=int, help="trials of each cell in each condition (60; quick: 4)")
    parser.add_argument("--cells", help="which, such as cut:0.1,insert:1,speed:5:1.02 (all)")
    parser.add_argument("--conditions", default="c1,c2,c3,c4", help="which of c0 to c4 (c1,c2,c3,c4)")
    parser.add_argument("--hours", type=int, help="honest hours, divided over the conditions (20; quick: 0)")
    parser.add_argument("--half", choices=("tune", "report"), default="report", help="which half of the seeds")
    parser.add_argument("--quick", action="store_true", help="a few minutes: few trials of few cells")
    parser.add_argument("--speech", type=Path, default=os.environ.get("TWEESPOOR_SPEECH"), help="folder of real speech")
    parser.add_argument("--folder", type=Path, help="where captures are kept (a folder for temporary files)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--misses", type=int, default=0, help="so many lines about what was missed")
    parser.add_argument("--no-peers", action="store_true", help="leave the other tools out")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    words = given()
    folder = words.folder or Path(tempfile.gettempdir()) / "tweespoor-bench-comparing"
    source = Source(words.half, None if words.speech is None else Path(words.speech), folder)
    conditions = words.conditions.split(",")
    unknown = set(conditions) - set(CONDITIONS)
    if unknown:
        sys.exit(f"no condition {', '.join(sorted(unknown))}: {', '.join(CONDITIONS)}")
    chosen = words.cells.split(",") if words.cells else cells.QUICK if words.quick else cells.CELLS
    trials = words.trials or (4 if words.quick else 60)
    hours = words.hours if words.hours is not None else 0 if words.quick or words.cells else 20
    began = time.monotonic()
    results = measure([Cell.of(one) for one in chosen], conditions, trials, hours, source, words.workers)
    sys.stdout.write(f"{trials} trials a cell, half «{words.half}», ")
    sys.stdout.write("real speech among the talkers" if source.speech else "synthetic voices only (no --speech given)")
    sys.stdout.write(f", {(time.monotonic() - began) / 60:.0f} minutes\n")
    for head, body in (
        ("Edits", report.edits(results)),
        ("Copies without an edit inside", report.wholes(results)),
        ("Hours", report.hours(results)),
        ("Cost", report.cost(results)),
        ("Missed", report.misses(results, words.misses) if words.misses else ""),
    ):
        if body.count("\n") > 1 or (head == "Missed" and body):
            sys.stdout.write(f"\n## {head}\n\n{body}\n")


def measure(
    chosen: list[Cell], conditions: list[str], trials: int, hours: int, source: Source, workers: int
) -> list[Result]:
    """Do all trials, in processes of their own."""
    with ProcessPoolExecutor(workers) as pool:
        waiting = {}
        for number in range(hours):
            condition = conditions[number % len(conditions)]
            turn = number // len(conditions)
            densities = trying.DENSITIES if turn < 2 else ()
            waiting[pool.submit(trying.hour, source, condition, number, densities)] = f"hour {number} {condition}"
            if turn < 2:
                waiting[pool.submit(trying.stress, source, condition, number)] = f"stress {number} {condition}"
        for task in trying.tasks(chosen, conditions, trials):
            waiting[pool.submit(trying.do, task, source, trials)] = f"{task.condition} capture {task.capture}"
        results: list[Result] = []
        for n, done in enumerate(as_completed(waiting), 1):
            results += done.result()
            sys.stderr.write(f"\r{n} of {len(waiting)}: {waiting[done]}   ")
        sys.stderr.write("\n")
    order = {cell.name: n for n, cell in enumerate(chosen)}
    return sorted(results, key=lambda one: (order.get(one.cell, 99), one.cell, one.condition, one.number))


if __name__ == "__main__":
    main()
