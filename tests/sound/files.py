"""Sound files as phones make them, and files that no phone should have sent."""

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from tweespoor.sound import voices
from tweespoor.sound.m4a import Copy
from tweespoor.sound.opus import encode

RATE = 48_000
HERE = Path(__file__).parent / "phones"


class Made(NamedTuple):
    """How a kind of file is made: encoder, rate, muxer, and what the encoder is told."""

    codec: str
    rate: int
    form: str
    options: dict[str, str] = {}
    bit_rate: int | None = None
    layout: str = "mono"


KINDS = {
    "aac.m4a": Made("aac", 44_100, "ipod", bit_rate=64_000),
    "aac.3gp": Made("aac", 16_000, "3gp"),
    "bare.aac": Made("aac", 16_000, "adts"),
    "lossless.m4a": Made("alac", 44_100, "ipod"),
    "narrow.3gp": Made("libopencore_amrnb", 8_000, "3gp", bit_rate=12_200),
    "narrow.amr": Made("libopencore_amrnb", 8_000, "amr", bit_rate=12_200),
    "narrow-dtx.amr": Made("libopencore_amrnb", 8_000, "amr", {"dtx": "1"}, 12_200),
    "narrow-dtx.3gp": Made("libopencore_amrnb", 8_000, "3gp", {"dtx": "1"}, 12_200),
    "song.mp3": Made("libmp3lame", 44_100, "mp3", bit_rate=64_000),
    "note.ogg": Made("libopus", RATE, "ogg", {"application": "voip"}, 16_000),
    "note-dtx.ogg": Made("libopus", RATE, "ogg", {"application": "voip", "dtx": "1"}, 16_000),
    "browser.webm": Made("libopus", RATE, "webm", bit_rate=32_000),
    "vorbis.ogg": Made("vorbis", RATE, "ogg", {"strict": "experimental"}, layout="stereo"),
    "plain.wav": Made("pcm_s16le", RATE, "wav"),
    "eight.wav": Made("pcm_u8", 8_000, "wav"),
    "fine.wav": Made("pcm_s24le", 96_000, "wav", layout="stereo"),
    "floats.wav": Made("pcm_f32le", RATE, "wav"),
    "flat.flac": Made("flac", 44_100, "flac"),
    "apple.caf": Made("alac", 44_100, "caf"),
    "pcm.caf": Made("pcm_s16le", 44_100, "caf"),
}


def conversation(seconds: float = 4.0) -> NDArray[np.float32]:
    """Two voices with pauses between them, so that silence frames are sent."""
    said = [
        voices.say("Goedemiddag, ik ben Anna.", "nl+f3"),
        np.zeros(RATE * 3 // 4, np.float32),
        voices.say("Hallo, ik ben Bram. Hoe gaat het?", "nl+m3"),
        np.zeros(RATE, np.float32),
    ]
    line = np.concatenate(said)
    return np.resize(line, round(seconds * RATE))


def write(path: Path, samples: NDArray[np.float32], made: Made, metadata: dict[str, str] | None = None) -> Path:
    """Encode 48 kHz mono sound to a file."""
    with av.open(str(path), "w", format=made.form) as container:
        container.metadata.update(metadata or {})
        stream: Any = container.add_stream(made.codec, rate=made.rate, layout=made.layout, options=made.options)
        if made.bit_rate:
            stream.bit_rate = made.bit_rate
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=made.layout, rate=made.rate)
        at = 0
        for frame in [*resampler.resample(_frame(samples)), *resampler.resample(None)]:
            frame.pts, frame.time_base = at, Fraction(1, made.rate)
            at += frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _frame(samples: NDArray[np.float32]) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
    frame.sample_rate = RATE
    return frame


def kind(folder: Path, name: str, samples: NDArray[np.float32]) -> Path:
    """Make a file of one of the `KINDS`."""
    return write(folder / name, samples, KINDS[name])


def again(source: Path, goal: Path, form: str, jumps: dict[int, float] | None = None, first: int | None = None) -> Path:
    """Copy the packets of a file to another; before some of them time jumps (seconds)."""
    with av.open(str(source)) as old, av.open(str(goal), "w", format=form) as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        late = Fraction(0)
        for number, packet in enumerate(old.demux(old.streams.audio[0])):
            if not packet.size or number == first:
                continue
            assert packet.pts is not None
            late += Fraction((jumps or {}).get(number, 0))
            packet.pts = packet.dts = packet.pts + int(late / packet.time_base)
            packet.stream = stream
            new.mux(packet)
    return goal


def high_efficiency(path: Path, samples: NDArray[np.float32]) -> Path:
    """Make an m4a that says it is HE-AAC: half the rate in its core, and a band above it that is empty."""
    packets = encode(samples)
    copy = Copy((960 * n - packets.preskip, packet) for n, packet in enumerate(packets.packets))
    sound = b"".join(copy.sound())
    # ISO/IEC 14496-3, 1.6.2.1: type 5, 24 kHz, one channel; the band brings it to 48 kHz; type 2; nothing more.
    bits = f"{5:05b}{6:04b}{1:04b}{3:04b}{2:05b}{0:03b}"
    copy._configuration = int(bits.ljust(32, "0"), 2).to_bytes(4, "big")
    path.write_bytes(copy.top() + sound)
    return path


def photo(codec: str = "mjpeg", side: int = 64) -> bytes:
    """Give a real picture."""
    context: Any = av.CodecContext.create(codec, "w")
    context.width = context.height = side
    context.pix_fmt = "yuvj420p" if codec == "mjpeg" else "rgb24"
    context.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((side, side, 3), 90, np.uint8), format="rgb24").reformat(
        format=context.pix_fmt
    )
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def film(path: Path, form: str, codec: str, sound: str | None = "aac") -> Path:
    """Make a film, with sound or without."""
    with av.open(str(path), "w", format=form) as container:
        video: Any = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = 176, 144, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        audio: Any = None if sound is None else container.add_stream(sound, rate=RATE, layout="mono")
        for at in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((144, 176, 3), at * 40, np.uint8), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            frames = _frame(conversation(0.5))
            frames.pts = 0
            container.mux(audio.encode(frames))
            container.mux(audio.encode(None))
    return path
