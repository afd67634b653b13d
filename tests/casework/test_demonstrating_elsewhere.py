"""The demonstration has a text that says what is heard where, and recordings that are kept, wait, and will be wiped."""

import pytest
from tests.casework.conftest import DATABASES
from tests.casework.recorded import Recorded

from tweespoor.casework import clock, demonstrating_elsewhere, playing_elsewhere, transcribing
from tweespoor.rules.elsewhere import Why

pytestmark = pytest.mark.django_db(databases=DATABASES)


def test_the_text_and_the_recordings_of_the_demonstration(talk: Recorded) -> None:
    demonstrating_elsewhere.write_out(talk.id, talk.worker)
    demonstrating_elsewhere.hand_in(talk.id, talk.worker)
    (row,) = transcribing.texts(talk.id)
    text = transcribing.read(talk.worker, talk.id, row.pk)
    assert len(text.lines) > 10
    assert {line.speaker for line in text.lines} == {"Anna", "Bram", "Spreker 3"}
    assert any("De buurvrouw is weer weg." in line.text for line in text.lines)
    assert all(one.end <= two.begin for one, two in zip(text.lines, text.lines[1:], strict=False))
    kept, waits, wiped = playing_elsewhere.of(talk.worker, talk.id)
    assert (kept.waits, kept.heard, kept.row.erasable_ms) == (False, True, None)
    assert (waits.waits, waits.heard) == (True, False)
    assert (wiped.waits, wiped.heard, wiped.row.why) == (False, False, Why.OTHER_TALK)
    assert (wiped.row.erasable_ms or 0) > clock.now_ms()
