"""What was made of a track and is kept beside it, sealed: it can be made again, so nothing here is ever missed.

Such a thing is sealed with the track's key and bound to the track's head: it opens for that sound and for no other,
and when the key is destroyed it is as unreadable as the sound.
"""

import hashlib
import os
from contextlib import suppress
from typing import Final

from tweespoor.errors import DamagedError
from tweespoor.tape.store import Track

_FORM: Final = b"tweespoor/beside/1/"


def keep(track: Track, name: str, content: bytes, about: bytes = b"") -> None:
    """Keep something beside a track; ``about`` is what it depends on besides the sound.

    It is written to another name first, so that a reader never finds half of it.  A full disk is no error: then it
    is simply not kept.
    """
    sealed = track.envelope.seal(0, _bound(track, about), content, _FORM + name.encode())
    path = track.path.with_suffix(f".{name}")
    fresh = path.with_suffix(f".{name}-{os.getpid()}")
    with suppress(OSError):
        try:
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "wb") as writing:
                writing.write(sealed)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


def kept(track: Track, name: str, about: bytes = b"") -> bytes | None:
    """Give what was kept; None when nothing was, when the track has grown since, or when it is damaged."""
    try:
        sealed = track.path.with_suffix(f".{name}").read_bytes()
        return track.envelope.open(0, _bound(track, about), sealed, _FORM + name.encode())
    except (OSError, DamagedError):
        return None


def _bound(track: Track, about: bytes) -> bytes:
    """Give what the sealed bytes are bound to: the sound, how much of it was handed in, and what else they rest on."""
    point = track.contents.point
    return hashlib.sha256(point.head + track.contents.handed.to_bytes(8, "big", signed=True) + about).digest()
