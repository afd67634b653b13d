"""Starts the real server in a process of its own, in a folder of its own, and ends it."""

import contextlib
import fcntl
import functools
import hashlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parent / "house.toml"
CODE = Path(__file__).parents[1] / "src"
OLD_S = 3600
BEGIN_WITHIN_S = 40


@dataclass
class Server:
    """A server that runs: where it answers, where it keeps everything, and its process."""

    port: int
    home: Path
    origin: str
    process: "subprocess.Popen[bytes]"

    def tweespoor(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command beside it."""
        return tweespoor(self.home, *arguments)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    """Give a port that nobody listens on, below the range that the system gives away by itself."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


def tweespoor(home: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run one command of ours in a folder and give what it said."""
    return subprocess.run(
        [sys.executable, "-m", "tweespoor.cli", *arguments],
        env=environment_of(home) | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def environment_of(home: Path) -> dict[str, str]:
    """Give the environment of a command in this folder, without anything of the tests' own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TWEESPOOR_", "DJANGO_"))}
    return kept | {"TWEESPOOR_HOME": str(home)}


def set_up(home: Path, *arguments: str) -> None:
    """Set up a folder; one without a demonstration gets the house of the tests.

    All tests of a day, in all runs and processes, begin with copies of one that was set up once, as long as nothing
    changed in what is set up.
    """
    if home.exists():
        _set_up(home, *arguments)
    else:
        run = next(folder for folder in home.parents if re.fullmatch(r"pytest-\d+", folder.name))
        first = run.parent / "-".join(["installed", _state_of_the_code(), *(one.strip("-") for one in arguments)])
        with (run.parent / "installed.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not first.exists():
                _set_up(run / first.name, *arguments)
                (run / first.name).rename(first)
                _forget_older(run.parent, first.name.split("-")[1])
        shutil.copytree(first, home)
    if "--demo" not in arguments:
        (home / "house.toml").write_bytes(HOUSE.read_bytes())


@functools.cache
def _state_of_the_code() -> str:
    """Name what is set up: today, this Python, and every file of ours with its size and time."""
    files = [HOUSE, *sorted(path for path in CODE.rglob("*") if path.is_file() and path.suffix != ".pyc")]
    state = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr((sys.version, time.strftime("%F"), state)).encode()).hexdigest()[:16]


def _forget_older(folder: Path, state: str) -> None:
    """Remove what was set up with other code, unless a run of just now may still copy it."""
    for old in folder.glob("installed-*"):
        if state not in old.name and time.time() - old.stat().st_mtime > OLD_S:
            shutil.rmtree(old, ignore_errors=True)


def _set_up(home: Path, *arguments: str) -> None:
    said = tweespoor(home, "setup", *arguments)
    assert said.returncode == 0, said.stderr


@contextlib.contextmanager
def serving(
    home: Path,
    *arguments: str,
    scheme: str = "http",
    origin: str | None = None,
    port: int | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[Server]:
    """Serve a folder that was set up, until the block ends; what stands in its environment besides may be named."""
    port = port or free_port()
    origin = origin or f"{scheme}://localhost:{port}"
    log = (home / "server.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "tweespoor.cli", "serve", "--port", str(port), *arguments],
        env=environment_of(home) | {"TWEESPOOR_ORIGIN": origin} | (environment or {}),
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(port, process, home / "server.log")
        yield Server(port, home, origin, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a port answers; fails with what the process said when it ends or takes too long."""
    until = time.monotonic() + BEGIN_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server did not begin: {log.read_text(encoding='utf-8', errors='replace')}")
