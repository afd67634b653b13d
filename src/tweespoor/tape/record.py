"""One record of a log: what the server knows of a chunk in clear, and the chunk itself, sealed.

The write-ahead log and the files of the tracks hold the same bytes, big endian::

    "TSR1" | length u32 | crc32 u32 | payload

A payload begins with its kind.  A *marker* opens each group of records that is written at once; it says up to
where the log was durable before.  So a reader can tell a torn tail (nothing after it was ever acknowledged) from
damage (a later marker swears that this was durable).  The checksum finds accidents; forgery is found by the
envelope and by the chain.

Times ending in ``_ms`` are the server's, ``_us`` microseconds; ``tie_*`` is the anchor by which the chunk was placed.
"""

import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from tweespoor.errors import DamagedError
from tweespoor.tape.track import Place

MAGIC: Final = b"TSR1"
FRAME: Final = struct.Struct(">4sII")
_HEADER: Final = struct.Struct(">BB16sIHQIQQQQQqqq32s32s")
_MARKER: Final = struct.Struct(">BIQIQ")
HEADER_SIZE: Final = FRAME.size + _HEADER.size
_LARGEST: Final = 512 * 1024  # a payload; more is no payload

BY_DEVICE_CLOCK: Final = 1


class Kind(IntEnum):
    """What a record is."""

    MARKER = 0
    SOUND = 1
    LEAF = 2
    HANDED_IN = 3
    CLOSED = 4


class Header(NamedTuple):
    """What stands in clear before the sealed bytes of a chunk.

    ``begin`` and ``samples`` are 48 kHz positions in the epoch, ``total`` the samples of the track up to and with
    this chunk, ``begin_ms`` to ``end_ms`` the interval, uncertainty included, in which it was recorded.
    """

    kind: int
    flags: int
    track: bytes
    number: int
    epoch: int
    begin: int
    samples: int
    total: int
    mono_us: int
    begin_ms: int
    end_ms: int
    arrival_ms: int
    tie_low_us: int
    tie_high_us: int
    tie_wall_ms: int
    leaf: bytes
    head: bytes

    @property
    def by_device_clock(self) -> bool:
        """Tell whether the moment rests on the device's clock alone."""
        return bool(self.flags & BY_DEVICE_CLOCK)

    @property
    def place(self) -> Place:
        """Give where and when its chunk was recorded."""
        return Place(
            self.number, self.epoch, self.begin, self.samples, self.begin_ms, self.end_ms, self.by_device_clock
        )


class Marker(NamedTuple):
    """What stands before a group: this log, what of it was durable, the log before it and what of that is good."""

    log: int
    durable: int
    before: int
    before_good: int


def frame(payload: bytes) -> bytes:
    """Put a payload in its frame."""
    return FRAME.pack(MAGIC, len(payload), zlib.crc32(payload)) + payload


def pack(header: Header, sealed: bytes) -> bytes:
    """Write a record."""
    return frame(_HEADER.pack(*header) + sealed)


def mark(marker: Marker) -> bytes:
    """Write a marker."""
    return frame(_MARKER.pack(Kind.MARKER, *marker))


def header_of(record: bytes) -> Header:
    """Read the header of a record that begins here; the checksum is not looked at."""
    return Header(*_HEADER.unpack_from(record, FRAME.size))


def sealed_of(record: bytes) -> bytes:
    """Give the sealed bytes of a record; raises DamagedError when its checksum does not match."""
    check(record)
    return record[HEADER_SIZE:]


def check(record: bytes) -> None:
    """Raise DamagedError unless this is one whole record with the right checksum."""
    if not is_whole(record, 0, len(record)):
        raise DamagedError("record", "a whole record", "another length or checksum")


def length_at(log: bytes, at: int, end: int) -> int:
    """Give the length of the whole frame that begins here by its own word, or 0 when none can begin here."""
    if at + FRAME.size > end:
        return 0
    magic, length, _ = FRAME.unpack_from(log, at)
    # Shorter than a marker is no record: a log that was extended with zeros must not read as empty records.
    if magic != MAGIC or not _MARKER.size <= length <= _LARGEST:
        return 0
    return FRAME.size + int(length)


def is_whole(log: bytes, at: int, end: int) -> bool:
    """Tell whether a whole frame with the right checksum begins here."""
    length = length_at(log, at, end)
    if not length or at + length > end:
        return False
    _, _, checksum = FRAME.unpack_from(log, at)
    payload = memoryview(log)[at + FRAME.size : at + length]
    if zlib.crc32(payload) != checksum:
        return False
    return payload[0] != Kind.MARKER or len(payload) == _MARKER.size


def read(log: bytes) -> "Reading":
    """Read a log as far as it can be trusted; see `Reading`."""
    frames: list[tuple[int, int]] = []
    markers: list[Marker] = []
    damaged: list[int] = []
    at, end = 0, len(log)
    while at < end:
        if is_whole(log, at, end):
            length = length_at(log, at, end)
            if log[at + FRAME.size] == Kind.MARKER:
                markers.append(Marker(*_MARKER.unpack_from(log, at + FRAME.size)[1:]))
            else:
                frames.append((at, length))
            at += length
            continue
        after = _next_group(log, at, end)
        if after is None:
            break
        damaged.append(at)
        at = next_whole(log, at, end)
    return Reading(tuple(frames), tuple(markers), tuple(damaged), at)


class Reading(NamedTuple):
    """The frames of a log (offset, length), its markers, where it is damaged, and where its good part ends."""

    frames: tuple[tuple[int, int], ...]
    markers: tuple[Marker, ...]
    damaged: tuple[int, ...]
    good: int


def _whole_from(log: bytes, at: int, end: int) -> Iterator[int]:
    found = log.find(MAGIC, at, end)
    while found >= 0:
        if is_whole(log, found, end):
            yield found
        found = log.find(MAGIC, found + 1, end)


def next_whole(log: bytes, at: int, end: int) -> int:
    """Give where the next whole frame behind a place begins, or the end when there is none."""
    return next(_whole_from(log, at + 1, end), end)


def _next_group(log: bytes, at: int, end: int) -> int | None:
    """Find a later marker that says that this place was durable."""
    for place in _whole_from(log, at + 1, end):
        if log[place + FRAME.size] == Kind.MARKER:
            marker = Marker(*_MARKER.unpack_from(log, place + FRAME.size)[1:])
            if marker.durable > at:
                return place
    return None
