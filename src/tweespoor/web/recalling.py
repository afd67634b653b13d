"""How the agreements were laid down, in one picture: spoken, with a jump to the second, or signed (7a and 7b)."""

import re

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tweespoor.casework import hearing, listening, recalling, settling
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.models import Hearing
from tweespoor.casework.recalling import Held, Recalled
from tweespoor.rules.state import Conversation
from tweespoor.web import showing_contract
from tweespoor.web.hearing import listener
from tweespoor.web.pictures import clock, seconds
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.showing_worker import told
from tweespoor.web.staffing import signed_in

_CLOCK = re.compile(r"\s*(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)\s*", re.ASCII)


@require_safe
@login_required
def recording(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show who may hear a recording how each agreement was laid down."""
    seen = listening.look(signed_in(request), conversation)
    player = reverse("recording", args=[conversation])
    context = {"items": _items(conversation, seen.state, seen.drawing, player), "back": player}
    return render(request, "web/recording_agreements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def afterwards(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Show somebody who listens back the same for the own minutes; or note what is not right."""
    seen = hearing.look(session)
    conversation, length = session.conversation_id, 0 if seen.drawing is None else seen.drawing.length
    if request.method == "POST":
        begin, end = _ms(request.POST.get("begin", "")), _ms(request.POST.get("end", ""))
        says = _("Van %(begin)s tot %(end)s:") % {"begin": clock(begin), "end": clock(end)}
        text = request.POST.get("text", "")
        recalling.dispute(conversation, session.seat, (begin, end), text, says=says, length_ms=length)
        return redirect("hear_agreements")
    player = reverse("hear_talk")
    context = {
        "items": _items(conversation, seen.state, seen.drawing, player),
        "length": clock(length),
        "hears": seen.drawing is not None,
        "noted": [{"day": day(one.at_ms), "text": one.text} for one in recalling.disputed(conversation, session.seat)],
        "longest": recalling.LONGEST,
        "contract": showing_contract.for_listener(session) is not None,
    }
    return render(request, "web/hear_agreements.html", context)


def _ms(typed: str) -> int:
    """Read a moment on the line, as people write it."""
    found = _CLOCK.fullmatch(typed)
    if found is None:
        settling.refuse("7a.span")
    hours, minutes, rest = (int(one or 0) for one in found.groups())
    return ((hours * 60 + minutes) * 60 + rest) * 1000


def _items(conversation: str, state: Conversation, drawing: Drawing | None, player: str) -> list[dict[str, object]]:
    return [_item(one, player) for one in recalling.recall(conversation, state, drawing)]


def _item(one: Recalled, player: str) -> dict[str, object]:
    many = len(one.held) > 1
    return {"asks": told(one.question), "held": [_held(text, player, many=many) for text in one.held]}


def _held(one: Held, player: str, *, many: bool) -> dict[str, object]:
    return {
        "says": told(one.text),
        "from": _("Vanaf %(time)s.") % {"time": time_of_day(one.from_ms)} if many else "",
        "spoken": [
            {
                "clock": clock(spoken.text_ms),
                "url": f"{player}#t={seconds(spoken.text_ms)}",
                "yeses": None if spoken.yeses_ms is None else clock(spoken.yeses_ms),
                "yeses_url": None if spoken.yeses_ms is None else f"{player}#t={seconds(spoken.yeses_ms)}",
            }
            for spoken in one.spoken
            if spoken.text_ms is not None
        ],
        "unheard": any(spoken.text_ms is None for spoken in one.spoken),
        "contracts": list(one.contracts),
        "nothing": not one.spoken and not one.contracts,
    }


urlpatterns = [
    path("opname/<str:conversation>/afspraken", recording, name="recording_agreements"),
    path("luister/afspraken", afterwards, name="hear_agreements"),
]
