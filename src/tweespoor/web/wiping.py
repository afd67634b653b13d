"""Pages about wiping: to announce it, to object, to do it, and to show that it was done."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from tweespoor.casework import certifying, keeping, settling, wiping
from tweespoor.casework.models import Role
from tweespoor.casework.wiping import Certificate
from tweespoor.errors import UnknownError
from tweespoor.web import deskwords
from tweespoor.web.keeping import READERS, conversation_for, ground_of, show
from tweespoor.web.keepingwords import date_of
from tweespoor.web.showing import grouped
from tweespoor.web.staffing import signed_in


@require_POST
@conversation_for(Role.OFFICER)
def announce(request: HttpRequest, conversation: str, part: int) -> HttpResponse:
    """Announce that a part will be wiped; who is second sees what the first one did."""
    wiping.announce(conversation, part, ground_of(request), staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


@require_POST
@conversation_for(Role.OFFICER, Role.MANAGER, own=True)
def object_to(request: HttpRequest, conversation: str) -> HttpResponse:
    """Object, with a reason: nothing that was announced is wiped."""
    if not request.POST.get("reason", "").strip():
        return show(request, conversation, wrong="reason", status=422)
    wiping.object_to(conversation, request.POST["reason"], staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


@require_POST
@conversation_for(Role.OFFICER)
def wipe(request: HttpRequest, conversation: str, part: int) -> HttpResponse:
    """Wipe a part whose date has come, and show the certificate; also when somebody else just did."""
    if request.POST.get("sure") != "yes":
        return show(request, conversation, wrong="sure", status=422)
    wiping.wipe(conversation, part, staff=signed_in(request))
    return redirect("certificate", conversation, part)


@require_safe
@conversation_for(*READERS)
def certificate(request: HttpRequest, conversation: str, part: int) -> HttpResponse:
    """Show that a part was wiped: done, and when it is certain."""
    found = wiping.certificate(conversation, part)
    row = keeping.row_of(conversation)
    context = {
        "conversation": conversation,
        "part": part,
        "day": date_of(row.opened_ms),
        "dossier": row.dossier,
        "ground": deskwords.GROUNDS.get(found.ground, found.ground),
        "announced": date_of(found.announced_ms) if found.announced_ms else "",
        "done": date_of(found.done_ms),
        "certain": date_of(found.certain_ms),
        "is_certain": wiping.is_certain(found),
        "tracks": found.tracks,
        "position": found.position,
        "head": grouped(found.entry_sha256),
        "sealed": certifying.has_seal(),
    }
    return render(request, "web/keeping_certificate.html", context)


@require_safe
@conversation_for(*READERS)
def certificate_json(request: HttpRequest, conversation: str, part: int) -> HttpResponse:  # noqa: ARG001 - a view
    """Give the certificate as a file for a dossier system; moments are milliseconds since 1970 (UTC)."""
    answer = HttpResponse(written(wiping.certificate(conversation, part)), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{part}.json"'
    return answer


@require_safe
@conversation_for(*READERS)
def certificate_signature(request: HttpRequest, conversation: str, part: int) -> HttpResponse:  # noqa: ARG001 - a view
    """Give the signature with the organisation's seal over that file (CAdES, detached); not there without a seal."""
    content = written(wiping.certificate(conversation, part))
    if not certifying.has_seal():
        raise UnknownError
    answer = HttpResponse(certifying.sign_cms(content), content_type="application/pkcs7-signature")
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{part}.json.p7s"'
    return answer


def written(found: Certificate) -> bytes:
    """Give a certificate as the bytes of its file, always the same; it names nobody."""
    told = {
        "form": "tweespoor/certificate/1",
        "organisation": settling.house().organisation,
        "conversation": found.conversation,
        "part": found.part,
        "ground": found.ground,
        "announced_ms": found.announced_ms or None,
        "done_ms": found.done_ms,
        "certain_ms": found.certain_ms,
        "tracks": found.tracks,
        "entry": {"position": found.position, "sha256": found.entry_sha256},
    }
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"


@require_safe
@conversation_for(Role.OFFICER)
def notice(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the notice that tells who took part that something will be wiped, and how to object; to print."""
    going = list(wiping.under_way(conversation))
    row = keeping.row_of(conversation)
    context = {
        "conversation": conversation,
        "day": date_of(row.opened_ms),
        "date": date_of(going[0].erasable_ms) if going else "",
    }
    return render(request, "web/keeping_notice.html", context)


urlpatterns = [
    path("desk/keeping/<str:conversation>/object", object_to, name="keeping_object"),
    path("desk/keeping/<str:conversation>/notice", notice, name="keeping_notice"),
    path("desk/keeping/<str:conversation>/<int:part>/announce", announce, name="wiping_announce"),
    path("desk/keeping/<str:conversation>/<int:part>/wipe", wipe, name="wiping_wipe"),
    path("desk/keeping/<str:conversation>/<int:part>/certificate", certificate, name="certificate"),
    path("desk/keeping/<str:conversation>/<int:part>/certificate.json", certificate_json, name="certificate_json"),
    path(
        "desk/keeping/<str:conversation>/<int:part>/certificate.json.p7s",
        certificate_signature,
        name="certificate_signature",
    ),
]
