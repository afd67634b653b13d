"""Who comes in and who leaves while a conversation is being recorded: pause first, ask after (clauses 1a, 1b)."""

from tweespoor.casework import clock, consenting, ledger, models, opening, recording, rounds, settling
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions, facts
from tweespoor.rules.conversation import Running
from tweespoor.rules.facts import PauseCause, RoundCause

A_WHILE_MS = 30_000


def someone_came(conversation_id: str, *, just_now: bool) -> None:
    """Say whether somebody came in just now or had been there for a while: then 30 s back are marked, not muted."""
    with ledger.writing(conversation_id) as sheet:
        since = sheet.state.newcomer_since
        if since is not None and not just_now:
            began = sheet.state.started_at or since
            sheet.add(facts.NewcomerNoticed(at=sheet.now, since=max(since - A_WHILE_MS, min(began, since))))


def same_people(conversation_id: str) -> None:
    """Go on with the same people as before: whoever came in has left."""
    with ledger.writing(conversation_id) as sheet:
        if sheet.state.running is not Running.PAUSED:
            return
        sheet.add(facts.NewcomerLeftAgain(at=sheet.now))
        running = len(recording.recorders(conversation_id, sheet.state))
        conditions.may_resume(sheet.state, recorders=running).or_refuse()
        sheet.add(facts.RecordingResumed(at=sheet.now))


def someone_stays(conversation_id: str) -> None:
    """Count one person more and ask everyone again; the recording stands still until all answered."""
    with rounds.guard(conversation_id):
        state = ledger.state(conversation_id)
        if state.round_open or not state.agreed:
            return
        settling.refuse_when(state.running is not Running.PAUSED, "1b.consent-after-the-fact")
        people = (state.people or 0) + 1
        opening.check_count(people)
        counted = facts.PeopleCounted(at=clock.now_ms(), people=people, children=state.children or facts.Children.NONE)
        opening.ask(conversation_id, RoundCause.NEWCOMER, counted)


def someone_leaves(conversation_id: str) -> None:
    """Pause because somebody is about to leave."""
    recording.pause(conversation_id, PauseCause.SOMEONE_LEAVES)


def left(conversation_id: str, seats: tuple[int, ...]) -> None:
    """Note who left; their phones go with them and record no longer (clause 1a)."""
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        if not set(seats) <= state.present:
            raise UnknownError
        for seat in sorted(set(seats)):
            sheet.add(facts.ParticipantLeft(at=sheet.now, seat=seat))
        models.Visitor.objects.filter(conversation_id=conversation_id, seat__in=seats).update(records=False)


def go_on(conversation_id: str) -> None:
    """Go on with who is still there, if the conditions allow it."""
    recording.resume(conversation_id)


def remaining(conversation_id: str) -> int:
    """Tell how many answers are expected of who is there now."""
    return consenting.expected(ledger.state(conversation_id))
