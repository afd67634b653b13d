"""No request to a page is larger than a form: the rest is neither read nor kept (sound has an entrance of its own).

Django would write a large body to a temporary file before any of our code sees it.  Where a file is handed in the form
may be larger, and stands in memory while it is looked at.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tweespoor.web.refusals import bad_request, refused

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

LARGER: Mapping[re.Pattern[str], tuple[int, str]] = {
    re.compile(r"/g/[0-9a-f]{32}/contract/scan"): (10_100_000, "7b.scan-size"),
    re.compile(r"/(?:stuk/[0-9a-f]{32}|naast/[0-9a-f]{32}/stuk)/\d{1,5}"): (1 << 18, "2a.broken-off"),
    re.compile(r"/opname/[0-9a-f]{32}/tekst/bestand"): (1 << 20, "6a.text-too-large"),
    re.compile(r"/opname/[0-9a-f]{32}/tekst/plak"): (1 << 16, "6a.text-too-large"),
}
"""Where more may be sent than a form, or too much is said in words: how much (bytes), and the code of refusing more."""


class FormsOnly:
    """Answers 413 to a request that says it is larger than a form may be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on, or refuse it whole."""
        if not is_too_large(request.META.get("CONTENT_LENGTH") or "0", request.path_info):
            return self.get_response(request)
        code = _larger(request.path_info)[1]
        answer = refused(request, (code,)) if code else bad_request(request)
        answer.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return answer


def is_too_large(length: str, address: str = "") -> bool:
    """Tell whether a request of this length is no form; what is no length is one."""
    return not length.isdigit() or len(length) > 9 or int(length) > largest(address)  # noqa: PLR2004 - digits enough


def largest(address: str = "") -> int:
    """Give how many bytes a form may have at an address."""
    return _larger(address)[0] or settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


def _larger(address: str) -> tuple[int, str]:
    return next((most for form, most in LARGER.items() if form.fullmatch(address)), (0, ""))


def bounded(scope: Message, receive: Receive) -> Receive:
    """Read no more of a request than a form may have.

    Of one that says it is larger nothing is read: `FormsOnly` answers it, and what comes in until then is thrown away,
    so that who sends it sees that answer.  One that turns out to be larger is cut off.
    """
    length = dict(scope["headers"]).get(b"content-length", b"0").decode("latin-1")
    most = largest(scope.get("path", ""))
    refused, answering = is_too_large(length, scope.get("path", "")), False
    read = 0

    async def within() -> Message:
        nonlocal read, answering
        if refused and not answering:
            answering = True
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await receive()
        while answering and message["type"] == "http.request":
            message = await receive()
        read += len(message.get("body", b""))
        return {"type": "http.disconnect"} if read > most else message

    return within
