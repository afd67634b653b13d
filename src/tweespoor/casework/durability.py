"""Waiting for the disk without holding anything up: one wake of the event loop for all that was settled at once."""

import asyncio
from collections.abc import Sequence

from tweespoor.tape.spool import FullError, UnwrittenError, Write

__all__ = ["FullError", "UnwrittenError", "Waiters"]


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
                for future in waiting:
                    if not future.done():
                        future.set_result(None)

    async def wait(self, write: Write) -> None:
        """Wait until a write is settled; raises its error when it failed."""
        # Between this look and the list below nothing else runs on this loop, and `_wake` runs only on it.
        if not write.done:
            future = self._loop.create_future()
            if isinstance(write.waiter, list):
                write.waiter.append(future)
            else:
                write.waiter = [future]
            await future
        if write.error is not None:
            raise write.error
