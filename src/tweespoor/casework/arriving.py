"""Chunks that arrive: judged one by one, sealed, and queued for the disk.

All of this runs on one thread, the event loop's, and waits for nothing; what is awaited (the database when a track
is first seen, the disk at the end) is awaited by whoever calls.  A chunk counts by the moment at which it was
recorded: its whole interval, uncertainty included, must lie in an open gate, else it is refused whole (law 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tweespoor.casework import ledger
from tweespoor.casework.tokens import Token, refusal_mac
from tweespoor.errors import TweespoorError
from tweespoor.rules.gate import Gate
from tweespoor.seal.envelope import MOST, PREFIX, SOUND, Envelope
from tweespoor.tape import anchors, record
from tweespoor.tape.anchors import Anchor, Said
from tweespoor.tape.packets import Chunk, Code
from tweespoor.tape.record import Header, Kind
from tweespoor.tape.spool import Spool, Write
from tweespoor.tape.track import Chain, Place, Point, head_after, times_after

__all__ = [
    "MOST_FORKS", "Came", "Delivery", "ForkError", "HashError", "HoleError", "Item", "LeavesNeededError", "MisfitError",
    "Placed", "Refusal", "Said", "SealedError", "Session", "StartingError", "close", "deliver", "hear",
]  # fmt: skip

MOST_FORKS: Final = 10  # facts per track
_REMEMBERED: Final = 128  # leaves in memory, to know a duplicate
_SIGNS: Final = frozenset({Code.ENDED, Code.MUTED, Code.INTERRUPTED})
_WELL: Final = frozenset({Code.UNMUTED, Code.RESUMED})
SIGN_WAITS_MS: Final = 500
"""How long a sign waits, so that a stop which follows it is a stop, and not a failure that names a track (law 5)."""


class HoleError(TweespoorError):
    """A number came before the one that is expected."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"expected {expected}")
        self.expected = expected


class ForkError(TweespoorError):
    """A number came again with other bytes; the first is kept."""

    def __init__(self, number: int) -> None:
        super().__init__(f"number {number} came with other bytes")
        self.number = number


class MisfitError(TweespoorError):
    """A chunk does not belong where it says: another track, number, order or kind; nothing was stored."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number
        self.reason = reason


class HashError(TweespoorError):
    """The bytes are not those that the recorder hashed."""


class SealedError(TweespoorError):
    """The track is sealed; what is still to come waits for a person."""


class StartingError(TweespoorError):
    """The server cannot judge yet; the recorder tries again."""


class LeavesNeededError(TweespoorError):
    """An old duplicate came; its leaf must be read from the disk first (`capturing.remember`)."""


class Placed(NamedTuple):
    """Where in its epoch the last durable chunk began, and when."""

    begin: int
    begin_ms: int


@dataclass(slots=True)
class Session:
    """A track while it is being recorded."""

    track: str
    conversation: str
    part: int
    seat: int
    ours: bool
    kept: bool
    opened_ms: int
    grace_ms: int
    salt: bytes
    refusal_key: bytes
    envelope: Envelope
    chain: Chain
    sealed: bool = False
    closed: int | None = None
    anchors: dict[int, Anchor] = field(default_factory=dict)
    placed: dict[int, Placed] = field(default_factory=dict)
    last_ms: int = 0
    last_arrival_ms: int = 0
    leaves: dict[int, bytes] = field(default_factory=dict)
    pending: Write | None = None
    sign_due: int | None = None
    reported: bool = False
    forks: set[int] = field(default_factory=set)
    renewed: tuple[int, str] = (0, "")
    let_in: tuple[bytes, Token] | None = None  # what it last came in with, which need not be checked again

    @property
    def is_closed(self) -> bool:
        """Tell whether its recorder said that nothing more comes, and everything has come."""
        return self.closed is not None and self.closed == self.chain.durable.number


class Item(NamedTuple):
    """One chunk as it came: read, with its leaf; ``content`` is what will be sealed."""

    chunk: Chunk
    leaf: bytes
    content: bytes


class Came(NamedTuple):
    """How a request came: when, what it said of its page's clock, and the recorder's own head behind its chunks."""

    arrival_ms: int
    said: Said | None = None
    head: bytes | None = None


class Refusal(NamedTuple):
    """These numbers are refused, under this clause; the recorder destroys them when the authenticator is right."""

    first: int
    last: int
    clause: str
    mac: str


class Delivery(NamedTuple):
    """What became of a request: what was queued, whether all of it was there already, what was refused."""

    writes: Sequence[Write]
    duplicate: bool
    refusal: Refusal | None


def hear(session: Session, came: Came, epoch: int | None = None) -> None:
    """Take in what a request says of its page's clock, for the epoch that it names or that its chunks are of."""
    if came.said is None:
        return
    of = epoch if came.said.epoch is None else came.said.epoch
    if of is not None:
        session.anchors[of] = anchors.tighten(session.anchors.get(of), anchors.tie(came.said, came.arrival_ms))


def deliver(session: Session, spool: Spool, items: Sequence[Item], came: Came) -> Delivery:
    """Judge chunks with consecutive numbers and queue what is accepted; raises what stands in the way of all."""
    if session.sealed:
        raise SealedError
    tip = session.chain.tip
    fresh = _fresh(session, items, tip)
    _check_head(fresh, came.head, tip)
    if not fresh:
        return Delivery((), duplicate=True, refusal=None)
    held = ledger.held(session.conversation)
    if held is None:
        raise StartingError
    # What held before this request still places chunks from before a sleep; its own tie places those from after it.
    before = dict(session.anchors)
    hear(session, came, fresh[-1].chunk.epoch)
    writes: list[Write] = []
    refused: list[int] = []
    clause = ""
    point = tip
    last_ms = session.last_ms
    for item in fresh:
        chunk = item.chunk
        choices = (session.anchors.get(chunk.epoch), before.get(chunk.epoch))
        moment = anchors.place(chunk, choices, last_ms, came.arrival_ms)
        codes = _against(session, held.gate, moment)
        if codes:
            refused.append(chunk.number)
            clause = clause or codes[0]
            continue
        if refused:
            break
        write, point = _write(session, item, point, moment, came.arrival_ms)
        writes.append(write)
        last_ms = moment.begin_ms if moment.surely else last_ms
        session.placed[chunk.epoch] = Placed(chunk.begin, moment.begin_ms)
    if writes:
        _queue(session, spool, writes, tip, last_ms)
        _notice(session, [item.chunk for item in fresh[: len(writes)]], came.arrival_ms)
    session.last_arrival_ms = came.arrival_ms
    if not refused:
        return Delivery(writes, duplicate=False, refusal=None)
    run = (refused[0], refused[-1])
    return Delivery(
        writes, duplicate=False, refusal=Refusal(*run, clause, refusal_mac(session.refusal_key, *run, clause))
    )


def close(session: Session, spool: Spool, last: int, arrival_ms: int) -> Write | None:
    """Note, durably, that its recorder says that ``last`` is the last number; raises HoleError when that is not so.

    While the recording runs a close is a sign of failure, as if the recorder had said that it ended.
    """
    if session.sealed:
        if last == session.chain.durable.number:
            return None
        raise SealedError
    session.last_arrival_ms = arrival_ms
    tip = session.chain.tip
    if last != tip.number:
        raise HoleError(tip.number + 1)
    session.sign_due = session.sign_due or arrival_ms + SIGN_WAITS_MS
    session.closed = last
    zero = bytes(32)
    header = Header(
        Kind.CLOSED, 0, session.chain.track, max(last, 0), 0, 0, 0, 0, 0, 0, 0, arrival_ms, 0, 0, 0, zero, zero
    )
    if last < 0:
        return None
    write = Write(session.chain, record.pack(header, b""), None)
    spool.add([write], tip)
    return write


def _queue(session: Session, spool: Spool, writes: list[Write], tip: Point, last_ms: int) -> None:
    spool.add(writes, tip)
    session.pending = writes[-1]
    session.last_ms = last_ms
    for write in writes:
        header = record.header_of(write.content)
        session.leaves[header.number] = header.leaf
    while len(session.leaves) > _REMEMBERED:
        del session.leaves[next(iter(session.leaves))]


def _fresh(session: Session, items: Sequence[Item], tip: Point) -> list[Item]:
    """Give the items that are not there yet; raises when one does not follow."""
    fresh: list[Item] = []
    at = tip
    own = session.chain.track
    for item in items:
        chunk = item.chunk
        if chunk.track != own or chunk.number >= MOST:
            raise MisfitError(chunk.number, "another track, or a number beyond what one track holds")
        if chunk.number <= tip.number:
            leaf = session.leaves.get(chunk.number)
            if leaf is None:
                raise LeavesNeededError
            if leaf != item.leaf:
                raise ForkError(chunk.number)
            continue
        if chunk.number != at.number + 1:
            raise HoleError(at.number + 1)
        if chunk.epoch < at.epoch or (
            chunk.epoch == at.epoch and at.number >= 0 and (chunk.begin < at.end or chunk.mono_us < at.mono_us)
        ):
            raise MisfitError(chunk.number, "it lies before the chunk that it follows")
        at = Point(chunk.number, 0, b"", chunk.epoch, chunk.end, chunk.mono_us)
        fresh.append(item)
    return fresh


def _check_head(fresh: Sequence[Item], claimed: bytes | None, tip: Point) -> None:
    if claimed is None or not fresh:
        return
    head = tip.head
    for item in fresh:
        head = head_after(head, item.leaf)
    if head != claimed:
        raise HashError


def _against(session: Session, gate: Gate, moment: anchors.Moment) -> tuple[str, ...]:
    return gate.allows(session.part, session.seat, moment.begin_ms, moment.end_ms).codes


def _write(session: Session, item: Item, point: Point, moment: anchors.Moment, arrival_ms: int) -> tuple[Write, Point]:
    chunk = item.chunk
    total = point.samples + chunk.samples
    place = Place(
        chunk.number, chunk.epoch, chunk.begin, chunk.samples, moment.begin_ms, moment.end_ms, not moment.surely
    )
    head, times = head_after(point.head, item.leaf), times_after(point.times, place)
    after = Point(chunk.number, total, head, chunk.epoch, chunk.end, chunk.mono_us, times)
    anchor = moment.anchor
    header = Header(
        Kind.LEAF if session.kept else Kind.SOUND,
        0 if moment.surely else record.BY_DEVICE_CLOCK,
        chunk.track,
        chunk.number,
        chunk.epoch,
        chunk.begin,
        chunk.samples,
        total,
        chunk.mono_us,
        moment.begin_ms,
        moment.end_ms,
        arrival_ms,
        anchor.low_us if anchor else 0,
        anchor.high_us if anchor else 0,
        chunk.wall_ms - chunk.mono_us // 1000,
        item.leaf,
        after.head,
    )
    sealed = session.envelope.seal(chunk.number, item.leaf, item.content, PREFIX if session.kept else SOUND)
    return Write(session.chain, record.pack(header, sealed), after), after


def _notice(session: Session, chunks: Sequence[Chunk], arrival_ms: int) -> None:
    """Notice what the recorder says of itself; the newest word counts."""
    if session.reported and any(chunk.samples for chunk in chunks):
        session.reported = False  # it records again, so it can fail again
    for chunk in chunks:
        for event in chunk.events:
            if event.code in _SIGNS:
                session.sign_due = session.sign_due or arrival_ms + SIGN_WAITS_MS
            elif event.code in _WELL:
                session.sign_due, session.reported = None, False
    if session.closed is not None and session.closed < session.chain.tip.number:
        session.closed = None  # it came back after it had said goodbye
