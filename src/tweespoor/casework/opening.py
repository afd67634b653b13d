"""Opens a conversation, counts who takes part, and opens the rounds in which everyone is asked."""

import secrets

from django.db import transaction

from tweespoor.casework import checklist, ledger, models, recording, rounds, settling
from tweespoor.casework.clock import now_ms
from tweespoor.rules import facts, page
from tweespoor.rules.conversation import Conversation
from tweespoor.rules.facts import Children, Kind, RoundCause

WORKER_SEAT = 1
MOST_PEOPLE = 20


def open_conversation(worker: models.Staff, people: int, children: Children, *, practice: bool = False) -> str:
    """Open a conversation with so many people, worker included, and give its id.

    It is a practice conversation when that is asked, and always until the privacy officer's checklist is ticked.
    """
    check_count(people)
    conversation_id = secrets.token_hex(16)
    house = settling.house()
    practice = practice or not checklist.is_complete()
    with transaction.atomic():
        models.Conversation.objects.create(id=conversation_id, worker=worker, practice=practice, opened_ms=now_ms())
        with ledger.writing(conversation_id) as sheet:
            sheet.add(
                facts.ConversationOpened(
                    at=sheet.now,
                    conversation=conversation_id,
                    edition=page.EDITION,
                    practice=practice,
                    records_on_request=house.records_on_request,
                    professionals_listen=house.professionals_listen,
                ),
                facts.ParticipantJoined(at=sheet.now, seat=WORKER_SEAT, kind=Kind.STAFF),
                facts.PeopleCounted(at=sheet.now, people=people, children=children),
            )
        ask_first(conversation_id)
    return conversation_id


def check_count(people: int) -> None:
    """Refuse a number of people that cannot be (clause 0d)."""
    if not 2 <= people <= MOST_PEOPLE:  # noqa: PLR2004 - the worker and one other
        settling.refuse("0d.count-differs")


def count(conversation_id: str, people: int, children: Children) -> None:
    """Count again, after a wrong count or a wrong start: everyone takes a seat and answers anew."""
    check_count(people)
    with rounds.whole(conversation_id):
        if not rounds.of(conversation_id).recounting:
            return  # a second tap, or a page that was left open
        rounds.forget(conversation_id)
        with ledger.writing(conversation_id) as sheet:
            settling.refuse_when(sheet.state.closed, "410.closed")
            sheet.add(
                facts.SeatsCleared(at=sheet.now),
                facts.PeopleCounted(at=sheet.now, people=people, children=children),
            )
        void_seats(conversation_id)
        rounds.of(conversation_id).counted = True
        ask_first(conversation_id)


def void_seats(conversation_id: str) -> None:
    """Let every phone sit down anew; it still knows which seats were its own, for what it recorded there."""
    for visitor in models.Visitor.objects.filter(conversation_id=conversation_id).exclude(seat=None):
        visitor.earlier_seats = sorted(recording.seats_of(visitor))
        visitor.seat, visitor.staff, visitor.records = None, False, False
        visitor.save(update_fields=["earlier_seats", "seat", "staff", "records"])


def recount(conversation_id: str) -> None:
    """Go back to the count: the worker saw that it was wrong, while nobody had agreed to anything yet."""
    with rounds.guard(conversation_id):
        if ledger.state(conversation_id).round_open:
            rounds.of(conversation_id).recounting = True


def interest_is_open(conversation_id: str, state: Conversation) -> bool:
    """Tell whether the question about a child still waits for the worker: counted, or come in as one (clause 1c)."""
    with rounds.guard(conversation_id):
        answers = rounds.of(conversation_id)
        if not state.minor_concerned:
            return False
        if answers.against is None:
            return True
        takes_part = state.children is Children.PRESENT
        return takes_part and not answers.against and answers.reason is None


def ask_first(conversation_id: str) -> None:
    """Open the first round after a count, once the question about a child is answered.

    Only after a count: an answer that comes again from an old page never asks everyone anew.
    """
    with rounds.guard(conversation_id):
        state = ledger.state(conversation_id)
        answers = rounds.of(conversation_id)
        counted = answers.counted or state.round == 0
        if counted and not state.round_open and not interest_is_open(conversation_id, state):
            ask(conversation_id, RoundCause.FIRST)


def ask(conversation_id: str, cause: RoundCause, *before: facts.Fact) -> None:
    """Open a round in which everyone present is asked, with a fresh code for phones."""
    with rounds.whole(conversation_id):
        if cause is RoundCause.AGAIN:
            rounds.forget(conversation_id)  # what is good for a child is weighed again too
        else:
            rounds.clear_answers(conversation_id)
        with ledger.writing(conversation_id) as sheet:
            sheet.add(*before, facts.RoundOpened(at=sheet.now, round=sheet.state.round + 1, cause=cause))
        new_code(conversation_id)


def new_code(conversation_id: str) -> None:
    """Make a new code, six figures and a long one for the picture; the old ones end at once."""
    minutes = settling.house().code_minutes
    now = now_ms()
    figures = f"{secrets.randbelow(1_000_000):06d}"
    while models.Conversation.objects.filter(figures=figures, code_until_ms__gt=now).exists():
        figures = f"{secrets.randbelow(1_000_000):06d}"
    models.Conversation.objects.filter(pk=conversation_id).update(
        figures=figures, join_token=secrets.token_urlsafe(16), code_until_ms=now + minutes * 60_000
    )
