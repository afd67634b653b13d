"""The conditions, for everyone to read; made from the same data as the engine (clause 0b)."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tweespoor.rules import page
from tweespoor.rules.clause import Clause, Says

SOURCES: Mapping[Says, Promise] = {
    Says.PAGE: gettext_lazy("op de pagina"),
    Says.READING: gettext_lazy("onze uitleg"),
    Says.LAW: gettext_lazy("in de wet"),
    Says.HOUSE: gettext_lazy("huisregel"),
}

_JOIN = ("ended", gettext_lazy("Meedoen met een gesprek"))
_HEAR = ("hear", gettext_lazy("Terugluisteren"))
_ASK = ("hear_questions", gettext_lazy("Het de anderen vragen"))
USED: Mapping[str, tuple[tuple[str, Promise], ...]] = {
    "0b": (("home", gettext_lazy("Een gesprek beginnen")),),
    "0c": (_HEAR,),
    "0d": (_JOIN,),
    "0e": (("hear_copy", gettext_lazy("Een kopie meenemen")),),
    **dict.fromkeys(("0a", "1a", "1b", "1c", "1d", "2a", "2b", "3b", "4a"), (_JOIN,)),
    "3a": (("announce", gettext_lazy("Vooraf zeggen dat je opneemt")),),
    "4b": (("hear_who", gettext_lazy("Wie van ons luisterde")),),
    "5a": (_HEAR,),
    "5b": (_ASK,),
    "6a": (
        ("hear_share", gettext_lazy("Vragen of delen mag")),
        ("apart", gettext_lazy("Zonder de anderen: zo doe je dat")),
    ),
    "6b": (("hear_publish", gettext_lazy("Vragen of openbaar mag")),),
    "7a": (("hear_agreements", gettext_lazy("De afspraken van je gesprek")),),
    "7b": (("hear_contract", gettext_lazy("Het contract van je gesprek")),),
}
"""Where a clause is used, by its number; who has no session there is asked for code and word."""


@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """Show every clause with where it comes from."""
    dutch = (get_language() or "nl").startswith("nl")
    chapters = [
        {
            "name": dutch_name if dutch else english_name,
            "clauses": [_told(clause, dutch=dutch) for clause in page.CLAUSES if clause.number[0] == number],
        }
        for number, dutch_name, english_name in page.CHAPTERS
    ]
    edition = _("Uitgave van %(month)s.") % {
        "month": formats.date_format(date.fromisoformat(f"{page.EDITION}-01"), "F Y")
    }
    return render(request, "web/conditions.html", {"chapters": chapters, "edition": edition})


def _told(clause: Clause, *, dutch: bool) -> dict[str, object]:
    lines = [
        {"text": line.nl if dutch else line.en, "says": str(line.says), "source": SOURCES[line.says]}
        for line in clause.lines
    ]
    return {"number": clause.number, "lines": lines, "used": list(_used(clause.number))}


def _used(number: str) -> Iterator[tuple[str, Promise]]:
    """Give the addresses at which a clause is used, each with its name."""
    for name, says in USED.get(number, ()):
        yield reverse(name), says


urlpatterns = [path("conditions", conditions, name="conditions")]
