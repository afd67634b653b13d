"""A recorder as the server sees one, on the clock of the table."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.casework.conftest import Table
from tests.tape.sounds import body

from tweespoor.casework import arriving, bodies, capturing, gates
from tweespoor.casework.arriving import Came, Delivery, Said, Session
from tweespoor.casework.bodies import Form
from tweespoor.casework.clock import now_ms
from tweespoor.tape.packets import Event, parse
from tweespoor.tape.spool import Write
from tweespoor.tape.track import leaf_of


@contextmanager
def recording_room() -> Iterator[None]:
    """Record in this process."""
    capturing.start()
    gates.refresh()
    try:
        yield
    finally:
        capturing.stop()


def settled(writes: Sequence[Write]) -> None:
    """Wait for the disk."""
    until = time.monotonic() + 10
    while not all(write.done for write in writes):
        assert time.monotonic() < until
        time.sleep(0.001)


@dataclass
class Recorder:
    """One device: its page's clock began when it was made, its wall clock is what it likes."""

    table: Table
    seat: int = 1
    ours: bool = True
    kept: bool = False
    epoch: int = 0
    ticket: capturing.Ticket = field(init=False)
    bodies: list[bytes] = field(default_factory=list)
    wall_off: int = 0
    slept: int = 0

    def __post_init__(self) -> None:
        self.ticket = capturing.open_track(self.table.id, seat=self.seat, ours=self.ours, kept=self.kept)
        self.began = now_ms() - 5000
        self.at_second = 0

    @property
    def session(self) -> Session:
        """Give the server's side."""
        return capturing.session_of(self.ticket.track)

    @property
    def track(self) -> bytes:
        """Give the track's id."""
        return bytes.fromhex(self.ticket.track)

    @property
    def mono_us(self) -> int:
        """Give this page's clock now."""
        return (now_ms() - self.began - self.slept) * 1000

    def said(self) -> Said:
        """Give what a request says of the clock, just after an answer."""
        return Said(self.mono_us, self.epoch, now_ms() + self.wall_off, now_ms(), self.mono_us)

    def hello(self) -> None:
        """Ask for the last number, as a recorder does first; it takes a moment."""
        self.table.time.turn(0.05)
        arriving.hear(self.session, Came(now_ms(), self.said()))

    def record(self, *, events: tuple[Event, ...] = (), seconds: float = 1, count: int = 50) -> bytes:
        """Record for a second: time goes by."""
        number = len(self.bodies)
        content = body(
            self.track,
            number,
            epoch=self.epoch,
            second=self.at_second,
            mono_us=self.mono_us,
            wall_ms=now_ms() + self.wall_off,
            events=events,
            count=count,
        )
        self.at_second += 1
        self.table.time.turn(seconds)
        self.bodies.append(content)
        return content

    def reload(self) -> None:
        """Load the page anew: a new epoch with a new clock."""
        self.epoch += 1
        self.began = now_ms()
        self.slept = 0
        self.at_second = 0

    def deliver(self, first: int, contents: Sequence[bytes], *, head: bytes | None = None) -> Delivery:
        """Send chunks that were recorded, and wait until they are durable."""
        form = Form.LEAF if self.kept else Form.CHUNK
        items = []
        for place, content in enumerate(contents):
            sent = content
            if self.kept:
                leaf = leaf_of(self.ticket.salt, first + place, content)
                sent = leaf + parse(content).prefix
            items.append(bodies.item(form, self.ticket.salt, first + place, sent))
        came = Came(now_ms(), self.said(), head)
        delivery = arriving.deliver(self.session, capturing.room().spool, items, came)
        settled(delivery.writes)
        return delivery

    def send(self, *, events: tuple[Event, ...] = ()) -> Delivery:
        """Record a second and send it at once."""
        content = self.record(events=events)
        return self.deliver(len(self.bodies) - 1, [content])

    def forget_last(self, many: int = 1) -> None:
        """Destroy what was refused."""
        del self.bodies[len(self.bodies) - many :]

    def close(self) -> None:
        """Say that nothing more comes."""
        last = self.session.chain.tip.number
        write = arriving.close(self.session, capturing.room().spool, last, now_ms())
        if write is not None:
            settled([write])

    def check_stored(self) -> None:
        """Check that the store holds exactly what was sent, chained and sealed."""
        with capturing.reader(self.ticket.track) as track:
            track.verify_chain()
            assert [chunk.body for chunk in track] == self.bodies
