"""Holds: nothing of a conversation is destroyed while one stands, whatever its term (law 12)."""

from django.db.models import Q, QuerySet

from tweespoor.casework import keeping, ledger, models, paging, wiping
from tweespoor.casework.keeping import row_of
from tweespoor.casework.paging import Page
from tweespoor.casework.witnessing import witness
from tweespoor.rules import conditions, facts
from tweespoor.rules.kinds import Ground


def place(conversation_id: str, ground: Ground | None, *, staff: models.Staff) -> None:
    """Place a hold on a ground; what was announced is undone, so that it can be heard again.

    A second hold changes nothing: the first one and its ground stand.
    """
    row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        conditions.may_hold(page.state, ground).or_refuse()
        if page.state.hold is not None or ground is None:
            return
        wiping.release(page, conversation_id, staff=staff)
        page.add(facts.HoldPlaced(at=page.now, ground=ground))
        held = {"hold": ground, "hold_ms": page.now}
        models.Keeping.objects.update_or_create(conversation_id=conversation_id, defaults=held)
        keeping.reconsider(conversation_id)
        witness("hold.place", staff=staff, conversation_id=conversation_id, about=ground)


def lift(conversation_id: str, *, staff: models.Staff) -> None:
    """Lift the hold; nothing is destroyed by that, it can be announced anew."""
    row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        if page.state.hold is None:
            return
        page.add(facts.HoldLifted(at=page.now))
        models.Keeping.objects.filter(conversation_id=conversation_id).update(hold="", hold_ms=None)
        keeping.reconsider(conversation_id)
        witness("hold.lift", staff=staff, conversation_id=conversation_id)


def held(limit: int) -> list[models.Keeping]:
    """Give the first conversations on which a hold stands, the longest held first."""
    return list(_held()[:limit])


def held_after(after: str) -> Page[models.Keeping]:
    """Give a page of the conversations on which a hold stands."""
    rows = _held()
    if (mark := paging.numbers(after)) is not None:
        since, number = mark
        rows = rows.filter(Q(hold_ms__gt=since) | Q(pk__gt=number), hold_ms__gte=since)
    return paging.page(rows, lambda row: f"{row.hold_ms}-{row.pk}")


def _held() -> QuerySet[models.Keeping]:
    return models.Keeping.objects.filter(hold_ms__isnull=False).select_related("conversation").order_by("hold_ms", "pk")
