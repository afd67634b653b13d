"""Attaches texts beside a recording: what somebody corrects or says about it, and why something was decided.

The recording itself never changes (clause 5a).  A text lies sealed in the keyring, under a key of the conversation, and
is gone when that is.  It stands in no journal: what somebody says afterwards is nobody else's (law 11).
"""

from dataclasses import dataclass
from typing import Final

from tweespoor.casework import ledger, models, settling, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Attachment
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import Kind
from tweespoor.seal import keys

LONGEST: Final = 10_000
_PURPOSE: Final = b"tweespoor/attachments/1"


@dataclass(frozen=True, slots=True)
class Attached:
    """A text as it was attached; ``about`` is the number of the request or wiping that it belongs to."""

    number: int
    kind: str
    seat: int | None
    about: int | None
    at_ms: int
    text: str


def attach(conversation_id: str, seat: int, kind: Attachment.Kind, text: str, *, staff: models.Staff) -> int:
    """Attach what somebody who took part corrects, or says about the recording; gives its number."""
    person = ledger.state(conversation_id).seats.get(seat)
    if person is None or person.kind is Kind.STAFF:
        raise UnknownError
    number = keep(conversation_id, kind, text, seat=seat)
    witness(f"attachment.{kind}", staff=staff, conversation_id=conversation_id, seat=seat)
    return number


def keep(
    conversation_id: str, kind: Attachment.Kind, text: str, *, seat: int | None = None, about: int | None = None
) -> int:
    """Keep a text, sealed; refused when it is empty or too long (4b)."""
    text = tidy(text)
    settling.refuse_when(not 1 <= len(text) <= LONGEST, "4b.text")
    row = Attachment(conversation=conversation_id, kind=kind, seat=seat, about=about, at_ms=now_ms())
    row.sealed = keys.wrap(_key(conversation_id), text.encode(), "attachment", _place(row))
    row.save()
    return row.pk


def tidy(text: str) -> str:
    r"""Give a text as it is kept: one kind of line end, nothing that a page cannot show.

    >>> tidy(" one\r\ntwo\x00 ")
    'one\ntwo'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(sign for sign in line if sign.isprintable() or sign == "\t") for line in lines).strip()


def of(conversation_id: str, *kinds: Attachment.Kind) -> list[Attached]:
    """Give the texts of a conversation, the first one first."""
    rows = Attachment.objects.filter(conversation=conversation_id, kind__in=kinds).order_by("at_ms", "pk")
    return [_opened(row) for row in rows]


def remove(conversation_id: str, kind: Attachment.Kind, seat: int) -> bool:
    """Remove a text of this kind about somebody; tells whether there was one."""
    gone, _ = Attachment.objects.filter(conversation=conversation_id, kind=kind, seat=seat).delete()
    return gone > 0


def about(conversation_id: str, kind: Attachment.Kind, number: int, *, since_ms: int = 0) -> str:
    """Give the text of since a moment that belongs to a request or a wiping; empty when there is none."""
    rows = Attachment.objects.filter(conversation=conversation_id, kind=kind, about=number, at_ms__gte=since_ms)
    row = rows.order_by("-pk").first()
    return "" if row is None else _opened(row).text


def _opened(row: Attachment) -> Attached:
    text = keys.unwrap(_key(row.conversation), bytes(row.sealed), "attachment", _place(row)).decode()
    return Attached(row.pk, row.kind, row.seat, row.about, row.at_ms, text)


def _key(conversation_id: str) -> bytes:
    return keys.derive(trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id), _PURPOSE)


def _place(row: Attachment) -> str:
    return f"{row.conversation}/{row.kind}/{row.seat}/{row.about}/{row.at_ms}"
