"""How long a file is, its checksum in a ZIP and its hash: measured as its bytes pass."""

import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from hashlib import sha256
from mmap import mmap
from typing import Final, NamedTuple

BLOCK: Final = 4 << 20  # so large that who hashes it seldom has to wait for its turn


class Measured(NamedTuple):
    """How long a file is, its ZIP checksum, and its hash."""

    size: int
    crc: int
    digest: bytes


class Tally:
    """Measures bytes as they pass, a block at a time and beside what makes them; ``out`` gets the blocks, in order.

    There are two blocks, filled in turns: to get new memory for each costs more than what is done with it.  Of each
    only what is used is there.
    """

    def __init__(self, hands: Executor, out: Callable[[memoryview], object] = lambda _: None) -> None:
        self._hands = hands
        self._out = out
        self._filling, self._other = mmap(-1, BLOCK), mmap(-1, BLOCK)
        self._filled = 0
        self._before: Future[None] | None = None
        self._size = self._crc = 0
        self._digest = sha256()

    def take(self, piece: bytes) -> None:
        """Let some bytes pass."""
        end = self._filled + len(piece)
        if end <= BLOCK:
            self._filling[self._filled : end] = piece
            self._filled = end
            return
        rest = memoryview(piece)
        while rest:
            if self._filled == BLOCK:
                self._wait()
                self._before = self._hands.submit(self._sum, memoryview(self._filling))  # others run meanwhile
                self._filling, self._other, self._filled = self._other, self._filling, 0
            now = rest[: BLOCK - self._filled]
            self._filling[self._filled : self._filled + len(now)] = now
            self._filled += len(now)
            rest = rest[len(now) :]

    def done(self) -> Measured:
        """Give what all of them measure."""
        self._wait()
        self._sum(memoryview(self._filling)[: self._filled])
        return Measured(self._size, self._crc, self._digest.digest())

    def _wait(self) -> None:
        """Let no more than one block be on its way, and raise what went wrong with it."""
        if self._before is not None:
            self._before.result()

    def _sum(self, block: memoryview) -> None:
        self._size += len(block)
        self._crc = zlib.crc32(block, self._crc)
        self._digest.update(block)
        self._out(block)


def measure(pieces: Iterable[bytes]) -> Measured:
    """Measure a file by letting it pass."""
    size, crc, digest = 0, 0, sha256()
    for piece in pieces:
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        digest.update(piece)
    return Measured(size, crc, digest.digest())
