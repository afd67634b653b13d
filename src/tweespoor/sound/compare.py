"""Compares a copy with an original: where it follows, where it does not, and where nobody can tell.

`listen` turns a recording into features, once; `compare` answers for two of them.  All thresholds were chosen on one
half of generated recordings and are reported on the other (``bench/comparing``).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from tweespoor.sound import content, suspects
from tweespoor.sound.align import Aligned, align
from tweespoor.sound.comparison import (
    Alignment,
    Comparison,
    Coverage,
    Difference,
    Followed,
    Kind,
    Span,
    Unclear,
    Verdict,
    Why,
)
from tweespoor.sound.content import Content
from tweespoor.sound.differences import Suspect, named, script
from tweespoor.sound.features import RATE, SECOND, ZERO, Features, listen, seconds
from tweespoor.sound.likeness import LEAST, Evidence
from tweespoor.sound.path import NONE, stretches
from tweespoor.sound.pieces import Border, Gap, Piece, cut
from tweespoor.sound.pitch import shifted
from tweespoor.sound.tempo import Bent, bent

__all__ = ("RATE", "Comparison", "Features", "compare", "listen")

SHORTEST_S: Final = 5.0
"""A file shorter than this is not compared."""
_SURELY_OTHER_S: Final = 20.0
_SOUNDING: Final = 0.02
_STEADY: Final = 0.35
_SAMPLE, _SAMPLES = 10 * SECOND, 60  # frames, and how many times, that are looked at to know whether it is only noise
_FOLLOWS: Final = 2 * SECOND


def _to_nobody(part: float) -> None:
    del part


def compare(original: Features, copy: Features, tell: Callable[[float], None] = _to_nobody) -> Comparison:
    """Compare a copy with an original; ``tell`` hears how far it is, from 0 to 1."""
    for which, one in (("original", original), ("copy", copy)):
        why = _unusable(one)
        if why is not None:
            return Comparison(Verdict.INCONCLUSIVE, original.seconds, copy.seconds, why=why, which=which)
    aligned = align(original, copy, tell)
    if aligned is None or (aligned.path != NONE).sum() < _FOLLOWS:
        if copy.seconds < _SURELY_OTHER_S:
            return Comparison(Verdict.INCONCLUSIVE, original.seconds, copy.seconds, why=Why.SHORT, which="copy")
        return Comparison(Verdict.OTHER, original.seconds, copy.seconds)
    answer = _answer(aligned)
    tell(1.0)
    return answer


def _unusable(one: Features) -> Why | None:
    """Tell why a recording cannot be compared: too short, silent, or nothing in it but noise."""
    if one.seconds < SHORTEST_S:
        return Why.SHORT
    if (one.peak > 5 * ZERO).mean() < _SOUNDING:
        return Why.SILENT
    begins = np.linspace(0, max(0, len(one) - _SAMPLE), _SAMPLES).astype(int).tolist()
    spans = [(begin, min(begin + _SAMPLE, len(one))) for begin in begins]
    loud = np.concatenate([(one.power[a:b].astype(np.float32) - one.noise(a, b)).mean(axis=1) for a, b in spans])
    return Why.NOISE if float(loud.std()) < _STEADY else None


def _answer(aligned: Aligned) -> Comparison:
    evidence = aligned.evidence
    pieces, borders, gaps = cut(aligned)
    differences: list[Difference] = []
    bends = bent(evidence, pieces)
    for one in bends:
        at = Suspect(one.begin, one.end, one.begin, one.end)
        differences.append(named(Kind.SPEED, at, one.original, "A", one.factor))
    pieces, borders = _straightened(pieces, borders, bends)
    differences += script(pieces, borders, evidence.drift, {one.end for one in bends})
    ends = _ends(evidence.copy, len(evidence.original), pieces, evidence.drift)
    wholes, gaps = _closed(pieces, ends), [*gaps, *ends]
    measured = content.measure(evidence, wholes)
    for piece, shift in shifted(evidence, wholes):
        differences.append(suspects.bent(evidence, piece, shift))
        measured.evidence[shift.begin : shift.end] = 1  # explained: neither another sound nor unclear
        measured.missing[shift.begin : shift.end] = np.nan
    limits = suspects.thresholds(measured)
    unclear: list[Unclear] = []
    followed: list[Followed] = []
    for piece in wholes:
        within = [gap for gap in gaps if piece.begin <= gap.begin and gap.end <= piece.end]
        found = list(suspects.different(evidence, measured, piece, limits, within))
        other = [one for one in found if isinstance(one, Difference)]
        differences += other
        unclear += [one for one in found if isinstance(one, Unclear)]
        unclear += suspects.blind(measured, piece)
        followed += _followed(evidence, measured, piece, [one.copy for one in other])
    return _whole(aligned, pieces, followed, differences, unclear)


def _straightened(pieces: list[Piece], borders: list[Border], bends: list[Bent]) -> tuple[list[Piece], list[Border]]:
    """Let the pieces around a stretch at another speed end where it begins, and drop those within it."""
    for one in reversed(bends):
        before, after = pieces[one.first], pieces[one.last]
        pieces = [
            *pieces[: one.first],
            Piece(before.begin, one.begin, before.line),
            Piece(one.end, after.end, after.line),
            *pieces[one.last + 1 :],
        ]
        border = Border(one.begin, one.end, one.begin, one.end)
        borders = [*borders[: one.first], border, *borders[one.last :]]
    return pieces, borders


def _closed(pieces: list[Piece], ends: list[Gap]) -> list[Piece]:
    """Let the first and the last piece run on over what lies before and after them within the original."""
    closed = list(pieces)
    for gap in ends:
        at = 0 if gap.end == closed[0].begin else -1
        closed[at] = Piece(min(closed[at].begin, gap.begin), max(closed[at].end, gap.end), closed[at].line)
    return closed


def _ends(copy: Features, original: int, pieces: list[Piece], drift: float) -> list[Gap]:
    """Give the stretches before the first piece and after the last one that lie within the original."""
    first, last = pieces[0], pieces[-1]
    begin = max(0, int(np.ceil(-first.line / (1 + drift))))
    end = min(len(copy), int((original - last.line) / (1 + drift)))
    gaps = [
        Gap(begin, first.begin, begin, first.begin, first.line),
        Gap(last.end, end, last.end, end, last.line),
    ]
    return [gap for gap in gaps if gap.end - gap.begin > SECOND // 2]


def _followed(evidence: Evidence, measured: Content, piece: Piece, other: list[Span]) -> Iterator[Followed]:
    """Give what follows of a piece: all but the stretches whose sound is another."""
    frames = (moments := np.arange(piece.begin, piece.end)) >= 0
    for begin, end in other:
        frames &= (moments < begin * SECOND - 1) | (moments >= end * SECOND - 1)
    for begin, end in stretches(frames):
        part = Piece(piece.begin + begin, piece.begin + end, piece.line)
        low, high = part.original(evidence.drift)
        sure = float(np.maximum(measured.evidence[part.begin : part.end], LEAST).sum())
        yield Followed(
            (seconds(part.begin), seconds(part.end)),
            (seconds(low), seconds(high)),
            1 - float(np.exp(-max(sure, 0) / 20)),
        )


def _whole(
    aligned: Aligned,
    pieces: list[Piece],
    followed: list[Followed],
    differences: list[Difference],
    unclear: list[Unclear],
) -> Comparison:
    original, copy, drift = aligned.evidence.original, aligned.evidence.copy, aligned.evidence.drift
    unsure = _together(one.copy for one in unclear)
    alignment = Alignment(
        pieces[0].line / SECOND,
        drift * 1e6,
        max(0.0, -pieces[0].line / SECOND / (1 + drift)),
        min(copy.seconds, (original.seconds - pieces[-1].line / SECOND) / (1 + drift)),
    )
    return Comparison(
        Verdict.DIFFERS if differences else Verdict.FOLLOWS,
        original.seconds,
        copy.seconds,
        alignment,
        tuple(followed),
        tuple(sorted(differences, key=lambda one: one.copy)),
        _joined(unclear),
        Coverage(
            max(0.0, _together(one.copy for one in followed) - unsure),
            unsure,
            _together(one.copy for one in differences),
        ),
    )


def _joined(unclear: list[Unclear]) -> tuple[Unclear, ...]:
    """Make one of those that lie over each other, with the reason of the longest."""
    joined: list[Unclear] = []
    for one in sorted(unclear, key=lambda one: one.copy):
        if joined and one.copy[0] < joined[-1].copy[1]:
            last = joined[-1]
            longest = max(last, one, key=lambda each: each.copy[1] - each.copy[0])
            joined[-1] = Unclear((last.copy[0], max(last.copy[1], one.copy[1])), longest.why)
        else:
            joined.append(one)
    return tuple(joined)


def _together(spans: Iterable[Span]) -> float:
    """Give how many seconds spans cover together."""
    total, until = 0.0, 0.0
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total
