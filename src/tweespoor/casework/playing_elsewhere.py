"""Lets the organisation hear a recording from elsewhere, and the privacy officer decide about what nobody may hear yet.

It is heard as a copy in a form that every browser plays, made once by a process apart (`sound.apart`) and kept sealed
beside it: what somebody handed in is never given to a browser as it came.  Who works on the conversation hears it
where its own recording may be heard; what waits for the officer is the officer's alone (1a).
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

import structlog
from django.db.models import Q

from tweespoor.casework import ledger, models, receiving, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.casework.witnessing import witness
from tweespoor.errors import DamagedError, UnknownError, UnreadableError
from tweespoor.rules import elsewhere
from tweespoor.rules.elsewhere import There
from tweespoor.rules.state import Conversation
from tweespoor.rules.verdict import Verdict
from tweespoor.seal.envelope import Envelope
from tweespoor.sound import apart, m4a
from tweespoor.tape import blocks

MEDIA_TYPE: Final = m4a.MEDIA_TYPE
_TOP: Final = b"tweespoor/external/top/1"
_SOUND: Final = b"tweespoor/external/sound/1"
_BLOCK: Final = 1 << 16

_log = structlog.get_logger(__name__)
_one_at_a_time: Final = threading.Lock()
_making: dict[str, threading.Event] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """A recording from elsewhere as a page shows it; ``waits`` for the officer, ``heard`` by who looks now."""

    row: models.External
    waits: bool
    heard: bool


def of(staff: models.Staff, conversation_id: str) -> list[Shown]:
    """Give the recordings from elsewhere of a conversation that this person may see (UnknownError for the others)."""
    _conversation(staff, conversation_id)
    found = receiving.of(conversation_id)
    if not found:
        return []
    state = ledger.state(conversation_id)
    return [Shown(row, _waits(row), bool(_verdict(row, state, staff))) for row in found]


def waiting() -> list[models.External]:
    """Give what waits for the privacy officer, oldest first."""
    rows = models.External.objects.filter(done_ms__isnull=False, erased_ms=None, looked_ms=None)
    return [row for row in rows.select_related("conversation").order_by("begun_ms", "pk")[:200] if _waits(row)]


def find(staff: models.Staff, external_id: str) -> Shown:
    """Find one that this person may see; raises UnknownError."""
    row = models.External.objects.filter(pk=external_id, done_ms__isnull=False, erased_ms=None).first()
    if row is None:
        raise UnknownError
    _conversation(staff, row.conversation_id)
    return Shown(row, _waits(row), bool(_verdict(row, ledger.state(row.conversation_id), staff)))


def decide(staff: models.Staff, external_id: str, *, allow: bool) -> models.External:
    """Let who works on it hear a recording, or not: the privacy officer's choice, which can be made again."""
    shown = find(staff, external_id)
    if staff.role != models.Role.OFFICER or There(shown.row.there) is There.YES:
        raise UnknownError
    row = shown.row
    row.looked_ms, row.looked_by, row.heard = now_ms(), staff, allow
    row.save(update_fields=["looked_ms", "looked_by", "heard"])
    action = "external.allow" if allow else "external.keep-shut"
    witness(action, staff=staff, conversation_id=row.conversation_id, seat=row.seat)
    see_task(row.conversation_id)
    return row


def see_task(conversation_id: str) -> None:
    """Finish the officer's task when nothing waits to be looked at, or to be wiped."""
    left = (one for one in receiving.of(conversation_id) if one.erasable_ms or (_waits(one) and one.looked_ms is None))
    if not any(left):
        tasks.finish(conversation_id, models.Task.Kind.ELSEWHERE)


# Its sound ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that is there: what stands before its sound, and how long that is (bytes)."""

    row: models.External
    envelope: Envelope
    top: bytes
    length: int

    @property
    def size(self) -> int:
        """Give the length of the whole file."""
        return len(self.top) + self.length

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Give the bytes of the file from one place to another (DamagedError)."""
        if begin < len(self.top):
            yield self.top[begin:end]
        first, after = max(0, begin - len(self.top)), min(end, self.size) - len(self.top)
        if first >= after:
            return
        path = receiving.beside(self.row)[1]
        with closing(blocks.Reader(path, self.envelope, _SOUND, self.length, bound=0)) as reader:
            reader.seek(first)
            while first < after:
                piece = reader.read(min(_BLOCK, after - first))
                first += len(piece)
                yield piece


def listen(staff: models.Staff, external_id: str) -> Copied | None:
    """Open the sound for somebody who may hear it; None while it is being made.  Refused as `Shown.heard` says."""
    row = find(staff, external_id).row
    _verdict(row, ledger.state(row.conversation_id), staff).or_refuse()
    kept = _kept(row, receiving.envelope(row))
    if kept is None:
        _begin(row)
    return kept


def prepare(row: models.External) -> bool:
    """Tell whether a recording can be heard at once; if not, let its copy be made."""
    is_there = _kept(row, receiving.envelope(row)) is not None
    if not is_there:
        _begin(row)
    return is_there


def listened(staff: models.Staff, copied: Copied) -> None:
    """Note that somebody listens."""
    row = copied.row
    action = "external.listen" if row.seat is not None else "external.listen-found"
    witness(action, staff=staff, conversation_id=row.conversation_id, seat=row.seat)


def wait(external_id: str, seconds: float) -> None:
    """Wait a little while a copy is being made."""
    over = _making.get(external_id)
    if over is not None:
        over.wait(seconds)


def _begin(row: models.External) -> None:
    if row.pk in _making:
        return
    over = _making[row.pk] = threading.Event()
    sealed = receiving.envelope(row)  # no table is read on that thread
    threading.Thread(target=_make, args=(row, sealed, over), name="copy", daemon=True).start()


def _make(row: models.External, envelope: Envelope, over: threading.Event) -> None:
    top, sound = receiving.beside(row)
    try:
        with _one_at_a_time, closing(blocks.Reader(receiving.file_of(row), envelope, receiving.FORM, row.size)) as file:
            line = apart.decode(cast("BinaryIO", file), m4a.RATE, m4a.RATE)
            copy = m4a.Copy(line=line)
            fresh = sound.with_suffix(".given-fresh")
            length = blocks.write(fresh, envelope, _SOUND, copy.sound())
            fresh.replace(sound)
            blocks.write(top, envelope, _TOP, (length.to_bytes(8, "big"), copy.top()))
    except (DamagedError, UnreadableError, OSError) as problem:
        _log.error("external.copy-failed", external=row.pk, error=type(problem).__name__)
        for path in (top, sound, sound.with_suffix(".given-fresh")):
            path.unlink(missing_ok=True)
    finally:
        _making.pop(row.pk, None)
        over.set()


def _kept(row: models.External, envelope: Envelope) -> Copied | None:
    path = receiving.beside(row)[0]
    try:
        size = path.stat().st_size - blocks.OVERHEAD
        with closing(blocks.Reader(path, envelope, _TOP, size, bound=0)) as reader:
            content = reader.read()
    except (OSError, DamagedError):
        return None
    return Copied(row, envelope, content[8:], int.from_bytes(content[:8], "big"))


# Who may --------------------------------------------------------------------------------------------


def _conversation(staff: models.Staff, conversation_id: str) -> models.Conversation:
    """Find a conversation of this worker, or any that something waits in for the officer."""
    allowed = Q(worker=staff)
    if staff.role == models.Role.OFFICER:
        allowed |= Q(externals__isnull=False)
    row = models.Conversation.objects.filter(allowed, pk=conversation_id).distinct().first()
    if row is None:
        raise UnknownError
    return row


def _waits(row: models.External) -> bool:
    return There(row.there) is not There.YES and not row.heard


def _verdict(row: models.External, state: Conversation, staff: models.Staff) -> Verdict:
    allowed = row.heard or staff.role == models.Role.OFFICER
    announced = row.locked_ms is not None
    return elsewhere.may_hear_external(state, There(row.there), row.part, allowed=allowed, announced=announced)
