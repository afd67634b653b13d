"""Synthetic voices: Dutch and English, different from each other."""

import numpy as np
import pytest
from tests.sound.likeness import likeness

from tweespoor.sound import scenes, voices
from tweespoor.sound.voices import RATE, Line


@pytest.mark.parametrize("voice", ["nl", "nl+f3", "nl+m3", "en+f2"])
def test_a_voice_speaks_for_as_long_as_a_sentence_takes(voice: str) -> None:
    said = voices.say("We nemen dit gesprek op, alleen geluid.", voice)
    assert said.dtype == np.float32
    assert 1.5 * RATE < len(said) < 5 * RATE
    assert 0.1 < np.abs(said).max() <= 1.0
    assert np.sqrt(np.mean(said**2)) > 0.02


def test_another_voice_is_another_sound() -> None:
    one, other = (voices.say("Dat is goed.", voice) for voice in ("nl+m3", "nl+f3"))
    assert likeness(one, other, within=4_800) < 0.8


def test_a_voice_that_does_not_exist_is_said_to_be_so() -> None:
    with pytest.raises(ValueError, match="no voice «zz-nobody»"):
        voices.say("Hallo", "zz-nobody")


def test_two_devices_hear_the_same_scene_one_later_and_softer() -> None:
    heard = scenes.play([[Line("nl+f3", "Goedemiddag.")], [Line("nl+m3", "Hallo.", 0.2)]])
    assert len(heard.near) == len(heard.far) == round(sum(heard.lengths) * RATE)
    assert np.std(heard.far) < np.std(heard.near)
    assert likeness(heard.far, heard.near, within=1_000) > 0.95
