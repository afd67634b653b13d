"""Pages on which somebody who took part answers a question over days, sees what came of it, or takes a yes back.

What one answers is sent once and never shown again: the page behind it is the same whatever it was (law 10).
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import delivering, ledger, polling
from tweespoor.casework.models import Hearing, Question
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions
from tweespoor.rules.asking import Answer
from tweespoor.web import questions
from tweespoor.web.hearing import listener

P = ParamSpec("P")


def seen(
    view: Callable[Concatenate[HttpRequest, Hearing, Question, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let in who was in the part that a question is about; for everybody else there is no such question."""

    @listener
    @wraps(view)
    def guarded(
        request: HttpRequest, session: Hearing, question: str, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        return view(request, session, visible(session.conversation_id, session.seat, question), *args, **kwargs)

    def by_name(request: HttpRequest, question: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return guarded(request, question, *args, **kwargs)

    return wraps(view)(by_name)


def visible(conversation_id: str, seat: int | None, question_id: str) -> Question:
    """Give a question that somebody may see; raises UnknownError."""
    state = ledger.state(conversation_id)
    for one in polling.seen_by(conversation_id, state, seat):
        if one.pk == question_id and one.kind in questions.ASKED:
            return one
    raise UnknownError


def answer_of(request: HttpRequest) -> Answer:
    """Read an answer; raises UnknownError for anything else."""
    try:
        return Answer(request.POST.get("answer", ""))
    except ValueError:
        raise UnknownError from None


@require_safe
@listener
def asked(request: HttpRequest, session: Hearing) -> HttpResponse:
    """List the questions, and offer to ask one."""
    lines = questions.lines(session.conversation_id, session.seat)
    return render(request, "web/hear_questions.html", {"questions": lines})


@require_safe
@seen
def question(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:
    """Show a question: to answer it, to wait for the others, or what came of it."""
    context = questions.told(one, session.seat)
    here = reverse("hear_question", args=[one.pk])
    again = "again" in request.GET
    context |= {
        "here": here,
        "answers": context["asked"] and not context["over"] and (again or not context["answered"]),
        "asks": f"web/question_{one.kind}.html",
        "then": f"web/question_{one.kind}_then.html",
        "given": context["mine"] and delivering.is_given(one),
    }
    return render(request, "web/hear_question.html", context)


@require_POST
@seen
def answer(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:
    """Take an answer, and go back to the page that shows the same for each of them."""
    able = session.able or (session.code is not None and session.code.able)
    conditions.may_answer(ledger.state(one.conversation_id), session.seat, able=able).or_refuse()
    polling.answer(one.pk, session.seat, answer_of(request))
    return redirect("hear_question", one.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@seen
def take_back(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:
    """Let somebody take a yes back; the page behind it tells what that does, to whoever looks."""
    if request.method == "POST":
        polling.take_back(one.pk, session.seat)
        return redirect("hear_question_stopped", one.pk)
    return render(request, "web/hear_take_back.html", {"here": reverse("hear_question", args=[one.pk])})


@require_safe
@seen
def stopped(request: HttpRequest, session: Hearing, one: Question) -> HttpResponse:  # noqa: ARG001 - a view
    """Say what taking a yes back does."""
    return render(request, "web/hear_taken_back.html", {"here": reverse("hear_question", args=[one.pk])})


urlpatterns = [
    path("luister/vragen", asked, name="hear_questions"),
    path("luister/vraag/<str:question>/", question, name="hear_question"),
    path("luister/vraag/<str:question>/answer", answer, name="hear_answer"),
    path("luister/vraag/<str:question>/back", take_back, name="hear_take_back"),
    path("luister/vraag/<str:question>/stopped", stopped, name="hear_question_stopped"),
]
