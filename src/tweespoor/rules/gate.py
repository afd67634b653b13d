"""The gate: the stretches of time in which sound could be recorded, and by whom.

A gate is moved by each fact and judges a chunk by the moment at which it was **recorded**, not by its
arrival.  It only ever opens at the moment of a fact and never before (law 3), and whoever is not in the
seats of a stretch was not allowed to record in it.
"""

from dataclasses import dataclass, replace

from tweespoor.rules.conditions import may_go_alone, may_record
from tweespoor.rules.conversation import after
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts_recording import TrackCheckpoint
from tweespoor.rules.facts_talk import AgreementEnded
from tweespoor.rules.kinds import PauseCause
from tweespoor.rules.state import EMPTY, Conversation, Running
from tweespoor.rules.verdict import Obstacle, Verdict

OUTSIDE = "1b.outside-agreement"
"""The one code for sound from outside every open stretch, whatever shut the gate (law 10)."""


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A stretch in which these seats might record, in milliseconds; ``end`` is None while it lasts."""

    part: int
    begin: int
    end: int | None
    seats: frozenset[int]


@dataclass(frozen=True, slots=True)
class Gate:
    """All open stretches so far, in order; ``latest`` is the latest moment of any fact seen."""

    spans: tuple[OpenSpan, ...] = ()
    clause: str | None = OUTSIDE
    latest: int = 0

    def moved(self, before: Conversation, fact: Fact, now: Conversation) -> "Gate":
        """Give the gate after a fact that turned one state into the next."""
        del before
        latest = max(self.latest, fact.at)
        if isinstance(fact, TrackCheckpoint):  # how far tracks came moves no gate, and nothing comes more often
            return replace(self, latest=latest)
        spans = self.spans
        if isinstance(fact, AgreementEnded):
            spans = _cut(spans, min(fact.since, fact.at))
        seats = recorders(now)
        last = spans[-1] if spans and spans[-1].end is None else None
        if last is None or not seats or last.seats != seats:
            spans = _shut(spans, fact.at)
            if seats:
                spans = (*spans, OpenSpan(now.part, latest, None, seats))
        return Gate(spans, None if seats else _why(now), latest)

    def allows(self, part: int, seat: int, begin: int, end: int) -> Verdict:
        """Say whether a whole interval of somebody's sound lies in one open stretch; touching ones count as one."""
        if begin > end:
            return Verdict((Obstacle(OUTSIDE),))
        mine = [span for span in self.spans if span.part == part and seat in span.seats]
        if _covers(mine, begin, end):
            return Verdict()
        someones = [span for span in self.spans if span.part == part]
        return Verdict((Obstacle("1a.not-taking-part" if _covers(someones, begin, end) else OUTSIDE),))

    def is_open(self, seat: int) -> bool:
        """Whether this seat's recorder may run now."""
        return bool(self.spans) and self.spans[-1].end is None and seat in self.spans[-1].seats


def recorders(c: Conversation) -> frozenset[int]:
    """Whose recorders may run now: everyone here who may, or only who went on alone while ours does not work."""
    if c.running is Running.RUNNING:
        return frozenset(seat for seat in c.seats if may_record(c, seat))
    if c.running is Running.PAUSED and c.pause_cause is PauseCause.OUR_RECORDER:
        return frozenset(seat for seat in c.alone if may_go_alone(c, seat))
    return frozenset()


def gate_of(facts: tuple[Fact, ...]) -> Gate:
    """Give the gate as these facts moved it, from the beginning."""
    gate, c = Gate(), EMPTY
    for fact in facts:
        before, c = c, after(c, fact)
        gate = gate.moved(before, fact, c)
    return gate


def _why(c: Conversation) -> str:
    codes = may_record(c).codes
    return codes[0] if codes else OUTSIDE


def _shut(spans: tuple[OpenSpan, ...], at: int) -> tuple[OpenSpan, ...]:
    """End the stretch that is open; one that would have no length is none."""
    if not spans or spans[-1].end is not None:
        return spans
    last = spans[-1]
    return (*spans[:-1], replace(last, end=at)) if at > last.begin else spans[:-1]


def _cut(spans: tuple[OpenSpan, ...], since: int) -> tuple[OpenSpan, ...]:
    """Take away everything from this moment on: since then there was no agreement."""
    kept = (span for span in spans if span.begin < since)
    return tuple(span if span.end is not None and span.end <= since else replace(span, end=since) for span in kept)


def _covers(spans: list[OpenSpan], begin: int, end: int) -> bool:
    """Whether these stretches, in order of time, hold the interval without a break."""
    reached = begin
    for span in spans:
        if span.begin > reached:
            return False
        if span.end is None or span.end >= end:
            return True
        reached = max(reached, span.end)
    return False
