"""The same sound with a table in front: as long as the Ogg file, sample for sample, and any moment by one request."""

import io
import random
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tape.test_ogg import ANNA, BRAM, TRACK, chunks, long, placed, rough

from tweespoor.errors import DamagedError
from tweespoor.sound import opus, voices
from tweespoor.tape import ogg, webm
from tweespoor.tape.ogg import FILL, Sound
from tweespoor.tape.webm import Layout

CUE = 23


def whole(preskip: int, sounds: list[Sound]) -> bytes:
    layout = Layout.of(preskip, sounds)
    return b"".join(layout.read(0, layout.size, lambda number: (one for one in sounds if one.number >= number)))


def packets_of(file: bytes) -> list[tuple[float, bytes]]:
    """Read the packets with another's reader, each with its moment in seconds."""
    container: Any = av.open(io.BytesIO(file), format="matroska")
    found = [(float(one.pts * one.time_base), bytes(one)) for one in container.demux(audio=0) if one.pts is not None]
    container.close()
    return found


@pytest.fixture(scope="module")
def encoded() -> opus.Encoded:
    lines = [voices.Line(ANNA, "Goedemiddag. We nemen op."), voices.Line(BRAM, "Dat is goed. Ik neem zelf ook op.")]
    return opus.encode(voices.talk(lines))


@pytest.mark.parametrize("end", [None, 100_123])
@pytest.mark.parametrize("missing", [set[int](), {1}])
def test_it_sounds_as_the_ogg_file_does(
    tmp_path: Path, encoded: opus.Encoded, missing: set[int], end: int | None
) -> None:
    sounds = [one for one in chunks(placed(encoded), end=end) if one.number not in missing]
    if end:
        sounds = [one for one in sounds if one.packets[0][0] < end]
    heard = []
    for name, file in (
        ("one.opus", b"".join(ogg.write(TRACK, encoded.preskip, sounds))),
        ("one.webm", whole(encoded.preskip, sounds)),
    ):
        (tmp_path / name).write_bytes(file)
        heard.append(opus.read(str(tmp_path / name), "libopus"))
    in_ogg, in_webm = heard
    assert abs(len(in_ogg) - len(in_webm)) <= 48
    assert abs(len(in_webm) - Layout.of(encoded.preskip, sounds).length) <= 48
    least = min(map(len, heard))
    assert np.abs(in_ogg[:least] - in_webm[:least]).max() < 1e-6


def test_every_packet_stands_at_its_moment_and_silence_where_nothing_was_recorded() -> None:
    sounds = [Sound(0, [(0, b"\xf8a"), (960, b"\xf8b")]), Sound(4, [(48_000 * 7, b"\xf8c"), (48_000 * 30, b"\xf8d")])]
    found = packets_of(whole(0, sounds))
    assert [one for one in found if one[1] != FILL] == [
        (0.0, b"\xf8a"),
        (0.02, b"\xf8b"),
        (7.0, b"\xf8c"),
        (30.0, b"\xf8d"),
    ]
    assert [moment for moment, _ in found] == pytest.approx([n / 50 for n in range(1_501)])


def test_short_packets_have_exact_moments_too() -> None:
    short = b"\xe0abc"  # 2.5 ms
    found = packets_of(whole(0, [Sound(0, [(120 * n, short) for n in range(400)])]))
    assert [moment for moment, _ in found] == pytest.approx([n * 0.0025 for n in range(400)], abs=1e-6)


def test_a_track_without_sound_is_still_a_file() -> None:
    layout = Layout.of(312, [])
    assert (layout.length, layout.last) == (0, -1)
    assert whole(312, []) == layout.top
    assert whole(312, []).endswith(layout.top[-8:])
    assert layout.top[-8:-4] == b"\x1c\x53\xbb\x6b"  # a table without an entry


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 20), begin=st.integers(0, 500_000), length=st.integers(1, 60_000))
def test_any_stretch_of_the_file_can_be_made_alone(seed: int, begin: int, length: int) -> None:
    sounds = rough(seed)
    file = whole(312, sounds)
    layout = Layout.unpack(Layout.of(312, sounds).pack())
    assert layout.size == len(file)
    begin %= layout.size

    def sounds_from(number: int) -> Iterator[Sound]:
        return (sound for sound in sounds if sound.number >= number)

    assert b"".join(layout.read(begin, begin + length, sounds_from)) == file[begin : begin + length]
    assert b"".join(layout.read(layout.size - 1, layout.size, sounds_from)) == file[-1:]


@pytest.mark.parametrize("seed", range(6))
def test_a_reader_of_others_finds_every_packet_of_a_bad_day(seed: int) -> None:
    sounds = [one._replace(packets=[(at, content) for at, content in one.packets]) for one in rough(seed)]
    given_in = [packet for sound in sounds for _, packet in sound.packets]
    found = [packet for _, packet in packets_of(whole(312, sounds)) if packet != FILL]
    assert found == [packet for packet in given_in if packet != FILL]


def test_each_entry_of_the_table_leads_to_its_moment() -> None:
    sounds = list(islice(long(0.1), 1, None, 3))
    layout = Layout.of(312, sounds)
    file = whole(312, sounds)
    segment = file.index(b"\x18\x53\x80\x67") + 12
    table = layout.top[layout.top.rindex(b"\x1c\x53\xbb\x6b") + 8 :]
    assert len(table) % CUE == 0
    assert 0 < len(table) // CUE <= 360 / 2 + 1
    for at in range(0, len(table), CUE):
        (moment,) = struct.unpack_from(">I", table, at + 4)
        (place,) = struct.unpack_from(">Q", table, at + 15)
        assert file[segment + place :].startswith(b"\x1f\x43\xb6\x75")
        assert struct.unpack_from(">I", file, segment + place + 10)[0] == moment


def test_the_table_of_eight_hours_is_small_enough_to_begin_at_once() -> None:
    seconds = 8 * 3_600
    layout = Layout.of(312, (Sound(n, [(48_000 * n, b"\xf8" + bytes(78))]) for n in range(seconds)))
    assert len(layout.top) < 100_000
    assert layout.top.count(b"\xbb\x95\xb3\x84") >= webm.MOST_CUES // 2


def test_a_stretch_reads_only_its_own_chunks() -> None:
    layout = Layout.of(312, long(0.25))
    read: list[int] = []

    def sounds_from(number: int) -> Iterator[Sound]:
        for sound in islice(long(0.25), number, None):
            read.append(sound.number)
            yield sound

    middle = layout.size // 2
    b"".join(layout.read(middle, middle + 40_000, sounds_from))
    assert 430 < read[0] < 460
    assert len(read) <= 40_000 // 3_950 + 2


def test_the_table_is_small_and_a_damaged_one_is_seen() -> None:
    packed = Layout.of(312, long(0.5)).pack()
    assert len(packed) < 40_000
    for damaged in (packed[:-1], packed + b"x", b"XXXX" + packed[4:], b""):
        with pytest.raises(DamagedError):
            Layout.unpack(damaged)


def test_a_table_of_other_chunks_is_no_silent_short_file() -> None:
    layout = Layout.of(312, long(0.1))
    with pytest.raises(DamagedError):
        b"".join(layout.read(0, layout.size, lambda n: islice(long(0.05), n, None)))


def test_the_largest_packets_fit() -> None:
    dice = random.Random(1)
    largest = [(960 * n, b"\xf8" + dice.randbytes(1_274)) for n in range(120)]
    assert [packet for _, packet in packets_of(whole(0, [Sound(0, largest)]))] == [packet for _, packet in largest]
