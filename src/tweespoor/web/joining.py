"""How a phone comes in: by the picture, or by six figures; wrong, expired and guessed get one answer."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET

from tweespoor.casework import consenting
from tweespoor.errors import UnknownError
from tweespoor.web import visitor

WRONG_PER_ADDRESS = 10
WRONG_IN_ALL = 1_000
"""Six figures are a million; with a dozen codes open this many guesses find one in a hundred times a quarter."""
PERIOD_S = 15 * 60


@require_GET
def scanned(request: HttpRequest, token: str) -> HttpResponse:
    """Let a phone in that scanned the picture; scanning again brings it back to its own seat."""
    try:
        conversation_id = consenting.find_by_token(token)
    except UnknownError:
        return show_figures(request, ended=True, status=404)
    return _enter(request, conversation_id)


def typed(request: HttpRequest) -> HttpResponse:
    """Let a phone in that typed six figures."""
    address = request.META.get("REMOTE_ADDR", "")
    counters = {f"figures:{address}": WRONG_PER_ADDRESS, "figures": WRONG_IN_ALL}
    conversation_id = None
    if all(int(cache.get(name, 0)) < most for name, most in counters.items()):
        conversation_id = _found(request.POST.get("figures", "")[:20])
    if conversation_id is None:
        for name in counters:
            _count(name)
        return show_figures(request, wrong=True, status=404)
    return _enter(request, conversation_id)


def _found(figures: str) -> str | None:
    try:
        return consenting.find_by_figures(figures)
    except UnknownError:
        return None


def show_figures(request: HttpRequest, *, wrong: bool = False, ended: bool = False, status: int = 200) -> HttpResponse:
    """Ask for the six figures."""
    return render(request, "web/join.html", {"wrong": wrong, "ended": ended}, status=status)


@require_GET
def ended(request: HttpRequest) -> HttpResponse:
    """Tell a phone without a session what it can do now."""
    return show_figures(request, ended=True)


def _count(name: str) -> None:
    if not cache.add(name, 1, PERIOD_S):
        try:
            cache.incr(name)
        except ValueError:  # its time ended in between
            cache.set(name, 1, PERIOD_S)


def _enter(request: HttpRequest, conversation_id: str) -> HttpResponse:
    here = visitor.of(request)
    response = redirect("participant")
    if here is None or here.conversation_id != conversation_id:
        _, token = visitor.admit(conversation_id)
        visitor.remember(request, response, token)
    return response


urlpatterns = [
    path("m/<str:token>", scanned, name="join"),
    path("m/", ended, name="ended"),
]
