"""An answer in parts: for who plays nothing is made that nobody waits for; a whole is sent as fast as it can be."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.test import AsyncRequestFactory

from tweespoor.web.ranges import File

SIZE = 4_000_000
PACE = 400_000


def asked(header: str) -> ASGIRequest:
    request = AsyncRequestFactory().get("/", headers={"range": header} if header else {})
    assert isinstance(request, ASGIRequest)
    return request


def file(made: list[int], closed: list[bool]) -> File:
    def read(begin: int, end: int) -> Iterator[bytes]:
        for _ in range(begin, end, 4_000):
            made.append(4_000)
            yield bytes(4_000)

    return File(SIZE, "audio/ogg", "x", read, lambda: closed.append(True), PACE)


async def take(answer: HttpResponseBase, seconds: float) -> None:
    """Read for so long, then leave."""
    assert isinstance(answer, StreamingHttpResponse)
    content = answer.streaming_content
    assert isinstance(content, AsyncIterator)

    async def whole() -> None:
        async for _ in content:
            pass

    try:
        await asyncio.wait_for(whole(), seconds)
    except TimeoutError:
        answer.close()


def test_a_part_that_is_played_comes_at_a_pace() -> None:
    made: list[int] = []
    closed: list[bool] = []
    asyncio.run(take(file(made, closed).answer(asked("bytes=1000-")), 0.5))
    assert 64_000 < sum(made) < 64_000 + PACE  # what is sent at once, and half a second of the pace, with room
    assert closed == [True]


def test_the_whole_does_not() -> None:
    made: list[int] = []
    asyncio.run(take(file(made, []).answer(asked("")), 20))
    assert sum(made) == SIZE
