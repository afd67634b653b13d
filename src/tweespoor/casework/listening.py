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

from django.db.models import Q

from tweespoor.casework import earshot, ledger, limiting, models
from tweespoor.casework.clock import now_ms
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.earshot import Earshot, Waves
from tweespoor.casework.playing import Player
from tweespoor.casework.witnessing import witness
from tweespoor.dossier.coverage import Sound, coverage, fraction
from tweespoor.errors import UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.state import Conversation
from tweespoor.tape.timeline import Line

SESSION_S: Final = 12 * 3600


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
    waves: Waves | None


def look(staff: models.Staff, conversation_id: str) -> Recording:
    """Look at a recording, waves included when they are made already or soon made; raises UnknownError."""
    row, head = _open(staff, conversation_id)
    shot = earshot.whole(head)
    placed = earshot.lines(shot)
    drawn = earshot.draw(shot, placed)
    waves = None if drawn is None else earshot.waves_at_once(shot, drawn)
    witness("recording.look", staff=staff, conversation_id=conversation_id)
    return Recording(row, head.state, drawn, None if drawn is None else _covered(conversation_id, placed), waves)


def waves(staff: models.Staff, conversation_id: str) -> Waves:
    """Give the waves of the lanes that can be heard, by their numbers; see `earshot.waves`."""
    _, head = _open(staff, conversation_id)
    shot = earshot.whole(head)
    drawn = earshot.draw(shot, earshot.lines(shot))
    return {} if drawn is None else earshot.waves(shot, drawn)


def shot(staff: models.Staff, conversation_id: str) -> Earshot:
    """Give what this person may hear; raises UnknownError."""
    return earshot.whole(_open(staff, conversation_id)[1])


@contextmanager
def sound(staff: models.Staff, conversation_id: str, track_id: str) -> Iterator[Player]:
    """Open the sound of one track of a conversation.

    Refused for a locked or erased part (0c); UnknownError when its owner keeps it or it is no track of this one.
    """
    _, head = _open(staff, conversation_id)
    with earshot.sound(earshot.whole(head), track_id) as player:
        yield player


def heard(staff: models.Staff, conversation_id: str, track_id: str, session: str) -> None:
    """Note that somebody listens: one fact for a part and a session, and a line in the access log."""
    _, head = _open(staff, conversation_id)
    part = head.state.tracks[track_id].part
    with limiting.once(_named(f"{session}:{conversation_id}:{part}"), SESSION_S) as first:
        if first:
            ledger.append(conversation_id, facts.ListenedBack(at=now_ms(), part=part))
            witness("recording.listen", staff=staff, conversation_id=conversation_id)


def first_time(what: str) -> bool:
    """Tell whether this is the first time in a session, of anything that is noted once."""
    with limiting.once(_named(what), SESSION_S) as first:
        return first


def _named(what: str) -> str:
    return f"heard:{hashlib.sha256(what.encode()).hexdigest()}"


def _open(staff: models.Staff, conversation_id: str) -> tuple[models.Conversation, ledger.Head]:
    """Find a conversation that this person may hear; anything else is the same UnknownError."""
    allowed = Q(worker=staff)
    if staff.role == models.Role.OFFICER:
        allowed |= Q(tasks__kind=models.Task.Kind.SECRET)
    row = models.Conversation.objects.filter(allowed, pk=conversation_id).distinct().first()
    if row is None:
        raise UnknownError
    return row, ledger.head(conversation_id)


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
