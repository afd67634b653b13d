"""Reads everything back: each journal from its first line, each track from its first chunk.

It asks nothing of the server and writes nothing, so it may run beside it.  What a running server has not yet moved
from its log to the file of a track is not damage: while there is a log a track is held against its journal only once
it is sealed; without one also against the last checkpoint, which names nothing that was not durable.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connections

from tweespoor.casework import binding, bundling, dropping, ledger, models, places, receiving, trackkeys
from tweespoor.casework.keyring import ALIAS
from tweespoor.errors import DamagedError, UnknownError
from tweespoor.rules.conversation import Conversation
from tweespoor.tape.store import Store


class Finding(NamedTuple):
    """What was read: its kind, its name, what is wrong with it, if anything, and what else is to be told."""

    kind: str
    name: str
    wrong: str = ""
    told: str = ""


def everything() -> Iterator[Finding]:
    """Read it all, one finding for each database, journal and track."""
    for alias in ("default", ALIAS):
        yield _database(alias)
    store = Store(places.tracks())
    organisation = trackkeys.organisation_key()
    for row in models.Conversation.objects.order_by("opened_ms").iterator():
        finding, state = _journal(row)
        yield finding
        if state is not None:
            for track in row.tracks.order_by("opened_ms"):
                yield _track(store, organisation, track, state)
        for external in receiving.of(row.pk):
            yield _external(external)
    yield from _register()


def _database(alias: str) -> Finding:
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return Finding("database", alias)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        answer = cursor.fetchone()[0]
    return Finding("database", alias, "" if answer == "ok" else str(answer))


def _journal(row: models.Conversation) -> tuple[Finding, Conversation | None]:
    try:
        head = ledger.fold(row.pk)
    except DamagedError as damage:
        return Finding("journal", row.pk, str(damage)), None
    wrong = "" if head.at.position == row.position else f"{row.position + 1} lines expected"
            if _is_over(row):
                yield _proof(row.pk)
        for contract in models.Contract.objects.filter(conversation=row, made_ms__isnull=False).order_by("version"):
            yield Finding("contract", row.pk, "; ".join(binding.damage(contract)))
    return Finding("journal", row.pk, wrong), head.state


def _track(store: Store, organisation: bytes, row: models.Track, state: Conversation) -> Finding:
    try:
        key, salt = trackkeys.track_key(organisation, row)
    except UnknownError:
        return _destroyed(row, state)
    except DamagedError as damage:
        return Finding("track", row.pk, str(damage))
    part = state.parts.get(row.part)
    if part is not None and part.erased:
        return Finding("track", row.pk, f"part {row.part} was wiped ({part.erased}), and its key is still there")
    with store.open(row.pk, key, row.conversation_id, salt) as opened:
        try:
            for _ in opened:
                pass
        except DamagedError as damage:
            return Finding("track", row.pk, str(damage))
        point = opened.contents.point
    told = state.tracks.get(row.pk)
    wrong = ""
    if told is None:
        wrong = "the journal does not know it"
    elif told.sealed and (told.last, told.head) != (point.number, point.head.hex()):
        wrong = f"sealed at chunk {told.last}, the file ends at {point.number}"
    elif not told.sealed and told.last > point.number and not any(places.spool().glob("*.log")):
        wrong = f"the journal names chunk {told.last}, the file ends at {point.number}"
    return Finding("track", row.pk, wrong)


def _destroyed(row: models.Track, state: Conversation) -> Finding:
    """Tell of a track without a key whether the journal says that it was destroyed, and on what ground."""
    part = state.parts.get(row.part)
    if part is None or part.erased is None:
        return Finding("track", row.pk, "its key is gone, and the journal does not say that it was destroyed")
    return Finding("track", row.pk, told=f"part {row.part} of {row.conversation_id} was wiped: {part.erased}")


def _external(row: models.External) -> Finding:
    try:
        receiving.check(row)
    except (DamagedError, UnknownError, OSError) as damage:
        return Finding("external", row.pk, str(damage))
    return Finding("external", row.pk)


def _register() -> Iterator[Finding]:
    try:
        lines = sum(1 for _ in dropping.register())
    except DamagedError as damage:
        yield Finding("register", "of what was dropped", str(damage))
        return
    if lines:
        yield Finding("register", "of what was dropped", told=f"{lines} dropped")
