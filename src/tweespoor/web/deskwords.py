"""The words of the desk: tasks with what can be done, reasons, grounds, when something is due."""

from datetime import timedelta

from django.utils import formats
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tweespoor.casework.leaking import Authority, Cause, People
from tweespoor.casework.models import Task
from tweespoor.rules.kinds import DeclineReason, Ground
from tweespoor.web.showing import moment

TASKS: dict[str, tuple[Promise, Promise]] = {
    Task.Kind.SECRET: (
        gettext_lazy("Kijk of het geheime adres eruit moet"),
        gettext_lazy("Tot dan hoort niemand die meedeed iets terug."),
    ),
    Task.Kind.UNFILED: (
        gettext_lazy("Kies een dossier bij dit gesprek"),
        gettext_lazy("Vul het nummer in, of vraag het de medewerker."),
    ),
    Task.Kind.AGREEMENTS: (
        gettext_lazy("Laat de afspraken op papier tekenen"),
        gettext_lazy("Ze staan niet op de opname."),
    ),
    Task.Kind.LOCKED: (
        gettext_lazy("Kijk naar het vastgezette deel"),
        gettext_lazy("Niemand kan het horen. Bezwaar maken kan nog."),
    ),
    Task.Kind.WIPING: (
        gettext_lazy("Ga na of dit gewist mag worden"),
        gettext_lazy("Vastgezet. Bezwaar maken kan nog."),
    ),
    Task.Kind.RETENTION: (
        gettext_lazy("Kijk of bewaren nog nodig is"),
        gettext_lazy("De bewaartijd is voorbij. De privacyfunctionaris beslist."),
    ),
    Task.Kind.REQUEST: (
        gettext_lazy("Beslis over een verzoek"),
        gettext_lazy("Per persoon: bewaren, bedekken of wissen."),
    ),
    Task.Kind.AGAIN: (
        gettext_lazy("Beslis opnieuw over een verzoek om te wissen"),
        gettext_lazy("Het wissen ging niet door. Je kunt bewaren, bedekken of weer wissen."),
    ),
    Task.Kind.QUESTION: (
        gettext_lazy("Antwoord op een vraag over delen of knippen"),
        gettext_lazy("Eén antwoord voor ons allemaal. Geen antwoord telt als nee."),
    ),
    Task.Kind.INFORM: (
        gettext_lazy("Beslis of we het gebruik vertellen"),
        gettext_lazy("Dat is een besluit apart, met een eigen reden."),
    ),
    Task.Kind.ELSEWHERE: (
        gettext_lazy("Kijk naar een opname van elders"),
        gettext_lazy("Niemand hoort hem voordat jij hebt gekeken."),
    ),
    Task.Kind.NOTED: (
        gettext_lazy("Lees wat iemand bij een stuk schreef"),
        gettext_lazy("Wie meedeed, is het met een stuk niet eens."),
    ),
    Task.Kind.DECLINE_REVIEW: (
        gettext_lazy("Bespreek waarom we niet opnamen"),
        gettext_lazy("De manager schrijft op wat eruit kwam."),
    ),
    Task.Kind.OFFER: (
        gettext_lazy("Schrijf op wat er kwam van het aanbod"),
        gettext_lazy("Vraag het de medewerker."),
    ),
    Task.Kind.INTEREST_LINE: (
        gettext_lazy("Schrijf op waarom opnemen niet goed was voor het kind"),
        gettext_lazy("Eén regel voor het dossier is genoeg."),
    ),
}
"""What each task is called, and what can be done."""

LISTS: dict[str, Promise] = {
    Task.Kind.SECRET: gettext_lazy("Geheim adres of melder"),
    Task.Kind.UNFILED: gettext_lazy("Nog zonder dossier"),
    Task.Kind.AGREEMENTS: gettext_lazy("Afspraken niet ingesproken"),
    Task.Kind.LOCKED: gettext_lazy("Vastgezet"),
    Task.Kind.WIPING: gettext_lazy("Aangekondigd"),
    Task.Kind.RETENTION: gettext_lazy("Bewaartijd voorbij"),
    Task.Kind.REQUEST: gettext_lazy("Verzoeken"),
    Task.Kind.AGAIN: gettext_lazy("Opnieuw beslissen"),
    Task.Kind.QUESTION: gettext_lazy("Vragen over delen of knippen"),
    Task.Kind.INFORM: gettext_lazy("Gebruik vertellen of niet"),
    Task.Kind.ELSEWHERE: gettext_lazy("Opnamen van elders"),
    Task.Kind.NOTED: gettext_lazy("Niet eens met een stuk"),
    Task.Kind.DECLINE_REVIEW: gettext_lazy("Wij namen niet op"),
    Task.Kind.OFFER: gettext_lazy("Aanbod niet opgeschreven"),
    Task.Kind.INTEREST_LINE: gettext_lazy("Reden bij een kind"),
}
"""What the list of each kind is called."""

REASONS: dict[str, Promise] = {
    DeclineReason.SAFETY: gettext_lazy("Veiligheid of belang van iemand"),
    DeclineReason.EARLIER_ABUSE: gettext_lazy("Eerder misbruik van een opname"),
    DeclineReason.TECHNOLOGY: gettext_lazy("Techniek of geen internet"),
    DeclineReason.OTHER: gettext_lazy("Anders"),
}

GROUNDS: dict[str, Promise] = {
    Ground.SPOKEN_ROUND_FAILED: gettext_lazy("Niet iedereen zei hardop ja."),
    Ground.WRONG_START: gettext_lazy("De opname was verkeerd begonnen."),
    Ground.LATE_STOP: gettext_lazy("De stop kwam laat binnen."),
    Ground.RETENTION_ENDED: gettext_lazy("De bewaartijd is voorbij."),
    Ground.REQUEST: gettext_lazy("Iemand vroeg om wissen."),
    Ground.SECRET_ADDRESS: gettext_lazy("Er is een geheim adres genoemd."),
    Ground.REPORTER: gettext_lazy("Er is een melder genoemd."),
}

CAUSES: dict[str, Promise] = {
    Cause.PHONE: gettext_lazy("Een telefoon of ander toestel is kwijt"),
    Cause.PAPER: gettext_lazy("Een code of papier is kwijt"),
    Cause.SEEN: gettext_lazy("Iemand anders hoorde of zag iets"),
    Cause.OTHER: gettext_lazy("Iets anders"),
}

AUTHORITIES: dict[str, Promise] = {
    Authority.REPORTED: gettext_lazy("Gemeld bij de Autoriteit Persoonsgegevens"),
    Authority.NOT_NEEDED: gettext_lazy("Melden is niet nodig"),
}

PEOPLE: dict[str, Promise] = {
    People.TOLD: gettext_lazy("Verteld aan wie het raakt"),
    People.TO_TELL: gettext_lazy("De medewerker vertelt het nog"),
    People.NOT_NEEDED: gettext_lazy("Vertellen is niet nodig"),
}

HELD: dict[str, Promise] = {
    "code.give": gettext_lazy("een code om te luisteren"),
    "recording.copy": gettext_lazy("een kopie"),
    "recording.export": gettext_lazy("een kopie voor het dossier"),
    "track.handed-in": gettext_lazy("een eigen opname, bij ons ingeleverd"),
    "track.kept": gettext_lazy("een eigen opname op het eigen toestel"),
}

TO_TELL: dict[str, Promise] = {
    "ready": gettext_lazy("Vertel dat de opname klaarstaat om te luisteren."),
    "contact": gettext_lazy("Vraag om te bellen, of bel zelf."),
    "change": gettext_lazy("Vertel dat de opname later gewist kan worden. Bezwaar maken kan."),
    "changed": gettext_lazy("Vertel dat alle codes en links uit staan."),
    "question": gettext_lazy("Vertel dat er een vraag over de opname is."),
    "outcome": gettext_lazy("Vertel dat een vraag over de opname klaar is."),
    "used": gettext_lazy("Vertel dat de opname gebruikt is, en waarom."),
    "message-failed": gettext_lazy("Een bericht kwam niet aan. Vertel het zelf."),
    "leak": gettext_lazy("Vertel dat iets van de opname kwijt was."),
}

ACTIONS: dict[str, Promise] = {
    "recording.look": gettext_lazy("Bladzijde van de opname bekeken"),
    "recording.listen": gettext_lazy("Geluisterd"),
    "recording.copy": gettext_lazy("Kopie gemaakt"),
    "recording.export": gettext_lazy("Kopie voor het dossier gemaakt"),
    "dossier.file": gettext_lazy("In het dossier gedaan"),
    "dossier.correct": gettext_lazy("Dossiernummer verbeterd"),
    "dossier.note": gettext_lazy("Aantekening geschreven"),
    "conversation.look": gettext_lazy("Gesprek bekeken"),
    "conversation.hand-over": gettext_lazy("Gesprek overgedragen"),
    "secret.review": gettext_lazy("Naar het geheime adres gekeken"),
    "decline.review": gettext_lazy("Besproken waarom we niet opnamen"),
    "decline.look": gettext_lazy("Lijst bekeken: wij namen niet op"),
    "desk.search": gettext_lazy("Gezocht"),
    "leak.report": gettext_lazy("Iets kwijt gemeld"),
    "leak.look": gettext_lazy("Melding bekeken"),
    "leak.decide": gettext_lazy("Besluit over melding opgeschreven"),
    "log.look": gettext_lazy("Logboek bekeken"),
    "log.export": gettext_lazy("Logboek uitgevoerd"),
    "log.announce": gettext_lazy("Aangekondigd dat oude regels weggaan"),
    "log.object": gettext_lazy("Bezwaar gemaakt: oude regels blijven"),
    "log.remove": gettext_lazy("Oude regels van het logboek gewist"),
    "way.note": gettext_lazy("Opgeschreven hoe iemand bereikbaar is"),
    "way.look": gettext_lazy("Nummer of adres bekeken"),
    "plan.hand-over": gettext_lazy("Gepland gesprek doorgegeven"),
    "code.give": gettext_lazy("Code om te luisteren gemaakt"),
    "code.reopen": gettext_lazy("Code weer opengezet"),
    "code.revoke": gettext_lazy("Codes uitgezet"),
    "code.closed": gettext_lazy("Code gesloten na tien keer fout"),
    "code.enter": gettext_lazy("Met een code binnengekomen"),
    "hearing.offer": gettext_lazy("Luisteren bij ons aangeboden"),
    "hearing.begin": gettext_lazy("Luisteren bij ons begonnen"),
    "hearing.listen": gettext_lazy("Geluisterd door wie meedeed"),
    "hearing.halt": gettext_lazy("Luisteren gestopt"),
    "hearing.allow": gettext_lazy("Luisteren weer toegestaan"),
    "hearing.agree": gettext_lazy("Luisteren afgesproken"),
    "hearing.reason": gettext_lazy("Reden van stoppen gelezen"),
    "keeping.announce": gettext_lazy("Einde van het bewaren aangekondigd"),
    "keeping.year": gettext_lazy("Jaar van het jongste kind ingevuld"),
    "conversation.drop": gettext_lazy("Laatste regels gewist"),
    "wiping.announce": gettext_lazy("Wissen aangekondigd"),
    "wiping.object": gettext_lazy("Bezwaar opgeschreven"),
    "wiping.wipe": gettext_lazy("Gewist"),
    "hold.place": gettext_lazy("Bewaren afgedwongen"),
    "hold.lift": gettext_lazy("Niet langer afgedwongen"),
    "request.letter": gettext_lazy("Brief bij een verzoek gemaakt"),
    "share.ask": gettext_lazy("Gevraagd om te delen"),
    "share.answer": gettext_lazy("Namens ons geantwoord"),
    "share.link": gettext_lazy("Link om te luisteren gemaakt"),
    "share.end-link": gettext_lazy("Link beëindigd"),
    "share.open": gettext_lazy("Link geopend"),
    "share.listen": gettext_lazy("Geluisterd via een link"),
    "share.publish": gettext_lazy("Opgehaald om openbaar te maken"),
    "question.turn": gettext_lazy("Iemand liet hier antwoorden"),
    "question.spoken": gettext_lazy("Gesproken antwoord opgeschreven"),
    "ground.use": gettext_lazy("Gebruikt met een reden uit de wet"),
    "ground.look": gettext_lazy("Redenen van gebruik gelezen"),
    "ground.inform": gettext_lazy("Besloten over vertellen"),
    "ground.end-link": gettext_lazy("Link van gebruik beëindigd"),
    "edit.ask": gettext_lazy("Gevraagd of knippen mag"),
    "covering.look": gettext_lazy("Bladzijde van het bedekken bekeken"),
    "covering.listen": gettext_lazy("Geluisterd naar wat bedekt is"),
    "covering.cover": gettext_lazy("Stuk bedekt met een toon"),
    "covering.uncover": gettext_lazy("Toon weer weggehaald"),
    "external.hand-in": gettext_lazy("Eigen opname gegeven"),
    "external.take-in": gettext_lazy("Opname van elders aangenomen"),
    "external.refused": gettext_lazy("Bestand geweigerd"),
    "external.listen": gettext_lazy("Geluisterd naar een opname van elders"),
    "external.listen-found": gettext_lazy("Geluisterd naar een opname die opdook"),
    "external.allow": gettext_lazy("Opname van elders opengezet"),
    "external.keep-shut": gettext_lazy("Opname van elders dicht gehouden"),
    "external.announce": gettext_lazy("Wissen van een opname van elders aangekondigd"),
    "external.object": gettext_lazy("Bezwaar: een opname van elders blijft"),
    "external.wipe": gettext_lazy("Opname van elders gewist"),
    "attachment.statement": gettext_lazy("Iets bij een stuk geschreven"),
    "attachment.read": gettext_lazy("Gelezen wat iemand bij een stuk schreef"),
    "plan.make": gettext_lazy("Gesprek gepland"),
    "plan.move": gettext_lazy("Gepland gesprek verplaatst"),
    "plan.cancel": gettext_lazy("Gepland gesprek afgezegd"),
    "staff.invite": gettext_lazy("Account gemaakt"),
    "staff.invite-again": gettext_lazy("Nieuwe link gemaakt"),
    "staff.accept": gettext_lazy("Wachtwoord gekozen"),
    "staff.disable": gettext_lazy("Toegang gestopt"),
    "staff.enable": gettext_lazy("Weer toegang gegeven"),
    "staff.reset-factor": gettext_lazy("Tweede stap weggehaald"),
}
"""What the log says of an action; one that is not here is shown by its own name."""

ORIGINS: dict[str, Promise] = {
    "desk": gettext_lazy("werkplek"),
    "phone": gettext_lazy("telefoon"),
    "command": gettext_lazy("opdracht"),
    "server": gettext_lazy("server"),
}


def due(due_ms: int, now: int) -> dict[str, object]:
    """Say when something is due: too late, today, tomorrow, a day of this week, a date."""
    day, today = moment(due_ms).date(), moment(now).date()
    late = (today - day).days
    if late > 0:
        says = ngettext("%(days)s dag te laat", "%(days)s dagen te laat", late) % {"days": late}
    elif late == 0:
        says = _("Vandaag")
    elif late == -1:
        says = _("Morgen")
    else:
        near = day - today < timedelta(days=7)
        says = formats.date_format(day, "l j M" if near else "j F")
        says = capfirst(says.lower() if get_language() == "nl" else says)  # months are small in Dutch
    return {"due": says, "now": late >= 0}


def left(due_ms: int, now: int) -> str:
    """Say how much time is left, in hours and minutes; or how many hours it is too late."""
    minutes = (due_ms - now) // 60_000
    if minutes < 0:
        hours = -minutes // 60 + 1
        return ngettext("%(hours)s uur te laat.", "%(hours)s uur te laat.", hours) % {"hours": hours}
    return _("Nog %(hours)s uur en %(minutes)s minuten.") % {"hours": minutes // 60, "minutes": minutes % 60}
