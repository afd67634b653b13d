"""«Ik wil mijn gesprek opnemen»: said beforehand on a public page, with or without an invitation (clause 3a).

Whatever is filled in, the answer is the same to the byte: nobody learns from it when we talk with whom.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from tweespoor.casework import announcing, limiting, planning
from tweespoor.casework.announcing import Way
from tweespoor.casework.models import Plan
from tweespoor.errors import UnknownError
from tweespoor.web import moments
from tweespoor.web.invitations import told
from tweespoor.web.joining import network

PER_ADDRESS = 10
IN_ALL = 300
PERIOD_S = 15 * 60


@sensitive_post_parameters("number")
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: HttpRequest, token: str = "") -> HttpResponse:
    """Ask when the conversation is and how somebody can be reached; take the answer."""
    invited = _invited(token)
    if request.method != "POST":
        return _ask(request, token, {"when": moments.for_boxes(invited.starts_ms)["both"]} if invited else {})
    given = {field: request.POST.get(field, "").strip() for field in ("when", "way", "number")}
    moment = moments.read(given["when"])
    wrong = set()
    if moment is None:
        wrong.add("when")
    if given["way"] not in set(Way):
        wrong.add("way")
    elif given["way"] != Way.NONE and not announcing.is_number(given["number"]):
        wrong.add("number")
    if moment is None or wrong:
        return _ask(request, token, given, wrong)
    if not _may_try(request):
        return render(request, "429.html", status=429)
    announcing.announce(moment, Way(given["way"]), given["number"], invited)
    return redirect("announced")


def _may_try(request: HttpRequest) -> bool:
    here = network(request.META.get("REMOTE_ADDR", ""))
    if limiting.take(f"beforehand:{here}", PER_ADDRESS, PERIOD_S) is None:
        return False  # and uses up nothing of what all have together
    return limiting.take("beforehand", IN_ALL, PERIOD_S) is not None


def _ask(request: HttpRequest, token: str, given: dict[str, str], wrong: set[str] | None = None) -> HttpResponse:
    context = {
        "action": reverse("announce_invited", args=[token]) if token else reverse("announce"),
        "when": given.get("when", "")[: moments.LONGEST],
        "way": given.get("way", ""),
        "number": given.get("number", "")[: announcing.LONGEST_NUMBER],
        "wrong": wrong or set(),
    }
    return render(request, "web/announce.html", context, status=422 if wrong else 200)


def _invited(token: str) -> Plan | None:
    try:
        return planning.invited(token) if token else None
    except UnknownError:
        return None


@require_GET
def announced(request: HttpRequest) -> HttpResponse:
    """Thank whoever filled in the page."""
    return render(request, "web/announced.html")


@require_GET
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to who holds it, with the moment as it is now; ended and guessed get one answer."""
    plan = _invited(token)
    if plan is None:
        return render(request, "web/invitation_ended.html", status=404)
    return render(request, "web/invitation.html", {**told(plan), "token": token})


urlpatterns = [
    path("vooraf", announce, name="announce"),
    path("vooraf/dank", announced, name="announced"),
    path("u/<str:token>", invitation, name="invitation"),
    path("u/<str:token>/vooraf", announce, name="announce_invited"),
]
