"""A cut of the demonstration's talk, asked by Bram and answered by everyone, in a house whose clock stands still."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.casework.conftest import Clock
from tests.casework.recorded import Recorded, recorded

from tweespoor.casework import admitting, clock, cutting, editing, ledger, models, polling
from tweespoor.casework.playing import Player
from tweespoor.journal import entry
from tweespoor.rules.asking import Answer
from tweespoor.sound import opus

HOUSE, ANNA, BRAM, CARLA = None, 1, 2, 3
YES, NO, DOUBT = Answer.YES, Answer.NO, Answer.DOUBT
SPANS = ((5_003, 9_011), (20_000, 23_500))
"""What is cut, in milliseconds from the beginning of the part."""
REASON = "Hier wordt een vriendin genoemd."


@contextmanager
def standing(monkeypatch: pytest.MonkeyPatch, *, handed_in: bool = True) -> Iterator[Recorded]:
    """Give the talk, in a house whose clock stands still."""
    with recorded(monkeypatch, handed_in=handed_in) as made:
        monkeypatch.setattr(clock, "source", Clock(clock.now_ms()))
        yield made


def turn(seconds: float) -> None:
    """Let time go by."""
    assert isinstance(clock.source, Clock)
    clock.source.turn(seconds)


def placed(talk: Recorded, spans: Sequence[tuple[int, int]] = SPANS) -> list[tuple[int, int]]:
    """Put spans on the server's clock."""
    begin = talk.state.parts[1].started_at or 0
    return [(begin + one, begin + other) for one, other in spans]


def ask(talk: Recorded, spans: Sequence[tuple[int, int]] = SPANS, seat: int | None = BRAM) -> models.Question:
    """Let somebody ask."""
    return editing.ask(talk.id, seat, placed(talk, spans), REASON)


def answer(question: models.Question, answers: Mapping[int | None, Answer]) -> None:
    """Let people answer."""
    for seat, given in answers.items():
        polling.answer(question.pk, seat, given)


def agreed(talk: Recorded, spans: Sequence[tuple[int, int]] = SPANS) -> str:
    """Let Bram ask and everyone say yes, and make the copy; gives the edit."""
    question = ask(talk, spans)
    answer(question, {HOUSE: YES, CARLA: YES})
    polling.sweep()
    turn(4)
    assert cutting.make_due() == 1
    return question.key


def kinds(talk: Recorded) -> list[str]:
    """Name all facts of the journal."""
    return [type(entry.read(line).fact).__name__ for line in ledger.lines(talk.id)]


def session_of(talk: Recorded, seat: int) -> models.Hearing:
    """Let somebody come in to listen back."""
    code = admitting.issue(talk.id, seat, "blauwe vis")
    found = admitting.session(admitting.admit(code, "blauwe vis", f"192.0.2.{seat}"))
    assert found is not None
    return found


def file_of(player: Player) -> bytes:
    """Give the whole file."""
    return b"".join(player.read(0, player.layout.size))


def decoded(folder: Path, content: bytes, decoder: opus.Decoder = "libopus") -> NDArray[np.float32]:
    """Decode a whole file."""
    file = folder / "heard.opus"
    file.write_bytes(content)
    return opus.read(str(file), decoder)
