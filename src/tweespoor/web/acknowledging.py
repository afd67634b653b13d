"""What the entrance for sound answers: each status of the protocol, and the bytes in which it is said."""

import json
import random
from typing import Any, NamedTuple

from tweespoor.casework import arriving, bodies
from tweespoor.casework.durability import FullError
from tweespoor.errors import UnknownError, UnreadableError


class AnswerError(Exception):
    """The request is answered with this, and nothing more is done."""

    def __init__(self, status: int, said: dict[str, Any], *, wait_ms: tuple[int, int] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.said = said
        self.wait_ms = wait_ms


class Answer(NamedTuple):
    """An answer as it is sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def written(
    status: int, said: dict[str, Any], wait_ms: tuple[int, int] | None = None, *, hang_up: bool = False
) -> Answer:
    """Write an answer; with ``wait_ms`` it asks to come again after a while, for each another."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if wait_ms is not None:
        wait = random.randint(*wait_ms)  # noqa: S311 - so that not all come back at once
        said = said | {"retry_ms": wait}
        headers.append((b"retry-after", str(-(-wait // 1000)).encode()))
    if hang_up:
        headers.append((b"connection", b"close"))
    body = json.dumps(said).encode()
    headers.append((b"content-length", str(len(body)).encode()))
    return Answer(status, headers, body)


def refusal(error: Exception, *, hang_up: bool = False) -> Answer:
    """Write the answer that an error becomes."""
    answer = _answer_to(error)
    return written(answer.status, answer.said, answer.wait_ms, hang_up=hang_up)


def _answer_to(error: Exception) -> AnswerError:  # noqa: PLR0911 - one line per answer of the protocol
    match error:
        case AnswerError():
            return error
        case FullError():
            return AnswerError(507, {"error": "full"}, wait_ms=(2000, 10_000))
        case arriving.HoleError(expected=expected):
            return AnswerError(409, {"error": "hole", "expected": expected})
        case arriving.MisfitError(number=number, reason=reason):
            return AnswerError(422, {"error": "body", "number": number, "reason": reason})
        case UnreadableError(reason=reason):
            return AnswerError(422, {"error": "body", "reason": reason})
        case arriving.HashError():
            return AnswerError(422, {"error": "hash"})
        case arriving.SealedError():
            return AnswerError(410, {"error": "sealed"})
        case UnknownError():
            return AnswerError(401, {"error": "token"})
        case _:  # the disk or the database is not there, or we are only starting: what was sent is sent again
            return AnswerError(503, {"error": "starting"}, wait_ms=(500, 3000))


def is_endless(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a body may still come that is longer than any of ours, or that does not say how long it is.

    Only then the connection is closed with a refusal.  A body of ordinary length is let run out by the server, unseen:
    a connection that is closed under it is reset, and a proxy in between then says 502 instead of why.
    """
    length = headers.get(b"content-length", b"")
    if length:
        return not length.isdigit() or int(length) > bodies.LARGEST_BATCH
    return b"transfer-encoding" in headers
