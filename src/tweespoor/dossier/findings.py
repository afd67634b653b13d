"""What a verifier found: step by step, all of it, and the one verdict that follows.

Each code has one weight, written here and nowhere else; what it says in words stands in `report`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from tweespoor.errors import DamagedError


class Weight(StrEnum):
    """What a finding does to the verdict."""

    FINE = "fine"
    NOTE = "note"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    NEWER = "newer"


class Step(IntEnum):
    """The steps of docs/format.md, section 8."""

    CONTAINER = 1
    VERSION = 2
    MANIFESTS = 3
    SEAL = 4
    TIME = 5
    JOURNAL = 6
    ENDORSEMENTS = 7
    CHECKPOINTS = 8
    PAGES = 9
    STAMPS = 10
    RULES = 11
    TRACKS = 12
    PLAYABLE = 13
    GATE = 14
    DISCLOSURES = 15
    RECEIPTS = 16
    COVERAGE = 17


class Outcome(StrEnum):
    """The verdict."""

    PROVEN = "PROVEN"
    SEALED = "SEALED"
    INTACT = "INTACT"
    INCOMPLETE = "INCOMPLETE"
    FAILED = "FAILED"
    NEWER = "NEWER"
    UNREADABLE = "UNREADABLE"


WEIGHTS: Final[Mapping[str, Weight]] = {
    "container.whole": Weight.FINE,
    "container.broken": Weight.FAILED,
    "container.unknown-file": Weight.FAILED,
    "container.missing-file": Weight.FAILED,
    "container.too-large": Weight.FAILED,
    "version.known": Weight.FINE,
    "version.newer": Weight.NEWER,
    "version.broken": Weight.FAILED,
    "manifests.right": Weight.FINE,
    "manifests.broken": Weight.FAILED,
    "manifests.other-bytes": Weight.FAILED,
    "seal.trusted": Weight.FINE,
    "seal.untrusted": Weight.NOTE,
    "seal.missing": Weight.INCOMPLETE,
    "seal.broken": Weight.FAILED,
    "time.trusted": Weight.FINE,
    "time.untrusted": Weight.NOTE,
    "time.missing": Weight.NOTE,
    "time.broken": Weight.FAILED,
    "journal.whole": Weight.FINE,
    "journal.practice": Weight.NOTE,
    "journal.newer": Weight.NEWER,
    "journal.broken": Weight.FAILED,
    "journal.other": Weight.FAILED,
    "endorsements.right": Weight.FINE,
    "endorsements.broken": Weight.FAILED,
    "checkpoints.right": Weight.FINE,
    "checkpoints.missing": Weight.INCOMPLETE,
    "checkpoints.tail": Weight.INCOMPLETE,
    "checkpoints.broken": Weight.FAILED,
    "checkpoints.outside": Weight.FAILED,
    "pages.right": Weight.FINE,
    "pages.none": Weight.NOTE,
    "pages.broken": Weight.FAILED,
    "pages.yes-missing": Weight.FAILED,
    "pages.outside": Weight.FAILED,
    "stamps.trusted": Weight.FINE,
    "stamps.untrusted": Weight.NOTE,
    "stamps.none": Weight.NOTE,
    "stamps.broken": Weight.FAILED,
    "stamps.early": Weight.FAILED,
    "stamps.late": Weight.NOTE,
    "rules.kept": Weight.FINE,
    "rules.broken": Weight.FAILED,
    "tracks.whole": Weight.FINE,
    "tracks.none": Weight.NOTE,
    "tracks.withheld": Weight.NOTE,
    "tracks.kept": Weight.NOTE,
    "tracks.covered": Weight.NOTE,
    "tracks.locked": Weight.NOTE,
    "tracks.erased": Weight.INCOMPLETE,
    "tracks.unsealed": Weight.INCOMPLETE,
    "tracks.interrupted": Weight.INCOMPLETE,
    "tracks.missing": Weight.FAILED,
    "tracks.unknown": Weight.FAILED,
    "tracks.broken": Weight.FAILED,
    "tracks.body": Weight.FAILED,
    "tracks.times-unsealed": Weight.NOTE,
    "playable.equal": Weight.FINE,
    "playable.differs": Weight.FAILED,
    "gate.inside": Weight.FINE,
    "gate.outside": Weight.FAILED,
    "gate.after-its-checkpoint": Weight.FAILED,
    "gate.marked": Weight.NOTE,
    "gate.device-clock": Weight.NOTE,
    "gate.clocks-differ": Weight.NOTE,
    "disclosures.right": Weight.FINE,
    "disclosures.broken": Weight.FAILED,
    "receipts.none": Weight.NOTE,
    "receipts.right": Weight.FINE,
    "receipts.early": Weight.NOTE,
    "receipts.behind-the-end": Weight.INCOMPLETE,
    "receipts.unsigned": Weight.NOTE,
    "receipts.broken": Weight.FAILED,
    "receipts.other-conversation": Weight.FAILED,
    "receipts.differs": Weight.FAILED,
    "receipts.two-truths": Weight.FAILED,
    "coverage.seconds": Weight.FINE,
    "coverage.none": Weight.NOTE,
    "coverage.revocation": Weight.NOTE,
    "coverage.files": Weight.NOTE,
    "step.not-done": Weight.NOTE,
}
"""Every code that there is, and what it weighs."""

MOST_OF_ONE: Final = 20
"""How many findings of one code are told in a step; the others are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: its code, where, and the values that its sentence is made with."""

    code: str
    where: str = ""
    says: Mapping[str, object] = field(default_factory=dict)

    @property
    def weight(self) -> Weight:
        """What it does to the verdict."""
        return WEIGHTS[self.code]


class Findings:
    """All findings, by step; what is one too many of a kind is only counted."""

    def __init__(self) -> None:
        self.steps: dict[Step, list[Finding]] = {step: [] for step in Step}
        self.counts: dict[tuple[Step, str], int] = {}

    def add(self, step: Step, code: str, where: str = "", /, **says: object) -> None:
        """Note a finding."""
        count = self.counts[step, code] = self.counts.get((step, code), 0) + 1
        if count <= MOST_OF_ONE:
            self.steps[step].append(Finding(code, where, says))

    def damage(self, step: Step, code: str, error: DamagedError) -> None:
        """Note bytes that do not verify."""
        self.add(step, code, error.where, expected=error.expected, found=error.found)

    def has(self, weight: Weight) -> bool:
        """Tell whether anything of this weight was found."""
        return any(finding.weight is weight for finding in self)

    def ok(self, step: Step) -> bool:
        """Tell whether nothing in a step is against it."""
        return all(finding.weight in {Weight.FINE, Weight.NOTE} for finding in self.steps[step])

    def __iter__(self) -> Iterator[Finding]:
        for findings in self.steps.values():
            yield from findings

    def codes(self) -> set[str]:
        """Give every code that was found."""
        return {code for _, code in self.counts}


EXITS: Final[Mapping[Outcome, int]] = {
    Outcome.PROVEN: 0,
    Outcome.SEALED: 10,
    Outcome.INTACT: 11,
    Outcome.INCOMPLETE: 20,
    Outcome.FAILED: 30,
    Outcome.NEWER: 2,
    Outcome.UNREADABLE: 2,
}


def outcome(found: Findings, *, sealed: bool, timed: bool, anchored: bool) -> Outcome:
    """Give the verdict: what failed outweighs what is newer, and that what is incomplete."""
    if found.has(Weight.FAILED):
        return Outcome.FAILED
    if found.has(Weight.NEWER):
        return Outcome.NEWER
    if found.has(Weight.INCOMPLETE):
        return Outcome.INCOMPLETE
    if not (sealed and timed):
        return Outcome.INTACT
    return Outcome.PROVEN if anchored else Outcome.SEALED
