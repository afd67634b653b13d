"""Bytes that are given from any place to any other, open as a file is: sealed, far away, or within another file."""

import io
import os
from collections.abc import Callable, Iterable


class Positioned(io.RawIOBase):
    """A file of ``size`` bytes; ``give`` gives those from one place to another, in pieces."""

    def __init__(self, size: int, give: Callable[[int, int], Iterable[bytes]]) -> None:
        super().__init__()
        self.size = size
        self._give, self._at = give, 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that one can go anywhere in it."""
        return True

    def tell(self) -> int:
        """Give the place where reading goes on."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        self._at = max(0, offset + (0, self._at, self.size)[whence])
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Give the bytes from here on."""
        left = max(0, self.size - self._at)
        end = self._at + (left if size < 0 else min(size, left))
        content = b"".join(self._give(self._at, end)) if end > self._at else b""
        self._at += len(content)
        return content
