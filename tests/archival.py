"""What PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) ask of a file, as far as it can be told from its structure.

It is no validator: `bench/README.md` says what veraPDF found.  It keeps what that found from coming back.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

_GLUED = re.compile(rb"[^\r\n\d]\d+ \d+ obj\b|\bobj[^\r\n]|[^\r\n]endobj|endobj[^\r\n]")
_IN_STREAMS = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_ASKED = {
    "{http://www.aiim.org/pdfa/ns/id/}part": "3",
    "{http://www.aiim.org/pdfa/ns/id/}conformance": "A",
    "{http://www.aiim.org/pdfua/ns/id/}part": "1",
}
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def faults(pdf: bytes, language: str, files: dict[str, str]) -> list[str]:
    """Give what is missing of a PDF in a language that holds these files, each with its relationship."""
    return list(_faults(pdf, language, files))


def _faults(pdf: bytes, language: str, files: dict[str, str]) -> Iterator[str]:
    yield from (f"6.1.9: {glued!r}" for glued in _GLUED.findall(_IN_STREAMS.sub(b"stream\n\nendstream", pdf)))
    reader = PdfFileReader(BytesIO(pdf))
    if reader.encrypted or "/ID" not in reader.trailer:
        yield "6.1.3: encrypted, or without an identifier"
    yield from _of_all(reader.root, language, files)
    for page in _all(reader.root["/Pages"]["/Kids"]):
        yield from _of_page(page)
    for element in _elements(reader.root["/StructTreeRoot"]["/K"]):
        if element.get("/S") == "/Figure" and not element.get("/Alt"):
            yield "7.3 of PDF/UA: a figure that nobody can read aloud"


def _of_all(root: DictionaryObject, language: str, files: dict[str, str]) -> Iterator[str]:
    about = ET.fromstring(bytes(root["/Metadata"].data))
    said = {name: value for one in about.iter() for name, value in ((one.tag, one.text), *one.items())}
    yield from (f"6.6.4: {name} is {said.get(name)}" for name in _ASKED if said.get(name) != _ASKED[name])
    if not any("".join(one.itertext()).strip() for one in about.iter(_TITLE)):
        yield "7.1 of PDF/UA: no title"
    intents = [one["/S"] for one in _all(root["/OutputIntents"]) if len(one["/DestOutputProfile"].data)]
    if intents != ["/GTS_PDFA1"]:
        yield f"6.2.3: {intents}"
    if not root["/MarkInfo"]["/Marked"] or "/StructTreeRoot" not in root:
        yield "6.7.2: not tagged"
    if root["/Lang"] != language:
        yield f"6.7.4: in {root['/Lang']}"
    if not root["/ViewerPreferences"]["/DisplayDocTitle"]:
        yield "7.1 of PDF/UA: its title is not shown"
    held = {str(one["/UF"]): str(one["/AFRelationship"]) for one in _all(root["/AF"])}
    if held != files:
        yield f"6.8: {held}"
    yield from (f"6.8: {one['/UF']}" for one in _all(root["/AF"]) if not {"/Desc", "/F"} <= one.keys())
    yield from (f"6.8: {one['/UF']}" for one in _all(root["/AF"]) if "/Subtype" not in one["/EF"]["/F"])


def _of_page(page: DictionaryObject) -> Iterator[str]:
    if page.get("/Tabs") != "/S":
        yield "7.18.3 of PDF/UA: the order of going through a page"
    fonts = page["/Resources"]["/Font"]
    for name in fonts:
        font = fonts[name]
        below = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
        if not {"/FontFile2", "/FontFile3"} & below["/FontDescriptor"].keys() or "/ToUnicode" not in font:
            yield f"6.2.11: {name} is not embedded, or says no letters"


def _elements(kids: object) -> Iterator[DictionaryObject]:
    """Give every element of a tree of structure."""
    for one in _all(kids) if isinstance(kids, ArrayObject) else [kids]:
        if isinstance(one, DictionaryObject) and "/S" in one:
            yield one
            if "/K" in one:
                yield from _elements(one["/K"])


def _all(listed: ArrayObject) -> list[Any]:
    """Give what an array holds, also what it only points at."""
    return [listed[number] for number in range(len(listed))]
