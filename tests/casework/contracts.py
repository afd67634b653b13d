"""Contracts in tests: hands that sign, and papers that were scanned."""

import zlib
from collections.abc import Iterable

from tweespoor.casework import concluding, contracting
from tweespoor.casework.binding import Way
from tweespoor.casework.models import Contract
from tweespoor.casework.strokes import Strokes

HAND: Strokes = (
    tuple((100 + 8 * n, 200 + round(90 * ((-1) ** (n // 6)) * (n % 6) / 6)) for n in range(80)),
    ((300, 330), (700, 320)),
)


def newest(conversation: str) -> Contract:
    """Give the newest contract of a conversation."""
    return Contract.objects.filter(conversation=conversation).order_by("-version")[0]


def sign(conversation: str, *seats: int | None, language: str = "nl", drawn: Strokes | None = HAND) -> None:
    """Let people sign the newest contract on their own phones; None is the organisation."""
    for seat in seats:
        way = Way.WORKER if seat is None else Way.PHONE
        contracting.sign(conversation, seat, newest(conversation).sha256, drawn, way=way, language=language)


def concluded() -> None:
    """Let the server do what is due."""
    concluding.conclude_due()


def paper(pages: int = 1, root: bytes = b"", more: Iterable[bytes] = ()) -> bytes:
    """Make a PDF as a scanner does: a grey picture of each page; ``root`` and ``more`` objects are put into it."""
    picture = zlib.compress(bytes(200) * 283)
    kids = b" ".join(b"%d 0 R" % (4 + n) for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Type /XObject /Subtype /Image /Width 200 /Height 283 /ColorSpace /DeviceGray /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n" % len(picture) + picture + b"\nendstream",
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 3 0 R >> >> >>"
            for _ in range(pages)
        ),
        *more,
    ]
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begin)
    return bytes(out)
