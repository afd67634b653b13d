"""The room in which one process records: spool, store, tokens, and every track in memory.

There is one room, from `start` to `stop`; a process that records nothing has none.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tweespoor.casework import gates, models, occupying, places, trackkeys
from tweespoor.casework.arriving import Placed, Session, StartingError
from tweespoor.casework.tokens import Tokens, refusal_key
from tweespoor.errors import UnknownError
from tweespoor.seal.envelope import Envelope
from tweespoor.tape.anchors import Anchor
from tweespoor.tape.spool import SEGMENT, Spool, Write
from tweespoor.tape.store import Store
from tweespoor.tape.track import Chain

_LEAVES_AT_FIRST: Final = 128


@dataclass
class Room:
    """Everything that one recording process holds."""

    organisation_key: bytes
    store: Store
    spool: Spool
    tokens: Tokens
    sessions: dict[str, Session] = field(default_factory=dict)
    of_conversation: dict[str, dict[str, Session]] = field(default_factory=dict)
    guard: threading.RLock = field(default_factory=threading.RLock)

    def hold(self, session: Session) -> None:
        """Hold a session in memory."""
        with self.guard:
            self.sessions[session.track] = session
            self.of_conversation.setdefault(session.conversation, {})[session.track] = session

    def drop(self, session: Session) -> None:
        """Hold a session no longer."""
        with self.guard:
            self.sessions.pop(session.track, None)
            self.of_conversation.get(session.conversation, {}).pop(session.track, None)
            self.store.release(session.chain.track)


_room: Room | None = None
_occupied: list[int] = []


def room() -> Room:
    """Give the room of this process; raises StartingError when nothing is recorded here, or not yet."""
    if _room is None:
        raise StartingError
    return _room


def start(told: Callable[[Sequence[Write]], None] = lambda _: None, *, segment: int = SEGMENT) -> None:
    """Begin to record: replay what a crash left, and start the writer.  ``told`` hears of all that was settled."""
    global _room  # noqa: PLW0603 - one room for the process
    if _room is not None:
        raise RuntimeError("this process records already")
    _occupied.append(occupying.enter())
    key = trackkeys.organisation_key()
    kept = Store(places.tracks())
    spool = Spool(places.home() / "spool", kept, told, segment=segment)
    spool.start()
    _room = Room(key, kept, spool, Tokens(key))


def stop() -> None:
    """Write what waits and stop the writer."""
    global _room  # noqa: PLW0603 - one room for the process
    if _room is not None:
        _room.spool.stop()
        _room = None
    while _occupied:
        os.close(_occupied.pop())


def sessions_of(conversation_id: str) -> dict[str, Session]:
    """Give the sessions of a conversation that are in memory; a copy, taken without waiting."""
    return {} if _room is None else dict(_room.of_conversation.get(conversation_id, {}))


def session_of(track: str) -> Session:
    """Give the session of a track, from memory or from its file; asks the database and may wait for the disk.

    Raises UnknownError for a track that is not there, or whose key was destroyed.
    """
    here = room()
    with here.guard:
        known = here.sessions.get(track)
        if known is not None:
            return known
        row = models.Track.objects.filter(pk=track).first()
        if row is None:
            raise UnknownError
        gates.gate_of(row.conversation_id)
        key, salt = trackkeys.track_key(here.organisation_key, row)
        session = make_session(here, row, key, salt)
        here.hold(session)
        return session


def make_session(here: Room, row: models.Track, key: bytes, salt: bytes) -> Session:
    """Make the session of a track: where its file ends, there it goes on."""
    own = bytes.fromhex(row.pk)
    here.spool.settle(own)
    contents = here.store.contents(own)
    session = Session(
        track=row.pk,
        conversation=row.conversation_id,
        part=row.part,
        seat=row.seat,
        ours=row.ours,
        kept=row.kept,
        opened_ms=row.opened_ms,
        grace_ms=row.grace_until_ms,
        salt=salt,
        refusal_key=refusal_key(salt, row.pk),
        envelope=Envelope(key, row.conversation_id, row.pk),
        chain=Chain(own, contents.point._replace(times=contents.times)),
        sealed=row.sealed_ms is not None,
        closed=contents.closed,
        last_ms=row.opened_ms,
        last_arrival_ms=row.opened_ms,
    )
    for stored in contents.chunks:
        header = stored.header
        session.placed[header.epoch] = Placed(header.begin, header.begin_ms)
        if not header.by_device_clock:
            low, high = header.tie_low_us, header.tie_high_us
            session.anchors[header.epoch] = Anchor(low, high, header.mono_us, header.tie_wall_ms)
            session.last_ms = header.begin_ms
        session.last_arrival_ms = header.arrival_ms
    for stored in contents.chunks[-_LEAVES_AT_FIRST:]:
        session.leaves[stored.header.number] = stored.header.leaf
    return session


def remember(session: Session, first: int, last: int) -> None:
    """Read the leaves of old chunks, so that a duplicate can be told from a fork."""
    here = room()
    here.spool.settle(session.chain.track)
    for stored in here.store.contents(session.chain.track).chunks[first : last + 1]:
        session.leaves[stored.header.number] = stored.header.leaf
