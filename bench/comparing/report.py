"""Writes what came of all trials as tables in Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from bench.comparing.captures import NAMES
from bench.comparing.figures import mean_interval, milli, quantile, rate_interval, share, table
from bench.comparing.scoring import Finding
from bench.comparing.trying import Result

HARDNESSES = ("easy", "middle", "hard")
HEADS = (
    "cell", "condition", "trials", "found", "± 0.5 s", "± 0.1 s", "range ± 0.1 s", "named rightly", "factor ± 1 %",
    "precision",
    "length, mean ms", "boundary, median and p90 ms", "frames right", "extra A", "extra B", "cpu s",
)  # fmt: skip


def edits(results: Sequence[Result]) -> str:
    """Write a row for each cell with edits in each condition."""
    return table(HEADS, [_edited(*key, of) for key, of in grouped(results) if any(one.score.findings for one in of)])


def brief(results: Sequence[Result]) -> str:
    """Write a row for each cell with edits: found; both ends within 0.1 s; named rightly, by how hard it is."""
    of: dict[str, list[Result]] = {}
    for one in results:
        if one.score.findings and not one.cell.startswith(("hour", "stress")):
            of.setdefault(one.cell, []).append(one)
    rows = [(cell, *(_shares(all_, hardness) for hardness in HARDNESSES), *_errors(all_)) for cell, all_ in of.items()]
    return table(("cell", *HARDNESSES, "length", "boundary", "extra A, B"), rows)


def _shares(results: Sequence[Result], hardness: str) -> str:
    findings = [f for one in results if NAMES.get(one.condition) == hardness for f in one.score.findings]
    if not findings:
        return "–"
    found, many = [one for one in findings if one.found], len(findings)
    close, named = (100 * _count(found, what) / many for what in ("close", "named"))
    return f"{share(len(found), many)}; {close:.0f}; {named:.0f}; {many}"


def _errors(results: Sequence[Result]) -> tuple[str, str, str]:
    found = [one for result in results for one in result.score.findings if one.found]
    lengths = [abs(one.length_s) for one in found if one.length_s is not None and one.named]
    ends = [end for one in found for end in one.boundary_s]
    extra = (sum(len(one) for one in extras) for extras in _extras(results))
    return (
        milli(sum(lengths) / len(lengths)) if lengths else "–",
        f"{milli(quantile(ends, 0.5))}, {milli(quantile(ends, 0.9))}",
        ", ".join(str(one) for one in extra),
    )


def grouped(results: Sequence[Result]) -> Iterator[tuple[tuple[str, str], list[Result]]]:
    """Give the results of each cell in each condition, in the order in which they first came up."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for one in results:
        groups.setdefault((one.cell, one.condition), []).append(one)
    yield from groups.items()


def _edited(cell: str, condition: str, results: list[Result]) -> tuple[object, ...]:
    findings = [one for result in results for one in result.score.findings]
    found = [one for one in findings if one.found]
    extra_a, extra_b = (sum(len(one) for one in extras) for extras in _extras(results))
    reported = sum(one.score.reported for one in results)
    lengths = [abs(one.length_s) for one in found if one.length_s is not None and one.named]
    ends = [end for one in found for end in one.boundary_s]
    many = len(findings)
    return (
        cell, condition, len(results),
        share(len(found), many), share(_count(found, "near"), many), share(_count(found, "close"), many),
        share(_count(found, "ranged"), many), share(_count(found, "named"), many),
        _factors(findings), share(reported - extra_a - extra_b, reported),
        milli(sum(lengths) / len(lengths)) if lengths else "–",
        f"{milli(quantile(ends, 0.5))}, {milli(quantile(ends, 0.9))}",
        mean_interval([one.score.right / max(1, one.score.frames) for one in results]),
        extra_a, extra_b, f"{sum(one.score.cpu_s for one in results) / len(results):.2f}",
    )  # fmt: skip


def _factors(findings: Sequence[Finding]) -> str:
    if not any(one.bends for one in findings):
        return ""
    return share(
        sum(one.named and one.factor is not None and abs(one.factor) <= 0.01 for one in findings), len(findings)
    )


def _count(found: Iterable[Finding], what: str) -> int:
    return sum(bool(getattr(one, what)) for one in found)


def _extras(results: Sequence[Result]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [one.score.extra_a for one in results], [one.score.extra_b for one in results]


def wholes(results: Sequence[Result]) -> str:
    """Write a row for each cell without edits: which verdicts, how many frames right, what was said too much."""
    rows = []
    for (cell, condition), of in grouped(results):
        if any(one.score.findings for one in of) or cell.startswith("hour"):
            continue
        verdicts = sorted({one.score.verdict for one in of})
        extra_a, extra_b = (sum(len(one) for one in extras) for extras in _extras(of))
        minutes = sum(one.score.unclear_s for one in of) / sum(one.score.copy_s for one in of) * 60
        rows.append((
            cell, condition, len(of),
            "; ".join(f"{name} {share(sum(one.score.verdict == name for one in of), len(of))}" for name in verdicts),
            mean_interval([one.score.right / max(1, one.score.frames) for one in of]), extra_a, extra_b,
            f"{minutes:.2f}",
        ))  # fmt: skip
    return table(("cell", "condition", "trials", "verdicts", "frames right", "A", "B", "unclear min an hour"), rows)


def hours(results: Sequence[Result]) -> str:
    """Write a row for honest hours, and for hours with so many edits, in each condition."""
    rows = []
    for (cell, condition), of in grouped(results):
        if not cell.startswith(("hour", "stress")):
            continue
        length = sum(one.score.copy_s for one in of) / 3600
        extra_a, extra_b = (sum(len(one) for one in extras) for extras in _extras(of))
        findings = [one for result in of for one in result.score.findings]
        ppm = [abs(one.score.ppm_error) for one in of if one.score.ppm_error is not None]
        rows.append((
            cell, condition, len(of), f"{length:.1f}",
            mean_interval([one.score.right / max(1, one.score.frames) for one in of]),
            rate_interval(extra_a, length), rate_interval(extra_b, length),
            f"{sum(one.score.unclear_s for one in of) / 60 / length:.2f}",
            share(_count(findings, "found"), len(findings)), share(_count(findings, "close"), len(findings)),
            f"{sum(ppm) / len(ppm):.2f}, {max(ppm):.2f}" if ppm else "–",
        ))  # fmt: skip
    heads = (
        "copy", "condition", "files", "hours", "frames right", "extra A an hour", "extra B an hour",
        "unclear min an hour", "found", "found ± 0.1 s", "ppm error, mean and most",
    )  # fmt: skip
    return table(heads, rows)


def cost(results: Sequence[Result]) -> str:
    """Write what comparing an hour costs beside decoding it."""
    rows = []
    for (cell, condition), of in grouped(results):
        if cell != "hour:0":
            continue
        decode = sum(one.score.more["decode"] for one in of) / len(of)
        original = sum(one.score.more["original"] for one in of) / len(of)
        copy = sum(one.score.more["copy"] for one in of) / len(of)
        own = sum(one.score.cpu_s for one in of) / len(of)
        rows.append((
            condition, len(of), f"{decode:.1f}", f"{original:.1f}", f"{own:.1f}",
            f"{(decode + original + own) / decode:.2f}", f"{(copy + own) / decode:.2f}",
        ))  # fmt: skip
    heads = (
        "condition", "hours", "decoding both, s", "hearing the original, s", "hearing the copy and comparing, s",
        "all, times decoding", "original kept, times decoding",
    )  # fmt: skip
    return table(heads, rows)


def misses(results: Sequence[Result], most: int = 40) -> str:
    """Write what was missed, wrongly placed or said too much, a line each."""
    lines = []
    for one in results:
        said = []
        for finding in one.score.findings:
            if not finding.found:
                said.append("not found")
            elif not (finding.close and finding.named):
                said.append(f"said {finding.said} ({', '.join(f'{end:.2f}' for end in finding.boundary_s)} s off)")
        said += [f"too much: A {extra}" for extra in one.score.extra_a]
        said += [f"too much: B {extra}" for extra in one.score.extra_b]
        if said:
            lines.append(f"- {one.cell} {one.condition} #{one.number} [{one.score.verdict}]: " + "; ".join(said))
    return "\n".join(lines[:most] + ([f"- and {len(lines) - most} more"] if len(lines) > most else []))
