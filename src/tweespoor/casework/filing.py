"""Puts our recording in a dossier (clause 4b), now or later; the number is never needed to start.

A wrong number is corrected by filing again: the journal keeps both facts, the keyring what they stand for and the
reason.  The filing note lies sealed in the keyring too, so that it is gone when the conversation's key is.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from tweespoor.casework import admitting, disclosing, ledger, models, recording, settling, tasks, telling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.telling import Notice
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.journal import disclosures
from tweespoor.rules import facts

LONGEST_NUMBER: Final = 100
LONGEST_NOTE: Final = 10_000
LONGEST_REASON: Final = 500
NOTE_POSITION: Final = -1
"""A note belongs to no entry of the journal; it is kept under this position."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One filing: under which number, and why when it corrected an earlier one."""

    number: str
    reason: str


def tidy(number: str) -> str:
    """Give a number as it is kept: without spaces around it, one between its words."""
    return " ".join(number.split())


def fits(number: str) -> bool:
    """Tell whether a number has the form that the house gave to its dossier numbers."""
    pattern = settling.house().dossier_pattern
    return not pattern or re.fullmatch(pattern, tidy(number)) is not None


def file(conversation_id: str, number: str, *, staff: models.Staff | None = None, reason: str = "") -> None:
    """File our recording under a dossier number; the journal gets a commitment, the number can be corrected.

    A correction needs a reason.  Filing under the number that it has already changes nothing.
    """
    number, reason = tidy(number), reason.strip()
    settling.refuse_when(not number or len(number) > LONGEST_NUMBER or not number.isprintable(), "4b.number")
    settling.refuse_when(not fits(number), "4b.other-form")
    with ledger.writing(conversation_id) as sheet:
        row = models.Conversation.objects.get(pk=conversation_id)
        corrects = row.filed_ms is not None
        if corrects and row.dossier == number:
            return
        settling.refuse_when(corrects and not reason, "4b.reason-missing")
        salt = secrets.token_bytes(32)
        sheet.add(facts.DossierFiled(at=sheet.now, dossier_sha256=disclosures.commit(number, salt)))
        models.Conversation.objects.filter(pk=conversation_id).update(dossier=number, filed_ms=now_ms())
        position = sheet.head.at.position
        disclosing.keep(conversation_id, position, "dossier", salt, number)
        if corrects:
            disclosing.keep(conversation_id, position, "reason", secrets.token_bytes(32), reason[:LONGEST_REASON])
        action = "dossier.correct" if corrects else "dossier.file"
        witness(action, staff=staff, conversation_id=conversation_id)
    tasks.finish(conversation_id, models.Task.Kind.UNFILED)
    recording.close_when_sealed(conversation_id)


def history(conversation_id: str) -> list[Filed]:
    """Give every filing of a conversation, the first one first; what was destroyed since is left out."""
    positions = models.Disclosure.objects.filter(conversation=conversation_id, field="dossier").order_by("position")
    filed = []
    for position in positions.values_list("position", flat=True):
        try:
            _, reason = disclosing.disclose(conversation_id, position, "reason")
        except UnknownError:
            reason = ""
        filed.append(Filed(disclosing.disclose(conversation_id, position, "dossier")[1], reason))
    return filed


def write_note(conversation_id: str, text: str, *, staff: models.Staff | None = None) -> None:
    """Write the note that lies with our recording in the dossier; an empty one takes it away."""
    text = text.strip()
    settling.refuse_when(len(text) > LONGEST_NOTE, "4b.note-too-long")
    disclosing.forget(conversation_id, NOTE_POSITION, "note")
    if text:
        disclosing.keep(conversation_id, NOTE_POSITION, "note", secrets.token_bytes(32), text)
    witness("dossier.note", staff=staff, conversation_id=conversation_id)


def note(conversation_id: str) -> str:
    """Give the note that lies with our recording; empty when there is none."""
    try:
        return disclosing.disclose(conversation_id, NOTE_POSITION, "note")[1]
    except UnknownError:
        return ""


def note_secret(conversation_id: str, *, mentioned: bool) -> None:
    """Note whether a secret address or who reported was named; yes holds all release until the officer has looked."""
    ledger.append(conversation_id, facts.SecretNoted(at=now_ms(), mentioned=mentioned))
    if mentioned:
        tasks.open_task(conversation_id, models.Task.Kind.SECRET)
    else:
        tasks.finish(conversation_id, models.Task.Kind.SECRET)


def review_secret(conversation_id: str, officer: models.Staff) -> None:
    """Note that the privacy officer has listened and looked: what was held may be heard again (clause 0c).

    Refused before the officer has listened to this conversation since the secret was noted.
    """
    state = ledger.state(conversation_id)
    if not state.secret or state.secret_reviewed:
        return
    settling.refuse_when(not has_listened(conversation_id, officer), "0c.not-listened")
    ledger.append(conversation_id, facts.SecretReviewed(at=now_ms()))
    witness("secret.review", staff=officer, conversation_id=conversation_id)
    tasks.finish(conversation_id, models.Task.Kind.SECRET)
    telling.tell_all(conversation_id, admitting.people(conversation_id), Notice.READY)


def has_listened(conversation_id: str, officer: models.Staff) -> bool:
    """Tell whether the officer listened since the secret was noted, or whether nothing is left that can be heard."""
    state = ledger.state(conversation_id)
    heard = [p for p in state.parts.values() if p.started_at is not None and not p.locked and not p.erased]
    if not heard:
        return True
    since = models.Task.objects.filter(conversation_id=conversation_id, kind=models.Task.Kind.SECRET).first()
    return models.Access.objects.filter(
        conversation_id=conversation_id,
        staff=officer,
        action="recording.listen",
        at_ms__gte=0 if since is None else since.since_ms,
    ).exists()


def mine(staff: models.Staff) -> QuerySet[models.Conversation]:
    """Give this worker's own conversations, newest first."""
    return models.Conversation.objects.filter(worker=staff).order_by("-opened_ms")
