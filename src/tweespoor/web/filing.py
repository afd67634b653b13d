"""Pages for where a recording belongs: at the table, and on the desk with what is still to be done about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tweespoor.casework import bundling, exporting, filing, overseeing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Role, Task
from tweespoor.casework.overseeing import DESK, Act, Sheet
from tweespoor.web import deskwords
from tweespoor.web.desk import own
from tweespoor.web.overseeing import ELSEWHERE, dated, task_url
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.staffing import only, signed_in
from tweespoor.web.state import worker_page

MS_A_MINUTE = 60_000


@require_POST
@own
def file(request: HttpRequest, conversation: str) -> HttpResponse:
    """File our recording under a dossier number, now; or leave that open."""
    if request.POST.get("later"):
        return redirect("later", conversation)
    number = request.POST.get("number", "")
    if not number.strip() or not filing.fits(number):
        return worker_page(request, conversation, status=422, more={"wrong": True, "number": number})
    filing.file(conversation, number, staff=signed_in(request))
    return redirect("conversation", conversation)


@require_POST
@own
def secret(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note whether a secret address or who reported was named."""
    filing.note_secret(conversation, mentioned=request.POST.get("mentioned") != "no")
    return redirect("conversation", conversation)


@require_safe
@only(*overseeing.FINDERS)
def look(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show a conversation on the desk."""
    return _sheet(request, conversation)


@require_POST
@only(*overseeing.FINDERS)
def refile(request: HttpRequest, conversation: str) -> HttpResponse:
    """File from the desk, or correct a wrong number."""
    staff = signed_in(request)
    row = overseeing.find(staff, conversation, Act.FILE)
    number, reason = request.POST.get("number", ""), request.POST.get("reason", "")
    wrong = ""
    if not filing.tidy(number):
        wrong = _("Vul het dossiernummer in.")
    elif not filing.fits(number):
        wrong = _("Dit nummer heeft een andere vorm.")
    elif row.filed_ms is not None and not reason.strip() and filing.tidy(number) != row.dossier:
        wrong = _("Schrijf op waarom het nummer anders moet.")
    if wrong:
        return _sheet(request, conversation, wrong=wrong, number=number, reason=reason)
    filing.file(conversation, number, staff=staff, reason=reason)
    return _back(conversation)


@require_POST
@only(*overseeing.FINDERS)
def note(request: HttpRequest, conversation: str) -> HttpResponse:
    """Write the note that lies with our recording."""
    staff = signed_in(request)
    overseeing.find(staff, conversation, Act.FILE)
    filing.write_note(conversation, request.POST.get("note", ""), staff=staff)
    return _back(conversation)


@require_POST
@only(Role.OFFICER)
def review_secret(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note that the privacy officer has listened and looked."""
    staff = signed_in(request)
    overseeing.find(staff, conversation, Act.REVIEW_SECRET)
    filing.review_secret(conversation, staff)
    return _back(conversation)


@require_POST
@only(Role.MANAGER)
def review_decline(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note what came of talking about our own no."""
    staff = signed_in(request)
    overseeing.find(staff, conversation, Act.REVIEW_DECLINE)
    overseeing.review_decline(conversation, staff, request.POST.get("note", ""))
    return _back(conversation)


def _back(conversation: str) -> HttpResponse:
    return redirect(reverse("desk_conversation", args=[conversation]))


def _sheet(request: HttpRequest, conversation: str, **typed: str) -> HttpResponse:
    staff = signed_in(request)
    sheet = overseeing.lay_open(staff, conversation)
    row = sheet.row
    context: dict[str, object] = {
        "conversation": conversation,
        "here": reverse("desk_conversation", args=[conversation]),
        "day": dated(row.opened_ms),
        "told": _told(sheet),
        "row": row,
        "may": {act.replace("-", "_") for act in sheet.may},
        "may_file": Act.FILE in sheet.may and sheet.recorded and not sheet.running and not row.practice,
        "gives": exporting.is_for(staff, row) and sheet.recorded and not sheet.running,
        "proves": bundling.is_for(staff, row) and sheet.recorded and not sheet.running,
        "may_hear": Act.HEAR in sheet.may and sheet.recorded,
        "own": row.worker_id == staff.pk,
        "has_desk": staff.role in DESK,
        "asks": row.worker_id == staff.pk or staff.role == Role.MANAGER,
        "tasks": [_task(task) for task in sheet.tasks],
        "locked": [{"number": one.part, "ground": deskwords.GROUNDS.get(str(one.locked), "")} for one in sheet.locked],
        "earlier": sheet.filed[:-1] and list(zip(sheet.filed, [one.reason for one in sheet.filed[1:]], strict=False)),
        "note": sheet.note,
        "longest_note": filing.LONGEST_NOTE,
        "declines": [
            {"day": day(one.at_ms), "reason": deskwords.REASONS[one.reason], "who": one.staff.username}
            for one in sheet.declines
        ],
        "listened": sheet.listened,
        **typed,
    }
    return render(request, "web/desk_conversation.html", context, status=422 if typed else 200)


def _task(task: Task) -> dict[str, object]:
    what, can = deskwords.TASKS[task.kind]
    since = _("%(who)s, sinds %(since)s.") % {"who": task.worker.username, "since": day(task.since_ms)}
    told = {"kind": task.kind, "what": what, "can": can, "since": since}
    return deskwords.due(task.due_ms, now_ms()) | told | {"url": task_url(task) if task.kind in ELSEWHERE else ""}


def _told(sheet: Sheet) -> list[str]:
    """Say in a few sentences when it was, whose it is, and whether it was recorded."""
    row = sheet.row
    told = [_("Van %(who)s, begonnen om %(time)s.") % {"who": row.worker.username, "time": time_of_day(row.opened_ms)}]
    if not row.finished_ms:
        told.append(_("Nog niet klaar."))
    elif sheet.recorded:
        minutes = max(1, round(sheet.recorded_ms / MS_A_MINUTE))
        said = ngettext("%(minutes)s minuut opgenomen.", "%(minutes)s minuten opgenomen.", minutes)
        told.append(said % {"minutes": minutes})
    else:
        told.append(_("Niet opgenomen."))
    return told


urlpatterns = [
    path("g/<str:conversation>/file", file),
    path("g/<str:conversation>/secret", secret),
    path("desk/g/<str:conversation>/", look, name="desk_conversation"),
    path("desk/g/<str:conversation>/file", refile),
    path("desk/g/<str:conversation>/note", note),
    path("desk/g/<str:conversation>/secret", review_secret),
    path("desk/g/<str:conversation>/decline", review_decline),
]
