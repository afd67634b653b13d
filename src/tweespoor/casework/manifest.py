"""What a backup holds: for each file its size and hash, and for each moment one set.

Two folders, kept apart.  The first holds all but keys::

    sets/20261124T065748123Z/   manifest.json, database, spool/, house.toml
    tracks/ab/ab….track         shared by all sets: such a file only grows, so a set names how much of it was there
    destroyed.jsonl             the list of destroyed keys, of all times

The second holds what can open it, and is kept for days only::

    sets/20261124T065748123Z/   manifest.json, keyring, organisation.key, seal/
    destroyed.jsonl

A set without its manifest was never finished.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tweespoor.errors import TweespoorError
from tweespoor.tape.store import sync_folder

FORMAT: Final = 1
MAIN, KEYRING = "main", "keyring"
_BLOCK: Final = 1 << 20
_OURS: Final = frozenset({"sets", "tracks", "destroyed.jsonl", ".lock", "lost+found"})


class BackingError(TweespoorError):
    """What stands in the way of a backup or of bringing one back, as a sentence for who runs the server."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, or so much of it as there was: bytes and SHA-256 (hex)."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One set: what it is of, when (ms since 1970), and what it holds by name; ``house`` tells installations apart."""

    what: str
    house: str
    at_ms: int
    version: str
    vendor: str
    files: dict[str, Kept] = field(default_factory=dict)
    tracks: dict[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Set:
    """A finished set and its folder."""

    folder: Path
    manifest: Manifest


def stamp(at_ms: int) -> str:
    """Give the name of the set of a moment.

    >>> stamp(1_763_967_468_123)
    '20251124T065748123Z'
    """
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y%m%dT%H%M%S") + f"{at_ms % 1000:03d}Z"


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Have a folder for backups to oneself; one that holds anything else than backups is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    strange = sorted({path.name for path in folder.iterdir()} - _OURS)
    if strange:
        raise BackingError(f"{folder} holds {strange[0]}, which is no backup of ours; give an empty folder")
    file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackingError(f"another backup is being made in {folder}") from None
        yield
    finally:
        os.close(file)


def sets(folder: Path) -> list[Set]:
    """Give the finished sets of a folder, oldest first."""
    found = [Set(path.parent, read(path)) for path in sorted(folder.glob("sets/*/manifest.json"))]
    return sorted(found, key=lambda one: one.manifest.at_ms)


def read(path: Path) -> Manifest:
    """Read a manifest; raises BackingError when it is none, or of another format."""
    try:
        told = json.loads(path.read_bytes())
        if told.pop("format") != FORMAT:
            raise BackingError(f"{path} is of another version of Tweespoor")
        for group in ("files", "tracks"):
            told[group] = {name: Kept(*kept) for name, kept in told[group].items()}
        return Manifest(**told)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackingError(f"{path} is damaged; the set beside it cannot be used") from None


def finish(folder: Path, manifest: Manifest) -> Set:
    """Write the manifest of a set, durably, and give the set its name: from now on it exists."""
    told = asdict(manifest) | {"format": FORMAT}
    for group in ("files", "tracks"):
        told[group] = {name: [kept["size"], kept["sha256"]] for name, kept in sorted(told[group].items())}
    with os.fdopen(os.open(folder / "manifest.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(json.dumps(told, indent=0).encode())
        out.flush()
        os.fsync(out.fileno())
    sync_folder(folder)
    final = folder.with_suffix("")
    folder.rename(final)
    sync_folder(final.parent)
    return Set(final, manifest)


def hashed(path: Path, size: int | None = None) -> Kept:
    """Hash a file, or its first ``size`` bytes; what is shorter than that gives its own size."""
    digest, left = hashlib.sha256(), path.stat().st_size if size is None else size
    done = 0
    with path.open("rb", buffering=0) as file:
        while left and (block := file.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
            done += len(block)
    return Kept(done, digest.hexdigest())


def copied(source: Path, target: Path, size: int | None = None) -> Kept:
    """Copy a file, or its first ``size`` bytes, for our eyes only, and give what was copied."""
    digest, done = hashlib.sha256(), 0
    left = source.stat().st_size if size is None else size
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    out = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb", buffering=0) as file, os.fdopen(out, "wb", buffering=0) as writing:
        while left and (block := file.read(min(_BLOCK, left))):
            digest.update(block)
            writing.write(block)
            left -= len(block)
            done += len(block)
    return Kept(done, digest.hexdigest())
