"""Starts, pauses, resumes and stops a recording; every way of stopping leaves the same facts behind (law 10)."""

from tweespoor.casework import capturing, ledger, models, rounds, settling, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions, facts
from tweespoor.rules.conversation import Conversation, Running
from tweespoor.rules.facts import Ground, PauseCause, RoundCause

WRONG_START_WITHIN_MS = 60_000
FORGOTTEN_AFTER_MS = 12 * 3_600_000
AT_ONCE_MS = 1_000
"""A stop that comes within this of the tap came at once.

It counts from when it came, whoever tapped: else the journal would tell the stop of a phone that records, which knows
where in its track that was, from that of one that does not (law 5).
"""


def ready(conversation_id: str, visitor: models.Visitor, *, records: bool) -> None:
    """Note that a participant's phone will record: microphone open, spool writable; or that it will not."""
    visitor.records = records
    visitor.save(update_fields=["records"])
    if not records:
        return
    state = ledger.state(conversation_id)
    if state.running is Running.PAUSED and state.pause_cause is PauseCause.THEIR_RECORDER:
        for track in state.tracks.values():
            if track.seat == visitor.seat and track.failed:
                recover(conversation_id, track.track)


def seats_of(visitor: models.Visitor) -> frozenset[int]:
    """Give the seats that a phone has had: a new count gives a new one, and what it recorded before is of the old."""
    now = () if visitor.seat is None else (visitor.seat,)
    return frozenset((*(visitor.earlier_seats or ()), *now))


def recorders(conversation_id: str, state: Conversation) -> tuple[int, ...]:
    """Give the seats, present now, whose phones are ready to record."""
    seats = models.Visitor.objects.filter(conversation_id=conversation_id, records=True).values_list("seat", flat=True)
    return tuple(sorted(seat for seat in seats if seat is not None and seat in state.present))


def start(conversation_id: str) -> None:
    """Start all recorders, ours and theirs; refused with its clause when the conditions do not allow it."""
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        if state.running is Running.RUNNING:
            return
        conditions.may_start(state, recorders=len(recorders(conversation_id, state))).or_refuse()
        sheet.add(facts.RecordingStarted(at=sheet.now, part=state.part))
        if not state.filed:  # from now on there is something to file, also when nobody ever finishes
            tasks.open_task(conversation_id, models.Task.Kind.UNFILED)


def start_due() -> None:
    """Go on after everyone said yes to a newcomer, at the moment at which all screens show it."""
    now = now_ms()
    due = models.Conversation.objects.filter(
        finished_ms=None, shown_from_ms__gt=now - 10 * 60_000, shown_from_ms__lte=now
    )
    for conversation_id in due.values_list("pk", flat=True):
        held = ledger.held(conversation_id)
        state = held.state if held is not None else ledger.state(conversation_id)
        waiting = state.agreed and state.running is Running.NOT_STARTED and state.part > 1
        if waiting and state.round_cause in (RoundCause.NEWCOMER, RoundCause.CHANGED) and _may_go_on(conversation_id):
            start(conversation_id)


def _may_go_on(conversation_id: str) -> bool:
    state = ledger.state(conversation_id)
    return bool(conditions.may_start(state, recorders=len(recorders(conversation_id, state))))


def request_house(conversation_id: str) -> None:
    """Note that somebody here asked us to record although nobody else does (clause 4a, house)."""
    settling.refuse_when(not settling.house().records_on_request, "4a.nobody-records")
    ledger.append(conversation_id, facts.HouseRecordingRequested(at=now_ms()))


def pause(conversation_id: str, cause: PauseCause) -> None:
    """Let all recorders stand still; that somebody came in counts from now on until it is settled (clause 1b)."""
    with ledger.writing(conversation_id) as sheet:
        if sheet.state.running is not Running.RUNNING:
            return
        sheet.add(facts.RecordingPaused(at=sheet.now, cause=cause))
        if cause is PauseCause.SOMEONE_CAME:
            sheet.add(facts.NewcomerNoticed(at=sheet.now, since=sheet.now))


def resume(conversation_id: str) -> None:
    """Let all recorders run again, if the conditions still hold."""
    with ledger.writing(conversation_id) as sheet:
        if sheet.state.running is Running.PAUSED:
            running = len(recorders(conversation_id, sheet.state))
            conditions.may_resume(sheet.state, recorders=running).or_refuse()
            sheet.add(facts.RecordingResumed(at=sheet.now))


def stop(
    conversation_id: str, *, track: str | None = None, epoch: int | None = None, position: int | None = None
) -> None:
    """End the agreement, whoever asks and for whatever reason: all recorders stop, nobody is named.

    A device that stopped itself first says where in its own track that was (48 kHz samples since the epoch began);
    that becomes the server's moment ``since`` and is then forgotten.  Before anything began it leaves what any no
    leaves: something to offer.
    """
    came = now_ms()
    moment = None
    if track is not None and epoch is not None and position is not None:
        moment = capturing.moment_of(track, epoch, position)
    late = moment is not None and came - moment > AT_ONCE_MS
    with ledger.writing(conversation_id) as sheet:
        unbegun = sheet.state.agreed and sheet.state.running is Running.NOT_STARTED
        end(sheet, moment if late and moment is not None else sheet.now)
        if unbegun:
            tasks.open_task(conversation_id, models.Task.Kind.OFFER)


def end(sheet: ledger.Page, since: int) -> None:
    """Add that the agreement ended ``since`` then, never before the recording began and never later than now."""
    state = sheet.state
    if state.agreed and not state.closed:
        began = min(state.started_at or sheet.now, sheet.now)
        sheet.add(facts.AgreementEnded(at=sheet.now, since=max(min(since, sheet.now), began)))


def wrong_start(conversation_id: str) -> None:
    """Undo a wrong start within its first minute: stopped for all, that part is locked, and the worker counts again."""
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        running = state.running in (Running.RUNNING, Running.PAUSED) and state.started_at is not None
        if not running or sheet.now - (state.started_at or 0) > WRONG_START_WITHIN_MS:
            settling.refuse("1b.too-late-to-undo")
        end(sheet, sheet.now)
        sheet.add(facts.PartLocked(at=sheet.now, part=state.part, ground=Ground.WRONG_START))
        tasks.open_task(conversation_id, models.Task.Kind.LOCKED)
    with rounds.guard(conversation_id):
        rounds.of(conversation_id).recounting = True


def mark(conversation_id: str) -> None:
    """Mark this moment, to be found back."""
    with ledger.writing(conversation_id) as sheet:
        if sheet.state.running is Running.RUNNING:
            sheet.add(facts.MomentMarked(at=sheet.now, moment=sheet.now))


def fail(conversation_id: str, track: str) -> None:
    """Note a sign that a recorder does not work; that everyone then stands still is a consequence (clause 4a).

    The recorder of somebody who left stops because of that, and nobody waits for it.
    """
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        known = state.tracks.get(track)
        if known is None or known.failed or known.part != state.part or state.running is Running.STOPPED:
            return
        if known.seat not in state.present:
            return
        sheet.add(facts.RecorderFailed(at=sheet.now, track=track))


def recover(conversation_id: str, track: str) -> None:
    """Note that a recorder works again; when all do and nothing else holds us, everyone goes on."""
    with ledger.writing(conversation_id) as sheet:
        known = sheet.state.tracks.get(track)
        if known is None or known.part != sheet.state.part:
            return
        if known.failed:
            sheet.add(facts.RecorderRecovered(at=sheet.now, track=track))
        state = sheet.state
        technical = state.pause_cause in (PauseCause.OUR_RECORDER, PauseCause.THEIR_RECORDER)
        counted = recorders(conversation_id, state)
        here = {*counted, *state.staff}
        broken = any(t.failed and t.part == state.part and t.seat in here for t in state.tracks.values())
        may_go_on = conditions.may_resume(state, recorders=len(counted))
        if state.running is Running.PAUSED and technical and not broken and may_go_on:
            sheet.add(facts.RecordingResumed(at=sheet.now))


def go_alone(conversation_id: str, seat: int) -> None:
    """Let a participant's recorder run alone while ours does not work, by that participant's choice (clause 4a)."""
    with ledger.writing(conversation_id) as sheet:
        state = sheet.state
        if seat not in state.asked:
            raise UnknownError
        if state.running is Running.PAUSED and state.pause_cause is PauseCause.OUR_RECORDER:
            conditions.may_go_alone(state, seat).or_refuse()
            sheet.add(facts.WentOnAlone(at=sheet.now, seat=seat))


def without_theirs(conversation_id: str, visitor: models.Visitor, *, own_app: bool) -> None:
    """Go on without this phone's recorder: with an own app, or by our recording alone when that was agreed (4a)."""
    with ledger.writing(conversation_id) as sheet:
        models.Visitor.objects.filter(pk=visitor.pk).update(records=False)
        if own_app:
            sheet.add(facts.OwnAppStarted(at=sheet.now, seat=visitor.seat))
        state = sheet.state
        if state.items[0] == 1 and settling.house().records_on_request and not state.requested:
            sheet.add(facts.HouseRecordingRequested(at=sheet.now))
        conditions.may_resume(sheet.state, recorders=len(recorders(conversation_id, state))).or_refuse()
        if state.running is Running.PAUSED and state.pause_cause is PauseCause.THEIR_RECORDER:
            sheet.add(facts.RecordingResumed(at=sheet.now))


def finish(conversation_id: str) -> None:
    """Say that the conversation is over: what still runs is stopped, tracks are closed, tasks stay for what is open."""
    stop(conversation_id)
    state = ledger.state(conversation_id)
    now = now_ms()
    models.Conversation.objects.filter(pk=conversation_id, finished_ms=None).update(finished_ms=now, code_until_ms=0)
    recorded = [part for part in state.parts.values() if part.started_at is not None]
    if recorded:
        capturing.seal_part(conversation_id)
        row = models.Conversation.objects.get(pk=conversation_id)
        if not row.filed_ms:
            tasks.open_task(conversation_id, models.Task.Kind.UNFILED)
        if any(not part.spoken and part.locked is None for part in recorded):
            tasks.open_task(conversation_id, models.Task.Kind.AGREEMENTS)


def finish_forgotten() -> None:
    """Say for a worker who did not that a conversation of long ago is over, so that it is sealed and on the lists."""
    old = models.Conversation.objects.filter(
        practice=False, finished_ms=None, opened_ms__lt=now_ms() - FORGOTTEN_AFTER_MS
    )
    for conversation_id in old.values_list("pk", flat=True):
        if ledger.state(conversation_id).running is not Running.RUNNING:
            finish(conversation_id)


def close_when_sealed(conversation_id: str) -> None:
    """Close the journal for recording once every track is sealed; only listening, sharing and erasure come after."""
    with ledger.writing(conversation_id) as sheet:
        if not sheet.state.closed:
            if not conditions.may_close(sheet.state):
                return
            sheet.add(facts.ConversationClosed(at=sheet.now))
        models.Conversation.objects.filter(pk=conversation_id).update(closed_ms=sheet.now)
