"""Who works in this installation now: any number record, or one changes its keys, never both.

A lock of the operating system on a file: it goes with the process that holds it, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tweespoor.casework import places
from tweespoor.errors import TweespoorError


class OccupiedError(TweespoorError):
    """Somebody else works here at this moment."""


def enter() -> int:
    """Say that this process works with the keys, until what it gets here is closed."""
    return _lock(fcntl.LOCK_SH)


@contextmanager
def alone() -> Iterator[None]:
    """Let nobody else work here meanwhile; raises OccupiedError when somebody does already."""
    file = _lock(fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(file)


def _lock(how: int) -> int:
    file = os.open(places.home() / "occupied", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise OccupiedError("the server works here; stop it first, or wait until the keys are changed") from None
    return file
