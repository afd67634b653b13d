"""Pages of the people who work for the organisation: signing in, second factor, accounts, the checklist."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path


class Adapter(DefaultAccountAdapter):
    """Accounts are made by an administrator, so nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        """Tell that nobody may make an account alone."""
        return False


class FactorAdapter(DefaultMFAAdapter):
    """The second factor of whoever signs in."""


urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/", include("allauth.account.urls")),
    path("staff/factor/", include("allauth.mfa.urls")),
]
