"""Pages of who listens back: code and word, the own minutes, who of us listened, a copy, and a phone that is gone.

No address holds an id of a conversation or a name, and no page tells which code it was.  A session is a random number
in a cookie, as on the phones at the table.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import admitting, cutting, hearing, leaking, using
from tweespoor.casework.hearing import ToTake
from tweespoor.casework.leaking import Cause
from tweespoor.casework.models import Hearing, Use
from tweespoor.casework.witnessing import Told
from tweespoor.errors import UnknownError
from tweespoor.web import showing_contract
from tweespoor.web.joining import network
from tweespoor.web.pictures import Look, picture, wave
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.sounds import Form, answer, answer_with_copy, is_made
from tweespoor.web.visitor import LISTENS

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Hearing, P], HttpResponseBase]

DID: dict[str, Promise] = {
    "recording.look": gettext_lazy("bekeek de bladzijde van de opname"),
    "recording.listen": gettext_lazy("luisterde naar de opname"),
    "recording.export": gettext_lazy("maakte een kopie voor het dossier"),
    "recording.copy": gettext_lazy("maakte een kopie"),
    "dossier.file": gettext_lazy("deed de opname in het dossier"),
    "dossier.correct": gettext_lazy("verbeterde het dossiernummer"),
    "conversation.hand-over": gettext_lazy("gaf het gesprek aan een collega"),
    "secret.review": gettext_lazy("keek of er een geheim adres in de opname staat"),
    "agreements.sign": gettext_lazy("tekende de afspraken"),
    "covering.cover": gettext_lazy("bedekte een stuk van de opname met een toon"),
    "covering.uncover": gettext_lazy("haalde een toon van de opname weer weg"),
    "external.listen": gettext_lazy("luisterde naar de opname die jij gaf"),
    "transcript.bring-in": gettext_lazy("voegde een uitgeschreven tekst toe"),
    "transcript.export": gettext_lazy("maakte een kopie van de tekst"),
}
ROLES: dict[str, Promise] = {
    "worker": gettext_lazy("Een medewerker"),
    "manager": gettext_lazy("De manager"),
    "officer": gettext_lazy("De privacyfunctionaris"),
    "clerk": gettext_lazy("De dossierbeheerder"),
    "administrator": gettext_lazy("De beheerder"),
}


def listener(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in a device with a session; ask others for code and word."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        session = admitting.session(request.COOKIES.get(LISTENS, ""))
        return redirect("hear") if session is None else view(request, session, *args, **kwargs)

    return guarded


# Coming in and going ----------------------------------------------------------------------------------


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def hear(request: HttpRequest) -> HttpResponse:
    """Ask for code and word; one answer to everything that is not right."""
    if request.method != "POST":
        return render(request, "web/hear_code.html")
    given = (request.POST.get("code", ""), request.POST.get("word", ""))
    try:
        token = admitting.admit(*given, network(request.META.get("REMOTE_ADDR", "")))
    except UnknownError:
        return render(request, "web/hear_code.html", {"wrong": True}, status=404)
    return _remember(request, token)


def _remember(request: HttpRequest, token: str) -> HttpResponse:
    response = redirect("hear_talk")
    response.set_cookie(LISTENS, token, secure=request.is_secure(), httponly=True, samesite="Lax", path="/")
    return response


@require_POST
@listener
def done(request: HttpRequest, session: Hearing) -> HttpResponse:  # noqa: ARG001 - a view
    """End a session."""
    admitting.leave(session)
    return _gone("hear")


def _gone(name: str) -> HttpResponse:
    response = redirect(name)
    response.delete_cookie(LISTENS)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def here(request: HttpRequest, token: str) -> HttpResponse:
    """Begin listening on a device of the organisation; whoever worked on it is signed out first."""
    admitting.turn(token, Hearing.Step.OFFICE)
    if request.method != "POST":
        return render(request, "web/hear_here.html", {"here": reverse("hear_here", args=[token])})
    begun = admitting.begin_here(token)
    logout(request)
    return _remember(request, begun)


# The own minutes ----------------------------------------------------------------------------------------


@require_safe
@listener
def talk(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Show the own minutes, or say that they cannot be heard now, whatever the reason."""
    seen = hearing.look(session)
    context: dict[str, object] = {"day": day(seen.began_ms), "practice": seen.row.practice, "at_ours": not session.code}
    context["contract"] = showing_contract.for_listener(session) is not None
    if seen.drawing is not None:
        look = Look(
            sound=lambda track, form: reverse("hear_sound", args=[track, form]),
            waves=reverse("hear_waves"),
            own=True,
        )
        context |= picture(seen.drawing, seen.waves, look) | {"agreements_url": reverse("hear_agreements")}
        context["copies"] = [(one.edit, len(one.spans)) for one in cutting.of(seen.state)]
    return render(request, "web/hear.html", context)


@require_safe
@listener
def waves(request: HttpRequest, session: Hearing) -> JsonResponse:  # noqa: ARG001 - a view
    """Give the waves of a long recording, as paths by the number of their lane."""
    return JsonResponse({str(number): wave(strokes) for number, strokes in hearing.waves(session).items()})


@require_safe
@listener
def sound(request: HttpRequest, session: Hearing, track: str, form: Form) -> HttpResponseBase:
    """Give the sound of the own minutes of a track, or a part of it."""
    return answer(request, form, lambda: hearing.sound(session, track), lambda: hearing.listened(session, track))


@require_safe
@listener
def who(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Show what the organisation's people did with these minutes (law 11)."""
    lines = [(one.at_ms, _line(one)) for one in hearing.done_by_us(session) if one.action in DID]
    lines += [(one.at_ms, _used(one)) for one in using.told(session.conversation_id, session.seat)]
    told = [line for _at, line in sorted(lines, key=lambda line: line[0])]
    return render(request, "web/hear_who.html", {"lines": told})


def _line(one: Told) -> dict[str, object]:
    return {"when": _when(one.at_ms), "says": f"{ROLES.get(one.role, ROLES['worker'])} {DID[one.action]}."}


def _used(one: Use) -> dict[str, object]:
    """Tell of a use on a ground of law, when the officer decided that the people are told of it."""
    return {
        "when": _when(one.at_ms),
        "says": _("De privacyfunctionaris gaf de opname door, met een reden uit de wet."),
    }


def _when(ms: int) -> str:
    return _("%(day)s, %(time)s") % {"day": day(ms), "time": time_of_day(ms)}


# A copy, and a phone that is gone --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def copy(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Offer a copy of each part; it is made when somebody asks for it, and then fetched with a ticket."""
    if session.code is None:
        raise UnknownError
    track, edit = request.POST.get("track", ""), request.POST.get("edit", "")
    if request.method == "POST" and (track, edit) in {(one.track, one.edit) for one in hearing.to_take(session)}:
        if is_made(lambda: hearing.sound_to_take(session, track, edit)):
            return redirect("hear_copy_file", hearing.take_copy(session, track, edit))
        hearing.wait_for_copy(session, track, edit)
        return _offer_copies(request, session, making=(track, edit))
    return _offer_copies(request, session)


def _offer_copies(request: HttpRequest, session: Hearing, making: tuple[str, str] = ("", "")) -> HttpResponse:
    found = hearing.to_take(session)
    whole = [one for one in found if not one.edit]
    cut = [one for one in found if one.edit]
    context = {
        "copies": [_to_take(one, n, making) for n, one in enumerate(whole, 1)],
        "cut": [_to_take(one, n, making) for n, one in enumerate(cut, 1)],
        "making": any(making),
    }
    return render(request, "web/hear_copy.html", context)


def _to_take(one: ToTake, number: int, making: tuple[str, str]) -> dict[str, object]:
    asked = reverse("hear_without_sound", args=[one.edit, one.track, Form.COPY]) if one.edit else ""
    return {
        "track": one.track,
        "edit": one.edit,
        "number": number,
        "minutes": max(1, round(one.lasts_ms / 60_000)),
        "making": (one.track, one.edit) == making,
        "asked": asked or reverse("hear_sound", args=[one.track, Form.COPY]),
    }


@require_safe
@listener
def copy_file(request: HttpRequest, session: Hearing, token: str) -> HttpResponseBase:
    """Give the copy that a ticket is for."""
    track, edit = hearing.copied(session, token)
    file = answer_with_copy(request, lambda: hearing.sound_to_take(session, track, edit))
    name = "gesprek-geknipt.m4a" if edit else "gesprek.m4a"
    file["Content-Disposition"] = f'attachment; filename="{name}"'
    return file


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def phone_gone(request: HttpRequest, session: Hearing) -> HttpResponse:
    """End every code and link of this person in one act, and let the privacy officer look at it."""
    if request.method != "POST":
        return render(request, "web/hear_phone_gone.html")
    leaking.report(session.conversation_id, seat=session.seat, cause=Cause.PHONE)
    return _gone("hear_ended")


@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    """Say that everything of a person was ended; it stands by itself, for there is no session any more."""
    return render(request, "web/hear_ended.html")


urlpatterns = [
    path("luister/", hear, name="hear"),
    path("luister/gesprek", talk, name="hear_talk"),
    path("luister/golven", waves, name="hear_waves"),
    path("luister/wie", who, name="hear_who"),
    path("luister/kopie", copy, name="hear_copy"),
    path("luister/kopie/<str:token>.m4a", copy_file, name="hear_copy_file"),
    path("luister/telefoon-weg", phone_gone, name="hear_phone_gone"),
    path("luister/uit", ended, name="hear_ended"),
    path("luister/klaar", done, name="hear_done"),
    path("luister/hier/<str:token>", here, name="hear_here"),
    path("luister/<str:track>.<form:form>", sound, name="hear_sound"),
]
