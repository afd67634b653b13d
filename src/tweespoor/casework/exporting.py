"""Gives a conversation as one folder, for the organisation's own dossier system: sound, note, agreements, facts.

It leaves as a ZIP that is made while it is sent, so that no sound in clear ever stands on the server's disk, or as a
folder that a command writes.  What is locked or wiped stays out; nothing leaves while a secret waits for the privacy
officer (clause 0c).  What participants did afterwards is no part of it (law 11), and no names are in it but those that
somebody wrote in the note.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.utils import formats, timezone, translation

from tweespoor.casework import (
    confirming,
    contracting,
    drawing,
    filing,
    ledger,
    models,
    places,
    room,
    settling,
    trackkeys,
    typesetting,
)
from tweespoor.casework.arriving import StartingError
from tweespoor.casework.clock import now_ms
from tweespoor.casework.playing import Player, Unheard
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.journal import entry
from tweespoor.rules import agreements, conditions, facts, facts_recording, facts_talk
from tweespoor.rules.facts import Fact
from tweespoor.rules.state import Conversation, Part, Running, Track
from tweespoor.tape.store import Store

ACTION: Final = "recording.export"
FORMAT: Final = "tweespoor-export/1"
_TALK: Final = (facts_talk.__name__, facts_recording.__name__)
_AFTER: Final = (
    *(facts.DossierFiled, facts.PartLocked, facts.PartReleased, facts.PartErased, facts.ConversationClosed),
    *(facts.SpanCovered, facts.SpanUncovered, facts.DerivativeMade),
)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP knows


@dataclass(frozen=True, slots=True)
class Package:
    """A ZIP on its way: what it is called, and its bytes, made while they are asked for."""

    name: str
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What leaves: a conversation as it stands, its parts, and the tracks that go along, each with its file."""

    row: models.Conversation
    head: ledger.Head
    parts: tuple[Part, ...]
    tracks: tuple[tuple[Track, str], ...]
    at_ms: int
    # Asked of the tables beforehand: the rest is made on other threads, while it is sent.
    keys: dict[str, tuple[bytes, bytes]]
    lines: tuple[bytes, ...]
    note: str
    receipt: confirming.Receipt | None
    contracts: tuple[tuple[str, bytes], ...]

    @property
    def state(self) -> Conversation:
        return self.head.state

    @property
    def folder(self) -> str:
        """Give the name of the folder: neutral, and marked when it is practice."""
        return f"{'oefening-' if self.row.practice else ''}gesprek-{self.row.pk}"


def stream(staff: models.Staff, conversation_id: str) -> Package:
    """Give a conversation as a ZIP, to its worker or a records clerk; for anybody else it is not there.

    Refused while it is not stopped or sealed, for locked parts alone, and while a secret waits for the officer.
    """
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    if row is None or not is_for(staff, row):
        raise UnknownError
    leaving = _judge(row)
    _log(leaving, staff)
    return Package(f"{leaving.folder}.zip", _zipped(leaving))


def is_for(staff: models.Staff, row: models.Conversation) -> bool:
    """Tell whether this person gives this conversation to a dossier system."""
    return row.worker_id == staff.pk or (staff.role == models.Role.CLERK and not row.practice)


def write(conversation_id: str, target: Path) -> Path:
    """Write a conversation as a folder, for a command; gives the folder (FileExistsError when it is there already)."""
    row = models.Conversation.objects.filter(pk=conversation_id).first()
    if row is None:
        raise UnknownError
    leaving = _judge(row)
    folder = target / leaving.folder
    folder.mkdir(mode=0o700, parents=True)
    _log(leaving, None)
    for file in _files(leaving):
        path = folder / file.name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.writelines(file.pieces)
    return folder


# What leaves -----------------------------------------------------------------------------------------


def _judge(row: models.Conversation) -> _Leaving:
    head = ledger.head(row.pk)
    c = head.state
    settling.refuse_when(c.running in {Running.RUNNING, Running.PAUSED}, "4b.not-stopped")
    recorded = [part for part in c.parts.values() if part.started_at is not None]
    leaving = tuple(part for part in recorded if conditions.may_export(c, part.part))
    if not leaving:
        settling.refuse_when(not recorded, "0c.not-available")
        conditions.may_export(c, recorded[0].part).or_refuse()
    tracks: list[tuple[Track, str]] = []
    for part in leaving:
        count: dict[int, int] = {}
        for track in c.tracks_of(part.part):
            if not drawing.can_be_heard(track):
                continue
            settling.refuse_when(not track.sealed, "4b.not-sealed")
            number = 0 if track.ours else drawing.number_of(c, track.seat)
            count[number] = count.get(number, 0) + 1
            again = f"-{count[number]}" if count[number] > 1 else ""
            owner = f"deelnemer-{number}" if number else "onze-opname"
            tracks.append((track, f"geluid/deel-{part.part}-{owner}{again}.opus"))
    return _Leaving(
        row=row,
        head=head,
        parts=leaving,
        tracks=tuple(tracks),
        at_ms=now_ms(),
        keys=dict(_keys(tracks)),
        lines=tuple(ledger.lines(row.pk)),
        note=filing.note(row.pk),
        receipt=confirming.newest(row.pk),
        contracts=tuple(contracting.to_file(row.pk)),
    )


def _keys(tracks: Sequence[tuple[Track, str]]) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """Give key and salt of each track that has them still."""
    for row in models.Track.objects.filter(pk__in=[track.track for track, _ in tracks]):
        with suppress(UnknownError):
            yield row.pk, trackkeys.track_key(trackkeys.organisation_key(), row)


def _log(leaving: _Leaving, staff: models.Staff | None) -> None:
    at = leaving.at_ms
    ledger.append(leaving.row.pk, *(facts.Exported(at=at, part=part.part) for part in leaving.parts))
    witness(ACTION, staff=staff, conversation_id=leaving.row.pk)


def _files(leaving: _Leaving) -> Iterator[_File]:
    """Give all files in order, the list of hashes last; each is read before the next is asked for."""
    hashes: dict[str, str] = {}

    def noted(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
            yield piece
        hashes[name] = digest.hexdigest()

    sounds: list[str] = []
    for track, name in leaving.tracks:
        if track.track not in leaving.keys:
            continue
        with _player(leaving, track) as player:
            if player.line.recorded:
                yield _File(name, noted(name, player.read(0, player.layout.size)))
                sounds.append(name)
    document = _document(leaving, hashes)
    sheet = typesetting.agreements(_values(leaving), document, leaving.at_ms)
    note = _note(leaving, sounds)
    told = (("notitie.txt", note), ("gesprek.json", document), ("afspraken.pdf", sheet), *leaving.contracts)
    for name, content in told:
        yield _File(name, noted(name, iter((content,))))
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))
    yield _File("sha256.txt", iter((lines.encode(),)))


@contextmanager
def _player(leaving: _Leaving, track: Track) -> Iterator[Player]:
    """Open a sealed track, also where nothing is recorded."""
    with suppress(StartingError):
        room.room().spool.settle(bytes.fromhex(track.track))
    key, salt = leaving.keys[track.track]
    with Store(places.tracks()).open(track.track, key, leaving.row.pk, salt) as opened:
        settling.refuse_when(opened.contents.point.number < track.last, "4b.not-sealed")
        part = leaving.state.parts[track.part]
        yield Player(opened, Unheard(drawing.withheld(leaving.state, part), drawing.covered(part)))


# As a ZIP --------------------------------------------------------------------------------------------


class _Outlet:
    """Takes what a ZIP writes and gives it on; it cannot go back, so sizes stand behind each file."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, content: bytes) -> int:
        """Take bytes."""
        self._waiting += content
        return len(content)

    def flush(self) -> None:
        """Do nothing: what waits is taken."""

    def take(self) -> bytes:
        """Give what waits."""
        content = bytes(self._waiting)
        self._waiting.clear()
        return content


def _zipped(leaving: _Leaving) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:  # type: ignore[call-overload] # all that it needs of a file
        for file in _files(leaving):
            about = zipfile.ZipInfo(f"{leaving.folder}/{file.name}", _EPOCH)
            about.external_attr = 0o600 << 16
            with archive.open(about, "w", force_zip64=True) as member:
                for piece in file.pieces:
                    member.write(piece)
                    yield outlet.take()
    yield outlet.take()


# As words --------------------------------------------------------------------------------------------


def _document(leaving: _Leaving, sounds: dict[str, str]) -> bytes:
    """Give the conversation as JSON: facts in their order, tracks, agreements; no names."""
    c = leaving.state
    files = {track.track: name for track, name in leaving.tracks if name in sounds}
    told = {
        "format": FORMAT,
        "conversation": leaving.row.pk,
        "practice": leaving.row.practice,
        "dossier": leaving.row.dossier or None,
        "exported_at": _iso(leaving.at_ms),
        "edition": c.edition,
        "agreements": [
            {"item": item, "question": question, "text": text} for item, (question, text) in enumerate(_chosen(c), 1)
        ],
        "participants": [
            {"seat": seat.seat, "kind": seat.kind.value, "place": seat.place.value} for seat in c.seats.values()
        ],
        "parts": [
            {
                "part": part.part,
                "started_at": _iso(part.started_at),
                "ended_at": _iso(part.ended_at),
                "present": sorted(part.present),
                "exported": part in leaving.parts,
                "locked": part.locked is not None,
                "erased": part.erased is not None,
                "covered": [[_iso(one.span.begin), _iso(one.span.end), one.ground] for one in part.covered],
            }
            for part in c.parts.values()
            if part.started_at is not None
        ],
        "tracks": [
            {
                "track": track.track,
                "part": track.part,
                "ours": track.ours,
                "seat": track.seat,
                "samples": track.samples,
                "head": track.head,
                "complete": track.complete,
                "file": files.get(track.track),
                "sha256": sounds.get(files.get(track.track, "")),
            }
            for track in c.tracks.values()
        ],
        "facts": list(_facts(leaving)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _facts(leaving: _Leaving) -> Iterator[dict[str, object]]:
    """Give what happened in the conversation and to the recording; not what anybody did with it afterwards."""
    for line in leaving.lines:
        written = entry.read(line)
        if _belongs(written.fact):
            yield {"position": written.position, "moment": _iso(written.fact.at)} | json.loads(line)["fact"]


def _belongs(fact: Fact) -> bool:
    return type(fact).__module__ in _TALK or isinstance(fact, _AFTER)


def _note(leaving: _Leaving, sounds: Sequence[str]) -> bytes:
    """Give what a reader of the dossier needs to know, as plain text, with the worker's note behind it."""
    lines = [*_band(leaving), f"Gesprek van {_day(leaving)}", "", *_story(leaving), ""]
    files = [*sounds, "afspraken.pdf", *(name for name, _ in leaving.contracts), "gesprek.json", "sha256.txt"]
    lines += ["Bestanden:", *(f"- {name}" for name in files), ""]
    if leaving.note:
        lines += ["Notitie:", leaving.note, ""]
    return "\n".join(lines).encode()


def _values(leaving: _Leaving) -> typesetting.Values:
    c = leaving.state
    parts: list[tuple[str, list[str]]] = []
    for part in leaving.parts:
        said = [f"Iedereen zei ja om {_time(part.agreed_at)}."]
        said += [f"De afspraken zijn om {_time(spoken.text.begin)} op de opname gezegd." for spoken in part.spoken] or [
            "De afspraken zijn niet op de opname gezegd."
        ]
        parts.append((f"Deel {part.part}", said))
    return {
        "band": "".join(_band(leaving)[:1]),
        "title": f"Afspraken over de opname van {_day(leaving)}",
        "lines": [settling.house().organisation, *_story(leaving)],
        "heading": "Wat is afgesproken",
        "items": _chosen(c),
        "sections": parts,
    }


def _story(leaving: _Leaving) -> list[str]:
    c = leaving.state
    people = len({seat for part in leaving.parts for seat in part.present})
    begin, end = leaving.parts[0].started_at or 0, leaving.parts[-1].ended_at or 0
    lines = [f"Opgenomen van {_time(begin)} tot {_time(end)}, alleen geluid.", f"Er waren {people} mensen bij."]
    if leaving.row.dossier:
        lines.append(f"Dossier {leaving.row.dossier}.")
    shut = [part.part for part in c.parts.values() if part.started_at is not None and part not in leaving.parts]
    lines += [f"Deel {part} is afgesloten of gewist. Het zit hier niet bij." for part in shut]
    if any(part.covered for part in leaving.parts):
        lines.append("Waar een toon klinkt, is iets bedekt: een geheim adres of een melder.")
    lines += ["Knippen of delen mag niet zonder de anderen."]
    if leaving.receipt is not None:
        lines.append(f"Bevestiging: {leaving.receipt.code}.")
    return lines


def _band(leaving: _Leaving) -> list[str]:
    return ["OEFENING. Dit is geen echt gesprek.", ""] if leaving.row.practice else []


def _chosen(c: Conversation) -> list[tuple[str, str]]:
    """Give each of the seven questions with the text that was agreed."""
    house = settling.house().organisation
    texts = zip(agreements.AGREEMENTS, agreements.chosen(c.items), strict=True)
    return [(one.question.nl.format(house=house), text.nl.format(house=house)) for one, text in texts]


def _day(leaving: _Leaving) -> str:
    moment = _moment(leaving.parts[0].started_at or leaving.row.opened_ms)
    with translation.override("nl"):
        return formats.date_format(moment, "j F Y")


def _time(ms: int) -> str:
    return _moment(ms).strftime("%H:%M")


def _moment(ms: int) -> datetime:
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))


def _iso(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
