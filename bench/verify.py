"""How fast a bundle is made and checked, held against hashing and copying the same bytes in the same run.

``python -m bench.verify [--hours 1 8]`` makes a conversation of so many hours with two tracks (32 kbit/s) and the
usual signatures (a checkpoint every ten seconds, a seen head every minute), writes its bundle, and measures in
processes of their own: ``openssl dgst -sha256`` over it, ``tweespoor verify``, a copy, and the page in a real browser.
The command runs from compiled files, as pip leaves them.  See bench/README.md.
"""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright
from tests.dossier import stories
from tests.dossier.stories import BRAMS, OURS, SALTS, Story
from tests.rules.cast import BRAM
from tests.seal import asn1

import tweespoor.dossier
from tweespoor.dossier import beside, bundle
from tweespoor.dossier.chunks import Body, Row
from tweespoor.rules import facts
from tweespoor.rules.consequences import complete
from tweespoor.rules.conversation import after, fold
from tweespoor.rules.facts import TrackHead
from tweespoor.tape import packets, track
from tweespoor.tape.packets import Code, Event, Packet
from tweespoor.tape.track import Place

CHROMIUM: Final = os.environ.get("TWEESPOOR_CHROMIUM", "/usr/bin/chromium")
PAGE: Final = Path(tweespoor.dossier.__file__).parent / "LEESMIJ.html"
EVERY: Final = 10  # seconds from one checkpoint to the next


@cache
def pool() -> tuple[bytes, ...]:
    """Give packets as voices have them: about eighty bytes each, none like another."""
    chance = random.Random(1)
    return tuple(b"\x78" + chance.randbytes(chance.randint(60, 98)) for _ in range(5000))


class Tape:
    """One track of so many seconds, made anew whenever it is asked for."""

    def __init__(self, name: str, seconds: int, begin_ms: int) -> None:
        self.track = name
        self.seconds = seconds
        self.begin_ms = begin_ms
        self.leaves: list[bytes] = []
        self.lengths: list[int] = []
        self.heads: list[bytes] = []
        head, self.times = track.genesis(bytes.fromhex(name)), track.times_genesis(bytes.fromhex(name))
        for number, body in enumerate(self.bodies()):
            self.leaves.append(track.leaf_of(SALTS[name], number, body))
            self.lengths.append(len(body))
            head = track.head_after(head, self.leaves[-1])
            self.heads.append(head)
            self.times = track.times_after(self.times, self.place(number))

    def place(self, number: int) -> Place:
        begin = self.begin_ms + 1000 * number
        return Place(number, 0, 48_000 * number, 48_000, begin, begin + 1040, by_device_clock=False)

    def bodies(self) -> Iterator[bytes]:
        own, found = bytes.fromhex(self.track), pool()
        for number in range(self.seconds):
            at = 48_000 * number
            content = [Packet(at + 960 * n, found[(number * 53 + n) % len(found)]) for n in range(50)]
            ended = [Event(at + 48_000, Code.ENDED, 0)] if number == self.seconds - 1 else []
            yield packets.build(own, number, 0, number * 1_000_000, self.begin_ms + 1000 * number, content, ended)

    def rows(self) -> Iterator[Row]:
        for number, leaf in enumerate(self.leaves):
            yield Row(self.place(number), leaf, Body.HERE, self.lengths[number])

    def head(self, last: int) -> TrackHead:
        return TrackHead(self.track, last, 48_000 * (last + 1), self.heads[last].hex())


def conversation(seconds: int) -> tuple[Story, list[Tape]]:
    """Give a conversation of so many seconds, and its two tracks."""
    story = stories.started(stories.opened(Story()))
    begin = story.now + 200
    tapes = [Tape(name, seconds, begin) for name in (OURS, BRAMS)]
    state = fold(story.facts)
    for at in range(EVERY, seconds + 1, EVERY):
        fact = facts.TrackCheckpoint(at=begin + 1000 * at + 500, tracks=tuple(tape.head(at - 1) for tape in tapes))
        story.facts += complete(state, fact)
        state = after(state, fact)
        story.sign()
        if at % 60 == 0:
            story.seen_by[BRAM].append(story.last)
    story.now = begin + 1000 * seconds + 2000
    story.tapes.clear()
    story.add(facts.RecordingStopped)
    for tape in tapes:
        head = tape.head(seconds - 1)
        story.add(
            facts.TrackSealed, seconds=0, track=tape.track, last=head.last, samples=head.samples, head=head.head,
            complete=True, reason=None, times=tape.times.hex(),
        )  # fmt: skip
    story.sign()
    story.add(facts.Exported, part=1)
    story.sign()
    return story, tapes


def contents(story: Story, tapes: list[Tape]) -> bundle.Contents:
    lines = story.journal()
    story.lines = lines
    heads = story.heads()
    story.heads = lambda: heads  # type: ignore[method-assign]  # worked out once: here they are many
    checkpoints, pages = story.all_checkpoints(), story.all_pages()
    opened = [n for n, fact in enumerate(story.facts) if isinstance(fact, facts.TrackOpened)]
    return bundle.Contents(
        conversation=stories.CONVERSATION,
        made_ms=story.now,
        page=PAGE.read_bytes(),
        journal=lambda: lines,
        disclosures=[
            stories.disclosed("salt_sha256", at, SALTS[name]) for at, name in zip(opened, (OURS, BRAMS), strict=True)
        ],
        endorsements=story.all_endorsements(),
        checkpoints=lambda: checkpoints,
        pages=lambda: pages,
        certificates=[asn1.der(one) for one in story.seal().certificates],
        tracks=[bundle.Track(tape.track, tape.rows, tape.bodies) for tape in tapes],
    )


def compiled(folder: Path) -> dict[str, str]:
    """Give the environment of a command whose modules are compiled: the first run leaves that there."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def timed(*command: str, environment: dict[str, str] | None = None, most: int = 5) -> float:
    """Run a command some times and give the shortest that it took."""
    took = []
    for _ in range(most):
        begin = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True, env=environment)
        took.append(time.perf_counter() - begin)
    return min(took)


def copied(path: Path, copy: Path, most: int = 3) -> float:
    """Give how long a copy takes until it is on the disk; the shortest of some."""
    took = []
    for _ in range(most):
        begin = time.perf_counter()
        shutil.copyfile(path, copy)
        with copy.open("rb+") as file:
            os.fsync(file)
        took.append(time.perf_counter() - begin)
        copy.unlink()
    return min(took)


def written(path: Path, story: Story, tapes: list[Tape], most: int = 3) -> tuple[float, float]:
    """Write the bundle some times; gives the shortest, and the processor seconds that it took, of all processes.

    The bodies come from a file each, as they do where they are kept: reading them is part of it, as it is of a copy.
    """
    given = contents(story, tapes)
    files = [path.with_name(tape.track) for tape in tapes]
    for tape, file in zip(tapes, files, strict=True):
        with file.open("wb") as out:
            out.writelines(tape.bodies())
    tracks = [
        replace(one, bodies=partial(read, tape, file))
        for one, tape, file in zip(given.tracks, tapes, files, strict=True)
    ]
    given = replace(given, tracks=tracks)
    took = []
    for _ in range(most):
        path.unlink(missing_ok=True)
        begin, used = time.perf_counter(), processor()
        bundle.write(path, given, story.sign_cms, story.stamp, apart=True)
        took.append((time.perf_counter() - begin, processor() - used))
    for file in files:
        file.unlink()
    return min(took)


def read(tape: Tape, path: Path) -> Iterator[bytes]:
    """Give the bodies of a track from a file."""
    with path.open("rb", buffering=1 << 20) as file:
        for length in tape.lengths:
            yield file.read(length)


def processor() -> float:
    """Give how many seconds this process and those that it split off have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def in_a_browser(path: Path) -> tuple[str, float]:
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(PAGE.as_uri())
        page.set_input_files("#file", path)
        page.click("#check")
        page.wait_for_selector("#verdict:visible", timeout=300_000)
        outcome, took = (str(page.get_attribute("#verdict", name)) for name in ("data-outcome", "data-took"))
        browser.close()
    return outcome, int(took) / 1000


def memory(*command: str, environment: dict[str, str]) -> float:
    """Give how many megabytes a command takes at most, with the processes that it splits off; shared ones once."""
    most = 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    while process.poll() is None:
        most = max(most, _held(process.pid))
        time.sleep(0.005)
    return most / 1024


def _held(process: int) -> int:
    """Give the kilobytes that a process and its children hold (proportional set size)."""
    here = Path("/proc") / str(process)
    try:
        rows = (here / "smaps_rollup").read_text(encoding="ascii").splitlines()
        children = (here / "task" / str(process) / "children").read_text(encoding="ascii").split()
    except OSError:  # it ended meanwhile
        return 0
    own = sum(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
    return own + sum(_held(int(child)) for child in children)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measure(hours: float, folder: Path) -> None:
    story, tapes = conversation(round(hours * 3600))
    path = folder / "bundle.zip"
    wrote, worked = written(path, story, tapes)
    copy = copied(path, folder / "copy.zip")
    environment = compiled(folder)
    command = str(Path(sys.executable).parent / "tweespoor"), "verify", str(path)
    hashed = timed("openssl", "dgst", "-sha256", str(path))
    checked = timed(*command, environment=environment)
    tell(f"{hours:g} h, {path.stat().st_size / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f}")
    tell(f"  openssl dgst {hashed:.3f} s, tweespoor verify {checked:.2f} s: {checked / hashed:.1f} times")
    tell(f"  copied with fsync in {copy:.2f} s, written in {wrote:.2f} s: {wrote / copy:.1f} times")
    tell(f"  writing took {worked:.2f} s of processors, of which there are {beside.PROCESSORS}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(f"  memory: checked in {memory(*command, environment=environment):.0f} MB, written in {own:.0f} MB")
    outcome, took = in_a_browser(path)
    tell(f"  page: {outcome} in {took:.1f} s")
    path.unlink()


def main() -> None:
    """Measure each length."""
    options = argparse.ArgumentParser()
    options.add_argument("--hours", type=float, nargs="+", default=[1, 8])
    with tempfile.TemporaryDirectory() as folder:
        for hours in options.parse_args().hours:
            measure(hours, Path(folder))


if __name__ == "__main__":
    main()
