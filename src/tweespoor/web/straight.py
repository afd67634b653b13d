"""The straight way in: one chunk of a running track goes from the wire to the disk without a task of its own.

An HTTP protocol for uvicorn: `HttpToolsProtocol`, save that a `POST /i/<track>/<n>` which came whole is handed to the
entrance on the spot, and answered with one write when the disk has spoken.  A thousand recorders send nothing else.
For that one request uvicorn's own way (a scope, a task, an event, two messages and two writes) costs more than all
that is done with the chunk.  Parsing stays with httptools, and whatever is not exactly that goes uvicorn's way, with
the same words: `Ingest.__call__` judges again from the beginning.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from tweespoor.casework.durability import Write
from tweespoor.web.asgi import ingest
from tweespoor.web.ingest import Chunk

_PREFIX = b"/i/"


class Straight(HttpToolsProtocol):
    """A connection on which chunks go straight to their tracks."""

    _chunk: Chunk | None = None  # whose head was read and whose body is coming, in the same read

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own, passed on
        super().__init__(*given, **named)
        self._parts: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        """Read what came; a body of which more is to come goes uvicorn's way."""
        super().data_received(data)
        if self._chunk is not None and not self.transport.is_closing():
            self._go_about()

    def on_headers_complete(self) -> None:
        """Let a chunk of a running track in."""
        self._chunk = self._known()
        if self._chunk is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Gather a body."""
        if self._chunk is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """Queue a chunk, or let uvicorn have the request."""
        chunk = self._chunk
        if chunk is None:
            super().on_message_complete()
            return
        before, self.cycle = self.cycle, _Waiting(self, chunk)
        if ingest.take(chunk, b"".join(self._parts), self.cycle.settled):
            self._chunk = None
            self._parts.clear()
            return
        self.cycle = before
        self._go_about()
        super().on_message_complete()

    def _known(self) -> Chunk | None:
        """Read the head of a request, if it is one of a chunk and nothing stands before it on this connection."""
        before: RequestResponseCycle | None = self.cycle  # None until the first
        if (
            not self.url.startswith(_PREFIX)
            or (before is not None and not before.response_complete)
            or self.flow.write_paused
            or self.expect_100_continue
            or self.limit_concurrency is not None
            or self.root_path
            or self.parser.get_method() != b"POST"
            or self.parser.get_http_version() != "1.1"
            or self.parser.should_upgrade()
            or not self.parser.should_keep_alive()
        ):
            return None
        return ingest.chunk(self.url, dict(self.headers))

    def _go_about(self) -> None:
        """Let uvicorn have the request whose head was read."""
        self._chunk = None
        parts, self._parts = self._parts, []
        super().on_headers_complete()
        for part in parts:
            super().on_body(part)


class _Waiting(RequestResponseCycle):
    """A chunk that waits for the disk, in the place of uvicorn's own cycle; holds what a connection looks at."""

    def __init__(self, wire: Straight, chunk: Chunk) -> None:
        self._wire = wire
        self._chunk = chunk
        self.message_event = _NOBODY
        self.keep_alive = True
        self.disconnected = False
        self.response_complete = False

    def settled(self, write: Write) -> None:
        """Answer, and let the connection go on."""
        wire = self._wire
        self.response_complete = True
        if not self.disconnected and not wire.transport.is_closing():
            status, headers, body = ingest.settled(self._chunk, write)
            lines = [STATUS_LINE[status]]
            for name, value in (*wire.server_state.default_headers, *headers):
                lines += (name, b": ", value, b"\r\n")
            lines += (b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n", body)
            wire.transport.write(b"".join(lines))
            if not self.keep_alive:
                wire.transport.close()
        wire.on_response_complete()


class _Nobody:
    """Nobody waits for what comes of this request."""

    def set(self) -> None:
        """Tell nobody."""


_NOBODY: Any = _Nobody()
