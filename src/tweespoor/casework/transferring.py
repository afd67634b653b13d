"""Hands a conversation, or a plan for one, over to a colleague: the work moves, what was said and done stays.

With it go its open tasks, what is still to be told, and access: the former worker no longer sees it.  What stays is
the journal (who sat at the table does not change), the access log, and who declined why.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from tweespoor.casework import ledger, models, settling
from tweespoor.casework.models import Role
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules.conversation import Running

MAY_HAVE = (Role.WORKER, Role.MANAGER)


def colleagues(conversation_id: str) -> QuerySet[models.Staff]:
    """Give who could take this conversation over, by name."""
    return _others(models.Conversation.objects.filter(pk=conversation_id).values_list("worker", flat=True))


def colleagues_for(plan: models.Plan) -> QuerySet[models.Staff]:
    """Give who could take this plan over, by name."""
    return _others([plan.worker_id])


def _others(has: Iterable[int]) -> QuerySet[models.Staff]:
    return models.Staff.objects.filter(is_active=True, role__in=MAY_HAVE).exclude(pk__in=has).order_by("username")


def transfer_plan(plan: models.Plan, to: int) -> None:
    """Hand a planned conversation over: its invitation and what was said beforehand stay good.

    UnknownError for who cannot have it, and once it was begun: then the conversation is what is handed over.
    """
    colleague = colleagues_for(plan).filter(pk=to).first()
    if colleague is None or not models.Plan.objects.filter(pk=plan.pk, begun_ms=None).update(worker=colleague):
        raise UnknownError
    witness("plan.hand-over", staff=plan.worker, about=plan.reference)


def transfer(conversation_id: str, to: int, *, by: models.Staff) -> None:
    """Hand a conversation over; refused while it is being recorded; UnknownError for who cannot have it."""
    colleague = colleagues(conversation_id).filter(pk=to).first()
    if colleague is None:
        raise UnknownError
    with transaction.atomic():
        row = models.Conversation.objects.select_for_update().filter(pk=conversation_id).first()
        if row is None:
            raise UnknownError
        settling.refuse_when(ledger.state(conversation_id).running is Running.RUNNING, "4b.not-stopped")
        row.worker = colleague
        row.save(update_fields=["worker"])
        for moves in (models.Task, models.ToTell):
            moves.objects.filter(conversation_id=conversation_id).update(worker=colleague)
        witness("conversation.hand-over", staff=by, conversation_id=conversation_id, about=colleague.username)
