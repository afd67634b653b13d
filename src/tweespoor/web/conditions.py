"""The conditions, for everyone to read; made from the same data as the engine (clause 0b)."""

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
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
    return {"number": clause.number, "lines": lines}


urlpatterns = [path("conditions", conditions, name="conditions")]
