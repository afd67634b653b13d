"""Gives a conversation as one folder, for the organisation's own dossier system: sound, note, agreements, facts.

It leaves as a ZIP that is made while it is sent, so that no sound in clear ever stands on the server's disk, or as a
folder that a command writes.  What is locked or wiped stays out; nothing leaves while a secret waits for the privacy
officer (clause 0c).  What participants did afterwards is no part of it (law 11), and no names are in it but those that
somebody wrote in the note.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tweespoor.casework import (
    confirming,
    contracting,
    cutting,
    drawing,
    filing,
    filing_comparison,
    ledger,
    models,
    packing,
    places,
    room,
    settling,
    showing_comparison,
    trackkeys,
    typesetting,
)
from tweespoor.casework.arriving import StartingError
from tweespoor.casework.clock import now_ms
from tweespoor.casework.packing import Compared, Copy, Leaving
from tweespoor.casework.playing import Player, Unheard
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions, facts
from tweespoor.rules.state import Conversation, Part, Running, Track
from tweespoor.tape.moments import widened
from tweespoor.tape.store import Store
from tweespoor.tape.timeline import Stretch

ACTION: Final = "recording.export"
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


def _judge(row: models.Conversation) -> Leaving:
    head = ledger.head(row.pk)
    c = head.state
    settling.refuse_when(c.running in {Running.RUNNING, Running.PAUSED}, "4b.not-stopped")
    recorded = [part for part in c.parts.values() if part.started_at is not None]
    leaving = tuple(part for part in recorded if conditions.may_export(c, part.part))
    if not leaving:
        settling.refuse_when(not recorded, "0c.not-available")
        conditions.may_export(c, recorded[0].part).or_refuse()
    tracks = tuple((track, f"geluid/deel-{track.part}-{name}.opus") for track, name in _named(c, leaving))
    return Leaving(
        row=row,
        head=head,
        parts=leaving,
        tracks=tracks,
        at_ms=now_ms(),
        keys=dict(_keys(tracks)),
        lines=tuple(ledger.lines(row.pk)),
        note=filing.note(row.pk),
        receipt=confirming.newest(row.pk),
        contracts=tuple(contracting.to_file(row.pk)),
        copies=tuple(_copies(c, leaving)),
        compared=tuple(_compared(row.pk, leaving)),
    )


def _named(c: Conversation, parts: Sequence[Part]) -> Iterator[tuple[Track, str]]:
    """Give each track that leaves with the name of whose it is; refused while one is not sealed (4b)."""
    for part in parts:
        count: dict[int, int] = {}
        for track in c.tracks_of(part.part):
            if not drawing.can_be_heard(track):
                continue
            settling.refuse_when(not track.sealed, "4b.not-sealed")
            number = 0 if track.ours else drawing.number_of(c, track.seat)
            count[number] = count.get(number, 0) + 1
            again = f"-{count[number]}" if count[number] > 1 else ""
            yield track, (f"deelnemer-{number}" if number else "onze-opname") + again


def _copies(c: Conversation, parts: Sequence[Part]) -> Iterator[Copy]:
    """Give the copies without what everyone agreed to cut; not one that is being made anew just now."""
    for part in parts:
        edits = [one for one in cutting.of(c) if one.part == part.part]
        for number, edit in enumerate(edits, 1):
            row = models.Cut.objects.filter(pk=edit.edit, over_ms__isnull=False).first()
            document = b"" if row is None else row.document.encode()
            if hashlib.sha256(document).hexdigest() != edit.derivatives[-1]:
                continue
            name = f"geknipt/deel-{part.part}-kopie-{number}"
            yield Copy(
                edit=edit.edit,
                part=part.part,
                cuts=widened((span.begin, span.end) for span in edit.spans),
                document=document,
                listed=f"{name}.json",
                tracks=tuple((track, f"{name}-{whose}.opus") for track, whose in _named(c, [part])),
            )


def _compared(conversation_id: str, parts: Sequence[Part]) -> Iterator[Compared]:
    """Give the comparisons that somebody put in the dossier; of any other one nothing is kept (law 11)."""
    leaving = {part.part for part in parts}
    for number, filed in enumerate(filing_comparison.of(conversation_id), 1):
        if filed.part in leaving:
            name = f"vergeleken/deel-{filed.part}-vergelijking-{number}"
            yield Compared(filed, f"{name}.json", f"{name}.pdf")


def _keys(tracks: Sequence[tuple[Track, str]]) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """Give key and salt of each track that has them still."""
    for row in models.Track.objects.filter(pk__in=[track.track for track, _ in tracks]):
        with suppress(UnknownError):
            yield row.pk, trackkeys.track_key(trackkeys.organisation_key(), row)


def _log(leaving: Leaving, staff: models.Staff | None) -> None:
    at = leaving.at_ms
    ledger.append(leaving.row.pk, *(facts.Exported(at=at, part=part.part) for part in leaving.parts))
    witness(ACTION, staff=staff, conversation_id=leaving.row.pk)


def _files(leaving: Leaving) -> Iterator[_File]:
    """Give all files in order, the list of hashes last; each is read before the next is asked for."""
    hashes: dict[str, str] = {}

    def noted(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
            yield piece
        hashes[name] = digest.hexdigest()

    sounds: list[str] = []
    for track, name, cuts in _sounds(leaving):
        if track.track not in leaving.keys:
            continue
        with _player(leaving, track, cuts) as player:
            if player.line.recorded:
                yield _File(name, noted(name, player.read(0, player.layout.size)))
                sounds.append(name)
    lists = [(copy.listed, copy.document) for copy in leaving.copies]
    for one in leaving.compared:
        report = showing_comparison.report_filed(one.filed, "nl", own=False)
        lists += [(one.answer, one.filed.document), (one.report, report)]
    document = packing.document(leaving, hashes)
    sheet = typesetting.agreements(packing.values(leaving), document, leaving.at_ms)
    note = packing.note(leaving, [*sounds, *(name for name, _ in lists)])
    told = (("notitie.txt", note), ("gesprek.json", document), ("afspraken.pdf", sheet), *lists, *leaving.contracts)
    for name, content in told:
        yield _File(name, noted(name, iter((content,))))
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))
    yield _File("sha256.txt", iter((lines.encode(),)))


def _sounds(leaving: Leaving) -> Iterator[tuple[Track, str, tuple[Stretch, ...]]]:
    """Give every file of sound: its track, its name, and what is cut out of it."""
    for track, name in leaving.tracks:
        yield track, name, ()
    for copy in leaving.copies:
        for track, name in copy.tracks:
            yield track, name, copy.cuts


@contextmanager
def _player(leaving: Leaving, track: Track, cuts: tuple[Stretch, ...]) -> Iterator[Player]:
    """Open a sealed track, also where nothing is recorded."""
    with suppress(StartingError):
        room.room().spool.settle(bytes.fromhex(track.track))
    key, salt = leaving.keys[track.track]
    with Store(places.tracks()).open(track.track, key, leaving.row.pk, salt) as opened:
        settling.refuse_when(opened.contents.point.number < track.last, "4b.not-sealed")
        part = leaving.state.parts[track.part]
        yield Player(opened, Unheard(drawing.withheld(leaving.state, part), drawing.covered(part), cuts))


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


def _zipped(leaving: Leaving) -> Iterator[bytes]:
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
