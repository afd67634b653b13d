"""Checks a bundle: all steps, all findings, one verdict (docs/format.md, section 8).

It needs the file, what somebody brought along (receipts, roots), and nothing else: no network, no clock, no server.
Whatever the file holds, it ends in a verdict.  Memory does not grow with the length of a recording, save for some bytes
a chunk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from tweespoor.dossier import beside, coverage, receipts, verify_files, verify_journal, verify_seal, verify_sound
from tweespoor.dossier.container import Container
from tweespoor.dossier.coverage import Coverage
from tweespoor.dossier.findings import Findings, Outcome, Step, outcome
from tweespoor.dossier.receipts import Receipt
from tweespoor.dossier.trust import Trust
from tweespoor.dossier.verify_files import Summed
from tweespoor.dossier.verify_journal import Journal
from tweespoor.dossier.verify_sound import Heard
from tweespoor.errors import UnreadableError


@dataclass(slots=True)
class Report:
    """What came of it; ``signed`` counts the people whose own page signed their yes."""

    outcome: Outcome
    found: Findings
    coverage: Coverage | None = None
    conversation: str | None = None
    edition: str | None = None
    begin: int | None = None
    signed: int = 0
    heard: Heard = field(default_factory=Heard)
    reason: str = ""


def verify(
    path: Path, given: Sequence[Receipt] = (), roots: Iterable[x509.Certificate] = (), *, apart: bool = False
) -> Report:
    """Check a bundle with the receipts and roots that came from outside.

    ``apart`` lets it use more than one process, where there is more than one processor: for who is alone in its own.
    """
    found = Findings()
    try:
        container = verify_files.open_container(path, found)
    except UnreadableError as error:
        return Report(Outcome.UNREADABLE, found, reason=error.reason)
    if container is None:
        return Report(Outcome.FAILED, found)
    named = {receipt.root for receipt in given if receipt.root is not None}
    with container:
        return _verify(container, list(given), Trust(list(roots), named), found, apart=apart)


def _verify(container: Container, given: list[Receipt], trust: Trust, found: Findings, *, apart: bool) -> Report:
    info = verify_files.version(container, found)
    if "version.newer" in found.codes():
        return Report(Outcome.FAILED if _is_failed(found) else Outcome.NEWER, found)
    summing = beside.begin(
        lambda: {name: tuple(one) for name, one in verify_files.summed(container).items()}, apart=apart
    )
    reading = verify_journal.Reading(container, found, [receipt.position for receipt in given])
    journal = reading.read(info.conversation if info is not None else None)
    heard = Heard()
    if journal.whole:
        heard = verify_sound.tracks(container, journal, reading.disclosed.salts, found, apart=apart)
    else:
        for step in (Step.TRACKS, Step.PLAYABLE, Step.GATE, Step.COVERAGE):
            found.add(step, "step.not-done")
    sums = {name: Summed._make(one) for name, one in summing.result().items()}
    verify_files.manifests(container, info, sums, found)
    verify_seal.certificates_in(container, trust, found)
    sealed = verify_seal.seal(container, sums, info.date if info is not None else None, trust, found)
    reading.keys.judge(trust, sealed.top, found)
    reading.stamped(trust, sealed.root)
    anchored = receipts.judge(given, journal, trust, found)
    report = Report(Outcome.FAILED, found, heard=heard)
    _cover(report, journal, heard, reading.pages.signed)
    found.add(Step.COVERAGE, "coverage.revocation")
    if any(name.endswith(".pdf") for name in container.members):
        found.add(Step.COVERAGE, "coverage.files")
    report.outcome = outcome(found, sealed=sealed.root is not None, timed=sealed.moment is not None, anchored=anchored)
    return report


def _is_failed(found: Findings) -> bool:
    return not found.ok(Step.CONTAINER)


def _cover(report: Report, journal: Journal, heard: Heard, signed: set[int]) -> None:
    """Step 17: what of it was recorded with everyone's yes."""
    state = journal.course.state
    report.conversation, report.edition = state.conversation, state.edition
    if not journal.whole:
        return
    report.coverage = coverage.of_course(journal.course, heard.sounds)
    asked = {seat for seat, one in state.seats.items() if one.stays}
    report.signed = len(signed & asked)
    spans = journal.course.then.spans
    report.begin = spans[0].begin if spans else None
    found = report.found
    if report.coverage.outside_ms:
        found.add(Step.GATE, "gate.outside", "coverage", clause="1b", rule="1b.outside-agreement", at=report.begin or 0)
    if report.coverage.marked_ms:
        found.add(Step.GATE, "gate.marked", seconds=-(-report.coverage.marked_ms // 1000))
    found.add(Step.COVERAGE, "coverage.seconds" if report.coverage.recorded_ms else "coverage.none")
