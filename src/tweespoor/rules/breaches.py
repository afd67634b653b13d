"""Judges a whole journal afterwards: what was written down although the facts known then did not allow it.

The same rules judge here that judge before a fact is added.  They see only the facts before it, so nothing
that became known later (a newcomer noticed late, a stop that arrived late) makes a breach of what was right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch

from tweespoor.rules import conditions
from tweespoor.rules.consequences import follow
from tweespoor.rules.conversation import after
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts_after import (
    ConversationClosed,
    DerivativeMade,
    ListenedBack,
    PartErased,
    ShareDelivered,
    SpanCovered,
    SpanUncovered,
    UsedOnGround,
)
from tweespoor.rules.facts_recording import (
    RecordingResumed,
    RecordingStarted,
    TrackCheckpoint,
    TrackSealed,
    WentOnAlone,
)
from tweespoor.rules.facts_talk import AgreementReached, ContractSigned, RoundOpened
from tweespoor.rules.state import EMPTY, Conversation
from tweespoor.rules.verdict import Obstacle, Verdict

UNFOLLOWED = "1b.outside-agreement"
"""The code for a consequence that was not written: something went on that should have stopped or stood still."""


_UNFOLLOWED = Verdict((Obstacle(UNFOLLOWED),))


@dataclass(frozen=True, slots=True)
class Breach:
    """A fact at a position (from 0) that the rules did not allow; ``at`` in milliseconds."""

    position: int
    at: int
    verdict: Verdict


class Judge:
    """Judges a journal fact by fact, as it is read; it remembers nothing but what must still follow."""

    def __init__(self) -> None:
        self._position = 0
        self._due: list[tuple[int, int, list[type[Fact]]]] = []

    def take(self, before: Conversation, fact: Fact, now: Conversation) -> list[Breach]:
        """Judge the next fact by the state before it; gives the breaches that it shows, also of facts before it.

        ``now`` is the state behind it.
        """
        found = [Breach(position, at, _UNFOLLOWED) for position, at, due in self._due if type(fact) is not due[0]]
        self._due = [(p, at, due[1:]) for p, at, due in self._due if type(fact) is due[0] and len(due) > 1]
        verdict = _judge(fact, before)
        if not verdict:
            found.append(Breach(self._position, fact.at, verdict))
        if due := [type(one) for one in follow(before, fact, now)]:
            self._due.append((self._position, fact.at, due))
        self._position += 1
        return found

    def end(self) -> list[Breach]:
        """Give the breaches of a journal that ends before what must follow."""
        return [Breach(position, at, _UNFOLLOWED) for position, at, _ in self._due]


def breaches(facts: Iterable[Fact]) -> Iterator[Breach]:
    """Give every breach of a journal, in order; none when all was as it should be."""
    judge, c = Judge(), EMPTY
    found: list[Breach] = []
    for fact in facts:
        before, c = c, after(c, fact)
        found += judge.take(before, fact, c)
    yield from sorted([*found, *judge.end()], key=lambda breach: breach.position)


@singledispatch
def _judge(fact: Fact, before: Conversation) -> Verdict:
    """Most facts simply happen and are always allowed."""
    del fact, before
    return Verdict()


@_judge.register
def _(fact: RoundOpened, before: Conversation) -> Verdict:
    return conditions.may_ask(before, fact.cause)


@_judge.register
def _(fact: AgreementReached, before: Conversation) -> Verdict:
    return conditions.may_record(after(before, fact))


@_judge.register
def _(fact: RecordingStarted, before: Conversation) -> Verdict:
    del fact
    # Which phones were ready is not in a journal: their tracks open a moment later.
    return conditions.may_start(before, recorders=1)


@_judge.register
def _(fact: RecordingResumed, before: Conversation) -> Verdict:
    del fact
    return conditions.may_resume(before, recorders=1)


@_judge.register
def _(fact: WentOnAlone, before: Conversation) -> Verdict:
    return conditions.may_go_alone(before, fact.seat)


@_judge.register
def _(fact: TrackCheckpoint, before: Conversation) -> Verdict:
    return conditions.may_grow(before, *(head.track for head in fact.tracks))


@_judge.register
def _(fact: TrackSealed, before: Conversation) -> Verdict:
    return conditions.may_grow(before, fact.track)


@_judge.register
def _(fact: DerivativeMade, before: Conversation) -> Verdict:
    return conditions.may_edit(before, fact.edit, fact.spans)


@_judge.register
def _(fact: SpanCovered, before: Conversation) -> Verdict:
    return conditions.may_cover(before, fact.part, fact.span, fact.ground)


@_judge.register
def _(fact: SpanUncovered, before: Conversation) -> Verdict:
    return conditions.may_uncover(before, fact.part, fact.span, fact.ground)


@_judge.register
def _(fact: ShareDelivered, before: Conversation) -> Verdict:
    return conditions.may_share(before, fact.share, fact.at)


@_judge.register
def _(fact: UsedOnGround, before: Conversation) -> Verdict:
    return conditions.may_use(before, fact.part, fact.ground)


@_judge.register
def _(fact: ListenedBack, before: Conversation) -> Verdict:
    return conditions.may_listen(before, None, fact.part)


@_judge.register
def _(fact: ContractSigned, before: Conversation) -> Verdict:
    return conditions.may_sign(before, fact.contract, fact.seat)


@_judge.register
def _(fact: PartErased, before: Conversation) -> Verdict:
    return conditions.may_erase(before, fact.part, fact.at)


@_judge.register
def _(fact: ConversationClosed, before: Conversation) -> Verdict:
    del fact
    return conditions.may_close(before)
