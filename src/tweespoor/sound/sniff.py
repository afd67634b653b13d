"""Tells by its bytes, never by its name, what a file is, and whether an image lies in it.

What a file is called or says that it is comes from whoever made it.  So a file is opened only as what its first bytes
show, with one reader, and nothing else is tried on it.  An image hides easily in the tags of a sound file, or behind
its end; what every photo begins with is looked for in all of it.  Who encrypts a picture first is not found, nor is
that meant: clause 2a is about what people record and send, not about hiding.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from tweespoor.errors import UnreadableError

VIDEO: Final = "2a.video"
PICTURE: Final = "2a.picture"
UNKNOWN: Final = "2a.unknown-container"

_WINDOW: Final = 1 << 20
_TAG: Final = 10  # bytes at the head of an ID3 tag
_MOST_TAGS: Final = 4
_MARKS: Final = {
    b"#!AMR\n": "amr",
    b"#!AMR-WB\n": "amr",
    b"OggS": "ogg",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"fLaC": "flac",
    b"caff": "caf",
}
_STILL_BRANDS: Final = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"))
_ATOMS: Final = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM", b"8BPS", b"%PDF")
_VIDEOS: Final = (b"\0\0\1\xba", b"\0\0\1\xb3", b"FLV\1", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"G@")

_WITHIN: Final = (
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"METADATA_BLOCK_PICTURE=",
    b"metadata_block_picture=",
    b"ftypheic",
    b"ftypmif1",
    b"ftypavif",
)
"""What photos begin with, long enough never to stand in sound by chance (6 bytes: once in 280 TB)."""
_JPEG: Final = b"\xff\xd8\xff"
_WEBP: Final = (b"WEBPVP8", 8, b"RIFF")
"""What stands some bytes behind a beginning, how many, and that beginning."""
_FILM: Final = (b"vide", 12, b"hdlr")
_SEGMENTS: Final = 64  # of a photo, before its picture
_LONGEST: Final = 64


def form(file: BinaryIO) -> str:
    """Tell how a file must be opened, by the name of a reader.

    One of ``mov``, ``amr``, ``mp3``, ``aac``, ``ogg``, ``matroska``, ``wav``, ``flac`` and ``caf``.
    Errors: UnreadableError, with the clause when it is an image or a kind of file that is not known.
    """
    at = 0
    for _ in range(_MOST_TAGS):
        head = _read(file, at, _LONGEST)
        if head[:3] != b"ID3":
            return _form(head, tagged=at > 0)
        at += _TAG + _syncsafe(head[6:10]) + _TAG * bool(len(head) > 5 and head[5] & 0x10)  # noqa: PLR2004 - its flags
    raise UnreadableError("there are only tags in it, and no sound", UNKNOWN)


def _form(head: bytes, *, tagged: bool) -> str:
    if not head:
        raise UnreadableError("there is nothing in it", UNKNOWN)
    if tagged:
        found = "flac" if head[:4] == b"fLaC" else _frames(head)
    else:
        found = _boxed(head) or _riff(head) or _marked(head) or _frames(head)
    if found:
        return found
    if head.startswith(_VIDEOS):
        raise UnreadableError("it is a film", VIDEO)
    if head.startswith(_PICTURES) and not head.startswith(b"%PDF"):
        raise UnreadableError("it is a picture", PICTURE)
    raise UnreadableError("it is not a kind of sound that is known", UNKNOWN)


def _boxed(head: bytes) -> str:
    if head[4:8] not in _ATOMS:
        return ""
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        raise UnreadableError("it is a picture", PICTURE)
    return "mov"


def _riff(head: bytes) -> str:
    if head[:4] not in {b"RIFF", b"RF64", b"BW64"}:
        return ""
    if head[8:12] == b"AVI ":
        raise UnreadableError("it is a film", VIDEO)
    if head[8:12] == b"WEBP":
        raise UnreadableError("it is a picture", PICTURE)
    return "wav" if head[8:12] == b"WAVE" else ""


def _marked(head: bytes) -> str:
    return next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")


def _frames(head: bytes) -> str:
    """Tell whether a bare stream of MPEG frames begins here: eleven bits set, and a head that can be one."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - the pattern itself
        return ""
    if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - layer 0: ADTS
        return "aac" if (head[2] >> 2) & 0xF < 13 else ""  # noqa: PLR2004 - thirteen rates
    version, layer, rate, hertz = (head[1] >> 3) & 3, (head[1] >> 1) & 3, head[2] >> 4, (head[2] >> 2) & 3
    return "mp3" if version != 1 and layer and 0 < rate < 15 and hertz < 3 else ""  # noqa: PLR2004 - what is reserved


def hidden(file: BinaryIO) -> str | None:
    """Give the clause when a photo or a film begins anywhere in a file: in tags, between sound, behind the end."""
    at, kept = 0, b""
    while read := _read(file, at, _WINDOW):
        window = kept + read
        if any(sign in window for sign in _WITHIN) or any(_places(window, *_WEBP)):
            return PICTURE
        if any(_places(window, *_FILM)):
            return VIDEO
        if any(_is_photo(file, at - len(kept) + place) for place in _places(window, _JPEG)):
            return PICTURE
        at, kept = at + len(read), window[-_LONGEST:]
    return None


def _places(window: bytes, sign: bytes, behind: int = 0, beginning: bytes = b"") -> Iterator[int]:
    """Give the places of a sign, where a beginning stands so many bytes before it."""
    at = window.find(sign)
    while at >= 0:
        if at >= behind and window.startswith(beginning, at - behind):
            yield at
        at = window.find(sign, at + 1)


def _is_photo(file: BinaryIO, at: int) -> bool:
    """Tell whether a JPEG begins here: its segments follow each other up to its picture (ITU-T T.81, B.2).

    Three bytes alone stand in sound once in 16 MB.
    """
    at, seen = at + 2, set()
    for _ in range(_SEGMENTS):
        head = _read(file, at, 4)
        if len(head) < 4 or head[0] != 0xFF:  # noqa: PLR2004 - a mark and a length
            return False
        seen.add(head[1])
        if head[1] == 0xDA:  # noqa: PLR2004 - here the picture begins
            return bool(seen & {0xC0, 0xC1, 0xC2, 0xC3})
        at += 2 + int.from_bytes(head[2:], "big")
    return False


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _syncsafe(four: bytes) -> int:
    r"""Give a number of four times seven bits.

    >>> _syncsafe(b"\x00\x00\x02\x01")
    257
    """
    number = 0
    for byte in four:
        number = number << 7 | byte & 0x7F
    return number
