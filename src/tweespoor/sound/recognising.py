"""Recognises our own recording bit for bit, before anything is listened to.

*Conventions.*  Opus packets are compared by their SHA-256, cut to 16 bytes; places are seconds.  A packet of the copy
that is also a packet of the original is that packet: two recorders never make the same one, save of digital silence,
so a run counts only when one packet follows the other in both, and holds more than silence.  A packet of at most
`EMPTY` bytes holds no sound: a recorder puts it where nothing is said, a file where nothing was recorded.  It is left
out on both sides; what counts is where the others lie.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from tweespoor.sound.comparison import Alignment, Comparison, Coverage, Followed, Verdict

PACKET_S: Final = 0.02
"""How long a packet of a recorder lasts; the last one of a run is counted as that."""
EMPTY: Final = 3
LEAST: Final = 50
"""So many packets in a row, a second, make a run."""
_TRIED: Final = 64
_JOINT_S: Final = 0.06

Placed = tuple[float, bytes]
"""Where a packet lies (s), and its bytes."""


class Run(NamedTuple):
    """A stretch of the copy that is, packet by packet, a stretch of the original."""

    copy: tuple[float, float]
    original: tuple[float, float]
    packets: int


class Marked(NamedTuple):
    """The packets of one recording, as no more than where they lie and their hashes."""

    places: tuple[float, ...]
    marks: tuple[bytes, ...]


def marked(packets: Iterable[Placed]) -> Marked:
    """Read packets once and keep the hashes alone, of those that hold sound."""
    places, marks = [], []
    for place, packet in packets:
        if len(packet) > EMPTY:
            places.append(place)
            marks.append(sha256(packet).digest()[:16])
    return Marked(tuple(places), tuple(marks))


def runs(original: Marked, copy: Marked) -> list[Run]:
    """Give the stretches of the copy that are the original bit for bit, in the order of the copy."""
    where: dict[bytes, list[int]] = defaultdict(list)
    for number, mark in enumerate(original.marks):
        where[mark].append(number)
    found, at = [], 0
    while at < len(copy.marks):
        begin, length = _longest(original.marks, copy.marks, at, where.get(copy.marks[at], ()))
        if length >= LEAST and len(set(copy.marks[at : at + length])) > 1:
            found.append(_run(original, copy, begin, at, length))
        at += max(1, length)
    return found


def _longest(ours: Sequence[bytes], theirs: Sequence[bytes], at: int, begins: Sequence[int]) -> tuple[int, int]:
    """Give where the longest run from a packet of the copy on begins, and how many packets it has."""
    best = (0, 0)
    for begin in begins[:_TRIED]:
        length = 0
        while at + length < len(theirs) and begin + length < len(ours) and theirs[at + length] == ours[begin + length]:
            length += 1
        best = max(best, (begin, length), key=lambda one: one[1])
    return best


def _run(original: Marked, copy: Marked, begin: int, at: int, length: int) -> Run:
    last = length - 1
    return Run(
        (copy.places[at], copy.places[at + last] + PACKET_S),
        (original.places[begin], original.places[begin + last] + PACKET_S),
        length,
    )


def whole(original: Marked, copy: Marked, found: Sequence[Run]) -> Comparison | None:
    """Give the answer when all of the copy is one run of the original, at one pace: then nothing needs to be heard."""
    if len(found) != 1 or found[0].packets < len(copy.marks):
        return None
    run = found[0]
    begin = original.places.index(run.original[0])
    apart = [ours - theirs for ours, theirs in zip(original.places[begin:], copy.places, strict=False)]
    if max(apart) - min(apart) > _JOINT_S:
        return None
    lasts = copy.places[-1] + PACKET_S
    pieces = tuple(_pieces(original, copy, run))
    followed = sum(one.copy[1] - one.copy[0] for one in pieces)
    return Comparison(
        verdict=Verdict.FOLLOWS,
        original_s=original.places[-1] + PACKET_S,
        copy_s=lasts,
        alignment=Alignment(pieces[0].original[0] - pieces[0].copy[0], 0.0, *run.copy),
        map=pieces,
        coverage=Coverage(followed, 0.0, 0.0),
    )


def _pieces(original: Marked, copy: Marked, run: Run) -> Iterator[Followed]:
    """Cut a run where either line of time jumps: where nothing was recorded for a while."""
    at, begin = copy.places.index(run.copy[0]), original.places.index(run.original[0])
    first = 0
    for step in range(1, run.packets + 1):
        apart = (
            step < run.packets
            and max(
                line[start + step] - line[start + step - 1]
                for line, start in ((copy.places, at), (original.places, begin))
            )
            <= _JOINT_S
        )
        if apart:
            continue
        yield Followed(
            (copy.places[at + first], copy.places[at + step - 1] + PACKET_S),
            (original.places[begin + first], original.places[begin + step - 1] + PACKET_S),
            1.0,
        )
        first = step
