"""Asks everyone whether spans of a part may be cut out of a copy, with a reason (clause 5b).

Who asks names exact spans on the own line of time; they are widened to whole steps of 20 ms.  Why stands in the journal
as a commitment; everyone who was in the part may read it.  Everybody answers apart (`polling`); with a yes of all the
copy is made (`cutting`), and the recording itself never changes (clause 5a).
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tweespoor.casework import disclosing, ledger, limiting, models, polling, settling, telling
from tweespoor.casework.polling import Kind, Standing
from tweespoor.casework.sharing import A_DAY, DAY_S, professionals
from tweespoor.casework.telling import Notice
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.journal import disclosures
from tweespoor.rules import conditions, facts
from tweespoor.rules.conditions_after import owners_of
from tweespoor.rules.kinds import Span
from tweespoor.rules.minutes import own_minutes
from tweespoor.rules.state import Conversation, Edit, Part
from tweespoor.tape.moments import STEP_MS

LONGEST: Final = 200
EDGE_MS: Final = 1_000
"""A page shows whole seconds: what lies less than this beyond the end of a part means its end."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants cut: exact spans of a part, and why."""

    part: int
    spans: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a cut, as everyone who was in the part may see it."""

    question: models.Question
    standing: Standing
    edit: Edit
    part: Part
    reason: str


# Asking ---------------------------------------------------------------------------------------------


def see_whole(conversation_id: str, seat: int | None, spans: Sequence[tuple[int, int]], reason: str) -> Wanted:
    """Give what is wanted in exact spans and tidy words; refused when it could not be asked (5b, 0c)."""
    return _seen(ledger.state(conversation_id), seat, spans, reason)


def _seen(c: Conversation, seat: int | None, spans: Sequence[tuple[int, int]], reason: str) -> Wanted:
    part, exact = fitted(c, seat, [Span(*one) for one in spans])
    conditions.may_ask_to_edit(c, part, exact, seat).or_refuse()
    tidy = " ".join("".join(sign for sign in reason if sign.isprintable() or sign.isspace()).split())
    settling.refuse_when(not 1 <= len(tidy) <= LONGEST, "5b.reason-missing")
    return Wanted(part, exact, tidy)


def ask(
    conversation_id: str,
    seat: int | None,
    spans: Sequence[tuple[int, int]],
    reason: str,
    *,
    staff: models.Staff | None = None,
) -> models.Question:
    """Ask everyone who was in a part to cut spans (ms since 1970) of it; who asks has thereby said yes.

    Refused when it may not be asked, or was asked too often today; UnknownError for who was not there.
    """
    edit, salt = secrets.token_hex(16), secrets.token_bytes(32)
    with ledger.writing(conversation_id) as page:
        if seat is not None and seat not in page.state.seats:
            raise UnknownError
        wanted = _seen(page.state, seat, spans, reason)
        settling.refuse_when(limiting.take(f"asks:{conversation_id}:{seat}", A_DAY, DAY_S) is None, "0c.too-often")
        reason_sha256 = disclosures.commit(wanted.reason, salt)
        page.add(
            facts.EditProposed(
                at=page.now, edit=edit, part=wanted.part, spans=wanted.spans, reason_sha256=reason_sha256
            )
        )
        part = page.state.parts[wanted.part]
        people = owners_of(page.state, part)
        question = polling.ask(page, conversation_id, Kind.EDIT, edit, seat=seat, asked=people)
        for one in professionals(page.state, part) - people - {seat}:
            telling.tell(conversation_id, one, Notice.QUESTION)
        disclosing.keep(conversation_id, question.position, "reason", salt, wanted.reason)
        models.Cut.objects.create(edit=edit, conversation_id=conversation_id, part=wanted.part)
    if staff is not None:
        witness("edit.ask", staff=staff, conversation_id=conversation_id)
    return question


def fitted(c: Conversation, seat: int | None, spans: Iterable[Span]) -> tuple[int, tuple[Span, ...]]:
    """Give the part in which spans lie, and the spans widened to whole steps, in order, none beyond what was recorded.

    Spans that lie in no part, or not all in one, stay as they are: the rules refuse them.
    """
    found = sorted(spans, key=lambda one: one.begin)
    for number, part in c.parts.items():
        stretches = _stretches(c, seat, part)
        exact = [_fit(one, stretch, part) for one in found for stretch in stretches if _meant(one, stretch)]
        if found and len(exact) == len(found):
            return number, tuple(exact)
    return _nearest(c, found), tuple(found)


def _nearest(c: Conversation, spans: Sequence[Span]) -> int:
    """Give the part to which a span that lies in none belongs most, so that it is refused for what it is."""
    begin = spans[0].begin if spans else 0
    started = [number for number, part in c.parts.items() if part.started_at is not None]
    before = [number for number in started if (c.parts[number].started_at or 0) <= begin]
    return max(before, default=min(started, default=0))


def _stretches(c: Conversation, seat: int | None, part: Part) -> tuple[Span, ...]:
    if part.started_at is None or part.ended_at is None:
        return ()
    return (Span(part.started_at, part.ended_at),) if seat is None else own_minutes(c, seat, part.part)


def _meant(span: Span, stretch: Span) -> bool:
    return (
        stretch.begin - EDGE_MS <= span.begin < min(span.end, stretch.end) and span.end <= stretch.end + EDGE_MS
    ) and span.end > stretch.begin


def _fit(span: Span, stretch: Span, part: Part) -> Span:
    origin = part.started_at or 0
    begin, end = max(span.begin, stretch.begin), min(span.end, stretch.end)
    begin -= (begin - origin) % STEP_MS
    end += (origin - end) % STEP_MS
    return Span(max(begin, stretch.begin), min(end, stretch.end))


# Looking --------------------------------------------------------------------------------------------


def look(question_id: str, seat: int | None) -> Asked:
    """Look at a question about a cut; raises UnknownError for who was not in the part."""
    question = polling.find(question_id)
    state = ledger.state(question.conversation_id)
    edit = state.edits.get(question.key)
    part = None if edit is None else state.parts.get(edit.part)
    if edit is None or part is None or (seat is not None and seat not in part.present):
        raise UnknownError
    return Asked(
        question=question,
        standing=polling.standing(question, state),
        edit=edit,
        part=part,
        reason=disclosing.disclose(question.conversation_id, question.position, "reason")[1],
    )
