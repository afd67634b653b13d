"""A file that any player opens, made from the packets of a track without encoding anything again.

The same packets give the same bytes, every time: the serial number comes from the track, the vendor
string is fixed and no clock is read (RFC 3533, RFC 7845).  Where nothing was recorded stands the constant
packet `FILL`, which every decoder turns into 20 ms of silence; a packet that is merely left out would be
concealed, that is, the decoder would invent sound.  Each gap is listed as well, for the eye.

*Time line.*  Positions are 48 kHz samples since the first sample of the file.  A packet at position ``p``
is decoded to the samples from ``p``, of which a player drops the first ``preskip`` of the whole file, so
that the sound which went into the encoder at ``p`` is heard at ``p``.  A gap that is not a whole number of
fill packets is rounded; the rest is carried to the next gap, so no error ever adds up (at most 10 ms).

*Memory.*  Pages never cross a chunk.  Hence one pass over the chunks gives a `Layout`, a small table of
footholds, and from a foothold any stretch of bytes can be made by reading only the chunks that it holds
(and at most `STRIDE` before them).  Nothing grows with the length of a track but that table: 24 bytes for
every `STRIDE` chunks.
"""

import hashlib
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

from tweespoor.errors import DamagedError
from tweespoor.tape.packets import duration, opus_head

FILL: Final = b"\xf8\xff\xfe"
FILL_SAMPLES: Final = 960
VENDOR: Final = b"tweespoor"
STRIDE: Final = 1
"""Chunks from one foothold to the next: a browser that looks for a moment asks a dozen times, and each opens few."""
MEDIA_TYPE: Final = "audio/ogg; codecs=opus"

_LACES: Final = 255  # lacing values that a page can hold
_PAGE: Final = struct.Struct("<4sBBqIIIB")  # RFC 3533, 6: pattern to number of segments
_FULL_OF_FILL: Final = _PAGE.size + _LACES * (1 + len(FILL))
_GOES_ON, _BEGINNING, _END = 1, 2, 4  # header type flags
_FAR: Final = 1 << 62  # beyond any file: every page of nothing but silence is stepped over
_MIRROR: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Run(NamedTuple):
    """Packets that lie end to end and fit on one page, as they stand in a body: nothing of them need be taken apart."""

    position: int
    laces: bytes
    content: bytes
    samples: int


class Sound(NamedTuple):
    """What one chunk adds to the file.

    ``number`` only ascends.  ``packets`` are (position, packet), ascending.  ``end`` is the position at which the
    recorder stopped, when it is known: the file's last samples after it are cut by the granule position.
    ``run`` may stand for ``packets``, which are then empty.
    """

    number: int
    packets: Sequence[tuple[int, bytes]]
    end: int | None = None
    run: Run | None = None


class Gap(NamedTuple):
    """A stretch of the file, in 48 kHz samples, that is filled because nothing was recorded."""

    begin: int
    end: int


class Foothold(NamedTuple):
    """The state of the writer just before the chunk with this number."""

    number: int
    offset: int
    granule: int
    sequence: int


def serial_of(track: bytes) -> int:
    """The serial number of a track's file: the same for ever, and not to be guessed into anything else."""
    return int.from_bytes(hashlib.sha256(b"tweespoor/ogg/1" + track).digest()[:4], "little")


def checksum(head: bytes, content: bytes = b"") -> bytes:
    """The checksum of a page, as it stands in the head, where it is still zero (RFC 3533, 6, field 7).

    Ogg's CRC-32 has the polynomial of zlib's, with the bits of each byte in the other order, begun at zero
    and not inverted.  So zlib can do it, a hundred times faster than a loop in Python.

    >>> checksum(b"123456789").hex()
    '7f89a189'
    """
    mirrored = zlib.crc32(content.translate(_MIRROR), zlib.crc32(head.translate(_MIRROR), 0xFFFFFFFF)) ^ 0xFFFFFFFF
    return mirrored.to_bytes(4, "big").translate(_MIRROR)


def fills(position: int, at: int) -> int:
    """How many fill packets stand before the packet for a position, when the file has come to ``at`` (samples).

    >>> fills(960, 960), fills(1_400, 960), fills(2_000, 960)
    (0, 0, 1)
    """
    gap = position - at
    return round(gap / FILL_SAMPLES) if gap > FILL_SAMPLES // 2 else 0


def lacing(packet: bytes) -> bytes:
    """The lacing values of one packet (RFC 3533, 5).

    >>> lacing(bytes(255)).hex()
    'ff00'
    """
    whole, rest = divmod(len(packet), 255)
    return b"\xff" * whole + bytes((rest,))


def _checked(head: bytes, content: bytes) -> bytes:
    """The page of this head and content, with its checksum in its place."""
    return b"".join((head[:22], checksum(head, content), head[26:], content))


@dataclass(slots=True)
class _Writer:
    """Pages one after the other; knows where in the file it stands."""

    serial: int
    preskip: int
    offset: int
    sequence: int
    granule: int = 0
    gaps: list[Gap] = field(default_factory=list)

    def page(self, packets: Sequence[bytes], samples: int, *, last: int | None = None) -> bytes:
        """One page of whole packets; ``last`` is the granule position of the end of the file."""
        return self.ready(b"".join(map(lacing, packets)), b"".join(packets), samples, last=last)

    def ready(self, laces: bytes, content: bytes, samples: int, *, last: int | None = None) -> bytes:
        """One page of packets whose lacing values and bytes are at hand."""
        self.granule += samples
        ends = 0 if last is None else _END
        granule = self.granule if last is None else last
        head = _PAGE.pack(b"OggS", 0, ends, granule, self.serial, self.sequence, 0, len(laces)) + laces
        page = _checked(head, content)
        self.sequence += 1
        self.offset += len(page)
        return page

    def fill(self, position: int, skip_to: int) -> Iterator[bytes]:
        """Pages of silence up to the position; whole pages before byte ``skip_to`` are stepped over."""
        count = fills(position, self.granule)
        begin = self.granule - self.preskip
        self.gaps.append(Gap(max(0, begin), max(0, begin + count * FILL_SAMPLES)))
        skipped = min(count // _LACES, max(0, skip_to - self.offset) // _FULL_OF_FILL)
        self.offset += skipped * _FULL_OF_FILL
        self.sequence += skipped
        self.granule += skipped * _LACES * FILL_SAMPLES
        left = count - skipped * _LACES
        while left:
            now = min(left, _LACES)
            yield self.page((FILL,) * now, now * FILL_SAMPLES)
            left -= now

    def pages(self, sound: Sound, *, ends: bool, skip_to: int = 0) -> Iterator[bytes]:
        """The pages of one chunk, with the silence before and within it."""
        if (run := sound.run) is not None:
            if fills(run.position, self.granule):
                yield from self.fill(run.position, skip_to)
            last = self._cut(run.samples, sound.end) if ends else None
            yield self.ready(run.laces, run.content, run.samples, last=last)
            return
        waiting: list[bytes] = []
        laces = samples = 0
        for position, packet in sound.packets:
            more = len(packet) // 255 + 1
            jump = fills(position, self.granule + samples)
            if waiting and (jump or laces + more > _LACES):
                yield self.page(waiting, samples)
                waiting, laces, samples = [], 0, 0
            if jump:
                yield from self.fill(position, skip_to)
            waiting.append(packet)
            laces += more
            samples += duration(packet)
        if ends:
            yield self.page(waiting, samples, last=self._cut(samples, sound.end))
        elif waiting:
            yield self.page(waiting, samples)

    def _cut(self, samples: int, end: int | None) -> int:
        """Where the file ends with so many samples to come: no further back than their page (RFC 7845, 4.4)."""
        whole = self.granule + samples
        return whole if end is None else max(self.granule, min(whole, end + self.preskip))


def headers(serial: int, preskip: int, comments: Sequence[str] = ()) -> tuple[bytes, ...]:
    """The pages before the sound: what it is, and who made it (RFC 7845, 5); one channel, no gain.

    A comment is ``NAME=value``; they stand in the order in which they are given.
    """
    told = [comment.encode() for comment in comments]
    tags = struct.pack("<8sI", b"OpusTags", len(VENDOR)) + VENDOR + struct.pack("<I", len(told))
    tags += b"".join(struct.pack("<I", len(one)) + one for one in told)
    return (*_header(serial, 0, opus_head(preskip)), *_header(serial, 1, tags))


def _header(serial: int, sequence: int, packet: bytes) -> Iterator[bytes]:
    """One packet on as many pages as it needs (RFC 3533, 6): only the page on which it ends has a moment."""
    laces = lacing(packet)
    for page, at in enumerate(range(0, len(laces), _LACES)):
        here = laces[at : at + _LACES]
        ends = at + _LACES >= len(laces)
        flag = _GOES_ON if at else 0 if sequence else _BEGINNING
        top = _PAGE.pack(b"OggS", 0, flag, 0 if ends else -1, serial, sequence + page, 0, len(here))
        yield _checked(top + here, packet[at * 255 : at * 255 + sum(here)])


def with_last(sounds: Iterable[Sound]) -> Iterator[tuple[Sound, bool]]:
    """Each chunk that holds packets, and whether it is the last."""
    held: Sound | None = None
    for sound in sounds:
        if not sound.packets and sound.run is None:
            if held is not None and sound.end is not None:
                held = held._replace(end=sound.end)
            continue
        if held is not None:
            yield held, False
        held = sound
    if held is not None:
        yield held, True


def write(track: bytes, preskip: int, sounds: Iterable[Sound], comments: Sequence[str] = ()) -> Iterator[bytes]:
    """The whole file in pieces, in one pass; without a packet it is two headers and an empty last page."""
    serial = serial_of(track)
    start = headers(serial, preskip, comments)
    yield b"".join(start)
    writer = _Writer(serial, preskip, sum(map(len, start)), len(start))
    last = False
    for sound, last in with_last(sounds):
        yield from writer.pages(sound, ends=last)
    if not last:
        yield writer.page((), 0, last=0)


_COUNTS: Final = struct.Struct(">4sIIQQqII")
_FOOTHOLD: Final = struct.Struct(">IQQI")
_GAP: Final = struct.Struct(">QQ")
_LONG: Final = struct.Struct(">I")
_MAGIC: Final = b"TSL2"


def _no_table(packed: bytes) -> DamagedError:
    return DamagedError(where="ogg layout", expected="a table", found=f"{len(packed)} bytes")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies in the file of one track: enough to make any stretch of its bytes.

    ``size`` is in bytes, ``length`` in samples as a player counts them, ``last`` the number of the last chunk with
    packets (-1: none), ``comments`` what stands in its second header.  It tells how much was spoken when, so it is as
    personal as the sound: keep it sealed.
    """

    serial: int
    preskip: int
    size: int
    length: int
    last: int
    footholds: tuple[Foothold, ...]
    gaps: tuple[Gap, ...]
    comments: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        track: bytes,
        preskip: int,
        sounds: Iterable[Sound],
        comments: Sequence[str] = (),
        seen: Callable[[bytes], object] | None = None,
    ) -> Self:
        """One pass over all chunks; what it keeps of them is the table.  ``seen`` gets the whole file on the way."""
        serial = serial_of(track)
        start = headers(serial, preskip, comments)
        if seen is not None:
            seen(b"".join(start))
        writer = _Writer(serial, preskip, sum(map(len, start)), len(start))
        footholds: list[Foothold] = []
        end, final = 0, -1
        for count, (sound, last) in enumerate(with_last(sounds)):
            if count % STRIDE == 0:
                footholds.append(Foothold(sound.number, writer.offset, writer.granule, writer.sequence))
            for page in writer.pages(sound, ends=last, skip_to=_FAR if seen is None else 0):
                end = _PAGE.unpack_from(page)[3]
                if seen is not None:
                    seen(page)
            final = sound.number
        if final < 0:
            page = writer.page((), 0, last=0)
            if seen is not None:
                seen(page)
        length = max(0, end - preskip)
        found = tuple(footholds), tuple(writer.gaps)
        return cls(serial, preskip, writer.offset, length, final, *found, tuple(comments))

    def read(self, begin: int, end: int, sounds_from: Callable[[int], Iterable[Sound]]) -> Iterator[bytes]:
        """The bytes from ``begin`` up to ``end``; ``sounds_from`` gives the chunks from a number on.

        Errors: DamagedError when the chunks are no longer those of the table.
        """
        end = min(end, self.size)
        for offset, piece in self._pieces(begin, end, sounds_from):
            cut = piece[max(0, begin - offset) : max(0, end - offset)]
            if cut:
                yield cut
            if offset + len(piece) >= end:
                return
        if begin < end:
            raise DamagedError(where="ogg layout", expected=f"{self.size} bytes", found="fewer")

    def _pieces(
        self, begin: int, end: int, sounds_from: Callable[[int], Iterable[Sound]]
    ) -> Iterator[tuple[int, bytes]]:
        """Pages with their place in the file, from the last foothold before ``begin`` on."""
        pages = headers(self.serial, self.preskip, self.comments)
        start = b"".join(pages)
        if begin < len(start):
            yield 0, start
        if end <= len(start):
            return
        if not self.footholds:
            yield len(start), _Writer(self.serial, self.preskip, len(start), len(pages)).page((), 0, last=0)
            return
        at = max(0, bisect_right(self.footholds, begin, key=lambda one: one.offset) - 1)
        foothold = self.footholds[at]
        writer = _Writer(self.serial, self.preskip, foothold.offset, foothold.sequence, foothold.granule)
        for sound in sounds_from(foothold.number):
            if not sound.packets:
                continue
            ends = sound.number == self.last
            for page in writer.pages(sound._replace(end=self.length), ends=ends, skip_to=begin):
                yield writer.offset - len(page), page
            if sound.number >= self.last:
                return

    def pack(self) -> bytes:
        """The table as bytes, to be sealed beside the track."""
        counts = (self.serial, self.preskip, self.size, self.length, self.last, len(self.footholds), len(self.gaps))
        told = [comment.encode() for comment in self.comments]
        return b"".join(
            (
                _COUNTS.pack(_MAGIC, *counts),
                *(_FOOTHOLD.pack(*one) for one in self.footholds),
                *(_GAP.pack(*one) for one in self.gaps),
                *(_LONG.pack(len(one)) + one for one in told),
            )
        )

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """The table again.  Errors: DamagedError."""
        if len(packed) < _COUNTS.size or not packed.startswith(_MAGIC):
            raise _no_table(packed)
        _, serial, preskip, size, length, last, footholds, gaps = _COUNTS.unpack_from(packed)
        middle = _COUNTS.size + footholds * _FOOTHOLD.size
        end = middle + gaps * _GAP.size
        if len(packed) < end:
            raise _no_table(packed)
        return cls(
            serial,
            preskip,
            size,
            length,
            last,
            tuple(Foothold(*one) for one in _FOOTHOLD.iter_unpack(packed[_COUNTS.size : middle])),
            tuple(Gap(*one) for one in _GAP.iter_unpack(packed[middle:end])),
            tuple(_comments(packed, end)),
        )


def _comments(packed: bytes, at: int) -> Iterator[str]:
    """The comments at the end of a table.  Errors: DamagedError."""
    while at < len(packed):
        begin = at + _LONG.size
        if begin > len(packed):
            raise _no_table(packed)
        at = begin + _LONG.unpack_from(packed, begin - _LONG.size)[0]
        if at > len(packed):
            raise _no_table(packed)
        try:
            yield packed[begin:at].decode()
        except UnicodeDecodeError:
            raise _no_table(packed) from None
