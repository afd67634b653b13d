"""Lets who took part come back to listen: a code and a word of one's own, sessions, and ending all of them at once.

Two credentials: the invitation ends with the conversation, the code lives as long as the recording.  A person has one
code; a new one ends the old one and whatever it opened.  Ten wrong words close a code until the worker opens it again
in person.  Wrong, expired, guessed, closed and of another conversation are one UnknownError, after the same work.

Nobody but the person and, in the access log, the privacy officer learns that there is a code (law 11).
"""

import secrets
import threading
from functools import cache
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from tweespoor.casework import codewords, destroying, ledger, limiting, models, settling, telling, witnessing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.codewords import fingerprint
from tweespoor.casework.telling import Notice
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions

WRONG_WORDS: Final = 10
WRONG_PER_ADDRESS: Final = 10
PERIOD_S: Final = 15 * 60
CODES_A_DAY: Final = 10
"""How often somebody may make a code anew."""
DAY_S: Final = 24 * 3600
IDLE_MS: Final = 2 * 3_600_000
"""A session ends when nothing was asked for so long."""
LONGEST_MS: Final = 12 * 3_600_000
TURN_MS: Final = 10 * 60_000
"""How long the worker's device waits for somebody to choose a word, or an office device to be opened."""

_STEP = models.Hearing.Step
_at_once: Final = threading.BoundedSemaphore(2)  # hashing a word is slow on purpose; recording goes first
_WAIT_S: Final = 5


@cache
def _nobodys() -> str:
    """Give the hash of a word that nobody chose, so that an unknown code costs what a known one does."""
    return make_password(secrets.token_hex(16))


# Codes -----------------------------------------------------------------------------------------------


def issue(conversation_id: str, seat: int, word: str, *, able: bool = False, staff: models.Staff | None = None) -> str:
    """Make somebody's code, which from now on is the only one; it is told once and not kept.

    Refused (0c) for who may not have one, and with ``0c.word`` when the word is too short or too long.
    """
    settling.refuse_when(not codewords.is_word(word), "0c.word")
    conditions.may_have_code(ledger.state(conversation_id), seat, able=able).or_refuse()
    settling.refuse_when(limiting.take(f"codes:{conversation_id}:{seat}", CODES_A_DAY, DAY_S) is None, "0c.too-often")
    code = codewords.fresh()
    hashed = make_password(codewords.read_word(word))
    with transaction.atomic():
        replaced = _end(conversation_id, seat)
        models.ListeningCode.objects.create(
            conversation_id=conversation_id,
            seat=seat,
            code_sha256=fingerprint(codewords.read_code(code)),
            word=hashed,
            able=able,
            made_ms=now_ms(),
        )
        witnessing.witness("code.give", staff=staff, conversation_id=conversation_id, seat=seat)
    if replaced:
        telling.tell(conversation_id, seat, Notice.CHANGED, quietly=True)
    return code


def reopen(conversation_id: str, seat: int, staff: models.Staff) -> None:
    """Let somebody try again after ten wrong words; nothing tells whether that was so."""
    models.ListeningCode.objects.filter(conversation_id=conversation_id, seat=seat, ended_ms=None).update(wrong=0)
    witnessing.witness("code.reopen", staff=staff, conversation_id=conversation_id, seat=seat)


def revoke(conversation_id: str, seat: int, *, staff: models.Staff | None = None) -> int:
    """End every code, session, turn and phone of one person, in one act; gives how many there were."""
    with transaction.atomic():
        ended = _end(conversation_id, seat)
        ended += models.Hearing.objects.filter(conversation_id=conversation_id, seat=seat).delete()[0]
        ended += models.Visitor.objects.filter(conversation_id=conversation_id, seat=seat).delete()[0]
        witnessing.witness("code.revoke", staff=staff, conversation_id=conversation_id, seat=seat, about=str(ended))
    return ended


def shut_out(conversation_id: str, seat: int, *, staff: models.Staff) -> None:
    """End everything of one person from here, and let that person know; UnknownError for a seat that is not there."""
    if seat not in ledger.state(conversation_id).seats:
        raise UnknownError
    revoke(conversation_id, seat, staff=staff)
    telling.tell(conversation_id, seat, Notice.CHANGED)


def _end(conversation_id: str, seat: int) -> int:
    """End the codes of somebody, on the list that survives a restore first; gives how many there were."""
    mine = models.ListeningCode.objects.filter(conversation_id=conversation_id, seat=seat, ended_ms=None)
    destroying.end(mine.values_list("code_sha256", flat=True))
    models.Hearing.objects.filter(code__in=mine).delete()
    return mine.update(ended_ms=now_ms())


# Coming in -------------------------------------------------------------------------------------------


def admit(typed_code: str, typed_word: str, address: str) -> str:
    """Begin a session with a code and a word, and give its token; one UnknownError for whatever is not right.

    ``address`` is what is counted as one place to guess from.
    """
    place = limiting.take(f"listen:{address}", WRONG_PER_ADDRESS, PERIOD_S)
    if place is None:
        raise UnknownError
    code = codewords.read_code(typed_code)
    row = models.ListeningCode.objects.filter(code_sha256=fingerprint(code), ended_ms=None).first()
    # A try is taken before the word is looked at: tries at the same moment cannot be more than there are.
    mine = models.ListeningCode.objects.filter(pk=0 if row is None else row.pk, wrong__lt=WRONG_WORDS)
    is_open = bool(mine.update(wrong=F("wrong") + 1))
    right = _fits(codewords.read_word(typed_word[: codewords.LONGEST_TYPED]), _nobodys() if row is None else row.word)
    if right is None and row is not None and is_open:
        models.ListeningCode.objects.filter(pk=row.pk).update(wrong=F("wrong") - 1)
    if row is None or not is_open or not right or not _lives(row):
        if row is not None and is_open and right is False and row.wrong + 1 == WRONG_WORDS:
            witnessing.witness("code.closed", conversation_id=row.conversation_id, seat=row.seat)
        raise UnknownError
    limiting.give_back(place)
    models.ListeningCode.objects.filter(pk=row.pk).update(wrong=0)
    witnessing.witness("code.enter", conversation_id=row.conversation_id, seat=row.seat)
    return _begin(_STEP.OPEN, row.conversation_id, row.seat, IDLE_MS, code=row)


def _fits(word: str, hashed: str) -> bool | None:
    """Tell whether a word is the one that was chosen; None when too many try at once to look."""
    if not _at_once.acquire(timeout=_WAIT_S):
        return None
    try:
        return check_password(word, hashed)
    finally:
        _at_once.release()


def _lives(code: models.ListeningCode) -> bool:
    """Tell whether there is still a recording behind a code."""
    return bool(conditions.may_have_code(ledger.state(code.conversation_id), code.seat, able=code.able))


def session(token: str) -> models.Hearing | None:
    """Give the session of a token, which goes on as long as something is asked for; None when there is none."""
    now = now_ms()
    found = (
        models.Hearing.objects.filter(token_sha256=fingerprint(token), step=_STEP.OPEN, expires_ms__gt=now)
        .select_related("code", "staff")
        .first()
        if token
        else None
    )
    if found is None or (found.code is not None and found.code.ended_ms is not None):
        return None
    if found.expires_ms - now < IDLE_MS - 60_000:
        found.expires_ms = min(now + IDLE_MS, found.began_ms + LONGEST_MS)
        models.Hearing.objects.filter(pk=found.pk).update(expires_ms=found.expires_ms)
    return found


def leave(hearing: models.Hearing) -> None:
    """End a session."""
    models.Hearing.objects.filter(pk=hearing.pk).delete()


# In person -------------------------------------------------------------------------------------------


def people(conversation_id: str) -> list[int]:
    """Give the seats of everyone who may have a code, whether they have one or not; nobody until it is finished."""
    if not models.Conversation.objects.filter(pk=conversation_id, finished_ms__isnull=False).exists():
        return []
    state = ledger.state(conversation_id)
    return [seat for seat in sorted(state.seats) if conditions.may_have_code(state, seat, able=True)]


def offer_word(conversation_id: str, seat: int, staff: models.Staff, *, able: bool) -> str:
    """Let somebody choose a word on the worker's device, and give the token of that turn."""
    _may_have(conversation_id, seat, able=able)
    return _begin(_STEP.WORD, conversation_id, seat, TURN_MS, staff=staff, able=able)


def turn(token: str, step: models.Hearing.Step) -> models.Hearing:
    """Give what a token of the worker's or officer's making is good for; raises UnknownError."""
    found = models.Hearing.objects.filter(token_sha256=fingerprint(token), step=step, expires_ms__gt=now_ms())
    row = found.select_related("staff").first()
    if row is None:
        raise UnknownError
    return row


def choose(token: str, word: str) -> str:
    """Make the code of whoever has the worker's device now; the turn is over with it."""
    row = turn(token, _STEP.WORD)
    code = issue(row.conversation_id, row.seat, word, able=row.able, staff=row.staff)
    leave(row)
    return code


def offer_here(conversation_id: str, seat: int, staff: models.Staff, *, able: bool) -> str:
    """Let somebody listen on a device of the organisation, and give the token with which that begins, once."""
    _may_have(conversation_id, seat, able=able)
    witnessing.witness("hearing.offer", staff=staff, conversation_id=conversation_id, seat=seat)
    return _begin(_STEP.OFFICE, conversation_id, seat, TURN_MS, staff=staff, able=able)


def begin_here(token: str) -> str:
    """Begin listening on a device of the organisation; gives the session's token.  Raises UnknownError."""
    row = turn(token, _STEP.OFFICE)
    if not models.Hearing.objects.filter(pk=row.pk).delete()[0]:
        raise UnknownError
    witnessing.witness("hearing.begin", staff=row.staff, conversation_id=row.conversation_id, seat=row.seat)
    return _begin(_STEP.OPEN, row.conversation_id, row.seat, IDLE_MS, staff=row.staff, able=row.able)


def _may_have(conversation_id: str, seat: int, *, able: bool) -> None:
    if seat not in people(conversation_id):
        raise UnknownError
    conditions.may_have_code(ledger.state(conversation_id), seat, able=able).or_refuse()


def _begin(
    step: models.Hearing.Step,
    conversation_id: str,
    seat: int,
    lasts_ms: int,
    *,
    code: models.ListeningCode | None = None,
    staff: models.Staff | None = None,
    able: bool = False,
) -> str:
    token, now = secrets.token_urlsafe(32), now_ms()
    models.Hearing.objects.filter(expires_ms__lt=now).delete()
    models.Hearing.objects.create(
        conversation_id=conversation_id,
        seat=seat,
        code=code,
        step=step,
        staff=staff,
        able=able,
        token_sha256=fingerprint(token),
        began_ms=now,
        expires_ms=now + lasts_ms,
    )
    return token
