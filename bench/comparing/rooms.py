"""What a microphone in a room hears of a conversation, and what a phone makes of it before it is coded.

Every talker has a room response of their own to every microphone.  With a folder of real speech, files named ``rir…``
are used as room responses for a third of the talkers, and files named ``noise…`` as noise in a quarter of the rooms.
Such noise is heard by both microphones; hiss and knocks by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from bench.comparing.talkers import FRAME, LEVEL, RATE, Samples, Utterance
from numpy.typing import NDArray
from scipy.signal import butter, istft, lfilter, oaconvolve, sosfilt, stft

from tweespoor.sound import container

_BLOCK: Final = 60 * RATE
_AUDIBLE: Final = 0.5
"""Speech of less than half the power of the noise around it, between 300 and 3,400 Hz, is not heard (-3 dB)."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """How a microphone hears.

    ``direct_db`` is the ratio of direct to reverberant sound, ``snr_db`` that of speech to noise, ``knocks`` how many
    knocks near it a second; ``suppressed`` says whether the phone suppresses noise.
    """

    direct_db: float
    snr_db: float
    knocks: float
    suppressed: bool = False


class Room:
    """The paths from three talkers, and from what makes noise, to one microphone."""

    def __init__(
        self, rng: np.random.Generator, microphone: Microphone, speech: Path | None, noise: Samples | None
    ) -> None:
        self._rng, self._microphone = rng, microphone
        real = responses(speech) if speech else ()
        self._paths = [self._path(real) for _ in range(4)]
        self._noise = noise

    def _path(self, real: Sequence[Samples]) -> Samples:
        rng = self._rng
        direct_db = self._microphone.direct_db + rng.uniform(-2, 2)
        if real and rng.random() < 1 / 3:
            tail = real[int(rng.integers(len(real)))].astype(np.float64)
        else:
            length = int(rng.uniform(0.25, 0.6) * RATE)
            tail = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
        direct = int(rng.uniform(0.001, 0.008) * RATE)
        tail[: direct + RATE // 2000] = 0
        tail *= 10 ** (-direct_db / 20) / np.sqrt(np.square(tail).sum())
        tail[direct] = 1
        return (tail * rng.uniform(0.6, 1.4)).astype(np.float32)

    def hear(self, said: Sequence[Utterance], length: int) -> tuple[Samples, NDArray[np.bool_]]:
        """Give what is heard, with noise and knocks, and for each frame whether speech is audible in it."""
        speech = np.zeros(length + RATE * 3, np.float32)
        for one in said:
            here = oaconvolve(one.sound, self._paths[one.who])
            speech[one.at : one.at + len(here)] += here[: len(speech) - one.at]
        speech = speech[:length]
        active = speech[np.abs(speech) > 0.2 * speech.std()]
        speech *= LEVEL / active.std()
        heard = speech + self._hiss(length) * (LEVEL * 10 ** (-self._microphone.snr_db / 20))
        loud = _audible(speech, heard)
        self._knock(heard)
        return gained(suppress(heard) if self._microphone.suppressed else heard), loud

    def _hiss(self, length: int) -> Samples:
        """Give noise of unit power: of a room, and the microphone's own, that comes and goes a little."""
        rng = self._rng
        if self._noise is not None:
            there = oaconvolve(self._noise, self._paths[3])[: len(self._noise)]
            return np.resize(there / there.std(), length).astype(np.float32)
        white = rng.standard_normal(length, dtype=np.float32)
        room = lfilter(np.ones(1, np.float32), np.array([1, -0.95], np.float32), white).astype(np.float32)
        sound = room * np.float32(0.8 / room.std()) + white * np.float32(0.3)
        slow = rng.uniform(-1, 1, length // (2 * RATE) + 2)
        for at in range(0, length, _BLOCK):
            places = np.arange(at, min(at + _BLOCK, length)) / (2 * RATE)
            sound[at : at + _BLOCK] *= (1 + 0.5 * np.interp(places, np.arange(len(slow)), slow)).astype(np.float32)
        return sound

    def _knock(self, heard: Samples) -> None:
        rng = self._rng
        for _ in range(rng.poisson(self._microphone.knocks * len(heard) / RATE)):
            length = int(rng.uniform(0.02, 0.15) * RATE)
            at = int(rng.integers(len(heard) - length))
            knock = rng.standard_normal(length) * np.exp(-5 * np.arange(length) / length) * rng.uniform(0.1, 0.5)
            heard[at : at + length] += knock.astype(np.float32)


def _audible(clear: Samples, heard: Samples) -> NDArray[np.bool_]:
    """Tell for each frame whether the speech in what is heard is audible between the noise."""
    band = butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
    speech, noise = (_power(one, band) for one in (clear, heard - clear))
    steady = np.convolve(noise, np.ones(50) / 50, "same")[: len(noise)]
    return np.asarray(speech > _AUDIBLE * np.maximum(steady, 1e-9), dtype=np.bool_)


def _power(sound: Samples, sos: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = sosfilt(sos, sound[: len(sound) // FRAME * FRAME])
    return np.asarray(np.square(whole).reshape(-1, FRAME).mean(axis=1), dtype=np.float64)


def gained(heard: Samples) -> Samples:
    """Turn what is quiet up, as phones do."""
    power = lfilter(np.array([0.0004], np.float32), np.array([1, -0.9996], np.float32), np.square(heard))
    return (heard * np.minimum(LEVEL / np.sqrt(power + 1e-6), 4) ** 0.6).astype(np.float32)


def suppress(heard: Samples) -> Samples:
    """Take steady noise out as simple phones do: bands near their floor are turned down by 22 dB."""
    clean = np.empty_like(heard)
    for at in range(0, len(heard), _BLOCK):
        piece = heard[at : at + _BLOCK]
        window = min(512, len(piece))
        _, _, bands = stft(piece, RATE, nperseg=window, noverlap=window * 3 // 4)
        power = np.square(np.abs(bands))
        floor = np.percentile(power, 15, axis=1, keepdims=True) * 2
        bands *= np.clip(1 - floor / (power + 1e-12), 0.08, 1)
        clean[at : at + _BLOCK] = istft(bands, RATE, nperseg=window, noverlap=window * 3 // 4)[1][: len(piece)]
    return clean


def drifted(sound: Samples, ppm: float) -> Samples:
    """Play a sound by a clock that runs apart: one second of it is 1 + ppm / 1e6 s of the sound (cubic, by Hermite)."""
    pieces = []
    for at in range(0, int((len(sound) - 3) / (1 + ppm * 1e-6)), _BLOCK):
        until = min(at + _BLOCK, int((len(sound) - 3) / (1 + ppm * 1e-6)))
        places = np.arange(at, until) * (1 + ppm * 1e-6)
        whole = np.clip(places.astype(np.int64), 1, len(sound) - 3)
        part = (places - whole).astype(np.float32)
        a, b, c, d = (sound[whole + n] for n in (-1, 0, 1, 2))
        pieces.append(b + 0.5 * part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a))))
    return np.concatenate(pieces).astype(np.float32)


@cache
def responses(folder: Path) -> tuple[Samples, ...]:
    """Give the room responses in a folder, each from just before its direct sound."""
    sounds = [np.concatenate(list(container.decode(one, RATE))) for one in sorted(folder.glob("rir*"))]
    return tuple(one[max(0, int(np.abs(one).argmax()) - 16) :][: RATE * 2] for one in sounds)


@cache
def noises(folder: Path) -> tuple[Samples, ...]:
    """Give the noises in a folder, at unit power."""
    sounds = [np.concatenate(list(container.decode(one, RATE))) for one in sorted(folder.glob("noise*"))]
    return tuple((one / one.std()).astype(np.float32) for one in sounds)


def noise_in(rng: np.random.Generator, folder: Path | None) -> Samples | None:
    """Choose what else is heard in a room: in three of four nothing but hiss."""
    if folder is None or rng.random() >= 0.25 or not noises(folder):
        return None
    sound = noises(folder)[int(rng.integers(len(noises(folder))))]
    return np.roll(sound, int(rng.integers(len(sound))))
