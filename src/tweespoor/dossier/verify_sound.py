"""Steps 12 to 14: every track against the journal, its bodies against their leaves, and every second against the gate.

A track is read once, chunk by chunk; what is kept of it are stretches of time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from tweespoor.dossier import beside, chunks, members
from tweespoor.dossier.chunks import Body, Row
from tweespoor.dossier.container import BLOCK, Container
from tweespoor.dossier.coverage import Sound
from tweespoor.dossier.findings import Findings, Step
from tweespoor.dossier.sweep import AFTER_MS, CLOCKS_MS, JOINED_MS, Swept, sweep
from tweespoor.dossier.verify_journal import Journal, Reached
from tweespoor.errors import DamagedError, UnreadableError
from tweespoor.rules.state import Conversation, Track
from tweespoor.tape import timeline
from tweespoor.tape.packets import LARGEST, Chunk, parse
from tweespoor.tape.track import Place, genesis, head_after, times_after, times_genesis

if TYPE_CHECKING:
    from hashlib import _Hash

_NAMES: Final = ("chunks.jsonl", "chunks.bin", "audio.opus")


@dataclass(slots=True)
class Heard:
    """What the tracks gave: their sound by track, and how many seconds of it are elsewhere."""

    sounds: list[Sound] = field(default_factory=list)
    withheld_ms: int = 0
    kept_ms: int = 0
    chunks: int = 0


def tracks(container: Container, journal: Journal, salts: dict[int, bytes], found: Findings, *, apart: bool) -> Heard:
    """Check every track that the journal knows, and that there is no other; ``apart`` in more than one process."""
    heard = Heard()
    state = journal.course.state
    there = {match[1] for name in container.members if (match := members.TRACK.match(name))}
    for track in sorted(there - set(state.tracks)):
        found.add(Step.TRACKS, "tracks.unknown", f"track {track}")
    for number, fact in sorted(journal.erased.items()):
        found.add(
            Step.TRACKS, "tracks.erased", f"part {number}", ground=fact.ground.value, at=fact.at,
            certain_at=fact.certain_at,
        )  # fmt: skip
    _unheard(state, found)
    swept = _swept(container, journal, salts, apart=apart)
    for track in state.tracks.values():
        salt = salts.get(journal.opened[track.track][0])
        _Checking(container, journal, track, found).check(salt, swept.get(track.track), heard)
    if not state.tracks:
        found.add(Step.TRACKS, "tracks.none")
    elif found.ok(Step.TRACKS):
        found.add(Step.TRACKS, "tracks.whole", tracks=len(state.tracks), chunks=heard.chunks)
    if heard.chunks and found.ok(Step.PLAYABLE):
        found.add(Step.PLAYABLE, "playable.equal")
    if heard.chunks and found.ok(Step.GATE):
        found.add(Step.GATE, "gate.inside", chunks=heard.chunks)
    return heard


def _unheard(state: Conversation, found: Findings) -> None:
    """Say which stretches are covered and which parts locked, and on what ground: nobody has the sound of those."""
    for number, part in state.parts.items():
        where = f"part {number}"
        if part.locked is not None and part.erased is None:
            found.add(Step.TRACKS, "tracks.locked", where, ground=part.locked.value)
        for one in part.covered:
            seconds = -(-(one.span.end - one.span.begin) // 1000)
            found.add(Step.TRACKS, "tracks.covered", where, at=one.span.begin, seconds=seconds, ground=one.ground.value)


def _swept(container: Container, journal: Journal, salts: dict[int, bytes], *, apart: bool) -> dict[str, Swept]:
    """Sweep the tracks, the longest first, each process its own; gives what came of those that are plainly right."""
    tracks = {
        name: track for name, track in journal.course.state.tracks.items()
        if track.part not in journal.erased
    }  # fmt: skip

    def length(name: str) -> int:
        member = container.members.get(members.of_track(name, "chunks.bin"))
        return 0 if member is None else member.size

    piles = beside.piles(sorted(tracks, key=length, reverse=True), apart=apart)

    def of(pile: Sequence[str]) -> dict[str, tuple[object, ...] | None]:
        found = {}
        for name in pile:
            swept = sweep(container, journal, tracks[name], salts.get(journal.opened[name][0]))
            found[name] = None if swept is None else tuple(swept)
        return found

    others = [beside.begin(partial(of, pile), apart=apart) for pile in piles[1:]]
    found = of(piles[0])
    for other in others:
        found |= other.result()
    return {name: Swept._make(one) for name, one in found.items() if one is not None}


class _Bodies:
    """Gives the bodies of a track one after the other."""

    def __init__(self, container: Container, name: str) -> None:
        self._blocks = container.blocks(name) if name in container.members else iter(())
        self._block = b""
        self._at = 0

    def take(self, length: int) -> bytes:
        if not 0 < length <= LARGEST:
            raise DamagedError("body", f"1 to {LARGEST} bytes", f"{length}")
        end = self._at + length
        while end > len(self._block):
            more = next(self._blocks, None)
            if more is None:
                raise DamagedError("chunks.bin", "another body", "its end")
            self._block = self._block[self._at :] + more
            self._at, end = 0, length
        body = self._block[self._at : end]
        self._at = end
        return body

    def left(self) -> bool:
        return self._at < len(self._block) or next(self._blocks, None) is not None


class _Checking:
    """One track while it is checked."""

    def __init__(self, container: Container, journal: Journal, track: Track, found: Findings) -> None:
        self._container = container
        self._journal = journal
        self._track = track
        self._found = found
        self._where = f"track {track.track}"
        self._sealed = journal.sealed.get(track.track)
        self._reached = iter(journal.reached.get(track.track, ()))
        self._next: Reached | None = next(self._reached, None)
        self._starts: dict[int, int] = {}
        self._spoilt = self._clocks_differ = False
        self._stretches: list[tuple[int, int, bool]] = []
        self._left_ms = dict.fromkeys(Body, 0)
        self.chunks = 0

    def check(self, salt: bytes | None, swept: Swept | None, heard: Heard) -> None:
        """Check it all, or take what a sweep found plainly right."""
        names = [name for name in _NAMES if self._name(name) in self._container.members]
        if self._is_elsewhere(names):
            return
        try:
            if swept is not None:
                self._take(swept)
            else:
                self._look(salt)
        except DamagedError as error:
            self._broken(error)
        heard.chunks += self.chunks
        heard.withheld_ms += self._left_ms[Body.WITHHELD]
        heard.kept_ms += self._left_ms[Body.KEPT]
        heard.sounds += [Sound(self._track.track, begin, end, device) for begin, end, device in self._stretches]
        for body, code in ((Body.WITHHELD, "tracks.withheld"), (Body.KEPT, "tracks.kept")):
            if self._left_ms[body]:
                self._found.add(Step.TRACKS, code, self._where, seconds=self._left_ms[body] // 1000)
        if any(device for _, _, device in self._stretches):
            self._found.add(Step.GATE, "gate.device-clock", self._where)
        if self._clocks_differ:
            self._found.add(Step.GATE, "gate.clocks-differ", self._where)

    def _take(self, swept: Swept) -> None:
        self.chunks, self._stretches, self._clocks_differ = swept.chunks, swept.stretches, swept.clocks_differ
        self._left_ms = dict(zip(Body, swept.left_ms, strict=True))
        self._next = None
        self._end(swept.times)

    def _look(self, salt: bytes | None) -> None:
        """Look at one chunk after the other."""
        self._starts = timeline.starts(row.place for row in self._rows())
        opened = self._opened(salt)
        self._compare(chunks.playable(self._track.track, self._starts, opened))
        for _ in opened:  # where the playable file is another, the chunks are still checked to the end
            pass

    def _name(self, name: str) -> str:
        return members.of_track(self._track.track, name)

    def _broken(self, error: DamagedError) -> None:
        where = f"{self._where}, {error.where}"
        self._found.add(Step.TRACKS, "tracks.broken", where, expected=error.expected, found=error.found)

    def _is_elsewhere(self, names: list[str]) -> bool:
        """Tell whether there is no list of chunks, and say so when nothing explains that."""
        if self._track.part in self._journal.erased:
            if names:
                self._found.add(Step.TRACKS, "tracks.unknown", self._where)
            return True
        if "chunks.jsonl" in names:
            return False
        if self._track.last >= 0 or names:
            self._found.add(Step.TRACKS, "tracks.missing", self._where)
        elif self._sealed is None:
            self._found.add(Step.TRACKS, "tracks.unsealed", self._where)
        return True

    def _rows(self) -> Iterator[Row]:
        for line in self._container.lines(self._name("chunks.jsonl"), chunks.LONGEST):
            yield chunks.read(line)

    # The list --------------------------------------------------------------------------------------------

    def _opened(self, salt: bytes | None) -> Iterator[chunks.Opened]:
        """Check line after line, and give those whose body is here and right."""
        own = bytes.fromhex(self._track.track)
        salted = sha256(salt or b"")
        head, times, samples = genesis(own), times_genesis(own), 0
        bodies = _Bodies(self._container, self._name("chunks.bin"))
        before: Place | None = None
        held = False
        self._reach(-1, 0, head)
        for number, row in enumerate(self._rows()):
            place = row.place
            _see_order(number, place, before)
            head, times, samples = head_after(head, row.leaf), times_after(times, place), samples + place.samples
            self._judge(place)
            self._reach(number, samples, head)
            self._note(row)
            self.chunks = number + 1
            before = place
            if row.body is Body.HERE:
                held = True
                chunk = self._open(salted if salt else None, row, bodies.take(row.length))
                if chunk is not None:
                    yield place, chunk
        if bodies.left() or held is not (self._name("chunks.bin") in self._container.members):
            raise DamagedError("chunks.bin", "the bodies of its list and no more", "others")
        self._end(times)

    def _note(self, row: Row) -> None:
        """Note where a body is, and when its sound was."""
        place = row.place
        elsewhere = self._track.kept and not self._track.handed_in
        if (row.body is Body.KEPT) is not elsewhere:
            raise DamagedError(
                f"chunk {place.number}", "kept by its owner" if elsewhere else "not kept", row.body.value
            )
        if row.body is not Body.HERE and row.length:
            raise DamagedError(f"chunk {place.number}", "no length", f"{row.length}")
        if not place.samples:
            return
        begin, end = timeline.lies(self._starts, place)
        self._left_ms[row.body] += end - begin
        last = self._stretches[-1] if self._stretches else None
        if last is not None and last[2] is place.by_device_clock and 0 <= begin - last[1] < JOINED_MS:
            self._stretches[-1] = (last[0], max(last[1], end), last[2])
        else:
            self._stretches.append((begin, end, place.by_device_clock))

    def _reach(self, number: int, samples: int, head: bytes) -> None:
        """Hold the chain against what the journal says of it here."""
        while self._next is not None and self._next.last <= number:
            told = self._next
            if told.last != number or told.samples != samples or told.head != head.hex():
                raise DamagedError(f"chunk {told.last}", "the head in the journal", "another")
            self._next = next(self._reached, None)

    def _judge(self, place: Place) -> None:
        """Step 14: the whole of a chunk's time lies where its person's recorder might run, by what was known then."""
        gate = self._journal.course.then
        verdict = gate.allows(self._track.part, self._track.seat, place.begin_ms, place.end_ms)
        if not verdict:
            for code in verdict.codes:
                self._found.add(
                    Step.GATE, "gate.outside", f"{self._where}, chunk {place.number}",
                    clause=code.partition(".")[0], rule=code, at=place.begin_ms,
                )  # fmt: skip
        if self._next is not None and place.end_ms > self._next.at + AFTER_MS:
            where = f"{self._where}, chunk {place.number}"
            self._found.add(Step.GATE, "gate.after-its-checkpoint", where, at=place.end_ms)

    def _end(self, times: bytes) -> None:
        """See that nothing is missing at the end."""
        if self._next is not None:
            raise DamagedError(f"chunk {self.chunks}", f"chunks up to {self._next.last}", "the end of the list")
        sealed = self._sealed
        if sealed is None:
            self._found.add(Step.TRACKS, "tracks.unsealed", self._where)
            return
        if sealed.last != self.chunks - 1:
            raise DamagedError(f"chunk {sealed.last + 1}", "nothing behind the last one", "more")
        if sealed.times is None:
            self._found.add(Step.TRACKS, "tracks.times-unsealed", self._where)
        elif sealed.times != times.hex():
            raise DamagedError("times", "those that were sealed", "others")
        if not sealed.complete:
            self._found.add(Step.TRACKS, "tracks.interrupted", self._where, reason=sealed.reason or "")

    # The bodies ------------------------------------------------------------------------------------------

    def _open(self, salted: "_Hash | None", row: Row, body: bytes) -> Chunk | None:
        """Read a body and hold it against its line; None, and a finding, when it is another."""
        place = row.place
        if salted is None:
            raise DamagedError("salt", "the salt of the track", "none")
        digest = salted.copy()
        digest.update(place.number.to_bytes(4, "big") + body)
        try:
            chunk = parse(body)
        except UnreadableError:
            chunk = None
        if (
            chunk is None
            or digest.digest() != row.leaf
            or (chunk.track.hex(), chunk.number, chunk.epoch) != (self._track.track, place.number, place.epoch)
            or (chunk.begin, chunk.samples) != (place.position, place.samples)
        ):
            self._spoilt = True
            self._found.add(Step.TRACKS, "tracks.body", f"{self._where}, chunk {place.number}", at=place.begin_ms)
            return None
        if abs(chunk.wall_ms - place.begin_ms) > CLOCKS_MS and not place.by_device_clock:
            self._clocks_differ = True
        return chunk

    def _compare(self, pieces: Iterator[bytes]) -> None:
        """Step 13: hold the playable file against what the bodies give."""
        name = self._name("audio.opus")
        there = self._container.blocks(name) if name in self._container.members else iter(())
        made = bytearray()
        same = True
        for piece in pieces:
            made += piece
            if len(made) >= BLOCK:
                same = made[:BLOCK] == next(there, b"")
                del made[:BLOCK]
            if not same:  # what is made may be without end, where a time was changed; what is there is not
                break
        same = same and made == next(there, b"") and next(there, None) is None
        if not same and not self._spoilt:
            self._found.add(Step.PLAYABLE, "playable.differs", self._where)


def _see_order(number: int, place: Place, before: Place | None) -> None:
    """See that a chunk follows the one before it."""
    if place.number != number:
        raise DamagedError(f"chunk {number}", "each number in its turn", f"{place.number}")
    if place.begin_ms > place.end_ms:
        raise DamagedError(f"chunk {number}", "an end behind its begin", "one before it")
    if before is not None and (place.epoch, place.position) < (before.epoch, before.position + before.samples):
        raise DamagedError(f"chunk {number}", "a place behind the one before", "one before it")
