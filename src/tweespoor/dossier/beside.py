"""Works something out beside everything else: in a process of its own, or else on a thread.

A bundle of eight hours is hashed, its journal judged and its tracks swept; none waits for the other, and a laptop has
more than one processor.  A process that is split off has everything that this one had, so nothing is sent to it; what
it finds comes back through a pipe.  One that ends in any other way counts as nothing found: then it is worked out here.

Only who is alone in its process may split off another: a thread that holds a lock is not there afterwards.
"""

import gc
import marshal
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, NoReturn, TypeVar

T = TypeVar("T")
S = TypeVar("S")

PROCESSORS: Final = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_AT_ONCE: Final = 4 << 20  # bytes
MOST: Final = 8
"""How many processes are split off for one task."""


class Begun(Generic[T]):
    """Something that is being worked out; what it gives is numbers, texts, bytes, lists, tuples and mappings."""

    def __init__(self, work: Callable[[], T], *, apart: bool) -> None:
        self._work = work
        self._given: list[T] = []
        self._trouble: list[BaseException] = []
        self._thread: threading.Thread | None = None
        self._child = self._end = -1
        if apart and may_split():
            self._end, self._child = _split(work)
        else:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._given.append(self._work())
        except BaseException as trouble:  # noqa: BLE001 - raised again where the result is asked for
            self._trouble.append(trouble)

    def result(self) -> T:
        """Give what came of it, once, when it is done."""
        if self._thread is not None:
            self._thread.join()
            for trouble in self._trouble:
                raise trouble
            return self._given[0]
        with os.fdopen(self._end, "rb") as end:
            told = end.read()
        _, status = os.waitpid(self._child, 0)
        return self._work() if status else marshal.loads(told)  # noqa: S302 - of our own process


def begin(work: Callable[[], T], *, apart: bool) -> Begun[T]:
    """Begin something; ``apart`` when this process has no other threads to fear for."""
    return Begun(work, apart=apart)


def piles(things: Sequence[S], *, apart: bool) -> list[list[S]]:
    """Share things out, the largest first, over as many as can work at once; one pile where nothing can be split off.

    >>> piles([3, 2, 1], apart=False)
    [[3, 2, 1]]
    """
    count = max(1, min(len(things), PROCESSORS, MOST)) if apart and may_split() else 1
    made: list[list[S]] = [[] for _ in range(count)]
    for number, thing in enumerate(things):
        turn = number % (2 * count)  # there and back, so that no pile always gets the larger one
        made[min(turn, 2 * count - 1 - turn)].append(thing)
    return made


def may_split() -> bool:
    """Tell whether another process can be split off: a system that does that, no other threads, more processors."""
    return hasattr(os, "fork") and PROCESSORS > 1 and threading.active_count() == 1


def copied(source: int, target: int, most: int, at: int) -> int:
    """Copy up to so many bytes, from where a file is read on, to a place in another; gives how many, at least one.

    The system does it by itself where it can: then nothing passes through here.
    """
    if hasattr(os, "copy_file_range"):
        with suppress(OSError):  # other kinds of files, or older systems
            return os.copy_file_range(source, target, most, offset_dst=at) or _short()
    return os.pwrite(target, os.read(source, min(most, _AT_ONCE)) or _short(), at)


def hasten(file: int, at: int, length: int) -> None:
    """Let what was written there go to the disk now, beside everything else: who waits for all of it waits shorter."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):  # it is a hint
            os.posix_fadvise(file, at, length, os.POSIX_FADV_DONTNEED)


def _short() -> NoReturn:
    raise EOFError("a file ends before its end")


def _split(work: Callable[[], object]) -> tuple[int, int]:
    """Split a process off; gives the end of the pipe from which it will be read, and its number."""
    ours, theirs = os.pipe()
    gc.freeze()  # what both have stays shared: looking for circles would write in all of it
    child = os.fork()
    if child:
        gc.unfreeze()
        os.close(theirs)
        return ours, child
    status = 1
    try:
        os.close(ours)
        with os.fdopen(theirs, "wb") as out:
            out.write(marshal.dumps(work()))  # type: ignore[arg-type]
        status = 0
    finally:
        os._exit(status)
