"""Two taps about old lines of the access log: to announce that they go, and to object."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tweespoor.casework import clearing, settling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Role, Staff
from tweespoor.web.keepingwords import date_of
from tweespoor.web.staffing import only, signed_in


@require_POST
@only(Role.OFFICER)
def announce(request: HttpRequest) -> HttpResponse:
    """Announce that old lines go."""
    clearing.announce(signed_in(request))
    return redirect("keeping")


@require_POST
@only(Role.OFFICER, Role.MANAGER)
def object_to(request: HttpRequest) -> HttpResponse:
    """Object: they stay."""
    clearing.object_to(signed_in(request))
    return redirect("keeping")


def told(staff: Staff) -> dict[str, object]:
    """Give what the page of keeping says about old lines of the log; nothing where the house has no term for them."""
    house = settling.house()
    if not house.log_years:
        return {}
    coming, last = clearing.coming(), clearing.last()
    said = [_("Het logboek bewaren we %(years)s jaar.") % {"years": house.log_years}]
    said.append(_("Bron: %(source)s.") % {"source": house.log_source.rstrip(".")})
    if last is not None and last.done_ms is not None:
        said.append(_("Voor het laatst gewist op %(date)s.") % {"date": date_of(last.done_ms)})
    if coming is not None:
        dates = {"before": date_of(coming.before_ms), "date": date_of(coming.removable_ms)}
        said.append(_("Regels van voor %(before)s gaan weg, vanaf %(date)s.") % dates)
        if now_ms() >= coming.removable_ms:
            said.append(_("Wie het systeem beheert, wist ze met een opdracht."))
    return {
        "says": said,
        "announces": staff.role == Role.OFFICER and clearing.is_due(),
        "objects": coming is not None and staff.role in (Role.OFFICER, Role.MANAGER),
    }


urlpatterns = [
    path("desk/log/announce", announce, name="log_announce"),
    path("desk/log/object", object_to, name="log_object"),
]
