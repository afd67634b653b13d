"""The agreements, spoken on the recording (clause 7a)."""

from tweespoor.casework import ledger, models, recording, settling, tasks
from tweespoor.rules import facts
from tweespoor.rules.conversation import Running
from tweespoor.rules.facts import Ground, Span

YESES_LAST_MS = 12_000
"""How long before the tap the yeses are taken to begin, when nobody tapped the seats while they spoke."""


def everyone_said_yes(conversation_id: str, order: tuple[int, ...] = (), yeses_from: int | None = None) -> None:
    """Note that the text was read aloud and everyone said yes, as two spans of this recording.

    ``order`` are the seats in the order of speaking, as far as the worker tapped them; ``yeses_from`` is the moment
    of the first such tap.  Without it the yeses are taken as the last seconds before the worker's tap.
    """
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        settling.refuse_when(state.running is not Running.RUNNING or state.started_at is None, "7a.not-recording")
        if state.parts[state.part].spoken:
            return  # a second tap
        tasks.finish(conversation_id, models.Task.Kind.AGREEMENTS)
        began = state.started_at or sheet.now
        border = sheet.now - YESES_LAST_MS if yeses_from is None else yeses_from
        border = min(max(border, began), sheet.now)
        seats = tuple(seat for seat in dict.fromkeys(order) if seat in state.present)
        sheet.add(
            facts.AgreementsSpoken(at=sheet.now, text=Span(began, border), yeses=Span(border, sheet.now), order=seats)
        )


def not_everyone(conversation_id: str) -> None:
    """Stop because somebody said no aloud: that part is locked and nobody can hear it (law 12)."""
    with ledger.writing(conversation_id) as sheet:
        part = sheet.state.parts.get(sheet.state.part)
        if part is None or part.spoken or part.locked is not None:
            return
        recording.end(sheet, sheet.now)  # somebody may have stopped at the same moment; it is locked all the same
        sheet.add(facts.PartLocked(at=sheet.now, part=part.part, ground=Ground.SPOKEN_ROUND_FAILED))
        tasks.open_task(conversation_id, models.Task.Kind.LOCKED)


def postpone(conversation_id: str) -> None:
    """Speak the agreements later; a task stays in view."""
    with ledger.writing(conversation_id) as sheet:
        if sheet.state.running in (Running.RUNNING, Running.PAUSED):
            sheet.add(facts.AgreementsPostponed(at=sheet.now))
        tasks.open_task(conversation_id, models.Task.Kind.AGREEMENTS)
