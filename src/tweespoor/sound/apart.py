"""Opens a sound file of a stranger in a process of its own, with little memory and little time.

Readers of many kinds of file are large and written in C.  A file that was made to break one then ends that process and
nothing else: the server that records goes on.  The process gets no name of a file and no key: it asks for the bytes
that it needs, one stretch at a time, and whoever calls gives them.  So a file that lies encrypted stays so on disk.

On the pipe to the caller stand frames: one letter, a length (u32, big endian), and that many bytes.  ``R`` asks for
bytes (which file, as u32, offset and length, as u64), ``B`` is a block of sound, ``P`` a packet (its place in seconds,
as f64, and its bytes), ``J`` an answer, ``E`` a refusal, ``.`` the end.
"""

import json
import os
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import BinaryIO, Final

import numpy as np

from tweespoor.errors import UnreadableError
from tweespoor.positioned import Positioned
from tweespoor.sound import container, sniff
from tweespoor.sound.container import Container
from tweespoor.sound.mixing import Samples

MEMORY: Final = 2 << 30
SECONDS: Final = 600
"""How long one file may take; eight hours of sound are decoded in under two minutes."""
Told = Callable[[int, int], object]
"""Hears of each request of a process: of which file, and at which byte."""
_FRAME: Final = struct.Struct(">cI")
_ASKED: Final = struct.Struct(">IQQ")
_PLACE: Final = struct.Struct(">d")
_AHEAD: Final = 1 << 18  # bytes that are fetched at once, when no more are asked
_MOST: Final = 1 << 22


def inspect(file: BinaryIO, seconds: float = SECONDS) -> Container:
    """Do what `container.inspect` does, apart.

    Errors: UnreadableError, also when the process broke or took too long.
    """
    for kind, content in asked([file], ["inspect"], seconds):
        if kind == b"J":
            return Container(**json.loads(content))
    raise broken()


def decode(file: BinaryIO, rate: int, block: int, seconds: float = SECONDS) -> Iterator[Samples]:
    """Do what `container.decode` does, apart; the time limit counts the work of whoever takes the blocks too."""
    for kind, content in asked([file], ["decode", str(rate), str(block)], seconds):
        if kind == b"B":
            yield np.frombuffer(content, np.float32)
        elif kind == b".":
            return
    raise broken()


def packets(file: BinaryIO, seconds: float = SECONDS) -> Iterator[tuple[float, bytes]]:
    """Do what `container.packets` does, apart."""
    for kind, content in asked([file], ["packets"], seconds):
        if kind == b"P":
            yield _PLACE.unpack_from(content)[0], content[_PLACE.size :]
        elif kind == b".":
            return
    raise broken()


def broken() -> UnreadableError:
    """Give the error of a file that broke the process, or took too long."""
    return UnreadableError("it is broken, or it asks too much", sniff.UNKNOWN)


def asked(
    files: Sequence[BinaryIO], order: Sequence[str], seconds: float, module: str = "", told: Told | None = None
) -> Iterator[tuple[bytes, bytes]]:
    """Let a process work; answer what it asks of its files and give what it tells.

    It gets the order, and behind it the size of each file.  Errors: UnreadableError when it refuses.
    """
    sizes = [str(file.seek(0, os.SEEK_END)) for file in files]
    with _process([module or __name__, *order, *sizes], seconds) as (to_it, from_it):
        while head := from_it.read(_FRAME.size):
            if len(head) < _FRAME.size:
                return
            kind, length = _FRAME.unpack(head)
            content = from_it.read(length)
            if len(content) < length:
                return
            if kind == b"R":
                number, begin, many = _ASKED.unpack(content)
                if told is not None:
                    told(number, begin)
                files[number].seek(begin)
                given = files[number].read(min(many, _MOST))
                try:
                    to_it.write(len(given).to_bytes(4, "big") + given)
                    to_it.flush()
                except BrokenPipeError:
                    return
            elif kind == b"E":
                refused = json.loads(content)
                raise UnreadableError(refused["reason"], refused["code"])
            else:
                yield kind, content


@contextmanager
def _process(order: list[str], seconds: float) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    kept = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", *order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in kept if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
    )
    over = threading.Timer(seconds, process.kill)
    over.daemon = True
    over.start()
    try:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes were asked for
        yield process.stdin, process.stdout  # type: ignore[misc]
    finally:
        over.cancel()
        process.kill()
        process.communicate()


class Fetched(Positioned):
    """A file whose bytes are asked of the caller."""

    def __init__(self, asking: BinaryIO, given: BinaryIO, size: int, number: int = 0) -> None:
        super().__init__(size, self._pieces)
        self._asking, self._given, self._number = asking, given, number
        self._begin, self._held = 0, b""

    def _pieces(self, begin: int, end: int) -> Iterator[bytes]:
        while begin < end:
            within = begin - self._begin
            if not 0 <= within < len(self._held):
                self._begin, self._held = begin, self._fetch(begin, max(end - begin, _AHEAD))
                within = 0
                if not self._held:
                    return
            piece = self._held[within : within + end - begin]
            yield piece
            begin += len(piece)

    def _fetch(self, at: int, many: int) -> bytes:
        tell(self._asking, b"R", _ASKED.pack(self._number, at, many))
        return self._given.read(int.from_bytes(self._given.read(4), "big"))


def tell(out: BinaryIO, kind: bytes, content: bytes) -> None:
    """Write one frame."""
    out.write(_FRAME.pack(kind, len(content)) + content)
    out.flush()


def bound(seconds: int) -> None:
    """Take little: memory, time, and no file at all may be written."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main(order: list[str]) -> None:
    """Work as the process apart: ``inspect SIZE``, ``packets SIZE`` or ``decode RATE BLOCK SIZE``."""
    bound(SECONDS)
    out = sys.stdout.buffer
    file = Fetched(out, sys.stdin.buffer, int(order[-1]))
    try:
        if order[0] == "inspect":
            tell(out, b"J", json.dumps(asdict(container.inspect(file))).encode())  # type: ignore[arg-type]
            return
        if order[0] == "packets":
            for place, packet in container.packets(file):  # type: ignore[arg-type]
                tell(out, b"P", _PLACE.pack(place) + packet)
            tell(out, b".", b"")
            return
        for block in container.decode(file, int(order[1]), int(order[2])):  # type: ignore[arg-type]
            tell(out, b"B", block.tobytes())
        tell(out, b".", b"")
    except UnreadableError as problem:
        tell(out, b"E", json.dumps({"reason": problem.reason, "code": problem.code}).encode())
    except MemoryError:
        tell(out, b"E", json.dumps({"reason": "it asks too much", "code": sniff.UNKNOWN}).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
