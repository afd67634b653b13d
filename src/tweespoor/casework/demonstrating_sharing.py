"""Gives the conversation of the demonstration a share that everyone agreed to, and two questions that are still open.

They go as they really go: Bram asks and everyone says yes, and he makes the link; Carla asks to share, and apart from
that to make public, and the organisation has not answered yet.  Everyone was told already.  Nothing that is installed
for use imports this module.
"""

from typing import Final

from tweespoor.casework import clock, ledger, models, polling, sharing
from tweespoor.casework.polling import Kind
from tweespoor.casework.sharing import Wanted
from tweespoor.rules import kinds
from tweespoor.rules.asking import Answer

AGREED: Final = Wanted(part=1, recipient="Mijn zus Loes", purpose="Zij helpt mij thuis.", days=31)
OPEN: Final = Wanted(part=1, recipient="De mentor op school", purpose="Dan weet school wat we afspraken.", days=92)
PUBLIC: Final = Wanted(
    part=1, recipient="Een site over opvoeden", purpose="Zo zien ouders hoe een gesprek gaat.", days=365, public=True
)
SHOWN_MS: Final = 4_000


def share(conversation_id: str) -> str:
    """Share once; gives the token of the link, which is told this once, or nothing when it was made before."""
    asked = polling.of(conversation_id).filter(kind=Kind.SHARE)
    if asked.exists():
        return ""
    before, now = clock.source, max(clock.now_ms(), ledger.state(conversation_id).at)
    try:
        clock.source = lambda: now * 1_000_000
        bram, carla = _people(conversation_id)
        question = sharing.ask(conversation_id, bram, AGREED)
        for seat in (None, carla):
            polling.answer(question.pk, seat, Answer.YES)
        polling.sweep()
        clock.source = lambda: (now + SHOWN_MS) * 1_000_000
        token = sharing.deliver(question.pk, bram)
        sharing.ask(conversation_id, carla, PUBLIC)
        clock.source = lambda: (now + 2 * SHOWN_MS) * 1_000_000
        sharing.ask(conversation_id, carla, OPEN)
        models.ToTell.objects.filter(conversation_id=conversation_id, told_ms=None).update(told_ms=clock.now_ms())
    finally:
        clock.source = before
    return token


def _people(conversation_id: str) -> tuple[int, int]:
    """Give the seats of the first two who took part and do not work here."""
    seats = ledger.state(conversation_id).seats.values()
    first, second, *_ = (one.seat for one in seats if one.kind is not kinds.Kind.STAFF)
    return first, second
