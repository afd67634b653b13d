"""What the worker's screen shows: never who answered what, only how many answers are in."""

from collections.abc import Callable, Iterable, Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tweespoor.casework import settling, tasks
from tweespoor.casework import sight as sights
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Task, Visitor
from tweespoor.casework.sight import Sight
from tweespoor.rules import agreements as texts
from tweespoor.rules import conditions
from tweespoor.rules.kinds import Children, Kind, Offered, Place, RoundCause
from tweespoor.rules.state import Conversation, Running
from tweespoor.web import deskwords, showing_contract
from tweespoor.web.showing import Shown, day, names, receipt, seats

Holds = Mapping[str, object]

FEW = (2, 3, 4, 5)
MANY = (6, 7, 8, 9, 10, 11, 12)

OFFERS: dict[Offered, Promise] = {
    Offered.LISTENER_NOW: gettext_lazy("Ja, nu iemand bellen"),
    Offered.LISTENER_NEXT_TIME: gettext_lazy("Ja, volgende keer"),
    Offered.NOTHING_WANTED: gettext_lazy("Nee, dank je"),
    Offered.NOTES_ON_PAPER: gettext_lazy("Verslag op papier"),
    Offered.SUMMARY: gettext_lazy("Samenvatting aan het eind"),
}

PAGES: dict[str, str] = {Task.Kind.INTEREST_LINE: "interest-line"}
"""Tasks with a page of their own: what it asks is not for the table at which the conversation was."""

ELSEWHERE: dict[str, str] = {Task.Kind.WIPING: "keeping_conversation", Task.Kind.QUESTION: "desk_questions"}
"""Tasks that are done beside the conversation, by the name of the page."""

TASKS: dict[str, Promise] = {
    Task.Kind.INTEREST_LINE: gettext_lazy("Schrijf op waarom opnemen niet goed was voor het kind"),
    Task.Kind.AGREEMENTS: gettext_lazy("De afspraken staan nog niet op de opname"),
    Task.Kind.OFFER: gettext_lazy("Schrijf op wat er kwam van het aanbod"),
    Task.Kind.UNFILED: gettext_lazy("Kies een dossier bij dit gesprek"),
    Task.Kind.DECLINE_REVIEW: gettext_lazy("Bespreek met de manager waarom we niet opnamen"),
    Task.Kind.SECRET: gettext_lazy("De privacyfunctionaris kijkt naar het geheime adres"),
    Task.Kind.WIPING: gettext_lazy("Deze opname kan later gewist worden. Bezwaar maken kan."),
    Task.Kind.QUESTION: gettext_lazy("Antwoord op een vraag over delen of knippen"),
}

DEVICE = Shown("DEVICE", "", {})
"""The worker's device in somebody else's hands: it stays as it is, whatever happens meanwhile."""


def shown(sight: Sight, step: str = "") -> Shown:
    """Give the worker's screen; a step that does not belong to it any more gives the screen itself."""
    screen = sights.worker_screen(sight)
    if step in STEPS and screen in STEPS[step][0] and _may_step(sight, step):
        _, hold = STEPS[step]
        return Shown(f"{screen}.{step}", f"web/{step}.html", hold(sight))
    hold = SCREENS.get(screen, _nothing)
    return Shown(screen, f"web/{screen.lower()}.html", hold(sight))


def _may_step(sight: Sight, step: str) -> bool:
    if step == "speak":
        part = sight.state.parts.get(sight.state.part)
        return part is not None and part.postponed and not part.spoken
    return sight.state.round_open or step not in {"phone", "slip", "decline"}


def _nothing(sight: Sight) -> Holds:  # noqa: ARG001 - a screen in which nothing differs
    return {}


def counting(people: int | None = None, *, wrong: bool = False) -> dict[str, object]:
    """Give what the question «how many are we» shows."""
    return {"few": FEW, "many": MANY, "people": people, "wrong": wrong}


def _w2(sight: Sight) -> Holds:
    return counting(sight.state.people)


def _w3(sight: Sight) -> Holds:
    return {"child_present": sight.state.children is Children.PRESENT}


def _w4(sight: Sight) -> Holds:
    state, row = sight.state, sight.row
    if not state.round_open:
        return {"pending": True, "script": [told(sentence) for sentence in texts.read_before(state.items)]}
    valid = bool(row.join_token) and row.code_until_ms > now_ms()
    return {
        "pending": False,
        "token": row.join_token if valid else "",
        "figures": f"{row.figures[:3]} {row.figures[3:]}" if valid else "",
        "answered": sight.answered,
        "expected": sight.expected,
        "asks_alone": sight.asks_alone,
        "asks_guardian": sight.asks_guardian,
        "own_apps": state.own_apps,
        "may_recount": state.round == 1,
        "newcomer": state.round_cause is RoundCause.NEWCOMER,
        "changed": state.round_cause is RoundCause.CHANGED,
        "script": [told(sentence) for sentence in texts.read_before(state.items)],
    }


def _w5(sight: Sight) -> Holds:
    state = sight.state
    return {
        "ready": [_number(state, seat) for seat in sight.ready],
        "own_apps": state.own_apps,
        "requested": state.requested,
        "may_start": bool(conditions.may_start(state, recorders=len(sight.ready))),
        "may_request": settling.house().records_on_request and not state.requested,
    }


def _w6(sight: Sight) -> Holds:
    state = sight.state
    return {
        "seats": seats(state, state.asked),
        "script": [told(sentence) for sentence in texts.read_on_recording(state.items)],
        "may_undo": sight.wrong_start_possible,
        "theirs_name": _theirs(sight),
        "speaking_now": state.parts[state.part].postponed,
    }


def _w7(sight: Sight) -> Holds:
    state = sight.state
    part = state.parts[state.part]
    return {
        "theirs_name": _theirs(sight),
        "postponed": part.postponed and not part.spoken,
        "marks": len(state.marks),
        "may_undo": sight.wrong_start_possible,
        "own_apps": state.own_apps,
    }


def _wleave(sight: Sight) -> Holds:
    state = sight.state
    return {"seats": seats(state, state.asked) + seats(state, state.staff)}


def _wnee(sight: Sight) -> Holds:
    house = settling.house()
    return {
        "may_ask_again": sight.may_ask_again,
        "offered": [OFFERS[offered] for offered in dict.fromkeys(sight.state.offered)],
        "notes": house.offers_notes,
        "summary": house.offers_summary,
    }


def _wfail_theirs(sight: Sight) -> Holds:
    return {"own_apps": sight.state.own_apps}


def _w9(sight: Sight) -> Holds:
    state, row = sight.state, sight.row
    open_kinds = set(tasks.open_of(row.pk).values_list("kind", flat=True))
    return {
        "recorded": sight.recorded,
        "minutes": max(1, round((sight.elapsed_ms or 0) / 60_000)),
        "sending": any(track.ours and not track.sealed for track in state.tracks.values()),
        "unspoken": Task.Kind.AGREEMENTS in open_kinds,
        "dossier": row.dossier,
        "secret": state.secret,
        "offer_open": Task.Kind.OFFER in open_kinds,
        "offered": [],
    }


def _later(sight: Sight) -> Holds:
    return {**_w9(sight), "later": True}


def _receipts(sight: Sight) -> Holds:
    return receipt(sight.row.pk)


def _phone(sight: Sight) -> Holds:
    state = sight.state
    known = callers(state)
    return {
        "seats": seats(state, known) if _again(state) else [],
        "room_left": room_left(state),
        "known": len(known),
    }


def _slip(sight: Sight) -> Holds:
    state = sight.state
    known = without_phone(sight)
    return {
        "seats": seats(state, known) if _again(state) else [],
        "room_left": room_left(state),
        "known": len(known),
    }


def callers(state: Conversation) -> set[int]:
    """Give the seats of people who take part by telephone."""
    return {seat for seat in state.asked if state.seats[seat].place is Place.PHONE}


def _decline(sight: Sight) -> Holds:
    return _nothing(sight)


def room_left(state: Conversation) -> bool:
    """Tell whether somebody can still take a seat."""
    return len(state.present) < (state.people or 0)


def _again(state: Conversation) -> bool:
    """Tell whether people who have a seat already may have to answer again without a phone of their own."""
    return state.round > 1 or not room_left(state)


def without_phone(sight: Sight) -> set[int]:
    """Give the seats of people in the room who have no phone of their own in this conversation."""
    with_phone = Visitor.objects.filter(
        conversation_id=sight.row.pk, seat__isnull=False, expires_ms__gt=now_ms()
    ).values_list("seat", flat=True)
    state = sight.state
    return {seat for seat in state.asked if state.seats[seat].place is Place.ROOM} - set(with_phone)


def seats_for_device(sight: Sight) -> list[dict[str, object]]:
    """Give the seats among which somebody chooses who gets the device again, in a later round."""
    return seats(sight.state, without_phone(sight)) if _again(sight.state) else []


def _number(state: Conversation, seat: int) -> int:
    return sorted(one for one in state.seats if state.seats[one].kind is not Kind.STAFF).index(seat) + 1


def _theirs(sight: Sight) -> str:
    """Name the lower line: a number, never a name; whether it has a wave depends on its owner's choice."""
    if sight.ready:
        name = names(sight.state)[sight.ready[0]]
        return _("Opname van %(name)s") % {"name": name[:1].lower() + name[1:]}
    return _("Opname met een eigen app") if sight.state.own_apps else _("Geen andere opname")


def agreements(state: Conversation) -> list[dict[str, object]]:
    """Give the seven agreements as they stand, and the alternative where there is one."""
    listed: list[dict[str, object]] = []
    for agreement, choice in zip(texts.AGREEMENTS, state.items, strict=True):
        others = [
            {"choice": number, "says": told(one.text)}
            for number, one in enumerate(agreement.choices)
            if number != choice and texts.is_choice(agreement.item, number, on_request=state.records_on_request)
        ]
        listed.append(
            {
                "number": agreement.item,
                "asks": told(agreement.question),
                "says": told(agreement.choices[choice].text),
                "other": others[0] if others else None,
            }
        )
    return listed


def told(sentence: texts.Sentence) -> str:
    """Give a sentence of the agreements in the language of the page; translators find it under its Dutch words."""
    return _(sentence.nl).replace("{house}", settling.house().organisation)


def open_tasks(found: Iterable[Task]) -> list[dict[str, object]]:
    """Give the open tasks of a worker as lines of a list, each with the day on which it is due."""
    now = now_ms()
    listed: list[dict[str, object]] = []
    for task in found:
        when = deskwords.due(task.due_ms, now)
        listed.append(
            {
                "day": when["due"],
                "now": when["now"],
                "url": reverse(ELSEWHERE[task.kind], args=[task.conversation_id])
                if task.kind in ELSEWHERE
                else f"/g/{task.conversation_id}/{PAGES.get(task.kind, '')}",
                "what": TASKS[task.kind],
                "more": _("Gesprek van %(day)s.") % {"day": day(task.conversation.opened_ms)},
            }
        )
    return listed


def is_live(state: Conversation) -> bool:
    """Tell whether a recording runs or stands still."""
    return state.running in (Running.RUNNING, Running.PAUSED)


SCREENS: dict[str, Callable[[Sight], Holds]] = {
    "W2": _w2,
    "W3": _w3,
    "W4": _w4,
    "W5": _w5,
    "W6": _w6,
    "W7": _w7,
    "WLEAVE": _wleave,
    "WNEE": _wnee,
    "WSTOP": _wnee,
    "WFAIL-THEIRS": _wfail_theirs,
    "W9": _w9,
}

STEPS: dict[str, tuple[frozenset[str], Callable[[Sight], Holds]]] = {
    "phone": (frozenset({"W4"}), _phone),
    "slip": (frozenset({"W4"}), _slip),
    "decline": (frozenset({"W4"}), _decline),
    "speak": (frozenset({"W7"}), _w6),
    "offer": (frozenset({"WSTOP", "WNEE"}), _wnee),
    "later": (frozenset({"W9"}), _later),
    "receipts": (frozenset({"W9"}), _receipts),
    "interest-line": (frozenset({"W9"}), _w9),
    "contract": (frozenset({"W5", "W6", "W7", "W8", "WSTOP", "W9"}), showing_contract.for_worker),
}
"""The pages one tap further, and the screens to which they belong."""
