"""The worker's device, handed round: each person answers in private, and the way back shows nothing.

Each turn has a pass, a random number in the address that works once.  When it is used, or unknown, its page is the
one that every turn ends with, so a browser's Back shows only «Geef het toestel door».
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tweespoor.casework import consenting
from tweespoor.casework import sight as sights
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Visitor
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import How, Kind, RoundCause
from tweespoor.web import showing_worker, visitor
from tweespoor.web.consenting import OWN_PHONE, answer_of, is_current, kind_of, seat_of, take_seat
from tweespoor.web.desk import own
from tweespoor.web.showing_worker import agreements, room_left, seats_for_device

PASS_MS = 10 * 60_000
BY_DEVICE = OWN_PHONE | {Kind.CHILD}


@require_GET
@own
def begin(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show what the next person sees first, and what each person sees last."""
    return _hand_over(request, conversation)


@require_POST
@own
def take(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Begin a turn."""
    if not sights.look(conversation).state.round_open:
        return redirect("conversation", conversation)
    turn, token = visitor.admit(conversation)
    turn.expires_ms = now_ms() + PASS_MS
    turn.save(update_fields=["expires_ms"])
    return redirect("turn", conversation, token)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def turn(request: HttpRequest, conversation: str, token: str) -> HttpResponse:
    """Ask who somebody is, then the question; afterwards this address shows nothing of it."""
    now = visitor.known(token)
    if now is None or now.conversation_id != conversation or not sights.look(conversation).state.round_open:
        return _hand_over(request, conversation, begun=True)
    if request.method != "POST":
        return _ask(request, conversation, now, token)
    if now.seat is None:
        return _sit(request, now, token)
    if "answer" not in request.POST:
        return redirect("turn", conversation, token)  # a second tap on who somebody is
    given = answer_of(request)
    if is_current(request, conversation):
        consenting.answer(conversation, now.seat, given, How.DEVICE)
    now.delete()
    return redirect("handed", conversation)


@require_GET
@own
def handed(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the end of a turn: the same after every answer."""
    return _hand_over(request, conversation, begun=True)


def _sit(request: HttpRequest, now: Visitor, token: str) -> HttpResponse:
    conversation = now.conversation_id
    if seat := seat_of(request):
        if seat not in {one["number"] for one in seats_for_device(sights.look(conversation))}:
            raise UnknownError
        now.seat = seat
        now.save(update_fields=["seat"])
    else:
        take_seat(now, kind_of(request, BY_DEVICE))
    if now.staff:
        now.delete()
        return redirect("handed", conversation)
    return redirect("turn", conversation, token)


def _ask(request: HttpRequest, conversation: str, now: Visitor, token: str) -> HttpResponse:
    sight = sights.look(conversation)
    state = sight.state
    context = frame(sight) | {"action": reverse("turn", args=[conversation, token])}
    if now.seat is None:
        context |= {"seats": seats_for_device(sight), "room_left": room_left(state)}
        return render(request, "web/device_who.html", context)
    kind = state.seats[now.seat].kind
    context |= {
        "round": state.round,
        "child": kind is Kind.CHILD,
        "young": kind is Kind.YOUTH_12,
        "newcomer": state.round_cause is RoundCause.NEWCOMER and sights.agreed_before(state, now.seat),
        "items": agreements(state),
    }
    return render(request, "web/device_question.html", context)


def _hand_over(request: HttpRequest, conversation: str, *, begun: bool = False) -> HttpResponse:
    context = frame(sights.look(conversation)) | {"begun": begun}
    return render(request, "web/device_hand.html", context)


def frame(sight: sights.Sight, at: str = "device") -> dict[str, object]:
    """Give what every page of a device that goes from hand to hand has; ``at`` is where its turns begin."""
    here = reverse("conversation", args=[sight.row.pk])
    return {
        "screen": showing_worker.DEVICE.screen,
        "version": showing_worker.DEVICE.version,
        "role": "device",
        "here": here,
        "page_url": f"{here}{at}",
        "state_url": f"{here}state?at=device",
        "practice": sight.row.practice,
    }


urlpatterns = [
    path("g/<str:conversation>/device", begin, name="device"),
    path("g/<str:conversation>/device/next", take),
    path("g/<str:conversation>/device/done", handed, name="handed"),
    path("g/<str:conversation>/device/<str:token>", turn, name="turn"),
]
