"""What every page about a question over days shows: what is asked, by whom, until when, and where it stands.

Nothing here tells how many answers are in, nor which: until the end a page changes for nobody but who answers on it,
and then it shows the same whatever the answer was (law 10).
"""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from tweespoor.casework import editing, ledger, polling, settling, sharing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Question
from tweespoor.casework.polling import Kind, Standing
from tweespoor.rules.kinds import Content
from tweespoor.rules.state import Conversation
from tweespoor.web import pieces
from tweespoor.web.keepingwords import date_of
from tweespoor.web.showing import day, names, time_of_day

Holds = Mapping[str, object]


def lines(conversation_id: str, seat: int | None) -> list[dict[str, object]]:
    """Give the questions that somebody may see as lines of a list, the newest first."""
    state = ledger.state(conversation_id)
    seen = (one for one in polling.seen_by(conversation_id, state, seat) if one.kind in ASKED)
    return [{"id": one.pk, "day": day(one.asked_ms), "when": until(one.deadline_ms)} | told(one, seat) for one in seen]


def told(question: Question, seat: int | None) -> dict[str, object]:
    """Give what is asked, by whom and until when, and where it stands for everyone."""
    state = ledger.state(question.conversation_id)
    kind, standing = Kind(question.kind), polling.standing(question, state)
    asked = seat in question.asked
    return {
        "kind": str(kind),
        "standing": str(standing),
        "asker": asker(question, state, seat),
        "mine": question.seat == seat,
        "asked": asked,
        "answered": asked and standing is Standing.OPEN and polling.has_answered(question, seat),
        "over": now_ms() >= question.deadline_ms,
        "deadline": until(question.deadline_ms),
        **ASKED[kind](question, seat),
    }


def asker(question: Question, state: Conversation, seat: int | None) -> str:
    """Say who asks: everyone sees that, and is told so before asking."""
    if question.seat is None:
        return settling.house().organisation
    return _("Jij") if question.seat == seat else names(state).get(question.seat, "")


def until(ms: int) -> str:
    """Give the last day before a midnight, with its year."""
    return date_of(ms - 1)


def _share(question: Question, seat: int | None) -> Holds:
    asked = sharing.look(question.pk, seat)
    public = asked.share.public
    return {
        "title": _("Mag dit openbaar worden?") if public else _("Mag dit gedeeld worden?"),
        "public": public,
        "is_text": asked.share.what is Content.TEXT,
        "what": what(asked.part.started_at, asked.part.ended_at, asked.share.what, cut=asked.share.edit is not None),
        "recipient": asked.recipient,
        "purpose": asked.purpose,
        "until": until(asked.share.until),
    }


def what(begin: int | None, end: int | None, content: Content, *, cut: bool) -> str:
    """Say what of a conversation is shared."""
    span = {"day": day(begin or 0), "begin": time_of_day(begin or 0), "end": time_of_day(end or 0)}
    if content is Content.TEXT and cut:
        return _("De geknipte tekst van %(day)s, %(begin)s tot %(end)s.") % span
    if content is Content.TEXT:
        return _("De tekst van %(day)s, %(begin)s tot %(end)s.") % span
    if cut:
        return _("Het geknipte geluid van %(day)s, %(begin)s tot %(end)s.") % span
    return _("Het geluid van %(day)s, %(begin)s tot %(end)s.") % span


def _edit(question: Question, seat: int | None) -> Holds:
    asked = editing.look(question.pk, seat)
    return {
        "title": _("Mag dit eruit geknipt worden?"),
        "question_id": question.pk,
        "part": {"day": day(asked.part.started_at or 0), "time": time_of_day(asked.part.started_at or 0)},
        "spans": pieces.told(asked, seat),
        "reason": asked.reason,
        "made": bool(asked.edit.derivatives),
        "edit": asked.edit.edit,
        "worker": question.conversation.worker_id,
    }


ASKED: dict[str, Callable[[Question, int | None], Holds]] = {Kind.SHARE: _share, Kind.EDIT: _edit}
"""By kind what a question asks, as a page shows it, with its ``title``.

The templates are ``web/question_<kind>.html``, and ``web/question_<kind>_then.html`` for when everyone agreed.
"""
