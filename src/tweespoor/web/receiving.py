"""Pages on which a recording from elsewhere is handed in, and on which who works here hears it.

The question «was je er de hele tijd bij?» comes first.  Then the page sends the file block by block (`upload.js`), so
that one can see how far it is and go on where it broke off.
"""

from http import HTTPStatus
from typing import Final, TypedDict

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from tweespoor.casework import admitting, drawing, ledger, listening, models, playing_elsewhere, receiving, wiping
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Hearing, Role
from tweespoor.errors import UnknownError, UnreadableError
from tweespoor.rules.elsewhere import There
from tweespoor.rules.state import Conversation
from tweespoor.web.hearing import listener
from tweespoor.web.keepingwords import date_of
from tweespoor.web.ranges import File
from tweespoor.web.showing import day
from tweespoor.web.sounds import AGAIN_S, SOUND
from tweespoor.web.staffing import only, signed_in
from tweespoor.web.visitor import LISTENS
from tweespoor.web.wiping_elsewhere import WHYS

WAIT_S: Final = 8
_MOST_DIGITS: Final = 12


class _Asked(TypedDict):
    """What a page says of a file before it comes."""

    there: There
    size: int
    part: int | None


# Who took part --------------------------------------------------------------------------------------------


@require_safe
@listener
def give(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Ask whether somebody was there all the time, then for the file; show what was given already."""
    if session.code is None:
        raise UnknownError  # on a device of ours there is no file of somebody's own
    there = _there(request.GET.get("there", ""))
    state = ledger.state(session.conversation_id)
    context = {
        "there": "" if there is None else there.value,
        "waits": there is not None and there is not There.YES,
        "parts": _parts(state, session.seat),
        "given": [_told(row) for row in receiving.of(session.conversation_id, session.seat)],
        "wiped": [date_of(row.erased_ms or 0) for row in receiving.wiped(session.conversation_id, session.seat)],
        "thanks": request.GET.get("done") == "yes",
        "begin": reverse("hear_give_begin"),
        "next": f"{reverse('hear_give')}?done=yes",
    }
    return render(request, "web/hear_give.html", context)


@require_POST
@listener
def give_begin(request: HttpRequest, session: Hearing) -> JsonResponse:
    """Begin to take in what somebody hands in."""
    if session.code is None:
        raise UnknownError
    row = receiving.begin(session.conversation_id, seat=session.seat, staff=None, **_asked(request))
    return _begun(row)


# Who works here -------------------------------------------------------------------------------------------


@require_safe
@login_required
def elsewhere(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the recordings from elsewhere of a conversation, apart from its own."""
    staff = signed_in(request)
    found = playing_elsewhere.of(staff, conversation)
    state = ledger.state(conversation)
    row = models.Conversation.objects.get(pk=conversation)
    own = row.worker_id == staff.pk
    context = {
        "conversation": conversation,
        "day": day(row.opened_ms),
        "practice": row.practice,
        "own": own,
        "officer": staff.role == Role.OFFICER,
        "found": [_shown(one, staff, state) for one in found],
        "wiped": [
            {"who": _whose(row, state), "day": date_of(row.erased_ms or 0)} for row in receiving.wiped(conversation)
        ],
        "unsure": "sure" in request.GET,
        "may_object": wiping.may_object(conversation, staff),
        "people": [
            {"seat": seat, "name": _("Deelnemer %(number)s") % {"number": drawing.number_of(state, seat)}}
            for seat in receiving.seats(state)
        ],
        "parts": _parts(state, None),
        "begin": reverse("elsewhere_begin", args=[conversation]),
        "next": reverse("elsewhere", args=[conversation]),
    }
    return render(request, "web/elsewhere.html", context)


@require_POST
@login_required
def begin(request: HttpRequest, conversation: str) -> JsonResponse:
    """Begin to take something in for somebody, or that turned up."""
    staff = signed_in(request)
    if not models.Conversation.objects.filter(pk=conversation, worker=staff).exists():
        raise UnknownError
    given = request.POST.get("seat", "")
    seat = int(given) if given.isascii() and given.isdigit() and len(given) < _MOST_DIGITS else None
    return _begun(receiving.begin(conversation, seat=seat, staff=staff, **_asked(request)))


@require_POST
@only(Role.OFFICER)
def decide(request: HttpRequest, external: str) -> HttpResponse:
    """Let who works on the conversation hear it, or not."""
    row = playing_elsewhere.decide(signed_in(request), external, allow=request.POST.get("heard") == "yes")
    return redirect("elsewhere", row.conversation_id)


@require_safe
@login_required
def sound(request: HttpRequest, external: str) -> HttpResponseBase:
    """Give the sound of a recording from elsewhere, or a part of it; «not yet» (202) while it is made ready."""
    staff = signed_in(request)
    copied = playing_elsewhere.listen(staff, external)
    if copied is None:
        playing_elsewhere.wait(external, WAIT_S)
        copied = playing_elsewhere.listen(staff, external)
    if copied is None:
        later = HttpResponse(status=HTTPStatus.ACCEPTED, content_type="text/plain; charset=utf-8")
        later["Retry-After"] = str(AGAIN_S)
        return later
    file = File(copied.size, playing_elsewhere.MEDIA_TYPE, f"{external}-given", copied.read, lambda: None)
    answer = file.answer(request)
    if request.method == "GET" and answer.status_code in SOUND:
        key = request.session.session_key or ""
        if listening.first_time(f"{key}:{external}"):
            playing_elsewhere.listened(staff, copied)
    return answer


# The blocks -----------------------------------------------------------------------------------------------


@require_GET
def held(request: HttpRequest, external: str) -> JsonResponse:
    """Tell with which block to go on."""
    row = _coming(request, external)
    return JsonResponse({"held": receiving.held(row)})


@require_POST
def block(request: HttpRequest, external: str, number: int) -> JsonResponse:
    """Keep one block, and tell with which to go on."""
    row = _coming(request, external)
    return JsonResponse({"held": receiving.add(row, number, request.read(receiving.BLOCK + 1))})


@require_POST
def finish(request: HttpRequest, external: str) -> JsonResponse:
    """Look at what came in, and keep it; refused when it is anything but sound."""
    row = receiving.finish(_coming(request, external))
    playing_elsewhere.prepare(row)
    return JsonResponse({"minutes": _minutes(row)})


def _coming(request: HttpRequest, external: str) -> models.External:
    session = admitting.session(request.COOKIES.get(LISTENS, ""))
    if session is not None:
        return receiving.coming(external, hearing=session)
    if not request.user.is_authenticated:
        raise UnknownError
    return receiving.coming(external, staff=signed_in(request))


# Of the request, and of the page ----------------------------------------------------------------------------


def _asked(request: HttpRequest) -> _Asked:
    there = _there(request.POST.get("there", ""))
    size, part = request.POST.get("size", ""), request.POST.get("part", "")
    if there is None or not _is_number(size) or (part and not _is_number(part)):
        raise UnreadableError("not what the page asks", "2a.broken-off")
    return {"there": there, "size": int(size), "part": int(part) if part else None}


def _there(given: str) -> There | None:
    return There(given) if given in set(There) else None


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS


def _begun(row: models.External) -> JsonResponse:
    return JsonResponse({"id": row.pk, "held": 0, "block": receiving.BLOCK})


def _parts(state: Conversation, seat: int | None) -> list[int]:
    found = receiving.parts(state, seat)
    return list(found) if len(found) > 1 else []


def _told(row: models.External) -> dict[str, object]:
    return {"minutes": _minutes(row), "day": day(row.done_ms or row.begun_ms)}


def _minutes(row: models.External) -> int:
    return max(1, round(row.length_ms / 60_000))


def _shown(one: playing_elsewhere.Shown, staff: models.Staff, state: Conversation) -> dict[str, object]:
    row = one.row
    officer = staff.role == Role.OFFICER
    going = None if row.erasable_ms is None else date_of(row.erasable_ms)
    return _told(row) | {
        "id": row.pk,
        "who": _whose(row, state),
        "going": going,
        "why": WHYS.get(row.why, ""),
        "whys": list(WHYS.items()) if officer and going is None and state.hold is None else [],
        "wipes_now": officer and row.erasable_ms is not None and now_ms() >= row.erasable_ms,
        "part": row.part if len(receiving.parts(state, None)) > 1 else None,
        "waits": one.waits,
        "heard": one.heard,
        "ready": one.heard and playing_elsewhere.prepare(row),
        "url": reverse("elsewhere_sound", args=[row.pk]),
        "compare": reverse("compare_given", args=[row.pk]) if row.part is not None else "",
        "decide": reverse("elsewhere_decide", args=[row.pk])
        if officer and going is None and row.there != There.YES
        else "",
        "open": row.heard,
        "doubt": row.there == There.DOUBT,
    }


def _whose(row: models.External, state: Conversation) -> str:
    number = 0 if row.seat is None else drawing.number_of(state, row.seat)
    return _("Van deelnemer %(number)s") % {"number": number} if number else _("Het is niet bekend van wie")


urlpatterns = [
    path("luister/geven", give, name="hear_give"),
    path("luister/geven/begin", give_begin, name="hear_give_begin"),
    path("opname/<str:conversation>/elders", elsewhere, name="elsewhere"),
    path("opname/<str:conversation>/elders/begin", begin, name="elsewhere_begin"),
    path("elders/<str:external>.m4a", sound, name="elsewhere_sound"),
    path("elders/<str:external>/besluit", decide, name="elsewhere_decide"),
    path("stuk/<str:external>/", held, name="given_held"),
    path("stuk/<str:external>/klaar", finish, name="given_finish"),
    path("stuk/<str:external>/<int:number>", block, name="given_block"),
]
