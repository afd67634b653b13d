"""A finished conversation with sound, made in a second: the demonstration, whose voices speak only once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import pytest
from numpy.typing import NDArray

from tweespoor.casework import capturing, checklist, demonstrating, ledger, models, settling
from tweespoor.casework.models import Role, Staff
from tweespoor.rules.state import Conversation
from tweespoor.sound import opus, scenes
from tweespoor.sound.voices import Line

_speak, _encode = scenes.play, opus.encode
_spoken: dict[str, scenes.Heard] = {}
_encoded: dict[bytes, opus.Encoded] = {}


def _play(lines: Sequence[Sequence[Line]], speed: int) -> scenes.Heard:
    key = repr(lines)
    if key not in _spoken:
        _spoken[key] = _speak(lines, speed)
    return _spoken[key]


def _encoded_once(samples: NDArray[np.float32]) -> opus.Encoded:
    key = sha256(samples.tobytes()).digest()
    if key not in _encoded:
        _encoded[key] = _encode(samples)
    return _encoded[key]


@dataclass
class Recorded:
    """A conversation, who opened it, and the sound that both devices heard, stretch by stretch."""

    id: str
    worker: Staff
    stretches: list[scenes.Heard] = field(default_factory=list)

    @property
    def state(self) -> Conversation:
        """Give the state at the end of its journal."""
        return ledger.state(self.id)

    @property
    def ours(self) -> str:
        """Give the id of our track."""
        return next(track.track for track in self.state.tracks.values() if track.ours)

    @property
    def theirs(self) -> str:
        """Give the id of the participant's track."""
        return next(track.track for track in self.state.tracks.values() if not track.ours)


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch, *, handed_in: bool = True) -> Iterator[Recorded]:
    """Make a finished conversation and let this process read it."""
    settling.house.cache_clear()
    anna = Staff.objects.filter(username="anna").first() or Staff.objects.create_user("anna", role=Role.WORKER)
    officer = Staff.objects.filter(username="fatima").first() or Staff.objects.create_user("fatima", role=Role.OFFICER)
    for item in checklist.ITEMS:
        checklist.tick(item, officer)
    heard: list[scenes.Heard] = []

    def play(lines: Sequence[Sequence[Line]], speed: int) -> scenes.Heard:
        heard.append(_play(lines, speed))
        return heard[-1]

    monkeypatch.setattr(scenes, "play", play)
    monkeypatch.setattr(opus, "encode", _encoded_once)
    if not handed_in:
        monkeypatch.setattr(demonstrating._Recorder, "hand_in", lambda _: None)
    made = demonstrating.demonstrate(anna)
    capturing.start()
    try:
        yield Recorded(made, anna, heard)
    finally:
        capturing.stop()
        ledger.forget(made)


def staff(name: str, role: Role) -> Staff:
    """Give somebody else who works here."""
    return models.Staff.objects.create_user(name, role=role)
