"""Listening back: what comes out is what went in, for who may hear it, once a session in the journal."""

import threading
from pathlib import Path

import numpy as np
import pytest
from django.db import OperationalError
from numpy.typing import NDArray
from tests.casework.recorded import Recorded, recorded, staff
from tests.sound.likeness import likeness, worst_second

from tweespoor.casework import capturing, clock, earshot, ledger, listening, models, places, tasks
from tweespoor.casework.models import Role
from tweespoor.errors import DamagedError, Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.sound import opus
from tweespoor.tape import beside
from tweespoor.tape.store import StoredChunk

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
RATE = 48_000


def file_of(talk: Recorded, track: str) -> bytes:
    with listening.sound(talk.worker, talk.id, track) as player:
        return b"".join(player.read(0, player.layout.size))


def heard(tmp_path: Path, talk: Recorded, track: str, decoder: opus.Decoder) -> NDArray[np.float32]:
    file = tmp_path / f"{track}.opus"
    file.write_bytes(file_of(talk, track))
    return opus.read(str(file), decoder)


@pytest.mark.parametrize("decoder", ["libopus", "opus"])
def test_what_comes_out_is_what_went_in(tmp_path: Path, talk: Recorded, decoder: opus.Decoder) -> None:
    first, second = talk.stretches
    for track, one, other in ((talk.ours, first.near, second.near), (talk.theirs, first.far, second.far)):
        out = heard(tmp_path, talk, track, decoder)
        drawn = listening.look(talk.worker, talk.id).drawing
        assert drawn is not None
        pieces = [piece for lane in drawn.lanes for piece in lane.pieces if piece.track == track]
        assert len(pieces) == 2
        between = pieces[1].offset * RATE // 1000
        assert abs(len(out) - (between + len(other))) <= RATE // 10
        assert worst_second(out[: len(one)], one) > 0.8
        assert likeness(out[: len(one)], one) > 0.9
        assert np.abs(out[len(one) + RATE // 10 : between - RATE // 10]).max() < 0.001
        warm = 7_000  # a decoder that starts anew differs for up to 140 ms
        begin = between + warm
        assert worst_second(out[begin:], other[warm : len(out) - begin + warm], within=RATE // 20) > 0.8


def test_what_a_browser_plays_is_the_same_sound(tmp_path: Path, talk: Recorded) -> None:
    for track in (talk.ours, talk.theirs):
        file = tmp_path / "audio.webm"
        with listening.sound(talk.worker, talk.id, track) as player:
            size, _, _, read = player.webm
            file.write_bytes(b"".join(read(0, size)))
        played, proven = opus.read(str(file)), heard(tmp_path, talk, track, "libopus")
        least = min(len(played), len(proven))
        assert abs(len(played) - len(proven)) <= RATE // 1000
        assert np.abs(played[:least] - proven[:least]).max() < 1e-6


def test_the_file_is_the_same_every_time(talk: Recorded) -> None:
    exports = [file_of(talk, talk.ours)]
    exports.append(file_of(talk, talk.ours))
    for kept in places.tracks().rglob("*.layout"):
        kept.unlink()
    capturing.stop()
    capturing.start()
    exports.append(file_of(talk, talk.ours))
    assert exports[0] == exports[1] == exports[2]
    assert exports[0] != file_of(talk, talk.theirs)


def test_a_part_of_the_file_opens_only_its_own_chunks(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = file_of(talk, talk.ours)
    opened: list[int] = []
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        chunk = player.track.chunk

        def noted(number: int) -> StoredChunk:
            opened.append(number)
            return chunk(number)

        monkeypatch.setattr(player.track, "chunk", noted)
        assert b"".join(player.read(200_000, 210_000)) == whole[200_000:210_000]
    assert 0 < len(opened) < 25
    assert opened[0] > 20


def test_a_flipped_bit_is_never_heard(talk: Recorded) -> None:
    file_of(talk, talk.ours)
    file = next(places.tracks().rglob(f"{talk.ours}.track"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DamagedError):
        file_of(talk, talk.ours)


def test_the_page_shows_both_lines_their_gap_marks_and_agreements(talk: Recorded) -> None:
    seen = listening.look(talk.worker, talk.id)
    assert seen.drawing is not None
    ours, theirs = seen.drawing.lanes
    assert (ours.ours, theirs.number, theirs.heard) == (True, 1, True)
    assert len(ours.gaps) == len(theirs.gaps) == 1
    told = [chapter.what for chapter in seen.drawing.chapters]
    assert told == ["agreements", "talk", "stood-still", "goes-on", "mark"]
    assert len(seen.drawing.marks) == 1
    assert seen.waves is not None
    assert set(seen.waves) == {0, 1}
    assert all(len(wave) == earshot.STROKES for wave in seen.waves.values())
    assert max(stroke or 0 for stroke in seen.waves[0]) == 1.0
    gap = ours.gaps[0]
    middle = (gap.begin + gap.end) * earshot.STROKES // (2 * seen.drawing.length)
    assert seen.waves[0][middle] is seen.waves[1][middle] is None


def test_everyone_said_yes_to_all_of_it(talk: Recorded) -> None:
    covered = listening.look(talk.worker, talk.id).covered
    assert covered is not None
    assert (covered.agreed, covered.recorded, covered.in_minutes, covered.by_device_ms) == ("1", "1", True, 0)


@pytest.mark.parametrize("role", list(Role))
def test_for_everybody_else_it_does_not_exist(talk: Recorded, role: Role) -> None:
    other = staff("someone-else", role)
    for ask in (
        lambda: listening.look(other, talk.id),
        lambda: listening.waves(other, talk.id),
        lambda: listening.sound(other, talk.id, talk.ours).__enter__(),
        lambda: listening.heard(other, talk.id, talk.ours, "session"),
        lambda: listening.look(talk.worker, "0" * 32),
        lambda: listening.sound(talk.worker, talk.id, "0" * 32).__enter__(),
    ):
        with pytest.raises(UnknownError):
            ask()
    assert talk.state.listened == 0


def test_the_officer_hears_what_may_hold_a_secret_address(talk: Recorded) -> None:
    officer = models.Staff.objects.get(username="fatima")
    with pytest.raises(UnknownError):
        listening.look(officer, talk.id)
    tasks.open_task(talk.id, models.Task.Kind.SECRET)
    assert listening.look(officer, talk.id).drawing is not None


def test_a_locked_part_is_heard_by_nobody_and_shown_as_locked(talk: Recorded) -> None:
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=facts.Ground.SPOKEN_ROUND_FAILED))
    with pytest.raises(Refused) as refused:
        file_of(talk, talk.ours)
    assert refused.value.codes == ("0c.not-available",)
    drawn = listening.look(talk.worker, talk.id).drawing
    assert drawn is not None
    assert not any(lane.heard or lane.recorded for lane in drawn.lanes)
    assert [chapter.what for chapter in drawn.chapters] == ["locked"]
    assert not drawn.marks
    assert listening.waves(talk.worker, talk.id) == {}


def test_when_the_keys_are_gone_so_is_the_sound_but_not_the_page(talk: Recorded) -> None:
    models.WrappedKey.objects.filter(owner=talk.ours).delete()
    with pytest.raises(UnknownError):
        file_of(talk, talk.ours)
    drawn = listening.look(talk.worker, talk.id).drawing
    assert drawn is not None
    assert [lane.heard for lane in drawn.lanes] == [False, True]
    assert "missing" in [chapter.what for chapter in drawn.chapters] or not drawn.lanes[0].recorded


def test_what_its_owner_keeps_has_a_line_without_a_wave_and_no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch, handed_in=False) as talk:
        seen = listening.look(talk.worker, talk.id)
        assert seen.drawing is not None
        ours, theirs = seen.drawing.lanes
        assert (ours.heard, theirs.heard) == (True, False)
        assert len(theirs.recorded) == 2
        assert set(seen.waves or {}) == {0}
        with pytest.raises(UnknownError):
            file_of(talk, talk.theirs)


def test_listening_is_one_fact_a_session(talk: Recorded) -> None:
    for session in ("one", "one", "another", "one"):
        listening.heard(talk.worker, talk.id, talk.ours, session)
    listening.heard(talk.worker, talk.id, talk.theirs, "one")
    assert talk.state.listened == 2
    log = models.Access.objects.filter(action="recording.listen", conversation_id=talk.id)
    assert [row.staff_id for row in log] == [talk.worker.pk, talk.worker.pk]


def test_what_could_not_be_noted_is_noted_the_next_time(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("tweespoor.casework.ledger.append", _locked)
        with pytest.raises(OperationalError):
            listening.heard(talk.worker, talk.id, talk.ours, "one")
    listening.heard(talk.worker, talk.id, talk.ours, "one")
    assert talk.state.listened == 1


def test_listening_is_noted_also_when_it_cannot_be_remembered(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.cache.cache.add", lambda *_: False)
    listening.heard(talk.worker, talk.id, talk.ours, "one")
    assert talk.state.listened == 1


def _locked(*_: object) -> None:
    raise OperationalError("database is locked")


def test_what_was_found_of_the_sound_is_kept_sealed_and_wiped_with_it(talk: Recorded) -> None:
    listening.look(talk.worker, talk.id)
    file_of(talk, talk.ours)
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        index = player.index.pack()
    kept = sorted(places.tracks().rglob(f"{talk.ours}.*"))
    assert [path.suffix for path in kept] == [".index", ".layout", ".loudness", ".track"]
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        assert index[-64:] not in kept[0].read_bytes()
        assert player.loudness[:64] not in kept[2].read_bytes()
    capturing.forget(talk.id)
    assert not list(places.tracks().rglob(f"{talk.ours}.*"))


def test_where_everything_lies_is_found_while_a_long_recording_is_looked_at(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tweespoor.casework.earshot.SHORT_MS", 0)
    assert listening.look(talk.worker, talk.id).waves is None
    _wait_for_places()
    assert {path.stem for path in places.tracks().rglob("*.index")} == {talk.ours, talk.theirs}


def test_where_everything_lies_is_found_when_a_track_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tweespoor.casework.sealing.on_sealed", [earshot.find_places])
    with recorded(monkeypatch) as talk:
        _wait_for_places()
        assert talk.ours in {path.stem for path in places.tracks().rglob("*.index")}  # before anybody looked
        monkeypatch.setattr("tweespoor.tape.webm.Layout.of", _no_pass)
        with listening.sound(talk.worker, talk.id, talk.ours) as player:
            assert next(player.webm.read(0, 4)) == bytes.fromhex("1a45dfa3")


def test_nothing_is_left_beside_a_track_that_was_removed_meanwhile(talk: Recorded) -> None:
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        capturing.forget(talk.id)
        beside.keep(player.track, "index", b"late")
    assert not list(places.tracks().rglob(f"{talk.ours}.*"))


def _wait_for_places() -> None:
    for thread in threading.enumerate():
        if thread.name == "places":
            thread.join(10)


def _no_pass(*_: object) -> None:
    raise AssertionError("it was found before")
