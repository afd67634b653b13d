"""Steps 6 to 11: the journal read once, from its first line, with everything that was signed or stamped about it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tweespoor.dossier import disclosing, keys, members
from tweespoor.dossier.container import Container
from tweespoor.dossier.coverage import Course
from tweespoor.dossier.findings import Findings, Step
from tweespoor.dossier.keys import JournalKeys, PageKeys
from tweespoor.dossier.statements import Statement
from tweespoor.dossier.trust import Trust
from tweespoor.dossier.verify_files import MEBI
from tweespoor.errors import DamagedError, NewerError
from tweespoor.journal import chain, entry
from tweespoor.journal.entry import Entry
from tweespoor.rules.breaches import Breach, Judge
from tweespoor.rules.facts import (
    ComparisonFiled,
    ContractOffered,
    ConversationOpened,
    DerivativeMade,
    Fact,
    PartErased,
    TrackCheckpoint,
    TrackHead,
    TrackOpened,
    TrackSealed,
)
from tweespoor.seal import paths, stamps
from tweespoor.seal.stamps import Stamp

LONGEST: Final = 65_536
_MOST_LINES: Final = 1_000_000
_MOST_SEATS: Final = 500
_MOST_PARTS: Final = 500
_MOST_TRACKS: Final = 2_000
_MOST_SPANS: Final = 10_000
_LATE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a track was, by an entry at a position and a moment (ms)."""

    at: int
    last: int
    samples: int
    head: str


@dataclass(slots=True)
class Journal:
    """What the journal tells the steps behind it."""

    course: Course = field(default_factory=Course)
    entries: int = 0
    heads: dict[int, str] = field(default_factory=dict)
    """The heads at the positions that were asked for."""
    moments: dict[int, int] = field(default_factory=dict)
    opened: dict[str, tuple[int, str]] = field(default_factory=dict)
    """For each track the position of the entry that opened it, and the hash of its salt."""
    reached: dict[str, list[Reached]] = field(default_factory=dict)
    sealed: dict[str, TrackSealed] = field(default_factory=dict)
    erased: dict[int, PartErased] = field(default_factory=dict)
    sealing: int | None = None
    """The position of the last entry that sealed a track."""
    files: set[str] = field(default_factory=set)
    """The hashes of files that facts name."""
    whole: bool = False


class Reading:
    """Reads the journal of a bundle; ``asked`` are positions of which the head is needed."""

    def __init__(self, container: Container, found: Findings, asked: Sequence[int] = ()) -> None:
        self._container = container
        self._found = found
        self._asked = set(asked)
        self.journal = Journal()
        self.keys = JournalKeys(container, found)
        self.pages = PageKeys(container, found)
        self.disclosed = disclosing.Disclosed(container, found)
        self._stamps = _stamps_in(container)
        self._checkpoints = keys.Beside(iter(()))
        self._signed = 0
        self._last_signed = -1
        self._judge = Judge()

    def read(self, conversation: str | None) -> Journal:
        """Do steps 6, 8, 9 and 11, and the reading part of 10 and 15; ``conversation`` is the one that is expected."""
        self._begin_checkpoints()
        at: chain.Chain | None = None
        lines = self._container.lines(members.JOURNAL, LONGEST)
        try:
            for line in lines:
                if at is None:
                    at = _begin(line, conversation, self._found)
                one, at = chain.follow(at, line)
                self._take(one, at.head)
            if at is None:
                self._found.add(Step.JOURNAL, "journal.broken", "journal", expected="lines", found="none")
        except NewerError as error:
            self._newer(error, lines)
        except DamagedError as error:
            self._found.damage(Step.JOURNAL, "journal.broken", error)
        self.journal.whole = self._found.ok(Step.JOURNAL)
        self._end()
        return self.journal

    def _begin_checkpoints(self) -> None:
        try:
            self._checkpoints = keys.Beside(_ascending(keys.read(self._container, members.CHECKPOINTS)))
        except DamagedError as error:
            self._found.damage(Step.CHECKPOINTS, "checkpoints.broken", error)

    def _newer(self, error: DamagedError, lines: Iterator[bytes]) -> None:
        """Tell a newer line from a broken one: what stands behind it must still be chained, line to line."""
        self._found.damage(Step.JOURNAL, "journal.newer", error)
        previous = None
        try:
            for line in lines:
                if previous is not None and json.loads(line)["previous"] != previous:
                    break
                previous = entry.digest(line)
            else:
                return
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        except DamagedError as broken:
            self._found.damage(Step.JOURNAL, "journal.broken", broken)
            return
        self._found.add(
            Step.JOURNAL, "journal.broken", "journal", expected="the hash of the line before", found="another"
        )

    def _take(self, one: Entry, head: str) -> None:
        journal, fact = self.journal, one.fact
        before = journal.course.state
        if one.position and isinstance(fact, ConversationOpened):
            raise DamagedError(f"entry {one.position}", "one beginning", "another")
        journal.course.take(fact)
        state = journal.course.state
        for breach in self._judge.take(before, fact, state):
            self._breach(breach)
        journal.entries += 1
        _see_size(journal)
        if one.position in self._asked or one.position in self._stamps:
            journal.heads[one.position], journal.moments[one.position] = head, fact.at
        self._checkpoint(one, head)
        self.pages.take(one, head, before, state)
        self.disclosed.take(one)
        _note(journal, one)

    def _breach(self, breach: Breach) -> None:
        for code in breach.verdict.codes:
            self._found.add(
                Step.RULES, "rules.broken", f"entry {breach.position}", clause=code.partition(".")[0], rule=code,
                at=breach.at,
            )  # fmt: skip

    def _checkpoint(self, one: Entry, head: str) -> None:
        try:
            for statement in self._checkpoints.at(one.position):
                code = self.keys.check(statement, one, head, self.journal.course.state.conversation)
                if code is not None:
                    self._found.add(Step.CHECKPOINTS, code, f"entry {statement.number('position')}")
                    continue
                self._signed += 1
                self._last_signed = one.position
        except DamagedError as error:
            self._found.damage(Step.CHECKPOINTS, "checkpoints.broken", error)
            self._checkpoints = keys.Beside(iter(()))

    def _end(self) -> None:
        found, journal = self._found, self.journal
        if not journal.whole:  # what is left over now is so because the journal could not be read on
            for step in (Step.CHECKPOINTS, Step.PAGES, Step.RULES, Step.DISCLOSURES):
                found.add(step, "step.not-done")
            return
        for breach in self._judge.end():
            self._breach(breach)
        found.add(Step.JOURNAL, "journal.whole", entries=journal.entries)
        if journal.course.state.practice:
            found.add(Step.JOURNAL, "journal.practice")
        if found.ok(Step.RULES):
            found.add(Step.RULES, "rules.kept", entries=journal.entries)
        self._end_checkpoints()
        self.pages.end()
        self.disclosed.end()

    def _end_checkpoints(self) -> None:
        found = self._found
        try:
            behind = sum(1 for _ in self._checkpoints.left())
        except DamagedError as error:
            found.damage(Step.CHECKPOINTS, "checkpoints.broken", error)
            behind = 0
        if behind:
            found.add(Step.CHECKPOINTS, "checkpoints.outside", "behind the end")
        if not self._signed:
            found.add(Step.CHECKPOINTS, "checkpoints.missing")
        elif self._last_signed < self.journal.entries - 1:
            left = self.journal.entries - 1 - self._last_signed
            found.add(Step.CHECKPOINTS, "checkpoints.tail", f"entry {self._last_signed + 1}", entries=left)
        if found.ok(Step.CHECKPOINTS):
            found.add(Step.CHECKPOINTS, "checkpoints.right", checkpoints=self._signed)

    def stamped(self, trust: Trust, seal: object) -> None:
        """Step 10: time stamps on heads; ``seal`` is the root of the seal, which cannot also say when."""
        for position, token in sorted(self._stamps.items()):
            where = f"entry {position}"
            head = self.journal.heads.get(position)
            try:
                if head is None:
                    raise DamagedError(where, "an entry", "none")  # noqa: TRY301 - said as what it is
                stamp = stamps.verify(token, bytes.fromhex(head))
            except DamagedError as error:
                self._found.damage(Step.STAMPS, "stamps.broken", error)
                continue
            self._stamp(stamp, where, self.journal.moments[position], trust, seal)
        if not self._stamps:
            self._found.add(Step.STAMPS, "stamps.none")

    def _stamp(self, stamp: Stamp, where: str, at_ms: int, trust: Trust, seal: object) -> None:
        early = keys.moment(at_ms) - timedelta(milliseconds=keys.SLACK_MS)
        at = stamp.moment.strftime("%Y-%m-%d %H:%M:%S")
        if stamp.moment < early:
            self._found.add(Step.STAMPS, "stamps.early", where, at=at)
            return
        root = paths.lead(stamp.signer, stamp.certificates, trust.given, stamp.moment)
        code = "stamps.untrusted" if root is None or root == seal else "stamps.trusted"
        self._found.add(Step.STAMPS, code, where, at=at)
        if stamp.moment > keys.moment(at_ms) + _LATE:
            self._found.add(Step.STAMPS, "stamps.late", where, at=at)


def _begin(line: bytes, expected: str | None, found: Findings) -> chain.Chain:
    first = entry.read(line).fact
    if not isinstance(first, ConversationOpened):
        raise DamagedError("entry 0", "ConversationOpened", type(first).__name__)
    if expected is not None and first.conversation != expected:
        found.add(Step.JOURNAL, "journal.other", "entry 0")
    return chain.begin(first.conversation)


def _ascending(lines: Iterator[Statement]) -> Iterator[Statement]:
    before = -1
    for statement in lines:
        position = statement.number("position")
        if position <= before:
            raise DamagedError(f"checkpoint at {position}", "ascending positions", "another order")
        before = position
        yield statement


def _see_size(journal: Journal) -> None:
    """Refuse what no conversation has, before it costs what no reader has."""
    state = journal.course.state
    if (
        journal.entries > _MOST_LINES
        or len(state.seats) > _MOST_SEATS
        or len(state.parts) > _MOST_PARTS
        or len(state.tracks) > _MOST_TRACKS
        or len(journal.course.gate.spans) > _MOST_SPANS
    ):
        raise DamagedError(f"entry {journal.entries - 1}", "as much as a conversation has", "more")


def _note(journal: Journal, one: Entry) -> None:
    """Keep what later steps need of an entry."""
    fact: Fact = one.fact
    match fact:
        case TrackOpened():
            journal.opened.setdefault(fact.track, (one.position, fact.salt_sha256))
        case TrackCheckpoint():
            for head in fact.tracks:
                _reach(journal, fact.at, head)
        case TrackSealed():
            journal.sealed.setdefault(fact.track, fact)
            _reach(journal, fact.at, TrackHead(fact.track, fact.last, fact.samples, fact.head))
            journal.sealing = one.position
        case PartErased():
            journal.erased[fact.part] = fact
        case DerivativeMade():
            journal.files.add(fact.derivative)
        case ContractOffered():
            journal.files.add(fact.contract)
        case ComparisonFiled():
            journal.files.add(fact.comparison)
        case _:
            pass


def _reach(journal: Journal, at: int, head: TrackHead) -> None:
    reached = journal.reached.setdefault(head.track, [])
    if not reached or (reached[-1].last, reached[-1].head, reached[-1].samples) != (head.last, head.head, head.samples):
        reached.append(Reached(at, head.last, head.samples, head.head))


def _stamps_in(container: Container) -> Mapping[int, bytes]:
    found: dict[int, bytes] = {}
    for name in container.members:
        if match := members.HEAD_STAMP.match(name):
            try:
                found[int(match[1])] = container.read(name, MEBI)
            except DamagedError:
                found[int(match[1])] = b""  # too large: said by step 1, and no token either
    return found
