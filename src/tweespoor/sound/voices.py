"""Synthetic voices that speak Dutch and English, for the demonstration and the tests.

*Conventions.*  Sound is mono float32 between -1 and 1 at 48 kHz.  A voice is a name of espeak-ng: a language, and
after a plus a variant («nl+f3»).

The voices are espeak-ng, a library and its data from the package ``espeakng-loader``, reached through ctypes.  Its
licence is the GPL, so it belongs to the extra ``[demo]``; nothing that is installed for use imports this module.
The library has one state for the whole process: it is made once, and one text is spoken at a time.  Its voices waver a
little, so the same text is never quite the same sound twice: keep what was spoken, do not speak it again to compare.
"""

import ctypes
import threading
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import espeakng_loader
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE: Final = 48_000

_SYNCHRONOUS: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples come through the callback, nothing is played
_CHARACTERS: Final = 1  # POS_CHARACTER
_UTF8: Final = 1  # espeakCHARS_UTF8
_SPEED: Final = 1  # espeakRATE, in words a minute
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_one_at_a_time: Final = threading.Lock()


class Line(NamedTuple):
    """What a voice says, and how many seconds of silence follow."""

    voice: str
    text: str
    rest: float = 0.4


class _Library:
    """The library, the pieces of sound that it handed over, and its own sample rate."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.calls = ctypes.CDLL(espeakng_loader.get_library_path())
        self.rate: int = self.calls.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
        if self.rate <= 0:
            raise OSError("the voices of espeak-ng cannot be loaded; install the extra [demo] again")
        self.callback = _Callback(self._take)  # held here: the library keeps only its address
        self.calls.espeak_SetSynthCallback(self.callback)

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if count > 0:  # at the end of a text it comes once with nothing
            self.pieces.append(ctypes.string_at(samples, 2 * count))
        return 0


@cache
def _library() -> _Library:
    return _Library()


def say(text: str, voice: str = "nl", speed: int = 165) -> NDArray[np.float32]:
    """Speak a text, at so many words a minute.

    Errors: ValueError when there is no such voice.
    """
    spoken = text.encode()
    with _one_at_a_time:
        library = _library()
        if library.calls.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"no voice «{voice}»")
        library.calls.espeak_SetParameter(_SPEED, speed, 0)
        library.pieces.clear()
        library.calls.espeak_Synth(spoken, len(spoken) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
        samples = np.frombuffer(b"".join(library.pieces), dtype=np.int16).astype(np.float32) / 32768
        rate = library.rate
    whole = int(np.gcd(RATE, rate))
    return np.asarray(resample_poly(samples, RATE // whole, rate // whole), dtype=np.float32)


def talk(lines: Iterable[Line], speed: int = 165) -> NDArray[np.float32]:
    """Speak lines one after the other, each followed by its rest."""
    pieces = [np.zeros(0, np.float32)]
    for line in lines:
        pieces.append(say(line.text, line.voice, speed))
        pieces.append(np.zeros(round(line.rest * RATE), np.float32))
    return np.concatenate(pieces)
