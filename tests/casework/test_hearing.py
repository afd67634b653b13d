"""Own minutes only: what somebody hears of a conversation is where they were, and nothing else (clause 0c, law 11)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.casework.recorded import Recorded, recorded, staff
from tests.sound.likeness import likeness

from tweespoor.casework import admitting, attending, earshot, halting, hearing, ledger, listening, models
from tweespoor.casework.models import Role
from tweespoor.casework.playing import Player
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground
from tweespoor.rules.minutes import own_minutes
from tweespoor.rules.state import Stay
from tweespoor.sound import opus
from tweespoor.tape import timeline
from tweespoor.tape.ogg import Sound
from tweespoor.tape.store import StoredChunk

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
ANNA, BRAM, CARLA = 1, 2, 3
RATE = 48_000


@pytest.fixture
def carla_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Give the conversation in which Carla leaves while the recording stands still."""
    go_on = attending.same_people

    def leaves(conversation: str) -> None:
        attending.left(conversation, (CARLA,))
        go_on(conversation)

    monkeypatch.setattr(attending, "same_people", leaves)
    with recorded(monkeypatch) as made:
        yield made


def session_of(talk: Recorded, seat: int) -> models.Hearing:
    code = admitting.issue(talk.id, seat, "blauwe vis")
    found = admitting.session(admitting.admit(code, "blauwe vis", f"192.0.2.{seat}"))
    assert found is not None
    return found


def file_of(mine: models.Hearing, track: str) -> bytes:
    with hearing.sound(mine, track) as player:
        return b"".join(player.read(0, player.layout.size))


def whole_of(talk: Recorded, track: str) -> bytes:
    with listening.sound(talk.worker, talk.id, track) as player:
        return b"".join(player.read(0, player.layout.size))


# Where they were --------------------------------------------------------------------------------------------


def test_who_was_there_all_along_hears_all_of_our_recording(talk: Recorded) -> None:
    for seat in (BRAM, CARLA):
        assert file_of(session_of(talk, seat), talk.ours) == whole_of(talk, talk.ours)


def test_who_left_hears_nothing_of_what_came_after(carla_left: Recorded, tmp_path: Path) -> None:
    talk, mine = carla_left, session_of(carla_left, CARLA)
    first, _ = talk.stretches
    file = tmp_path / "carla.opus"
    file.write_bytes(file_of(mine, talk.ours))
    out = opus.read(str(file))
    assert abs(len(out) - len(first.near)) <= RATE // 10
    assert likeness(out[: len(first.near)], first.near) > 0.9
    assert len(file_of(session_of(talk, BRAM), talk.ours)) > 1.3 * file.stat().st_size
    seen = hearing.look(mine)
    assert seen.drawing is not None
    assert [chapter.what for chapter in seen.drawing.chapters] == ["agreements", "talk"]
    assert seen.drawing.marks == ()
    assert seen.drawing.length <= len(first.near) / 48 + 1_000


def test_no_part_of_her_file_is_made_of_later_chunks(carla_left: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = session_of(carla_left, CARLA)
    opened: list[int] = []
    with hearing.sound(mine, carla_left.ours) as player:
        files = player.ogg, player.webm
        chunk = player.track.chunk

        def noted(number: int) -> StoredChunk:
            opened.append(number)
            return chunk(number)

        monkeypatch.setattr(player.track, "chunk", noted)
        for size, _, _, read in files:
            for begin in range(0, size, 5_000):
                list(read(begin, begin + 10_000))
            list(read(size - 1, size + 10_000_000))
        left = own_minutes(carla_left.state, CARLA, 1)[-1].end
        later = {one.header.number for one in player.track.index if one.header.end_ms > left}
    assert opened
    assert later
    assert not later & set(opened)


def test_who_came_later_hears_nothing_of_what_went_before(talk: Recorded) -> None:
    head = ledger.head(talk.id)
    seat = head.state.seats[CARLA]
    pause = talk.state.parts[1].started_at or 0
    late = replace(seat, stays=(Stay(pause + 50_000),))
    state = replace(head.state, seats={**head.state.seats, CARLA: late})
    shot = earshot.own(replace(head, state=state), CARLA)
    placed = earshot.lines(shot)
    drawn = earshot.draw(shot, placed)
    assert drawn is not None
    assert placed[talk.ours].recorded[0].begin >= pause + 50_000
    assert "agreements" not in [chapter.what for chapter in drawn.chapters]
    with earshot.sound(shot, talk.ours) as player:
        opened = [one.number for one in iter_sounds(player)]
        early = [one.header.number for one in player.track.index if one.header.begin_ms < pause + 50_000]
    assert early
    assert not set(early) & set(opened)


def iter_sounds(player: Player) -> Iterator[Sound]:
    return timeline.sounds(player.track, player.line, timeline.preskip(player.track, player.line))


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ((Stay(0),), [(1_000, 9_000)]),
        ((Stay(2_000, 3_000),), [(2_000, 3_000)]),
        ((Stay(0, 2_000), Stay(5_000)), [(1_000, 2_000), (5_000, 9_000)]),
        ((Stay(9_500),), []),
        ((Stay(0, 500),), []),
        ((), []),
    ],
)
def test_own_minutes_are_stays_within_a_part(talk: Recorded, stays: tuple[Stay, ...], expected: list[object]) -> None:
    c = talk.state
    part = replace(c.parts[1], started_at=1_000, ended_at=9_400, since=9_000)
    c = replace(c, parts={1: part}, seats={**c.seats, CARLA: replace(c.seats[CARLA], stays=stays)})
    assert [(one.begin, one.end) for one in own_minutes(c, CARLA, 1)] == expected
    assert own_minutes(replace(c, parts={1: replace(part, ended_at=None)}), CARLA, 1) == ()
    assert own_minutes(replace(c, parts={1: replace(part, present=frozenset())}), CARLA, 1) == ()


# Whose recordings -------------------------------------------------------------------------------------------


def test_law_11_what_another_handed_in_is_neither_heard_nor_seen(talk: Recorded) -> None:
    bram, carla = session_of(talk, BRAM), session_of(talk, CARLA)
    assert file_of(bram, talk.theirs) == whole_of(talk, talk.theirs)
    with pytest.raises(UnknownError):
        file_of(carla, talk.theirs)
    seen = hearing.look(carla).drawing
    assert seen is not None
    assert [lane.number for lane in seen.lanes] == [0]


def test_law_11_carla_sees_the_same_whatever_bram_did(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for handed_in in (True, False):
        with recorded(monkeypatch, handed_in=handed_in) as talk:
            bram, carla = session_of(talk, BRAM), session_of(talk, CARLA)
            if handed_in:
                hearing.listened(bram, talk.ours)
                hearing.take_copy(bram, talk.ours)
            looked = hearing.look(carla)
            assert looked.drawing is not None
            seen.append((len(looked.drawing.lanes), looked.drawing.chapters, len(hearing.done_by_us(carla))))
            models.Staff.objects.filter(username="anna").update(
                username=f"before-{handed_in}"
            )  # the next one is made anew
        monkeypatch.undo()
    assert seen[0] == seen[1]


def test_law_11_participants_see_what_we_did_and_never_what_another_did(talk: Recorded) -> None:
    bram, carla = session_of(talk, BRAM), session_of(talk, CARLA)
    hearing.listened(bram, talk.ours)
    assert hearing.done_by_us(carla) == hearing.done_by_us(bram) == []
    listening.look(talk.worker, talk.id)
    listening.heard(talk.worker, talk.id, talk.ours, "session")
    for mine in (bram, carla):
        assert [(one.role, one.action) for one in hearing.done_by_us(mine)] == [
            ("worker", "recording.look"),
            ("worker", "recording.listen"),
        ]


def test_that_we_listened_to_a_part_of_others_is_not_told(talk: Recorded) -> None:
    mine = session_of(talk, CARLA)
    ledger.append(talk.id, facts.ListenedBack(at=talk.state.at, part=2))
    models.Access.objects.create(
        at_ms=talk.state.at, staff=talk.worker, role="worker", action="recording.listen", conversation_id=talk.id
    )
    assert hearing.done_by_us(mine) == []


def test_listening_is_one_line_of_the_access_log_a_session_and_no_fact(talk: Recorded) -> None:
    before = list(ledger.lines(talk.id))
    for seat in (BRAM, CARLA, BRAM):
        mine = session_of(talk, seat)
        for _ in range(3):
            hearing.listened(mine, talk.ours)
    assert list(ledger.lines(talk.id)) == before  # law 11: everyone with a bundle reads the journal
    log = models.Access.objects.filter(action="hearing.listen")
    assert sorted(row.seat or 0 for row in log) == [BRAM, BRAM, CARLA]
    assert all(row.staff_id is None for row in log)


# What nobody hears ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fact",
    [
        facts.PartLocked(at=0, part=1, ground=Ground.SPOKEN_ROUND_FAILED),
        facts.PartErased(at=0, part=1, ground=Ground.REQUEST, certain_at=0),
        facts.SecretNoted(at=0, mentioned=True),
        facts.ListeningHalted(at=0, seat=BRAM, reason_sha256="00" * 32),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_what_is_held_back_is_not_heard_and_the_reason_is_not_told(talk: Recorded, fact: facts.Fact) -> None:
    mine = session_of(talk, BRAM)
    file_of(mine, talk.ours)
    ledger.append(talk.id, replace(fact, at=talk.state.at))
    with pytest.raises(Refused) as refused:
        file_of(mine, talk.ours)
    assert refused.value.codes[0] == "0c.not-available"
    assert set(refused.value.codes) == {"0c.not-available"}
    assert hearing.look(mine).drawing is None
    assert hearing.waves(mine) == {}
    assert hearing.to_take(mine) == []


def test_after_the_officer_looked_it_is_heard_again(talk: Recorded) -> None:
    mine, officer = session_of(talk, BRAM), staff("otto", Role.OFFICER)
    ledger.append(talk.id, facts.SecretNoted(at=talk.state.at, mentioned=True))
    assert hearing.look(mine).drawing is None
    ledger.append(talk.id, facts.SecretReviewed(at=talk.state.at))
    assert hearing.look(mine).drawing is not None
    halting.halt(talk.id, BRAM, "dreiging", officer)
    assert hearing.look(mine).drawing is None
    assert hearing.look(session_of(talk, CARLA)).drawing is not None
    halting.allow(talk.id, BRAM, officer)
    assert hearing.look(mine).drawing is not None


def test_a_stop_that_arrived_late_is_where_it_was_meant(talk: Recorded) -> None:
    head = ledger.head(talk.id)
    part = head.state.parts[1]
    since = (part.ended_at or 0) - 5_000
    state = replace(head.state, parts={1: replace(part, since=since)})
    shot = earshot.own(replace(head, state=state), BRAM)
    assert earshot.lines(shot)[talk.ours].recorded[-1].end <= since


def test_the_waves_are_of_the_own_minutes(carla_left: Recorded) -> None:
    mine = session_of(carla_left, CARLA)
    seen = hearing.look(mine)
    assert seen.waves is not None
    assert hearing.waves(mine) == seen.waves
    assert len([stroke for stroke in seen.waves[0] if stroke is not None]) > earshot.STROKES * 0.9
    assert np.isclose(max(stroke or 0 for stroke in seen.waves[0]), 1.0)
