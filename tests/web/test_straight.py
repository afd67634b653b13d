"""The straight way in: what goes it, what goes uvicorn's way, and that answers come in the order of their questions."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from tweespoor.casework.durability import Write
from tweespoor.web import straight
from tweespoor.web.acknowledging import Answer
from tweespoor.web.ingest import Chunk, Receive, Scope, Send

TRACK = b"ab" * 16
WRITE = cast("Write", None)


@dataclass
class Entrance:
    """An entrance that takes what it is told to take; the disk speaks when a test says so."""

    takes: bool = True
    knows: bool = True
    taken: list[bytes] = field(default_factory=list)
    waiting: list[Callable[[Write], None]] = field(default_factory=list)

    def chunk(self, path: bytes, headers: dict[bytes, bytes]) -> Chunk | None:
        """Know a chunk by its address."""
        assert headers[b"host"] == b"here"
        return cast("Chunk", path) if self.knows and path.rpartition(b"/")[2].isdigit() else None

    def take(self, chunk: Chunk, body: bytes, settled: Callable[[Write], None]) -> bool:
        """Take a chunk, or leave it to the other way."""
        del chunk
        if self.takes:
            self.taken.append(body)
            self.waiting.append(settled)
        return self.takes

    def settled(self, chunk: Chunk, write: Write) -> Answer:
        """Answer with the address."""
        del write
        content = b"straight " + bytes(cast("bytes", chunk)).rpartition(b"/")[2]
        return Answer(200, [(b"content-length", str(len(content)).encode())], content)

    def speak(self) -> None:
        """Let the disk speak about the oldest."""
        self.waiting.pop(0)(WRITE)


class Wire(asyncio.Transport):
    """A connection of which the other end is a list."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    @property
    def bodies(self) -> list[bytes]:
        """Give what the answers say."""
        whole = b"".join(self.written)
        return [one.partition(b"\r\n\r\n")[2] for one in whole.split(b"HTTP/1.1 ")[1:]]


async def about(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what goes uvicorn's way."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    said = b"about " + scope["path"].rpartition("/")[2].encode() + b" " + body
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


def post(number: int, body: bytes = b"sound", *more: bytes) -> bytes:
    head = b"POST /i/%s/%d HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n" % (TRACK, number, len(body))
    return head + b"".join(line + b"\r\n" for line in more) + b"\r\n" + body


Play = Callable[[straight.Straight, Wire], Awaitable[None]]


@pytest.fixture
def entrance(monkeypatch: pytest.MonkeyPatch) -> Entrance:
    mine = Entrance()
    monkeypatch.setattr(straight, "ingest", mine)
    return mine


def connected(play: Play) -> Wire:
    """Connect, play, and give what was written."""

    async def run() -> Wire:
        config = Config(app=cast("Any", about), lifespan="off", proxy_headers=False, log_level="critical")
        config.load()
        wire = Wire()
        line = straight.Straight(config=config, server_state=ServerState(), app_state={})
        line.connection_made(wire)
        await play(line, wire)
        for _ in range(5):
            await asyncio.sleep(0)
        wire.close()
        line.connection_lost(None)
        return wire

    return asyncio.run(run())


def test_a_chunk_goes_straight_and_is_answered_with_one_write_once_the_disk_has_spoken(entrance: Entrance) -> None:
    async def play(line: straight.Straight, wire: Wire) -> None:
        for number in range(2):
            line.data_received(post(number))
            await asyncio.sleep(0)
            assert len(wire.written) == number, "before the disk spoke"
            assert not line.tasks
            entrance.speak()
            assert line.server_state.total_requests == number + 1

    wire = connected(play)
    assert (entrance.taken, wire.bodies) == ([b"sound", b"sound"], [b"straight 0", b"straight 1"])
    assert len(wire.written) == 2
    assert wire.written[0].startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("cut", [-30, -5, -2], ids=["in the head", "before the body", "in the body"])
def test_a_body_of_which_more_is_to_come_goes_about(entrance: Entrance, cut: int) -> None:
    async def play(line: straight.Straight, wire: Wire) -> None:
        del wire
        request = post(7)
        line.data_received(request[:cut])
        await asyncio.sleep(0)
        line.data_received(request[cut:])
        await asyncio.sleep(0)
        while entrance.waiting:
            entrance.speak()

    wire = connected(play)
    assert wire.bodies == ([b"straight 7"] if cut < -5 else [b"about 7 sound"])


@pytest.mark.parametrize(
    "request_of",
    [
        pytest.param(lambda: post(3, b"sound", b"Connection: close"), id="the last of a connection"),
        pytest.param(lambda: post(3, b"sound", b"Expect: 100-continue"), id="who waits to be asked on"),
        pytest.param(lambda: post(3).replace(b"HTTP/1.1", b"HTTP/1.0"), id="an old protocol"),
        pytest.param(lambda: post(3).replace(b"POST", b"PUT"), id="another method"),
        pytest.param(lambda: post(3).replace(b"/i/", b"/j/"), id="another address"),
    ],
)
def test_what_is_not_just_a_chunk_goes_about(entrance: Entrance, request_of: Callable[[], bytes]) -> None:
    async def play(line: straight.Straight, wire: Wire) -> None:
        del wire
        line.data_received(request_of())
        for _ in range(5):
            await asyncio.sleep(0)

    assert connected(play).bodies[-1] == b"about 3 sound"
    assert not entrance.taken


@pytest.mark.parametrize(("knows", "takes"), [(False, True), (True, False)])
def test_what_the_entrance_leaves_goes_about(entrance: Entrance, knows: bool, takes: bool) -> None:
    entrance.knows, entrance.takes = knows, takes

    async def play(line: straight.Straight, wire: Wire) -> None:
        for number in range(2):
            line.data_received(post(number))
            for _ in range(5):
                await asyncio.sleep(0)
            assert len(wire.bodies) == number + 1

    assert connected(play).bodies == [b"about 0 sound", b"about 1 sound"]


def test_answers_come_in_the_order_of_their_questions(entrance: Entrance) -> None:
    async def play(line: straight.Straight, wire: Wire) -> None:
        line.data_received(post(0) + post(1) + b"GET /i/%s/last HTTP/1.1\r\nHost: here\r\n\r\n" % TRACK)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not wire.written, "the disk has not spoken of the first"
        entrance.speak()
        for _ in range(10):
            await asyncio.sleep(0)

    assert connected(play).bodies == [b"straight 0", b"about 1 sound", b"about last "]
    assert entrance.taken == [b"sound"]


def test_who_left_is_not_answered_and_a_server_that_ends_closes_behind_its_answer(entrance: Entrance) -> None:
    async def leave(line: straight.Straight, wire: Wire) -> None:
        line.data_received(post(0))
        line.connection_lost(ConnectionResetError())
        wire.close()
        entrance.speak()

    async def end(line: straight.Straight, wire: Wire) -> None:
        line.data_received(post(0))
        line.shutdown()
        assert not wire.closed
        entrance.speak()
        assert wire.closed

    assert not connected(leave).written
    (answer,) = connected(end).written
    assert b"\r\nconnection: close\r\n" in answer


def test_bytes_that_are_no_request_close_the_connection_and_take_nothing(entrance: Entrance) -> None:
    async def play(line: straight.Straight, wire: Wire) -> None:
        line.data_received(post(0)[:-40] + b"\x00\x01 nonsense\r\n\r\n" + post(1))
        del wire

    wire = connected(play)
    assert wire.closed
    assert not entrance.taken
