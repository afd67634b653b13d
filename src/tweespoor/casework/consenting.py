"""Asks everyone and takes the answers, so that nobody can tell who said no.

Answers wait in memory (`rounds`) until the round is complete: the last answer, «Niet langer wachten», or the
organisation's own no.  Then the rules judge, and the journal gets one yes per person or one end without persons.
What came of it is shown everywhere from one moment on, a few random seconds later.
"""

import secrets
import unicodedata

from django.db.models import F, Q

from tweespoor.casework import contracting, countersigning, ledger, models, opening, recording, rounds, settling, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.casework.countersigning import Given
from tweespoor.errors import UnknownError
from tweespoor.rules import asking, conditions, facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.conversation import Conversation
from tweespoor.rules.facts import DeclineReason, How, InterestReason, Kind, Place, RoundCause

SHOWN_AFTER_MS = (1_500, 3_500)


def find_by_figures(figures: str) -> str:
    """Give the conversation that six figures open now; one UnknownError for wrong, expired and guessed.

    They may be typed in any script that counts to ten, and in groups.
    """
    return _find(Q(figures="".join(str(unicodedata.decimal(sign)) for sign in figures if sign.isdecimal())))


def find_by_token(token: str) -> str:
    """Give the conversation that the long code of the picture opens now; UnknownError as for figures."""
    return _find(Q(join_token=token))


def _find(wanted: Q) -> str:
    row = models.Conversation.objects.filter(wanted, code_until_ms__gt=now_ms(), finished_ms=None).first()
    if row is None or not row.figures:
        raise UnknownError
    return row.pk


def expected(state: Conversation) -> int:
    """Tell how many answers a round needs: of everyone who takes part and is not staff (clause 0d)."""
    return (state.people or 0) - len(state.staff)


def take_seat(conversation_id: str, kind: Kind, place: Place = Place.ROOM) -> int:
    """Give somebody a seat; when there are more people than were counted the round begins again (0d)."""
    with rounds.guard(conversation_id), ledger.writing(conversation_id) as sheet:
        state = sheet.state
        settling.refuse_when(not state.round_open, "0d.count-differs")
        if len(state.present) >= (state.people or 0):
            rounds.of(conversation_id).too_many = True
            settling.refuse("0d.count-differs")
        seat = state.next_seat
        sheet.add(facts.ParticipantJoined(at=sheet.now, seat=seat, kind=kind, place=place))
    if kind is Kind.STAFF:
        _conclude_when_complete(conversation_id)
    return seat


def begin_again(conversation_id: str) -> None:
    """Give a new code after more phones came than people: all seats are void, everyone joins again."""
    with rounds.whole(conversation_id):
        if not (rounds.of(conversation_id).too_many and ledger.state(conversation_id).round_open):
            return  # a second tap, or a page that was left open
        rounds.clear_answers(conversation_id)
        ledger.append(conversation_id, facts.SeatsCleared(at=now_ms()))
        recorded = {track.seat for track in ledger.state(conversation_id).tracks.values()}
        for phone in models.Visitor.objects.filter(conversation_id=conversation_id):
            if not recorded & recording.seats_of(phone):  # who recorded before has still to choose what becomes of it
                phone.delete()
        opening.void_seats(conversation_id)
        opening.new_code(conversation_id)


def answer(conversation_id: str, seat: int, given: Answer, how: How, proof: Given | None = None) -> None:
    """Take one person's answer; whatever it is, the caller gets nothing back.

    In an open round an answer may still change.  After it, anything but a yes takes the yes back (clause 1b).
    ``proof`` is what the page sent along, with every answer alike.
    """
    with rounds.whole(conversation_id):
        state = ledger.state(conversation_id)
        if seat not in state.asked:
            raise UnknownError
        signed = None if proof is None else countersigning.yes(state, seat, proof)
        if state.round_open:
            answers = rounds.of(conversation_id)
            answers.answers[seat] = (given, how)
            answers.signed.pop(seat, None)
            if signed is not None and given is Answer.YES:
                answers.signed[seat] = signed
            _conclude_when_complete(conversation_id)
        elif given is not Answer.YES:
            recording.stop(conversation_id)


def answer_is_in(conversation_id: str, seat: int) -> bool:
    """Tell this person's own page that an answer is in; which one is never told again."""
    with rounds.guard(conversation_id):
        return seat in rounds.of(conversation_id).answers


def answers_in(conversation_id: str, state: Conversation) -> int:
    """Tell how many answers are in."""
    with rounds.guard(conversation_id):
        return len(state.asked & set(rounds.of(conversation_id).answers))


def note_spoken(conversation_id: str, kind: Kind, *, yes: bool) -> None:
    """Note what somebody on the telephone said aloud; a new seat is taken for that person."""
    with rounds.whole(conversation_id):
        seat = take_seat(conversation_id, kind, Place.PHONE)
        answer(conversation_id, seat, Answer.YES if yes else Answer.NO, How.SPOKEN)


def note_slip(conversation_id: str, kind: Kind, given: Answer) -> None:
    """Note a folded slip; a new seat is taken for whoever wrote it."""
    with rounds.whole(conversation_id):
        seat = take_seat(conversation_id, kind)
        answer(conversation_id, seat, given, How.SLIP)


def assess_interest(conversation_id: str, *, against: bool, reason: InterestReason | None = None) -> None:
    """Take the worker's answer to «is recording bad for a child?»; yes and doubt are one answer.

    It stays with the round.  Against never ends a round early: everyone answers as always.
    """
    with rounds.whole(conversation_id):
        answers = rounds.of(conversation_id)
        answers.against, answers.reason = against, reason
        opening.ask_first(conversation_id)
        _conclude_when_complete(conversation_id)


def guardian(conversation_id: str, *, present: bool) -> None:
    """Note whether a parent or guardian is there with a child under twelve (clause 1c)."""
    with rounds.whole(conversation_id):
        rounds.of(conversation_id).guardian = present
        _conclude_when_complete(conversation_id)


def alone_ok(conversation_id: str, *, yes: bool) -> None:
    """Note whether someone of 12 to 15, alone with the worker, asks for it and the manager agrees (clause 1b)."""
    with rounds.whole(conversation_id):
        rounds.of(conversation_id).alone_ok = yes
        _conclude_when_complete(conversation_id)


def asks_guardian(conversation_id: str, state: Conversation) -> bool:
    """Tell whether the worker still has to say that a parent or guardian is there."""
    with rounds.guard(conversation_id):
        return state.round_open and state.child_present and rounds.of(conversation_id).guardian is None


def asks_alone(conversation_id: str, state: Conversation) -> bool:
    """Tell whether the worker still has to say that a young person alone wants it and the manager agrees."""
    with rounds.guard(conversation_id):
        everyone_is_here = len(state.present) == state.people
        unasked = rounds.of(conversation_id).alone_ok is None
        return state.round_open and everyone_is_here and state.youth_alone and unasked


def own_app(conversation_id: str) -> None:
    """Note that a participant records with an own app or device: as good as our page (clause 4a)."""
    ledger.append(conversation_id, facts.OwnAppStarted(at=now_ms()))


def own_app_ended(conversation_id: str) -> None:
    """Note that an own app or device records no longer, or was noted by mistake."""
    ledger.append(conversation_id, facts.OwnAppStopped(at=now_ms()))


def decline(conversation_id: str, staff: models.Staff, reason: DeclineReason) -> None:
    """Say the organisation's own no: the screens are those of any no; manager and officer see the reason."""
    with rounds.whole(conversation_id):
        state = ledger.state(conversation_id)
        if not state.round_open and not state.agreed:
            return  # there is nothing left to say no to
        models.Decline.objects.create(conversation_id=conversation_id, staff=staff, reason=reason, at_ms=now_ms())
        if reason in (DeclineReason.EARLIER_ABUSE, DeclineReason.OTHER):
            tasks.open_task(conversation_id, models.Task.Kind.DECLINE_REVIEW)
        if state.round_open:
            rounds.of(conversation_id).declined = True
            _conclude(conversation_id)
        else:
            recording.stop(conversation_id)


def stop_waiting(conversation_id: str) -> None:
    """End the round although answers are missing: silence is no consent (clause 1b)."""
    with rounds.whole(conversation_id):
        if ledger.state(conversation_id).round_open:
            _conclude(conversation_id)


def ask_again(conversation_id: str) -> None:
    """Ask everyone once more after a no; possible once, for asking until it is yes is pressure."""
    with rounds.whole(conversation_id):
        state = ledger.state(conversation_id)
        conditions.may_ask(state, RoundCause.AGAIN).or_refuse()
        opening.ask(conversation_id, RoundCause.AGAIN)


def change_item(conversation_id: str, item: int, choice: int) -> None:
    """Choose the other text of one of the seven agreements; everyone answers again (clause 0d)."""
    on_request = settling.house().records_on_request
    if not asking.is_choice(item, choice, on_request=on_request):
        raise UnknownError
    with rounds.whole(conversation_id):
        state = ledger.state(conversation_id)
        settling.refuse_when(not state.round_open, "1b.already-asked")
        # Somebody may sit on another's seat: first everyone joins again.
        settling.refuse_when(rounds.of(conversation_id).too_many, "0d.count-differs")
        if state.items[item - 1] != choice:
            changed = facts.AgreementItemChanged(at=now_ms(), item=item, choice=choice)
            opening.ask(conversation_id, RoundCause.CHANGED, changed)


def _conclude_when_complete(conversation_id: str) -> None:
    state = ledger.state(conversation_id)
    if not state.round_open:
        return
    complete = (
        len(state.present) == state.people
        and answers_in(conversation_id, state) == expected(state)
        and not rounds.of(conversation_id).too_many
        and not opening.interest_is_open(conversation_id, state)
        and not asks_guardian(conversation_id, state)
        and not asks_alone(conversation_id, state)
    )
    if complete:
        _conclude(conversation_id)


def _conclude(conversation_id: str) -> None:
    """End the round; the same moment of showing whatever came of it."""
    answers = rounds.of(conversation_id)
    shown_from = now_ms() + SHOWN_AFTER_MS[0] + secrets.randbelow(SHOWN_AFTER_MS[1] - SHOWN_AFTER_MS[0])
    rounds.show_from(conversation_id, shown_from)
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        interest = None
        if answers.against is not None and state.minor_concerned:
            interest = facts.Interest.AGAINST if answers.against else facts.Interest.NO_OBJECTION
        sheet.add(
            *asking.conclude(
                state,
                answers.answers,
                interest=interest,
                reason=answers.reason,
                guardian=answers.guardian,
                alone_ok=answers.alone_ok,
                declined=answers.declined or answers.too_many,
                pages={seat: one.key for seat, one in answers.signed.items()},
                at=sheet.now,
            )
        )
        agreed = sheet.state.agreed
        if agreed:
            countersigning.keep(conversation_id, state.round, answers.signed)
        if agreed:
            contracting.follow(sheet, conversation_id, shown_from_ms=shown_from)
        models.Conversation.objects.filter(pk=conversation_id).update(
            shown_from_ms=shown_from, code_until_ms=F("opened_ms")
        )
        if answers.against and not agreed:
            tasks.open_task(conversation_id, models.Task.Kind.INTEREST_LINE)
        if not agreed:
            tasks.open_task(conversation_id, models.Task.Kind.OFFER)
    rounds.clear_answers(conversation_id)
