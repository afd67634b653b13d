"""What goes along in a folder for a dossier system, as a value and told in words.

No names are in it but those that somebody wrote in the note, and nothing of what participants did afterwards (law 11).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils import formats, timezone, translation

from tweespoor.casework import confirming, ledger, models, settling, typesetting
from tweespoor.casework.filing_comparison import Filed
from tweespoor.journal import entry
from tweespoor.rules import agreements, facts, facts_recording, facts_talk
from tweespoor.rules.facts import Fact
from tweespoor.rules.state import Conversation, Part, Track
from tweespoor.tape.timeline import Stretch

FORMAT: Final = "tweespoor-export/1"
_TALK: Final = (facts_talk.__name__, facts_recording.__name__)
_AFTER: Final = (
    *(facts.DossierFiled, facts.PartLocked, facts.PartReleased, facts.PartErased, facts.ConversationClosed),
    *(facts.SpanCovered, facts.SpanUncovered, facts.DerivativeMade, facts.ComparisonFiled),
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy without what everyone agreed to cut: its list, whose SHA-256 the journal holds, and each track's file."""

    edit: str
    part: int
    cuts: tuple[Stretch, ...]
    document: bytes
    listed: str
    tracks: tuple[tuple[Track, str], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison that was put in the dossier: the answer, whose SHA-256 the journal holds, and its report."""

    filed: Filed
    answer: str
    report: str


@dataclass(frozen=True, slots=True)
class Leaving:
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
    copies: tuple[Copy, ...]
    compared: tuple[Compared, ...]

    @property
    def state(self) -> Conversation:
        """Give the conversation as it stands."""
        return self.head.state

    @property
    def folder(self) -> str:
        """Give the name of the folder: neutral, and marked when it is practice."""
        return f"{'oefening-' if self.row.practice else ''}gesprek-{self.row.pk}"


# As words --------------------------------------------------------------------------------------------


def document(leaving: Leaving, sounds: dict[str, str]) -> bytes:
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
        "copies": [
            {
                "edit": copy.edit,
                "part": copy.part,
                "cut": [[_iso(one.begin), _iso(one.end)] for one in copy.cuts],
                "list": copy.listed,
                "list_sha256": hashlib.sha256(copy.document).hexdigest(),
                "files": {name: sounds[name] for _, name in copy.tracks if name in sounds},
            }
            for copy in leaving.copies
        ],
        "comparisons": [
            {
                "part": one.filed.part,
                "filed_at": _iso(one.filed.at_ms),
                "answer": one.answer,
                "answer_sha256": hashlib.sha256(one.filed.document).hexdigest(),
                "report": one.report,
            }
            for one in leaving.compared
        ],
        "facts": list(_facts(leaving)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _facts(leaving: Leaving) -> Iterator[dict[str, object]]:
    """Give what happened in the conversation and to the recording; not what anybody did with it afterwards."""
    for line in leaving.lines:
        written = entry.read(line)
        if _belongs(written.fact):
            yield {"position": written.position, "moment": _iso(written.fact.at)} | json.loads(line)["fact"]


def _belongs(fact: Fact) -> bool:
    return type(fact).__module__ in _TALK or isinstance(fact, _AFTER)


def note(leaving: Leaving, sounds: Sequence[str]) -> bytes:
    """Give what a reader of the dossier needs to know, as plain text, with the worker's note behind it."""
    lines = [*_band(leaving), f"Gesprek van {_day(leaving)}", "", *_story(leaving), ""]
    files = [*sounds, "afspraken.pdf", *(name for name, _ in leaving.contracts), "gesprek.json", "sha256.txt"]
    lines += ["Bestanden:", *(f"- {name}" for name in files), ""]
    if leaving.note:
        lines += ["Notitie:", leaving.note, ""]
    return "\n".join(lines).encode()


def values(leaving: Leaving) -> typesetting.Values:
    """Give what stands on the pages of the agreements."""
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


def _story(leaving: Leaving) -> list[str]:
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
    if leaving.copies:
        lines.append("In de map «geknipt» staat een kopie waar iets uit is. Iedereen die erbij was, zei ja.")
    if leaving.compared:
        lines.append("In de map «vergeleken» staat hoe een ander bestand van onze opname verschilt.")
    lines += ["Knippen of delen mag niet zonder de anderen."]
    if leaving.receipt is not None:
        lines.append(f"Bevestiging: {leaving.receipt.code}.")
    return lines


def _band(leaving: Leaving) -> list[str]:
    return ["OEFENING. Dit is geen echt gesprek.", ""] if leaving.row.practice else []


def _chosen(c: Conversation) -> list[tuple[str, str]]:
    """Give each of the seven questions with the text that was agreed."""
    house = settling.house().organisation
    texts = zip(agreements.AGREEMENTS, agreements.chosen(c.items), strict=True)
    return [(one.question.nl.format(house=house), text.nl.format(house=house)) for one, text in texts]


def _day(leaving: Leaving) -> str:
    moment = _moment(leaving.parts[0].started_at or leaving.row.opened_ms)
    with translation.override("nl"):
        return formats.date_format(moment, "j F Y")


def _time(ms: int) -> str:
    return _moment(ms).strftime("%H:%M")


def _moment(ms: int) -> datetime:
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))


def _iso(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
