"""From where on a copy without cuts is the recording again, to the last bit: how long that takes, over real speech.

``python -m bench.converge FOLDER [--every 7] [--bit-rates 32000]`` reads every file of sound in a folder,
encodes it as a recorder does, and cuts before every so-manieth packet: what follows is decoded behind the tone, and
beside it as the recording is.  Told is how long it takes until both are the same: to the last bit of a float in each of
two decoders, and to the last bit of the 16 that are played; how loud what differs is after 140 ms; and what it would
cost to move the border to a packet after which 140 ms is enough.  See bench/README.md.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from tweespoor.sound import opus
from tweespoor.tape.tone import tone

WINDOW: Final = 300
"""Packets that are compared behind a cut: six seconds."""
TONE: Final = 20
WISHED: Final = round(0.14 * opus.RATE)
STEP: Final = 3
MOVED: Final = 25
"""So many packets (half a second) a border may be moved."""


class Cut(NamedTuple):
    """What was found behind one cut: samples until the same (float, of 16 bits), and the level after 140 ms (dB)."""

    exact: int
    heard: int
    level: float


def speech(path: Path) -> NDArray[np.float32]:
    """Read a file of sound as mono at the rate of a recorder."""
    with av.open(str(path)) as container:
        down = av.AudioResampler(format="flt", layout="mono", rate=opus.RATE)
        frames = [out for frame in container.decode(audio=0) for out in down.resample(frame)]
        return np.concatenate([frame.to_ndarray()[0] for frame in (*frames, *down.resample(None))])


def cut(packets: Sequence[bytes], at: int, whole: NDArray[np.float32], decoder: opus.Decoder) -> Cut:
    """Cut before a packet, and compare what is decoded behind the tone with what is decoded of the whole."""
    ahead = [tone(n, TONE) for n in range(TONE)]
    here = opus.decode([*ahead, *packets[at : at + WINDOW]], decoder)[TONE * opus.FRAME :]
    there = whole[at * opus.FRAME :][: len(here)]
    here = here[: len(there)]
    played = np.rint(np.clip(here, -1, 1) * 32767) != np.rint(np.clip(there, -1, 1) * 32767)
    after = np.abs(here - there)[WISHED : WISHED + opus.FRAME].max(initial=0)
    return Cut(_last(here != there), _last(played), 20 * np.log10(max(after, 1e-9)))


def _last(differs: NDArray[np.bool_]) -> int:
    found = np.flatnonzero(differs)
    return int(found[-1]) + 1 if len(found) else 0


def rows(paths: Sequence[Path], bit_rate: int, every: int, decoder: opus.Decoder) -> Iterator[list[Cut]]:
    """Give, for each file, what was found behind each cut, in order."""
    for path in paths:
        packets = opus.encode(speech(path), bit_rate).packets
        whole = opus.decode(packets, decoder)
        yield [cut(packets, at, whole, decoder) for at in range(50, len(packets) - 150, every)]


def told(name: str, values: Sequence[float], unit: str) -> str:
    """Give a row: median, nine of ten, ninety-nine of a hundred, most."""
    marks = np.percentile(np.array(values), [50, 90, 99, 100])
    return f"{name:<34} {marks[0]:8.0f} {marks[1]:8.0f} {marks[2]:8.0f} {marks[3]:8.0f} {unit}\n"


def main() -> None:
    """Measure, and print a table a bit rate and decoder."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--every", type=int, default=7)
    options.add_argument("--bit-rates", type=int, nargs="+", default=[32_000])
    given = options.parse_args()
    paths = sorted(one for one in given.folder.iterdir() if one.suffix in {".flac", ".wav"} and "rir" not in one.name)
    for bit_rate in given.bit_rates:
        for decoder in opus.DECODERS:
            found = [one for file in rows(paths, bit_rate, given.every, decoder) for one in file]
            sys.stdout.write(f"\n{bit_rate} bit/s, {decoder}: {len(found)} cuts      p50      p90      p99     most\n")
            sys.stdout.write(told("same to the last bit of a float", [one.exact / 48 for one in found], "ms"))
            sys.stdout.write(told("same to the last of 16 bits", [one.heard / 48 for one in found], "ms"))
            sys.stdout.write(told("what differs after 140 ms", [one.level for one in found], "dB"))
            for lasts in (140, 1000, 2000, 5900):
                there = sum(one.exact <= lasts * 48 for one in found)
                sys.stdout.write(f"same within {lasts} ms: {100 * there / len(found):.1f} of 100\n")
            sys.stdout.flush()
    _move(paths, given.bit_rates[len(given.bit_rates) // 2])


def _move(paths: Sequence[Path], bit_rate: int) -> None:
    """Tell how often a border within half a second has 140 ms behind it, and how far it lies."""
    far: list[float] = []
    asked = 0
    for file in rows(paths, bit_rate, STEP, "libopus"):
        good = [n * STEP for n, one in enumerate(file) if one.exact <= WISHED]
        for at in range(0, len(file) * STEP - MOVED, 5 * STEP):
            asked += 1
            near = [n - at for n in good if 0 <= n - at <= MOVED]
            far += [20.0 * near[0]] if near else []
    sys.stdout.write(
        f"\n{bit_rate} bit/s: {100 * len(far) / asked:.1f} of 100 have such a border within half a second\n"
    )
    if far:
        sys.stdout.write(told("so far", far, "ms"))


if __name__ == "__main__":
    main()
