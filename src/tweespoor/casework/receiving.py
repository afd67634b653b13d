"""Takes in a recording that was made elsewhere: with an own app, or one that turned up.

It comes in by blocks of `BLOCK` bytes, each sealed before it touches the disk, under a key of its own below the
conversation's, and can be taken up again where it broke off.  When all is there a process apart looks what it is: an
image is refused by content (2a), and then nothing of it is kept.  What is not finished within a day goes too.

It stands outside everything that is proven and in no journal: what a participant hands in is the organisation's to
see and no other participant's (law 11).  Who was not there all the time recorded others without taking part: then it
goes to the privacy officer unheard (1a).
"""

import secrets
import shutil
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final, cast

from tweespoor.casework import ledger, limiting, models, places, settling, tasks, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError, UnreadableError
from tweespoor.rules.elsewhere import There, parts_of
from tweespoor.rules.kinds import Kind
from tweespoor.rules.minutes import own_minutes
from tweespoor.rules.state import Conversation
from tweespoor.seal import keys
from tweespoor.seal.envelope import Envelope
from tweespoor.sound import apart
from tweespoor.tape import blocks

BLOCK: Final = blocks.BLOCK
LARGEST: Final = 2 << 30
"""Bytes; eight hours of the sound that phones make are a quarter of it."""
A_DAY: Final = 10
"""So many times a day something can be begun for one seat."""
COMING_MS: Final = 24 * 3_600_000
FORM: Final = b"tweespoor/external/1"
_KEY: Final = models.WrappedKey.Kind.EXTERNAL
_ROOM: Final = 512 << 20  # bytes of the disk that recording keeps for itself


# Coming in ------------------------------------------------------------------------------------------


def begin(
    conversation_id: str,
    *,
    seat: int | None,
    staff: models.Staff | None,
    there: There,
    part: int | None,
    size: int,
) -> models.External:
    """Begin to take something in, of so many bytes; ``part`` None: of which part it is, is not known.

    Refused when it is too large or the disk is too full (2a), and when this was begun too often (0c).
    """
    state = ledger.state(conversation_id)
    if (seat is not None and seat not in seats(state)) or (part is not None and part not in parts(state, seat)):
        raise UnknownError
    settling.refuse_when(not 0 < size <= LARGEST, "2a.too-large")
    settling.refuse_when(shutil.disk_usage(places.home()).free < size + _ROOM, "2a.no-room")
    who = "staff" if staff is not None else str(seat)
    taken = limiting.take(f"external:{conversation_id}:{who}", A_DAY, COMING_MS // 1000)
    settling.refuse_when(taken is None, "0c.too-often")
    only = parts(state, seat)
    row = models.External(
        id=secrets.token_hex(16),
        conversation_id=conversation_id,
        part=only[0] if len(only) == 1 else part,
        seat=seat,
        staff=staff,
        there=there,
        begun_ms=now_ms(),
        size=size,
    )
    above = trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id)
    models.WrappedKey.objects.create(
        kind=_KEY,
        owner=row.pk,
        conversation=conversation_id,
        part=row.part,
        wrapped=keys.wrap(above, keys.fresh(), _KEY, row.pk),
    )
    row.save(force_insert=True)
    return row


def seats(state: Conversation) -> tuple[int, ...]:
    """Give the seats of who may have made a recording: everyone who took part and does not work here."""
    return tuple(one.seat for one in state.seats.values() if one.kind is not Kind.STAFF)


def parts(state: Conversation, seat: int | None) -> tuple[int, ...]:
    """Give the parts that a recording can be of: those that were recorded, and in which this person was there."""
    known = parts_of(state, None)
    return known if seat is None else tuple(part for part in known if own_minutes(state, seat, part))


def coming(
    external_id: str, *, hearing: models.Hearing | None = None, staff: models.Staff | None = None
) -> models.External:
    """Find what somebody is handing in: who began it, and nobody else (UnknownError)."""
    rows = models.External.objects.filter(pk=external_id, done_ms=None, erased_ms=None)
    if hearing is not None:
        rows = rows.filter(conversation_id=hearing.conversation_id, seat=hearing.seat, staff=None)
    else:
        rows = rows.filter(staff=staff, staff__isnull=False)
    row = rows.first()
    if row is None:
        raise UnknownError
    return row


def held(row: models.External) -> int:
    """Tell how many blocks are there: with which number one goes on."""
    return blocks.held(_coming(row), row.size)


def add(row: models.External, number: int, content: bytes) -> int:
    """Keep block ``number``, sealed, and tell with which one to go on; one that is there already changes nothing.

    Errors: UnreadableError when it is not as long as it must be.
    """
    so_far = held(row)
    if number != so_far:
        return so_far
    if not content or len(content) != blocks.length_of(number, row.size):
        raise UnreadableError("a block of another length", "2a.broken-off")
    path = _coming(row)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    blocks.add(path, envelope(row), FORM, content, number=number, size=row.size)
    return number + 1


def finish(row: models.External) -> models.External:
    """Look at what came in, and keep it; when it holds anything but sound nothing is kept (UnreadableError, 2a)."""
    settling.refuse_when(held(row) < blocks.blocks_of(row.size), "2a.broken-off")
    try:
        with blocks.Reader(_coming(row), envelope(row), FORM, row.size) as reader:
            found = apart.inspect(cast("BinaryIO", reader)).for_filing()
    except UnreadableError as refused:
        witness("external.refused", staff=row.staff, conversation_id=row.conversation_id, seat=row.seat)
        abandon(row)
        raise UnreadableError(refused.reason, refused.code or "2a.unknown-container") from refused
    _coming(row).replace(file_of(row))
    row.done_ms, row.form, row.codec = now_ms(), found.form, found.codec
    row.length_ms = round(found.seconds * 1000)
    row.save(update_fields=["done_ms", "form", "codec", "length_ms"])
    action = "external.hand-in" if row.staff is None else "external.take-in"
    witness(action, staff=row.staff, conversation_id=row.conversation_id, seat=row.seat)
    if There(row.there) is not There.YES or not parts_of(ledger.state(row.conversation_id), row.part):
        tasks.open_task(row.conversation_id, models.Task.Kind.ELSEWHERE)
    return row


def abandon(row: models.External) -> None:
    """Leave nothing of what was coming in."""
    models.WrappedKey.objects.filter(kind=_KEY, owner=row.pk).delete()
    _coming(row).unlink(missing_ok=True)
    models.External.objects.filter(pk=row.pk, done_ms=None).delete()


def abandon_due() -> None:
    """Leave nothing of what was not finished within a day."""
    for row in models.External.objects.filter(done_ms=None, begun_ms__lt=now_ms() - COMING_MS):
        abandon(row)


# What is kept ---------------------------------------------------------------------------------------


def envelope(row: models.External) -> Envelope:
    """Give what opens a recording from elsewhere; raises UnknownError when its key was destroyed."""
    wrapped = models.WrappedKey.objects.filter(kind=_KEY, owner=row.pk).first()
    if wrapped is None:
        raise UnknownError
    above = trackkeys.conversation_key(trackkeys.organisation_key(), row.conversation_id)
    key = keys.unwrap(above, bytes(wrapped.wrapped), _KEY, row.pk)
    return Envelope(key, row.conversation_id, row.pk)


def of(conversation_id: str, seat: int | None = None) -> list[models.External]:
    """Give the recordings from elsewhere of a conversation, or what one person handed in; the first one first."""
    rows = models.External.objects.filter(conversation_id=conversation_id, done_ms__isnull=False, erased_ms=None)
    rows = rows if seat is None else rows.filter(seat=seat, staff=None)
    return list(rows.order_by("begun_ms", "pk"))


def forget(conversation_id: str, part: int | None = None, *, all_gone: bool = True) -> None:
    """Remove the files of what was made elsewhere; whoever calls destroys the keys.

    With a part only what is of that part, and with ``all_gone`` also what may be of any.
    """
    rows = models.External.objects.filter(conversation_id=conversation_id, erased_ms=None)
    if part is not None:
        rows = rows.filter(part__in=[part]) | (rows.filter(part=None) if all_gone else rows.none())
    for row in rows:
        for path in (_coming(row), file_of(row), *beside(row)):
            path.unlink(missing_ok=True)
    rows.filter(done_ms=None).delete()
    rows.update(erased_ms=now_ms())


def remove(row: models.External) -> None:
    """Remove the files of one recording from elsewhere; whoever calls destroys its key."""
    for path in (_coming(row), file_of(row), *beside(row)):
        path.unlink(missing_ok=True)
    models.External.objects.filter(pk=row.pk, erased_ms=None).update(erased_ms=now_ms())


def wiped(conversation_id: str, seat: int | None = None) -> list[models.External]:
    """Give what was wiped of a conversation, or of what one person handed in, apart from everything else."""
    rows = models.External.objects.filter(conversation_id=conversation_id, erased_ms__isnull=False)
    rows = rows.exclude(locked_ms=None) if seat is None else rows.exclude(locked_ms=None).filter(seat=seat, staff=None)
    return list(rows.order_by("erased_ms", "pk"))


def settle() -> set[str]:
    """Look what is still there after a backup was brought back: what has no key is gone; gives what stays."""
    owners = set(models.WrappedKey.objects.filter(kind=_KEY).values_list("owner", flat=True))
    models.External.objects.filter(done_ms__isnull=False, erased_ms=None).exclude(pk__in=owners).update(
        erased_ms=now_ms()
    )
    return set(models.External.objects.filter(done_ms__isnull=False, erased_ms=None).values_list("pk", flat=True))


def check(row: models.External) -> None:
    """Read all of a recording from elsewhere (DamagedError, OSError)."""
    with closing(blocks.Reader(file_of(row), envelope(row), FORM, row.size)) as reader:
        while reader.read(BLOCK):
            pass


def file_of(row: models.External) -> Path:
    """Give where the sound of a recording from elsewhere lies."""
    return places.tracks() / row.pk[:2] / f"{row.pk}.given"


def beside(row: models.External) -> tuple[Path, Path]:
    """Give where what was made of it lies: its top and its sound, for a player."""
    return file_of(row).with_suffix(".given-top"), file_of(row).with_suffix(".given-sound")


def _coming(row: models.External) -> Path:
    return file_of(row).with_suffix(".coming")
