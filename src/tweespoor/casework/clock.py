"""The one clock of the house."""

import time
from collections.abc import Callable

source: Callable[[], int] = time.time_ns
"""Gives nanoseconds since 1970; tests put their own here."""


def now_ms() -> int:
    """Give the server's time in whole milliseconds since 1970 (UTC)."""
    return source() // 1_000_000
