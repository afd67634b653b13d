"""Reads everything back: each journal from its first line, each track from its first chunk.

Of every conversation that is over, all that is signed is judged by the verifier that strangers use, over a bundle
without sound (steps 1 to 17 of docs/format.md); the sound itself is read here, for its keys are here.

It asks nothing of the server and writes nothing that counts, so it may run beside it, every day.  What a running server
has not yet moved from its log to the file of a track is not damage: while there is a log a track is held against its
journal only once it is sealed; without one also against the last checkpoint, which names nothing that was not durable.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.db import connections
from django.db.models import Q

from tweespoor.casework import (
    binding,
    bundling,
    destroying,
    dropping,
    ledger,
    models,
    places,
    receiving,
    trackkeys,
)
from tweespoor.casework.keyring import ALIAS
from tweespoor.dossier import bundle, receipts
from tweespoor.dossier.findings import Weight
from tweespoor.dossier.verify import verify
from tweespoor.errors import DamagedError, TweespoorError, UnknownError
from tweespoor.rules.conversation import Conversation
from tweespoor.tape.store import Store


class Finding(NamedTuple):
    """What was read: its kind, its name, what is wrong with it, if anything, and what else is to be told."""

    kind: str
    name: str
    wrong: str = ""
    told: str = ""


def everything(
    *, go_on: bool = False, done: Callable[[int, int], None] = lambda _done, _all: None
) -> Iterator[Finding]:
    """Read it all, one finding for each database, journal, proof and track; ``done`` hears how far it is.

    How far it came is kept until it is at the end: ``go_on`` begins there again.
    """
    behind = _mark() if go_on else None
    for alias in ("default", ALIAS):
        yield _database(alias)
    store = Store(places.tracks())
    organisation = trackkeys.organisation_key()
    rows = models.Conversation.objects.order_by("opened_ms", "pk")
    count = rows.count()
    if behind is not None:
        rows = rows.filter(Q(opened_ms__gt=behind[0]) | Q(opened_ms=behind[0], pk__gt=behind[1]))
    before = count - rows.count()
    gone = {one.conversation for one in destroying.listed() if one.part is None}
    for number, row in enumerate(rows.iterator(), before + 1):
        finding, state = _journal(row)
        yield finding
        if state is not None:
            for track in row.tracks.order_by("opened_ms"):
                yield _track(store, organisation, track, state)
            if _is_over(row) and row.pk not in gone:
                yield _proof(row.pk)
        if row.pk in gone:  # it came back from a backup without any key, and goes again
            continue
        for contract in models.Contract.objects.filter(conversation=row, made_ms__isnull=False).order_by("version"):
            yield Finding("contract", row.pk, "; ".join(binding.damage(contract)))
        for external in receiving.of(row.pk):
            yield _external(external)
        places.checked().write_text(json.dumps([row.opened_ms, row.pk]), encoding="utf-8")
        done(number, count)
    yield from _keys(store)
    yield from _register()
    places.checked().unlink(missing_ok=True)


def _mark() -> tuple[int, str] | None:
    try:
        opened_ms, name = json.loads(places.checked().read_text(encoding="utf-8"))
        return int(opened_ms), str(name)
    except (OSError, ValueError, TypeError):
        return None


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
    return Finding("journal", row.pk, wrong), head.state


def _is_over(row: models.Conversation) -> bool:
    """Tell whether nothing of a conversation is on its way any more, in a log or in memory."""
    return row.finished_ms is not None and not row.tracks.filter(sealed_ms=None, erased_ms=None).exists()


def _proof(conversation_id: str) -> Finding:
    """Let the verifier judge what is signed, with every receipt that was given out."""
    kept = models.Receipt.objects.filter(conversation_id=conversation_id).order_by("position")
    try:
        given = [receipts.read(bytes(row.line)) for row in kept]
        with TemporaryDirectory(dir=places.home()) as folder:
            path = Path(folder) / "outline.zip"
            bundle.write(path, bundling.outline(conversation_id))
            found = verify(path, given).found
    except (TweespoorError, OSError) as damage:
        return Finding("proof", conversation_id, str(damage))
    wrong = [f"{one.code} ({one.where})" if one.where else one.code for one in found if one.weight is Weight.FAILED]
    return Finding("proof", conversation_id, "; ".join(wrong))


def _keys(store: Store) -> Iterator[Finding]:
    """Tell of keys and files that belong to nothing any more: harmless, and worth a look."""
    tracks = set(models.Track.objects.values_list("pk", flat=True))
    conversations = dict(models.Conversation.objects.values_list("pk", "closed_ms"))
    kinds = models.WrappedKey.Kind
    for kind, owner, conversation in models.WrappedKey.objects.values_list("kind", "owner", "conversation").iterator():
        if conversation not in conversations or (kind == kinds.TRACK and owner not in tracks):
            yield Finding("key", owner, told=f"it belongs to no {kind} that is here")
        elif kind == kinds.JOURNAL and conversations[conversation] is not None:
            yield Finding(
                "key", owner, told=f"it signs the journal {conversation}, which is closed; the server destroys it"
            )
    for path in sorted(store.folder.glob("??/*.track")):
        if path.stem not in tracks:
            yield Finding("file", path.name, told="it belongs to no track that is here")


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
