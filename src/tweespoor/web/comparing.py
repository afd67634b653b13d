"""Pages on which somebody lays a file beside our recording: it comes in, one sees how far it is, and what differs.

The same pages serve who took part and who works here; each sees only what was made in this very session.
"""

from collections.abc import Iterator
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST, require_safe

from tweespoor.casework import (
    admitting,
    comparing,
    comparing_given,
    filing_comparison,
    ledger,
    models,
    showing_comparison,
)
from tweespoor.casework.comparing import Beside, Owner, Step
from tweespoor.casework.filing_comparison import Filed
from tweespoor.casework.models import Hearing
from tweespoor.casework.showing_comparison import Line, Shown
from tweespoor.errors import UnknownError, UnreadableError
from tweespoor.web.hearing import listener
from tweespoor.web.ranges import File
from tweespoor.web.showing import day
from tweespoor.web.sounds import Form
from tweespoor.web.staffing import signed_in
from tweespoor.web.visitor import LISTENS

_WAV: Final = "audio/wav"
_PDF: Final = "application/pdf"
_MOST_DIGITS: Final = 12


# To begin --------------------------------------------------------------------------------------------------


@require_safe
@listener
def hear_compare(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Let somebody who took part choose a file; show what was filed."""
    return _choose(request, _of_listener(session), session.seat)


@require_POST
@listener
def hear_compare_begin(request: HttpRequest, session: Hearing) -> JsonResponse:
    """Begin to take in a file of somebody who took part."""
    return _begin(request, _of_listener(session))


@require_safe
@login_required
def compare(request: HttpRequest, conversation: str) -> HttpResponse:
    """Let who works here choose a file; show what was filed."""
    return _choose(request, _of_staff(request, conversation), None)


@require_POST
@login_required
def compare_begin(request: HttpRequest, conversation: str) -> JsonResponse:
    """Begin to take in a file of who works here."""
    return _begin(request, _of_staff(request, conversation))


@require_POST
@login_required
def compare_given(request: HttpRequest, external: str) -> HttpResponse:
    """Lay a recording that somebody handed in beside ours."""
    one = comparing_given.begin(signed_in(request), external, request.session.session_key or "")
    return redirect("comparison", one.id)


def _choose(request: HttpRequest, owner: Owner, seat: int | None) -> HttpResponse:
    parts = comparing.parts(owner)
    context = _frame(owner) | {
        "can": bool(parts),
        "parts": list(parts) if len(parts) > 1 else [],
        "only": parts[0] if len(parts) == 1 else None,
        "begin": reverse("hear_compare_begin") if seat else reverse("compare_begin", args=[owner.conversation]),
        "gone": request.GET.get("gone") == "yes",
        "filed": [
            {"day": day(one.at_ms), "url": _filed_url(one, seat), "own": one.seat is None}
            for one in filing_comparison.of(owner.conversation, seat)
        ],
    }
    return render(request, "web/compare.html", context)


def _begin(request: HttpRequest, owner: Owner) -> JsonResponse:
    parts = comparing.parts(owner)
    size, part = request.POST.get("size", ""), request.POST.get("part", "")
    if not _is_number(size) or not _is_number(part) or int(part) not in parts:
        raise UnreadableError("not what the page asks", "2a.broken-off")
    one = comparing.begin(owner, part=int(part), size=int(size))
    return JsonResponse({"id": one.id, "held": 0, "block": comparing.BLOCK})


# Coming in, and how far it is ------------------------------------------------------------------------------


@require_GET
def held(request: HttpRequest, comparison: str) -> JsonResponse:
    """Tell with which block to go on."""
    return JsonResponse({"held": comparing.held(_find(request, comparison))})


@require_POST
def block(request: HttpRequest, comparison: str, number: int) -> JsonResponse:
    """Keep one block, and tell with which to go on."""
    one = _find(request, comparison)
    return JsonResponse({"held": comparing.add(one, number, request.read(comparing.BLOCK + 1))})


@require_POST
def finish(request: HttpRequest, comparison: str) -> JsonResponse:
    """Let it be compared, and tell where one sees how far it is."""
    one = _find(request, comparison)
    comparing.start(one)
    return JsonResponse({"goes": reverse("comparison", args=[one.id])})


@require_GET
def state(request: HttpRequest, comparison: str) -> JsonResponse:
    """Tell how far it is."""
    one = _find(request, comparison)
    return JsonResponse({"step": one.step, "share": round(one.share, 3)})


# The answer ------------------------------------------------------------------------------------------------


@require_safe
def comparison(request: HttpRequest, comparison: str) -> HttpResponse:
    """Show how far it is, or what differs."""
    one = _find(request, comparison)
    context = _frame(one.owner) | {
        "step": one.step,
        "percent": round(one.share * 100),
        "state_url": reverse("comparison_state", args=[one.id]),
        "throw_away": reverse("comparison_gone", args=[one.id]),
    }
    if one.step is not Step.DONE:
        return render(request, "web/comparing.html", context)
    context |= _shown(showing_comparison.shown(one, _language()), one.id)
    context |= {
        "report": reverse("comparison_report", args=[one.id]),
        "file": "" if one.filed else reverse("comparison_file", args=[one.id]),
        "is_filed": bool(one.filed),
        "longest": filing_comparison.LONGEST,
        "forms": [(form.name.lower(), _sound_url(one.owner, one.track, form)) for form in Form],
    }
    return render(request, "web/comparison.html", context)


@require_safe
def sound(request: HttpRequest, comparison: str, number: int) -> HttpResponseBase:
    """Give the seconds of the copy around one item of the list."""
    one = _find(request, comparison)
    begin, size = comparing.excerpt(one, number)

    def read(first: int, after: int) -> Iterator[bytes]:
        return comparing.read(one, begin + first, begin + after)

    file = File(size, _WAV, f"{one.id}-{number}", read, _nothing)
    answer = file.answer(request)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def report(request: HttpRequest, comparison: str) -> HttpResponse:
    """Give the answer as a PDF."""
    return _pdf(showing_comparison.report(_find(request, comparison), _language()))


@require_POST
def file(request: HttpRequest, comparison: str) -> HttpResponse:
    """Put it in the dossier."""
    one = _find(request, comparison)
    filing_comparison.file(one, request.POST.get("reason", ""))
    return redirect("comparison", one.id)


@require_POST
def gone(request: HttpRequest, comparison: str) -> HttpResponse:
    """Throw it away."""
    one = _find(request, comparison)
    comparing.throw_away(one)
    begin = reverse("compare", args=[one.owner.conversation]) if one.owner.staff else reverse("hear_compare")
    return redirect(f"{begin}?gone=yes")


# What was filed --------------------------------------------------------------------------------------------


@require_safe
@listener
def hear_filed(request: HttpRequest, session: Hearing, filed: str) -> HttpResponse:
    """Show a comparison that somebody filed, to that person."""
    one = filing_comparison.find(session.conversation_id, filed, session.seat)
    return _filed(request, one, Owner.listening(session), own=True)


@require_safe
@listener
def hear_filed_report(request: HttpRequest, session: Hearing, filed: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Give it as a PDF."""
    one = filing_comparison.find(session.conversation_id, filed, session.seat)
    return _pdf(showing_comparison.report_filed(one, _language(), own=True))


@require_safe
@login_required
def filed(request: HttpRequest, conversation: str, filed: str) -> HttpResponse:
    """Show a comparison that was filed, to who works on the conversation."""
    owner = _of_staff(request, conversation)
    return _filed(request, filing_comparison.find(conversation, filed), owner, own=False)


@require_safe
@login_required
def filed_report(request: HttpRequest, conversation: str, filed: str) -> HttpResponse:
    """Give it as a PDF."""
    _of_staff(request, conversation)
    one = filing_comparison.find(conversation, filed)
    return _pdf(showing_comparison.report_filed(one, _language(), own=False))


def _filed(request: HttpRequest, one: Filed, owner: Owner, *, own: bool) -> HttpResponse:
    context = _frame(owner) | _shown(showing_comparison.shown_filed(one, _language(), own=own))
    report = f"{_filed_url(one, one.seat if own else None)}/rapport"
    context |= {"filed_on": day(one.at_ms), "reason": one.reason, "report": report}
    return render(request, "web/comparison.html", context)


def _filed_url(one: Filed, seat: int | None) -> str:
    return reverse("hear_filed", args=[one.id]) if seat else reverse("filed", args=[one.conversation, one.id])


# Who, and what is shown ------------------------------------------------------------------------------------


def _of_listener(session: Hearing) -> Owner:
    if session.code is None:
        raise UnknownError  # on a device of ours there is no file of somebody's own
    return Owner.listening(session)


def _of_staff(request: HttpRequest, conversation: str) -> Owner:
    owner = Owner.working(signed_in(request), conversation, request.session.session_key or "")
    comparing.parts(owner)  # not there for who may not hear it
    return owner


def _find(request: HttpRequest, comparison: str) -> Beside:
    session = admitting.session(request.COOKIES.get(LISTENS, ""))
    if session is not None:
        return comparing.find(Owner.listening(session), comparison)
    if not request.user.is_authenticated:
        raise UnknownError
    conversation = comparing.conversation_of(comparison)
    owner = Owner.working(signed_in(request), conversation, request.session.session_key or "")
    return comparing.find(owner, comparison)


def _frame(owner: Owner) -> dict[str, object]:
    """Give what every page here needs: for whom it is, and where it leads back to."""
    row = models.Conversation.objects.get(pk=owner.conversation)
    own = owner.staff is None
    return {
        "own": own,
        "conversation": owner.conversation,
        "day": day(row.opened_ms),
        "practice": ledger.state(owner.conversation).practice,
        "back": reverse("hear_talk") if own else reverse("recording", args=[owner.conversation]),
        "start": reverse("hear_compare") if own else reverse("compare", args=[owner.conversation]),
    }


def _shown(shown: Shown, comparison: str = "") -> dict[str, object]:
    return {
        "says": shown.says,
        "about": shown.about,
        "ours": shown.captions[0],
        "theirs": shown.captions[1],
        "drawn": mark_safe(shown.drawn),  # noqa: S308 - drawn by us, and everything written in it is escaped
        "follows": shown.follows,
        "rows": [_row(line, comparison) for line in shown.lines],
        "calm": shown.calm,
        "limits": shown.limits,
    }


def _row(line: Line, comparison: str) -> dict[str, object]:
    item, window = line.item, line.window
    pair = window and {
        "url": reverse("comparison_sound", args=[comparison, item.number]),
        "ours": " ".join(f"{at:.3f}" for at in (window.original[0], *window.of, window.original[1])),
        "theirs": " ".join(f"{at:.3f}" for at in (window.copy[0], *window.at, window.copy[1])),
    }
    return {
        "number": item.number,
        "what": item.what,
        "where": item.where,
        "grade": item.grade,
        "firm": item.firm,
        "pair": pair,
    }


def _sound_url(owner: Owner, track: str, form: Form) -> str:
    if owner.staff is None:
        return reverse("hear_sound", args=[track, form])
    return reverse("sound", args=[owner.conversation, track, form])


def _pdf(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=_PDF)
    answer["Content-Disposition"] = 'attachment; filename="vergelijking.pdf"'
    return answer


def _language() -> str:
    return get_language() or "nl"


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS


def _nothing() -> None:
    """Close nothing: a reader is made for each answer."""


urlpatterns = [
    path("luister/naast", hear_compare, name="hear_compare"),
    path("luister/naast/begin", hear_compare_begin, name="hear_compare_begin"),
    path("luister/naast/<str:filed>/bewaard", hear_filed, name="hear_filed"),
    path("luister/naast/<str:filed>/bewaard/rapport", hear_filed_report, name="hear_filed_report"),
    path("opname/<str:conversation>/naast", compare, name="compare"),
    path("opname/<str:conversation>/naast/begin", compare_begin, name="compare_begin"),
    path("opname/<str:conversation>/naast/<str:filed>/bewaard", filed, name="filed"),
    path("opname/<str:conversation>/naast/<str:filed>/bewaard/rapport", filed_report, name="filed_report"),
    path("elders/<str:external>/naast", compare_given, name="compare_given"),
    path("naast/<str:comparison>/", comparison, name="comparison"),
    path("naast/<str:comparison>/stand", state, name="comparison_state"),
    path("naast/<str:comparison>/<int:number>.wav", sound, name="comparison_sound"),
    path("naast/<str:comparison>/rapport", report, name="comparison_report"),
    path("naast/<str:comparison>/bewaar", file, name="comparison_file"),
    path("naast/<str:comparison>/weg", gone, name="comparison_gone"),
    path("naast/<str:comparison>/stuk/", held, name="compared_held"),
    path("naast/<str:comparison>/stuk/klaar", finish, name="compared_finish"),
    path("naast/<str:comparison>/stuk/<int:number>", block, name="compared_block"),
]
