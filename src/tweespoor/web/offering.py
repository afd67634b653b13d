"""Pages for what is offered when there is no recording."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods

from tweespoor.casework import offering
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import Offered
from tweespoor.web.desk import own
from tweespoor.web.state import worker_page


@require_http_methods(["GET", "HEAD", "POST"])
@own
def offer(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show what can be offered, or note what came of it."""
    if request.method != "POST":
        return worker_page(request, conversation, "offer")
    offered = request.POST.get("offered", "")
    if offered not in set(Offered):
        raise UnknownError
    offering.note(conversation, Offered(offered))
    return redirect("conversation", conversation)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def interest_line(request: HttpRequest, conversation: str) -> HttpResponse:
    """Ask for the one line on why recording was not good for a child, or keep it; only reached from the list."""
    if request.method != "POST":
        return worker_page(request, conversation, "interest-line")
    if line := request.POST.get("line", "").strip():
        offering.interest_line(conversation, line)
    return redirect("home")


urlpatterns = [
    path("g/<str:conversation>/offer", offer),
    path("g/<str:conversation>/interest-line", interest_line),
]
