"""Pages on the seven agreements: reading them, choosing another text, speaking them on the recording."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tweespoor.casework import agreeing, consenting, ledger
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Visitor
from tweespoor.errors import UnknownError
from tweespoor.web import visitor
from tweespoor.web.consenting import seat_of
from tweespoor.web.desk import own
from tweespoor.web.showing_worker import agreements
from tweespoor.web.state import HERE


@require_GET
@visitor.participant
def every(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Show all seven agreements."""
    return _list(request, phone, changing=False)


@require_http_methods(["GET", "HEAD", "POST"])
@visitor.participant
def other(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Show the agreements with their alternatives, or choose one; then everyone answers again."""
    if request.method != "POST":
        return _list(request, phone, changing=True)
    item, choice = request.POST.get("item", ""), request.POST.get("choice", "")
    if phone.seat is None or phone.staff or not (item.isascii() and item.isdigit() and choice in {"0", "1"}):
        raise UnknownError
    consenting.change_item(phone.conversation_id, int(item[:2]), int(choice))
    return redirect("participant")


def _list(request: HttpRequest, phone: Visitor, *, changing: bool) -> HttpResponse:
    state = ledger.state(phone.conversation_id)
    context = {"here": HERE, "items": agreements(state), "changing": changing and state.round_open}
    return render(request, "web/agreements.html", context)


@require_POST
@own
def spoke(request: HttpRequest, conversation: str) -> HttpResponse:
    """Remember who spoke when, in the worker's session; a second tap takes it back."""
    seat = seat_of(request)
    if seat not in ledger.state(conversation).asked:
        raise UnknownError
    kept = request.session.get(_key(conversation), {"order": [], "from": now_ms()})
    order = list(kept["order"])
    if seat in order:
        order.remove(seat)
    else:
        order.append(seat)
    request.session[_key(conversation)] = {"order": order, "from": kept["from"]}
    return _again(request, conversation)


@require_POST
@own
def everyone(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note that everyone said yes on the recording."""
    kept = request.session.pop(_key(conversation), {"order": [], "from": None})
    agreeing.everyone_said_yes(conversation, tuple(kept["order"]), kept["from"] if kept["order"] else None)
    return redirect("conversation", conversation)


@require_POST
@own
def not_everyone(request: HttpRequest, conversation: str) -> HttpResponse:
    """Stop, because somebody did not say yes aloud."""
    request.session.pop(_key(conversation), None)
    agreeing.not_everyone(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def postpone(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Speak the agreements another moment; a task stays in view."""
    agreeing.postpone(conversation)
    return redirect("conversation", conversation)


def _key(conversation: str) -> str:
    return f"spoke:{conversation}"


def _again(request: HttpRequest, conversation: str) -> HttpResponse:
    return redirect("speak" if request.POST.get("at") == "speak" else "conversation", conversation)


urlpatterns = [
    path("p/agreements", every),
    path("p/other", other),
    path("g/<str:conversation>/spoke", spoke),
    path("g/<str:conversation>/everyone", everyone),
    path("g/<str:conversation>/not-everyone", not_everyone),
    path("g/<str:conversation>/postpone", postpone),
]
