"""Recalls how each agreement was laid down: spoken on the recording (7a), signed in a contract (7b), or not yet.

An agreement can have another text in a later part; each text has its own moments and contracts.  Whoever was there may
note about a stretch of it that it is not right; that is kept beside the recording, as an own statement, for the
organisation alone (law 11).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tweespoor.casework import attaching, contracting, ledger, models, settling, tasks
from tweespoor.casework.attaching import Attached
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.models import Attachment
from tweespoor.casework.witnessing import witness
from tweespoor.journal import entry
from tweespoor.rules.agreements import AGREEMENTS, Sentence, is_choice
from tweespoor.rules.facts import AgreementItemChanged, AgreementReached
from tweespoor.rules.state import ITEMS, Conversation

LONGEST: Final = 1_000
"""How many signs a note about a stretch may have."""
NEAR_MS: Final = 2_000
"""So long before the first sound of a recorder a text may begin."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """When an agreement was spoken, and the yeses, on the line of what may be heard (ms); None: not to be heard."""

    text_ms: int | None
    yeses_ms: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """One text that an agreement had: from which moment (ms), how it was spoken, in which contracts it stands."""

    text: Sentence
    from_ms: int
    spoken: tuple[Spoken, ...]
    contracts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """One of the seven agreements, with every text that it had, the first one first."""

    item: int
    question: Sentence
    held: tuple[Held, ...]


def recall(conversation_id: str, state: Conversation, drawing: Drawing | None) -> tuple[Recalled, ...]:
    """Recall every agreement in the parts that ``state`` knows; moments are on the line of ``drawing``."""
    chosen = {part: items for part, items in _chosen(conversation_id) if part in state.parts}
    signed = [(row.version, json.loads(bytes(row.document))) for row in contracting.made(conversation_id)]

    def held(item: int) -> Iterator[Held]:
        for choice, parts in _runs([(items[item - 1], part) for part, items in sorted(chosen.items())]):
            agreement = AGREEMENTS[item - 1]
            spoken = [one for part in parts for one in state.parts[part].spoken]
            yield Held(
                text=agreement.choices[choice if is_choice(item, choice) else 0].text,
                from_ms=state.parts[parts[0]].agreed_at,
                spoken=tuple(
                    Spoken(_on_line(one.text.begin, drawing), _on_line(one.yeses.begin, drawing)) for one in spoken
                ),
                contracts=tuple(
                    version for version, told in signed if told["agreements"][item - 1]["choice"] == choice
                ),
            )

    return tuple(Recalled(one.item, one.question, tuple(held(one.item))) for one in AGREEMENTS)


def _chosen(conversation_id: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Give which text each agreement had in each part, from the journal."""
    items = [0] * ITEMS
    for line in ledger.lines(conversation_id):
        fact = entry.read(line).fact
        if isinstance(fact, AgreementItemChanged) and 1 <= fact.item <= ITEMS:
            items[fact.item - 1] = fact.choice
        elif isinstance(fact, AgreementReached):
            yield fact.part, tuple(items)


def _runs(choices: Sequence[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    """Gather parts in which one text held without a break.

    >>> _runs([(0, 1), (0, 2), (1, 3)])
    [(0, [1, 2]), (1, [3])]
    """
    runs: list[tuple[int, list[int]]] = []
    for choice, part in choices:
        if runs and runs[-1][0] == choice:
            runs[-1][1].append(part)
        else:
            runs.append((choice, [part]))
    return runs


def _on_line(moment: int, drawing: Drawing | None) -> int | None:
    """Place a moment on the line, when something can be heard there."""
    if drawing is None:
        return None
    at = moment - drawing.begin
    heard = (piece for lane in drawing.lanes for piece in lane.pieces)
    near = [max(at, piece.begin) for piece in heard if piece.begin - NEAR_MS <= at < piece.end]
    return min(near, default=None)


def dispute(conversation_id: str, seat: int, stretch: tuple[int, int], text: str, *, says: str, length_ms: int) -> None:
    """Keep that somebody does not agree with a stretch (ms); ``says`` names it in words, on the line of who notes it.

    Refused for a stretch outside what that person may hear (7a.span), and for a text that is empty or too long (4b).
    """
    settling.refuse_when(not 0 <= stretch[0] < stretch[1] <= length_ms, "7a.span")
    text = attaching.tidy(text)
    settling.refuse_when(not 1 <= len(text) <= LONGEST, "4b.text")
    attaching.keep(conversation_id, Attachment.Kind.STATEMENT, f"{says}\n{text}", seat=seat)
    tasks.open_task(conversation_id, models.Task.Kind.NOTED)
    witness("attachment.statement", conversation_id=conversation_id, seat=seat)


def read(conversation_id: str, *, staff: models.Staff) -> None:
    """Note that the officer read what people do not agree with; what is noted later is a task again."""
    tasks.finish(conversation_id, models.Task.Kind.NOTED)
    witness("attachment.read", staff=staff, conversation_id=conversation_id)


def disputed(conversation_id: str, seat: int) -> list[Attached]:
    """Give what this person noted; nobody else's is given."""
    return [one for one in attaching.of(conversation_id, Attachment.Kind.STATEMENT) if one.seat == seat]
