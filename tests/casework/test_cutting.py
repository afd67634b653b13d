"""A copy without what everyone agreed to cut: beside the recording, equal to it where its list says so."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from tests.casework.cuts import (
    ANNA,
    BRAM,
    CARLA,
    HOUSE,
    NO,
    SPANS,
    YES,
    agreed,
    answer,
    ask,
    decoded,
    file_of,
    kinds,
    placed,
    session_of,
    standing,
    turn,
)  # fmt: skip
from tests.casework.recorded import Recorded

from tweespoor.casework import (
    clock,
    copying,
    covering,
    cutting,
    earshot,
    exporting,
    hearing,
    ledger,
    listening,
    models,
    places,
    polling,
    sweeping,
)  # fmt: skip
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground
from tweespoor.sound import opus
from tweespoor.tape.moments import TONE_MS, widened
from tweespoor.tape.store import StoredChunk

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
PER_MS = 48


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with standing(monkeypatch) as made:
        yield made


def document(edit: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(models.Cut.objects.get(pk=edit).document)
    return told


def sounds(talk: Recorded, edit: str, track: str) -> tuple[bytes, bytes]:
    """Give the playable file of the recording, and of the copy."""
    whole = earshot.whole(ledger.head(talk.id))
    with earshot.sound(whole, track) as player:
        original = file_of(player)
    with earshot.sound(cutting.shot(whole, edit), track) as player:
        return original, file_of(player)


# Made with a yes of all -------------------------------------------------------------------------------------


@pytest.mark.parametrize("decoder", opus.DECODERS)
def test_every_second_equals_the_recording_where_the_list_says_so(
    talk: Recorded, tmp_path: Path, decoder: opus.Decoder
) -> None:
    edit = agreed(talk)
    told = document(edit)
    tracks = told["tracks"]
    assert isinstance(tracks, list)
    assert [one["track"] for one in tracks] == [talk.ours, talk.theirs]
    for one in tracks:
        files = sounds(talk, edit, one["track"])
        assert hashlib.sha256(files[1]).hexdigest() == one["file_sha256"]
        before, after = (decoded(tmp_path, content, decoder) for content in files)
        same = 0
        for (begin, end, at), first in zip(one["kept"], one["same_from"], strict=True):
            last = min(end, len(before))
            assert np.array_equal(before[first:last], after[at + first - begin : at + last - begin])
            same += last - first
        assert same > 0.85 * (len(before) - sum(end - begin for begin, end in SPANS) * PER_MS)
        for begin, end, kind in one["tones"]:
            assert kind == "cut"
            assert TONE_MS * PER_MS <= end - begin <= (TONE_MS + 60) * PER_MS


def test_the_journal_knows_the_list_and_the_spans(talk: Recorded) -> None:
    edit = agreed(talk)
    assert kinds(talk)[-5:] == ["EditProposed", *["EditConsentGiven"] * 3, "DerivativeMade"]
    written = [entry.read(line).fact for line in ledger.lines(talk.id)]
    (made,) = [fact for fact in written if isinstance(fact, facts.DerivativeMade)]
    content = models.Cut.objects.get(pk=edit).document
    assert made.derivative == hashlib.sha256(content.encode()).hexdigest()
    told = document(edit)
    assert told["spans"] == [[span.begin, span.end] for span in made.spans]
    assert all((span.end - span.begin) % 20 == 0 for span in made.spans)
    for span, (begin, end) in zip(made.spans, placed(talk), strict=True):
        assert begin - 20 < span.begin <= begin
        assert end <= span.end < end + 20
    assert made.spans == talk.state.edits[edit].spans


def test_the_recording_itself_stays_as_it_was(talk: Recorded) -> None:
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        before = file_of(player)
    edit = agreed(talk)
    original, copy = sounds(talk, edit, talk.ours)
    assert original == before
    assert len(copy) < len(original)
    assert copy != sounds(talk, edit, talk.theirs)[1]


def test_nothing_of_what_was_cut_can_be_asked_for(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = agreed(talk)
    cuts = widened(placed(talk))
    opened: list[int] = []
    with earshot.sound(cutting.shot(earshot.whole(ledger.head(talk.id)), edit), talk.ours) as player:
        size = player.layout.size
        chunk = player.track.chunk

        def open_chunk(number: int) -> StoredChunk:
            opened.append(number)
            return chunk(number)

        monkeypatch.setattr(player.track, "chunk", open_chunk)
        for begin in range(0, size, 5_000):
            list(player.read(begin, begin + 10_000))
        within = {
            one.header.number
            for one in player.track.index
            if any(a <= one.header.begin_ms and one.header.end_ms <= b for a, b in cuts)
        }
    assert within
    assert not within & set(opened)


def test_it_is_made_again_to_the_same_bytes(talk: Recorded) -> None:
    edit = agreed(talk)
    first = sounds(talk, edit, talk.ours)
    for kept in places.tracks().rglob("*.layout*"):
        kept.unlink()
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        player.track.contents.found.clear()
    assert sounds(talk, edit, talk.ours) == first


def test_a_copy_can_be_taken_along_in_the_other_form(talk: Recorded, tmp_path: Path) -> None:
    edit = agreed(talk)
    with earshot.sound(cutting.shot(earshot.whole(ledger.head(talk.id)), edit), talk.ours) as player:
        copying.make(player)
        made = copying.of(player)
        assert made is not None
        length = player.layout.length
        file = tmp_path / "copy.m4a"
        file.write_bytes(b"".join(made.read(0, made.size)))
    heard = av.open(str(file))
    assert abs(float(heard.duration or 0) / 1_000_000 - length / 48_000) < 0.1


def test_who_took_part_takes_it_along_until_a_yes_is_taken_back(talk: Recorded, tmp_path: Path) -> None:
    mine = session_of(talk, BRAM)
    (whole,) = hearing.to_take(mine)
    edit = agreed(talk)
    first, second = hearing.to_take(mine)
    assert (first, second.track, second.edit) == (whole, talk.ours, edit)
    gone = sum(end - begin - TONE_MS for begin, end in SPANS)
    assert abs(first.lasts_ms - second.lasts_ms - gone) < 100
    ticket = hearing.take_copy(mine, talk.ours, edit)
    assert hearing.copied(mine, ticket) == (talk.ours, edit)
    with hearing.sound_to_take(mine, talk.ours, edit) as player:
        copying.make(player)
        made = copying.of(player)
        assert made is not None
        file = tmp_path / "copy.m4a"
        file.write_bytes(b"".join(made.read(0, made.size)))
        assert abs(float(av.open(str(file)).duration or 0) / 1_000 - player.layout.length / PER_MS) < 100
    for track, other in ((talk.theirs, edit), (talk.ours, "0" * 32)):
        with pytest.raises(UnknownError):
            hearing.take_copy(mine, track, other)
    put = polling.about(edit)
    assert put is not None
    polling.take_back(put.pk, CARLA)
    assert hearing.to_take(mine) == [whole]
    with pytest.raises(UnknownError), hearing.sound_to_take(mine, *hearing.copied(mine, ticket)):
        pass


def test_it_goes_along_to_the_dossier_beside_the_recording(talk: Recorded, tmp_path: Path) -> None:
    folder = exporting.write(talk.id, tmp_path / "before")
    assert not (folder / "geknipt").exists()
    edit = agreed(talk)
    folder = exporting.write(talk.id, tmp_path / "after")
    name = "geknipt/deel-1-kopie-1"
    told = json.loads((folder / "gesprek.json").read_text())["copies"]
    listed = (folder / f"{name}.json").read_text()
    assert listed == models.Cut.objects.get(pk=edit).document
    for track, whose in ((talk.ours, "onze-opname"), (talk.theirs, "deelnemer-1")):
        original, copy = sounds(talk, edit, track)
        assert (folder / f"geluid/deel-1-{whose}.opus").read_bytes() == original
        assert (folder / f"{name}-{whose}.opus").read_bytes() == copy
        assert told[0]["files"][f"{name}-{whose}.opus"] == hashlib.sha256(copy).hexdigest()
    assert told[0]["list_sha256"] == talk.state.edits[edit].derivatives[-1]
    assert f"- {name}.json" in (folder / "notitie.txt").read_text()
    assert f"  {name}-onze-opname.opus" in (folder / "sha256.txt").read_text()
    cutting.make_anew(talk.id, 1)  # as when something is covered: its list is not the newest just now
    assert json.loads((exporting.write(talk.id, tmp_path / "anew") / "gesprek.json").read_text())["copies"] == []
    put = polling.about(edit)
    assert put is not None
    polling.take_back(put.pk, CARLA)
    assert not (exporting.write(talk.id, tmp_path / "back") / "geknipt").exists()


# The picture ------------------------------------------------------------------------------------------------


def test_it_is_drawn_on_a_line_of_its_own_and_the_recording_tells_of_it(talk: Recorded) -> None:
    before = listening.look(talk.worker, talk.id).drawing
    edit = agreed(talk)
    drawn = listening.look(talk.worker, talk.id).drawing
    assert before is not None
    assert drawn is not None
    left = [chapter for chapter in drawn.chapters if chapter.what == "left-out"]
    assert [(one.begin, one.end) for one in left] == [(5_000, 9_020), (20_000, 23_500)]
    assert [one for one in drawn.chapters if one.what != "left-out"] == list(before.chapters)
    copy = cutting.draw(cutting.shot(earshot.whole(ledger.head(talk.id)), edit))
    assert copy is not None
    gone = 4_020 + 3_500 - 2 * TONE_MS
    assert copy.length == before.length - gone
    assert [one.begin for one in copy.chapters if one.what == "cut"] == [5_000, 20_000 - 4_020 + TONE_MS]
    assert copy.marks == tuple(mark - gone for mark in before.marks)
    assert len(copy.lanes) == 2
    for lane, other in zip(copy.lanes, before.lanes, strict=True):
        assert len(lane.pieces) == len(other.pieces)
        assert lane.pieces[0].offset == 0
        assert abs(lane.pieces[1].begin - (other.pieces[1].begin - gone)) <= 1
        assert abs(lane.pieces[1].offset - lane.pieces[1].begin + lane.pieces[0].begin) <= 1
    assert all(lane.gaps == () or len(lane.gaps) == 1 for lane in copy.lanes)


def test_waves_are_of_the_copy(talk: Recorded) -> None:
    edit = agreed(talk)
    copy = cutting.shot(earshot.whole(ledger.head(talk.id)), edit)
    drawn = cutting.draw(copy)
    assert drawn is not None
    assert set(earshot.waves(copy, drawn)) == {0, 1}


# Who hears it ------------------------------------------------------------------------------------------------


def test_each_hears_the_own_minutes_and_the_own_recording_of_it(talk: Recorded) -> None:
    edit = agreed(talk)
    mine = cutting.shot(earshot.own(ledger.head(talk.id), BRAM), edit)
    for seat in (BRAM, CARLA):
        mine = cutting.shot(earshot.own(ledger.head(talk.id), seat), edit)
        with earshot.sound(mine, talk.ours) as player:
            assert file_of(player) == sounds(talk, edit, talk.ours)[1]
    with pytest.raises(UnknownError), earshot.sound(mine, talk.theirs):
        pass


def test_what_was_taken_back_is_heard_no_longer(talk: Recorded) -> None:
    edit = agreed(talk)
    assert [one.edit for one in cutting.of(talk.state)] == [edit]
    question = polling.about(edit)
    assert question is not None
    polling.take_back(question.pk, CARLA)
    assert cutting.of(talk.state) == []
    with pytest.raises(UnknownError):
        cutting.shot(earshot.whole(ledger.head(talk.id)), edit)
    turn(86_400)
    polling.sweep()
    cutting.make_due()
    assert kinds(talk)[-1] == "EditEndedWithoutAgreement"
    assert talk.state.edits[edit].ended
    assert models.Cut.objects.get(pk=edit).over_ms is not None


def test_a_locked_part_locks_its_copy_and_a_wiped_one_ends_it(talk: Recorded) -> None:
    edit = agreed(talk)
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.REQUEST))
    copy = cutting.shot(earshot.whole(ledger.head(talk.id)), edit)
    with pytest.raises(Refused), earshot.sound(copy, talk.ours):
        pass
    drawn = cutting.draw(copy)
    assert drawn is not None
    assert not any(lane.heard for lane in drawn.lanes)


# When it is made ---------------------------------------------------------------------------------------------


def test_it_is_made_only_once_all_see_that_everyone_said_yes(talk: Recorded) -> None:
    question = ask(talk)
    answer(question, {HOUSE: YES, CARLA: YES})
    assert cutting.make_due() == 0
    polling.sweep()
    assert cutting.make_due() == 0  # agreed, and nobody sees it yet
    turn(4)
    assert cutting.make_due() == 1
    assert cutting.make_due() == 0
    assert kinds(talk).count("DerivativeMade") == 1


def test_a_no_makes_nothing(talk: Recorded) -> None:
    question = ask(talk)
    answer(question, {HOUSE: YES, CARLA: NO})
    polling.sweep()
    turn(4)
    assert cutting.make_due() == 0
    assert isinstance(clock.source, object)
    turn((question.deadline_ms - clock.now_ms()) / 1000 + 1)
    polling.sweep()
    turn(4)
    assert cutting.make_due() == 0
    assert kinds(talk)[-1] == "EditEndedWithoutAgreement"
    assert models.Cut.objects.get(pk=question.key).over_ms is not None
    with pytest.raises(UnknownError):
        cutting.shot(earshot.whole(ledger.head(talk.id)), question.key)


def test_a_part_that_is_locked_meanwhile_is_waited_for(talk: Recorded) -> None:
    question = ask(talk)
    answer(question, {HOUSE: YES, CARLA: YES})
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.REQUEST))
    polling.sweep()
    turn(4)
    assert cutting.make_due() == 0
    assert models.Cut.objects.get(pk=question.key).over_ms is None
    ledger.append(talk.id, facts.PartReleased(at=clock.now_ms(), part=1))
    assert cutting.make_due() == 1


def test_a_part_that_is_wiped_meanwhile_ends_it(talk: Recorded) -> None:
    question = ask(talk)
    answer(question, {HOUSE: YES, CARLA: YES})
    polling.sweep()
    turn(4)
    ledger.append(talk.id, facts.PartErased(at=clock.now_ms(), part=1, ground=Ground.REQUEST, certain_at=0))
    assert cutting.make_due() == 0
    assert models.Cut.objects.get(pk=question.key).over_ms is not None


def test_damage_is_told_and_tried_again(talk: Recorded) -> None:
    question = ask(talk)
    answer(question, {HOUSE: YES, CARLA: YES})
    polling.sweep()
    turn(4)
    file = next(places.tracks().rglob(f"{talk.ours}.track"))
    whole = file.read_bytes()
    broken = bytearray(whole)
    broken[len(broken) // 2] ^= 1
    file.write_bytes(broken)
    assert cutting.make_due() == 0
    assert "DerivativeMade" not in kinds(talk)
    file.write_bytes(whole)
    assert cutting.make_due() == 1


def test_the_server_makes_it_by_itself(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bool] = []
    monkeypatch.setattr(cutting, "make_soon", lambda: made.append(True))
    monkeypatch.setattr(sweeping, "_polled_at", 0)
    sweeping.sweep()
    assert made == [True]


# With what is covered by law ---------------------------------------------------------------------------------


def test_what_is_covered_later_is_covered_in_the_copy_too(talk: Recorded, tmp_path: Path) -> None:
    edit = agreed(talk)
    first = document(edit)
    models.Task.objects.create(
        conversation_id=talk.id, kind=models.Task.Kind.SECRET, since_ms=0, due_ms=0, worker=talk.worker
    )
    officer = models.Staff.objects.get(username="fatima")
    (span,) = placed(talk, [(12_000, 14_000)])
    covering.cover(officer, talk.id, span, Ground.SECRET_ADDRESS)
    _, copy = sounds(talk, edit, talk.ours)
    heard = decoded(tmp_path, copy)
    at = (12_000 - 4_020 + TONE_MS) * PER_MS
    middle = heard[at + 10_000 : at + 90_000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert abs(int(spectrum.argmax()) * 48_000 / len(middle) - 500) < 2
    assert cutting.make_due() == 1
    assert [kinds(talk)[-2], kinds(talk)[-1]] == ["SpanCovered", "DerivativeMade"]
    assert document(edit) != first
    assert document(edit)["covered"] == [[*span, "secret-address"]]
    drawn = cutting.draw(cutting.shot(earshot.whole(ledger.head(talk.id)), edit))
    assert drawn is not None
    (shown,) = [one for one in drawn.chapters if one.what == "covered"]
    assert (shown.begin, shown.ground) == (12_000 - 4_020 + TONE_MS, Ground.SECRET_ADDRESS)
    assert ANNA == 1
