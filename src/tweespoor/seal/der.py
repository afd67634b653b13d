"""Reads DER, strictly and only as much of it as signatures and time stamps need (X.690, 8 to 11).

Whatever could be written in another way is refused: long forms of short lengths, indefinite lengths, numbers with
zeros in front, bytes left over.  So what was read is what was signed.  Nothing here follows a nesting that the caller
does not ask for, so depth costs nothing; lengths are held against the bytes that are there before anything is cut.

Errors: DamagedError, always; ``where`` names the place by what was being read.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tweespoor.errors import DamagedError

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BITS: Final = 0x03
OCTETS: Final = 0x04
NULL: Final = 0x05
OBJECT: Final = 0x06
TIME: Final = 0x18  # GeneralizedTime
SEQUENCE: Final = 0x30
SET: Final = 0x31

_LONG: Final = 0x80
_MOST_LENGTH_BYTES: Final = 4
_HIGH_TAG: Final = 0x1F
_LONGEST_NUMBER: Final = 64
_LONGEST_NAME: Final = 64
_TIME: Final = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d*[1-9])?Z\Z")


def inside(number: int) -> int:
    """Give the tag of a constructed, context-specific element.

    >>> hex(inside(0))
    '0xa0'
    """
    return 0xA0 | number


def plain(number: int) -> int:
    """Give the tag of a primitive, context-specific element."""
    return 0x80 | number


class Reader:
    """Reads the elements of some bytes one after the other."""

    __slots__ = ("_at", "_end", "_from", "where")

    def __init__(self, content: bytes, where: str) -> None:
        self._from = content
        self._at = 0
        self._end = len(content)
        self.where = where

    def more(self) -> bool:
        """Tell whether there is another element."""
        return self._at < self._end

    def tag(self) -> int:
        """Give the tag of the next element without taking it; -1 at the end."""
        return self._from[self._at] if self._at < self._end else -1

    def take(self, tag: int) -> bytes:
        """Take the next element, which must have this tag, and give its content."""
        begin, end = self._next(tag)
        self._at = end
        return self._from[begin:end]

    def whole(self, tag: int) -> bytes:
        """Take the next element, which must have this tag, and give it with its tag and length."""
        start = self._at
        _, end = self._next(tag)
        self._at = end
        return self._from[start:end]

    def any(self) -> bytes:
        """Take the next element, whatever it is, and give it whole."""
        return self.whole(self.tag())

    def optional(self, tag: int) -> bytes | None:
        """Take the next element when it has this tag."""
        return self.take(tag) if self.tag() == tag else None

    def into(self, tag: int = SEQUENCE) -> "Reader":
        """Take the next element, which must have this tag, and read on inside it."""
        return Reader(self.take(tag), self.where)

    def done(self) -> None:
        """Refuse bytes that are left over."""
        if self._at != self._end:
            raise DamagedError(self.where, "its end", f"{self._end - self._at} bytes more")

    def number(self) -> int:
        """Take a whole number."""
        content = self.take(INTEGER)
        if not 0 < len(content) <= _LONGEST_NUMBER:
            raise DamagedError(self.where, "a number", f"{len(content)} bytes")
        if len(content) > 1 and (
            (content[0] == 0 and content[1] < _LONG) or (content[0] == 0xFF and content[1] >= _LONG)  # noqa: PLR2004 - minus one
        ):
            raise DamagedError(self.where, "a number in its shortest form", "a longer one")
        return int.from_bytes(content, "big", signed=True)

    def truth(self) -> bool:
        """Take a yes or no."""
        content = self.take(BOOLEAN)
        if content not in {b"\x00", b"\xff"}:
            raise DamagedError(self.where, "true or false", "something else")
        return content == b"\xff"

    def name(self) -> str:
        """Take an object identifier, in dots."""
        return name_of(self.take(OBJECT), self.where)

    def moment(self) -> datetime:
        """Take a GeneralizedTime in the form that DER and RFC 3161 allow: seconds, UTC, no zeros behind the point."""
        found = _TIME.match(self.take(TIME))
        if found is None:
            raise DamagedError(self.where, "a time in UTC", "another form")
        *parts, fraction = found.groups()
        try:
            whole = datetime(*(int(part) for part in parts), tzinfo=UTC)  # type: ignore[arg-type,misc]
        except ValueError:
            raise DamagedError(self.where, "a time in UTC", "no such time") from None
        return whole + timedelta(microseconds=int((fraction or b".0")[1:7].ljust(6, b"0")))

    def algorithm(self) -> str:
        """Take an algorithm without parameters that matter (none, or NULL); give its object identifier."""
        inner = self.into()
        name = inner.name()
        if inner.more() and inner.take(NULL):
            raise DamagedError(self.where, "no parameters", "some")
        inner.done()
        return name

    def _next(self, tag: int) -> tuple[int, int]:
        at = self._at
        if at + 2 > self._end:
            raise DamagedError(self.where, "another element", "the end")
        found, length = self._from[at], self._from[at + 1]
        if found != tag or tag & _HIGH_TAG == _HIGH_TAG:
            raise DamagedError(self.where, f"an element of kind {tag:02x}", f"{found:02x}")
        at += 2
        if length >= _LONG:
            count = length - _LONG
            written = self._from[at : at + count]
            length = int.from_bytes(written, "big")
            if not 0 < count <= _MOST_LENGTH_BYTES or len(written) < count or not written[0] or length < _LONG:
                raise DamagedError(self.where, "a length in its shortest form", "another")
            at += count
        if at + length > self._end:
            raise DamagedError(self.where, f"{length} bytes", f"{self._end - at}")
        return at, at + length


def whole(content: bytes, where: str) -> Reader:
    """Read on inside the one SEQUENCE that some bytes are."""
    outer = Reader(content, where)
    inner = outer.into()
    outer.done()
    return inner


def name_of(content: bytes, where: str) -> str:
    """Give an object identifier in dots.

    >>> name_of(bytes.fromhex("2a864886f70d010702"), "doctest")
    '1.2.840.113549.1.7.2'
    """
    if not 0 < len(content) <= _LONGEST_NAME or content[-1] >= _LONG:
        raise DamagedError(where, "an object identifier", "something else")
    arcs = []
    arc = 0
    fresh = True
    for byte in content:
        if fresh and byte == _LONG:
            raise DamagedError(where, "an object identifier in its shortest form", "a longer one")
        arc = arc << 7 | byte & 0x7F
        fresh = byte < _LONG
        if fresh:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
