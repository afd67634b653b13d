"""The conditions of asking for a cut (clause 5b), and of covering by law, which is no cut.

Asked for through the questions of ``conditions``; whether a cut that was agreed may be made stands in
``conditions_after``.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from tweespoor.rules.clause import Says, rule
from tweespoor.rules.conditions_after import (
    it_can_be_heard,
    lies_in,
    owners_of,
    the_officer_has_looked_at_secrets,
)
from tweespoor.rules.kinds import Ground, Span
from tweespoor.rules.minutes import own_minutes
from tweespoor.rules.state import Conversation
from tweespoor.rules.verdict import Obstacle

COVER_BY_LAW: Final = frozenset({Ground.SECRET_ADDRESS, Ground.REPORTER})
"""Grounds on which a span is covered by a tone of the same length, which is not a cut (clause 5b)."""

MOST_SPANS: Final = 12
"""So many spans can still be weighed one by one by who is asked."""
APART_MS: Final = 500
"""What is left between two spans is at least so long: less is not heard as anything."""


@rule("5b", Says.READING, codes=("5b.span-outside",))
def a_cut_lies_within_one_part(
    c: Conversation, part: int, spans: Sequence[Span], seat: int | None
) -> Iterator[Obstacle]:
    """Clause 5b (reading): what is asked is exact: stretches of one part, for who took part of the own minutes."""
    known = c.parts.get(part)
    real = known is not None and bool(spans) and all(lies_in(known, span) for span in spans)
    if seat is not None:
        minutes = own_minutes(c, seat, part)
        real = real and all(any(one.begin <= span.begin and span.end <= one.end for one in minutes) for span in spans)
    if not real:
        yield Obstacle("5b.span-outside")


@rule("5b", Says.HOUSE, codes=("5b.spans-overlap", "5b.too-many"))
def spans_are_apart(c: Conversation, spans: Sequence[Span]) -> Iterator[Obstacle]:
    """Clause 5b (house): the spans of one cut do not overlap, something is left between them, and they are not many."""
    del c
    ordered = sorted(spans, key=lambda span: span.begin)
    if any(other.begin - one.end < APART_MS for one, other in pairwise(ordered)):
        yield Obstacle("5b.spans-overlap")
    if len(spans) > MOST_SPANS:
        yield Obstacle("5b.too-many")


@rule("5b", Says.HOUSE, codes=("5b.already-asked",))
def one_cut_is_asked_at_a_time(c: Conversation, part: int) -> Iterator[Obstacle]:
    """Clause 5b (house): while a cut of a part is asked no other one is: two answers would be about each other."""
    known = c.parts.get(part)
    owners = frozenset[int | None]() if known is None else owners_of(c, known)
    if any(edit.part == part and not edit.ended and not owners <= edit.yeses for edit in c.edits.values()):
        yield Obstacle("5b.already-asked")


def against_proposing(c: Conversation, part: int, spans: Sequence[Span], seat: int | None) -> Iterator[Obstacle]:
    """Give every obstacle to asking everyone for a cut; seat None is the organisation."""
    yield from it_can_be_heard(c, part)
    yield from the_officer_has_looked_at_secrets(c)
    yield from a_cut_lies_within_one_part(c, part, spans, seat)
    yield from spans_are_apart(c, spans)
    yield from one_cut_is_asked_at_a_time(c, part)


@rule("5b", Says.LAW, codes=("5b.not-agreed", "5b.span-outside"))
def against_covering(c: Conversation, part: int, span: Span, ground: Ground) -> Iterator[Obstacle]:
    """Clause 5b (law): a span is covered without permission only for a secret address or for who reported.

    A part that is locked can be covered; of one that was wiped nothing is left to cover.
    """
    known = c.parts.get(part)
    if ground not in COVER_BY_LAW:
        yield Obstacle("5b.not-agreed")
    if known is None or known.erased is not None or not lies_in(known, span):
        yield Obstacle("5b.span-outside")


@rule("5b", Says.HOUSE, codes=("5b.not-covered",))
def against_uncovering(c: Conversation, part: int, span: Span, ground: Ground) -> Iterator[Obstacle]:
    """Clause 5b (house): what was covered by mistake is heard again: exactly that span, of that ground."""
    known = c.parts.get(part)
    if known is None or not any(one.span == span and one.ground is ground for one in known.covered):
        yield Obstacle("5b.not-covered")
