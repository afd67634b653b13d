"""Lays a recorded conversation out on one line of time: lanes, gaps, chapters; the picture of the product.

Nothing is opened for it: it follows from the journal and from the headers of the chunks.  Moments are milliseconds
from the beginning of the line, which is the moment at which the first part started.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tweespoor.rules.gate import Gate
from tweespoor.rules.kinds import Ground, Kind
from tweespoor.rules.state import Conversation, Part, Track
from tweespoor.tape.timeline import Line, Stretch

GAP_MS = 1_500
"""What is shorter is no gap to see or to tell: so long two recorders may take to begin."""

What = Literal[
    "agreements",
    "talk",
    "goes-on",
    "mark",
    "newcomer",
    "stood-still",
    "not-recorded",
    "outside",
    "missing",
    "locked",
    "erased",
    "late",
    "covered",
    "left-out",
    "cut",
]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a lane that can be heard: in which track's file, and where in it (ms)."""

    begin: int
    end: int
    track: str
    offset: int


@dataclass(frozen=True, slots=True)
class Lane:
    """The recordings of one owner: ours (``number`` 0), or those of the so-manieth participant.

    ``heard`` is False while the owner keeps the sound: then there is a line without a wave.
    """

    number: int
    heard: bool
    pieces: tuple[Piece, ...]
    recorded: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]

    @property
    def ours(self) -> bool:
        """Tell whether this is our recording."""
        return self.number == 0


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something to find back, or a stretch without sound; ``number`` says whose recording is meant, ``ground`` why."""

    begin: int
    what: What
    end: int | None = None
    number: int | None = None
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole conversation; ``begin`` is the moment (ms since 1970) of 0 on its line."""

    begin: int
    length: int
    lanes: tuple[Lane, ...]
    chapters: tuple[Chapter, ...]
    marks: tuple[int, ...]


def number_of(c: Conversation, seat: int) -> int:
    """Give the number under which screens speak of a participant: the so-manieth who is not staff."""
    people = sorted(number for number, person in c.seats.items() if person.kind is not Kind.STAFF)
    return people.index(seat) + 1 if seat in people else 0


def withheld(c: Conversation, part: Part) -> tuple[Stretch, ...]:
    """Give the stretches of a part that nobody hears: between a stop and its arrival (CAPTURE, stop)."""
    spans = (Stretch(span.begin, span.end) for span in c.late_stop_spans)
    end = part.ended_at
    return tuple(span for span in spans if end is None or span.begin <= end)


def covered(part: Part) -> tuple[Stretch, ...]:
    """Give the stretches of a part that are a tone by law (clause 5b)."""
    return tuple(Stretch(one.span.begin, one.span.end) for one in part.covered)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What every step looks at; ``shut`` are the parts that nobody hears, ``silent`` when the gate was shut."""

    c: Conversation
    zero: int
    length: int
    parts: tuple[Part, ...]
    shut: tuple[Stretch, ...]
    silent: tuple[Stretch, ...]

    def stretch(self, begin: int, end: int | None) -> Stretch:
        """Put two moments on the line; what has not ended lasts to its end."""
        return Stretch(begin - self.zero, self.length if end is None else end - self.zero)

    @property
    def starts(self) -> frozenset[int]:
        """Give where parts begin."""
        return frozenset((part.started_at or 0) - self.zero for part in self.parts)


def draw(c: Conversation, gate: Gate, lines: Mapping[str, Line]) -> Drawing | None:
    """Draw a conversation from its state, its gate and its tracks' lines; None when nothing was recorded."""
    parts = tuple(part for part in c.parts.values() if part.started_at is not None)
    if not parts:
        return None
    zero = min(part.started_at or 0 for part in parts)
    ends = [part.since or part.ended_at or 0 for part in parts]
    ends += [stretch.end for line in lines.values() for stretch in line.recorded]
    length = max(max(ends) - zero, 0)
    bare = _Scope(c, zero, length, parts, (), ())
    shut = tuple(bare.stretch(part.started_at or 0, part.ended_at) for part in parts if _closed(part))
    spans = sorted(bare.stretch(span.begin, span.end) for span in gate.spans)
    scope = _Scope(c, zero, length, parts, shut, tuple(_between(spans, length)))
    lanes = tuple(_lanes(scope, lines))
    chapters = sorted(_chapters(scope, lanes), key=lambda one: one.begin)
    marks = tuple(mark - zero for mark in c.marks if not _inside(mark - zero, shut))
    return Drawing(zero, length, lanes, tuple(chapters), marks)


def can_be_heard(track: Track) -> bool:
    """Tell whether the organisation has the sound of a track: its own, or one that was handed in whole."""
    return not track.kept or track.handed_in


def _closed(part: Part) -> bool:
    return part.locked is not None or part.erased is not None


def _inside(moment: int, stretches: Sequence[Stretch]) -> bool:
    return any(one.begin <= moment < one.end for one in stretches)


def _lanes(scope: _Scope, lines: Mapping[str, Line]) -> Iterator[Lane]:
    owners: dict[int, list[Track]] = {0: []}
    for track in scope.c.tracks.values():
        owners.setdefault(0 if track.ours else number_of(scope.c, track.seat), []).append(track)
    for number, tracks in sorted(owners.items()):
        recorded: list[Stretch] = []
        pieces: list[Piece] = []
        for track in tracks:
            line, part = lines.get(track.track), scope.c.parts.get(track.part)
            if line is None or part is None or _closed(part):
                continue
            for begin, end in line.recorded:
                placed = scope.stretch(begin, end)
                recorded.append(placed)
                if can_be_heard(track):
                    pieces.append(Piece(placed.begin, placed.end, track.track, begin - line.begin))
        recorded.sort()
        pieces.sort(key=lambda piece: piece.begin)
        yield Lane(
            number=number,
            heard=bool(pieces),
            pieces=tuple(pieces),
            recorded=tuple(recorded),
            gaps=tuple(_between(recorded, scope.length)),
        )


def _between(recorded: Sequence[Stretch], length: int) -> Iterator[Stretch]:
    """Give what lies between stretches that are in order."""
    at = 0
    for stretch in (*recorded, Stretch(length, length)):
        if stretch.begin - at >= GAP_MS:
            yield Stretch(at, stretch.begin)
        at = max(at, stretch.end)


def _chapters(scope: _Scope, lanes: Sequence[Lane]) -> Iterator[Chapter]:
    zero = scope.zero
    for part in scope.parts:
        begin, end = scope.stretch(part.started_at or 0, part.ended_at)
        if _closed(part):
            yield Chapter(begin, "erased" if part.erased else "locked", end)
            continue
        talk = begin
        for spoken in part.spoken:
            yield Chapter(spoken.text.begin - zero, "agreements", spoken.yeses.end - zero)
            talk = spoken.yeses.end - zero
        yield Chapter(talk, "talk" if part is scope.parts[0] or part.spoken else "goes-on")
    for mark in scope.c.marks:
        if not _inside(mark - zero, scope.shut):
            yield Chapter(mark - zero, "mark")
    yield from _told(scope)
    yield from _silences(scope, lanes)


def _told(scope: _Scope) -> Iterator[Chapter]:
    """Give the stretches of which the journal tells something: who came in, what came late, what is covered by law."""
    zero = scope.zero
    for span in scope.c.newcomer_spans:
        yield Chapter(span.begin - zero, "newcomer", span.end - zero)
    for span in scope.c.late_stop_spans:
        if span.end - span.begin < GAP_MS:
            continue  # else it would show that somebody stopped who recorded, and not the others (law 5)
        yield Chapter(span.begin - zero, "late", span.end - zero)
    for part in scope.parts:
        for one in () if _closed(part) else part.covered:
            yield Chapter(one.span.begin - zero, "covered", one.span.end - zero, ground=one.ground)
    numbers = {part.part for part in scope.parts if not _closed(part)}
    for edit in scope.c.edits.values():
        for span in edit.spans if edit.derivatives and not edit.ended and edit.part in numbers else ():
            yield Chapter(span.begin - zero, "left-out", span.end - zero)


def _silences(scope: _Scope, lanes: Sequence[Lane]) -> Iterator[Chapter]:
    """Give what was not recorded: by agreement (a pause, between parts), or because a recorder failed."""
    for gap in scope.silent:
        if gap.end - gap.begin < GAP_MS or any(gap.meets(one) for one in scope.shut):
            continue
        between_parts = gap.end in scope.starts or gap.end == scope.length
        yield Chapter(gap.begin, "not-recorded" if between_parts else "stood-still", gap.end)
        if not between_parts:
            yield Chapter(gap.end, "goes-on")
    for lane in lanes:
        for gap in lane.gaps if lane.recorded else ():
            for rest in _without(gap, (*scope.silent, *scope.shut)):
                if rest.end - rest.begin >= GAP_MS:
                    yield Chapter(rest.begin, "missing", rest.end, lane.number)


def _without(stretch: Stretch, others: Sequence[Stretch]) -> Iterator[Stretch]:
    """Give what is left of a stretch when others are taken away."""
    at = stretch.begin
    for other in sorted(others):
        if not other.meets(stretch):
            continue
        if other.begin > at:
            yield Stretch(at, other.begin)
        at = max(at, other.end)
    if at < stretch.end:
        yield Stretch(at, stretch.end)
