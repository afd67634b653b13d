"""The gate of each open conversation, in memory: whether sound of these seconds may be kept.

The ledger moves a gate after each commit; `refresh` reads again what other processes wrote and is called every
500 ms beside the recorder.  A gate that was not refreshed for a second counts as shut for new tracks: fail closed.
"""

import threading
import time

from tweespoor.casework import ledger
from tweespoor.errors import UnknownError
from tweespoor.rules.gate import Gate

STALE_AFTER_S = 1.0

_guard = threading.Lock()
_refreshed_at = 0.0


def gate_of(conversation_id: str) -> Gate | None:
    """Give the gate of a conversation, or None when there is no such conversation."""
    held = ledger.held(conversation_id)
    if held is None:
        try:
            held = ledger.head(conversation_id)
        except UnknownError:
            return None
    return held.gate


def refresh() -> None:
    """Read again what other processes wrote, and remember when that was."""
    global _refreshed_at  # noqa: PLW0603 - one moment for all gates of the process
    ledger.refresh()
    with _guard:
        _refreshed_at = time.monotonic()


def is_fresh() -> bool:
    """Tell whether the gates were refreshed less than a second ago."""
    return time.monotonic() - _refreshed_at < STALE_AFTER_S
