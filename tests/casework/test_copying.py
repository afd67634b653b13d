"""A copy that any phone opens: the same line of time, own minutes only, sealed, limited, written down."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.casework.recorded import Recorded
from tests.sound.likeness import likeness, worst_second

from tweespoor.casework import admitting, copying, hearing, ledger, listening, models, places
from tweespoor.errors import DamagedError, Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.sound import m4a, opus

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
BRAM, CARLA = 2, 3


def session_of(talk: Recorded, seat: int = BRAM) -> models.Hearing:
    code = admitting.issue(talk.id, seat, "blauwe vis")
    found = admitting.session(admitting.admit(code, "blauwe vis", f"192.0.2.{seat}"))
    assert found is not None
    return found


def file_of(talk: Recorded, track: str) -> bytes:
    with listening.sound(talk.worker, talk.id, track) as player:
        copying.make(player)
        made = copying.of(player)
        assert made is not None
        return b"".join(made.read(0, made.size))


def decoded(file: bytes) -> NDArray[np.float32]:
    with av.open(io.BytesIO(file), "r") as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def test_a_copy_holds_what_was_said_at_the_same_place(talk: Recorded) -> None:
    out = decoded(file_of(talk, talk.ours))
    first, second = talk.stretches
    down = [np.ascontiguousarray(one.near[::2]) for one in (first, second)]
    drawn = listening.look(talk.worker, talk.id).drawing
    assert drawn is not None
    pieces = [piece for piece in drawn.lanes[0].pieces if piece.track == talk.ours]
    for piece, said in zip(pieces, down, strict=True):
        begin = piece.offset * m4a.RATE // 1000
        heard = np.repeat(out[begin : begin + len(said)], 2)
        source = np.repeat(said, 2)[: len(heard)]
        assert likeness(heard, source) > 0.8
        assert worst_second(heard, source) > 0.6
    gap = slice(round(m4a.RATE * (pieces[0].end + 500) / 1000), round(m4a.RATE * (pieces[1].begin - 500) / 1000))
    assert np.abs(out[gap]).max() < 0.001
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        assert abs(len(out) / m4a.RATE - player.layout.length / opus.RATE) < 0.1


def test_what_it_is_stands_before_the_sound(talk: Recorded) -> None:
    file = file_of(talk, talk.ours)
    boxes, at = [], 0
    while at < len(file):
        size = int.from_bytes(file[at : at + 4], "big")
        boxes.append(file[at + 4 : at + 8])
        at += size
    assert at == len(file)
    assert boxes == [b"ftyp", b"moov", b"mdat"]
    assert file[8:12] == b"M4A "


def test_any_part_of_it_can_be_read(talk: Recorded) -> None:
    file = file_of(talk, talk.ours)
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        made = copying.of(player)
        assert made is not None
        for begin, end in (
            (0, 1),
            (0, 100),
            (len(made.top) - 3, len(made.top) + 3),
            (65_530, 140_000),
            (made.size - 9, made.size),
        ):
            assert b"".join(made.read(begin, end)) == file[begin:end]
        assert b"".join(made.read(made.size - 5, made.size + 99)) == file[-5:]


def test_it_is_kept_sealed_and_ends_with_its_key(talk: Recorded) -> None:
    file = file_of(talk, talk.ours)
    kept = list(places.tracks().rglob(f"{talk.ours}.copy*"))
    assert sorted(path.suffix for path in kept) == [".copy", ".copy-top"]
    for path in kept:
        assert file[2_000:2_064] not in path.read_bytes()
        assert b"ftyp" not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
    models.WrappedKey.objects.filter(owner=talk.ours).delete()
    with pytest.raises(UnknownError), listening.sound(talk.worker, talk.id, talk.ours):
        pass


def test_a_flipped_bit_is_never_heard(talk: Recorded) -> None:
    file_of(talk, talk.ours)
    (path,) = places.tracks().rglob(f"{talk.ours}.copy")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedError):
        file_of(talk, talk.ours)


def test_making_it_at_once_for_two_makes_it_once(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    sound = m4a.Copy.sound

    def noted(self: m4a.Copy) -> Iterator[bytes]:
        made.append("made")
        return sound(self)

    monkeypatch.setattr(m4a.Copy, "sound", noted)
    over = []
    for _ in range(2):
        with ExitStack() as stack:
            player = stack.enter_context(listening.sound(talk.worker, talk.id, talk.ours))
            over.append(copying.begin(player, stack.pop_all()))
    assert all(one.wait(60) for one in over)
    assert made == ["made"]
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        assert not copying.is_making(player)
        assert copying.of(player) is not None


def test_a_full_disk_leaves_nothing_and_says_nothing_to_others(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "no space left")

    with ExitStack() as stack:
        player = stack.enter_context(listening.sound(talk.worker, talk.id, talk.ours))
        monkeypatch.setattr(Path, "replace", full)
        assert copying.begin(player, stack.pop_all()).wait(60)
    monkeypatch.undo()
    assert not list(places.tracks().rglob(f"{talk.ours}.copy*"))
    file_of(talk, talk.ours)


# Taking it along --------------------------------------------------------------------------------------------


def test_a_copy_stands_in_the_access_log_alone_and_five_a_day(talk: Recorded) -> None:
    mine = session_of(talk)
    assert [(one.track, one.edit) for one in hearing.to_take(mine)] == [(talk.ours, "")]
    for _ in range(hearing.COPIES_A_DAY):
        ticket = hearing.take_copy(mine, talk.ours)
        assert hearing.copied(mine, ticket) == (talk.ours, "")
    with pytest.raises(Refused) as refused:
        hearing.take_copy(mine, talk.ours)
    assert refused.value.codes == ("0c.too-often",)
    assert b"Exported" not in b"".join(ledger.lines(talk.id))  # law 11: everyone with a bundle reads the journal
    assert talk.state.exported == 0
    log = models.Access.objects.filter(action="recording.copy")
    assert {(row.staff_id, row.seat) for row in log} == {(None, BRAM)}


def test_a_ticket_is_good_for_its_own_session_only(talk: Recorded) -> None:
    ticket = hearing.take_copy(session_of(talk), talk.ours)
    with pytest.raises(UnknownError):
        hearing.copied(session_of(talk, CARLA), ticket)
    with pytest.raises(UnknownError):
        hearing.copied(session_of(talk), "x")


def test_the_own_recording_of_another_is_no_copy_for_me(talk: Recorded) -> None:
    for track in (talk.theirs, "0" * 32, ""):
        with pytest.raises(UnknownError):
            hearing.take_copy(session_of(talk, CARLA), track)


def test_what_may_not_be_heard_may_not_be_taken(talk: Recorded) -> None:
    mine = session_of(talk)
    ledger.append(talk.id, facts.SecretNoted(at=talk.state.at, mentioned=True))
    assert hearing.to_take(mine) == []
    with pytest.raises(UnknownError):
        hearing.take_copy(mine, talk.ours)
