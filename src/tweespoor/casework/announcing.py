"""Takes what somebody says beforehand: «ik wil mijn gesprek opnemen»; no name, no dossier (clause 3a).

Everything that is said is kept in the same way, whether or not a conversation is planned then: so the answer, and the
work behind it, tell nobody when we talk with whom.  Which plan is meant is looked up when its worker looks.  A
telephone number is sealed, lies in the keyring, and is gone after the conversation.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from tweespoor.casework import models, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.witnessing import witness
from tweespoor.seal import keys

DAY_MS: Final = 24 * 3_600_000
FARTHEST_MS: Final = 2 * 366 * DAY_MS
MOST_WAYS: Final = 5
LONGEST_NUMBER: Final = 30
_LEAST_FIGURES: Final = 3
_PURPOSE: Final = b"tweespoor/beforehand/1"
KIND: Final = "safe way"


class Way(StrEnum):
    """How somebody can be reached safely."""

    NONE = "none"
    CALL = "call"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody thinks the conversation is: a minute, or the beginning of a day of which the hour is not known."""

    starts_ms: int
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What was said beforehand about a plan; ``maybe``: about a moment at which there are more plans."""

    certain: bool = False
    maybe: bool = False
    reachable: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """One safe way to reach somebody."""

    way: Way
    number: str


def is_number(number: str) -> bool:
    """Tell whether a text is a telephone number: figures, in groups, perhaps with a plus.

    >>> is_number("06 12 34 56 78"), is_number("+31 (0)6-12345678"), is_number("Bram"), is_number("")
    (True, True, False, False)
    """
    figures = [sign for sign in number if sign.isascii() and sign.isdigit()]
    allowed = all((sign.isascii() and sign.isdigit()) or sign in " +-.()" for sign in number)
    return allowed and len(figures) >= _LEAST_FIGURES and len(number) <= LONGEST_NUMBER


def announce(moment: Moment, way: Way, number: str, invited: models.Plan | None) -> None:
    """Keep that somebody wants to record; with an invitation it is known of which plan.

    A number is kept only for a way that needs one.  What cannot be a conversation to come is not kept.
    """
    now = now_ms()
    starts_ms = whole_minute(moment.starts_ms if invited is None else invited.starts_ms)
    if not now - DAY_MS <= starts_ms <= now + FARTHEST_MS:
        return
    key = secrets.token_hex(16)
    sealed = keys.wrap(_key(), number.encode(), KIND, key) if way is not Way.NONE else b""
    models.Announcement.objects.create(
        id=key,
        plan="" if invited is None else invited.pk,
        starts_ms=starts_ms,
        whole_day=moment.whole_day and invited is None,
        way=way,
        sealed=sealed,
        at_ms=now,
        until_ms=starts_ms + (2 * DAY_MS if moment.whole_day else DAY_MS),
    )


def said(one: models.Plan) -> Said:
    """Tell what was said beforehand about a plan."""
    certain = _certain(one)
    if certain.exists():
        return Said(certain=True, reachable=certain.exclude(way=Way.NONE).exists())
    return Said(maybe=_at_its_moment(one).exists())


def reach(one: models.Plan, staff: models.Staff) -> list[Reach]:
    """Open the safe ways of who wants to record, newest first; that they were opened is written down."""
    found = _reachable(one)[:MOST_WAYS]
    witness("plan.reach", staff=staff, about=one.reference)
    return [Reach(Way(row.way), _opened(row)) for row in found]


def newest(one: models.Plan) -> tuple[str, Reach] | None:
    """Give the newest safe way of a plan with its id, to go on under another key; None when there is none."""
    row = _reachable(one).first()
    return None if row is None else (row.pk, Reach(Way(row.way), _opened(row)))


def forget(key: str) -> None:
    """Forget the number of one announcement."""
    models.Announcement.objects.filter(pk=key).update(way=Way.NONE, sealed=b"")


def _reachable(one: models.Plan) -> QuerySet[models.Announcement]:
    return _certain(one).exclude(way=Way.NONE).order_by("-at_ms", "pk")


def follow(one: models.Plan, starts_ms: int) -> None:
    """Tie what was said about a plan to that plan, also when it goes to another moment."""
    _certain(one).update(plan=one.pk, starts_ms=starts_ms, whole_day=False, until_ms=starts_ms + DAY_MS)


def forget_due(has_ended: Callable[[models.Plan], bool]) -> None:
    """Forget what was said about conversations that are over, and about moments that are past."""
    models.Announcement.objects.filter(until_ms__lt=now_ms()).delete()
    tied = list(models.Announcement.objects.exclude(plan="").values_list("plan", flat=True).distinct())
    begun = models.Plan.objects.select_related("conversation").filter(pk__in=tied, begun_ms__isnull=False)
    over = [one.pk for one in begun if has_ended(one)]
    models.Announcement.objects.filter(plan__in=over).delete()


def _certain(one: models.Plan) -> QuerySet[models.Announcement]:
    """Give what was said about this plan and no other."""
    meant = Q(plan=one.pk)
    exact, of_day = _moments(one)
    if _plans_between(one.starts_ms, one.starts_ms + 1) == 1:
        meant |= exact
    if _plans_between(*day_of(one.starts_ms)) == 1:
        meant |= of_day
    return models.Announcement.objects.filter(meant)


def _at_its_moment(one: models.Plan) -> QuerySet[models.Announcement]:
    exact, of_day = _moments(one)
    return models.Announcement.objects.filter(exact | of_day)


def _moments(one: models.Plan) -> tuple[Q, Q]:
    begin, end = day_of(one.starts_ms)
    exact = Q(plan="", whole_day=False, starts_ms=one.starts_ms)
    return exact, Q(plan="", whole_day=True, starts_ms__gte=begin, starts_ms__lt=end)


def _plans_between(begin: int, end: int) -> int:
    return models.Plan.objects.filter(starts_ms__gte=begin, starts_ms__lt=end, cancelled_ms=None).count()


def whole_minute(ms: int) -> int:
    """Give the minute in which a moment lies: nobody makes an appointment to the second."""
    return ms - ms % 60_000


def day_of(ms: int) -> tuple[int, int]:
    """Give the beginning and the end of the day here in which a moment lies; a day may last 23 or 25 hours."""
    here = timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC)).date()
    begin, end = (timezone.make_aware(datetime.combine(here + timedelta(days=days), time.min)) for days in (0, 1))
    return int(begin.timestamp() * 1000), int(end.timestamp() * 1000)


def _opened(row: models.Announcement) -> str:
    return keys.unwrap(_key(), bytes(row.sealed), KIND, row.pk).decode()


def beforehand_key(organisation: bytes) -> bytes:
    """Derive the key of what is said beforehand from the organisation's key."""
    return keys.derive(organisation, _PURPOSE)


def _key() -> bytes:
    return beforehand_key(trackkeys.organisation_key())
