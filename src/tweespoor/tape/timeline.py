"""Where the chunks of one track lie on one line of time: epochs side by side, withheld seconds left out.

Within an epoch the sample position is the truth.  How far epochs lie apart is told by the server's clock: each chunk
stands between two moments (``begin_ms``, ``end_ms``) that leave it some room; the epoch is placed by its chunk with
the least room, in the middle of it.  All of this stands in the headers, in clear: nothing is opened to find a place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tweespoor.tape.ogg import Sound
from tweespoor.tape.packets import Code
from tweespoor.tape.track import Place

if TYPE_CHECKING:  # who only places chunks needs no store
    from tweespoor.tape.record import Header
    from tweespoor.tape.store import Stored, Track

_PER_MS = 48
_SAME_MS = 40  # two chunks that lie nearer than this lie end to end


class Stretch(NamedTuple):
    """A stretch of time, in milliseconds of the server's clock; the end is not part of it."""

    begin: int
    end: int

    def meets(self, other: "Stretch") -> bool:
        """Tell whether two stretches have a moment in common."""
        return self.begin < other.end and other.begin < self.end


def starts(places: Iterable[Place]) -> dict[int, int]:
    """Give the moment (ms) of position 0 of each epoch: by the chunk with the least room, in the middle of it."""
    rooms: dict[int, tuple[int, int]] = {}
    for _, epoch, position, samples, begin, end, _ in places:
        room = end - begin - samples // _PER_MS
        if epoch not in rooms or room < rooms[epoch][0]:
            rooms[epoch] = (room, begin + max(0, room) // 2 - position // _PER_MS)
    return {epoch: start for epoch, (_, start) in rooms.items()}


def lies(begun: Mapping[int, int], place: Place) -> Stretch:
    """Give when a chunk was recorded, never outside the two moments between which it certainly lies."""
    lasts = place.samples // _PER_MS
    begin = begun[place.epoch] + place.position // _PER_MS
    begin = max(place.begin_ms, min(begin, place.end_ms - lasts))
    return Stretch(begin, min(begin + lasts, max(place.end_ms, begin)))


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one track.

    ``begin`` is the moment (ms) of the first sample of its playable file; ``starts`` the moment of position 0 of each
    epoch; ``recorded`` the stretches in which it recorded and that can be heard.  ``withheld`` is what nobody may hear,
    ``hidden`` what was recorded of that.  ``by_device`` are stretches that only the device's own clock places.
    """

    begin: int
    starts: dict[int, int]
    recorded: tuple[Stretch, ...]
    withheld: tuple[Stretch, ...] = ()
    hidden: tuple[Stretch, ...] = ()
    by_device: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, index: "Sequence[Stored]", withheld: tuple[Stretch, ...] = ()) -> "Line":
        """Place the chunks of a track by their headers."""
        line = cls(0, starts(stored.header.place for stored in index), (), withheld)
        recorded: list[Stretch] = []
        hidden: list[Stretch] = []
        by_device: list[Stretch] = []
        for stored in index:
            if stored.header.samples:
                place = line.place(stored.header)
                _join(hidden if line.withholds(place) else recorded, place)
                if stored.header.by_device_clock:
                    _join(by_device, place)
        begin = recorded[0].begin if recorded else 0
        return cls(begin, line.starts, tuple(recorded), withheld, tuple(hidden), tuple(by_device))

    def place(self, header: "Header") -> Stretch:
        """Give when a chunk was recorded, never outside the two moments between which it certainly lies."""
        return lies(self.starts, header.place)

    def withholds(self, place: Stretch) -> bool:
        """Tell whether any moment of a stretch is withheld."""
        return any(place.meets(span) for span in self.withheld)

    def position(self, epoch: int, position: int) -> int:
        """Give where a sample of an epoch lies in the playable file, in samples from its first one."""
        return (self.starts[epoch] - self.begin) * _PER_MS + position


def _join(stretches: list[Stretch], place: Stretch) -> None:
    """Add a stretch behind those that are there; what lies end to end becomes one."""
    if stretches and place.begin - stretches[-1].end < _SAME_MS:
        stretches[-1] = Stretch(stretches[-1].begin, max(stretches[-1].end, place.end))
    else:
        stretches.append(place)


def preskip(track: "Track", line: Line) -> int:
    """Give how many samples a player drops at the beginning, as the first chunk that is heard says; 0 without one."""
    for stored in track.index:
        if stored.header.samples and not line.withholds(line.place(stored.header)):
            return track.chunk(stored.header.number).chunk.preskip
    return 0


def sounds(track: "Track", line: Line, skip: int, first: int = 0) -> Iterator[Sound]:
    """Open the chunks of a track from a number on, each with its packets at their places on the line.

    ``skip`` is the file's pre-skip; an epoch whose encoder has another is moved by the difference.  A chunk that is
    withheld is not opened at all.  Errors: DamagedError.
    """
    for stored in track.index[first:]:
        header = stored.header
        if line.withholds(line.place(header)):
            continue
        chunk = track.chunk(header.number).chunk
        moved = line.position(header.epoch, 0) + skip - chunk.preskip
        ended = [event.position for event in chunk.events if event.code is Code.ENDED]
        yield Sound(
            header.number,
            [(moved + packet.position, packet.content) for packet in chunk.packets],
            line.position(header.epoch, ended[-1]) if ended else None,
        )
