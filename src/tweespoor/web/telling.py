"""Pages about how people who took part can be reached safely, by their own wish, and what is still to be told."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tweespoor.casework import announcing, keeping, ledger, models, planning, requesting, telling
from tweespoor.casework.models import Role, ToTell
from tweespoor.casework.telling import LONGEST, Way
from tweespoor.errors import UnknownError
from tweespoor.web import deskwords, moments
from tweespoor.web.admitting import seat_in
from tweespoor.web.desk import own
from tweespoor.web.showing import day, names
from tweespoor.web.staffing import only, signed_in

WAYS: Final[dict[str, Promise]] = {
    Way.NONE: gettext_lazy("Niets sturen"),
    Way.CALL: gettext_lazy("Bellen"),
    Way.SMS: gettext_lazy("Sms"),
    Way.MAIL: gettext_lazy("Mail"),
}
NOW: Final[dict[str, Promise]] = {
    Way.NONE: gettext_lazy("Nu: we sturen niets."),
    Way.CALL: gettext_lazy("Nu: alleen bellen is veilig."),
    Way.SMS: gettext_lazy("Nu: een sms is veilig."),
    Way.MAIL: gettext_lazy("Nu: een mail is veilig."),
}
LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@own
def ways(request: HttpRequest, conversation: str) -> HttpResponse:
    """Ask how each person can be reached safely; what was filled in before is not shown."""
    if request.method != "POST":
        return _show(request, conversation)
    seat, given = _seat(request, conversation), request.POST
    way, address = given.get("way", ""), given.get("address", "")
    language = given.get("language", "")
    try:
        if way not in WAYS or language not in LANGUAGES:
            raise ValueError  # noqa: TRY301 - one answer to what cannot be
        told = "" if way == Way.NONE else address
        telling.note_way(conversation, seat, way, told, staff=signed_in(request), language=language)
    except ValueError:
        return _show(request, conversation, wrong=seat, given=way, status=422)
    return _show(request, conversation, done=seat)


@require_POST
@own
def look(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the number or address of one person; that it was looked at is written down."""
    seat = _seat(request, conversation)
    _way, address = telling.look_up(conversation, seat, signed_in(request))
    return _show(request, conversation, shown={seat: address})


@require_POST
@own
def take(request: HttpRequest, conversation: str) -> HttpResponse:
    """Keep the number that somebody gave beforehand, for who says that it may stay."""
    seat = _seat(request, conversation)
    try:
        found = planning.keep_way(conversation, seat, signed_in(request))
    except ValueError:
        found = False
    return _show(request, conversation, done=seat) if found else _show(request, conversation, wrong=seat, status=422)


def _seat(request: HttpRequest, conversation: str) -> int:
    """Give the seat that was chosen among those who took part; raises UnknownError."""
    seat = seat_in(request)
    keeping.row_of(conversation)
    if seat not in {one.seat for one in requesting.people(ledger.state(conversation))}:
        raise UnknownError
    return seat


def _show(
    request: HttpRequest,
    conversation: str,
    *,
    wrong: int = 0,
    given: str = "",
    done: int = 0,
    shown: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    row = keeping.row_of(conversation)
    state = ledger.state(conversation)
    called, known = names(state), telling.ways_of(conversation)
    plan = models.Plan.objects.filter(conversation=conversation).first()
    context = {
        "conversation": conversation,
        "here": reverse("ways", args=[conversation]),
        "day": day(row.opened_ms),
        "ways": WAYS.items(),
        "languages": [{"code": code, "name": moments.language(code)} for code in LANGUAGES],
        "beforehand": plan is not None and announcing.said(plan).reachable,
        "longest": LONGEST,
        "seats": [
            {
                "number": one.seat,
                "name": called[one.seat],
                "now": NOW[known.get(one.seat, Way.NONE)],
                "known": one.seat in known,
                "chosen": given if one.seat == wrong else known.get(one.seat, Way.NONE),
                "address": (shown or {}).get(one.seat, ""),
                "wrong": one.seat == wrong,
                "done": one.seat == done,
            }
            for one in requesting.people(state)
        ],
    }
    return render(request, "web/ways.html", context, status=status)


# What is still to be told ----------------------------------------------------------------------------


@require_POST
@only(Role.WORKER, Role.MANAGER)
def told(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the worker told it in person."""
    telling.told(number, signed_in(request))
    return redirect("home")


def to_tell_line(one: ToTell) -> dict[str, object]:
    """Give a line of what is still to be told in person; a person is a number, never a name."""
    seat = "" if one.seat is None else names(ledger.state(one.conversation_id)).get(one.seat, "")
    calls = one.seat is not None and telling.way_of(one.conversation_id, one.seat) is Way.CALL
    held = [_("Gesprek van %(day)s.") % {"day": day(one.conversation.opened_ms)}, f"{seat}." if seat else ""]
    return {
        "day": day(one.since_ms),
        "number": one.pk,
        "what": deskwords.TO_TELL.get(one.what, one.what),
        "more": " ".join(filter(None, [*held, _("Alleen bellen is veilig.") if calls else ""])),
        "ways": reverse("ways", args=[one.conversation_id]) if calls else "",
    }


urlpatterns = [
    path("g/<str:conversation>/ways", ways, name="ways"),
    path("g/<str:conversation>/ways/look", look, name="ways_look"),
    path("g/<str:conversation>/ways/take", take, name="ways_take"),
    path("desk/told/<int:number>", told, name="desk_told"),
]
