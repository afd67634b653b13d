"""The privacy officer's page for listening back: stopping it with a reason, allowing it, and listening with us."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from tweespoor.casework import admitting, halting, hearing, ledger
from tweespoor.casework.models import Conversation, Role
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import Kind
from tweespoor.web.admitting import offer_here, seat_in
from tweespoor.web.showing import day, names
from tweespoor.web.staffing import only, signed_in

_ID = re.compile(r"[0-9a-f]{32}")


@require_GET
@only(Role.OFFICER)
def officer(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show who may listen back."""
    return _show(request, _known(conversation))


@require_POST
@only(Role.OFFICER)
def change(request: HttpRequest, conversation: str, verb: str) -> HttpResponse:
    """Stop or allow somebody's listening back, note that it was agreed, read the reasons, or listen with us."""
    row, staff, back = _known(conversation), signed_in(request), reverse("officer_hearing", args=[conversation])
    if verb == "reasons":
        return _show(request, row, reasons=halting.reasons(row.pk, staff))
    seat = seat_in(request)
    if verb == "here":
        return offer_here(request, row.pk, back)
    if verb == "halt":
        reason = request.POST.get("reason", "")
        if not reason.strip():
            return _show(request, row, wrong=seat)
        halting.halt(row.pk, seat, reason, staff)
    elif verb == "allow":
        halting.allow(row.pk, seat, staff)
    elif verb == "agree":
        hearing.agree(row.pk, seat, staff)
    else:
        raise UnknownError
    return redirect(back)


def _known(conversation: str) -> Conversation:
    row = Conversation.objects.filter(pk=conversation).first() if _ID.fullmatch(conversation) else None
    if row is None:
        raise UnknownError
    return row


def _show(
    request: HttpRequest, row: Conversation, *, reasons: dict[int, str] | None = None, wrong: int | None = None
) -> HttpResponse:
    state = ledger.state(row.pk)
    called, listens, halted = names(state), set(admitting.people(row.pk)), halting.seats(row.pk)
    seats = [
        {
            "number": seat,
            "name": called[seat],
            "halted": seat in halted,
            "reason": (reasons or {}).get(seat, ""),
            "listens": seat in listens,
            "may_agree": person.kind is Kind.PROFESSIONAL and seat not in listens,
            "young": person.kind is Kind.YOUTH_12,
            "wrong": seat == wrong,
        }
        for seat, person in sorted(state.seats.items())
        if person.kind is not Kind.STAFF
    ]
    context = {
        "here": reverse("officer_hearing", args=[row.pk]),
        "day": day(row.opened_ms),
        "seats": seats,
        "halts": bool(halted) and reasons is None,
    }
    return render(request, "web/officer_hearing.html", context, status=422 if wrong is not None else 200)


urlpatterns = [
    path("desk/hearing/<str:conversation>/", officer, name="officer_hearing"),
    path("desk/hearing/<str:conversation>/<slug:verb>", change),
]
