"""The one clock of the house."""

import time


def now_ms() -> int:
    """Give the server's time in whole milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000
