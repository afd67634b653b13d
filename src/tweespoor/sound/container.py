"""Opens the sound files that phones make: what is in one, and its sound as one line of samples.

*Conventions.*  Sound is mono float32 between -1 and 1, the mean of all channels, at the rate that is asked for; sample
n lies n / rate seconds after the first sound in the file.  Where a file's time stamps jump, because a phone left
silence out, silence stands in the line, so a moment has the same place whoever plays it.  Seconds in a `Container` are
counted from the packets that are there, never from what a header says.

Nothing of a file is believed: it is opened by its first bytes with one reader (`sniff`), from an open file and never by
name, so nothing in it can lead to another file or address.  For filing (`for_filing`) an image is refused, by content
(clause 2a); for comparing its sound alone is used.  A file of a stranger is best opened apart (`apart`): a reader that
breaks then breaks nothing else.

AMR is decoded by opencore: FFmpeg's own decoder leaves out the frames in which a phone sent silence, and seconds
would then be missing from an honest file.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from tweespoor.errors import UnreadableError
from tweespoor.sound import sniff
from tweespoor.sound.mixing import AT_ONCE, Line, Samples

Source = str | os.PathLike[str] | BinaryIO
Packet: TypeAlias = "av.Packet[AudioStream]"

HOLE_S: Final = 0.06
"""A jump of time stamps that is longer is a hole; a shorter one is how phones and containers count."""
_CODECS: Final = frozenset(
    ("aac", "alac", "amr_nb", "amr_wb", "flac", "mp3", "opus", "vorbis", "gsm_ms", "adpcm_ms", "adpcm_ima_wav")
)
_AMR: Final = {"amr_nb": ("libopencore_amrnb", 8_000, 160), "amr_wb": ("libopencore_amrwb", 16_000, 320)}
_AMR_BYTES: Final = {
    "amr_nb": (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1),
    "amr_wb": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1),
}
_PLANES: Final = 8
_TRIED: Final = 64  # packets that are decoded to know whether it is sound at all


class Limits(NamedTuple):
    """How much a file may be: bytes, seconds, streams, channels, samples a second, and numbers when decoded."""

    size: int = 4 << 30
    seconds: float = 24 * 3600.0
    streams: int = 16
    channels: int = 32
    rate: int = 384_000
    decoded: int = 20_000_000_000


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Container:
    """What is in a file.

    ``form`` is its kind of file and ``codec`` its kind of sound (``opus``, ``aac``, ``aac-he``, ``amr-nb``, …);
    ``holes`` counts the places where its time stamps jump, ``seconds`` includes them.  ``hides`` is the clause under
    which something that is no stream may not be kept; ``others`` are streams that are neither sound nor image.
    """

    form: str
    codec: str
    seconds: float
    claimed_s: float | None
    rate: int
    channels: int
    size: int
    sounds: int
    films: int
    pictures: int
    others: int
    enclosed: int
    holes: int
    hides: str | None

    def for_filing(self) -> "Container":
        """Give it back when it may be kept: sound and nothing but sound (clause 2a); else UnreadableError."""
        if self.films or self.hides == sniff.VIDEO:
            raise UnreadableError("there is a film in it", sniff.VIDEO)
        if self.pictures or self.hides == sniff.PICTURE:
            raise UnreadableError("there is a picture in it", sniff.PICTURE)
        if self.enclosed:
            raise UnreadableError("there is another file in it", sniff.UNKNOWN)
        return self


def inspect(source: Source, limits: Limits = LIMITS) -> Container:
    """Look what is in a file; reads all of it, and decodes only its beginning.

    Errors: UnreadableError, with the clause when it is no sound.
    """
    with _opened(source, limits) as (file, form, container):
        stream = _stream(container, limits)
        sound, clock = _Sound(stream), _Clock(limits)
        heard = 0
        for number, packet in enumerate(_packets(container, stream)):
            clock.add(packet, sound.lasts(packet))
            if number < _TRIED:
                heard += sum(frame.samples for frame in sound.decode(packet) or ())
        if not heard:
            raise UnreadableError("there is no sound in it that can be decoded", sniff.UNKNOWN)
        kinds = [_kind(one) for one in container.streams]
        return Container(
            form=form,
            codec=sound.name,
            seconds=round(clock.now, 3),
            claimed_s=_claimed(container, stream),
            rate=sound.rate,
            channels=sound.channels,
            size=file.seek(0, os.SEEK_END),
            sounds=kinds.count("sound"),
            films=kinds.count("film"),
            pictures=kinds.count("picture"),
            others=kinds.count("other"),
            enclosed=kinds.count("enclosed"),
            holes=clock.holes,
            hides=sniff.hidden(file),
        )


def decode(source: Source, rate: int, block: int = AT_ONCE, limits: Limits = LIMITS) -> Iterator[Samples]:
    """Give the sound of a file at a rate, ``block`` samples at a time (the last one may be shorter).

    What cannot be decoded in the middle is silence, as long as it says it lasted.
    Errors: UnreadableError, also halfway, when nothing can be decoded or it is more than may be.
    """
    with _opened(source, limits) as (_, _, container):
        line = Line(rate, limits.decoded)
        held: list[Samples] = []
        length = 0
        for piece in _sounding(container, _stream(container, limits), line, limits):
            held.append(piece)
            length += len(piece)
            if length >= block:
                whole = np.concatenate(held)
                cut = length - length % block
                yield from (whole[at : at + block] for at in range(0, cut, block))
                held, length = [whole[cut:]], length - cut
        if not line.heard:
            raise UnreadableError("there is no sound in it that can be decoded", sniff.UNKNOWN)
        if length:
            yield np.concatenate(held)


def packets(source: Source, limits: Limits = LIMITS) -> Iterator[tuple[float, bytes]]:
    """Give each Opus packet of a file and where it lies (s), undecoded; nothing when its sound is of another kind."""
    with _opened(source, limits) as (_, _, container):
        stream = _stream(container, limits)
        sound, clock = _Sound(stream), _Clock(limits)
        if sound.name != "opus":
            return
        for packet in _packets(container, stream):
            lasts = sound.lasts(packet)
            clock.add(packet, lasts)
            yield round(clock.now - lasts, 6), bytes(packet)


class _Clock:
    """Counts how long packets last, and sees where their time stamps jump."""

    def __init__(self, limits: Limits) -> None:
        self.now = 0.0
        self.holes = 0
        self._limits = limits
        self._expected: float | None = None

    def add(self, packet: Packet, lasts: float) -> float:
        """Count one packet that lasts so many seconds; give how many are missing before it."""
        missing = 0.0
        if packet.pts is not None and packet.time_base is not None:
            at = float(packet.pts * packet.time_base)
            if self._expected is None:
                self.now += min(0.0, at)  # what an encoder puts before the first sample
            elif at - self._expected > HOLE_S:
                missing = at - self._expected
                self.holes += 1
            self._expected = at
        self._expected = None if self._expected is None else self._expected + lasts
        self.now += missing + lasts
        if self.now > self._limits.seconds:
            raise UnreadableError(f"it is longer than {self._limits.seconds / 3600:g} hours")
        return missing


class _Sound:
    """The decoder of one stream."""

    def __init__(self, stream: AudioStream) -> None:
        context = stream.codec_context
        self._codec = context.codec.canonical_name
        self.rate, self.channels = context.rate, context.channels
        profile = (context.profile or "").lower() if self._codec == "aac" else ""
        self.name = self._codec.replace("_", "-") + ("-he" if profile.startswith("he-aac") else "")
        self._decoder: av.AudioCodecContext = context
        even = self._codec in {"aac", "alac", "mp3"}
        self._frame_s = context.frame_size / context.rate if even and context.frame_size > 0 else 0.0
        if self._codec in _AMR:
            name, self.rate, _ = _AMR[self._codec]
            self._decoder, self.channels = av.CodecContext.create(name, "r"), 1  # type: ignore[assignment]
            self._decoder.sample_rate, self._decoder.layout = self.rate, "mono"

    def decode(self, packet: "Packet | None") -> list[av.AudioFrame] | None:
        """Decode a packet, or what is left at the end; None when it cannot be decoded."""
        if self._codec in _AMR:
            return [] if packet is None else self._amr(bytes(packet))
        try:
            frames = self._decoder.decode(packet)
        except (av.FFmpegError, ValueError):
            return None
        # PyAV reads behind the end of a frame with more planes than the eight that fit in it.
        return None if any(f.format.is_planar and f.layout.nb_channels > _PLANES for f in frames) else frames

    def lasts(self, packet: Packet) -> float:
        """Tell how many seconds of sound are in a packet.

        The files of phones give a packet before a hole the length of the hole as well; so where a kind of sound has
        frames of one length, a packet lasts no longer than its frames.
        """
        if self._codec in _AMR:
            return sum(1 for _ in _amr_frames(self._codec, bytes(packet))) * 0.02
        if not packet.duration or packet.time_base is None:
            return self._frame_s
        lasts = float(packet.duration * packet.time_base)
        return min(lasts, self._frame_s) if self._frame_s else lasts

    def _amr(self, content: bytes) -> list[av.AudioFrame]:
        """Decode the frames of a packet, of which a phone may put many together; one that is broken is silence."""
        frames: list[av.AudioFrame] = []
        for frame in _amr_frames(self._codec, content):
            try:
                frames += self._decoder.decode(av.Packet(frame))
            except (av.FFmpegError, ValueError):
                frames.append(_silence(*_AMR[self._codec][1:]))
        return frames


def _amr_frames(codec: str, content: bytes) -> Iterator[bytes]:
    """Give the frames of a packet of AMR; the first byte of each tells how long it is (RFC 4867, 5.3)."""
    at = 0
    while at < len(content):
        length = _AMR_BYTES[codec][content[at] >> 3 & 15]
        yield content[at : at + length]
        at += length


def _sounding(container: InputContainer, stream: AudioStream, line: Line, limits: Limits) -> Iterator[Samples]:
    """Give the sound of a file as one line, with silence where nothing is or nothing can be decoded.

    Where nothing can be decoded any more the sound ends: that is how a file that was cut off ends.
    """
    sound, clock = _Sound(stream), _Clock(limits)
    broken = 0.0
    for packet in _packets(container, stream):
        lasts = sound.lasts(packet)
        missing = clock.add(packet, lasts)
        frames = sound.decode(packet)
        if missing or (frames and broken):
            yield from line.wait(broken + missing)
            broken = 0.0
        for frame in frames or ():
            yield from line.add(frame)
        if frames is None:
            broken += lasts
    for frame in sound.decode(None) or ():
        yield from line.add(frame)
    yield from line.end()


@contextmanager
def _opened(source: Source, limits: Limits) -> Iterator[tuple[BinaryIO, str, InputContainer]]:
    """Open a file by what its first bytes show; a name is a file of ours and nothing else."""
    with ExitStack() as closing:
        file = closing.enter_context(Path(source).open("rb")) if isinstance(source, (str, os.PathLike)) else source
        if file.seek(0, os.SEEK_END) > limits.size:
            raise UnreadableError(f"it is larger than {limits.size >> 20} MB")
        form = sniff.form(file)
        file.seek(0)
        try:
            container = av.open(
                file,
                "r",
                format=form,
                metadata_errors="replace",
                container_options={"max_streams": str(limits.streams)},
            )
        except (av.FFmpegError, ValueError) as problem:
            raise UnreadableError("it is broken, or it ends too soon", sniff.UNKNOWN) from problem
        yield file, form, closing.enter_context(container)


def _stream(container: InputContainer, limits: Limits) -> AudioStream:
    """Give the sound of a file: its first stream of sound of a kind that is known."""
    known = [one for one in container.streams.audio if _is_known(one)]
    if not known:
        films = any(_kind(one) == "film" for one in container.streams)
        raise UnreadableError("there is no sound in it that is known", sniff.VIDEO if films else sniff.UNKNOWN)
    context = known[0].codec_context
    if not 0 < context.channels <= limits.channels or not 0 < context.rate <= limits.rate:
        raise UnreadableError("it has more channels or samples than sound can have", sniff.UNKNOWN)
    return known[0]


def _is_known(stream: AudioStream) -> bool:
    context: av.AudioCodecContext | None = stream.codec_context  # none where the kind of sound is not known
    name = "" if context is None else context.codec.canonical_name
    return name in _CODECS or name.startswith("pcm_")


def _kind(stream: av.stream.Stream) -> str:
    """Tell what a stream is: sound, film, picture, enclosed (another file), or other (words, times)."""
    if stream.type == "video":
        return "picture" if stream.disposition & Disposition.attached_pic else "film"
    if stream.type == "attachment":
        return "enclosed"
    return "sound" if stream.type == "audio" else "other"


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[Packet]:
    """Give the packets of a stream until the file ends, or breaks."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except (av.FFmpegError, ValueError):
        return


def _claimed(container: InputContainer, stream: AudioStream) -> float | None:
    """Give how many seconds the file says that it lasts."""
    if stream.duration is not None and stream.time_base is not None:
        return round(float(stream.duration * stream.time_base), 3)
    return None if container.duration is None else round(container.duration / av.time_base, 3)


def _silence(rate: int, samples: int) -> av.AudioFrame:
    """Give silence as a decoder of AMR would."""
    frame = av.AudioFrame.from_ndarray(np.zeros((1, samples), np.int16), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame
