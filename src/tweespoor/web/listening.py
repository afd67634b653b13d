"""The page of a recording, for who works on it: two lines of time, one above the other, and the sound."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from tweespoor.casework import cutting, exporting, listening
from tweespoor.web.pictures import Look, agreed, picture, wave
from tweespoor.web.showing import day
from tweespoor.web.sounds import Form, answer
from tweespoor.web.staffing import signed_in


@require_safe
@login_required
def recording(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show a recording."""
    seen = listening.look(signed_in(request), conversation)
    context: dict[str, object] = {
        "day": day(seen.row.opened_ms),
        "conversation": conversation,
        "dossier": seen.row.dossier,
        "practice": seen.row.practice,
        "gives": exporting.is_for(signed_in(request), seen.row),
        "asks": seen.row.worker_id == signed_in(request).pk,
        "covered": None if seen.covered is None else agreed(seen.covered),
    }
    if seen.drawing is not None:
        look = Look(
            sound=lambda track, form: reverse("sound", args=[conversation, track, form]),
            waves=reverse("waves", args=[conversation]),
        )
        context |= picture(seen.drawing, seen.waves, look)
        context["copies"] = [(one.edit, len(one.spans)) for one in cutting.of(seen.state)]
    return render(request, "web/recording.html", context)


@require_safe
@login_required
def waves(request: HttpRequest, conversation: str) -> JsonResponse:
    """Give the waves of a long recording, as paths by the number of their lane."""
    found = listening.waves(signed_in(request), conversation)
    return JsonResponse({str(number): wave(strokes) for number, strokes in found.items()})


@require_safe
@login_required
def sound(request: HttpRequest, conversation: str, track: str, form: Form) -> HttpResponseBase:
    """Give the sound of a track, or a part of it; that somebody listens is noted once for a session."""
    staff = signed_in(request)
    return answer(
        request,
        form,
        lambda: listening.sound(staff, conversation, track),
        lambda: listening.heard(staff, conversation, track, request.session.session_key or ""),
    )


urlpatterns = [
    path("opname/<str:conversation>/", recording, name="recording"),
    path("opname/<str:conversation>/waves", waves, name="waves"),
    path("opname/<str:conversation>/<str:track>.<form:form>", sound, name="sound"),
]
