"""Files of tracks: found by number, position and moment; damage is found at reading."""

from pathlib import Path

import pytest
from tests.tape.logs import CONVERSATION, KEY, SALT, Recorder, open_spool, opened

from tweespoor.errors import DamagedError
from tweespoor.seal.envelope import PREFIX
from tweespoor.tape import record
from tweespoor.tape.packets import parse
from tweespoor.tape.record import Kind
from tweespoor.tape.spool import Write
from tweespoor.tape.store import Store

ANNA = b"A" * 16


@pytest.fixture
def anna(tmp_path: Path) -> Recorder:
    writer = open_spool(tmp_path)
    recorder = Recorder(ANNA)
    recorder.send(writer, 20)
    writer.stop()
    return recorder


@pytest.fixture
def store(tmp_path: Path, anna: Recorder) -> Store:
    return Store(tmp_path / "tracks")


def test_a_chunk_is_found_by_number_position_and_moment(store: Store, anna: Recorder) -> None:
    with opened(store, ANNA) as track:
        contents = track.contents
        assert len(track) == 20
        assert track.chunk(13).body == anna.bodies[13]
        place = contents.at_position(0, 13 * 48_000 + 5)
        assert place is not None
        assert track.index[place].header.number == 13
        assert contents.at_moment(1_007_999) == 7
        assert contents.at_moment(5) is None
        assert contents.at_position(1, 0) is None
        assert [chunk.number for chunk in track.chunks(3, 5)] == [3, 4, 5]
        with pytest.raises(DamagedError):
            track.chunk(20)


def test_a_track_without_a_file_is_empty(tmp_path: Path) -> None:
    with opened(Store(tmp_path), ANNA) as track:
        assert list(track) == []
        track.verify_chain()


def test_every_flipped_byte_of_a_file_is_found_at_reading(store: Store, anna: Recorder) -> None:
    """Fault 15: on disk."""
    path = store.path(ANNA)
    whole = path.read_bytes()
    _, length = record.read(whole).frames[0]
    for at in range(0, 2 * length, 3):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0x10,)) + whole[at + 1 :])
        with opened(store, ANNA) as track, pytest.raises(DamagedError):
            list(track)


def test_records_behind_damage_are_never_lost_when_more_is_added(store: Store, anna: Recorder, tmp_path: Path) -> None:
    path = store.path(ANNA)
    whole = path.read_bytes()
    at, _ = record.read(whole).frames[2]
    path.write_bytes(whole[: at + 5] + b"\xff" + whole[at + 6 :])
    again = open_spool(tmp_path)
    assert again.store.contents(ANNA).point == anna.chain.durable
    anna.send(again)
    again.stop()
    with opened(store, ANNA) as track:
        assert track.chunk(20).body == anna.bodies[20]
        with pytest.raises(DamagedError):
            track.chunk(2)


def test_swapped_forged_and_dropped_records_are_found(store: Store, anna: Recorder) -> None:
    path = store.path(ANNA)
    whole = path.read_bytes()
    frames = [whole[at : at + length] for at, length in record.read(whole).frames]
    swapped = [*frames[:4], frames[5], frames[4], *frames[6:]]
    header = record.header_of(frames[4])
    forged = [*frames[:4], record.pack(header, record.sealed_of(frames[5])), *frames[5:]]
    dropped = [*frames[:4], *frames[5:]]
    for made in (swapped, forged, dropped):
        path.write_bytes(b"".join(made))
        with opened(store, ANNA) as track, pytest.raises(DamagedError, match="chunk"):
            list(track)


def test_another_key_opens_nothing(store: Store, anna: Recorder) -> None:
    for key, conversation, salt in ((SALT, CONVERSATION, SALT), (KEY, "aa" * 16, SALT), (KEY, CONVERSATION, KEY)):
        with store.open(ANNA.hex(), key, conversation, salt) as track, pytest.raises(DamagedError):
            track.chunk(0)


def test_a_kept_track_has_no_sound_until_it_is_handed_in(tmp_path: Path) -> None:
    writer = open_spool(tmp_path)
    recorder = Recorder(ANNA)
    for _ in range(3):
        tip = recorder.chain.tip
        made = recorder.next()
        header = record.header_of(made.content)
        prefix = parse(recorder.bodies[header.number]).prefix
        sealed = recorder.envelope.seal(header.number, header.leaf, prefix, PREFIX)
        made.content = record.pack(header._replace(kind=Kind.LEAF), sealed)
        writer.add([made], tip)
    writer.stop()
    with opened(writer.store, ANNA) as track:
        assert [(chunk.body, chunk.chunk.samples) for chunk in track] == [(None, 3840)] * 3
        headers = [stored.header for stored in track.index]
    again = open_spool(tmp_path)
    for header in headers[:2]:
        sealed = recorder.envelope.seal(header.number, header.leaf, recorder.bodies[header.number])
        handed_in = record.pack(header._replace(kind=Kind.HANDED_IN), sealed)
        again.add([Write(recorder.chain, handed_in, None)] * 2, recorder.chain.tip)
    again.stop()
    with opened(again.store, ANNA) as track:
        assert [chunk.body for chunk in track] == [recorder.bodies[0], recorder.bodies[1], None]
        assert track.contents.handed == 1
        track.verify_chain()
