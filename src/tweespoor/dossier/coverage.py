"""Tells for every second of sound whether it was recorded with a yes of everyone known to be present.

Pure: it takes the facts of a journal and, per track, the stretches of which sound is held; it gives sums,
chapters, gaps with their cause, and the marked stretches.  It is honest in four ways:

- seconds before a newcomer was noticed, and seconds between a stop and its arrival, are marked and never
  called agreed (law 2);
- a track that its owner keeps is a claim by that device: its seconds stand apart and prove nothing;
- seconds that are placed only by a device's own clock are counted apart;
- what is missing is a gap with its cause, never silence.

Conventions: milliseconds by the server's clock; a stretch's end is not part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from tweespoor.dossier.stretches import length, overlap, union, without
from tweespoor.rules.conversation import after
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts_talk import AgreementEnded
from tweespoor.rules.gate import Gate, OpenSpan
from tweespoor.rules.kinds import Ground, How, PauseCause, Span
from tweespoor.rules.state import EMPTY, Conversation, Running

SECOND = 1000
MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of sound of one track; ``device_clock`` when only the device's own clock says when it was."""

    track: str
    begin: int
    end: int
    device_clock: bool = False

    @property
    def span(self) -> Span:
        """When it was."""
        return Span(self.begin, self.end)


class Cause(StrEnum):
    """Why there is no sound in a stretch."""

    SOMEONE_CAME = PauseCause.SOMEONE_CAME.value
    SOMEONE_LEAVES = PauseCause.SOMEONE_LEAVES.value
    OUR_RECORDER = PauseCause.OUR_RECORDER.value
    THEIR_RECORDER = PauseCause.THEIR_RECORDER.value
    STOPPED = "stopped"
    """Between two parts: stopped, and not started again."""
    NOTHING_ARRIVED = "nothing-arrived"
    """Everyone had agreed and recorders ran, but no sound of it is held."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without sound between the first and the last second, and why."""

    begin: int
    end: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part: when it ran, how much of it is held, and how much of that with everyone's yes."""

    part: int
    begin: int
    end: int
    recorded_ms: int
    agreed_ms: int
    agreed: tuple[Span, ...]
    locked: Ground | None
    erased: Ground | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is recorded and what of it is agreed; all ``_ms`` are sums without double counting."""

    recorded_ms: int
    agreed_ms: int
    """With everyone's yes, placed by the server's clock or by the device's."""
    device_clock_ms: int
    """The part of ``agreed_ms`` that only a device's own clock places."""
    claimed_ms: int
    """Only on tracks that their owners keep: said by the device, and no part of ``recorded_ms``."""
    marked_ms: int
    """Held, but before a newcomer was noticed or after a stop that arrived late: not called agreed."""
    outside_ms: int
    """Held although no agreement covered it; anything but nothing is a breach."""
    chapters: tuple[Chapter, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[int, ...]
    newcomer_spans: tuple[Span, ...]
    late_stop_spans: tuple[Span, ...]
    answers: Mapping[How, int]
    """How many people answered in which way, in the last round that ended in agreement."""


def coverage(facts: Iterable[Fact], sounds: Iterable[Sound] | None = None) -> Coverage:
    """Give the coverage of a conversation.

    Without ``sounds`` it is what the journal alone says: that recorders could run, and from when until when.
    """
    course = Course()
    for fact in facts:
        course.take(fact)
    return of_course(course, sounds)


def of_course(course: "Course", sounds: Iterable[Sound] | None = None) -> Coverage:
    """Give the coverage of a conversation that was read already."""
    c, gate = course.state, course.gate
    held, kept = _held(course, sounds)
    allowed = _allowed(c, gate, held)
    marked = union((*c.newcomer_spans, *c.late_stop_spans))
    agreed = without(_spans(allowed), marked)
    anchored = without(_spans(sound for sound in allowed if not sound.device_clock), marked)
    recorded = _spans(held)
    return Coverage(
        recorded_ms=length(recorded),
        agreed_ms=length(agreed),
        device_clock_ms=length(without(agreed, anchored)),
        claimed_ms=length(without(_spans(kept), recorded)),
        marked_ms=length(overlap(recorded, marked)),
        outside_ms=length(without(without(recorded, _spans(allowed)), marked)),
        chapters=_chapters(c, recorded, agreed),
        gaps=_gaps(course, recorded),
        marks=c.marks,
        newcomer_spans=c.newcomer_spans,
        late_stop_spans=c.late_stop_spans,
        answers=course.answers,
    )


# The course of a conversation ------------------------------------------------------------------------


@dataclass(slots=True)
class Course:
    """A journal as it is read once, fact by fact: its state, its gate, when it stood where, and how people answered.

    ``then`` is the gate without what was only known later: a stop that arrived late shuts it where it arrived.
    """

    state: Conversation = EMPTY
    gate: Gate = field(default_factory=Gate)
    then: Gate = field(default_factory=Gate)
    stood: list[tuple[int, Cause]] = field(default_factory=list)
    answers: Mapping[How, int] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Read the next fact."""
        before, c = self.state, after(self.state, fact)
        self.state = c
        known = replace(fact, since=fact.at) if isinstance(fact, AgreementEnded) else fact
        self.gate = self.gate.moved(before, fact, c)
        self.then = self.then.moved(before, known, c)
        stands = _stands(c)
        if not self.stood or self.stood[-1][1] is not stands:
            self.stood.append((self.gate.latest, stands))
        if c.part != before.part:
            hows = [c.seats[seat].how for seat in sorted(c.asked)]
            self.answers = {how: hows.count(how) for how in How if how in hows}


def _stands(c: Conversation) -> Cause:
    """Why there would be no sound now, if there is none."""
    if c.running is Running.RUNNING:
        return Cause.NOTHING_ARRIVED
    if c.running is Running.PAUSED and c.pause_cause is not None:
        return Cause(c.pause_cause.value)
    return Cause.STOPPED


# Sound -----------------------------------------------------------------------------------------------


def _held(course: Course, sounds: Iterable[Sound] | None) -> tuple[tuple[Sound, ...], tuple[Sound, ...]]:
    """Give the sound that is held by the organisation, and that of which only its owner says that it exists."""
    if sounds is None:
        end = course.gate.latest
        return tuple(Sound("", span.begin, _end(span, end)) for span in course.gate.spans), ()
    held: list[Sound] = []
    kept: list[Sound] = []
    for sound in sounds:
        track = course.state.tracks.get(sound.track)
        claimed = track is not None and track.kept and not track.handed_in
        (kept if claimed else held).append(sound)
    return tuple(held), tuple(kept)


def _allowed(c: Conversation, gate: Gate, sounds: Sequence[Sound]) -> tuple[Sound, ...]:
    """Give what of the sound lies in stretches in which its track's person might record."""
    pieces = []
    for sound in sounds:
        track = c.tracks.get(sound.track)
        open_then = [
            Span(span.begin, _end(span, sound.end))
            for span in gate.spans
            if sound.track == "" or (track is not None and span.part == track.part and track.seat in span.seats)
        ]
        pieces += [
            Sound(sound.track, piece.begin, piece.end, sound.device_clock) for piece in overlap([sound.span], open_then)
        ]
    return tuple(pieces)


def _end(span: OpenSpan, now: int) -> int:
    return max(span.begin, now) if span.end is None else span.end


def _spans(sounds: Iterable[Sound]) -> tuple[Span, ...]:
    return union(sound.span for sound in sounds)


# Chapters and gaps -------------------------------------------------------------------------------------


def _chapters(c: Conversation, recorded: Sequence[Span], agreed: Sequence[Span]) -> tuple[Chapter, ...]:
    chapters = []
    for part in c.parts.values():
        if part.started_at is None:
            continue
        end = c.at if part.ended_at is None else part.ended_at
        whole = [Span(part.started_at, end)]
        chapters.append(
            Chapter(
                part=part.part,
                begin=part.started_at,
                end=end,
                recorded_ms=length(overlap(recorded, whole)),
                agreed_ms=length(overlap(agreed, whole)),
                agreed=overlap(agreed, whole),
                locked=part.locked,
                erased=part.erased,
            )
        )
    return tuple(chapters)


def _gaps(course: Course, recorded: Sequence[Span]) -> tuple[Gap, ...]:
    """Give every hole between the first start and the last end, cut where its cause changes."""
    started = [part for part in course.state.parts.values() if part.started_at is not None]
    if not started:
        return ()
    begin = min(part.started_at for part in started if part.started_at is not None)
    end = max(course.state.at if part.ended_at is None else part.ended_at for part in started)
    holes = without([Span(begin, end)], recorded)
    moments = [*course.stood, (end, Cause.STOPPED)]
    gaps: list[Gap] = []
    for (since, cause), (until, _) in pairwise(moments):
        for hole in overlap(holes, [Span(since, until)]):
            if gaps and gaps[-1].cause is cause and gaps[-1].end == hole.begin:
                gaps[-1] = Gap(gaps[-1].begin, hole.end, cause)
            else:
                gaps.append(Gap(hole.begin, hole.end, cause))
    return tuple(gaps)


# In one sentence ---------------------------------------------------------------------------------------


def fraction(found: Coverage) -> tuple[str, str, str]:
    """Give agreed, recorded and their unit («minuten» or «seconden») so that less is never shown as all.

    Whole minutes when everything is agreed; else minutes and seconds, the agreed rounded down and the
    recorded rounded up.
    """
    agreed, recorded = found.agreed_ms, found.recorded_ms
    if recorded < MINUTE:
        return (
            str(agreed // SECOND),
            str(recorded // SECOND if agreed == recorded else -(-recorded // SECOND)),
            "seconden",
        )
    if agreed == recorded:
        minutes = str((recorded + MINUTE // 2) // MINUTE)
        return minutes, minutes, "minuten"
    return _clock(agreed // SECOND), _clock(-(-recorded // SECOND)), "minuten"


def sentence(found: Coverage) -> str:
    """Say it in one Dutch sentence, for ears that know nothing of this.

    >>> sentence(coverage(()))
    'er is niets opgenomen'
    """
    if found.recorded_ms == 0:
        return "er is niets opgenomen"
    agreed, recorded, unit = fraction(found)
    said = f"iedereen zei ja: {agreed} van {recorded} {unit}"
    if found.device_clock_ms:
        said += f", waarvan {_clock(-(-found.device_clock_ms // SECOND))} volgens de klok van het toestel"
    return said


def _clock(seconds: int) -> str:
    """Write seconds as minutes and seconds.

    >>> _clock(760)
    '12:40'
    """
    return f"{seconds // 60}:{seconds % 60:02d}"
