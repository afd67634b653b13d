"""Canonical JSON (RFC 8785) of texts, whole numbers, truths, lists and objects: written, and read back strictly.

``rfc8785`` is the measure.  Most lines need less: of plain values with names and texts in ASCII, Python's own encoder,
told to sort and to leave out spaces, gives the same bytes (RFC 8785, 3.2), tens of times faster.  So `plain` reads a
line and spells it again that way; when the two are equal the line is its own canonical form and says no name twice.
Whatever is spelled otherwise, or holds anything else, it leaves to who looks closely.
"""

import json
from typing import Any, Final, NoReturn, cast

import rfc8785

SAFE: Final = 2**53 - 1
"""The largest whole number that every reader of JSON reads the same (RFC 8785, I-JSON)."""

_SPELL: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def _refuse(written: str) -> NoReturn:
    raise ValueError(written)


def _whole(written: str) -> int:
    number = int(written)
    if not -SAFE <= number <= SAFE:
        raise ValueError("beyond what every reader reads the same")
    return number


_READ: Final = json.JSONDecoder(parse_float=_refuse, parse_int=_whole, parse_constant=_refuse)


def write(value: object) -> bytes:
    r"""Give the canonical form of a value; rfc8785.CanonicalizationError when it has none.

    >>> write({"b": 1, "a": "é"})
    b'{"a":"\xc3\xa9","b":1}'
    """
    return bytes(rfc8785.dumps(cast("Any", value)))


def spell(value: object) -> bytes:
    """Give the canonical form of what `plain` gave, or of a part of it.

    >>> spell({"b": [1, None], "a": "x"}) == write({"b": [1, None], "a": "x"})
    True
    """
    return _SPELL.encode(value).encode()


def plain(written: bytes) -> object | None:
    """Give what a line says when it is plain and its own canonical form; None: look closely.

    >>> plain(b'{"a":"x","b":1}'), plain(b'{"b":1,"a":"x"}'), plain(b'{"a":1.0}'), plain(b'{"a":1,"a":1}')
    ({'a': 'x', 'b': 1}, None, None, None)
    """
    if not written.isascii():
        return None
    try:
        text = written.decode("ascii")
        found: object = _READ.decode(text)
        return found if _SPELL.encode(found) == text else None
    except (ValueError, RecursionError):
        return None
