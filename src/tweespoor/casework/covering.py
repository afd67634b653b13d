"""Covers a span by law: a tone of the same length for everyone, on a ground, by the privacy officer (clause 5b).

It is no cut: every moment keeps its place, and the recording itself never changes.  From then on everybody hears the
tone, also who works on it here; what leaves is covered too (`playing`).  The officer alone can still hear what is under
it, to see whether it was the right span, and can take off what was covered by mistake.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from tweespoor.casework import cutting, earshot, editing, ledger, limiting, models, settling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.earshot import Earshot, Waves
from tweespoor.casework.models import Role, Task
from tweespoor.casework.playing import Player
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions, facts
from tweespoor.rules.kinds import Ground, Span
from tweespoor.rules.state import Conversation, Covered

KINDS: Final = (Task.Kind.SECRET, Task.Kind.REQUEST)
"""What was asked of the officer that can end in covering: looking for a secret, or deciding on a request."""
SESSION_S: Final = 12 * 3600


@dataclass(frozen=True, slots=True)
class Looked:
    """What the officer's page of covering shows; ``drawing`` is None when nothing can be heard."""

    row: models.Conversation
    state: Conversation
    drawing: Drawing | None
    waves: Waves | None


def look(officer: models.Staff, conversation_id: str) -> Looked:
    """Look at a recording with what is under the tone; raises UnknownError for anybody but the officer."""
    row, under = _under(officer, conversation_id)
    drawn = earshot.draw(under, earshot.lines(under))
    waves = None if drawn is None else earshot.waves_at_once(under, drawn)
    witness("covering.look", staff=officer, conversation_id=conversation_id)
    return Looked(row, under.state, drawn, waves)


def waves(officer: models.Staff, conversation_id: str) -> Waves:
    """Give the waves of a long recording; see `earshot.waves`."""
    _, under = _under(officer, conversation_id)
    drawn = earshot.draw(under, earshot.lines(under))
    return {} if drawn is None else earshot.waves(under, drawn)


@contextmanager
def sound(officer: models.Staff, conversation_id: str, track_id: str) -> Iterator[Player]:
    """Open the sound of a track with what is under the tone, for the officer."""
    _, under = _under(officer, conversation_id)
    with earshot.sound(under, track_id) as player:
        yield player


def heard(officer: models.Staff, conversation_id: str, track_id: str, session: str) -> None:
    """Note that the officer listened under the tone: as listening, and as what it is, once a session."""
    part = ledger.state(conversation_id).tracks[track_id].part
    with limiting.once(f"under:{session}:{conversation_id}:{part}", SESSION_S) as first:
        if first:
            ledger.append(conversation_id, facts.ListenedBack(at=now_ms(), part=part))
            witness("recording.listen", staff=officer, conversation_id=conversation_id)
            witness("covering.listen", staff=officer, conversation_id=conversation_id)


def may_cover(staff: models.Staff, conversation_id: str) -> bool:
    """Tell whether somebody covers here: the officer, when a secret was named or something was asked."""
    return (
        staff.role == Role.OFFICER
        and models.Task.objects.filter(conversation_id=conversation_id, kind__in=KINDS).exists()
    )


def see_whole(officer: models.Staff, conversation_id: str, span: tuple[int, int], ground: Ground | None) -> Covered:
    """Give what would be covered in exact moments; refused as `cover`."""
    _find(officer, conversation_id)
    return _seen(ledger.state(conversation_id), span, ground)[1]


def _seen(c: Conversation, span: tuple[int, int], ground: Ground | None) -> tuple[int, Covered]:
    part, (exact,) = editing.fitted(c, None, [Span(*span)])
    settling.refuse_when(ground is None, "5a.ground-missing")
    found = Covered(exact, ground or Ground.SECRET_ADDRESS)
    conditions.may_cover(c, part, found.span, found.ground).or_refuse()
    return part, found


def cover(officer: models.Staff, conversation_id: str, span: tuple[int, int], ground: Ground | None) -> Covered:
    """Cover a span (ms since 1970), widened to whole steps; refused outside a part or without a ground of law (5b)."""
    _find(officer, conversation_id)
    with ledger.writing(conversation_id) as page:
        part, found = _seen(page.state, span, ground)
        if found in page.state.parts[part].covered:
            return found
        page.add(facts.SpanCovered(at=page.now, part=part, span=found.span, ground=found.ground))
        cutting.make_anew(conversation_id, part)
        witness("covering.cover", staff=officer, conversation_id=conversation_id)
    return found


def uncover(officer: models.Staff, conversation_id: str, part: int, covered: Covered) -> None:
    """Take off what was covered by mistake; refused for what is not covered (5b)."""
    _find(officer, conversation_id)
    with ledger.writing(conversation_id) as page:
        conditions.may_uncover(page.state, part, covered.span, covered.ground).or_refuse()
        page.add(facts.SpanUncovered(at=page.now, part=part, span=covered.span, ground=covered.ground))
        cutting.make_anew(conversation_id, part)
        witness("covering.uncover", staff=officer, conversation_id=conversation_id)


def _find(officer: models.Staff, conversation_id: str) -> models.Conversation:
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    if row is None or not may_cover(officer, conversation_id):
        raise UnknownError
    return row


def _under(officer: models.Staff, conversation_id: str) -> tuple[models.Conversation, Earshot]:
    """Give what may be heard with nothing covered; what is covered stays in the state, to be shown."""
    row = _find(officer, conversation_id)
    whole = earshot.whole(ledger.head(conversation_id))
    bare = {number: whole.unheard(number)._replace(covered=()) for number in whole.state.parts}
    return row, replace(whole, known=bare)
