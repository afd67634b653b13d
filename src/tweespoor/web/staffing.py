"""Pages of the people who work for the organisation: signing in, accounts, and the checklist."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tweespoor.casework import checklist, staffing
from tweespoor.casework.models import Role, Staff
from tweespoor.errors import UnknownError
from tweespoor.web.factor import SecondStep

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

ROLES: dict[str, Promise] = {
    Role.WORKER: gettext_lazy("medewerker"),
    Role.MANAGER: gettext_lazy("manager"),
    Role.OFFICER: gettext_lazy("privacyfunctionaris"),
    Role.CLERK: gettext_lazy("dossierbeheerder"),
    Role.ADMINISTRATOR: gettext_lazy("beheerder"),
}

ITEMS: dict[str, tuple[Promise, Promise]] = {
    "helpline": (
        gettext_lazy("Het telefoonnummer onder aan elke bladzijde klopt."),
        gettext_lazy("Bel het zelf een keer. Iemand neemt op, ook ’s nachts."),
    ),
    "dossier": (
        gettext_lazy("Het is duidelijk in welk dossier een opname komt."),
        gettext_lazy("Ook als er meer kinderen of gezinnen zijn."),
    ),
    "retention": (
        gettext_lazy("We weten hoe lang we een opname bewaren."),
        gettext_lazy("Dat staat opgeschreven, met de reden erbij."),
    ),
    "roles": (
        gettext_lazy("Iedereen heeft de goede rol."),
        gettext_lazy("Wie hier niet meer werkt, kan er niet in."),
    ),
    "keys": (
        gettext_lazy("Van de sleutels is een kopie op een andere plek."),
        gettext_lazy("We hebben geprobeerd of we die kopie kunnen terugzetten."),
    ),
    "impact-assessment": (
        gettext_lazy("De privacytoets (DPIA) is klaar."),
        gettext_lazy("Wat daaruit kwam, is gedaan."),
    ),
    "leaflet": (
        gettext_lazy("Er is een folder voor wie meedoet aan een gesprek."),
        gettext_lazy("Daarin staat ook dat je nee mag zeggen."),
    ),
    "training": (
        gettext_lazy("Iedere medewerker heeft een keer geoefend."),
        gettext_lazy("Ook met een nee, en met iemand die binnenkomt."),
    ),
    "declines": (
        gettext_lazy("Het is duidelijk wanneer we zelf niet opnemen."),
        gettext_lazy("Wie dat beslist, weet ook wat we dan zeggen."),
    ),
    "phones": (
        gettext_lazy("De toestellen van medewerkers zijn op slot en bijgewerkt."),
        gettext_lazy("Ze staan niet op een thuisaccount."),
    ),
}


def only(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let in who signed in and has one of the roles; to others the page does not exist."""

    def wrap(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if signed_in(request).role not in roles:
                raise UnknownError
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def signed_in(request: HttpRequest) -> Staff:
    """Give who signed in; ``UnknownError`` for anybody else."""
    if not isinstance(request.user, Staff):
        raise UnknownError
    return request.user


@login_required
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """Show what someone can do with the own account."""
    staff = signed_in(request)
    return render(request, "staff/account.html", {"staff": staff, "role": ROLES[staff.role]})


@only(Role.ADMINISTRATOR)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List who works here."""
    return _people(request)


@only(Role.ADMINISTRATOR)
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make an account and show its link once; nothing is mailed."""
    given = {field: request.POST.get(field, "").strip() for field in ("username", "email", "role")}
    try:
        token = staffing.invite(given["username"], Role(given["role"]), email=given["email"], by=signed_in(request))
    except (ValueError, ValidationError):
        return _people(request, given=given, wrong=True, status=400)
    return _people(request, link=_link(request, token), name=given["username"])


@only(Role.ADMINISTRATOR)
@require_POST
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Shut out, let in, take the second factor away, or invite again."""
    staff, by = Staff.objects.filter(pk=number).first(), signed_in(request)
    if staff is None:
        raise UnknownError
    if verb == "invite":
        token = staffing.invite_again(staff, by=by)
        return _people(request, link=_link(request, token), name=staff.username)
    if verb == "disable":
        if staffing.is_last_administrator(staff):
            return _people(request, last=True, status=400)
        staffing.disable(staff, by=by)
    elif verb == "enable":
        staffing.enable(staff, by=by)
    elif verb == "reset":
        staffing.reset_factor(staff, by=by)
    else:
        raise UnknownError
    return redirect("staff_people")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let someone who was invited choose a password."""
    staff = staffing.invited(token)
    wrong: list[str] = []
    if request.method == "POST":
        password = request.POST.get("password", "")
        if password != request.POST.get("again", ""):
            wrong = [_("De twee wachtwoorden zijn niet gelijk.")]
        else:
            try:
                validate_password(password, staff)
            except ValidationError as error:
                wrong = error.messages
        if not wrong:
            staffing.accept(token, password)
            return redirect("account_login")
    return render(
        request,
        "staff/invitation.html",
        {"staff": staff, "wrong": wrong},
        status=400 if wrong else 200,
    )


@only(Role.OFFICER, Role.ADMINISTRATOR, Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Show the checklist that ends practice mode; only the privacy officer ticks."""
    staff = signed_in(request)
    if request.method == "POST":
        if staff.role != Role.OFFICER:
            raise UnknownError
        item = request.POST.get("item", "")
        if request.POST.get("tick") == "off":
            checklist.untick(item)
        else:
            checklist.tick(item, staff)
        return redirect(f"{reverse('staff_checklist')}#{item}")
    ticks = checklist.ticked()
    items = [
        {"key": key, "says": ITEMS[key], "tick": tick, "when": moment(tick.at_ms) if tick else None}
        for key in checklist.ITEMS
        for tick in (ticks.get(key),)
    ]
    return render(
        request,
        "staff/checklist.html",
        {"items": items, "complete": checklist.is_complete(), "may_tick": staff.role == Role.OFFICER},
    )


def moment(at_ms: int) -> datetime:
    """Give a moment of the server's clock as the date filter of a page wants it."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def _people(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    rows = [
        {"staff": staff, "role": ROLES[staff.role], "factor": staffing.has_factor(staff)}
        for staff in staffing.everyone()
    ]
    return render(request, "staff/people.html", {"rows": rows, "roles": ROLES.items()} | more, status=status)


def _link(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("staff_invitation", args=[token]))


urlpatterns: list[URLPattern] = [
    path("staff/", own, name="staff_account"),
    path("staff/people/", people, name="staff_people"),
    path("staff/people/invite/", invite, name="staff_invite"),
    path("staff/people/<int:number>/<slug:verb>/", change, name="staff_change"),
    path("staff/checklist/", check, name="staff_checklist"),
    path("staff/invitation/<str:token>/", invitation, name="staff_invitation"),
    # Of allauth only what is used; no signing up, no mail.
    path("staff/login/", account.login, name="account_login"),
    path("staff/login/", account.login, name="account_signup"),
    path("staff/logout/", account.logout, name="account_logout"),
    path("staff/inactive/", account.account_inactive, name="account_inactive"),
    path("staff/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("staff/password/", account.password_change, name="account_change_password"),
    path("staff/factor/", factor.index, name="mfa_index"),
    path("staff/login/factor/", SecondStep.as_view(), name="mfa_authenticate"),
    path("staff/factor/reauthenticate/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("staff/factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("staff/factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("staff/factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("staff/factor/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("staff/factor/passkeys/", passkey.list_webauthn, name="mfa_list_webauthn"),
    path("staff/factor/passkeys/add/", passkey.add_webauthn, name="mfa_add_webauthn"),
    path(
        "staff/factor/passkeys/reauthenticate/",
        passkey.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("staff/factor/passkeys/<int:pk>/remove/", passkey.remove_webauthn, name="mfa_remove_webauthn"),
]
