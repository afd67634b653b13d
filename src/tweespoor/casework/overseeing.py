"""What the desk shows: open tasks, conversations found by dossier or date, and when the organisation itself said no.

Every list is read from an index and stops at the end of a page, so that it costs the same however many conversations
there are; where it goes on is said by the last line of the page, never by counting past what went before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Count, Q, QuerySet

from tweespoor.casework import consenting, filing, ledger, models, paging, settling, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Role, Task
from tweespoor.casework.paging import Page, Row
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules.conversation import Conversation as State
from tweespoor.rules.conversation import Running
from tweespoor.rules.state import Part

COUNTED: Final = 99
"""Counting stops here: more is «meer dan 99»."""
DESK: Final = (Role.MANAGER, Role.OFFICER, Role.CLERK)
FINDERS: Final = (*DESK, Role.WORKER)
DECLINES: Final = (Role.MANAGER, Role.OFFICER)

_DOSSIER = (Task.Kind.UNFILED, Task.Kind.AGREEMENTS, Task.Kind.LOCKED)
_KEPT = (Task.Kind.WIPING, Task.Kind.RETENTION)
_TALK = (Task.Kind.OFFER, Task.Kind.INTEREST_LINE)
KINDS: Final[Mapping[str, tuple[Task.Kind, ...]]] = {
    Role.MANAGER: (Task.Kind.QUESTION, Task.Kind.DECLINE_REVIEW, *_DOSSIER, *_TALK, Task.Kind.SECRET, *_KEPT),
    Role.OFFICER: (
        *(Task.Kind.SECRET, Task.Kind.REQUEST, Task.Kind.AGAIN, Task.Kind.INFORM, Task.Kind.ELSEWHERE),
        Task.Kind.NOTED,
        *(*_DOSSIER, *_KEPT, *_TALK, Task.Kind.DECLINE_REVIEW),
    ),
    Role.CLERK: (*_DOSSIER, *_KEPT),
}
"""Which tasks stand on whose desk; a clerk sees nothing of why there is no recording.

Who asked for something is the officer's alone to know (law 11).
"""


class Act(StrEnum):
    """What somebody may do with a conversation from the desk."""

    FILE = "file"
    HAND_OVER = "hand-over"
    HEAR = "hear"
    LOG = "log"
    REPORT_LEAK = "report-leak"
    REVIEW_DECLINE = "review-decline"
    REVIEW_SECRET = "review-secret"  # noqa: S105 - an act, not a password
    SEE_DECLINE = "see-decline"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One conversation as it lies on the desk."""

    row: models.Conversation
    may: frozenset[Act]
    recorded_ms: int
    running: bool
    state: State
    tasks: list[Task]
    locked: list[Part]
    filed: list[filing.Filed]
    note: str
    declines: list[models.Decline]
    listened: bool

    @property
    def recorded(self) -> bool:
        """Tell whether anything was recorded."""
        return any(part.started_at is not None for part in self.state.parts.values())


def open_tasks(staff: models.Staff, kind: str = "", after: str = "") -> Page[Task]:
    """Give a page of the open tasks on somebody's desk, the soonest due first."""
    rows = tasks.open_now()
    if kind:
        rows = rows.filter(kind=kind if kind in KINDS[staff.role] else "")
    else:
        # Said by what is left out, the list is read in order from its index; said by what is in it, it is sorted first.
        rows = rows.exclude(kind__in=_not_of(staff))
    if (mark := paging.numbers(after)) is not None:
        due, pk = mark
        rows = rows.filter(Q(due_ms__gt=due) | Q(pk__gt=pk), due_ms__gte=due)
    return paging.page(rows, lambda task: f"{task.due_ms}-{task.pk}")


def counts(staff: models.Staff) -> dict[Task.Kind, int]:
    """Count what is open of each kind on somebody's desk, up to one more than ``COUNTED``."""
    return {kind: _count(tasks.open_now().filter(kind=kind)) for kind in KINDS[staff.role]}


def due_until(staff: models.Staff, until_ms: int) -> int:
    """Count what is due before a moment, up to one more than ``COUNTED``."""
    return _count(tasks.open_now().filter(due_ms__lt=until_ms).exclude(kind__in=_not_of(staff)))


def _not_of(staff: models.Staff) -> list[Task.Kind]:
    return [kind for kind in Task.Kind if kind not in KINDS[staff.role]]


def visible(staff: models.Staff) -> QuerySet[models.Conversation]:
    """Give the conversations that somebody may find: a worker the own ones; practice is left out."""
    rows = models.Conversation.objects.filter(practice=False).select_related("worker")
    return rows if staff.role in DESK else rows.filter(worker=staff)


def search(
    staff: models.Staff, *, number: str = "", since_ms: int | None = None, until_ms: int | None = None, after: str = ""
) -> Page[models.Conversation]:
    """Find conversations by the beginning of their dossier number, by when they were, or both."""
    witness("desk.search", staff=staff)
    rows = visible(staff)
    if since_ms is not None:
        rows = rows.filter(opened_ms__gte=since_ms)
    if until_ms is not None:
        rows = rows.filter(opened_ms__lt=until_ms)
    number = filing.tidy(number)
    if number:
        rows = rows.filter(dossier__gte=number, dossier__lt=number + chr(0x10FFFF))
    if number and since_ms is None and until_ms is None:
        if (mark := paging.number_and_text(after)) is not None:
            rows = rows.filter(Q(dossier__gt=mark[1]) | Q(opened_ms__lt=mark[0]), dossier__gte=mark[1])
        return paging.page(rows.order_by("dossier", "-opened_ms"), lambda row: f"{row.opened_ms}-{row.dossier}")
    if (mark := paging.number_and_text(after)) is not None:
        rows = rows.filter(Q(opened_ms__lt=mark[0]) | Q(pk__lt=mark[1]), opened_ms__lte=mark[0])
    return paging.page(rows.order_by("-opened_ms", "-pk"), lambda row: f"{row.opened_ms}-{row.pk}")


def may(staff: models.Staff, row: models.Conversation) -> frozenset[Act]:
    """Tell what somebody may do with a conversation that is visible to them."""
    role, own = staff.role, row.worker_id == staff.pk
    secret = Task.objects.filter(conversation=row, kind=Task.Kind.SECRET).exists()
    wanted = {
        Act.FILE: own or role in DESK,
        Act.HAND_OVER: own or role == Role.MANAGER,
        Act.HEAR: own or (role == Role.OFFICER and secret),
        Act.LOG: role == Role.OFFICER,
        Act.REPORT_LEAK: own or role in (Role.MANAGER, Role.OFFICER),
        Act.REVIEW_DECLINE: role == Role.MANAGER,
        Act.REVIEW_SECRET: role == Role.OFFICER,
        Act.SEE_DECLINE: role in DECLINES,
    }
    return frozenset(act for act, yes in wanted.items() if yes)


def find(staff: models.Staff, conversation_id: str, act: Act | None = None) -> models.Conversation:
    """Find a conversation that somebody may see, and may do this with; UnknownError for every other."""
    row = visible(staff).filter(pk=conversation_id).first()
    if row is None or (act is not None and act not in may(staff, row)):
        raise UnknownError
    return row


def lay_open(staff: models.Staff, conversation_id: str) -> Sheet:
    """Lay a conversation on somebody's desk; UnknownError when it is not theirs to see."""
    row = find(staff, conversation_id)
    allowed = may(staff, row)
    head = ledger.head(conversation_id)
    state = head.state
    shown = now_ms() >= row.shown_from_ms
    own = set(Task.Kind) - set(tasks.NOT_OF_WORKER) if row.worker_id == staff.pk else set()
    listed = {*KINDS.get(staff.role, ()), *own}
    declines = models.Decline.objects.filter(conversation=row).select_related("staff").order_by("at_ms")
    recorded_ms = sum((span.end or now_ms()) - span.begin for span in head.gate.spans)
    witness("conversation.look", staff=staff, conversation_id=conversation_id)
    return Sheet(
        row=row,
        may=allowed,
        recorded_ms=recorded_ms,
        running=state.running in (Running.RUNNING, Running.PAUSED),
        state=state,
        tasks=list(tasks.open_of(conversation_id).filter(kind__in=listed).order_by("due_ms")) if shown else [],
        locked=[part for part in state.parts.values() if part.locked and not part.erased],
        filed=filing.history(conversation_id),
        note=filing.note(conversation_id),
        declines=list(declines) if Act.SEE_DECLINE in allowed and shown else [],
        listened=Act.REVIEW_SECRET in allowed and filing.has_listened(conversation_id, staff),
    )


def review_decline(conversation_id: str, staff: models.Staff, note: str) -> None:
    """Note that the manager talked about why the organisation itself did not record; a line says what came of it."""
    settling.refuse_when(not note.strip(), "4b.reason-missing")
    tasks.finish(conversation_id, Task.Kind.DECLINE_REVIEW, note.strip())
    witness("decline.review", staff=staff, conversation_id=conversation_id)


def declines(after: str = "") -> Page[models.Decline]:
    """Give a page of when the organisation itself said no, the newest first."""
    rows = models.Decline.objects.filter(conversation__practice=False, conversation__shown_from_ms__lte=now_ms())
    rows = rows.select_related("conversation", "staff").order_by("-at_ms", "-pk")
    if (mark := paging.numbers(after)) is not None:
        at, pk = mark
        rows = rows.filter(Q(at_ms__lt=at) | Q(pk__lt=pk), at_ms__lte=at)
    return paging.page(rows, lambda decline: f"{decline.at_ms}-{decline.pk}")


def decline_counts(since_ms: int) -> dict[str, dict[str, int]]:
    """Count for each worker, by name, and for each reason how often the organisation said no since a moment."""
    practised = models.Conversation.objects.filter(practice=True)
    shown = now_ms() - consenting.SHOWN_AFTER_MS[1]  # by then whatever came of a round may be seen
    rows = models.Decline.objects.filter(at_ms__gte=since_ms, at_ms__lt=shown).exclude(conversation__in=practised)
    counted: dict[int, dict[str, int]] = {}
    for number, reason, count in rows.order_by().values_list("staff", "reason").annotate(count=Count("pk")):
        counted.setdefault(number, {})[reason] = count
    names = models.Staff.objects.filter(pk__in=counted).order_by("username").values_list("pk", "username")
    return {name: counted[number] for number, name in names}


def _count(rows: QuerySet[Row]) -> int:
    return rows.order_by()[: COUNTED + 1].count()
