"""What wipes one recording from elsewhere alone: to announce it, to object, to do it (law 12)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tweespoor.casework import playing_elsewhere, wiping_elsewhere
from tweespoor.casework.models import Role
from tweespoor.rules.elsewhere import Why
from tweespoor.web.staffing import only, signed_in

WHYS: dict[str, Promise] = {
    Why.ASKED: gettext_lazy("Wie hem gaf, vraagt om wissen"),
    Why.OTHER_TALK: gettext_lazy("Het is niet van dit gesprek"),
    Why.NOT_THERE: gettext_lazy("De maker was er niet bij"),
}


@require_POST
@only(Role.OFFICER)
def announce(request: HttpRequest, external: str) -> HttpResponse:
    """Announce that a recording from elsewhere will be wiped."""
    given = request.POST.get("why", "")
    row = wiping_elsewhere.announce(signed_in(request), external, Why(given) if given in WHYS else None)
    return redirect("elsewhere", row.conversation_id)


@require_POST
@login_required
def object_to(request: HttpRequest, external: str) -> HttpResponse:
    """Object, with a reason: it stays."""
    row = wiping_elsewhere.object_to(signed_in(request), external, request.POST.get("reason", ""))
    return redirect("elsewhere", row.conversation_id)


@require_POST
@only(Role.OFFICER)
def wipe(request: HttpRequest, external: str) -> HttpResponse:
    """Wipe one whose date has come; also when somebody else just did."""
    officer = signed_in(request)
    if request.POST.get("sure") != "yes":
        where = playing_elsewhere.find(officer, external).row.conversation_id
        return redirect(f"{reverse('elsewhere', args=[where])}?sure")
    row = wiping_elsewhere.wipe(officer, external)
    return redirect("elsewhere", row.conversation_id)


urlpatterns = [
    path("elders/<str:external>/vast", announce, name="elsewhere_announce"),
    path("elders/<str:external>/bezwaar", object_to, name="elsewhere_object"),
    path("elders/<str:external>/wissen", wipe, name="elsewhere_wipe"),
]
