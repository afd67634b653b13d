"""A house to record in, made in a folder of its own: tables, keys, and conversations that are running.

``python -m bench.house FOLDER CONVERSATIONS`` prints, as JSON, a ticket for our track and one for a participant's
track of each conversation.  ``python -m bench.house FOLDER stop ID`` lets everyone of one conversation stop, from
outside the server's process.
"""

import base64
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypedDict

import httpx

ROOT = Path(__file__).parents[1]
PRODUCT = "tweespoor.web.asgi:application"
WIRE = "tweespoor.web.straight:Straight"


class Ticket(TypedDict):
    """What a recorder needs; salt in base64url."""

    conversation: str
    track: str
    salt: str
    token: str


def environment(folder: Path) -> dict[str, str]:
    """Give the environment in which an installation lives in this folder."""
    paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    return os.environ | {
        "TWEESPOOR_HOME": str(folder),
        "TWEESPOOR_ORIGIN": "http://localhost",
        "PYTHONPATH": paths,
        "DJANGO_SETTINGS_MODULE": "tweespoor.web.settings",
    }


def ask(folder: Path, *words: str) -> Any:  # noqa: ANN401 - JSON
    """Run this module in a process of its own."""
    command = [sys.executable, "-m", "bench.house", str(folder), *words]
    done = subprocess.run(command, env=environment(folder), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout or "null")


def prepare(folder: Path, conversations: int) -> list[Ticket]:
    """Make the house and let conversations run in it."""
    tickets: list[Ticket] = ask(folder, str(conversations))
    return tickets


def stop(folder: Path, conversation: str) -> None:
    """Let everyone stop."""
    ask(folder, "stop", conversation)


def bodies(folder: Path, tracks: list[str]) -> dict[str, list[bytes]]:
    """Open tracks, verify their chains and give what they hold; the server must not run."""
    told: dict[str, list[str]] = ask(folder, "bodies", *tracks)
    return {track: [base64.b64decode(body) for body in held] for track, held in told.items()}


def kill(pid: int, how: int) -> None:
    """Send a signal to a server that was started here."""
    os.kill(pid, how)


def free_port() -> int:
    """Give a port below the ephemeral range on which nobody listens."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def served(
    folder: Path, port: int, application: str = PRODUCT, *, lifespan: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the house until the block ends; the process is the server itself."""
    command = [
        sys.executable, "-m", "uvicorn", application, "--port", str(port), "--lifespan", "on" if lifespan else "off",
        "--http", WIRE if lifespan else "httptools",
        "--no-access-log",
        "--log-level", "warning", "--timeout-graceful-shutdown", "3", "--timeout-keep-alive", "60",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=environment(folder), cwd=ROOT)
    try:
        until = time.monotonic() + 30
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/i/x", timeout=2)
                break
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not start")
            time.sleep(0.05)
        yield server
    finally:
        if server.poll() is None:
            server.terminate()
        server.wait(120)  # what is durable goes into one file a track


def _held(reading: AbstractContextManager[Any]) -> list[str]:
    with reading as track:
        track.verify_chain()
        return [base64.b64encode(chunk.body or b"").decode() for chunk in track]


def _main(folder: str, *words: str) -> None:
    os.environ.update(environment(Path(folder)))
    import django  # noqa: PLC0415 - only once the folder is set
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from tweespoor.casework import capturing, consenting, founding, models, opening, recording  # noqa: PLC0415
    from tweespoor.rules.asking import Answer  # noqa: PLC0415
    from tweespoor.rules.facts import Children, How, Kind  # noqa: PLC0415

    if words[0] == "stop":
        recording.stop(words[1])
        return
    if words[0] == "bodies":
        capturing.start()
        sys.stdout.write(json.dumps({track: _held(capturing.reader(track)) for track in words[1:]}))
        capturing.stop()
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    founding.found(demonstration=True)
    anna = models.Staff.objects.create_user("bench")
    capturing.start()
    tickets = []
    with transaction.atomic(), transaction.atomic(using="keyring"):
        for _ in range(int(words[0])):
            conversation = opening.open_conversation(anna, 2, Children.NONE)
            seat = consenting.take_seat(conversation, Kind.ADULT)
            consenting.answer(conversation, seat, Answer.YES, How.OWN_PHONE)
            consenting.own_app(conversation)
            recording.start(conversation)
            for owner, ours in ((opening.WORKER_SEAT, True), (seat, False)):
                made = capturing.open_track(conversation, seat=owner, ours=ours, kept=False)
                salt = base64.urlsafe_b64encode(made.salt).decode()
                tickets.append(Ticket(conversation=conversation, track=made.track, salt=salt, token=made.token))
    capturing.stop()
    sys.stdout.write(json.dumps(tickets))


if __name__ == "__main__":
    _main(*sys.argv[1:])
