"""Turns pieces and content into differences with a name: what is missing, added, repeated, moved, replaced, silenced.

*Conventions.*  Frames inside, seconds in what is given.  The pieces that go through both recordings in order, the
longest such chain, are the thread; what lies beside it was moved when its place in the original is empty, else
repeated.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from tweespoor.sound.comparison import Difference, Kind, Span
from tweespoor.sound.features import SECOND, seconds
from tweespoor.sound.pieces import LITTLE, Border, Gap, Piece

SAME: Final = 3.0
"""Frames within which two stretches are equally long."""
_SOFT: Final = 50
"""Frames by which both ends of a jump may be soft, when it is at least twice as long."""
_MOSTLY: Final = 0.75
_LAP: Final = 15  # frames of the original that two pieces of the thread may share for nothing
_LAP_PRICE: Final = 60
_LAP_SHARE: Final = 0.85
"""Of the shorter piece, that the other may say again: a repeat near an end leaves little before or after it."""


class Suspect(NamedTuple):
    """A stretch of the copy, and all places where it could begin or end."""

    begin: int
    end: int
    low: int
    high: int


def script(pieces: list[Piece], borders: list[Border], drift: float, bent: set[int]) -> list[Difference]:
    """Explain how the copy goes through the original; before the pieces that begin at ``bent`` it is explained."""
    found: list[Difference] = []
    places = [piece.original(drift) for piece in pieces]
    thread = _thread(pieces, places)
    kept = [places[number] for number in thread]
    moved: list[Span] = []
    over: set[int] = set()  # what is found elsewhere too, but stands in place of something as long: replaced
    for number, piece in enumerate(pieces):
        if number not in thread:
            length = places[number][1] - places[number][0]
            kind = Kind.REPEATED if _overlap(places[number], kept) > length / 2 else Kind.MOVED
            if kind is Kind.MOVED:
                moved.append(places[number])
            elif _in_place(pieces, thread, number):
                over.add(number)
                continue
            edges = _range(borders, number - 1, number, piece)
            found.append(_difference(kind, (piece.begin, piece.end), edges, places[number], length))
    for one, other in pairwise(thread):
        inside = [pieces[number] for number in range(one + 1, other) if number not in over]
        around = pieces[one], inside, pieces[other]
        inner = sum(piece.end - piece.begin for piece in inside)
        copy = pieces[other].begin - pieces[one].end - inner
        span = places[one][1], places[other][0]
        elsewhere = _overlap(span, moved) if span[1] > span[0] else 0.0
        original = span[1] - span[0] - elsewhere
        if span[1] > span[0] and elsewhere > _MOSTLY * (span[1] - span[0]) and copy <= LITTLE:
            continue  # what is left at the ends of it was only too soft to be found
        edges = borders[one].low, borders[other - 1].high
        if pieces[other].begin in bent:
            continue
        same = SAME if other == one + 1 else _LAP  # the borders of a piece in between are soft on both sides
        if abs(original - copy) < same:
            if copy > max(LITTLE, same):
                stretch = _longest_between(*around)
                found.append(_difference(Kind.REPLACED, stretch, edges, span, stretch[1] - stretch[0]))
            continue
        found += _jump(around, edges, span, (copy, original))
    return found


def _jump(
    around: tuple[Piece, list[Piece], Piece], edges: tuple[int, int], span: Span, lengths: tuple[float, float]
) -> list[Difference]:
    """Explain a stretch of the thread that is longer in one recording than in the other."""
    copy, original = lengths
    one, inside, other = around
    stretch = _longest_between(*around)
    least, net = min(copy, abs(original)), abs(original - copy)
    if copy <= LITTLE or (original > 0 and least < _SOFT and net > 2 * least):
        at = stretch[0] if inside else one.end
        if original > copy:
            return [_difference(Kind.MISSING, (at, at), edges, span, net)]
        if copy > LITTLE:
            return [_difference(Kind.ADDED, stretch, edges, span, net)]
        again = min(net, other.end - at)
        return [_difference(Kind.REPEATED, (at, at + again), (edges[0], edges[1] + again), (span[1], span[0]), again)]
    if abs(original) <= LITTLE:
        return [_difference(Kind.ADDED, stretch, edges, (span[0], span[0]), net)]
    if original < 0:
        again = -original
        return [
            _difference(Kind.ADDED, stretch, edges, (span[0], span[0]), copy),
            _difference(Kind.REPEATED, (stretch[1], stretch[1] + again), edges, (span[1], span[0]), again),
        ]
    return [
        _difference(Kind.REPLACED, stretch, edges, span, copy),
        _difference(Kind.MISSING, (stretch[1], stretch[1]), edges, span, net)
        if original > copy
        else _difference(Kind.ADDED, stretch, edges, span, net),
    ]


def _in_place(pieces: list[Piece], thread: list[int], number: int) -> bool:
    """Tell whether the thread goes on behind a piece on the line that it had before it."""
    before = [one for one in thread if one < number]
    after = [one for one in thread if one > number]
    return bool(before and after) and abs(pieces[before[-1]].line - pieces[after[0]].line) < SAME


def _longest_between(one: Piece, inside: list[Piece], other: Piece) -> tuple[int, int]:
    """Give the longest stretch between two pieces that no piece in between covers."""
    edges = [one.end, *(edge for piece in inside for edge in (piece.begin, piece.end)), other.begin]
    stretches = list(zip(edges[::2], edges[1::2], strict=True))
    return max(stretches, key=lambda stretch: stretch[1] - stretch[0])


def _range(borders: list[Border], before: int, after: int, piece: Piece) -> tuple[int, int]:
    low = borders[before].low if before >= 0 else piece.begin
    return low, borders[after].high if after < len(borders) else piece.end


def named(kind: Kind, at: Gap | Suspect, original: Span, grade: str, factor: float | None = None) -> Difference:
    """Make a difference of a stretch, in frames."""
    length = at.end - at.begin
    return replace(
        _difference(kind, (at.begin, at.end), (at.low, at.high), original, length), grade=grade, factor=factor
    )


def _difference(kind: Kind, copy: Span, edges: Span, original: Span, length: float) -> Difference:
    """Make a difference of frames."""
    edges = min(edges[0], copy[0]), max(edges[1], copy[1])
    if copy[0] == copy[1]:
        copy = sum(edges) / 2, sum(edges) / 2  # all these places explain it as well
    return Difference(kind, "A", _seconds(copy), _seconds(edges), _seconds(original), length / SECOND)


def _seconds(span: Span) -> Span:
    return seconds(span[0]), seconds(span[1])


def _overlap(span: Span, others: list[Span]) -> float:
    return sum(max(0.0, min(span[1], high) - max(span[0], low)) for low, high in others)


def _thread(pieces: list[Piece], places: list[Span]) -> list[int]:
    """Give the numbers of the pieces of the longest chain that goes forward in both recordings."""
    count = len(pieces)
    length = np.asarray([piece.end - piece.begin for piece in pieces], float)
    best, before = length.copy(), np.full(count, -1)
    for here in range(count):
        for there in range(here):
            lap = max(0.0, places[there][1] - places[here][0])
            forward = places[there][0] < places[here][0] and places[there][1] < places[here][1]
            if forward and lap < _LAP_SHARE * min(length[there], length[here]):
                gain = best[there] + length[here] - lap - (_LAP_PRICE if lap > _LAP else 0)
                if gain > best[here]:
                    best[here], before[here] = gain, there
    chain: list[int] = []
    at = int(best.argmax()) if count else -1
    while at >= 0:
        chain.append(at)
        at = int(before[at])
    return chain[::-1]
