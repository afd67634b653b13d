"""How well a copy is compared with its original.

``python -m bench.comparing`` takes all cells; see bench/README.md for what stands in the tables.
"""

import argparse
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from bench.comparing import aims, cells, memory, peers, report, trying
from bench.comparing.captures import CONDITIONS
from bench.comparing.cells import Cell, Source
from bench.comparing.keeping import Kept
from bench.comparing.trying import Result


class Job(NamedTuple):
    """Work for a process: what it is called, and what is done."""

    name: str
    what: Callable[..., list[Result] | str]
    words: tuple[object, ...]


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
    parser.add_argument("--keep", type=Path, help="keep here what comes of it, and do nothing twice")
    parser.add_argument("--show", action="store_true", help="measure nothing: show what is kept")
    parser.add_argument("--minutes", type=float, default=0, help="end after so many, and show what there is")
    parser.add_argument("--no-peers", action="store_true", help="leave the other tools out")
    return parser.parse_args()


def main() -> None:
    """Measure and print; a run that is ended with Ctrl-C or by its time prints what there is."""
    words = given()
    began = time.monotonic()
    folder = words.folder or Path(tempfile.gettempdir()) / "tweespoor-bench-comparing"
    source = Source(words.half, None if words.speech is None else Path(words.speech), folder)
    conditions = words.conditions.split(",")
    unknown = set(conditions) - set(CONDITIONS)
    if unknown:
        sys.exit(f"no condition {', '.join(sorted(unknown))}: {', '.join(CONDITIONS)}")
    chosen = words.cells.split(",") if words.cells else cells.QUICK if words.quick else cells.CELLS
    trials = words.trials if words.trials is not None else 4 if words.quick else 60
    hours = words.hours if words.hours is not None else 0 if words.quick or words.cells else 20
    kept = Kept(words.keep, source)
    jobs = _hours(kept, source, conditions, hours)
    for task in trying.tasks([Cell.of(one) for one in chosen], conditions, trials, kept.done()):
        jobs.append(Job(f"{task.condition} capture {task.capture}", trying.do, (task, source, trials)))
    if not words.no_peers and not words.cells:
        for condition in sorted({conditions[0], conditions[-1]}):
            name = f"Beside other tools, {condition}"
            jobs.append(Job(name, peers.beside, (source, condition, 2 if words.quick else 6)))
    if hours >= LONG_HOURS:
        jobs.append(Job(f"{LONG_HOURS} hours beside {LONG_HOURS} hours", memory.told, (source, LONG_HOURS)))
    if not words.show:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        do([one for one in jobs if one.name not in kept.parts], kept, words.workers, 60 * words.minutes)
    order = {name: n for n, name in enumerate((*cells.CELLS, *(f"hour:{n}" for n in (0, *trying.DENSITIES))))}
    results = sorted(kept.results, key=lambda one: (order.get(one.cell, 99), one.cell, one.condition, one.number))
    speech = "real speech among the talkers" if source.speech else "synthetic voices only (no --speech given)"
    took = (time.monotonic() - began) / 60
    sys.stdout.write(f"{trials} trials a cell, half «{words.half}», {speech}, {took:.0f} minutes\n")
    if kept.others:
        sys.stdout.write(f"{kept.others} lines of {words.keep} were made by another code, and are left out.\n")
    show("Beside the aims", aims.beside(results))
    show("Edits, easy, middle and hard", report.brief(results))
    show("Edits", report.edits(results))
    show("Copies without an edit inside", report.wholes(results))
    show("Hours", report.hours(results))
    show("Cost", report.cost(results))
    if words.misses:
        show("Missed", report.misses(results, words.misses))
    for name, text in kept.parts.items():
        show(name, text)


def show(head: str, body: str) -> None:
    """Print a part, unless it is a table without rows."""
    if not body.startswith("|") or body.count("\n") > 1:
        sys.stdout.write(f"\n## {head}\n\n{body}\n")
        sys.stdout.flush()


def _hours(kept: Kept, source: Source, conditions: list[str], hours: int) -> list[Job]:
    """Give the hours that are not done, divided over conditions."""
    jobs, done = [], kept.done()
    for number in range(hours):
        condition, turn = conditions[number % len(conditions)], number // len(conditions)
        others = CONDITIONS[condition].others
        densities = trying.DENSITIES if turn < EDITED_HOURS else ()
        if ("hour:0", condition, number) not in done:
            words = (source, condition, number, others[turn % len(others)], densities)
            jobs.append(Job(f"hour {number} {condition}", trying.hour, words))
        if turn < EDITED_HOURS and (trying.STRESS, condition, number) not in done:
            jobs.append(Job(f"stress {number} {condition}", trying.stress, (source, condition, number)))
    return jobs


def _begun() -> None:
    """Let a process of ours end when it is told to, and leave Ctrl-C to the one that shows what there is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def do(jobs: list[Job], kept: Kept, workers: int, most_s: float) -> None:
    """Do jobs in processes of their own, and keep what comes of each; leave what is left when the time is over."""
    began = time.monotonic()
    pool = ProcessPoolExecutor(workers, initializer=_begun)
    try:
        waiting = {pool.submit(one.what, *one.words): one for one in jobs}
        for n, done in enumerate(as_completed(waiting, most_s or None), 1):
            name = waiting[done].name
            try:
                came = done.result()
            except Exception as problem:  # noqa: BLE001 - the rest goes on; this one is done when it is run again
                sys.stderr.write(f"\n{name} broke: {problem!r}\n")
                continue
            if isinstance(came, str):
                kept.tell(name, came)
            else:
                kept.add(came)
            minutes = (time.monotonic() - began) / 60
            sys.stderr.write(f"\r{n} of {len(jobs)} after {minutes:.1f} minutes: {name}   ")
    except (KeyboardInterrupt, TimeoutError):
        sys.stderr.write("\nended before all was done")
    finally:
        sys.stderr.write("\n")
        pool.shutdown(wait=False, cancel_futures=True)
        for one in multiprocessing.active_children():
            one.terminate()


if __name__ == "__main__":
    main()
