"""What is still to be done in a conversation; an open task is shown until it is done and never locks anything.

The page asks for more than it forbids.  What it asks without forbidding stands here and not in ``conditions``.
"""

from enum import StrEnum

from tweespoor.rules.kinds import Children
from tweespoor.rules.state import Conversation, Part


class Task(StrEnum):
    """Something that somebody still has to do, under the clause that asks for it."""

    REASON_FOR_CHILD = "1c.reason-for-child"
    NOTE_OFFER = "1d.note-offer"
    FILE = "4b.file"
    LAY_DOWN_AGREEMENTS = "7a.lay-down-agreements"
    LOOK_AT_SECRET = "0c.look-at-secret"  # noqa: S105 - a task, not a password


def open_tasks(c: Conversation) -> tuple[Task, ...]:
    """Give what is still to be done, in the order of the clauses."""
    recorded = [part for part in c.parts.values() if part.started_at is not None and not part.erased]
    heard = [part for part in recorded if not part.locked]
    todo = {
        Task.LOOK_AT_SECRET: bool(c.secret) and not c.secret_reviewed,
        Task.REASON_FOR_CHILD: c.children is Children.PRESENT and c.interest is not None and not c.interest_reason,
        Task.NOTE_OFFER: c.last_round_failed and not c.offered,
        Task.FILE: bool(recorded) and not c.filed and not c.practice,
        Task.LAY_DOWN_AGREEMENTS: any(not are_laid_down(c, part) for part in heard),
    }
    return tuple(task for task, still in todo.items() if still)


def are_laid_down(c: Conversation, part: Part) -> bool:
    """Clauses 7a and 7b (page): the agreements are on the recording, or both sides signed them; one is enough.

    A contract is signed by the organisation (None) and by somebody of the others.
    """
    signed = None in c.contract_signed and len(c.contract_signed) > 1
    return bool(part.spoken) or signed
