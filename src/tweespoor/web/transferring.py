"""The page on which a conversation is handed over to a colleague."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tweespoor.casework import overseeing, paging, transferring
from tweespoor.casework.models import Role
from tweespoor.casework.overseeing import Act
from tweespoor.web.showing import day
from tweespoor.web.staffing import only, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.WORKER, Role.MANAGER)
def hand_over(request: HttpRequest, conversation: str) -> HttpResponse:
    """Ask to whom, and hand it over; who gave it away no longer sees it, unless as a manager."""
    staff = signed_in(request)
    row = overseeing.find(staff, conversation, Act.HAND_OVER)
    wrong = ""
    if request.method == "POST":
        to = request.POST.get("to", "")
        if paging.is_number(to):
            transferring.transfer(conversation, int(to), by=staff)
            return redirect("desk" if staff.role in overseeing.DESK else "home")
        wrong = _("Kies een collega.")
    context = {
        "day": day(row.opened_ms),
        "here": reverse("desk_conversation", args=[conversation]),
        "colleagues": transferring.colleagues(conversation),
        "own": row.worker_id == staff.pk,
        "wrong": wrong,
    }
    return render(request, "web/desk_hand_over.html", context, status=422 if wrong else 200)


urlpatterns = [path("desk/g/<str:conversation>/hand-over", hand_over, name="desk_hand_over")]
