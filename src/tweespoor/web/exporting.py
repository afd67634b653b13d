"""The button with which a conversation leaves for the organisation's own dossier system."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_POST

from tweespoor.casework import exporting
from tweespoor.web.ranges import streamed
from tweespoor.web.staffing import signed_in


@require_POST
@login_required
def export(request: HttpRequest, conversation: str) -> HttpResponseBase:
    """Send a conversation as a ZIP; that it left is written down before its first byte goes."""
    package = exporting.stream(signed_in(request), conversation)
    answer = streamed(request, package.pieces)
    answer["Content-Type"] = "application/zip"
    answer["Content-Disposition"] = f'attachment; filename="{package.name}"'
    return answer


urlpatterns = [path("desk/g/<str:conversation>/export", export, name="export")]
