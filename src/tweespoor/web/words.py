"""The words that are not written in a template: refusals, and what scripts say."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a page says instead of doing it: what is so, what can be done now, and a clause when that tells nothing."""

    says: str | Promise
    more: tuple[str | Promise, ...] = ()
    instead: str | Promise = ""
    status: int = 409
    names_clause: bool = True


NO_RECORDING = Refusal(
    _("We nemen dit gesprek niet op."),
    (_("Dat kan veel redenen hebben."), _("Het gesprek gaat gewoon door.")),
    _("Wil je dat iemand meeluistert? Zeg het gerust."),
    names_clause=False,
)
"""One answer to every cause of «no recording» (law 10); it names no clause either, for that would name a cause."""

_WAIT = _("Kijk wat er nu op het scherm staat, en ga daar verder.")
_WHAT_CAME = _("Je antwoord telt niet meer mee.")
_LATER = _("Een ja kun je later nog terugnemen. Je kunt de vraag ook opnieuw stellen.")
_TOO_MANY = Refusal(
    _("Er deden meer telefoons mee dan mensen."),
    (_("De medewerker begint opnieuw, met een nieuwe code."),),
    _("Wacht even op de nieuwe code. Het gesprek gaat gewoon door."),
)

BY_CODE: dict[str, Refusal] = {
    "0b.edition-unknown": NO_RECORDING,
    "0c.not-available": Refusal(
        _("Deze opname kun je nu niet online horen."), (), _("Bel ons, dan leggen we het uit."), names_clause=False
    ),
    "0c.not-able": Refusal(
        _("Hiervoor vraagt een ouder of voogd het aan."), (), _("Vraag wie voor dit kind mag beslissen.")
    ),
    "0c.able-unassessed": Refusal(_("Vul eerst in of de jongere dit kan beoordelen."), (), _("Praat er samen over.")),
    "0c.decides-alone": Refusal(_("Deze persoon beslist zelf."), (), _("Laat de persoon het zelf vragen.")),
    "0c.harm-unassessed": Refusal(_("Vul eerst in of dit slecht is voor het kind."), (), _("Overleg als je twijfelt.")),
    "0c.harms-child": Refusal(
        _("Dit geven is slecht voor het kind."), (), _("Vertel wat wel kan, en wie er kan helpen.")
    ),
    "0c.not-listened": Refusal(_("Je hebt nog niet geluisterd."), (), _("Luister eerst, en kijk dan of het mag.")),
    "0c.word": Refusal(_("Dit woord kan niet."), (), _("Kies een ander woord."), status=422, names_clause=False),
    "0c.reason": Refusal(_("Schrijf kort op waarom."), (), _("Eén zin is genoeg."), status=422, names_clause=False),
    "0c.too-often": Refusal(
        _("Dit kan vandaag niet nog een keer."), (), _("Probeer het morgen, of bel ons."), names_clause=False
    ),
    "0d.count-differs": _TOO_MANY,
    "1b.already-asked": Refusal(_("Deze vraag is al gesteld."), (), _WAIT),
    "1b.asked-again": Refusal(_("Nog eens vragen kan maar één keer."), (), _("Bied iets anders aan.")),
    "1b.too-late-to-undo": Refusal(
        _("Dit kan alleen in de eerste minuut."),
        (_("De opname loopt nog."),),
        _("Stop de opname, of ga gewoon verder."),
    ),
    "1d.not-offered": Refusal(_("Dit bieden we hier niet aan."), (), _("Kies iets anders uit de lijst.")),
    "2a.video": Refusal(
        _("Dit bestand heeft ook beeld."),
        (_("We bewaren alleen geluid, nooit beeld."), _("Dit bestand is niet bewaard.")),
        _("Maak er eerst een geluidsbestand van. Lukt dat niet? Bel ons, dan helpen we."),
        status=422,
    ),
    "2a.picture": Refusal(
        _("In dit bestand zit een plaatje."),
        (_("We bewaren alleen geluid, nooit beeld."), _("Dit bestand is niet bewaard.")),
        _("Maak er eerst een geluidsbestand van. Lukt dat niet? Bel ons, dan helpen we."),
        status=422,
    ),
    "2a.unknown-container": Refusal(
        _("Dit bestand kunnen we niet lezen."),
        (_("Dit bestand is niet bewaard."),),
        _("Maak er eerst een geluidsbestand van. Lukt dat niet? Bel ons, dan helpen we."),
        status=422,
    ),
    "1a.with-officer": Refusal(
        _("Deze opname ligt bij de privacyfunctionaris."),
        (_("Niemand hoort hem voordat die heeft gekeken."),),
        _("Wacht tot de privacyfunctionaris heeft gekeken."),
    ),
    "2a.too-large": Refusal(
        _("Dit bestand is te groot."),
        (_("Dit bestand is niet bewaard."),),
        _("Geef het in delen, of bel ons. Dan helpen we."),
        status=413,
    ),
    "2a.no-room": Refusal(
        _("Er is bij ons nu geen plaats voor dit bestand."),
        (_("Dit bestand is niet bewaard."),),
        _("Probeer het later nog eens, of bel ons."),
        status=507,
    ),
    "2a.broken-off": Refusal(
        _("Nog niet alles van dit bestand is binnen."), (), _("Kies hetzelfde bestand nog eens. Dan gaat het verder.")
    ),
    "4b.number": Refusal(_("Dit is geen dossiernummer."), (), _("Vul het nummer in, of kies later."), status=422),
    "4b.other-form": Refusal(
        _("Dit nummer heeft een andere vorm."), (), _("Kijk naar het voorbeeld, en vul het nog eens in."), status=422
    ),
    "4b.reason-missing": Refusal(_("De reden ontbreekt."), (), _("Schrijf in één regel op waarom."), status=422),
    "4b.note-too-long": Refusal(_("Deze tekst is te lang."), (), _("Maak de tekst korter."), status=422),
    "4b.not-stopped": Refusal(_("De opname is nog niet klaar."), (), _("Stop eerst de opname.")),
    "4b.not-sealed": Refusal(_("De opname is nog niet klaar."), (), _("Wacht tot alles is opgestuurd.")),
    "4b.not-filed": Refusal(_("De opname hoort nog niet bij een dossier."), (), _("Kies eerst een dossier.")),
    "4b.still-kept": Refusal(
        _("Dit moet nog bewaard blijven."), (), _("Kijk naar de datum, of vul de bewaartermijn in.")
    ),
    "4b.year": Refusal(
        _("In dat jaar wordt geen kind van dit gesprek 18."), (), _("Vul een ander jaar in."), status=422
    ),
    "4b.text": Refusal(
        _("Een tekst heeft 1 tot 10.000 tekens."), (), _("Maak de tekst korter, of lever er twee in."), status=422
    ),
    "5a.held": Refusal(_("Deze opname moet bewaard blijven."), (), _("Vraag de privacyfunctionaris waarom.")),
    "5a.not-locked": Refusal(_("Wissen kan nog niet."), (), _("Zet de opname eerst vast, en wacht de termijn af.")),
    "5a.too-early": Refusal(_("Bezwaar maken kan nog."), (), _("Wacht tot de datum die erbij staat.")),
    "5a.ground-missing": Refusal(_("De reden ontbreekt."), (), _("Kies eerst een reden."), status=422),
    "5a.still-there": Refusal(_("Er is nog geluid."), (), _("Wis eerst het geluid, daarna de rest.")),
    "5b.not-agreed": Refusal(
        _("Knippen mag alleen als iedereen het goed vindt."), (), _("De hele opname blijft zoals die is.")
    ),
    "5b.span-outside": Refusal(
        _("Dit stuk ligt niet binnen de opname, of is niet afgesproken."),
        (),
        _("Kies een begin en een einde binnen één deel."),
        status=422,
    ),
    "5b.spans-overlap": Refusal(
        _("Twee stukken liggen over elkaar, of te dicht bij elkaar."), (), _("Maak er één stuk van."), status=422
    ),
    "5b.too-many": Refusal(_("Dit zijn te veel stukken."), (), _("Kies er hoogstens twaalf."), status=422),
    "5b.reason-missing": Refusal(_("De reden ontbreekt."), (), _("Schrijf in één regel op waarom."), status=422),
    "5b.already-asked": Refusal(
        _("Er loopt al een vraag over knippen in dit deel."), (), _("Wacht tot die vraag voorbij is.")
    ),
    "5b.not-covered": Refusal(_("Dit stuk is niet bedekt."), (), _("Kijk wat er nu bedekt is.")),
    "5b.not-asked": Refusal(
        _("Deze vraag is niet aan jou."), (), _("Alleen wie bij dit deel was, geeft antwoord."), status=422
    ),
    "5b.too-late": Refusal(_("Deze vraag is voorbij."), (_WHAT_CAME,), _LATER),
    "6a.not-asked": Refusal(
        _("Deze vraag is niet aan jou."), (), _("Alleen wie bij dit deel was, geeft antwoord."), status=422
    ),
    "6a.too-late": Refusal(_("Deze vraag is voorbij."), (_WHAT_CAME,), _LATER),
    "6a.not-agreed": Refusal(
        _("Delen mag alleen als iedereen het goed vindt."),
        (),
        _("Naar je eigen advocaat, een klacht of de rechter mag wel."),
    ),
    "6a.expired": Refusal(_("De afspraak om te delen is voorbij."), (), _("Vraag het iedereen opnieuw.")),
    "6a.incomplete": Refusal(
        _("Er is nog iets niet ingevuld."), (), _("Vul in met wie, waarvoor en hoe lang."), status=422
    ),
    "6a.link-ended": Refusal(
        _("Deze opname wordt niet meer met je gedeeld."), (), _("Vraag het aan wie je de link gaf."), status=410
    ),
    "6a.other-device": Refusal(
        _("Deze link is al geopend op een ander toestel."),
        (_("Een link werkt op één toestel."),),
        _("Vraag een nieuwe link aan wie hem gaf."),
    ),
    "6a.ground-missing": Refusal(_("De reden om te delen ontbreekt."), (), _("Kies eerst een reden.")),
    "6a.text-unreadable": Refusal(
        _("Deze tekst kunnen we niet lezen."),
        (_("Er is niets bewaard."),),
        _("Bewaar de tekst als WebVTT, Word of gewone tekst."),
        status=422,
    ),
    "6a.text-too-large": Refusal(
        _("Deze tekst is te lang."),
        (_("Er is niets bewaard."),),
        _("Geef de tekst in delen, of als gewone tekst."),
        status=422,
    ),
    "6a.text-empty": Refusal(
        _("In deze tekst staat geen tijd."),
        (_("Er is niets bewaard."),),
        _("Zet voor elke regel een tijd, zoals 0:12."),
        status=422,
    ),
    "6a.text-times": Refusal(
        _("Een tijd in deze tekst klopt niet."),
        (_("Er is niets bewaard."),),
        _("Kijk de tijden na, en geef de tekst nog eens."),
        status=422,
    ),
    "6a.text-outside": Refusal(
        _("Een regel valt buiten de opname."),
        (_("Er is niets bewaard."),),
        _("Kies een ander deel, of een ander begin van de tekst."),
        status=422,
    ),
    "6b.not-asked": Refusal(_("Openbaar maken is een aparte vraag aan iedereen."), (), _("Stel die vraag eerst.")),
    "7a.not-recording": Refusal(_("De opname loopt nu niet."), (), _("Spreek de afspraken in zodra de opname loopt.")),
    "7a.span": Refusal(
        _("Dit stuk ligt niet in de opname."), (), _("Vul een begin en een eind in, zoals 1:30."), status=422
    ),
    "7b.other-text": Refusal(
        _("Deze tekst is niet wat is afgesproken."), (), _("Teken de tekst die iedereen heeft gezien.")
    ),
    "7b.not-agreed": Refusal(_("Er is nog niets afgesproken."), (), _("Spreek eerst samen af.")),
    "7b.not-asked": Refusal(
        _("Dit contract is niet aan jou gevraagd."), (), _("Alleen wie erbij was, tekent."), status=422
    ),
    "7b.too-late": Refusal(
        _("Dit contract kan niet meer getekend worden."), (), _("Kijk of er een nieuw contract is, of bel ons.")
    ),
    "7b.drawing": Refusal(
        _("We zien geen handtekening."),
        (),
        _("Teken nog eens, of zet een kruisje."),
        status=422,
    ),
    "7b.scan": Refusal(
        _("Dit is geen scan van een papier."),
        (_("We bewaren alleen een PDF, nooit een foto."), _("Dit bestand is niet bewaard.")),
        _("Maak een gewone scan, als PDF van hooguit 20 bladzijden."),
        status=422,
    ),
    "7b.scan-size": Refusal(
        _("Deze scan is te groot."),
        (_("Dit bestand is niet bewaard."),),
        _("Maak een scan van hooguit 10 MB, bijvoorbeeld in zwart-wit."),
        status=413,
    ),
    "410.closed": Refusal(_("Dit gesprek is klaar."), (), _("Begin een nieuw gesprek."), status=410),
}
"""What each code says; a code that is not here is a cause of «no recording»."""


def refusal(codes: Sequence[str]) -> Refusal:
    """Give the words for the obstacles of a refusal.

    When one of them is a cause of «no recording» the answer is the one that all those share, whatever else there is.
    """
    if any(code not in BY_CODE for code in codes):
        return NO_RECORDING
    return BY_CODE[codes[0]] if codes else NO_RECORDING


def wrong(says: Refusal, code: str = "") -> dict[str, object]:
    """Give what stands above a form that is shown again as it was filled in; with the clause where that tells nothing.

    >>> wrong(NO_RECORDING, "1b.consent-missing")["clause"]
    ''
    """
    return {"wrong": says, "clause": code.partition(".")[0] if says.names_clause else ""}


SAID_BY_SCRIPTS: dict[str, Promise] = {
    "hears": _("Wij horen geluid."),
    "hears_not": _("Wij horen geen geluid."),
    "kept": _("Op dit toestel bewaard tot {time}."),
    "safe": _("Veilig bewaard tot {time}."),
    "theirs_good": _("Jouw opname: goed."),
    "theirs_bad": _("Jouw opname: doet het niet."),
    "ours_good": _("Onze opname: goed."),
    "ours_bad": _("Onze opname: doet het niet."),
    "ours_unknown": _("Onze opname: weten we even niet."),
    "ours_none": _("Wij nemen nu niet op."),
    "unsupported": _("Deze browser kan niet opnemen. Gebruik een eigen app, of een nieuwere browser."),
    "denied": _("De microfoon staat uit voor deze pagina. Zet hem aan bij de instellingen."),
    "ended": _("De microfoon is weg. Sluit hem weer aan."),
    "muted": _("De microfoon staat uit. Kijk of iemand belt."),
    "silent": _("Er komt geen geluid binnen. Kijk naar de microfoon."),
    "zero": _("De microfoon geeft niets door. Kijk naar de microfoon."),
    "tap": _("De opname staat stil op dit toestel."),
    "go_on": _("Tik om verder te gaan"),
    "battery": _("De batterij is bijna leeg. Sluit een lader aan."),
    "space": _("Er is weinig ruimte op dit toestel."),
    "memory": _("Dit toestel bewaart niets. Houd deze pagina open tot alles is verstuurd."),
    "full": _("Dit toestel is vol. Maak ruimte, dan gaat de opname verder."),
    "other_tab": _("De opname loopt al in een ander venster."),
    "unfinished": _("Hier ligt nog een opname. We sturen die nu op."),
    "behind": _("We lopen achter met versturen. Laat dit scherm open."),
    "refused": _("{count} seconden zijn niet bewaard. De opname was toen al gestopt."),
    "drained": _("Alles is opgestuurd."),
    "nothing": _("Op deze telefoon staat geen opname van dit gesprek."),
    "saved": _("Je opname staat nu bij je downloads."),
    "wiped": _("Je opname is gewist van deze telefoon."),
    "giving": _("We sturen je opname op. Er zijn {count} seconden binnen."),
    "given": _("Jouw opname is gegeven."),
    "fork": _("Een stukje kwam dubbel binnen. Het eerste is bewaard."),
    "sealed": _("Deze opname is al vastgezet. Vraag de medewerker om hulp."),
}
"""What `live.js` and the recorder say, by name."""
