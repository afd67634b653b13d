"""Our own recording, recognised bit for bit in whatever container it comes."""

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.sound import files

from tweespoor.errors import UnreadableError
from tweespoor.sound import apart, container, opus, recognising
from tweespoor.sound.comparison import Verdict
from tweespoor.sound.recognising import marked, runs, whole

RATE = opus.RATE
SECONDS = 8


@pytest.fixture(scope="module")
def ours() -> list[bytes]:
    """Give the packets of one recording of ours."""
    rng = np.random.default_rng(4)
    return opus.encode((rng.normal(0, 0.05, SECONDS * RATE)).astype(np.float32)).packets


def placed(packets: Sequence[bytes], gap: tuple[int, float] = (0, 0.0)) -> list[tuple[float, bytes]]:
    at, jump = gap
    return [(number * 0.02 + (jump if jump and number >= at else 0.0), one) for number, one in enumerate(packets)]


def wrapped(packets: Sequence[bytes], form: str) -> io.BytesIO:
    """Put packets into a container, undecoded."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as writing:
        stream = writing.add_stream("libopus", rate=RATE)
        stream.layout = "mono"
        for number, one in enumerate(packets):
            packet = av.Packet(one)
            packet.stream = stream
            packet.pts = packet.dts = number * 960
            packet.duration = 960
            packet.time_base = Fraction(1, RATE)
            writing.mux(packet)
    out.seek(0)
    return out


@pytest.mark.parametrize("form", ["ogg", "webm", "matroska"])
def test_the_same_packets_in_another_container_are_the_same_recording(ours: list[bytes], form: str) -> None:
    copy = marked(apart.packets(wrapped(ours, form)))
    original = marked(placed(ours))
    found = whole(original, copy, runs(original, copy))
    assert found is not None
    assert found.verdict is Verdict.FOLLOWS
    assert not found.differences
    (only,) = found.map
    assert only.original == pytest.approx((0.0, len(ours) * 0.02))
    assert only.confidence == 1.0


def test_a_part_of_it_is_told_from_which_second_to_which(ours: list[bytes]) -> None:
    original, copy = marked(placed(ours)), marked(placed(ours[100:300]))
    found = whole(original, copy, runs(original, copy))
    assert found is not None
    assert found.map[0].original == pytest.approx((2.0, 6.0))
    assert found.alignment is not None
    assert found.alignment.offset_s == pytest.approx(2.0)


def test_where_the_original_stood_still_the_copy_does_too(ours: list[bytes]) -> None:
    original, copy = marked(placed(ours, (200, 30.0))), marked(placed(ours, (200, 30.0)))
    found = whole(original, copy, runs(original, copy))
    assert found is not None
    assert [one.original for one in found.map] == [pytest.approx((0.0, 4.0)), pytest.approx((34.0, 38.0), abs=0.03)]
    assert found.coverage.followed_s == pytest.approx(8.0, abs=0.03)


def test_with_a_piece_taken_out_it_is_no_longer_whole(ours: list[bytes]) -> None:
    original, copy = marked(placed(ours)), marked(placed([*ours[:120], *ours[200:]]))
    found = runs(original, copy)
    assert [one.original for one in found] == [pytest.approx((0.0, 2.4)), pytest.approx((4.0, 8.0), abs=0.03)]
    assert whole(original, copy, found) is None


def test_one_packet_of_another_recording_is_enough_to_be_no_longer_whole(ours: list[bytes]) -> None:
    other = opus.encode(np.zeros(RATE, np.float32)).packets[20]
    original = marked(placed(ours))
    for changed in ([other, *ours], [*ours, other], [*ours[:50], other, *ours[51:]]):
        copy = marked(placed(changed))
        assert whole(original, copy, runs(original, copy)) is None


def test_where_nothing_was_recorded_a_file_holds_empty_packets_that_count_for_nothing(ours: list[bytes]) -> None:
    empty = b"\xf8\xff\xfe"
    original = marked(placed(ours, (200, 2.0)))
    served = marked(placed([*ours[:200], *[empty] * 100, *ours[200:]]))
    found = whole(original, served, runs(original, served))
    assert found is not None
    assert len(found.map) == 2
    short = [*ours[:200], *[empty] * 50, *ours[200:]]
    added = [*ours[:50], *[empty] * 60, *ours[50:200], *[empty] * 100, *ours[200:]]
    for moved in (short, added):
        copy = marked(placed(moved))
        assert whole(original, copy, runs(original, copy)) is None, "it is not as long as it was"


def test_silence_alone_is_nobody_s_recording() -> None:
    silence = [opus.encode(np.zeros(RATE, np.float32)).packets[20]] * 200
    original, copy = marked(placed(silence)), marked(placed(silence))
    assert runs(original, copy) == []
    assert whole(original, copy, []) is None


def test_less_than_a_second_is_not_enough(ours: list[bytes]) -> None:
    original, copy = marked(placed(ours)), marked(placed(ours[10 : 10 + recognising.LEAST - 1]))
    assert runs(original, copy) == []


def test_another_codec_has_no_packets_to_recognise(tmp_path: Path) -> None:
    path = files.kind(tmp_path, "aac.m4a", files.conversation(3))
    assert list(container.packets(path)) == []
    with pytest.raises(UnreadableError):
        list(apart.packets(io.BytesIO(b"not sound")))
