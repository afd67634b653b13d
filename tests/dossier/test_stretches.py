"""Stretches of time against counting milliseconds one by one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tweespoor.dossier.stretches import length, overlap, union, without
from tweespoor.rules.kinds import Span

SPANS = st.lists(st.builds(Span, st.integers(0, 40), st.integers(0, 40)), max_size=6)


def moments(spans: object) -> set[int]:
    assert isinstance(spans, list | tuple)
    return {moment for span in spans for moment in range(span.begin, span.end)}


@given(SPANS, SPANS)
def test_they_agree_with_counting(one: list[Span], other: list[Span]) -> None:
    assert moments(union(one)) == moments(one)
    assert moments(overlap(one, other)) == moments(one) & moments(other)
    assert moments(without(one, other)) == moments(one) - moments(other)
    assert length(one) == len(moments(one))


@given(SPANS, SPANS)
def test_what_they_give_is_sorted_apart_and_not_empty(one: list[Span], other: list[Span]) -> None:
    for spans in (union(one), overlap(one, other), without(one, other)):
        assert all(span.begin < span.end for span in spans)
        assert all(before.end < after.begin for before, after in pairwise(spans))
