"""The process that compares two recordings: it asks for the bytes of files, listens, compares, and tells the answer.

*Conventions.*  On the pipe stand the frames of `apart`.  Besides, ``F`` tells that work on a file (its number) begins,
``T`` a share of the comparing itself (f64), and ``L`` is how loud a recording is (first the original, then the copy),
as `waveform` gives it.  When the original may be kept, ``H`` are pieces of what was `heard` of it, before any copy is
opened, and ``h`` is their end.  Instead of the original's file it may get what was kept so.
"""

import json
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from tweespoor.errors import UnreadableError
from tweespoor.sound import apart, compare, container, features, heard, sniff, waveform
from tweespoor.sound.mixing import Samples

SECONDS: Final = 3600
KEEP, KEPT = "keep", "kept"
"""What is heard of the original is told, or was told before; any other word is neither."""
_BLOCK: Final = features.RATE * 10
_SHARE: Final = struct.Struct(">d")
_NICE: Final = 10


def main(order: list[str]) -> None:
    """Work as the process apart: how many are originals, what is kept of them, then the size of each file."""
    apart.bound(SECONDS)
    os.nice(_NICE)
    out, given = sys.stdout.buffer, sys.stdin.buffer
    many, keeps, sizes = int(order[0]), order[1], [int(one) for one in order[2:]]
    files = [apart.Fetched(out, given, size, number) for number, size in enumerate(sizes)]
    try:
        if keeps == KEPT:
            original, begins = heard.read(files[0]), [0.0]  # type: ignore[arg-type]
        else:
            one = _Heard(out, files, range(many))
            original, begins = (one.features, bytes(one.loud)), one.begins
        apart.tell(out, b"L", original[1])
        if keeps == KEEP:
            for piece in heard.pieces(*original):
                apart.tell(out, b"H", piece)
            apart.tell(out, b"h", b"")
        copy = _Heard(out, files, range(many, len(files)))
        apart.tell(out, b"L", bytes(copy.loud))
        found = compare.compare(original[0], copy.features, lambda share: apart.tell(out, b"T", _SHARE.pack(share)))
        told = {"answer": found.as_json(), "originals": begins, "copies": copy.begins}
        apart.tell(out, b"J", json.dumps(told).encode())
    except UnreadableError as problem:
        apart.tell(out, b"E", json.dumps({"reason": problem.reason, "code": problem.code}).encode())
    except MemoryError:
        apart.tell(out, b"E", json.dumps({"reason": "it asks too much", "code": sniff.UNKNOWN}).encode())


class _Heard:
    """One recording, from one file or several, listened to once."""

    def __init__(self, out: BinaryIO, files: Sequence[apart.Fetched], span: range) -> None:
        self._out, self._files, self._span = out, files, span
        self.loud = bytearray()
        self.begins: list[float] = []
        self.features = features.listen(waveform.metered(self._blocks(), features.RATE, self.loud))

    def _blocks(self) -> Iterator[Samples]:
        samples = 0
        for number in self._span:
            self.begins.append(samples / features.RATE)
            apart.tell(self._out, b"F", bytes([number]))
            for block in container.decode(self._files[number], features.RATE, _BLOCK):  # type: ignore[arg-type]
                samples += len(block)
                yield block


if __name__ == "__main__":
    main(sys.argv[1:])
