"""The server: sound goes to the entrance for sound, everything else to Django.

With the server's life begin and end the writer and the sweeper: replay first, then requests; at the end what waits
is written and what is durable is put in the files of the tracks.
"""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connections

from tweespoor.web import databases

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tweespoor.web.settings")
databases.answer_soon(settings.DATABASES.values())
pages: Callable[..., Awaitable[None]] = get_asgi_application()

from tweespoor.casework import capturing, sweeping  # noqa: E402 - tables can only be imported once Django is set up
from tweespoor.web.ingest import Ingest, Receive, Scope, Send  # noqa: E402 - as above
from tweespoor.web.sizes import bounded  # noqa: E402 - as above

_SWEEP_EVERY_S: Final = 0.25
_SWITCH_S: Final = 0.0005
"""How long a thread may hold the interpreter while others want it; by default ten times that, and sound waits."""

_COLLECT: Final = (10_000, 20, 20)

_log = structlog.get_logger(__name__)
ingest: Final = Ingest()


class Sweeper:
    """A thread that does what is due, four times a second."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(_SWEEP_EVERY_S):
            try:
                sweeping.sweep()
            except Exception:  # noqa: BLE001 - a sweep that fails must not be the last one
                _log.exception("sweep")
        connections.close_all()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one connection."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/i/"):
        await ingest(scope, receive, send)
    else:
        await pages(dict(scope), bounded(scope, receive) if scope["type"] == "http" else receive, send)


def _keep_from_collecting() -> None:
    """Let the collector leave alone what was there before the first request, and look for young garbage less often.

    What comes with each chunk is counted and goes by itself; a look at everything would hold all recorders up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


async def _live(receive: Receive, send: Send) -> None:
    """Begin and end with the server."""
    sweeper = Sweeper()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                sys.setswitchinterval(_SWITCH_S)
                _keep_from_collecting()
                waiters = ingest.begin()
                await asyncio.to_thread(capturing.start, waiters.told)
                await asyncio.to_thread(sweeping.begin)
                sweeper.start()
            except Exception as error:  # noqa: BLE001 - the server must say why it does not start
                _log.exception("start")
                await send({"type": "lifespan.startup.failed", "message": f"cannot record: {error}"})
                return
            await send({"type": "lifespan.startup.complete"})
        else:
            await asyncio.to_thread(sweeper.stop)
            await asyncio.to_thread(capturing.stop)
            await send({"type": "lifespan.shutdown.complete"})
            return
