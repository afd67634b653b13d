"""The desk of manager, privacy officer and records clerk: open tasks, finding a conversation, our own no."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tweespoor.casework import leaking, overseeing, telling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Conversation, Leak, Role, Task, ToTell
from tweespoor.casework.overseeing import COUNTED, DECLINES, DESK, FINDERS
from tweespoor.casework.witnessing import witness
from tweespoor.rules.kinds import DeclineReason
from tweespoor.web import deskwords
from tweespoor.web.showing import day, moment, time_of_day
from tweespoor.web.staffing import only, signed_in

YEAR_DAYS = 365
ELSEWHERE = {
    Task.Kind.WIPING: "keeping_conversation",
    Task.Kind.RETENTION: "keeping_conversation",
    Task.Kind.REQUEST: "keeping_conversation",
    Task.Kind.AGAIN: "keeping_conversation",
    Task.Kind.QUESTION: "desk_questions",
    Task.Kind.INFORM: "desk_use",
    Task.Kind.NOTED: "keeping_conversation",
    Task.Kind.ELSEWHERE: "elsewhere",
}
"""Tasks that are done on a page of their own."""
LAST_DAY = date(9000, 1, 1)


@require_safe
@only(*DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the open tasks, soonest due first; of one kind when that is asked."""
    staff = signed_in(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in deskwords.LISTS else ""
    now = now_ms()
    counts = overseeing.counts(staff)
    page = overseeing.open_tasks(staff, kind, request.GET.get("after", ""))
    tonight = datetime.combine(moment(now).date() + timedelta(days=1), time(), timezone.get_current_timezone())
    today = overseeing.due_until(staff, round(tonight.timestamp() * 1000))
    context = {
        "title": deskwords.LISTS[kind] if kind else _("Open taken"),
        "says": _told(counts[Task.Kind(kind)] if kind in counts else sum(counts.values()), 0 if kind else today),
        "tasks": [task_line(task, now) for task in page.rows],
        "lists": [
            {"name": deskwords.LISTS[one], "count": amount(count), "url": f"{reverse('desk')}?kind={one}"}
            | {"here": one == kind}
            for one, count in counts.items()
            if count or one == kind
        ],
        "all": kind,
        "next": f"{reverse('desk')}?{urlencode({'kind': kind, 'after': page.after})}" if page.after else "",
        "leaks": [leak_line(leak, now) for leak in leaking.unfinished()[:COUNTED]]
        if staff.role == Role.OFFICER
        else [],
        "ways": ways(staff.role),
        "left": [left_line(one) for one in telling.left_behind()[:COUNTED]] if staff.role == Role.MANAGER else [],
    }
    return render(request, "web/desk.html", context)


def left_line(one: ToTell) -> dict[str, object]:
    """Give a line of what is still to be told, where who should no longer works here."""
    told = _("Gesprek van %(day)s. Geef het aan een collega.") % {"day": day(one.conversation.opened_ms)}
    url = reverse("desk_hand_over", args=[one.conversation_id])
    return {"due": day(one.since_ms), "what": deskwords.TO_TELL.get(one.what, one.what), "more": told, "url": url}


def _told(count: int, today: int) -> str:
    """Say how many tasks there are, and how many are for today or too late."""
    if not count:
        return _("Er staat niets open.")
    if count > COUNTED:
        said = _("Meer dan %(most)s taken staan open.") % {"most": COUNTED}
    else:
        said = ngettext("%(count)s taak staat open.", "%(count)s taken staan open.", count) % {"count": count}
    if today:
        for_today = ngettext("%(count)s is voor vandaag.", "%(count)s zijn voor vandaag.", min(today, COUNTED))
        said = f"{said} {for_today % {'count': amount(today)}}"
    return said


def amount(count: int) -> str:
    """Give a number, or that there are more.

    >>> amount(3), amount(100)
    ('3', '99+')
    """
    return str(count) if count <= COUNTED else f"{COUNTED}+"


def task_line(task: Task, now: int) -> dict[str, object]:
    """Give one open task as a line: when, what, whose and since when, and what can be done."""
    what, can = deskwords.TASKS[task.kind]
    held = _("Gesprek van %(day)s. %(who)s, sinds %(since)s.") % {
        "day": day(task.conversation.opened_ms),
        "who": task.worker.username,
        "since": day(task.since_ms),
    }
    return deskwords.due(task.due_ms, now) | {"what": what, "more": f"{held} {can}", "url": task_url(task)}


def task_url(task: Task) -> str:
    """Give the page on which a task is done."""
    if task.kind in ELSEWHERE:
        return reverse(ELSEWHERE[Task.Kind(task.kind)], args=[task.conversation_id])
    return f"{reverse('desk_conversation', args=[task.conversation_id])}#{task.kind}"


def leak_line(leak: Leak, now: int) -> dict[str, object]:
    """Give one leak as a line of the desk."""
    held = _("Gesprek van %(day)s.") % {"day": day(leak.conversation.opened_ms)} if leak.conversation else ""
    return deskwords.due(leak.due_ms, now) | {
        "what": _("Beslis over wat kwijt is"),
        "more": f"{deskwords.left(leak.due_ms, now)} {held}".strip(),
        "url": reverse("desk_leak", args=[leak.pk]),
    }


def ways(role: str) -> list[dict[str, object]]:
    """Give the other pages of the desk that somebody with this role may open."""
    open_to = (
        (_("Zoek een gesprek"), "desk_search", FINDERS),
        (_("Verzoeken en bewaren"), "keeping", DESK),
        (_("Wij namen niet op"), "desk_declines", DECLINES),
        (_("Wat is er kwijt?"), "desk_leaks", (Role.OFFICER,)),
        (_("Logboek"), "desk_log", (Role.OFFICER,)),
    )
    return [{"name": name, "url": url} for name, view, roles in open_to if role in roles and (url := _url(view))]


def _url(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


@require_safe
@only(*FINDERS)
def search(request: HttpRequest) -> HttpResponse:
    """Find conversations by dossier number, by date, or both."""
    staff, given = signed_in(request), request.GET
    number = given.get("number", "").strip()[:100]
    since_ms, until_ms = span(given)
    asked = bool(number or since_ms or until_ms)
    context: dict[str, object] = {
        "asked": asked,
        "number": number,
        "since": given.get("since", ""),
        "until": given.get("until", ""),
        "wrong": any(given.get(name) and not day_of(given.get(name, "")) for name in ("since", "until")),
        "has_desk": staff.role in DESK,
    }
    if asked and not context["wrong"]:
        page = overseeing.search(
            staff,
            number=number,
            since_ms=since_ms,
            until_ms=until_ms,
            after=given.get("after", ""),
        )
        again = {"number": number, "since": context["since"], "until": context["until"], "after": page.after}
        context |= {"found": [found_line(row) for row in page.rows]}
        context |= {"next": f"{reverse('desk_search')}?{urlencode(again)}" if page.after else ""}
    return render(request, "web/desk_search.html", context, status=422 if context["wrong"] else 200)


def found_line(row: Conversation) -> dict[str, object]:
    """Give a conversation that was found as a line of a list."""
    told = [row.worker.username + "."]
    told.append(_("Dossier %(dossier)s.") % {"dossier": row.dossier} if row.dossier else _("Nog geen dossiernummer."))
    if not row.finished_ms:
        told.append(_("Nog niet klaar."))
    return {
        "day": dated(row.opened_ms),
        "what": _("Gesprek van %(time)s") % {"time": time_of_day(row.opened_ms)},
        "more": " ".join(told),
        "url": reverse("desk_conversation", args=[row.pk]),
    }


@require_safe
@only(*DECLINES)
def declines(request: HttpRequest) -> HttpResponse:
    """Show when the organisation itself did not record, and how often for each worker in a year."""
    staff = signed_in(request)
    witness("decline.look", staff=staff)
    page = overseeing.declines(request.GET.get("after", ""))
    counted = overseeing.decline_counts(now_ms() - YEAR_DAYS * 24 * 3_600_000)
    context = {
        "reasons": [deskwords.REASONS[reason] for reason in DeclineReason],
        "counted": [
            {"name": name, "counts": [by.get(reason, 0) for reason in DeclineReason], "sum": _times(sum(by.values()))}
            for name, by in counted.items()
        ],
        "declines": [
            {
                "day": dated(one.at_ms),
                "what": deskwords.REASONS[one.reason],
                "more": _("%(who)s, gesprek van %(day)s.")
                % {"who": one.staff.username, "day": day(one.conversation.opened_ms)},
                "url": reverse("desk_conversation", args=[one.conversation_id]),
            }
            for one in page.rows
        ],
        "next": f"{reverse('desk_declines')}?after={page.after}" if page.after else "",
    }
    return render(request, "web/desk_declines.html", context)


def day_of(text: str) -> date | None:
    """Read a date as a form sends it; None when it is none."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def span(given: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Give the moments between which the days that a form names lie; None where it names none."""
    begin, end = day_of(given.get("since", "").strip()), day_of(given.get("until", "").strip())
    return _midnight(begin), _midnight(min(end, LAST_DAY) + timedelta(days=1) if end else None)


def _midnight(when: date | None) -> int | None:
    """Give the moment at which a day begins here, in milliseconds since 1970; also for years nobody means."""
    if when is None:
        return None
    try:
        return round(datetime.combine(when, time(), timezone.get_current_timezone()).timestamp() * 1000)
    except (OverflowError, ValueError):
        return 0


def dated(ms: int) -> str:
    """Give a date with its year when that is not this year."""
    then, now = moment(ms), moment(now_ms())
    return day(ms) if then.year == now.year else f"{day(ms)} {then.year}"


def _times(count: int) -> str:
    return ngettext("%(count)s keer", "%(count)s keer", count) % {"count": count}


urlpatterns = [
    path("desk/", desk, name="desk"),
    path("desk/search", search, name="desk_search"),
    path("desk/declines", declines, name="desk_declines"),
]
