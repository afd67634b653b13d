"""Pages about keeping: the terms of the house, what is due, one conversation, holds, and the register.

Manager and records clerk look; the privacy officer decides.  Nothing here wipes: that takes a page of its own.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import update_wrapper, wraps
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tweespoor.casework import (
    attaching,
    dropping,
    holding,
    keeping,
    ledger,
    recalling,
    requesting,
    settling,
    tasks,
    wiping,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.keeping import LISTED, Due
from tweespoor.casework.models import Attachment, Conversation, Keeping, Request, Role, Staff, Task, Wiping
from tweespoor.errors import UnknownError
from tweespoor.rules.keeping import Term
from tweespoor.rules.kinds import Ground
from tweespoor.rules.state import Conversation as State
from tweespoor.rules.state import Part
from tweespoor.web import clearing, deskwords, keepingwords
from tweespoor.web.keepingwords import date_of
from tweespoor.web.showing import names
from tweespoor.web.staffing import only, signed_in

P = ParamSpec("P")

FIRST: Final = 5
"""How many lines of each list the page of all lists shows; the rest stands on pages of their own."""
READERS: Final = (Role.OFFICER, Role.MANAGER, Role.CLERK)
_ID: Final = re.compile(r"[0-9a-f]{32}")
_YEAR: Final = re.compile(r"[0-9]{4}")


def conversation_for(
    *roles: Role, own: bool = False
) -> Callable[[Callable[Concatenate[HttpRequest, str, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Let somebody with one of these roles at a conversation that is kept; with ``own`` also whose it is."""

    def wrap(view: Callable[Concatenate[HttpRequest, str, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @only(*Role)
        @wraps(view)
        def guarded(request: HttpRequest, conversation: str, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not _ID.fullmatch(conversation):
                raise UnknownError
            row, staff = keeping.row_of(conversation), signed_in(request)
            if staff.role not in roles and not (own and row.worker_id == staff.pk):
                raise UnknownError
            return view(request, conversation, *args, **kwargs)

        def by_name(request: HttpRequest, conversation: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            return guarded(request, conversation, *args, **kwargs)

        update_wrapper(by_name, view)
        return by_name

    return wrap


@require_safe
@only(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the terms of the house, and every list: what is due, announced, asked, held."""
    staff, now = signed_in(request), now_ms()
    is_officer = staff.role == Role.OFFICER
    context = {
        "terms": terms(),
        "due": [_due_line(one) for one in keeping.due(FIRST)],
        "announced": [_announced_line(one, now) for one in wiping.under_way()[:FIRST]],
        "ending": [_ending_line(row, now) for row in dropping.announced(FIRST)],
        "requests": [request_line(one, now) for one in requesting.open_now()[:FIRST]] if is_officer else [],
        "held": [_held_line(one) for one in holding.held(FIRST)],
        "is_officer": is_officer,
        "first": FIRST,
        "log": clearing.told(staff),
    }
    return render(request, "web/keeping.html", context)


@require_safe
@only(*READERS)
def held(request: HttpRequest) -> HttpResponse:
    """Show everything on which a hold stands, page by page."""
    page = holding.held_after(request.GET.get("after", ""))
    context = {
        "held": [_held_line(one) for one in page.rows],
        "next": f"{reverse('keeping_held')}?{urlencode({'after': page.after})}" if page.after else "",
    }
    return render(request, "web/keeping_held.html", context)


def terms() -> list[str]:
    """Say how long the house keeps, on what ground, and when that was looked up; or that nobody did."""
    house = settling.house()
    if not house.retention_years:
        return [_("De bewaartijd is nog niet ingevuld."), _("Daarom staat hier niets om te wissen.")]
    years = house.retention_years
    said = [ngettext("We bewaren %(years)s jaar.", "We bewaren %(years)s jaar.", years) % {"years": years}]
    if house.retention_until_adult:
        said.append(_("En zeker tot het jongste kind 18 is."))
    if house.sound_years:
        short = house.sound_years
        said.append(ngettext("Geluid: %(years)s jaar.", "Geluid: %(years)s jaar.", short) % {"years": short})
    said.append(_("Bron: %(source)s.") % {"source": house.retention_source.rstrip(".")})
    said.append(
        _("Nagekeken op %(date)s.")
        % {"date": formats.date_format(date.fromisoformat(house.retention_checked), "j F Y")}
    )
    said.append(_("Bezwaar maken kan %(days)s dagen.") % {"days": house.objection_days})
    return said


def _due_line(one: Due) -> dict[str, object]:
    what, more = keepingwords.DUE[one.what]
    return line(one.row, what, str(more))


def _announced_line(wiping_: Wiping, now: int) -> dict[str, object]:
    part = _("Deel %(part)s is vastgezet.") % {"part": wiping_.part}
    if now >= wiping_.erasable_ms:
        return line(wiping_.conversation, _("Wis dit deel, of maak bezwaar"), part, _("Nu"), now=True)
    more = f"{part} {_('Bezwaar maken kan nog.')}"
    return line(wiping_.conversation, _("Vastgezet om te wissen"), more, date_of(wiping_.erasable_ms))


def _ending_line(row: Conversation, now: int) -> dict[str, object]:
    when = row.keeping.drop_from_ms or now
    more = _("Wie het systeem beheert, wist de rest met een opdracht.")
    return line(row, _("Het bewaren eindigt"), more, date_of(when), now=now >= when)


def _held_line(noted: Keeping) -> dict[str, object]:
    since = _("Sinds %(date)s") % {"date": date_of(noted.hold_ms or 0)}
    return line(noted.conversation, keepingwords.HOLDS[noted.hold], _("Niets hiervan wordt gewist."), since)


def request_line(asked: Request, now: int) -> dict[str, object]:
    """Give one open request as a line: when it is due, what is asked, of which conversation, whether once more."""
    due = deskwords.due(asked.due_ms, now)
    talk = _("Gesprek van %(date)s.") % {"date": date_of(asked.conversation.opened_ms)}
    again = asked.again_ms and _("Opnieuw beslissen, sinds %(date)s.") % {"date": date_of(asked.again_ms)}
    return {
        "due": due["due"],
        "now": due["now"],
        "what": keepingwords.WISHES[asked.wish],
        "more": f"{talk} {again}" if again else talk,
        "url": reverse("request", args=[asked.pk]),
    }


def line(row: Conversation, what: object, more: str, due: str = "", *, now: bool = False) -> dict[str, object]:
    """Give one conversation as a line of a list."""
    talk = _("Gesprek van %(date)s.") % {"date": date_of(row.opened_ms)}
    url = reverse("keeping_conversation", args=[row.pk])
    return {"due": due, "now": now, "what": what, "more": f"{talk} {more}".strip(), "url": url}


# One conversation ------------------------------------------------------------------------------


@require_safe
@conversation_for(*READERS, own=True)
def conversation(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show how long a conversation is kept, and what was announced, asked and attached."""
    return show(request, conversation)


def show(request: HttpRequest, conversation: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    """Show a conversation; ``wrong`` names the form that was not filled in right."""
    staff, row, state = signed_in(request), keeping.row_of(conversation), ledger.state(conversation)
    is_officer = staff.role == Role.OFFICER
    noted, term, now = keeping.noted(conversation), keeping.term_of(row, state), now_ms()
    parts = [_part(part, conversation, state, now) for part in keeping.parts_of(state)]
    if staff.role not in READERS:
        for part in parts:  # that somebody asked for it is the desk's to know (law 11)
            part["ground"] = ""
    going = any(part["going"] for part in parts) or noted.drop_from_ms is not None
    context = {
        "day": date_of(row.opened_ms),
        "dossier": row.dossier,
        "conversation": conversation,
        "kept": _kept(state, term, noted, now),
        "asks_year": is_officer and settling.house().retention_until_adult and state.minor_concerned,
        "year": noted.adult_year,
        "hold": keepingwords.HOLDS[noted.hold] if noted.hold else "",
        "hold_since": date_of(noted.hold_ms) if noted.hold and noted.hold_ms else "",
        "holds": keepingwords.HOLDS.items(),
        "parts": parts,
        "ends": term is not None and term.until is not None and now >= term.until and noted.drop_from_ms is None,
        "end": date_of(noted.drop_from_ms) if noted.drop_from_ms is not None else "",
        "may_object": going and wiping.may_object(conversation, staff),
        "is_officer": is_officer,
        "is_desk": staff.role in READERS,
        "wrong": wrong,
        **(_of_people(conversation, state, now) if is_officer else {}),
    }
    return render(request, "web/keeping_conversation.html", context, status=status)


def _kept(state: State, term: Term | None, noted: Keeping, now: int) -> list[str]:
    """Say until when it is kept."""
    if noted.hold:
        return [_("Dit gesprek moet bewaard blijven."), _("Zolang dat zo is, wordt er niets gewist.")]
    if term is None:
        return [_("De bewaartijd is nog niet ingevuld.")]
    if keeping.parts_of(state) and term.sound_until != term.until:
        sound = _("Geluid: %(sentence)s") % {"sentence": keepingwords.until(term.sound_until)}
        return [sound, _("De rest: %(sentence)s") % {"sentence": keepingwords.until(term.until)}]
    over = term.until is not None and now >= term.until
    return [keepingwords.until(term.until), *([_("Die bewaartijd is voorbij.")] if over else [])]


def _part(part: Part, conversation: str, state: State, now: int) -> dict[str, object]:
    """Give a part as the page shows it: what is so, who did it, and what can be done."""
    last = wiping.latest(conversation, part.part)
    going = last is not None and last.objected_ms is None and last.done_ms is None
    told = {
        "number": part.part,
        "begin": date_of(part.started_at or part.agreed_at),
        "erased": bool(part.erased),
        "going": going,
        "ground": deskwords.GROUNDS.get(str(part.erased or part.locked), ""),
        "grounds": [],
        "wipes_now": False,
        "told": [],
    }
    if part.erased and last is not None and last.done_by is not None:
        told["told"] = [_said(_("Gewist op %(date)s door %(who)s."), last.done_ms, last.done_by)]
    elif going and last is not None:
        told["wipes_now"] = now >= last.erasable_ms
        told["told"] = [
            _said(_("Vastgezet op %(date)s door %(who)s."), last.announced_ms, last.announced_by),
            _("Wissen kan vanaf %(date)s.") % {"date": date_of(last.erasable_ms)},
        ]
    elif last is not None and last.objected_by is not None:
        told["told"] = [_said(_("Bezwaar op %(date)s door %(who)s."), last.objected_ms, last.objected_by)]
    if not part.erased and not going and state.hold is None:
        told["grounds"] = [(ground, deskwords.GROUNDS[ground]) for ground in _grounds(part, conversation, state, now)]
    return told


def _grounds(part: Part, conversation: str, state: State, now: int) -> list[Ground]:
    """Give the grounds on which the wiping of a part can be announced from here."""
    grounds = [part.locked] if part.locked in wiping.ALREADY_LOCKED and part.locked is not None else []
    return [*grounds, *([Ground.RETENTION_ENDED] if wiping.is_over(conversation, state, now) else [])]


def _said(sentence: str, ms: int | None, who: Staff) -> str:
    return sentence % {"date": date_of(ms or 0), "who": who.username}


def _of_people(conversation: str, state: State, now: int) -> dict[str, object]:
    """Give what people asked and attached; for the privacy officer alone (law 11)."""
    called = names(state)
    asked = requesting.of(conversation)
    kinds = (Attachment.Kind.CORRECTION, Attachment.Kind.STATEMENT, Attachment.Kind.OBJECTION)
    return {
        "requests": [request_line(one, now) for one in asked if one.decided_ms is None],
        "answered": [
            {
                "what": keepingwords.WISHES[one.wish],
                "more": keepingwords.answer(one.decision, requesting.outcome_of(one)),
                "due": date_of(one.decided_ms),
                "url": reverse("request", args=[one.pk]),
            }
            for one in asked
            if one.decided_ms is not None
        ],
        "unread": tasks.open_of(conversation).filter(kind=Task.Kind.NOTED).exists(),
        "attached": [
            {
                "kind": keepingwords.ATTACHED[one.kind],
                "who": called.get(one.seat, "") if one.seat is not None else "",
                "day": date_of(one.at_ms),
                "text": one.text,
            }
            for one in attaching.of(conversation, *kinds)
        ],
    }


@require_POST
@conversation_for(Role.OFFICER)
def year(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note in which year the youngest child becomes an adult."""
    given = request.POST.get("year", "").strip()
    if not _YEAR.fullmatch(given):
        return show(request, conversation, wrong="year", status=422)
    keeping.note_year(conversation, int(given), staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


@require_POST
@conversation_for(Role.OFFICER)
def read(request: HttpRequest, conversation: str) -> HttpResponse:
    """Note that the officer read what people wrote about a stretch."""
    recalling.read(conversation, staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


@require_POST
@conversation_for(Role.OFFICER)
def hold(request: HttpRequest, conversation: str) -> HttpResponse:
    """Place a hold."""
    holding.place(conversation, ground_of(request), staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


@require_POST
@conversation_for(Role.OFFICER)
def lift(request: HttpRequest, conversation: str) -> HttpResponse:
    """Lift the hold."""
    holding.lift(conversation, staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


@require_POST
@conversation_for(Role.OFFICER)
def end(request: HttpRequest, conversation: str) -> HttpResponse:
    """Announce that the keeping of a conversation ends."""
    dropping.announce(conversation, staff=signed_in(request))
    return redirect("keeping_conversation", conversation)


def ground_of(request: HttpRequest) -> Ground | None:
    """Give the ground that was chosen; None when none was, or what is none."""
    given = request.POST.get("ground", "")
    return Ground(given) if given in set(Ground) else None


@require_safe
@only(*READERS)
def register(request: HttpRequest) -> HttpResponse:
    """Show what is left of conversations whose keeping ended: the newest lines of the register."""
    lines = dropping.newest(LISTED)
    return render(request, "web/keeping_register.html", {"lines": lines, "grounds": deskwords.GROUNDS})


urlpatterns = [
    path("desk/keeping/", index, name="keeping"),
    path("desk/keeping/register", register, name="keeping_register"),
    path("desk/keeping/held", held, name="keeping_held"),
    path("desk/keeping/<str:conversation>/", conversation, name="keeping_conversation"),
    path("desk/keeping/<str:conversation>/year", year, name="keeping_year"),
    path("desk/keeping/<str:conversation>/read", read, name="keeping_read"),
    path("desk/keeping/<str:conversation>/hold", hold, name="keeping_hold"),
    path("desk/keeping/<str:conversation>/lift", lift, name="keeping_lift"),
    path("desk/keeping/<str:conversation>/end", end, name="keeping_end"),
]
