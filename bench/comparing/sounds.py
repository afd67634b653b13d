"""Sounds that an edit puts in place of speech, or makes of it: faster, slower, higher, lower."""

from typing import Final

import numpy as np
from bench.comparing.talkers import RATE, Samples
from scipy.signal import resample

_WINDOW: Final = 800
_HOP: Final = 400
_NEAR: Final = 120


def beep(length: int) -> Samples:
    """Give a tone of 1 kHz."""
    return (0.1 * np.sin(2 * np.pi * 1000 * np.arange(length) / RATE)).astype(np.float32)


def quiet_room(rng: np.random.Generator, length: int) -> Samples:
    """Give soft hiss."""
    return (rng.standard_normal(length) * 0.004).astype(np.float32)


def faster(sound: Samples, factor: float) -> Samples:
    """Play a sound so many times as fast at the same pitch (overlap and add, each window where it fits best)."""
    length = int(len(sound) / factor)
    window = np.hanning(_WINDOW).astype(np.float32)
    made = np.zeros(length + 2 * _WINDOW, np.float32)
    weight = np.zeros_like(made)
    padded = np.pad(sound, (0, 2 * _WINDOW + _NEAR))
    before = None
    for at in range(0, length, _HOP):
        place = int(at * factor)
        if before is not None:
            wanted = padded[before + _HOP : before + _HOP + _WINDOW]
            lowest = max(0, place - _NEAR)
            tried = np.lib.stride_tricks.sliding_window_view(padded[lowest : place + _NEAR + _WINDOW], _WINDOW)[::4]
            place = lowest + 4 * int((tried @ wanted).argmax())
        made[at : at + _WINDOW] += padded[place : place + _WINDOW] * window
        weight[at : at + _WINDOW] += window
        before = place
    return (made / np.maximum(weight, np.float32(0.1)))[:length].astype(np.float32)


def higher(sound: Samples, ratio: float) -> Samples:
    """Play a sound at so many times its pitch, at the same speed."""
    return np.asarray(resample(faster(sound, 1 / ratio), len(sound)), dtype=np.float32)
