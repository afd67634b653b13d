"""Makes of a signed contract its pages: a PDF in each language in which it was read, sealed, with its text inside.

The pages are made from the canonical text alone and from what people drew.  That text lies in the PDF as a file, and
its SHA-256, which everyone signed, stands on the pages, so that anyone can hold the two against each other.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from django.utils import formats, timezone, translation

from tweespoor.casework import certifying, drawing, models, strokes, trackkeys, typesetting
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Contract, ContractFile
from tweespoor.casework.strokes import Strokes
from tweespoor.errors import DamagedError
from tweespoor.rules.agreements import Sentence
from tweespoor.rules.state import Conversation
from tweespoor.seal import keys

_PURPOSE: Final = b"tweespoor/contract-files/1"
DUTCH: Final = "nl"

_PRACTICE: Final = Sentence("OEFENING. Dit is geen echt gesprek.", "PRACTICE. This is not a real talk.")
_TITLE: Final = Sentence("Contract over het opnemen van een gesprek", "Contract about recording a talk")
_FROM: Final = Sentence("Dit contract geldt vanaf {moment}.", "This contract holds from {moment}.")
_SAME: Final = Sentence(
    "Iedereen die hieronder staat, tekende dezelfde tekst.", "Everyone named below signed the same text."
)
_AGREED: Final = Sentence("Wat is afgesproken", "What was agreed")
_SIGNED: Final = Sentence("Handtekeningen", "Signatures")
_CHECKING: Final = Sentence("Zo kun je dit controleren", "How you can check this")
_INSIDE: Final = Sentence(
    "In dit bestand zit de tekst als contract.json. De SHA-256 daarvan is:",
    "This file holds the text as contract.json. Its SHA-256 is:",
)
_SEALED: Final = Sentence(
    "Dit bestand is vastgezet door {who}. De vingerafdruk van het zegel is:",
    "This file is sealed by {who}. The fingerprint of the seal is:",
)
_HELP: Final = Sentence("Hulp of twijfel: {helpline}.", "Help or doubt: {helpline}.")
_OF: Final = Sentence("Handtekening van {who}", "Signature of {who}")
_PARTY: Final = Sentence("Deelnemer {number}", "Participant {number}")


class Way(StrEnum):
    """How somebody signed."""

    PHONE = "own-phone"
    DEVICE = "device"
    AFTERWARDS = "afterwards"
    WORKER = "worker"
    PAPER = "paper"


WAYS: Final[Mapping[Way, Sentence]] = {
    Way.PHONE: Sentence("Getekend op de eigen telefoon, op {day}.", "Signed on the own phone, on {day}."),
    Way.DEVICE: Sentence(
        "Getekend op het toestel van de medewerker, op {day}.", "Signed on our worker's device, on {day}."
    ),
    Way.AFTERWARDS: Sentence("Getekend na het gesprek, op {day}.", "Signed after the talk, on {day}."),
    Way.WORKER: Sentence("Getekend door de medewerker, op {day}.", "Signed by our worker, on {day}."),
    Way.PAPER: Sentence(
        "Getekend op papier. De scan is bewaard op {day}. De SHA-256 daarvan is:",
        "Signed on paper. The scan was kept on {day}. Its SHA-256 is:",
    ),
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: whose (None is the organisation), how, in which language the text was read, when, what was drawn.

    ``scan`` is the SHA-256 (hex) of the scan of a paper, when it stands on one.
    """

    seat: int | None
    way: Way
    language: str
    at_ms: int
    strokes: Strokes
    scan: str = ""

    def told(self) -> dict[str, object]:
        """Give it as JSON values, without whose it is."""
        return {
            "way": self.way.value,
            "language": self.language,
            "at": self.at_ms,
            "strokes": json.loads(strokes.write(self.strokes)),
            "scan": self.scan,
        }

    @classmethod
    def of(cls, seat: int | None, told: Mapping[str, Any]) -> "Signature":
        """Give a signature from what ``told`` gave."""
        drawn = tuple(tuple((x, y) for x, y in one) for one in told["strokes"])
        return cls(seat, Way(told["way"]), told["language"], told["at"], drawn, told["scan"])


def digest(document: bytes) -> str:
    """Give the hash (hex) of a canonical text: what is signed."""
    return hashlib.sha256(document).hexdigest()


def grouped(sha256: str) -> str:
    """Give a hash in groups that can be read aloud.

    >>> grouped("0123456789abcdef")
    '0123 4567 89ab cdef'
    """
    return " ".join(sha256[at : at + 4] for at in range(0, len(sha256), 4))


def bind(row: Contract, signatures: Sequence[Signature], state: Conversation) -> dict[str, bytes]:
    """Make the sealed PDF in Dutch, and in each other language in which somebody signed; by language."""
    languages = dict.fromkeys((DUTCH, *(one.language for one in signatures)))
    return {language: _page(row, signatures, state, language) for language in languages}


def _page(row: Contract, signatures: Sequence[Signature], state: Conversation, language: str) -> bytes:
    document = bytes(row.document)
    with translation.override(language):
        values = _values(row, json.loads(document), signatures, state, language)
        files = {"contract.json": document, "handtekeningen.json": _drawn(row, signatures, state)}
        pdf = typesetting.contract(values, files, now_ms())
        return certifying.sign_pdf(pdf, reason=values["title"])


def _values(
    row: Contract, told: Mapping[str, Any], signatures: Sequence[Signature], state: Conversation, language: str
) -> typesetting.ContractValues:
    house = str(told["organisation"])

    def say(sentence: Sentence, **filling: str) -> str:
        return in_language(sentence, language).format(**filling)

    practice = models.Conversation.objects.filter(pk=row.conversation_id, practice=True).exists()
    return {
        "language": language,
        "band": say(_PRACTICE) if practice else "",
        "title": say(_TITLE),
        "lines": [house, say(_FROM, moment=_moment(told["from"])), say(_SAME)],
        "heading": say(_AGREED),
        "items": [(one["question"][language], one["text"][language]) for one in told["agreements"]],
        "sentences": [one[language] for one in told["sentences"]],
        "signed": say(_SIGNED),
        "signers": [_signer(one, state, house, language) for one in signatures],
        "checking": say(_CHECKING),
        "checks": [say(_INSIDE), grouped(row.sha256), say(_SEALED, who=house), grouped(certifying.root_sha256())],
        "foot": say(_HELP, helpline=str(told["helpline"])),
    }


def _signer(one: Signature, state: Conversation, house: str, language: str) -> typesetting.Signer:
    number = 0 if one.seat is None else drawing.number_of(state, one.seat)
    name = in_language(_PARTY, language).format(number=number) if number else house
    return {
        "name": name,
        "how": in_language(WAYS[one.way], language).format(day=_day(one.at_ms)),
        "alt": in_language(_OF, language).format(who=name),
        "strokes": [[list(point) for point in stroke] for stroke in one.strokes],
        "scan": grouped(one.scan),
    }


def in_language(sentence: Sentence, language: str) -> str:
    """Give a sentence in English, or in Dutch for every other language.

    >>> in_language(Sentence("ja", "yes"), "en")
    'yes'
    """
    return sentence.en if language == "en" else sentence.nl


def _drawn(row: Contract, signatures: Sequence[Signature], state: Conversation) -> bytes:
    """Give the signatures as JSON: over which text, by which party, how, and what was drawn; no times of day."""
    told = [
        {
            "party": "organisation" if one.seat is None else drawing.number_of(state, one.seat),
            "way": one.way.value,
            "language": one.language,
            "strokes": json.loads(strokes.write(one.strokes)),
            "scan": one.scan or None,
        }
        for one in signatures
    ]
    box = {"width": strokes.WIDTH, "height": strokes.HEIGHT}
    return json.dumps({"contract": row.sha256, "box": box, "signatures": told}, separators=(",", ":")).encode()


def _day(ms: int) -> str:
    return formats.date_format(_local(ms), "j F Y")


def _moment(ms: int) -> str:
    moment = _local(ms)
    return f"{formats.date_format(moment, 'j F Y')}, {formats.time_format(moment, 'H:i:s')}"


def _local(ms: int) -> datetime:
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))


# The slot ------------------------------------------------------------------------------------------------


def keep(row: Contract, kind: ContractFile.Kind, content: bytes) -> ContractFile:
    """Keep a file in the slot of a contract, sealed; the same one again is the one that is there."""
    sha256 = hashlib.sha256(content).hexdigest()
    there = row.files.filter(kind=kind, sha256=sha256).first()
    if there is not None:
        return there
    sealed = keys.wrap(_key(row.conversation_id), content, "contract-file", _place(row, kind, sha256))
    return ContractFile.objects.create(
        contract=row, kind=kind, sha256=sha256, size=len(content), at_ms=now_ms(), sealed=sealed
    )


def opened(kept: ContractFile) -> bytes:
    """Give a file of the slot as it was kept; raises DamagedError when a bit of it differs."""
    row = kept.contract
    return keys.unwrap(
        _key(row.conversation_id), bytes(kept.sealed), "contract-file", _place(row, kept.kind, kept.sha256)
    )


def damage(row: Contract) -> Iterator[str]:
    """Say what is wrong with a contract and with what lies in its slot; nothing when all is as it was made."""
    if digest(bytes(row.document)) != row.sha256:
        yield f"version {row.version}: its text is not what was signed"
    for kept in row.files.order_by("pk"):
        try:
            content = opened(kept)
        except DamagedError as error:
            yield f"version {row.version}: {error}"
            continue
        if kept.kind != ContractFile.Kind.SCAN and not certifying.is_whole(content):
            yield f"version {row.version}: the seal on its pages ({kept.kind}) does not verify"


def stamped(kept: ContractFile, content: bytes) -> None:
    """Put the same pages with a time stamp behind them in the place of the ones without."""
    kept.sha256, kept.size, kept.stamped_ms = hashlib.sha256(content).hexdigest(), len(content), now_ms()
    place = _place(kept.contract, kept.kind, kept.sha256)
    kept.sealed = keys.wrap(_key(kept.contract.conversation_id), content, "contract-file", place)
    kept.save()


def _key(conversation_id: str) -> bytes:
    return keys.derive(trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id), _PURPOSE)


def _place(row: Contract, kind: str, sha256: str) -> str:
    return f"{row.conversation_id}/{row.version}/{kind}/{sha256}"
