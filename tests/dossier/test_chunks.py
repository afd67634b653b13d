"""The list of chunks has one spelling, and a run of packets makes the same file as the packets one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dossier.attacks import true
from tests.dossier.stories import OURS

from tweespoor.dossier import chunks
from tweespoor.errors import DamagedError
from tweespoor.tape import ogg, timeline
from tweespoor.tape.packets import Packet, build, parse
from tweespoor.tape.track import Place

OWN = bytes.fromhex(OURS)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.integers(0, 300), min_size=1, max_size=60)), min_size=1, max_size=4
    )
)
def test_a_run_makes_the_same_file_as_its_packets(course: list[tuple[int, list[int]]]) -> None:
    """Gaps between chunks, packets of all sizes, an end that cuts: page by page the same."""
    runs, singles = [], []
    position = 0
    for number, (gap, sizes) in enumerate(course):
        position += gap * 700
        own = [Packet(position + 960 * n, b"\x78" + bytes(size)) for n, size in enumerate(sizes)]
        chunk = parse(build(OWN, number, 0, 0, 0, own))
        row = chunks.Row(
            Place(number, 0, position, chunk.samples, 0, 0, by_device_clock=False), b"", chunks.Body.HERE, 0
        )
        runs.append(chunks.sound({0: 0}, chunks.Audible(0, 312), row.place, chunk))
        singles.append(ogg.Sound(number, [(one.position, one.content) for one in chunk.packets]))
        position += chunk.samples
    assert b"".join(ogg.write(OWN, 312, runs)) == b"".join(ogg.write(OWN, 312, singles))


def test_a_list_reads_what_it_wrote() -> None:
    for row in true().tapes[OURS].rows():
        assert chunks.read(chunks.line(row)) == row


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"number":0', b'"number":00'), (b'"number":0', b'"number":-0'), (b'"number":0', b'"number":4294967296'),
        (b'"epoch":0', b'"epoch":65536'), (b'"body":"here"', b'"body":"gone"'), (b"false", b"0"),
        (b'"leaf":"', b'"leaf":"A'), (b"}", b"} "), (b'"length":120', b'"length":9007199254740992'),
    ],
)  # fmt: skip
def test_another_spelling_of_a_line_is_refused(old: bytes, new: bytes) -> None:
    line = chunks.line(true().tapes[OURS].rows()[0])
    assert old in line
    with pytest.raises(DamagedError):
        chunks.read(line.replace(old, new, 1))


def test_a_track_without_a_packet_has_no_playable_file() -> None:
    rows = true().tapes[OURS].rows()
    assert not list(chunks.playable(OURS, timeline.starts(row.place for row in rows), ()))
