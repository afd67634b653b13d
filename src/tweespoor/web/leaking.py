"""Pages for what is lost or was seen by others: reporting it, and the officer's list with its clock."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tweespoor.casework import leaking, ledger, overseeing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.leaking import Authority, Cause, Holding, People
from tweespoor.casework.models import Leak, Role
from tweespoor.casework.overseeing import Act
from tweespoor.rules.kinds import Kind
from tweespoor.rules.state import Conversation
from tweespoor.web import deskwords
from tweespoor.web.overseeing import dated
from tweespoor.web.showing import day, names, time_of_day
from tweespoor.web.staffing import only, signed_in

LISTED = 100
EVERYBODY = "all"


@require_http_methods(["GET", "HEAD", "POST"])
@only(*overseeing.FINDERS)
def report(request: HttpRequest, conversation: str) -> HttpResponse:
    """Ask what happened and to whom it belongs, then withdraw everything in one act."""
    staff = signed_in(request)
    row = overseeing.find(staff, conversation, Act.REPORT_LEAK)
    state = ledger.state(conversation)
    context: dict[str, object] = {
        "day": day(row.opened_ms),
        "here": reverse("desk_conversation", args=[conversation]),
        "causes": deskwords.CAUSES.items(),
        "everybody": EVERYBODY,
        "people": [(seat, name) for seat, name in names(state).items() if state.seats[seat].kind is not Kind.STAFF],
    }
    if request.method != "POST":
        return render(request, "web/desk_leak_report.html", context)
    who, cause = request.POST.get("who", ""), request.POST.get("cause", "")
    seats = {str(seat) for seat in state.seats}
    if cause not in set(Cause) or who not in {EVERYBODY, *seats}:
        wrong = _("Kies wat er gebeurde, en van wie het is.")
        return render(request, "web/desk_leak_report.html", context | {"wrong": wrong}, status=422)
    seat = None if who == EVERYBODY else int(who)
    leak = leaking.report(conversation, staff=staff, seat=seat, cause=Cause(cause))
    context |= {"done": True, "held": _held(state, leaking.holdings(conversation, seat)), "until": _until(leak)}
    return render(request, "web/desk_leak_report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_device(request: HttpRequest) -> HttpResponse:
    """Shut a lost device of somebody who works here out, this one included."""
    staff = signed_in(request)
    if request.method != "POST":
        return render(request, "web/desk_leak_device.html")
    leak = leaking.report_own_device(staff)
    logout(request)
    return render(request, "web/desk_leak_device.html", {"done": True, "until": _until(leak)})


@require_safe
@only(Role.OFFICER)
def leaks(request: HttpRequest) -> HttpResponse:
    """List everything that was reported, the newest first."""
    now = now_ms()
    rows = [_line(leak, now) for leak in leaking.all_of_them()[:LISTED]]
    return render(request, "web/desk_leaks.html", {"leaks": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.OFFICER)
def leak(request: HttpRequest, number: int) -> HttpResponse:
    """Show one report with its clock, who had what, and what must be decided; write the decision down."""
    officer = signed_in(request)
    row = leaking.find(number, officer)
    given = request.POST
    wrong = ""
    if request.method == "POST":
        authority, people, text = (given.get(name, "") for name in ("authority", "people", "report"))
        if authority in set(Authority) and people in set(People) and text.strip():
            leaking.decide(number, officer, Authority(authority), People(people), text)
            return redirect("desk_leaks")
        wrong = _("Maak beide keuzes, en schrijf op waarom.")
    held: list[dict[str, object]] = []
    if row.conversation_id is not None:
        state = ledger.state(row.conversation_id)
        held = _held(state, leaking.holdings(row.conversation_id, row.seat, everything=True))
    context = _line(row, now_ms()) | {
        "number": number,
        "conversation": row.conversation_id,
        "reported": _("%(day)s, %(time)s") % {"day": dated(row.at_ms), "time": time_of_day(row.at_ms)},
        "until": _until(row),
        "left": "" if row.done_ms else deskwords.left(row.due_ms, now_ms()),
        "withdrawn": row.withdrawn,
        "held": held,
        "authorities": deskwords.AUTHORITIES.items(),
        "people": deskwords.PEOPLE.items(),
        "chosen": {"authority": given.get("authority", row.authority), "people": given.get("people", row.people)},
        "report": given.get("report", row.report),
        "done_by": row.done_by,
        "wrong": wrong,
    }
    return render(request, "web/desk_leak.html", context, status=422 if wrong else 200)


def _line(row: Leak, now: int) -> dict[str, object]:
    told = [_("Gesprek van %(day)s.") % {"day": dated(row.conversation.opened_ms)}] if row.conversation else []
    told.append(_("Gemeld door %(who)s.") % {"who": row.staff.username if row.staff else _("wie meedeed")})
    when = {"due": dated(row.at_ms), "now": False} if row.done_ms else deskwords.due(row.due_ms, now)
    return when | {
        "what": deskwords.CAUSES[row.cause],
        "told": told,
        "done": bool(row.done_ms),
        "url": reverse("desk_leak", args=[row.pk]),
    }


def _held(state: Conversation, found: list[Holding]) -> list[dict[str, object]]:
    called = names(state)
    return [
        {
            "day": dated(one.at_ms),
            "who": _("Wij") if one.seat is None else called.get(one.seat, ""),
            "what": deskwords.HELD[one.what],
        }
        for one in found
    ]


def _until(row: Leak) -> str:
    return _("%(day)s, %(time)s") % {"day": day(row.due_ms), "time": time_of_day(row.due_ms)}


urlpatterns = [
    path("desk/g/<str:conversation>/lost", report, name="desk_leak_report"),
    path("desk/lost", own_device, name="desk_leak_device"),
    path("desk/leaks/", leaks, name="desk_leaks"),
    path("desk/leaks/<int:number>/", leak, name="desk_leak"),
]
