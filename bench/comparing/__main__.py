"""How well a copy is compared with its original.

``python -m bench.comparing`` takes all cells; see bench/README.md for what stands in the tables.
"""

import argparse
import os
import pickle
import sys
import tempfile
import time
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

from bench.comparing import aims, cells, memory, peers, report, trying
from bench.comparing.captures import CONDITIONS
from bench.comparing.cells import Cell, Source
from bench.comparing.trying import Result

LONG_HOURS = 4
EDITED_HOURS = 2
"""Of each condition, so many hours are edited as well."""


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
    parser.add_argument("--keep", type=Path, help="add what comes of it to this file, and show all that is in it")
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
    if words.keep:
        before = pickle.loads(words.keep.read_bytes()) if words.keep.exists() else []
        results = [*before, *results]
        words.keep.write_bytes(pickle.dumps(results))
    speech = "real speech among the talkers" if source.speech else "synthetic voices only (no --speech given)"
    took = (time.monotonic() - began) / 60
    sys.stdout.write(f"{trials} trials a cell, half «{words.half}», {speech}, {took:.0f} minutes\n")
    show("Beside the aims", aims.beside(results))
    show("Edits", report.edits(results))
    show("Copies without an edit inside", report.wholes(results))
    show("Hours", report.hours(results))
    show("Cost", report.cost(results))
    if words.misses:
        show("Missed", report.misses(results, words.misses))
    if hours >= LONG_HOURS:
        taken = memory.measure(source, LONG_HOURS)
        show(f"{LONG_HOURS} hours beside {LONG_HOURS} hours", taken.told())
    if not words.no_peers and not words.cells:
        for condition in sorted({conditions[0], conditions[-1]}):
            show(f"Beside other tools, {condition}", peers.beside(source, condition, 2 if words.quick else 10))


def show(head: str, body: str) -> None:
    """Print a part, unless it is a table without rows."""
    if not body.startswith("|") or body.count("\n") > 1:
        sys.stdout.write(f"\n## {head}\n\n{body}\n")
        sys.stdout.flush()


def measure(
    chosen: list[Cell], conditions: list[str], trials: int, hours: int, source: Source, workers: int
) -> list[Result]:
    """Do all trials, in processes of their own."""
    with ProcessPoolExecutor(workers) as pool:
        waiting: dict[Future[list[Result]], str] = {}
        for number in range(hours):
            condition, turn = conditions[number % len(conditions)], number // len(conditions)
            others = CONDITIONS[condition].others
            densities = trying.DENSITIES if turn < EDITED_HOURS else ()
            one = pool.submit(trying.hour, source, condition, number, others[turn % len(others)], densities)
            waiting[one] = f"hour {number} {condition}"
            if turn < EDITED_HOURS:
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
