"""Writes down who saw or did something, and reads that back: the access log.

Each line says who (and in which role), what, about which conversation, with what result, from where and when: the
fields of BIO2 8.15 and NEN 7513.  No network address and no name of a device is kept; ``origin`` says only whether it
came from a desk, a phone, a command or the server itself.  Lines are added and never changed (the database refuses).

Law 11: what a participant does afterwards stands here for the privacy officer alone.  Participants see what the
organisation's people did with their recording, through ``told``, and only what ``TOLD`` names: everything else could
tell that somebody else asked for something.  Reading the log is itself written down.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import Final

from django.db.models import Q, QuerySet

from tweespoor.casework import models, paging
from tweespoor.casework.clock import now_ms


class Origin(StrEnum):
    """From where something was done."""

    DESK = "desk"
    PHONE = "phone"
    COMMAND = "command"
    SERVER = "server"


TOLD: Final = frozenset(
    {
        "recording.look",
        "recording.listen",
        "recording.export",
        "recording.copy",
        "dossier.file",
        "dossier.correct",
        "conversation.hand-over",
        "secret.review",
        "agreements.sign",
        "covering.cover",
        "covering.uncover",
        "external.listen",
        "transcript.bring-in",
        "transcript.export",
    }
)
"""What participants may see that the organisation's people did; other actions could tell of another participant."""

FIELDS: Final = ("number", "time", "actor", "role", "seat", "action", "conversation", "about", "result", "origin")
"""The fields of one line, as they are exported."""

Lines = QuerySet[models.Access]

_ID: Final = re.compile(r"[0-9a-f]{32}")
_origin: ContextVar[str] = ContextVar("origin", default="")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that somebody of the organisation did with a recording: when, in which role, what."""

    at_ms: int
    role: str
    action: str


def comes_from(origin: Origin) -> None:
    """Let everything that is written in this process from now on say where it came from; a command calls this."""
    _origin.set(origin)


def witness(
    action: str,
    *,
    staff: models.Staff | None = None,
    conversation_id: str | None = None,
    seat: int | None = None,
    result: str = "done",
    origin: str = "",
    about: str = "",
) -> None:
    """Write down that somebody did something.

    ``staff`` is who of the organisation did it, ``seat`` the participant who did it or whom it is about, ``about`` what
    else it touched: an account, a setting; never a name of a participant.  Without ``origin`` it follows from who acts.
    """
    models.Access.objects.create(
        at_ms=now_ms(),
        staff=staff,
        role="" if staff is None else staff.role,
        seat=seat,
        action=action,
        conversation_id=conversation_id,
        about=about[:100],
        result=result,
        origin=origin or _origin.get() or _deduced(staff, seat),
    )


def told(conversation_id: str, seat: int | None = None) -> list[Told]:
    """Give what the organisation's people did with a recording, oldest first: what a participant may see (law 11).

    With ``seat`` also what they did about that seat alone, never about another.
    """
    about = Q(seat=None) if seat is None else Q(seat=None) | Q(seat=seat)
    rows = models.Access.objects.filter(
        about, conversation_id=conversation_id, staff__isnull=False, result="done", action__in=TOLD
    )
    return [Told(*row) for row in rows.order_by("at_ms", "pk").values_list("at_ms", "role", "action")]


def read(
    reader: models.Staff | None,
    *,
    since_ms: int | None = None,
    until_ms: int | None = None,
    username: str = "",
    conversation_id: str = "",
    how: str = "look",
) -> Lines:
    """Give the lines of the log, newest first, and write down that they were read; a page checks who may.

    ``reader`` is None for a command; ``how`` is «look» or «export».
    """
    rows = models.Access.objects.select_related("staff").order_by("-at_ms", "-pk")
    if since_ms is not None:
        rows = rows.filter(at_ms__gte=since_ms)
    if until_ms is not None:
        rows = rows.filter(at_ms__lt=until_ms)
    if username:
        rows = rows.filter(staff__username=username)
    if conversation_id:
        rows = rows.filter(conversation_id=conversation_id)
    about = conversation_id if _ID.fullmatch(conversation_id) else None
    witness(f"log.{how}", staff=reader, conversation_id=about, about=username)
    return rows


def page(rows: Lines, after: str = "") -> paging.Page[models.Access]:
    """Give one page of the lines that ``read`` gave."""
    if (mark := paging.numbers(after)) is not None:
        rows = rows.filter(Q(at_ms__lt=mark[0]) | Q(pk__lt=mark[1]), at_ms__lte=mark[0])
    return paging.page(rows, lambda row: f"{row.at_ms}-{row.pk}")


def line(row: models.Access) -> dict[str, object]:
    """Give one line with the names under which it is exported; the time is UTC, ISO 8601.

    A participant is a seat number and has no name here; an actor who is neither is the server or a command.
    """
    return {
        "number": row.pk,
        "time": datetime.fromtimestamp(row.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "actor": "" if row.staff is None else row.staff.username,
        "role": row.role or ("participant" if row.seat is not None else "system"),
        "seat": row.seat,
        "action": row.action,
        "conversation": row.conversation_id,
        "about": row.about,
        "result": row.result,
        "origin": row.origin,
    }


def csv_lines(rows: Iterable[models.Access]) -> Iterator[str]:
    """Give lines as CSV, after a first line of names."""
    out = StringIO()
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in line(row).items()})
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def json_lines(rows: Iterable[models.Access]) -> Iterator[str]:
    """Give lines as JSON, one object a line."""
    for row in rows:
        yield json.dumps(line(row), ensure_ascii=False) + "\n"


def _cell(value: object) -> object:
    """Give a cell that a spreadsheet does not take for a formula.

    >>> _cell("=1+1"), _cell("anna"), _cell(None)
    ("'=1+1", 'anna', '')
    """
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return "" if value is None else value


def _deduced(staff: models.Staff | None, seat: int | None) -> Origin:
    if staff is not None:
        return Origin.DESK
    return Origin.SERVER if seat is None else Origin.PHONE
