"""Sets agreements and contracts as pages that last: PDF/A-3a with PDF/UA-1, their own data attached.

Typst makes it from a text of ours and from values that are never read as markup.  It carries its fonts, so nothing of
the system is needed, and the same values give the same bytes.
"""

import json
from collections.abc import Mapping
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


_CONTRACT: Final = rb"""
#let d = json(bytes(sys.inputs.values))
#set document(title: d.title, date: auto)
#set page(paper: "a4", margin: (x: 24mm, y: 26mm), numbering: "1 / 1")
#set text(font: "Libertinus Serif", lang: d.language, size: 11pt)
#set par(leading: 0.7em, spacing: 1.1em)
#show heading.where(level: 1): set text(size: 18pt)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 2): set block(above: 1.8em, below: 1em)
#show figure: set align(start)
#let unit = 0.062mm
#let at(p) = (p.at(0) * unit, p.at(1) * unit)
#let drawn(strokes) = box(width: 1000 * unit, height: 400 * unit, stroke: (bottom: 0.5pt), {
  for s in strokes {
    let rest = if s.len() > 1 { s.slice(1) } else { s }
    place(top + left, curve(
      stroke: (paint: black, thickness: 1pt, cap: "round", join: "round"),
      curve.move(at(s.first())), ..rest.map(p => curve.line(at(p)))
    ))
  }
})
#pdf.attach("contract.json", bytes(sys.inputs.contract), relationship: "source",
  mime-type: "application/json", description: d.title)
#pdf.attach("handtekeningen.json", bytes(sys.inputs.signatures), relationship: "data",
  mime-type: "application/json", description: d.signed)
#if d.band != "" { block(width: 100%, stroke: 1pt, inset: 8pt, strong(d.band)) }
= #d.title
#for line in d.lines { par(line) }
== #d.heading
#for item in d.items { block(breakable: false)[#strong(item.at(0)) \ #item.at(1)] }
#for line in d.sentences { par(line) }
== #d.signed
#for one in d.signers {
  block(breakable: false, above: 1.6em)[
    #strong(one.name) \
    #one.how
    #if one.scan != "" { linebreak(); text(size: 8.5pt, font: "DejaVu Sans Mono", one.scan) }
    #if one.strokes.len() > 0 { figure(alt: one.alt, drawn(one.strokes)) }
  ]
}
#block(breakable: false, above: 2.4em)[
  == #d.checking
  #par(d.checks.at(0))
  #par(text(size: 8.5pt, font: "DejaVu Sans Mono", d.checks.at(1)))
  #par(d.checks.at(2))
  #par(text(size: 8.5pt, font: "DejaVu Sans Mono", d.checks.at(3)))
  #par(d.foot)
]
"""


class Signer(TypedDict):
    """One signature on the pages of a contract: a drawing, or the hash of a scan."""

    name: str
    how: str
    alt: str
    strokes: list[list[list[int]]]
    scan: str


class ContractValues(TypedDict):
    """What stands on the pages of a contract."""

    language: str
    band: str
    title: str
    lines: list[str]
    heading: str
    items: list[tuple[str, str]]
    sentences: list[str]
    signed: str
    signers: list[Signer]
    checking: str
    checks: list[str]
    foot: str


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
    return _set(_SHEET, {"values": json.dumps(values), "document": document.decode()}, at_ms)


def contract(values: ContractValues, files: Mapping[str, bytes], at_ms: int) -> bytes:
    """Make the PDF of a contract; its canonical text and its signatures go along as files."""
    given = {
        "values": json.dumps(values),
        "contract": files["contract.json"].decode(),
        "signatures": files["handtekeningen.json"].decode(),
    }
    return _set(_CONTRACT, given, at_ms)


def _set(sheet: bytes, given: dict[str, str], at_ms: int) -> bytes:
    compiler = typst.Compiler(ignore_system_fonts=True)
    made = compiler.compile(
        sheet, format="pdf", sys_inputs=given, pdf_standards=["a-3a", "ua-1"], timestamp=at_ms // 1000
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made
