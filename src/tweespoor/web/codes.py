"""Draws the code that a phone scans, and the dots that count answers."""

from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.urls import reverse

QUIET = 4
"""Empty modules around the code, as ISO/IEC 18004 asks."""


def join_address(token: str) -> str:
    """Give the address that the code leads to."""
    return f"{settings.TWEESPOOR_ORIGIN}{reverse('join', args=[token])}"


def whole(address: str) -> str:
    """Give an address of ours as another device must have it."""
    return f"{settings.TWEESPOOR_ORIGIN}{address}"


def short_address() -> str:
    """Give the address that people type."""
    return urlsplit(settings.TWEESPOOR_ORIGIN).netloc


def square(content: str, error: str = "m") -> dict[str, object]:
    """Give a QR code as the data of one SVG path, in units of one module, with the quiet zone counted in."""
    drawn = segno.make(content, error=error, micro=False)
    pieces: list[str] = []
    for y, row in enumerate(drawn.matrix):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                pieces.append(f"M{x + QUIET} {y + QUIET}h{run}v1h-{run}z")
            x += max(run, 1)
    return {"size": len(drawn.matrix) + 2 * QUIET, "path": "".join(pieces)}


def dots(answered: int, expected: int) -> dict[str, object]:
    """Give a dot for each answer, filled from the first on, whoever answered."""
    return {
        "width": 23 * expected - 5,
        "all": [{"in": number < answered, "x": 9 + 23 * number} for number in range(expected)],
    }
