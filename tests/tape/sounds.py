"""Real Opus packets, encoded from a tone, cut into chunks as a recorder cuts them."""

from functools import cache

import av
import numpy as np

from tweespoor.tape.packets import Event, Packet, build

STEP = 960


@cache
def packets(seconds: int = 3) -> tuple[bytes, ...]:
    """Give fifty packets a second of a tone that wavers."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate = 48_000
    encoder.layout = "mono"
    encoder.format = "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"application": "voip", "frame_duration": "20"}
    at = np.arange(seconds * 48_000) / 48_000
    sound = (8000 * np.sin(2 * np.pi * (220 + 40 * np.sin(at)) * at)).astype(np.int16)
    found = []
    for begin in range(0, len(sound), STEP):
        frame = av.AudioFrame.from_ndarray(sound[None, begin : begin + STEP], format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = begin
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(found[: seconds * 50])


def body(
    track: bytes, number: int, *, epoch: int = 0, second: int | None = None, mono_us: int | None = None,
    wall_ms: int | None = None, events: tuple[Event, ...] = (), count: int = 50,
) -> bytes:  # fmt: skip
    """Give one second of a track, whose page began its clock at nothing."""
    place = number if second is None else second
    mono = place * 1_000_000 if mono_us is None else mono_us
    pool = packets()
    begin = place * 48_000
    own = [Packet(begin + n * STEP, pool[(place * 50 + n) % len(pool)]) for n in range(count)]
    return build(track, number, epoch, mono, mono // 1000 if wall_ms is None else wall_ms, own, list(events))
