"""Stops somebody's listening back, with a reason, and lets it go on again: the privacy officer alone.

Neither stands in the journal.  Whoever holds a bundle reads all of a journal, the other participants too, and would
learn that this one person may not listen any more (decision 26).  So the reason lies sealed in the keyring, and is the
stop itself: where there is one, that seat hears nothing.  Who stopped and allowed stands in the access log.
"""

from typing import Final

from tweespoor.casework import attaching, ledger, models, settling, telling, witnessing
from tweespoor.casework.models import Attachment
from tweespoor.casework.telling import Notice
from tweespoor.errors import UnknownError

LONGEST_REASON: Final = 500
_KIND: Final = Attachment.Kind.HALT


def halt(conversation_id: str, seat: int, reason: str, staff: models.Staff) -> None:
    """Stop somebody's listening back, with a reason."""
    reason = " ".join(reason.split())
    settling.refuse_when(not reason or len(reason) > LONGEST_REASON or not reason.isprintable(), "0c.reason")
    if seat not in ledger.state(conversation_id).seats:
        raise UnknownError
    if seat in seats(conversation_id):
        return
    attaching.keep(conversation_id, _KIND, reason, seat=seat)
    witnessing.witness("hearing.halt", staff=staff, conversation_id=conversation_id, seat=seat)


def allow(conversation_id: str, seat: int, staff: models.Staff) -> None:
    """Let somebody listen back again after a stop; what was its reason is gone."""
    if not attaching.remove(conversation_id, _KIND, seat):
        return
    telling.tell(conversation_id, seat, Notice.READY, quietly=True)  # the worker does not know of the stop
    witnessing.witness("hearing.allow", staff=staff, conversation_id=conversation_id, seat=seat)


def seats(conversation_id: str) -> frozenset[int]:
    """Give whose listening back stands still."""
    rows = Attachment.objects.filter(conversation=conversation_id, kind=_KIND)
    return frozenset(seat for seat in rows.values_list("seat", flat=True) if seat is not None)


def reasons(conversation_id: str, staff: models.Staff) -> dict[int, str]:
    """Read why listening back stands still, by seat; that it was read stands in the access log."""
    told = {one.seat: one.text for one in attaching.of(conversation_id, _KIND) if one.seat is not None}
    for seat in told:
        witnessing.witness("hearing.reason", staff=staff, conversation_id=conversation_id, seat=seat)
    return told
