"""Who signed the journal: endorsed keys with their intervals, their checkpoints, and what participants' pages signed.

All files are read once, beside the journal, line by line: they are sorted by position, so nothing is held but the
lines of the entry at which the journal is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509

from tweespoor.dossier import members, statements
from tweespoor.dossier.container import Container
from tweespoor.dossier.findings import Findings, Step
from tweespoor.dossier.statements import Statement
from tweespoor.dossier.trust import Trust, is_right
from tweespoor.errors import DamagedError
from tweespoor.journal.entry import Entry
from tweespoor.rules.facts_talk import ConsentGiven
from tweespoor.rules.state import Conversation
from tweespoor.seal import signing

SLACK_MS: Final = 5 * 60_000
"""How far two clocks may lie apart."""

_MOST_KEYS: Final = 1000
_ENDORSEMENT: Final = frozenset({"at", "certificate", "conversation", "first", "number", "public"})
_CHECKPOINT: Final = frozenset({"at", "conversation", "head", "key", "position"})
_YES: Final = frozenset({"conversation", "edition", "items", "public", "round", "seat", "what"})
_SEEN: Final = frozenset({"conversation", "head", "key", "position", "what"})


def moment(at_ms: int) -> datetime:
    """Give a moment of the journal as a date; the nearest one that there is.

    >>> moment(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(min(max(at_ms, 0), 253_402_300_799_000) / 1000, UTC)


class Beside:
    """Statements in the order of their position, read beside the journal."""

    def __init__(self, lines: Iterator[Statement]) -> None:
        self._lines = lines
        self._next = next(lines, None)
        self.last = -1

    def at(self, position: int) -> Iterator[Statement]:
        """Give the statements about a position; those of earlier ones that nobody asked for come too."""
        while self._next is not None and self._next.number("position") <= position:
            found = self._next
            self.last = found.number("position")
            self._next = next(self._lines, None)
            yield found

    def left(self) -> Iterator[Statement]:
        """Give the statements that are left over: about entries that are not there."""
        yield from self.at(1 << 53)


def read(container: Container, name: str) -> Iterator[Statement]:
    """Read the statements of a file; raises DamagedError."""
    for line in container.lines(name, statements.LONGEST):
        yield statements.read(line)


def fields(statement: Statement, names: frozenset[str], conversation: str | None) -> None:
    """See that a statement has exactly these members, and is about this conversation; raises DamagedError."""
    if set(statement.says) != names:
        raise DamagedError("statement", "exactly its members", "others")
    if statement.text("conversation") != conversation:
        raise DamagedError("statement", "this conversation", "another")


# The journal's keys ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Endorsed:
    """A key that may sign heads from a position on, with the statement by which the organisation says so."""

    public: bytes
    first: int
    at: int
    statement: Statement


class JournalKeys:
    """The keys of a journal, each with its interval."""

    def __init__(self, container: Container, found: Findings) -> None:
        self.endorsed: list[Endorsed] = []
        self._used: dict[str, int] = {}
        self.conversation: str | None = None
        try:
            for statement in read(container, members.ENDORSEMENTS):
                self._take(statement)
        except DamagedError as error:
            found.damage(Step.ENDORSEMENTS, "endorsements.broken", error)

    def _take(self, statement: Statement) -> None:
        before = self.endorsed[-1] if self.endorsed else None
        number, first = len(self.endorsed), statement.number("first")
        self.conversation = self.conversation or statement.text("conversation")
        fields(statement, _ENDORSEMENT, self.conversation)
        where = f"endorsement {number}"
        if statement.number("number") != number or number >= _MOST_KEYS:
            raise DamagedError(where, f"number {number}", "another")
        if first != 0 if before is None else first <= before.first:
            raise DamagedError(where, "a later beginning", f"{first}")
        public = _public(statement)
        if any(one.public == public for one in self.endorsed):
            raise DamagedError(where, "a key of its own", "one that stands here twice")
        self.endorsed.append(Endorsed(public, first, statement.number("at"), statement))

    def check(self, statement: Statement, entry: Entry, head: str, conversation: str | None) -> str | None:
        """Hold a checkpoint against the entry; gives the code of what is wrong, or None."""
        fields(statement, _CHECKPOINT, conversation)
        of = [one for one in self.endorsed if one.first <= entry.position]
        name = statement.text("key")
        if not of or signing.fingerprint(of[-1].public) != name:
            return "checkpoints.outside"
        if statement.number("position") != entry.position or statement.text("head") != head:
            return "checkpoints.broken"
        if statement.number("at") < entry.fact.at or not statements.is_right(statement, "checkpoint", of[-1].public):
            return "checkpoints.broken"
        self._used.setdefault(name, statement.number("at"))
        return None

    def judge(self, trust: Trust, top: x509.Certificate | None, found: Findings) -> None:
        """Step 7: each endorsement is signed by a certificate that leads where the seal does (``top``), and in time."""
        for number, one in enumerate(self.endorsed):
            certificate = trust.beside.get(one.statement.text("certificate"))
            used = self._used.get(signing.fingerprint(one.public))
            if (
                certificate is None
                or not is_right(one.statement, "endorsement", certificate)
                or (top is not None and trust.top_of(certificate, moment(one.at)) != top)
                or (used is not None and one.at > used + SLACK_MS)
            ):
                where = f"endorsement {number}"
                expected = "by the organisation, in time"
                found.add(Step.ENDORSEMENTS, "endorsements.broken", where, expected=expected, found="another")
        if self.endorsed and found.ok(Step.ENDORSEMENTS):
            found.add(Step.ENDORSEMENTS, "endorsements.right", keys=len(self.endorsed))


def _public(statement: Statement) -> bytes:
    try:
        key = bytes.fromhex(statement.text("public"))
    except ValueError:
        raise DamagedError("statement", "a public key in hex", "something else") from None
    if key.hex() != statement.text("public"):
        raise DamagedError("statement", "a public key in lowercase hex", "something else")
    signing.check_public(key)
    return key


# The pages' keys -------------------------------------------------------------------------------------


class PageKeys:
    """What participants' pages signed: every yes, and the heads that they saw while their agreement lasted."""

    def __init__(self, container: Container, found: Findings) -> None:
        self._found = found
        self._yeses: dict[tuple[str, int, int], Statement] = {}
        self._live: dict[str, tuple[bytes, int]] = {}
        self._rest = Beside(iter(()))
        self.signed: set[int] = set()
        """The seats whose yes was signed by their own page."""
        self.yeses = self.seen = 0
        try:
            self._begin(read(container, members.PAGES))
        except DamagedError as error:
            self._damage(error)

    def _begin(self, lines: Iterator[Statement]) -> None:
        order = (0, 0)
        for statement in lines:
            if statement.says.get("what") != "yes":
                self._rest = Beside(self._seen(statement, lines))
                return
            here = (statement.number("round"), statement.number("seat"))
            if here <= order or len(self._yeses) >= _MOST_KEYS:
                raise DamagedError("yes", "yeses in order, each once", "another order")
            order = here
            self._yeses[signing.fingerprint(_public(statement)), *here] = statement

    def _seen(self, first: Statement, lines: Iterator[Statement]) -> Iterator[Statement]:
        before = (-1, "")
        statement: Statement | None = first
        while statement is not None:
            here = (statement.number("position"), statement.text("key"))
            if here <= before:
                raise DamagedError("seen head", "heads in order, each once", "another order")
            before = here
            yield statement
            statement = next(lines, None)

    def take(self, entry: Entry, head: str, before: Conversation, state: Conversation) -> None:
        """Hold what pages signed about an entry against it."""
        fact = entry.fact
        if isinstance(fact, ConsentGiven) and fact.page is not None:
            self._yes(fact, before)
        try:
            for statement in self._rest.at(entry.position):
                self._see(statement, entry, head, state)
        except DamagedError as error:
            self._damage(error)
            self._rest = Beside(iter(()))
        part = before.parts.get(before.part)
        now = state.parts.get(before.part)
        if part is not None and now is not None and part.ended_at is None and now.ended_at is not None:
            self._live = {name: live for name, live in self._live.items() if live[1] > part.round}

    def _yes(self, fact: ConsentGiven, before: Conversation) -> None:
        key = (str(fact.page), fact.round, fact.seat)
        statement = self._yeses.pop(key, None)
        where = f"round {fact.round}, seat {fact.seat}"
        if statement is None:
            self._found.add(Step.PAGES, "pages.yes-missing", where)
            return
        try:
            fields(statement, _YES, before.conversation)
            public = _public(statement)
        except DamagedError as error:
            self._damage(error)
            return
        fits = (statement.says["edition"], statement.says["items"]) == (before.edition, list(before.items))
        if not fits or not statements.is_right(statement, "yes", public):
            self._found.add(Step.PAGES, "pages.broken", where, expected="a yes to what was agreed", found="another")
            return
        self._live[str(fact.page)] = (public, fact.round)
        self.signed.add(fact.seat)
        self.yeses += 1

    def _see(self, statement: Statement, entry: Entry, head: str, state: Conversation) -> None:
        fields(statement, _SEEN, state.conversation)
        where = f"entry {entry.position}"
        live = self._live.get(statement.text("key"))
        if live is None:
            self._found.add(Step.PAGES, "pages.outside", where)
        elif (statement.number("position"), statement.text("head"), statement.text("what")) != (
            entry.position, head, "seen",
        ) or not statements.is_right(statement, "seen", live[0]):  # fmt: skip
            self._found.add(Step.PAGES, "pages.broken", where, expected="the head there, signed", found="another")
        else:
            self.seen += 1

    def end(self) -> None:
        """Say what is left over: yeses that no entry names, heads of entries that are not there."""
        try:
            left = sum(1 for _ in self._rest.left())
        except DamagedError as error:
            self._damage(error)
            left = 0
        for _, number, seat in self._yeses:
            self._found.add(Step.PAGES, "pages.outside", f"round {number}, seat {seat}")
        if left:
            self._found.add(Step.PAGES, "pages.outside", "behind the end")
        if self._found.ok(Step.PAGES):
            code = "pages.right" if self.yeses else "pages.none"
            self._found.add(Step.PAGES, code, yeses=self.yeses, seen=self.seen)

    def _damage(self, error: DamagedError) -> None:
        self._found.damage(Step.PAGES, "pages.broken", error)
