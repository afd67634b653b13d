"""The one clock of the house: it goes on evenly, and is set by the machine's clock only while that can harm nobody.

The clock of a machine can jump: a person sets it, or a time server does after a start without network.  What was
agreed when, and which seconds may be kept, must not jump along.  So this clock begins with the machine's time and
counts on by how long the machine runs; sleep included where the machine tells it.  `follow` sets it by the machine's
time again, which the sweeper asks whenever nothing is being recorded; never back to before a moment that an open
conversation already wrote down.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog

APART_MS: Final = 1_000
"""A jump of the machine's clock that is worth a line in the log."""

_log = structlog.get_logger(__name__)
_told = 0


def _wall() -> int:
    return time.time_ns()


def _going() -> int:
    """Give nanoseconds since the machine began; they never jump."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


_began = _wall() - _going()


def _steady() -> int:
    return _began + _going()


source: Callable[[], int] = _steady
"""Gives nanoseconds since 1970; tests put their own here."""


def now_ms() -> int:
    """Give the server's time in whole milliseconds since 1970 (UTC)."""
    return source() // 1_000_000


def follow(*, recording: bool, written_ms: int) -> None:
    """Set this clock by the machine's, as far as that harms nobody.

    While something is recorded it only goes on.  It never stands before ``written_ms``, the latest moment that an open
    conversation wrote down: after a start with the machine's clock set back it begins there.
    """
    global _began, _told  # noqa: PLW0603 - one clock
    if source is not _steady:
        return
    wall, going, written = _wall(), _going(), written_ms * 1_000_000
    apart_ms = (wall - going - _began) // 1_000_000
    if abs(apart_ms - _told) >= APART_MS:
        _log.warning("clock.apart", ms=apart_ms)
    _told = apart_ms
    if recording or wall < written:
        _began = max(_began, written - going)
    else:
        _began, _told = wall - going, 0
