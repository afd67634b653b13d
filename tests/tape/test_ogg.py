"""The playable file: the same bytes every time, gaps where there were gaps, any stretch of it alone."""

import random
import subprocess
import tracemalloc
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.programs import brought_in
from tests.sound.likeness import likeness, worst_second

from tweespoor.errors import DamagedError
from tweespoor.sound import opus, voices
from tweespoor.tape import ogg
from tweespoor.tape.ogg import FILL, Layout, Sound

TRACK = bytes(range(16))
ANNA, BRAM = "nl+f3", "nl+m3"


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float32]:
    return voices.talk(
        [
            voices.Line(ANNA, "Goedemiddag. We nemen dit gesprek op, alleen geluid."),
            voices.Line(BRAM, "Dat is goed. Ik neem zelf ook op, met mijn telefoon."),
            voices.Line(ANNA, "Komt er iemand binnen, dan zetten we de opname stil."),
        ]
    )


@pytest.fixture(scope="module")
def encoded(speech: NDArray[np.float32]) -> opus.Encoded:
    return opus.encode(speech)


def chunks(packets: list[tuple[int, bytes]], size: int = 50, end: int | None = None) -> list[Sound]:
    return [Sound(n, packets[at : at + size], end) for n, at in enumerate(range(0, len(packets), size))]


def placed(encoded: opus.Encoded) -> list[tuple[int, bytes]]:
    return [(960 * n, packet) for n, packet in enumerate(encoded.packets)]


@pytest.mark.parametrize("decoder", ["libopus", "opus"])
def test_what_went_in_is_heard_at_its_own_moment(
    tmp_path: Path, speech: NDArray[np.float32], encoded: opus.Encoded, decoder: opus.Decoder
) -> None:
    file = tmp_path / "audio.opus"
    sounds = chunks(placed(encoded), end=len(speech))
    file.write_bytes(b"".join(ogg.write(TRACK, encoded.preskip, sounds)))
    heard = opus.read(str(file), decoder)
    assert abs(len(heard) - len(speech)) <= 1
    assert likeness(heard, speech) > 0.9
    assert worst_second(heard, speech) > 0.8


@pytest.mark.slow
def test_the_reference_program_says_the_same(
    tmp_path: Path, speech: NDArray[np.float32], encoded: opus.Encoded
) -> None:
    file, wave = tmp_path / "audio.opus", tmp_path / "audio.raw"
    sounds = [sound for sound in chunks(placed(encoded), end=len(speech)) if sound.number != 3]
    file.write_bytes(b"".join(ogg.write(TRACK, encoded.preskip, sounds)))
    opusdec = brought_in("opusdec", "opus-tools")
    arguments = ["--rate", "48000", "--no-dither", "--float", str(file), str(wave)]
    said = subprocess.run([opusdec, *arguments], check=True, capture_output=True, text=True)
    assert "hole" not in said.stderr.lower()
    heard = np.fromfile(wave, np.float32)
    assert abs(len(heard) - len(speech)) <= 1
    assert likeness(heard[: 150 * 960], speech[: 150 * 960]) > 0.9


def test_the_file_is_the_same_every_time_and_differs_per_track(encoded: opus.Encoded) -> None:
    one, two, other = (
        b"".join(ogg.write(track, encoded.preskip, chunks(placed(encoded)))) for track in (TRACK, TRACK, bytes(16))
    )
    assert one == two
    assert one != other


@pytest.mark.parametrize("decoder", ["libopus", "opus"])
def test_a_gap_is_silence_of_the_same_length_and_is_listed(
    tmp_path: Path, speech: NDArray[np.float32], encoded: opus.Encoded, decoder: opus.Decoder
) -> None:
    packets = placed(encoded)
    sounds = [sound for sound in chunks(packets, end=len(speech)) if sound.number not in {3, 4}]
    layout = Layout.of(TRACK, encoded.preskip, sounds)
    assert layout.gaps == ((150 * 960 - encoded.preskip, 250 * 960 - encoded.preskip),)
    assert abs(layout.length - len(speech)) <= 1
    file = tmp_path / "audio.opus"
    file.write_bytes(b"".join(ogg.write(TRACK, encoded.preskip, sounds)))
    heard = opus.read(str(file), decoder)
    assert abs(len(heard) - len(speech)) <= 1
    assert np.abs(heard[155 * 960 : 249 * 960]).max() < 0.001
    after = 250 * 960 + 6_720  # a decoder that starts anew differs for up to 140 ms
    assert likeness(heard[after:], speech[after:]) > 0.9


def test_gaps_of_odd_lengths_never_add_up() -> None:
    packets = [(n * (960 + 1_234), b"\xf8\x01\x02") for n in range(1_000)]
    layout = Layout.of(TRACK, 312, [Sound(0, packets)])
    assert abs(layout.length + 312 - packets[-1][0] - 960) <= 480
    assert len(layout.gaps) == 999


def test_an_overlap_is_played_in_order_and_caught_up_at_the_next_gap() -> None:
    sounds = [Sound(0, [(0, FILL), (960, FILL)]), Sound(1, [(500, FILL)]), Sound(2, [(9_600, FILL)])]
    layout = Layout.of(TRACK, 0, sounds)
    assert layout.length == 9_600 + 960
    assert layout.gaps == ((3 * 960, 9_600),)


def test_the_checksum_is_that_of_rfc_3533() -> None:
    def by_the_letter(page: bytes) -> bytes:
        register = 0
        for byte in page:
            register ^= byte << 24
            for _ in range(8):
                register = (register << 1 ^ (0x04C11DB7 if register & 0x80000000 else 0)) & 0xFFFFFFFF
        return register.to_bytes(4, "little")

    for length in (0, 1, 27, 4_000):
        page = random.Random(length).randbytes(length)
        assert ogg.checksum(page) == ogg.checksum(page[:20], page[20:]) == by_the_letter(page)


def test_the_largest_packets_fill_more_pages_and_still_play(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.2, 144_000).astype(np.float32)
    encoded = opus.encode(noise, bit_rate=256_000)
    assert max(map(len, encoded.packets)) > 500
    file = tmp_path / "audio.opus"
    file.write_bytes(b"".join(ogg.write(TRACK, encoded.preskip, chunks(placed(encoded), 500, end=len(noise)))))
    assert file.read_bytes().count(b"OggS") > 3
    decoders: tuple[opus.Decoder, ...] = ("libopus", "opus")
    for decoder in decoders:
        heard = opus.read(str(file), decoder)
        assert len(heard) == len(noise)
        assert likeness(heard, noise) > 0.9


def test_a_track_without_sound_is_still_a_file() -> None:
    whole = b"".join(ogg.write(TRACK, 312, []))
    layout = Layout.of(TRACK, 312, [])
    assert whole.count(b"OggS") == 3
    assert (layout.size, layout.length) == (len(whole), 0)
    assert b"".join(layout.read(0, layout.size, lambda _: [])) == whole
    assert b"".join(layout.read(50, 120, lambda _: [])) == whole[50:120]


@cache
def rough(seed: int, count: int = 80) -> list[Sound]:
    """Chunks as a bad day makes them: holes, empty ones, large packets, jumps within a chunk, hours of nothing."""
    dice = random.Random(seed)
    at, sounds = 0, []
    for number in range(count):
        if dice.random() < 0.1:
            continue
        packets = []
        for _ in range(dice.choice((0, 1, 7, 50, 51))):
            packets.append((at, b"\xf8" + dice.randbytes(dice.choice((2, 80, 254, 255, 1_274)))))
            at += 960
            if dice.random() < 0.01:
                at += dice.choice((100, 700, 5_000, 48_000 * 600))
        sounds.append(Sound(number, packets))
        at += dice.choice((0, 0, 0, 0, 1_000, 48_000 * 20))
    return sounds


@cache
def file_of(seed: int) -> bytes:
    return b"".join(ogg.write(TRACK, 312, rough(seed)))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 20), begin=st.integers(0, 500_000), length=st.integers(1, 60_000))
def test_any_stretch_of_the_file_can_be_made_alone(seed: int, begin: int, length: int) -> None:
    sounds = rough(seed)
    whole = file_of(seed)
    layout = Layout.unpack(Layout.of(TRACK, 312, sounds).pack())
    assert layout.size == len(whole)
    begin %= layout.size

    def sounds_from(number: int) -> Iterator[Sound]:
        return (sound for sound in sounds if sound.number >= number)

    assert b"".join(layout.read(begin, begin + length, sounds_from)) == whole[begin : begin + length]
    assert b"".join(layout.read(layout.size - 1, layout.size, sounds_from)) == whole[-1:]


def long(hours: float) -> Iterator[Sound]:
    for number in range(round(3_600 * hours)):
        yield Sound(number, [(48_000 * number + 960 * n, b"\xf8" + bytes(78)) for n in range(50)])


def test_a_stretch_reads_only_its_own_chunks() -> None:
    layout = Layout.of(TRACK, 312, long(0.25))
    read: list[int] = []

    def sounds_from(number: int) -> Iterator[Sound]:
        for sound in islice(long(0.25), number, None):
            read.append(sound.number)
            yield sound

    middle = layout.size // 2
    b"".join(layout.read(middle, middle + 40_000, sounds_from))
    assert 440 - ogg.STRIDE < read[0] < 460
    assert len(read) <= 40_000 // 3_950 + 2 + ogg.STRIDE


def test_hours_of_nothing_are_stepped_over() -> None:
    sounds = [Sound(0, [(0, FILL)]), Sound(1, [(48_000 * 3_600 * 1_000, FILL)])]
    layout = Layout.of(TRACK, 0, sounds)
    assert layout.size > 100_000_000
    end = b"".join(layout.read(layout.size - 3_000, layout.size, lambda n: sounds[n:]))
    assert len(end) == 3_000
    assert end.endswith(b"\x01\x03" + FILL)


@pytest.mark.parametrize("hours", [2 / 15, 2])
def test_a_longer_track_needs_no_more_memory(hours: float) -> None:
    tracemalloc.start()
    size = sum(map(len, ogg.write(TRACK, 312, long(hours))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > hours * 3_600 * 3_900
    assert peak < 200_000


def test_the_table_is_small_and_a_damaged_one_is_seen() -> None:
    packed = Layout.of(TRACK, 312, long(0.5)).pack()
    assert len(packed) < 45_000
    for damaged in (packed[:-1], packed + b"x", b"XXXX" + packed[4:], b""):
        with pytest.raises(DamagedError):
            Layout.unpack(damaged)


def test_a_table_of_other_chunks_is_no_silent_short_file() -> None:
    layout = Layout.of(TRACK, 312, long(0.1))
    with pytest.raises(DamagedError):
        b"".join(layout.read(0, layout.size, lambda n: islice(long(0.05), n, None)))
