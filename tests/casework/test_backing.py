"""A backup holds what the journal names, writes nothing twice, and never overwrites what is good with what is not."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_django
from django.core.management import call_command
from django.db import connections
from tests.casework.conftest import DATABASES, Clock, Table
from tests.casework.recorders import Recorder, recording_room
from tests.tape import logs

from tweespoor.casework import (
    backing,
    capturing,
    certifying,
    destroying,
    ledger,
    manifest,
    models,
    places,
    recording,
    restoring,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.manifest import BackingError
from tweespoor.rules import facts
from tweespoor.rules.kinds import Ground
from tweespoor.tape.store import Store

# A copy is taken of what is committed, so these tests write to files; PostgreSQL has its turn in tests/test_restore.py.
pytestmark = pytest.mark.skipif(bool(os.environ.get("TWEESPOOR_DATABASE")), reason="SQLite only")
DAY_S = 86_400


@contextmanager
def connected(folder: Path) -> Iterator[None]:
    """Use database files in a folder, as an installation does."""
    before = {alias: connections[alias] for alias in DATABASES}
    for alias, old in before.items():
        connections[alias] = type(old)(old.settings_dict | {"NAME": str(folder / f"{alias}.sqlite3")}, alias)
    try:
        yield
    finally:
        for alias, old in before.items():
            connections[alias].close()
            connections[alias] = old


@pytest.fixture(scope="module")
def tables(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Path:
    """Make empty tables, once."""
    folder = tmp_path_factory.mktemp("tables")
    with django_db_blocker.unblock(), connected(folder):
        for alias in DATABASES:
            call_command("migrate", database=alias, interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    return folder


@pytest.fixture
def anna(tables: Path, tmp_path: Path, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[models.Staff]:
    """Give a worker, in tables of this test's own."""
    shutil.copytree(tables, tmp_path / "tables")
    with django_db_blocker.unblock(), connected(tmp_path / "tables"):
        yield models.Staff.objects.create_user("anna", role=models.Role.WORKER)


@pytest.fixture
def ours(table: Table) -> Iterator[Recorder]:
    """Our recorder, in a recording that runs."""
    with recording_room():
        table.everyone()
        table.reveal()
        recorder = Recorder(table)
        recording.ready(table.id, table.phones["Bram"], records=True)
        recording.start(table.id)
        recorder.hello()
        yield recorder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    return tmp_path / "keyring"


def send(recorder: Recorder, many: int) -> Path:
    """Record so many seconds, and bring them into the file of the track."""
    for _ in range(many):
        recorder.send()
    capturing.room().spool.settle(recorder.track)
    return Store(places.tracks()).path(recorder.track)


def newest(folder: Path) -> manifest.Set:
    return manifest.sets(folder)[-1]


def copy_of(folder: Path, track: Path) -> Path:
    return folder / "tracks" / track.parent.name / track.name


def rows(database: Path, table: str) -> int:
    with sqlite3.connect(database) as opened:
        return int(opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_what_the_journal_names_is_in_the_copy_also_what_stands_in_the_log_alone(ours: Recorder, folder: Path) -> None:
    for _ in range(12):
        ours.send()
    fact = capturing.checkpoint(ours.table.id)
    assert fact is not None
    ledger.append(ours.table.id, fact)
    assert not Store(places.tracks()).path(ours.track).exists()
    backing.back_up(folder, None)
    logs = list((newest(folder).folder / "spool").glob("*.log"))
    assert len(logs) == 1
    content = logs[0].read_bytes()
    assert all(ours.session.leaves[number] in content for number in range(fact.tracks[0].last + 1))


def test_only_what_came_behind_is_written(ours: Recorder, folder: Path) -> None:
    track = send(ours, 5)
    first = backing.back_up(folder, None)
    assert first.written == first.read == track.stat().st_size
    copy = copy_of(folder, track)
    before = copy.stat()
    ours.table.time.turn(1)
    again = backing.back_up(folder, None)
    assert again.written == 0
    assert copy.stat().st_mtime_ns == before.st_mtime_ns
    send(ours, 3)
    third = backing.back_up(folder, None)
    assert third.written == track.stat().st_size - first.written
    assert copy.read_bytes() == track.read_bytes()
    sizes = [next(iter(one.manifest.tracks.values())).size for one in manifest.sets(folder)]
    assert sizes == [first.written, first.written, track.stat().st_size]


def test_a_torn_end_is_left_out_until_it_is_whole(ours: Recorder, folder: Path) -> None:
    track = send(ours, 4)
    whole = track.read_bytes()
    for end in (len(whole) - 1, len(whole) - 4000, len(whole) - 4600):
        track.write_bytes(whole[:end])
        done = backing.back_up(folder, None)
        assert done.wrong == []
        copied = copy_of(folder, track).read_bytes()
        assert whole.startswith(copied)
        assert len(copied) < end
        ours.table.time.turn(1)
    track.write_bytes(whole)
    assert backing.back_up(folder, None).wrong == []
    assert copy_of(folder, track).read_bytes() == whole


@pytest.mark.parametrize("harm", ["changed", "shorter", "gone"])
def test_what_is_damaged_never_takes_the_place_of_what_is_good(ours: Recorder, folder: Path, harm: str) -> None:
    track = send(ours, 4)
    backing.back_up(folder, None)
    good = track.read_bytes()
    ours.table.time.turn(1)
    if harm == "gone":
        track.unlink()
    else:
        track.write_bytes(
            good[:-2000] if harm == "shorter" else good[:-2000] + bytes((good[-2000] ^ 1,)) + good[-1999:]
        )
    done = backing.back_up(folder, None)
    assert len(done.wrong) == 1
    assert track.stem in done.wrong[0]
    assert "the copy of before is kept" in done.wrong[0]
    assert copy_of(folder, track).read_bytes() == good
    assert newest(folder).manifest.tracks[f"{track.parent.name}/{track.name}"].size == len(good)


def test_a_copy_that_somebody_threw_away_is_made_again(ours: Recorder, folder: Path) -> None:
    track = send(ours, 4)
    backing.back_up(folder, None)
    copy_of(folder, track).unlink()
    ours.table.time.turn(1)
    assert backing.back_up(folder, None).written == track.stat().st_size
    assert copy_of(folder, track).read_bytes() == track.read_bytes()


def test_sound_whose_key_is_destroyed_goes_with_the_last_set_that_names_it(ours: Recorder, folder: Path) -> None:
    track = send(ours, 2)
    backing.back_up(folder, None)
    destroying.destroy_part(ours.table.id, 1, ground=Ground.REQUEST, certain_at=now_ms())
    track.unlink()
    ours.table.time.turn(1)
    assert backing.back_up(folder, None, keep=2).wrong == []
    assert copy_of(folder, track).exists()
    ours.table.time.turn(1)
    assert "set" in backing.back_up(folder, None, keep=2).thrown_away[0]
    assert not copy_of(folder, track).exists()


def test_no_older_copy_of_the_keyring_stays_than_the_house_says(
    ours: Recorder, folder: Path, keyring: Path, time: Clock
) -> None:
    backing.back_up(folder, keyring)
    first = newest(keyring).folder
    time.turn(29 * DAY_S)
    assert backing.back_up(folder, keyring).thrown_away == []
    time.turn(2 * DAY_S)
    assert backing.back_up(folder, keyring).thrown_away == [f"keyring {first.name}"]
    assert not first.exists()
    assert len(manifest.sets(keyring)) == 2


def test_what_people_answered_to_an_open_question_is_in_no_backup(ours: Recorder, folder: Path, keyring: Path) -> None:
    send(ours, 1)
    sealed = b"sealed answer of Carla, one of them"
    models.PrivateAnswer.objects.create(conversation="c" * 32, question="q" * 32, seat=3, sealed=sealed)
    backing.back_up(folder, keyring)
    assert rows(newest(keyring).folder / "keyring.sqlite3", "casework_privateanswer") == 0
    for path in [*folder.rglob("*"), *keyring.rglob("*")]:
        assert not path.is_file() or sealed not in path.read_bytes(), path


def test_keys_and_sessions_are_not_in_the_first_folder(ours: Recorder, folder: Path, keyring: Path) -> None:
    send(ours, 1)
    backing.back_up(folder, keyring)
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for wrapped in models.WrappedKey.objects.values_list("wrapped", flat=True):
        assert bytes(wrapped) not in content
    assert (places.keys() / "organisation.key").read_bytes() not in content
    database = newest(folder).folder / "default.sqlite3"
    assert rows(database, "django_session") == 0
    assert rows(database, "casework_entry") == models.Entry.objects.count()
    assert rows(newest(keyring).folder / "keyring.sqlite3", "casework_wrappedkey") == 2
    for path in [*folder.rglob("*"), *keyring.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_folders_lie_apart_and_hold_nothing_else(ours: Recorder, folder: Path, keyring: Path, house: Path) -> None:
    for one, other in ((folder, folder), (folder, folder / "keys"), (house / "copy", keyring), (house.parent, keyring)):
        with pytest.raises(BackingError, match="kept apart"):
            backing.back_up(one, other)
    folder.mkdir()
    (folder / "holiday.jpg").touch()
    with pytest.raises(BackingError, match=r"holiday\.jpg"):
        backing.back_up(folder, keyring)
    (folder / "holiday.jpg").unlink()
    backing.back_up(folder, keyring)
    with pytest.raises(BackingError, match="something else"):
        backing.back_up(keyring, None)
    with manifest.opened(folder), pytest.raises(BackingError, match="another backup"):
        backing.back_up(folder, None)


def test_a_backup_of_another_installation_is_never_added_to(ours: Recorder, folder: Path) -> None:
    backing.back_up(folder, None)
    (places.keys() / "organisation.key").write_bytes(bytes(32))
    with pytest.raises(BackingError, match="something else"):
        backing.back_up(folder, None)


def test_a_set_that_was_never_finished_does_not_exist(ours: Recorder, folder: Path) -> None:
    backing.back_up(folder, None)
    unfinished = folder / "sets" / "20200101T000000000Z.part"
    unfinished.mkdir()
    (unfinished / "default.sqlite3").touch()
    assert len(manifest.sets(folder)) == 1
    ours.table.time.turn(1)
    backing.back_up(folder, None)
    assert not unfinished.exists()


def test_damage_is_found_before_anything_is_put_back(ours: Recorder, folder: Path, keyring: Path) -> None:
    track = send(ours, 4)
    backing.back_up(folder, keyring)
    source = restoring.find(folder, keyring)
    assert list(restoring.verify(source)) == []
    files = [
        copy_of(folder, track),
        newest(folder).folder / "default.sqlite3",
        newest(keyring).folder / "keyring.sqlite3",
        newest(keyring).folder / "organisation.key",
    ]
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
        assert len(list(restoring.verify(source))) == 1, path
        path.unlink()
        assert "gone" in next(restoring.verify(source))
        path.write_bytes(whole)
    with pytest.raises(BackingError, match="is not empty"):
        restoring.see_room(source)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": 2}', b'{"format": 1, "files": {}, "tracks": 3}'])
def test_a_manifest_that_is_none_is_said_to_be(ours: Recorder, folder: Path, content: bytes) -> None:
    backing.back_up(folder, None)
    (newest(folder).folder / "manifest.json").write_bytes(content)
    with pytest.raises(BackingError):
        manifest.sets(folder)


def test_no_chunk_falls_between_the_log_and_the_files(house: Path, tmp_path: Path) -> None:
    """Chunks leave the log for the files while both are copied, again and again."""
    writer = logs.open_spool(house, segment=40_000)
    devices = [logs.Recorder(bytes((n,)) * 16) for n in range(1, 5)]
    ended = threading.Event()

    def load(device: logs.Recorder) -> None:
        while not ended.is_set():
            device.send(writer)
            if device.chain.durable.number % 7 == 0:
                writer.settle(device.track)

    threads = [threading.Thread(target=load, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    reached: list[tuple[Path, list[int]]] = []
    for number in range(20):
        copy = tmp_path / f"copy{number}"
        copy.mkdir()
        while min(device.chain.durable.number for device in devices) < 3 * number:
            ended.wait(0.005)
        reached.append((copy, [device.chain.durable.number for device in devices]))
        backing._copy_logs(copy)
        backing._copy_tracks(copy / "tracks", [], backing.Backup())
    ended.set()
    for thread in threads:
        thread.join()
    writer.stop()
    assert min(reached[-1][1]) >= 57
    for copy, durable in reached:
        again = logs.open_spool(copy)
        again.stop()
        for device, last in zip(devices, durable, strict=True):
            with logs.opened(again.store, device.track) as track:
                track.verify_chain()
                assert len(track) > last
                assert [chunk.body for chunk in track] == [device.bodies[n] for n in range(len(track))]


# What was destroyed stays destroyed ----------------------------------------------------------------------


def test_a_destruction_is_on_the_list_before_the_key_is_gone(ours: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(destroying, "_note", broken)
    with pytest.raises(KeyboardInterrupt):
        destroying.destroy_part(ours.table.id, 1, ground=Ground.REQUEST, certain_at=1)
    assert models.WrappedKey.objects.filter(owner=ours.ticket.track).exists()
    monkeypatch.undo()
    destroying.destroy_part(ours.table.id, 1, ground=Ground.REQUEST, certain_at=1)
    destroying.destroy_part(ours.table.id, 1, ground=Ground.REQUEST, certain_at=1)
    assert [one.keys for one in destroying.listed()] == [(ours.ticket.track,)]
    assert not models.WrappedKey.objects.filter(owner=ours.ticket.track).exists()


def test_a_torn_line_of_the_list_is_cut_off(ours: Recorder) -> None:
    destroying.destroy_part(ours.table.id, 1, ground=Ground.REQUEST, certain_at=1)
    with places.destroyed().open("ab") as out:
        out.write(b'{"at": 1, "conv')
    assert len(list(destroying.listed())) == 1
    destroying.destroy_conversation(ours.table.id, ground=Ground.RETENTION_ENDED, certain_at=2)
    assert [one.part for one in destroying.listed()] == [1, None]
    assert not models.WrappedKey.objects.filter(conversation=ours.table.id).exists()


def test_keys_that_an_old_copy_brings_back_are_destroyed_again(ours: Recorder, folder: Path, keyring: Path) -> None:
    kept = list(models.WrappedKey.objects.values())
    destroying.destroy_part(ours.table.id, 1, ground=Ground.REQUEST, certain_at=77)
    backing.back_up(folder, keyring)
    places.destroyed().unlink()
    for path in (folder / "destroyed.jsonl", keyring / "destroyed.jsonl"):
        assert len(list(destroying.listed(path))) == 1
    ours.table.time.turn(1)
    backing.back_up(folder, keyring)  # what stood on the list of the backup stays on it
    destroying.write(destroying.listed(folder / "destroyed.jsonl"), places.destroyed())
    models.WrappedKey.objects.all().delete()
    models.WrappedKey.objects.bulk_create(models.WrappedKey(**row) for row in kept)
    recording.stop(ours.table.id)
    assert destroying.again() == (1, 1)
    part = ledger.state(ours.table.id).parts[1]
    assert part.erased is Ground.REQUEST
    assert destroying.again() == (0, 0)
    told = [fact for fact in ours.table.facts() if isinstance(fact, facts.PartErased)]
    assert [fact.certain_at for fact in told] == [77]


def test_a_journal_that_says_erased_is_enough(ours: Recorder) -> None:
    recording.stop(ours.table.id)
    ledger.append(ours.table.id, facts.PartErased(at=now_ms(), part=1, ground=Ground.REQUEST, certain_at=1))
    assert destroying.again() == (1, 0)
    assert not models.WrappedKey.objects.filter(owner=ours.ticket.track).exists()


def test_the_seal_goes_along_with_the_keys_and_comes_back(ours: Recorder, folder: Path, keyring: Path) -> None:
    certifying.make_seal("Veilig Thuis Voorbeeldstad")
    certifying.renew("Veilig Thuis Voorbeeldstad")
    files = {str(path.relative_to(certifying.folder())) for path in certifying.files()}
    assert len(files) == 3
    backing.back_up(folder, keyring)
    kept = newest(keyring)
    assert {name for name in kept.manifest.files if name.startswith("seal/")} == {f"seal/{name}" for name in files}
    assert (kept.folder / "seal" / "seal.pem").read_bytes() == (certifying.folder() / "seal.pem").read_bytes()
    assert not [path for path in folder.rglob("*") if path.suffix == ".pem"]
