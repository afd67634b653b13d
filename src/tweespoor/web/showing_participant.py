"""What a participant's phone shows; it never depends on whose no or stop it was, nor on why (laws 5 and 10)."""

import json

from tweespoor.casework import countersigning
from tweespoor.casework import sight as sights
from tweespoor.casework.models import Visitor
from tweespoor.casework.sight import Sight
from tweespoor.rules.conditions_after import listens_back
from tweespoor.rules.kinds import Kind, RoundCause
from tweespoor.web import showing_contract
from tweespoor.web.showing import Shown, receipt

WITH_CONTRACT = frozenset({"P4", "P5", "PPAUSE", "PSTOP", "P8"})
"""The screens from which somebody can go to the contract, when there is one."""


def shown(sight: Sight, visitor: Visitor, step: str = "", *, claims: bool = False) -> Shown:
    """Give the screen of a phone; a step that does not belong to it any more gives the screen itself."""
    return showing_contract.for_participant(sight, visitor, step) or _live(sight, visitor, step, claims=claims)


def _live(sight: Sight, visitor: Visitor, step: str, *, claims: bool) -> Shown:
    screen = sights.participant_screen(sight, visitor)
    if screen == "PFAIL-OURS" and visitor.seat in sight.state.alone:
        screen = "P5"
    left = visitor.seat in sight.state.seats and visitor.seat not in sight.state.present
    may_answer = screen == "P3" and not visitor.staff and visitor.seat is not None and not left
    if screen in {"P2", "P6"} or (step == "again" and may_answer):
        return _asked(sight, visitor, step if screen == "P3" else "", claims=claims)
    if step == "wait" and screen == "PFAIL-OURS":
        return Shown("PPAUSE", "web/ppause.html", {"step": step})
    if screen == "P3" and (visitor.staff or left):
        return Shown("P3", "web/p3staff.html", {})
    holds = _holds(sight, visitor, screen)
    if screen in WITH_CONTRACT:
        holds |= {"contract": showing_contract.link(sight, visitor.seat)}
    return Shown(screen, f"web/{screen.lower()}.html", holds)


def _holds(sight: Sight, visitor: Visitor, screen: str) -> dict[str, object]:
    if screen == "P4":
        return {"ready": visitor.records}
    if screen == "P5":
        return {"records": visitor.records, "ours": sight.ours if visitor.records else ""}
    if screen == "PFAIL-OURS":
        return {"may_go_alone": visitor.records}
    if screen == "PFAIL-THEIRS":
        return {"house_may_record": sight.state.items[0] == 1 or sight.state.requested}
    if screen == "P8":
        return receipt(sight.row.pk) | {"listens": _listens(sight, visitor)}
    return {}


def _listens(sight: Sight, visitor: Visitor) -> bool:
    """Tell whether the confirmation speaks of listening back: to everyone who was there as somebody of that kind."""
    return sight.recorded and visitor.seat is not None and listens_back(sight.state, visitor.seat)


def _asked(sight: Sight, visitor: Visitor, step: str = "", *, claims: bool) -> Shown:
    state = sight.state
    kind = state.seats[visitor.seat or 0].kind
    signs = json.dumps(countersigning.asked(state, visitor.seat or 0), sort_keys=True, separators=(",", ":"))
    if state.round_cause is RoundCause.NEWCOMER and sights.agreed_before(state, visitor.seat or 0):
        return Shown("P6", "web/p6.html", {"round": state.round, "step": step, "signs": signs})
    return Shown(
        "P2",
        "web/p2.html",
        {
            "round": state.round,
            "step": step,
            "young": kind is Kind.YOUTH_12,
            "may_record_self": kind is not Kind.PROFESSIONAL,
            "records": claims or visitor.records,
            "signs": signs,
        },
    )
