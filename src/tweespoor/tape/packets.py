"""The body of a chunk: about one second of one track, as the recorder wrote it and as it is hashed.

Big endian.  The *prefix* is everything before the bytes of the packets::

    "TSB1" | flags u8 = 0 | track 16 | number u32 | epoch u16 | mono_us u64 | wall_ms u64
    | codec u8 = 1 (Opus) | channels u8 = 1 | preskip u16 | rate u32 = 48000
    | events u16 | packets u16 | (position u64, code u8, value u32)* | (position u64, length u16)* || packet bytes

Positions are 48 kHz samples since the epoch began.  Packets inside one chunk lie end to end: a recorder that lost
samples begins a new chunk with the event ``lost``.  A body that is anything else than Opus packets does not parse,
so there is nowhere to put an image (clause 2a); padding inside a packet must be zero, as RFC 6716 asks of encoders.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from tweespoor.errors import UnreadableError

MAGIC: Final = b"TSB1"
RATE: Final = 48_000
LONGEST_PACKET: Final = 1275  # bytes (RFC 6716, 3.4)
MOST_PACKETS: Final = 500
MOST_EVENTS: Final = 64
LARGEST: Final = 256 * 1024  # bytes of one body

_LONGEST_SAMPLES: Final = 5760  # 120 ms (RFC 6716, 3.2.5)
_FIXED: Final = struct.Struct(">4sB16sIHQQBBHIHH")
_EVENT: Final = struct.Struct(">QBI")
_ENTRY: Final = struct.Struct(">QH")
_BEYOND: Final = 1 << 53  # what a page can count exactly
_STEREO: Final = 0x04
_ONE_BYTE_LENGTHS: Final = 252  # RFC 6716, 3.2.1


class Code(IntEnum):
    """What a recorder says happened to it."""

    PAUSED = 1
    RESUMED = 2
    MUTED = 3
    UNMUTED = 4
    HIDDEN = 5
    VISIBLE = 6
    INTERRUPTED = 7
    DEVICE_CHANGE = 8
    LOST = 9
    CLIPPING = 10
    ENDED = 11


class Event(NamedTuple):
    """Something that happened to a recorder, at a position; ``value`` counts lost samples."""

    position: int
    code: Code
    value: int


class Packet(NamedTuple):
    """One Opus packet at its position."""

    position: int
    content: bytes


def _frame_samples(config: int) -> int:
    """Give the samples of one frame by the configuration in its first byte (RFC 6716, table 2)."""
    if config < 12:  # noqa: PLR2004 - SILK: 10, 20, 40, 60 ms
        return (480, 960, 1920, 2880)[config & 3]
    if config < 16:  # noqa: PLR2004 - hybrid: 10, 20 ms
        return (480, 960)[config & 1]
    return (120, 240, 480, 960)[config & 3]  # CELT: 2.5, 5, 10, 20 ms


_SAMPLES: Final = tuple(_frame_samples(first >> 3) for first in range(256))
# The common packet, mono with one frame, is settled by a look into this table; 0 means: look closer.
_SINGLE: Final = tuple(0 if first & (_STEREO | 3) else _SAMPLES[first] for first in range(256))


def duration(packet: bytes) -> int:
    """Give the samples that an Opus packet holds; raises UnreadableError when its framing is broken (RFC 6716, 3.2).

    >>> duration(bytes.fromhex("f8fffe"))
    960
    """
    if not packet or len(packet) > LONGEST_PACKET:
        raise UnreadableError("a packet has no length that Opus knows")
    first = packet[0]
    frame, code = _SAMPLES[first], first & 3
    if code == 0:
        return frame
    if code == 1:
        if len(packet) % 2 == 0:
            raise UnreadableError("two equal frames do not fit in an odd number of bytes")
        return 2 * frame
    if code == 2:  # noqa: PLR2004 - the code of two frames of different lengths
        length, used = _length(packet, 1)
        if 1 + used + length > len(packet):
            raise UnreadableError("a frame is longer than its packet")
        return 2 * frame
    return _many(packet, frame)


def opus_head(preskip: int) -> bytes:
    """Give what a file of one channel says of its sound: so many samples to drop, no gain (RFC 7845, 5.1)."""
    return struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, preskip, RATE, 0, 0)


def _length(packet: bytes, at: int) -> tuple[int, int]:
    """Read the length of a frame: the length, and the one or two bytes in which it stood (RFC 6716, 3.2.1)."""
    if at >= len(packet):
        raise UnreadableError("a packet ends where a length should be")
    short = packet[at]
    if short < _ONE_BYTE_LENGTHS:
        return short, 1
    if at + 1 >= len(packet):
        raise UnreadableError("a packet ends where a length should be")
    return short + 4 * packet[at + 1], 2


def _many(packet: bytes, frame: int) -> int:
    """Give the samples of a packet that counts its frames (RFC 6716, 3.2.5)."""
    if len(packet) < 2:  # noqa: PLR2004 - the byte with the count must be there
        raise UnreadableError("a packet ends where its count should be")
    count = packet[1] & 0x3F
    if not count or count * frame > _LONGEST_SAMPLES:
        raise UnreadableError("a packet lasts longer than 120 ms, or nothing at all")
    at, end = _unpadded(packet) if packet[1] & 0x40 else (2, len(packet))
    if packet[1] & 0x80:
        lengths = 0
        for _ in range(count - 1):
            length, used = _length(packet[:end], at)
            lengths, at = lengths + length, at + used
        if at + lengths > end:
            raise UnreadableError("frames are longer than their packet")
    elif (end - at) % count:
        raise UnreadableError("equal frames do not fit in their packet")
    return count * frame


def _unpadded(packet: bytes) -> tuple[int, int]:
    """Give where the frames of a padded packet begin and end; 255 stands for 254 bytes and another byte of length."""
    at, padding, more = 2, 0, 255
    while more == 255:  # noqa: PLR2004 - as the docstring says
        if at >= len(packet):
            raise UnreadableError("a packet ends in its padding")
        more = packet[at]
        padding += min(more, 254)
        at += 1
    end = len(packet) - padding
    if end < at or any(packet[end:]):
        raise UnreadableError("a packet's padding is not empty")
    return at, end


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a body says; ``samples`` are the samples of its packets, ``begin`` the position of the first.

    A chunk without packets (a recorder that only tells of an event) begins at its first event.
    """

    track: bytes
    number: int
    epoch: int
    mono_us: int
    wall_ms: int
    preskip: int
    begin: int
    samples: int
    events: tuple[Event, ...]
    table: tuple[tuple[int, int], ...]
    prefix_length: int
    body: bytes

    @property
    def end(self) -> int:
        """Give the position just behind the last packet."""
        return self.begin + self.samples

    @property
    def prefix(self) -> bytes:
        """Give the body without the bytes of its packets."""
        return self.body[: self.prefix_length]

    @property
    def packets(self) -> tuple[Packet, ...]:
        """Give the packets with their bytes; of a mere prefix there are none."""
        if len(self.body) == self.prefix_length:
            return ()
        found = []
        at = self.prefix_length
        for position, length in self.table:
            found.append(Packet(position, self.body[at : at + length]))
            at += length
        return tuple(found)


def parse(body: bytes) -> Chunk:
    """Read a body; raises UnreadableError unless it is Opus packets and nothing else."""
    fields, events, table, at = _prefix(body)
    begin = expected = table[0][0] if table else 0
    size = len(body)
    for position, length in table:
        if position != expected:
            raise UnreadableError("packets do not lie end to end")
        if not 0 < length <= LONGEST_PACKET or at + length > size:
            raise UnreadableError("a packet has no length that Opus knows, or is not there")
        samples = _SINGLE[body[at]]
        if not samples:
            if body[at] & _STEREO:
                raise UnreadableError("a packet is in stereo")
            samples = duration(body[at : at + length])
        at += length
        expected += samples
    if at != size:
        raise UnreadableError("bytes are left over behind the packets")
    return _chunk(fields, events, table, expected - begin, body)


def parse_prefix(prefix: bytes) -> Chunk:
    """Read a body without its packets, of a track that its owner keeps; raises UnreadableError.

    What the packets last can only be told from their positions; of the last one, from the one before it.
    """
    fields, events, table, at = _prefix(prefix)
    if at != len(prefix):
        raise UnreadableError("bytes are left over behind the list of packets")
    step = 960
    begin = previous = table[0][0] if table else 0
    for place, (position, length) in enumerate(table):
        if not 0 < length <= LONGEST_PACKET:
            raise UnreadableError("a packet has no length that Opus knows")
        if place:
            step = position - previous
            if not 0 < step <= _LONGEST_SAMPLES:
                raise UnreadableError("packets do not lie end to end")
        previous = position
    samples = previous + step - begin if table else 0
    return _chunk(fields, events, table, samples, prefix)


_Fixed = tuple[bytes, int, bytes, int, int, int, int, int, int, int, int, int, int]


def _prefix(body: bytes) -> tuple[_Fixed, tuple[Event, ...], tuple[tuple[int, int], ...], int]:
    if len(body) > LARGEST or len(body) < _FIXED.size:
        raise UnreadableError("a body is too small or too large")
    fields: _Fixed = _FIXED.unpack_from(body)
    magic, flags, _, _, _, mono_us, wall_ms, codec, channels, preskip, rate, event_count, packet_count = fields
    if magic != MAGIC or flags or codec != 1 or channels != 1 or rate != RATE:
        raise UnreadableError("a body is not of format 1 with mono Opus at 48 kHz")
    if mono_us >= _BEYOND or wall_ms >= _BEYOND or preskip > RATE:
        raise UnreadableError("a time lies beyond what can be counted")
    if packet_count > MOST_PACKETS or event_count > MOST_EVENTS or not packet_count + event_count:
        raise UnreadableError("a body holds nothing, or too many packets or events")
    middle = _FIXED.size + event_count * _EVENT.size
    end = middle + packet_count * _ENTRY.size
    if end > len(body):
        raise UnreadableError("a body ends before its packets")
    events = _events(body[_FIXED.size : middle]) if event_count else ()
    table: tuple[tuple[int, int], ...] = tuple(_ENTRY.iter_unpack(body[middle:end]))
    if table and table[-1][0] >= _BEYOND:
        raise UnreadableError("a position lies beyond what can be counted")
    return fields, events, table, end


def _events(rows: bytes) -> tuple[Event, ...]:
    found = []
    before = 0
    for position, code, value in _EVENT.iter_unpack(rows):
        if not before <= position < _BEYOND:
            raise UnreadableError("events are not in order")
        try:
            found.append(Event(position, Code(code), value))
        except ValueError as error:
            raise UnreadableError("an event has a code that is not known") from error
        before = position
    return tuple(found)


def _chunk(
    fields: _Fixed, events: tuple[Event, ...], table: tuple[tuple[int, int], ...], samples: int, body: bytes
) -> Chunk:
    _, _, track, number, epoch, mono_us, wall_ms, _, _, preskip, _, _, _ = fields
    begin = table[0][0] if table else events[0].position
    prefix_length = _FIXED.size + len(events) * _EVENT.size + len(table) * _ENTRY.size
    return Chunk(track, number, epoch, mono_us, wall_ms, preskip, begin, samples, events, table, prefix_length, body)


def build(  # noqa: PLR0917 - the fields in the order in which they stand
    track: bytes,
    number: int,
    epoch: int,
    mono_us: int,
    wall_ms: int,
    packets: list[Packet],
    events: list[Event] | None = None,
    preskip: int = 312,
) -> bytes:
    """Write a body: what a recorder does, for those who are no browser.

    >>> parse(build(bytes(16), 0, 0, 0, 0, [Packet(0, bytes.fromhex("f8fffe"))])).samples
    960
    """
    told = events or []
    head = _FIXED.pack(MAGIC, 0, track, number, epoch, mono_us, wall_ms, 1, 1, preskip, RATE, len(told), len(packets))
    return b"".join(
        (
            head,
            *(_EVENT.pack(*event) for event in told),
            *(_ENTRY.pack(packet.position, len(packet.content)) for packet in packets),
            *(packet.content for packet in packets),
        )
    )
