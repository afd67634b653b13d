"""The shared log: what was acknowledged is there, whatever happened; what was not is never invented."""

import errno
import os
import shutil
import threading
from pathlib import Path

import pytest
from tests.tape.logs import Recorder, check_is_whole, crash, open_spool, opened, wait

from tweespoor.errors import DamagedError
from tweespoor.tape import record, spool
from tweespoor.tape.spool import FullError, UnwrittenError
from tweespoor.tape.store import Store

ANNA, BRAM = b"A" * 16, b"B" * 16


def test_many_tracks_share_one_log_and_end_in_a_file_each(tmp_path: Path) -> None:
    writer = open_spool(tmp_path)
    tracks = [Recorder(bytes((n,)) * 16) for n in range(20)]
    threads = [threading.Thread(target=track.send, args=(writer, 10)) for track in tracks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list((tmp_path / "spool").glob("*.log"))) == 1
    writer.stop()
    assert not list((tmp_path / "spool").glob("*.log"))
    for track in tracks:
        assert track.chain.durable.number == 9
        check_is_whole(Store(tmp_path / "tracks"), track, 9)


def test_a_full_log_is_rotated_while_others_go_on(tmp_path: Path) -> None:
    writer = open_spool(tmp_path, segment=20_000)
    one, other = Recorder(ANNA), Recorder(BRAM)
    for _ in range(60):
        one.send(writer)
        other.send(writer)
    writer.settle(ANNA)
    check_is_whole(writer.store, one, 59)
    writer.stop()
    check_is_whole(writer.store, one, 59)
    check_is_whole(writer.store, other, 59)
    assert not list((tmp_path / "spool").glob("*.log"))


def test_a_log_cut_at_every_byte_never_invents_nor_loses_what_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 3: power loss."""
    writer = open_spool(tmp_path / "first")
    one, other = Recorder(ANNA), Recorder(BRAM)
    acknowledged: list[tuple[int, int, int]] = []  # (length of the log, chunks of the one, of the other)
    one.send(writer, count=1)
    log = next((tmp_path / "first/spool").glob("*.log"))
    for many in (1, 2):
        for recorder in (one, other):
            recorder.send(writer, many, count=1)
            acknowledged.append((log.stat().st_size, one.chain.durable.number, other.chain.durable.number))
    crash(writer)
    content = log.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda _: None)  # these thousands of copies need not be durable
    for cut in range(len(content) + 1):
        folder = tmp_path / "again"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "spool").mkdir(parents=True)
        (folder / "spool" / log.name).write_bytes(content[:cut])
        replayed = spool.Spool(folder / "spool", Store(folder / "tracks"), lambda _: None, reserve=4096)
        replayed.store.folder.mkdir()
        replayed._replay()
        _, least_one, least_other = max((a for a in acknowledged if a[0] <= cut), default=(0, -1, -1))
        for recorder, least in ((one, least_one), (other, least_other)):
            point = replayed.store.contents(recorder.track).point
            assert point.number >= least, f"lost at {cut}"
            assert not replayed.damaged
            if cut % 97 == 0 or cut == len(content):  # opening every chunk at every byte would take minutes
                check_is_whole(replayed.store, recorder, point.number)


@pytest.mark.parametrize("tail", [b"\0" * 500, b"TSR1", os.urandom(300), b"TSR1\0\0\0\x1d" + bytes(33)])
def test_a_torn_tail_is_cut_and_recording_goes_on(tmp_path: Path, tail: bytes) -> None:
    writer = open_spool(tmp_path)
    one = Recorder(ANNA)
    one.send(writer, 3)
    crash(writer)
    log = next((tmp_path / "spool").glob("*.log"))
    log.write_bytes(log.read_bytes() + tail)
    again = open_spool(tmp_path)
    assert again.store.contents(ANNA).point == one.chain.durable
    one.send(again, 2)
    again.stop()
    check_is_whole(again.store, one, 4)


def test_a_replay_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    writer = open_spool(tmp_path)
    one = Recorder(ANNA)
    one.send(writer, 5)
    writer.settle(ANNA)
    crash(writer)
    path = writer.store.path(ANNA)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 131):
        path.write_bytes(whole[:cut])
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "spool", copy / "spool")
        shutil.copytree(tmp_path / "tracks", copy / "tracks")
        again = open_spool(copy)
        check_is_whole(again.store, one, 4)
        again.stop()
        shutil.rmtree(copy)


def test_damage_in_what_was_durable_is_found_and_the_rest_is_kept(tmp_path: Path) -> None:
    """Fault 15: a bit flips on disk, in the log."""
    writer = open_spool(tmp_path)
    one = Recorder(ANNA)
    for _ in range(5):
        one.send(writer)
    crash(writer)
    log = next((tmp_path / "spool").glob("*.log"))
    content = bytearray(log.read_bytes())
    offset, length = record.read(bytes(content)).frames[2]
    content[offset + length // 2] ^= 4
    log.write_bytes(content)
    again = open_spool(tmp_path)
    assert [path.name for path in again.damaged] == [log.with_suffix(".damaged").name]
    with opened(again.store, ANNA) as track:
        assert track.chunk(1).body == one.bodies[1]
        assert track.chunk(4).body == one.bodies[4]
        for number in (2, 3):
            with pytest.raises(DamagedError, match="chunk 2"):
                track.chunk(number)
        with pytest.raises(DamagedError):
            track.verify_chain()
    again.stop()


def failing(monkeypatch: pytest.MonkeyPatch, name: str, code: int, times: int = 1) -> list[int]:
    """Let a call of the operating system fail a few times."""
    left = [times]
    real = getattr(os, name)

    def fail(*given: object) -> object:
        if left[0] > 0 and threading.current_thread().name == "spool":
            left[0] -= 1
            raise OSError(code, os.strerror(code))
        return real(*given)

    monkeypatch.setattr(os, name, fail)
    return left


def test_after_an_error_of_fdatasync_that_file_is_never_trusted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 5."""
    writer = open_spool(tmp_path)
    one, other = Recorder(ANNA), Recorder(BRAM)
    one.send(writer, 2)
    other.send(writer, 1)
    first = next((tmp_path / "spool").glob("*.log")).name
    failing(monkeypatch, "fdatasync", errno.EIO)
    (write,) = one.send(writer)
    assert isinstance(write.error, UnwrittenError)
    assert one.chain.tip == one.chain.durable
    assert one.chain.durable.number == 1
    one.send(writer, 2)
    other.send(writer, 2)
    assert writer._log is not None
    assert writer._log.path.name > first
    crash(writer)
    again = open_spool(tmp_path)
    check_is_whole(again.store, one, 3)
    check_is_whole(again.store, other, 2)
    again.stop()


def test_what_an_abandoned_file_still_holds_is_not_replayed_against_what_came_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 5: the bytes did reach the disk although fdatasync failed, and the refused number came with others."""
    writer = open_spool(tmp_path)
    one = Recorder(ANNA)
    one.send(writer, 2)
    monkeypatch.setattr(spool.Spool, "_cut_back", staticmethod(lambda _: True))
    monkeypatch.setattr(writer._rotate, "set", lambda: None)
    failing(monkeypatch, "fdatasync", errno.EIO)
    one.send(writer)
    tip = one.chain.tip
    changed = one.next(count=7)
    writer.add([changed], tip)
    wait([changed])
    assert changed.error is None
    crash(writer)
    assert len(list((tmp_path / "spool").glob("*.log"))) == 2
    again = open_spool(tmp_path)
    check_is_whole(again.store, one, 2)
    again.stop()


def test_every_queued_successor_of_a_failed_write_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_spool(tmp_path)
    one, other = Recorder(ANNA), Recorder(BRAM)
    one.send(writer)
    held = threading.Event()
    real = os.fdatasync

    def slow(file: int) -> None:
        assert held.wait(10)
        monkeypatch.setattr(os, "fdatasync", real)
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(os, "fdatasync", slow)
    writes = []
    for recorder in (one, one, other, one):
        tip = recorder.chain.tip
        write = recorder.next()
        writer.add([write], tip)
        writes.append(write)
    stale = one.chain.tip
    held.set()
    wait(writes)
    assert all(isinstance(write.error, UnwrittenError) for write in writes)
    assert (one.chain.tip.number, other.chain.tip.number) == (0, -1)
    with pytest.raises(UnwrittenError):
        writer.add([one.next()], stale)
    one.send(writer, 2)
    other.send(writer, 1)
    writer.stop()
    check_is_whole(writer.store, one, 2)
    check_is_whole(writer.store, other, 0)


def test_a_full_disk_is_told_and_forgotten_once_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 4."""
    writer = open_spool(tmp_path)
    one = Recorder(ANNA)
    one.send(writer, 2)
    log = next((tmp_path / "spool").glob("*.log"))
    good = log.stat().st_size
    real = os.write
    full = [True]

    def write(file: int, content: bytes) -> int:
        if full[0] and threading.current_thread().name == "spool":
            if len(content) < 100:
                raise OSError(errno.ENOSPC, "full")
            return real(file, content[:50])  # a full disk takes a part first
        return real(file, content)

    monkeypatch.setattr(os, "write", write)
    (refused,) = one.send(writer)
    assert isinstance(refused.error, FullError)
    assert log.stat().st_size == good
    assert not (tmp_path / "spool" / "reserve").exists()
    monkeypatch.setattr(spool.Spool, "_has_room", lambda _: False)
    with pytest.raises(FullError):
        one.send(writer)
    monkeypatch.setattr(spool.Spool, "_has_room", lambda _: True)
    failing(monkeypatch, "posix_fallocate", errno.ENOSPC)
    (refused,) = one.send(writer)
    assert isinstance(refused.error, FullError)
    full[0] = False
    one.chain.rollback()
    one.send(writer, 3)
    assert (tmp_path / "spool" / "reserve").stat().st_size == 4096
    crash(writer)
    again = open_spool(tmp_path)
    check_is_whole(again.store, one, 4)
    again.stop()


def test_a_real_small_disk_fills_up_and_is_freed(tmp_path: Path) -> None:
    """Fault 4, on a file system of two megabytes where one can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=2m none {disk} 2>/dev/null") != 0:
        pytest.skip("no small file system can be mounted here")
    try:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_500_000))
        writer = open_spool(disk)
        one = Recorder(ANNA)
        outcomes = []
        for _ in range(600):
            try:
                (write,) = one.send(writer, count=50)
            except FullError:
                outcomes.append(False)
                break
            outcomes.append(write.error is None)
            if write.error is not None:
                assert isinstance(write.error, FullError)
                break
        assert outcomes.count(True) > 100
        assert outcomes[-1] is False
        kept = one.chain.durable.number
        ballast.unlink()
        assert all(write.error is None for write in one.send(writer, 5))
        writer.stop()
        check_is_whole(writer.store, one, kept + 5)
    finally:
        os.system(f"umount -l {disk}")
