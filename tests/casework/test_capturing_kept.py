"""A track that its owner keeps: leaves first, bodies when the owner chooses, each equal to its leaf."""

from collections.abc import Iterator

import pytest
from tests.casework.conftest import DATABASES, Table
from tests.casework.recorders import Recorder, recording_room, settled
from tests.tape.sounds import body

from tweespoor.casework import bodies, capturing, handing, ledger, recording, sealing
from tweespoor.casework.arriving import HoleError, MisfitError
from tweespoor.casework.bodies import Form
from tweespoor.casework.clock import now_ms
from tweespoor.casework.handing import Handing
from tweespoor.casework.tokens import Purpose
from tweespoor.errors import UnknownError, UnreadableError

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    with recording_room():
        yield
    handing._handings.clear()


@pytest.fixture
def bram(table: Table) -> Recorder:
    """Bram's phone, whose recording stays with Bram."""
    table.everyone()
    table.reveal()
    seat = table.phones["Bram"].seat
    assert seat is not None
    recorder = Recorder(table, seat=seat, ours=False, kept=True)
    recording.ready(table.id, table.phones["Bram"], records=True)
    recording.start(table.id)
    recorder.hello()
    for _ in range(5):
        assert recorder.send().refusal is None
    recording.stop(table.id)
    return recorder


def give(coming: Handing, recorder: Recorder, first: int, contents: list[bytes]) -> int:
    items = [bodies.item(Form.CHUNK, coming.salt, first + n, content) for n, content in enumerate(contents)]
    writes = handing.take(coming, items, now_ms())
    settled(writes)
    return len(writes)


def test_only_leaves_are_kept(bram: Recorder) -> None:
    with capturing.reader(bram.ticket.track) as track:
        track.verify_chain()
        assert [chunk.body for chunk in track] == [None] * 5
        assert [chunk.chunk.samples for chunk in track] == [48_000] * 5
    everything = b"".join(p.read_bytes() for p in capturing.room().store.folder.rglob("*") if p.is_file())
    assert len(everything) < 10_000


def test_what_is_handed_in_must_equal_its_leaf_and_can_be_taken_up_again(bram: Recorder, table: Table) -> None:
    ticket = capturing.hand_in(bram.ticket.track)
    token = capturing.room().tokens.read(ticket.token)
    assert token is not None
    assert token.purpose is Purpose.HAND_IN
    coming = handing.handing_of(ticket.track)
    with pytest.raises(HoleError) as hole:
        give(coming, bram, 1, bram.bodies[1:2])
    assert hole.value.expected == 0
    assert give(coming, bram, 0, bram.bodies[:2]) == 2
    with pytest.raises(MisfitError):
        give(coming, bram, 2, [body(bram.track, 2, count=30)])
    assert give(coming, bram, 1, bram.bodies[1:3]) == 1
    bram.close()
    table.time.turn(31)
    sealing.sweep()
    assert ledger.state(table.id).tracks[bram.ticket.track].sealed
    handing.forget(bram.ticket.track)  # as if the server was started again
    coming = handing.handing_of(bram.ticket.track)
    assert coming.chain.durable.number == 2
    assert give(coming, bram, 3, bram.bodies[3:]) == 2
    sealing.sweep()
    assert ledger.state(table.id).tracks[bram.ticket.track].handed_in
    sealing.sweep()
    assert table.kinds().count("TrackHandedIn") == 1
    bram.check_stored()


def test_a_track_that_was_sent_cannot_be_handed_in(bram: Recorder, table: Table) -> None:
    with pytest.raises(UnknownError):
        capturing.hand_in("ab" * 16)
    with pytest.raises(UnknownError):
        handing.handing_of("ab" * 16)


def test_a_chunk_without_a_leaf_is_no_chunk(bram: Recorder) -> None:
    coming = handing.handing_of(bram.ticket.track)
    with pytest.raises(MisfitError):
        give(coming, bram, 5, [body(bram.track, 5)])


def test_batches_are_exactly_what_they_say() -> None:
    items = [b"one", b"two"]
    assert bodies.split(Form.BATCH, bodies.batch(items)) == items
    assert bodies.split(Form.CHUNK, b"one") == [b"one"]
    whole = bodies.batch(items)
    for broken in (b"", whole[:-1], whole + b"\0", whole + b"\xff\xff\xff\xff", bodies.batch([b""] * 61)):
        with pytest.raises(UnreadableError):
            bodies.split(Form.BATCH, broken)
