"""Checks a track as nearly all are, in one sweep: either all of it is right, or nothing is said.

`verify_sound` looks at one chunk after the other and finds what is wrong, where and why.  Of a true track nothing is,
and eight hours have 58,000 chunks; so here many lines are read at once, column by column, and what is asked of each is
asked of all.  Whatever is not plainly right (a line spelled otherwise, another head, a second outside the gate) ends
the sweep with None, and the track is looked at closely.  So this file can never accept, only agree sooner.
"""

from array import array
from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate, chain, repeat
from operator import add, ge, le
from struct import Struct
from typing import Final, NamedTuple

from tweespoor.dossier import chunks, members
from tweespoor.dossier.chunks import Body, Columns
from tweespoor.dossier.container import Container
from tweespoor.dossier.verify_journal import Journal, Reached
from tweespoor.errors import DamagedError, UnreadableError
from tweespoor.rules.state import Track
from tweespoor.tape import steady, timeline
from tweespoor.tape.packets import LARGEST, Chunk, parse
from tweespoor.tape.track import PLACE, Place, genesis, times_genesis

CLOCKS_MS: Final = 5 * 60_000
"""How far a device's own clock may lie from the server's before it is worth a note."""
AFTER_MS: Final = 2000
"""How much later than its checkpoint a chunk may seem to be: the server's clock may have been set meanwhile."""
JOINED_MS: Final = 40
"""Two chunks that lie nearer than this lie end to end."""

_MOST: Final = 64 << 20  # bytes of a list; of a longer one too much would be held
_NUMBER: Final = Struct(">I")
_LEAF: Final = 32
_HERE, _, _KEPT = range(len(Body))


class Swept(NamedTuple):
    """What a sweep gives: how many chunks, the end of the chain of their times, and where sound is."""

    chunks: int
    times: bytes
    left_ms: tuple[int, ...]
    """How much sound is here, withheld, kept: in the order of `Body`."""
    stretches: list[tuple[int, int, bool]]
    clocks_differ: bool


class _LookCloserError(Exception):
    """Something is not plainly right."""


class _Lines(NamedTuple):
    """What is kept of some lines, in a few bytes each, until it is known where the epochs lie."""

    first: int
    epochs: "array[int]"
    positions: "array[int]"
    samples: "array[int]"
    begins: "array[int]"
    ends: "array[int]"
    by_device_clock: bytes
    leaves: bytes
    bodies: bytes
    lengths: "array[int]"

    def places(self) -> Iterator[Place]:
        """Give the place of each chunk."""
        numbers = range(self.first, self.first + len(self.bodies))
        columns = (self.epochs, self.positions, self.samples, self.begins, self.ends, map(bool, self.by_device_clock))
        return map(Place._make, zip(numbers, *columns, strict=True))


def sweep(container: Container, journal: Journal, track: Track, salt: bytes | None) -> Swept | None:
    """Check a track; None when something is not plainly right, or it is too long."""
    listed = container.members.get(members.of_track(track.track, "chunks.jsonl"))
    if listed is None or listed.size > _MOST:
        return None
    try:
        return _Sweep(container, journal, track, salt).swept()
    except (_LookCloserError, DamagedError, UnreadableError):
        return None


def _see(right: object) -> None:
    if not right:
        raise _LookCloserError


class _Sweep:
    """One track while it is swept."""

    def __init__(self, container: Container, journal: Journal, track: Track, salt: bytes | None) -> None:
        self._container = container
        self._gate = journal.course.then
        self._track = track
        self._own = bytes.fromhex(track.track)
        self._reached: list[Reached] = journal.reached.get(track.track, [])
        self._salted = None if salt is None else sha256(salt)
        self._lines: list[_Lines] = []
        self._starts: dict[int, int] = {}
        self._left_ms = [0] * len(Body)
        self._stretches: list[tuple[int, int, bool]] = []
        self._clocks_differ = False

    def swept(self) -> Swept:
        times = self._list()
        self._starts = timeline.starts(place for lines in self._lines for place in _tight(lines))
        for lines in self._lines:
            self._place(lines)
        self._see_audio()
        count = sum(len(lines.bodies) for lines in self._lines)
        return Swept(count, times, tuple(self._left_ms), self._stretches, self._clocks_differ)

    def _name(self, name: str) -> str:
        return members.of_track(self._track.track, name)

    # The list --------------------------------------------------------------------------------------------

    def _list(self) -> bytes:
        """Read the list and hold it against the journal; gives the end of the chain of times."""
        head, times, samples, passed = genesis(self._own), times_genesis(self._own), 0, 0
        first, before = 0, (0, 0)
        for told in self._reached[:1]:
            if told.last == -1:
                _see(told.samples == 0 and told.head == head.hex())
                passed = 1
        for written in _whole_lines(self._container, self._name("chunks.jsonl")):
            found = chunks.columns(written)
            if found is None:
                raise _LookCloserError
            count = len(found.numbers)
            before = self._see_order(found, first, before)
            sums = list(accumulate(found.samples, initial=samples))
            heads, head = _chained(head, found.leaves)
            passed = self._see_reached(found, first, passed, (sums, heads))
            for packed in map(
                PLACE.pack, found.numbers, found.epochs, found.positions, found.samples, found.begins, found.ends,
                found.by_device_clock,
            ):  # fmt: skip
                times = sha256(times + packed).digest()
            self._lines.append(_kept(first, found))
            first, samples = first + count, sums[-1]
        _see(passed == len(self._reached))
        return times

    def _see_order(self, found: Columns, first: int, before: tuple[int, int]) -> tuple[int, int]:
        """See that each chunk follows the one before it, and lies where its person's recorder might run."""
        count = len(found.numbers)
        _see(found.numbers == list(range(first, first + count)))
        _see(all(map(le, found.begins, found.ends)))
        behind = list(map(add, found.positions, found.samples))
        if found.epochs.count(before[0]) == count:
            _see(all(map(ge, found.positions, chain((before[1],), behind))))
        else:
            told = chain((before,), zip(found.epochs, behind, strict=True))
            _see(all(map(ge, zip(found.epochs, found.positions, strict=True), told)))
        elsewhere = self._track.kept and not self._track.handed_in
        _see(found.bodies.count(_KEPT) == (count if elsewhere else 0))
        _see(max(found.lengths) <= LARGEST)
        if found.bodies.count(_HERE) != count:
            _see(not any(length for length, body in zip(found.lengths, found.bodies, strict=True) if body != _HERE))
        part, seat = self._track.part, self._track.seat
        if not self._gate.allows(part, seat, min(found.begins), max(found.ends)):
            allows = map(self._gate.allows, repeat(part), repeat(seat), found.begins, found.ends)
            _see(all(allows))
        return found.epochs[-1], behind[-1]

    def _see_reached(
        self, found: Columns, first: int, passed: int, sums_and_heads: tuple[list[int], list[bytes]]
    ) -> int:
        """Hold chain and times against every checkpoint that counts one of these chunks; gives how many were passed."""
        sums, heads = sums_and_heads
        since = 0
        for told in self._reached[passed:]:
            at = told.last - first
            _see(at >= 0)
            _see(max(found.ends[since : at + 1], default=0) <= told.at + AFTER_MS)
            if at >= len(heads):
                break
            _see(told.samples == sums[at + 1] and told.head == heads[at].hex())
            since, passed = at + 1, passed + 1
        return passed

    # Where sound is --------------------------------------------------------------------------------------

    def _place(self, lines: _Lines) -> None:
        """Note when the sound of some lines was, and where it is."""
        stretches = self._stretches
        for place, body in zip(lines.places(), lines.bodies, strict=True):
            if not place.samples:
                continue
            begin, end = timeline.lies(self._starts, place)
            self._left_ms[body] += end - begin
            if stretches:
                begun, ended, device = stretches[-1]
                if device is place.by_device_clock and 0 <= begin - ended < JOINED_MS:
                    stretches[-1] = (begun, max(ended, end), device)
                    continue
            stretches.append((begin, end, place.by_device_clock))

    # The bodies ------------------------------------------------------------------------------------------

    def _see_audio(self) -> None:
        """See that every body gives its leaf, and that the playable file is what they give."""
        here = any(_HERE in lines.bodies for lines in self._lines)
        _see(here is (self._name("chunks.bin") in self._container.members))
        there = _Passing(self._container, self._name("audio.opus"))
        for piece in chunks.playable(self._track.track, self._starts, self._opened()):
            _see(there.passes(piece))
        _see(there.ends())

    def _opened(self) -> Iterator[chunks.Opened]:
        salted, own = self._salted, self._own
        bodies = _Passing(self._container, self._name("chunks.bin"))
        for lines in self._lines:
            leaves = lines.leaves
            for n, (place, where, length) in enumerate(zip(lines.places(), lines.bodies, lines.lengths, strict=True)):
                if where != _HERE:
                    continue
                if salted is None or not 0 < length <= LARGEST:
                    raise _LookCloserError
                body = bodies.take(length)
                digest = salted.copy()
                digest.update(_NUMBER.pack(place.number))
                digest.update(body)
                _see(digest.digest() == leaves[n * _LEAF : n * _LEAF + _LEAF])
                chunk = steady.read(body, steady.begins(own, place.number, place.epoch), place.position)
                known = chunk or self._closer(body, place)
                _see(known.samples == place.samples)
                if abs(known.wall_ms - place.begin_ms) > CLOCKS_MS and not place.by_device_clock:
                    self._clocks_differ = True
                yield place, known
        _see(bodies.ends())

    def _closer(self, body: bytes, place: Place) -> Chunk:
        """Read a body that is not as nearly all are."""
        chunk = parse(body)
        _see((chunk.track, chunk.number, chunk.epoch) == (self._own, place.number, place.epoch))
        _see(chunk.begin == place.position)
        return chunk


class _Passing:
    """The bytes of a member, as they pass."""

    def __init__(self, container: Container, name: str) -> None:
        self._blocks = container.blocks(name) if name in container.members else iter(())
        self._block = b""
        self._at = 0

    def take(self, length: int) -> bytes:
        """Give the next bytes."""
        end = self._at + length
        if end > len(self._block):
            self._more(length)
            end = length
        taken = self._block[self._at : end]
        self._at = end
        return taken

    def passes(self, piece: bytes) -> bool:
        """Tell whether these are the next bytes."""
        if self._at + len(piece) > len(self._block):
            self._more(len(piece))
        same = self._block.startswith(piece, self._at)
        self._at += len(piece)
        return same

    def ends(self) -> bool:
        """Tell whether nothing is left."""
        return self._at == len(self._block) and next(self._blocks, None) is None

    def _more(self, length: int) -> None:
        self._block, self._at = self._block[self._at :], 0
        while len(self._block) < length:
            more = next(self._blocks, None)
            if more is None:
                raise _LookCloserError
            self._block += more


def _whole_lines(container: Container, name: str) -> Iterator[bytes]:
    """Give a member in pieces of whole lines."""
    rest = b""
    for block in container.blocks(name, 1 << 18):
        lines, found, rest_ = (rest + block).rpartition(b"\n")
        _see(found)
        yield lines + found
        rest = rest_
    _see(not rest)


def _chained(head: bytes, leaves: bytes) -> tuple[list[bytes], bytes]:
    """Give the head behind each of these leaves, and the last one."""
    heads = []
    for at in range(0, len(leaves), _LEAF):
        head = sha256(head + leaves[at : at + _LEAF]).digest()
        heads.append(head)
    return heads, head


def _kept(first: int, found: Columns) -> _Lines:
    return _Lines(
        first,
        array("H", found.epochs),
        array("q", found.positions),
        array("I", found.samples),
        array("q", found.begins),
        array("q", found.ends),
        bytes(found.by_device_clock),
        found.leaves,
        found.bodies,
        array("I", found.lengths),
    )


def _tight(lines: _Lines) -> Iterator[Place]:
    """Give of each epoch the chunk with the least room: no other places it (docs/format.md, 5)."""
    rooms: dict[int, tuple[int, int]] = {}
    columns = zip(lines.epochs, lines.samples, lines.begins, lines.ends, strict=True)
    for n, (epoch, samples, begin, end) in enumerate(columns):
        room = end - begin - samples // 48
        if epoch not in rooms or room < rooms[epoch][0]:
            rooms[epoch] = (room, n)
    kept = {n for _, n in rooms.values()}
    return (place for n, place in enumerate(lines.places()) if n in kept)
