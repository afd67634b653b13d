"""The answers of a round that is still open, in memory and nowhere else (law 5).

They never touch a disk: a restart asks everyone again.  When the round is complete `consenting` turns them into
facts without a trace of who said no, and they are thrown away here.  One process answers for one conversation.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakValueDictionary

from django.db import DatabaseError, transaction

from tweespoor.casework import ledger
from tweespoor.casework.countersigning import Signed
from tweespoor.errors import TweespoorError
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import How, InterestReason

PATIENCE_S: Final = 2.0
"""How long one waits for another who is at the answers of the same conversation; less than a page waits for us."""

_guards: WeakValueDictionary[str, threading.RLock] = WeakValueDictionary()
_making = threading.Lock()


class BusyError(TweespoorError):
    """Somebody else is at the answers of this conversation for too long, for the tables are slow: try again."""


@dataclass(slots=True)
class Round:
    """What was answered so far: per seat, and once for a child."""

    answers: dict[int, tuple[Answer, How]] = field(default_factory=dict)
    signed: dict[int, Signed] = field(default_factory=dict)
    against: bool | None = None
    reason: InterestReason | None = None
    guardian: bool | None = None
    alone_ok: bool | None = None
    declined: bool = False
    given_up: bool = False
    too_many: bool = False
    recounting: bool = False
    counted: bool = False


_rounds: dict[str, Round] = {}
_shown_from: dict[str, int] = {}


def show_from(conversation_id: str, moment: int) -> None:
    """Remember from which moment (ms) the result of a round may be seen."""
    _shown_from[conversation_id] = moment


def shown_from(conversation_id: str) -> int:
    """Give the moment (ms) from which the result of the last round may be seen; 0 when it long may."""
    return _shown_from.get(conversation_id, 0)


@contextmanager
def guard(conversation_id: str) -> Iterator[None]:
    """Be alone at the answers of one conversation; raises BusyError when that takes too long.

    Each conversation has a guard of its own: where one waits for a locked table, others go on.
    """
    with _making:
        mine = _guards.setdefault(conversation_id, threading.RLock())
    if not mine.acquire(timeout=PATIENCE_S):
        raise BusyError
    try:
        yield
    finally:
        mine.release()


@contextmanager
def whole(conversation_id: str) -> Iterator[None]:
    """Do all that is inside or nothing of it: when the tables fail, what stands in memory is as it was before too."""
    with guard(conversation_id):
        before, shown = of(conversation_id), shown_from(conversation_id)
        kept = replace(before, answers=dict(before.answers), signed=dict(before.signed))
        try:
            with transaction.atomic():
                yield
        except DatabaseError:
            _rounds[conversation_id] = kept
            show_from(conversation_id, shown)
            ledger.forget(conversation_id)
            raise


def of(conversation_id: str) -> Round:
    """Give what was answered in this conversation's round; an empty one when nothing was."""
    with guard(conversation_id):
        return _rounds.setdefault(conversation_id, Round())


def clear_answers(conversation_id: str) -> Round:
    """Begin again with no answers; what was said about a child stays, for it is asked once."""
    with guard(conversation_id):
        old = of(conversation_id)
        _rounds[conversation_id] = Round(
            against=old.against, reason=old.reason, guardian=old.guardian, alone_ok=old.alone_ok
        )
        return _rounds[conversation_id]


def forget(conversation_id: str) -> None:
    """Throw all answers of this conversation away."""
    with guard(conversation_id):
        _rounds.pop(conversation_id, None)
