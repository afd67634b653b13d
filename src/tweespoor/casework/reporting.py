"""Sets a comparison as a report that lasts: PDF/A-3a with PDF/UA-1, the answer itself attached; or as a picture alone.

No table and no setting is read, so the command can make one without a server.  The same values give the same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import typst

from tweespoor.sound import meaning, picture
from tweespoor.sound.comparison import Comparison
from tweespoor.sound.picture import QUIET, Loud
from tweespoor.sound.wording import Said, Words

_WIDTH: Final = 720
_PPI: Final = 144.0

_SHEET: Final = rb"""
#let d = json(bytes(sys.inputs.values))
#set document(title: d.title, date: auto)
#set page(paper: "a4", margin: (x: 22mm, y: 24mm), numbering: "1 / 1")
#set text(font: "Libertinus Serif", lang: d.language, size: 11pt)
#set par(leading: 0.65em, spacing: 0.9em)
#show heading.where(level: 1): set text(size: 18pt)
#show heading.where(level: 1): set block(below: 0.9em)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 2): set block(above: 1.6em, below: 0.8em)
#pdf.attach(d.attached, bytes(sys.inputs.answer), relationship: "data",
  mime-type: "application/json", description: d.title)
= #d.title
#text(size: 13pt, d.verdict)

#for line in d.lines { par(line) }
#if sys.inputs.picture != "" {
  // the picture has a margin of its own, of 24 in 720
  pad(x: -100% / 28, image(bytes(sys.inputs.picture), format: "svg", width: 100%, alt: d.alt))
}
#if d.items.len() > 0 {
  heading(level: 2, d.list)
  for item in d.items {
    block(breakable: false)[
      #strong(str(item.number) + ". " + item.what) #if item.grade != "" [ -- #item.grade] \
      #item.where
    ]
  }
}
== #d.limiting
#for line in d.limits { par(line) }
== #d.making
#for line in d.made { par(line) }
#for file in d.files {
  block(breakable: false)[
    #strong(file.name): #file.size \
    SHA-256 #text(size: 8.5pt, font: "DejaVu Sans Mono", file.sha256)
  ]
}
"""
_BARE: Final = b"""
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.picture), format: "svg")
"""

_TITLE: Final = Said("Twee opnamen naast elkaar", "Two recordings side by side")
_LIST: Final = Said("Wat verschilt", "What differs")
_CLOUDY: Final = Said("Wat onduidelijk is", "What is not clear")
_LIMITING: Final = Said("Wat dit wel en niet zegt", "What this says, and what it does not")
_MAKING: Final = Said("Hoe dit is gemaakt", "How this was made")
_MADE: Final = Said(
    "Gemaakt op {at:%d-%m-%Y} om {at:%H:%M} (UTC), met {versions}.",
    "Made on {at:%d-%m-%Y} at {at:%H:%M} (UTC), with {versions}.",
)
_WHOLE: Final = Said(
    "Van elk bestand staat hieronder de SHA-256. Wie het bestand heeft, kan die narekenen.",
    "Below is the SHA-256 of each file. Whoever has the file can work it out again.",
)
_SIZE: Final = Said("{size} bytes", "{size} bytes")
_ATTACHED: Final = "comparison.json"


class Source(NamedTuple):
    """A file that was compared: which of the two it is, what it is called, its length and its hash (hex)."""

    which: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made of.

    ``about`` are sentences above the picture, ``answer`` is the JSON that goes along, and ``exactly`` tells whether the
    copy is our own recording bit for bit.
    """

    found: Comparison
    words: Words
    loud: Loud
    sources: Sequence[Source]
    versions: str
    answer: bytes
    at_ms: int
    about: Sequence[str] = ()
    exactly: bool = False


def pages(report: Report) -> bytes:
    """Make the PDF."""
    found, words = report.found, report.words
    made_at = datetime.fromtimestamp(report.at_ms / 1000, UTC)
    items = [one._asdict() | {"where": " ".join(one.where)} for one in words.items(found)]
    values = {
        "language": words.language,
        "attached": _ATTACHED,
        "title": words.say(_TITLE),
        "verdict": words.verdict(found),
        "lines": [*report.about, *words.summary(found)],
        "alt": " ".join((words.verdict(found), *(one.what for one in words.items(found)))),
        "list": words.say(_LIST if found.differences else _CLOUDY),
        "items": items,
        "limiting": words.say(_LIMITING),
        "limits": [*meaning.calm(found, words), *meaning.limits(found, words, exactly=report.exactly)],
        "making": words.say(_MAKING),
        "made": [words.say(_MADE, at=made_at, versions=report.versions), words.say(_WHOLE)],
        "files": [_file(words, one) for one in report.sources],
    }
    drawn = ""
    if not picture.is_empty(found):
        drawn = picture.in_file(found, words, report.loud, width=_WIDTH, listed=False, dark=False)
    made = typst.Compiler(ignore_system_fonts=True).compile(
        _SHEET,
        format="pdf",
        sys_inputs={"values": json.dumps(values), "picture": drawn, "answer": report.answer.decode()},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=report.at_ms // 1000,
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made


def _file(words: Words, one: Source) -> dict[str, str]:
    """Say which of the two a file is, what it is called where it has a name, its length and its hash."""
    which, size = words.names.first(one.which), words.say(_SIZE, size=one.size)
    return {"name": which, "size": size if one.name == which else f"{one.name}, {size}", "sha256": one.sha256}


def png(found: Comparison, words: Words, loud: Loud = QUIET) -> bytes:
    """Make the picture alone, with its list, as points."""
    drawn = picture.in_file(found, words, loud, dark=False)
    made = typst.Compiler(ignore_system_fonts=True).compile(
        _BARE, format="png", sys_inputs={"picture": drawn}, ppi=_PPI
    )
    if not isinstance(made, bytes):
        raise TypeError("one picture was asked for")
    return made
