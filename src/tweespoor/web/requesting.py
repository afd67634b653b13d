"""Pages about what people ask and hand in: for the privacy officer alone (law 11)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tweespoor.casework import attaching, keeping, ledger, requesting, telling
from tweespoor.casework.attaching import LONGEST
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Attachment, Role
from tweespoor.casework.models import Request as Asked
from tweespoor.casework.telling import Way
from tweespoor.errors import UnknownError
from tweespoor.rules.requests import DECISIONS, Asker, Decision, Request, Wish
from tweespoor.web import deskwords, keepingwords, moments, words
from tweespoor.web.keeping import conversation_for
from tweespoor.web.keepingwords import date_of
from tweespoor.web.showing import names, time_of_day
from tweespoor.web.staffing import only, signed_in

HANDED_IN = (Attachment.Kind.CORRECTION, Attachment.Kind.STATEMENT)
TRUTH = {"yes": True, "no": False}


@require_http_methods(["GET", "HEAD", "POST"])
@conversation_for(Role.OFFICER)
def ask(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note a request: who asks what, when it came, and what was found of a young person."""
    given, wrong = request.POST, []
    if request.method == "POST":
        came = moments.read(given.get("came", "")) if given.get("came") else None
        seat = given.get("seat", "")
        if not (seat.isascii() and seat.isdigit() and len(seat) < 4):  # noqa: PLR2004 - a seat is a small number
            wrong.append("seat")
        if given.get("wish") not in set(Wish):
            wrong.append("wish")
        if given.get("asker") not in set(Asker):
            wrong.append("asker")
        if given.get("came") and came is None:
            wrong.append("came")
        if not wrong:
            who = Request(Asker(given["asker"]), TRUTH.get(given.get("able", "")), TRUTH.get(given.get("harms", "")))
            made = requesting.ask(
                conversation,
                int(seat),
                Wish(given["wish"]),
                who,
                staff=signed_in(request),
                came_ms=None if came is None else came.starts_ms,
            )
            return redirect("request", made.pk)
    context = {
        "conversation": conversation,
        "day": date_of(keeping.row_of(conversation).opened_ms),
        "people": _people(conversation),
        "wishes": keepingwords.WISHES.items(),
        "askers": keepingwords.ASKERS.items(),
        "given": given,
        "wrong": wrong,
    }
    return render(request, "web/keeping_ask.html", context, status=422 if wrong else 200)


@require_safe
@only(Role.OFFICER)
def asked(request: HttpRequest, number: int) -> HttpResponse:
    """Show a request, its term, and what can be decided."""
    return _show(request, requesting.find(number))


def _show(request: HttpRequest, one: Asked, *, wrong: str = "", status: int = 200) -> HttpResponse:
    state = ledger.state(one.conversation_id)
    codes = requesting.obstacles(one) if one.wish == Wish.ACCESS else ()
    due = deskwords.due(one.due_ms, now_ms())
    stays = one.wish == Wish.WIPE and state.hold is not None
    context = {
        "asked": one,
        "conversation": one.conversation_id,
        "day": date_of(one.conversation.opened_ms),
        "what": keepingwords.WISHES[one.wish],
        "who": names(state).get(one.seat, ""),
        "kind": keepingwords.PEOPLE[state.seats[one.seat].kind],
        "asker": keepingwords.ASKERS[one.asker],
        "came": date_of(one.came_ms),
        "due": due["due"],
        "late": due["now"],
        "due_day": date_of(one.due_ms),
        "against": [words.refusal((code,)).says for code in codes],
        "decisions": [
            (decision, keepingwords.DECISIONS[decision])
            for decision in DECISIONS[Wish(one.wish)]
            if not (codes and decision is Decision.GIVE) and not (stays and decision is Decision.WIPE)
        ],
        "decided": keepingwords.answer(one.decision, requesting.outcome_of(one)) if one.decision else "",
        "again": date_of(one.again_ms) if one.again_ms else "",
        "decided_day": date_of(one.decided_ms) if one.decided_ms else "",
        "is_wipe": one.wish == Wish.WIPE,
        "stays": stays,
        "reached": _reached(one),
        "longest": LONGEST,
        "wrong": wrong,
    }
    return render(request, "web/keeping_request.html", context, status=status)


def _reached(one: Asked) -> str:
    """Say how the person hears that there is an answer; the worker is not told (law 11)."""
    way = telling.way_of(one.conversation_id, one.seat)
    if way in telling.BY_MESSAGE and telling.can_send(way):
        return _("Er gaat een neutraal bericht dat er iets klaarstaat.")
    if way is Way.CALL:
        return _("Vertel het zelf. Alleen bellen is veilig.")
    return _("Vertel het zelf. Er is geen veilige weg bekend.")


@require_POST
@only(Role.OFFICER)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Decide on a request; who is second sees what was decided."""
    given = request.POST.get("decision", "")
    if given not in set(Decision):
        return _show(request, requesting.find(number), wrong="decision", status=422)
    if not request.POST.get("reason", "").strip() and given not in {Decision.GIVE, Decision.WIPE}:
        return _show(request, requesting.find(number), wrong="reason", status=422)
    requesting.decide(number, Decision(given), request.POST.get("reason", ""), staff=signed_in(request))
    return redirect("request", number)


@require_safe
@only(Role.OFFICER)
def letter(request: HttpRequest, number: int) -> HttpResponse:
    """Show the letter of answer, to print; it tells of this person and of nobody else."""
    found = requesting.letter(number, staff=signed_in(request))
    one = found.request
    context = {
        "number": number,
        "wish": one.wish,
        "decision": one.decision,
        "outcome": found.outcome,
        "says": keepingwords.answer(one.decision, found.outcome),
        "date": date_of(one.decided_ms or now_ms()),
        "due": date_of(one.due_ms) if one.due_ms > now_ms() else "",
        "wiped": found.wiped,
        "came": date_of(one.came_ms),
        "day": date_of(found.row.opened_ms),
        "dossier": found.row.dossier,
        "reason": found.reason,
        "known": found.known,
        "kind": keepingwords.PEOPLE[found.known.kind],
        "used": [date_of(at) for at in found.known.used],
        "minutes": [{"begin": time_of_day(span.begin), "end": time_of_day(span.end)} for span in found.minutes],
        "listened": found.listened,
        "is_there": found.is_there,
        "kept_until": date_of(found.kept_until) if found.kept_until else "",
        "erasable": date_of(found.erasable) if found.erasable else "",
        "done": date_of(found.done) if found.done else "",
        "certain": date_of(found.certain) if found.certain else "",
    }
    return render(request, "web/keeping_letter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@conversation_for(Role.OFFICER)
def attach(request: HttpRequest, conversation: str) -> HttpResponse:
    """Attach a correction or an own statement."""
    given, wrong = request.POST, []
    if request.method == "POST":
        seat = given.get("seat", "")
        if not (seat.isascii() and seat.isdigit() and len(seat) < 4):  # noqa: PLR2004 - a seat is a small number
            wrong.append("seat")
        if given.get("kind") not in HANDED_IN:
            wrong.append("kind")
        if not 1 <= len(attaching.tidy(given.get("text", ""))) <= LONGEST:
            wrong.append("text")
        if not wrong:
            kind = Attachment.Kind(given["kind"])
            attaching.attach(conversation, int(seat), kind, given["text"], staff=signed_in(request))
            return redirect("keeping_conversation", conversation)
    context = {
        "conversation": conversation,
        "day": date_of(keeping.row_of(conversation).opened_ms),
        "people": _people(conversation),
        "kinds": [(kind, keepingwords.ATTACHED[kind]) for kind in HANDED_IN],
        "longest": LONGEST,
        "given": given,
        "wrong": wrong,
    }
    return render(request, "web/keeping_attach.html", context, status=422 if wrong else 200)


def _people(conversation: str) -> list[dict[str, object]]:
    state = ledger.state(conversation)
    called = names(state)
    people = [
        {"seat": str(one.seat), "name": called[one.seat], "kind": keepingwords.PEOPLE[one.kind]}
        for one in requesting.people(state)
    ]
    if not people:
        raise UnknownError
    return people


urlpatterns = [
    path("desk/keeping/request/<int:number>/", asked, name="request"),
    path("desk/keeping/request/<int:number>/decide", decide, name="request_decide"),
    path("desk/keeping/request/<int:number>/letter", letter, name="request_letter"),
    path("desk/keeping/<str:conversation>/request", ask, name="keeping_request"),
    path("desk/keeping/<str:conversation>/attach", attach, name="keeping_attach"),
]
