"""How loud a track is over time, small enough to draw.

*Conventions.*  Positions and lengths are 48 kHz samples on the time line of the track's playable file.  A loudness is
one byte for `STEP` samples: 0 is silence or no sound at all, 255 the loudest that can be; between them the byte is
proportional to decibels above `FLOOR_DB`, so that a whisper is seen beside a shout.

What it tells (who was silent, when somebody shouted) is as personal as the sound: keep it sealed with the track.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tweespoor.errors import UnreadableError
from tweespoor.sound import opus

STEP: Final = 9_600  # 0.2 s: 18,000 bytes an hour
FLOOR_DB: Final = -60.0
_TOGETHER: Final = 200  # packets that are measured at once


def loudness(packets: Iterable[tuple[int, bytes]]) -> bytes:
    """Decode (position, packet) pairs, ascending, and give one byte per `STEP` samples.

    The root mean square of each step, over the samples that were recorded.  A packet that cannot be decoded counts as
    silence here: the picture must not fail where the sound can still be heard.
    """
    energy, counted = np.zeros(0), np.zeros(0)
    for begin, samples in _runs(packets):
        first, after = begin // STEP, (begin + len(samples) - 1) // STEP + 1
        if after > len(energy):
            more = np.zeros(max(after, 2 * len(energy)) - len(energy))
            energy, counted = np.concatenate((energy, more)), np.concatenate((counted, more))
        edges = np.maximum(np.arange(first, after) * STEP - begin, 0)
        energy[first:after] += np.add.reduceat(samples.astype(np.float64) ** 2, edges)
        counted[first:after] += np.diff(np.append(edges, len(samples)))
    used = int(np.flatnonzero(counted)[-1]) + 1 if counted.any() else 0
    return _bytes(energy[:used] / np.maximum(counted[:used], 1))


def metered(blocks: Iterable[NDArray[np.float32]], rate: int, loud: bytearray) -> Iterator[NDArray[np.float32]]:
    """Let blocks of sound at a rate pass, and write into ``loud`` how loud they are, as `loudness` does."""
    step = STEP * rate // opus.RATE
    left = np.zeros(0, np.float32)
    for block in blocks:
        yield block
        whole = np.concatenate((left, block))
        used = len(whole) // step * step
        loud += _bytes(np.square(whole[:used].reshape(-1, step), dtype=np.float64).mean(axis=1))
        left = whole[used:]
    if len(left):
        loud += _bytes(np.square(left, dtype=np.float64).mean(keepdims=True))


def _bytes(power: NDArray[np.float64]) -> bytes:
    decibels = 10 * np.log10(np.maximum(power, 1e-18))
    return np.clip(np.round((decibels / -FLOOR_DB + 1) * 255), 0, 255).astype(np.uint8).tobytes()


def _runs(packets: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Decode with one decoder throughout; give what lies end to end together, a few seconds at most."""
    decoder = opus.Stream()
    begin = end = 0
    waiting: list[NDArray[np.float32]] = []
    for position, packet in packets:
        at = max(position, 0)
        try:
            samples = decoder.decode(packet)[at - position :]  # what lies before 0 is the encoder's own delay
        except UnreadableError:
            continue
        if waiting and (at != end or len(waiting) >= _TOGETHER):
            yield begin, np.concatenate(waiting)
            waiting = []
        if not len(samples):
            continue
        if not waiting:
            begin = at
        waiting.append(samples)
        end = at + len(samples)
    if waiting:
        yield begin, np.concatenate(waiting)


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
