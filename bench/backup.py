"""How fast a backup is, beside plain copying of the same files in the same run.

``python -m bench.backup [--hours 200] [--times 3] [--folder FOLDER]``.  Each hour is the file of one track: 3,600
records of a second of Opus at 32 kbit/s, about 16.6 MB, and every two hours a conversation with the lines of its
journal.  Before each copy the files are pushed out of the cache, and after each everything is synced, for both alike.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import house

SECONDS = 3600
CHUNK = 4_400
LINES = 400
"""Lines of a journal of an hour: a checkpoint every ten seconds, and what else happened."""
LINE = 420

FILL = f"""
import os, secrets, sys
import django; django.setup()
from django.db import transaction
from tweespoor.casework import models
anna = models.Staff.objects.get(username="bench")
with transaction.atomic():
    for number in range(int(sys.argv[1])):
        row = models.Conversation.objects.create(
            id=secrets.token_hex(16), worker=anna, opened_ms=number, position={LINES - 1}, head=secrets.token_hex(32)
        )
        models.Entry.objects.bulk_create(
            models.Entry(conversation=row, position=at, line=secrets.token_bytes({LINE})) for at in range({LINES})
        )
"""


def one_hour() -> bytes:
    """Make the records of an hour, as the store keeps them; what is sealed is random, as sealed bytes look."""
    sys.path.insert(0, str(house.ROOT / "src"))
    from tweespoor.tape import record  # noqa: PLC0415 - only once the path is set

    pool = random.Random(1).randbytes(CHUNK + SECONDS)
    written = []
    for number in range(SECONDS):
        header = record.Header(
            record.Kind.SOUND, 0, bytes(16), number, 0, number * 48_000, 48_000, (number + 1) * 48_000,
            number, number, number, number, 0, 0, 0, bytes(32), bytes(32),
        )  # fmt: skip
        written.append(record.pack(header, pool[number : number + CHUNK]))
    return b"".join(written)


def fill(home: Path, hours: int) -> None:
    """Make a house that has recorded for so many hours."""
    house.prepare(home, 1)
    environment = house.environment(home)
    subprocess.run([sys.executable, "-c", FILL, str(hours // 2)], env=environment, cwd=house.ROOT, check=True)
    content = one_hour()
    draw = random.Random(2)
    for _ in range(hours):
        track = draw.randbytes(16)
        path = home / "tracks" / track.hex()[:2] / f"{track.hex()}.track"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(bytes(16), track, 1))
    os.sync()


def forget(folder: Path) -> None:
    """Push the files of a folder out of the cache."""
    for path in folder.rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def timed(home: Path, do: Callable[[], None]) -> float:
    """Give how long something takes, cold and synced (s)."""
    forget(home)
    os.sync()
    time.sleep(1)  # what was removed before is let go of meanwhile
    begin = time.perf_counter()
    do()
    os.sync()
    return time.perf_counter() - begin


def back_up(home: Path, folder: Path) -> None:
    """Make a backup by the command, with everything that belongs to it."""
    command = [sys.executable, "-m", "tweespoor.cli", "backup", str(folder / "all"), "--keyring", str(folder / "keys")]
    subprocess.run(command, env=house.environment(home), cwd=house.ROOT, check=True, stdout=subprocess.DEVNULL)


def grow(home: Path, part: int) -> None:
    """Let one in so many tracks grow by a minute."""
    for path in sorted((home / "tracks").rglob("*.track"))[::part]:
        whole = path.read_bytes()
        minute = whole[: len(whole) // 60]
        with path.open("ab") as out:
            out.write(minute)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure, and print one row each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hours", type=int, default=200)
    options.add_argument("--times", type=int, default=3)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        top = Path(name)
        home = top / "home"
        fill(home, chosen.hours)
        files = [path for path in home.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files) / 1e6
        say(f"{chosen.hours} hours, {len(files)} files, {size:,.0f} MB; load {os.getloadavg()[0]:.1f}")
        took: dict[str, list[float]] = {}
        for turn in range(chosen.times):
            ways: dict[str, Callable[[], object]] = {
                "cp -r": lambda: subprocess.run(["cp", "-r", str(home), str(top / "cp")], check=True),
                "copytree": lambda: shutil.copytree(home, top / "copytree"),
                "backup, the first": lambda: back_up(home, top / "backup"),
            }
            order = list(ways.items())
            for way, do in order[turn % 3 :] + order[: turn % 3]:  # nobody always comes first
                took.setdefault(way, []).append(timed(home, lambda do=do: do() and None))  # type: ignore[misc]
                shutil.rmtree(top / "cp", ignore_errors=True)
                shutil.rmtree(top / "copytree", ignore_errors=True)
            took.setdefault("backup, nothing new", []).append(timed(home, lambda: back_up(home, top / "backup")))
            grow(home, 10)
            took.setdefault("backup, a minute more in one of ten", []).append(
                timed(home, lambda: back_up(home, top / "backup"))
            )
            shutil.rmtree(top / "backup")
        plain = min(statistics.median(took[way]) for way in ("cp -r", "copytree"))
        say("| what | s | MB/s | speed beside the faster copy |\n|---|---|---|---|")
        for way, each in took.items():
            middle = statistics.median(each)
            say(f"| {way} | {middle:.1f} | {size / middle:,.0f} | {plain / middle:.2f} |")


if __name__ == "__main__":
    main()
