"""Listening back to a recording, for who works on it here: the picture, the sound, and the fact that it was heard.

Who opened a conversation may hear it; the privacy officer may when a secret address or who reported was named, for
then nothing leaves before the officer has looked (clause 0c, house).  For everybody else it does not exist.  A part
that is locked or erased is heard by nobody (law 12).
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db.models import Q

from tweespoor.casework import drawing, ledger, models, playing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.drawing import Drawing, Lane
from tweespoor.casework.playing import Player
from tweespoor.casework.witnessing import witness
from tweespoor.dossier.coverage import Sound, coverage, fraction
from tweespoor.errors import UnknownError
from tweespoor.journal import entry
from tweespoor.rules import conditions, facts
from tweespoor.rules.state import Conversation, Track
from tweespoor.sound import waveform
from tweespoor.tape import ogg
from tweespoor.tape.timeline import Line

MEDIA_TYPE: Final = ogg.MEDIA_TYPE
STROKES: Final = 144
"""How many strokes a wave has, whatever its length."""
SHORT_MS: Final = 3 * 60_000
"""Up to this length a wave is made while one waits for the page; it takes about a second."""
SESSION_S: Final = 12 * 3600
_SAMPLES_PER_MS: Final = 48


@dataclass(frozen=True, slots=True)
class Covered:
    """For how much of the sound everyone had said yes, as a page says it; ``by_device_ms`` by the device's clock."""

    agreed: str
    recorded: str
    in_minutes: bool
    by_device_ms: int


@dataclass(frozen=True, slots=True)
class Recording:
    """What the page of a recording shows; ``drawing`` is None when nothing was recorded."""

    row: models.Conversation
    state: Conversation
    drawing: Drawing | None
    covered: Covered | None
    waves: dict[int, tuple[float | None, ...]] | None


def look(staff: models.Staff, conversation_id: str) -> Recording:
    """Look at a recording, waves included when they are made already or soon made; raises UnknownError."""
    row, head = _open(staff, conversation_id)
    lines = _lines(head.state)
    drawn = drawing.draw(head.state, head.gate, lines)
    waves = None
    if drawn is not None and (drawn.length <= SHORT_MS or _are_made(head.state, drawn)):
        waves = _waves(head.state, drawn)
    witness("recording.look", staff=staff, conversation_id=conversation_id)
    return Recording(row, head.state, drawn, None if drawn is None else _covered(conversation_id, lines), waves)


def waves(staff: models.Staff, conversation_id: str) -> dict[int, tuple[float | None, ...]]:
    """Give the waves of the lanes that can be heard, by their numbers; a stroke is None where nothing was recorded.

    The first time everything is decoded: some eight seconds for an hour.
    """
    _, head = _open(staff, conversation_id)
    drawn = drawing.draw(head.state, head.gate, _lines(head.state))
    return {} if drawn is None else _waves(head.state, drawn)


@contextmanager
def sound(staff: models.Staff, conversation_id: str, track_id: str) -> Iterator[Player]:
    """Open the sound of one track of a conversation.

    Refused for a locked or erased part (0c); UnknownError when its owner keeps it or it is no track of this one.
    """
    _, head = _open(staff, conversation_id)
    track = head.state.tracks.get(track_id)
    if track is None or not drawing.can_be_heard(track):
        raise UnknownError
    conditions.may_listen(head.state, None, track.part).or_refuse()
    with playing.play(track_id, drawing.withheld(head.state, head.state.parts[track.part])) as player:
        yield player


def heard(staff: models.Staff, conversation_id: str, track_id: str, session: str) -> None:
    """Note that somebody listens: one fact for a part and a session, and a line in the access log."""
    _, head = _open(staff, conversation_id)
    part = head.state.tracks[track_id].part
    told = hashlib.sha256(f"{session}:{conversation_id}:{part}".encode()).hexdigest()
    if cache.add(f"heard:{told}", 1, SESSION_S):
        ledger.append(conversation_id, facts.ListenedBack(at=now_ms(), part=part))
        witness("recording.listen", staff=staff, conversation_id=conversation_id)


def _open(staff: models.Staff, conversation_id: str) -> tuple[models.Conversation, ledger.Head]:
    """Find a conversation that this person may hear; anything else is the same UnknownError."""
    allowed = Q(worker=staff)
    if staff.role == models.Role.OFFICER:
        allowed |= Q(tasks__kind=models.Task.Kind.SECRET)
    row = models.Conversation.objects.filter(allowed, pk=conversation_id).distinct().first()
    if row is None:
        raise UnknownError
    return row, ledger.head(conversation_id)


def _lines(c: Conversation) -> dict[str, Line]:
    """Place every track of every part that may be heard; a track whose key is gone has no line."""
    lines: dict[str, Line] = {}
    for track in c.tracks.values():
        if not conditions.may_listen(c, None, track.part):
            continue
        try:
            with playing.play(track.track, drawing.withheld(c, c.parts[track.part])) as player:
                lines[track.track] = player.line
        except UnknownError:
            continue
    return lines


def _covered(conversation_id: str, lines: Mapping[str, Line]) -> Covered:
    """Tell for how much of the sound that we hold everyone had said yes."""
    written = (entry.read(line).fact for line in ledger.lines(conversation_id))
    sounds = [
        Sound(track, stretch.begin, stretch.end, device_clock=any(stretch.meets(one) for one in line.by_device))
        for track, line in lines.items()
        for stretch in (*line.recorded, *line.hidden)
    ]
    found = coverage(written, sounds)
    agreed, recorded, unit = fraction(found)
    return Covered(agreed, recorded, unit == "minuten", found.device_clock_ms)


def _heard_tracks(c: Conversation, drawn: Drawing) -> Iterator[Track]:
    """Give the tracks that have a piece in the drawing."""
    named = {piece.track for lane in drawn.lanes for piece in lane.pieces}
    return (track for track in c.tracks.values() if track.track in named)


def _are_made(c: Conversation, drawn: Drawing) -> bool:
    for track in _heard_tracks(c, drawn):
        with playing.play(track.track, drawing.withheld(c, c.parts[track.part])) as player:
            if not player.is_drawn:
                return False
    return True


def _waves(c: Conversation, drawn: Drawing) -> dict[int, tuple[float | None, ...]]:
    loud: dict[str, bytes] = {}
    for track in _heard_tracks(c, drawn):
        with playing.play(track.track, drawing.withheld(c, c.parts[track.part])) as player:
            loud[track.track] = player.loudness
    return {lane.number: tuple(_strokes(lane, loud, drawn.length)) for lane in drawn.lanes if lane.heard}


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
