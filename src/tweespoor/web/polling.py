"""Pages on which the organisation asks, answers once for all who work there, and lets people answer who have no phone.

Whose conversation it is may come here, and the manager.  Nobody sees how many answered, or which: also our own answer
is not shown again (laws 5 and 10).
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import delivering, ledger, overseeing, polling, sharing, turning
from tweespoor.casework.models import Conversation, Question, Role
from tweespoor.casework.polling import Standing
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules.ages import AGES
from tweespoor.rules.state import Conversation as State
from tweespoor.web import questions
from tweespoor.web.admitting import seat_in
from tweespoor.web.answering import answer_of, visible
from tweespoor.web.overseeing import dated
from tweespoor.web.sharing import Asker, ask, made
from tweespoor.web.showing import names
from tweespoor.web.staffing import only, signed_in

P = ParamSpec("P")


def ours(
    view: Callable[Concatenate[HttpRequest, Conversation, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let in whose conversation it is, and the manager."""

    @only(Role.WORKER, Role.MANAGER)
    @wraps(view)
    def guarded(request: HttpRequest, conversation: str, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        staff = signed_in(request)
        row = Conversation.objects.filter(pk=conversation, worker=staff).first()
        if row is None:
            row = overseeing.visible(staff).filter(pk=conversation).first()
        if row is None:
            raise UnknownError
        return view(request, row, *args, **kwargs)

    def by_name(request: HttpRequest, conversation: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return guarded(request, conversation, *args, **kwargs)

    return wraps(view)(by_name)


@require_safe
@ours
def listed(request: HttpRequest, row: Conversation) -> HttpResponse:
    """List the questions about a conversation."""
    context = {
        "conversation": row.pk,
        "day": dated(row.opened_ms),
        "questions": questions.lines(row.pk, None),
        "practice": row.practice,
        "may_share": bool(_choices(row)),
        "own": row.worker_id == signed_in(request).pk,
    }
    return render(request, "web/desk_questions.html", context)


def _choices(row: Conversation) -> list[int]:
    state = ledger.state(row.pk)
    return [number for number, part in state.parts.items() if part.ended_at is not None]


@require_safe
@ours
def question(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:
    """Show a question: to answer it for all of us, or to let somebody answer here."""
    one = visible(row.pk, None, question)
    return render(request, "web/desk_question.html", _sheet(row, one))


def _sheet(row: Conversation, one: Question) -> dict[str, object]:
    context = questions.told(one, None)
    state = ledger.state(row.pk)
    open_still = context["standing"] == Standing.OPEN and not context["over"]
    return context | {
        "conversation": row.pk,
        "day": dated(row.opened_ms),
        "here": reverse("desk_question", args=[row.pk, one.pk]),
        "asks": f"web/question_{one.kind}.html",
        "open": open_still,
        "people": list(_people(one, state)) if open_still else [],
        "given": context["mine"] and delivering.is_given(one),
    }


def _people(one: Question, state: State) -> list[dict[str, object]]:
    """Give who may answer here: everyone who is asked, whether there is an answer or not."""
    called = names(state)
    found: list[dict[str, object]] = []
    for seat in one.asked:
        if seat is not None:
            age = AGES.get(state.seats[seat].kind)
            young, child = bool(age and age.judged_able), bool(age and age.parent_shares)
            found.append({"seat": seat, "name": called[seat], "young": young, "child": child})
    return found


@require_POST
@ours
def answer(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:
    """Answer once for everyone who works here; the last answer counts, and none is shown again."""
    one = visible(row.pk, None, question)
    polling.answer(one.pk, None, answer_of(request))
    witness("share.answer", staff=signed_in(request), conversation_id=row.pk)
    return _back(row, one, "answered")


@require_POST
@ours
def take_back(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Take our yes back."""
    one = visible(row.pk, None, question)
    polling.take_back(one.pk, None)
    return _back(row, one, "stopped")


def _back(row: Conversation, one: Question, did: str) -> HttpResponse:
    return redirect(f"{reverse('desk_question', args=[row.pk, one.pk])}?{did}")


# For who has no phone ---------------------------------------------------------------------------------


@require_POST
@ours
def turn(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:
    """Hand the device to somebody for one answer."""
    one = visible(row.pk, None, question)
    able, parent = _said(request)
    token = turning.offer(one.pk, seat_in(request), signed_in(request), able=able, parent=parent)
    return redirect("desk_turn", row.pk, token)


@require_POST
@ours
def spoken(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:
    """Note what somebody said, on the telephone or in person."""
    one = visible(row.pk, None, question)
    able, parent = _said(request)
    yes = request.POST.get("said") == "yes"
    turning.note_spoken(one.pk, seat_in(request), signed_in(request), yes=yes, able=able, parent=parent)
    return _back(row, one, "noted")


def _said(request: HttpRequest) -> tuple[bool, bool]:
    return request.POST.get("able") == "yes", request.POST.get("parent") == "yes"


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def answer_here(request: HttpRequest, row: Conversation, token: str) -> HttpResponse:
    """Let whoever has the device answer; used and unknown turns end with the same page."""
    back = reverse("desk_questions", args=[row.pk])
    try:
        one, seat = turning.whose(token)
    except UnknownError:
        return render(request, "web/turn_done.html", {"back": back})
    if one.conversation_id != row.pk:
        raise UnknownError
    if request.method == "POST":
        turning.take(token, answer_of(request))
        return redirect("desk_turn", row.pk, token)
    context = questions.told(one, seat) | {"asks": f"web/question_{one.kind}.html"}
    context |= {"asker": questions.asker(one, ledger.state(row.pk), seat)}
    return render(request, "web/turn_question.html", context | {"here": reverse("desk_turn", args=[row.pk, token])})


# Asking and giving -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def share(request: HttpRequest, row: Conversation) -> HttpResponse:
    """Ask everyone, for the organisation, whether something may be shared."""
    here, back = reverse("desk_share", args=[row.pk]), reverse("desk_questions", args=[row.pk])
    asker = Asker(row.pk, None, here, back, "web/desk_share.html", signed_in(request))
    found = ask(request, asker, public=False)
    return found if isinstance(found, HttpResponse) else _back(row, found, "asked")


@require_POST
@ours
def link(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:
    """Make the link of what the organisation asked, and show it once."""
    one = visible(row.pk, None, question)
    token = sharing.deliver(one.pk, None, staff=signed_in(request))
    told = made(one, None, token) | {"here": reverse("desk_question", args=[row.pk, one.pk]), "conversation": row.pk}
    return render(request, "web/desk_link.html", told)


@require_POST
@ours
def end_link(request: HttpRequest, row: Conversation, question: str) -> HttpResponse:
    """End the link of what the organisation asked."""
    one = visible(row.pk, None, question)
    sharing.end_links(one.pk, None, staff=signed_in(request))
    return _back(row, one, "ended")


urlpatterns = [
    path("desk/questions/<str:conversation>/", listed, name="desk_questions"),
    path("desk/questions/<str:conversation>/share", share, name="desk_share"),
    path("desk/questions/<str:conversation>/here/<str:token>", answer_here, name="desk_turn"),
    path("desk/questions/<str:conversation>/<str:question>/", question, name="desk_question"),
    path("desk/questions/<str:conversation>/<str:question>/answer", answer),
    path("desk/questions/<str:conversation>/<str:question>/back", take_back),
    path("desk/questions/<str:conversation>/<str:question>/turn", turn),
    path("desk/questions/<str:conversation>/<str:question>/spoken", spoken),
    path("desk/questions/<str:conversation>/<str:question>/link", link),
    path("desk/questions/<str:conversation>/<str:question>/end-link", end_link),
]
