"""Makes a bundle: the one file that a stranger can check (docs/format.md, section 7).

Two ways, the same bytes.  `write` makes a file in one pass: sound is opened once, and its two forms are written side by
side.  `lay` measures first, so that the length is known before the first byte leaves; then the pieces are made
again while they are sent, and no sound in clear ever stands on a disk.  Neither holds more than a piece in memory.

What only the organisation can do is given in: ``sign`` makes the CAdES signature over some bytes (CMS, DER), ``stamp``
an RFC 3161 token over a SHA-256, or None where no authority is set.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tweespoor.dossier import beside, chunks, container, members
from tweespoor.dossier.chunks import Body, Row
from tweespoor.dossier.measuring import Measured, Tally, measure
from tweespoor.dossier.members import Label
from tweespoor.tape import timeline

if TYPE_CHECKING:
    from tweespoor.tape.track import Place

Pieces = Callable[[], Iterable[bytes]]
Sign = Callable[[bytes], bytes]
Stamp = Callable[[bytes], bytes | None]

_TOO_LONG: Final = 0xFFFFFFFF
_COPIED: Final = 16 << 20  # bytes at once


@dataclass(frozen=True, slots=True)
class Track:
    """One track: ``rows`` gives the line of every chunk without opening any, ``bodies`` those that are here, in order.

    Both are asked for more than once, and give the same each time.
    """

    track: str
    rows: Callable[[], Iterable[Row]]
    bodies: Pieces

    def name(self, file: str) -> str:
        """Give the name of one of its files."""
        return members.of_track(self.track, file)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that goes in; lines are without their ends.  ``page`` is the page LEESMIJ.html."""

    conversation: str
    made_ms: int
    page: bytes
    journal: Pieces
    disclosures: Sequence[bytes]
    endorsements: Sequence[bytes]
    checkpoints: Pieces
    pages: Pieces
    certificates: Sequence[bytes] = ()
    stamps: Mapping[int, bytes] = field(default_factory=dict)
    tracks: Sequence[Track] = ()
    files: Mapping[str, Pieces] = field(default_factory=dict)
    agent: str = "Tweespoor"
    own_minutes: bool = False


# What goes in ----------------------------------------------------------------------------------------


def _whole(content: bytes) -> Pieces:
    return lambda: (content,)


def _lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line + b"\n"


def _payload(contents: Contents) -> Iterator[tuple[str, Pieces]]:
    """Give the files that do not rest on others, but the sound; in the order in which they stand."""
    yield members.TYPE, _whole(container.MIMETYPE)
    yield members.PAGE, _whole(contents.page)
    yield members.BAGIT, _whole(members.BAGIT_SAYS)
    yield members.JOURNAL, lambda: _lines(contents.journal())
    yield members.DISCLOSURES, lambda: _lines(contents.disclosures)
    yield members.ENDORSEMENTS, lambda: _lines(contents.endorsements)
    yield members.CHECKPOINTS, lambda: _lines(contents.checkpoints())
    yield members.PAGES, lambda: _lines(contents.pages())
    certificates = {members.certificate(sha256(one).hexdigest()): one for one in contents.certificates}
    for name in sorted(certificates):
        yield name, _whole(certificates[name])
    for position in sorted(contents.stamps):
        yield members.head_stamp(position), _whole(contents.stamps[position])
    for name, pieces in sorted(contents.files.items()):
        yield f"data/files/{name}", pieces


def _tags(contents: Contents, measured: Mapping[str, Measured]) -> Iterator[tuple[str, bytes]]:
    """Give the files that rest on all others but the seal; each is measured before the next is asked for."""
    payload = [name for name in measured if name.startswith("data/")]
    info = Label(
        agent=contents.agent,
        date=datetime.fromtimestamp(contents.made_ms // 1000, UTC).strftime("%Y-%m-%d"),
        octets=sum(measured[name].size for name in payload),
        files=len(payload),
        conversation=contents.conversation,
        scope="own-minutes" if contents.own_minutes else "whole",
    )
    yield members.BAG_INFO, info.written()
    yield members.MANIFEST, members.manifest(_digests(measured), payload)
    yield members.TAG_MANIFEST, members.manifest(_digests(measured), members.TAGS)


def _seals(measured: Mapping[str, Measured], sign: Sign | None, stamp: Stamp | None) -> Iterator[tuple[str, bytes]]:
    if sign is None:
        return
    sealed = members.asic_manifest(_digests(measured))
    yield members.SEALED, sealed
    yield members.SIGNATURE, sign(sealed)
    timed = members.timed_manifest(_digests(measured))
    token = None if stamp is None else stamp(sha256(timed).digest())
    if token is not None:
        yield members.TIMED, timed
        yield members.STAMP, token


def _digests(measured: Mapping[str, Measured]) -> dict[str, bytes]:
    return {name: one.digest for name, one in measured.items()}


# Sent ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Laid:
    """A bundle that was measured: its length in bytes, and the pieces, made while they are asked for."""

    size: int
    files: tuple[tuple[str, Measured, Pieces], ...]

    def pieces(self) -> Iterator[bytes]:
        """Give the bundle in pieces."""
        for name, measured, pieces in self.files:
            yield container.local(name, measured.size, measured.crc)
            yield from pieces()
        yield container.directory(*container.laid((name, one.size, one.crc) for name, one, _ in self.files))


def lay(contents: Contents, sign: Sign | None = None, stamp: Stamp | None = None) -> Laid:
    """Measure a bundle, and sign it."""
    files: dict[str, Pieces] = dict(_payload(contents))
    measured = {name: measure(pieces()) for name, pieces in files.items()}
    for track in contents.tracks:
        for name, one, pieces in _sound(track):
            measured[name], files[name] = one, pieces
    for name, content in chain(_tags(contents, measured), _seals(measured, sign, stamp)):
        measured[name], files[name] = measure((content,)), _whole(content)
    members_, begin = container.laid((name, one.size, one.crc) for name, one in measured.items())
    size = begin + len(container.directory(members_, begin))
    return Laid(size, tuple((name, measured[name], files[name]) for name in measured))


class _List:
    """The list of a track, as it is written; what is learned on the way stands in it afterwards."""

    def __init__(self, track: Track) -> None:
        self._track = track
        self._tight: dict[int, tuple[int, Place]] = {}
        self.length = 0
        self.present = False

    def lines(self) -> Iterator[bytes]:
        """Give its lines."""
        for row in self._track.rows():
            place = row.place
            room = place.end_ms - place.begin_ms - place.samples // 48
            if place.epoch not in self._tight or room < self._tight[place.epoch][0]:
                self._tight[place.epoch] = room, place
            self.length += row.length
            self.present = self.present or row.body is Body.HERE
            yield chunks.line(row) + b"\n"

    def starts(self) -> dict[int, int]:
        """Give where its epochs lie: by the chunk with the least room, and by no other (docs/format.md, 5)."""
        return timeline.starts(place for _, place in self._tight.values())


def _sound(track: Track) -> Iterator[tuple[str, Measured, Pieces]]:
    listed = _List(track)
    found = measure(listed.lines())
    if found.size:
        yield track.name("chunks.jsonl"), found, lambda: _lines(map(chunks.line, track.rows()))
    if not listed.present:
        return
    starts = listed.starts()
    bodies, playing = Tally(), Tally()
    for piece in _playing(track, starts, bodies.take):
        playing.take(piece)
    audio = playing.done()
    yield track.name("chunks.bin"), bodies.done(), track.bodies
    if audio.size:
        yield track.name("audio.opus"), audio, lambda: _playing(track, starts)


def _playing(track: Track, starts: dict[int, int], seen: Callable[[bytes], object] = lambda _: None) -> Iterator[bytes]:
    """Give the playable file; ``seen`` gets each body on the way."""

    def bodies() -> Iterator[bytes]:
        for body in track.bodies():
            seen(body)
            yield body

    return chunks.playable(track.track, starts, chunks.opened(track.rows(), bodies()))


# Written ---------------------------------------------------------------------------------------------


def write(
    path: Path, contents: Contents, sign: Sign | None = None, stamp: Stamp | None = None, *, apart: bool = False
) -> None:
    """Write a bundle to a new file, for our eyes only (FileExistsError); nothing is left of one that failed.

    ``apart`` lets it use more than one process, a track each, for who is alone in its own.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    split = contents.tracks[1 : beside.PROCESSORS] if apart and beside.may_split() else ()
    pieces = {track.track: _Piece(path.with_name(f"{path.name}.{track.track}"), track) for track in split}
    try:
        try:
            _Writing(file, pieces, lasts=True).write(contents, sign, stamp)
            os.fsync(file)
        finally:
            os.close(file)
            for piece in pieces.values():
                piece.path.unlink(missing_ok=True)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


class _Piece:
    """A track that another process writes, headers and all, as it will stand in the bundle: no header says where."""

    def __init__(self, path: Path, track: Track) -> None:
        self.path = path
        self._track = track
        self._begun = beside.begin(self._write, apart=True)

    def _write(self) -> list[tuple[str, int, int, bytes]]:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            return _Writing(file, {}, lasts=False).alone(self._track)
        finally:
            os.close(file)

    def measured(self) -> dict[str, Measured]:
        """Give what its files measure, when it is written."""
        return {name: Measured(size, crc, digest) for name, size, crc, digest in self._begun.result()}


class _Writing:
    """A file that is being written; a header is put in its place once its member was measured."""

    def __init__(self, file: int, pieces: Mapping[str, _Piece], *, lasts: bool) -> None:
        self._file = file
        self._pieces = pieces
        self._lasts = lasts
        self._at = 0
        self._measured: dict[str, Measured] = {}

    def write(self, contents: Contents, sign: Sign | None, stamp: Stamp | None) -> None:
        for name, pieces in _payload(contents):
            self._member(name, pieces())
        for track in contents.tracks:
            if track.track in self._pieces:
                self._insert(self._pieces[track.track])
            else:
                self._track(track)
        for name, content in chain(_tags(contents, self._measured), _seals(self._measured, sign, stamp)):
            self._member(name, (content,))
        found = container.laid((name, one.size, one.crc) for name, one in self._measured.items())
        self._put(self._at, container.directory(*found))

    def alone(self, track: Track) -> list[tuple[str, int, int, bytes]]:
        """Write one track and nothing else; gives what its files measure."""
        self._track(track)
        return [(name, *one) for name, one in self._measured.items()]

    def _insert(self, piece: _Piece) -> None:
        self._measured |= piece.measured()
        with piece.path.open("rb") as made:
            piece.path.unlink()  # of what it holds, nothing need come to the disk any more
            left = os.fstat(made.fileno()).st_size
            while left:
                done = beside.copied(made.fileno(), self._file, min(left, _COPIED), self._at)
                beside.hasten(self._file, self._at, done)
                left, self._at = left - done, self._at + done

    def _put(self, at: int, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            done = os.pwrite(self._file, rest, at)
            rest, at = rest[done:], at + done

    def _tally(self, begin: int) -> Tally:
        at = begin

        def out(block: bytes) -> None:
            nonlocal at
            self._put(at, block)
            if self._lasts:
                beside.hasten(self._file, at, len(block))
            at += len(block)

        return Tally(out)

    def _member(self, name: str, pieces: Iterable[bytes]) -> None:
        # No member may be as long as 4 GiB, so its header has the length that it has for an empty one.
        tally = self._tally(self._at + len(container.local(name, 0, 0)))
        for piece in pieces:
            tally.take(piece)
        self._closed(name, tally.done())

    def _closed(self, name: str, measured: Measured) -> None:
        if measured.size >= _TOO_LONG:
            raise ValueError(f"{name} is longer than a bundle can hold")
        head = container.local(name, measured.size, measured.crc)
        self._put(self._at, head)
        self._at += len(head) + measured.size
        self._measured[name] = measured

    def _track(self, track: Track) -> None:
        """Write its list, and then its two forms at once: how long the bodies are is known from the list."""
        listed = _List(track)
        lines = listed.lines()
        first = next(lines, None)
        if first is None:
            return
        self._member(track.name("chunks.jsonl"), chain((first,), lines))
        if not listed.present:
            return
        bodies, audio = track.name("chunks.bin"), track.name("audio.opus")
        begin = self._at + len(container.local(bodies, listed.length, 0))
        kept = self._tally(begin)
        playing = self._tally(begin + listed.length + len(container.local(audio, 0, 0)))
        for piece in _playing(track, listed.starts(), kept.take):
            playing.take(piece)
        measured = playing.done()
        self._closed(bodies, kept.done())
        if measured.size:
            self._closed(audio, measured)
