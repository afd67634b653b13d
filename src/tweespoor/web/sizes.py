"""No request to a page is larger than a form: the rest is neither read nor kept (sound has an entrance of its own).

Django would write a large body to a temporary file before any of our code sees it.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tweespoor.web.refusals import bad_request

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class FormsOnly:
    """Answers 413 to a request that says it is larger than a form may be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on, or refuse it whole."""
        if not is_too_large(request.META.get("CONTENT_LENGTH") or "0"):
            return self.get_response(request)
        answer = bad_request(request)
        answer.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return answer


def is_too_large(length: str) -> bool:
    """Tell whether a request of this length is no form; what is no length is one."""
    return not length.isdigit() or len(length) > 9 or int(length) > largest()  # noqa: PLR2004 - digits enough


def largest() -> int:
    """Give how many bytes a form may have."""
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


def bounded(scope: Message, receive: Receive) -> Receive:
    """Read no more of a request than a form may have.

    Of one that says it is larger nothing is read: `FormsOnly` answers it.  One that turns out to be is cut off.
    """
    length = dict(scope["headers"]).get(b"content-length", b"0").decode("latin-1")
    refused = is_too_large(length)
    read = 0

    async def within() -> Message:
        nonlocal read, refused
        if refused:
            refused = False
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await receive()
        read += len(message.get("body", b""))
        return {"type": "http.disconnect"} if read > largest() else message

    return within
