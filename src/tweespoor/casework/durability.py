"""Waiting for the disk without holding anything up: one wake of the event loop for all that was settled at once."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from tweespoor.tape.spool import FullError, UnwrittenError, Write

__all__ = ["FullError", "UnwrittenError", "Waiters", "Write"]

_log = structlog.get_logger(__name__)


class Waiters:
    """Those who wait, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def told(self, writes: Sequence[Write]) -> None:
        """Hear, on the writer's thread, that these are settled."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, writes)

    @staticmethod
    def _wake(writes: Sequence[Write]) -> None:
        for write in writes:
            waiting = write.waiter
            write.waiter = None
            if isinstance(waiting, list):
                for settled in waiting:
                    try:
                        settled(write)
                    except Exception:  # noqa: BLE001 - one who waits must not keep the others waiting
                        _log.exception("settled")

    def call(self, write: Write, settled: Callable[[Write], None]) -> None:
        """Call this, on the loop, once a write is settled; at once when it is."""
        # Between this look and the list below nothing else runs on this loop, and `_wake` runs only on it.
        if write.done:
            settled(write)
        elif isinstance(write.waiter, list):
            write.waiter.append(settled)
        else:
            write.waiter = [settled]

    async def wait(self, write: Write) -> None:
        """Wait until a write is settled; raises its error when it failed."""
        if not write.done:
            future: asyncio.Future[None] = self._loop.create_future()

            def settled(_: Write) -> None:
                if not future.done():  # whoever waited may have gone
                    future.set_result(None)

            self.call(write, settled)
            await future
        if write.error is not None:
            raise write.error
