"""Lays what was measured beside what is aimed at, a row for each aim."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from bench.comparing.captures import NAMES
from bench.comparing.cells import Cell
from bench.comparing.figures import mean_interval, milli, quantile, rate_interval, share, table
from bench.comparing.scoring import Finding
from bench.comparing.trying import Result

EASY, MIDDLE, HARD = ("easy",), ("middle",), ("hard",)
BOTH: Final = (*EASY, *MIDDLE)
ALL: Final = (*BOTH, *HARD)


class Aim(NamedTuple):
    """What should hold: of which kinds from how many seconds to how many, how hard, how often, by what measure."""

    what: str
    kinds: tuple[str, ...]
    least: float
    most: float
    hardness: tuple[str, ...]
    aimed: str
    holds: Callable[[Finding], bool]


def _found(one: Finding) -> bool:
    return one.found and one.near


def _named(one: Finding) -> bool:
    return one.named


def _close(one: Finding) -> bool:
    return one.close


def _factor(one: Finding) -> bool:
    return one.named and one.factor is not None and abs(one.factor) <= 0.01


LONG: Final = 1e9
AIMS: Final = (
    Aim("cut from 0.1 s, its place ± 0.1 s", ("cut",), 0.1, LONG, BOTH, "99 %", _close),
    Aim("cut from 0.1 s, its place ± 0.1 s", ("cut",), 0.1, LONG, HARD, "90 %", _close),
    Aim("insert, repeat from 0.25 s, found", ("insert", "repeat"), 0.25, LONG, ALL, "98 %", _found),
    Aim("insert, repeat from 0.25 s, named rightly", ("insert", "repeat"), 0.25, LONG, ALL, "95 %", _named),
    Aim("move, replace from 1 s, found", ("move", "replace", "other"), 1, LONG, ALL, "97 %", _found),
    Aim("replace of 0.5 s, found", ("replace", "other"), 0.5, 0.5, BOTH, "80 %", _found),
    Aim("replace of 0.25 s, found", ("replace", "other"), 0.25, 0.25, BOTH, "as far as it goes", _found),
    Aim("silence, beep, room from 0.25 s, found", ("silence", "beep", "room"), 0.25, LONG, BOTH, "95 %", _found),
    Aim("speed by 2 % over 5 s, factor ± 1 %", ("speed",), 5, 5, ALL, "90 %", _factor),
    Aim("pitch by 6 % over 4 s, factor ± 1 %", ("pitch",), 4, 4, ALL, "90 %", _factor),
)
_SMALL: Final = {"speed": (0.98, 1.02), "pitch": (0.94, 1.06)}


def beside(results: Sequence[Result]) -> str:
    """Write all aims of which something was measured."""
    return table(("what", "how hard", "aim", "measured", "of"), [*_edits(results), *_whole(results), *_hours(results)])


def _edits(results: Sequence[Result]) -> Iterator[tuple[object, ...]]:
    for aim in AIMS:
        fit = [one for one in _of(results, aim.hardness) if _fits(aim, one.cell)]
        findings = [one for result in fit for one in result.score.findings]
        if findings:
            hits = sum(aim.holds(one) for one in findings)
            yield aim.what, " and ".join(aim.hardness), aim.aimed, share(hits, len(findings)), len(findings)
    found = [
        one
        for result in results
        for one in result.score.findings
        if one.named and not one.bends and not result.cell.startswith(("hour", "stress"))
    ]
    if found:
        lengths = [abs(one.length_s) for one in found if one.length_s is not None]
        ends = [end for one in found for end in one.boundary_s]
        yield "error of length, mean", "all", "10 ms", f"{milli(sum(lengths) / len(lengths))} ms", len(lengths)
        told = f"{milli(quantile(ends, 0.5))}, {milli(quantile(ends, 0.9))} ms"
        yield "error of a boundary, median and p90", "all", "20, 100 ms", told, len(ends)


def _fits(aim: Aim, name: str) -> bool:
    if name.startswith(("hour", "stress")):
        return False
    cell = Cell.of(name)
    small = cell.factor is None or cell.factor in _SMALL[cell.kind]
    return cell.kind in aim.kinds and aim.least <= cell.seconds <= aim.most and small


def _of(results: Sequence[Result], hardness: Sequence[str]) -> list[Result]:
    return [one for one in results if NAMES.get(one.condition) in hardness]


def _whole(results: Sequence[Result]) -> Iterator[tuple[object, ...]]:
    other = [one.score.verdict == "other_conversation" for one in results if one.cell == "foreign:0"]
    if other:
        yield "another conversation is recognised", "all", "100 %", share(sum(other), len(other)), len(other)
    own = [one.score.verdict == "other_conversation" for one in results if one.cell in {"honest:0", "hour:0"}]
    if own:
        yield "an honest copy is called another", "all", "0 %", share(sum(own), len(own)), len(own)


def _hours(results: Sequence[Result]) -> Iterator[tuple[object, ...]]:
    for hardness, aimed in ((EASY, "99.5 %"), (MIDDLE, "99 %"), (HARD, "97 %")):
        of = [one for one in _of(results, hardness) if one.cell in {"hour:1", "hour:3", "hour:8"}]
        if of:
            right = mean_interval([one.score.right / one.score.frames for one in of])
            yield "frames right, hours with 1, 3 and 8 edits", hardness[0], aimed, right, len(of)
    honest = [one for one in results if one.cell == "hour:0"]
    if honest:
        length = sum(one.score.copy_s for one in honest) / 3600
        yield "false A in honest hours", "all", "1 in 20", sum(len(one.score.extra_a) for one in honest), len(honest)
        extra = rate_interval(sum(len(one.score.extra_b) for one in honest), length)
        yield "false B an honest hour", "all", "0.5", extra, len(honest)
    for hardness, most in ((EASY, "1"), (MIDDLE, "–"), (HARD, "3")):
        of = _of(honest, hardness)
        if of:
            unclear = sum(one.score.unclear_s for one in of) / 60 / (sum(one.score.copy_s for one in of) / 3600)
            yield "unclear minutes an honest hour", hardness[0], most, f"{unclear:.2f}", len(of)
    drifts = [one.score.ppm_error for one in results if one.cell.startswith(("hour", "stress"))]
    if drifts:
        within = sum(one is not None and abs(one) <= 2 for one in drifts)
        yield "drift within 2 ppm, twenty minutes and more", "all", "100 %", share(within, len(drifts)), len(drifts)
