"""What was made of a track and is kept beside it, sealed: it can be made again, so nothing here is ever missed.

Such a thing is sealed with the track's key and bound to the track's head: it opens for that sound and for no other,
and when the key is destroyed it is as unreadable as the sound.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from tweespoor.errors import DamagedError
from tweespoor.seal.envelope import NONCE, TAG
from tweespoor.tape.store import Track

_FORM: Final = b"tweespoor/beside/1/"
_BLOCK: Final = 1 << 16
_SEALED: Final = NONCE + _BLOCK + TAG


def keep(track: Track, name: str, content: bytes, about: bytes = b"") -> None:
    """Keep something beside a track; ``about`` is what it depends on besides the sound.

    It is written to another name first, so that a reader never finds half of it.  A full disk is no error: then it
    is simply not kept.  Nor is it when the track was removed meanwhile: that removes the track's own file first.
    """
    sealed = track.envelope.seal(0, _bound(track, about), content, _FORM + name.encode())
    with suppress(OSError):
        _write(_path(track, name), (sealed,))
    if not track.path.exists():
        _path(track, name).unlink(missing_ok=True)


def kept(track: Track, name: str, about: bytes = b"") -> bytes | None:
    """Give what was kept; None when nothing was, when the track has grown since, or when it is damaged."""
    try:
        sealed = _path(track, name).read_bytes()
        return track.envelope.open(0, _bound(track, about), sealed, _FORM + name.encode())
    except (OSError, DamagedError):
        return None


def keep_long(track: Track, name: str, pieces: Iterable[bytes], about: bytes = b"") -> int:
    """Keep something too long to hold, sealed block by block; gives its length.

    Unlike `keep` it says so when it cannot (OSError): who made it waits for it.
    """
    bound, form = _bound(track, about), _FORM + name.encode()
    length = 0

    def sealed() -> Iterator[bytes]:
        nonlocal length
        for number, block in enumerate(_blocks(pieces)):
            length += len(block)
            yield track.envelope.seal(number, bound, block, form)

    path = _path(track, name)
    for left in path.parent.glob(f"{path.name}-*[0-9]"):  # by a server that was killed while it made this
        left.unlink(missing_ok=True)
    _write(path, sealed())
    if not track.path.exists():
        path.unlink(missing_ok=True)
    return length


def length_of(track: Track, name: str) -> int:
    """Tell how long something long is that was kept; 0 when there is none."""
    try:
        size = _path(track, name).stat().st_size
    except OSError:
        return 0
    whole, rest = divmod(size, _SEALED)
    return whole * _BLOCK + max(0, rest - NONCE - TAG)


def read_long(track: Track, name: str, begin: int, end: int, about: bytes = b"") -> Iterator[bytes]:
    """Give the bytes of something long from one place to another, opening only the blocks that hold them.

    Errors: DamagedError when it is not whole; OSError when it is not there.
    """
    bound, form = _bound(track, about), _FORM + name.encode()
    file = os.open(_path(track, name), os.O_RDONLY)
    try:
        while begin < end:
            number = begin // _BLOCK
            block = track.envelope.open(number, bound, os.pread(file, _SEALED, number * _SEALED), form)
            piece = block[begin - number * _BLOCK : end - number * _BLOCK]
            if not piece:
                raise DamagedError(f"block {number} of {name}", "more bytes", "none")
            yield piece
            begin += len(piece)
    finally:
        os.close(file)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= _BLOCK:
            yield bytes(waiting[:_BLOCK])
            del waiting[:_BLOCK]
    if waiting:
        yield bytes(waiting)


def _path(track: Track, name: str) -> Path:
    return track.path.with_suffix(f".{name}")


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file under another name first; nothing is left of one that could not be finished."""
    fresh = path.with_name(f"{path.name}-{os.getpid()}")
    try:
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as writing:
            writing.writelines(pieces)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _bound(track: Track, about: bytes) -> bytes:
    """Give what the sealed bytes are bound to: the sound, how much of it was handed in, and what else they rest on."""
    point = track.contents.point
    return hashlib.sha256(point.head + track.contents.handed.to_bytes(8, "big", signed=True) + about).digest()
