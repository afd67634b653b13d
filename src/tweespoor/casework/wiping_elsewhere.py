"""Wipes one recording from elsewhere alone, in two steps that a person takes each (law 12); all else stays.

First it is announced: nobody hears it any more, with a date, and who handed it in is told.  Until then, and as long as
nobody went on, anybody who may can object.  From that date on the privacy officer can wipe it: its key is destroyed,
then its files.  It stands in no journal, so neither does this; the access log says who did it, and the list of what
was destroyed keeps an old backup from bringing it back.
"""

from tweespoor.casework import (
    attaching,
    destroying,
    ledger,
    models,
    playing_elsewhere,
    receiving,
    settling,
    tasks,
    telling,
    wiping,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keeping import DAY_MS
from tweespoor.casework.models import Attachment, Role, Task
from tweespoor.casework.telling import Notice
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import elsewhere
from tweespoor.rules.elsewhere import Why
from tweespoor.rules.kinds import Ground


def announce(officer: models.Staff, external_id: str, why: Why | None) -> models.External:
    """Lock a recording from elsewhere in order to wipe it; the first announcement counts.

    Refused without a reason, and under a hold (5a); UnknownError for anybody but the officer.
    """
    row = _find(officer, external_id)
    if row.locked_ms is not None:
        return row
    if why is None:
        settling.refuse("5a.ground-missing")
    elsewhere.may_announce_external(ledger.state(row.conversation_id)).or_refuse()
    row.locked_ms = now_ms()
    row.erasable_ms = row.locked_ms + settling.house().objection_days * DAY_MS
    row.why = why
    row.save(update_fields=["locked_ms", "erasable_ms", "why"])
    tasks.open_task(row.conversation_id, Task.Kind.ELSEWHERE, due_ms=row.erasable_ms)
    if row.seat is not None:
        telling.tell(row.conversation_id, row.seat, Notice.CHANGE)
    witness("external.announce", staff=officer, conversation_id=row.conversation_id, seat=row.seat, about=why)
    return row


def object_to(staff: models.Staff, external_id: str, reason: str) -> models.External:
    """Let a recording that was announced stay, with a reason: it is as it was before.

    The privacy officer, the manager, and whose conversation it is may (UnknownError); refused without a reason (4b).
    """
    row = models.External.objects.filter(pk=external_id, done_ms__isnull=False, erased_ms=None).first()
    if row is None or not wiping.may_object(row.conversation_id, staff):
        raise UnknownError
    settling.refuse_when(row.locked_ms is None, "5a.not-locked")
    attaching.keep(row.conversation_id, Attachment.Kind.OBJECTION, reason, seat=row.seat)
    row.locked_ms, row.erasable_ms, row.why = None, None, ""
    row.save(update_fields=["locked_ms", "erasable_ms", "why"])
    if row.seat is not None and not wiping.under_way(row.conversation_id).exists():
        telling.take_back(row.conversation_id, Notice.CHANGE)
    playing_elsewhere.see_task(row.conversation_id)
    witness("external.object", staff=staff, conversation_id=row.conversation_id, seat=row.seat)
    return row


def wipe(officer: models.Staff, external_id: str) -> models.External:
    """Wipe one whose date has come; what was wiped already is given as it is.

    Refused under a hold, before the date, or when somebody objected (5a).
    """
    done = models.External.objects.filter(pk=external_id, erased_ms__isnull=False).exclude(locked_ms=None).first()
    if done is not None and officer.role == Role.OFFICER:
        return done
    row = _find(officer, external_id)
    now = now_ms()
    elsewhere.may_wipe_external(ledger.state(row.conversation_id), row.erasable_ms, now).or_refuse()
    certain = now + settling.house().kept_keys_days * DAY_MS
    destroying.destroy_external(row.conversation_id, row.pk, ground=Ground.REQUEST, certain_at=certain)
    receiving.remove(row)
    playing_elsewhere.see_task(row.conversation_id)
    witness("external.wipe", staff=officer, conversation_id=row.conversation_id, seat=row.seat, about=row.why)
    row.refresh_from_db()
    return row


def _find(officer: models.Staff, external_id: str) -> models.External:
    if officer.role != Role.OFFICER:
        raise UnknownError
    return playing_elsewhere.find(officer, external_id).row
