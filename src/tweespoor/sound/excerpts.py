"""Cuts short pieces out of a line of sound while it goes by, each a WAV file of its own that every browser plays.

*Conventions.*  Sound is mono float32 at a rate; a window is (from, until) in seconds, and windows may overlap.  WAV is
16 bits (Microsoft and IBM, Multimedia Programming Interface 1.0, chapter 3).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from tweespoor.sound.comparison import Span
from tweespoor.sound.mixing import Samples

MEDIA_TYPE: Final = "audio/wav"
_HEAD: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")


def cut(line: Iterable[Samples], rate: int, windows: Sequence[Span]) -> Iterator[tuple[int, bytes]]:
    """Give the number of each window and its WAV, as soon as it went by; one that lies behind the end is short."""
    waiting = sorted(((round(begin * rate), round(end * rate), n) for n, (begin, end) in enumerate(windows)))
    open_: list[tuple[int, int, int, list[Samples]]] = []
    at = 0
    for block in line:
        after = at + len(block)
        while waiting and waiting[0][0] < after:
            open_.append((*waiting.pop(0), []))
        for begin, end, _, held in open_:
            held.append(block[max(0, begin - at) : max(0, end - at)])
        done = [one for one in open_ if one[1] <= after]
        open_ = [one for one in open_ if one[1] > after]
        yield from ((number, wav(held, rate)) for _, _, number, held in done)
        at = after
    yield from ((number, wav(held, rate)) for _, _, number, held in open_)
    yield from ((number, wav([], rate)) for _, _, number in waiting)


def wav(pieces: Sequence[Samples], rate: int) -> bytes:
    """Give sound as one WAV file.

    >>> len(wav([np.zeros(10, np.float32)], 8_000))
    64
    """
    whole = np.concatenate((np.zeros(0, np.float32), *pieces))
    content = (np.clip(whole, -1, 1) * 32_767).astype("<i2").tobytes()
    head = (b"RIFF", 36 + len(content), b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", len(content))
    return _HEAD.pack(*head) + content
