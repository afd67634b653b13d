"""Compares two recordings in a process of its own (`listening`) and tells how far it is.

*Conventions.*  Several files one after the other count as one recording, their times running on; whoever calls gives
them in order.  See `apart` for why a stranger's file is opened so.
"""

import json
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO, Final

from tweespoor.errors import UnreadableError
from tweespoor.sound import apart
from tweespoor.sound.answers import read
from tweespoor.sound.comparison import Comparison, Verdict, Why
from tweespoor.sound.picture import QUIET, Loud

SECONDS: Final = 3600
"""How long one comparison may take; four hours beside four hours take a few minutes."""
_PROCESS: Final = "tweespoor.sound.listening"
"""Not imported here: what it needs is large, and whoever calls needs none of it."""
Tell = Callable[[float], None]
_LISTENING: Final = 0.7
"""So much of the work is reading and decoding."""
_SHARE: Final = struct.Struct(">d")


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer, how loud both are, where each file of them begins (s), and the reason why one cannot be read."""

    found: Comparison
    loud: Loud = QUIET
    originals: tuple[float, ...] = ()
    copies: tuple[float, ...] = ()
    reason: str = ""


def silent(_share: float) -> None:
    """Tell nobody how far it is."""


def beside(
    originals: Sequence[BinaryIO], copies: Sequence[BinaryIO], tell: Tell = silent, seconds: float = SECONDS
) -> Compared:
    """Compare copies with originals; a file that cannot be read is an answer as well, never an error."""
    files = [*originals, *copies]
    progress = _Progress(files, tell)
    loud: list[bytes] = []
    order = [str(len(originals))]
    try:
        for kind, content in apart.asked(files, order, seconds, _PROCESS, progress.read):
            if kind == b"F":
                progress.at = content[0]
            elif kind == b"T":
                progress.compared(_SHARE.unpack(content)[0])
            elif kind == b"L":
                loud.append(content)
            elif kind == b"J":
                told = json.loads(content)
                where = (tuple(told["originals"]), tuple(told["copies"]))
                return Compared(read(told["answer"]), Loud(*loud), *where)
    except UnreadableError as problem:
        return _unreadable(progress.at, len(originals), problem.reason)
    return _unreadable(progress.at, len(originals), apart.broken().reason)


def _unreadable(number: int, originals: int, reason: str) -> Compared:
    which = "original" if number < originals else "copy"
    return Compared(Comparison(Verdict.INCONCLUSIVE, 0.0, 0.0, why=Why.UNREADABLE, which=which), reason=reason)


class _Progress:
    """Tells how far it is: by the bytes that were asked for, then by what the comparing itself says."""

    def __init__(self, files: Sequence[BinaryIO], tell: Tell) -> None:
        sizes = [max(1, file.seek(0, os.SEEK_END)) for file in files]
        self._before = [0, *accumulate(sizes)]
        self._tell, self._told = tell, 0.0
        self.at = 0

    def read(self, number: int, begin: int) -> None:
        """Hear which byte of which file was asked for."""
        if number == self.at:
            self._say(_LISTENING * (self._before[number] + begin) / self._before[-1])

    def compared(self, share: float) -> None:
        """Hear how far the comparing is."""
        self._say(_LISTENING + (1 - _LISTENING) * share)

    def _say(self, share: float) -> None:
        if share > self._told:
            self._told = min(1.0, share)
            self._tell(self._told)
