"""One file per track: every chunk in its order, found by number, by sample position or by moment.

A file is only added to, record by record, from logs that are durable already; adding the same record again does
nothing, so that a rotation that was interrupted can simply be done again.  Bodies that the owner of a kept track
hands in come behind, as records of their own kind.
"""

import os
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from tweespoor.errors import DamagedError
from tweespoor.seal.envelope import PREFIX, SOUND, Envelope
from tweespoor.tape import record
from tweespoor.tape.packets import Chunk, parse, parse_prefix
from tweespoor.tape.record import Header, Kind
from tweespoor.tape.track import Point, genesis, head_after, leaf_of, times_after, times_genesis

_CHUNKS: Final = (Kind.SOUND, Kind.LEAF)
MOST_IN_MEMORY: Final = 60_000  # chunks whose places are remembered: two tracks of eight hours, some fifty megabytes


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a chunk lies: its header, its record, and the record of its body when that was handed in."""

    header: Header
    offset: int
    length: int
    handed_in: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it was kept and found to be whole; ``body`` is None where the owner keeps it.

    ``chunk`` is what the body, or its prefix, says.
    """

    number: int
    leaf: bytes
    body: bytes | None
    chunk: Chunk
    header: Header


@dataclass(slots=True)
class Contents:
    """What one file holds, by the headers of its records.

    ``end`` is where its whole records end; ``closed`` the last number that its recorder said there would be;
    ``damaged`` where bytes stand that are no records; ``found`` what readers worked out from all that.
    """

    track: bytes
    chunks: list[Stored] = field(default_factory=list)
    handed: int = -1
    closed: int | None = None
    end: int = 0
    damaged: list[int] = field(default_factory=list)
    found: dict[object, object] = field(default_factory=dict)

    @property
    def point(self) -> Point:
        """Give how far the track is."""
        if not self.chunks:
            return Point(-1, 0, genesis(self.track))
        last = self.chunks[-1].header
        return Point(last.number, last.total, last.head, last.epoch, last.begin + last.samples, last.mono_us)

    @property
    def times(self) -> bytes:
        """Work out the chain of the places of all chunks."""
        times = times_genesis(self.track)
        for stored in self.chunks:
            times = times_after(times, stored.header.place)
        return times

    def take(self, header: Header, offset: int, length: int) -> None:
        """Take the next record in."""
        if header.kind in _CHUNKS:
            self.chunks.append(Stored(header, offset, length))
        elif header.kind == Kind.CLOSED:
            self.closed = header.number
        elif (place := self.find(header.number)) is not None:
            kept = self.chunks[place]
            self.chunks[place] = Stored(kept.header, kept.offset, kept.length, (offset, length))
            self.handed = header.number

    def find(self, number: int) -> int | None:
        """Give the place in ``chunks`` of a number; it is the number itself unless records are damaged."""
        place = bisect_right(self.chunks, number, key=lambda stored: stored.header.number) - 1
        return place if place >= 0 and self.chunks[place].header.number == number else None

    def at_position(self, epoch: int, position: int) -> int | None:
        """Give the place of the last chunk of an epoch that begins at or before a position."""
        place = bisect_right(self.chunks, (epoch, position), key=lambda s: (s.header.epoch, s.header.begin)) - 1
        return place if place >= 0 and self.chunks[place].header.epoch == epoch else None

    def at_moment(self, moment_ms: int) -> int | None:
        """Give the place of the last chunk that begins at or before a moment of the server's clock."""
        place = bisect_right(self.chunks, moment_ms, key=lambda stored: stored.header.begin_ms) - 1
        return place if place >= 0 else None


@dataclass(slots=True)
class _End:
    """Where the file of a track ends, so that adding to it need not read it again."""

    offset: int
    last: int
    handed: int
    closed: int | None

    def take(self, header: Header, length: int) -> bool:
        """Take the next record in; False when it is there already."""
        if header.kind in _CHUNKS and header.number > self.last:
            self.last = header.number
        elif header.kind == Kind.HANDED_IN and self.handed < header.number <= self.last:
            self.handed = header.number
        elif header.kind == Kind.CLOSED and header.number != self.closed:
            self.closed = header.number
        else:
            return False
        self.offset += length
        return True


class Store:
    """The folder with a file for each track."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ends: dict[bytes, _End] = {}
        self._read: dict[bytes, tuple[tuple[int, int], Contents]] = {}
        self._guard = threading.RLock()

    def path(self, track: bytes) -> Path:
        """Give the file of a track; a thousand tracks do not share one folder."""
        name = track.hex()
        return self.folder / name[:2] / f"{name}.track"

    def contents(self, track: bytes) -> Contents:
        """Read where everything lies in the file of a track; a track without a file is empty."""
        found = Contents(track)
        with self._guard:
            try:
                file = os.open(self.path(track), os.O_RDONLY)
            except FileNotFoundError:
                return found
            try:
                _scan(file, found)
            finally:
                os.close(file)
        return found

    def known(self, track: bytes) -> Contents:
        """Give the same, from memory when the file is as it was: a listener asks for many parts of one file.

        It is shared, so nobody changes it.
        """
        path = self.path(track)
        try:
            stat = path.stat()
        except FileNotFoundError:
            return Contents(track)
        now = (stat.st_size, stat.st_mtime_ns)
        with self._guard:
            before, contents = self._read.pop(track, (None, None))
            if contents is None or before != now:
                contents = self.contents(track)
            self._read[track] = (now, contents)
            chunks = sum(len(one.chunks) for _, one in self._read.values())
            while chunks > MOST_IN_MEMORY and len(self._read) > 1:
                oldest = next(iter(self._read))
                chunks -= len(self._read.pop(oldest)[1].chunks)
        return contents

    def add(self, track: bytes, records: Iterable[bytes]) -> int:
        """Add durable records to the file of a track, durably; records that are there already are left out.

        Gives how many were added.  A torn end, left by an interrupted addition, is cut: what it was still stands in
        the log that is being added.
        """
        with self._guard:
            return self._add(track, records)

    def _add(self, track: bytes, records: Iterable[bytes]) -> int:
        path = self.path(track)
        end = self._end(track, path)
        begin = end.offset
        fresh = [one for one in records if end.take(record.header_of(one), len(one))]
        if not fresh:
            return 0
        self._ends.pop(track, None)  # only true again once all is written
        is_new = not path.exists()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, begin)
            os.lseek(file, begin, os.SEEK_SET)
            write_all(file, b"".join(fresh))
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            sync_folder(path.parent)
            sync_folder(self.folder)
        self._ends[track] = end
        return len(fresh)

    def _end(self, track: bytes, path: Path) -> _End:
        known = self._ends.get(track)
        if known is not None and path.exists() and path.stat().st_size == known.offset:
            return known
        contents = self.contents(track)
        return _End(contents.end, contents.point.number, contents.handed, contents.closed)

    def release(self, track: bytes) -> None:
        """Hold nothing of a track in memory any more."""
        self._ends.pop(track, None)
        self._read.pop(track, None)

    def forget(self, track: bytes) -> None:
        """Remove the file of a track, and what was made of it and kept beside it."""
        self.release(track)
        path = self.path(track)
        path.unlink(missing_ok=True)  # first: who keeps something beside it looks whether it is still there
        for file in path.parent.glob(f"{path.stem}.*"):
            file.unlink(missing_ok=True)

    def open(self, track: str, key: bytes, conversation: str, salt: bytes) -> "Track":
        """Open a track for reading."""
        return Track(self, bytes.fromhex(track), Envelope(key, conversation, track), salt)


def _scan(file: int, found: Contents) -> None:
    """Read the headers of a file; over damage it goes on with the next whole record."""
    size = os.fstat(file).st_size
    while found.end < size:
        top = os.pread(file, record.HEADER_SIZE, found.end)
        length = record.length_at(top, 0, len(top))
        if length >= record.HEADER_SIZE and found.end + length <= size:
            header = record.header_of(top)
            if header.track == found.track:
                found.take(header, found.end, length)
                found.end += length
                continue
        found.damaged.append(found.end)
        rest = os.pread(file, size - found.end, found.end)
        skip = record.next_whole(rest, 0, len(rest))
        if skip == len(rest):
            return
        found.end += skip


class Track:
    """A track that can be read: from its beginning, or from any number, position or moment.

    Each chunk that is read is opened (associated data and tag), hashed to its leaf, and its leaf chained to the
    head that stands beside it; whatever does not agree raises DamagedError.
    """

    def __init__(self, store: Store, track: bytes, envelope: Envelope, salt: bytes) -> None:
        self.track = track
        self.contents = store.known(track)
        self.envelope = envelope
        self._salt = salt
        self.path = store.path(track)
        self._file = os.open(self.path, os.O_RDONLY) if self.path.exists() else -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __iter__(self) -> Iterator[StoredChunk]:
        return self.chunks()

    def __len__(self) -> int:
        return len(self.contents.chunks)

    @property
    def index(self) -> list[Stored]:
        """Give the headers of all chunks in order, without opening anything."""
        return self.contents.chunks

    def chunks(self, first: int = 0, last: int | None = None) -> Iterator[StoredChunk]:
        """Give the chunks from one number to another, both included, each verified; a missing one is damage."""
        if last is None and self.contents.damaged:
            raise DamagedError(f"byte {self.contents.damaged[0]} of the track", "a record", "none")
        end = self.contents.point.number if last is None else last
        for number in range(first, end + 1):
            yield self.chunk(number)

    def chunk(self, number: int) -> StoredChunk:
        """Give one chunk, verified; raises DamagedError."""
        place = self.contents.find(number)
        if place is None:
            raise DamagedError(f"chunk {number}", "a record", "none")
        stored = self.contents.chunks[place]
        before = self._head_before(place, number)
        header = stored.header
        if head_after(before, header.leaf) != header.head:
            raise DamagedError(f"chunk {number}", header.head.hex(), head_after(before, header.leaf).hex())
        kept = header.kind == Kind.LEAF
        inside = self._open(header, (stored.offset, stored.length), PREFIX if kept else SOUND)
        if kept and stored.handed_in is not None:
            inside = self._open(header, stored.handed_in, SOUND)
            kept = False
        if not kept and leaf_of(self._salt, number, inside) != header.leaf:
            raise DamagedError(f"chunk {number}", header.leaf.hex(), leaf_of(self._salt, number, inside).hex())
        chunk = parse_prefix(inside) if kept else parse(inside)
        return StoredChunk(number, header.leaf, None if kept else inside, chunk, header)

    def verify_chain(self) -> None:
        """Check all leaves against all heads without opening a chunk; raises DamagedError."""
        head = genesis(self.track)
        if self.contents.damaged:
            raise DamagedError(f"byte {self.contents.damaged[0]} of the track", "a record", "none")
        for number, stored in enumerate(self.contents.chunks):
            head = head_after(head, stored.header.leaf)
            if stored.header.number != number or stored.header.head != head:
                raise DamagedError(f"chunk {number}", head.hex(), stored.header.head.hex())

    def _head_before(self, place: int, number: int) -> bytes:
        if number == 0:
            return genesis(self.track)
        if place == 0 or self.contents.chunks[place - 1].header.number != number - 1:
            raise DamagedError(f"chunk {number - 1}", "a record", "none")
        return self.contents.chunks[place - 1].header.head

    def _open(self, header: Header, where: tuple[int, int], form: bytes) -> bytes:
        offset, length = where
        return self.envelope.open(
            header.number, header.leaf, record.sealed_of(os.pread(self._file, length, offset)), form
        )


def write_all(file: int, content: bytes | memoryview) -> None:
    """Write all of it: a full disk may take a part first and refuse only then."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
