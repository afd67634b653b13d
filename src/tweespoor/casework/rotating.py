"""Changes the organisation's key: everything that hangs on it is wrapped anew, and then the old key is gone.

It may be interrupted at any moment and is begun again by the same command.  The new key stands durably beside the old
one before anything is wrapped by it; each row is tried with the new key first, so what was done is not done again; only
when nothing hangs on the old key any more does the new one take its place, and the old one is overwritten.  The server
does not run meanwhile, for it holds the old key in memory.

Sound is not encrypted anew: tracks have keys of their own, and those hang on keys that are wrapped anew.
"""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from tweespoor.casework import announcing, models, occupying, places, planning, staffing, trackkeys
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.witnessing import witness
from tweespoor.errors import DamagedError
from tweespoor.seal import keys
from tweespoor.tape.store import sync_folder

_AT_ONCE: Final = 200
_HELD: Final = (models.WrappedKey.Kind.CONVERSATION, models.WrappedKey.Kind.JOURNAL)
_SECRETS: Final = ("secret", "seed")
"""What the factor of somebody who works here keeps encrypted."""


def is_interrupted() -> bool:
    """Tell whether a change of the key was begun and not finished."""
    return _next().exists()


def rotate(told: Callable[[str, int], None] = lambda _what, _count: None) -> None:
    """Change the organisation's key, or finish a change that was interrupted; ``told`` hears how far it is.

    Raises OccupiedError while the server runs, DamagedError where something opens with neither key.
    """
    with occupying.alone():
        old = trackkeys.organisation_key()
        new = keys.load_organisation_key(_next()) if is_interrupted() else keys.make_organisation_key(_next())
        if new == old:  # interrupted between the last two steps
            _next().unlink()
            return
        told("keys", _wrapped(old, new))
        told("second factors", _factors(staffing.factor_key(old), staffing.factor_key(new)))
        told("announcements", _announcements(announcing.beforehand_key(old), announcing.beforehand_key(new)))
        told("invitations", planning.invite_anew(new))
        _take_over(old)
        witness("keys.rotate")


def _wrapped(old: bytes, new: bytes) -> int:
    done = 0
    rows = models.WrappedKey.objects.filter(kind__in=_HELD).order_by("pk")
    for some in _some(list(rows.values_list("pk", flat=True))):
        with transaction.atomic(using=ALIAS):
            for row in models.WrappedKey.objects.filter(pk__in=some):
                fresh = _again(old, new, bytes(row.wrapped), row.kind, row.owner)
                if fresh is not None:
                    models.WrappedKey.objects.filter(pk=row.pk).update(wrapped=fresh)
                    done += 1
    return done


def _factors(old: bytes, new: bytes) -> int:
    done = 0
    with transaction.atomic():
        for row in Authenticator.objects.all():
            changed = dict(row.data)
            for name in _SECRETS:
                if isinstance(hidden := changed.get(name), str):
                    fresh = _again(old, new, base64.b64decode(hidden), "factor", "")
                    if fresh is not None:
                        changed[name] = base64.b64encode(fresh).decode()
            if changed != row.data:
                row.data = changed
                row.save(update_fields=["data"])
                done += 1
    return done


def _announcements(old: bytes, new: bytes) -> int:
    done = 0
    with transaction.atomic(using=ALIAS):
        for row in models.Announcement.objects.exclude(sealed=b""):
            fresh = _again(old, new, bytes(row.sealed), announcing.KIND, row.pk)
            if fresh is not None:
                models.Announcement.objects.filter(pk=row.pk).update(sealed=fresh)
                done += 1
    return done


def _again(old: bytes, new: bytes, wrapped: bytes, kind: str, owner: str) -> bytes | None:
    """Wrap by the new key what the old one wrapped; None when that was done before."""
    try:
        keys.unwrap(new, wrapped, kind, owner)
    except DamagedError:
        return keys.wrap(new, keys.unwrap(old, wrapped, kind, owner), kind, owner)
    return None


def _some(numbers: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(numbers), _AT_ONCE):
        yield numbers[at : at + _AT_ONCE]


# Files -----------------------------------------------------------------------------------------------


def _next() -> Path:
    return places.keys() / "organisation.key.next"


def _take_over(old: bytes) -> None:
    """Put the new key in the place of the old one, whole or not at all, and overwrite the old one."""
    path = places.keys() / "organisation.key"
    before = os.open(path, os.O_WRONLY)
    try:
        _next().replace(path)
        sync_folder(path.parent)
        os.pwrite(before, bytes(len(old)), 0)
        os.fsync(before)
    finally:
        os.close(before)
