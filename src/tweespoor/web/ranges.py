"""A part of something large: what a request asks for, and an answer that streams just that (RFC 9110, 14)."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, NamedTuple

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

_ONE: Final = re.compile(r"bytes=\s*(\d{0,15})-(\d{0,15})\s*", re.ASCII)
_FIRST: Final = 8 * 1024  # about two seconds of sound: a player begins at once
_BLOCK: Final = 64 * 1024
_PACED_BLOCK: Final = 16 * 1024
_AHEAD: Final = 64 * 1024
"""What is sent at once where there is a pace: a player that looks for a moment asks a few times and reads little."""


class Span(NamedTuple):
    """Bytes from ``begin`` up to ``end``."""

    begin: int
    end: int


class UnsatisfiableError(ValueError):
    """Nothing of what is asked for lies within the file (416)."""


def asked_for(header: str | None, size: int) -> Span | None:
    """Read a Range header; None means the whole: no range, several, or one that cannot be read.

    >>> asked_for("bytes=2-4", 10), asked_for("bytes=-3", 10), asked_for("bytes=8-99", 10)
    (Span(begin=2, end=5), Span(begin=7, end=10), Span(begin=8, end=10))
    >>> asked_for("bytes=0-1,4-5", 10) is asked_for("pages=1-2", 10) is asked_for("bytes=5-2", 10) is None
    True
    """
    match = _ONE.fullmatch(header or "")
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        if not int(last) or not size:
            raise UnsatisfiableError
        return Span(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableError
    return Span(int(first), min(size, int(last) + 1) if last else size)


class _Body:
    """Pieces joined to blocks; closes what they are read from, even when nothing was read."""

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None], most: int = _BLOCK) -> None:
        self._pieces = pieces
        self._least = _FIRST
        self._most = most
        self.close = close

    def block(self) -> bytes:
        """Give the next block; empty at the end."""
        joined = bytearray()
        for piece in self._pieces:
            joined += piece
            if len(joined) >= self._least:
                break
        self._least = self._most
        return bytes(joined)

    def __iter__(self) -> Iterator[bytes]:
        while block := self.block():
            yield block


class _LaterBody:
    """The same for an event loop: each block is made on a thread, when the one before it was sent.

    With a pace (bytes a second) nothing is made that nobody waits for.  A socket takes megabytes before it says that
    the other side has left; they would cost more than what was asked for.
    """

    def __init__(self, body: _Body, pace: int) -> None:
        self._body = body
        self._pace = pace
        self._sent = 0
        self.close = body.close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._pace and self._sent >= _AHEAD:
            await asyncio.sleep(_PACED_BLOCK / self._pace)
        block = await sync_to_async(self._body.block, thread_sensitive=False)()
        if not block:
            raise StopAsyncIteration
        self._sent += len(block)
        return block


class File(NamedTuple):
    """Something that can be read in part; ``tag`` changes when its bytes do.

    A part of it is sent at the ``pace`` (bytes a second) of who plays it, when it has one; the whole never is.
    """

    size: int
    media_type: str
    tag: str
    read: Callable[[int, int], Iterator[bytes]]
    close: Callable[[], None]
    pace: int = 0

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request with the whole or with the part that it asks for; closes the file when it was sent."""
        header = request.headers.get("Range")
        if request.headers.get("If-Range") not in {None, f'"{self.tag}"'}:
            header = None
        try:
            span = asked_for(header, self.size)
        except UnsatisfiableError:
            self.close()
            refused = HttpResponse(status=416)
            refused["Content-Range"] = f"bytes */{self.size}"
            return refused
        begin, end = span or Span(0, self.size)
        response = self._response(request, begin, end)
        response.status_code = 206 if span else 200
        if span:
            response["Content-Range"] = f"bytes {begin}-{end - 1}/{self.size}"
        response["Content-Type"] = self.media_type
        response["Content-Length"] = str(end - begin)
        response["Accept-Ranges"] = "bytes"
        response["ETag"] = f'"{self.tag}"'
        return response

    def _response(self, request: HttpRequest, begin: int, end: int) -> HttpResponseBase:
        if request.method == "HEAD":
            self.close()
            return HttpResponse()
        pace = self.pace if (begin, end) != (0, self.size) else 0
        return streamed(request, self.read(begin, end), self.close, pace)


def streamed(
    request: HttpRequest, pieces: Iterator[bytes], close: Callable[[], None] = lambda: None, pace: int = 0
) -> StreamingHttpResponse:
    """Answer with pieces that are made while they are sent, never all at once."""
    body = _Body(pieces, close, _PACED_BLOCK if pace else _BLOCK)
    return StreamingHttpResponse(_LaterBody(body, pace) if isinstance(request, ASGIRequest) else body)
