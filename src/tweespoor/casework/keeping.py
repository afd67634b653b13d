"""How long a conversation is kept, and what is due: it proposes and reminds, and never destroys (law 12).

The terms are the house's own (`rules.keeping`); where nobody looked them up nothing is ever due.  What became due is
found once an hour and becomes a task; lists read tasks, so that they cost the same however much is kept.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from tweespoor.casework import ledger, models, settling, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Task
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import keeping
from tweespoor.rules.keeping import Term
from tweespoor.rules.state import Conversation, Part

LISTED: Final = 50
DAY_MS: Final = 86_400_000
YEAR_MS: Final = 365 * DAY_MS
"""After so long somebody is reminded again of what was kept longer than its term."""
_AT_ONCE: Final = 200


class What(StrEnum):
    """What is due: to note a year, to look whether the sound can go, or whether the rest can."""

    YEAR = "year"
    SOUND = "sound"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation of which a term ended, and what it is time for."""

    row: models.Conversation
    what: What


def row_of(conversation_id: str) -> models.Conversation:
    """Find a conversation that is kept; practice is not, and does not exist here (UnknownError)."""
    row = models.Conversation.objects.filter(pk=conversation_id, practice=False).first()
    if row is None:
        raise UnknownError
    return row


def noted(conversation_id: str) -> models.Keeping:
    """Give what is noted about keeping a conversation; nothing is stored for it."""
    known = models.Keeping.objects.filter(conversation_id=conversation_id).first()
    return known or models.Keeping(conversation_id=conversation_id)


def term_of(row: models.Conversation, state: Conversation) -> Term | None:
    """Give until when a conversation is kept; None when the house has not looked its terms up."""
    year = noted(row.pk).adult_year
    return keeping.term(settling.house(), row.opened_ms, child=state.minor_concerned, adult_year=year)


def parts_of(state: Conversation) -> list[Part]:
    """Give the parts that hold sound, or held it: those in which somebody's recorder opened a track."""
    with_tracks = {track.part for track in state.tracks.values()}
    return [part for part in state.parts.values() if part.part in with_tracks]


def note_year(conversation_id: str, year: int, *, staff: models.Staff) -> None:
    """Note in which year the youngest child concerned becomes an adult; a birth date is never asked."""
    row = row_of(conversation_id)
    settling.refuse_when(not keeping.is_year_of_adulthood(row.opened_ms, year), "4b.year")
    models.Keeping.objects.update_or_create(conversation_id=conversation_id, defaults={"adult_year": year})
    reconsider(conversation_id)
    witness("keeping.year", staff=staff, conversation_id=conversation_id, about=str(year))


def due(limit: int = LISTED) -> list[Due]:
    """Give what is due, as it was found; what is held, and what was announced already, stands on other lists."""
    rows = tasks.open_now().filter(kind=Task.Kind.RETENTION)[:limit]
    return [Due(row.conversation, What(row.note) if row.note in set(What) else What.SOUND) for row in rows]


def reconsider(conversation_id: str) -> None:
    """Open the task of a conversation that is due, and finish that of one that is not, or not any more."""
    rows = _old_enough().filter(pk=conversation_id)
    row = _with_sound(rows).first() or _without_sound(rows).first()
    tasks.finish(conversation_id, Task.Kind.RETENTION)
    if row is not None:
        _open(row)


def remind() -> int:
    """Open a task for what became due, at most two hundred at a time; gives for how many."""
    if not settling.house().retention_years:
        return 0
    lately = Task.objects.filter(conversation=OuterRef("pk"), kind=Task.Kind.RETENTION, since_ms__gt=now_ms() - YEAR_MS)
    fresh = _old_enough().filter(~Exists(lately))
    rows = [*_with_sound(fresh)[:_AT_ONCE], *_without_sound(fresh)[:_AT_ONCE]]
    for row in rows:
        _open(row)
    return len(rows)


def _open(row: models.Conversation) -> None:
    tasks.open_task(row.pk, Task.Kind.RETENTION, due_ms=now_ms(), note=_what(row))


def _what(row: models.Conversation) -> What:
    """Tell what is to be done first about a conversation that is old enough."""
    house = settling.house()
    sounds = models.Track.objects.filter(conversation=row, erased_ms=None).exists()
    by_age = house.retention_until_adult and not (sounds and house.sound_years)
    if by_age and noted(row.pk).adult_year is None and ledger.state(row.pk).minor_concerned:
        return What.YEAR
    return What.SOUND if sounds else What.REST


def _old_enough() -> QuerySet[models.Conversation]:
    """Give conversations that nobody holds, and that were not announced already."""
    going = models.Wiping.objects.filter(conversation=OuterRef("pk"), objected_ms=None, done_ms=None)
    return (
        models.Conversation.objects.filter(Q(keeping=None) | Q(keeping__hold="", keeping__drop_from_ms=None))
        .filter(~Exists(going), practice=False)
        .select_related("keeping")
        .order_by("opened_ms", "pk")
    )


def _with_sound(rows: QuerySet[models.Conversation]) -> QuerySet[models.Conversation]:
    """Keep those of which the term of the sound ended, or waits for a year."""
    house = settling.house()
    years = house.sound_years or house.retention_years
    if not years:
        return rows.none()
    before = keeping.after_years(now_ms(), -years)
    live = models.Track.objects.filter(erased_ms=None, opened_ms__lte=before + DAY_MS).values("conversation_id")
    rows = rows.filter(pk__in=live, opened_ms__lte=before)
    return rows if house.sound_years else _grown_up(rows)


def _without_sound(rows: QuerySet[models.Conversation]) -> QuerySet[models.Conversation]:
    """Keep those of which all sound is gone and the term of the rest ended."""
    years = settling.house().retention_years
    if not years:
        return rows.none()
    live = models.Track.objects.filter(conversation=OuterRef("pk"), erased_ms=None)
    before = keeping.after_years(now_ms(), -years)
    return _grown_up(rows.filter(~Exists(live), opened_ms__lte=before))


def _grown_up(rows: QuerySet[models.Conversation]) -> QuerySet[models.Conversation]:
    """Leave out those of which a child is not an adult yet, where the house keeps until then."""
    if not settling.house().retention_until_adult:
        return rows
    this_year = keeping.year_of(now_ms())
    return rows.exclude(keeping__adult_year__gte=this_year)
