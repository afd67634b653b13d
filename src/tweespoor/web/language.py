"""«Andere taal»: a choice that only this browser remembers."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_http_methods

KNOWN = frozenset(code for code, _name in settings.LANGUAGES)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Show the languages, or go back in the one that was chosen."""
    given = request.POST if request.method == "POST" else request.GET
    back = own_address(given.get("next", "/"))
    if request.method != "POST":
        return render(request, "web/language.html", {"next": back})
    response = redirect(back)
    code = given.get("language", "")
    if code in KNOWN and check_for_language(code):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def own_address(address: str) -> str:
    """Give an address of ours back, and the beginning for any other."""
    own = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if own else "/"


urlpatterns = [path("lang", choose, name="language")]
