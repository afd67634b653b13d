"""One shared write-ahead log for all tracks: group commit, rotation, and replay after a crash.

A thread of its own takes everything that waits, writes it behind one marker and calls ``fdatasync`` once; only then
do the chains advance and do those who wait hear of it.  A thousand tracks so cost the disk what one track costs.

*When a write fails* every queued chunk is told so and every chain falls back to what is durable.  ``ENOSPC`` while
writing: the log is cut back to its last good byte and a reserve is given free, so that the database can still write;
chunks are refused until the reserve can be made again.  Any other error, and every error of ``fdatasync``: the
kernel may have dropped the pages and would report success next time, so that file is never trusted again; a new one
is begun, whose first marker says how much of the old one was good.

*Rotation.*  A log that is full is copied, track by track, into the files of the `Store` and then removed.
*Replay.*  What a crash left is read, a torn tail cut, and copied likewise.  A log with damage in what was durable is
copied as far as it can be read and kept aside under the name ``.damaged``.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tweespoor.errors import TweespoorError
from tweespoor.tape import record
from tweespoor.tape.record import Marker
from tweespoor.tape.store import Store, sync_folder, write_all
from tweespoor.tape.track import Chain, Point

SEGMENT: Final = 256 << 20  # bytes of one log before it is rotated
RESERVE: Final = 16 << 20
_PACE_S: Final = 0.01  # from one group to the next, so that under load a group holds more
_GENTLE: Final = 3  # rotation rests this many times as long as it worked
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class FullError(TweespoorError):
    """The disk is full; nothing was stored."""


class UnwrittenError(TweespoorError):
    """It could not be made durable, or what it was to follow could not; nothing was stored."""


@dataclass(slots=True, eq=False)
class Write:
    """One record on its way to the disk.

    ``point`` is where its chain stands once it is durable; None for a record that moves no chain.  ``done`` is set
    at the end, ``error`` when it failed.  ``waiter`` belongs to whoever waits and is not looked at.
    """

    chain: Chain
    content: bytes
    point: Point | None
    waiter: object = None
    done: bool = False
    error: TweespoorError | None = None


@dataclass(slots=True)
class _Log:
    number: int
    path: Path
    file: int
    good: int = 0
    records: dict[bytes, list[tuple[int, int]]] = field(default_factory=dict)


class Spool:
    """The write-ahead log of one server process, over a store.

    ``told`` is called on the writer's thread with everything that was settled at once.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        told: Callable[[Sequence[Write]], None],
        *,
        segment: int = SEGMENT,
        reserve: int = RESERVE,
    ) -> None:
        self.folder = folder
        self.store = store
        self._told = told
        self._segment = segment
        self._reserve = reserve
        self._wake = threading.Condition()
        self._queue: list[Write] = []
        self._queued_bytes = 0
        self._ending = False
        self._over = threading.Event()
        self._log: _Log | None = None
        self._old: list[_Log] = []
        self._before = (0, 0)
        self._next = 1
        self._rotating = threading.Lock()
        self._rotate = threading.Event()
        self._threads: list[threading.Thread] = []
        self.is_full = False
        self.damaged: list[Path] = []

    # Life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Replay what a crash left, then begin to write."""
        for folder in (self.folder, self.store.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._replay()
        self._ending = False
        self._over.clear()
        self._make_reserve()
        self._threads = [
            threading.Thread(target=self._write_always, name="spool", daemon=True),
            threading.Thread(target=self._rotate_always, name="rotation", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Write what waits, rotate everything, and end."""
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        self._over.set()
        self._rotate.set()
        for thread in self._threads:
            thread.join()
        self._threads = []
        if self._log is not None:
            self._retire(self._log)
            self._log = None
        self._rotate_all()

    # Writing ---------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Give how many bytes wait for the disk."""
        return self._queued_bytes

    def add(self, writes: Sequence[Write], tip: Point) -> None:
        """Queue records of one chain, all or none; ``tip`` is the point on which the first stands.

        Raises FullError, or UnwrittenError when the chain fell back meanwhile, or when nobody writes.
        """
        if self.is_full and not self._has_room():
            raise FullError("the disk is full")
        with self._wake:
            chain = writes[0].chain
            if self._ending or not self._threads or chain.tip != tip or chain.shut:
                raise UnwrittenError("what this was to follow is not there")
            for write in writes:
                if write.point is not None:
                    chain.tip = write.point
                self._queued_bytes += len(write.content)
            self._queue.extend(writes)
            self._wake.notify()

    def shut(self, chain: Chain) -> bool:
        """Let a chain take nothing more; False, and nothing is done, while something of it is on its way."""
        with self._wake:
            if chain.tip != chain.durable:
                return False
            chain.shut = True
            return True

    def _write_always(self) -> None:
        begun = 0.0
        while True:
            with self._wake:
                while not self._queue and not self._ending:
                    self._wake.wait()
                if not self._queue:
                    return
            rest = begun + _PACE_S - time.monotonic()
            if rest > 0:
                time.sleep(rest)
            begun = time.monotonic()
            with self._wake:
                group, self._queue = self._queue, []
                self._queued_bytes = 0
            try:
                log, offset = self._commit(group)
            except OSError as error:
                self._told(self._fail(group, error))
                continue
            with self._wake:
                for write in group:
                    log.records.setdefault(write.chain.track, []).append((offset, len(write.content)))
                    offset += len(write.content)
                    if write.point is not None:
                        write.chain.durable = write.point
                    write.done = True
            self._told(group)

    def _commit(self, group: Sequence[Write]) -> tuple[_Log, int]:
        """Make a group durable; gives its log and where in it the first record stands."""
        log = self._writable()
        marker = record.mark(Marker(log.number, log.good, *self._before))
        content = b"".join((marker, *(write.content for write in group)))
        try:
            write_all(log.file, content)
        except OSError as error:
            if error.errno not in _FULL or not self._cut_back(log):
                self._abandon(log)
            raise
        try:
            os.fdatasync(log.file)
        except OSError:
            self._abandon(log)
            raise
        first = log.good + len(marker)
        log.good += len(content)
        return log, first

    def _fail(self, group: Sequence[Write], error: OSError) -> Sequence[Write]:
        with self._wake:
            failed = [*group, *self._queue]
            self._queue, self._queued_bytes = [], 0
            if error.errno in _FULL:
                self.is_full = True
            for write in failed:
                write.chain.rollback()
                write.done = True
                write.error = FullError("the disk is full") if self.is_full else UnwrittenError("the disk failed")
        if self.is_full:
            self._reserve_path.unlink(missing_ok=True)
        return failed

    def _writable(self) -> _Log:
        """Give the log to write in; begins another when there is none, or when it is full."""
        if self.is_full:
            self._make_reserve()
        log = self._log
        if log is not None and log.good >= self._segment:
            self._retire(log)
            self._log = log = None
            self._rotate.set()
        if log is None:
            number = self._next
            self._next += 1
            path = self.folder / f"{number:010d}.log"
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            sync_folder(self.folder)
            self._log = log = _Log(number, path, file)
        return log

    def _retire(self, log: _Log) -> None:
        with suppress(OSError):
            os.close(log.file)
        self._before = (log.number, log.good)
        with self._wake:
            self._old.append(log)

    @staticmethod
    def _cut_back(log: _Log) -> bool:
        """Cut a log back to its last good byte; tell whether that worked."""
        try:
            os.ftruncate(log.file, log.good)
            os.lseek(log.file, log.good, os.SEEK_SET)
        except OSError:
            return False
        return True

    def _abandon(self, log: _Log) -> None:
        """Never trust this file again beyond what was good of it."""
        self._cut_back(log)
        if log.good:
            self._retire(log)
            self._rotate.set()
        else:  # nothing in it was ever acknowledged; the log before it is still the one to speak of
            with suppress(OSError):
                os.close(log.file)
            with suppress(OSError):
                log.path.unlink()
        self._log = None

    # A full disk -----------------------------------------------------------------------------

    @property
    def _reserve_path(self) -> Path:
        return self.folder / "reserve"

    def _has_room(self) -> bool:
        room = os.statvfs(self.folder)
        return room.f_bavail * room.f_frsize > 2 * self._reserve

    def _make_reserve(self) -> None:
        """Set space aside; raises OSError when there is none, save at the start."""
        file = os.open(self._reserve_path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(file, 0, self._reserve)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._reserve_path.unlink(missing_ok=True)
            if self.is_full:
                raise
            self.is_full = True
        else:
            self.is_full = False
        finally:
            os.close(file)

    # Rotation and replay ---------------------------------------------------------------------

    def _rotate_always(self) -> None:
        while not self._over.is_set():
            self._rotate.wait()
            self._rotate.clear()
            try:
                self._rotate_all(gently=True)
            except OSError:
                # The logs stay where they are and are rotated with the next, or at the next start.
                continue

    def _rotate_all(self, *, gently: bool = False) -> None:
        """Copy all logs that are no longer written, one track at a time; gently, it leaves the disk to the writer."""
        while self._old:
            log = self._old[0]
            for track in list(log.records):
                begin = time.monotonic()
                with self._rotating:
                    self._settle(log, track)
                if gently and self._over.wait(_GENTLE * (time.monotonic() - begin)):
                    return
            with self._rotating:
                log.path.unlink()
                sync_folder(self.folder)
                with self._wake:
                    self._old.pop(0)

    def _settle(self, log: _Log, track: bytes) -> None:
        """Copy what is durable of a track from a log into the file of the track."""
        with self._wake:
            places = log.records.pop(track, None)
        if not places:
            return
        file = os.open(log.path, os.O_RDONLY)
        try:
            self.store.add(track, [os.pread(file, length, offset) for offset, length in places])
        except OSError:
            with self._wake:
                log.records[track] = places + log.records.get(track, [])
            raise
        finally:
            os.close(file)

    def settle(self, track: bytes) -> None:
        """Bring everything durable of a track into its file, so that it can be read."""
        with self._rotating:
            with self._wake:
                logs = [*self._old, *([self._log] if self._log is not None else [])]
            for log in logs:
                self._settle(log, track)

    def _replay(self) -> None:
        paths = sorted(self.folder.glob("*.log"))
        readings = [(path, path.read_bytes()) for path in paths]
        good: dict[int, int] = {}
        read = [record.read(content) for _, content in readings]
        for reading in read:
            good.update((marker.before, marker.before_good) for marker in reading.markers[:1])
        for (path, content), reading in zip(readings, read, strict=True):
            number = int(path.stem)
            self._next = max(self._next, number + 1)
            end = good.get(number, reading.good)
            tracks: dict[bytes, list[bytes]] = {}
            for at, length in reading.frames:
                if at + length <= end:
                    one = content[at : at + length]
                    tracks.setdefault(record.header_of(one).track, []).append(one)
            for track, records in tracks.items():
                self.store.add(track, records)
            if reading.damaged:
                aside = path.with_suffix(".damaged")
                path.rename(aside)
                self.damaged.append(aside)
            else:
                path.unlink()
        sync_folder(self.folder)
