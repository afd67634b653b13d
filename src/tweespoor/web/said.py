"""What a recorder's request says of its page's clock: ``X-Mono-Us: now[;epoch=..][;wall=..][;server=..;at=..]``.

It is no evidence; it only ties two clocks (see `tape.anchors`).  What cannot be read says nothing.
"""

import re
from typing import Final

from tweespoor.casework.arriving import Said

_LONGEST: Final = 200
_BEYOND: Final = 1 << 53
_USUAL: Final = re.compile(
    rb"([0-9]{1,15});epoch=([0-9]{1,15});wall=([0-9]{1,15})(?:;server=([0-9]{1,15});at=([0-9]{1,15}))?"
)
"""What our own page says, second after second; another order or spelling is read as well."""


def said_of(header: bytes | None) -> Said | None:
    """Read the header.

    >>> said_of(b"1500000;epoch=1;server=1763900000000;at=1400000")
    Said(mono_us=1500000, epoch=1, wall_ms=None, server_ms=1763900000000, received_us=1400000)
    >>> said_of(b"1500000;epoch=1;wall=1763900000100;server=1763900000000;at=1400000")
    Said(mono_us=1500000, epoch=1, wall_ms=1763900000100, server_ms=1763900000000, received_us=1400000)
    >>> said_of(b"1500000;epoch=1;wall=1763900000100")
    Said(mono_us=1500000, epoch=1, wall_ms=1763900000100, server_ms=None, received_us=None)
    >>> said_of(b"soon") is None
    True
    """
    if header is None or len(header) > _LONGEST:
        return None
    usual = _USUAL.fullmatch(header)
    if usual is not None:
        mono_us, epoch, wall_ms, server_ms, received_us = usual.groups()
        if server_ms is None:
            return Said(int(mono_us), int(epoch), int(wall_ms))
        return Said(int(mono_us), int(epoch), int(wall_ms), int(server_ms), int(received_us))
    first, *rest = header.split(b";")
    more = dict(part.strip().partition(b"=")[::2] for part in rest)
    try:
        mono = _number(first)
        if mono is None:
            return None
        return Said(
            mono,
            _number(more.get(b"epoch")),
            _number(more.get(b"wall")),
            _number(more.get(b"server")),
            _number(more.get(b"at")),
        )
    except ValueError:
        return None


def _number(text: bytes | None) -> int | None:
    if text is None:
        return None
    number = int(text)
    if not 0 <= number < _BEYOND:
        raise ValueError
    return number
