"""Makes a backup while recording goes on: journals and sound in one folder, keys in another.

*Consistent without stopping.*  What is copied first may only speak of what is copied later.  So: the database, then
the keyring (a key is durable before anything names it), then the shared log, then the files of the tracks.  A chunk
that the copied journal names was durable before; it stands in a log, or has left it for the file of its track, which
is copied after.  It may stand in both: replay leaves out what is there already.

*Incremental.*  The file of a track only grows, and only by whole records.  Each time all of it is read and hashed; its
part that was copied before must be the same, and only what came behind is written.  What differs is damage: then the
copy of before stays, for it is the good one, and it is said.

*Forgetting.*  Copies of the keyring are thrown away after ``kept_keys_days``: no older one may exist, else it brings
back what was destroyed.  Sound whose keys are gone is thrown away with the last set that names it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final

from tweespoor.casework import certifying, destroying, models, places, settling, snapshots, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.manifest import (
    KEYRING,
    MAIN,
    BackingError,
    Kept,
    Manifest,
    Set,
    copied,
    finish,
    hashed,
    opened,
    sets,
    stamp,
)
from tweespoor.seal import keys
from tweespoor.tape import record
from tweespoor.tape.store import write_all

KEEP: Final = 7
"""How many sets are kept unless told otherwise; they share the files of the tracks."""
_DAY_MS: Final = 86_400_000
_BLOCK: Final = 1 << 20
_READERS: Final = 3
_AGAIN: Final = 3
_HOUSE_FILES: Final = ("house.toml", "theme.css")


@dataclass(slots=True)
class Backup:
    """What came of it; ``wrong`` are sentences on damage, each of a track by its id."""

    at_ms: int = 0
    tracks: int = 0
    written: int = 0
    read: int = 0
    wrong: list[str] = field(default_factory=list)
    thrown_away: list[str] = field(default_factory=list)


def back_up(folder: Path, keyring: Path | None, *, keep: int = KEEP) -> Backup:
    """Make a backup of this installation; raises BackingError when it cannot be made."""
    _see_apart(folder, keyring)
    done = Backup(at_ms=now_ms())
    with opened(folder):
        older = _own(folder, MAIN)
        fresh = _begin(folder, done.at_ms)
        snapshots.take("default", fresh / snapshots.name_of("default"))
        if keyring is not None:
            with opened(keyring):
                _back_up_keys(keyring, done)
        _copy_logs(fresh)
        tracks = _copy_tracks(folder / "tracks", older, done)
        for name in _HOUSE_FILES:
            if (places.home() / name).is_file():
                copied(places.home() / name, fresh / name)
        _copy_list(folder)
        os.sync()
        _finish(fresh, MAIN, "default", done.at_ms, tracks)
        _throw_away(folder, done, keep)
    _tell(done, keys_too=keyring is not None)
    return done


def house_name() -> str:
    """Name this installation by its key, of which it tells nothing: backups of two are never mixed."""
    return keys.derive(trackkeys.organisation_key(), b"tweespoor/backup/1").hex()[:16]


def last_told() -> dict[str, int]:
    """Tell when the last backup was made (ms), by what it was of; nothing where none ever was."""
    try:
        told: dict[str, int] = json.loads(places.backups().read_bytes())
    except (OSError, ValueError):
        return {}
    return told


# Around it ---------------------------------------------------------------------------------------


def _see_apart(folder: Path, keyring: Path | None) -> None:
    homes = [places.home().resolve(), folder.resolve(), *([] if keyring is None else [keyring.resolve()])]
    for one in homes:
        for other in homes:
            if one is not other and (one == other or one in other.parents):
                raise BackingError(f"{other} lies in {one}; the keyring, the rest and the installation are kept apart")


def _own(folder: Path, what: str) -> list[Set]:
    """Give the sets of a folder; those of another installation, or of the other kind, are refused."""
    found = sets(folder)
    for one in found:
        if (one.manifest.what, one.manifest.house) != (what, house_name()):
            raise BackingError(f"{folder} holds backups of something else; give another folder")
    return found


def _begin(folder: Path, at_ms: int) -> Path:
    for unfinished in folder.glob("sets/*.part"):
        shutil.rmtree(unfinished)
    (folder / "sets").mkdir(mode=0o700, exist_ok=True)
    fresh = folder / "sets" / f"{stamp(at_ms)}.part"
    fresh.mkdir(mode=0o700)
    return fresh


def _finish(fresh: Path, what: str, alias: str, at_ms: int, tracks: dict[str, Kept]) -> None:
    files = {str(path.relative_to(fresh)): hashed(path) for path in sorted(fresh.rglob("*")) if path.is_file()}
    vendor = snapshots.vendor(alias)
    finish(fresh, Manifest(what, house_name(), at_ms, version("tweespoor"), vendor, files, tracks))


def _back_up_keys(keyring: Path, done: Backup) -> None:
    """Copy the keyring and the organisation's key, and throw away what is too old."""
    older = _own(keyring, KEYRING)
    fresh = _begin(keyring, done.at_ms)
    snapshots.take(ALIAS, fresh / snapshots.name_of(ALIAS))
    copied(places.keys() / "organisation.key", fresh / "organisation.key")
    for path in certifying.files():
        copied(path, fresh / "seal" / path.relative_to(certifying.folder()))
    _copy_list(keyring)
    os.sync()
    _finish(fresh, KEYRING, ALIAS, done.at_ms, {})
    before = done.at_ms - settling.house().kept_keys_days * _DAY_MS
    for one in older:
        if one.manifest.at_ms < before:
            shutil.rmtree(one.folder)
            done.thrown_away.append(f"keyring {one.folder.name}")


def _copy_list(folder: Path) -> None:
    """Bring the list of destroyed keys up to date; nothing that stood on it is ever taken off."""
    path = folder / "destroyed.jsonl"
    destroying.write([*destroying.read(path), *destroying.read()], path)


def _throw_away(folder: Path, done: Backup, keep: int) -> None:
    found = _own(folder, MAIN)
    for one in found[: -max(1, keep)]:
        shutil.rmtree(one.folder)
        done.thrown_away.append(f"set {one.folder.name}")
    named = {name for one in found[-max(1, keep) :] for name in one.manifest.tracks}
    for path in (folder / "tracks").glob("*/*"):
        if f"{path.parent.name}/{path.name}" not in named:
            path.unlink()


def _tell(done: Backup, *, keys_too: bool) -> None:
    told = last_told() | {MAIN: done.at_ms} | ({KEYRING: done.at_ms} if keys_too else {})
    places.backups().write_text(json.dumps(told), encoding="ascii")


# Sound -------------------------------------------------------------------------------------------


def _copy_logs(fresh: Path) -> None:
    """Copy the shared log, and what was kept aside of a damaged one."""
    for path in sorted(places.spool().glob("*.log")) + sorted(places.spool().glob("*.damaged")):
        content = _read_log(path)
        if content is not None:
            target = fresh / "spool" / path.name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content)


def _read_log(path: Path) -> bytes | None:
    """Read a log; one that is cut back meanwhile (a full disk) is read again.

    None when it is gone: then its records stand in the files of the tracks, which are copied after this.
    """
    content = b""
    for _ in range(_AGAIN):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        if path.suffix == ".damaged" or not record.read(content).damaged:
            break
    return content


def _copy_tracks(target: Path, older: list[Set], done: Backup) -> dict[str, Kept]:
    """Copy what grew, and give what there is of each track now; what cannot be trusted stays as it was before."""
    before: dict[str, Kept] = {}
    for earlier in older:
        before |= earlier.manifest.tracks
    newest = older[-1].manifest.tracks if older else {}
    found = [path for kind in ("*/*.track", "*/*.given") for path in places.tracks().glob(kind)]
    names = sorted(str(path.relative_to(places.tracks())) for path in found)
    target.mkdir(mode=0o700, exist_ok=True)
    for name in names:
        (target / name).parent.mkdir(mode=0o700, exist_ok=True)

    def one(name: str) -> "_Copy":
        return _copy_track(places.tracks() / name, target / name, before.get(name))

    kept: dict[str, Kept] = {}
    with ThreadPoolExecutor(_READERS) as readers:
        for name, copy in zip(names, readers.map(one, names), strict=True):
            done.read += copy.read
            done.written += copy.written
            if copy.wrong:
                done.wrong.append(f"track {Path(name).stem}: {copy.wrong}")
            if copy.kept is not None:
                kept[name] = copy.kept
    for name in newest.keys() - set(names):
        track = Path(name).stem
        if models.WrappedKey.objects.filter(kind__in=destroying.OF_PART, owner=track).exists():
            done.wrong.append(f"track {track}: its file is gone; the copy of before is kept")
            kept[name] = newest[name]
    done.tracks = len(kept)
    return kept


@dataclass(frozen=True, slots=True)
class _Copy:
    """What came of one track: how much was read and written (bytes), and what is wrong with it."""

    kept: Kept | None
    read: int = 0
    written: int = 0
    wrong: str = ""


def _copy_track(source: Path, target: Path, before: Kept | None) -> _Copy:
    """Copy the whole records of a track that are not in the copy yet."""
    try:
        file = source.open("rb", buffering=0)
    except FileNotFoundError:
        return _Copy(None)  # wiped at this moment
    with file:
        size = os.fstat(file.fileno()).st_size
        if before is not None and (not target.exists() or target.stat().st_size < before.size):
            before = None  # somebody threw the copy away
        digest, done = hashlib.sha256(), 0
        if before is not None:
            if size < before.size:
                return _Copy(before, wrong="it is shorter than its copy; the copy of before is kept")
            for block in _blocks(file, before.size):
                digest.update(block)
            if digest.hexdigest() != before.sha256:
                return _Copy(before, size, wrong="it was changed since its copy; the copy of before is kept")
            if size == before.size:
                return _Copy(before, size)
            done = before.size
        out = os.open(target, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(out, done)
            os.lseek(out, done, os.SEEK_SET)
            written = 0
            whole = _blocks if source.suffix == ".given" else _whole_records  # what came from elsewhere is all there
            for records in whole(file, size - done):
                digest.update(records)
                write_all(out, records)
                written += len(records)
        finally:
            os.close(out)
    return _Copy(Kept(done + written, digest.hexdigest()), size, written)


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (block := file.read(min(_BLOCK, size))):
        size -= len(block)
        yield block


def _whole_records(file: BinaryIO, size: int) -> Iterator[memoryview]:
    """Give what is left of a file up to its last whole record.

    A torn end is a record that is being written, or that a crash left: it stands in a log too.  Bytes that are no
    records but have records behind them are damage; they are copied as they stand, `check` finds them.
    """
    rest = b""
    for block in _blocks(file, size):
        rest += block
        at, end = 0, len(rest)
        while at < end:
            length = record.length_at(rest, at, end)
            if not length and end - at >= record.FRAME.size:
                length = record.next_whole(rest, at, end) - at
                if at + length == end:
                    break
            if not length or at + length > end:
                break
            at += length
        yield memoryview(rest)[:at]
        rest = rest[at:]
