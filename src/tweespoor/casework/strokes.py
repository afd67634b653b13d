"""A drawn signature: strokes of points in a box, read from what a page sends, and drawn again in a PDF.

It is never an image (clause 2a).  A page sends JSON: a list of strokes, each a list of ``[x, y]``, whole numbers in a
box of 1000 by 400.  What is kept is the same in one spelling, and bounded: nobody's hand needs more.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Final

from tweespoor.casework import settling

WIDTH: Final = 1000
HEIGHT: Final = 400
MOST_STROKES: Final = 60
MOST_POINTS: Final = 1_500
LARGEST: Final = 24 * 1024  # characters, as a page sends it
SHORTEST: Final = 150  # of all strokes together, so that a tap is no signature
CODE: Final = "7b.drawing"

Point = tuple[int, int]
Strokes = tuple[tuple[Point, ...], ...]

CROSS: Final[Strokes] = (((430, 130), (570, 270)), ((570, 130), (430, 270)))
"""What stands there for who cannot draw, or does not want to."""


def read(sent: str) -> Strokes:
    """Read what a page sent; refused when it is empty, too much, or no drawing (7b).

    >>> read("[[[0,0],[150,0]]]")
    (((0, 0), (150, 0)),)
    """
    settling.refuse_when(len(sent) > LARGEST, CODE)
    try:
        found = _strokes(json.loads(sent, parse_constant=_no_number, parse_float=_no_number))
    except (ValueError, TypeError, RecursionError):
        settling.refuse(CODE)
    length = sum(hypot(b[0] - a[0], b[1] - a[1]) for one in found for a, b in pairwise(one))
    settling.refuse_when(length < SHORTEST, CODE)
    return found


def write(strokes: Strokes) -> str:
    """Give strokes in the one spelling in which they are kept."""
    return json.dumps([[list(point) for point in one] for one in strokes], separators=(",", ":"))


def _no_number(text: str) -> int:
    raise ValueError(text)


def _strokes(raw: object) -> Strokes:
    if not isinstance(raw, list) or len(raw) > MOST_STROKES:
        raise TypeError
    found = tuple(tuple(_point(point) for point in _listed(one)) for one in raw)
    if sum(map(len, found)) > MOST_POINTS:
        raise ValueError
    return tuple(one for one in found if one)


def _listed(raw: object) -> Sequence[object]:
    if not isinstance(raw, list):
        raise TypeError
    return raw


def _point(raw: object) -> Point:
    x, y = _listed(raw)
    if type(x) is not int or type(y) is not int or not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise ValueError
    return x, y
