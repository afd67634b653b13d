"""What a recorder's request says of its page's clock: ``X-Mono-Us: now[;epoch=..][;wall=..][;server=..;at=..]``.

It is no evidence; it only ties two clocks (see `tape.anchors`).  What cannot be read says nothing.
"""

from typing import Final

from tweespoor.casework.arriving import Said

_LONGEST: Final = 200
_BEYOND: Final = 1 << 53


def said_of(header: bytes | None) -> Said | None:
    """Read the header.

    >>> said_of(b"1500000;epoch=1;server=1763900000000;at=1400000")
    Said(mono_us=1500000, epoch=1, wall_ms=None, server_ms=1763900000000, received_us=1400000)
    >>> said_of(b"soon") is None
    True
    """
    if header is None or len(header) > _LONGEST:
        return None
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
