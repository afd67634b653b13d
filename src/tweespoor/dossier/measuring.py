"""How long a file is, its checksum in a ZIP and its hash: measured as its bytes pass."""

import zlib
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, NamedTuple

BLOCK: Final = 256 << 10  # bytes: while they are summed, they still lie beside the processor


class Measured(NamedTuple):
    """How long a file is, its ZIP checksum, and its hash."""

    size: int
    crc: int
    digest: bytes


class Tally:
    """Measures bytes as they pass, a block at a time; ``out`` gets the blocks, in order."""

    def __init__(self, out: Callable[[bytes], object] = lambda _: None) -> None:
        self._out = out
        self._pieces: list[bytes] = []
        self._held = self._size = self._crc = 0
        self._digest = sha256()

    def take(self, piece: bytes) -> None:
        """Let some bytes pass."""
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held >= BLOCK:
            self._sum()

    def done(self) -> Measured:
        """Give what all of them measure."""
        self._sum()
        return Measured(self._size, self._crc, self._digest.digest())

    def _sum(self) -> None:
        block = b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        self._size += len(block)
        self._crc = zlib.crc32(block, self._crc)
        self._digest.update(block)
        self._out(block)


def measure(pieces: Iterable[bytes]) -> Measured:
    """Measure a file by letting it pass."""
    tally = Tally()
    for piece in pieces:
        tally.take(piece)
    return tally.done()
