"""How loud a track is: silence is nothing, a gap is nothing, louder is taller, wherever it stands."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tweespoor.errors import UnreadableError
from tweespoor.sound import opus, waveform
from tweespoor.sound.waveform import STEP, amplitude, loudness


def tone(seconds: float, height: float) -> NDArray[np.float32]:
    at = np.arange(round(seconds * 48_000)) / 48_000
    return (height * np.sin(2 * np.pi * 300 * at)).astype(np.float32)


def placed(samples: NDArray[np.float32], begin: int = 0) -> list[tuple[int, bytes]]:
    encoded = opus.encode(samples)
    return [(begin + 960 * n - encoded.preskip, packet) for n, packet in enumerate(encoded.packets)]


def test_louder_is_taller_and_silence_is_nothing() -> None:
    found = loudness(placed(np.concatenate([tone(1, 0.5), tone(1, 0.05), tone(1, 0.0)])))
    steps = np.frombuffer(found, np.uint8)
    assert len(steps) == 16
    assert steps[1:4].min() > steps[6:9].max() > 0
    assert steps[11:15].max() == 0
    decibels = (steps / 255 - 1) * -waveform.FLOOR_DB
    assert abs(decibels[2] - decibels[7] - 20) < 1


def test_a_gap_is_nothing_and_moves_nothing() -> None:
    sound = tone(1, 0.5)
    found = np.frombuffer(loudness(placed(sound) + placed(sound, 3 * 48_000)), np.uint8)
    assert len(found) == 21
    assert found[6:14].max() == 0
    assert found[16:19].min() > 200


def test_a_packet_that_cannot_be_decoded_leaves_the_rest() -> None:
    packets = placed(tone(1, 0.5))
    packets[20] = (packets[20][0], b"\xff")
    found = np.frombuffer(loudness(packets), np.uint8)
    assert np.median(found) > 200


def test_no_packets_are_no_steps() -> None:
    assert loudness([]) == b""
    assert amplitude(b"", 0, 48_000) == 0


def test_the_amplitude_of_a_stretch_is_its_mean() -> None:
    loud = bytes([255] * 5 + [0] * 5)
    assert amplitude(loud, 0, 5 * STEP) == 1.0
    assert amplitude(loud, 5 * STEP, 10 * STEP) == 0
    assert abs(amplitude(loud, 0, 10 * STEP) - 0.5) < 0.01
    assert amplitude(loud, 20 * STEP, 30 * STEP) == 0
    assert amplitude(loud, 3, 4) == 1.0


def test_what_is_no_packet_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        opus.decode([b"\xff"])
