"""Pages for who comes in and who leaves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from tweespoor.casework import attending, ledger
from tweespoor.casework.opening import MOST_PEOPLE
from tweespoor.errors import UnknownError
from tweespoor.web.consenting import seat_number
from tweespoor.web.desk import own


@require_POST
@own
def came(request: HttpRequest, conversation: str) -> HttpResponse:
    """Say when somebody came in, and whether that person stays."""
    attending.someone_came(conversation, just_now=request.POST.get("when") != "while")
    if request.POST.get("then") == "stays":
        attending.someone_stays(conversation)
    else:
        attending.same_people(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def someone_leaves(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Let everything stand still because somebody leaves."""
    attending.someone_leaves(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def left(request: HttpRequest, conversation: str) -> HttpResponse:
    """Say who left, and go on with who is still there."""
    state = ledger.state(conversation)
    gone = {seat_number(seat) or 0 for seat in request.POST.getlist("seat")[:MOST_PEOPLE]}
    if not gone <= state.seats.keys():
        raise UnknownError
    if still := gone & state.present:  # a second tap finds them gone already
        attending.left(conversation, tuple(sorted(still)))
    attending.go_on(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def go_on(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Go on after standing still."""
    attending.go_on(conversation)
    return redirect("conversation", conversation)


urlpatterns = [
    path("g/<str:conversation>/came", came),
    path("g/<str:conversation>/someone-leaves", someone_leaves),
    path("g/<str:conversation>/left", left),
    path("g/<str:conversation>/go-on", go_on),
]
