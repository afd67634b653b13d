"""Receipts: what somebody who was there took home, as a signed line or as a code of 160 bits (docs/format.md, 6).

A receipt comes from outside the bundle.  That is its whole worth: whoever holds every key can make a bundle anew, but
not what somebody else already has.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from tweespoor.dossier import keys, statements
from tweespoor.dossier.findings import Findings, Step
from tweespoor.dossier.statements import Statement
from tweespoor.dossier.trust import Trust, fingerprint, is_right
from tweespoor.dossier.verify_journal import Journal
from tweespoor.errors import DamagedError, UnreadableError

DIGITS: Final = 40  # of a head: 160 bits
MOST: Final = 100  # receipts at once

_FIELDS: Final = frozenset({"at", "certificate", "conversation", "head", "position", "root"})
_CODE: Final = re.compile(rf"(0|[1-9][0-9]{{0,15}})([0-9a-f]{{{DIGITS}}})\Z")
_BETWEEN: Final = re.compile(r"[\s\u2010-\u2015\u2212-]+")
_HEAD: Final = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A head, or the first digits of one, at a position; ``statement`` is None for a code."""

    position: int
    head: str
    statement: Statement | None = None

    @property
    def root(self) -> str | None:
        """Give the fingerprint of the organisation's root that a signed receipt names."""
        return None if self.statement is None else self.statement.text("root")

    def is_head(self, head: str) -> bool:
        """Tell whether this is the head that it anchors."""
        return head.startswith(self.head)


def code_of(position: int, head: str) -> str:
    """Give the code by which people copy a receipt.

    >>> code_of(3, "ab12" * 16)
    '3-ab12-ab12-ab12-ab12-ab12-ab12-ab12-ab12-ab12-ab12'
    """
    return "-".join([str(position), *(head[at : at + 4] for at in range(0, DIGITS, 4))])


def read(content: bytes) -> Receipt:
    """Read a receipt: a signed line, or a code as it was typed; UnreadableError when it is neither.

    >>> read(b"3 AB12 ab12-ab12ab12 ab12 ab12 ab12 ab12 ab12 ab12").position
    3
    """
    text = content.strip()
    if text.startswith(b"{"):
        return _signed(text)
    if len(text) >= statements.LONGEST:
        raise UnreadableError("it is neither a confirmation nor a code of one")
    return _typed(text.decode("utf-8", "replace"))


def _typed(text: str) -> Receipt:
    """Read a code with whatever a telephone or a printer made of its capitals, spaces and dashes."""
    found = _CODE.match(_BETWEEN.sub("", unicodedata.normalize("NFKC", text).lower()))
    if found is None:
        raise UnreadableError("it is neither a confirmation nor a code of one")
    return Receipt(int(found[1]), found[2])


def _signed(text: bytes) -> Receipt:
    try:
        statement = statements.read(text)
        head = statement.text("head")
        if set(statement.says) != _FIELDS or not all(
            _HEAD.match(statement.text(name)) for name in ("head", "certificate", "root")
        ):
            raise UnreadableError("it is no confirmation of this format")
        statement.number("at")
        return Receipt(statement.number("position"), head, statement)
    except DamagedError:
        raise UnreadableError("it is no confirmation of this format") from None


def judge(given: list[Receipt], journal: Journal, trust: Trust, found: Findings) -> bool:
    """Step 16; tells whether one of them anchors everything that was recorded."""
    anchored = False
    truths: dict[int, list[Receipt]] = {}
    for number, receipt in enumerate(given, 1):
        where = f"receipt {number}"
        others = truths.setdefault(receipt.position, [])
        if any(not _agree(receipt, other) for other in others):
            found.add(Step.RECEIPTS, "receipts.two-truths", where, position=receipt.position)
        others.append(receipt)
        if receipt.statement is not None and not _is_signed(receipt.statement, receipt, trust, where, found):
            continue
        anchored = _fits(receipt, journal, where, found) or anchored
    if not given:
        found.add(Step.RECEIPTS, "receipts.none")
    return anchored and found.ok(Step.RECEIPTS)


def _agree(one: Receipt, other: Receipt) -> bool:
    """Tell whether two receipts of one position can both be true; those of two conversations can."""
    about = {receipt.statement.text("conversation") for receipt in (one, other) if receipt.statement is not None}
    return len(about) > 1 or one.is_head(other.head) or other.is_head(one.head)


def _is_signed(statement: Statement, receipt: Receipt, trust: Trust, where: str, found: Findings) -> bool:
    """Check who signed a receipt: a certificate in the bundle that leads to the root that the receipt names."""
    certificate = trust.beside.get(statement.text("certificate"))
    if certificate is None:
        found.add(Step.RECEIPTS, "receipts.broken", where)
        return False
    root = trust.top_of(certificate, keys.moment(statement.number("at")))
    if not is_right(statement, "receipt", certificate) or root is None or fingerprint(root) != receipt.root:
        found.add(Step.RECEIPTS, "receipts.broken", where)
        return False
    return True


def _fits(receipt: Receipt, journal: Journal, where: str, found: Findings) -> bool:
    """Hold a receipt against the journal; tells whether it anchors everything that was recorded."""
    state = journal.course.state
    statement = receipt.statement
    if statement is not None and statement.text("conversation") != state.conversation:
        found.add(Step.RECEIPTS, "receipts.other-conversation", where)
        return False
    if not journal.whole:
        return False
    if receipt.position >= journal.entries:
        found.add(Step.RECEIPTS, "receipts.behind-the-end", where, position=receipt.position)
        return False
    if not receipt.is_head(journal.heads.get(receipt.position, "")):
        found.add(Step.RECEIPTS, "receipts.differs", where, position=receipt.position)
        return False
    early = journal.sealing is None or receipt.position < journal.sealing
    code = "receipts.early" if early else "receipts.right"
    found.add(Step.RECEIPTS, code, where, position=receipt.position)
    if statement is None:
        found.add(Step.RECEIPTS, "receipts.unsigned", where)
    return not early
