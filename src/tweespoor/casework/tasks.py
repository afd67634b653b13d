"""Opens and finishes what somebody of the organisation still has to do about a conversation."""

from django.db.models import QuerySet

from tweespoor.casework import models
from tweespoor.casework.clock import now_ms


def open_task(conversation_id: str, kind: models.Task.Kind) -> None:
    """Open a task; there is one of a kind in a conversation."""
    models.Task.objects.update_or_create(
        conversation_id=conversation_id, kind=kind, defaults={"done_ms": None}, create_defaults={"since_ms": now_ms()}
    )


def finish(conversation_id: str, kind: models.Task.Kind, note: str = "") -> None:
    """Finish a task, with a line for the dossier where it asks one."""
    models.Task.objects.filter(conversation_id=conversation_id, kind=kind, done_ms=None).update(
        done_ms=now_ms(), note=note
    )


def open_of(conversation_id: str) -> QuerySet[models.Task]:
    """Give the open tasks of a conversation, oldest first."""
    return models.Task.objects.filter(conversation_id=conversation_id, done_ms=None).order_by("since_ms")


def open_for(staff: models.Staff) -> QuerySet[models.Task]:
    """Give the open tasks in this worker's own conversations, practice left out, oldest first.

    What came of a round is on no list before it may be seen (law 10).
    """
    seen = {"conversation__practice": False, "conversation__shown_from_ms__lte": now_ms()}
    return (
        models.Task.objects.filter(conversation__worker=staff, done_ms=None, **seen)
        .select_related("conversation")
        .order_by("since_ms")
    )
