"""Checkpoints, signs of failure and the sealing of tracks: what the recorder's side writes in the journal.

Nothing here is written in an order that tells who stopped: checkpoints name all running tracks at once, and after a
stop the tracks of a part are sealed together, or a while later (law 5).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Final

import structlog

from tweespoor.casework import handing, ledger, models, settling
from tweespoor.casework.arriving import MOST_FORKS, Session, StartingError
from tweespoor.casework.clock import now_ms
from tweespoor.casework.room import Room, room, session_of, sessions_of
from tweespoor.errors import DamagedError, TweespoorError, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.conversation import Conversation, Running

CHECKPOINT_EVERY_MS: Final = 10_000
SEAL_APART_MS: Final = 30_000
"""How long after the end of a part its tracks may be sealed one by one: who stopped first no longer shows."""

_LOOK_EVERY_MS: Final = 30_000
_LOOK_AT_MOST: Final = 10
_CHECKPOINTS_AT_MOST: Final = 50  # in one sweep

_log = structlog.get_logger(__name__)

on_failure: list[Callable[[str, str], None]] = []
"""Called with conversation and track when a recorder gave a sign of failure, or was silent for too long."""

on_sealed: list[Callable[[str, frozenset[str]], None]] = []
"""Called with conversation and tracks when these were sealed and stand in files of their own."""

_checkpoints: dict[str, tuple[int, int]] = {}  # conversation: when, and the samples of all tracks then
_due: dict[str, facts.TrackCheckpoint] = {}  # what this sweep still has to write
_lost: set[str] = set()  # tracks whose keys are gone: nothing more can come of them
_looked_at = 0


def checkpoint(conversation_id: str) -> facts.TrackCheckpoint | None:
    """Give how far all running tracks of a conversation are, as a fact; None when nothing runs."""
    held = ledger.held(conversation_id)
    if held is None:
        return None
    heads = tuple(
        facts.TrackHead(track, point.number, point.samples, point.head.hex())
        for track, session in sorted(sessions_of(conversation_id).items())
        if session.part == held.state.part and not session.sealed and (point := session.chain.durable).number >= 0
    )
    return facts.TrackCheckpoint(at=now_ms(), tracks=heads) if heads else None


def seal_part(conversation_id: str) -> None:
    """Seal the tracks of all parts that have ended, as far as everything has come.

    A track whose recorder never said that nothing more comes is sealed as incomplete once its grace time is over,
    with the reason; chunks that come after that are answered 410 and wait for a person.
    """
    state = ledger.state(conversation_id)
    now = now_ms()
    for part in state.parts.values():
        if part.ended_at is None:
            continue
        unsealed = _unsealed(state, part.part)
        apart = now - part.ended_at >= SEAL_APART_MS
        if not (apart or all(session.is_closed for session in unsealed)):
            continue
        over = now - part.ended_at >= settling.house().grace_hours * 3_600_000
        ready = [session for session in unsealed if session.is_closed or over]
        if ready:
            _seal(conversation_id, sorted(ready, key=lambda session: session.track))


def _unsealed(state: Conversation, part: int) -> list[Session]:
    """Give the tracks of a part that are not sealed; one whose key was destroyed is past sealing."""
    found = []
    for track in state.tracks_of(part):
        if not track.sealed:
            with suppress(UnknownError, DamagedError):
                found.append(session_of(track.track))
    return found


def _seal(conversation_id: str, sessions: list[Session]) -> None:
    """Close the chains of these tracks in one transaction; what is still on its way is waited for, next time."""
    here = room()
    shut = [session for session in sessions if here.spool.shut(session.chain)]
    done = False
    try:
        if len(shut) < len(sessions):
            return
        with ledger.writing(conversation_id) as page:
            for session in sessions:
                if not page.state.tracks[session.track].sealed:
                    page.add(_sealed(session, page.now))
            models.Track.objects.filter(pk__in=[session.track for session in sessions]).update(sealed_ms=page.now)
        done = True
    finally:
        for session in shut:
            session.sealed = done
            session.chain.shut = done
    for session in sessions:
        with suppress(OSError):  # a full disk: then the log keeps it until there is room
            here.spool.settle(session.chain.track)  # what is sealed stands in its own file, for whoever reads that
        here.drop(session)
    for call in on_sealed:
        call(conversation_id, frozenset(session.track for session in sessions))


def _sealed(session: Session, now: int) -> facts.TrackSealed:
    point = session.chain.durable
    reason = None
    if not session.is_closed:
        reason = "never-closed" if session.closed is None else "chunks-missing"
    return facts.TrackSealed(
        at=now,
        track=session.track,
        last=point.number,
        samples=point.samples,
        head=point.head.hex(),
        complete=reason is None,
        reason=reason,
        times=point.times.hex() or None,
    )


def note_fork(session: Session, number: int) -> None:
    """Note that a number came with two contents: one fact per track and number, at most ten a track."""
    if number in session.forks or len(session.forks) >= MOST_FORKS:
        return
    session.forks.add(number)
    with ledger.writing(session.conversation) as page:
        track = page.state.tracks.get(session.track)
        if track is not None and track.forks < MOST_FORKS and not page.state.closed:
            page.add(facts.TrackForked(at=page.now, track=session.track, number=number))


def sweep() -> None:
    """Do what is due now: signs of failure, silence, checkpoints, sealing."""
    global _looked_at  # noqa: PLW0603 - one moment for the process
    try:
        here = room()
    except StartingError:
        return
    now = now_ms()
    if not 0 <= now - _looked_at < _LOOK_EVERY_MS and not _look_for_silent():
        _looked_at = now
    _due.clear()
    handing.finish_due()
    for conversation_id in list(here.of_conversation):
        try:
            _sweep_one(here, conversation_id, now)
        except TweespoorError as trouble:  # one conversation's trouble must not stop the others'
            _log.exception("sweep.conversation", error=type(trouble).__name__)
    if _due:
        _write_down(dict(_due))


def _write_down(due: Mapping[str, facts.TrackCheckpoint]) -> None:
    """Write checkpoints in one transaction; where one is refused, each by itself, so that it stops no other."""
    try:
        ledger.append_each(due)
    except TweespoorError:
        for conversation_id, fact in due.items():
            try:
                ledger.append(conversation_id, fact)
            except TweespoorError as trouble:
                _log.exception("sweep.checkpoint", error=type(trouble).__name__)


def _sweep_one(here: Room, conversation_id: str, now: int) -> None:
    sessions = sessions_of(conversation_id)
    if not sessions:
        with here.guard:
            if not here.of_conversation.get(conversation_id, True):
                del here.of_conversation[conversation_id]
        _checkpoints.pop(conversation_id, None)
        return
    held = ledger.held(conversation_id)
    state = held.state if held is not None else ledger.state(conversation_id)
    for session in _failing(sessions, state, now):
        for call in on_failure:
            call(conversation_id, session.track)
    _checkpoint_when_due(conversation_id, sessions, state, now)
    if any(part.ended_at is not None for part in state.parts.values()):
        seal_part(conversation_id)


def _failing(sessions: dict[str, Session], state: Conversation, now: int) -> Iterator[Session]:
    """Give whose recorder fails: a sign that waited long enough, or silence for too long, while it should record."""
    too_long = settling.house().silence_minutes * 60_000
    for session in sessions.values():
        runs = state.running is Running.RUNNING and session.part == state.part
        sign = session.sign_due is not None and now >= session.sign_due
        if sign:
            session.sign_due = None
        heard = max(session.last_arrival_ms, state.started_at or 0)
        silent = now - heard > too_long and not session.is_closed
        if runs and not session.reported and (sign or silent):
            session.reported = True
            yield session


def _checkpoint_when_due(conversation_id: str, sessions: dict[str, Session], state: Conversation, now: int) -> None:
    if state.running is not Running.RUNNING:
        return
    when, samples = _checkpoints.get(conversation_id, (state.started_at or now, 0))
    # Not all at once: after a restart every conversation is due, and the chunks that come back must not wait for it.
    if now - when < CHECKPOINT_EVERY_MS or len(_due) >= _CHECKPOINTS_AT_MOST:
        return
    reached = sum(session.chain.durable.samples for session in sessions.values())
    if reached != samples and (fact := checkpoint(conversation_id)) is not None:
        _due[conversation_id] = fact
    _checkpoints[conversation_id] = (now, reached)


def _look_for_silent() -> bool:
    """Bring tracks to memory that are not sealed: after a restart their recorders may never come back.

    A few at a time, for recorders that do come back must not wait; tells whether there may be more.
    """
    known = room().sessions
    open_tracks = models.Track.objects.filter(sealed_ms=None).values_list("pk", flat=True)
    found = [track for track in open_tracks if track not in known and track not in _lost]
    for track in found[:_LOOK_AT_MOST]:
        try:
            session_of(track)
        except (UnknownError, DamagedError):
            _lost.add(track)
    return len(found) > _LOOK_AT_MOST
