"""Compares two recordings in a process of its own (`listening`) and tells how far it is.

*Conventions.*  Several files one after the other count as one recording, their times running on; whoever calls gives
them in order.  See `apart` for why a stranger's file is opened so.
"""

import json
import os
import struct
from collections import deque
from collections.abc import Callable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Once:
    """What lets an original be listened to only once: what was kept of it, or who keeps it (as pieces of `heard`)."""

    kept: BinaryIO | None = None
    keep: Callable[[Iterator[bytes]], object] | None = None


def beside(
    originals: Sequence[BinaryIO],
    copies: Sequence[BinaryIO],
    tell: Tell = silent,
    seconds: float = SECONDS,
    once: Once | None = None,
) -> Compared:
    """Compare copies with originals; a file that cannot be read is an answer as well, never an error."""
    once = once or Once()
    files = [*(originals if once.kept is None else [once.kept]), *copies]
    progress = _Progress(files, tell)
    loud: list[bytes] = []
    order = [str(len(files) - len(copies)), "kept" if once.kept else "keep" if once.keep else "neither"]
    try:
        frames = apart.asked(files, order, seconds, _PROCESS, progress.read)
        for kind, content in frames:
            if kind == b"H" and once.keep is not None:
                following = _pieces(content, frames)
                once.keep(following)
                deque(following, maxlen=0)
            elif kind == b"F":
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


def _pieces(first: bytes, following: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Give what was heard, until its end."""
    yield first
    for kind, content in following:
        if kind != b"H":
            return
        yield content


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
