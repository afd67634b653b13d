"""Asks everyone apart, over days, whether a cut or a share may be; nobody can tell who said no.

Answers lie sealed in the keyring, in a table that no backup takes along, until the question is over.  A question is
over at once when everybody said yes; whatever else there is, it is over at the deadline.  So a no of the first hour, a
no of the last, a doubt and silence are one and the same until then, and after it (laws 5 and 10).  The last answer
counts, and who takes a yes back before the end has simply answered anew.

A yes that is taken back after the end stops what it allowed at once; that it was taken back is known, and stands in the
journal, from the next midnight: else who was just seen with a phone would be known too.
"""

import secrets
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tweespoor.casework import ledger, models, scrubbing, settling, tasks, telling, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.telling import Notice
from tweespoor.errors import UnknownError
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Fact
from tweespoor.rules.state import Conversation
from tweespoor.seal import keys

SHOWN_AFTER_MS: Final = (1_500, 3_500)
_HOUSE_SEAT: Final = 0
_PURPOSE: Final = b"tweespoor/answers/1"
_SIGNS: Final = {Answer.YES: b"y", Answer.NO: b"n", Answer.DOUBT: b"d"}  # all as long: what is sealed tells nothing


class Kind(StrEnum):
    """What everyone is asked about."""

    EDIT = "edit"
    SHARE = "share"


class Standing(StrEnum):
    """Where a question stands, as everyone may see it."""

    OPEN = "open"
    AGREED = "agreed"
    ENDED = "ended"


NOT_ASKED: Final = {Kind.EDIT: "5b.not-asked", Kind.SHARE: "6a.not-asked"}
TOO_LATE: Final = {Kind.EDIT: "5b.too-late", Kind.SHARE: "6a.too-late"}


# Asking ----------------------------------------------------------------------------------------------


def ask(
    page: ledger.Page, conversation_id: str, kind: Kind, key: str, *, seat: int | None, asked: Iterable[int | None]
) -> models.Question:
    """Ask everyone in ``asked`` about the fact that was just added to ``page``; ``key`` is its edit or share.

    ``seat`` asks and has thereby said yes, which may be changed like any answer; None is the organisation.  The others
    are told that there is something.
    """
    people = sorted(set(asked), key=lambda one: one or _HOUSE_SEAT)
    question = models.Question.objects.create(
        id=secrets.token_hex(16),
        conversation_id=conversation_id,
        kind=kind,
        key=key,
        position=page.head.at.position,
        seat=seat,
        asked=people,
        asked_ms=page.now,
        deadline_ms=deadline(page.now),
    )
    if seat in people:
        _keep(question, seat, Answer.YES)
    if None in people and seat is not None:
        tasks.open_task(conversation_id, models.Task.Kind.QUESTION, due_ms=question.deadline_ms)
    for one in people:
        if one is not None and one != seat:
            telling.tell(conversation_id, one, Notice.QUESTION)
    return question


def deadline(asked_ms: int) -> int:
    """Give until when one answers (ms): to the end of the day, so many days from now."""
    return midnight(asked_ms, 1 + settling.house().answer_days)


def midnight(ms: int, days: int) -> int:
    """Give the midnight here that ends the day so many days on (ms); 1 is the coming one."""
    day = timezone.localtime(datetime.fromtimestamp(ms / 1000, tz=timezone.get_current_timezone())).date()
    begin = datetime.combine(day + timedelta(days=days), time(), timezone.get_current_timezone())
    return round(begin.timestamp() * 1000)


def find(question_id: str) -> models.Question:
    """Find a question; raises UnknownError."""
    row = models.Question.objects.filter(pk=question_id).first()
    if row is None:
        raise UnknownError
    return row


def about(key: str) -> models.Question | None:
    """Give the question about an edit or a share; None when nobody was asked about it."""
    return models.Question.objects.filter(key=key).first()


def of(conversation_id: str) -> QuerySet[models.Question]:
    """Give the questions about a conversation, the newest first."""
    return models.Question.objects.filter(conversation_id=conversation_id).order_by("-asked_ms", "-pk")


def seen_by(conversation_id: str, state: Conversation, seat: int | None) -> list[models.Question]:
    """Give the questions about parts in which somebody was, the newest first; all of them for the organisation."""
    return [one for one in of(conversation_id) if seat is None or seat in _present(one, state)]


def _present(question: models.Question, state: Conversation) -> frozenset[int]:
    known = state.edits.get(question.key) or state.shares.get(question.key)
    part = None if known is None else state.parts.get(known.part)
    return frozenset() if part is None else part.present


# Answering -------------------------------------------------------------------------------------------


def answer(question_id: str, seat: int | None, given: Answer) -> None:
    """Take somebody's answer, apart; seat None answers once for the organisation.  The last answer counts.

    Refused for who is not asked, and once the question is over.  The caller learns nothing else.
    """
    with transaction.atomic():
        row = _locked(question_id)
        kind = Kind(row.kind)
        settling.refuse_when(seat not in row.asked, NOT_ASKED[kind])
        settling.refuse_when(is_over(row), TOO_LATE[kind])
        _keep(row, seat, given)
        if seat is None:
            _see_task(row.conversation_id)


def take_back(question_id: str, seat: int | None) -> None:
    """Take somebody's yes back; refused for who is not asked.  Nothing tells whether there was one to take back.

    While the question is open it ends like any no, at the deadline; afterwards what it allowed stops at once.
    """
    with transaction.atomic():
        row = _locked(question_id)
        settling.refuse_when(seat not in row.asked, NOT_ASKED[Kind(row.kind)])
        if row.shown_ms is None:
            if not is_over(row):
                _keep(row, seat, Answer.NO)
        elif row.halted_ms is None and not _is_ended(row, ledger.state(row.conversation_id)):
            row.halted_ms = midnight(now_ms(), 1)
            row.save(update_fields=["halted_ms"])


def has_answered(question: models.Question, seat: int | None) -> bool:
    """Tell this person's own page that an answer is in; which one is never told again."""
    return models.PrivateAnswer.objects.filter(question=question.pk, seat=seat or _HOUSE_SEAT).exists()


# What came of it ---------------------------------------------------------------------------------------


def is_over(question: models.Question) -> bool:
    """Tell whether no answer is taken any more."""
    return question.shown_ms is not None or now_ms() >= question.deadline_ms


def standing(question: models.Question, state: Conversation) -> Standing:
    """Give where a question stands, as everyone sees it at the same moment."""
    if question.shown_ms is None or now_ms() < question.shown_ms:
        return Standing.OPEN
    return Standing.ENDED if _is_ended(question, state) else Standing.AGREED


def holds(question: models.Question, state: Conversation) -> bool:
    """Tell whether the yes of everyone still holds now; before acting on it, not for showing (see `standing`)."""
    return question.shown_ms is not None and question.halted_ms is None and not _is_ended(question, state)


def still_holds(key: str, state: Conversation) -> bool:
    """Tell whether the yes to an edit or a share holds still, as far as anybody was asked about it here."""
    question = about(key)
    return question is None or holds(question, state)


def _is_ended(question: models.Question, state: Conversation) -> bool:
    known = state.edits.get(question.key) if question.kind == Kind.EDIT else state.shares.get(question.key)
    return known is None or known.ended


# By itself -----------------------------------------------------------------------------------------------


def sweep() -> None:
    """End what is over: what everyone said yes to, what reached its deadline; and make known what was taken back."""
    now = now_ms()
    answers = Counter(models.PrivateAnswer.objects.values_list("question", flat=True))
    waiting = models.Question.objects.filter(shown_ms=None)
    for row in waiting:
        complete = answers[row.pk] == len(row.asked) and _all_said_yes(row)
        if complete or now >= row.deadline_ms:
            _conclude(row.pk)
    for pk in models.Question.objects.filter(halted_ms__lte=now).values_list("pk", flat=True):
        _make_known(pk)
    _throw_away(answers.keys() - set(waiting.values_list("pk", flat=True)))


def _conclude(question_id: str) -> None:
    with transaction.atomic():
        row = _locked(question_id)
        if row.shown_ms is not None:
            return
        everyone = _all_said_yes(row)
        if not everyone and now_ms() < row.deadline_ms:
            return
        with ledger.writing(row.conversation_id) as page:
            page.add(*(_yeses(row, page.now) if everyone else [_end(row, page.now)]))
            wait = SHOWN_AFTER_MS[0] + secrets.randbelow(SHOWN_AFTER_MS[1] - SHOWN_AFTER_MS[0])
            row.shown_ms = page.now + wait
            row.save(update_fields=["shown_ms"])
        _see_task(row.conversation_id)
        if row.seat is not None:
            telling.tell(row.conversation_id, row.seat, Notice.OUTCOME)


def _see_task(conversation_id: str) -> None:
    """Finish the organisation's task when it has answered everything that is open."""
    waiting = [one for one in of(conversation_id) if one.shown_ms is None and None in one.asked]
    if all(has_answered(one, None) for one in waiting):
        tasks.finish(conversation_id, models.Task.Kind.QUESTION)


def _make_known(question_id: str) -> None:
    with transaction.atomic():
        row = _locked(question_id)
        with ledger.writing(row.conversation_id) as page:
            if not _is_ended(row, page.state):
                page.add(_taken_back(row, page.now))
        row.halted_ms = None
        row.save(update_fields=["halted_ms"])


def _yeses(row: models.Question, at: int) -> list[Fact]:
    """Give one yes a person, in the order of the seats, so that the order tells nothing."""
    if row.kind == Kind.EDIT:
        return [facts.EditConsentGiven(at=at, edit=row.key, seat=seat) for seat in row.asked]
    return [facts.ShareConsentGiven(at=at, share=row.key, seat=seat) for seat in row.asked]


def _end(row: models.Question, at: int) -> Fact:
    if row.kind == Kind.EDIT:
        return facts.EditEndedWithoutAgreement(at=at, edit=row.key)
    return facts.ShareEndedWithoutAgreement(at=at, share=row.key)


def _taken_back(row: models.Question, at: int) -> Fact:
    if row.kind == Kind.EDIT:
        return facts.EditEndedWithoutAgreement(at=at, edit=row.key)
    return facts.ShareTakenBack(at=at, share=row.key)


def ask_anew() -> int:
    """Begin every open question anew, when the answers were lost with a restore; gives how many.

    Nobody has answered then, also not who asks, and everybody has all the days again.
    """
    models.PrivateAnswer.objects.all().delete()
    rows = list(models.Question.objects.filter(shown_ms=None))
    for row in rows:
        row.deadline_ms = deadline(now_ms())
        row.save(update_fields=["deadline_ms"])
        if None in row.asked:
            tasks.open_task(row.conversation_id, models.Task.Kind.QUESTION, due_ms=row.deadline_ms)
        for seat in row.asked:
            if seat is not None:
                telling.tell(row.conversation_id, seat, Notice.QUESTION)
    return len(rows)


# The answers ---------------------------------------------------------------------------------------------


def _keep(row: models.Question, seat: int | None, given: Answer) -> None:
    number = seat or _HOUSE_SEAT
    sealed = keys.wrap(_key(row.conversation_id), _SIGNS[given], "answer", f"{row.pk}/{number}")
    with transaction.atomic(using=ALIAS):
        mine = models.PrivateAnswer.objects.filter(question=row.pk, seat=number)
        if not mine.update(sealed=sealed):
            models.PrivateAnswer.objects.create(
                conversation=row.conversation_id, question=row.pk, seat=number, sealed=sealed
            )


def _throw_away(questions: Iterable[str]) -> None:
    """Throw away the answers to questions that are over, or that went with their conversation."""
    rows = models.PrivateAnswer.objects.filter(question__in=list(questions))
    gone = [bytes(sealed) for sealed in rows.values_list("sealed", flat=True)]
    if gone:
        rows.delete()
        with suppress(OperationalError):  # somebody reads the keyring; its log is emptied another time
            scrubbing.scrub(gone)


def _all_said_yes(row: models.Question) -> bool:
    found = dict(models.PrivateAnswer.objects.filter(question=row.pk).values_list("seat", "sealed"))
    numbers = [seat or _HOUSE_SEAT for seat in row.asked]
    if set(numbers) - found.keys():
        return False
    key = _key(row.conversation_id)
    signs = [keys.unwrap(key, bytes(found[one]), "answer", f"{row.pk}/{one}") for one in numbers]
    return all(sign == _SIGNS[Answer.YES] for sign in signs)


def _key(conversation_id: str) -> bytes:
    return keys.derive(trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id), _PURPOSE)


def _locked(question_id: str) -> models.Question:
    row = models.Question.objects.select_for_update().filter(pk=question_id).first()
    if row is None:
        raise UnknownError
    return row
