"""Wipes a part in two steps, each of which a person takes (law 12).

First it is *announced*: the part is locked, so that nobody hears it, with a date, and who was there is told, each in
the own safe way; until then, and as long as nobody went on, anybody who may can object, and it can be heard again.
From that date on somebody can *wipe* it: its keys are destroyed in the keyring, then what lies on disk is removed, then
the journal says so.  When that breaks off halfway it is simply done again.  Backups of the keyring end by themselves;
when the last of them has, it is certain.

Two people at once: the first one's step counts, the second one is given what became of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tweespoor.casework import (
    attaching,
    capturing,
    destroying,
    filing_comparison,
    keeping,
    ledger,
    models,
    receiving,
    reopening,
    scrubbing,
    settling,
    tasks,
    telling,
    transcribing,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keeping import DAY_MS, noted, parts_of, row_of, term_of
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.models import Attachment, Task
from tweespoor.casework.telling import Notice
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.journal import entry
from tweespoor.rules import conditions, facts
from tweespoor.rules.kinds import Ground, Kind
from tweespoor.rules.state import Conversation, Part

ALREADY_LOCKED: Final = frozenset({Ground.SPOKEN_ROUND_FAILED, Ground.WRONG_START, Ground.LATE_STOP})
"""Grounds on which only a part is wiped that was locked on that very ground."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """That a part was wiped, as the journal says it: when (ms), on what ground, and when it is certain.

    ``entry_sha256`` is the hash (hex) of the line at ``position``, by which the journal itself can be checked.
    """

    conversation: str
    part: int
    ground: Ground
    announced_ms: int
    done_ms: int
    certain_ms: int
    tracks: int
    position: int
    entry_sha256: str


# Announcing ------------------------------------------------------------------------------------


def announce(
    conversation_id: str,
    part: int,
    ground: Ground | None,
    *,
    staff: models.Staff,
    request: models.Request | None = None,
) -> models.Wiping:
    """Lock a part in order to wipe it, with the date from which that can be; the first announcement counts."""
    row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        announced = announce_on(page, conversation_id, part, ground, staff=staff, request=request)
        if announced.announced_ms == page.now:
            tell(conversation_id, page.state, [part])
    return announced


def announce_on(
    page: ledger.Page,
    conversation_id: str,
    part: int,
    ground: Ground | None,
    *,
    staff: models.Staff,
    request: models.Request | None = None,
) -> models.Wiping:
    """Announce on a page of the journal that is open already."""
    known = _part(page.state, part)
    last = latest(conversation_id, part)
    if last is not None and last.objected_ms is None:
        return last
    if known.erased or ground is None:
        settling.refuse("5a.ground-missing")
    conditions.may_lock(page.state, part, ground).or_refuse()
    settling.refuse_when(ground in ALREADY_LOCKED and known.locked is not ground, "5a.ground-missing")
    settling.refuse_when(ground is Ground.REQUEST and request is None, "5a.ground-missing")
    if ground is Ground.RETENTION_ENDED:
        settling.refuse_when(not is_over(conversation_id, page.state, page.now), "4b.still-kept")
    erasable = page.now + settling.house().objection_days * DAY_MS
    page.add(facts.PartLocked(at=page.now, part=part, ground=ground, erasable_at=erasable))
    tasks.open_task(conversation_id, Task.Kind.WIPING, due_ms=erasable)
    tasks.finish(conversation_id, Task.Kind.LOCKED)
    witness("wiping.announce", staff=staff, conversation_id=conversation_id, about=f"part {part}: {ground}")
    announced = models.Wiping.objects.create(
        conversation_id=conversation_id,
        part=part,
        ground=ground,
        locked_before=known.locked or "",
        request=request,
        announced_ms=page.now,
        announced_by=staff,
        erasable_ms=erasable,
    )
    keeping.reconsider(conversation_id)
    return announced


def tell(conversation_id: str, state: Conversation, parts: Iterable[int]) -> None:
    """Tell everyone who was there that something will be wiped, the same to all (law 12): not why, nor who asked."""
    there = {seat for part in parts for seat in state.parts[part].present}
    guests = (seat for seat in there if state.seats[seat].kind is not Kind.STAFF)
    telling.tell_all(conversation_id, guests, Notice.CHANGE)


def is_over(conversation_id: str, state: Conversation, now: int) -> bool:
    """Tell whether the term of the sound of a conversation has ended; an unknown term has not."""
    term = term_of(row_of(conversation_id), state)
    return term is not None and term.sound_until is not None and now >= term.sound_until


# Objecting -------------------------------------------------------------------------------------


def object_to(conversation_id: str, reason: str, *, staff: models.Staff) -> None:
    """Let nothing of a conversation be wiped that was announced: it is as it was before.

    Refused when nothing is announced (any more), and without a reason.
    """
    row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        going = under_way(conversation_id)
        rest = noted(conversation_id).drop_from_ms is not None
        settling.refuse_when(not going and not rest, "5a.not-locked")
        about = going[0].pk if going else None
        attaching.keep(conversation_id, Attachment.Kind.OBJECTION, reason, about=about)
        release(page, conversation_id, staff=staff)
        witness("wiping.object", staff=staff, conversation_id=conversation_id)


def release(page: ledger.Page, conversation_id: str, *, staff: models.Staff) -> None:
    """Undo every announcement of a conversation on a page of its journal; what was locked before stays locked.

    Each is somebody's to look at again: as a locked part, as a request, or because its term is over.
    """
    for wiping in under_way(conversation_id):
        if wiping.locked_before:
            page.add(facts.PartLocked(at=page.now, part=wiping.part, ground=Ground(wiping.locked_before)))
            tasks.open_task(conversation_id, Task.Kind.LOCKED)
        else:
            page.add(facts.PartReleased(at=page.now, part=wiping.part))
        models.Wiping.objects.filter(pk=wiping.pk).update(objected_ms=page.now, objected_by=staff)
    models.Keeping.objects.filter(conversation_id=conversation_id).update(drop_from_ms=None)
    telling.take_back(conversation_id, Notice.CHANGE)
    tasks.finish(conversation_id, Task.Kind.WIPING)
    reopening.ask_again(conversation_id, page.state, page.now)
    keeping.reconsider(conversation_id)


# Wiping ----------------------------------------------------------------------------------------


def wipe(conversation_id: str, part: int, *, staff: models.Staff) -> models.Wiping:
    """Wipe a part that was announced and whose date has come; gives what became of it, also when it was done already.

    Refused under a hold, before the date, or when somebody objected.  OperationalError when the keyring is busy: then
    it is done again.
    """
    row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        known = _part(page.state, part)
        wiping = latest(conversation_id, part)
        if known.erased and wiping is not None:
            return wiping
        conditions.may_erase(page.state, part, page.now).or_refuse()
        ground = known.locked
        if ground is None or wiping is None:
            settling.refuse("5a.not-locked")
        certain = page.now + settling.house().kept_keys_days * DAY_MS
        last = all(one.erased or one.part == part for one in parts_of(page.state))
        _destroy(conversation_id, known, ground, certain, last=last)
        tracks = models.Track.objects.filter(conversation_id=conversation_id, part=part)
        count = tracks.update(erased_ms=page.now, salt=b"")
        page.add(facts.PartErased(at=page.now, part=part, ground=ground, certain_at=certain))
        models.Wiping.objects.filter(pk=wiping.pk).update(done_ms=page.now, done_by=staff, tracks=count)
        _finish_tasks(conversation_id)
        witness("wiping.wipe", staff=staff, conversation_id=conversation_id, about=f"part {part}: {ground}")
    wiping.refresh_from_db()
    return wiping


def _destroy(conversation_id: str, part: Part, ground: Ground, certain: int, *, last: bool) -> None:
    """Destroy keys, what commitments of this part stood for, and everything on disk; doing it again does no harm.

    With the ``last`` part goes what was made elsewhere of nobody knows which part.
    """
    rows = destroying.of_part(conversation_id, part.part, last=last)
    told = models.Disclosure.objects.filter(
        conversation=conversation_id, position__in=_positions(conversation_id, part)
    )
    gone = [bytes(one) for one in (*rows.values_list("wrapped", flat=True), *told.values_list("sealed", flat=True))]
    with transaction.atomic(using=ALIAS):
        told.delete()
        destroying.destroy_part(conversation_id, part.part, ground=ground, certain_at=certain, last=last)
        transcribing.forget(conversation_id, part.part)
        filing_comparison.forget(conversation_id, part.part)
        scrubbing.scrub(gone, anew=not gone)
    capturing.forget(conversation_id, part.part)
    receiving.forget(conversation_id, part.part, all_gone=last)


def _positions(conversation_id: str, part: Part) -> list[int]:
    """Give where in the journal facts stand that name this part, or that happened between its beginning and its end."""
    found = []
    for line in ledger.lines(conversation_id):
        known = entry.read(line)
        named = getattr(known.fact, "part", None)
        during = part.agreed_at <= known.fact.at <= (part.ended_at or part.agreed_at)
        if named == part.part or (named is None and during):
            found.append(known.position)
    return found


def _finish_tasks(conversation_id: str) -> None:
    if not under_way(conversation_id).exists() and noted(conversation_id).drop_from_ms is None:
        tasks.finish(conversation_id, Task.Kind.WIPING)
    keeping.reconsider(conversation_id)


# Looking ---------------------------------------------------------------------------------------


def latest(conversation_id: str, part: int) -> models.Wiping | None:
    """Give the last announcement about a part, whatever became of it."""
    return (
        models.Wiping.objects.filter(conversation_id=conversation_id, part=part)
        .select_related("announced_by", "objected_by", "done_by")
        .order_by("-pk")
        .first()
    )


def under_way(conversation_id: str | None = None) -> QuerySet[models.Wiping]:
    """Give what is announced and was not done or objected to: of one conversation, or of all; soonest first."""
    rows = models.Wiping.objects.filter(objected_ms=None, done_ms=None).select_related("conversation")
    rows = rows if conversation_id is None else rows.filter(conversation_id=conversation_id)
    return rows.order_by("erasable_ms", "pk")


def may_object(conversation_id: str, staff: models.Staff) -> bool:
    """Tell whether somebody may object: the privacy officer, the manager, and whose conversation it is."""
    if staff.role in (models.Role.OFFICER, models.Role.MANAGER):
        return True
    return models.Conversation.objects.filter(pk=conversation_id, worker=staff).exists()


def certificate(conversation_id: str, part: int) -> Certificate:
    """Give what the journal says of the wiping of a part; raises UnknownError as long as it was not wiped."""
    announced = 0
    found: tuple[entry.Entry, facts.PartErased, bytes] | None = None
    for line in ledger.lines(conversation_id):
        known = entry.read(line)
        fact = known.fact
        if isinstance(fact, facts.PartLocked) and fact.part == part and fact.erasable_at is not None and not found:
            announced = fact.at
        if isinstance(fact, facts.PartErased) and fact.part == part and not found:
            found = (known, fact, line)
    if found is None:
        raise UnknownError
    known, fact, line = found
    tracks = models.Track.objects.filter(conversation_id=conversation_id, part=part).count()
    return Certificate(
        conversation=conversation_id,
        part=part,
        ground=fact.ground,
        announced_ms=announced,
        done_ms=fact.at,
        certain_ms=fact.certain_at,
        tracks=tracks,
        position=known.position,
        entry_sha256=entry.digest(line),
    )


def is_certain(found: Certificate) -> bool:
    """Tell whether the last backup that held the keys has ended."""
    return now_ms() >= found.certain_ms


def _part(state: Conversation, part: int) -> Part:
    known = next((one for one in parts_of(state) if one.part == part), None)
    if known is None:
        raise UnknownError
    return known
