"""Destroys keys for good, and keeps the list of what was destroyed, so that no backup brings it back.

The list stands outside both databases: one line a destruction, only added to, durable before a key is deleted.  Each
backup takes it along and `restoring` destroys again what stands on it, and what any restored journal calls erased.
Codes and invitations that were ended stand on it too, by their hashes: an old backup must not open a door again.
It holds random ids, hashes, moments and a ground; no names.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.apps import apps
from django.db.models import Q, QuerySet

from tweespoor.casework import ledger, models, places
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keyring import MODELS
from tweespoor.casework.scrubbing import scrub
from tweespoor.errors import DamagedError
from tweespoor.rules import facts
from tweespoor.rules.kinds import Ground

ALONE: Final = 0
"""The number that stands for the part in a destruction of one thing alone: no part bears it, none is wiped by it."""
OF_PART: Final = (
    models.WrappedKey.Kind.TRACK,
    models.WrappedKey.Kind.EXTERNAL,
    models.WrappedKey.Kind.TRANSCRIPT,
    models.WrappedKey.Kind.COMPARISON,
)
"""The keys of what goes with a part: its tracks, and what was made of it elsewhere, written down, or laid beside it."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """One destruction: of the keys of a part, of all that a conversation had (``part`` None), or of one (`ALONE`)."""

    at: int
    conversation: str
    part: int | None
    keys: tuple[str, ...]
    ground: str
    certain_at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Hashes of codes or invitations that let nobody in any more."""

    at: int
    ended: tuple[str, ...]


Noted = Destroyed | Ended


def destroy_part(conversation_id: str, part: int, *, ground: Ground, certain_at: int, last: bool = False) -> None:
    """Destroy the keys of a part; its `PartErased` stands in the journal already, so this may be done again.

    With the ``last`` part goes what was made elsewhere of nobody knows which part.
    ``certain_at`` (ms) is when the last backup of the keyring that holds them has ended.
    """
    rows = of_part(conversation_id, part, last=last)
    gone = dict(rows.values_list("owner", "wrapped"))
    if gone:
        _note(Destroyed(now_ms(), conversation_id, part, tuple(gone), ground.value, certain_at))
        rows.delete()
        scrub([bytes(wrapped) for wrapped in gone.values()])


def destroy_external(conversation_id: str, external_id: str, *, ground: Ground, certain_at: int) -> None:
    """Destroy the key of one recording from elsewhere, and nothing else; doing it again does no harm."""
    rows = models.WrappedKey.objects.filter(kind=models.WrappedKey.Kind.EXTERNAL, owner=external_id)
    gone = [bytes(wrapped) for wrapped in rows.values_list("wrapped", flat=True)]
    if gone:
        _note(Destroyed(now_ms(), conversation_id, ALONE, (external_id,), ground.value, certain_at))
        rows.delete()
        scrub(gone)


def of_part(conversation_id: str, part: int, *, last: bool = False) -> QuerySet[models.WrappedKey]:
    """Give the keys that go with a part; see `destroy_part`."""
    those = Q(kind__in=OF_PART, part=part)
    if last:
        those |= Q(kind=models.WrappedKey.Kind.EXTERNAL, part=None)
    return models.WrappedKey.objects.filter(those, conversation=conversation_id)


def destroy_conversation(conversation_id: str, *, ground: Ground, certain_at: int) -> None:
    """Destroy all that the keyring has of a conversation: keys, disclosures, addresses."""
    gone = dict(models.WrappedKey.objects.filter(conversation=conversation_id).values_list("owner", "wrapped"))
    _note(Destroyed(now_ms(), conversation_id, None, tuple(gone), ground.value, certain_at))
    _forget(conversation_id)
    scrub([bytes(wrapped) for wrapped in gone.values()])


def end(fingerprints: Iterable[str]) -> None:
    """Note codes or invitations that end now; durable when this returns."""
    if gone := tuple(fingerprints):
        _note(Ended(now_ms(), gone))


def listed(path: Path | None = None) -> Iterator[Destroyed]:
    """Read which keys were destroyed; see `read`."""
    return (one for one in read(path) if isinstance(one, Destroyed))


def ended(path: Path | None = None) -> set[str]:
    """Read which codes and invitations were ended; see `read`."""
    return {one for noted in read(path) if isinstance(noted, Ended) for one in noted.ended}


def read(path: Path | None = None) -> Iterator[Noted]:
    """Read the list; nothing where there is none.  A torn last line was never acted upon; other damage is told."""
    path = path or places.destroyed()
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        try:
            told = json.loads(line)
            if "ended" in told:
                yield Ended(told["at"], tuple(told["ended"]))
            else:
                yield Destroyed(**told | {"keys": tuple(told["keys"])})
        except (ValueError, TypeError, KeyError):
            raise DamagedError(f"{path.name}, line {number}", "a destruction", "something else") from None


def write(entries: Iterable[Noted], path: Path) -> None:
    """Write a list anew, durably, each line once."""
    fresh = path.with_suffix(".fresh")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.writelines(dict.fromkeys(map(_line, entries)))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def again() -> tuple[int, int]:
    """Destroy again what the list and the journals call destroyed; gives how many keys, and how many facts it added.

    Where an old journal does not know it yet, the fact is added: its sound is gone, and the journal says so.
    """
    before = models.WrappedKey.objects.count()
    told = 0
    for one in listed():
        if one.part is None:
            _forget(one.conversation)
        models.WrappedKey.objects.filter(owner__in=one.keys).delete()
        if models.Conversation.objects.filter(pk=one.conversation).exists():
            told += _tell(one)
    for conversation_id in models.Conversation.objects.values_list("pk", flat=True):
        erased = [part.part for part in ledger.fold(conversation_id).state.parts.values() if part.erased]
        if erased:
            models.WrappedKey.objects.filter(kind__in=OF_PART, conversation=conversation_id, part__in=erased).delete()
    scrub()
    return before - models.WrappedKey.objects.count(), told


def _tell(one: Destroyed) -> int:
    """Add to a journal what it does not know yet; gives how many parts.

    Notice was given in lines that an older backup does not have; so that the journal still tells of no destruction
    without one, the lock stands in it again, with its end at once.
    """
    state = ledger.state(one.conversation)
    unknown = [part for part in state.parts.values() if part.erased is None and one.part in {None, part.part}]
    ground, now = Ground(one.ground), now_ms()
    if unknown and state.hold is not None:
        ledger.append(one.conversation, facts.HoldLifted(at=now))
    for part in unknown:
        if not state.practice and (part.locked is None or part.erasable_at is None or part.erasable_at > now):
            locked = facts.PartLocked(at=now, part=part.part, ground=ground, erasable_at=now)
            ledger.append(one.conversation, locked)
        fact = facts.PartErased(at=now, part=part.part, ground=ground, certain_at=one.certain_at)
        ledger.append(one.conversation, fact)
    return len(unknown)


def _forget(conversation_id: str) -> None:
    for name in MODELS:
        table = apps.get_model("casework", name)
        if any(field.name == "conversation" for field in table._meta.fields):  # noqa: SLF001 - public by documentation
            table._default_manager.filter(conversation=conversation_id).delete()  # noqa: SLF001 - as above


def _line(one: Noted) -> bytes:
    return json.dumps(asdict(one), sort_keys=True).encode() + b"\n"


def _note(one: Noted) -> None:
    """Add a line, durable when this returns; what a crash left half is closed off first."""
    path = places.destroyed()
    torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    is_new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if torn:
            os.ftruncate(file, path.read_bytes().rfind(b"\n") + 1)
        os.write(file, _line(one))
        os.fsync(file)
    finally:
        os.close(file)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
