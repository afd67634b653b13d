"""Who took part listens back: the own minutes, on a phone with code and word, or with us on a device of ours.

Everything is asked of a session (`admitting`), which knows a seat; what that seat may hear is `earshot.own`.  That
somebody listened, or took a copy along, stands in the access log alone, for the privacy officer: not in the journal,
which everyone with a bundle reads, and for no other participant and not for the worker (law 11).
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache

from tweespoor.casework import (
    copying,
    cutting,
    earshot,
    ledger,
    limiting,
    models,
    settling,
    telling,
    transcribing,
    witnessing,
)
from tweespoor.casework.codewords import fingerprint
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.earshot import Earshot, Waves
from tweespoor.casework.playing import Player
from tweespoor.casework.telling import Notice
from tweespoor.casework.transcribing import Text
from tweespoor.casework.witnessing import Told
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.conversation import Conversation

COPIES_A_DAY: Final = 5
DAY_S: Final = 24 * 3600
TICKET_S: Final = 15 * 60
NEAR_MS: Final = 5_000
_SESSION_S: Final = 12 * 3600
_MOST_NOTED: Final = 10_000
_noted: Final[set[tuple[str, str]]] = set()
"""What this process noted already, so that a player that asks for many parts does not ask a table each time."""
_waiting: Final[set[tuple[str, int, str, str]]] = set()
"""Who waits for a copy that this process makes: conversation, seat, track, edit."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the page of a listener shows; ``drawing`` None: nothing can be heard now."""

    row: models.Conversation
    state: Conversation
    began_ms: int
    drawing: Drawing | None
    waves: Waves | None


def look(hearing: models.Hearing) -> Heard:
    """Look at the own minutes; without a drawing when none of them can be heard now, whatever the reason."""
    shot = _shot(hearing)
    row = models.Conversation.objects.get(pk=hearing.conversation_id)
    begins = [stretch.begin for minutes in shot.minutes.values() for stretch in minutes]
    drawn = earshot.draw(shot, earshot.lines(shot)) if _any(shot) else None
    waves = None if drawn is None else earshot.waves_at_once(shot, drawn)
    return Heard(row, shot.state, min(begins, default=row.opened_ms), drawn, waves)


def waves(hearing: models.Hearing) -> Waves:
    """Give the waves of the lanes that can be heard; see `earshot.waves`."""
    shot = _shot(hearing)
    drawn = earshot.draw(shot, earshot.lines(shot)) if _any(shot) else None
    return {} if drawn is None else earshot.waves(shot, drawn)


def look_at_agreements(hearing: models.Hearing) -> Conversation:
    """Give the conversation whose agreements hold for these minutes."""
    return _shot(hearing).state


@contextmanager
def sound(hearing: models.Hearing, track_id: str) -> Iterator[Player]:
    """Open the sound of a track, own minutes only; see `earshot.sound`."""
    with earshot.sound(_shot(hearing), track_id) as player:
        yield player


def listened(hearing: models.Hearing, track_id: str) -> None:
    """Note that somebody listens: one line of the access log for a part and a session."""
    if (hearing.token_sha256, track_id) in _noted:
        return
    part = _part_of(hearing, track_id)
    with limiting.once(f"heard:{hearing.pk}:{hearing.token_sha256}:{part}", _SESSION_S) as first:
        if first:
            where = hearing.conversation_id
            witnessing.witness("hearing.listen", staff=hearing.staff, conversation_id=where, seat=hearing.seat)
    if len(_noted) > _MOST_NOTED:
        _noted.clear()
    _noted.add((hearing.token_sha256, track_id))


def _shot(hearing: models.Hearing) -> Earshot:
    return earshot.own(ledger.head(hearing.conversation_id), hearing.seat)


def _any(shot: Earshot) -> bool:
    return any(earshot.may_hear(shot, part) for part in shot.state.parts)


def _part_of(hearing: models.Hearing, track_id: str) -> int:
    track = _shot(hearing).state.tracks.get(track_id)
    if track is None:
        raise UnknownError
    return track.part


# A copy to take along -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToTake:
    """Something to take along: our track of a part, whole or without what was cut (``edit``), and how long it is."""

    track: str
    edit: str
    lasts_ms: int


def to_take(hearing: models.Hearing) -> list[ToTake]:
    """Give our track of each part that can be heard now, then every copy without what everyone agreed to cut."""
    shot = _shot(hearing)
    found = list(_ours(shot, ""))
    for edit in cutting.of(shot.state):
        if edit.part in shot.minutes and earshot.may_hear(shot, edit.part):
            found += _ours(cutting.shot(shot, edit.edit), edit.edit)
    return found


def _ours(shot: Earshot, edit: str) -> Iterator[ToTake]:
    for track in shot.state.tracks.values():
        if track.ours and earshot.may_hear(shot, track.part):
            yield ToTake(track.track, edit, sum(end - begin for begin, end in shot.minutes[track.part]))


@contextmanager
def sound_to_take(hearing: models.Hearing, track_id: str, edit: str) -> Iterator[Player]:
    """Open what somebody takes along: the own minutes, without what was cut when an edit is named (UnknownError)."""
    shot = _shot(hearing)
    with earshot.sound(cutting.shot(shot, edit) if edit else shot, track_id) as player:
        yield player


def take_copy(hearing: models.Hearing, track_id: str, edit: str = "") -> str:
    """Let somebody take a copy along and give the ticket with which it is fetched; so many a day.

    Not on a device of ours: a copy there would be anybody's.  Refused when the day's copies are gone.
    """
    if hearing.code is None or (track_id, edit) not in {(one.track, one.edit) for one in to_take(hearing)}:
        raise UnknownError
    where, seat = hearing.conversation_id, hearing.seat
    settling.refuse_when(limiting.take(f"copies:{where}:{seat}", COPIES_A_DAY, DAY_S) is None, "0c.too-often")
    witnessing.witness("recording.copy", conversation_id=where, seat=seat)
    _waiting.discard((where, seat, track_id, edit))
    ticket = secrets.token_urlsafe(24)
    cache.set(f"copy:{fingerprint(ticket)}", (hearing.pk, track_id, edit), TICKET_S)
    return ticket


def take_text(hearing: models.Hearing, part: int) -> Text:
    """Let somebody take the lines of the own minutes along, as often as a copy of the sound; see `take_copy`."""
    text = next((one for one in transcribing.of_seat(hearing) if one.part == part), None)
    if hearing.code is None or text is None:
        raise UnknownError
    where, seat = hearing.conversation_id, hearing.seat
    settling.refuse_when(limiting.take(f"texts:{where}:{seat}", COPIES_A_DAY, DAY_S) is None, "0c.too-often")
    witnessing.witness("transcript.copy", conversation_id=where, seat=seat)
    return text


def wait_for_copy(hearing: models.Hearing, track_id: str, edit: str = "") -> None:
    """Remember that somebody waits for a copy that is being made, to let that person know."""
    if len(_waiting) < _MOST_NOTED:
        _waiting.add((hearing.conversation_id, hearing.seat, track_id, edit))


def tell_of_copies() -> None:
    """Let who waited know that the copy is there: by a neutral message where that is safe, else not at all (law 11)."""
    for waits in list(_waiting):
        conversation_id, seat, track_id, edit = waits
        try:
            shot = earshot.own(ledger.head(conversation_id), seat)
            with earshot.sound(cutting.shot(shot, edit) if edit else shot, track_id) as player:
                is_there, is_coming = copying.of(player) is not None, copying.is_making(player)
        except (UnknownError, Refused):
            is_there = is_coming = False
        if is_there:
            telling.tell(conversation_id, seat, Notice.READY, quietly=True)
        if not is_coming:
            _waiting.discard(waits)


def copied(hearing: models.Hearing, ticket: str) -> tuple[str, str]:
    """Give the track, and the edit, that a ticket of this session is for; raises UnknownError."""
    session, track_id, edit = cache.get(f"copy:{fingerprint(ticket)}", (None, "", ""))
    if session != hearing.pk:
        raise UnknownError
    return str(track_id), str(edit)


# What the organisation did --------------------------------------------------------------------------


def done_by_us(hearing: models.Hearing) -> list[Told]:
    """Give what the organisation's people did with these minutes, oldest first (law 11).

    That somebody here listened to a part in which this person was not present is not told.
    """
    shot = _shot(hearing)
    read = (entry.read(line).fact for line in ledger.lines(hearing.conversation_id))
    others = [fact.at for fact in read if isinstance(fact, facts.ListenedBack) and fact.part not in shot.minutes]
    told = witnessing.told(hearing.conversation_id, hearing.seat)
    return [one for one in told if one.action != "recording.listen" or not _near(one.at_ms, others)]


def _near(moment: int, moments: list[int]) -> bool:
    return any(abs(moment - one) <= NEAR_MS for one in moments)


# Who else may listen ---------------------------------------------------------------------------------


def agree(conversation_id: str, seat: int, staff: models.Staff) -> None:
    """Note that it was agreed that this interpreter or professional may listen back (clause 0c)."""
    with ledger.writing(conversation_id) as sheet:
        person = sheet.state.seats.get(seat)
        if person is None or person.kind is not facts.Kind.PROFESSIONAL:
            raise UnknownError
        if seat in sheet.state.listening_agreed:
            return
        sheet.add(facts.ListeningAgreed(at=sheet.now, seat=seat))
    witnessing.witness("hearing.agree", staff=staff, conversation_id=conversation_id, seat=seat)
