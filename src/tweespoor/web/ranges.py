"""A part of something large: what a request asks for, and an answer that streams just that (RFC 9110, 14)."""

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

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._least = _FIRST
        self.close = close

    def block(self) -> bytes:
        """Give the next block; empty at the end."""
        joined = bytearray()
        for piece in self._pieces:
            joined += piece
            if len(joined) >= self._least:
                break
        self._least = _BLOCK
        return bytes(joined)

    def __iter__(self) -> Iterator[bytes]:
        while block := self.block():
            yield block


class _LaterBody:
    """The same for an event loop: each block is made on a thread, when the one before it was sent."""

    def __init__(self, body: _Body) -> None:
        self._body = body
        self.close = body.close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        block = await sync_to_async(self._body.block, thread_sensitive=False)()
        if not block:
            raise StopAsyncIteration
        return block


class File(NamedTuple):
    """Something that can be read in part; ``tag`` changes when its bytes do."""

    size: int
    media_type: str
    tag: str
    read: Callable[[int, int], Iterator[bytes]]
    close: Callable[[], None]

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
        return streamed(request, self.read(begin, end), self.close)


def streamed(
    request: HttpRequest, pieces: Iterator[bytes], close: Callable[[], None] = lambda: None
) -> StreamingHttpResponse:
    """Answer with pieces that are made while they are sent, never all at once."""
    body = _Body(pieces, close)
    return StreamingHttpResponse(_LaterBody(body) if isinstance(request, ASGIRequest) else body)
