"""Answers with the sound of a track: as it was recorded, or as the copy that every phone plays."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tweespoor.casework import copying
from tweespoor.casework.listening import MEDIA_TYPE
from tweespoor.casework.playing import Player
from tweespoor.web.ranges import File

WAIT_S = 8
"""So long one waits for a copy; what takes longer is asked for again."""
AGAIN_S = 3
PACE = 6_000_000
"""Bytes a second for who plays: far above what is heard, and less than what would hold up the next request.

A browser that looks for a moment in an Ogg file asks a few times and leaves each answer after its first bytes.  It
waits for an answer that is on its way when what it looks for lies within 1.6 MB of it, so slower is no better either.
"""
SOUND = frozenset({200, 206})
"""Answers that hold sound."""


Open = Callable[[], AbstractContextManager[Player]]


def answer_with_sound(request: HttpRequest, player: Player, close: Callable[[], None]) -> HttpResponseBase:
    """Give the sound as it was recorded, or a part of it."""
    return File(player.layout.size, MEDIA_TYPE, player.tag, player.read, close, PACE).answer(request)


def answer_with_copy(
    request: HttpRequest, opened: Open, passing: Callable[[Iterator[bytes]], Iterator[bytes]] = iter
) -> HttpResponseBase:
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
