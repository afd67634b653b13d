"""Opens and finishes what somebody of the organisation still has to do about a conversation."""

from typing import Final

from django.db.models import Q, QuerySet

from tweespoor.casework import models, settling
from tweespoor.casework.clock import now_ms

DAY_MS: Final = 24 * 3_600_000
NOT_OF_WORKER: Final = (
    models.Task.Kind.LOCKED,
    models.Task.Kind.RETENTION,
    models.Task.Kind.REQUEST,
    models.Task.Kind.AGAIN,
    models.Task.Kind.INFORM,
    models.Task.Kind.ELSEWHERE,
    models.Task.Kind.NOTED,
)
"""What a worker does not see of the own conversations: what somebody asked of the organisation, above all (law 11)."""


def open_task(conversation_id: str, kind: models.Task.Kind, *, due_ms: int | None = None, note: str = "") -> None:
    """Open a task of whoever has the conversation now; there is one of a kind in a conversation.

    Without ``due_ms`` it is for the same day when a secret address was named, else within the days in which a
    recording is filed.
    """
    now = now_ms()
    days = 0 if kind is models.Task.Kind.SECRET else settling.house().filing_days
    worker = models.Conversation.objects.values_list("worker", flat=True).get(pk=conversation_id)
    due = due_ms or now + days * DAY_MS
    fresh = {"done_ms": None, "since_ms": now, "due_ms": due, "worker_id": worker, "note": note}
    task, made = models.Task.objects.get_or_create(conversation_id=conversation_id, kind=kind, defaults=fresh)
    if not made and task.done_ms is not None:
        models.Task.objects.filter(pk=task.pk).update(**fresh)


def finish(conversation_id: str, kind: models.Task.Kind, note: str = "") -> None:
    """Finish a task, with a line for the dossier where it asks one."""
    models.Task.objects.filter(conversation_id=conversation_id, kind=kind, done_ms=None).update(
        done_ms=now_ms(), note=note[:10_000]
    )


def open_of(conversation_id: str) -> QuerySet[models.Task]:
    """Give the open tasks of a conversation, oldest first."""
    return models.Task.objects.filter(conversation_id=conversation_id, done_ms=None).order_by("since_ms")


def open_now() -> QuerySet[models.Task]:
    """Give all open tasks that are on a list, the soonest due first; practice is left out.

    What came of a round is on no list before it may be seen (law 10).  A recording that just began has no dossier yet
    and that is no task: it becomes one when the conversation is finished, or was left standing for a day.
    """
    now = now_ms()
    begun = Q(kind=models.Task.Kind.UNFILED, conversation__finished_ms=None, since_ms__gt=now - DAY_MS)
    return (
        models.Task.objects.filter(done_ms=None, conversation__practice=False, conversation__shown_from_ms__lte=now)
        .exclude(begun)
        .select_related("conversation", "worker")
        .order_by("due_ms", "pk")
    )


def open_for(staff: models.Staff) -> QuerySet[models.Task]:
    """Give the open tasks in this worker's own conversations."""
    return open_now().filter(worker=staff).exclude(kind__in=NOT_OF_WORKER)
