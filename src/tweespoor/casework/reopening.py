"""Asks the officer to decide again about a request to wipe that does not go on, because of an objection or a hold.

What was decided is no longer so: the request is open again, with a task of its own, and what is told to who asked is
neutral.  Nobody is sent a message by that alone: a moment would tell who objected (law 11).
"""

from tweespoor.casework import models, tasks
from tweespoor.casework.keeping import parts_of
from tweespoor.casework.models import Task
from tweespoor.rules.requests import Decision, Outcome, due_again, outcome
from tweespoor.rules.state import Conversation


def ask_again(conversation_id: str, state: Conversation, now: int) -> None:
    """Open each request of which the wiping does not go on, and a task for the officer."""
    parts = parts_of(state)
    wipes = models.Request.objects.filter(conversation_id=conversation_id, decision=Decision.WIPE)
    stopped = [one for one in wipes if outcome(parts, one.seat) is Outcome.AGAIN]
    for request in stopped:
        request.decision, request.decided_ms, request.staff = "", None, None
        request.again_ms, request.due_ms = now, due_again(request.due_ms, now)
        request.save(update_fields=["decision", "decided_ms", "staff", "again_ms", "due_ms"])
    if stopped:
        tasks.open_task(conversation_id, Task.Kind.AGAIN, due_ms=min(one.due_ms for one in stopped))
