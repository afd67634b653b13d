"""Removes lines of the access log whose term ended, in two steps that a person takes (law 12).

The term is the house's own (``log_years``, with its source), five years at least: the database itself refuses to let
a younger line go.  The privacy officer announces it, with a date; until then the officer or the manager can object;
from that date on the officer lets them be removed by a command.  What belongs to a conversation on which a hold stands
stays.  That lines were removed, by whom and how many, is a line of the log itself.
"""

from typing import Final

from django.db import transaction
from django.db.models import Q

from tweespoor.casework import models, settling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Access, Keeping, LogEnding
from tweespoor.casework.witnessing import Lines, witness

DAY_MS: Final = 86_400_000
YEAR_MS: Final = 366 * DAY_MS
"""A year of the log is never shorter than one of the calendar."""


def coming() -> LogEnding | None:
    """Give what is announced and was not done or objected to; None when nothing is."""
    return LogEnding.objects.filter(objected_ms=None, done_ms=None).select_related("announced_by").first()


def last() -> LogEnding | None:
    """Give what was removed last; None when nothing ever was."""
    return LogEnding.objects.filter(done_ms__isnull=False).select_related("done_by").order_by("-pk").first()


def is_due() -> bool:
    """Tell whether there are lines that may be announced now."""
    years = settling.house().log_years
    return bool(years) and coming() is None and _lines(_before(years)).exists()


def announce(staff: models.Staff) -> LogEnding:
    """Announce that the lines whose term ended go; the first announcement counts; refused when there are none."""
    with transaction.atomic():
        known = coming()
        if known is not None:
            return known
        years = settling.house().log_years
        settling.refuse_when(not is_due(), "4b.still-kept")
        now = now_ms()
        witness("log.announce", staff=staff)
        return LogEnding.objects.create(
            before_ms=_before(years),
            announced_ms=now,
            announced_by=staff,
            removable_ms=now + settling.house().objection_days * DAY_MS,
        )


def object_to(staff: models.Staff) -> None:
    """Object: nothing goes that was announced.  Refused when nothing is announced (any more)."""
    open_ones = LogEnding.objects.filter(objected_ms=None, done_ms=None)
    settling.refuse_when(not open_ones.update(objected_ms=now_ms(), objected_by=staff), "5a.not-locked")
    witness("log.object", staff=staff)


def remove(staff: models.Staff) -> int:
    """Remove what was announced and whose date has come; gives how many lines; refused while somebody can object."""
    with transaction.atomic():
        ending = LogEnding.objects.select_for_update().filter(objected_ms=None, done_ms=None).first()
        if ending is None:
            settling.refuse("5a.not-locked")
        settling.refuse_when(now_ms() < ending.removable_ms, "5a.too-early")
        count = _lines(ending.before_ms).delete()[0]
        LogEnding.objects.filter(pk=ending.pk).update(done_ms=now_ms(), done_by=staff, lines=count)
        witness("log.remove", staff=staff, about=f"{count} lines")
    return count


def _before(years: int) -> int:
    return now_ms() - years * YEAR_MS


def _lines(before_ms: int) -> Lines:
    """Give the lines of before a moment, without those about a conversation on which a hold stands."""
    held = Keeping.objects.filter(hold__gt="").values("conversation_id")
    return Access.objects.filter(Q(conversation_id=None) | ~Q(conversation_id__in=held), at_ms__lt=before_ms)
