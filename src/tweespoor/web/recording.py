"""Starting, pausing, stopping: one tap each; every stop gives the same answer (law 10)."""

import base64

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from tweespoor.casework import capturing, consenting, ledger, opening, practising, recording
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Track, Visitor
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import PauseCause
from tweespoor.rules.state import Track as Recorded
from tweespoor.web import visitor
from tweespoor.web.desk import own

CHOICES = frozenset({"keep", "hand-in", "wipe"})


def told(ticket: capturing.Ticket) -> JsonResponse:
    """Give a recorder what it needs to send a track."""
    return JsonResponse(
        {
            "track": ticket.track,
            "salt": base64.urlsafe_b64encode(ticket.salt).decode().rstrip("="),
            "token": ticket.token,
            "part": ticket.part,
            "kept": ticket.kept,
            "url": f"/i/{ticket.track}/",
            "server_ms": now_ms(),
        }
    )


def stop_here(request: HttpRequest, conversation: str, mine: frozenset[str]) -> None:
    """Stop, at the moment that the tapped device gives for its own track, or now."""
    track, epoch, position = (request.POST.get(name, "") for name in ("track", "epoch", "position"))
    numbers = all(part.isascii() and part.isdigit() and len(part) < 16 for part in (epoch, position))  # noqa: PLR2004
    if track in mine and numbers:
        recording.stop(conversation, track=track, epoch=int(epoch), position=int(position))
    else:
        recording.stop(conversation)


def tracks_of(conversation: str, seat: int | None, *, ours: bool) -> list[Recorded]:
    """Give the tracks of one seat in the current part."""
    state = ledger.state(conversation)
    return [track for track in state.tracks_of(state.part) if track.ours is ours and (ours or track.seat == seat)]


def known_here(request: HttpRequest, conversation: str, seats: frozenset[int], *, ours: bool) -> str | None:
    """Give the newest of the tracks that a device says it still has, if it is its own and not sealed.

    A recorder that comes back goes on with its track; one whose token ended gets a new one for the same track.
    """
    named = request.POST.get("tracks", "").split(",")[:20]
    own_tracks = Track.objects.filter(
        pk__in=named, conversation_id=conversation, seat__in=seats, ours=ours, sealed_ms=None
    ).order_by("-part", "-opened_ms")
    current = ledger.state(conversation).part
    wanted = own_tracks if request.POST.get("renew") else own_tracks.filter(part=current)
    return wanted.values_list("pk", flat=True).first()


# A participant's phone ----------------------------------------------------------------------------------------


@require_POST
@visitor.participant
def participant_track(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Open a track for this phone, or go on with its own; its owner keeps the sound until choosing at the end."""
    if phone.seat is None or phone.staff:
        raise UnknownError
    if before := known_here(request, phone.conversation_id, recording.seats_of(phone), ours=False):
        return told(capturing.again(before))
    return told(capturing.open_track(phone.conversation_id, seat=phone.seat, ours=False, kept=True))


@require_POST
@visitor.participant
def participant_ready(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Note that this phone will record, or will not."""
    if phone.seat is None or phone.staff:
        raise UnknownError
    recording.ready(phone.conversation_id, phone, records=request.POST.get("records") != "no")
    return HttpResponse(status=204)


@require_POST
@visitor.participant
def participant_stop(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Stop for everyone; who tapped gets the same page as any other.  Who never sat down has nothing to stop."""
    if phone.seat is None:
        return redirect("participant")
    mine = frozenset(track.track for track in tracks_of(phone.conversation_id, phone.seat, ours=False))
    stop_here(request, phone.conversation_id, mine)
    return redirect("participant")


@require_POST
@visitor.participant
def participant_failed(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Note a sign that this phone's recorder does not work."""
    for track in tracks_of(phone.conversation_id, phone.seat, ours=False):
        if not track.failed and track.track == request.POST.get("track", track.track):
            recording.fail(phone.conversation_id, track.track)
    return HttpResponse(status=204)


@require_POST
@visitor.participant
def participant_retry(request: HttpRequest, phone: Visitor) -> HttpResponse:  # noqa: ARG001 - a view
    """Note that this phone's recorder works again."""
    if phone.seat is None or phone.staff:
        raise UnknownError
    recording.ready(phone.conversation_id, phone, records=True)
    return redirect("participant")


@require_POST
@visitor.participant
def alone(request: HttpRequest, phone: Visitor) -> HttpResponse:  # noqa: ARG001 - a view
    """Let this phone go on alone while our recorder does not work."""
    if phone.seat is None:
        raise UnknownError
    recording.go_alone(phone.conversation_id, phone.seat)
    return redirect("participant")


@require_POST
@visitor.participant
def participant_own_app(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Go on with an own app in the place of this phone's recorder."""
    if phone.seat is None or phone.staff:
        raise UnknownError
    return _without(request, phone, own_app=True)


@require_POST
@visitor.participant
def only_house(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Go on with our recording alone, where that was agreed."""
    if phone.seat is None or phone.staff:
        raise UnknownError
    return _without(request, phone, own_app=False)


def _without(request: HttpRequest, phone: Visitor, *, own_app: bool) -> HttpResponse:
    """Let this phone record no longer: it forgets that it was ticked to."""
    recording.without_theirs(phone.conversation_id, phone, own_app=own_app)
    response = redirect("participant")
    visitor.claim(request, response, records=False)
    return response


@require_POST
@visitor.participant
def copy(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Note that this phone's owner has chosen what happens to the own copy; the phone itself carries it out."""
    choice = request.POST.get("choice", "")
    if choice not in CHOICES:
        raise UnknownError
    phone.copy_choice = choice
    phone.save(update_fields=["copy_choice"])
    return redirect("participant")


@require_POST
@visitor.participant
def hand_in(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Let this phone send the sound of a track that its owner kept."""
    track = request.POST.get("track", "")
    seats = recording.seats_of(phone)
    mine = Track.objects.filter(pk=track, conversation_id=phone.conversation_id, seat__in=seats, ours=False, kept=True)
    if not mine.exists():
        raise UnknownError
    return told(capturing.hand_in(track))


# The worker's device ------------------------------------------------------------------------------------------


@require_POST
@own
def track(request: HttpRequest, conversation: str) -> HttpResponse:
    """Open our track, or go on with it."""
    if before := known_here(request, conversation, frozenset({opening.WORKER_SEAT}), ours=True):
        return told(capturing.again(before))
    return told(capturing.open_track(conversation, seat=opening.WORKER_SEAT, ours=True, kept=False))


@require_POST
@own
def start(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Start all recorders."""
    recording.start(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def request_house(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Record although nobody else does, because somebody here asked."""
    recording.request_house(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def pause(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Let everything stand still because somebody comes in."""
    recording.pause(conversation, PauseCause.SOMEONE_CAME)
    return redirect("conversation", conversation)


@require_POST
@own
def stop(request: HttpRequest, conversation: str) -> HttpResponse:
    """Stop for everyone."""
    ours = frozenset(one.track for one in tracks_of(conversation, None, ours=True))
    stop_here(request, conversation, ours)
    return redirect("conversation", conversation)


@require_POST
@own
def wrong_start(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Undo a wrong start and count again."""
    recording.wrong_start(conversation)
    opening.recount(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def mark(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Mark this moment."""
    recording.mark(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def failed(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note a sign that our recorder does not work."""
    for one in tracks_of(conversation, None, ours=True):
        if not one.failed and one.track == request.POST.get("track", one.track):
            recording.fail(conversation, one.track)
    return HttpResponse(status=204)


@require_POST
@own
def ready(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Note that our recorder works, or works again."""
    _recover(conversation)
    return HttpResponse(status=204)


@require_POST
@own
def retry(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Note that our recorder works again, and show what comes next."""
    _recover(conversation)
    return redirect("conversation", conversation)


def _recover(conversation: str) -> None:
    for one in tracks_of(conversation, None, ours=True):
        if one.failed:
            recording.recover(conversation, one.track)


@require_POST
@own
def own_app_ended(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Note that nobody records with an own app after all."""
    consenting.own_app_ended(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def finish(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Say that the conversation is over."""
    recording.finish(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def leave(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Wipe a practice conversation and go back to the beginning."""
    practising.leave(conversation)
    return redirect("home")


urlpatterns = [
    path("p/track", participant_track),
    path("p/ready", participant_ready),
    path("p/stop", participant_stop),
    path("p/failed", participant_failed),
    path("p/retry", participant_retry),
    path("p/alone", alone),
    path("p/own-app", participant_own_app),
    path("p/only-house", only_house),
    path("p/copy", copy),
    path("p/hand-in", hand_in),
    path("g/<str:conversation>/track", track),
    path("g/<str:conversation>/start", start),
    path("g/<str:conversation>/request", request_house),
    path("g/<str:conversation>/pause", pause),
    path("g/<str:conversation>/stop", stop),
    path("g/<str:conversation>/wrong-start", wrong_start),
    path("g/<str:conversation>/mark", mark),
    path("g/<str:conversation>/failed", failed),
    path("g/<str:conversation>/ready", ready),
    path("g/<str:conversation>/retry", retry),
    path("g/<str:conversation>/own-app-ended", own_app_ended),
    path("g/<str:conversation>/finish", finish),
    path("g/<str:conversation>/leave", leave),
]
