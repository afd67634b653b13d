"""Makes a contract when everyone has signed, ends one whose time is over, and lets what was made be time-stamped.

It is done by the server itself, on a thread of its own, a few seconds after the last signature: whose signature was the
last cannot be told from how long a page takes.  The pages are there before the journal says that all have signed.
"""

import secrets
import threading
from contextlib import suppress
from typing import Final

import structlog
from django.db import OperationalError, connections, transaction

from tweespoor.casework import (
    binding,
    certifying,
    contracting,
    ledger,
    models,
    scrubbing,
    stamping,
    tasks,
)
from tweespoor.casework.binding import Signature
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Contract, ContractFile, ContractSignature
from tweespoor.rules import facts

SHOWN_AFTER_MS: Final = (1_500, 3_500)
STAMP_EVERY_MS: Final = 60_000
AT_ONCE: Final = 5

_log = structlog.get_logger(__name__)
_running = threading.Lock()
_stamped_at = 0


def conclude_soon() -> None:
    """Let a thread do what is due, unless one is doing so; returns at once."""
    due = Contract.objects.filter(made_ms=None, ended_ms=None).exists() or _to_stamp()
    if due and _running.acquire(blocking=False):
        threading.Thread(target=_conclude_and_end, name="contracts", daemon=True).start()


def _conclude_and_end() -> None:
    global _stamped_at  # noqa: PLW0603 - one moment for the process
    try:
        conclude_due()
        if _to_stamp():
            _stamped_at = now_ms()
            stamp_due()
    except Exception:  # noqa: BLE001 - the thread ends here; the next sweep begins another
        _log.exception("contracts")
    finally:
        connections.close_all()
        _running.release()


def _to_stamp() -> bool:
    return stamping.is_configured() and now_ms() - _stamped_at > STAMP_EVERY_MS


def conclude_due() -> None:
    """Make what everyone signed, end what is over, and throw away what was signed under anything else."""
    waiting = list(Contract.objects.filter(made_ms=None, ended_ms=None))
    for row in waiting:
        signatures = contracting.signatures(row, ledger.state(row.conversation_id))
        if signatures is not None:
            _make(row, signatures)
        elif now_ms() >= row.until_ms:
            _end(row)
    _throw_away([row.sha256 for row in waiting if row.made_ms is None and row.ended_ms is None])


def _make(row: Contract, signatures: list[Signature]) -> None:
    """Make the pages and seal them, and write that everyone signed, for all at once."""
    try:
        pages = binding.bind(row, signatures, ledger.state(row.conversation_id))
    except certifying.NoSealError as trouble:
        _log.warning("contract.no-seal", reason=str(trouble))
        return
    with ledger.writing(row.conversation_id) as page:
        if page.state.contract != row.sha256:
            return  # another text was agreed at this moment
        for kind, pdf in pages.items():
            binding.keep(row, ContractFile.Kind(kind), pdf)
        page.add(*(facts.ContractSigned(at=page.now, contract=row.sha256, seat=one.seat) for one in signatures))
        row.made_ms = page.now
        row.shown_from_ms = page.now + SHOWN_AFTER_MS[0] + secrets.randbelow(SHOWN_AFTER_MS[1] - SHOWN_AFTER_MS[0])
        row.save(update_fields=["made_ms", "shown_from_ms"])
        tasks.finish(row.conversation_id, models.Task.Kind.AGREEMENTS)


def _end(row: Contract) -> None:
    with transaction.atomic():
        row.ended_ms = row.until_ms
        row.save(update_fields=["ended_ms"])
        row.files.all().delete()  # a scan would tell who signed


def _throw_away(still: list[str]) -> None:
    """Throw away the signatures under every contract but these, and the scans under what was replaced."""
    rows = ContractSignature.objects.exclude(contract__in=still)
    gone = [bytes(sealed) for sealed in rows.values_list("sealed", flat=True)]
    if gone:
        rows.delete()
        with suppress(OperationalError):  # somebody reads the keyring; its log is emptied another time
            scrubbing.scrub(gone)
    ContractFile.objects.filter(contract__made_ms=None, contract__ended_ms__isnull=False).delete()


# Time stamps ---------------------------------------------------------------------------------------------


def stamp_due() -> int:
    """Add a time stamp behind the pages that have none, a few at most; gives how many came."""
    if not stamping.is_configured():
        return 0
    waiting = ContractFile.objects.filter(stamped_ms=None).exclude(kind=ContractFile.Kind.SCAN).order_by("pk")
    done = 0
    for kept in waiting.select_related("contract")[:AT_ONCE]:
        try:
            content = stamping.stamp_pdf(binding.opened(kept))
        except stamping.StampError as trouble:
            _log.warning("contract.stamp", reason=str(trouble))
            return done  # it is asked again in a minute
        binding.stamped(kept, content)
        done += 1
    return done
