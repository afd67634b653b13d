"""Step 15: what this recipient may see of what the journal only commits to; each line must open its commitment."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from tweespoor.dossier import members, statements
from tweespoor.dossier.container import Container
from tweespoor.dossier.findings import Findings, Step
from tweespoor.errors import DamagedError
from tweespoor.journal import disclosures
from tweespoor.journal.entry import Entry

_LONGEST: Final = 65_536
_FIELD: Final = re.compile(r"[a-z]+(_[a-z]+)*_sha256\Z")
_SALT: Final = re.compile(r"[0-9a-f]{64}\Z")
OF_TRACK: Final = "salt_sha256"


class Disclosure(NamedTuple):
    """One line: which member of which entry it opens, with which salt, and what it says."""

    position: int
    field: str
    salt: bytes
    value: str


def read(line: bytes) -> Disclosure:
    """Read one line; DamagedError when it is not exactly that."""
    says: Mapping[str, object] = statements.canonical_object(line, _LONGEST)
    position, field, salt, value = (says.get(name) for name in ("position", "field", "salt", "value"))
    if (
        set(says) != {"position", "field", "salt", "value"}
        or type(position) is not int
        or not isinstance(field, str)
        or not isinstance(salt, str)
        or not isinstance(value, str)
        or not _FIELD.match(field)
        or not _SALT.match(salt)
    ):
        raise DamagedError("disclosure", "exactly its members", "others")
    return Disclosure(position, field, bytes.fromhex(salt), value)


class Disclosed:
    """The disclosures of a bundle, read beside its journal."""

    def __init__(self, container: Container, found: Findings) -> None:
        self._found = found
        self.salts: dict[int, bytes] = {}
        """The salts of tracks, by the position of the entry that opened them."""
        self._count = 0
        self._next: Disclosure | None = None
        self._lines: Iterator[Disclosure] = iter(())
        try:
            self._lines = self._read(container)
            self._next = next(self._lines, None)
        except DamagedError as error:
            self._damage(error)

    @staticmethod
    def _read(container: Container) -> Iterator[Disclosure]:
        before = (-1, "")
        for line in container.lines(members.DISCLOSURES, _LONGEST):
            found = read(line)
            if found[:2] <= before:
                raise DamagedError("disclosure", "lines in order, each once", "another order")
            before = found[:2]
            yield found

    def take(self, entry: Entry) -> None:
        """Hold the lines about an entry against it."""
        while self._next is not None and self._next.position <= entry.position:
            one = self._next
            try:
                self._open(one, entry)
                self._next = next(self._lines, None)
            except DamagedError as error:
                self._damage(error)
                self._next = None

    def _open(self, one: Disclosure, entry: Entry) -> None:
        commitment = getattr(entry.fact, one.field, None)
        where = f"entry {one.position}, {one.field}"
        if one.position != entry.position or not isinstance(commitment, str):
            raise DamagedError(where, "a commitment", "none")
        if one.field == OF_TRACK:
            opens = not one.value and sha256(one.salt).hexdigest() == commitment
            self.salts[one.position] = one.salt
        else:
            opens = disclosures.opens(commitment, one.value, one.salt)
        if not opens:
            raise DamagedError(where, "what was committed to", "something else")
        self._count += 1

    def end(self) -> None:
        """Say what is left over."""
        if self._next is not None:
            where = f"entry {self._next.position}"
            self._found.add(Step.DISCLOSURES, "disclosures.broken", where, expected="an entry", found="none")
        elif self._found.ok(Step.DISCLOSURES):
            self._found.add(Step.DISCLOSURES, "disclosures.right", disclosures=self._count)

    def _damage(self, error: DamagedError) -> None:
        self._found.damage(Step.DISCLOSURES, "disclosures.broken", error)
