"""The entrance for sound: a raw ASGI handler in front of Django, one short path from a chunk to its answer.

``POST /i/<track>/<n>``, ``GET /i/<track>/last``, ``POST /i/<track>/close``.  Nobody without an authentic token gets
further than their headers: no body is read, no database asked.  What counts as evidence stands in the body alone;
headers carry the token, the page's clock, and the head that the recorder came to itself.

What comes most, one chunk of a track that is in memory, needs nothing but the disk; `web.straight` brings it here
without a task of its own (`chunk`, `take`, `settled`).  All else is answered by `__call__`, with the same words.
"""

import asyncio
import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

from django.db import Error as DatabaseError
from django.db import close_old_connections

from tweespoor.casework import arriving, bodies, capturing, handing, ledger, sight
from tweespoor.casework.arriving import Came, Session
from tweespoor.casework.bodies import FORMS, Form
from tweespoor.casework.clock import now_ms
from tweespoor.casework.durability import Waiters, Write
from tweespoor.casework.handing import Handing
from tweespoor.casework.tokens import RENEW_BELOW_S, Purpose, Token
from tweespoor.errors import TweespoorError
from tweespoor.web.acknowledging import Answer, AnswerError, is_endless, refusal, written
from tweespoor.web.said import said_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

_CHUNK: Final = re.compile(rb"/i/([0-9a-f]{32})/(0|[1-9][0-9]{0,9})")
_PATH: Final = re.compile(r"/i/([0-9a-f]{32})/(0|[1-9][0-9]{0,9}|last|close)")
_HEAD: Final = re.compile(rb"[0-9a-f]{64}")
_BODY_WITHIN_S: Final = 30
_FAREWELL: Final = 1024  # bytes of a close
_AT_ONCE: Final = 2  # backlogs that are worked on
_IN_LINE: Final = 16  # backlogs that wait for their turn; more are sent away for a while
_SLICE: Final = 8  # chunks of a backlog before live chunks get their turn
_HEAPED_UP: Final = 32 << 20  # bytes that wait for the disk


class GoneError(Exception):
    """The other side has gone."""


class Chunk(NamedTuple):
    """The head of a request that brings one chunk of a track in memory, with everything that is asked of it."""

    session: Session
    token: Token
    form: Form
    number: int
    came: Came


class Call(NamedTuple):
    """A request that has an authentic token; its body is still to be read."""

    token: Token
    came: Came
    headers: dict[bytes, bytes]
    receive: Receive


class Ingest:
    """The entrance, with those who wait for the disk and the line of backlogs."""

    def __init__(self) -> None:
        self.waiters: Waiters | None = None
        self._asking = ThreadPoolExecutor(max_workers=2, thread_name_prefix="ingest")
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._in_line = 0

    def begin(self) -> Waiters:
        """Take this event loop as the one on which answers wait."""
        self.waiters = Waiters(asyncio.get_running_loop())
        return self.waiters

    def chunk(self, path: bytes, headers: dict[bytes, bytes]) -> Chunk | None:
        """Read the head of a request that may go straight to its track, or give None: then `__call__` answers it.

        What is refused, what is unknown and what waits for anything but the disk all go the other way.
        """
        match = _CHUNK.fullmatch(path)
        if match is None or self.waiters is None:
            return None
        track = match[1].decode()
        try:
            came = Came(now_ms(), said_of(headers.get(b"x-mono-us")), _head(headers.get(b"x-head")))
            session = capturing.room().sessions.get(track)
            if session is None or session.sealed:
                return None
            token = _token_again(headers.get(b"authorization", b""), session)
            if token.purpose is not Purpose.RECORD:
                return None
            _let_in(token, session, came.arrival_ms)
            form = _form(headers, kept=session.kept)
        except (AnswerError, TweespoorError):
            return None
        length = headers.get(b"content-length", b"")
        if form.is_batch or not length.isdigit() or int(length) > form.largest:
            return None
        return Chunk(session, token, form, int(match[2]), came)

    def take(self, chunk: Chunk, body: bytes, settled: Callable[[Write], None]) -> bool:
        """Queue a chunk and tell when it is settled, or give False when `__call__` must answer: nothing is queued."""
        assert self.waiters is not None  # noqa: S101 - looked at in `chunk`
        try:
            item = bodies.item(chunk.form, chunk.session.salt, chunk.number, body)
            delivery = arriving.deliver(chunk.session, capturing.room().spool, [item], chunk.came)
        except TweespoorError:
            return False
        if not delivery.writes:
            return False
        self.waiters.call(delivery.writes[-1], settled)
        return True

    @staticmethod
    def settled(chunk: Chunk, write: Write) -> Answer:
        """Give the answer to a chunk of which the disk has spoken."""
        if write.error is not None:
            return refusal(write.error)
        return written(200, _told(chunk.session, chunk.token))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            said = await self._answer(scope, receive)
        except GoneError:
            return
        except (AnswerError, TweespoorError, DatabaseError) as error:
            answer = refusal(error, hang_up=is_endless(dict(scope["headers"])))
        else:
            answer = written(403 if said.pop("shut", False) else 200, said)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            raise AnswerError(404, {"error": "unknown"})
        track, what = match[1], match[2]
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if scope["method"] != ("GET" if what == "last" else "POST"):
            raise AnswerError(405, {"error": "method"})
        if self.waiters is None:
            raise arriving.StartingError
        body = None
        bearer = headers.get(b"authorization")
        if bearer is None and what == "close":  # a page's farewell can carry no headers
            body = await _body(receive, headers, _FAREWELL)
            bearer = b"Bearer " + str(_farewell(body).get("token", "")).encode()
        token = _token(bearer, track)
        came = Came(now_ms(), said_of(headers.get(b"x-mono-us")), _head(headers.get(b"x-head")))
        call = Call(token, came, headers, receive)
        if token.purpose is Purpose.HAND_IN:
            return await self._hand_in(call, what)
        session = capturing.room().sessions.get(track)
        if session is None:
            session = await self._ask(capturing.session_of, track)
        _let_in(token, session, came.arrival_ms)
        if what == "last":
            arriving.hear(session, came)
            return _told(session, token, handed=await self._handed(session))
        if what == "close":
            last = _farewell(body if body is not None else await _body(receive, headers, _FAREWELL)).get("last")
            return await self._close(session, token, last, came)
        return await self._arrive(session, call, int(what))

    async def _arrive(self, session: Session, call: Call, number: int) -> dict[str, Any]:
        if session.sealed:
            raise arriving.SealedError
        form = _form(call.headers, kept=session.kept)
        if form.is_batch:
            async with _Turn(self):
                return await self._take(session, call, form, number)
        return await self._take(session, call, form, number)

    async def _take(self, session: Session, call: Call, form: Form, number: int) -> dict[str, Any]:
        body = await _body(call.receive, call.headers, form.largest)
        items = await _items(form, session.salt, number, body)
        assert self.waiters is not None  # noqa: S101 - looked at on the way in
        spool = capturing.room().spool
        try:
            delivery = arriving.deliver(session, spool, items, call.came)
        except arriving.LeavesNeededError:
            await self._ask(capturing.remember, session, number, number + len(items) - 1)
            delivery = arriving.deliver(session, spool, items, call.came)
        except arriving.ForkError as fork:
            await self._ask(capturing.note_fork, session, fork.number)
            raise AnswerError(409, {"error": "fork", "number": fork.number}) from fork
        if session.pending is not None and not session.pending.done:
            await self.waiters.wait(session.pending)
        elif delivery.writes and delivery.writes[-1].error is not None:
            raise delivery.writes[-1].error
        said = _told(session, call.token)
        if delivery.duplicate:
            said["dup"] = True
        if delivery.refusal is not None:
            first, last, clause, mac = delivery.refusal
            said |= {"refused_from": first, "refused_to": last, "clause": clause, "mac": mac}
            said["shut"] = not delivery.writes
        return said

    async def _close(self, session: Session, token: Token, last: object, came: Came) -> dict[str, Any]:
        assert self.waiters is not None  # noqa: S101 - looked at on the way in
        if not isinstance(last, int):
            raise AnswerError(422, {"error": "body", "reason": "a close tells the last number"})
        write = arriving.close(session, capturing.room().spool, last, came.arrival_ms)
        if write is not None:
            await self.waiters.wait(write)
        return _told(session, token) | {"closed": True}

    async def _hand_in(self, call: Call, what: str) -> dict[str, Any]:
        assert self.waiters is not None  # noqa: S101 - looked at on the way in
        if call.token.until < call.came.arrival_ms // 1000:
            raise AnswerError(401, {"error": "token"})
        track = call.token.track
        known = handing.known(track)
        coming = known if known is not None else await self._ask(handing.handing_of, track)
        if what == "close":
            raise AnswerError(409, {"error": "hole", "expected": coming.chain.durable.number + 1})
        if what != "last":
            form = _form(call.headers, kept=False)
            async with _Turn(self):
                body = await _body(call.receive, call.headers, form.largest)
                items = await _items(form, coming.salt, int(what), body)
                writes = handing.take(coming, items, call.came.arrival_ms)
                if writes:
                    await self.waiters.wait(writes[-1])
        return _handed_in(coming)

    async def _handed(self, session: Session) -> int:
        if not session.kept:
            return -1
        coming = handing.known(session.track)
        return coming.chain.durable.number if coming is not None else -1

    async def _ask(self, question: Callable[..., T], *about: object) -> T:
        """Ask the database, or the disk, on a thread of its own."""

        def asked() -> T:
            close_old_connections()
            return question(*about)

        return await asyncio.get_running_loop().run_in_executor(self._asking, asked)


class _Turn:
    """A backlog's turn: a few are worked on, some wait in line, more are sent away for a while, each for another."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest

    async def __aenter__(self) -> None:
        here = self._ingest
        if here._in_line >= _IN_LINE or capturing.room().spool.waiting > _HEAPED_UP:  # noqa: SLF001 - its own turn
            raise AnswerError(429, {"error": "slower"}, wait_ms=(1000, 5000))
        here._in_line += 1  # noqa: SLF001 - as above
        try:
            await here._turn.acquire()  # noqa: SLF001 - as above
        finally:
            here._in_line -= 1  # noqa: SLF001 - as above

    async def __aexit__(self, *_: object) -> None:
        self._ingest._turn.release()  # noqa: SLF001 - as above


def _token(bearer: bytes | None, track: str) -> Token:
    scheme, _, given = (bearer or b"").partition(b" ")
    token = capturing.room().tokens.read(given.decode("latin-1")) if scheme.lower() == b"bearer" else None
    if token is None or token.track != track:
        raise AnswerError(401, {"error": "token"})
    return token


def _token_again(bearer: bytes, session: Session) -> Token:
    """Read the token of a recorder, which is the same for an hour; what is the same was authentic then."""
    if session.let_in is not None and hmac.compare_digest(session.let_in[0], bearer):
        return session.let_in[1]
    token = _token(bearer, session.track)
    session.let_in = bearer, token
    return token


def _let_in(token: Token, session: Session, arrival_ms: int) -> None:
    """Let an expired token in for a track that has begun, until its grace time is over; it never begins one."""
    if token.until * 1000 < arrival_ms and (session.chain.durable.number < 0 or arrival_ms > session.grace_ms):
        raise AnswerError(401, {"error": "token"})


def _form(headers: dict[bytes, bytes], *, kept: bool) -> Form:
    form = FORMS.get(headers.get(b"content-type", b""))
    if form is None or form.is_kept != kept:
        raise AnswerError(422, {"error": "body", "reason": "not a media type that this track takes"})
    return form


def _head(given: bytes | None) -> bytes | None:
    if given is None:
        return None
    if _HEAD.fullmatch(given) is None:
        raise AnswerError(422, {"error": "hash"})
    return bytes.fromhex(given.decode())


def _farewell(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as error:  # RecursionError cannot come: a farewell is short
        raise AnswerError(422, {"error": "body", "reason": "not JSON"}) from error
    return said if isinstance(said, dict) else {}


async def _body(receive: Receive, headers: dict[bytes, bytes], largest: int) -> bytes:
    """Read a body, never more of it than it may have."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > largest:
        raise AnswerError(413, {"error": "large"})
    message = await receive()
    body = bytes(message.get("body", b""))
    if message["type"] == "http.request" and not message.get("more_body") and len(body) <= largest:
        return body
    parts, size = [body], len(body)
    try:
        async with asyncio.timeout(_BODY_WITHIN_S):
            while message.get("more_body") and size <= largest:
                message = await receive()
                part = bytes(message.get("body", b""))
                parts.append(part)
                size += len(part)
    except TimeoutError as error:
        raise AnswerError(408, {"error": "slow"}) from error
    if message["type"] == "http.disconnect":
        raise GoneError
    if size > largest:
        raise AnswerError(413, {"error": "large"})
    return b"".join(parts)


async def _items(form: Form, salt: bytes, number: int, body: bytes) -> list[arriving.Item]:
    if not form.is_batch:
        return [bodies.item(form, salt, number, body)]
    items = []
    for place, content in enumerate(bodies.split(form, body)):
        items.append(bodies.item(form, salt, number + place, content))
        if place % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)
    return items


def _told(session: Session, token: Token, *, handed: int | None = None) -> dict[str, Any]:
    """Say how far a track is durable, and how the conversation stands."""
    point = session.chain.durable
    now = now_ms()
    said: dict[str, Any] = {"accepted": point.number, "head": point.head.hex(), "server_ms": now}
    held = ledger.held(session.conversation)
    if held is not None:
        state = held.state
        settled = sight.is_settled(session.conversation, state, now)
        running, part = sight.standing(state, settled=settled)
        ours = sight.ours_seen(state, session.seat, capturing.ours(session.conversation, state), settled=settled)
        said["state"] = {"running": running.value, "part": part, "ours": ours}
    if token.until - now // 1000 < RENEW_BELOW_S and not session.sealed:
        made, renewed = session.renewed
        if now - made > RENEW_BELOW_S * 500:
            renewed = capturing.room().tokens.make(Purpose.RECORD, session.track, now)
            session.renewed = (now, renewed)
        said["token"] = renewed
    if handed is not None:
        said |= {"handed": handed, "sealed": session.sealed, "epoch": point.epoch}
    return said


def _handed_in(coming: Handing) -> dict[str, Any]:
    """Say how far a kept track was handed in."""
    handed = coming.chain.durable.number
    return {"accepted": handed, "handed": handed, "of": coming.contents.point.number, "server_ms": now_ms()}
