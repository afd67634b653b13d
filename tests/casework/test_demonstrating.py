"""The demonstration is a conversation like any other: judged, recorded, sealed and handed in."""

import time

import pytest
from tests.casework.recorded import recorded

from tweespoor.casework import capturing, clock, demonstrating, ledger, models
from tweespoor.journal import entry

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def test_it_goes_the_way_of_a_real_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch) as made:
        kinds = [type(entry.read(line).fact).__name__ for line in ledger.lines(made.id)]
        wanted = [
            *("ConversationOpened", "PeopleCounted", "RoundOpened", "ConsentGiven", "AgreementReached"),
            *("RecordingStarted", "TrackOpened", "AgreementsSpoken", "RecordingPaused", "NewcomerNoticed"),
            *("NewcomerLeftAgain", "RecordingResumed", "MomentMarked", "AgreementEnded", "RecordingStopped"),
            *("TrackSealed", "TrackHandedIn"),
        ]
        assert list(dict.fromkeys(kind for kind in kinds if kind in wanted)) == wanted
        assert all(track.sealed and track.complete for track in made.state.tracks.values())
        assert not models.Conversation.objects.get(pk=made.id).practice
        assert ledger.fold(made.id).at == ledger.head(made.id).at


def test_every_chunk_of_it_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch) as made:
        for track in (made.ours, made.theirs):
            with capturing.reader(track) as reader:
                reader.verify_chain()
                bodies = [chunk.body for chunk in reader]
            assert len(bodies) == made.state.tracks[track].last + 1
            assert all(bodies)


def test_it_is_made_once_and_the_clock_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = clock.source
    with recorded(monkeypatch) as made:
        assert demonstrating.demonstrate(made.worker) == made.id
    assert models.Conversation.objects.count() == 1
    assert clock.source is before
    assert abs(clock.now_ms() - time.time_ns() // 1_000_000) < 60_000
