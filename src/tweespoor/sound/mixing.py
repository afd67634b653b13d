"""Mixes what a decoder gives to one line of sound at a rate.

*Conventions.*  Sound is mono float32 between -1 and 1, the mean of all channels.  Frames are taken together before
they are mixed and resampled: one by one that costs two to four times as much as decoding them.
"""

from collections.abc import Iterator
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from tweespoor.errors import UnreadableError

Samples = NDArray[np.float32]
AT_ONCE: Final = 1 << 16
"""So many samples are mixed and resampled together."""
_LOUDEST: Final = 1e6
"""What a broken file of floats may hold at most; sound lies between -1 and 1, and a little more."""


class Line:
    """Mixes frames to one channel and brings them to a rate, in large pieces: that is several times as fast."""

    def __init__(self, rate: int, most: int) -> None:
        self._rate = rate
        self._most = most
        self._decoded = 0
        self._kind: tuple[str, str, int] | None = None
        self._fifo = av.AudioFifo()
        self._resampler: av.AudioResampler | None = None

    @property
    def heard(self) -> bool:
        """Tell whether anything was decoded."""
        return self._decoded > 0

    def add(self, frame: av.AudioFrame) -> Iterator[Samples]:
        """Add what was decoded; gives what is ready."""
        self._decoded += frame.samples * frame.layout.nb_channels
        if self._decoded > self._most:
            raise UnreadableError("it is more sound than a recording can be")
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            yield from self.end()
            self._kind, self._fifo = kind, av.AudioFifo()
            self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=self._rate)
        frame.pts = None
        self._fifo.write(frame)
        if self._fifo.samples >= AT_ONCE:
            yield from self._mixed()

    def wait(self, seconds: float) -> Iterator[Samples]:
        """Add silence; before the first sound there is none."""
        if self._kind is None:
            return
        yield from self._mixed()
        left = round(seconds * self._kind[2])
        while left > 0:
            yield from self._brought(np.zeros(min(left, AT_ONCE), np.float32))
            left -= AT_ONCE

    def end(self) -> Iterator[Samples]:
        """Give what is left."""
        yield from self._mixed()
        if self._resampler is not None:
            yield from (out.to_ndarray()[0] for out in self._resampler.resample(None))

    def _mixed(self) -> Iterator[Samples]:
        frame = self._fifo.read() if self._fifo.samples else None
        if frame is not None:
            yield from self._brought(_mono(frame))

    def _brought(self, samples: Samples) -> Iterator[Samples]:
        if self._resampler is None or self._kind is None:
            return
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
        frame.sample_rate = self._kind[2]
        yield from (out.to_ndarray()[0] for out in self._resampler.resample(frame))


def _mono(frame: av.AudioFrame) -> Samples:
    """Give the mean of the channels of a frame, as numbers between -1 and 1."""
    values: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    with np.errstate(all="ignore"):  # a broken file of floats holds anything
        mean: NDArray[np.float64] = values.mean(axis=0, dtype=np.float64)
    if values.dtype == np.uint8:
        return ((mean - 128) / 128).astype(np.float32)
    if values.dtype.kind == "i":
        mean /= 1 << 8 * values.dtype.itemsize - 1
    return np.clip(np.nan_to_num(mean), -_LOUDEST, _LOUDEST).astype(np.float32)
