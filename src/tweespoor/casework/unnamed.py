"""A file that has no name: what is in it is gone when it is closed, or when this process ends, whatever happens.

It lies on disk in sealed blocks, under a key that stands in memory alone.  So not even the disk keeps anything of it.
"""

import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final, cast

from tweespoor.casework import places
from tweespoor.seal import keys
from tweespoor.seal.envelope import Envelope
from tweespoor.tape import blocks

_FORM: Final = b"tweespoor/unnamed/1"
_OPEN: Final = Path("/proc/self/fd")


class Unnamed:
    """One such file, for something of ``size`` bytes that comes in block by block, or for what is made here."""

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self._made: int | None = None
        self._file = tempfile.TemporaryFile(dir=places.home())  # noqa: SIM115 - it lives longer than this call
        one = secrets.token_hex(16)
        self._envelope = Envelope(keys.fresh(), one, one)

    @property
    def _path(self) -> Path:
        return _OPEN / str(self._file.fileno())

    @property
    def held(self) -> int:
        """Tell how many blocks are there: with which number one goes on."""
        return blocks.held(self._path, self.size)

    @property
    def is_whole(self) -> bool:
        """Tell whether everything came in."""
        return self.held == blocks.blocks_of(self.size)

    def add(self, number: int, content: bytes) -> None:
        """Keep the next block (OSError when the disk is full)."""
        blocks.add(self._path, self._envelope, _FORM, content, number=number, size=self.size)

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write something that is made here."""
        self.size = blocks.write(self._path, self._envelope, _FORM, pieces)
        self._made = 0

    def read(self) -> BinaryIO:
        """Open it for reading; each reader has a place of its own."""
        return cast("BinaryIO", blocks.Reader(self._path, self._envelope, _FORM, self.size, self._made))

    def close(self) -> None:
        """Let all of it be gone."""
        self._file.close()

    @property
    def closed(self) -> bool:
        """Tell whether it is gone."""
        return self._file.closed
