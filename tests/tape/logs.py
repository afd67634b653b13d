"""Tracks that are written to a spool as the server writes them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.tape.sounds import body

from tweespoor.seal.envelope import Envelope
from tweespoor.tape import record
from tweespoor.tape.packets import parse
from tweespoor.tape.record import Header, Kind
from tweespoor.tape.spool import Spool, Write
from tweespoor.tape.store import Store, Track
from tweespoor.tape.track import Chain, Point, head_after, leaf_of

CONVERSATION = "ee" * 16
SALT, KEY = bytes(range(32)), bytes(range(32, 64))


@dataclass
class Recorder:
    """One track, chunk after chunk."""

    track: bytes
    chain: Chain = field(init=False)
    bodies: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chain = Chain.begin(self.track)
        self.envelope = Envelope(KEY, CONVERSATION, self.track.hex())

    def next(self, *, count: int = 4) -> Write:
        """Make the next chunk, small so that cutting everywhere is quick."""
        tip = self.chain.tip
        number = tip.number + 1
        content = body(self.track, number, count=count)
        self.bodies[number] = content
        chunk = parse(content)
        leaf = leaf_of(SALT, number, content)
        point = Point(number, tip.samples + chunk.samples, head_after(tip.head, leaf), 0, chunk.end, chunk.mono_us)
        begin_ms = 1_000_000 + number * 1000
        header = Header(
            Kind.SOUND, 0, self.track, number, 0, chunk.begin, chunk.samples, point.samples, chunk.mono_us,
            begin_ms, begin_ms + 1000, begin_ms + 1100, 0, 0, 0, leaf, point.head,
        )  # fmt: skip
        return Write(self.chain, record.pack(header, self.envelope.seal(number, leaf, content)), point)

    def send(self, spool: Spool, many: int = 1, *, count: int = 4) -> list[Write]:
        """Queue the next chunks and wait for them."""
        sent = []
        for _ in range(many):
            tip = self.chain.tip
            write = self.next(count=count)
            spool.add([write], tip)
            sent.append(write)
        wait(sent)
        return sent


def wait(writes: Sequence[Write]) -> None:
    """Wait until all are settled."""
    until = time.monotonic() + 10
    while not all(write.done for write in writes):
        assert time.monotonic() < until
        time.sleep(0.001)


def open_spool(folder: Path, *, segment: int = 64 << 20) -> Spool:
    """Start a spool over a store, with a small reserve."""
    spool = Spool(folder / "spool", Store(folder / "tracks"), lambda _: None, segment=segment, reserve=4096)
    spool.start()
    return spool


def crash(spool: Spool) -> None:
    """Let the writer go as a crash would: nothing more is rotated, everything stays as it lies."""
    with spool._wake:
        spool._ending = True
        spool._wake.notify_all()
    spool._threads[0].join()
    spool._rotating.acquire()
    spool._over.set()
    spool._rotate.set()


def opened(store: Store, track: bytes) -> Track:
    """Open a track for reading."""
    return store.open(track.hex(), KEY, CONVERSATION, SALT)


def check_is_whole(store: Store, recorder: Recorder, upto: int) -> None:
    """Check that a track holds exactly the chunks up to a number, each byte for byte what was sent."""
    with opened(store, recorder.track) as track:
        track.verify_chain()
        assert [chunk.body for chunk in track] == [recorder.bodies[n] for n in range(upto + 1)]


__all__ = ["CONVERSATION", "KEY", "SALT", "Recorder", "check_is_whole", "crash", "open_spool", "opened", "wait"]
