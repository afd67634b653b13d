"""Puts our recording in a dossier (clause 4b), now or later; the number is never needed to start."""

import secrets

from django.db.models import QuerySet

from tweespoor.casework import disclosing, ledger, models, recording, settling, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.journal import disclosures
from tweespoor.rules import facts

LONGEST_NUMBER = 100


def file(conversation_id: str, number: str) -> None:
    """File our recording under a dossier number; the journal gets a commitment, the number can be corrected."""
    number = " ".join(number.split())
    settling.refuse_when(not number or len(number) > LONGEST_NUMBER or not number.isprintable(), "4b.number")
    salt = secrets.token_bytes(32)
    with ledger.writing(conversation_id) as sheet:
        sheet.add(facts.DossierFiled(at=sheet.now, dossier_sha256=disclosures.commit(number, salt)))
        models.Conversation.objects.filter(pk=conversation_id).update(dossier=number, filed_ms=now_ms())
        disclosing.keep(conversation_id, sheet.head.at.position, "dossier", salt, number)
    tasks.finish(conversation_id, models.Task.Kind.UNFILED)
    recording.close_when_sealed(conversation_id)


def note_secret(conversation_id: str, *, mentioned: bool) -> None:
    """Note whether a secret address or who reported was named; yes holds all release until the officer has looked."""
    ledger.append(conversation_id, facts.SecretNoted(at=now_ms(), mentioned=mentioned))
    if mentioned:
        tasks.open_task(conversation_id, models.Task.Kind.SECRET)


def unfiled(staff: models.Staff) -> QuerySet[models.Conversation]:
    """Give the recorded conversations without a dossier that this person may see, oldest first."""
    rows = models.Conversation.objects.filter(practice=False, filed_ms=None, tracks__ours=True).distinct()
    if staff.role not in (models.Role.MANAGER, models.Role.OFFICER, models.Role.CLERK):
        rows = rows.filter(worker=staff)
    return rows.order_by("opened_ms")


def mine(staff: models.Staff) -> QuerySet[models.Conversation]:
    """Give this worker's own conversations, newest first."""
    return models.Conversation.objects.filter(worker=staff).order_by("-opened_ms")
