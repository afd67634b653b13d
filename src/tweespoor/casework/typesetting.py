"""Sets the agreements of a conversation as pages that last: PDF/A-3a with PDF/UA-1, its own data attached.

Typst makes it from a text of ours and from values that are never read as markup.  It carries its fonts, so nothing of
the system is needed, and the same values give the same bytes.
"""

import json
from typing import Final, TypedDict

import typst

_SHEET: Final = rb"""
#let d = json(bytes(sys.inputs.values))
#set document(title: d.title, date: auto)
#set page(paper: "a4", margin: (x: 24mm, y: 26mm), numbering: "1 / 1")
#set text(font: "Libertinus Serif", lang: "nl", size: 11pt)
#set par(leading: 0.7em, spacing: 1.1em)
#show heading.where(level: 1): set text(size: 18pt)
#show heading.where(level: 2): set text(size: 13pt)
#pdf.attach("gesprek.json", bytes(sys.inputs.document), relationship: "source",
  mime-type: "application/json", description: "Dit gesprek als gegevens")
#if d.band != "" { block(width: 100%, stroke: 1pt, inset: 8pt, strong(d.band)) }
= #d.title
#for line in d.lines { par(line) }
== #d.heading
#for item in d.items { block(breakable: false)[#strong(item.at(0)) \ #item.at(1)] }
#for section in d.sections {
  heading(level: 2, section.at(0))
  for line in section.at(1) { par(line) }
}
"""


class Values(TypedDict):
    """What stands on the pages."""

    band: str
    title: str
    lines: list[str]
    heading: str
    items: list[tuple[str, str]]
    sections: list[tuple[str, list[str]]]


def agreements(values: Values, document: bytes, at_ms: int) -> bytes:
    """Make the PDF; ``document`` is the JSON that is attached, ``at_ms`` the moment that it bears."""
    compiler = typst.Compiler(ignore_system_fonts=True)
    made = compiler.compile(
        _SHEET,
        format="pdf",
        sys_inputs={"values": json.dumps(values), "document": document.decode()},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=at_ms // 1000,
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made
