"""One ZIP file in the one spelling that the format allows: nothing compressed, nothing between, nothing hidden.

Two readers of a ZIP can read two different things in it: a name that stands twice, a header that says other than the
directory, bytes before or behind.  Here the whole frame is made anew from the names, sizes and checksums that it tells,
and must be the same, byte for byte (docs/format.md, section 7).  Members are read straight from the file.
"""

import os
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

from tweespoor.errors import DamagedError, UnreadableError

MOST: Final = 10_000  # members
BLOCK: Final = 1 << 20

_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
_END64: Final = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR: Final = struct.Struct("<4sIQI")
_MADE_BY: Final = 3 << 8 | 45  # Unix, 4.5
_NEEDED: Final = 45
_DATE: Final = 33  # 1 January 1980, the first day that a ZIP knows
_MODE: Final = 0o100644 << 16
_FULL: Final = 0xFFFFFFFF
_MANY: Final = 0xFFFF
_LONGEST_NAME: Final = 200
_PART: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_NAME: Final = re.compile(rf"{_PART}(/{_PART})*\Z")
FIRST: Final = b"mimetype"
MIMETYPE: Final = b"application/vnd.etsi.asic-e+zip"


class Member(NamedTuple):
    """One file in it: its bytes lie from ``begin`` on; ``crc`` is the ZIP's own checksum."""

    name: str
    size: int
    crc: int
    begin: int


def is_name(name: str) -> bool:
    """Tell whether the format allows this name.

    >>> is_name("data/tracks/00/chunks.bin"), is_name("../etc/passwd"), is_name("/x"), is_name("a//b")
    (True, False, False, False)
    """
    return len(name) <= _LONGEST_NAME and _NAME.match(name) is not None


# Writing -----------------------------------------------------------------------------------------


def local(name: str, size: int, crc: int) -> bytes:
    """Give what stands before the bytes of a member."""
    told = min(size, _FULL)
    extra = struct.pack("<HHQQ", 1, 16, size, size) if size >= _FULL else b""
    head = (b"PK\3\4", _NEEDED, 0, 0, 0, _DATE, crc, told, told, len(name), len(extra))
    return _LOCAL.pack(*head) + name.encode("ascii") + extra


def directory(members: Sequence[Member], begin: int) -> bytes:
    """Give everything behind the last member: the central directory, which begins there, and the end."""
    rows = b"".join(map(_central, members))
    count, size = len(members), len(rows)
    end = b""
    if count >= _MANY or size >= _FULL or begin >= _FULL:
        end = _END64.pack(b"PK\6\6", 44, _MADE_BY, _NEEDED, 0, 0, count, count, size, begin)
        end += _LOCATOR.pack(b"PK\6\7", 0, begin + size, 1)
    few = min(count, _MANY)
    return rows + end + _END.pack(b"PK\5\6", 0, 0, few, few, min(size, _FULL), min(begin, _FULL), 0)


def _central(member: Member) -> bytes:
    header = member.begin - len(local(member.name, member.size, 0))
    values = [*((member.size, member.size) if member.size >= _FULL else ()), *((header,) if header >= _FULL else ())]
    extra = struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""
    told = min(member.size, _FULL)
    row = (b"PK\1\2", _MADE_BY, _NEEDED, 0, 0, 0, _DATE, member.crc, told, told, len(member.name), len(extra), 0, 0, 0)
    return _CENTRAL.pack(*row, _MODE, min(header, _FULL)) + member.name.encode("ascii") + extra


def laid(files: Iterable[tuple[str, int, int]]) -> tuple[list[Member], int]:
    """Give where members (name, size, checksum) lie one after the other, and where the directory begins."""
    members: list[Member] = []
    at = 0
    for name, size, crc in files:
        at += len(local(name, size, crc))
        members.append(Member(name, size, crc, at))
        at += size
    return members, at


# Reading -----------------------------------------------------------------------------------------


class Container:
    """A bundle's file, open for reading; every byte of its frame was checked."""

    def __init__(self, path: Path) -> None:
        """Open it: DamagedError when the frame is not exactly as it must be, UnreadableError when it is no bundle."""
        try:
            self._file = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise UnreadableError(f"it cannot be opened: {error.strerror}") from None
        try:
            self.size = os.fstat(self._file).st_size
            self.members = {member.name: member for member in self._members()}
        except OSError as error:
            self.close()
            raise UnreadableError(f"it cannot be read: {error.strerror}") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)

    def read(self, name: str, most: int) -> bytes:
        """Give a whole member; DamagedError when it has more than ``most`` bytes, or is not there."""
        member = self.members.get(name)
        if member is None:
            raise DamagedError(name, "a file", "none")
        if member.size > most:
            raise DamagedError(name, f"at most {most} bytes", f"{member.size}")
        return self._exactly(member.begin, member.size)

    def blocks(self, name: str, size: int = BLOCK) -> Iterator[bytes]:
        """Give a member piece by piece."""
        member = self.members[name]
        for at in range(0, member.size, size):
            yield self._exactly(member.begin + at, min(size, member.size - at))

    def lines(self, name: str, longest: int) -> Iterator[bytes]:
        """Give the lines of a member without their ends; DamagedError for one that is too long, or has no end."""
        if name not in self.members:
            raise DamagedError(name, "a file", "none")
        rest = b""
        for block in self.blocks(name):
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                if len(line) > longest:
                    raise DamagedError(name, f"lines of at most {longest} bytes", f"{len(line)}")
                yield line
            if len(rest) > longest:
                raise DamagedError(name, f"lines of at most {longest} bytes", "a longer one")
        if rest:
            raise DamagedError(name, "a line end behind the last line", "none")

    def _exactly(self, begin: int, length: int) -> bytes:
        found = os.pread(self._file, length, begin)
        while len(found) < length:
            more = os.pread(self._file, length - len(found), begin + len(found))
            if not more:
                raise DamagedError("ZIP", f"{length} bytes at {begin}", f"{len(found)}")
            found += more
        return found

    def _members(self) -> list[Member]:
        start = self._exactly(0, min(self.size, 100))
        if not start.startswith(b"PK\3\4"):
            raise UnreadableError("it is no ZIP")
        try:
            rows, begin, end = self._tail()
            files = _read_directory(rows)
        except (DamagedError, struct.error, UnicodeDecodeError) as error:
            if MIMETYPE not in start:
                raise UnreadableError("it is no bundle") from None
            raise error if isinstance(error, DamagedError) else _no_directory() from None
        if not {name for name, _, _ in files} & {"mimetype", "bagit.txt", "data/journal.jsonl"}:
            raise UnreadableError("it is a ZIP, but no bundle")
        _check_names([name for name, _, _ in files])
        members, at = laid(files)
        if at != begin or directory(members, begin) != rows + end:
            raise _no_directory()
        before = 0
        for member in members:
            head = local(member.name, member.size, member.crc)
            if self._exactly(before, len(head)) != head:
                raise DamagedError(f"ZIP, {member.name}", "the header that the directory tells", "another")
            before = member.begin + member.size
        return members

    def _tail(self) -> tuple[bytes, int, bytes]:
        """Give the rows of the directory, where it begins, and what stands behind the rows."""
        if self.size < _END.size:
            raise _no_directory()
        end = self._exactly(self.size - _END.size, _END.size)
        mark, _, _, _, count, size, begin, _ = _END.unpack(end)
        if mark != b"PK\5\6":
            raise _no_directory()
        longer = _END64.size + _LOCATOR.size + _END.size
        if (count == _MANY or _FULL in {size, begin}) and self.size >= longer:
            end = self._exactly(self.size - longer, longer)
            _, _, _, _, _, _, _, count, size, begin = _END64.unpack_from(end)
        if count > MOST or begin + size + len(end) != self.size or size > MOST * 512:
            raise _no_directory()
        return self._exactly(begin, size), begin, end


def _no_directory() -> DamagedError:
    return DamagedError("ZIP", "the directory of exactly these members, at its end", "something else")


def _read_directory(rows: bytes) -> list[tuple[str, int, int]]:
    """Read name, size and checksum of each member; that the rows say nothing else is checked by making them anew."""
    files: list[tuple[str, int, int]] = []
    at = 0
    while at < len(rows):
        row = _CENTRAL.unpack_from(rows, at)
        crc, size, length, extra = row[7], row[9], row[10], row[11]
        at += _CENTRAL.size
        name = rows[at : at + length].decode("ascii")
        if size == _FULL:
            (size,) = struct.unpack_from("<Q", rows, at + length + 4)
        files.append((name, size, crc))
        at += length + extra
    return files


def _check_names(names: Sequence[str]) -> None:
    if not names or names[0] != FIRST.decode():
        raise DamagedError("ZIP", "mimetype as the first file", "another")
    seen: set[str] = set()
    for name in names:
        if not is_name(name):
            raise DamagedError("ZIP", "names that stay inside", "a name that is not allowed")
        if name.lower() in seen:
            raise DamagedError(f"ZIP, {name}", "each name once", "twice")
        seen.add(name.lower())
