"""The buttons that make a bundle: for who works here, and of the own minutes for who listens back."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from tweespoor.casework import bundling
from tweespoor.casework.bundling import Package
from tweespoor.casework.models import Hearing
from tweespoor.errors import UnknownError
from tweespoor.web.hearing import listener
from tweespoor.web.ranges import streamed
from tweespoor.web.staffing import signed_in


def _sent(request: HttpRequest, package: Package) -> HttpResponseBase:
    answer = streamed(request, package.laid.pieces())
    answer["Content-Type"] = "application/zip"
    answer["Content-Length"] = str(package.laid.size)
    answer["Content-Disposition"] = f'attachment; filename="{package.name}"'
    return answer


@require_POST
@login_required
def of_staff(request: HttpRequest, conversation: str) -> HttpResponseBase:
    """Send the whole bundle; that it left is written down before its first byte goes."""
    return _sent(request, bundling.for_staff(signed_in(request), conversation))


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def own_minutes(request: HttpRequest, session: Hearing) -> HttpResponseBase:
    """Say what a bundle is for, and send that of the own minutes; not on a device of ours."""
    if session.code is None:
        raise UnknownError
    if request.method != "POST":
        return render(request, "web/hear_bundle.html")
    return _sent(request, bundling.for_listener(session))


urlpatterns = [
    path("desk/g/<str:conversation>/bundle", of_staff, name="bundle"),
    path("luister/bewijsmap", own_minutes, name="hear_bundle"),
]
