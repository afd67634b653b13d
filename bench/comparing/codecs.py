"""Makes files as phones and recorders make them, and reads them as the product does.

There is no encoder of AMR-WB in the libraries of the product; files of it are tested with the container, not here.
"""

import io
from fractions import Fraction
from typing import Any, Final, NamedTuple

import av
import numpy as np
from bench.comparing.talkers import RATE, Samples
from scipy.signal import correlate, resample_poly

from tweespoor.sound import container

ENGINE_RATE: Final = 8_000
_BLOCK: Final = 10


class Made(NamedTuple):
    """How a kind of file is made: encoder, muxer, rate, bits a second, and what the encoder is told."""

    codec: str
    form: str
    rate: int = RATE
    bit_rate: int | None = None
    options: dict[str, str] = {}


_PHONE: Final = {"application": "voip", "compression_level": "5"}
CODECS: Final = {
    "aac": Made("aac", "ipod", bit_rate=32_000),
    "amr": Made("libopencore_amrnb", "amr", 8_000, 12_200),
    "amr-dtx": Made("libopencore_amrnb", "amr", 8_000, 12_200, {"dtx": "1"}),
    "mp3": Made("libmp3lame", "mp3", bit_rate=48_000),
    "opus12": Made("libopus", "ogg", bit_rate=12_000, options=_PHONE),
    "opus16": Made("libopus", "ogg", bit_rate=16_000, options=_PHONE),
    "opus24": Made("libopus", "ogg", bit_rate=24_000, options=_PHONE),
    "opus32": Made("libopus", "ogg", bit_rate=32_000, options=_PHONE),
    "wav": Made("pcm_s16le", "wav"),
}


def encode(sound: Samples, name: str) -> bytes:
    """Make a file of a sound."""
    made = CODECS[name]
    there = sound if made.rate == RATE else resample_poly(sound, 1, RATE // made.rate)
    whole = (np.clip(there, -1, 1) * 32767).astype(np.int16)
    content = io.BytesIO()
    with av.open(content, "w", format=made.form) as file:
        stream: Any = file.add_stream(made.codec, rate=made.rate, layout="mono", options=made.options)
        if made.bit_rate:
            stream.bit_rate = made.bit_rate
        for at in range(0, len(whole), _BLOCK * made.rate):
            frame = av.AudioFrame.from_ndarray(whole[None, at : at + _BLOCK * made.rate], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = made.rate, at, Fraction(1, made.rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return content.getvalue()


def decode(content: bytes, rate: int) -> Samples:
    """Read a file as the product does."""
    return np.concatenate(list(container.decode(io.BytesIO(content), rate)))


def through(sound: Samples, name: str) -> Samples:
    """Give a sound as it comes back from a file, in its place and of its length."""
    back = decode(encode(sound, name), RATE)
    late = delay(sound[:: RATE // ENGINE_RATE], back[:: RATE // ENGINE_RATE])
    shift = round(late * RATE)
    back = back[shift:] if shift >= 0 else np.concatenate([np.zeros(-shift, np.float32), back])
    return np.pad(back, (0, max(0, len(sound) - len(back))))[: len(sound)]


def delay(before: Samples, after: Samples) -> float:
    """Tell by how many seconds a sound (at the engine's rate) came later out of a file than it went in."""
    most = ENGINE_RATE // 4
    length = min(len(before), len(after), 20 * ENGINE_RATE)
    power = np.cumsum(np.square(before[: 120 * ENGINE_RATE : 8], dtype=np.float64))
    at = int((power[length // 8 :] - power[: -(length // 8)]).argmax()) * 8 if len(before) > length + 8 else 0
    one, other = before[at : at + length], after[max(0, at - most) : at + length + most]
    likeness = correlate(other, one, "full", "fft")
    return (int(likeness.argmax()) - (len(one) - 1) - min(at, most)) / ENGINE_RATE
