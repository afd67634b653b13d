"""Lets the heads of receipts be stamped by a time-stamp authority, on a thread of its own (docs/format.md, 6).

A stamp says that a journal stood there at that time, on the word of somebody outside.  Where no authority is configured
there are none, and a bundle says so.  An authority that does not answer is asked again, ever more slowly; a stamp that
comes late is still one.
"""

import threading
from typing import Final

import structlog
from django.db import connections

from tweespoor.casework import models, stamping
from tweespoor.casework.clock import now_ms
from tweespoor.dossier import statements

AFTER_MS: Final = (60_000, 300_000, 900_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000, 3 * 24 * 3_600_000)
"""How long after each failure the authority is asked again; behind the last it is not."""
AT_ONCE: Final = 10

_log = structlog.get_logger(__name__)
_running = threading.Lock()


def stamp_soon() -> None:
    """Let a thread ask for what is due, unless one is doing so; returns at once."""
    due = stamping.is_configured() and models.Receipt.objects.filter(stamp_due_ms__lte=now_ms()).exists()
    if due and _running.acquire(blocking=False):
        threading.Thread(target=_stamp_and_end, name="stamps", daemon=True).start()


def _stamp_and_end() -> None:
    try:
        stamp_due()
    except Exception:  # noqa: BLE001 - the thread ends here; the next sweep begins another
        _log.exception("stamps")
    finally:
        connections.close_all()
        _running.release()


def stamp_due() -> int:
    """Ask for the stamps that are due, a few at most; gives how many came."""
    rows = models.Receipt.objects.filter(stamp_due_ms__lte=now_ms()).order_by("stamp_due_ms")[:AT_ONCE]
    return sum(_stamp(row) for row in rows)


def _stamp(row: models.Receipt) -> bool:
    """Ask once.  It counts as asked before: after a crash the authority is not asked again at once."""
    row.attempts += 1
    over = row.attempts > len(AFTER_MS)
    row.stamp_due_ms = None if over else now_ms() + AFTER_MS[row.attempts - 1]
    row.save(update_fields=["attempts", "stamp_due_ms"])
    try:
        token = stamping.stamp(bytes.fromhex(statements.read(bytes(row.line)).text("head")))
    except stamping.StampError as trouble:
        _log.warning("stamp.failed", reason=str(trouble), attempt=row.attempts)
        return False
    row.stamp, row.stamp_due_ms = token, None
    row.save(update_fields=["stamp", "stamp_due_ms"])
    return token is not None
