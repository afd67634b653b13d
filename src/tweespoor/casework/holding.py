"""Holds: nothing of a conversation is destroyed while one stands, whatever its term (law 12)."""

from tweespoor.casework import keeping, ledger, models, wiping
from tweespoor.casework.keeping import row_of
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
        models.Keeping.objects.update_or_create(conversation_id=conversation_id, defaults={"hold": ground})
        keeping.reconsider(conversation_id)
        witness("hold.place", staff=staff, conversation_id=conversation_id, about=ground)


def lift(conversation_id: str, *, staff: models.Staff) -> None:
    """Lift the hold; nothing is destroyed by that, it can be announced anew."""
    row_of(conversation_id)
    with ledger.writing(conversation_id) as page:
        if page.state.hold is None:
            return
        page.add(facts.HoldLifted(at=page.now))
        models.Keeping.objects.filter(conversation_id=conversation_id).update(hold="")
        keeping.reconsider(conversation_id)
        witness("hold.lift", staff=staff, conversation_id=conversation_id)


def held(limit: int) -> list[models.Keeping]:
    """Give the conversations on which a hold stands."""
    return list(
        models.Keeping.objects.filter(hold__gt="").select_related("conversation").order_by("hold", "pk")[:limit]
    )
