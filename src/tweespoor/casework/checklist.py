"""The privacy officer's checklist: a new installation practises until every item is ticked."""

from tweespoor.casework import models
from tweespoor.casework.clock import now_ms
from tweespoor.errors import UnknownError

ITEMS = (
    "helpline",
    "dossier",
    "retention",
    "roles",
    "keys",
    "impact-assessment",
    "leaflet",
    "training",
    "declines",
    "phones",
)


def ticked() -> dict[str, models.ChecklistTick]:
    """Give the ticks by item."""
    return {tick.item: tick for tick in models.ChecklistTick.objects.select_related("staff")}


def is_complete() -> bool:
    """Tell whether practice mode has ended."""
    return set(ITEMS) <= set(models.ChecklistTick.objects.values_list("item", flat=True))


def tick(item: str, staff: models.Staff) -> None:
    """Tick an item; who and when is kept; a second tick changes nothing."""
    if item not in ITEMS:
        raise UnknownError
    models.ChecklistTick.objects.get_or_create(item=item, defaults={"staff": staff, "at_ms": now_ms()})


def untick(item: str) -> None:
    """Take a tick back: practice mode begins again for new conversations."""
    models.ChecklistTick.objects.filter(item=item).delete()
