"""Gives the conversation of the demonstration a piece that everyone agreed to cut, and one that is covered by law.

Both go as they really go: Bram asks and everyone answers; a secret was noted, and the privacy officer listens, covers
and says that it was looked at.  Only the clock is another, for what came of a question is shown some seconds later.
"""

from typing import Final

from tweespoor.casework import (
    capturing,
    clock,
    covering,
    cutting,
    demonstrating,
    editing,
    filing,
    ledger,
    models,
    polling,
)
from tweespoor.rules.asking import Answer
from tweespoor.rules.kinds import Ground, Kind
from tweespoor.sound import scenes
from tweespoor.sound.voices import Line

REASON: Final = "Dit gaat over thuis, en dat hoeft niet iedereen te horen."
SHOWN_MS: Final = 4_000


def cut_and_cover(conversation_id: str, worker: models.Staff) -> None:
    """Cut and cover, once."""
    if models.Cut.objects.filter(conversation_id=conversation_id).exists():
        return
    capturing.start()
    before, now = clock.source, ledger.state(conversation_id).at + SHOWN_MS
    try:
        clock.source = lambda: now * 1_000_000
        _cover(conversation_id, worker)
        _ask(conversation_id)
        clock.source = lambda: (now + SHOWN_MS) * 1_000_000
        cutting.make_due()
    finally:
        clock.source = before
        capturing.stop()


def _ask(conversation_id: str) -> None:
    """Let Bram ask to cut what Carla says about home, and everyone say yes."""
    people = [one.seat for one in ledger.state(conversation_id).seats.values() if one.kind is not Kind.STAFF]
    begin, end = _spoken(conversation_id, demonstrating.TALK[2])
    question = editing.ask(conversation_id, people[0], [(begin, end)], REASON)
    for seat in (None, *people[1:]):
        polling.answer(question.pk, seat, Answer.YES)
    polling.sweep()


def _cover(conversation_id: str, worker: models.Staff) -> None:
    """Let the privacy officer cover a second and a half, as if a secret address had been named."""
    officer = models.Staff.objects.filter(role=models.Role.OFFICER).first() or worker
    filing.note_secret(conversation_id, mentioned=True)
    begin, _ = _spoken(conversation_id, demonstrating.TALK[1])
    covering.cover(officer, conversation_id, (begin + 1_000, begin + 2_500), Ground.SECRET_ADDRESS)
    ours = next(track for track in ledger.state(conversation_id).tracks.values() if track.ours)
    covering.heard(officer, conversation_id, ours.track, "demonstration")
    filing.review_secret(conversation_id, officer)


def _spoken(conversation_id: str, wanted: Line) -> tuple[int, int]:
    """Give when a line of the first stretch is spoken, in milliseconds since 1970."""
    part = ledger.state(conversation_id).parts[1]
    at = (part.started_at or 0) + 500
    for line in (*demonstrating.AGREEMENTS, *demonstrating.YESES, *demonstrating.TALK):
        lasts = round(scenes.play([[line]], demonstrating.SPEED).lengths[0] * 1000)
        if line is wanted:
            return at, at + lasts - round(line.rest * 1000)
        at += lasts
    raise ValueError("this line is not spoken there")
