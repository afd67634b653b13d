"""Use by the organisation on a ground of law, apart from sharing: a colleague, a duty, a complaint, a court.

The privacy officer decides each use, names its ground and writes why; nobody's permission is asked (clause 6a, law).
Whether the people are told of it is a decision of its own, with its own ground, and stays an open task until it is
taken.  As long as it is not, or when it is «not now», no page of theirs shows that it happened.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tweespoor.casework import delivering, disclosing, ledger, models, polling, settling, tasks, telling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Task
from tweespoor.casework.telling import Notice
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.journal import disclosures
from tweespoor.rules import conditions, facts
from tweespoor.rules.kinds import Ground, Kind

GROUNDS: Final = (Ground.COLLEAGUE, Ground.DUTY_BY_LAW, Ground.COMPLAINT, Ground.COURT)
"""Grounds on which the organisation uses a recording; the others are the participants' own."""
TERMS: Final = (7, 31)
"""For how many days such a link works."""
LONGEST: Final = 500
DECIDE_WITHIN_DAYS: Final = 3


class Informing(StrEnum):
    """What the officer decides about telling the people."""

    TOLD = "told"
    NOT_NOW = "not-now"


@dataclass(frozen=True, slots=True)
class Told:
    """A use as the officer reads it: why it was, and why the people are told or not."""

    use: models.Use
    reason: str
    why: str
    given: bool


def use(
    conversation_id: str, part: int, ground: Ground | None, reason: str, days: int, *, staff: models.Staff
) -> tuple[models.Use, str]:
    """Use a part on a ground of law; gives what was noted and the token of a link, which is told once.

    Refused without a ground (6a), without a reason (4b) and for what cannot be heard (0c).
    """
    reason = " ".join(reason.split())
    settling.refuse_when(ground not in GROUNDS, "6a.ground-missing")
    settling.refuse_when(not 1 <= len(reason) <= LONGEST or not reason.isprintable(), "4b.reason-missing")
    if ground is None or days not in TERMS:
        raise UnknownError
    salt = secrets.token_bytes(32)
    with ledger.writing(conversation_id) as page:
        conditions.may_use(page.state, part, ground).or_refuse()
        page.add(
            facts.UsedOnGround(at=page.now, part=part, ground=ground, reason_sha256=disclosures.commit(reason, salt))
        )
        made = models.Use.objects.create(
            conversation_id=conversation_id,
            part=part,
            ground=ground,
            position=page.head.at.position,
            at_ms=page.now,
            staff=staff,
        )
        token = delivering.make(conversation_id, polling.midnight(page.now, 1 + days), use=made)
        tasks.open_task(conversation_id, Task.Kind.INFORM, due_ms=page.now + DECIDE_WITHIN_DAYS * tasks.DAY_MS)
        disclosing.keep(conversation_id, made.position, "reason", salt, reason)
    witness("ground.use", staff=staff, conversation_id=conversation_id, about=ground)
    return made, token


def end(number: int, *, staff: models.Staff) -> None:
    """End the link of a use."""
    found = find(number)
    delivering.end(use=found)
    witness("ground.end-link", staff=staff, conversation_id=found.conversation_id, about=found.ground)


def inform(number: int, informing: Informing, why: str, *, staff: models.Staff) -> None:
    """Decide whether the people who were in the part are told, and why; the first decision counts."""
    why = " ".join(why.split())
    settling.refuse_when(not 1 <= len(why) <= LONGEST or not why.isprintable(), "4b.reason-missing")
    with transaction.atomic():
        found = models.Use.objects.select_for_update().filter(pk=number, decided_ms=None).first()
        if found is None:
            find(number)
            return
        where = found.conversation_id
        models.Use.objects.filter(pk=number).update(informing=informing, decided_ms=now_ms(), decided_by=staff)
        if informing is Informing.TOLD:
            state = ledger.state(where)
            for seat in sorted(state.parts[found.part].present):
                if state.seats[seat].kind is not Kind.STAFF:
                    telling.tell(where, seat, Notice.USED)
        if not undecided(where).exists():
            tasks.finish(where, Task.Kind.INFORM)
        disclosing.keep(where, found.position, "informing", secrets.token_bytes(32), why)
    witness("ground.inform", staff=staff, conversation_id=where, about=informing)


def find(number: int) -> models.Use:
    """Find a use; raises UnknownError."""
    found = models.Use.objects.filter(pk=number).select_related("staff").first()
    if found is None:
        raise UnknownError
    return found


def undecided(conversation_id: str) -> QuerySet[models.Use]:
    """Give the uses about which it was not decided whether the people are told."""
    return models.Use.objects.filter(conversation_id=conversation_id, decided_ms=None)


def of(conversation_id: str, *, staff: models.Staff) -> list[Told]:
    """Read every use of a conversation with its reasons, the newest first; that they were read is written down."""
    rows = list(models.Use.objects.filter(conversation_id=conversation_id).select_related("staff", "decided_by"))
    if rows:
        witness("ground.look", staff=staff, conversation_id=conversation_id)
    return [_told(row) for row in sorted(rows, key=lambda row: -row.pk)]


def told(conversation_id: str, seat: int) -> list[models.Use]:
    """Give the uses of which somebody who was in the part is told, oldest first."""
    parts = ledger.state(conversation_id).parts
    rows = models.Use.objects.filter(conversation_id=conversation_id, informing=Informing.TOLD).order_by("at_ms", "pk")
    return [row for row in rows if seat in parts[row.part].present]


def _told(row: models.Use) -> Told:
    reason = disclosing.disclose(row.conversation_id, row.position, "reason")[1]
    why = "" if row.decided_ms is None else disclosing.disclose(row.conversation_id, row.position, "informing")[1]
    given = row.deliveries.filter(ended_ms=None, expires_ms__gt=now_ms()).exists()
    return Told(row, reason, why, given)
