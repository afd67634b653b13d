"""Brings a backup back into an empty place: everything is verified first, and what was destroyed stays destroyed.

The set for keys may be newer than the set for the rest, never the other way round: then newer sound has no keys.
After the files are there the shared log is replayed, keys that were destroyed since are destroyed again, codes and
invitations that were ended since are ended again with every session, and every journal and track is read (`checking`).
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from tweespoor.casework import destroying, models, places, planning, polling, receiving, snapshots
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.manifest import KEYRING, MAIN, BackingError, Kept, Set, copied, hashed, sets
from tweespoor.errors import DamagedError
from tweespoor.tape.spool import Spool
from tweespoor.tape.store import Store


@dataclass(frozen=True, slots=True)
class Source:
    """What is brought back, and the lists of destroyed keys that come with it."""

    folder: Path
    main: Set
    keys: Set
    lists: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """What was done after the files were there: keys destroyed again, facts added, track files taken away or cut.

    ``dropped`` counts conversations that had been dropped since and came back, without keys; ``ended`` codes and
    invitations that had been ended since; ``asked`` questions that
    everyone answers anew, for no backup holds an answer.
    """

    destroyed: int
    told: int
    orphans: int
    cut: int
    dropped: int
    ended: int
    asked: int


def find(folder: Path, keyring: Path, *, chosen: str = "", lists: tuple[Path, ...] = ()) -> Source:
    """Find the newest set, or the one that was chosen, and the newest keyring; raises BackingError."""
    found = [one for one in _of(folder, MAIN) if not chosen or one.folder.name == chosen]
    if not found:
        there = ", ".join(one.folder.name for one in _of(folder, MAIN)) or "none"
        raise BackingError(f"{folder} holds no such set; there: {there}")
    keys = _of(keyring, KEYRING)
    if not keys:
        raise BackingError(f"{keyring} holds no copy of the keyring")
    main, newest = found[-1], keys[-1]
    if main.manifest.house != newest.manifest.house:
        raise BackingError(f"{keyring} is of another installation than {folder}")
    for path in lists:
        if not path.is_file():
            raise BackingError(f"{path} is not there")
    own = (folder / "destroyed.jsonl", keyring / "destroyed.jsonl")
    return Source(folder, main, newest, (*(path for path in own if path.exists()), *lists))


def verify(source: Source) -> Iterator[str]:
    """Read everything that would be brought back, and give a sentence for each file that is not as it was copied."""
    for one in (source.main, source.keys):
        for name, kept in one.manifest.files.items():
            yield from _compare(one.folder / name, kept, name)
    for name, kept in source.main.manifest.tracks.items():
        yield from _compare(source.folder / "tracks" / name, kept, f"track {Path(name).stem}")
    for path in source.lists:
        try:
            list(destroying.read(path))
        except DamagedError as damage:
            yield str(damage)


def see_room(source: Source) -> None:
    """See that the place is empty and of the same engine; raises BackingError."""
    home = places.home()
    if home.exists() and any(home.iterdir()):
        raise BackingError(f"{home} is not empty; a backup is brought back into an empty folder only")
    for alias, one in (("default", source.main), (ALIAS, source.keys)):
        if snapshots.vendor(alias) != one.manifest.vendor:
            raise BackingError(f"this backup is of {one.manifest.vendor}; set the databases as they were then")
        if not snapshots.is_empty(alias):
            raise BackingError(f"the database {alias} is not empty; make an empty one first")


def place(source: Source) -> None:
    """Put everything in its place; the keys come last, so that what broke off is no installation."""
    home = places.home()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    try:
        _place(source, home)
    except BaseException:
        connections.close_all()
        for made in home.iterdir():  # it was empty before
            shutil.rmtree(made) if made.is_dir() else made.unlink()
        raise


def _place(source: Source, home: Path) -> None:
    main, keys = source.main, source.keys
    for name, kept in main.manifest.tracks.items():
        _copy(source.folder / "tracks" / name, places.tracks() / name, kept)
    places.tracks().mkdir(mode=0o700, exist_ok=True)
    for name, kept in main.manifest.files.items():
        if name != snapshots.name_of("default"):
            _copy(main.folder / name, home / name, kept)
    snapshots.put_back("default", main.folder / snapshots.name_of("default"))
    snapshots.put_back(ALIAS, keys.folder / snapshots.name_of(ALIAS))
    entries = [*destroying.read(), *(one for path in source.lists for one in destroying.read(path))]
    destroying.write(entries, places.destroyed())
    for name, kept in keys.manifest.files.items():
        if name != snapshots.name_of(ALIAS):  # the seal, and the key above all keys
            _copy(keys.folder / name, places.keys() / name, kept)
    os.sync()


def settle() -> Brought:
    """Make of the files an installation: replay the log, destroy again what was destroyed, tidy the tracks."""
    store = Store(places.tracks())
    spool = Spool(places.spool(), store, lambda _: None)
    spool.start()
    spool.stop()
    destroyed, told = destroying.again()
    known = set(models.Track.objects.values_list("pk", flat=True))
    orphans = cut = 0
    for path in list(places.tracks().glob("*/*.track")):
        if path.stem not in known:
            store.forget(bytes.fromhex(path.stem))
            orphans += 1
            continue
        contents = store.contents(bytes.fromhex(path.stem))
        if contents.damaged == [contents.end]:  # a torn end, of a record that nobody was told is safe
            os.truncate(path, contents.end)
            cut += 1
    given = receiving.settle()
    for path in list(places.tracks().glob("*/*.given")):
        if path.stem not in given:
            path.unlink()
            orphans += 1
    gone = [one.conversation for one in destroying.listed() if one.part is None]
    dropped = models.Conversation.objects.filter(pk__in=gone).count()
    return Brought(destroyed, told, orphans, cut, dropped, _end_again(), polling.ask_anew())


def _end_again() -> int:
    """Let nobody in whom a backup would: every session ends, and what was ended stays so; gives how many of those."""
    models.Hearing.objects.all().delete()
    models.Visitor.objects.all().delete()
    models.Conversation.objects.exclude(join_token="").update(code_until_ms=0, figures="", join_token="")
    gone = destroying.ended()
    found = 0
    for pk, code in models.ListeningCode.objects.filter(ended_ms=None).values_list("pk", "code_sha256"):
        if code in gone:
            found += models.ListeningCode.objects.filter(pk=pk).update(ended_ms=now_ms())
    for plan in models.Plan.objects.filter(conversation=None):
        while plan.invitation_sha256 in gone:  # it may have been renewed more than once
            planning.renew(plan)
            plan.refresh_from_db()
            found += 1
    return found


def without_keys() -> int:
    """Count the tracks that have no key, though no journal says that their part was erased."""
    owners = set(models.WrappedKey.objects.filter(kind=models.WrappedKey.Kind.TRACK).values_list("owner", flat=True))
    erased = {(one.conversation, one.part) for one in destroying.listed()}
    rows = models.Track.objects.values_list("pk", "conversation_id", "part")
    return sum(
        track not in owners and not {(conversation, part), (conversation, None)} & erased
        for track, conversation, part in rows
    )


def _of(folder: Path, what: str) -> list[Set]:
    if not folder.is_dir():
        raise BackingError(f"{folder} is not there")
    found = sets(folder)
    if any(one.manifest.what != what for one in found):
        raise BackingError(f"{folder} is not the folder of the {'keyring' if what == KEYRING else 'backup itself'}")
    return found


def _compare(path: Path, kept: Kept, name: str) -> Iterator[str]:
    if not path.is_file():
        yield f"{name} is gone from the backup"
    elif hashed(path, kept.size) != kept:
        yield f"{name} is not as it was copied"


def _copy(source: Path, target: Path, kept: Kept) -> None:
    """Copy a file that was verified, and see that it is still that."""
    if copied(source, target, kept.size) != kept:
        raise BackingError(f"{source} changed while it was read")
