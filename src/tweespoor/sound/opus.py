"""Opus packets to samples and back, through the libraries that PyAV carries.

*Conventions.*  Sound is mono float32 between -1 and 1 at 48 kHz; positions are samples.  A packet is the bytes of one
Opus packet, without any container.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, Literal, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from tweespoor.errors import UnreadableError

RATE: Final = 48_000
FRAME: Final = 960

Decoder = Literal["libopus", "opus"]
"""Two decoders that share no code: the reference library, and FFmpeg's own."""
DECODERS: Final[tuple[Decoder, ...]] = ("libopus", "opus")


class Encoded(NamedTuple):
    """The packets of one recording, 20 ms each, and how many samples a player drops at the beginning."""

    preskip: int
    packets: list[bytes]


def encode(samples: NDArray[np.float32], bit_rate: int = 32_000) -> Encoded:
    """Encode as a recorder does: mono, 20 ms, for voice, silence included; the last frame is filled with zeros."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate = RATE
    encoder.layout = "mono"
    encoder.format = av.AudioFormat("flt")
    encoder.bit_rate = bit_rate
    encoder.time_base = Fraction(1, RATE)
    encoder.options = {"application": "voip", "frame_duration": "20", "vbr": "on", "dtx": "0"}
    encoder.open()
    header = encoder.extradata or b""
    whole = np.concatenate((samples, np.zeros(-len(samples) % FRAME, np.float32)))
    packets: list[bytes] = []
    for at in range(0, len(whole), FRAME):
        frame = av.AudioFrame.from_ndarray(whole[None, at : at + FRAME], format="flt", layout="mono")
        frame.sample_rate = RATE
        frame.pts = at
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return Encoded(int.from_bytes(header[10:12], "little"), packets)


class Stream:
    """One decoder and what it remembers: packets must come in order."""

    def __init__(self, decoder: Decoder = "libopus") -> None:
        self._context = av.CodecContext.create(decoder, "r")
        self._context.sample_rate = RATE
        self._context.layout = "mono"

    def decode(self, packet: bytes) -> NDArray[np.float32]:
        """Decode one packet.

        Errors: UnreadableError.
        """
        try:
            frames = self._context.decode(av.Packet(packet))
        except av.FFmpegError as problem:
            raise UnreadableError(f"an Opus packet of {len(packet)} bytes cannot be decoded") from problem
        if len(frames) == 1:
            return _floats(frames[0].to_ndarray())
        return np.concatenate([np.zeros(0, np.float32), *(_floats(frame.to_ndarray()) for frame in frames)])


def decode(packets: Iterable[bytes], decoder: Decoder = "libopus") -> NDArray[np.float32]:
    """Decode packets; nothing is dropped at the beginning and nothing added at the end.

    Errors: UnreadableError.
    """
    stream = Stream(decoder)
    return np.concatenate([np.zeros(0, np.float32), *map(stream.decode, packets)])


def same_at_the_end(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """Give how many samples at the end of two runs of packets are the same, to the last bit, whoever decodes them."""
    least: int | None = None
    for decoder in DECODERS:
        here, there = decode(one, decoder), decode(other, decoder)
        length = min(len(here), len(there))
        differs = np.flatnonzero(here[len(here) - length :] != there[len(there) - length :])
        same = length - 1 - int(differs[-1]) if len(differs) else length
        least = same if least is None else min(least, same)
    return least or 0


def read(file: str, decoder: Decoder = "libopus") -> NDArray[np.float32]:
    """Read a whole Ogg Opus file with a chosen decoder, as a player does: both ends are cut where the file says."""
    with av.open(file) as container:
        stream = container.streams.audio[0]
        context = av.CodecContext.create(decoder, "r")
        context.extradata = stream.codec_context.extradata
        context.sample_rate = RATE
        context.layout = "mono"
        pieces = [np.zeros(0, np.float32)]
        for packet in container.demux(stream):
            pieces.extend(_floats(frame.to_ndarray()) for frame in context.decode(packet if packet.size else None))
    return np.concatenate(pieces)


def _floats(samples: NDArray[np.generic]) -> NDArray[np.float32]:
    """Samples of one channel as floats, whatever the decoder gives."""
    flat = samples.reshape(-1)
    if flat.dtype == np.int16:
        return (flat.astype(np.float32) / 32768).astype(np.float32)
    return flat.astype(np.float32)
