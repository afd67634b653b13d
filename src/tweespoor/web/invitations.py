"""What an invitation says, on a screen, on paper and in a mail: when, that one may record, and where to say so."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tweespoor.casework import planning
from tweespoor.casework.models import Plan
from tweespoor.web import codes, moments
from tweespoor.web.showing import day, time_of_day


def told(plan: Plan) -> dict[str, object]:
    """Give what differs from one invitation to the other, in the language of the page; nobody's name."""
    token = planning.invitation(plan)
    address = f"{settings.TWEESPOOR_ORIGIN}{reverse('invitation', args=[token])}"
    return {
        "day": moments.weekday(plan.starts_ms),
        "hour": time_of_day(plan.starts_ms),
        "telephone": plan.telephone,
        "off": plan.cancelled_ms is not None,
        "begun": plan.conversation_id is not None,
        "reference": plan.reference,
        "address": address,
        "conditions_address": conditions_address(),
        "code": codes.square(address),
    }


def conditions_address() -> str:
    """Give the address of the public conditions as people type it."""
    return f"{settings.TWEESPOOR_ORIGIN}{reverse('conditions')}"


def subject_of(plan: Plan) -> str:
    """Give the subject of a mail: it says no more than that we talk, and when."""
    return _("Ons gesprek op %(day)s") % {"day": day(plan.starts_ms)}
