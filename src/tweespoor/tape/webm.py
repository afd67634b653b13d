"""The same sound as in `ogg` in a file in which a player finds any moment at once (WebM: RFC 9559, with Opus).

An Ogg file has no table, so a player looks for a moment by halving its way, with many requests.  Here the table stands
in front: whoever has read the beginning goes anywhere with one request.  Nothing is encoded again, the line of time is
that of the Ogg file, and the same packets give the same bytes every time.  It is for playing; what is given away and
proven is the Ogg file.

*Conventions.*  Positions are 48 kHz samples as in `ogg`: as a decoder counts them, pre-skip included.  One tick of the
file is half a millisecond, of which every packet is a whole number (RFC 6716, 2.1.4).  Clusters never cross a chunk;
each chunk is one, and more where something is missing.

*Memory.*  As there: one pass gives a `Layout`, of which 20 bytes stand for each chunk, and from that any stretch of
bytes can be made by reading only the chunks that it holds.
"""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, Self

from tweespoor.errors import DamagedError
from tweespoor.tape.ogg import FILL, FILL_SAMPLES, VENDOR, Sound, fills, with_last
from tweespoor.tape.packets import RATE, duration, opus_head

MEDIA_TYPE: Final = "audio/webm; codecs=opus"
MOST_CUES: Final = 4_000
LEAST_APART: Final = 2 * RATE
"""The table has an entry for every two seconds; of a long recording fewer, so that a phone can begin soon."""

_TICK: Final = 24  # samples
_TICK_NS: Final = 500_000
_PREROLL_NS: Final = 80_000_000  # what a decoder needs before a moment (RFC 7845, 4.6)
_LONGEST: Final = 15 * RATE  # samples in one cluster: a block says in 16 bits how far from its beginning it lies
_FILLS: Final = 250  # in one cluster where nothing was recorded: five seconds

_CLUSTER: Final = struct.Struct(">4sIBBI")
_BLOCK: Final = struct.Struct(">BHBhB")
_LAST: Final = struct.Struct(">BIBIBhB")
_SURPLUS: Final = struct.Struct(">2sBq")
_CUE: Final = struct.Struct(">BBBBIBBBBBBBQ")
_KEY: Final = 0x80


class Cluster(NamedTuple):
    """Where the clusters of a chunk begin: the number of the chunk, bytes behind the table, samples."""

    number: int
    offset: int
    at: int


class _Group(NamedTuple):
    """Packets that become one cluster; ``surplus`` samples of the last are behind the end of the file."""

    at: int
    packets: Sequence[bytes]
    surplus: int = 0

    @property
    def end(self) -> int:
        return self.at + sum(map(duration, self.packets))

    @property
    def size(self) -> int:
        last = _LAST.size + _SURPLUS.size - _BLOCK.size if self.surplus else 0
        return _CLUSTER.size + _BLOCK.size * len(self.packets) + sum(map(len, self.packets)) + last

    def written(self) -> bytes:
        """Write the cluster: its moment, and a block for each packet (RFC 9559, 5.1.3)."""
        at = 0
        blocks: list[bytes] = []
        last = len(self.packets) - 1 if self.surplus else -1
        for number, packet in enumerate(self.packets):
            ticks, size = at // _TICK, len(packet) + 4
            if number == last:
                inner = _LAST.size - 5 + len(packet) + _SURPLUS.size
                surplus = _SURPLUS.pack(b"\x75\xa2", 0x88, self.surplus * 1_000_000_000 // RATE)
                blocks += (
                    _LAST.pack(0xA0, 0x10000000 | inner, 0xA1, 0x10000000 | size, 0x81, ticks, 0),
                    packet,
                    surplus,
                )
            else:
                blocks += (_BLOCK.pack(0xA3, 0x4000 | size, 0x81, ticks, _KEY), packet)
            at += duration(packet)
        content = b"".join(blocks)
        size = _CLUSTER.size - 8 + len(content)
        return _CLUSTER.pack(b"\x1f\x43\xb6\x75", 0x10000000 | size, 0xE7, 0x84, self.at // _TICK) + content


def _groups(sound: Sound, at: int, end: int | None = None) -> Iterator[_Group]:
    """Give what one chunk adds, silence before and within it included; ``end`` is where the whole file ends."""
    waiting: list[bytes] = []
    begin = at
    for position, packet in sound.packets:
        count = fills(position, at)
        if waiting and (count or at - begin > _LONGEST):
            yield _Group(begin, waiting)
            waiting = []
        for done in range(0, count, _FILLS):
            now = min(_FILLS, count - done)
            yield _Group(at, (FILL,) * now)
            at += now * FILL_SAMPLES
        if not waiting:
            begin = at
        waiting.append(packet)
        at += duration(packet)
    surplus = 0 if end is None else max(0, at - end)
    while len(waiting) > 1 and surplus >= duration(waiting[-1]):
        surplus -= duration(waiting.pop())
    yield _Group(begin, waiting, min(surplus, duration(waiting[-1])))


_COUNTS: Final = struct.Struct(">4sIQQqI")
_ROW: Final = struct.Struct(">IQQ")
_MAGIC: Final = b"TSW1"


@dataclass(frozen=True)
class Layout:
    """Where everything lies in the WebM file of one track; see `ogg.Layout`, which is as personal.

    ``sound`` is the length of all clusters in bytes, ``length`` in samples as a player counts them, ``last`` the number
    of the last chunk with packets (-1: none).
    """

    preskip: int
    sound: int
    length: int
    last: int
    clusters: tuple[Cluster, ...]

    @classmethod
    def of(cls, preskip: int, sounds: Iterable[Sound]) -> Self:
        """One pass over all chunks; what it keeps of them is the table."""
        clusters: list[Cluster] = []
        offset, at, final = 0, 0, -1
        for sound, last in with_last(sounds):
            clusters.append(Cluster(sound.number, offset, at))
            end = sound.end + preskip if last and sound.end is not None else None
            for group in _groups(sound, at, end):
                offset += group.size
                at = group.end - group.surplus
            final = sound.number
        return cls(preskip, offset, max(0, at - preskip), final, tuple(clusters))

    @property
    def size(self) -> int:
        """The length of the whole file (bytes)."""
        return len(self.top) + self.sound

    def read(self, begin: int, end: int, sounds_from: Callable[[int], Iterable[Sound]]) -> Iterator[bytes]:
        """The bytes from ``begin`` up to ``end``; ``sounds_from`` gives the chunks from a number on.

        Errors: DamagedError when the chunks are no longer those of the table.
        """
        end = min(end, self.size)
        before = len(self.top)
        if begin < min(before, end):
            yield self.top[begin:end]
        begin, end = max(begin - before, 0), end - before
        if begin >= end:
            return
        known = self.clusters[bisect_right(self.clusters, begin, key=lambda one: one.offset) - 1]
        offset, at = known.offset, known.at
        for sound in sounds_from(known.number):
            if not sound.packets:
                continue
            whole = self.length + self.preskip if sound.number == self.last else None
            for group in _groups(sound, at, whole):
                after = offset + group.size
                if begin < after:
                    yield group.written()[max(0, begin - offset) : end - offset]
                offset, at = after, group.end
                if offset >= end:
                    return
        raise DamagedError(where="webm layout", expected=f"{self.sound} bytes", found="fewer")

    @cached_property
    def top(self) -> bytes:
        """What stands before the sound: what it is, and where each moment lies (RFC 9559, 5.1)."""
        what = _element(
            _WHAT,
            _element(b"\x2a\xd7\xb1", _TICK_NS.to_bytes(3)),
            _element(b"\x44\x89", struct.pack(">d", self.length / _TICK)),
            _element(b"\x4d\x80", VENDOR),
            _element(b"\x57\x41", VENDOR),
        )
        tracks = _element(_TRACKS, _element(b"\xae", *_track(self.preskip)))
        named = (_WHAT, _TRACKS, _CUES)
        at = len(_element(_INDEX, *(_place(name, 0) for name in named)))
        places = at, at + len(what), at + len(what) + len(tracks)
        index = _element(_INDEX, *map(_place, named, places))
        cues = self._cues(places[-1])
        inside = index + what + tracks + cues
        length = (1 << 56 | len(inside) + self.sound).to_bytes(8)
        return _EBML + b"\x18\x53\x80\x67" + length + inside

    def _cues(self, at: int) -> bytes:
        """The table: it begins at byte ``at`` of the segment, and places are counted from there on."""
        apart = max(LEAST_APART, (self.length + self.preskip) // MOST_CUES)
        chosen: list[Cluster] = []
        for cluster in self.clusters:
            if not chosen or cluster.at - chosen[-1].at >= apart:
                chosen.append(cluster)
        behind = at + len(_element(_CUES)) + _CUE.size * len(chosen)
        where = ((one.at // _TICK, behind + one.offset) for one in chosen)
        entries = (_CUE.pack(0xBB, 0x95, 0xB3, 0x84, t, 0xB7, 0x8D, 0xF7, 0x81, 1, 0xF1, 0x88, to) for t, to in where)
        return _element(_CUES, *entries)

    def pack(self) -> bytes:
        """The table as bytes, to be sealed beside the track."""
        counts = self.preskip, self.sound, self.length, self.last, len(self.clusters)
        return _COUNTS.pack(_MAGIC, *counts) + b"".join(_ROW.pack(*one) for one in self.clusters)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """The table again.  Errors: DamagedError."""
        damaged = DamagedError(where="webm layout", expected="a table", found=f"{len(packed)} bytes")
        if len(packed) < _COUNTS.size or not packed.startswith(_MAGIC):
            raise damaged
        _, preskip, sound, length, last, rows = _COUNTS.unpack_from(packed)
        if len(packed) != _COUNTS.size + rows * _ROW.size:
            raise damaged
        clusters = tuple(Cluster(*one) for one in _ROW.iter_unpack(packed[_COUNTS.size :]))
        return cls(preskip, sound, length, last, clusters)


_INDEX: Final = b"\x11\x4d\x9b\x74"
_WHAT: Final = b"\x15\x49\xa9\x66"
_TRACKS: Final = b"\x16\x54\xae\x6b"
_CUES: Final = b"\x1c\x53\xbb\x6b"


def _element(name: bytes, *inside: bytes) -> bytes:
    """An element with its length in four bytes (RFC 8794, 4 and 5)."""
    content = b"".join(inside)
    return name + (0x10000000 | len(content)).to_bytes(4) + content


def _place(name: bytes, at: int) -> bytes:
    return _element(b"\x4d\xbb", _element(b"\x53\xab", name), _element(b"\x53\xac", at.to_bytes(8)))


def _track(preskip: int) -> Iterator[bytes]:
    """What the one track holds: Opus in one channel, so many samples of which a player drops (RFC 9559, 5.1.4)."""
    yield _element(b"\xd7", b"\x01")
    yield _element(b"\x73\xc5", b"\x01")
    yield _element(b"\x83", b"\x02")
    yield _element(b"\x9c", b"\x00")
    yield _element(b"\x22\xb5\x9c", b"und")
    yield _element(b"\x86", b"A_OPUS")
    yield _element(b"\x56\xaa", (preskip * 1_000_000_000 // RATE).to_bytes(8))
    yield _element(b"\x56\xbb", _PREROLL_NS.to_bytes(8))
    yield _element(b"\xe1", _element(b"\xb5", struct.pack(">d", RATE)), _element(b"\x9f", b"\x01"))
    yield _element(b"\x63\xa2", opus_head(preskip))


_EBML: Final = _element(
    b"\x1a\x45\xdf\xa3",
    _element(b"\x42\x86", b"\x01"),
    _element(b"\x42\xf7", b"\x01"),
    _element(b"\x42\xf2", b"\x04"),
    _element(b"\x42\xf3", b"\x08"),
    _element(b"\x42\x82", b"webm"),
    _element(b"\x42\x87", b"\x04"),
    _element(b"\x42\x85", b"\x02"),
)
