"""What the facts at the table do to the state: people, rounds, agreements."""

from dataclasses import replace

from tweespoor.rules.facts_talk import (
    AgreementEnded,
    AgreementItemChanged,
    AgreementReached,
    AgreementsPostponed,
    AgreementsSpoken,
    AloneWithYouthNoted,
    Announced,
    ConsentDoubted,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    ContractOffered,
    ContractSigned,
    ConversationOpened,
    GuardianNoted,
    InterestAssessed,
    NewcomerLeftAgain,
    NewcomerNoticed,
    OfferNoted,
    OrganisationDeclined,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
    PeopleCounted,
    RoundEndedWithoutAgreement,
    RoundOpened,
    SeatsCleared,
)
from tweespoor.rules.kinds import Kind, RoundCause, Span
from tweespoor.rules.state import ITEMS, Consent, Conversation, Part, Running, Seat, Stay
from tweespoor.rules.step import step, with_part, with_seat

# Opening and people --------------------------------------------------------------------------


@step.register
def _(fact: ConversationOpened, c: Conversation) -> Conversation:
    return replace(
        c,
        conversation=fact.conversation,
        edition=fact.edition,
        practice=fact.practice,
        records_on_request=fact.records_on_request,
        professionals_listen=fact.professionals_listen,
    )


@step.register
def _(fact: Announced, c: Conversation) -> Conversation:
    del fact
    return replace(c, announced=True)


@step.register
def _(fact: PeopleCounted, c: Conversation) -> Conversation:
    c = replace(c, people=fact.people)
    if fact.children is c.children:
        return c
    # What was answered about a child was answered about the children of that count.
    return replace(c, children=fact.children, interest=None, interest_reason=None)


@step.register
def _(fact: ParticipantJoined, c: Conversation) -> Conversation:
    known = c.seats.get(fact.seat)
    stays = known.stays if known else ()
    c = with_seat(c, Seat(fact.seat, fact.kind, fact.place, stays=_come(c, stays, fact.at)))
    return _witness(c, fact.seat)


@step.register
def _(fact: SeatsCleared, c: Conversation) -> Conversation:
    # A number that a part knows stays with its person; the others are free again.
    known = frozenset[int]().union(*(part.present for part in c.parts.values()))
    seats = {
        number: seat if seat.kind is Kind.STAFF else _gone(seat, fact.at)
        for number, seat in c.seats.items()
        if seat.kind is Kind.STAFF or number in known
    }
    return replace(c, seats=seats, apps=(), alone=frozenset(), guardian=None, alone_ok=None)


@step.register
def _(fact: ParticipantLeft, c: Conversation) -> Conversation:
    seat = c.seats.get(fact.seat)
    if seat is None or not seat.present:
        return c
    c = with_seat(c, _gone(seat, fact.at))
    return replace(
        c,
        people=None if c.people is None else max(0, c.people - 1),
        # Who leaves takes the own device along, and may have been the parent of the child who stays.
        apps=tuple(app for app in c.apps if app != fact.seat),
        alone=c.alone - {fact.seat},
        guardian=None if seat.kind is Kind.ADULT else c.guardian,
    )


@step.register
def _(fact: ParticipantReturned, c: Conversation) -> Conversation:
    seat = c.seats.get(fact.seat)
    if seat is None or seat.present:
        return c
    seat = replace(seat, present=True, consent=Consent.NOT_ASKED, how=None, stays=_come(c, seat.stays, fact.at))
    c = replace(with_seat(c, seat), people=None if c.people is None else c.people + 1)
    return _witness(c, fact.seat)


@step.register
def _(fact: NewcomerNoticed, c: Conversation) -> Conversation:
    since = min(fact.since, fact.at) if c.newcomer_since is None else min(fact.since, fact.at, c.newcomer_since)
    spans = (*c.newcomer_spans, Span(since, fact.at)) if since < fact.at else c.newcomer_spans
    return replace(c, newcomer_since=since, newcomer_spans=spans)


@step.register
def _(fact: NewcomerLeftAgain, c: Conversation) -> Conversation:
    del fact
    return replace(c, newcomer_since=None)


@step.register
def _(fact: InterestAssessed, c: Conversation) -> Conversation:
    return replace(c, interest=fact.interest, interest_reason=fact.reason)


@step.register
def _(fact: GuardianNoted, c: Conversation) -> Conversation:
    return replace(c, guardian=fact.present)


@step.register
def _(fact: AloneWithYouthNoted, c: Conversation) -> Conversation:
    return replace(c, alone_ok=fact.asked_and_agreed)


def _come(c: Conversation, stays: tuple[Stay, ...], at: int) -> tuple[Stay, ...]:
    """Begin a stay, from the moment a newcomer was noticed when that is earlier."""
    if stays and stays[-1].end is None:
        return stays
    begin = at if c.newcomer_since is None else min(at, c.newcomer_since)
    return (*stays, Stay(max(begin, stays[-1].end or 0) if stays else begin))


def _gone(seat: Seat, at: int) -> Seat:
    """Give the seat of somebody who is no longer here."""
    stays = seat.stays
    if stays and stays[-1].end is None:
        stays = (*stays[:-1], Stay(stays[-1].begin, max(at, stays[-1].begin)))
    return replace(seat, present=False, consent=Consent.NOT_ASKED, how=None, stays=stays)


def _witness(c: Conversation, seat: int) -> Conversation:
    """Remember that somebody was in the current part when its sound may hold them."""
    part = c.parts.get(c.part)
    heard = c.running is Running.RUNNING or (c.running is Running.PAUSED and c.newcomer_since is not None)
    if part is None or not heard:
        return c
    return with_part(c, replace(part, present=part.present | {seat}))


# Asking --------------------------------------------------------------------------------------


@step.register
def _(fact: AgreementItemChanged, c: Conversation) -> Conversation:
    if not 1 <= fact.item <= ITEMS:
        return c
    items = (*c.items[: fact.item - 1], fact.choice, *c.items[fact.item :])
    return replace(_unanswered(c), items=items)


@step.register
def _(fact: RoundOpened, c: Conversation) -> Conversation:
    return replace(
        _unanswered(c),
        round=fact.round,
        round_open=True,
        round_cause=fact.cause,
        asked_again=c.asked_again or fact.cause is RoundCause.AGAIN,
        last_round_failed=False,
        declined=False,
    )


@step.register
def _(fact: ConsentGiven, c: Conversation) -> Conversation:
    return _answered(c, fact.seat, fact.round, Consent.GIVEN, fact)


@step.register
def _(fact: ConsentRefused, c: Conversation) -> Conversation:
    return _answered(c, fact.seat, fact.round, Consent.REFUSED)


@step.register
def _(fact: ConsentDoubted, c: Conversation) -> Conversation:
    return _answered(c, fact.seat, fact.round, Consent.DOUBTS)


@step.register
def _(fact: ConsentWithdrawn, c: Conversation) -> Conversation:
    return _answered(c, fact.seat, c.round, Consent.WITHDRAWN)


@step.register
def _(fact: OrganisationDeclined, c: Conversation) -> Conversation:
    del fact
    return replace(c, declined=True)


@step.register
def _(fact: AgreementReached, c: Conversation) -> Conversation:
    part = Part(fact.part, fact.round, fact.at, present=c.present)
    return replace(
        with_part(ended(c, fact.at), part),
        part=fact.part,
        agreed=True,
        round_open=False,
        last_round_failed=False,
        newcomer_since=None,
        running=Running.NOT_STARTED,
        pause_cause=None,
        paused_at=None,
        started_at=None,
        alone=frozenset(),
    )


@step.register
def _(fact: RoundEndedWithoutAgreement, c: Conversation) -> Conversation:
    del fact
    return replace(_unanswered(c), round_open=False, last_round_failed=True, agreed=False, declined=False)


@step.register
def _(fact: AgreementEnded, c: Conversation) -> Conversation:
    part = c.parts.get(c.part)
    if part is not None and part.ended_at is None:
        c = with_part(c, replace(part, since=min(fact.since, fact.at)))
    c = ended(c, fact.at)
    late = (Span(fact.since, fact.at),) if fact.since < fact.at else ()
    return replace(_unanswered(c), agreed=False, requested=False, late_stop_spans=(*c.late_stop_spans, *late))


def _unanswered(c: Conversation) -> Conversation:
    """Give the state in which nobody who is asked has answered."""
    seats = {
        number: replace(seat, consent=Consent.NOT_ASKED, how=None) if number in c.asked else seat
        for number, seat in c.seats.items()
    }
    return replace(c, seats=seats)


def _answered(
    c: Conversation, number: int, asked: int, consent: Consent, given: ConsentGiven | None = None
) -> Conversation:
    """Give the state with one answer to the current question; an answer to an earlier one is no answer to it."""
    seat = c.seats.get(number)
    if seat is None or not seat.present or asked != c.round:
        return c
    return with_seat(c, replace(seat, consent=consent, how=given.how if given else None))


def ended(c: Conversation, at: int) -> Conversation:
    """Give the state in which the current part, if it has not ended, ended at this moment."""
    part = c.parts.get(c.part)
    if part is None or part.ended_at is not None:
        return c
    return with_part(c, replace(part, ended_at=at))


# Agreements on the recording or signed, and offers ---------------------------------------------


@step.register
def _(fact: AgreementsSpoken, c: Conversation) -> Conversation:
    part = c.parts.get(c.part)
    return c if part is None else with_part(c, replace(part, spoken=(*part.spoken, fact)))


@step.register
def _(fact: AgreementsPostponed, c: Conversation) -> Conversation:
    del fact
    part = c.parts.get(c.part)
    return c if part is None else with_part(c, replace(part, postponed=True))


@step.register
def _(fact: ContractOffered, c: Conversation) -> Conversation:
    # Another text is another contract: nobody has signed it yet (clause 7b).
    signed = c.contract_signed if fact.contract == c.contract else frozenset[int | None]()
    return replace(c, contract=fact.contract, contract_signed=signed)


@step.register
def _(fact: ContractSigned, c: Conversation) -> Conversation:
    if fact.contract != c.contract:
        return c
    return replace(c, contract_signed=c.contract_signed | {fact.seat})


@step.register
def _(fact: OfferNoted, c: Conversation) -> Conversation:
    return replace(c, offered=(*c.offered, fact.offered))
