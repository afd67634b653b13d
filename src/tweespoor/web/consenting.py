"""Pages on which people say who they are and what they answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from tweespoor.casework import consenting, opening, recording, rounds
from tweespoor.casework import sight as sights
from tweespoor.casework.countersigning import Given
from tweespoor.casework.models import Visitor
from tweespoor.errors import UnknownError
from tweespoor.rules.asking import Answer
from tweespoor.rules.kinds import DeclineReason, How, InterestReason, Kind
from tweespoor.web import showing_worker, visitor
from tweespoor.web.desk import own
from tweespoor.web.staffing import signed_in
from tweespoor.web.state import worker_page

ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "doubt": Answer.DOUBT}
OWN_PHONE = frozenset({Kind.ADULT, Kind.YOUTH_16, Kind.YOUTH_12, Kind.PROFESSIONAL, Kind.STAFF})


def answer_of(request: HttpRequest) -> Answer:
    """Give the answer that was tapped."""
    given = ANSWERS.get(request.POST.get("answer", ""))
    if given is None:
        raise UnknownError
    return given


def kind_of(request: HttpRequest, allowed: frozenset[Kind] = OWN_PHONE, field: str = "kind") -> Kind:
    """Give who somebody said to be."""
    given = request.POST.get(field, "")
    if given not in set(allowed):
        raise UnknownError
    return Kind(given)


def is_current(request: HttpRequest, conversation: str) -> bool:
    """Tell whether an answer belongs to the round that is asked now, and not to a page that was left open."""
    return request.POST.get("round", "") == str(sights.look(conversation).state.round)


# A participant's phone ----------------------------------------------------------------------------------------


@require_POST
@visitor.participant
def who(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Take a seat for who holds this phone; a second tap changes nothing."""
    take_seat(phone, kind_of(request))
    return redirect("participant")


def take_seat(phone: Visitor, kind: Kind) -> None:
    """Take one seat for one session, also when two taps arrive at once."""
    with rounds.whole(phone.conversation_id):
        phone.refresh_from_db()
        if phone.seat is None:
            phone.seat = consenting.take_seat(phone.conversation_id, kind)
            phone.staff = kind is Kind.STAFF
            phone.save(update_fields=["seat", "staff"])


@require_POST
@visitor.participant
def answer(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Take an answer; the page that follows is the same whatever it was."""
    given = answer_of(request)
    proof = Given(request.POST.get("public", ""), request.POST.get("signature", ""))
    if phone.seat is None or phone.staff:
        raise UnknownError
    response = redirect("participant")
    if request.POST.get("asks_records"):
        records = bool(request.POST.get("records"))
        visitor.claim(request, response, records=records)
        if phone.records and not records:
            recording.ready(phone.conversation_id, phone, records=False)
    if is_current(request, phone.conversation_id):
        consenting.answer(phone.conversation_id, phone.seat, given, How.OWN_PHONE, proof)
    return response


# The worker's device ------------------------------------------------------------------------------------------


@require_POST
@own
def interest(request: HttpRequest, conversation: str) -> HttpResponse:
    """Take the worker's answer on what is good for a child."""
    against = request.POST.get("against") != "no"
    reason = request.POST.get("reason", "")
    given = InterestReason(reason) if reason in set(InterestReason) else None
    consenting.assess_interest(conversation, against=against, reason=None if against else given)
    return redirect("conversation", conversation)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def phone(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note what somebody on the telephone said aloud."""
    if request.method != "POST":
        return worker_page(request, conversation, "phone")
    says = request.POST.get("says", "")
    if says not in {"yes", "professional-yes", "no"}:
        raise UnknownError
    callers = showing_worker.callers(sights.look(conversation).state)
    if seat := seat_of(request):
        if seat not in callers:
            raise UnknownError
        given = Answer.NO if says == "no" else Answer.YES
        consenting.answer(conversation, seat, given, How.SPOKEN)
    elif is_first_tap(request, len(callers)):
        kind = Kind.PROFESSIONAL if says == "professional-yes" else Kind.ADULT
        consenting.note_spoken(conversation, kind, yes=says != "no")
    return redirect("conversation", conversation)


def is_first_tap(request: HttpRequest, known: int) -> bool:
    """Tell whether somebody new sits down as the page showed it: the same tap again must not say yes for one more."""
    return request.POST.get("known", str(known)) == str(known)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def slip(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note a folded slip."""
    if request.method != "POST":
        return worker_page(request, conversation, "slip")
    given = answer_of(request)
    here = showing_worker.without_phone(sights.look(conversation))
    if seat := seat_of(request):
        if seat not in here:
            raise UnknownError
        consenting.answer(conversation, seat, given, How.SLIP)
    elif is_first_tap(request, len(here)):
        consenting.note_slip(conversation, kind_of(request, field="kind"), given)
    return redirect("conversation", conversation)


def seat_of(request: HttpRequest) -> int | None:
    """Give the seat that was tapped, or None for somebody new."""
    return seat_number(request.POST.get("seat", ""))


def seat_number(given: str) -> int | None:
    """Read the number of a seat."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 4 else None  # noqa: PLR2004


@require_POST
@own
def guardian(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note whether a parent or guardian is there."""
    consenting.guardian(conversation, present=request.POST.get("present") == "yes")
    return redirect("conversation", conversation)


@require_POST
@own
def alone_ok(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note whether a young person alone wants it and the manager agrees."""
    consenting.alone_ok(conversation, yes=request.POST.get("yes") == "yes")
    return redirect("conversation", conversation)


@require_POST
@own
def own_app(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Note that somebody records with an own app; a second tap changes nothing."""
    if not sights.look(conversation).state.own_apps:
        consenting.own_app(conversation)
    return redirect("conversation", conversation)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def decline(request: HttpRequest, conversation: str) -> HttpResponse:
    """Say the organisation's own no."""
    if request.method != "POST":
        return worker_page(request, conversation, "decline")
    reason = request.POST.get("reason", "")
    if reason not in set(DeclineReason):
        raise UnknownError
    consenting.decline(conversation, signed_in(request), DeclineReason(reason))
    return redirect("conversation", conversation)


@require_POST
@own
def stop_waiting(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """End the round although answers are missing."""
    consenting.stop_waiting(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def new_code(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Make a new code after the old one ended, while people are asked."""
    if sights.look(conversation).state.round_open:
        opening.new_code(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def begin_again(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Begin again after more phones came than people."""
    consenting.begin_again(conversation)
    return redirect("conversation", conversation)


@require_POST
@own
def ask_again(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Ask everyone once more."""
    consenting.ask_again(conversation)
    return redirect("conversation", conversation)


urlpatterns = [
    path("p/who", who),
    path("p/answer", answer),
    path("g/<str:conversation>/interest", interest),
    path("g/<str:conversation>/phone", phone),
    path("g/<str:conversation>/slip", slip),
    path("g/<str:conversation>/guardian", guardian),
    path("g/<str:conversation>/alone-ok", alone_ok),
    path("g/<str:conversation>/own-app", own_app),
    path("g/<str:conversation>/decline", decline),
    path("g/<str:conversation>/stop-waiting", stop_waiting),
    path("g/<str:conversation>/code", new_code),
    path("g/<str:conversation>/begin-again", begin_again),
    path("g/<str:conversation>/ask-again", ask_again),
]
