"""One line of time from headers alone: epochs side by side, withheld seconds left out."""

from pathlib import Path

import pytest
from tests.tape.logs import Recorder, open_spool, opened

from tweespoor.tape import beside, timeline
from tweespoor.tape.record import BY_DEVICE_CLOCK, Header, Kind
from tweespoor.tape.store import Store, Stored
from tweespoor.tape.timeline import Line, Stretch


def header(number: int, epoch: int, begin: int, at_ms: int, *, room: int = 0, samples: int = 48_000) -> Stored:
    """Give a second that was certainly recorded between two moments, with so much room (ms) between them."""
    zero = bytes(32)
    lasts = samples // 48
    return Stored(
        Header(
            Kind.SOUND, 0, b"A" * 16, number, epoch, begin, samples, 0, 0,
            at_ms - room // 2, at_ms + lasts + room - room // 2, 0, 0, 0, 0, zero, zero,
        ),
        0, 0,
    )  # fmt: skip


def test_an_epoch_is_one_stretch_however_its_chunks_came() -> None:
    line = Line.of([header(n, 0, 48_000 * n, 10_000 + 1_000 * n, room=100 + n) for n in range(5)])
    assert line.recorded == (Stretch(10_000, 15_000),)
    assert line.begin == 10_000


def test_epochs_lie_as_far_apart_as_the_servers_clock_says() -> None:
    first = [header(n, 0, 48_000 * n, 10_000 + 1_000 * n) for n in range(3)]
    second = [header(3 + n, 1, 48_000 * n, 20_000 + 1_000 * n) for n in range(2)]
    line = Line.of([*first, *second])
    assert line.recorded == (Stretch(10_000, 13_000), Stretch(20_000, 22_000))
    assert line.position(1, 960) == 10_000 * 48 + 960


def test_the_chunk_with_the_least_room_places_its_epoch() -> None:
    loose = header(0, 0, 0, 10_300, room=2_000)
    tight = header(1, 0, 48_000, 11_000, room=2)
    assert Line.of([loose, tight]).starts[0] == 10_000


def test_a_jump_of_positions_is_a_gap() -> None:
    line = Line.of([header(0, 0, 0, 10_000), header(1, 0, 48_000 * 5, 15_000)])
    assert line.recorded == (Stretch(10_000, 11_000), Stretch(15_000, 16_000))


def test_no_chunk_is_placed_outside_its_own_moments() -> None:
    drifting = [header(n, 0, 48_000 * n, 10_000 + 1_001 * n) for n in range(100)]
    line = Line.of(drifting)
    assert line.recorded == (Stretch(10_000, drifting[-1].header.end_ms),)


def test_what_is_withheld_is_hidden_whole_chunks_at_a_time() -> None:
    line = Line.of([header(n, 0, 48_000 * n, 10_000 + 1_000 * n) for n in range(5)], (Stretch(13_500, 14_000),))
    assert line.recorded == (Stretch(10_000, 13_000), Stretch(14_000, 15_000))
    assert line.hidden == (Stretch(13_000, 14_000),)


def test_what_only_a_device_places_is_told_apart() -> None:
    sure, claimed = header(0, 0, 0, 10_000), header(1, 0, 48_000, 11_000)
    claimed = Stored(claimed.header._replace(flags=BY_DEVICE_CLOCK), 0, 0)
    assert Line.of([sure, claimed]).by_device == (Stretch(11_000, 12_000),)


def test_a_track_without_chunks_has_an_empty_line() -> None:
    assert Line.of([]) == Line(0, {}, ())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    writer = open_spool(tmp_path)
    Recorder(b"A" * 16).send(writer, 8, count=50)
    writer.stop()
    return Store(tmp_path / "tracks")


def test_a_withheld_chunk_is_not_opened(store: Store) -> None:
    with opened(store, b"A" * 16) as track:
        line = Line.of(track.index, (Stretch(1_003_000, 1_004_500),))
        heard = [sound.number for sound in timeline.sounds(track, line, 312)]
    assert heard == [0, 1, 2, 5, 6, 7]


def test_packets_stand_at_their_places(store: Store) -> None:
    with opened(store, b"A" * 16) as track:
        line = Line.of(track.index)
        skip = timeline.preskip(track, line)
        sounds = list(timeline.sounds(track, line, skip, 2))
    assert [sound.number for sound in sounds] == [2, 3, 4, 5, 6, 7]
    assert [position for position, _ in sounds[0].packets] == [96_000 + 960 * n for n in range(50)]


def test_what_is_kept_beside_a_track_is_sealed_and_bound_to_it(store: Store) -> None:
    told = b"Anna was silent here"
    with opened(store, b"A" * 16) as track:
        beside.keep(track, "words", told)
        assert beside.kept(track, "words") == told
        assert beside.kept(track, "words", b"about something else") is None
        assert beside.kept(track, "other") is None
        file = track.path.with_suffix(".words")
    assert told not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    damaged = bytearray(file.read_bytes())
    damaged[20] ^= 1
    file.write_bytes(damaged)
    with opened(store, b"A" * 16) as track:
        assert beside.kept(track, "words") is None
    store.forget(b"A" * 16)
    assert not list(file.parent.iterdir())


def test_what_was_made_of_a_shorter_track_is_made_again(tmp_path: Path) -> None:
    writer = open_spool(tmp_path)
    recorder = Recorder(b"B" * 16)
    recorder.send(writer, 2)
    store = writer.store
    writer.settle(b"B" * 16)
    with opened(store, b"B" * 16) as track:
        beside.keep(track, "words", b"of two seconds")
    recorder.send(writer, 1)
    writer.settle(b"B" * 16)
    with opened(store, b"B" * 16) as track:
        assert beside.kept(track, "words") is None
    writer.stop()
