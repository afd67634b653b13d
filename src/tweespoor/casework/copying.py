"""A copy of a track that any phone opens by a tap (AAC, `sound.m4a`), made once and kept beside the track, sealed.

It has the same line of time as the playable file and holds exactly what the listener may hear.  It serves whoever
takes a copy along, and browsers that do not play Ogg Opus.  Making it takes about half a minute for an hour, on a
thread of its own, one at a time; it ends with the key of its track, and can be made again.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from tweespoor.casework.playing import Player
from tweespoor.errors import DamagedError, UnreadableError
from tweespoor.sound import m4a
from tweespoor.tape import beside

MEDIA_TYPE: Final = m4a.MEDIA_TYPE
_TOP: Final = "copy-top"
_SOUND: Final = "copy"

_log = structlog.get_logger(__name__)
_guard: Final = threading.Lock()
_one_at_a_time: Final = threading.Lock()
_making: dict[tuple[bytes, str], threading.Event] = {}


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that is there: what stands before its sound, and how long that is (bytes)."""

    player: Player
    top: bytes
    length: int

    @property
    def size(self) -> int:
        """Give the length of the whole file."""
        return len(self.top) + self.length

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Give the bytes of the file from one place to another (DamagedError)."""
        end = min(end, self.size)
        if begin < len(self.top):
            yield self.top[begin:end]
        first, after = max(0, begin - len(self.top)), end - len(self.top)
        player = self.player
        yield from beside.read_long(player.track, player.name(_SOUND), first, after, player.about)


def of(player: Player) -> Copied | None:
    """Give the copy of what somebody hears of a track; None when it was not made yet."""
    kept = beside.kept(player.track, player.name(_TOP), player.about)
    return None if kept is None else Copied(player, kept[8:], int.from_bytes(kept[:8], "big"))


def make(player: Player) -> None:
    """Make the copy now; one at a time, for it takes all of a processor."""
    with _one_at_a_time:
        if of(player) is not None:
            return
        copy = m4a.Copy(player.packets())
        length = beside.keep_long(player.track, player.name(_SOUND), copy.sound(), player.about)
        beside.keep(player.track, player.name(_TOP), length.to_bytes(8, "big") + copy.top(), player.about)


def begin(player: Player, holding: ExitStack) -> threading.Event:
    """Let the copy be made on a thread of its own; gives what is set when that is over, well or not.

    ``holding`` keeps the track open; it is closed here, whatever happens.  No table is read on that thread.
    """
    key = (player.track.track, player.scope)
    with _guard:
        if known := _making.get(key):
            holding.close()
            return known
        over = _making[key] = threading.Event()
    threading.Thread(target=_make, args=(player, holding, key, over), name="copy", daemon=True).start()
    return over


def _make(player: Player, holding: ExitStack, key: tuple[bytes, str], over: threading.Event) -> None:
    try:
        with holding:
            make(player)
    except (DamagedError, UnreadableError, OSError) as problem:
        _log.error("copy.failed", track=key[0].hex(), error=type(problem).__name__)
    finally:
        with _guard:
            _making.pop(key, None)
        over.set()


def is_making(player: Player) -> bool:
    """Tell whether this copy is being made now."""
    with _guard:
        return (player.track.track, player.scope) in _making
