"""Lays a file of somebody beside our recording, for that person alone, and keeps nothing of it unless it is filed.

The file comes in by blocks of `BLOCK` bytes into a file without a name (`unnamed`), is compared by a process apart, and
is gone with the answer.  The answer, and a few seconds of the copy around each difference, stay until who made it
leaves, and an hour at most; they stand in no table and in no backup.  A participant compares with the own minutes and
with nothing else, and nobody learns that it happened (law 11): the access log alone says so, to the privacy officer.
"""

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, Final

import structlog
from django.contrib.sessions.models import Session

from tweespoor.casework import (
    drawing,
    earshot,
    laying,
    ledger,
    limiting,
    listening,
    models,
    places,
    settling,
    trackkeys,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.earshot import Earshot
from tweespoor.casework.laying import Laid
from tweespoor.casework.playing import Player
from tweespoor.casework.unnamed import Unnamed
from tweespoor.casework.witnessing import witness
from tweespoor.errors import DamagedError, UnknownError, UnreadableError
from tweespoor.rules import conditions
from tweespoor.tape import blocks
from tweespoor.tape.store import Store

BLOCK: Final = blocks.BLOCK
LARGEST: Final = 2 << 30
"""Bytes; eight hours of the sound that phones make are a quarter of it."""
A_DAY: Final = 20
"""So many comparisons a day for one person."""
TERM_MS: Final = 3_600_000
"""How long an answer can be looked at, and how long a file that is coming in may stand still."""
_ROOM: Final = 512 << 20  # bytes of the disk that recording keeps for itself
_MOST: Final = 40  # in this process, whoever made them
_DAY_S: Final = 24 * 3600

_log = structlog.get_logger(__name__)
_guard: Final = threading.Lock()
_one_at_a_time: Final = threading.Lock()
_all: Final[dict[str, "Beside"]] = {}


class Step(StrEnum):
    """How far a comparison is."""

    COMING = "coming"
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who made a comparison: a device on which somebody listens back, or a session of who works here."""

    conversation: str
    seat: int | None
    staff: int | None
    session: str

    @classmethod
    def listening(cls, hearing: models.Hearing) -> "Owner":
        """Give the owner that a device of a listener is."""
        return cls(hearing.conversation_id, hearing.seat, None, hearing.token_sha256)

    @classmethod
    def working(cls, staff: models.Staff, conversation_id: str, session: str) -> "Owner":
        """Give the owner that a session of who works here is."""
        return cls(conversation_id, None, staff.pk, session)

    @property
    def shot(self) -> Earshot:
        """Give what this person may hear; raises UnknownError."""
        if self.staff is None:
            return earshot.own(ledger.head(self.conversation), self.seat or 0)
        return listening.shot(models.Staff.objects.get(pk=self.staff), self.conversation)

    @property
    def is_here(self) -> bool:
        """Tell whether the session in which it was made still is."""
        if self.staff is not None:
            return Session.objects.filter(session_key=self.session).exists()
        rows = models.Hearing.objects.filter(token_sha256=self.session, step=models.Hearing.Step.OPEN)
        return rows.filter(expires_ms__gt=now_ms()).exists()


@dataclass(slots=True)
class Beside:
    """One comparison, as this process holds it."""

    id: str
    owner: Owner
    part: int
    track: str
    file: Unnamed
    until_ms: int
    kept: Unnamed = field(default_factory=Unnamed)
    step: Step = Step.COMING
    share: float = 0.0
    at_ms: int = 0
    laid: Laid | None = None
    gone: bool = False
    filed: str | None = None

    def close(self) -> None:
        """Let the file be gone, and the seconds that were kept of it."""
        self.gone, self.laid = True, None
        self.file.close()
        self.kept.close()


class _GoneError(Exception):
    """Who asked for it left."""


# Coming in ------------------------------------------------------------------------------------------


def parts(owner: Owner) -> tuple[int, ...]:
    """Give the parts that this person can compare with: those of which our recording may be heard now."""
    shot = owner.shot
    return tuple(part for part in shot.state.parts if earshot.may_hear(shot, part) and _ours(shot, part) is not None)


def begin(owner: Owner, *, part: int, size: int) -> Beside:
    """Begin to take in a file of so many bytes, to be laid beside our recording of a part.

    Refused when it is too large or the disk too full (2a), and when this was begun too often today (0c).
    """
    track = _ours(owner.shot, part) if part in parts(owner) else None
    if track is None:
        raise UnknownError
    settling.refuse_when(not 0 < size <= LARGEST, "2a.too-large")
    awaited = sum(one.file.size for one in list(_all.values()) if one.step is Step.COMING)
    settling.refuse_when(shutil.disk_usage(places.home()).free < awaited + size + _ROOM, "2a.no-room")
    who = f"{owner.conversation}:{owner.seat}" if owner.staff is None else f"staff:{owner.staff}"
    settling.refuse_when(limiting.take(f"compare:{who}", A_DAY, _DAY_S) is None, "0c.too-often")
    _throw_away(lambda one: one.owner == owner)
    settling.refuse_when(len(_all) >= _MOST, "2a.no-room")
    one = Beside(secrets.token_hex(16), owner, part, track, Unnamed(size), now_ms() + TERM_MS)
    with _guard:
        _all[one.id] = one
    return one


def conversation_of(comparison_id: str) -> str:
    """Give the conversation that a comparison is of; raises UnknownError."""
    one = _all.get(comparison_id)
    if one is None:
        raise UnknownError
    return one.owner.conversation


def find(owner: Owner, comparison_id: str) -> Beside:
    """Find a comparison of this person in this session, as long as its part may be heard; raises UnknownError."""
    one = _all.get(comparison_id)
    if one is None or one.owner != owner or one.until_ms < now_ms():
        raise UnknownError
    if not earshot.may_hear(owner.shot, one.part):
        throw_away(one)
        raise UnknownError
    return one


def add(one: Beside, number: int, content: bytes) -> int:
    """Keep block ``number`` and tell with which one to go on; one that is there already changes nothing.

    Errors: UnreadableError when it is not as long as it must be.
    """
    _still(one, Step.COMING)
    so_far = one.file.held
    if number != so_far:
        return so_far
    if not content or len(content) != blocks.length_of(number, one.file.size):
        raise UnreadableError("a block of another length", "2a.broken-off")
    one.file.add(number, content)
    one.until_ms = now_ms() + TERM_MS
    return number + 1


def held(one: Beside) -> int:
    """Tell how many blocks are there."""
    _still(one, Step.COMING)
    return one.file.held


def _still(one: Beside, step: Step) -> None:
    if one.step is not step or one.file.closed:
        raise UnknownError


def _ours(shot: Earshot, part: int) -> str | None:
    return next((track.track for track in shot.state.tracks.values() if track.ours and track.part == part), None)


# Comparing ------------------------------------------------------------------------------------------


def start(one: Beside) -> None:
    """Let it be compared, on a thread of its own, one at a time; refused while the file is not whole (2a)."""
    _still(one, Step.COMING)
    settling.refuse_when(not one.file.is_whole, "2a.broken-off")
    with ExitStack() as stack:
        player = stack.enter_context(earshot.sound(one.owner.shot, one.track))
        with _guard:
            _still(one, Step.COMING)
            one.step = Step.WAITING
        holding = stack.pop_all()
    staff = None if one.owner.staff is None else models.Staff.objects.get(pk=one.owner.staff)
    witness("comparison.make", staff=staff, conversation_id=one.owner.conversation, seat=one.owner.seat)
    threading.Thread(target=_work, args=(one, player, holding), name="compare", daemon=True).start()


def _work(one: Beside, player: Player, holding: ExitStack) -> None:
    def tell(share: float) -> None:
        if one.gone:
            raise _GoneError
        one.share = share

    step = Step.FAILED
    try:
        with holding, _one_at_a_time:
            tell(0.0)
            one.step = Step.WORKING
            one.laid = laying.lay(player, one.file, one.kept, tell)
            step = Step.DONE
    except (_GoneError, ValueError) as left:
        if not one.gone:  # what reads from a file that was closed meanwhile is a ValueError
            raise left from None
    except (DamagedError, UnreadableError, OSError) as problem:
        _log.error("comparison.failed", error=type(problem).__name__)
    finally:
        one.file.close()
        one.at_ms, one.until_ms = now_ms(), now_ms() + TERM_MS
        one.step = step
        if one.gone:
            one.close()


def excerpt(one: Beside, number: int) -> tuple[int, int]:
    """Give where the seconds of the copy around an item lie in what was kept; raises UnknownError."""
    if one.laid is not None:
        for window, place in zip(one.laid.windows, one.laid.places, strict=True):
            if window.number == number and place[1]:
                return place
    raise UnknownError


def read(one: Beside, begin: int, end: int) -> Iterator[bytes]:
    """Give bytes of what was kept of the copy."""
    file = one.kept.read()
    file.seek(begin)
    while begin < end:
        piece = file.read(min(1 << 16, end - begin))
        begin += len(piece)
        yield piece


# By a command ---------------------------------------------------------------------------------------


@contextmanager
def sealed(track_id: str) -> Iterator[BinaryIO]:
    """Open a track that is sealed, for a command: as the organisation may hear it, and written down.

    Refused while it is not sealed (4b) or may not be heard (0c); UnknownError when it is not here.
    """
    row = models.Track.objects.filter(pk=track_id).first()
    track = None if row is None else ledger.state(row.conversation_id).tracks.get(track_id)
    if row is None or track is None or not drawing.can_be_heard(track):
        raise UnknownError
    shot = earshot.whole(ledger.head(row.conversation_id))
    conditions.may_listen(shot.state, None, track.part).or_refuse()
    settling.refuse_when(not track.sealed, "4b.not-sealed")
    key, salt = trackkeys.track_key(trackkeys.organisation_key(), row)
    witness("comparison.make", conversation_id=row.conversation_id)
    with Store(places.tracks()).open(track_id, key, row.conversation_id, salt) as found:
        yield laying.opened(Player(found, shot.unheard(track.part)))


# Going away -----------------------------------------------------------------------------------------


def throw_away(one: Beside) -> None:
    """Let all of it be gone."""
    with _guard:
        _all.pop(one.id, None)
    one.close()


def sweep() -> None:
    """Throw away what is over: after its hour, or when the session in which it was made ended."""
    now = now_ms()
    _throw_away(lambda one: one.until_ms < now or not one.owner.is_here)


def forget_all() -> None:
    """Throw everything away."""
    _throw_away(lambda _one: True)


def _throw_away(is_over: Callable[[Beside], bool]) -> None:
    for one in list(_all.values()):
        if is_over(one):
            throw_away(one)
