"""What people ask about their own data: to be given it, or to wipe it; the officer decides, per person.

A request knows a seat, never a name.  It stands in no journal and on nobody's screen but the officer's (law 11): that
there is an answer is told by a neutral message where that is safe, and else by the officer, never by the worker.
When a wiping does not go on (`reopening`), it is decided again; the letter then says so, and never why.
Covering is decided here and done where a recording is prepared for others.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from tweespoor.casework import attaching, ledger, models, tasks, telling, transcribing, using, wiping, witnessing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keeping import parts_of, row_of, term_of
from tweespoor.casework.models import Attachment, Task
from tweespoor.casework.telling import Notice
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.keeping import after_months
from tweespoor.rules.kinds import Ground, Kind, Span
from tweespoor.rules.minutes import own_minutes
from tweespoor.rules.requests import DECISIONS, MONTHS, Asker, Decision, Outcome, Request, Wish, outcome
from tweespoor.rules.state import Conversation, Seat


@dataclass(frozen=True, slots=True)
class Known:
    """What else is kept about a person: a safe way, a text, what the person attached, uses that are told (ms)."""

    kind: Kind
    way: bool
    text: bool
    attached: int
    used: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter of answer says of the person who asked, and of nobody else.

    ``outcome`` is what came of a decision to wipe, None for every other; ``wiped`` tells that a part is gone.
    """

    request: models.Request
    known: Known
    row: models.Conversation
    number: int
    reason: str
    minutes: tuple[Span, ...]
    listened: int
    is_there: bool
    kept_until: int | None
    outcome: Outcome | None
    wiped: bool
    erasable: int | None
    done: int | None
    certain: int | None


def ask(
    conversation_id: str,
    seat: int,
    wish: Wish,
    request: Request,
    *,
    staff: models.Staff,
    came_ms: int | None = None,
) -> models.Request:
    """Note that somebody who took part asks something; the term runs from the day on which it came."""
    row_of(conversation_id)
    _person(ledger.state(conversation_id), seat)
    came = min(came_ms or now_ms(), now_ms())
    due = after_months(came, MONTHS[wish])
    made = models.Request.objects.create(
        conversation_id=conversation_id,
        seat=seat,
        wish=wish,
        asker=request.asker,
        able=request.able,
        harms=request.harms,
        came_ms=came,
        due_ms=due,
    )
    tasks.open_task(conversation_id, Task.Kind.REQUEST, due_ms=due)
    witness(f"request.{wish}", staff=staff, conversation_id=conversation_id, seat=seat)
    return made


def find(number: int) -> models.Request:
    """Find a request; raises UnknownError."""
    found = models.Request.objects.filter(pk=number).select_related("conversation", "staff").first()
    if found is None:
        raise UnknownError
    return found


def decide(number: int, decision: Decision, reason: str, *, staff: models.Staff) -> models.Request:
    """Decide on a request; the first decision counts, and a second one is given what it was.

    To give is refused where the table of ages has an obstacle; everything but giving and wiping needs a reason.  To
    wipe announces each part in which this person was, as everything is announced before it is destroyed (law 12).
    """
    find(number)
    with transaction.atomic():
        request = models.Request.objects.select_for_update().get(pk=number)
        if request.decided_ms is not None:
            return find(number)
        if decision not in DECISIONS[Wish(request.wish)]:
            raise UnknownError
        state = ledger.state(request.conversation_id)
        if decision is Decision.GIVE:
            conditions.may_have(_person(state, request.seat).kind, _asked(request)).or_refuse()
        elif decision is Decision.WIPE:
            _announce(request, state, staff)
        if reason.strip() or decision not in {Decision.GIVE, Decision.WIPE}:
            attaching.keep(request.conversation_id, Attachment.Kind.REASON, reason, seat=request.seat, about=request.pk)
        models.Request.objects.filter(pk=number).update(decision=decision, decided_ms=now_ms(), staff=staff)
        witness(f"request.{decision}", staff=staff, conversation_id=request.conversation_id, seat=request.seat)
        telling.tell(request.conversation_id, request.seat, Notice.READY, quietly=True)
    still = open_now(request.conversation_id)
    if not still.filter(again_ms=None).exists():
        tasks.finish(request.conversation_id, Task.Kind.REQUEST)
    if not still.exclude(again_ms=None).exists():
        tasks.finish(request.conversation_id, Task.Kind.AGAIN)
    return find(number)


def open_now(conversation_id: str | None = None) -> QuerySet[models.Request]:
    """Give what was not decided: of one conversation, or of all; the soonest due first."""
    rows = models.Request.objects.filter(decided_ms=None).select_related("conversation")
    rows = rows if conversation_id is None else rows.filter(conversation_id=conversation_id)
    return rows.order_by("due_ms", "pk")


def of(conversation_id: str) -> QuerySet[models.Request]:
    """Give all requests about a conversation, the first one first."""
    return models.Request.objects.filter(conversation_id=conversation_id).select_related("staff").order_by("pk")


def outcome_of(request: models.Request) -> Outcome | None:
    """Give what came of a request that was decided to wipe, or is to be decided again; None for every other."""
    if request.decided_ms is None:
        return None if request.again_ms is None else Outcome.AGAIN
    if request.decision != Decision.WIPE:
        return None
    return outcome(parts_of(ledger.state(request.conversation_id)), request.seat)


def obstacles(request: models.Request) -> tuple[str, ...]:
    """Give what stands against giving what was asked, by the table of ages."""
    person = _person(ledger.state(request.conversation_id), request.seat)
    return conditions.may_have(person.kind, _asked(request)).codes


def letter(number: int, *, staff: models.Staff) -> Letter:
    """Give what the letter of answer says; raises UnknownError before there is an answer.

    An answer that does not hold any longer has a letter too, which says that it is looked at again.
    """
    request = find(number)
    if request.decided_ms is None and request.again_ms is None:
        raise UnknownError
    row = request.conversation
    state = ledger.state(row.pk)
    term = term_of(row, state)
    mine = _parts(state, request.seat)
    came = outcome_of(request)
    gone = [wiping.certificate(row.pk, part) for part in mine if state.parts[part].erased]
    dates = [state.parts[part].erasable_at for part in mine if not state.parts[part].erased]
    witness("request.letter", staff=staff, conversation_id=row.pk, seat=request.seat)
    return Letter(
        request=request,
        known=_known(request, state, mine),
        row=row,
        number=request.pk,
        reason=attaching.about(row.pk, Attachment.Kind.REASON, request.pk, since_ms=request.again_ms or 0)
        if request.decided_ms is not None
        else "",
        minutes=tuple(span for part in mine for span in own_minutes(state, request.seat, part)),
        listened=sum(one.action == "recording.listen" for one in witnessing.told(row.pk, request.seat)),
        is_there=any(state.parts[part].erased is None for part in mine),
        kept_until=None if term is None else term.sound_until,
        outcome=came,
        wiped=bool(gone),
        erasable=max(date for date in dates if date is not None) if came is Outcome.GOING else None,
        done=max(one.done_ms for one in gone) if came is Outcome.DONE else None,
        certain=max(one.certain_ms for one in gone) if came is Outcome.DONE else None,
    )


def _known(request: models.Request, state: Conversation, mine: list[int]) -> Known:
    where, seat = request.conversation_id, request.seat
    own = attaching.of(where, Attachment.Kind.CORRECTION, Attachment.Kind.STATEMENT)
    return Known(
        kind=state.seats[seat].kind,
        way=telling.way_of(where, seat) is not telling.Way.NONE,
        text=any(transcribing.texts(where, part=part) for part in mine),
        attached=sum(one.seat == seat for one in own),
        used=tuple(one.at_ms for one in using.told(where, seat)),
    )


def people(state: Conversation) -> list[Seat]:
    """Give who took part and is not staff, in order of joining."""
    return [state.seats[seat] for seat in sorted(state.seats) if state.seats[seat].kind is not Kind.STAFF]


def _announce(request: models.Request, state: Conversation, staff: models.Staff) -> None:
    for part in _parts(state, request.seat):
        if state.parts[part].erased is None:
            wiping.announce(request.conversation_id, part, Ground.REQUEST, staff=staff, request=request)


def _parts(state: Conversation, seat: int) -> list[int]:
    return [part.part for part in parts_of(state) if seat in part.present]


def _asked(request: models.Request) -> Request:
    return Request(Asker(request.asker), request.able, request.harms)


def _person(state: Conversation, seat: int) -> Seat:
    person = next((one for one in people(state) if one.seat == seat), None)
    if person is None:
        raise UnknownError
    return person
