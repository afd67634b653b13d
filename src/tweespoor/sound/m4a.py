"""A copy that opens by a tap on any phone: AAC in an MPEG-4 audio file (ISO/IEC 14496-3, -12 and -14).

*Conventions.*  Positions are 48 kHz samples on the time line of the track's playable file, as in `waveform`; where
nothing was recorded stands silence, so that a moment lies at the same place in both files.  The copy is mono at
`RATE`, for voice; it is a copy beside the proof and proves nothing itself.

The table of what lies where stands before the sound, so a player can begin at once and go anywhere with one request.
It can only be written when the sound is done; so the sound is given first, piece by piece, and the top last.
"""

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from tweespoor.errors import UnreadableError
from tweespoor.sound import opus

MEDIA_TYPE: Final = "audio/mp4"
RATE: Final = 24_000
FRAME: Final = 1024
"""Samples in one AAC frame; the encoder begins with one frame of its own, which players leave out."""
BIT_RATE: Final = 40_000
_DOWN: Final = opus.RATE // RATE
_AT_ONCE: Final = opus.RATE  # samples that are encoded together
_TOGETHER: Final = 256  # frames in one piece, and in one chunk of the table
_MOST: Final = (1 << 32) - (1 << 24)  # bytes of sound: a table of 32 bits, which every phone reads

_IDENTITY: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UNDETERMINED: Final = 0x55C4  # the language «und», packed


class Copy:
    """Makes one copy: give what `sound` yields to a file or to a seal, then take `top`, which comes before it."""

    def __init__(self, packets: Iterable[tuple[int, bytes]] = (), line: Iterable[NDArray[np.float32]] = ()) -> None:
        """Make a copy of (position, packet) pairs, or of a line of sound that is at `RATE` already."""
        self._line = line or _halved(_continuous(packets))
        self._sizes: list[int] = []
        self._samples = 0
        self._configuration = b""

    def sound(self) -> Iterator[bytes]:
        """Give the frames, a few seconds in a piece; what cannot be decoded is silence in a copy."""
        encoder = av.CodecContext.create("aac", "w")
        encoder.sample_rate, encoder.bit_rate = RATE, BIT_RATE
        encoder.layout, encoder.format = "mono", av.AudioFormat("fltp")
        encoder.time_base = Fraction(1, RATE)
        encoder.options = {"aac_coder": "fast"}  # half the time, and no difference that one hears in a voice
        encoder.open()
        self._configuration = bytes(encoder.extradata or b"")
        waiting: list[bytes] = []
        for frames in self._encoded(encoder):
            waiting += frames
            while len(waiting) >= _TOGETHER:
                yield self._piece(waiting[:_TOGETHER])
                waiting = waiting[_TOGETHER:]
        if waiting:
            yield self._piece(waiting)

    def _piece(self, frames: list[bytes]) -> bytes:
        self._sizes += map(len, frames)
        return b"".join(frames)

    def _encoded(self, encoder: "av.codec.context.CodecContext") -> Iterator[list[bytes]]:
        """Encode everything and count the samples that went in."""
        rest = np.zeros(0, np.float32)
        for piece in self._line:
            whole = np.concatenate((rest, piece))
            used = len(whole) // FRAME * FRAME
            yield [frame for at in range(0, used, FRAME) for frame in self._one(encoder, whole[at : at + FRAME])]
            rest = whole[used:]
        self._samples += len(rest)
        if len(rest):
            padded = np.concatenate((rest, np.zeros(FRAME - len(rest), np.float32)))
            yield list(self._one(encoder, padded, counted=False))
        yield [bytes(packet) for packet in encoder.encode(None)]  # type: ignore[attr-defined]

    def _one(
        self, encoder: "av.codec.context.CodecContext", samples: NDArray[np.float32], *, counted: bool = True
    ) -> Iterator[bytes]:
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._samples
        self._samples += FRAME * counted
        return (bytes(packet) for packet in encoder.encode(frame))  # type: ignore[attr-defined]

    def top(self) -> bytes:
        """Give what stands before the sound: what it is, and where each frame lies."""
        kind = _box(b"ftyp", b"M4A ", struct.pack(">I", 0), b"M4A mp42isom")
        size = sum(self._sizes)
        if size > _MOST:
            raise UnreadableError("too long for one copy")
        begins = len(kind) + len(self._table(0)) + 8
        return kind + self._table(begins) + struct.pack(">I4s", size + 8, b"mdat")

    def _table(self, begins: int) -> bytes:
        """Give the box ``moov``, whose length does not depend on where the sound begins."""
        lasts = len(self._sizes) * FRAME
        header = _full(
            b"mvhd",
            0,
            0,
            struct.pack(">4I", 0, 0, RATE, self._samples),
            struct.pack(">IHH8x", 0x10000, 0x0100, 0),
            _IDENTITY,
            bytes(24),
            struct.pack(">I", 2),
        )
        track = _full(
            b"tkhd",
            0,
            7,
            struct.pack(">5I", 0, 0, 1, 0, self._samples),
            bytes(8),
            struct.pack(">HHHH", 0, 0, 0x0100, 0),
            _IDENTITY,
            bytes(8),
        )
        # What the encoder put before the first sample is left out by this list (14496-12, 8.6.6).
        edit = _box(b"edts", _full(b"elst", 0, 0, struct.pack(">IIiI", 1, self._samples, FRAME, 0x10000)))
        media = _full(b"mdhd", 0, 0, struct.pack(">4I", 0, 0, RATE, lasts), struct.pack(">HH", _UNDETERMINED, 0))
        handler = _full(b"hdlr", 0, 0, bytes(4), b"soun", bytes(12), b"\0")
        where = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1)))
        within = _box(b"minf", _full(b"smhd", 0, 0, bytes(4)), where, self._samples_table(begins))
        return _box(b"moov", header, _box(b"trak", track, edit, _box(b"mdia", media, handler, within)))

    def _samples_table(self, begins: int) -> bytes:
        sizes = self._sizes
        entry = struct.pack(">6xH8xHHHHI", 1, 1, 16, 0, 0, RATE << 16)
        described = _full(b"stsd", 0, 0, struct.pack(">I", 1), _box(b"mp4a", entry, _elementary(self._configuration)))
        lasts = _full(b"stts", 0, 0, struct.pack(">III", 1, len(sizes), FRAME))
        chunks = [sizes[at : at + _TOGETHER] for at in range(0, len(sizes), _TOGETHER)]
        runs = [(1, _TOGETHER)] if len(sizes) >= _TOGETHER else []
        if len(sizes) % _TOGETHER:
            runs.append((len(chunks), len(sizes) % _TOGETHER))
        per_chunk = _full(b"stsc", 0, 0, struct.pack(">I", len(runs)), *(struct.pack(">III", *run, 1) for run in runs))
        each = _full(b"stsz", 0, 0, struct.pack(">II", 0, len(sizes)), struct.pack(f">{len(sizes)}I", *sizes))
        offsets, at = [], begins
        for chunk in chunks:
            offsets.append(at)
            at += sum(chunk)
        places = _full(b"stco", 0, 0, struct.pack(">I", len(offsets)), struct.pack(f">{len(offsets)}I", *offsets))
        return _box(b"stbl", described, lasts, per_chunk, each, places)


def _continuous(packets: Iterable[tuple[int, bytes]]) -> Iterator[NDArray[np.float32]]:
    """Decode (position, packet) pairs to one line of sound from position 0 on, with silence where there is none."""
    decoder, at = opus.Stream(), 0
    waiting: list[NDArray[np.float32]] = []
    held = 0
    for position, packet in packets:
        gap = position - at
        while gap > 0:
            silence = np.zeros(min(gap, _AT_ONCE), np.float32)
            waiting.append(silence)
            held, at, gap = held + len(silence), at + len(silence), gap - len(silence)
            if held >= _AT_ONCE:
                yield np.concatenate(waiting)
                waiting, held = [], 0
        try:
            samples = decoder.decode(packet)[at - position :]
        except UnreadableError:
            continue
        if len(samples):
            waiting.append(samples)
            held, at = held + len(samples), at + len(samples)
        if held >= _AT_ONCE:
            yield np.concatenate(waiting)
            waiting, held = [], 0
    if waiting:
        yield np.concatenate(waiting)


def _halved(pieces: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Bring 48 kHz down to the rate of the copy, without what that rate cannot hold."""
    down = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    for piece in pieces:
        frame = av.AudioFrame.from_ndarray(piece[None, :], format="fltp", layout="mono")
        frame.sample_rate = opus.RATE
        yield from (out.to_ndarray()[0] for out in down.resample(frame))
    yield from (out.to_ndarray()[0] for out in down.resample(None))


def _box(kind: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _full(kind: bytes, version: int, flags: int, *inside: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *inside)


def _elementary(configuration: bytes) -> bytes:
    """Give the box that tells a decoder how this AAC was made (14496-1, 7.2.6)."""
    specific = _descriptor(5, configuration)
    decoder = _descriptor(4, struct.pack(">BB3sII", 0x40, 0x15, bytes(3), BIT_RATE, BIT_RATE), specific)
    return _full(b"esds", 0, 0, _descriptor(3, struct.pack(">HB", 1, 0), decoder, _descriptor(6, b"\2")))


def _descriptor(tag: int, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return bytes((tag, 0x80, 0x80, 0x80, len(content))) + content
