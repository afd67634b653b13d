"""Pages for where a recording belongs, and whether something secret was named in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from tweespoor.casework import filing
from tweespoor.web.desk import own
from tweespoor.web.state import worker_page


@require_POST
@own
def file(request: HttpRequest, conversation: str) -> HttpResponse:
    """File our recording under a dossier number, now; or leave that open."""
    if request.POST.get("later"):
        return redirect("later", conversation)
    number = request.POST.get("number", "")
    if not number.strip():
        return worker_page(request, conversation, status=422, more={"wrong": True})
    filing.file(conversation, number)
    return redirect("conversation", conversation)


@require_POST
@own
def secret(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note whether a secret address or who reported was named."""
    filing.note_secret(conversation, mentioned=request.POST.get("mentioned") != "no")
    return redirect("conversation", conversation)


urlpatterns = [
    path("g/<str:conversation>/file", file),
    path("g/<str:conversation>/secret", secret),
]
