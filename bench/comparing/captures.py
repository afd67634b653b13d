"""One conversation, heard by two devices: the original as a file, and the copy before anybody edits it.

Captures are kept in a folder, so that many edits are made of one.
"""

import zlib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from bench.comparing import codecs
from bench.comparing.rooms import Microphone, Room, drifted, noise_in
from bench.comparing.talkers import FRAME, RATE, Samples, Utterance, converse, gather
from numpy.typing import NDArray

SPARE_S: Final = 40.0


@dataclass(frozen=True, slots=True)
class Condition:
    """How hard it is: the copy's codec, its microphone, and which other codecs honest hours of it have."""

    codec: str
    microphone: Microphone
    others: tuple[str, ...]


ORIGINAL: Final = Microphone(direct_db=4, snr_db=20, knocks=0.02)
CONDITIONS: Final = {
    "c0": Condition("wav", Microphone(6, 30, 0.0), ("wav", "opus24")),
    "c1": Condition("aac", Microphone(0, 18, 0.03), ("aac", "mp3", "wav", "opus24")),
    "c2": Condition("amr", Microphone(-2, 12, 0.03), ("amr", "amr-dtx")),
    "c3": Condition("opus16", Microphone(0, 10, 0.03, suppressed=True), ("opus16", "opus12")),
    "c4": Condition("amr", Microphone(-6, 5, 0.03), ("amr", "amr-dtx")),
}
NAMES: Final = {"c1": "easy", "c2": "middle", "c3": "middle", "c4": "hard"}


@dataclass(frozen=True, slots=True)
class Capture:
    """Two recordings of one conversation, and what is true of them.

    ``original`` is A's file of ``original_s`` seconds, whose sound comes ``late`` seconds later in it than in the room
    (its codec); ``copy`` is B before its second codec, at `RATE`.  Second t of the copy is second
    ``offset`` + t (1 + ``ppm`` / 1e6) of the original.  ``loud`` and ``who`` tell for each frame of the copy whether
    speech is audible in it, and of which talker (-1: nobody).  ``spare``, with flags of its own, was said by the same
    people in the same room to the same device, and is not in the original.
    """

    original: bytes
    original_s: float
    late: float
    copy: Samples
    offset: float
    ppm: float
    loud: NDArray[np.bool_]
    who: NDArray[np.int8]
    spare: Samples
    spare_loud: NDArray[np.bool_]
    spare_who: NDArray[np.int8]


def capture(seed: int, condition: str, seconds: float, speech: Path | None, folder: Path, codec: str = "") -> Capture:
    """Make a capture, or take it from the folder."""
    known = f"{seed}-{condition}-{seconds:g}-{codec}-{_made_by():08x}-{zlib.crc32(str(speech).encode()):08x}.npz"
    kept = folder / known
    if kept.exists():
        with np.load(kept) as file:
            return Capture(**{one.name: _thawed(one.name, file[one.name]) for one in fields(Capture)})
    made = _make(seed, CONDITIONS[condition], seconds, speech, codec)
    folder.mkdir(parents=True, exist_ok=True)
    partly = folder / f"{known}.{np.random.default_rng().integers(1 << 40)}.npz"
    np.savez(partly, **{one.name: _frozen(getattr(made, one.name)) for one in fields(Capture)})
    partly.replace(kept)
    return made


@cache
def _made_by() -> int:
    """Tell by which code captures are made, so that none of an earlier one is used."""
    here = Path(__file__).parent
    names = ("talkers", "rooms", "codecs", "captures")
    return zlib.crc32(b"".join((here / f"{name}.py").read_bytes() for name in names))


def _make(seed: int, condition: Condition, seconds: float, speech: Path | None, codec: str) -> Capture:
    talkers = gather(np.random.default_rng([seed, 0]), speech)
    rng = np.random.default_rng([seed, 1])
    said = converse(rng, talkers, seconds)
    extra = converse(rng, talkers, SPARE_S)
    rng = np.random.default_rng([seed, 2])
    length = round(seconds * RATE)
    noise = noise_in(rng, speech)
    first = Room(rng, ORIGINAL, speech, noise).hear(said, length)[0]
    near = Room(rng, condition.microphone, speech, noise)
    second, flags = near.hear(said, length)
    spare, spare_flags = near.hear(extra, round(SPARE_S * RATE))
    most = 8.0 if seconds < 600 else 60.0
    offset, ppm = float(rng.uniform(-most / 2, most)), float(rng.uniform(-200, 200))
    begin, early = round(max(0.0, offset) * RATE), round(max(0.0, -offset) * RATE)
    ends = length - round(rng.uniform(0.5, 4) * RATE)
    if rng.random() < 0.7:
        second, flags = second[:ends], flags[: ends // FRAME]
    else:
        first = first[:ends]
    first = first[early:]
    wanted = codec or condition.codec
    who = np.where(flags, _speakers(said, len(flags)), np.int8(-1))
    rate = 1 + ppm * 1e-6
    copy = codecs.through(drifted(second[begin:], ppm), wanted)
    frames = np.minimum((begin / FRAME + np.arange(len(copy) // FRAME) * rate).astype(np.int64), len(flags) - 1)
    original = codecs.encode(first, "opus32")
    heard = codecs.decode(original, codecs.ENGINE_RATE)
    return Capture(
        original=original,
        original_s=len(heard) / codecs.ENGINE_RATE,
        late=codecs.delay(first[:: RATE // codecs.ENGINE_RATE], heard),
        copy=copy,
        offset=(begin - early) / RATE,
        ppm=ppm,
        loud=flags[frames],
        who=who[frames],
        spare=codecs.through(spare, wanted),
        spare_loud=spare_flags,
        spare_who=np.where(spare_flags, _speakers(extra, len(spare_flags)), np.int8(-1)),
    )


def _speakers(said: list[Utterance], frames: int) -> NDArray[np.int8]:
    """Tell for each frame who speaks; of two the last one who began."""
    who = np.full(frames, -1, np.int8)
    for one in said:
        who[one.at // FRAME : (one.at + len(one.sound)) // FRAME + 20] = one.who
    return who


def _frozen(value: Any) -> Any:  # noqa: ANN401 - bytes, numbers or arrays
    if isinstance(value, bytes):
        return np.frombuffer(value, np.uint8)
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return (np.clip(value, -1, 1) * 32767).astype(np.int16)
    return value


def _thawed(name: str, value: NDArray[Any]) -> Any:  # noqa: ANN401 - as _frozen
    if name == "original":
        return value.tobytes()
    if value.dtype == np.int16:
        return value.astype(np.float32) / 32767
    return float(value) if value.ndim == 0 else value
