"""Makes the bundle of a conversation: the one file that a stranger can check (docs/format.md, 7), for one recipient.

Everyone gets the same journal, for a chain cannot be shown in part, and of the sound what the recipient may hear: the
organisation the whole, who took part the own minutes.  Of everything else a bundle holds the leaves alone, «withheld
from this copy»: what is locked, what is covered by law, what lies between a stop and its arrival, what belongs to
others.  Nothing leaves while a secret waits for the privacy officer (clause 0c).

That the organisation made one is a fact and a line of the access log; that somebody who took part made one is a line of
that log alone (law 11).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path
from typing import Final

import structlog

from tweespoor.casework import (
    attesting,
    certifying,
    countersigning,
    disclosing,
    earshot,
    enclosing,
    exporting,
    ledger,
    limiting,
    models,
    places,
    room,
    settling,
    stamping,
    trackkeys,
)
from tweespoor.casework.arriving import StartingError
from tweespoor.casework.clock import now_ms
from tweespoor.casework.earshot import Earshot
from tweespoor.casework.witnessing import witness
from tweespoor.dossier import bundle, statements
from tweespoor.dossier.bundle import Contents, Laid
from tweespoor.dossier.chunks import Body, Row
from tweespoor.errors import UnknownError
from tweespoor.journal import entry
from tweespoor.rules import conditions, facts
from tweespoor.rules.state import Conversation, Running, Track
from tweespoor.seal import envelope
from tweespoor.tape import record
from tweespoor.tape.store import Store, Stored
from tweespoor.tape.timeline import Stretch

ACTION: Final = "recording.bundle"
A_DAY: Final = 5
"""How many bundles one participant makes in a day."""
_NOBODY: Final = -1
_DAY_S: Final = 86_400
_AROUND: Final = record.HEADER_SIZE + envelope.NONCE + envelope.TAG

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Package:
    """A bundle on its way: what it is called, how long it is, and its bytes, made while they are asked for."""

    name: str
    laid: Laid


# For whom --------------------------------------------------------------------------------------------


def for_staff(staff: models.Staff, conversation_id: str) -> Package:
    """Give the bundle to its worker, a records clerk or the privacy officer; for anybody else it is not there."""
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    if row is None or not is_for(staff, row):
        raise UnknownError
    _tell(row.pk, _whole(row.pk), staff)
    return _package(row, bundle.lay(_contents(row.pk, None), certifying.sign_cms, _stamp))


def is_for(staff: models.Staff, row: models.Conversation) -> bool:
    """Tell whether this person makes bundles of this conversation for the organisation."""
    officer = staff.role == models.Role.OFFICER and not row.practice
    return officer or exporting.is_for(staff, row)


def for_listener(hearing: models.Hearing) -> Package:
    """Give the bundle of the own minutes to who listens back, on a device of their own; so many a day."""
    where, seat = hearing.conversation_id, hearing.seat
    row = models.Conversation.objects.filter(pk=where).first()
    if row is None or hearing.code is None:
        raise UnknownError
    shot = earshot.own(ledger.head(where), seat)
    settling.refuse_when(not any(earshot.may_hear(shot, part) for part in shot.state.parts), "0c.not-available")
    settling.refuse_when(limiting.take(f"bundles:{where}:{seat}", A_DAY, _DAY_S) is None, "0c.too-often")
    witness(ACTION, conversation_id=where, seat=seat)
    return _package(row, bundle.lay(_contents(where, seat), certifying.sign_cms, _stamp))


def write(conversation_id: str, path: Path) -> None:
    """Write the whole bundle to a new file, for a command; FileExistsError, UnknownError."""
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    if row is None:
        raise UnknownError
    shot = _whole(row.pk)
    if path.exists():
        raise FileExistsError(path)
    _tell(row.pk, shot, None)
    bundle.write(path, _contents(row.pk, None), certifying.sign_cms, _stamp, apart=True)


def _whole(conversation_id: str) -> Earshot:
    """Judge whether the organisation's bundle may leave, and give what may be heard in it."""
    shot = earshot.whole(ledger.head(conversation_id))
    c = shot.state
    settling.refuse_when(c.running in {Running.RUNNING, Running.PAUSED}, "4b.not-stopped")
    recorded = [part.part for part in c.parts.values() if part.started_at is not None]
    settling.refuse_when(not recorded, "0c.not-available")
    conditions.may_prove(c).or_refuse()
    return shot


def _tell(conversation_id: str, shot: Earshot, staff: models.Staff | None) -> None:
    """Write down that the organisation takes a copy of what may be heard, before its first byte goes."""
    leaving = [part for part in shot.state.parts if earshot.may_hear(shot, part)]
    ledger.append(conversation_id, *(facts.Exported(at=now_ms(), part=part) for part in leaving))
    witness(ACTION, staff=staff, conversation_id=conversation_id)


def _package(row: models.Conversation, laid: Laid) -> Package:
    return Package(f"{'oefening-' if row.practice else ''}bewijsmap-{row.pk[:8]}.zip", laid)


# What goes in ----------------------------------------------------------------------------------------


def _contents(conversation_id: str, seat: int | None) -> Contents:
    attesting.attest(conversation_id)
    head = ledger.fold(conversation_id)
    return _gathered(conversation_id, head, earshot.whole(head) if seat is None else earshot.own(head, seat), seat)


def outline(conversation_id: str) -> Contents:
    """Give a bundle without sound or disclosures, for who checks what is there; nothing is written, no key is used."""
    head = ledger.fold(conversation_id)
    nothing = replace(earshot.whole(head), state=replace(head.state, tracks={}, parts={}))
    return _gathered(conversation_id, head, nothing, _NOBODY)


def _gathered(conversation_id: str, head: ledger.Head, shot: Earshot, seat: int | None) -> Contents:
    """Gather everything; the tables are asked now, the sound is read while the bundle is sent."""
    lines = list(ledger.lines(conversation_id))[: head.at.position + 1]
    opened = {fact.track: position for position, fact in _openings(lines)}
    sounds = [_Sound(conversation_id, track, shot) for track in head.state.tracks.values() if _is_in(head.state, track)]
    endorsed = _beside(models.Endorsement, conversation_id, "number")
    pages = countersigning.shown(conversation_id, lines)
    checkpoints = [line for line in _beside(models.Checkpoint, conversation_id, "position") if _until(line, head)]
    return Contents(
        conversation=conversation_id,
        made_ms=now_ms(),
        page=page(),
        journal=lambda: lines,
        disclosures=sorted_by_place([*_salts(sounds, opened), *_dossier(conversation_id, lines, seat)]),
        endorsements=[line for line in endorsed if statements.read(line).number("first") <= head.at.position],
        checkpoints=lambda: checkpoints,
        pages=lambda: pages,
        certificates=list(_certificates(endorsed)),
        stamps=_stamps(conversation_id, head),
        tracks=[bundle.Track(sound.track.track, sound.rows, sound.bodies) for sound in sounds],
        files={name: _pieces(content) for name, content in _enclosed(conversation_id, head, shot, seat)},
        agent=f"Tweespoor {metadata.version('tweespoor')}",
        own_minutes=seat is not None,
    )


def page() -> bytes:
    """Give the page that lies in every bundle."""
    return (resources.files("tweespoor.dossier") / "LEESMIJ.html").read_bytes()


def _is_in(c: Conversation, track: Track) -> bool:
    part = c.parts.get(track.part)
    return part is None or part.erased is None


def _beside(table: type[models.Endorsement | models.Checkpoint], conversation_id: str, order: str) -> list[bytes]:
    rows = table._default_manager.filter(conversation_id=conversation_id).order_by(order)  # noqa: SLF001 - public by documentation
    return [bytes(line) for line in rows.values_list("line", flat=True)]


def _until(line: bytes, head: ledger.Head) -> bool:
    return statements.read(line).number("position") <= head.at.position


def _openings(lines: Iterable[bytes]) -> Iterator[tuple[int, facts.TrackOpened]]:
    for line in lines:
        if b'"TrackOpened"' in line:
            written = entry.read(line)
            if isinstance(written.fact, facts.TrackOpened):
                yield written.position, written.fact


def _certificates(endorsed: Iterable[bytes]) -> Iterator[bytes]:
    """Give the certificates that endorsements name, and those above them."""
    named = {statements.read(line).text("certificate") for line in endorsed}
    if not named:
        return
    for chain in (certifying.certificates(), *certifying.earlier()):
        if sha256(chain[0]).hexdigest() in named:
            yield from chain


def _stamps(conversation_id: str, head: ledger.Head) -> Mapping[int, bytes]:
    rows = models.Receipt.objects.filter(
        conversation_id=conversation_id, stamp__isnull=False, position__lte=head.at.position
    )
    return {row.position: bytes(row.stamp or b"") for row in rows}


def _stamp(digest: bytes) -> bytes | None:
    """Ask for a time stamp over the bundle; one that does not come now leaves it without, and the bundle says so."""
    try:
        return stamping.stamp(digest)
    except stamping.StampError as trouble:
        _log.warning("bundle.unstamped", reason=str(trouble))
        return None


def _enclosed(conversation_id: str, head: ledger.Head, shot: Earshot, seat: int | None) -> Iterator[tuple[str, bytes]]:
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    return iter(()) if row is None or seat == _NOBODY else enclosing.files(row, head, shot)


def _pieces(content: bytes) -> bundle.Pieces:
    return lambda: (content,)


# What the journal only commits to ----------------------------------------------------------------------


def _salts(sounds: Iterable["_Sound"], opened: Mapping[str, int]) -> Iterator[tuple[int, str, bytes, str]]:
    """Give the salt of each track of which sound is here: without it no leaf can be worked out."""
    for sound in sounds:
        if sound.salt is not None:
            yield opened[sound.track.track], "salt_sha256", sound.salt, ""


def _dossier(conversation_id: str, lines: Iterable[bytes], seat: int | None) -> Iterator[tuple[int, str, bytes, str]]:
    """Give the organisation the dossier number that its own fact stands for."""
    if seat is not None:
        return
    for position, line in enumerate(lines):
        if b'"DossierFiled"' in line and isinstance(entry.read(line).fact, facts.DossierFiled):
            with suppress(UnknownError):
                yield position, "dossier_sha256", *disclosing.disclose(conversation_id, position, "dossier")


def sorted_by_place(found: Iterable[tuple[int, str, bytes, str]]) -> list[bytes]:
    """Write disclosures as lines, in their order.

    >>> sorted_by_place([(3, "salt_sha256", bytes(2), "")])
    [b'{"field":"salt_sha256","position":3,"salt":"0000","value":""}']
    """
    return [
        statements.canonical({"field": field, "position": position, "salt": salt.hex(), "value": value})
        for position, field, salt, value in sorted(found)
    ]


# Sound -----------------------------------------------------------------------------------------------


class _Sound:
    """One track as this recipient gets it: which bodies are here is settled once, and does not change any more."""

    def __init__(self, conversation_id: str, track: Track, shot: Earshot) -> None:
        self.track = track
        self.conversation_id = conversation_id
        own = bytes.fromhex(track.track)
        with suppress(StartingError):
            room.room().spool.settle(own)
        self._index = tuple(Store(places.tracks()).contents(own).chunks)
        mine = track.track in shot.state.tracks and earshot.may_hear(shot, track.part)
        self._kept = track.kept and not track.handed_in
        unheard = shot.unheard(track.part) if mine else None
        self._hidden = () if unheard is None else (*unheard.withheld, *unheard.covered)
        self._heard = mine and not self._kept
        self.salt: bytes | None = None
        self._key = b""
        if self._heard and any(self._is_here(stored) for stored in self._index):
            settling.refuse_when(not track.sealed, "4b.not-sealed")
            row = models.Track.objects.get(pk=track.track)
            self._key, self.salt = trackkeys.track_key(trackkeys.organisation_key(), row)

    def _is_here(self, stored: Stored) -> bool:
        when = Stretch(stored.header.begin_ms, stored.header.end_ms)
        return self._heard and not any(when.meets(one) for one in self._hidden)

    def rows(self) -> Iterator[Row]:
        """Give the line of every chunk, from the headers alone."""
        for stored in self._index:
            body, length = Body.KEPT if self._kept else Body.WITHHELD, 0
            if self._is_here(stored):
                whole = stored.length if stored.handed_in is None else stored.handed_in[1]
                body, length = Body.HERE, whole - _AROUND
            yield Row(stored.header.place, stored.header.leaf, body, length)

    def bodies(self) -> Iterator[bytes]:
        """Give the bodies that are here, each verified as it is read."""
        if self.salt is None:
            return
        with Store(places.tracks()).open(self.track.track, self._key, self.conversation_id, self.salt) as opened:
            for stored in self._index:
                if self._is_here(stored):
                    yield opened.chunk(stored.header.number).body or b""
