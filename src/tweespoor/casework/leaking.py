"""Something is lost or was seen by others: one act withdraws everything that lets anyone in, and the clock begins.

What is withdrawn: codes to listen, sessions of phones, the code to join; of a device of somebody who works here every
way in of that account.  The privacy officer then has 72 hours to decide whether the authority must hear of it (GDPR
art. 33) and who else (art. 34), and writes down why.

Who had what is told in full to the officer alone.  The worker who reports sees what the organisation itself gave out
and what was handed to it; what a participant did afterwards stays that participant's (law 11).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from tweespoor.casework import admitting, ledger, models, settling, staffing, telling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError

HOURS: Final = 72
HOUR_MS: Final = 3_600_000
LONGEST_REPORT: Final = 10_000
HELD: Final = ("code.give", "recording.copy", "recording.export")
"""Actions of the log after which somebody has something that opens or holds a recording."""


class Cause(StrEnum):
    """What happened."""

    PHONE = "phone"
    PAPER = "paper"
    SEEN = "seen"
    OTHER = "other"


class Authority(StrEnum):
    """Whether the authority that watches over privacy was told (GDPR art. 33)."""

    REPORTED = "reported"
    NOT_NEEDED = "not-needed"


class People(StrEnum):
    """Whether the people concerned were told (GDPR art. 34)."""

    TOLD = "told"
    TO_TELL = "to-tell"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class Holding:
    """What somebody had: a code, a copy, an export or a recording handed in; seat None is the organisation."""

    what: str
    seat: int | None
    at_ms: int


@transaction.atomic
def report(
    conversation_id: str, *, staff: models.Staff | None = None, seat: int | None = None, cause: Cause = Cause.OTHER
) -> models.Leak:
    """Withdraw everything that lets somebody in to a conversation, of one person or of all, and start the 72 hours."""
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    state = ledger.state(conversation_id)
    if row is None or (seat is not None and seat not in state.seats):
        raise UnknownError
    seats = list(state.seats) if seat is None else [seat]
    withdrawn = sum(admitting.revoke(conversation_id, one, staff=staff) for one in seats)
    if cause is Cause.PHONE:
        for one in seats:  # who has the phone would read the message
            telling.set_way(conversation_id, one, telling.Way.NONE)
    if seat is None:
        withdrawn += models.Visitor.objects.filter(conversation=row).delete()[0]
        models.Conversation.objects.filter(pk=row.pk).update(code_until_ms=0, figures="", join_token="")
    return _begin(staff=staff, conversation=row, seat=seat, cause=cause, withdrawn=withdrawn)


@transaction.atomic
def report_own_device(staff: models.Staff) -> models.Leak:
    """Shut a lost device of somebody who works here out: no session, password or second factor works any more.

    The account itself stays; an administrator gives a new link.
    """
    withdrawn = models.Hearing.objects.filter(staff=staff).delete()[0]
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    staffing.reset_factor(staff, by=staff)
    return _begin(staff=staff, conversation=None, seat=None, cause=Cause.PHONE, withdrawn=withdrawn)


def _begin(
    *,
    staff: models.Staff | None,
    conversation: models.Conversation | None,
    seat: int | None,
    cause: Cause,
    withdrawn: int,
) -> models.Leak:
    now = now_ms()
    leak = models.Leak.objects.create(
        conversation=conversation,
        seat=seat,
        staff=staff,
        cause=cause,
        at_ms=now,
        due_ms=now + HOURS * HOUR_MS,
        withdrawn=withdrawn,
    )
    witness("leak.report", staff=staff, conversation_id=leak.conversation_id, seat=seat, about=str(leak.pk))
    return leak


def holdings(conversation_id: str, seat: int | None = None, *, everything: bool = False) -> list[Holding]:
    """Give who had what of a conversation, oldest first; without ``everything`` only what the organisation knows.

    That is what it gave out itself and what was handed to it.
    """
    rows = models.Access.objects.filter(conversation_id=conversation_id, action__in=HELD, result="done")
    if not everything:
        rows = rows.filter(seat=None, staff__isnull=False)
    if seat is not None:
        rows = rows.filter(Q(seat=seat) | Q(seat=None))
    found = [Holding(*row) for row in rows.order_by("at_ms", "pk").values_list("action", "seat", "at_ms")]
    for track in ledger.state(conversation_id).tracks.values():
        theirs = not track.ours and seat in (None, track.seat)
        if theirs and track.handed_in:
            found.append(Holding("track.handed-in", track.seat, track.opened_at))
        elif theirs and track.kept and everything:
            found.append(Holding("track.kept", track.seat, track.opened_at))
    return found


def unfinished() -> QuerySet[models.Leak]:
    """Give what the officer still has to decide, the soonest due first."""
    return models.Leak.objects.filter(done_ms=None).select_related("conversation", "staff").order_by("due_ms", "pk")


def all_of_them() -> QuerySet[models.Leak]:
    """Give every leak, the newest first: the register that the law asks for (GDPR art. 33, fifth paragraph)."""
    return models.Leak.objects.select_related("conversation", "staff", "done_by").order_by("-pk")


def find(number: int, officer: models.Staff) -> models.Leak:
    """Give one leak to the officer; that it was looked at is written down."""
    leak = all_of_them().filter(pk=number).first()
    if leak is None:
        raise UnknownError
    witness("leak.look", staff=officer, conversation_id=leak.conversation_id, about=str(leak.pk))
    return leak


def decide(number: int, officer: models.Staff, authority: Authority, people: People, text: str) -> None:
    """Write down what the officer decided and why; it can be written anew, the log keeps that it was."""
    settling.refuse_when(not text.strip(), "4b.reason-missing")
    settling.refuse_when(len(text) > LONGEST_REPORT, "4b.note-too-long")
    leak = models.Leak.objects.filter(pk=number).first()
    if leak is None:
        raise UnknownError
    leak.authority, leak.people, leak.report = authority, people, text.strip()
    leak.done_ms, leak.done_by = now_ms(), officer
    leak.save()
    if people is People.TO_TELL and leak.conversation_id is not None:
        telling.in_person(leak.conversation_id, "leak", leak.seat)
    witness("leak.decide", staff=officer, conversation_id=leak.conversation_id, about=str(leak.pk))
