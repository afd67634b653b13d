"""Pages of who was given a recording to listen to: the conditions first, then the sound, as long as it may be.

There is nothing to save here, and no other page to go to.  The link itself is in the address, so nothing of these pages
is kept or sent along (`web.headers`); it opens on one device, which a cookie knows.
"""

from collections.abc import Iterator
from typing import Final

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from tweespoor.casework import delivering
from tweespoor.casework.clock import now_ms
from tweespoor.casework.transcribing import Text
from tweespoor.rules.kinds import Content
from tweespoor.web.pictures import Look, picture, wave
from tweespoor.web.questions import until
from tweespoor.web.showing import clock, day
from tweespoor.web.sounds import Form, answer

DEVICE: Final = "d"
"""The cookie by which a device is known that accepted the conditions of a link."""
LASTS_S: Final = 400 * 24 * 3600
LOOK_AGAIN_MS: Final = 1_000
"""How long sound is sent before it is asked again whether that may be."""


@require_safe
def given(request: HttpRequest, token: str) -> HttpResponse:
    """Show the conditions, or the sound once they were accepted here."""
    seen = delivering.see(token, _device(request))
    context: dict[str, object] = {
        "here": reverse("given", args=[token]),
        "until": until(seen.delivery.expires_ms),
        "by_law": seen.by_law,
        "is_text": seen.what is Content.TEXT,
    }
    if not seen.accepted:
        return render(request, "web/given_conditions.html", context)
    heard = delivering.look(token, _device(request))
    context |= {"day": day(heard.began_ms)}
    if heard.text is not None:
        context |= {"texts": [_text(heard.text, heard.began_ms)]}
    if heard.drawing is not None:
        look = Look(
            sound=lambda track, form: reverse("given_sound", args=[token, track, form]),
            waves=reverse("given_waves", args=[token]),
        )
        context |= picture(heard.drawing, heard.waves, look)
    return render(request, "web/given.html", context)


def _text(text: Text, began_ms: int) -> dict[str, object]:
    lines = [
        {"number": one.number, "clock": clock(one.begin - began_ms), "speaker": one.speaker, "text": one.text}
        for one in text.lines
    ]
    return {"part": text.part, "lines": lines}


@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Accept the conditions on this device."""
    secret = delivering.accept(token, _device(request))
    response = redirect("given", token)
    response.set_cookie(
        DEVICE, secret, max_age=LASTS_S, secure=request.is_secure(), httponly=True, samesite="Lax", path="/hoor/"
    )
    return response


@require_safe
def waves(request: HttpRequest, token: str) -> JsonResponse:
    """Give the waves of a long recording, as paths by the number of their lane."""
    found = delivering.waves(token, _device(request))
    return JsonResponse({str(number): wave(strokes) for number, strokes in found.items()})


@require_safe
def sound(request: HttpRequest, token: str, track: str, form: Form) -> HttpResponseBase:
    """Give the sound, or a part of it; it stops in the middle when it may not be heard any more."""
    device = _device(request)
    return answer(
        request,
        form,
        lambda: delivering.sound(token, device, track),
        lambda: delivering.listened(token, device),
        lambda pieces: as_long_as_it_may(token, pieces),
    )


def as_long_as_it_may(token: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give pieces on while the link works; it is asked again once a second."""
    looked = now_ms()
    for piece in pieces:
        if now_ms() - looked >= LOOK_AGAIN_MS:
            looked = now_ms()
            works = delivering.still(token)
            close_old_connections()  # sound is sent on a thread of its own
            if not works:
                return
        yield piece


def _device(request: HttpRequest) -> str:
    return request.COOKIES.get(DEVICE, "")


urlpatterns = [
    path("hoor/<str:token>/", given, name="given"),
    path("hoor/<str:token>/accept", accept, name="given_accept"),
    path("hoor/<str:token>/golven", waves, name="given_waves"),
    path("hoor/<str:token>/<str:track>.<form:form>", sound, name="given_sound"),
]
