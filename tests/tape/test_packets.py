"""Bodies: what parses, and that nothing else does."""

import os
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tape.sounds import body, packets

from tweespoor.errors import UnreadableError
from tweespoor.tape.packets import LARGEST, Code, Event, Packet, build, duration, parse, parse_prefix

TRACK = bytes(range(16))


def test_a_second_of_sound_is_read_as_it_was_written() -> None:
    chunk = parse(body(TRACK, 7, epoch=2, events=(Event(7 * 48_000, Code.LOST, 480),)))
    assert (chunk.track, chunk.number, chunk.epoch, chunk.begin, chunk.samples) == (TRACK, 7, 2, 336_000, 48_000)
    assert chunk.events == (Event(336_000, Code.LOST, 480),)
    assert [packet.content for packet in chunk.packets] == list(packets()[50:100])
    assert chunk.packets[1].position == 336_960


def test_the_prefix_alone_tells_the_same_without_the_sound() -> None:
    whole = parse(body(TRACK, 0))
    kept = parse_prefix(whole.prefix)
    assert (kept.begin, kept.samples, kept.table) == (whole.begin, whole.samples, whole.table)
    assert kept.packets == ()
    with pytest.raises(UnreadableError):
        parse(whole.prefix)
    with pytest.raises(UnreadableError):
        parse_prefix(whole.body)


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        ("f8fffe", 960), ("08" + "00" * 20, 960), ("18" + "00" * 40, 2880), ("e000", 120), ("00", 480),
        ("f9" + "00" * 8, 1920), ("fa0100" + "00" * 3, 1920), ("fb02" + "00" * 4, 1920), ("fb4202" + "00" * 4, 1920),
        ("fb820100" + "00" * 3, 1920), ("fbc2010100" + "00" * 2, 1920),
    ],
)  # fmt: skip
def test_durations_follow_the_standard(packet: str, samples: int) -> None:
    """RFC 6716, 3.1 and 3.2."""
    assert duration(bytes.fromhex(packet)) == samples


@pytest.mark.parametrize(
    "packet",
    ["", "f9" + "00" * 7, "fa", "fafc", "fa10", "fb", "fb00", "fb0700", "fb3f", "fb42", "fb42ff", "fb4205" + "00",
     "fb420200" + "0001", "fb02" + "00" * 3, "fb82", "fb82fd", "fb8210" + "00", "f8" + "00" * 1275],
)  # fmt: skip
def test_broken_packets_do_not_parse(packet: str) -> None:
    with pytest.raises(UnreadableError):
        duration(bytes.fromhex(packet))


def test_padding_may_hide_nothing() -> None:
    frames = "00" * 4
    assert duration(bytes.fromhex("fb4203" + frames + "000000")) == 1920
    with pytest.raises(UnreadableError, match="padding"):
        duration(bytes.fromhex("fb4203" + frames + "00ff00"))


WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)
MP4 = b"\0\0\0\x20ftypisom" + bytes(500)
ZIP_BOMB = b"PK\x03\x04" + bytes(100_000)


@pytest.mark.parametrize("content", [b"", b"TSB1", WEBM, PNG, MP4, ZIP_BOMB, bytes(60), os.urandom(5000)])
def test_what_is_no_body_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse(content)


@pytest.mark.parametrize("picture", [PNG, WEBM, MP4])
def test_a_picture_behind_or_inside_a_body_is_refused(picture: bytes) -> None:
    whole = body(TRACK, 0)
    with pytest.raises(UnreadableError, match="left over"):
        parse(whole + picture)
    with pytest.raises(UnreadableError):
        parse(whole[:100] + picture + whole[100:])


def patched(at: int, form: str, value: int) -> bytes:
    whole = bytearray(body(TRACK, 0, events=(Event(0, Code.CLIPPING, 0),)))
    struct.pack_into(form, whole, at, value)
    return bytes(whole)


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [
        (4, ">B", 1), (27, ">Q", 1 << 60), (35, ">Q", 1 << 60), (43, ">B", 2), (44, ">B", 2), (45, ">H", 65_000),
        (47, ">I", 44_100), (51, ">H", 65_000), (53, ">H", 501), (63, ">B", 99), (55, ">Q", 1 << 60),
        (68, ">Q", 5), (76, ">H", 0), (76, ">H", 1276), (78, ">Q", 961),
    ],
)  # fmt: skip
def test_each_field_is_looked_at(at: int, form: str, value: int) -> None:
    with pytest.raises(UnreadableError):
        parse(patched(at, form, value))


def test_limits() -> None:
    tiny = b"\xf8\xff\xfe"
    parse(build(TRACK, 0, 0, 0, 0, [Packet(n * 960, tiny) for n in range(500)]))
    with pytest.raises(UnreadableError):
        parse(build(TRACK, 0, 0, 0, 0, [Packet(n * 960, tiny) for n in range(501)]))
    with pytest.raises(UnreadableError):
        parse(build(TRACK, 0, 0, 0, 0, []))
    big = b"\xf8" + bytes(1274)
    with pytest.raises(UnreadableError):
        parse(build(TRACK, 0, 0, 0, 0, [Packet(n * 960, big) for n in range(LARGEST // 1275 + 1)]))
    with pytest.raises(UnreadableError, match="stereo"):
        parse(build(TRACK, 0, 0, 0, 0, [Packet(0, b"\xfc\xff\xfe")]))
    assert parse(build(TRACK, 3, 0, 0, 0, [], [Event(960, Code.ENDED, 0)])).samples == 0


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (parse, parse_prefix, duration):
        with suppress(UnreadableError):
            read(content)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_body_never_crashes(data: st.DataObject) -> None:
    whole = bytearray(body(TRACK, 0))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for content in (bytes(whole), bytes(whole[:cut])):
        with suppress(UnreadableError):
            parse(content)
