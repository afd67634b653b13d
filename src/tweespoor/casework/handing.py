"""The owner of a kept track hands its sound in: the same bodies, each of which must equal its leaf.

It can be done at any time, also after sealing and closing, and taken up again where it broke off.  The gate is not
asked: it judged these chunks when their leaves came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tweespoor.casework import ledger, models, trackkeys
from tweespoor.casework.arriving import HoleError, Item, MisfitError
from tweespoor.casework.clock import now_ms
from tweespoor.casework.room import room
from tweespoor.errors import UnknownError
from tweespoor.rules import facts
from tweespoor.seal.envelope import Envelope
from tweespoor.tape import record
from tweespoor.tape.record import Kind
from tweespoor.tape.spool import Write
from tweespoor.tape.store import Contents
from tweespoor.tape.track import Chain, Point


@dataclass(slots=True)
class Handing:
    """A kept track whose sound is coming in; its chain counts bodies, not leaves."""

    track: str
    conversation: str
    salt: bytes
    envelope: Envelope
    contents: Contents
    chain: Chain
    pending: Write | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether every chunk has its body."""
        return bool(self.contents.chunks) and self.chain.durable.number == self.contents.point.number


_handings: dict[str, Handing] = {}


def known(track: str) -> Handing | None:
    """Give the handing-in of a track that is in memory."""
    return _handings.get(track)


def handing_of(track: str) -> Handing:
    """Begin to hand a track in, or take it up again; asks the database and the disk; raises UnknownError."""
    here = room()
    with here.guard:
        found = _handings.get(track)
        if found is not None:
            return found
        row = models.Track.objects.filter(pk=track, kept=True).first()
        if row is None:
            raise UnknownError
        key, salt = trackkeys.track_key(here.organisation_key, row)
        own = bytes.fromhex(track)
        here.spool.settle(own)
        contents = here.store.contents(own)
        chain = Chain(own, Point(contents.handed, 0, b""))
        _handings[track] = found = Handing(
            track, row.conversation_id, salt, Envelope(key, row.conversation_id, track), contents, chain
        )
        return found


def take(handing: Handing, items: Sequence[Item], arrival_ms: int) -> Sequence[Write]:
    """Queue bodies, each equal to its leaf; those that are there already are left out.

    Raises HoleError when one is skipped and MisfitError when one is not the chunk whose leaf we have.
    """
    tip = handing.chain.tip
    point, writes = tip, []
    for item in items:
        number = item.chunk.number
        place = handing.contents.find(number)
        if place is None:
            refresh(handing)
            place = handing.contents.find(number)
        if place is None or item.chunk.track != handing.chain.track:
            raise MisfitError(number, "there is no leaf of it")
        header = handing.contents.chunks[place].header
        if header.leaf != item.leaf:
            raise MisfitError(number, "it does not equal its leaf")
        if number <= tip.number:
            continue
        if number != point.number + 1:
            raise HoleError(point.number + 1)
        point = Point(number, 0, b"")
        sealed = handing.envelope.seal(number, item.leaf, item.content)
        moved = header._replace(kind=Kind.HANDED_IN, arrival_ms=arrival_ms)
        writes.append(Write(handing.chain, record.pack(moved, sealed), point))
    if writes:
        room().spool.add(writes, tip)
        handing.pending = writes[-1]
    return writes


def refresh(handing: Handing) -> None:
    """Read again which leaves there are: the track may still have been growing."""
    here = room()
    here.spool.settle(handing.chain.track)
    handing.contents = here.store.contents(handing.chain.track)


def finish_due() -> None:
    """Note in the journal which tracks were handed in whole, once they are sealed."""
    for handing in list(_handings.values()):
        if not handing.is_whole:
            continue
        with ledger.writing(handing.conversation) as page:
            track = page.state.tracks.get(handing.track)
            done = track is None or track.handed_in
            if track is not None and not done and track.sealed:
                refresh(handing)
                done = handing.is_whole
                if done:
                    page.add(facts.TrackHandedIn(at=now_ms(), track=handing.track))
        if done:
            forget(handing.track)


def forget(track: str) -> None:
    """Hold nothing of it in memory any more."""
    _handings.pop(track, None)
