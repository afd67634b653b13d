"""The confirmation to keep: the same file for everyone present, and a page that holds one against the conversation."""

from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from tweespoor.casework import bundling, confirming, limiting, settling
from tweespoor.casework import sight as sights
from tweespoor.casework.confirming import Compared, Receipt
from tweespoor.casework.models import Conversation, Hearing, Visitor
from tweespoor.errors import UnknownError
from tweespoor.web import visitor
from tweespoor.web.desk import own
from tweespoor.web.hearing import listener
from tweespoor.web.showing import day, marked, time_of_day
from tweespoor.web.staffing import signed_in

TRIES: Final = 30
HOUR_S: Final = 3600
NAME: Final = "bevestiging.txt"


def as_file(receipt: Receipt) -> HttpResponse:
    """Give a receipt as the file that somebody keeps: its one line."""
    answer = HttpResponse(receipt.line + b"\n", content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer


@require_safe
@visitor.participant
def of_participant(request: HttpRequest, phone: Visitor) -> HttpResponse:  # noqa: ARG001 - a view
    """Give the confirmation to who was present: the same bytes for everyone (law 10)."""
    return _first(phone.conversation_id) or redirect("participant")


@require_safe
@own
def of_worker(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Give the same file to the worker, for who has no phone."""
    return _first(conversation) or redirect("conversation", conversation)


def _first(conversation: str) -> HttpResponse | None:
    finished = sights.look(conversation).row.finished_ms
    known = confirming.confirmation(conversation) if finished else None
    return None if known is None or known.receipt is None else as_file(known.receipt)


@require_safe
@listener
def of_listener(request: HttpRequest, session: Hearing) -> HttpResponseBase:  # noqa: ARG001 - a view
    """Give the newest confirmation to who listens back; not on a device of ours."""
    newest = confirming.newest(session.conversation_id)
    if newest is None or session.code is None:
        raise UnknownError
    return as_file(newest)


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def hold(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Show the newest confirmation, and hold one that somebody kept against the conversation."""
    context = _held(request, session.conversation_id, f"{session.seat}")
    context |= {"at_ours": not session.code, "file": reverse("hear_receipt_file")}
    return render(request, "web/hear_receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hold_at_desk(request: HttpRequest, conversation: str) -> HttpResponse:
    """Hold a confirmation that somebody brought along against the conversation, for who makes its bundle here."""
    row, staff = Conversation.objects.filter(pk=conversation).first(), signed_in(request)
    if row is None or not bundling.is_for(staff, row):
        raise UnknownError
    context = _held(request, row.pk, f"staff-{staff.pk}") | {"conversation": row.pk}
    return render(request, "web/desk_receipt.html", context)


def _held(request: HttpRequest, conversation: str, who: str) -> dict[str, object]:
    """Give the newest confirmation, and what came of those that were given; so many an hour."""
    newest = confirming.newest(conversation)
    context: dict[str, object] = {}
    if newest is not None:
        context |= {**marked(newest), "made": {"day": day(newest.at), "time": time_of_day(newest.at)}}
    if request.method == "POST":
        left = limiting.take(f"receipts:{conversation}:{who}", TRIES, HOUR_S)
        settling.refuse_when(left is None, "0c.too-often")
        found = confirming.hold(conversation, _given(request))
        context |= {"asked": True, "found": [_told(one) for one in found]}
    return context


def _given(request: HttpRequest) -> str:
    """Give what was typed, or what stands in the file that was chosen."""
    given = [request.POST.get("code", "")]
    files = request.FILES.getlist("file")
    given += [file.read(confirming.LONGEST).decode("utf-8", "replace").removeprefix("\ufeff") for file in files]
    return "\n".join(given)


def _told(one: Compared) -> dict[str, object]:
    told: dict[str, object] = {"held": one.held.value}
    return told if one.at is None else told | {"day": day(one.at), "time": time_of_day(one.at)}


urlpatterns = [
    path("p/receipt.txt", of_participant, name="receipt_file"),
    path("g/<str:conversation>/receipt.txt", of_worker),
    path("desk/g/<str:conversation>/receipt", hold_at_desk, name="desk_receipt"),
    path("luister/bevestiging", hold, name="hear_receipt"),
    path("luister/bevestiging.txt", of_listener, name="hear_receipt_file"),
]
