"""The second factor: nobody of the organisation gets past the door with a password alone."""

import io
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from tweespoor.casework import founding, staffing
from tweespoor.casework.models import Staff

# What someone may reach before a second factor is set: setting it, leaving, and what is for everyone.
OPEN = ("/staff/factor/", "/staff/logout/", "/staff/reauthenticate/", "/static/", "/weg", "/lang", "/conditions")


class SecondFactorFirst:
    """Sends staff without a second factor to the page where it is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass a request on, or send it to the page of the second factor."""
        if request.path_info.startswith(OPEN):
            return self.get_response(request)
        user = request.user
        if isinstance(user, Staff) and not staffing.has_factor(user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)


class SecondStep(AuthenticateView):  # type: ignore[misc] # allauth carries no types
    """Asks for the second factor; a demonstration on this very machine shows the code too."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Give the page what it shows."""
        shown: dict[str, object] = super().get_context_data(**kwargs)
        if urlsplit(settings.TWEESPOOR_ORIGIN).hostname in {"localhost", "127.0.0.1"}:
            shown["demonstration_code"] = founding.demonstration_code(self.stage.login.user.username)
        return shown


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """Accounts are made by an administrator, so nobody signs up; and no page flashes a message."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        """Tell that nobody may make an account alone."""
        return False

    def add_message(self, *_args: object, **_kwargs: object) -> None:
        """Say nothing: the page that follows shows what has changed."""

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the password again, unless this session signed in less than a quarter of an hour ago."""
        records = get_authentication_records(self.request, self.request.user)
        newest = max((record["at"] for record in records), default=0.0)
        if time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app))

    def send_mail(self, *_args: object, **_kwargs: object) -> None:
        """Send nothing: the product works without mail, and an address may be read by another."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # as above
    """How the second factor looks and what may be taken away."""

    def build_totp_svg(self, url: str) -> str:
        """Draw the code as an SVG that stands in the page itself; a picture from elsewhere is not let in."""
        drawn = io.BytesIO()
        segno.make(url, error="m").save(
            drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, light="#fff"
        )
        return drawn.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it goes into a table."""
        return staffing.hide(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt it again."""
        return staffing.reveal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Allow to take a factor away as long as another one is left."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=staffing.FACTORS)
        return authenticator.type not in staffing.FACTORS or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Staff, type: Authenticator.Type) -> str:  # noqa: A002, ARG002
        """Name a passkey when its owner gives it no name."""
        return _("Toegangssleutel")

    def send_notification_mail(self, *_args: object, **_kwargs: object) -> None:
        """Send nothing: see ``Adapter.send_mail``."""
