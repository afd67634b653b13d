"""Pages on which a worker plans a conversation, invites to it, and begins it; none of this is needed to begin one."""

import re
import secrets
from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Concatenate, Final, ParamSpec
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tweespoor.casework import announcing, checklist, opening, planning
from tweespoor.casework.announcing import Way
from tweespoor.casework.models import Plan
from tweespoor.casework.planning import Wanted
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import Children
from tweespoor.web import moments
from tweespoor.web.desk import MAY_RECORD
from tweespoor.web.home import count_of
from tweespoor.web.invitations import subject_of, told
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.showing_worker import FEW, MANY, counting
from tweespoor.web.staffing import only, signed_in

P = ParamSpec("P")

KEY: Final = re.compile(r"[0-9a-f]{32}")
LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES)


def own_plan(view: Callable[Concatenate[HttpRequest, Plan, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who made this plan; to anybody else it is not there."""

    @only(*MAY_RECORD)
    @wraps(view)
    def guarded(request: HttpRequest, plan: str, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not KEY.fullmatch(plan):
            raise UnknownError
        return view(request, planning.of(signed_in(request), plan), *args, **kwargs)

    def by_name(request: HttpRequest, plan: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return guarded(request, plan, *args, **kwargs)

    update_wrapper(by_name, view)
    return by_name


@require_GET
@only(*MAY_RECORD)
def plans(request: HttpRequest) -> HttpResponse:
    """List what is planned, soonest first."""
    lines = [
        {
            "day": day(one.starts_ms),
            "what": _("Gesprek van %(time)s") % {"time": time_of_day(one.starts_ms)},
            "url": reverse("plan", args=[one.pk]),
            "begin": "" if one.cancelled_ms else reverse("plan_begin", args=[one.pk]),
            "reference": one.reference,
            "wanted": planning.is_announced(one),
            "off": one.cancelled_ms is not None,
        }
        for one in planning.coming(signed_in(request))
    ]
    return render(request, "web/plans.html", {"plans": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@only(*MAY_RECORD)
def new(request: HttpRequest) -> HttpResponse:
    """Ask when, and what else is known; plan it."""
    if request.method != "POST":
        given = {"key": secrets.token_hex(16), "language": "nl"}
        return render(request, "web/plan_form.html", _form(given))
    given = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    wrong = _wrong(given)
    if not wrong:
        try:
            made = planning.plan(signed_in(request), given["key"], _wanted(given))
        except planning.TooManyError:
            wrong = {"many"}
        except ValueError:
            wrong = {"day"}
        else:
            return redirect("plan", made.pk)
    return render(request, "web/plan_form.html", _form(given, wrong), status=422)


_FIELDS: Final = ("key", "day", "hour", "people", "children", "telephone", "language")


def _wrong(given: dict[str, str]) -> set[str]:
    """Name what cannot be read."""
    wrong = set()
    if _moment(given) is None:
        wrong.add("day")
    if given["people"] and _people(given) is None:
        wrong.add("people")
    if given["children"] not in {"", *Children} or given["language"] not in LANGUAGES:
        wrong.add("people")
    if not KEY.fullmatch(given["key"]):
        raise UnknownError
    return wrong


def _moment(given: dict[str, str]) -> int | None:
    found = moments.read(f"{given['day']} {given['hour']}")
    return None if found is None or found.whole_day else found.starts_ms


def _people(given: dict[str, str]) -> int | None:
    typed = given["people"]
    known = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else 0  # noqa: PLR2004
    return known if 2 <= known <= opening.MOST_PEOPLE else None  # noqa: PLR2004 - the worker and one other


def _wanted(given: dict[str, str]) -> Wanted:
    return Wanted(
        starts_ms=_moment(given) or 0,
        people=_people(given),
        children=Children(given["children"]) if given["children"] else None,
        telephone=given["telephone"] == "yes",
        language=given["language"],
    )


def _form(given: dict[str, str], wrong: set[str] | None = None) -> dict[str, object]:
    """Give what the form shows; nothing that was typed is shown again at full length."""
    shown = {name: value[:40] for name, value in given.items()}
    languages = [{"code": code, "name": moments.language(code)} for code in LANGUAGES]
    numbers = [str(number) for number in FEW + MANY]
    more = {"wrong": wrong or set(), "numbers": numbers, "languages": languages, "chosen": shown["language"]}
    return {**shown, **more}


# One plan -----------------------------------------------------------------------------------------------------


@require_GET
@own_plan
def plan(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show a plan and what can be done with it."""
    return _show(request, plan)


def _show(request: HttpRequest, plan: Plan, **more: object) -> HttpResponse:
    if plan.conversation_id is not None:
        return redirect("conversation", plan.conversation_id)
    said = announcing.said(plan)
    context = {
        **told(plan),
        "plan": plan,
        "invitation": planning.invitation(plan),
        "moved": _("%(day)s, %(time)s") % {"day": day(plan.moved_from_ms), "time": time_of_day(plan.moved_from_ms)}
        if plan.moved_from_ms
        else "",
        "spoken": moments.language(plan.language),
        "wanted": plan.wanted_ms is not None or said.certain,
        "by_page": said.certain,
        "maybe": said.maybe and plan.wanted_ms is None,
        "reachable": said.reachable,
    }
    return render(request, "web/plan.html", context | more)


@require_http_methods(["GET", "HEAD", "POST"])
@own_plan
def begin(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Ask how many people there are, with the number of the plan filled in; open the conversation."""
    if plan.conversation_id is not None:
        return redirect("conversation", plan.conversation_id)
    if plan.cancelled_ms is not None:
        return redirect("plan", plan.pk)
    if request.method == "POST" and (counted := count_of(request)) is not None:
        return redirect("conversation", planning.begin(plan, signed_in(request), *counted))
    wrong = request.method == "POST"
    context = {
        **counting(plan.people, wrong=wrong),
        "action": reverse("plan_begin", args=[plan.pk]),
        "practice": not checklist.is_complete(),
    }
    return render(request, "web/new.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@own_plan
def move(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Put a plan at another moment."""
    if request.method != "POST":
        return render(request, "web/plan_move.html", {"plan": plan, **moments.for_boxes(plan.starts_ms)})
    given = {name: request.POST.get(name, "").strip()[:40] for name in ("day", "hour")}
    starts_ms = _moment(given)
    try:
        if starts_ms is None:
            raise ValueError  # noqa: TRY301 - one answer to what cannot be
        planning.move(plan, starts_ms)
    except ValueError:
        return render(request, "web/plan_move.html", {"plan": plan, "wrong": {"day"}, **given}, status=422)
    return redirect("plan", plan.pk)


@require_POST
@own_plan
def cancel(request: HttpRequest, plan: Plan) -> HttpResponse:  # noqa: ARG001 - a view
    """Say that it does not go on."""
    planning.cancel(plan)
    return redirect("plan", plan.pk)


@require_POST
@own_plan
def undo(request: HttpRequest, plan: Plan) -> HttpResponse:  # noqa: ARG001 - a view
    """Take back the last change."""
    planning.undo(plan)
    return redirect("plan", plan.pk)


@require_POST
@own_plan
def said(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Note what was said beforehand, by us or to us."""
    yes = request.POST.get("said") == "yes"
    what = request.POST.get("what", "")
    if what == "told":
        planning.note_told(plan, told=yes)
    elif what == "wanted":
        planning.note_wanted(plan, wanted=yes)
    else:
        raise UnknownError
    return redirect("plan", plan.pk)


@require_POST
@own_plan
def reach(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show how somebody can be reached safely; that it was looked at is written down."""
    names = {Way.CALL: _("Bellen"), Way.SMS: _("Sms"), Way.NONE: ""}
    ways = [{"way": names[one.way], "number": one.number} for one in announcing.reach(plan, signed_in(request))]
    return _show(request, plan, ways=ways)


@require_POST
@own_plan
def renew(request: HttpRequest, plan: Plan) -> HttpResponse:  # noqa: ARG001 - a view
    """Make a new invitation; the old one ends."""
    planning.renew(plan)
    return redirect("plan", plan.pk)


# Invitations --------------------------------------------------------------------------------------------------


@require_GET
@own_plan
def paper(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show the invitation as a page to print, or as small cards."""
    small = request.GET.get("size") == "card"
    large = request.GET.get("large") == "yes"
    language = _language(request, plan)

    def address(language: str, *, large: bool) -> str:
        given = {**({"size": "card"} if small else {}), "language": language, **({"large": "yes"} if large else {})}
        return f"{reverse('plan_paper', args=[plan.pk])}?{urlencode(given)}"

    with translation.override(language):
        context = {
            **told(plan),
            "large": large,
            "other": address(language, large=not large),
            "languages": others(language, lambda code: address(code, large=large)),
            "back": reverse("plan", args=[plan.pk]),
            "cards": range(4 if large else 10),
        }
        return render(request, f"web/paper_{'cards' if small else 'invitation'}.html", context)


@require_GET
@own_plan
def mail(request: HttpRequest, plan: Plan) -> HttpResponse:
    """Show the invitation as the text of a mail; it is sent by who works here, from the own program."""
    language = _language(request, plan)
    with translation.override(language):
        subject = subject_of(plan)
        body = render_to_string("web/invitation_mail.txt", told(plan), request).strip()
    context = {
        "plan": plan,
        "subject": subject,
        "body": body,
        "spoken": language,
        "languages": others(language, lambda code: f"{request.path}?{urlencode({'language': code})}"),
        "program": f"mailto:?subject={quote(subject)}&body={quote(body)}",
    }
    return render(request, "web/plan_mail.html", context)


def _language(request: HttpRequest, plan: Plan) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else plan.language


def others(language: str, address: Callable[[str], str]) -> list[dict[str, str]]:
    """Give the languages that a sheet can be had in as well."""
    return [
        {"code": code, "name": moments.language(code), "url": address(code)} for code in LANGUAGES if code != language
    ]


urlpatterns = [
    path("plans/", plans, name="plans"),
    path("plans/new", new, name="plan_new"),
    path("plans/<str:plan>/", plan, name="plan"),
    path("plans/<str:plan>/begin", begin, name="plan_begin"),
    path("plans/<str:plan>/move", move, name="plan_move"),
    path("plans/<str:plan>/cancel", cancel, name="plan_cancel"),
    path("plans/<str:plan>/undo", undo, name="plan_undo"),
    path("plans/<str:plan>/said", said, name="plan_said"),
    path("plans/<str:plan>/reach", reach, name="plan_reach"),
    path("plans/<str:plan>/renew", renew, name="plan_renew"),
    path("plans/<str:plan>/paper", paper, name="plan_paper"),
    path("plans/<str:plan>/mail", mail, name="plan_mail"),
]
