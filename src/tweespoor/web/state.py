"""The pages that follow a conversation, and the state that they ask once a second."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tweespoor.casework import opening
from tweespoor.casework import sight as sights
from tweespoor.casework.models import Visitor
from tweespoor.casework.sight import Sight
from tweespoor.web import codes, showing_participant, showing_worker, visitor
from tweespoor.web.desk import own
from tweespoor.web.showing import Shown, clock, state_of

HERE = "/p/"


# A participant's phone ----------------------------------------------------------------------------------------


@require_GET
@visitor.participant
def participant(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Show a participant what there is to do now."""
    return participant_page(request, phone)


@require_GET
@visitor.participant
def participant_step(request: HttpRequest, phone: Visitor, step: str) -> HttpResponse:
    """Show a page one tap further, as long as it belongs to the screen."""
    return participant_page(request, phone, step)


def participant_page(request: HttpRequest, phone: Visitor, step: str = "") -> HttpResponse:
    """Draw a participant's page; a step that has ended leads back."""
    sight = sights.look(phone.conversation_id)
    shown = showing_participant.shown(sight, phone, step, claims=visitor.claims(request))
    if step and shown.holds.get("step") != step:
        return redirect("participant")
    more = {"theirs_name": _("Jouw opname")}
    return _draw(request, sight, shown, role="participant", here=HERE, step=step, more=more)


@require_GET
@visitor.participant
def participant_state(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Tell a participant's page whether it should look different."""
    sight = sights.look(phone.conversation_id)
    claims = visitor.claims(request)
    shown = showing_participant.shown(sight, phone, request.GET.get("at", ""), claims=claims)
    claim = (claims or phone.records) and (phone.seat is None or phone.seat in sight.state.present)
    return JsonResponse(state_of(sight, shown, seat=phone.seat, claim=claim))


@require_GET
@visitor.participant
def hidden(request: HttpRequest, phone: Visitor) -> HttpResponse:  # noqa: ARG001 - a session is needed, no more
    """Show almost nothing, for a browser without scripts; with them the page itself is covered."""
    return render(request, "web/hidden.html", {"here": HERE})


# The worker's device ------------------------------------------------------------------------------------------


@require_GET
@own
def worker(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the worker what there is to do now."""
    return worker_page(request, conversation)


@require_GET
@own
def worker_step(request: HttpRequest, conversation: str, step: str) -> HttpResponse:
    """Show a page one tap further, as long as it belongs to the screen."""
    return worker_page(request, conversation, step)


def worker_page(
    request: HttpRequest,
    conversation: str,
    step: str = "",
    *,
    status: int = 200,
    more: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Draw the worker's page; a step that has ended leads back."""
    sight = sights.look(conversation)
    shown = showing_worker.shown(sight, step)
    here = reverse("conversation", args=[conversation])
    if step and not shown.screen.endswith(f".{step}"):
        return redirect(here)
    extra = {"conversation": conversation, **_turns(request, conversation, shown), **(more or {})}
    if token := shown.holds.get("token"):
        extra |= {"code": codes.square(codes.join_address(str(token))), "address": codes.short_address()}
        extra |= {"dots": codes.dots(sight.answered, sight.expected)}
    return _draw(request, sight, shown, role="worker", here=here, step=step, more=extra, status=status)


@require_GET
@own
def worker_state(request: HttpRequest, conversation: str) -> HttpResponse:
    """Tell the worker's page whether it should look different.

    While the device is in somebody's hands it stays as it is, whatever happens.
    """
    sight = sights.look(conversation)
    at = request.GET.get("at", "")
    shown = showing_worker.DEVICE if at == "device" else showing_worker.shown(sight, at)
    claim = opening.WORKER_SEAT in sight.state.present
    return JsonResponse(state_of(sight, shown, seat=opening.WORKER_SEAT, claim=claim))


def _turns(request: HttpRequest, conversation: str, shown: Shown) -> dict[str, object]:
    """Add the order in which people spoke, as far as the worker tapped it; it lives in the worker's session."""
    listed = shown.holds.get("seats")
    if shown.screen not in {"W6", "W7.speak"} or not isinstance(listed, list):
        return {}
    order = list(request.session.get(f"spoke:{conversation}", {}).get("order", []))
    return {
        "seats": [
            {**seat, "turn": order.index(seat["number"]) + 1 if seat["number"] in order else None} for seat in listed
        ]
    }


def _draw(
    request: HttpRequest,
    sight: Sight,
    shown: Shown,
    *,
    role: str,
    here: str,
    step: str,
    more: Mapping[str, object],
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        **shown.holds,
        **more,
        "screen": shown.screen,
        "version": shown.version,
        "role": role,
        "here": here,
        "page_url": f"{here}{step}",
        "state_url": f"{here}state?at={step}" if step else f"{here}state",
        "practice": sight.row.practice,
        "clock": clock(sight.elapsed_ms),
        "safe": clock(sight.safe_ms) if sight.safe_ms else "",
    }
    return render(request, shown.template, context, status=status)


urlpatterns = [
    path("p/", participant, name="participant"),
    path("p/state", participant_state, name="participant_state"),
    path("p/hidden", hidden, name="hidden"),
    path("p/again", participant_step, {"step": "again"}, name="again"),
    path("p/wait", participant_step, {"step": "wait"}, name="wait"),
    path("p/contract", participant_step, {"step": "contract"}, name="own_contract"),
    path("p/thanks", participant_step, {"step": "thanks"}, name="thanks"),
    path("g/<str:conversation>/", worker, name="conversation"),
    path("g/<str:conversation>/state", worker_state, name="conversation_state"),
    path("g/<str:conversation>/later", worker_step, {"step": "later"}, name="later"),
    path("g/<str:conversation>/receipts", worker_step, {"step": "receipts"}),
    path("g/<str:conversation>/speak", worker_step, {"step": "speak"}, name="speak"),
    path("g/<str:conversation>/contract", worker_step, {"step": "contract"}, name="contract"),
]
