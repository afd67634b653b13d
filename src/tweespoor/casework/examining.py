"""Looks whether this installation is in order: one line a thing, without names, for whoever runs it.

``wrong`` must be mended, ``look`` is worth a look, ``well`` is well.  It reads and writes nothing else.
"""

import ctypes
import shutil
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max

from tweespoor.casework import backing, certifying, checklist, models, places, settling, snapshots, telling, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.manifest import KEYRING, MAIN
from tweespoor.errors import TweespoorError
from tweespoor.seal import keys

_DAY_MS: Final = 86_400_000
_GB: Final = 1 << 30
_ROOM_WRONG: Final = _GB
_ROOM_LOOK: Final = 10 * _GB
_CERTIFICATE_LOOK_DAYS: Final = 21
_SEAL_LOOK_DAYS: Final = 90
_BACKUP_LOOK_DAYS: Final = 2
_BACKUP_WRONG_DAYS: Final = 8
_AHEAD_MS: Final = 5_000
_NOT_SYNCHRONISED: Final = 5  # TIME_ERROR, adjtimex(2)
_FULL: Final = 2
_ALLOWED: Final = 0o077


class Level(StrEnum):
    """How something stands."""

    WELL = "well"
    LOOK = "look"
    WRONG = "wrong"


class Line(NamedTuple):
    """One thing, how it stands, and what to do about it."""

    level: Level
    about: str
    says: str


WELL, LOOK, WRONG = Level.WELL, Level.LOOK, Level.WRONG


def examine() -> Iterator[Line]:
    """Look at everything; what cannot be looked at is a line too."""
    for about, look in _LOOKS:
        try:
            yield from (Line(level, about, says) for level, says in look())
        except (TweespoorError, DatabaseError, OSError, ValueError) as trouble:
            yield Line(WRONG, about, str(trouble) or type(trouble).__name__)


Found = Iterator[tuple[Level, str]]


def _house() -> Found:
    house = settling.house()
    yield WELL, f"house.toml is whole, the helpline is {house.helpline}; call it now and then"
    if not house.confidant:
        yield LOOK, "no confidant is named in house.toml; people see one door less"
    if not house.retention_years:
        yield LOOK, "retention_years is not filled in; no term is proposed"
    if not checklist.is_complete():
        yield LOOK, "the checklist is not complete: every conversation is practice"


def _address() -> Found:
    origin = urlsplit(settings.TWEESPOOR_ORIGIN)
    safe = origin.scheme == "https" or origin.hostname in {"localhost", "127.0.0.1"}
    if safe:
        yield WELL, f"people type {settings.TWEESPOOR_ORIGIN}"
    else:
        yield WRONG, f"{settings.TWEESPOOR_ORIGIN} is not https; a browser gives no microphone"
    if settings.DEBUG:
        yield WRONG, "TWEESPOOR_DEBUG is on; it shows what is inside to whoever makes a mistake"


def _certificate() -> Found:
    origin = urlsplit(settings.TWEESPOOR_ORIGIN)
    if origin.scheme != "https":
        yield WELL, "no certificate is needed on this machine itself"
        return
    host, port = origin.hostname or "", origin.port or 443
    try:
        with (
            socket.create_connection((host, port), 5) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            told = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield WRONG, f"the certificate is not trusted here: {error.verify_message}"
        return
    except OSError:
        yield LOOK, f"{host}:{port} does not answer from here, so its certificate was not seen"
        return
    days = int(ssl.cert_time_to_seconds(str(told["notAfter"])) * 1000 - now_ms()) // _DAY_MS
    yield LOOK if days < _CERTIFICATE_LOOK_DAYS else WELL, f"the certificate ends in {_many(days, 'day')}"


def _keys() -> Found:
    organisation = trackkeys.organisation_key()
    mode = stat.S_IMODE(places.home().stat().st_mode)
    if mode & _ALLOWED:
        yield WRONG, f"others may enter {places.home()} (mode {mode:04o}); make it 0700"
    newest = models.WrappedKey.objects.filter(kind=models.WrappedKey.Kind.CONVERSATION).order_by("pk").last()
    if newest is None:
        yield WELL, "keys are made in a file of mode 0600; nothing is wrapped yet"
        return
    keys.unwrap(organisation, bytes(newest.wrapped), newest.kind, newest.owner)
    yield WELL, "the organisation's key is a file of mode 0600, and opens the keyring"


def _seal() -> Found:
    if not certifying.has_seal():
        made = models.SealMade.objects.exists()
        yield (
            WRONG,
            "its file is gone; bring it back from its backup" if made else "there is none; run: tweespoor setup",
        )
        return
    certifying.sign(b"doctor")  # where its key lies in hardware, that must answer
    days, root = certifying.days_left(), certifying.root_sha256()
    if days < 0:
        yield WRONG, "its certificate has ended; run: tweespoor seal --renew"
    elif days < _SEAL_LOOK_DAYS:
        yield LOOK, f"its certificate ends in {_many(days, 'day')}; run: tweespoor seal --renew"
    yield WELL, f"the fingerprint of its root is {root}"


def _room() -> Found:
    free = shutil.disk_usage(places.home()).free
    hours = free // (2 * 16_000_000)  # two tracks of 32 kbit/s, and what stands around them
    level = WRONG if free < _ROOM_WRONG else LOOK if free < _ROOM_LOOK else WELL
    yield level, f"{free / _GB:.1f} GB free, room for some {hours} hours"


def _databases() -> Found:
    for alias in settings.DATABASES:
        connection = connections[alias]
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield WRONG, f"the tables of {alias} are older than this version; make a backup and run: tweespoor setup"
        wanted = {"journal_mode": "wal", "synchronous": _FULL} | ({"secure_delete": 1} if alias == ALIAS else {})
        found = {name: _pragma(alias, name) for name in wanted} if connection.vendor == "sqlite" else wanted
        if found != wanted:
            odd = ", ".join(f"{name} is {found[name]}" for name in wanted if found[name] != wanted[name])
            yield WRONG, f"{alias}: {odd}"
        else:
            yield WELL, f"{alias}: {snapshots.vendor(alias)}, durable and up to date"


def _pragma(alias: str, name: str) -> object:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def _clock() -> Found:
    newest = models.Access.objects.aggregate(newest=Max("at_ms"))["newest"] or 0
    opened = models.Conversation.objects.aggregate(newest=Max("opened_ms"))["newest"] or 0
    behind = max(newest, opened) - now_ms()
    if behind > _AHEAD_MS:
        yield WRONG, f"the clock stands {behind // 1000} s before what was written already; set it right"
        return
    state = _clock_state()
    if state == _NOT_SYNCHRONISED:
        yield LOOK, "the system does not say that its clock is kept right; use a time server (NTP)"
    else:
        yield WELL, "the clock goes forward" + (" and is kept right by the system" if state is not None else "")


def _clock_state() -> int | None:
    """Ask the kernel whether its clock is synchronised; None where that cannot be asked."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(1024)))  # all zero: it only asks
    except (OSError, AttributeError):
        return None


def _backups() -> Found:
    told = backing.last_told()
    for what, name in ((MAIN, "backup"), (KEYRING, "backup of the keyring")):
        if what not in told:
            yield WRONG, f"no {name} was ever made from here; see: tweespoor backup"
            continue
        days = (now_ms() - told[what]) // _DAY_MS
        level = WRONG if days >= _BACKUP_WRONG_DAYS else LOOK if days >= _BACKUP_LOOK_DAYS else WELL
        yield level, f"the last {name} is {_many(days, 'day')} old"


def _tracks() -> Found:
    late = now_ms() - (settling.house().grace_hours + 24) * 3_600_000
    waiting = models.Track.objects.filter(sealed_ms=None)
    count, stuck = waiting.count(), waiting.filter(opened_ms__lt=late).count()
    if stuck:
        yield LOOK, f"{_many(stuck, 'track')} should have been sealed by now; is the server running?"
    yield WELL, f"{_many(count, 'track')} not sealed yet"
    aside = sorted(places.spool().glob("*.damaged"))
    if aside:
        yield WRONG, f"{_many(len(aside), 'damaged log')} kept aside in {places.spool()}; run: tweespoor check"


def _work() -> Found:
    yield WELL, f"{_many(models.Task.objects.filter(done_ms=None, conversation__practice=False).count(), 'open task')}"
    late = now_ms() - settling.house().filing_days * _DAY_MS
    unfiled = models.Conversation.objects.filter(
        practice=False, filed_ms=None, tracks__ours=True, opened_ms__lt=late
    ).distinct()
    if count := unfiled.count():
        yield LOOK, f"{_many(count, 'recording')} without a dossier for more than {settling.house().filing_days} days"


def _messages() -> Found:
    ways = [way for way in telling.BY_MESSAGE if telling.can_send(way)]
    yield WELL, f"messages go by {' and '.join(ways)}" if ways else "no messages are sent: no server for them is set"
    waiting = models.Message.objects.filter(due_ms__isnull=False, attempts__gt=1).count()
    if waiting:
        yield LOOK, f"{_many(waiting, 'message')} could not be sent so far; is the server for them reachable?"


def _many(count: int, thing: str) -> str:
    """Give a number with its thing.

    >>> _many(1, "day"), _many(2, "day")
    ('1 day', '2 days')
    """
    return f"{count} {thing}{'' if count == 1 else 's'}"


_LOOKS: Final[tuple[tuple[str, Callable[[], Found]], ...]] = (
    ("house", _house),
    ("address", _address),
    ("certificate", _certificate),
    ("keys", _keys),
    ("seal", _seal),
    ("room", _room),
    ("databases", _databases),
    ("clock", _clock),
    ("backups", _backups),
    ("tracks", _tracks),
    ("work", _work),
    ("messages", _messages),
)
