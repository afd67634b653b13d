"""Pages on which somebody asks to cut, listens to the pieces, and hears the copy without them (clause 5b).

Who took part does so on the own minutes, whose conversation it is on all of it; both see the same pages.  The form is
filled in, looked at once more, and only then asked: everyone sees who asks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tweespoor.casework import cutting, earshot, editing, hearing, ledger, listening, polling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.earshot import Earshot
from tweespoor.casework.models import Hearing, Question, Staff
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules.conditions_editing import MOST_SPANS
from tweespoor.web import pieces, words
from tweespoor.web.answering import seen, visible
from tweespoor.web.hearing import listener
from tweespoor.web.pictures import Look, picture, wave
from tweespoor.web.questions import told, until
from tweespoor.web.sounds import Form, answer
from tweespoor.web.staffing import signed_in


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, at what, and where: a participant at the own minutes, or whose conversation it is."""

    conversation_id: str
    seat: int | None
    staff: Staff | None
    shot: Earshot
    heard: Callable[[str], None]

    @property
    def layout(self) -> str:
        """Name the template around the page."""
        return "web/hear_page.html" if self.staff is None else "web/desk_page.html"

    def at(self, page: str, *args: str) -> str:
        """Give the address of a page of this file."""
        return reverse(f"hear_{page}", args=args) if self.staff is None else self._ours(page, *args)

    def _ours(self, page: str, *args: str) -> str:
        return reverse(f"desk_{page}", args=(self.conversation_id, *args))

    @property
    def back(self) -> str:
        """Give the page of the recording."""
        return reverse("hear_talk") if self.staff is None else reverse("recording", args=[self.conversation_id])

    @property
    def look(self) -> Look:
        """Give where the recording's own sound lies."""
        if self.staff is None:
            return Look(
                sound=lambda track, form: reverse("hear_sound", args=[track, form]),
                waves=reverse("hear_waves"),
                own=True,
            )
        where = self.conversation_id
        return Look(
            sound=lambda track, form: reverse("sound", args=[where, track, form]),
            waves=reverse("waves", args=[where]),
        )


def _listener(session: Hearing) -> Viewer:
    shot = earshot.own(ledger.head(session.conversation_id), session.seat)
    return Viewer(session.conversation_id, session.seat, None, shot, lambda track: hearing.listened(session, track))


def _worker(request: HttpRequest, conversation: str) -> Viewer:
    staff, key = signed_in(request), request.session.session_key or ""
    shot = listening.shot(staff, conversation)
    return Viewer(conversation, None, staff, shot, lambda track: listening.heard(staff, conversation, track, key))


def _drawn(viewer: Viewer) -> Drawing | None:
    """Draw what can be heard; None when nothing can."""
    drawn = earshot.draw(viewer.shot, earshot.lines(viewer.shot))
    return drawn if drawn is not None and any(lane.heard for lane in drawn.lanes) else None


def _picture(viewer: Viewer, drawn: Drawing) -> dict[str, object]:
    return picture(drawn, earshot.waves_at_once(viewer.shot, drawn), viewer.look)


# Asking ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def ask(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Let somebody who took part ask to cut."""
    return _ask(request, _listener(session), lambda one: reverse("hear_question", args=[one.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask_for_us(request: HttpRequest, conversation: str) -> HttpResponse:
    """Ask to cut, for the organisation."""
    viewer = _worker(request, conversation)
    return _ask(request, viewer, lambda one: f"{reverse('desk_question', args=[conversation, one.pk])}?asked")


def _ask(request: HttpRequest, viewer: Viewer, then: Callable[[Question], str]) -> HttpResponse:
    drawn, given = _drawn(viewer), request.POST
    context: dict[str, object] = {
        "layout": viewer.layout,
        "here": viewer.at("cut"),
        "back": viewer.back,
        "by_us": viewer.staff is not None,
        "conversation": viewer.conversation_id,
        "longest": editing.LONGEST,
        "most": MOST_SPANS,
    }
    if drawn is None:
        return render(request, "web/hear_cut.html", context)
    typed = pieces.pairs(given.getlist("begin"), given.getlist("end"))
    context |= {"rows": typed or [("", "")], "reason": given.get("reason", "")}
    if request.method != "POST" or "more" in given or "again" in given:
        rows = [*typed, ("", "")] if "more" in given and len(typed) < MOST_SPANS else context["rows"]
        return render(request, "web/hear_cut.html", context | {"rows": rows, "picks": True} | _picture(viewer, drawn))
    read = [(pieces.read(begin), pieces.read(end)) for begin, end in typed]
    spans = [(drawn.begin + begin, drawn.begin + end) for begin, end in read if begin is not None and end is not None]
    if len(spans) < len(read):
        wrong = words.Refusal(_("Schrijf elke tijd als minuten en seconden, bijvoorbeeld 2:05."))
        return _wrong(request, context | {"picks": True} | _picture(viewer, drawn), wrong)
    try:
        wanted = editing.see_whole(viewer.conversation_id, viewer.seat, spans, given.get("reason", ""))
        if given.get("sure") == "yes":  # somebody else may have asked just now
            asked = editing.ask(viewer.conversation_id, viewer.seat, spans, wanted.reason, staff=viewer.staff)
            return redirect(then(asked))
    except Refused as refused:
        form = context | {"picks": True} | _picture(viewer, drawn)
        return _wrong(request, form, words.refusal(refused.codes), refused.codes[0])
    context |= {
        "once_more": True,
        "pieces": pieces.shown(wanted.spans, drawn.begin, drawn.begin + drawn.length + editing.EDGE_MS),
        "reason": wanted.reason,
        "deadline": until(polling.deadline(now_ms())),
    }
    return render(request, "web/hear_cut.html", context)


def _wrong(request: HttpRequest, context: dict[str, object], says: words.Refusal, code: str = "") -> HttpResponse:
    """Show the form again as it was filled in, with what is wrong and the clause that says so."""
    return render(request, "web/hear_cut.html", context | words.wrong(says, code), status=422)


# Listening to the pieces ------------------------------------------------------------------------------


@require_safe
@seen
def listen(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:
    """Let somebody who is asked listen to the pieces."""
    return _pieces(request, _listener(session), one, reverse("hear_question", args=[one.pk]))


@require_safe
@login_required
def listen_for_us(request: HttpRequest, conversation: str, question: str) -> HttpResponse:
    """Let whose conversation it is listen to the pieces."""
    viewer = _worker(request, conversation)
    one = visible(conversation, None, question)
    return _pieces(request, viewer, one, reverse("desk_question", args=[conversation, one.pk]))


def _pieces(request: HttpRequest, viewer: Viewer, one: Question, back: str) -> HttpResponse:
    drawn = _drawn(viewer)
    if one.kind != polling.Kind.EDIT:
        raise UnknownError
    context = told(one, viewer.seat) | {"layout": viewer.layout, "back": back}
    if drawn is not None:
        context |= _picture(viewer, drawn)
    return render(request, "web/hear_pieces.html", context)


# The copy ---------------------------------------------------------------------------------------------


def _copy_page(request: HttpRequest, viewer: Viewer, edit: str, *, takes: bool = False) -> HttpResponse:
    copy = cutting.shot(viewer.shot, edit)
    drawn = cutting.draw(copy)
    count = len(viewer.shot.state.edits[edit].spans)
    context: dict[str, object] = {"layout": viewer.layout, "back": viewer.back, "count": count, "day": ""}
    if drawn is not None and any(lane.heard for lane in drawn.lanes):
        look = Look(
            sound=lambda track, form: viewer.at("without_sound", edit, track, form),
            waves=viewer.at("without_waves", edit),
            own=viewer.staff is None,
        )
        context |= picture(drawn, earshot.waves_at_once(copy, drawn), look) | {"takes": takes}
    return render(request, "web/hear_without.html", context)


def _copy_waves(viewer: Viewer, edit: str) -> JsonResponse:
    copy = cutting.shot(viewer.shot, edit)
    drawn = cutting.draw(copy)
    found = {} if drawn is None else earshot.waves(copy, drawn)
    return JsonResponse({str(number): wave(strokes) for number, strokes in found.items()})


def _copy_sound(request: HttpRequest, viewer: Viewer, edit: str, track: str, form: Form) -> HttpResponseBase:
    return answer(
        request,
        form,
        lambda: earshot.sound(cutting.shot(viewer.shot, edit), track),
        lambda: viewer.heard(track),
    )


@require_safe
@listener
def without(request: HttpRequest, session: Hearing, edit: str) -> HttpResponse:
    """Show the copy without what was cut, beside the recording."""
    return _copy_page(request, _listener(session), edit, takes=session.code is not None)


@require_safe
@listener
def without_waves(request: HttpRequest, session: Hearing, edit: str) -> JsonResponse:  # noqa: ARG001 - a view
    """Give the waves of a long copy."""
    return _copy_waves(_listener(session), edit)


@require_safe
@listener
def without_sound(request: HttpRequest, session: Hearing, edit: str, track: str, form: Form) -> HttpResponseBase:
    """Give the sound of a copy."""
    return _copy_sound(request, _listener(session), edit, track, form)


@require_safe
@login_required
def ours_without(request: HttpRequest, conversation: str, edit: str) -> HttpResponse:
    """Show the copy to whose conversation it is."""
    return _copy_page(request, _worker(request, conversation), edit)


@require_safe
@login_required
def ours_without_waves(request: HttpRequest, conversation: str, edit: str) -> JsonResponse:
    """Give the waves of a long copy."""
    return _copy_waves(_worker(request, conversation), edit)


@require_safe
@login_required
def ours_without_sound(request: HttpRequest, conversation: str, edit: str, track: str, form: Form) -> HttpResponseBase:
    """Give the sound of a copy."""
    return _copy_sound(request, _worker(request, conversation), edit, track, form)


urlpatterns = [
    path("luister/knippen", ask, name="hear_cut"),
    path("luister/vraag/<str:question>/pieces", listen, name="hear_pieces"),
    path("luister/zonder/<str:edit>/", without, name="hear_without"),
    path("luister/zonder/<str:edit>/waves", without_waves, name="hear_without_waves"),
    path("luister/zonder/<str:edit>/<str:track>.<form:form>", without_sound, name="hear_without_sound"),
    path("opname/<str:conversation>/knippen", ask_for_us, name="desk_cut"),
    path("opname/<str:conversation>/vraag/<str:question>", listen_for_us, name="desk_pieces"),
    path("opname/<str:conversation>/zonder/<str:edit>/", ours_without, name="desk_without"),
    path("opname/<str:conversation>/zonder/<str:edit>/waves", ours_without_waves, name="desk_without_waves"),
    path(
        "opname/<str:conversation>/zonder/<str:edit>/<str:track>.<form:form>",
        ours_without_sound,
        name="desk_without_sound",
    ),
]
