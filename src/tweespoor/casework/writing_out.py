"""Writes a text out: WebVTT, Word (DOCX) or plain, with the label that it must never lose.

What is written is what somebody may read (`transcribing`), with times from the beginning of the recording as that
person hears it.  Names and words are text in every form: nothing in them is ever markup.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from tweespoor.casework.transcribing import Line

FORMS: Final = {
    "vtt": "text/vtt; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
}
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_THEN: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written out: a title, the label under it, and lines; ``zero`` is the moment (ms) of 0:00."""

    title: str
    label: str
    zero: int
    lines: Sequence[Line]


def write(sheet: Sheet, form: str) -> bytes:
    """Write a sheet in one of `FORMS`."""
    if form == "vtt":
        return _vtt(sheet).encode()
    return _docx(sheet) if form == "docx" else _text(sheet).encode()


def _vtt(sheet: Sheet) -> str:
    blocks = ["WEBVTT", "\n".join(f"NOTE {_one_line(text)}" for text in (sheet.title, sheet.label))]
    for line in sheet.lines:
        times = f"{_clock(line.begin - sheet.zero)} --> {_clock(line.end - sheet.zero)}"
        voice = f"<v {_vtt_escaped(line.speaker)}>" if line.speaker else ""
        blocks.append(f"{times}\n{voice}{_vtt_escaped(line.text)}")
    return "\n\n".join(blocks) + "\n"


def _vtt_escaped(text: str) -> str:
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(sheet: Sheet) -> str:
    lines = [sheet.title, sheet.label, ""]
    for line in sheet.lines:
        who = f"{_one_line(line.speaker)}: " if line.speaker else ""
        lines.append(f"[{_clock(line.begin - sheet.zero)[:-4]}] {who}{_one_line(line.text)}")
    return "\n".join(lines) + "\n"


def _docx(sheet: Sheet) -> bytes:
    body = [_paragraph(sheet.title, bold=True), _paragraph(sheet.label, bold=True), _paragraph("")]
    for line in sheet.lines:
        who = f" {line.speaker}: " if line.speaker else " "
        body.append(_paragraph(f"[{_clock(line.begin - sheet.zero)[:-4]}]{who}{line.text}"))
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{_W}"><w:body>'
        f"{''.join(body)}</w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            about = zipfile.ZipInfo(name, _THEN)
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, content)
    return out.getvalue()


def _paragraph(text: str, *, bold: bool = False) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p><w:r>{look}<w:t xml:space="preserve">{escape(_one_line(text))}</w:t></w:r></w:p>'


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) if text.strip() else ""


def _clock(ms: int) -> str:
    """Give a time as WebVTT writes it.

    >>> _clock(3_723_004)
    '01:02:03.004'
    """
    seconds, rest = divmod(max(0, ms), 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
