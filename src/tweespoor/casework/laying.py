"""Lays one file beside one of our tracks: by its packets, then by ear; keeps the seconds around each difference.

No table is read here, so it can work on a thread of its own.  What may not be heard of the track is not in it.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from typing import BinaryIO, Final, cast

from tweespoor.casework.playing import Player
from tweespoor.casework.unnamed import Unnamed
from tweespoor.errors import DamagedError, UnreadableError
from tweespoor.positioned import Positioned
from tweespoor.sound import apart, comparing, excerpts, heard, m4a, recognising, waveform
from tweespoor.sound.comparing import Compared, Once
from tweespoor.sound.comparison import Comparison, Span
from tweespoor.sound.picture import Loud
from tweespoor.sound.recognising import Marked, Run
from tweespoor.tape import beside

AROUND_S: Final = 4.0
"""So many seconds before and behind a difference can be heard."""
LONGEST_S: Final = 60.0
"""Of a longer difference in the copy only its beginning is kept."""
MOST: Final = 60
"""Of so many differences the sound is kept; the list and the picture have them all."""
_RATE: Final = m4a.RATE
_SAMPLES: Final = 48_000
_STEPS_A_SECOND: Final = _SAMPLES / waveform.STEP
_SHARE: Final = 0.9
"""So much of the work is comparing; the rest is cutting out the pieces."""
_BLOCK: Final = 1 << 20
_HEARD: Final = "heard"
"""What is kept beside a track of what was heard of it."""
_WITH: Final = ("tweespoor", "numpy", "scipy", "av")


@dataclass(frozen=True, slots=True)
class Window:
    """The seconds around one item of the list: what is kept of the copy, and what of the original belongs to it.

    ``copy`` and ``original`` are the seconds that can be heard, ``at`` and ``of`` the difference itself in each.
    """

    number: int
    copy: Span
    original: Span
    at: Span
    of: Span


@dataclass(frozen=True, slots=True)
class File:
    """A file that was compared, as no more than its length and its hash (hex)."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Laid:
    """What came out; ``exactly`` is which seconds of ours the copy is bit for bit, ``same_s`` how many are that."""

    found: Comparison
    loud: Loud
    original: File
    copy: File
    exactly: Span | None
    same_s: float
    windows: tuple[Window, ...] = ()
    places: tuple[tuple[int, int], ...] = ()


def versions() -> str:
    """Give what it was made with."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in _WITH)


def lay(player: Player, copy: Unnamed, kept: Unnamed, tell: Callable[[float], None]) -> Laid:
    """Compare; ``kept`` gets the seconds around each difference, ``tell`` hears how far it is.

    Errors: DamagedError and OSError of our own track; a copy that cannot be read is an answer.
    """
    same, runs = _recognised(player, copy)
    with closing(copy.read()) as file:
        known = same or _listened(player, file, lambda share: tell(share * _SHARE))
    windows = tuple(_windows(known.found))
    places = tuple(_kept(copy, kept, windows))
    tell(1.0)
    return Laid(
        found=known.found,
        loud=known.loud,
        original=File(player.layout.size, player.hashed()),
        copy=File(copy.size, _hashed(copy)),
        exactly=None if same is None else runs[0].original,
        same_s=sum(run.copy[1] - run.copy[0] for run in runs),
        windows=windows,
        places=places,
    )


# Bit for bit ------------------------------------------------------------------------------------------


def _recognised(player: Player, copy: Unnamed) -> tuple[Compared | None, list[Run]]:
    """Give the answer when the copy holds nothing but packets of ours, and which stretches of it are ours."""
    try:
        with closing(copy.read()) as file:
            theirs = recognising.marked(apart.packets(file))
    except UnreadableError:
        theirs = Marked((), ())
    if not theirs.marks:
        return None, []
    ours = recognising.marked((place / _SAMPLES, packet) for place, packet in player.packets())
    runs = recognising.runs(ours, theirs)
    found = recognising.whole(ours, theirs, runs)
    if found is None:
        return None, runs
    loud = player.loudness
    first, last = (round(at * _STEPS_A_SECOND) for at in runs[0].original)
    return Compared(found, Loud(loud, loud[first:last])), runs


# By ear -----------------------------------------------------------------------------------------------


def _listened(player: Player, copy: BinaryIO, tell: Callable[[float], None]) -> Compared:
    """Compare by ear; what is heard of ours is kept beside it, sealed, and goes with its key."""
    name = player.name(_HEARD)

    def keep(pieces: Iterator[bytes]) -> None:
        with suppress(OSError):  # on a full disk it is listened to again the next time
            beside.keep_long(player.track, name, pieces, player.about)

    def read(begin: int, end: int) -> Iterator[bytes]:
        return beside.read_long(player.track, name, begin, end, player.about)

    size = beside.length_of(player.track, name)
    with suppress(DamagedError, OSError):  # the track has grown since, or it is gone
        if heard.fits(size, b"".join(read(0, min(size, heard.HEAD)))):
            with closing(Positioned(size, read)) as kept:
                return comparing.beside([], [copy], tell, once=Once(kept=cast("BinaryIO", kept)))
    return comparing.beside([opened(player)], [copy], tell, once=Once(keep=keep))


def opened(player: Player) -> BinaryIO:
    """Open the playable file of a track as a file."""
    return cast("BinaryIO", Positioned(player.layout.size, player.read))


# The seconds around -----------------------------------------------------------------------------------


def _windows(found: Comparison) -> Iterator[Window]:
    """Give what can be heard around each difference, and around what is not clear, by its number in the list."""
    for number, one in enumerate(islice(found.differences, MOST), 1):
        yield _around(found, number, one.copy, one.original)
    begin = len(found.differences) + 1
    for number, cloudy in enumerate(islice(found.unclear, max(0, MOST - len(found.differences))), begin):
        yield _around(found, number, cloudy.copy, (_beside(found, cloudy.copy[0]), _beside(found, cloudy.copy[1])))


def _around(found: Comparison, number: int, at: Span, of: Span) -> Window:
    copy = max(0.0, at[0] - AROUND_S), min(found.copy_s, min(at[1], at[0] + LONGEST_S) + AROUND_S)
    original = max(0.0, of[0] - AROUND_S), min(found.original_s, of[1] + AROUND_S)
    return Window(number, copy, original, at, of)


def _beside(found: Comparison, at: float) -> float:
    """Give about where a moment of the copy lies in the original."""
    if not found.map:
        return min(at, found.original_s)
    one = min(found.map, key=lambda near: max(near.copy[0] - at, at - near.copy[1], 0.0))
    return min(max(0.0, one.original[0] + at - one.copy[0]), found.original_s)


def _kept(copy: Unnamed, kept: Unnamed, windows: Sequence[Window]) -> list[tuple[int, int]]:
    """Keep the seconds of the copy around each difference; gives where each lies, and how many bytes it is."""
    places = [(0, 0)] * len(windows)
    if not windows:
        return places

    def pieces() -> Iterator[bytes]:
        at = 0
        with closing(copy.read()) as file:
            line = apart.decode(file, _RATE, _RATE)
            for number, content in excerpts.cut(line, _RATE, [one.copy for one in windows]):
                places[number] = at, len(content)
                at += len(content)
                yield content

    kept.write(pieces())
    return places


def _hashed(copy: Unnamed) -> str:
    digest = hashlib.sha256()
    with closing(copy.read()) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
