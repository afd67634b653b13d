"""The privacy officer's page for covering by law: listen, choose a span and a ground, look once more, cover.

What is under the tone is heard on this page alone, and that somebody listened is written down.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import covering
from tweespoor.casework.covering import Looked
from tweespoor.casework.models import Role
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules.kinds import Ground, Span
from tweespoor.rules.state import Covered
from tweespoor.web import pieces, words
from tweespoor.web.pictures import GROUNDS, Look, picture, wave
from tweespoor.web.showing import day
from tweespoor.web.sounds import Form, answer
from tweespoor.web.staffing import only, signed_in

CHOICES: dict[Ground, Promise] = {
    Ground.SECRET_ADDRESS: gettext_lazy("Er wordt een geheim adres genoemd"),
    Ground.REPORTER: gettext_lazy("Er wordt een melder genoemd"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.OFFICER)
def cover(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the recording with what is under the tone, and cover a span that was looked at once more."""
    officer = signed_in(request)
    seen = covering.look(officer, conversation)
    context = _page(seen, conversation)
    if request.method != "POST" or seen.drawing is None or "again" in request.POST:
        return render(request, "web/desk_cover.html", context | _form(request) | _picture(seen, conversation))
    begin, end = pieces.read(request.POST.get("begin", "")), pieces.read(request.POST.get("end", ""))
    ground = _ground(request.POST.get("ground", ""))
    if begin is None or end is None or ground is None:
        wrong = words.Refusal(
            _("Er is nog iets niet ingevuld."),
            (),
            _("Schrijf elke tijd als minuten en seconden, en kies een reden."),
        )
        return _wrong(request, seen, conversation, wrong)
    zero = seen.drawing.begin
    try:
        if request.POST.get("sure") == "yes":
            covering.cover(officer, conversation, (zero + begin, zero + end), ground)
            return redirect(f"{reverse('desk_cover', args=[conversation])}?covered")
        found = covering.see_whole(officer, conversation, (zero + begin, zero + end), ground)
    except Refused as refused:
        return _wrong(request, seen, conversation, words.refusal(refused.codes))
    (piece,) = pieces.shown([found.span], zero, zero + seen.drawing.length + 1_000)
    once_more = {"once_more": True, "piece": piece, "why": CHOICES[found.ground]}
    return render(request, "web/desk_cover.html", context | _form(request) | once_more)


def _page(seen: Looked, conversation: str) -> dict[str, object]:
    zero = pieces.zero(seen.state)
    covered = [(part.part, one) for part in seen.state.parts.values() for one in part.covered]
    shown = pieces.shown([one.span for _, one in covered], zero, 1 << 62)
    return {
        "conversation": conversation,
        "day": day(seen.row.opened_ms),
        "here": reverse("desk_cover", args=[conversation]),
        "practice": seen.row.practice,
        "most": 1,
        "covered": [
            line | {"part": part, "begin": one.span.begin, "end": one.span.end, "ground": one.ground}
            | {"why": GROUNDS[one.ground]}
            for line, (part, one) in zip(shown, covered, strict=True)
        ],
    }  # fmt: skip


def _form(request: HttpRequest) -> dict[str, object]:
    given = request.POST
    chosen = given.get("ground", "")
    return {
        "picks": True,
        "rows": [(given.get("begin", "")[: pieces.LONGEST], given.get("end", "")[: pieces.LONGEST])],
        "grounds": [{"key": str(one), "says": says, "chosen": one == chosen} for one, says in CHOICES.items()],
        "chosen": chosen,
    }


def _picture(seen: Looked, conversation: str) -> dict[str, object]:
    if seen.drawing is None:
        return {}
    look = Look(
        sound=lambda track, form: reverse("desk_cover_sound", args=[conversation, track, form]),
        waves=reverse("desk_cover_waves", args=[conversation]),
    )
    return picture(seen.drawing, seen.waves, look)


def _wrong(request: HttpRequest, seen: Looked, conversation: str, says: words.Refusal) -> HttpResponse:
    context = _page(seen, conversation) | _form(request) | _picture(seen, conversation) | {"wrong": says}
    return render(request, "web/desk_cover.html", context, status=422)


def _ground(text: str) -> Ground | None:
    return next((one for one in CHOICES if one == text), None)


@require_POST
@only(Role.OFFICER)
def uncover(request: HttpRequest, conversation: str) -> HttpResponse:
    """Take off what was covered by mistake."""
    given = [request.POST.get(name, "") for name in ("part", "begin", "end")]
    ground = _ground(request.POST.get("ground", ""))
    if ground is None or not all(one.isascii() and one.isdigit() and len(one) < 16 for one in given):  # noqa: PLR2004
        raise UnknownError
    part, begin, end = map(int, given)
    covering.uncover(signed_in(request), conversation, part, Covered(Span(begin, end), ground))
    return redirect(f"{reverse('desk_cover', args=[conversation])}?uncovered")


@require_safe
@only(Role.OFFICER)
def waves(request: HttpRequest, conversation: str) -> JsonResponse:
    """Give the waves of a long recording."""
    found = covering.waves(signed_in(request), conversation)
    return JsonResponse({str(number): wave(strokes) for number, strokes in found.items()})


@require_safe
@login_required
def sound(request: HttpRequest, conversation: str, track: str, form: Form) -> HttpResponseBase:
    """Give the sound of a track with what is under the tone."""
    officer = signed_in(request)
    return answer(
        request,
        form,
        lambda: covering.sound(officer, conversation, track),
        lambda: covering.heard(officer, conversation, track, request.session.session_key or ""),
    )


urlpatterns = [
    path("desk/cover/<str:conversation>/", cover, name="desk_cover"),
    path("desk/cover/<str:conversation>/off", uncover, name="desk_uncover"),
    path("desk/cover/<str:conversation>/waves", waves, name="desk_cover_waves"),
    path("desk/cover/<str:conversation>/<str:track>.<form:form>", sound, name="desk_cover_sound"),
]
