"""The beginning: six figures for who takes part, open tasks and «Nu opnemen» for who works here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tweespoor.casework import checklist, filing, opening, overseeing, planning, tasks, telling
from tweespoor.casework.models import Conversation, Role, Staff
from tweespoor.rules.kinds import Children
from tweespoor.web import joining
from tweespoor.web.desk import MAY_RECORD, own
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.showing_worker import counting, open_tasks
from tweespoor.web.staffing import only, signed_in
from tweespoor.web.telling import to_tell_line

LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the beginning."""
    if request.method == "POST":
        return joining.typed(request)
    if isinstance(request.user, Staff):
        return _desk(request, request.user)
    return joining.show_figures(request)


def _desk(request: HttpRequest, staff: Staff) -> HttpResponse:
    links = [{"url": reverse("staff_account"), "name": _("Jouw account")}]
    if staff.role in overseeing.FINDERS:
        links.append({"url": reverse("desk_search"), "name": _("Zoek een gesprek")})
    links.append({"url": reverse("desk_leak_device"), "name": _("Mijn toestel is kwijt")})
    if staff.role == Role.ADMINISTRATOR:
        links.append({"url": reverse("staff_people"), "name": _("Mensen")})
    if staff.role in (Role.OFFICER, Role.MANAGER, Role.ADMINISTRATOR):
        links.append({"url": reverse("staff_checklist"), "name": _("Checklist")})
    may_open = staff.role in MAY_RECORD
    if may_open:
        links.insert(0, {"url": reverse("plan_new"), "name": _("Gesprek plannen")})
    return render(
        request,
        "web/home.html",
        {
            "desk": links,
            "may_open": may_open,
            "planned": may_open and planning.are_coming(staff),
            "practice": not checklist.is_complete(),
            "tasks": open_tasks(tasks.open_for(staff)[:LISTED]) if may_open else [],
            "to_tell": [to_tell_line(one) for one in telling.to_tell(staff)[:LISTED]] if may_open else [],
            "has_desk": staff.role in overseeing.DESK,
            "conversations": [_line(row) for row in filing.mine(staff)[:LISTED]] if may_open else [],
        },
    )


def _line(row: Conversation) -> dict[str, object]:
    told = [_("Oefening.")] if row.practice else []
    if row.dossier:
        told.append(_("Dossier %(dossier)s.") % {"dossier": row.dossier})
    if not row.finished_ms:
        told.append(_("Nog niet klaar."))
    return {
        "day": day(row.opened_ms),
        "url": reverse("conversation", args=[row.pk]),
        "what": _("Gesprek van %(time)s") % {"time": time_of_day(row.opened_ms)},
        "more": " ".join(told),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@only(*MAY_RECORD)
def new(request: HttpRequest) -> HttpResponse:
    """Ask how many people there are, and open a conversation."""
    given = request.POST if request.method == "POST" else request.GET
    practice = given.get("practice") == "yes"
    if request.method == "POST" and (counted := count_of(request)) is not None:
        conversation = opening.open_conversation(signed_in(request), *counted, practice=practice)
        return redirect("conversation", conversation)
    wrong = request.method == "POST"
    context = {
        **counting(wrong=wrong),
        "action": reverse("new"),
        "practice": practice or not checklist.is_complete(),
        "wants_practice": practice,
    }
    return render(request, "web/new.html", context, status=422 if wrong else 200)


@require_http_methods(["POST"])
@own
def count(request: HttpRequest, conversation: str) -> HttpResponse:
    """Count again, after a wrong count."""
    counted = count_of(request)
    if counted is not None:
        opening.count(conversation, *counted)
    return redirect("conversation", conversation)


@require_http_methods(["POST"])
@own
def recount(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Go back to the count."""
    opening.recount(conversation)
    return redirect("conversation", conversation)


def count_of(request: HttpRequest) -> tuple[int, Children] | None:
    """Give how many people there are and whether a child is concerned; None when it was not filled in."""
    people, children = request.POST.get("people", ""), request.POST.get("children", "")
    if not (people.isascii() and people.isdigit() and len(people) <= 2) or children not in set(Children):  # noqa: PLR2004
        return None
    return (int(people), Children(children)) if 2 <= int(people) <= opening.MOST_PEOPLE else None  # noqa: PLR2004


urlpatterns = [
    path("", home, name="home"),
    path("g/new", new, name="new"),
    path("g/<str:conversation>/count", count),
    path("g/<str:conversation>/recount", recount),
]
