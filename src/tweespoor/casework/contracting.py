"""Lays agreements down in a contract that both sides sign (clause 7b), so that nobody can tell who did not sign.

One text is offered to all.  Who signs, or does not, is kept apart and sealed until everyone has signed, the
organisation too; only then it stands in the journal, for all at once, and the pages are made and sealed.  Time over,
or another text agreed: then what was signed so far is thrown away, and there is no contract.  Not signing has no other
consequence, and looks like signing to everyone, also in the tables: what is sealed is always as long.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from tweespoor.casework import binding, ledger, models, polling, scans, settling, strokes, trackkeys
from tweespoor.casework.binding import Signature, Way
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.models import Contract, ContractFile, ContractSignature
from tweespoor.casework.strokes import Strokes
from tweespoor.casework.witnessing import witness
from tweespoor.dossier.statements import canonical
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions, contract, facts
from tweespoor.rules.state import Conversation
from tweespoor.seal import keys

_HOUSE_SEAT: Final = 0
_PURPOSE: Final = b"tweespoor/contract-signatures/1"
_AS_LONG: Final = strokes.LARGEST + 1024  # bytes of every answer before it is sealed


class Standing(StrEnum):
    """Where a contract stands, as everyone may see it."""

    OPEN = "open"
    MADE = "made"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Seen:
    """A contract as it can be looked at."""

    row: Contract
    standing: Standing
    document: dict[str, Any]


# Offering --------------------------------------------------------------------------------------------


def offer(conversation_id: str, *, staff: models.Staff | None = None) -> None:
    """Offer what was agreed as a contract; as long as the same is offered, or was signed, nothing changes."""
    with ledger.writing(conversation_id) as page:
        conditions.may_lay_down(page.state).or_refuse()
        last = _last(conversation_id)
        said = last is not None and contract.says_the_same(_read(last), _document(page.state, 1))
        if last is not None and said and (last.made_ms is not None or _is_open(last, page.now)):
            return
        _offer(page, conversation_id, from_ms=page.now)
        witness("contract.offer", staff=staff, conversation_id=conversation_id)


def follow(page: ledger.Page, conversation_id: str, *, shown_from_ms: int) -> None:
    """Offer a new version when what was agreed just now is not what the contract says; it is seen from a moment on."""
    last = _last(conversation_id)
    if last is None or page.state.contract is None or not conditions.may_lay_down(page.state):
        return
    if not contract.says_the_same(_read(last), _document(page.state, 1)):
        _offer(page, conversation_id, from_ms=shown_from_ms)


def _offer(page: ledger.Page, conversation_id: str, *, from_ms: int) -> None:
    version = models.Contract.objects.filter(conversation=conversation_id).count() + 1
    document = canonical(_document(page.state, version))
    sha256 = binding.digest(document)
    Contract.objects.filter(conversation=conversation_id, made_ms=None, ended_ms=None).update(ended_ms=page.now)
    Contract.objects.create(
        conversation_id=conversation_id,
        version=version,
        sha256=sha256,
        document=document,
        offered_ms=from_ms,
        until_ms=polling.deadline(page.now),
    )
    page.add(facts.ContractOffered(at=page.now, contract=sha256))


def _document(state: Conversation, version: int) -> dict[str, object]:
    house = settling.house()
    return contract.document(state, version=version, organisation=house.organisation, helpline=house.helpline)


def _read(row: Contract) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(row.document))
    return found


def _last(conversation_id: str) -> Contract | None:
    return Contract.objects.filter(conversation=conversation_id).order_by("-version").first()


def _is_open(row: Contract, now: int) -> bool:
    return row.made_ms is None and row.ended_ms is None and now < row.until_ms


# Looking ---------------------------------------------------------------------------------------------


def look(conversation_id: str) -> Seen | None:
    """Give the newest contract of a conversation that may be seen now; None when none was offered."""
    now = now_ms()
    rows = Contract.objects.filter(conversation=conversation_id, offered_ms__lte=now)
    row = rows.order_by("-version").first()
    if row is None:
        return None
    return Seen(row, _standing(row, now), _read(row))


def _standing(row: Contract, now: int) -> Standing:
    if row.made_ms is not None:
        return Standing.MADE if now >= (row.shown_from_ms or 0) else Standing.OPEN
    return Standing.OPEN if _is_open(row, now) else Standing.ENDED


def made(conversation_id: str) -> QuerySet[Contract]:
    """Give the contracts that everyone signed and that may be seen, the first one first."""
    return Contract.objects.filter(conversation=conversation_id, shown_from_ms__lte=now_ms()).order_by("version")


def is_party(state: Conversation, seat: int | None) -> bool:
    """Tell whether somebody is asked to sign; what anybody answered does not change it."""
    return seat is not None and seat in contract.parties(state)


def file(conversation_id: str, version: int, kind: str) -> bytes:
    """Give the sealed PDF of a contract in one language; raises UnknownError when there is none."""
    row = made(conversation_id).filter(version=version).first()
    kept = None if row is None else row.files.filter(kind=kind).exclude(kind=ContractFile.Kind.SCAN).first()
    if kept is None:
        raise UnknownError
    return binding.opened(kept)


def to_file(conversation_id: str) -> list[tuple[str, bytes]]:
    """Give everything that belongs in a dossier: each contract that was made in its languages, and its scans."""
    found: list[tuple[str, bytes]] = []
    for row in made(conversation_id):
        scans_of = 0
        for kept in row.files.order_by("kind", "pk"):
            scans_of += kept.kind == ContractFile.Kind.SCAN
            number = f"-{scans_of}" if kept.kind == ContractFile.Kind.SCAN else ""
            found.append((f"contract-{row.version}-{kept.kind}{number}.pdf", binding.opened(kept)))
    return found


def scan(conversation_id: str, version: int, number: int) -> bytes:
    """Give a scan that was registered under a contract that was made; raises UnknownError."""
    row = made(conversation_id).filter(version=version).first()
    found = [] if row is None else list(row.files.filter(kind=ContractFile.Kind.SCAN).order_by("pk"))
    if not 1 <= number <= len(found):
        raise UnknownError
    return binding.opened(found[number - 1])


# Signing ---------------------------------------------------------------------------------------------


def sign(
    conversation_id: str, seat: int | None, sha256: str, drawn: Strokes | None, *, way: Way, language: str
) -> None:
    """Take somebody's signature, or that there is none (``drawn`` None); the last answer counts.

    ``seat`` None is the organisation.  Refused for another text than the one that is offered now, for who is no party,
    and once it is over.  The caller learns nothing else.
    """
    with transaction.atomic():
        row = _to_sign(conversation_id, sha256, seat)
        _keep(row, seat, Signature(seat, way, language, now_ms(), drawn or ()), signed=drawn is not None)


def register(
    conversation_id: str, sha256: str, content: bytes, seats: Iterable[int | None], *, staff: models.Staff
) -> None:
    """Register a paper on which people signed this text: its scan, and whose signatures stand on it."""
    signers = tuple(dict.fromkeys(seats))
    settling.refuse_when(not signers, "7b.not-asked")
    for seat in signers:
        _to_sign(conversation_id, sha256, seat)
    scans.check(content)
    with transaction.atomic():
        for seat in signers:
            row = _to_sign(conversation_id, sha256, seat)
            paper = binding.keep(row, ContractFile.Kind.SCAN, content)
            told = Signature(seat, Way.PAPER, "nl", now_ms(), (), paper.sha256)
            _keep(row, seat, told, signed=True)
        witness("contract.scan", staff=staff, conversation_id=conversation_id)


def _to_sign(conversation_id: str, sha256: str, seat: int | None) -> Contract:
    """Give the contract that is offered now, when this text may be signed by this person; else refuse."""
    conditions.may_sign(ledger.state(conversation_id), sha256, seat).or_refuse()
    row = Contract.objects.filter(conversation=conversation_id, sha256=sha256).order_by("-version").first()
    if row is None or not _is_open(row, now_ms()):
        settling.refuse("7b.too-late")
    return row


# What is kept apart --------------------------------------------------------------------------------------


def _keep(row: Contract, seat: int | None, one: Signature, *, signed: bool) -> None:
    number = seat or _HOUSE_SEAT
    told = one.told() | {"signed": signed}
    content = json.dumps(told, separators=(",", ":")).encode().ljust(_AS_LONG)
    sealed = keys.wrap(_key(row.conversation_id), content, "contract-signature", _place(row.sha256, number))
    with transaction.atomic(using=ALIAS):
        mine = ContractSignature.objects.filter(contract=row.sha256, seat=number)
        if not mine.update(sealed=sealed, at_ms=row.offered_ms):
            ContractSignature.objects.create(
                conversation=row.conversation_id, contract=row.sha256, seat=number, at_ms=row.offered_ms, sealed=sealed
            )


def signatures(row: Contract, state: Conversation) -> list[Signature] | None:
    """Give the organisation's signature and everyone's, in the order of the seats; None unless all are there."""
    asked = (None, *contract.parties(state))
    found = {one.seat: one for one in ContractSignature.objects.filter(contract=row.sha256)}
    if {seat or _HOUSE_SEAT for seat in asked} - found.keys():
        return None
    opened = [_opened(found[seat or _HOUSE_SEAT], seat) for seat in asked]
    signed = [one for one in opened if one is not None]
    return signed if len(signed) == len(opened) else None


def _opened(kept: ContractSignature, seat: int | None) -> Signature | None:
    """Open what somebody answered; None when it was no signature."""
    place = _place(kept.contract, kept.seat)
    content = keys.unwrap(_key(kept.conversation), bytes(kept.sealed), "contract-signature", place)
    told = json.loads(content)
    return Signature.of(seat, told) if told.pop("signed") else None


def _key(conversation_id: str) -> bytes:
    return keys.derive(trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id), _PURPOSE)


def _place(sha256: str, number: int) -> str:
    return f"{sha256}/{number}"
