"""A file in sealed blocks: written in order as it comes in, read anywhere, never in clear on disk.

Each block holds `BLOCK` bytes, the last one what is left, and is one AES-256-GCM message bound to its place and to the
length of the whole: nothing can be swapped, and a file that was cut off does not open at its end.  Block n stands at
n times (`BLOCK` + 28) bytes, so any stretch is found without reading what is before it.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tweespoor.errors import DamagedError
from tweespoor.positioned import Positioned
from tweespoor.seal.envelope import NONCE, TAG, Envelope

BLOCK: Final = 1 << 18
OVERHEAD: Final = NONCE + TAG
"""So many bytes a block is longer on disk."""
_SEALED: Final = BLOCK + OVERHEAD


def blocks_of(size: int) -> int:
    """Tell how many blocks so many bytes make.

    >>> blocks_of(0), blocks_of(1), blocks_of(BLOCK), blocks_of(BLOCK + 1)
    (0, 1, 1, 2)
    """
    return -(-size // BLOCK)


def length_of(number: int, size: int) -> int:
    """Tell how many bytes block ``number`` of a file of ``size`` bytes holds."""
    return max(0, min(BLOCK, size - number * BLOCK))


def held(path: Path, size: int) -> int:
    """Tell how many whole blocks stand in a file that is coming in; what a crash left half does not count."""
    try:
        length = path.stat().st_size
    except FileNotFoundError:
        return 0
    every = blocks_of(size)
    return every if length == size + every * OVERHEAD else min(length // _SEALED, every - 1)


def add(path: Path, envelope: Envelope, form: bytes, content: bytes, *, number: int, size: int) -> None:
    """Write block ``number`` of a file of ``size`` bytes behind those that are there; OSError when the disk is full."""
    sealed = envelope.seal(number, _whole(size), content, form)
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        if os.pwrite(file, sealed, number * _SEALED) < len(sealed):
            raise OSError(28, "no space left on device")
        os.ftruncate(file, number * _SEALED + len(sealed))
        if (number + 1) * BLOCK >= size:
            os.fsync(file)
    finally:
        os.close(file)


def write(path: Path, envelope: Envelope, form: bytes, pieces: Iterable[bytes]) -> int:
    """Write something that is made here, whose length is not known before; gives its length.

    Its length is bound by whoever keeps it: here it counts as nought.
    """
    waiting, number, length = bytearray(), 0, 0
    for piece in pieces:
        waiting += piece
        length += len(piece)
        while len(waiting) >= BLOCK:
            add(path, envelope, form, bytes(waiting[:BLOCK]), number=number, size=0)
            del waiting[:BLOCK]
            number += 1
    if waiting:
        add(path, envelope, form, bytes(waiting), number=number, size=0)
    return length


class Reader(Positioned):
    """A file in sealed blocks, open for reading as if it stood there in clear (DamagedError where it does not open)."""

    def __init__(self, path: Path, envelope: Envelope, form: bytes, size: int, bound: int | None = None) -> None:
        super().__init__(size, self._pieces)
        self._file = os.open(path, os.O_RDONLY)
        self._envelope, self._form = envelope, form
        self._bound = _whole(size if bound is None else bound)
        self._number, self._block = -1, b""

    def close(self) -> None:
        """Close it."""
        if not self.closed:
            os.close(self._file)
        super().close()

    def _pieces(self, begin: int, end: int) -> Iterator[bytes]:
        while begin < end:
            number, within = divmod(begin, BLOCK)
            piece = self._opened(number)[within : within + end - begin]
            yield piece
            begin += len(piece)

    def _opened(self, number: int) -> bytes:
        if number != self._number:
            length = length_of(number, self.size)
            sealed = os.pread(self._file, length + OVERHEAD, number * _SEALED)
            block = self._envelope.open(number, self._bound, sealed, self._form)
            if len(block) != length:
                raise DamagedError(f"block {number}", f"{length} bytes", f"{len(block)} bytes")
            self._number, self._block = number, block
        return self._block


def _whole(size: int) -> bytes:
    return size.to_bytes(8, "big")
