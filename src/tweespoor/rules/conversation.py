"""The state of a conversation as its facts tell it: one total fold, nothing judged.

``after`` takes any fact in any order and never raises, so that a breach can be represented and found.
What may happen is said in ``conditions``; what must follow in ``consequences``.
"""

from collections.abc import Iterable
from functools import reduce

from tweespoor.rules import fold_after, fold_recording, fold_talk
from tweespoor.rules.fact import Fact
from tweespoor.rules.state import EMPTY, Consent, Conversation, Edit, Part, Running, Seat, Share, Stay, Track
from tweespoor.rules.step import changed, step

__all__ = [
    "EMPTY",
    "Consent",
    "Conversation",
    "Edit",
    "Part",
    "Running",
    "Seat",
    "Share",
    "Stay",
    "Track",
    "after",
    "fold",
]

_FLOORS = (fold_talk, fold_recording, fold_after)  # imported for the functions that they enter in ``step``


def after(c: Conversation, fact: Fact) -> Conversation:
    """Give the state after one more fact.

    >>> from tweespoor.rules.facts import ParticipantJoined, Kind
    >>> sorted(after(EMPTY, ParticipantJoined(at=0, seat=1, kind=Kind.STAFF)).staff)
    [1]
    """
    return changed(step(fact, c), at=fact.at)


def fold(facts: Iterable[Fact], c: Conversation = EMPTY) -> Conversation:
    """Give the state after all these facts, from nothing or from where a conversation stood."""
    return reduce(after, facts, c)
