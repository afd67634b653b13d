"""The confirmation of a conversation: the same for everyone who was present, whoever asks and whenever.

When the recording is sealed the organisation signs where its journal stands: a *receipt* (docs/format.md, 6).  It is
made once and kept, so that everyone gets the same bytes, and another one is made when more was sealed later and when
the conversation is closed.  Kept by somebody outside, it is what holds even an organisation with all its keys to what
it wrote.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from tweespoor.casework import certifying, ledger, models, stamping
from tweespoor.casework.clock import now_ms
from tweespoor.dossier import receipts, statements
from tweespoor.errors import DamagedError, UnreadableError
from tweespoor.journal import entry
from tweespoor.rules.facts import ConversationClosed, RecordingStopped, TrackSealed
from tweespoor.rules.state import Conversation, Running
from tweespoor.seal import certificates, signing

LONGEST: Final = 20_000
"""How much somebody may hold against a conversation at once, in characters."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What everyone gets: the position and head of the journal at a moment (ms), and the signed line."""

    position: int
    head: str
    at: int
    line: bytes

    @property
    def code(self) -> str:
        """Give the receipt as one writes it down: the position, and 160 bits of the head in groups."""
        return receipts.code_of(self.position, self.head)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When was recorded (ms), how long without the pauses (ms), and the receipt as soon as it is there."""

    begin: int
    end: int
    recorded: int
    receipt: Receipt | None


def confirmation(conversation_id: str) -> Confirmation | None:
    """Give the confirmation of a recorded conversation; None when nothing was recorded.

    Its receipt is the first one behind the last stop, so that it stays the same whatever is added later.
    """
    head = ledger.head(conversation_id)
    spans = [span for span in head.gate.spans if span.end is not None]
    if not spans:
        return None
    ended = [part.ended_at for part in head.state.parts.values() if part.ended_at is not None]
    rows = models.Receipt.objects.filter(conversation_id=conversation_id, at_ms__gte=max(ended, default=0))
    first = None if _runs(head.state) else rows.order_by("position").first()
    return Confirmation(
        begin=spans[0].begin,
        end=max(span.end or 0 for span in spans),
        recorded=sum((span.end or span.begin) - span.begin for span in spans),
        receipt=None if first is None else _read(bytes(first.line)),
    )


def newest(conversation_id: str) -> Receipt | None:
    """Give the newest receipt of a conversation."""
    row = models.Receipt.objects.filter(conversation_id=conversation_id).order_by("-position").first()
    return None if row is None else _read(bytes(row.line))


def _read(line: bytes) -> Receipt:
    read = statements.read(line)
    return Receipt(read.number("position"), read.text("head"), read.number("at"), line)


# Making ----------------------------------------------------------------------------------------------


def confirm(conversation_id: str) -> None:
    """Make a receipt of where the journal stands, when something was sealed or closed since the last one."""
    head = ledger.head(conversation_id)
    if not _is_settled(head.state):
        return
    last = models.Receipt.objects.filter(conversation_id=conversation_id).order_by("-position").first()
    if not _is_worth_one(conversation_id, -1 if last is None else last.position):
        return
    seal = certifying.seal()
    at = max(now_ms(), head.state.at)
    says = {
        "at": at,
        "certificate": certificates.fingerprint(seal.certificates[0]),
        "conversation": conversation_id,
        "head": head.at.head,
        "position": head.at.position,
        "root": certificates.fingerprint(seal.certificates[-1]),
    }
    line = statements.make(says, lambda content: signing.raw(seal.sign(signing.message("receipt", content))))
    row = models.Receipt(
        conversation_id=conversation_id,
        position=head.at.position,
        at_ms=at,
        line=line,
        stamp_due_ms=at if stamping.is_configured() else None,
    )
    models.Receipt.objects.bulk_create([row], ignore_conflicts=True)  # another process may have made it just now


def _is_settled(c: Conversation) -> bool:
    """Tell whether something was recorded, nothing runs, and what we recorded is sealed as far as it can be."""
    if _runs(c) or not any(part.started_at is not None for part in c.parts.values()):
        return False
    return all(
        track.sealed or (track.part in c.parts and c.parts[track.part].erased is not None)
        for track in c.tracks.values()
        if track.ours
    )


def _runs(c: Conversation) -> bool:
    return c.running in {Running.RUNNING, Running.PAUSED}


def _is_worth_one(conversation_id: str, behind: int) -> bool:
    rows = models.Entry.objects.filter(conversation_id=conversation_id, position__gt=behind).order_by("position")
    kinds = TrackSealed, RecordingStopped, ConversationClosed
    return any(isinstance(entry.read(bytes(row)).fact, kinds) for row in rows.values_list("line", flat=True).iterator())


# Holding one against a conversation --------------------------------------------------------------------


class Held(StrEnum):
    """What came of holding a receipt against a conversation."""

    FITS = "fits"
    DIFFERS = "differs"
    """It is signed by us, or written down by somebody, and the journal says something else there."""
    TWO = "two"
    """We signed two different heads at one position: two people were told two things."""
    OTHER = "other"
    """It belongs to another conversation."""
    NOT_OURS = "not-ours"
    """It is not signed by the organisation."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Compared:
    """One receipt, and what came of it; ``at`` (ms) is when it was made, where it says so."""

    held: Held
    at: int | None = None
    position: int | None = None


def hold(conversation_id: str, given: str) -> list[Compared]:
    """Hold receipts against a conversation: signed lines, or codes that somebody wrote down, one a line.

    The whole journal is read and verified for it, never only the line that is asked for.
    """
    try:
        heads = _heads(conversation_id)
    except DamagedError:
        heads = {}
    signed: dict[int, set[str]] = {}
    for row in models.Receipt.objects.filter(conversation_id=conversation_id):
        known = _read(bytes(row.line))
        signed.setdefault(known.position, set()).add(known.head)
    return list(_compared(conversation_id, given, heads, signed))


def _compared(
    conversation_id: str, given: str, heads: dict[int, str], signed: dict[int, set[str]]
) -> Iterator[Compared]:
    for line in [one.strip() for one in given[:LONGEST].splitlines() if one.strip()]:
        try:
            known = receipts.read(line.encode())
        except (UnreadableError, UnicodeEncodeError):
            yield Compared(Held.UNREADABLE)
            continue
        position, differs = known.position, not known.is_head(heads.get(known.position, ""))
        if known.statement is None:
            yield Compared(Held.DIFFERS if differs else Held.FITS, None, position)
            continue
        read = known.statement
        if not any(statements.is_right(read, "receipt", key) for key in _keys(read.text("certificate"))):
            yield Compared(Held.NOT_OURS)
        elif read.text("conversation") != conversation_id:
            yield Compared(Held.OTHER)
        else:
            signed.setdefault(position, set()).add(known.head)
            two = len(signed[position]) > 1
            yield Compared(Held.TWO if two else Held.DIFFERS if differs else Held.FITS, read.number("at"), position)


def _heads(conversation_id: str) -> dict[int, str]:
    """Give the head at every position of a journal that verifies from its first line on."""
    ledger.fold(conversation_id)
    lines: Sequence[bytes] = list(ledger.lines(conversation_id))
    return {position: entry.digest(line) for position, line in enumerate(lines)}


def _keys(certificate: str) -> Iterator[bytes]:
    """Give the public key of our certificate with this fingerprint, of now or of before."""
    for chain in (certifying.certificates(), *certifying.earlier()):
        if sha256(chain[0]).hexdigest() == certificate:
            yield certificates.public(chain[0])
