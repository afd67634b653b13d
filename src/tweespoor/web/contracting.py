"""Pages on which agreements are laid down in a contract: on phones, on the device handed round, on paper, afterwards.

Whether somebody signs or not, the page that follows is the same, and it can be done again until everyone has signed.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from tweespoor.casework import contracting, ledger
from tweespoor.casework import sight as sights
from tweespoor.casework.binding import Way
from tweespoor.casework.clock import now_ms
from tweespoor.casework.contracting import Seen, Standing
from tweespoor.casework.models import Hearing, Visitor
from tweespoor.casework.strokes import CROSS, Strokes, read
from tweespoor.errors import UnknownError
from tweespoor.web import showing_contract, visitor
from tweespoor.web.consenting import seat_number, seat_of
from tweespoor.web.desk import own
from tweespoor.web.handing import PASS_MS, frame
from tweespoor.web.hearing import listener
from tweespoor.web.planning import LANGUAGES, others
from tweespoor.web.showing_contract import language_of_page
from tweespoor.web.staffing import signed_in
from tweespoor.web.state import HERE

_NAME = re.compile(r"([1-9]\d{0,3})-(nl|en|scan-([1-9]\d?))\.pdf", re.ASCII)


def drawn_of(request: HttpRequest) -> Strokes | None:
    """Give what somebody drew, a cross for who asked for one, or None for who does not sign."""
    given = request.POST.get("signs", "")
    if given == "no":
        return None
    if given == "cross":
        return CROSS
    if given != "yes":
        raise UnknownError
    return read(request.POST.get("drawn", ""))


def _take(request: HttpRequest, conversation: str, seat: int | None, way: Way) -> None:
    drawn, sha256 = drawn_of(request), request.POST.get("contract", "")
    contracting.sign(conversation, seat, sha256, drawn, way=way, language=language_of_page())


# A participant's phone ----------------------------------------------------------------------------------------


@require_POST
@visitor.participant
def sign(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Take a signature on somebody's own phone, or none; while a round is open nothing is taken."""
    if phone.seat is None or phone.staff:
        raise UnknownError
    if sights.look(phone.conversation_id).settled:
        _take(request, phone.conversation_id, phone.seat, Way.PHONE)
    return redirect(f"{HERE}{showing_contract.THANKS}")


# The worker's device ------------------------------------------------------------------------------------------


@require_POST
@own
def offer(request: HttpRequest, conversation: str) -> HttpResponse:
    """Offer what was agreed as a contract."""
    contracting.offer(conversation, staff=signed_in(request))
    return _back(conversation)


@require_POST
@own
def sign_for_us(request: HttpRequest, conversation: str) -> HttpResponse:
    """Sign for the organisation."""
    _take(request, conversation, None, Way.WORKER)
    return _back(conversation)


def _back(conversation: str) -> HttpResponse:
    return redirect("contract", conversation)


@require_GET
@own
def pdf(request: HttpRequest, conversation: str, name: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Give a contract as it was sealed, or the scan of a paper under one that was made."""
    named = _NAME.fullmatch(name)
    if named is None:
        raise UnknownError
    version, kind, number = int(named[1]), named[2], named[3]
    if number:
        return _file(contracting.scan(conversation, version, int(number)), f"contract-{name}")
    return _file(contracting.file(conversation, version, kind), f"contract-{name}")


def _file(content: bytes, name: str) -> HttpResponse:
    """Give a PDF to keep, never to open in our own pages."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# On paper -----------------------------------------------------------------------------------------------------


@require_GET
@own
def paper(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the contract as a sheet to print, with a line for each signature."""
    seen = _open(conversation)
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else language_of_page()
    large = request.GET.get("large") == "yes"
    here = reverse("contract_paper", args=[conversation])

    def address(language: str, *, large: bool) -> str:
        return f"{here}?{urlencode({'language': language, **({'large': 'yes'} if large else {})})}"

    with translation.override(language):
        context = {
            "contract": showing_contract.text(seen),
            "large": large,
            "other": address(language, large=not large),
            "languages": others(language, lambda code: address(code, large=large)),
            "back": reverse("contract", args=[conversation]),
        }
        return render(request, "web/paper_contract.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def register(request: HttpRequest, conversation: str) -> HttpResponse:
    """Register a signed paper: its scan, and whose signatures stand on it."""
    if request.method == "POST":
        given = [seat_number(one) for one in request.POST.getlist("seat")]
        seats = [seat for seat in given if seat is not None] + ([None] if "us" in request.POST else [])
        sent = request.FILES.get("scan")
        content = sent.read() if sent is not None else b""
        contracting.register(conversation, request.POST.get("contract", ""), content, seats, staff=signed_in(request))
        return _back(conversation)
    context = {
        "contract": showing_contract.text(_open(conversation)),
        "parties": showing_contract.parties(ledger.state(conversation)),
        "here": reverse("contract_scan", args=[conversation]),
        "back": reverse("contract", args=[conversation]),
    }
    return render(request, "web/contract_scan.html", context)


def _open(conversation: str) -> Seen:
    seen = contracting.look(conversation)
    if seen is None or seen.standing is not Standing.OPEN or not sights.look(conversation).settled:
        raise UnknownError
    return seen


# The device, handed round -------------------------------------------------------------------------------------


@require_GET
@own
def begin(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show what the next person sees first."""
    return _hand_over(request, conversation)


@require_POST
@own
def take(request: HttpRequest, conversation: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Begin a turn."""
    _open(conversation)
    turn, token = visitor.admit(conversation)
    turn.expires_ms = now_ms() + PASS_MS
    turn.save(update_fields=["expires_ms"])
    return redirect("contract_turn", conversation, token)


@require_http_methods(["GET", "HEAD", "POST"])
@own
def turn(request: HttpRequest, conversation: str, token: str) -> HttpResponse:
    """Ask who somebody is, then for a signature; afterwards this address shows nothing of it."""
    now = visitor.known(token)
    if now is None or now.conversation_id != conversation:
        return _hand_over(request, conversation, begun=True)
    seen, state = _open(conversation), ledger.state(conversation)
    if request.method == "POST" and now.seat is None:
        seat = seat_of(request)
        if not contracting.is_party(state, seat):
            raise UnknownError
        now.seat = seat
        now.save(update_fields=["seat"])
        return redirect("contract_turn", conversation, token)
    if request.method == "POST" and "signs" in request.POST:
        _take(request, conversation, now.seat, Way.DEVICE)
        now.delete()
        return redirect("contract_handed", conversation)
    context = frame(sights.look(conversation), "contract/hand") | {
        "action": reverse("contract_turn", args=[conversation, token]),
        "contract": showing_contract.text(seen),
        "seats": showing_contract.parties(state),
    }
    return render(request, f"web/device_contract{'_who' if now.seat is None else ''}.html", context)


@require_GET
@own
def handed(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the end of a turn: the same after a signature and after none."""
    return _hand_over(request, conversation, begun=True)


def _hand_over(request: HttpRequest, conversation: str, *, begun: bool = False) -> HttpResponse:
    context = frame(sights.look(conversation), "contract/hand") | {"begun": begun}
    return render(request, "web/device_contract_hand.html", context)


# Listening back -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@listener
def afterwards(request: HttpRequest, session: Hearing) -> HttpResponse:
    """Show somebody who listens back the contract, and take a signature as long as it can be signed."""
    seen = showing_contract.for_listener(session)
    if seen is None:
        raise UnknownError
    if request.method == "POST":
        _take(request, session.conversation_id, session.seat, Way.AFTERWARDS)
        return render(request, "web/hear_contract_thanks.html")
    files = [f"{one}.pdf" for one in ("nl", "en") if _has(session, seen, one)]
    return render(request, "web/hear_contract.html", {"contract": showing_contract.text(seen), "files": files})


def _has(session: Hearing, seen: Seen, kind: str) -> bool:
    # On a device of ours nothing is left behind.
    return session.code is not None and seen.standing is Standing.MADE and seen.row.files.filter(kind=kind).exists()


@require_safe
@listener
def own_pdf(request: HttpRequest, session: Hearing, name: str) -> HttpResponseBase:  # noqa: ARG001 - a view
    """Give somebody who listens back the sealed contract."""
    seen, kind = showing_contract.for_listener(session), name.removesuffix(".pdf")
    if seen is None or not _has(session, seen, kind):
        raise UnknownError
    return _file(contracting.file(session.conversation_id, seen.row.version, kind), "contract.pdf")


urlpatterns = [
    path("p/contract/sign", sign),
    path("g/<str:conversation>/contract/offer", offer),
    path("g/<str:conversation>/contract/sign", sign_for_us, name="contract_sign"),
    path("g/<str:conversation>/contract/paper", paper, name="contract_paper"),
    path("g/<str:conversation>/contract/scan", register, name="contract_scan"),
    path("g/<str:conversation>/contract/file/<str:name>", pdf, name="contract_pdf"),
    path("g/<str:conversation>/contract/hand", begin, name="contract_hand"),
    path("g/<str:conversation>/contract/hand/next", take),
    path("g/<str:conversation>/contract/hand/done", handed, name="contract_handed"),
    path("g/<str:conversation>/contract/hand/<str:token>", turn, name="contract_turn"),
    path("luister/contract", afterwards, name="hear_contract"),
    path("luister/contract/<str:name>", own_pdf, name="hear_contract_pdf"),
]
