"""Lets somebody answer a question on a device of ours: handed over for one answer, or spoken and written down.

Who has no phone, or a child under twelve for whom a parent or guardian speaks, answers here.  A turn is for one answer;
used, over and unknown are one and the same afterwards, so that going back shows nothing.
"""

import secrets
from typing import Final

from django.core.cache import cache

from tweespoor.casework import ledger, models, polling, settling
from tweespoor.casework.codewords import fingerprint
from tweespoor.casework.polling import NOT_ASKED, TOO_LATE, Kind
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.asking import Answer

TURN_S: Final = 10 * 60


def offer(question_id: str, seat: int, staff: models.Staff, *, able: bool, parent: bool) -> str:
    """Hand a device to somebody for one answer, and give the token of that turn.

    Refused for who is not asked, when the question is over, and where somebody else must answer by age (0c).
    """
    question = _see(question_id, seat, able=able, parent=parent)
    witness("question.turn", staff=staff, conversation_id=question.conversation_id, seat=seat)
    token = secrets.token_urlsafe(24)
    cache.set(_name(token), (question_id, seat), TURN_S)
    return token


def whose(token: str) -> tuple[models.Question, int]:
    """Give the question and the seat of a turn; raises UnknownError when it was used or is over."""
    question_id, seat = cache.get(_name(token), ("", 0))
    return polling.find(question_id), seat


def take(token: str, given: Answer) -> None:
    """Take the answer of whoever has the device; the turn is over with it.  UnknownError as `whose`."""
    question, seat = whose(token)
    if not cache.delete(_name(token)):
        raise UnknownError
    polling.answer(question.pk, seat, given)


def note_spoken(question_id: str, seat: int, staff: models.Staff, *, yes: bool, able: bool, parent: bool) -> None:
    """Note what somebody said, on the telephone or in person; refused as `offer`."""
    question = _see(question_id, seat, able=able, parent=parent)
    polling.answer(question_id, seat, Answer.YES if yes else Answer.NO)
    witness("question.spoken", staff=staff, conversation_id=question.conversation_id, seat=seat)


def _see(question_id: str, seat: int, *, able: bool, parent: bool) -> models.Question:
    question = polling.find(question_id)
    kind = Kind(question.kind)
    settling.refuse_when(seat not in question.asked, NOT_ASKED[kind])
    settling.refuse_when(polling.is_over(question), TOO_LATE[kind])
    state = ledger.state(question.conversation_id)
    conditions.may_answer(state, seat, able=able, parent=parent).or_refuse()
    return question


def _name(token: str) -> str:
    return f"turn:{fingerprint(token)}"
