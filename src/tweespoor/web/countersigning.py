"""What a participant's page asks in order to sign: the heads that it may sign now, and where it brings its signatures.

Every page of every participant asks alike, whatever was answered on it; only what it gets differs, by whether it signed
a yes that is being recorded now.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from tweespoor.casework import countersigning
from tweespoor.casework.models import Visitor
from tweespoor.web import visitor


@require_http_methods(["GET", "HEAD", "POST"])
@visitor.participant
def heads(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Give the heads to sign, as [position, head]; take signatures, as position=signature, and say nothing of them."""
    conversation, seat = phone.conversation_id, phone.seat
    if seat is None or phone.staff:
        return HttpResponse(status=204)
    if request.method == "POST":
        given = {int(name): str(value) for name, value in request.POST.items() if name.isascii() and name.isdigit()}
        countersigning.see(conversation, seat, given)
        return HttpResponse(status=204)
    found = countersigning.to_sign(conversation, seat)
    return JsonResponse({"conversation": conversation, "heads": found}) if found else HttpResponse(status=204)


urlpatterns = [path("p/heads", heads)]
