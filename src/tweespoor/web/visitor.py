"""The session of a participant's phone: a random number in a cookie, of which we keep only a hash."""

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Visitor

P = ParamSpec("P")

COOKIE = "p"
CLAIM = "r"
"""Set while this phone was ticked to record; that it really can is said apart, by the phone itself."""
LISTENS = "h"
"""The session of somebody who listens back afterwards (`web.hearing`)."""
LASTS_S = 12 * 3600


def fingerprint(token: str) -> str:
    """Give what we keep of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def admit(conversation_id: str) -> tuple[Visitor, str]:
    """Begin a session in a conversation; the token leaves this process only in the answer to the phone."""
    token = secrets.token_urlsafe(32)
    visitor = Visitor.objects.create(
        conversation_id=conversation_id,
        token_sha256=fingerprint(token),
        expires_ms=now_ms() + LASTS_S * 1000,
    )
    return visitor, token


def known(token: str) -> Visitor | None:
    """Give the session of a token, when there still is one."""
    if not token:
        return None
    return Visitor.objects.filter(token_sha256=fingerprint(token), expires_ms__gt=now_ms()).first()


def of(request: HttpRequest) -> Visitor | None:
    """Give the session of the phone that asks."""
    return known(request.COOKIES.get(COOKIE, ""))


def remember(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """Let the phone keep its token.

    SameSite is Lax, not Strict: after scanning a code inside another app the first page would else come without it.
    Requests that change something are refused by their origin (`web.origin`).
    """
    response.set_cookie(
        COOKIE, token, max_age=LASTS_S, secure=request.is_secure(), httponly=True, samesite="Lax", path="/"
    )


def claims(request: HttpRequest) -> bool:
    """Tell whether this phone was ticked to record."""
    return request.COOKIES.get(CLAIM) == "yes"


def claim(request: HttpRequest, response: HttpResponse, *, records: bool) -> None:
    """Let the phone remember whether it was ticked to record."""
    if records:
        response.set_cookie(
            CLAIM, "yes", max_age=LASTS_S, secure=request.is_secure(), httponly=True, samesite="Lax", path="/p/"
        )
    else:
        response.delete_cookie(CLAIM, path="/p/")


def participant(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in a phone with a session, and send others to the six figures."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visitor = of(request)
        if visitor is None:
            return redirect("ended")
        return view(request, visitor, *args, **kwargs)

    return guarded
