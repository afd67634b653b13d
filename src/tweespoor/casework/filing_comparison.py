"""Files a comparison: by the own choice of who took part, or with a reason by who works here.

The journal then holds the hash of the answer, and nothing of whose it is or what it says.  The answer itself lies
sealed in the keyring under a key of its own and goes with the part that it is of.  Of the file that was laid beside
ours only its length and hash are in it.  Who took part sees the own ones; the organisation sees all that were filed.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from tweespoor.casework import laying, ledger, models, settling, trackkeys
from tweespoor.casework.attaching import tidy
from tweespoor.casework.clock import now_ms
from tweespoor.casework.comparing import Beside
from tweespoor.casework.laying import File
from tweespoor.casework.witnessing import witness
from tweespoor.dossier import statements
from tweespoor.errors import UnknownError
from tweespoor.rules import facts
from tweespoor.seal import keys
from tweespoor.sound import answers
from tweespoor.sound.comparison import Comparison, Span

FORM: Final = "tweespoor/comparison/1"
LONGEST: Final = 1_000
_KEY: Final = models.WrappedKey.Kind.COMPARISON
_REASON: Final = "reason"


@dataclass(frozen=True, slots=True)
class Filed:
    """A comparison that was filed; ``document`` are the bytes whose hash the journal holds."""

    id: str
    conversation: str
    part: int
    seat: int | None
    staff: int | None
    position: int
    at_ms: int
    reason: str
    document: bytes

    @property
    def says(self) -> Mapping[str, Any]:
        """Give what the document says."""
        told: Mapping[str, Any] = json.loads(self.document)
        return told

    @property
    def found(self) -> Comparison:
        """Give the answer."""
        return answers.read(self.says["answer"])

    @property
    def exactly(self) -> Span | None:
        """Give which seconds of ours the copy is bit for bit; None when it is not."""
        span = self.says["exactly"]
        return None if span is None else (span[0], span[1])

    def file(self, which: str) -> File:
        """Give what is known of one of the two files."""
        told = self.says[which]
        return File(told["size"], told["sha256"])

    @property
    def name(self) -> str:
        """Give what it is called in a bundle."""
        return f"comparison-{sha256(self.document).hexdigest()[:16]}.json"


def document(one: Beside) -> bytes:
    """Write an answer as it is kept: canonical JSON, in which nothing stands of who made it."""
    if one.laid is None:
        raise UnknownError
    laid = one.laid
    return statements.canonical(
        {
            "answer": laid.found.as_json(),
            "conversation": one.owner.conversation,
            "copy": {"sha256": laid.copy.sha256, "size": laid.copy.size},
            "exactly": None if laid.exactly is None else [round(at, 3) for at in laid.exactly],
            "format": FORM,
            "made_ms": one.at_ms,
            "made_with": laying.versions(),
            "original": {
                "part": one.part,
                "sha256": laid.original.sha256,
                "size": laid.original.size,
                "track": one.track,
            },
        }
    )


def file(one: Beside, reason: str = "") -> str:
    """Put a comparison in the dossier; gives its id, the same one when it was filed already.

    Refused without a reason when who works here does it (4b).
    """
    owner, reason = one.owner, tidy(reason)
    settling.refuse_when(owner.staff is not None and not 1 <= len(reason) <= LONGEST, "4b.text")
    if one.filed is not None:
        return one.filed
    content = document(one)
    row = models.FiledComparison(
        id=secrets.token_hex(16),
        conversation=owner.conversation,
        part=one.part,
        seat=owner.seat,
        staff=owner.staff,
        at_ms=now_ms(),
    )
    kept = json.dumps({"document": content.decode(), _REASON: reason}, ensure_ascii=False).encode()
    above = trackkeys.conversation_key(trackkeys.organisation_key(), owner.conversation)
    key = keys.fresh()
    wrapped = keys.wrap(above, key, _KEY, row.pk)
    row.sealed = keys.wrap(key, kept, _KEY, row.pk)
    with ledger.writing(owner.conversation) as page:
        page.add(facts.ComparisonFiled(at=page.now, comparison=sha256(content).hexdigest()))
        row.position = page.head.at.position
        models.WrappedKey.objects.create(
            kind=_KEY, owner=row.pk, conversation=row.conversation, part=row.part, wrapped=wrapped
        )
        row.save(force_insert=True)
    one.filed = row.pk
    staff = None if owner.staff is None else models.Staff.objects.get(pk=owner.staff)
    witness("comparison.file", staff=staff, conversation_id=owner.conversation, seat=owner.seat)
    return row.pk


def of(conversation_id: str, seat: int | None = None) -> list[Filed]:
    """Give the comparisons that were filed, the first one first: all, or those of one participant."""
    rows = models.FiledComparison.objects.filter(conversation=conversation_id)
    rows = rows if seat is None else rows.filter(seat=seat)
    wrapped = {
        one.owner: bytes(one.wrapped)
        for one in models.WrappedKey.objects.filter(kind=_KEY, conversation=conversation_id)
    }
    return [_opened(row, wrapped[row.pk]) for row in rows.order_by("at_ms", "pk") if row.pk in wrapped]


def find(conversation_id: str, filed_id: str, seat: int | None = None) -> Filed:
    """Find one of those; raises UnknownError."""
    for one in of(conversation_id, seat):
        if one.id == filed_id:
            return one
    raise UnknownError


def forget(conversation_id: str, part: int | None = None) -> None:
    """Remove what was filed of a conversation, or of a part of it; whoever calls destroys the keys of a part."""
    rows = models.FiledComparison.objects.filter(conversation=conversation_id)
    (rows if part is None else rows.filter(part=part)).delete()


def _opened(row: models.FiledComparison, wrapped: bytes) -> Filed:
    above = trackkeys.conversation_key(trackkeys.organisation_key(), row.conversation)
    key = keys.unwrap(above, wrapped, _KEY, row.pk)
    kept = json.loads(keys.unwrap(key, bytes(row.sealed), _KEY, row.pk))
    return Filed(
        id=row.pk,
        conversation=row.conversation,
        part=row.part,
        seat=row.seat,
        staff=row.staff,
        position=row.position,
        at_ms=row.at_ms,
        reason=kept[_REASON],
        document=kept["document"].encode(),
    )
