"""How soon sound is heard anywhere in an eight-hour recording, on loopback.

``python -m bench.seek [--hours 8] [--times 40] [--copy]`` makes the recording in a folder of its own, serves it, comes
in with a code and a word as a participant does, and measures two things at random places: the first bytes of the file
from there, and the first sound that a real browser plays after its playhead was moved.  See bench/README.md.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx
from bench import house

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORD: Final = "blauwe vis"
PIECE: Final = 32_768  # bytes that are read from a place: some eight seconds of sound
CHROMIUM: Final = os.environ.get("TWEESPOOR_CHROMIUM", "/usr/bin/chromium")
TURN: Final = 10
OPEN: Final = """async (url) => {
  const audio = globalThis.audio = new Audio(url);
  globalThis.heard = (from) => new Promise((done) => {
    const look = () => !audio.seeking && audio.currentTime > from + 0.02 ? done() : setTimeout(look, 2);
    look();
  });
  audio.muted = false;
  await audio.play();
  await heard(0);
}"""
SEEK: Final = """async (places) => {
  const took = [];
  for (const place of places) {
    const begin = performance.now();
    audio.currentTime = place;
    await heard(place);
    took.push(performance.now() - begin);
    await new Promise((done) => setTimeout(done, 200));
  }
  audio.pause();
  return took;
}"""


def make(folder: Path, hours: float) -> dict[str, str]:
    """Make the house and the recording in a process of its own; gives the code and our track."""
    command = [sys.executable, "-m", "bench.seek", "--make", str(folder), "--hours", str(hours)]
    done = subprocess.run(
        command, env=house.environment(folder), cwd=house.ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, str] = json.loads(done.stdout)
    return told


def _make(folder: Path, hours: float) -> None:
    os.environ.update(house.environment(folder))
    import django  # noqa: PLC0415 - only once the folder is set
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    import numpy as np  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    from tweespoor.casework import (  # noqa: PLC0415
        admitting,
        capturing,
        checklist,
        consenting,
        demonstrating,
        founding,
        models,
        opening,
        recording,
    )
    from tweespoor.rules.asking import Answer  # noqa: PLC0415
    from tweespoor.rules.facts import Children, How, Kind  # noqa: PLC0415
    from tweespoor.sound import opus  # noqa: PLC0415
    from tweespoor.tape.packets import Code  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    founding.found(demonstration=True)
    anna = models.Staff.objects.create_user("bench")
    for item in checklist.ITEMS:
        checklist.tick(item, anna)  # practice is wiped after a day, and this was yesterday
    capturing.start()
    noise = np.random.default_rng(1).standard_normal(60 * opus.RATE).astype(np.float32) * 0.1
    minute = opus.encode(noise)
    minute = minute._replace(packets=minute.packets[: 60 * opus.RATE // opus.FRAME])
    with demonstrating._yesterday() as clock:
        conversation = opening.open_conversation(anna, 2, Children.NONE)
        seat = consenting.take_seat(conversation, Kind.ADULT)
        consenting.answer(conversation, seat, Answer.YES, How.OWN_PHONE)
        clock.wait(10)
        consenting.own_app(conversation)
        recording.start(conversation)
        ours = demonstrating._open(conversation, clock, opening.WORKER_SEAT, ours=True)
        clock.wait(0.5)
        for _ in range(round(hours * 60)):
            ours.record(minute, 60 * opus.RATE, Code.HIDDEN)
            demonstrating._until_written(ours.session.pending)
            clock.wait(60)
        ours.close()
        recording.stop(conversation)
        recording.finish(conversation)
        capturing.seal_part(conversation)
    code = admitting.issue(conversation, seat, WORD)
    capturing.stop()
    sys.stdout.write(json.dumps({"code": code, "track": ours.session.track}))


def enter(client: httpx.Client, code: str) -> None:
    """Come in with code and word."""
    ours = {"sec-fetch-site": "same-origin"}
    answer = client.post("/luister/", data={"code": code, "word": WORD}, headers=ours)
    if answer.status_code != 302:
        raise RuntimeError(f"not let in: {answer.status_code}")


def first_bytes(client: httpx.Client, url: str, times: int) -> list[float]:
    """Measure how long the first bytes from random places take (ms)."""
    size = int(client.head(url).headers["content-length"])
    took = []
    for _ in range(times):
        place = random.randrange(size - PIECE)
        begin = time.perf_counter()
        with client.stream("GET", url, headers={"range": f"bytes={place}-"}) as answer:
            if answer.status_code != 206 or not next(answer.iter_bytes(PIECE)):
                raise RuntimeError("no sound")
            took.append((time.perf_counter() - begin) * 1000)
    return took


class Heard(NamedTuple):
    """How long each move took until sound (ms), requests a move, and what the server used for one (ms)."""

    took: list[float]
    requests: float
    processor: float


def used(process: int) -> float:
    """Give what a process used of the processor so far (s)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first_sound(origin: str, cookie: str, urls: dict[str, str], places: list[float], server: int) -> dict[str, Heard]:
    """Measure in a browser how long it takes until the playhead moves again after it was put elsewhere.

    Each form in turns of ten places, so that other work on the machine hits all alike.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only for this

    found: dict[str, list[Heard]] = {name: [] for name in urls}
    with sync_playwright() as engine:
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context()
        context.add_cookies([{"name": "h", "value": cookie, "url": origin}])
        for begin in range(0, len(places), TURN):
            for name, url in urls.items():
                page = context.new_page()
                asked: list[str] = []
                _listen(page, asked)
                page.goto(f"{origin}/luister/afspraken")
                page.evaluate(OPEN, url)
                before, count = used(server), len(asked)
                turn = places[begin : begin + TURN]
                took: list[float] = page.evaluate(SEEK, turn)
                page.close()
                requests = sum(one.endswith(url) for one in asked[count:]) / len(turn)
                found[name].append(Heard(took, requests, 1000 * (used(server) - before) / len(turn)))
        browser.close()
    return {
        name: Heard(
            [one for turn in turns for one in turn.took],
            statistics.mean(turn.requests for turn in turns),
            statistics.mean(turn.processor for turn in turns),
        )
        for name, turns in found.items()
    }


def _listen(page: "Page", asked: list[str]) -> None:
    page.on("request", lambda request: asked.append(request.url))


def told(name: str, took: list[float], more: str = "– | –") -> str:
    """Give a line of what was measured."""
    ranked = sorted(took)
    p95 = ranked[min(len(ranked) - 1, round(0.95 * len(ranked)))]
    return f"| {name} | {statistics.median(took):.0f} | {p95:.0f} | {ranked[-1]:.0f} | {more} |"


def say(*lines: str) -> None:
    """Tell what was measured, as soon as it is."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(hours: float, times: int, kept: Path | None, *, copy: bool) -> None:
    """Make, serve, measure, and say it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary) / "house"
        note = folder / "seek.json"
        if not note.exists():
            begin = time.perf_counter()
            made = make(folder, hours)
            note.write_text(json.dumps(made), encoding="utf-8")
            say(f"made {hours} hours in {time.perf_counter() - begin:.0f} s")
        known: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        port = house.free_port()
        origin = f"http://localhost:{port}"
        with house.served(folder, port) as server, httpx.Client(base_url=origin, timeout=60) as client:
            enter(client, known["code"])
            for name in ("the page, for the first time", "the page, again"):
                begin = time.perf_counter()
                client.get("/luister/gesprek").raise_for_status()
                say(f"{name}: {(time.perf_counter() - begin) * 1000:.0f} ms")
            urls = {form: f"/luister/{known['track']}.{form}" for form in ("webm", "opus", *(["m4a"] if copy else []))}
            lines = []
            for form, url in urls.items():
                begin = time.perf_counter()
                while client.head(url).status_code != 200:
                    time.sleep(1)
                say(f"{form} for the first time: {(time.perf_counter() - begin) * 1000:.0f} ms")
                lines.append(told(f"first bytes, {form}", first_bytes(client, url, times)))
            places = [random.uniform(0, hours * 3600 - 5) for _ in range(times)]
            found = first_sound(origin, client.cookies["h"], urls, places, server.pid)
            for form, one in found.items():
                more = f"{one.requests:.1f} | {one.processor:.0f}"
                lines.append(told(f"first sound, {form}", one.took, more))
        say(f"load average {os.getloadavg()[0]:.1f}")
        say("| what | p50 ms | p95 ms | most ms | requests a move | server's processor a move, ms |")
        say("|---|---|---|---|---|---|", *lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How soon sound is heard anywhere in a long recording.")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="a folder in which the recording stays, and is used again")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--copy", action="store_true", help="also the copy, which takes minutes to make")
    chosen = parser.parse_args()
    if chosen.make:
        _make(chosen.make, chosen.hours)
    else:
        main(chosen.hours, chosen.times, chosen.keep, copy=chosen.copy)
