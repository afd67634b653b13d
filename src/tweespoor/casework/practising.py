"""Practice: everything as in a real conversation, wiped when it is left, at the latest after a day."""

from tweespoor.casework import (
    capturing,
    filing_comparison,
    ledger,
    models,
    receiving,
    rounds,
    settling,
    telling,
    transcribing,
)
from tweespoor.casework.clock import now_ms


def leave(conversation_id: str) -> None:
    """Wipe a practice conversation: its sound, keys, journal and rows; a real one is never touched."""
    row = models.Conversation.objects.filter(pk=conversation_id, practice=True).first()
    if row is None:
        return
    capturing.forget(conversation_id)
    receiving.forget(conversation_id)
    models.WrappedKey.objects.filter(conversation=conversation_id).delete()
    models.Disclosure.objects.filter(conversation=conversation_id).delete()
    transcribing.forget(conversation_id)
    filing_comparison.forget(conversation_id)
    models.ContractSignature.objects.filter(conversation=conversation_id).delete()
    telling.forget(conversation_id)
    models.Access.objects.filter(conversation_id=conversation_id).delete()
    row.delete()
    ledger.forget(conversation_id)
    rounds.forget(conversation_id)


def wipe_due() -> None:
    """Wipe practice conversations that were not left."""
    before = now_ms() - settling.house().practice_hours * 3_600_000
    for conversation_id in models.Conversation.objects.filter(practice=True, opened_ms__lt=before).values_list(
        "pk", flat=True
    ):
        leave(conversation_id)
