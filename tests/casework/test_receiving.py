"""A recording from elsewhere: taken in sealed, judged by content, heard by who may, gone with its part."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.casework.conftest import DATABASES
from tests.casework.kept import keep_for, officer, turn_to, years_later
from tests.casework.recorded import Recorded, recorded, staff
from tests.sound import files

from tweespoor.casework import dropping, ledger, models, places, playing_elsewhere, receiving, tasks, wiping, witnessing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Role, Task
from tweespoor.errors import Refused, UnknownError, UnreadableError
from tweespoor.rules.elsewhere import There
from tweespoor.rules.kinds import Ground
from tweespoor.sound import container, m4a

pytestmark = pytest.mark.django_db(databases=DATABASES, transaction=False)
BRAM = 2


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Four seconds of two voices, as a phone sends a voice note; and enough behind it for three blocks."""
    path = files.kind(tmp_path_factory.mktemp("note"), "aac.m4a", files.conversation())
    room = 2 * receiving.BLOCK
    return path.read_bytes() + struct.pack(">I", room) + b"free" + bytes(room - 8)


def begun(talk: Recorded, content: bytes, there: There = There.YES, **who: object) -> models.External:
    given: dict[str, object] = {"seat": BRAM, "staff": None, "part": None} | who
    return receiving.begin(talk.id, there=there, size=len(content), **given)  # type: ignore[arg-type]


def handed_in(talk: Recorded, content: bytes, there: There = There.YES, **who: object) -> models.External:
    row = begun(talk, content, there, **who)
    number = 0
    while number * receiving.BLOCK < len(content):
        number = receiving.add(row, number, content[number * receiving.BLOCK : (number + 1) * receiving.BLOCK])
    return receiving.finish(row)


def heard(by: models.Staff, row: models.External) -> bytes:
    found = playing_elsewhere.listen(by, row.pk)
    if found is None:
        playing_elsewhere.wait(row.pk, 20)
        found = playing_elsewhere.listen(by, row.pk)
    assert found is not None
    return b"".join(found.read(0, found.size))


def decoded(copy: bytes) -> NDArray[np.float32]:
    return np.concatenate(list(container.decode(io.BytesIO(copy), m4a.RATE)))


def test_what_somebody_hands_in_is_kept_sealed_and_heard_by_who_works_on_it(talk: Recorded, note: bytes) -> None:
    before = ledger.lines(talk.id)
    lines = len(list(before))
    row = handed_in(talk, note)
    path = receiving.file_of(row)
    assert (row.codec, row.part, row.length_ms // 100) == ("aac", 1, 40)
    assert note[:32] not in path.read_bytes()
    assert note[4000:4032] not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    copy = heard(talk.worker, row)
    assert len(decoded(copy)) / m4a.RATE == pytest.approx(4, abs=0.2)
    assert len(list(ledger.lines(talk.id))) == lines, "nothing of it stands in the journal"
    assert [one.heard for one in playing_elsewhere.of(talk.worker, talk.id)] == [True]


def test_it_is_nobody_elses(talk: Recorded, note: bytes) -> None:
    row = handed_in(talk, note)
    other = staff("piet", Role.WORKER)
    for call in (playing_elsewhere.of, lambda by, _: playing_elsewhere.listen(by, row.pk)):
        with pytest.raises(UnknownError):
            call(other, talk.id)
    with pytest.raises(UnknownError):
        receiving.coming(row.pk, staff=talk.worker)
    assert receiving.of(talk.id, seat=3) == []


def test_who_listened_is_told_to_who_handed_it_in_and_to_nobody_else(talk: Recorded, note: bytes) -> None:
    """Law 11: another participant reads nothing from which a handing-in could be guessed."""
    before = witnessing.told(talk.id, 3)
    row = handed_in(talk, note)
    heard(talk.worker, row)
    found = playing_elsewhere.listen(talk.worker, row.pk)
    assert found is not None
    playing_elsewhere.listened(talk.worker, found)
    assert "external.listen" in {one.action for one in witnessing.told(talk.id, BRAM)}
    assert witnessing.told(talk.id, 3) == before
    turned_up = handed_in(talk, note, seat=None, staff=talk.worker)
    heard(talk.worker, turned_up)
    again = playing_elsewhere.listen(talk.worker, turned_up.pk)
    assert again is not None
    playing_elsewhere.listened(talk.worker, again)
    assert witnessing.told(talk.id, 3) == before


@pytest.mark.parametrize("there", [There.NO, There.DOUBT])
def test_who_was_not_there_all_the_time_hands_it_to_the_officer_unheard(
    talk: Recorded, note: bytes, there: There
) -> None:
    """Clause 1a (reading): a doubt is not a yes."""
    fatima = officer()
    row = handed_in(talk, note, there)
    assert [one.waits for one in playing_elsewhere.of(talk.worker, talk.id)] == [True]
    with pytest.raises(Refused) as refused:
        playing_elsewhere.listen(talk.worker, row.pk)
    assert refused.value.codes == ("1a.with-officer",)
    assert [one.pk for one in playing_elsewhere.waiting()] == [row.pk]
    assert Task.Kind.ELSEWHERE in {task.kind for task in tasks.open_of(talk.id)}
    assert Task.Kind.ELSEWHERE not in {task.kind for task in tasks.open_for(talk.worker)}
    assert heard(fatima, row)[4:8] == b"ftyp"
    with pytest.raises(UnknownError):
        playing_elsewhere.decide(talk.worker, row.pk, allow=True)
    playing_elsewhere.decide(fatima, row.pk, allow=False)
    assert Task.Kind.ELSEWHERE not in {task.kind for task in tasks.open_of(talk.id)}
    with pytest.raises(Refused):
        playing_elsewhere.listen(talk.worker, row.pk)
    playing_elsewhere.decide(fatima, row.pk, allow=True)
    assert heard(talk.worker, row)


def test_the_officer_decides_nothing_about_what_may_be_heard_anyway(talk: Recorded, note: bytes) -> None:
    row = handed_in(talk, note)
    with pytest.raises(UnknownError):
        playing_elsewhere.decide(officer(), row.pk, allow=False)


@pytest.mark.parametrize("what", ["film", "picture", "text"])
def test_an_image_is_refused_and_nothing_of_it_is_kept(talk: Recorded, note: bytes, what: str, tmp_path: Path) -> None:
    """Clause 2a (page)."""
    content = b"Dit is een brief. " * 50 if what == "text" else note + files.photo()
    if what == "film":
        content = files.film(tmp_path / "film.m4a", "mp4", "mpeg4").read_bytes()
    row = begun(talk, content)
    for number in range(-(-len(content) // receiving.BLOCK)):
        receiving.add(row, number, content[number * receiving.BLOCK : (number + 1) * receiving.BLOCK])
    with pytest.raises(UnreadableError) as refused:
        receiving.finish(row)
    code = {"film": "2a.video", "picture": "2a.picture", "text": "2a.unknown-container"}[what]
    assert refused.value.code == code
    assert not models.External.objects.exists()
    assert not models.WrappedKey.objects.filter(kind="external").exists()
    assert not list(places.tracks().glob(f"*/{row.pk}*"))


def test_it_goes_on_where_it_broke_off(talk: Recorded, note: bytes) -> None:
    row = begun(talk, note)
    assert receiving.held(row) == 0
    assert receiving.add(row, 0, note[: receiving.BLOCK]) == 1
    with pytest.raises(Refused) as refused:
        receiving.finish(row)
    assert refused.value.codes == ("2a.broken-off",)
    assert receiving.held(receiving.coming(row.pk, hearing=models.Hearing(conversation_id=talk.id, seat=BRAM))) == 1
    assert receiving.add(row, 0, note[: receiving.BLOCK]) == 1, "what is there already changes nothing"
    assert receiving.add(row, 2, note[2 * receiving.BLOCK :]) == 1, "nothing is skipped"
    with pytest.raises(UnreadableError):
        receiving.add(row, 1, b"too short")
    assert receiving.add(row, 1, note[receiving.BLOCK : 2 * receiving.BLOCK]) == 2
    assert receiving.add(row, 2, note[2 * receiving.BLOCK :]) == 3
    assert receiving.finish(row).done_ms is not None


def test_what_is_not_finished_within_a_day_is_gone(
    talk: Recorded, note: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = begun(talk, note)
    receiving.add(row, 0, note[: receiving.BLOCK])
    receiving.abandon_due()
    assert models.External.objects.count() == 1
    turn_to(monkeypatch, now_ms() + receiving.COMING_MS + 1000)
    receiving.abandon_due()
    assert not models.External.objects.exists()
    assert not list(places.tracks().glob(f"*/{row.pk}*"))


def test_limits_of_size_room_and_number(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(size: int) -> tuple[str, ...]:
        with pytest.raises(Refused) as raised:
            receiving.begin(talk.id, seat=BRAM, staff=None, there=There.YES, part=None, size=size)
        return raised.value.codes

    assert refused(0) == refused(receiving.LARGEST + 1) == ("2a.too-large",)
    for _ in range(receiving.A_DAY):
        receiving.begin(talk.id, seat=BRAM, staff=None, there=There.YES, part=None, size=10)
    assert refused(10) == ("0c.too-often",)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Disk", (), {"free": 1000}))
    assert refused(10) == ("2a.no-room",)
    for seat, part in ((99, None), (1, None), (BRAM, 7)):
        with pytest.raises(UnknownError):
            begun(talk, b"x", seat=seat, part=part)


def test_a_locked_part_is_locked_here_too(talk: Recorded, note: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch)
    row = handed_in(talk, note)
    years_later(monkeypatch, talk)
    fatima = officer()
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=fatima)
    for by in (talk.worker, fatima):
        with pytest.raises(Refused) as refused:
            playing_elsewhere.listen(by, row.pk)
        assert refused.value.codes == ("0c.not-available",)


@pytest.mark.parametrize("placed", [True, False])
def test_it_is_wiped_with_the_part_that_it_is_of(
    talk: Recorded, note: bytes, monkeypatch: pytest.MonkeyPatch, placed: bool
) -> None:
    keep_for(monkeypatch)
    row = handed_in(talk, note)
    if not placed:
        models.External.objects.update(part=None)
        models.WrappedKey.objects.filter(kind="external").update(part=None)
    assert heard(talk.worker, row)
    time = years_later(monkeypatch, talk)
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())
    time.turn(31 * 86_400)
    wiping.wipe(talk.id, 1, staff=officer())
    row.refresh_from_db()
    assert row.erased_ms is not None
    assert not models.WrappedKey.objects.filter(kind="external").exists()
    assert not list(places.tracks().glob(f"*/{row.pk}*"))
    assert receiving.of(talk.id) == []
    with pytest.raises(UnknownError):
        playing_elsewhere.listen(talk.worker, row.pk)


def test_it_goes_with_the_rest_of_a_conversation(talk: Recorded, note: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch)
    row = handed_in(talk, note)
    time = years_later(monkeypatch, talk)
    dropping.announce(talk.id, staff=officer())
    time.turn(31 * 86_400)
    wiping.wipe(talk.id, 1, staff=officer())
    dropping.drop(talk.id, staff=officer())
    assert not models.External.objects.exists()
    assert not list(places.tracks().glob(f"*/{row.pk}*"))


def test_a_sound_of_another_form_is_heard_as_well(talk: Recorded, tmp_path: Path) -> None:
    path = files.kind(tmp_path, "narrow-dtx.amr", files.conversation())
    row = handed_in(talk, path.read_bytes())
    assert np.sqrt(np.mean(decoded(heard(talk.worker, row)) ** 2)) > 0.02


def test_what_has_no_key_after_a_restore_is_gone(talk: Recorded, note: bytes) -> None:
    row, other = handed_in(talk, note), handed_in(talk, note)
    models.WrappedKey.objects.filter(kind="external", owner=row.pk).delete()
    assert receiving.settle() == {other.pk}
    assert [one.pk for one in receiving.of(talk.id)] == [other.pk]
