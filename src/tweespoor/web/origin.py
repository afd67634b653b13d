"""Refuses requests that another site sends in a visitor's name.

It takes the place of tokens in forms: with a token no two pages are equal to the byte, and law 10 asks that the
screens of all who take part are.  Every browser that can record sends ``Sec-Fetch-Site`` (Fetch Metadata Request
Headers, W3C) and ``Origin`` (RFC 6454) with a form; what sends neither is not a browser that has our cookies.
See docs/decisions/0003.
"""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tweespoor.web.refusals import forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


def is_own(request: HttpRequest) -> bool:
    """Tell whether a request comes from a page of ours, as far as a browser says.

    A sandboxed page says ``Origin: null``; that is not ours.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return origin == f"{request.scheme}://{request.get_host()}"
    return site is not None


class SameOrigin:
    """Answers 403 to each request that would change something and does not come from our own pages."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.asynchronous = iscoroutinefunction(get_response)
        if self.asynchronous:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Pass a request on, or refuse it."""
        if request.method in SAFE or is_own(request):
            return self.get_response(request)
        return self._later(request) if self.asynchronous else forbidden(request)

    @staticmethod
    async def _later(request: HttpRequest) -> HttpResponse:
        return forbidden(request)
