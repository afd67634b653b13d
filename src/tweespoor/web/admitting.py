"""Pages on which somebody gets a code to listen back: on the own phone after the conversation, or from the worker.

A code is shown once, in the answer to the word that was chosen; it is not kept, and going back shows nothing of it.
What the confirmation (P8) shows stays the same for everyone present: the choice is made on a page of one's own, and
what the worker sees is the same whether somebody has a code or not (law 11).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tweespoor.casework import admitting, codewords, confirming, ledger, settling
from tweespoor.casework import sight as sights
from tweespoor.casework.models import Hearing, Visitor
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions_after
from tweespoor.web import codes, visitor
from tweespoor.web.desk import own
from tweespoor.web.showing import day, names
from tweespoor.web.staffing import signed_in

PAPER, PHONE, NONE = "paper", "phone", "none"


# On the own phone -------------------------------------------------------------------------------------


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@visitor.participant
def own_code(request: HttpRequest, phone: Visitor) -> HttpResponse:
    """Let somebody choose a word after the conversation, and show the code that belongs to it."""
    sight = sights.look(phone.conversation_id)
    seat = phone.seat
    may = sight.row.finished_ms and sight.recorded
    if seat is None or not may or not conditions_after.listens_back(sight.state, seat):
        raise UnknownError
    on = request.POST.get("on", "") or request.GET.get("on", "")
    on = on if on in {PAPER, PHONE, NONE} else PAPER
    if on == NONE:
        return render(request, "web/code_none.html", {"back": reverse("participant")})
    if conditions_after.needs_judging(sight.state, seat):
        return render(request, "web/code_ask.html", {"back": reverse("participant")})
    context: dict[str, object] = {"here": reverse("own_code"), "on": on, "back": reverse("participant")}
    if request.method != "POST":
        return _ask(request, context)
    word = request.POST.get("word", "")
    if not codewords.is_word(word):
        return _ask(request, context, wrong=True)
    return _card(request, phone.conversation_id, admitting.issue(phone.conversation_id, seat, word), context)


def _ask(request: HttpRequest, context: dict[str, object], *, wrong: bool = False) -> HttpResponse:
    context = context | {"wrong": wrong, "least": codewords.LEAST, "most": codewords.MOST}
    return render(request, "web/code_word.html", context, status=422 if wrong else 200)


def _card(request: HttpRequest, conversation: str, code: str, context: dict[str, object]) -> HttpResponse:
    """Show a code as the card on which it goes along, with the mark of the recording as a picture."""
    known = confirming.confirmation(conversation)
    receipt = None if known is None else known.receipt
    mark = None if receipt is None else codes.square(receipt.code.upper())
    shown = {
        "code": code.split(),
        "address": f"{codes.short_address()}{reverse('hear')}",
        "mark": mark,
        "names_us": settling.house().card_names_us,
    }
    return render(request, "web/code_card.html", context | shown)


# From the worker --------------------------------------------------------------------------------------


@require_GET
@own
def given(request: HttpRequest, conversation: str) -> HttpResponse:
    """List who may have a code: the same for everyone, whether there is one or not."""
    return render(request, "web/codes.html", listed(conversation, reverse("codes", args=[conversation])))


def listed(conversation: str, here: str) -> dict[str, object]:
    """Give what a list of people with their codes shows."""
    state = ledger.state(conversation)
    called = names(state)
    seats = [
        {"number": seat, "name": called[seat], "young": conditions_after.needs_judging(state, seat)}
        for seat in admitting.people(conversation)
    ]
    opened = sights.look(conversation).row.opened_ms
    return {"here": here, "seats": seats, "day": day(opened), "conversation": conversation}


@require_POST
@own
def give(request: HttpRequest, conversation: str) -> HttpResponse:
    """Hand the device to somebody who chooses a word; a new code ends what there was."""
    able = request.POST.get("able") == "yes"
    token = admitting.offer_word(conversation, seat_in(request), signed_in(request), able=able)
    return redirect("code_turn", conversation, token)


@require_POST
@own
def reopen(request: HttpRequest, conversation: str) -> HttpResponse:
    """Open a code again that was closed by ten wrong words."""
    admitting.reopen(conversation, seat_in(request), signed_in(request))
    return render(
        request, "web/codes.html", listed(conversation, reverse("codes", args=[conversation])) | {"did": "reopen"}
    )


@require_POST
@own
def end(request: HttpRequest, conversation: str) -> HttpResponse:
    """Ask whether that is meant, and end every code and link of one person."""
    seat, back = seat_in(request), reverse("codes", args=[conversation])
    if request.POST.get("sure") != "yes":
        name = names(ledger.state(conversation)).get(seat)
        if name is None:
            raise UnknownError
        return render(request, "web/codes_end.html", {"here": back, "seat": seat, "name": name})
    admitting.shut_out(conversation, seat, staff=signed_in(request))
    return render(request, "web/codes.html", listed(conversation, back) | {"did": "end"})


@require_POST
@own
def here(request: HttpRequest, conversation: str) -> HttpResponse:
    """Let somebody listen with us, on a device of ours."""
    return offer_here(request, conversation, reverse("codes", args=[conversation]))


def offer_here(request: HttpRequest, conversation: str, back: str) -> HttpResponse:
    """Show how listening begins on a device of the organisation: by a picture, or on this one."""
    able = request.POST.get("able") == "yes"
    token = admitting.offer_here(conversation, seat_in(request), signed_in(request), able=able)
    address = reverse("hear_here", args=[token])
    context = {"url": address, "code": codes.square(codes.whole(address)), "back": back}
    return render(request, "web/codes_here.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@own
def turn(request: HttpRequest, conversation: str, token: str) -> HttpResponse:
    """Let whoever has the device choose a word; afterwards this address shows nothing of it."""
    back = reverse("codes", args=[conversation])
    try:
        row = admitting.turn(token, Hearing.Step.WORD)
    except UnknownError:
        return redirect(back)
    if row.conversation_id != conversation:
        raise UnknownError
    context = {"here": reverse("code_turn", args=[conversation, token]), "on": PAPER, "back": back, "device": True}
    if request.method != "POST":
        return _ask(request, context)
    word = request.POST.get("word", "")
    if not codewords.is_word(word):
        return _ask(request, context, wrong=True)
    return _card(request, conversation, admitting.choose(token, word), context)


def seat_in(request: HttpRequest) -> int:
    """Give the seat that was chosen from a list; raises UnknownError."""
    given_seat = request.POST.get("seat", "")
    if not (given_seat.isascii() and given_seat.isdigit() and len(given_seat) < 6):  # noqa: PLR2004 - seats are few
        raise UnknownError
    return int(given_seat)


urlpatterns = [
    path("p/code", own_code, name="own_code"),
    path("g/<str:conversation>/codes", given, name="codes"),
    path("g/<str:conversation>/codes/give", give),
    path("g/<str:conversation>/codes/reopen", reopen),
    path("g/<str:conversation>/codes/end", end),
    path("g/<str:conversation>/codes/here", here),
    path("g/<str:conversation>/codes/<str:token>", turn, name="code_turn"),
]
