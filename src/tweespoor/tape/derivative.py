"""A track as it is heard after cutting or covering: its own packets, copied, and a tone where something is not heard.

Nothing is encoded again and the track itself never changes (clause 5a).  What is *cut* is left out, with a short tone
in its place: the file becomes shorter.  What is *covered* becomes a tone of the same length: every other moment keeps
its place.  Spans are moments (ms) of the server's clock, so that all tracks of a part are cut at the same moments,
whatever their packets.

*Borders.*  Spans are made whole steps of 20 ms long, and in each track widened to whole packets.  A packet knows the
sound from the pre-skip before it to its own end (a decoder gives it back that much later), so a packet goes when any of
that lies in a span.  The tone takes up what this widens, so that what is kept lies, in every track, exactly where the
others expect it.

*Decoding.*  What is kept are the same packets, byte for byte.  So a decoder that goes to a second in both files, and
begins 80 ms before it as RFC 7845 (4.6) says, gives the same samples, to the last bit, from 140 ms after a tone on.
One that plays on through the tone remembers what came before it: what differs is soon too soft to hear (after 140 ms
-81 dB, half of the times), but a voice is predicted from its own past, and the last bit is the same only after some
seconds (`bench/README.md`).  From where on each piece *is* the same for such a decoder, who has one finds with
`Edited.runs`.

*Memory.*  Where each chunk lies in the original's file follows from the headers alone; a chunk is opened when it is
read, and one that is not heard is not opened at all.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from tweespoor.errors import DamagedError
from tweespoor.tape.moments import LEAST_APART_MS, TONE_MS, Moments
from tweespoor.tape.ogg import FILL, FILL_SAMPLES, Sound, fills
from tweespoor.tape.packets import RATE, Chunk, Code, duration
from tweespoor.tape.store import Stored, Track
from tweespoor.tape.timeline import Line, Stretch, preskip
from tweespoor.tape.tone import tone

FORMAT: Final = "tweespoor/edit/1"
_PER_MS: Final = 48


class Hole(NamedTuple):
    """What is not heard: ``begin`` to ``end`` in the original's file, from ``at`` on a tone of so many packets.

    All in samples as a decoder counts them, pre-skip included.  ``carrier`` is the chunk with which the tone of a cut
    stands; of what is covered each chunk carries its own.
    """

    begin: int
    end: int
    at: int
    packets: int
    cut: bool
    carrier: int = -1

    @property
    def moved(self) -> int:
        """Give how many samples earlier everything behind it lies."""
        return self.end - self.begin - self.packets * FILL_SAMPLES


class Kept(NamedTuple):
    """Samples ``begin`` to ``end`` of the original's playable file lie from ``at`` on in this, as a player counts."""

    begin: int
    end: int
    at: int


class Place(NamedTuple):
    """Where a chunk lies in the original's file, in samples as a decoder counts them."""

    stored: Stored
    begin: int
    end: int
    preskip: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where every chunk that is heard lies, by the headers and one chunk an epoch; ``skip`` is the file's pre-skip."""

    skip: int
    all: tuple[Place, ...]
    numbers: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, track: Track, line: Line) -> "Places":
        """Find them.  Errors: DamagedError."""
        skip = preskip(track, line)
        found = tuple(_places(track, line, skip))
        numbers, ends = tuple(one.stored.header.number for one in found), tuple(one.end for one in found)
        return cls(skip, found, numbers, ends)


class Edited:
    """One track with spans cut out of it and spans covered; ``cuts`` and ``covers`` as `widened` gives them.

    ``begin`` is the moment (ms) of its first sample on the line of time from which the cuts were taken.
    """

    def __init__(
        self, track: Track, line: Line, places: Places, cuts: Sequence[Stretch], covers: Sequence[Stretch]
    ) -> None:
        if any(other.begin - one.end < LEAST_APART_MS for one, other in pairwise(cuts)):
            raise ValueError("cuts lie in order, and something is left between them")
        self.track = track
        self.skip = places.skip
        self._line = line
        self._places = places.all
        self._numbers = places.numbers
        self._ends = places.ends
        self.holes = tuple(self._all_holes(cuts, covers))
        self._cuts = tuple(cuts)
        self.begin = self._begin()

    # Where the holes are ------------------------------------------------------------------------

    def _all_holes(self, cuts: Sequence[Stretch], covers: Sequence[Stretch]) -> Iterator[Hole]:
        earlier = 0
        cut = [hole for span in cuts for hole in self._hole(span, cut=True)]
        covered = [hole for span in covers for hole in self._hole(span, cut=False)]
        rest = [piece for hole in _joined(covered) for piece in _outside(hole, cut)]
        for hole in sorted((*cut, *rest)):
            yield hole._replace(at=hole.begin - earlier)
            earlier += hole.moved

    def _hole(self, span: Stretch, *, cut: bool) -> Iterator[Hole]:
        """Give the hole of a span in this file, if it lies in it; its place behind earlier cuts is filled in later."""
        first = (span.begin - self._line.begin) * _PER_MS
        after = (span.end - self._line.begin) * _PER_MS
        if after <= 0 or not self._ends or first >= self._ends[-1]:
            return
        after += self.skip
        begin = self._down(max(0, first))
        end = self._up(after)
        length = (span.end - span.begin) * _PER_MS
        packets = (end - begin) // FILL_SAMPLES
        if cut:
            left_over = TONE_MS * _PER_MS if first < 0 else end - begin - length + TONE_MS * _PER_MS
            packets = left_over // FILL_SAMPLES
        carrier = self._numbers[bisect_right(self._ends, begin)]
        yield Hole(begin, end, 0, packets, cut, carrier)

    def _down(self, sample: int) -> int:
        """Give the last border at or before a sample: of a packet, or of the silence where nothing was recorded."""
        at = bisect_right(self._ends, sample)
        place = self._places[at]
        if place.begin <= sample:
            return max(begin for begin, _ in self._packets(place) if begin <= sample)
        from_ = self._ends[at - 1] if at else 0
        return sample - (sample - from_) % FILL_SAMPLES

    def _up(self, sample: int) -> int:
        """Give the first border at or behind a sample."""
        at = bisect_left(self._ends, sample)
        if at < len(self._places) and self._places[at].begin < sample:
            return min(end for _, end in self._packets(self._places[at]) if end >= sample)
        from_ = self._ends[at - 1] if at else 0
        return sample + (from_ - sample) % FILL_SAMPLES

    def _packets(self, place: Place) -> Iterator[tuple[int, int]]:
        """Give begin and end of each packet of a chunk in the original's file."""
        at = place.begin
        for _, packet in self._chunk(place).packets:
            lasts = duration(packet)
            yield at, at + lasts
            at += lasts

    def _begin(self) -> int:
        """Give the moment of the first sample, such that what is kept lies where other tracks expect it."""
        line, moments = self._line.begin, Moments(self._cuts)
        for hole in self.holes:
            if hole.cut and hole.begin == 0:
                of = next(span for span in self._cuts if span.end > line)
                if of.begin < line:
                    return line - moments.before(of.end) + hole.moved // _PER_MS
        return line - moments.before(line)

    @property
    def line(self) -> Line:
        """Give the line of time of this file: where it was recorded and is heard, a tone included."""
        moved = Moments(self._cuts)
        recorded = tuple(Stretch(max(self.begin, moved(begin)), moved(end)) for begin, end in self._line.recorded)
        hidden = tuple(Stretch(moved(begin), moved(end)) for begin, end in self._line.hidden)
        return Line(self.begin, {}, recorded, (), hidden)

    # What is heard ------------------------------------------------------------------------------

    def sounds(self, first: int = 0) -> Iterator[Sound]:
        """Give the chunks from a number on, as `ogg` writes them; what is not heard is not opened (DamagedError)."""
        for place in self._places[bisect_left(self._numbers, first) :]:
            number = place.stored.header.number
            holes = [hole for hole in self.holes if hole.begin < place.end and place.begin < hole.end]
            found = [one for hole in holes if not hole.cut for one in _covering(hole, place)]
            found += [one for hole in self.holes if hole.carrier == number and hole.cut for one in _tones(hole)]
            end = None
            silent = any(hole.begin <= place.begin and place.end <= hole.end for hole in holes)
            if not silent or place.end == self._ends[-1]:
                chunk = self._chunk(place)
                end = self._end(place, chunk) if chunk.events else None
                found += self._heard(place, chunk, holes)
                found.sort(key=lambda one: one[0])
            yield Sound(number, found, end)

    def _heard(self, place: Place, chunk: Chunk, holes: Sequence[Hole]) -> Iterator[tuple[int, bytes]]:
        """Give the packets of a chunk that lie in no hole, each at its place in this file."""
        at = place.begin
        moved = self._moved(at)  # the same for all of them, where no hole is
        for _, packet in chunk.packets:
            if not holes:
                yield at - moved, packet
            elif not any(hole.begin <= at < hole.end for hole in holes):
                yield at - self._moved(at), packet
            at += duration(packet)

    def _end(self, place: Place, chunk: Chunk) -> int | None:
        """Give where the recorder stopped, as a player counts, unless a tone stands there."""
        ended = [event.position for event in chunk.events if event.code is Code.ENDED]
        if not ended:
            return None
        end = self._line.position(place.stored.header.epoch, ended[-1])
        if any(hole.cut and hole.begin < end + self.skip <= hole.end for hole in self.holes):
            return None
        return end - self._moved(end + self.skip)

    def _moved(self, sample: int) -> int:
        return sum(hole.moved for hole in self.holes if hole.end <= sample)

    def _chunk(self, place: Place) -> Chunk:
        """Open a chunk.  Errors: DamagedError when it is not what its header said."""
        header = place.stored.header
        chunk = self.track.chunk(header.number).chunk
        if chunk.samples != header.samples or chunk.preskip != place.preskip:
            raise DamagedError(f"chunk {header.number}", f"{header.samples} samples", f"{chunk.samples}")
        return chunk

    @property
    def kept(self) -> tuple[Kept, ...]:
        """Give which samples of the original's playable file are which of this one."""
        found = []
        at = self.skip
        for hole in (*self.holes, None):
            end = (self._ends[-1] if self._ends else self.skip) if hole is None else hole.begin
            if at < end:
                found.append(Kept(at - self.skip, end - self.skip, at - self._moved(at) - self.skip))
            at = at if hole is None else max(at, hole.end)
        return tuple(found)

    def runs(self, piece: Kept, before: int, after: int) -> tuple[list[bytes], list[bytes]]:
        """Give the packets of the original and of this one up to the same moment in a piece that is kept.

        Of the original from so many samples before the piece; of this one from the tone before it.  Both end so many
        samples within the piece, or with it.
        """
        begin = piece.begin + self.skip
        end = min(piece.end + self.skip, begin + after)
        tone_at = max((hole.at for hole in self.holes if hole.end <= begin), default=0)
        first = bisect_right(self._ends, max(0, begin - before))
        whole = ((at, one) for place in self._places[first:] for at, one in self._original(place))
        number = next((hole.carrier for hole in reversed(self.holes) if hole.at == tone_at), 0)
        here = (one for sound in self.sounds(number) for one in sound.packets)
        moved = begin - piece.at - self.skip
        return list(_between(whole, begin - before, end)), list(_between(here, tone_at, end - moved))

    def _original(self, place: Place) -> Iterator[tuple[int, bytes]]:
        at = place.begin
        for _, packet in self._chunk(place).packets:
            yield at, packet
            at += duration(packet)

    @property
    def listed(self) -> dict[str, object]:
        """Give the edit list: positions are samples as a player counts them, of the original's file and of this one."""
        tones = [
            [max(0, hole.at - self.skip), hole.at + hole.packets * FILL_SAMPLES - self.skip, _WORDS[hole.cut]]
            for hole in self.holes
        ]
        return {
            "format": FORMAT,
            "track": self.track.track.hex(),
            "head": self.track.contents.point.head.hex(),
            "rate": RATE,
            "preskip": self.skip,
            "kept": [list(piece) for piece in self.kept],
            "tones": tones,
        }

    @property
    def comments(self) -> tuple[str, ...]:
        """Give the edit list as it stands inside the file: the same for the same sound, for ever."""
        return (f"TWEESPOOR_EDIT={json.dumps(self.listed, sort_keys=True, separators=(',', ':'))}",)


_WORDS: Final = {True: "cut", False: "covered"}


def _between(packets: Iterable[tuple[int, bytes]], begin: int, end: int) -> Iterator[bytes]:
    """Give the packets from one sample to another, with silence where there is none."""
    at = begin
    for position, packet in packets:
        if position < begin:
            at = position + duration(packet)
            continue
        if position >= end:
            return
        while at + FILL_SAMPLES <= position:
            yield FILL
            at += FILL_SAMPLES
        yield packet
        at = position + duration(packet)


def _covering(hole: Hole, place: Place) -> Iterator[tuple[int, bytes]]:
    """Give the tone over what a chunk has of a covered hole; where nothing was recorded stays nothing."""
    first = -(min(0, hole.begin - place.begin) // FILL_SAMPLES)
    for number in range(first, hole.packets):
        at = hole.begin + number * FILL_SAMPLES
        if at >= place.end:
            return
        yield hole.at + number * FILL_SAMPLES, tone(number, hole.packets)


def _tones(hole: Hole) -> Iterator[tuple[int, bytes]]:
    return ((hole.at + n * FILL_SAMPLES, tone(n, hole.packets)) for n in range(hole.packets))


def _joined(holes: Iterable[Hole]) -> Iterator[Hole]:
    """Make one of covered holes that touch; two spans may lie within one packet."""
    held: Hole | None = None
    for hole in sorted(holes):
        if held is not None and hole.begin <= held.end:
            end = max(held.end, hole.end)
            held = held._replace(end=end, packets=(end - held.begin) // FILL_SAMPLES)
            continue
        if held is not None:
            yield held
        held = hole
    if held is not None:
        yield held


def _outside(hole: Hole, cuts: Sequence[Hole]) -> Iterator[Hole]:
    """Give what is left of a covered hole outside the cuts."""
    at = hole.begin
    for cut in sorted(cuts):
        if cut.begin >= hole.end or cut.end <= at:
            continue
        if at < cut.begin:
            yield hole._replace(begin=at, end=cut.begin, packets=(cut.begin - at) // FILL_SAMPLES)
        at = max(at, cut.end)
    if at < hole.end:
        yield hole._replace(begin=at, packets=(hole.end - at) // FILL_SAMPLES)


def _places(track: Track, line: Line, skip: int) -> Iterator[Place]:
    """Give where each chunk that is heard lies in the original's file, by the headers and one chunk an epoch."""
    at = 0
    preskips: dict[int, int] = {}
    for stored in track.index:
        header = stored.header
        if line.withholds(line.place(header)):
            continue
        if header.epoch not in preskips:
            preskips[header.epoch] = track.chunk(header.number).chunk.preskip
        begin, own = at, preskips[header.epoch]
        if header.samples:
            nominal = line.position(header.epoch, header.begin) + skip - own
            begin += fills(nominal, at) * FILL_SAMPLES
        at = begin + header.samples
        yield Place(stored, begin, at, own)
