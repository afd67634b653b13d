"""Spoken scenes, as two devices in one room hear them: for the demonstration and the tests.

*Conventions.*  Sound is mono float32 between -1 and 1 at 48 kHz.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tweespoor.sound.voices import RATE, Line, talk

_APART: Final = 700  # samples by which the far device hears later: some five metres
_NEAR, _FAR, _HISS = 0.8, 0.35, 0.001


class Heard(NamedTuple):
    """What a device near the speakers and one further away hear, and how long each scene lasts (s)."""

    near: NDArray[np.float32]
    far: NDArray[np.float32]
    lengths: tuple[float, ...]


def play(scenes: Sequence[Sequence[Line]], speed: int = 165) -> Heard:
    """Speak scenes one after the other, at so many words a minute."""
    spoken = [talk(scene, speed) for scene in scenes]
    said = np.concatenate(spoken)
    hiss = np.random.default_rng(len(said)).normal(0, _HISS, (2, len(said)))
    near, far = said * _NEAR, np.roll(said, _APART) * _FAR
    lengths = tuple(len(scene) / RATE for scene in spoken)
    return Heard((near + hiss[0]).astype(np.float32), (far + hiss[1]).astype(np.float32), lengths)
