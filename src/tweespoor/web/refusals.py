"""Turns what was refused, what is not there and what broke into a page that says what can be done now.

No view catches these errors.  A page of refusal never tells a cause of «no recording» (law 10).
"""

import sys
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tweespoor.casework.arriving import StartingError
from tweespoor.casework.rounds import BusyError
from tweespoor.errors import Refused, UnknownError, UnreadableError
from tweespoor.web import words

_log = structlog.get_logger(__name__)


class Refusals:
    """The one place that knows what an error looks like to a person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on; where an address is only for looking or only for sending, a page says so."""
        answer = self.get_response(request)
        if isinstance(answer, HttpResponseNotAllowed):
            page = bad_request(request)
            page.status_code, page.headers["Allow"] = HTTPStatus.METHOD_NOT_ALLOWED, answer.headers["Allow"]
            return page
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an error of ours; others are left to whoever knows them."""
        if isinstance(error, Refused):
            return refused(request, error.codes)
        if isinstance(error, UnknownError):
            return not_found(request)
        if isinstance(error, UnreadableError):
            return refused(request, (error.code or "2a.unknown-container",))
        if isinstance(error, (DatabaseError, StartingError, BusyError)):
            _log.error("page.unavailable", error=type(error).__name__)
            return broken(request, status=HTTPStatus.SERVICE_UNAVAILABLE)
        return None


def refused(request: HttpRequest, codes: tuple[str, ...]) -> HttpResponse:
    """Say in one sentence that it cannot be, and what can be done now."""
    refusal = words.refusal(codes)
    clause = codes[0].partition(".")[0] if refusal.names_clause and codes else ""
    if _wants_json(request):
        answer = {"refused": str(refusal.says), "says": whole(codes), "clause": clause}
        return JsonResponse(answer, status=refusal.status)
    context = {
        "says": refusal.says,
        "more": refusal.more,
        "instead": refusal.instead,
        "clause": clause if not clause.isdigit() else "",
        "back": back(request),
    }
    return render(request, "web/refused.html", context, status=refusal.status)


def whole(codes: tuple[str, ...]) -> str:
    """Give all that a page of refusal says, as one text for a script: what is so, what can be done, and the clause."""
    refusal = words.refusal(codes)
    said = [refusal.says, *refusal.more, refusal.instead]
    clause = codes[0].partition(".")[0] if refusal.names_clause and codes else ""
    if clause and not clause.isdigit():
        said.append(_("Voorwaarde %(clause)s.") % {"clause": clause})
    return " ".join(str(one) for one in said if one)


def back(request: HttpRequest) -> str:
    """Give the page to go on from: of the phone, of the conversation, of keeping it, or the beginning."""
    parts = request.path_info.split("/")
    if parts[1:2] == ["p"]:
        return "/p/"
    if parts[1:2] == ["g"] and len(parts) > 3 and parts[2] != "new":  # noqa: PLR2004 - /g/<conversation>/…
        return f"/g/{parts[2]}/"
    if parts[1:3] == ["desk", "keeping"] and len(parts) > 4:  # noqa: PLR2004 - /desk/keeping/<conversation>/…
        return "/".join(parts[: 5 if parts[3] == "request" else 4]) + "/"
    return "/"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """Say that it is not there: the same for what never was, what is no more and what is another's."""
    return _page(request, "404.html", HTTPStatus.NOT_FOUND, _("Dit is er niet."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """Say that a request could not be read."""
    return _page(request, "400.html", HTTPStatus.BAD_REQUEST, _("Dit konden we niet lezen."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """Say that this cannot be done from here."""
    return _page(request, "403.html", HTTPStatus.FORBIDDEN, _("Dit kan hier niet."))


def broken(request: HttpRequest, status: int = HTTPStatus.INTERNAL_SERVER_ERROR) -> HttpResponse:
    """Say that something is wrong on our side; this page asks no table, and the helpline stands on it.

    Django calls it for what went wrong around a view; that the tables were gone there too is for the moment.
    """
    if isinstance(sys.exception(), DatabaseError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return _page(request, "500.html", status, _("Er gaat bij ons iets mis."))


def _page(request: HttpRequest, template: str, status: int, says: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"refused": says}, status=status)
    return render(request, template, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
