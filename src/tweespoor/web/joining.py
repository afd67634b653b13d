"""How a phone comes in: by the picture, or by six figures; wrong, expired and guessed get one answer."""

import ipaddress

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET

from tweespoor.casework import consenting
from tweespoor.casework.clock import now_ms
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
    counters = {f"figures:{network(request.META.get('REMOTE_ADDR', ''))}": WRONG_PER_ADDRESS, "figures": WRONG_IN_ALL}
    wrong = {name: _wrong(name) for name in counters}
    # Who tried too often tries nothing any more, and so does not use up what all have together.
    if all(wrong[name][0] < most for name, most in counters.items()):
        if conversation_id := _found(request.POST.get("figures", "")[:20]):
            return _enter(request, conversation_id)
        for name, (count, until) in wrong.items():
            cache.set(name, (count + 1, until), max(until - now_ms(), 0) / 1000)
    return show_figures(request, wrong=True, status=404)


def network(address: str) -> str:
    """Give what is counted as one address: of IPv6 the network of a home, which holds more addresses than codes exist.

    >>> network("192.0.2.7"), network("2001:db8:1:2:3::4"), network("a socket")
    ('192.0.2.7', '2001:db8:1:2::/64', 'a socket')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(known) if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))  # noqa: PLR2004


def _wrong(name: str) -> tuple[int, int]:
    """Give how many wrong codes were typed, and until when they count (ms): a period begins with its first one."""
    now = now_ms()
    count, until = cache.get(name, (0, 0))
    return (count, until) if until > now else (0, now + PERIOD_S * 1000)


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
