"""The privacy officer's page of use on a ground of law, and of whether the people are told of it (clause 6a, law)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tweespoor.casework import delivering, ledger, models, using
from tweespoor.casework.models import Role
from tweespoor.casework.using import GROUNDS, TERMS, Informing
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.kinds import Ground
from tweespoor.web import codes
from tweespoor.web.overseeing import dated
from tweespoor.web.questions import until
from tweespoor.web.sharing import TERMS as CALLED
from tweespoor.web.showing import time_of_day
from tweespoor.web.staffing import only, signed_in

WORDS: dict[str, Promise] = {
    Ground.COLLEAGUE: gettext_lazy("Een collega die aan dit dossier werkt"),
    Ground.DUTY_BY_LAW: gettext_lazy("Een plicht uit de wet"),
    Ground.COMPLAINT: gettext_lazy("Een klacht of een tuchtrechter"),
    Ground.COURT: gettext_lazy("Een rechter"),
}
DECIDED: dict[str, Promise] = {
    Informing.TOLD: gettext_lazy("Vertellen aan wie erbij was"),
    Informing.NOT_NOW: gettext_lazy("Nu niet vertellen"),
}


@require_safe
@only(Role.OFFICER)
def listed(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show every use of a conversation, and let the officer add one or decide about telling."""
    return render(request, "web/desk_use.html", _sheet(request, conversation))


def _sheet(request: HttpRequest, conversation: str) -> dict[str, object]:
    row = _row(conversation)
    state = ledger.state(conversation)
    parts = [
        {"number": number, "begin": time_of_day(part.started_at), "end": time_of_day(part.ended_at)}
        for number, part in state.parts.items()
        if part.started_at is not None and part.ended_at is not None and conditions.may_listen(state, None, number)
    ]
    return {
        "conversation": conversation,
        "here": reverse("desk_use", args=[conversation]),
        "day": dated(row.opened_ms),
        "parts": parts,
        "grounds": [(ground.value, WORDS[ground]) for ground in GROUNDS],
        "terms": [(days, CALLED[days]) for days in TERMS],
        "decisions": list(DECIDED.items()),
        "longest": using.LONGEST,
        "uses": [_line(one) for one in using.of(conversation, staff=signed_in(request))],
    }


def _line(one: using.Told) -> dict[str, object]:
    use = one.use
    return {
        "id": use.pk,
        "day": dated(use.at_ms),
        "ground": WORDS[use.ground],
        "reason": one.reason,
        "who": use.staff.username,
        "part": use.part,
        "given": one.given,
        "decided": DECIDED.get(use.informing, ""),
        "why": one.why,
    }


@require_POST
@only(Role.OFFICER)
def use(request: HttpRequest, conversation: str) -> HttpResponse:
    """Use a part on a ground of law, and show the link once."""
    _row(conversation)
    given = request.POST
    ground = next((one for one in GROUNDS if one.value == given.get("ground")), None)
    part, days = given.get("part", ""), given.get("days", "")
    if part not in {str(number) for number in ledger.state(conversation).parts} or days not in map(str, TERMS):
        raise UnknownError
    staff = signed_in(request)
    made, token = using.use(conversation, int(part), ground, given.get("reason", ""), int(days), staff=staff)
    address = codes.whole(reverse("given", args=[token]))
    expires = delivering.see(token, "").delivery.expires_ms
    told = {"address": address, "code": codes.square(address), "until": until(expires), "conversation": conversation}
    return render(request, "web/desk_link.html", told | {"here": reverse("desk_use", args=[made.conversation_id])})


@require_POST
@only(Role.OFFICER)
def end(request: HttpRequest, conversation: str, number: int) -> HttpResponse:
    """End the link of a use."""
    using.end(_of(conversation, number), staff=signed_in(request))
    return redirect("desk_use", conversation)


@require_POST
@only(Role.OFFICER)
def inform(request: HttpRequest, conversation: str, number: int) -> HttpResponse:
    """Decide whether the people are told, with the reason of that."""
    try:
        informing = Informing(request.POST.get("informing", ""))
    except ValueError:
        raise UnknownError from None
    using.inform(_of(conversation, number), informing, request.POST.get("why", ""), staff=signed_in(request))
    return redirect("desk_use", conversation)


def _row(conversation: str) -> models.Conversation:
    row = models.Conversation.objects.filter(pk=conversation, practice=False).first()
    if row is None:
        raise UnknownError
    return row


def _of(conversation: str, number: int) -> int:
    if using.find(number).conversation_id != conversation:
        raise UnknownError
    return number


urlpatterns = [
    path("desk/use/<str:conversation>/", listed, name="desk_use"),
    path("desk/use/<str:conversation>/use", use),
    path("desk/use/<str:conversation>/<int:number>/end", end),
    path("desk/use/<str:conversation>/<int:number>/inform", inform),
]
