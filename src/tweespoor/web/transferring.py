"""The pages on which a conversation, or a plan for one, is handed over to a colleague."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tweespoor.casework import overseeing, paging, transferring
from tweespoor.casework.models import Plan, Role
from tweespoor.casework.overseeing import Act
from tweespoor.web.planning import own_plan
from tweespoor.web.showing import day, time_of_day
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


@require_http_methods(["GET", "HEAD", "POST"])
@own_plan
def hand_over_plan(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Ask to whom a plan goes, and hand it over."""
    if plan.conversation_id is not None:
        return redirect("conversation", plan.conversation_id)
    wrong = ""
    if request.method == "POST":
        to = request.POST.get("to", "")
        if paging.is_number(to):
            transferring.transfer_plan(plan, int(to))
            return redirect("plans")
        wrong = _("Kies een collega.")
    context = {
        "plan": plan,
        "day": day(plan.starts_ms),
        "hour": time_of_day(plan.starts_ms),
        "colleagues": transferring.colleagues_for(plan),
        "wrong": wrong,
    }
    return render(request, "web/plan_hand_over.html", context, status=422 if wrong else 200)


urlpatterns = [
    path("desk/g/<str:conversation>/hand-over", hand_over, name="desk_hand_over"),
    path("plans/<str:plan>/hand-over", hand_over_plan, name="plan_hand_over"),
]
