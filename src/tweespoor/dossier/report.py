"""Tells what a verifier found: as text for people, and as JSON for programs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from tweespoor.dossier.findings import Finding, Step, Weight
from tweespoor.dossier.sentences import SENTENCES
from tweespoor.dossier.verify import Report
from tweespoor.dossier.wording import ANSWERED, GAPS, GROUNDS, OUTCOMES, STEPS, Said
from tweespoor.rules.kinds import How

_MARKS: Final = {
    Weight.FINE: "+",
    Weight.NOTE: "·",
    Weight.INCOMPLETE: "!",
    Weight.FAILED: "✗",
    Weight.NEWER: "?",
}
_FURTHEST: Final = 253_402_300_799_000
_MOST_GAPS: Final = 1000
_SHOWN_GAPS: Final = 20


def moment(at_ms: int) -> str:
    """Write a moment, to the second (UTC).

    >>> moment(1_800_000_000_000)
    '2027-01-15 08:00:00'
    """
    return datetime.fromtimestamp(min(max(at_ms, 0), _FURTHEST) // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def text_of(finding: Finding, report: Report, language: str) -> str:
    """Say a finding in one language."""
    says = dict(finding.says)
    if isinstance(at := says.get("at"), int):
        says["time"] = moment(at)
        says["date"] = moment(at)[:10]
    if isinstance(sure := says.get("certain_at"), int):
        says["sure"] = moment(sure)[:10]
    if isinstance(ground := says.get("ground"), str):
        says["reason"] = GROUNDS[ground].in_(language)
    if finding.code == "coverage.seconds":
        says["coverage"] = covered(report, language)
    return SENTENCES[finding.code].in_(language).format_map(says)


# Coverage --------------------------------------------------------------------------------------------


def seconds(ms: int) -> float:
    """Give seconds; whole ones as such."""
    return ms // 1000 if ms % 1000 == 0 else ms / 1000


def covered(report: Report, language: str) -> str:
    """Say in one sentence how much was recorded with everyone's yes, and how people answered."""
    found = report.coverage
    if found is None or not found.recorded_ms:
        return Said("Er is geen geluid", "There is no sound").in_(language)
    agreed, recorded, unit = _amounts(found.agreed_ms, found.recorded_ms, language)
    said = Said(
        f"{agreed} van {recorded} {unit} opgenomen met een ja van iedereen",
        f"{agreed} of {recorded} {unit} recorded with a yes of everyone",
    ).in_(language)
    ways = list(_ways(report, language))
    if ways:
        said += "; " + ", ".join(ways)
    if found.device_clock_ms:
        clock = -(-found.device_clock_ms // 1000)
        said += Said(
            f"; {clock} seconden volgens de klok van het toestel", f"; {clock} seconds by the device's clock"
        ).in_(language)
    return said


def _amounts(agreed: int, recorded: int, language: str) -> tuple[str, str, str]:
    """Write two lengths so that less is never shown as all: the first rounded down, the second up."""
    if agreed == recorded and recorded >= 60_000:  # noqa: PLR2004 - a minute
        minutes = str((recorded + 30_000) // 60_000)
        return minutes, minutes, Said("minuten", "minutes").in_(language)
    if recorded < 60_000:  # noqa: PLR2004 - a minute
        same = agreed == recorded
        more = f"{recorded / 1000:.1f}".rstrip("0").rstrip(".")
        less = more if same else f"{agreed // 100 / 10:.1f}".rstrip("0").rstrip(".")
        return less, more, Said("seconden", "seconds").in_(language)
    down, up = agreed // 1000, -(-recorded // 1000)
    return (
        f"{down // 60}:{down % 60:02d}",
        f"{up // 60}:{up % 60:02d}",
        Said("minuten", "minutes").in_(language),
    )


def _ways(report: Report, language: str) -> Iterator[str]:
    if report.coverage is None:
        return
    answers = {how.value: count for how, count in report.coverage.answers.items()}
    phones = answers.get(How.OWN_PHONE.value, 0)
    signed = min(report.signed, phones)
    counts = {"signed": signed, **answers, How.OWN_PHONE.value: phones - signed}
    for way, said in ANSWERED.items():
        if counts.get(way):
            yield said.in_(language).format(n=counts[way])


# Whole -----------------------------------------------------------------------------------------------


def as_json(report: Report, language: str) -> dict[str, object]:
    """Give the report as JSON knows it."""
    found = report.coverage
    return {
        "verdict": report.outcome.value,
        "steps": [
            {
                "n": int(step),
                "name": STEPS[step].in_(language),
                "ok": report.found.ok(step),
                "findings": [
                    {
                        "code": finding.code,
                        "severity": finding.weight.value,
                        "text": text_of(finding, report, language),
                        "where": finding.where,
                    }
                    for finding in findings
                ],
            }
            for step, findings in report.found.steps.items()
        ],
        "coverage": {
            "recorded_s": seconds(found.recorded_ms if found else 0),
            "agreed_s": seconds(found.agreed_ms if found else 0),
            "by_device_clock_s": seconds(found.device_clock_ms if found else 0),
            "gaps": [
                {"begin_s": _since(report, gap.begin), "end_s": _since(report, gap.end), "cause": gap.cause.value}
                for gap in (found.gaps if found else ())[:_MOST_GAPS]
            ],
        },
        "conversation": report.conversation,
        "edition": report.edition,
    }


def _since(report: Report, at_ms: int) -> float:
    """Give seconds since the recording began."""
    return seconds(at_ms - (report.begin or 0))


def as_text(report: Report, language: str) -> Iterator[str]:
    """Give the report for people, line by line: first the verdict, then every step."""
    yield OUTCOMES[report.outcome].in_(language)
    if report.coverage is not None and report.coverage.recorded_ms:
        yield covered(report, language) + "."
    yield ""
    for step, findings in report.found.steps.items():
        if not findings:
            continue
        yield f"{int(step):2d}. {STEPS[step].in_(language)}"
        for finding in findings:
            where = f" ({finding.where})" if finding.where else ""
            yield f"    {_MARKS[finding.weight]} {text_of(finding, report, language)}{where}"
        yield from _more(report, step, language)
    yield from _gaps(report, language)
    if report.conversation is not None:
        yield ""
        yield Said(
            f"Gesprek {report.conversation}, voorwaarden {report.edition}.",
            f"Conversation {report.conversation}, conditions {report.edition}.",
        ).in_(language)


def _more(report: Report, step: Step, language: str) -> Iterator[str]:
    shown = {finding.code: 0 for finding in report.found.steps[step]}
    for finding in report.found.steps[step]:
        shown[finding.code] += 1
    for code, count in shown.items():
        if more := report.found.counts[step, code] - count:
            yield Said(f"    … en nog {more} keer.", f"    … and {more} more times.").in_(language)


def _gaps(report: Report, language: str) -> Iterator[str]:
    gaps = report.coverage.gaps if report.coverage is not None else ()
    long_ = [gap for gap in gaps if gap.end - gap.begin >= 1000]  # noqa: PLR2004 - a second
    if not long_:
        return
    yield ""
    yield Said("Niet opgenomen:", "Not recorded:").in_(language)
    for gap in long_[:_SHOWN_GAPS]:
        begin, end = (int(_since(report, at)) for at in (gap.begin, gap.end))
        cause = GAPS[gap.cause.value].in_(language)
        yield f"    {begin // 60}:{begin % 60:02d} – {end // 60}:{end % 60:02d}  {cause}"
    more = len(long_) - _SHOWN_GAPS
    if more > 0:
        yield Said(f"    … en nog {more}.", f"    … and {more} more.").in_(language)
