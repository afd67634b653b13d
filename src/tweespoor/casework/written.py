"""Reads a text of what was said: WebVTT, SubRip, Word (DOCX), or plain text with times.

Small and strict, on the standard library alone, for such a file comes from anywhere.  Of a Word file only the text of
its document is read: no picture, no macro, no link, and no entity of XML is ever expanded.  Tags that are not those of
WebVTT are text like any other.  A line begins with a time; what has none goes on with the line before it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn
from xml.parsers import expat

from tweespoor.errors import UnreadableError

LARGEST: Final = 1 << 20
"""Bytes of a file: an hour of talk is a tenth of it."""
_UNPACKED: Final = 8 << 20
_MOST_LINES: Final = 20_000
_LAST_MS: Final = 5_000
"""So long a line lasts when nothing says until when."""
_LONGEST_NAME: Final = 60
_DEPTH: Final = 200
_DAY_MS: Final = 86_400_000

_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_ARROW: Final = re.compile(rf"\s*\[?{_TIME}\]?\s*(?:-+>|–|—|-)\s*\[?{_TIME}\]?(?:\s+(.*))?", re.ASCII)
_STAMP: Final = re.compile(rf"\s*[\[(]?{_TIME}[\])]?\s*[-–:]?\s*(.*)", re.ASCII)
_SAYS: Final = re.compile(r"([^\W\d_][^:\n]{0,59}?)\s*:\s+(.+)", re.DOTALL)
_VOICE: Final = re.compile(r"<v(?:\.[^ <>]*)? ([^<>]{1,100})>")
_TAG: Final = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang)(?:[. ][^<>]*)?>|<(?:\d{1,3}:)?\d{2}:\d{2}\.\d{3}>")
"""A tag ends before another begins: else each of many that never end would be looked for up to the end of the text."""
_ESCAPES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&"))
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "


@dataclass(frozen=True, slots=True)
class Said:
    """One line as the file has it: milliseconds from its own 0:00, who speaks (a label, may be empty), what is said."""

    begin_ms: int
    end_ms: int
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds; ``form`` is ``vtt``, ``docx`` or ``text``.  Lines are in the order of their times."""

    form: str
    lines: tuple[Said, ...]


def read(content: bytes) -> Written:
    """Read a file, by what it is and not by what it is called.

    Errors: UnreadableError, with a code: too large, not such a text, times that cannot be, or no times at all.
    """
    if len(content) > LARGEST:
        _refuse("it is larger than a text can be", "6a.text-too-large")
    if content.startswith(b"PK\3\4"):
        return Written("docx", _in_order(_plain(_paragraphs(content))))
    text = _decoded(content)
    first = text.lstrip("\n").split("\n", 1)[0]
    if first == "WEBVTT" or first.startswith(("WEBVTT ", "WEBVTT\t")):
        return Written("vtt", _in_order(_cues(text)))
    return Written("text", _in_order(_plain(text.split("\n"))))


def offset(given: str) -> int:
    """Give where a text begins on the recording (ms), as somebody types it: 0:30, 1:02:03, or nothing.

    >>> offset("0:30"), offset("-0:05"), offset("")
    (30000, -5000, 0)
    """
    text = given.strip()
    if not text:
        return 0
    when = re.fullmatch(_TIME, text.lstrip("-"), re.ASCII)
    if when is None:
        _refuse("a time that cannot be read", "6a.text-times")
    return _ms(*when.groups()) * (-1 if text.startswith("-") else 1)


def _decoded(content: bytes) -> str:
    """Decode UTF-8, UTF-16 with a mark, or the old Windows letters; what no page can show is no text."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            _refuse("it is not a text", "6a.text-unreadable")
    if any(sign < " " and sign not in "\t\n\r\x0b\x0c" for sign in text):
        _refuse("it is not a text", "6a.text-unreadable")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _in_order(lines: Iterator[Said]) -> tuple[Said, ...]:
    """Take every line, in the order of its time; two may speak at once, nobody speaks backwards."""
    found: list[Said] = []
    for line in lines:
        if len(found) == _MOST_LINES:
            _refuse("it has more lines than a conversation can have", "6a.text-too-large")
        if not 0 <= line.begin_ms < line.end_ms <= _DAY_MS:
            _refuse("a time in it cannot be", "6a.text-times")
        if line.text:
            found.append(line)
    if not found:
        _refuse("there is no line with a time in it", "6a.text-empty")
    return tuple(sorted(found, key=lambda line: (line.begin_ms, line.end_ms)))


# WebVTT ---------------------------------------------------------------------------------------------


def _cues(text: str) -> Iterator[Said]:
    """Read the cues of a WebVTT file; notes, styles and regions are left out."""
    for block in re.split(r"\n{2,}", text.strip("\n")):
        lines = block.split("\n")
        if lines[0].startswith(("WEBVTT", "NOTE", "STYLE", "REGION")) and "-->" not in lines[0]:
            continue
        at = 0 if "-->" in lines[0] else 1
        if at >= len(lines):
            continue
        when = _ARROW.fullmatch(lines[at])
        if when is None:
            _refuse("a time in it cannot be read", "6a.text-times")
        begin, end = _ms(*when.groups()[0:4]), _ms(*when.groups()[4:8])
        yield from _voices(begin, end, " ".join(" ".join(lines[at + 1 :]).split()))


def _voices(begin: int, end: int, payload: str) -> Iterator[Said]:
    """Give each voice of a cue as a line of its own; they share its time."""
    pieces = _VOICE.split(payload)
    for speaker, said in zip(["", *pieces[1::2]], pieces[0::2], strict=True):
        text = " ".join(_unescaped(_TAG.sub("", said)).split())
        if text:
            yield Said(begin, end, " ".join(_unescaped(speaker).split()), text)


def _unescaped(text: str) -> str:
    for name, sign in _ESCAPES:
        text = text.replace(name, sign)
    return text


# Text -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A line that may still go on."""

    begin: int
    end: int | None
    says: list[str]


def _plain(paragraphs: "list[str]") -> Iterator[Said]:
    """Read lines that begin with a time, in brackets or not, with or without an end, and a speaker before a colon."""
    line: _Open | None = None
    for paragraph in paragraphs:
        text = paragraph.strip().lstrip("\ufeff")
        if not text or text.isdecimal():  # the number of a line in SubRip
            continue
        arrow, stamp = _ARROW.fullmatch(text), _STAMP.fullmatch(text)
        if arrow or stamp:
            begin = _ms(*(arrow or stamp).groups()[0:4])  # type: ignore[union-attr]
            if line is not None:
                yield _closed(line, begin)
            said = (arrow.group(9) if arrow else stamp.group(5)) or ""  # type: ignore[union-attr]
            line = _Open(begin, _ms(*arrow.groups()[4:8]) if arrow else None, [said] if said else [])
        elif line is not None:
            line.says.append(text)
    if line is not None:
        yield _closed(line, line.begin + _LAST_MS)


def _closed(line: _Open, following: int) -> Said:
    """Give a line; without an end of its own it lasts until the next, or a moment."""
    end = line.end if line.end is not None else max(following, line.begin + 1)
    first, *rest = line.says or [""]
    speaker, text = "", " ".join((first, *rest))
    if named := _SAYS.fullmatch(text):
        speaker, text = named.groups()
    elif rest and len(first) <= _LONGEST_NAME and first[-1:] not in tuple(".?!,:;"):
        speaker, text = first, " ".join(rest)  # a name on a line of its own, as Word writes it
    return Said(line.begin, end, " ".join(speaker.split()), " ".join(text.split()))


def _ms(hours: str | None, minutes: str, seconds: str, parts: str | None) -> int:
    """Give a time in milliseconds.

    >>> _ms(None, "1", "02", "5"), _ms("1", "00", "00", None)
    (62500, 3600000)
    """
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):  # noqa: PLR2004 - of an hour, of a minute
        _refuse("a time in it cannot be", "6a.text-times")
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((parts or "").ljust(3, "0"))


# Word -----------------------------------------------------------------------------------------------


def _paragraphs(content: bytes) -> list[str]:
    """Give the paragraphs of a Word file: what stands in them, and nothing else of the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            about = archive.getinfo("word/document.xml")
            if about.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                _refuse("it is packed in another way than Word does", "6a.text-unreadable")
            with archive.open(about) as packed:
                document = packed.read(_UNPACKED + 1)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error) as broken:
        raise UnreadableError("it is no Word file that can be read", "6a.text-unreadable") from broken
    if len(document) > _UNPACKED:
        _refuse("it unpacks to more than a text can be", "6a.text-too-large")
    return _Document().read(document)


class _Document:
    """The text of ``word/document.xml``: paragraphs, with a break wherever Word has one."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._now: list[str] = []
        self._path: list[str] = []

    def read(self, document: bytes) -> list[str]:
        """Read it; a document that declares entities, or a type of its own, is refused."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = lambda *_: _refuse("it declares more than Word does", "6a.text-unreadable")
        parser.EntityDeclHandler = lambda *_: _refuse("it declares more than Word does", "6a.text-unreadable")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(document, True)  # noqa: FBT003 - the last piece, as expat asks it
        except (expat.ExpatError, ValueError) as broken:
            raise UnreadableError("it is no Word file that can be read", "6a.text-unreadable") from broken
        return self._found

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._path) > _DEPTH:
            _refuse("it is nested deeper than Word does", "6a.text-unreadable")
        self._path.append(name)
        if name == f"{_W}p" or name in {f"{_W}br", f"{_W}cr"}:
            self._break()
        elif name == f"{_W}tab":
            self._now.append(" ")

    def _end(self, name: str) -> None:
        self._path.pop()
        if name == f"{_W}p":
            self._break()

    def _text(self, content: str) -> None:
        if self._path and self._path[-1] == f"{_W}t":
            self._now.append(content)

    def _break(self) -> None:
        text = "".join(self._now)
        self._now.clear()
        if text.strip():
            self._found.append("".join(sign if sign.isprintable() else " " for sign in text))


def _refuse(reason: str, code: str) -> NoReturn:
    raise UnreadableError(reason, code)
