"""Stretches of time as sorted lists without overlap: joining, cutting out, keeping in common.

Conventions: a stretch is a ``Span``, in milliseconds by the server's clock, its end not part of it.  Every
function takes stretches in any order, overlapping or empty, and gives them sorted, apart and not empty.
"""

from collections.abc import Iterable

from tweespoor.rules.kinds import Span


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join stretches that overlap or touch.

    >>> union([Span(5, 7), Span(0, 2), Span(2, 3), Span(9, 9)])
    (Span(begin=0, end=3), Span(begin=5, end=7))
    """
    joined: list[Span] = []
    for span in sorted((span for span in spans if span.begin < span.end), key=lambda span: span.begin):
        if joined and span.begin <= joined[-1].end:
            joined[-1] = Span(joined[-1].begin, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def overlap(one: Iterable[Span], other: Iterable[Span]) -> tuple[Span, ...]:
    """Keep what lies in both.

    >>> overlap([Span(0, 10)], [Span(2, 4), Span(8, 12)])
    (Span(begin=2, end=4), Span(begin=8, end=10))
    """
    mine, theirs = union(one), union(other)
    found: list[Span] = []
    here = there = 0
    while here < len(mine) and there < len(theirs):
        a, b = mine[here], theirs[there]
        begin, end = max(a.begin, b.begin), min(a.end, b.end)
        if begin < end:
            found.append(Span(begin, end))
        if a.end < b.end:
            here += 1
        else:
            there += 1
    return tuple(found)


def without(whole: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """Keep what lies in the first and not in the second.

    >>> without([Span(0, 10)], [Span(2, 4), Span(8, 12)])
    (Span(begin=0, end=2), Span(begin=4, end=8))
    """
    holes = union(taken)
    left: list[Span] = []
    there = 0
    for span in union(whole):
        begin = span.begin
        while there < len(holes) and holes[there].end <= begin:
            there += 1
        at = there
        while at < len(holes) and holes[at].begin < span.end:
            if begin < holes[at].begin:
                left.append(Span(begin, holes[at].begin))
            begin = max(begin, holes[at].end)
            at += 1
        if begin < span.end:
            left.append(Span(begin, span.end))
    return tuple(left)


def length(spans: Iterable[Span]) -> int:
    """Give how long stretches are together, in milliseconds, counting nothing twice.

    >>> length([Span(0, 3), Span(2, 5)])
    5
    """
    return sum(span.end - span.begin for span in union(spans))
