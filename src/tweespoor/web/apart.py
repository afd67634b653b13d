"""What one may do with the own recording without asking anybody: «Zo doe je dat», for everyone to read.

Nothing is written down of who reads this, and nobody is told (law 11).  Own use, an own lawyer, a complaint or a
disciplinary board, a court and a confidant need nobody's permission (clause 6a; law, and our reading of it).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tweespoor.errors import UnknownError


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that needs nobody's permission: what it is called, when it is for you, and how it goes."""

    name: str
    title: Promise
    says: Promise
    steps: Sequence[Promise]
    whom: str = ""


_COPY = _("Luister met je code, en tik op «Neem een kopie mee».")
_NO_CODE = _("Geen code meer? Vraag een nieuwe als je langskomt.")
_NOBODY = _("Je hoeft het niemand te vragen. Wij vertellen het niemand.")

WAYS = (
    Way(
        "zelf",
        _("Voor mezelf"),
        _("Terugluisteren, en je eigen aantekeningen maken."),
        (
            _COPY,
            _NO_CODE,
            _("Bewaar de kopie waar niemand anders bij kan."),
            _("Geef hem niet door zonder de anderen."),
        ),
    ),
    Way(
        "advocaat",
        _("Naar mijn eigen advocaat"),
        _("Een advocaat mag alles horen wat jij mag horen."),
        (
            _COPY,
            _("Geef de kopie zelf aan je advocaat, op een stick bijvoorbeeld."),
            _("Je advocaat kan ook namens jou om alles vragen."),
            _NO_CODE,
        ),
    ),
    Way(
        "klacht",
        _("Naar een klacht of de tuchtrechter"),
        _("Wie over de klacht beslist, mag de opname horen."),
        (
            _("Schrijf in je klacht dat er een opname is."),
            _("Noem de datum en de tijd. Die staan op je bevestiging."),
            _("Stuur je kopie mee, of vraag ons om de opname te geven."),
            _("Vraag ons om de opname te bewaren zolang de klacht loopt."),
        ),
        "confidant",
    ),
    Way(
        "rechter",
        _("Naar de rechter"),
        _("De rechter beslist wat de opname waard is."),
        (
            _("Vertel je advocaat dat er een opname is."),
            _("Geen advocaat? Stuur je kopie mee met je brief aan de rechter."),
            _("Bewaar je bevestiging. Daarmee kan de rechter nagaan of alles klopt."),
            _("Vraag ons om de opname te bewaren."),
        ),
    ),
    Way(
        "vertrouwenspersoon",
        _("Naar een vertrouwenspersoon"),
        _("Die hoort niet bij ons, en zegt niets door."),
        (
            _("Bel, en vertel wat je wilt laten horen."),
            _("Luister samen, met je code op jouw telefoon."),
            _("Liever bij ons luisteren? Neem de vertrouwenspersoon mee."),
        ),
        "confidant",
    ),
)


@require_safe
def apart(request: HttpRequest) -> HttpResponse:
    """List what needs nobody's permission."""
    return render(request, "web/apart.html", {"all": WAYS, "nobody": _NOBODY})


@require_safe
def way(request: HttpRequest, name: str) -> HttpResponse:
    """Show how one of them goes."""
    found = next((one for one in WAYS if one.name == name), None)
    if found is None:
        raise UnknownError
    return render(request, "web/apart_way.html", {"way": found, "nobody": _NOBODY})


urlpatterns = [
    path("zo-doe-je-dat/", apart, name="apart"),
    path("zo-doe-je-dat/<str:name>", way, name="apart_way"),
]
