"""What somebody may hear of a conversation, and the picture and sound of just that.

The organisation hears the whole; who took part hears the own minutes (clause 0c).  Own minutes are cut out before
anything is opened: chunks outside them are withheld as if they had never been recorded, so no request for a part of
the file can reach them.  Of the recordings that participants handed in, each hears the own one only: that somebody
else handed one in is nobody's business (law 11).
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from tweespoor.casework import drawing, halting, ledger, playing
from tweespoor.casework.drawing import Chapter, Drawing, Lane
from tweespoor.casework.playing import Player, Unheard
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.gate import Gate, OpenSpan
from tweespoor.rules.kinds import Span
from tweespoor.rules.minutes import own_minutes
from tweespoor.rules.state import Conversation, Part, Track
from tweespoor.sound import waveform
from tweespoor.tape.timeline import Line, Stretch

STROKES: Final = 144
"""How many strokes a wave has, whatever its length."""
SHORT_MS: Final = 3 * 60_000
"""Up to this length a wave is made while one waits for the page; it takes about a second."""
_SAMPLES_PER_MS: Final = 48
_ALWAYS: Final = 1 << 62

Waves = dict[int, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class Earshot:
    """The part of a conversation that one listener may know of; ``seat`` None is the organisation.

    ``minutes`` are the stretches of each part that the listener may hear.  ``known`` says what is unheard of a part
    whose moments in ``state`` are those of a copy with cuts.
    """

    state: Conversation
    gate: Gate
    seat: int | None
    minutes: Mapping[int, tuple[Stretch, ...]]
    known: Mapping[int, Unheard] = field(default_factory=dict)

    def unheard(self, part: int) -> Unheard:
        """Give what of a part this listener never hears, and what is covered by law for everyone."""
        if part in self.known:
            return self.known[part]
        late = drawing.withheld(self.state, self.state.parts[part])
        outside = () if self.seat is None else tuple(_outside(self.minutes[part]))
        return Unheard((*late, *outside), drawing.covered(self.state.parts[part]))


def whole(head: ledger.Head) -> Earshot:
    """Give what the organisation may hear: everything that anybody may."""
    return Earshot(head.state, head.gate, None, {})


def own(head: ledger.Head, seat: int) -> Earshot:
    """Give what somebody who took part may know: the own minutes, our recording and the own one."""
    c = head.state
    spans = {number: own_minutes(c, seat, number) for number in c.parts}
    minutes = {n: tuple(Stretch(one.begin, one.end) for one in found) for n, found in spans.items() if found}
    everything = tuple(one for found in minutes.values() for one in found)
    spans_open = tuple(_open_within(head.gate, minutes))
    state = replace(
        c,
        parts={n: _of_minutes(c.parts[n], found, spans_open) for n, found in minutes.items()},
        tracks={t.track: t for t in c.tracks.values() if t.part in minutes and (t.ours or t.seat == seat)},
        marks=tuple(mark for mark in c.marks if _within(mark, everything)),
        newcomer_spans=tuple(one for one in c.newcomer_spans if _within(one.begin, everything)),
        late_stop_spans=tuple(one for one in c.late_stop_spans if _within(one.begin, everything)),
        listening_halted=c.listening_halted | halting.seats(c.conversation or ""),
    )
    return Earshot(state, replace(head.gate, spans=spans_open), seat, minutes)


def of_part(head: ledger.Head, number: int) -> Earshot:
    """Give what somebody may hear to whom a part was given: our recording of it, and nothing of what else there was.

    Raises UnknownError for a part that is not there.
    """
    c = head.state
    part = c.parts.get(number)
    if part is None or part.started_at is None or part.ended_at is None:
        raise UnknownError
    whole_of_it = (Stretch(part.started_at, part.ended_at),)
    state = replace(
        c,
        parts={number: part},
        tracks={t.track: t for t in c.tracks_of(number) if t.ours},
        marks=tuple(mark for mark in c.marks if _within(mark, whole_of_it)),
        newcomer_spans=tuple(one for one in c.newcomer_spans if _within(one.begin, whole_of_it)),
        late_stop_spans=tuple(one for one in c.late_stop_spans if _within(one.begin, whole_of_it)),
    )
    spans = tuple(span for span in head.gate.spans if span.part == number)
    return Earshot(state, replace(head.gate, spans=spans), None, {})


def may_hear(shot: Earshot, part: int) -> bool:
    """Tell whether a part may be heard now: it was recorded, and is neither locked, wiped nor held back."""
    return part in shot.state.parts and bool(conditions.may_listen(shot.state, shot.seat, part))


# The picture ----------------------------------------------------------------------------------------


def lines(shot: Earshot) -> dict[str, Line]:
    """Place every track of every part that may be heard; a track whose key is gone has no line."""
    found: dict[str, Line] = {}
    for track in shot.state.tracks.values():
        if not may_hear(shot, track.part):
            continue
        try:
            with play(shot, track) as player:
                found[track.track] = player.line
        except UnknownError:
            continue
    return found


def draw(shot: Earshot, placed: Mapping[str, Line]) -> Drawing | None:
    """Draw what may be heard, and where nothing can be; None when nothing was recorded.

    Whether others were recorded between somebody's own parts is not told to who was not there.
    """
    drawn = drawing.draw(shot.state, shot.gate, placed)
    if drawn is None or shot.seat is None:
        return drawn
    chapters = (replace(one, what="outside") if one.what == "not-recorded" else one for one in drawn.chapters)
    own = tuple(one for found in shot.minutes.values() for one in found)
    return replace(drawn, chapters=tuple(one for one in chapters if not _is_of_others(one, drawn.begin, own)))


def _is_of_others(chapter: Chapter, zero: int, minutes: tuple[Stretch, ...]) -> bool:
    """Tell whether a chapter is about what was cut out where somebody was not."""
    span = Stretch(zero + chapter.begin, zero + (chapter.end or chapter.begin))
    return chapter.what == "left-out" and not any(span.meets(one) for one in minutes)


def waves_at_once(shot: Earshot, drawn: Drawing) -> Waves | None:
    """Give the waves when they were made already or are soon made; else None, and they are asked for afterwards.

    Of a long recording it is found meanwhile where everything lies, so that nobody waits for that who begins to listen.
    """
    if drawn.length <= SHORT_MS:
        return waves(shot, drawn)
    with ExitStack() as opened:
        players = [opened.enter_context(play(shot, track)) for track in _drawn_tracks(shot.state, drawn)]
        playing.prepare(players, opened.pop_all())
    return waves(shot, drawn) if _are_made(shot, drawn) else None


def find_places(conversation_id: str, tracks: frozenset[str]) -> None:
    """Let it be found where everything lies in tracks that were just sealed: then nobody waits who begins to listen.

    That is one pass of two seconds for eight hours, on a thread of its own.  It serves everyone from whom nothing of
    these tracks is withheld; who hears less waits for a pass of the own minutes.
    """
    shot = whole(ledger.head(conversation_id))
    with ExitStack() as opened:
        players = []
        for track in shot.state.tracks.values():
            if track.track in tracks and drawing.can_be_heard(track) and may_hear(shot, track.part):
                with suppress(UnknownError):  # its key was destroyed
                    players.append(opened.enter_context(play(shot, track)))
        playing.prepare(players, opened.pop_all())


def waves(shot: Earshot, drawn: Drawing) -> Waves:
    """Give the waves of the lanes that can be heard, by their numbers; a stroke is None where nothing was recorded.

    The first time everything is decoded: some eight seconds for an hour.
    """
    loud: dict[str, bytes] = {}
    for track in _drawn_tracks(shot.state, drawn):
        with play(shot, track) as player:
            loud[track.track] = player.loudness
    return {lane.number: tuple(_strokes(lane, loud, drawn.length)) for lane in drawn.lanes if lane.heard}


# The sound ------------------------------------------------------------------------------------------


@contextmanager
def play(shot: Earshot, track: Track) -> Iterator[Player]:
    """Open a track for this listener; raises UnknownError when its key is gone."""
    with playing.play(track.track, shot.unheard(track.part)) as player:
        yield player


@contextmanager
def sound(shot: Earshot, track_id: str) -> Iterator[Player]:
    """Open the sound of one track for this listener.

    Refused when it may not be heard now (0c); UnknownError when its owner keeps it, it is out of earshot or not there.
    """
    track = shot.state.tracks.get(track_id)
    if track is None or not drawing.can_be_heard(track):
        raise UnknownError
    conditions.may_listen(shot.state, shot.seat, track.part).or_refuse()
    with play(shot, track) as player:
        yield player


# Of the own minutes ---------------------------------------------------------------------------------


def _outside(minutes: tuple[Stretch, ...]) -> Iterator[Stretch]:
    """Give all the time that lies outside stretches that are in order."""
    at = -_ALWAYS
    for begin, end in minutes:
        yield Stretch(at, begin)
        at = end
    yield Stretch(at, _ALWAYS)


def _within(moment: int, minutes: tuple[Stretch, ...]) -> bool:
    return any(one.begin <= moment < one.end for one in minutes)


def _of_minutes(part: Part, minutes: tuple[Stretch, ...], open_spans: tuple[OpenSpan, ...]) -> Part:
    """Give a part as if it had begun and ended with somebody's own minutes, pauses at their edges left out."""
    ran = [span for span in open_spans if span.part == part.part]
    begin = ran[0].begin if ran else minutes[0].begin
    end = minutes[-1].end if not ran or ran[-1].end is None else ran[-1].end
    spoken = tuple(one for one in part.spoken if _within(one.text.begin, minutes) and one.yeses.end <= minutes[-1].end)
    covered = tuple(
        replace(one, span=Span(max(one.span.begin, first), min(one.span.end, last)))
        for one in part.covered
        for first, last in minutes
        if one.span.begin < last and first < one.span.end
    )
    return replace(part, started_at=begin, ended_at=end, since=None, spoken=spoken, covered=covered)


def _open_within(gate: Gate, minutes: Mapping[int, tuple[Stretch, ...]]) -> Iterator[OpenSpan]:
    for span in gate.spans:
        for begin, end in minutes.get(span.part, ()):
            first, last = max(begin, span.begin), end if span.end is None else min(end, span.end)
            if first < last:
                yield replace(span, begin=first, end=last)


# Of the waves ---------------------------------------------------------------------------------------


def _drawn_tracks(c: Conversation, drawn: Drawing) -> Iterator[Track]:
    """Give the tracks that have a piece in the drawing."""
    named = {piece.track for lane in drawn.lanes for piece in lane.pieces}
    return (track for track in c.tracks.values() if track.track in named)


def _are_made(shot: Earshot, drawn: Drawing) -> bool:
    for track in _drawn_tracks(shot.state, drawn):
        with play(shot, track) as player:
            if not player.is_drawn:
                return False
    return True


def _strokes(lane: Lane, loud: dict[str, bytes], length: int) -> Iterator[float | None]:
    """Give each stroke of a lane the mean amplitude of what it stands for, the tallest of the lane being 1."""
    heights = list(_heights(lane, loud, length))
    tallest = max((height for height in heights if height), default=1.0)
    return (None if height is None else height / tallest for height in heights)


def _heights(lane: Lane, loud: dict[str, bytes], length: int) -> Iterator[float | None]:
    for stroke in range(STROKES):
        begin, end = stroke * length / STROKES, (stroke + 1) * length / STROKES
        middle = (begin + end) / 2
        if not any(one.begin <= middle < one.end for one in lane.recorded):
            yield None
            continue
        height = 0.0
        for piece in lane.pieces:
            if piece.begin < end and begin < piece.end:
                first = max(begin, piece.begin) - piece.begin + piece.offset
                after = min(end, piece.end) - piece.begin + piece.offset
                samples = (round(first * _SAMPLES_PER_MS), round(after * _SAMPLES_PER_MS))
                height = max(height, waveform.amplitude(loud[piece.track], *samples))
        yield height
