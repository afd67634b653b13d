"""What is read at a glance is what a close look reads."""

from hypothesis import given
from hypothesis import strategies as st
from tests.tape import sounds

from tweespoor.errors import UnreadableError
from tweespoor.tape import steady
from tweespoor.tape.packets import Code, Event, Packet, build, parse

TRACK = bytes(range(16))
FIRSTS = [0x08, 0x48, 0x68, 0x78, 0x98, 0xF8]  # mono frames of 20 ms: SILK, hybrid, CELT
ODD = [0x00, 0x58, 0x0C, 0x09, 0x7A, 0xE8, 0xFB]


def body(firsts: list[int], lengths: list[int], begin: int = 4800, events: list[Event] | None = None) -> bytes:
    content = [bytes((first,)) + bytes(length) for first, length in zip(firsts, lengths, strict=True)]
    packets = [Packet(begin + 960 * n, packet) for n, packet in enumerate(content)]
    return build(TRACK, 7, 2, 123, 456, packets, events)


def glance(content: bytes, begin: int = 4800) -> steady.Steady | None:
    return steady.read(content, steady.begins(TRACK, 7, 2), begin)


def agrees(content: bytes, found: steady.Steady) -> bool:
    chunk = parse(content)
    own = (chunk.begin, chunk.samples, chunk.wall_ms, chunk.preskip)
    laces = bytes(length for _, length in chunk.table)
    same = found == (*own, laces, content[chunk.prefix_length :])
    return same and (chunk.track, chunk.number, chunk.epoch, chunk.events) == (TRACK, 7, 2, ())


@given(st.lists(st.tuples(st.sampled_from(FIRSTS), st.integers(0, 253)), min_size=1, max_size=255))
def test_a_steady_body_is_read_at_a_glance(packets: list[tuple[int, int]]) -> None:
    content = body([first for first, _ in packets], [length for _, length in packets])
    found = glance(content)
    assert found is not None
    assert agrees(content, found)


@given(
    st.lists(st.tuples(st.sampled_from(FIRSTS * 4 + ODD), st.integers(0, 258)), min_size=1, max_size=60),
    st.integers(0, 100_000),
    st.booleans(),
)
def test_whatever_is_turned_in_it_a_glance_sees_no_more_than_a_close_look(
    packets: list[tuple[int, int]], turned: int, told: bool
) -> None:
    events = [Event(4800, Code.HIDDEN, 0)] if told else []
    content = bytearray(body([first for first, _ in packets], [length for _, length in packets], events=events))
    content[turned // 8 % len(content)] ^= 1 << turned % 8
    found = glance(bytes(content))
    if found is not None:
        try:
            assert agrees(bytes(content), found)
        except UnreadableError:
            raise AssertionError("a close look refuses it") from None


def test_what_is_out_of_the_ordinary_is_left_to_the_close_look() -> None:
    whole = body([0xF8] * 50, [80] * 50)
    assert glance(whole) is not None
    assert glance(whole, 4801) is None
    assert glance(whole[:-1]) is None
    assert glance(whole + b"\0") is None
    assert glance(body([0xF8] * 256, [1] * 256)) is None  # more than fit on a page
    assert glance(body([0xF8] * 50, [80] * 49 + [254])) is None  # a length of two bytes
    assert glance(body([0xF8] * 50, [80] * 50, begin=(1 << 53) - 960), (1 << 53) - 960) is None


def test_of_a_second_of_real_sound_a_glance_sees_no_more_than_a_close_look() -> None:
    """Every bit of what stands before the packets turned, and every bit of the first byte of each packet."""
    whole = sounds.body(TRACK, 7, epoch=2)
    found = glance(whole, 336_000)
    assert found is not None
    assert agrees(whole, found)
    chunk = parse(whole)
    firsts = [chunk.prefix_length + sum(length for _, length in chunk.table[:n]) for n in range(len(chunk.table))]
    for bit in (bit for at in (*range(chunk.prefix_length), *firsts) for bit in range(8 * at, 8 * at + 8)):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        found = glance(bytes(turned), 336_000)
        if found is not None:
            try:
                assert agrees(bytes(turned), found)
            except UnreadableError:
                raise AssertionError(f"a close look refuses it, bit {bit}") from None


@given(
    st.lists(st.tuples(st.sampled_from(FIRSTS * 4 + ODD), st.integers(0, 258)), min_size=1, max_size=260),
    st.booleans(),
)
def test_what_was_read_before_is_taken_apart_as_a_close_look_does(packets: list[tuple[int, int]], told: bool) -> None:
    events = [Event(4800, Code.HIDDEN, 0)] if told else []
    content = body([first for first, _ in packets], [length for _, length in packets], events=events)
    try:
        chunk = parse(content)
    except UnreadableError:
        return
    found = steady.known(content, chunk.begin, chunk.samples)
    simple = not told and len(packets) <= 255 and all(length < 254 for _, length in packets)
    assert (found is not None) is simple
    assert found is None or agrees(content, found)
