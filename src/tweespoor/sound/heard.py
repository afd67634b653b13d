"""What was heard of a recording, as bytes, so that an original is listened to only once.

First a head; then how loud it is, as `waveform` gives it; then for each frame the power of its bands, and then its
largest sample (float16, little endian): 15 MB an hour.  The rest of `features` follows from these.  They are as
personal as the sound: whoever keeps them keeps them sealed, under the key of the sound.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np

from tweespoor.errors import UnreadableError
from tweespoor.sound import features
from tweespoor.sound.features import BANDS, Features

_FORM: Final = struct.pack(">16sHHHH", b"tweespoor/heard1", features.RATE, features.HOP, features.WINDOW, BANDS)
_HEAD: Final = struct.Struct(f">{len(_FORM)}sIId")
_PIECE: Final = 1 << 20


def pieces(heard: Features, loud: bytes) -> Iterator[bytes]:
    """Give the bytes, a piece at a time."""
    yield _HEAD.pack(_FORM, len(heard), len(loud), heard.seconds)
    for values in (np.frombuffer(loud, np.uint8), heard.power.astype("<f2").ravel(), heard.peak.astype("<f2")):
        for at in range(0, len(values), _PIECE):
            yield values[at : at + _PIECE].tobytes()


def fits(size: int, head: bytes) -> bool:
    """Tell whether so many bytes with such a beginning are what `pieces` gives today."""
    if len(head) < _HEAD.size:
        return False
    form, frames, loud, _ = _HEAD.unpack_from(head)
    return bool(form == _FORM and size == _HEAD.size + loud + frames * (BANDS + 1) * 2)


def read(file: BinaryIO) -> tuple[Features, bytes]:
    """Read what was heard, and how loud it is; UnreadableError when it is something else."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise UnreadableError("what was heard of it is not whole")
    form, frames, louds, seconds = _HEAD.unpack(head)
    loud, power, peak = file.read(louds), file.read(frames * BANDS * 2), file.read(frames * 2)
    if form != _FORM or len(peak) < frames * 2:
        raise UnreadableError("what was heard of it is not whole")
    halves = np.frombuffer(power, "<f2").reshape(-1, BANDS)
    return features.of(halves.astype(np.float16), np.frombuffer(peak, "<f2").astype(np.float16), seconds), loud


HEAD: Final = _HEAD.size
"""So many bytes are needed to tell whether it `fits`."""
