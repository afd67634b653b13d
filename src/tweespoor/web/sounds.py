"""Answers with the sound of a track: as it was recorded, or as the copy that every phone plays.

As it was recorded it comes in two files with the same packets.  A browser gets the one with a table, in which it finds
any moment by one request; one that does not know it gets Ogg, and one that knows neither gets the copy.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from enum import StrEnum

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import register_converter

from tweespoor.casework import copying
from tweespoor.casework.playing import Player
from tweespoor.web.ranges import File

WAIT_S = 8
"""So long one waits for a copy; what takes longer is asked for again."""
AGAIN_S = 3
PACE = 6_000_000
"""Bytes a second for who plays: far above what is heard, and less than what would hold up the next request.

A browser leaves an answer after what it needed of it, but waits for one that is on its way when what it looks for lies
within 1.6 MB of it.  So slower is no better, and with no pace much would be made that nobody reads.
"""
SOUND = frozenset({200, 206})
"""Answers that hold sound."""


Open = Callable[[], AbstractContextManager[Player]]
Passing = Callable[[Iterator[bytes]], Iterator[bytes]]


class Form(StrEnum):
    """In which form a sound is asked for; its address ends with it."""

    WEBM = "webm"
    OGG = "opus"
    COPY = "m4a"


class _FormInAddress:
    regex = "|".join(Form)

    def to_python(self, value: str) -> Form:
        return Form(value)

    def to_url(self, value: Form) -> str:
        return value


register_converter(_FormInAddress, "form")


def answer(
    request: HttpRequest, form: Form, opened: Open, heard: Callable[[], None], passing: Passing = iter
) -> HttpResponseBase:
    """Give the sound of a track, or a part of it; ``heard`` notes that somebody listens, when sound is given.

    ``passing`` sees each piece on its way, and may end it.
    """
    if form is Form.COPY:
        copy = answer_with_copy(request, opened, passing)
        if request.method == "GET" and copy.status_code in SOUND:
            heard()
        return copy
    with ExitStack() as stack:
        player = stack.enter_context(opened())
        if request.method == "GET":
            heard()
        size, media_type, tag, read = player.webm if form is Form.WEBM else player.ogg
        close = stack.pop_all().close
        return File(size, media_type, tag, lambda *span: passing(read(*span)), close, PACE).answer(request)


def answer_with_copy(request: HttpRequest, opened: Open, passing: Passing = iter) -> HttpResponseBase:
    """Give the copy or a part of it; «not yet» (202, with Retry-After) while it is being made.

    ``passing`` sees each piece on its way, and may end it.
    """
    if is_made(opened):
        with ExitStack() as stack:
            player = stack.enter_context(opened())
            made = copying.of(player)
            if made is not None:

                def read(begin: int, end: int, made: copying.Copied = made) -> Iterator[bytes]:
                    return passing(made.read(begin, end))

                file = File(made.size, copying.MEDIA_TYPE, f"{player.tag}-copy", read, stack.pop_all().close)
                return file.answer(request)
    later = HttpResponse(status=202, content_type="text/plain; charset=utf-8")
    later["Retry-After"] = str(AGAIN_S)
    return later


def is_made(opened: Open) -> bool:
    """Tell whether a copy is there; if not, let it be made and wait a little."""
    with ExitStack() as stack:
        player = stack.enter_context(opened())
        if copying.of(player) is not None:
            return True
        over = copying.begin(player, stack.pop_all())
    over.wait(WAIT_S)
    with opened() as player:
        return copying.of(player) is not None
