"""Pages of what was said, written out: brought in, named, corrected, read beside the sound, and taken along.

Each page and each file says that it is an aid and no proof.  A page holds the player as well, so the second behind a
line is one tap away.
"""

from http import HTTPStatus
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import hearing, listening, transcribing, writing_out, written
from tweespoor.casework.drawing import Drawing
from tweespoor.casework.models import Hearing
from tweespoor.casework.transcribing import Line, Text
from tweespoor.casework.writing_out import FORMS, Sheet
from tweespoor.errors import UnknownError
from tweespoor.web.hearing import listener
from tweespoor.web.pictures import Look, clock, picture, seconds
from tweespoor.web.refusals import whole
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.staffing import signed_in

_DIGITS: Final = 6
_HOUR_S: Final = 3600


# Who works here -------------------------------------------------------------------------------------------


@require_safe
@login_required
def transcripts(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show which texts there are, and the form to bring one in."""
    seen = listening.look(signed_in(request), conversation)
    parts = [part.part for part in seen.state.parts.values() if part.started_at is not None and not part.erased]
    found = [
        {
            "url": reverse("transcript", args=[conversation, row.pk]),
            "part": row.part if len(parts) > 1 else None,
            "day": day(row.at_ms),
            "form": _form(row.form),
        }
        for row in transcribing.texts(conversation)
    ]
    context = {
        "conversation": conversation,
        "day": day(seen.row.opened_ms),
        "practice": seen.row.practice,
        "found": found,
        "parts": parts,
        "largest": written.LARGEST,
        "large": whole(("6a.text-too-large",)),
        "file_url": reverse("transcript_file", args=[conversation]),
    }
    return render(request, "web/transcripts.html", context)


@require_POST
@login_required
def bring_in(request: HttpRequest, conversation: str) -> HttpResponse:
    """Bring in a text that was typed or pasted."""
    text = request.POST.get("text", "")
    made = _bring_in(request, conversation, text.encode(), request.POST.get("part", ""), request.POST.get("from", ""))
    return redirect("transcript", conversation, made)


@require_POST
@login_required
def bring_in_file(request: HttpRequest, conversation: str) -> JsonResponse:
    """Bring in a file, as the page sends it."""
    content = request.read(written.LARGEST + 1)
    made = _bring_in(request, conversation, content, request.GET.get("part", ""), request.GET.get("from", ""))
    return JsonResponse({"goes": reverse("transcript", args=[conversation, made])}, status=HTTPStatus.CREATED)


def _bring_in(request: HttpRequest, conversation: str, content: bytes, part: str, begins: str) -> str:
    if not (part.isascii() and part.isdigit() and len(part) <= _DIGITS):
        raise UnknownError
    text = written.read(content)
    return transcribing.bring_in(signed_in(request), conversation, int(part), text, offset_ms=written.offset(begins))


@require_safe
@login_required
def transcript(request: HttpRequest, conversation: str, transcript: str) -> HttpResponse:
    """Show a text beside the player, with what can be done with each line."""
    staff = signed_in(request)
    seen = listening.look(staff, conversation)
    text = transcribing.read(staff, conversation, transcript)
    here = reverse("transcript", args=[conversation, transcript])
    context: dict[str, object] = {
        "conversation": conversation,
        "day": day(seen.row.opened_ms),
        "practice": seen.row.practice,
        "here": here,
        "names": [{"label": label, "name": name} for label, name in text.names.items()],
        "forms": [{"name": _form(form), "url": f"{here}tekst.{form}"} for form in FORMS],
        "texts": [_page(text, seen.drawing, here)],
        "corrects": True,
    }
    if seen.drawing is not None:
        look = Look(
            sound=lambda track, form: reverse("sound", args=[conversation, track, form]),
            waves=reverse("waves", args=[conversation]),
        )
        context |= picture(seen.drawing, seen.waves, look)
    return render(request, "web/transcript.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def line(request: HttpRequest, conversation: str, transcript: str, number: int) -> HttpResponse:
    """Correct one line by hand."""
    staff = signed_in(request)
    if request.method == "POST":
        said, speaker = request.POST.get("said", ""), request.POST.get("speaker", "")
        transcribing.correct(staff, conversation, transcript, number, said=said, speaker=speaker)
        return redirect(reverse("transcript", args=[conversation, transcript]) + f"#r{number}")
    text = transcribing.read(staff, conversation, transcript)
    found = next((one for one in text.lines if one.number == number), None)
    if found is None:
        raise UnknownError
    before = [one for one in transcribing.history(staff, conversation, transcript) if one.number == number]
    context = {
        "back": reverse("transcript", args=[conversation, transcript]) + f"#r{number}",
        "line": found,
        "longest": transcribing.LONGEST,
        "changes": [_change(one) for one in before],
    }
    return render(request, "web/transcript_line.html", context)


@require_POST
@login_required
def name(request: HttpRequest, conversation: str, transcript: str) -> HttpResponse:
    """Say who speaks where the file has a label."""
    label, who = request.POST.get("label", ""), request.POST.get("name", "")
    transcribing.name(signed_in(request), conversation, transcript, label, who)
    return redirect("transcript", conversation, transcript)


@require_safe
@login_required
def history(request: HttpRequest, conversation: str, transcript: str) -> HttpResponse:
    """Show every correction, the newest first."""
    found = transcribing.history(signed_in(request), conversation, transcript)
    context = {
        "back": reverse("transcript", args=[conversation, transcript]),
        "changes": [_change(one) for one in found],
    }
    return render(request, "web/transcript_history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, conversation: str, transcript: str) -> HttpResponse:
    """Take a text away, after asking once more."""
    staff = signed_in(request)
    if request.method == "POST":
        transcribing.remove(staff, conversation, transcript)
        return redirect("transcripts", conversation)
    transcribing.read(staff, conversation, transcript)
    return render(
        request, "web/transcript_remove.html", {"back": reverse("transcript", args=[conversation, transcript])}
    )


@require_safe
@login_required
def taken(request: HttpRequest, conversation: str, transcript: str, form: str) -> HttpResponseBase:
    """Give a text as a file; that it left is written down as with the sound."""
    staff = signed_in(request)
    if form not in FORMS:
        raise UnknownError
    seen = listening.look(staff, conversation)
    text = transcribing.take(staff, conversation, transcript)
    return as_file(seen.row.opened_ms, text, form, seen.state.parts[text.part].started_at or 0)


# Who took part --------------------------------------------------------------------------------------------


@require_safe
@listener
def hear_text(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Show the lines of the own minutes beside the player."""
    seen = hearing.look(session)
    texts = [] if seen.drawing is None else transcribing.of_seat(session)
    context: dict[str, object] = {
        "day": day(seen.began_ms),
        "practice": seen.row.practice,
        "texts": [_page(text, seen.drawing, "") for text in texts],
    }
    if session.code is not None:
        context["forms"] = [
            {"name": _form(form), "url": reverse("hear_text_file", args=[text.part, form]), "part": text.part}
            for text in texts
            for form in FORMS
        ]
    if seen.drawing is not None:
        look = Look(
            sound=lambda track, form: reverse("hear_sound", args=[track, form]),
            waves=reverse("hear_waves"),
            own=True,
        )
        context |= picture(seen.drawing, seen.waves, look) | {"agreements_url": reverse("hear_agreements")}
    return render(request, "web/hear_text.html", context)


@require_safe
@listener
def hear_text_file(request: HttpRequest, session: Hearing, part: int, form: str) -> HttpResponseBase:  # noqa: ARG001
    """Give the lines of the own minutes as a file; not on a device of ours, where it would be anybody's."""
    if session.code is None or form not in FORMS:
        raise UnknownError
    text = hearing.take_text(session, part)
    seen = hearing.look(session)
    return as_file(seen.began_ms, text, form, seen.began_ms if seen.drawing is None else seen.drawing.begin)


# Of the page ----------------------------------------------------------------------------------------------


def _page(text: Text, drawn: Drawing | None, here: str) -> dict[str, object]:
    zero = 0 if drawn is None else drawn.begin
    return {"part": text.part, "lines": [_line(one, zero, here) for one in text.lines]}


def _line(one: Line, zero: int, here: str) -> dict[str, object]:
    return {
        "number": one.number,
        "clock": clock(one.begin - zero),
        "seconds": seconds(max(0, one.begin - zero)),
        "speaker": one.speaker,
        "text": one.text,
        "changes": one.changes,
        "url": f"{here}regel/{one.number}" if here else "",
    }


def _change(one: transcribing.Change) -> dict[str, object]:
    when = _("%(day)s, %(time)s") % {"day": day(one.at_ms), "time": time_of_day(one.at_ms)}
    return {"when": when, "who": one.staff, "before": one.before, "after": one.after}


def _form(form: str) -> str:
    return {"vtt": "WebVTT", "docx": "Word"}.get(form) or _("gewone tekst")


def as_file(moment: int, text: Text, form: str, zero: int) -> HttpResponse:
    """Give a text as a file to take along, with its label; ``zero`` is the moment (ms) of 0:00."""
    title = _("Gesprek van %(day)s, deel %(part)s") % {"day": day(moment), "part": text.part}
    label = _("Hulpmiddel, geen bewijs. Luister naar de opname om zeker te zijn.")
    answer = HttpResponse(writing_out.write(Sheet(title, label, zero, text.lines), form), content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="gesprek-deel-{text.part}.{form}"'
    return answer


urlpatterns = [
    path("opname/<str:conversation>/tekst/", transcripts, name="transcripts"),
    path("opname/<str:conversation>/tekst/plak", bring_in, name="transcript_paste"),
    path("opname/<str:conversation>/tekst/bestand", bring_in_file, name="transcript_file"),
    path("opname/<str:conversation>/tekst/<str:transcript>/", transcript, name="transcript"),
    path("opname/<str:conversation>/tekst/<str:transcript>/regel/<int:number>", line, name="transcript_line"),
    path("opname/<str:conversation>/tekst/<str:transcript>/naam", name, name="transcript_name"),
    path("opname/<str:conversation>/tekst/<str:transcript>/eerder", history, name="transcript_history"),
    path("opname/<str:conversation>/tekst/<str:transcript>/weg", remove, name="transcript_remove"),
    path("opname/<str:conversation>/tekst/<str:transcript>/tekst.<str:form>", taken, name="transcript_taken"),
    path("luister/tekst", hear_text, name="hear_text"),
    path("luister/tekst/deel-<int:part>.<str:form>", hear_text_file, name="hear_text_file"),
]
