"""Sheets to print: answer slips, the seven agreements, and what to do with somebody on the telephone; no names.

They are for who has no phone, reads better on paper, or listens from elsewhere.  Each has a version in large print and
one in each language.
"""

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from tweespoor.casework import ledger, opening
from tweespoor.errors import UnknownError
from tweespoor.rules import agreements as texts
from tweespoor.rules.conversation import EMPTY
from tweespoor.rules.state import Conversation
from tweespoor.web.desk import MAY_RECORD, own
from tweespoor.web.invitations import conditions_address
from tweespoor.web.planning import LANGUAGES, others
from tweespoor.web.showing_worker import agreements, told
from tweespoor.web.staffing import only

ON_A_PAGE: Final = 3
ON_A_PAGE_LARGE: Final = 2


@require_GET
@only(*MAY_RECORD)
def sheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """Show a sheet that belongs to no conversation."""
    if sheet not in SHEETS:
        raise UnknownError
    return _show(request, sheet, EMPTY, reverse("sheet", args=[sheet]))


@require_GET
@own
def of_conversation(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show the agreements as they were chosen in a conversation."""
    return _show(request, "agreements", ledger.state(conversation), reverse("sheet_of", args=[conversation]))


def _show(request: HttpRequest, name: str, state: Conversation, here: str) -> HttpResponse:
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else translation.get_language() or "nl"
    large = request.GET.get("large") == "yes"
    people = _people(request.GET.get("people", ""))
    kept = {"people": str(people)} if name == "slips" else {}

    def address(language: str, *, large: bool) -> str:
        given = {**kept, "language": language, **({"large": "yes"} if large else {})}
        return f"{here}?{urlencode(given)}"

    with translation.override(language):
        context = {
            **SHEETS[name](state, people, large),
            "large": large,
            "other": address(language, large=not large),
            "languages": others(language, lambda code: address(code, large=large)),
            "conditions_address": conditions_address(),
        }
        return render(request, f"web/paper_{name}.html", context)


def _people(typed: str) -> int:
    known = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else 0  # noqa: PLR2004
    return min(max(known, 2), opening.MOST_PEOPLE)


def _slips(state: Conversation, people: int, large: bool) -> Mapping[str, object]:  # noqa: ARG001, FBT001
    """Give whole pages of slips, at least one for everyone but the worker; all alike, spare ones too."""
    on_a_page = ON_A_PAGE_LARGE if large else ON_A_PAGE
    return {"pages": range(-(-(people - 1) // on_a_page)), "slips": range(on_a_page)}


def _agreements(state: Conversation, people: int, large: bool) -> Mapping[str, object]:  # noqa: ARG001, FBT001
    return {"items": agreements(state)}


def _phone(state: Conversation, people: int, large: bool) -> Mapping[str, object]:  # noqa: ARG001, FBT001
    return {"script": [told(sentence) for sentence in texts.read_before(state.items)]}


SHEETS: Final[Mapping[str, Callable[[Conversation, int, bool], Mapping[str, object]]]] = {
    "slips": _slips,
    "agreements": _agreements,
    "phone": _phone,
}

urlpatterns = [
    path("print/<str:sheet>", sheet, name="sheet"),
    path("g/<str:conversation>/sheet", of_conversation, name="sheet_of"),
]
