"""How soon sound is heard anywhere in an eight-hour recording, on loopback.

``python -m bench.seek [--hours 8] [--times 40]`` makes the recording in a folder of its own, serves it, comes in with a
code and a word as a participant does, and measures two things at random places: the first bytes of the file from
there, and the first sound that a real browser plays after its playhead was moved.  See bench/README.md.
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
from typing import Any, Final

import httpx
from bench import house

WORD: Final = "blauwe vis"
PIECE: Final = 32_768  # bytes that are read from a place: some eight seconds of sound
CHROMIUM: Final = os.environ.get("TWEESPOOR_CHROMIUM", "/usr/bin/chromium")
SEEK: Final = """async ([url, places]) => {
  const audio = new Audio(url);
  const heard = (from) => new Promise((done) => {
    const look = () => !audio.seeking && audio.currentTime > from + 0.02 ? done() : setTimeout(look, 2);
    look();
  });
  audio.muted = false;
  await audio.play();
  await heard(0);
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


def first_sound(origin: str, cookie: str, url: str, seconds: float, times: int) -> list[float]:
    """Measure in a browser how long it takes until the playhead moves again after it was put elsewhere (ms)."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only for this

    places = [random.uniform(0, seconds - 5) for _ in range(times)]
    with sync_playwright() as engine:
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context()
        context.add_cookies([{"name": "h", "value": cookie, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/luister/afspraken")
        took: list[float] = page.evaluate(SEEK, [url, places])
        browser.close()
    return took


def told(name: str, took: list[float]) -> str:
    """Give a line of what was measured."""
    ranked = sorted(took)
    p95 = ranked[min(len(ranked) - 1, round(0.95 * len(ranked)))]
    return f"| {name} | {statistics.median(took):.0f} | {p95:.0f} | {ranked[-1]:.0f} |"


def say(*lines: str) -> None:
    """Tell what was measured, as soon as it is."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(hours: float, times: int, kept: Path | None) -> None:
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
        with house.served(folder, port), httpx.Client(base_url=origin, timeout=60) as client:
            enter(client, known["code"])
            sound = f"/luister/{known['track']}.opus"
            for name in ("the page, for the first time", "the page, again"):
                begin = time.perf_counter()
                client.get("/luister/gesprek").raise_for_status()
                say(f"{name}: {(time.perf_counter() - begin) * 1000:.0f} ms")
            begin = time.perf_counter()
            client.head(sound).raise_for_status()
            say(f"the layout of the file, once: {(time.perf_counter() - begin) * 1000:.0f} ms")
            lines = [told("first bytes, Opus", first_bytes(client, sound, times))]
            cookie = client.cookies["h"]
            lines.append(told("first sound, Opus", first_sound(origin, cookie, sound, hours * 3600, times)))
            copy = f"/luister/{known['track']}.m4a"
            begin = time.perf_counter()
            while client.head(copy).status_code != 200:
                time.sleep(1)
            say(f"the copy, once: {time.perf_counter() - begin:.0f} s")
            lines.append(told("first bytes, copy", first_bytes(client, copy, times)))
            lines.append(told("first sound, copy", first_sound(origin, cookie, copy, hours * 3600, times)))
        say("| what | p50 ms | p95 ms | most ms |", "|---|---|---|---|", *lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How soon sound is heard anywhere in a long recording.")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="a folder in which the recording stays, and is used again")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.make:
        _make(chosen.make, chosen.hours)
    else:
        main(chosen.hours, chosen.times, chosen.keep)
