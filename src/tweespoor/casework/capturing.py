"""The recorder's side of the house: opens tracks, knows how far each one is, and reads them again.

One process records; what it holds stands in `room`.  Views open tracks; the entrance for chunks (`web.ingest`) finds
the session of a track, hands its chunks to `arriving.deliver` and waits for the disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_hex
from typing import Final, NamedTuple

from tweespoor.casework import gates, handing, ledger, models, places, settling, trackkeys
from tweespoor.casework.arriving import Placed, Session, StartingError
from tweespoor.casework.clock import now_ms
from tweespoor.casework.room import make_session, remember, room, session_of, sessions_of, start, stop
from tweespoor.casework.sealing import checkpoint, note_fork, on_failure, on_sealed, seal_part, sweep
from tweespoor.casework.tokens import Purpose
from tweespoor.errors import UnknownError
from tweespoor.rules import facts
from tweespoor.rules.conversation import Conversation, Running
from tweespoor.rules.gate import Gate
from tweespoor.seal import keys
from tweespoor.tape import store
from tweespoor.tape.packets import RATE

__all__ = [
    "Health",
    "Ticket",
    "checkpoint",
    "durable_ms",
    "forget",
    "hand_in",
    "health",
    "moment_of",
    "note_fork",
    "on_failure",
    "on_sealed",
    "open_track",
    "ours",
    "reader",
    "remember",
    "room",
    "seal_part",
    "session_of",
    "start",
    "stop",
    "sweep",
]

UNKNOWN_AFTER_MS: Final = 3000
MOST_TRACKS: Final = 30  # of one seat in one part
_LEAVES_AT_FIRST: Final = 128


class Ticket(NamedTuple):
    """What a recorder needs to send a track."""

    track: str
    salt: bytes
    token: str
    part: int
    kept: bool


class Health(NamedTuple):
    """How a recorder does: when it was last heard (ms), how far it is (48 kHz samples), and whether it failed."""

    last_arrival_ms: int
    samples: int
    failed: bool


# Opening ---------------------------------------------------------------------------------------


def open_track(conversation_id: str, *, seat: int, ours: bool, kept: bool) -> Ticket:
    """Open a track for a recorder in the part that is agreed; its key is wrapped and durable before it is told.

    Refused when there is no agreement, or when whose track it is does not take part (clause 1a).
    """
    here = room()
    if not gates.is_fresh():
        gates.refresh()
    state = ledger.state(conversation_id)
    _may_open(state, seat, ours=ours)
    track, salt = token_hex(16), keys.fresh()
    above = trackkeys.conversation_key(here.organisation_key, conversation_id)
    key = trackkeys.make_track_key(above, conversation_id, track, state.part)
    with ledger.writing(conversation_id) as page:
        _may_open(page.state, seat, ours=ours)
        settling.refuse_when(page.state.part != state.part, "1b.outside-agreement")
        row = models.Track.objects.create(
            id=track,
            conversation_id=conversation_id,
            part=state.part,
            seat=seat,
            ours=ours,
            kept=kept,
            salt=keys.wrap(above, salt, trackkeys.SALT, track),
            opened_ms=page.now,
            grace_until_ms=page.now + (24 + settling.house().grace_hours) * 3_600_000,
        )
        page.add(
            facts.TrackOpened(
                at=page.now,
                track=track,
                part=state.part,
                seat=seat,
                ours=ours,
                kept=kept,
                salt_sha256=sha256(salt).hexdigest(),
            )
        )
    here.hold(make_session(here, row, key, salt))
    return Ticket(track, salt, here.tokens.make(Purpose.RECORD, track, now_ms()), state.part, kept)


def again(track: str) -> Ticket:
    """Let a recorder go on with its own track, after a reload or when its token ended; raises UnknownError."""
    here = room()
    row = models.Track.objects.filter(pk=track).first()
    if row is None:
        raise UnknownError
    _, salt = trackkeys.track_key(here.organisation_key, row)
    return Ticket(track, salt, here.tokens.make(Purpose.RECORD, track, now_ms()), row.part, row.kept)


def hand_in(track: str) -> Ticket:
    """Let the owner of a kept track send its bodies, at any time (P7); raises UnknownError unless it is kept."""
    here = room()
    row = models.Track.objects.filter(pk=track, kept=True).first()
    if row is None:
        raise UnknownError
    _, salt = trackkeys.track_key(here.organisation_key, row)
    return Ticket(track, salt, here.tokens.make(Purpose.HAND_IN, track, now_ms()), row.part, kept=False)


def _may_open(state: Conversation, seat: int, *, ours: bool) -> None:
    stopped = not state.agreed or not state.part or state.running is Running.STOPPED
    settling.refuse_when(stopped, "1b.outside-agreement")
    owners = state.staff if ours else state.asked
    settling.refuse_when(seat not in owners, "1a.not-taking-part")
    mine = [track for track in state.tracks_of(state.part) if track.seat == seat]
    settling.refuse_when(len(mine) >= MOST_TRACKS, "1a.not-taking-part")


# How it goes -----------------------------------------------------------------------------------


def health(conversation_id: str) -> dict[str, Health]:
    """Tell how each recorder of a conversation does, from memory."""
    held = ledger.held(conversation_id)
    tracks = held.state.tracks if held is not None else {}
    return {
        track: Health(session.last_arrival_ms, session.chain.durable.samples, track in tracks and tracks[track].failed)
        for track, session in sessions_of(conversation_id).items()
    }


def ours(conversation_id: str, state: Conversation) -> str:
    """Tell how our own recorder does: ``good``, ``bad``, or ``unknown`` after three seconds of silence.

    While nothing is to be recorded there is nothing to doubt, and after a stop nothing tells whether ours caused it.
    ``none`` while whose recorder it is has left (clause 1a).
    """
    if state.running is Running.STOPPED:
        return "good"
    mine = [track for track in state.tracks_of(state.part) if track.ours and not track.sealed]
    if state.running is Running.RUNNING and not {track.seat for track in mine[-1:]} <= state.present:
        return "none"
    if any(track.failed for track in mine[-1:]):
        return "bad"
    if state.running is not Running.RUNNING:
        return "good"
    sessions = sessions_of(conversation_id)
    begun = state.started_at or 0
    heard = [max(sessions[t.track].last_arrival_ms, begun) for t in mine if t.track in sessions]
    return "good" if now_ms() - max(heard, default=begun) <= UNKNOWN_AFTER_MS else "unknown"


def durable_ms(conversation_id: str, state: Conversation, gate: Gate, now: int) -> int:
    """Give up to where on the conversation's clock our own recording is durable (ms).

    That clock counts what could be recorded: all open stretches, pauses left out.
    """
    sessions = sessions_of(conversation_id)
    reached = 0
    for part in state.parts:
        spans = [(span.begin, span.end or now) for span in gate.spans if span.part == part]
        mine = [track for track in state.tracks_of(part) if track.ours]
        here = [_durable_until(sessions[track.track]) for track in mine if track.track in sessions]
        if here:
            reached += sum(max(0, min(end, max(here)) - begin) for begin, end in spans)
        else:
            length = sum(end - begin for begin, end in spans)
            reached += min(length, sum(track.samples for track in mine) * 1000 // RATE)
    return reached


def _durable_until(session: Session) -> int:
    point = session.chain.durable
    near = session.placed.get(point.epoch)
    return 0 if near is None or point.number < 0 else near.begin_ms + (point.end - near.begin) * 1000 // RATE


def moment_of(track: str, epoch: int, position: int) -> int | None:
    """Give the server's moment (ms) of a position in an epoch; None when nothing of that epoch is known.

    Nothing is stored: a device that stopped tells where, and that is forgotten (law 5).
    """
    try:
        session = session_of(track)
    except (UnknownError, StartingError):
        return None
    near = session.placed.get(epoch)
    if near is None or position < near.begin:
        here = room()
        here.spool.settle(session.chain.track)
        contents = here.store.contents(session.chain.track)
        place = contents.at_position(epoch, position)
        if place is None:
            return None
        header = contents.chunks[place].header
        near = Placed(header.begin, header.begin_ms)
    return min(near.begin_ms + (position - near.begin) * 1000 // RATE, now_ms())


# Reading ---------------------------------------------------------------------------------------


@contextmanager
def reader(track: str) -> Iterator[store.Track]:
    """Open a track for reading: keys unwrapped, every chunk verified as it is read (DamagedError)."""
    here = room()
    row = models.Track.objects.filter(pk=track).first()
    if row is None:
        raise UnknownError
    key, salt = trackkeys.track_key(here.organisation_key, row)
    here.spool.settle(bytes.fromhex(track))
    with here.store.open(track, key, row.conversation_id, salt) as opened:
        yield opened


def forget(conversation_id: str, part: int | None = None) -> None:
    """Remove the sound of a conversation, or of one part, from disk and memory; whoever calls destroys its keys.

    A process that records nothing, such as a command, removes the files alone.
    """
    rows = models.Track.objects.filter(conversation_id=conversation_id)
    tracks = list((rows if part is None else rows.filter(part=part)).values_list("pk", flat=True))
    try:
        here = room()
    except StartingError:
        for track in tracks:
            store.Store(places.tracks()).forget(bytes.fromhex(track))
        return
    for session in sessions_of(conversation_id).values():
        if session.track in tracks:
            session.sealed = True
            here.drop(session)
    for track in tracks:
        own = bytes.fromhex(track)
        handing.forget(track)
        here.spool.settle(own)
        here.store.forget(own)
