"""What the screens of a conversation show now: one look, and from it one screen per role.

Which screen somebody sees never depends on whose no or stop it was, nor on why (laws 5 and 10).
"""

from dataclasses import dataclass

from tweespoor.casework import capturing, consenting, ledger, models, opening, recording, rounds
from tweespoor.casework.clock import now_ms
from tweespoor.errors import UnknownError
from tweespoor.rules.conversation import Conversation, Running
from tweespoor.rules.facts import PauseCause, RoundCause

WRONG_START_FOR_MS = recording.WRONG_START_WITHIN_MS
COMMON_FIRST_MS = 2_500
"""How long the screen that is the same for everyone stays before one shows what can be repaired."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A conversation as it stands at one moment (ms)."""

    row: models.Conversation
    state: Conversation
    now: int
    interest_open: bool
    counted: bool
    recounting: bool
    too_many: bool
    expected: int
    answered: int
    joined: int
    colleagues: int
    asks_guardian: bool
    asks_alone: bool
    ready: tuple[int, ...]
    elapsed_ms: int | None
    safe_ms: int | None
    ours: str

    @property
    def shown(self) -> bool:
        """Tell whether the result of the last round may be seen yet: everywhere at the same moment."""
        return self.now >= self.row.shown_from_ms

    @property
    def settled(self) -> bool:
        """Tell whether the last round is over and may be seen."""
        return not self.state.round_open and self.shown

    @property
    def recorded(self) -> bool:
        """Tell whether anything was recorded in this conversation."""
        return any(part.started_at is not None for part in self.state.parts.values())

    @property
    def may_ask_again(self) -> bool:
        """Tell whether everyone may be asked once more."""
        return not self.state.agreed and not self.state.asked_again and not self.row.finished_ms

    @property
    def wrong_start_possible(self) -> bool:
        """Tell whether a wrong start can still be undone."""
        return self.elapsed_ms is not None and self.now - (self.state.started_at or 0) <= WRONG_START_FOR_MS


def look(conversation_id: str) -> Sight:
    """Look at a conversation; raises UnknownError when there is none.

    What is read is never older than the moment that goes with it, for on a busy machine a look may take a while.  The
    row is read last: from which moment a result may be seen is never older than the result (law 10).
    """
    now = now_ms()
    state = ledger.state(conversation_id)
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    if row is None:
        raise UnknownError
    now = max(now, state.at)
    with rounds.guard(conversation_id):
        answers = rounds.of(conversation_id)
        recounting, too_many = answers.recounting, answers.too_many
        counted = answers.counted or not state.round
    elapsed, safe = _lengths(conversation_id, state, now)
    return Sight(
        row=row,
        state=state,
        now=now,
        interest_open=opening.interest_is_open(conversation_id, state),
        counted=counted,
        recounting=recounting,
        too_many=too_many,
        expected=consenting.expected(state),
        answered=consenting.answers_in(conversation_id, state),
        joined=len(state.asked),
        colleagues=len(state.staff) - 1,
        asks_guardian=consenting.asks_guardian(conversation_id, state),
        asks_alone=consenting.asks_alone(conversation_id, state),
        ready=recording.recorders(conversation_id, state),
        elapsed_ms=elapsed,
        safe_ms=safe,
        ours=capturing.ours(conversation_id, state),
    )


def _lengths(conversation_id: str, state: Conversation, now: int) -> tuple[int | None, int | None]:
    """Give how long was recorded in all parts, pauses left out, and up to where ours is durable (ms)."""
    head = ledger.held(conversation_id)
    if head is None or not any(part.started_at is not None for part in state.parts.values()):
        return None, None
    elapsed = sum((span.end or now) - span.begin for span in head.gate.spans)
    return max(elapsed, 0), capturing.durable_ms(conversation_id, state, head.gate, now)


def standing(state: Conversation, *, settled: bool) -> tuple[Running, int]:
    """Tell how a recording stands and in which part, as far as that may be seen.

    Until the result of a round may be seen nothing here moves with it: not the part, not what runs (law 10).  Where
    no agreement is in force nothing tells whether there was one that never began.
    """
    begun = max((number for number, part in state.parts.items() if part.started_at is not None), default=0)
    if not settled:
        return (Running.PAUSED if begun else Running.NOT_STARTED), begun
    if not state.agreed:
        return (Running.STOPPED if begun else Running.NOT_STARTED), begun
    return state.running, state.part


def ours_seen(state: Conversation, seat: int | None, ours: str, *, settled: bool) -> str:
    """Tell how our own recorder does, as far as that seat may know.

    While all stand still nothing tells why, save to whoever goes on alone: a phone has the same to say whether somebody
    came in or our recorder failed (law 10).
    """
    if not settled:
        return "unknown"
    return "good" if state.running is Running.PAUSED and seat not in state.alone else ours


def is_settled(conversation_id: str, state: Conversation, now: int) -> bool:
    """Tell from memory alone whether the last round is over and may be seen."""
    return not state.round_open and now >= rounds.shown_from(conversation_id)


def worker_screen(sight: Sight) -> str:
    """Name the worker's screen."""
    state = sight.state
    if state.people is None or sight.recounting:
        return "W2"
    if sight.row.finished_ms:
        return "W9"
    if sight.too_many and state.round_open:
        return "WTOOMANY"
    if sight.interest_open and (sight.counted or state.round_open):
        return "W3"
    if not sight.settled:
        return "W4"
    if not state.agreed or state.running is Running.STOPPED:
        return "WSTOP" if sight.recorded else "WNEE"
    if state.running is Running.NOT_STARTED:
        return "W5"
    if state.running is Running.PAUSED:
        return _paused(state, "W8", "WLEAVE", "WFAIL-OURS", "WFAIL-THEIRS")
    part = state.parts[state.part]
    return "W6" if not part.spoken and not part.postponed else "W7"


def participant_screen(sight: Sight, visitor: models.Visitor) -> str:
    """Name the screen of a participant's phone."""
    state, seat = sight.state, visitor.seat
    if sight.row.finished_ms:
        return "P7" if sight.recorded and _has_copy(state, visitor) and not visitor.copy_choice else "P8"
    if sight.recounting:
        return "PSTOP" if sight.recorded else "P3"
    if visitor.seat is None:
        return "P1"
    if visitor.seat in state.seats and visitor.seat not in state.present:
        return "P3"  # who left waits for the end like anyone, and can stop nothing any more (clause 1a)
    if not sight.settled:
        if visitor.staff or seat is None or not state.round_open or consenting.answer_is_in(sight.row.pk, seat):
            return "P3"
        return "P6" if state.round_cause is RoundCause.NEWCOMER and agreed_before(state, seat) else "P2"
    if not state.agreed or state.running is Running.STOPPED:
        return "PSTOP" if sight.recorded else "PNEE"
    if state.running is Running.NOT_STARTED:
        return "P4"
    if state.running is Running.PAUSED:
        return _paused_for(sight, visitor)
    return "P5"


def _has_copy(state: Conversation, visitor: models.Visitor) -> bool:
    """Tell whether sound may lie on this phone, also of somebody who left or went on with an own app."""
    mine = recording.seats_of(visitor)
    return visitor.records or any(t.kept and t.seat in mine for t in state.tracks.values())


def agreed_before(state: Conversation, seat: int) -> bool:
    """Tell whether somebody was there when the part that now stands still was agreed.

    That is the last part that began: one that was agreed since may not be seen yet.
    """
    begun = [part for part in state.parts.values() if part.started_at is not None]
    part = max(begun, key=lambda one: one.part, default=None)
    return part is not None and any(stay.begin <= part.agreed_at for stay in state.seats[seat].stays)


def _paused_for(sight: Sight, visitor: models.Visitor) -> str:
    """Name the screen of a phone while all stand still: the common one first, then what its owner can repair."""
    state = sight.state
    if not visitor.records or sight.now - (state.paused_at or 0) < COMMON_FIRST_MS:
        return "PPAUSE"
    failed = any(t.failed and t.seat == visitor.seat and t.part == state.part for t in state.tracks.values())
    return _paused(state, "PPAUSE", "PPAUSE", "PFAIL-OURS", "PFAIL-THEIRS" if failed else "PPAUSE")


def _paused(state: Conversation, came: str, leaves: str, ours: str, theirs: str) -> str:
    return {
        PauseCause.SOMEONE_CAME: came,
        PauseCause.SOMEONE_LEAVES: leaves,
        PauseCause.OUR_RECORDER: ours,
        PauseCause.THEIR_RECORDER: theirs,
        None: came,
    }[state.pause_cause]
