"""Headers that stand on every page: no camera, no screen, a microphone only where people record, no caching.

Clause 2a (images never) begins here: a browser is told that our pages may use no camera and capture no screen.
"""

import re
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# The participant's pages and the worker's pages of one conversation: only there a recorder lives.
RECORDERS = re.compile(r"^/(p|g/[0-9a-f]{32})/")

_NEVER = (
    "camera=(), display-capture=(), geolocation=(), usb=(), serial=(), midi=(), payment=(), "
    "accelerometer=(), gyroscope=(), magnetometer=(), browsing-topics=()"
)
WITHOUT_MICROPHONE = f"{_NEVER}, microphone=(), screen-wake-lock=()"
WITH_MICROPHONE = f"{_NEVER}, microphone=(self), screen-wake-lock=(self)"

Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class Headers:
    """Adds the headers to each answer, unless a view has set one itself."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer a request, now or as a coroutine when the rest of the chain is one."""
        answer = self.get_response(request)
        if isawaitable(answer):
            return self._later(request, answer)
        return dressed(request, answer)

    @staticmethod
    async def _later(request: HttpRequest, answer: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return dressed(request, await answer)


def dressed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Give the answer its headers."""
    records = RECORDERS.match(request.path_info) is not None
    response.headers.setdefault("Permissions-Policy", WITH_MICROPHONE if records else WITHOUT_MICROPHONE)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
