"""The page of the access log, for the privacy officer: who did what, with filters, and as a file."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tweespoor.casework import witnessing
from tweespoor.casework.models import Access, Role
from tweespoor.errors import UnknownError
from tweespoor.web import deskwords
from tweespoor.web.overseeing import dated, day_of, span
from tweespoor.web.showing import time_of_day
from tweespoor.web.staffing import ROLES, only, signed_in

FILTERS = ("since", "until", "person", "conversation")
CHUNK = 2_000


@require_safe
@only(Role.OFFICER)
def log(request: HttpRequest) -> HttpResponse:
    """Show the log, the newest first."""
    given = {name: request.GET.get(name, "").strip()[:150] for name in FILTERS}
    wrong = any(given[name] and day_of(given[name]) is None for name in ("since", "until"))
    page = None
    if not wrong:
        page = witnessing.page(_asked(request, "look"), request.GET.get("after", ""))
    said = {name: value for name, value in given.items() if value}
    context = given | {
        "wrong": wrong,
        "lines": [_line(row) for row in page.rows] if page else [],
        "next": f"{reverse('desk_log')}?{urlencode(said | {'after': page.after})}" if page and page.after else "",
        "files": [
            {"name": name, "url": f"{reverse(view)}?{urlencode(said)}"}
            for name, view in ((_("Als CSV"), "desk_log_csv"), (_("Als JSON"), "desk_log_json"))
        ],
    }
    return render(request, "web/desk_log.html", context, status=422 if wrong else 200)


@require_safe
@login_required
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """Give the log as CSV."""
    return _file(witnessing.csv_lines(_asked(request, "export").iterator(CHUNK)), "text/csv; charset=utf-8", "log.csv")


@require_safe
@login_required
def as_json(request: HttpRequest) -> HttpResponseBase:
    """Give the log as JSON, one object a line."""
    lines = witnessing.json_lines(_asked(request, "export").iterator(CHUNK))
    return _file(lines, "application/jsonl; charset=utf-8", "log.jsonl")


def _asked(request: HttpRequest, how: str) -> witnessing.Lines:
    given = request.GET
    officer = signed_in(request)
    if officer.role != Role.OFFICER:
        raise UnknownError
    since_ms, until_ms = span(given)
    return witnessing.read(
        officer,
        since_ms=since_ms,
        until_ms=until_ms,
        username=given.get("person", "").strip(),
        conversation_id=given.get("conversation", "").strip(),
        how=how,
    )


def _file(lines: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _line(row: Access) -> dict[str, object]:
    who = row.staff.username if row.staff else _("Deelnemer") if row.seat is not None else _("Tweespoor zelf")
    role = str(ROLES.get(row.role, ""))
    return {
        "day": dated(row.at_ms),
        "time": time_of_day(row.at_ms),
        "what": deskwords.ACTIONS.get(row.action, row.action),
        "who": f"{who}, {role}" if role else who,
        "where": deskwords.ORIGINS.get(row.origin, row.origin),
        "about": row.about,
        "seat": row.seat,
        "result": "" if row.result == "done" else row.result,
        "conversation": row.conversation_id,
    }


urlpatterns = [
    path("desk/log/", log, name="desk_log"),
    path("desk/log.csv", as_csv, name="desk_log_csv"),
    path("desk/log.jsonl", as_json, name="desk_log_json"),
]
