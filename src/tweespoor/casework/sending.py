"""Sends what waits in the outbox, on a thread of its own: a server for mail that hangs holds up nothing here.

Each attempt has a time limit for every step and one for the whole; when that is over the connection is cut from
outside, also where the other side sends a byte now and then.  What fails is tried again, ever more slowly; when all
attempts failed, or the other side says that the address cannot be, the worker tells it in person.
"""

import http.client
import json
import secrets
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.db import connections

from tweespoor.casework import models, telling, witnessing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.telling import BY_MESSAGE, SUBJECT, WORDS, Notice, Way, What
from tweespoor.errors import TweespoorError

STEP_S: Final = 10.0
WHOLE_S: Final = 30.0
AT_ONCE: Final = 5
"""How many messages one round sends at most."""
AFTER_MS: Final = (60_000, 300_000, 900_000, 3_600_000, 4 * 3_600_000, 12 * 3_600_000)
"""How long after each failure the next attempt comes; behind the last there is none."""
LOCAL: Final = ("localhost", "127.0.0.1", "::1")
"""Where a message may go without TLS: to this machine."""
_REFUSED_FOR_GOOD: Final = 500

_log = structlog.get_logger(__name__)
_running = threading.Lock()


class HopelessError(TweespoorError):
    """The other side will never take this; trying again is no use."""


def send_soon() -> None:
    """Let a thread send what is due, unless one is doing so; returns at once."""
    if models.Message.objects.filter(due_ms__lte=now_ms()).exists() and _running.acquire(blocking=False):
        threading.Thread(target=_send_and_end, name="messages", daemon=True).start()


def _send_and_end() -> None:
    try:
        send_due()
    except Exception:  # noqa: BLE001 - the thread ends here; the next sweep begins another
        _log.exception("messages")
    finally:
        connections.close_all()
        _running.release()


def send_due() -> int:
    """Send what is due, a few at most; gives how many went out."""
    rows = models.Message.objects.filter(due_ms__lte=now_ms()).order_by("due_ms")[:AT_ONCE]
    return sum(_send(row) for row in rows)


def _send(row: models.Message) -> bool:
    """Try one message.  It counts as tried before it goes: after a crash it is not sent again at once."""
    row.attempts += 1
    over = row.attempts > len(AFTER_MS)
    row.due_ms = None if over else now_ms() + AFTER_MS[row.attempts - 1]
    row.save(update_fields=["attempts", "due_ms"])
    try:
        way, address = telling.address_of(row.conversation_id, row.seat)
        if way not in BY_MESSAGE or not telling.can_send(way):
            raise HopelessError
        send = _mail if way is Way.MAIL else _text
        send(address, *_words(row))
    except TweespoorError:  # another way was chosen, its key is gone, or it was refused for good
        _give_up(row)
    except (OSError, smtplib.SMTPException, http.client.HTTPException) as trouble:
        _log.warning("message.failed", error=type(trouble).__name__, attempt=row.attempts)
        if over:
            _give_up(row)
    else:
        row.sent_ms, row.due_ms, row.result = now_ms(), None, "sent"
        row.save(update_fields=["sent_ms", "due_ms", "result"])
        witnessing.witness(
            "message.send", conversation_id=row.conversation_id, seat=row.seat, origin=witnessing.Origin.SERVER
        )
        return True
    return False


def _give_up(row: models.Message) -> None:
    row.due_ms, row.result = None, "failed"
    row.save(update_fields=["due_ms", "result"])
    if not row.quiet:
        telling.in_person(row.conversation_id, What.MESSAGE_FAILED, row.seat)


def _words(row: models.Message) -> tuple[str, str]:
    body = WORDS[Notice(row.notice)]
    return (SUBJECT.en, body.en) if row.language == "en" else (SUBJECT.nl, body.nl)


class _Limit:
    """Cuts a connection when the whole takes too long; whoever waits on it then gets an error."""

    def __init__(self) -> None:
        self._timer = threading.Timer(WHOLE_S, self._cut)
        self._timer.daemon = True
        self._spare: socket.socket | None = None

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._spare is not None:
            self._spare.close()

    def watch(self, connection: socket.socket) -> socket.socket:
        """Watch a connection; a copy of it, for one that becomes TLS takes the first with it."""
        self._spare = connection.dup()
        return connection

    def _cut(self) -> None:
        if self._spare is not None:
            with suppress(OSError):
                self._spare.shutdown(socket.SHUT_RDWR)


# Mail ------------------------------------------------------------------------------------------------


class _Post(smtplib.SMTP):
    """A connection for mail that is watched before a word was said on it; with ``tls`` it is TLS from the start."""

    def __init__(self, limit: _Limit, *, tls: bool) -> None:
        self._watch, self._tls = limit.watch, tls
        super().__init__(local_hostname="localhost", timeout=STEP_S)  # our own name would name the organisation

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = self._watch(socket.create_connection((host, port), timeout))
        if not self._tls:
            return made
        self._host = host
        return ssl.create_default_context().wrap_socket(made, server_hostname=host)


def _mail(address: str, subject: str, body: str) -> None:
    server = urlsplit(settings.TWEESPOOR_SMTP)
    host, tls = server.hostname or "localhost", server.scheme == "smtps"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.TWEESPOOR_MAIL_FROM, address, subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{settings.TWEESPOOR_MAIL_FROM.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    with _Limit() as limit, _Post(limit, tls=tls) as post:
        post.connect(host, server.port or (465 if tls else 587))
        if not tls and host not in LOCAL:
            post.starttls(context=ssl.create_default_context())
        if server.username:
            post.login(unquote(server.username), unquote(server.password or ""))
        try:
            post.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            if all(code >= _REFUSED_FOR_GOOD for code, _ in refused.recipients.values()):
                raise HopelessError from refused
            raise


# Text messages ---------------------------------------------------------------------------------------


def _text(address: str, _subject: str, body: str) -> None:
    """Hand a text message to the address of the settings, as JSON; another address is never followed."""
    server = urlsplit(settings.TWEESPOOR_SMS)
    host = server.hostname or ""
    if server.scheme != "https" and host not in LOCAL:
        raise HopelessError
    headers = {"Content-Type": "application/json"}
    if settings.TWEESPOOR_SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.TWEESPOOR_SMS_TOKEN}"
    kind = http.client.HTTPSConnection if server.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, server.port, timeout=STEP_S)
    with _Limit() as limit:
        try:
            connection.connect()
            limit.watch(connection.sock)
            path = f"{server.path or '/'}{f'?{server.query}' if server.query else ''}"
            connection.request("POST", path, json.dumps({"to": address, "text": body}).encode(), headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    if 400 <= status < 500 and status not in {401, 403, 408, 429}:  # noqa: PLR2004 - RFC 9110, 15.5
        raise HopelessError
    if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        raise http.client.HTTPException(f"status {status}")
