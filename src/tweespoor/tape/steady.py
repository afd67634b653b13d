"""Reads the bodies that nearly all are: every packet one mono frame of 20 ms, end to end, none of 255 bytes or more.

`packets.parse` is the measure; what is read here it reads the same (tests/tape/test_steady.py holds them together).
There are two because of what each is for.  `parse` gives every packet its place and says what is wrong with a body, so
it looks at one packet after the other, and that takes longer than hashing them.  Who checks eight hours asks only
whether all is right: here all positions of a body are looked at as one large number, and all lengths as one row of
bytes, in two thirds of the time or less.  In a page of Ogg exactly that row says how long its packets are (RFC 3533,
section 5).
"""

import struct
from itertools import accumulate
from operator import itemgetter
from typing import Final, NamedTuple

from tweespoor.tape.packets import LARGEST, MAGIC, RATE, duration

FRAME: Final = 960
"""Samples of a packet."""
LACE: Final = 255
"""A packet of so many bytes needs more than one byte to say its length."""

_MOST: Final = 255  # of them: so many lengths fit on one page

_BEGIN: Final = struct.Struct(">4sB16sIH")
_REST: Final = struct.Struct(">QQBBHIHH")
_ENTRY: Final = 10  # bytes: a position of 8, a length of 2
_FIXED: Final = _BEGIN.size + _REST.size
_BEYOND: Final = 1 << 53
_OTHERS: Final = bytes(first for first in range(256) if first & 7 or duration(bytes((first, 0))) != FRAME)
"""First bytes of packets that are not one mono frame of 20 ms."""
_KINDS: Final = bytes(first for first in range(256) if first not in _OTHERS)


class Steady(NamedTuple):
    """What such a body says; ``laces`` is the length of each packet, ``content`` all of them together."""

    begin: int
    samples: int
    wall_ms: int
    preskip: int
    laces: bytes
    content: bytes


def _columns(count: int) -> tuple[int, int, int]:
    """Give, for so many packets: a one at each position, the positions themselves from 0, and a mask for them.

    >>> ones, steps, mask = _columns(2)
    >>> (ones * 7 + steps).to_bytes(20, "big").hex()
    '0000000000000007000000000000000003c70000'
    """
    rows = range(count - 1, -1, -1)
    ones = sum(1 << 80 * row + 16 for row in rows)
    steps = sum(FRAME * place << 80 * row + 16 for place, row in enumerate(rows))
    return ones, steps, sum((1 << 64) - 1 << 80 * row + 16 for row in rows)


_OF_COUNT: Final = {50: _columns(50)}


def begins(track: bytes, number: int, epoch: int) -> bytes:
    """Give the bytes with which the body of this chunk must begin."""
    return _BEGIN.pack(MAGIC, 0, track, number, epoch)


def known(body: bytes, position: int, samples: int = 0) -> Steady | None:
    r"""Take a body apart that was read before; its packets begin there and last so long, or else 20 ms each.

    None when it tells of events, or its packets do not lie on one page with a single byte for the length of each.

    >>> from tweespoor.tape.packets import Packet, build
    >>> known(build(bytes(16), 3, 0, 0, 5, [Packet(960, b"\xf0\xff\xfe")]), 960, 480)
    Steady(begin=960, samples=480, wall_ms=5, preskip=312, laces=b'\x03', content=b'\xf0\xff\xfe')
    """
    _, wall_ms, _, _, preskip, _, events, count = _REST.unpack_from(body, _BEGIN.size)
    at = _FIXED + _ENTRY * count
    if events or not 0 < count <= _MOST or len(body) <= at:
        return None
    laces = body[_FIXED + 9 : at : _ENTRY]
    if LACE in laces or body[_FIXED + 8 : at : _ENTRY].count(0) != count:
        return None
    return Steady(position, samples or FRAME * count, wall_ms, preskip, laces, body[at:])


def read(body: bytes, beginning: bytes, position: int) -> Steady | None:
    r"""Read a body that begins with these bytes and whose first packet lies there; None: `packets.parse` must look.

    >>> from tweespoor.tape.packets import Packet, build
    >>> body = build(bytes(16), 3, 0, 0, 5, [Packet(960, b"\xf8\xff\xfe"), Packet(1920, b"\xf8\xff\xfe")])
    >>> read(body, begins(bytes(16), 3, 0), 960)[:4], read(body, begins(bytes(16), 3, 0), 0)
    ((960, 1920, 5, 312), None)
    """
    if not body.startswith(beginning) or not _FIXED <= len(body) <= LARGEST:
        return None
    found = known(body, position)
    if found is None:
        return None
    mono_us, wall_ms, opus, channels, preskip, rate, _, count = _REST.unpack_from(body, _BEGIN.size)
    at = _FIXED + _ENTRY * count
    ones, steps, mask = _OF_COUNT.get(count) or _kept(count)
    if (
        max(mono_us, wall_ms, position + FRAME * count) >= _BEYOND
        or (opus, channels, rate) != (1, 1, RATE)
        or preskip > RATE
        or 0 in found.laces
        or (int.from_bytes(body[_FIXED:at], "big") - steps - position * ones) & mask
        or not _are_frames(body, found.laces, at)
    ):
        return None
    return found


def _are_frames(body: bytes, laces: bytes, at: int) -> bool:
    """Tell whether packets of these lengths fill the rest of the body, each of them one mono frame of 20 ms."""
    offsets = list(accumulate(laces, initial=at))
    if offsets[-1] != len(body):
        return False
    offsets[-1] = at  # the first one twice: then there are always two to be taken at once
    return not bytes(itemgetter(*offsets)(body)).translate(None, _KINDS)


def _kept(count: int) -> tuple[int, int, int]:
    made = _OF_COUNT[count] = _columns(count)
    return made
