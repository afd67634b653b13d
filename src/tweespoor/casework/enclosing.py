"""Gives what lies in a bundle beside journal and sound (docs/format.md, 7, «Files»), for one recipient.

The sheet of what was agreed, the contract, the list of each cut that everyone agreed to, the text of what was said, and
comparisons that were filed.  Each is withheld as the sound is: of a part that this recipient does not hear nothing goes
along, of a text the lines of the own minutes, of comparisons the own ones.  What a fact names the hash of lies there
with exactly those bytes; for the rest the seal alone vouches.
"""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

from tweespoor.casework import (
    binding,
    confirming,
    contracting,
    cutting,
    earshot,
    filing_comparison,
    ledger,
    models,
    packing,
    transcribing,
    typesetting,
    writing_out,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.earshot import Earshot
from tweespoor.casework.packing import Leaving
from tweespoor.casework.writing_out import Sheet
from tweespoor.errors import UnknownError
from tweespoor.rules.state import Conversation, Part

_LABEL = "Hulpmiddel, geen bewijs. Luister naar de opname om zeker te zijn."


def files(row: models.Conversation, head: ledger.Head, shot: Earshot) -> Iterator[tuple[str, bytes]]:
    """Give the name and the bytes of each file."""
    heard = [part for number, part in shot.state.parts.items() if earshot.may_hear(shot, number)]
    recorded = [part for part in heard if part.started_at is not None]
    if recorded:
        yield "afspraken.pdf", _sheet(row, head, shot, recorded)
    yield from _contract(row.pk, head.state, shot.seat)
    for part in recorded:
        yield from _cuts(head.state, part.part)
    for text in transcribing.of_shot(row.pk, shot):
        zero = shot.state.parts[text.part].started_at or 0
        sheet = Sheet(f"Deel {text.part}", _LABEL, zero, text.lines)
        yield f"tekst-deel-{text.part}.vtt", writing_out.write(sheet, "vtt")
    for filed in filing_comparison.of(row.pk, shot.seat):
        if earshot.may_hear(shot, filed.part):
            yield filed.name, filed.document


def _sheet(row: models.Conversation, head: ledger.Head, shot: Earshot, recorded: list[Part]) -> bytes:
    """Set the sheet of what was agreed; the number of the dossier stands on that of the organisation alone."""
    shown = models.Conversation(
        pk=row.pk, practice=row.practice, opened_ms=row.opened_ms, dossier=row.dossier if shot.seat is None else ""
    )
    leaving = Leaving(
        row=shown,
        head=ledger.Head(head.at, shot.state, shot.gate),
        parts=tuple(recorded),
        tracks=(),
        at_ms=now_ms(),
        keys={},
        lines=(),
        note="",
        receipt=confirming.newest(row.pk),
        contracts=(),
        copies=(),
        compared=(),
    )
    return typesetting.agreements(packing.values(leaving), b"{}", leaving.at_ms)


def _contract(conversation_id: str, c: Conversation, seat: int | None) -> Iterator[tuple[str, bytes]]:
    """Give the contract, to whoever is a party to it: its text, of which the journal holds the hash, and the PDFs."""
    if seat is not None and not contracting.is_party(c, seat):
        return
    for row in contracting.made(conversation_id):
        yield f"contract-{row.version}.json", bytes(row.document)
        for kept in row.files.exclude(kind=models.ContractFile.Kind.SCAN):
            with suppress(UnknownError):
                yield f"contract-{row.version}-{kept.kind}.pdf", binding.opened(kept)


def _cuts(c: Conversation, part: int) -> Iterator[tuple[str, bytes]]:
    """Give the list of each cut of a part, whose hash the journal holds; not of one that is being made just now."""
    for edit in cutting.of(c):
        row = models.Cut.objects.filter(pk=edit.edit, over_ms__isnull=False).first()
        if edit.part != part or row is None or not edit.derivatives:
            continue
        document = row.document.encode()
        name = sha256(document).hexdigest()
        if name == edit.derivatives[-1]:
            yield f"geknipt-{name[:16]}.json", document
