"""The second pass of an edited copy through its codec, of which only what lies near an edit is made anew.

What was not touched sounds after a second pass as the copy that nobody edited does after it: a codec remembers well
under a second.  That pass is made once for all edits of a capture; around each edit, four seconds to both sides are
coded anew with a second before and after them, and laid in its place.  So a trial costs half of what it would.
"""

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from bench.comparing import codecs
from bench.comparing.captures import Capture
from bench.comparing.codecs import ENGINE_RATE
from bench.comparing.splicing import Spliced, Stretch
from bench.comparing.talkers import RATE, Samples

_NEAR: Final = 4 * RATE
_LEAD: Final = RATE
_SHORTEST: Final = 2 * RATE
_JOIN: Final = 20  # samples on each side of a join, at the engine's rate
_MOST: Final = 0.6
_HALF: Final = RATE // ENGINE_RATE
_PASSES: Final = 2
_passed: list[tuple[Capture, str, Samples, int]] = []


class _Piece(NamedTuple):
    """Sound from one sample of the copy until another (at the engine's rate); sample n is at ``first`` + n of it."""

    begin: int
    until: int
    sound: Samples
    first: int


def heard(capture: Capture, spliced: Spliced, codec: str) -> tuple[Samples, float]:
    """Give an edited copy as the engine hears it, and by how many seconds it comes later in its file."""
    length = len(spliced.sound)
    kept = [one for one in (_untouched(capture, spliced, stretch) for stretch in spliced.stretches) if one]
    edges = [0, *(edge for begin, until, _ in kept for edge in (begin, until)), length]
    anew = [(begin, until) for begin, until in zip(edges[::2], edges[1::2], strict=True) if begin < until]
    if sum(until - begin + 2 * _LEAD for begin, until in anew) > _MOST * length:
        sound = codecs.decode(codecs.encode(spliced.sound, codec), ENGINE_RATE)
        return sound, codecs.delay(spliced.sound[::_HALF], sound)
    passed, late = _pass(capture, codec)
    pieces = [
        _Piece(begin // _HALF, until // _HALF, passed, late + source // _HALF - begin // _HALF)
        for begin, until, source in kept
    ]
    for begin, until in anew:
        first = max(0, begin - _LEAD) // _HALF * _HALF
        sound = codecs.decode(codecs.encode(spliced.sound[first : until + _LEAD], codec), ENGINE_RATE)
        pieces.append(_Piece(begin // _HALF, until // _HALF, sound, late - first // _HALF))
    return _joined(sorted(pieces, key=lambda one: one.begin)), late / ENGINE_RATE


def _untouched(capture: Capture, spliced: Spliced, stretch: Stretch) -> tuple[int, int, int] | None:
    """Give from where until where a stretch is the copy itself, far from an edit, and where that lies in the copy."""
    if stretch.source is None or stretch.rate != 1.0:
        return None
    begin, until, source = (round(second * RATE) for second in (stretch.begin, stretch.until, stretch.source))
    first = 0 if begin == source == 0 else _NEAR
    ends = until == len(spliced.sound) and source + until - begin == len(capture.copy)
    begin, until, source = begin + first, until - (0 if ends else _NEAR), source + first
    if until - begin < _SHORTEST:
        return None
    same = np.array_equal(spliced.sound[begin:until], capture.copy[source : source + until - begin])
    return (begin, until, source) if same else None


def _pass(capture: Capture, codec: str) -> tuple[Samples, int]:
    """Give the copy that nobody edited after its second pass, and how many samples later it comes."""
    for known, name, sound, late in _passed:
        if known is capture and name == codec:
            return sound, late
    sound = codecs.decode(codecs.encode(capture.copy, codec), ENGINE_RATE)
    return sound, remember(capture, codec, sound)


def remember(capture: Capture, codec: str, sound: Samples) -> int:
    """Keep for its edits how a copy sounds after its second pass; give how many samples later it comes."""
    late = round(codecs.delay(capture.copy[::_HALF], sound) * ENGINE_RATE)
    _passed.append((capture, codec, sound, late))
    del _passed[:-_PASSES]
    return late


def forget() -> None:
    """Keep none of them: of hours they are large."""
    _passed.clear()


def _joined(pieces: list[_Piece]) -> Samples:
    """Lay pieces one after the other, each fading into the next; what is before the first and after the last stays."""
    whole: list[Samples] = []
    begin = -pieces[0].first
    for one, following in pairwise(pieces):
        whole.append(one.sound[one.first + begin : one.first + one.until - _JOIN])
        places = np.arange(one.until - _JOIN, one.until + _JOIN)
        ramp = np.linspace(0, 1, 2 * _JOIN, dtype=np.float32)
        whole.append(one.sound[one.first + places] * (1 - ramp) + following.sound[following.first + places] * ramp)
        begin = one.until + _JOIN
    whole.append(pieces[-1].sound[pieces[-1].first + begin :])
    return np.concatenate(whole)
