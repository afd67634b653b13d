"""How loud a track is over time, small enough to draw.

*Conventions.*  Positions and lengths are 48 kHz samples on the time line of the track's playable file.  A loudness is
one byte for `STEP` samples: 0 is silence or no sound at all, 255 the loudest that can be; between them the byte is
proportional to decibels above `FLOOR_DB`, so that a whisper is seen beside a shout.

What it tells (who was silent, when somebody shouted) is as personal as the sound: keep it sealed with the track.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tweespoor.errors import UnreadableError
from tweespoor.sound import opus

STEP: Final = 9_600  # 0.2 s: 18,000 bytes an hour
FLOOR_DB: Final = -60.0


def loudness(packets: Iterable[tuple[int, bytes]]) -> bytes:
    """Decode (position, packet) pairs, ascending, and give one byte per `STEP` samples.

    The root mean square of each step, over the samples that were recorded.  A packet that cannot be decoded counts as
    silence here: the picture must not fail where the sound can still be heard.
    """
    energy = np.zeros(64, np.float64)
    counted = np.zeros(64, np.int64)
    used = 0
    for position, samples in _decoded(packets):
        begin = max(0, position)
        used = max(used, (begin + len(samples) - 1) // STEP + 1)
        if used > len(energy):
            energy = np.concatenate((energy, np.zeros(max(len(energy), used), np.float64)))
            counted = np.concatenate((counted, np.zeros(len(energy) - len(counted), np.int64)))
        squares = samples.astype(np.float64) ** 2
        first = STEP - begin % STEP
        for at, part in ((begin // STEP, squares[:first]), (begin // STEP + 1, squares[first:])):
            if len(part):
                energy[at] += part.sum()
                counted[at] += len(part)
    root = np.sqrt(energy[:used] / np.maximum(counted[:used], 1))
    decibels = 20 * np.log10(np.maximum(root, 1e-9))
    return np.clip(np.round((decibels / -FLOOR_DB + 1) * 255), 0, 255).astype(np.uint8).tobytes()


def _decoded(packets: Iterable[tuple[int, bytes]]) -> Iterable[tuple[int, NDArray[np.float32]]]:
    """Decode with one decoder throughout, keeping each packet's position."""
    decoder = opus.Stream()
    for position, packet in packets:
        try:
            samples = decoder.decode(packet)
        except UnreadableError:
            continue
        if len(samples):
            yield position, samples


def amplitude(loud: bytes, begin: int, end: int) -> float:
    """Give the mean amplitude of the steps between two samples, from 0 to 1; 0 where there is none.

    >>> amplitude(bytes([0, 255, 255]), 0, STEP), amplitude(bytes([0, 255, 255]), STEP, 3 * STEP)
    (0.0, 1.0)
    """
    first = max(0, begin // STEP)
    part = np.frombuffer(loud, np.uint8)[first : max(first + 1, -(-end // STEP))]
    if end <= 0 or not len(part):
        return 0.0
    linear = 10 ** ((part / 255 - 1) * -FLOOR_DB / 20)
    return float(np.where(part == 0, 0.0, linear).mean())
