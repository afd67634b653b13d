"""Drops what is left of a conversation whose term ended, and leaves one line in the register.

The order is fixed: its end is announced (which also announces the wiping of all sound), the sound is wiped, the date
has come, and then somebody drops the rest by a command.  The line names two months, the number of parts and the
ground; nobody.  The lines of the register are chained, and the database lets neither them nor a journal go otherwise.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from tweespoor.casework import (
    capturing,
    destroying,
    keeping,
    ledger,
    models,
    receiving,
    rounds,
    scrubbing,
    settling,
    tasks,
    wiping,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keeping import DAY_MS, noted, parts_of, row_of, term_of
from tweespoor.casework.keyring import ALIAS
from tweespoor.casework.models import RegisterLine, Task
from tweespoor.casework.witnessing import witness
from tweespoor.errors import DamagedError
from tweespoor.rules import conditions
from tweespoor.rules.kinds import Ground
from tweespoor.rules.state import Conversation
from tweespoor.rules.verdict import Verdict

_DOMAIN: Final = b"tweespoor/register/1"
GENESIS: Final = hashlib.sha256(_DOMAIN).hexdigest()
_IN_KEYRING: Final = (
    (models.WrappedKey.objects, "wrapped"),
    (models.Disclosure.objects, "sealed"),
    (models.SafeWay.objects, "sealed"),
    (models.Attachment.objects, "sealed"),
    (models.Transcript.objects, "sealed"),
    (models.TranscriptChange.objects, "sealed"),
    (models.FiledComparison.objects, "sealed"),
    (models.ContractSignature.objects, "sealed"),
)


def announce(conversation_id: str, *, staff: models.Staff) -> None:
    """Announce that a conversation ends: sound that is left is locked, and the rest can go from the same date."""
    row = row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        if noted(conversation_id).drop_from_ms is not None:
            return
        settling.refuse_when(page.state.hold is not None, "5a.held")
        term = term_of(row, page.state)
        over = term is not None and term.until is not None and page.now >= term.until
        settling.refuse_when(not over, "4b.still-kept")
        date = page.now + settling.house().objection_days * DAY_MS
        parts = parts_of(page.state)
        for part in parts:
            if not part.erased:
                wiping.announce_on(page, conversation_id, part.part, Ground.RETENTION_ENDED, staff=staff)
        wiping.tell(conversation_id, page.state, (part.part for part in parts))
        models.Keeping.objects.update_or_create(conversation_id=conversation_id, defaults={"drop_from_ms": date})
        keeping.reconsider(conversation_id)
        tasks.open_task(conversation_id, Task.Kind.WIPING, due_ms=date)
        witness("keeping.announce", staff=staff, conversation_id=conversation_id)


def may_drop(row: models.Conversation, state: Conversation) -> Verdict:
    """Say whether the rest of a conversation may go now."""
    term = term_of(row, state)
    until = None if term is None else term.until
    return conditions.may_drop(state, until=until, announced=noted(row.pk).drop_from_ms, now=now_ms())


def announced(limit: int | None = None) -> Iterator[models.Conversation]:
    """Give the conversations whose end was announced, with what is noted about keeping them, soonest first."""
    rows = models.Keeping.objects.filter(drop_from_ms__isnull=False).select_related("conversation")
    for noted_ in rows.order_by("drop_from_ms", "pk")[:limit]:
        yield noted_.conversation


def drop(conversation_id: str, *, staff: models.Staff) -> RegisterLine:
    """Drop what is left of a conversation and give the line that stays; refused as long as anything stands against it.

    Keys and texts go first, which can be done again; then in one transaction the line is written and the rest goes.
    """
    with transaction.atomic():
        row = models.Conversation.objects.select_for_update().get(pk=row_of(conversation_id).pk)
        state = ledger.fold(conversation_id).state
        may_drop(row, state).or_refuse()
        _destroy(conversation_id)
        line = _write(row, state)
        models.Conversation.objects.filter(pk=row.pk).update(register=line)
        row.register = line
        row.delete()
        witness("conversation.drop", staff=staff, about=f"register {line.pk}")
    ledger.forget(conversation_id)
    rounds.forget(conversation_id)
    return line


def _destroy(conversation_id: str) -> None:
    gone = [
        bytes(one)
        for table, field in _IN_KEYRING
        for one in table.filter(conversation=conversation_id).values_list(field, flat=True)
    ]
    certain = now_ms() + settling.house().kept_keys_days * DAY_MS
    with transaction.atomic(using=ALIAS):
        for table, _field in _IN_KEYRING:
            table.filter(conversation=conversation_id).delete()
        destroying.destroy_conversation(conversation_id, ground=Ground.RETENTION_ENDED, certain_at=certain)
        scrubbing.scrub(gone)
    capturing.forget(conversation_id)
    receiving.forget(conversation_id)


def _write(row: models.Conversation, state: Conversation) -> RegisterLine:
    last = RegisterLine.objects.select_for_update().order_by("-pk").first()
    line = RegisterLine(
        made=_month(row.opened_ms),
        dropped=_month(now_ms()),
        parts=len(parts_of(state)),
        ground=Ground.RETENTION_ENDED,
        previous=GENESIS if last is None else last.digest,
    )
    line.digest = digest(line)
    line.save()
    return line


def digest(line: RegisterLine) -> str:
    """Give the hash (hex) of a line, which the next one names as its previous."""
    told = [line.previous, line.made, line.dropped, line.parts, str(line.ground)]
    return hashlib.sha256(_DOMAIN + json.dumps(told).encode()).hexdigest()


def register() -> Iterator[RegisterLine]:
    """Give the lines of the register, verified; raises DamagedError where one does not follow the one before it."""
    previous = GENESIS
    for line in RegisterLine.objects.order_by("pk").iterator():
        if line.previous != previous or digest(line) != line.digest:
            raise DamagedError(f"line {line.pk} of the register", previous, line.previous)
        previous = line.digest
        yield line


def newest(limit: int) -> list[RegisterLine]:
    """Give the newest lines of the register; `register` verifies them all."""
    return list(RegisterLine.objects.order_by("-pk")[:limit])


def _month(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m")
