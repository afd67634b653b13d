"""A link with which one recipient listens: personal, for a time, bound to the device that accepted the conditions.

Everything is judged again with each request and while sound is sent: a link that ended, or a yes that was taken back,
stops in the middle of playing.  Which of us, or of the people at the table, ended it is told to nobody.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache

from tweespoor.casework import cutting, drawing, earshot, ledger, models, polling, settling, transcribing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.codewords import fingerprint
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.earshot import Earshot, Waves
from tweespoor.casework.playing import Player
from tweespoor.casework.transcribing import Text
from tweespoor.casework.witnessing import Origin, witness
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.kinds import Content, Ground
from tweespoor.rules.state import Conversation

_SESSION_S: Final = 12 * 3600


@dataclass(frozen=True, slots=True)
class Given:
    """What a link is for; ``accepted`` is whether this device accepted the conditions.

    ``edit`` is the cut of which the copy was given; without it, the part as it was recorded.
    """

    delivery: models.Delivery
    part: int
    what: Content
    edit: str | None
    accepted: bool

    @property
    def by_law(self) -> bool:
        """Tell whether it was given on a ground of law, by the organisation."""
        return self.delivery.use is not None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the page of a recipient shows: sound with its drawing, or a text."""

    given: Given
    began_ms: int
    drawing: Drawing | None = None
    waves: Waves | None = None
    text: Text | None = None


# Links ------------------------------------------------------------------------------------------------


def make(
    conversation_id: str,
    until_ms: int,
    *,
    question: models.Question | None = None,
    use: models.Use | None = None,
) -> str:
    """Make a link and give its token; what was given before for the same ends."""
    end(question=question, use=use)
    token = secrets.token_urlsafe(32)
    models.Delivery.objects.create(
        conversation_id=conversation_id,
        question=question,
        use=use,
        token_sha256=fingerprint(token),
        made_ms=now_ms(),
        expires_ms=until_ms,
    )
    return token


def end(*, question: models.Question | None = None, use: models.Use | None = None) -> None:
    """End every link for a share or a use."""
    models.Delivery.objects.filter(question=question, use=use, ended_ms=None).update(ended_ms=now_ms())


def is_given(question: models.Question) -> bool:
    """Tell whether there is a link that works, as far as who made it knows."""
    return question.deliveries.filter(ended_ms=None, expires_ms__gt=now_ms()).exists()


# The recipient ------------------------------------------------------------------------------------------


def see(token: str, device: str) -> Given:
    """Give what a link is for; refused when it cannot be heard now: ended, over, or opened on another device.

    Raises UnknownError for a link that never was.
    """
    row = _find(token)
    state = ledger.state(row.conversation_id)
    code = _why_not(row, state)
    if code is not None:
        settling.refuse(code)
    mine = bool(device) and row.device_sha256 == fingerprint(device)
    settling.refuse_when(bool(row.device_sha256) and not mine, "6a.other-device")
    if row.use is not None:
        return Given(row, row.use.part, Content.SOUND, None, mine)
    share = state.shares[_asked(row).key]
    return Given(row, share.part, share.what, share.edit, mine)


def accept(token: str, device: str) -> str:
    """Accept the conditions on this device, and give the secret by which it is known; the first device counts."""
    given = see(token, device)
    if given.accepted:
        return device
    secret = device or secrets.token_urlsafe(32)
    open_still = models.Delivery.objects.filter(pk=given.delivery.pk, device_sha256="")
    bound = open_still.update(device_sha256=fingerprint(secret), accepted_ms=now_ms())
    settling.refuse_when(not bound, "6a.other-device")
    _note("share.open", given)
    return secret


def look(token: str, device: str) -> Heard:
    """Look at what was given; UnknownError before the conditions were accepted."""
    given = _accepted(token, device)
    where = given.delivery.conversation_id
    began = ledger.state(where).parts[given.part].started_at or 0
    if given.what is Content.TEXT:
        _listened(given)
        return Heard(given, began, text=transcribing.of_part(where, given.part, given.edit))
    shot = _shot(given)
    drawn = _draw(given, shot)
    return Heard(given, began, drawn, None if drawn is None else earshot.waves_at_once(shot, drawn))


def waves(token: str, device: str) -> Waves:
    """Give the waves of what was given."""
    given = _accepted(token, device)
    shot = _shot(given)
    drawn = _draw(given, shot)
    return {} if drawn is None else earshot.waves(shot, drawn)


@contextmanager
def sound(token: str, device: str, track_id: str) -> Iterator[Player]:
    """Open the sound of a track of what was given; refused as `see`, UnknownError for another track."""
    with earshot.sound(_shot(_accepted(token, device)), track_id) as player:
        yield player


def listened(token: str, device: str) -> None:
    """Note once that the recipient listens: in the access log, with no name."""
    _listened(_accepted(token, device))


def _listened(given: Given) -> None:
    if cache.add(f"given:{given.delivery.pk}", 1, _SESSION_S):
        _note("share.listen", given)


def still(token: str) -> bool:
    """Tell whether a link that worked works now; asked again and again while sound is sent."""
    try:
        row = _find(token)
    except UnknownError:
        return False
    return _why_not(row, ledger.state(row.conversation_id)) is None


@contextmanager
def sound_of(shot: Earshot) -> Iterator[Player]:
    """Open our track of the one part in earshot; raises UnknownError when there is none."""
    track = next((one for one in shot.state.tracks.values() if drawing.can_be_heard(one)), None)
    if track is None:
        raise UnknownError
    with earshot.sound(shot, track.track) as player:
        yield player


def _accepted(token: str, device: str) -> Given:
    given = see(token, device)
    if not given.accepted:
        raise UnknownError
    return given


def _shot(given: Given) -> Earshot:
    if given.what is not Content.SOUND:
        raise UnknownError
    return shot_of(ledger.head(given.delivery.conversation_id), given.part, given.edit)


def _draw(given: Given, shot: Earshot) -> Drawing | None:
    return earshot.draw(shot, earshot.lines(shot)) if given.edit is None else cutting.draw(shot)


def shot_of(head: ledger.Head, part: int, edit: str | None) -> Earshot:
    """Give what is heard of a part that was given, or of the copy with a cut; raises UnknownError."""
    shot = earshot.of_part(head, part)
    return shot if edit is None else cutting.shot(shot, edit)


def _note(action: str, given: Given) -> None:
    where = given.delivery.conversation_id
    witness(action, conversation_id=where, about="recipient", origin=Origin.PHONE)


# Judging ------------------------------------------------------------------------------------------------


def _find(token: str) -> models.Delivery:
    rows = models.Delivery.objects.select_related("question", "use")
    row = rows.filter(token_sha256=fingerprint(token)).first()
    if row is None:
        raise UnknownError
    return row


def _why_not(row: models.Delivery, state: Conversation) -> str | None:
    """Give the first code that stands against hearing it now; None when nothing does."""
    if row.ended_ms is not None:
        return "6a.link-ended"
    if now_ms() >= row.expires_ms:
        return "6a.expired"
    if row.use is not None:
        codes = conditions.may_use(state, row.use.part, Ground(row.use.ground)).codes
        return codes[0] if codes else None
    question = _asked(row)
    if not polling.holds(question, state):
        return "6a.link-ended"
    share = state.shares[question.key]
    if share.edit is not None and not polling.still_holds(share.edit, state):
        return "6a.link-ended"
    codes = conditions.may_share(state, question.key, now_ms()).codes
    return codes[0] if codes else None


def _asked(row: models.Delivery) -> models.Question:
    if row.question is None:
        raise UnknownError
    return row.question
