"""The words of keeping and wiping: grounds, requests, decisions, and dates with their year."""

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tweespoor.casework.keeping import What
from tweespoor.casework.models import Attachment
from tweespoor.rules.kinds import Ground, Kind
from tweespoor.rules.requests import Asker, Decision, Outcome, Wish
from tweespoor.web.showing import moment

HOLDS: dict[str, Promise] = {
    Ground.COMPLAINT: gettext_lazy("Er loopt een klacht."),
    Ground.COURT: gettext_lazy("De rechter heeft het nodig."),
    Ground.DUTY_BY_LAW: gettext_lazy("De wet vraagt het."),
    Ground.REQUEST: gettext_lazy("Iemand vroeg om het te bewaren."),
}

DUE: dict[str, tuple[Promise, Promise]] = {
    What.YEAR: (
        gettext_lazy("Vul in wanneer het jongste kind 18 wordt"),
        gettext_lazy("Alleen het jaar. Daarna weten we tot wanneer we bewaren."),
    ),
    What.SOUND: (
        gettext_lazy("Ga na of het geluid gewist mag worden"),
        gettext_lazy("De bewaartijd is voorbij. Er gebeurt niets vanzelf."),
    ),
    What.REST: (
        gettext_lazy("Ga na of de rest gewist mag worden"),
        gettext_lazy("Het geluid is al weg. Er gebeurt niets vanzelf."),
    ),
}

WISHES: dict[str, Promise] = {
    Wish.ACCESS: gettext_lazy("Inzage of een kopie"),
    Wish.WIPE: gettext_lazy("Wissen"),
}

ASKERS: dict[str, Promise] = {
    Asker.SELF: gettext_lazy("De persoon zelf, of wie namens die persoon vraagt"),
    Asker.PARENT: gettext_lazy("Een ouder of voogd die mag beslissen"),
}

DECISIONS: dict[str, Promise] = {
    Decision.GIVE: gettext_lazy("Geven"),
    Decision.REFUSE: gettext_lazy("Niet geven"),
    Decision.KEEP: gettext_lazy("Bewaren"),
    Decision.COVER: gettext_lazy("Een stuk bedekken"),
    Decision.WIPE: gettext_lazy("Wissen aankondigen"),
}

DECIDED: dict[str, Promise] = {
    Decision.GIVE: gettext_lazy("We geven wat er gevraagd is."),
    Decision.REFUSE: gettext_lazy("We geven dit niet."),
    Decision.KEEP: gettext_lazy("We bewaren de opname."),
    Decision.COVER: gettext_lazy("We bedekken een stuk van de opname."),
    Decision.WIPE: gettext_lazy("We gaan de opname wissen."),
}

OUTCOMES: dict[str, Promise] = {
    Outcome.NOTHING: gettext_lazy("Er is geen geluid om te wissen."),
    Outcome.GOING: DECIDED[Decision.WIPE],
    Outcome.DONE: gettext_lazy("We hebben de opname gewist."),
    Outcome.AGAIN: gettext_lazy("We kijken opnieuw naar je vraag."),
}
"""What is so of a decision to wipe; the same words whatever the cause that it does not go on."""

PEOPLE: dict[str, Promise] = {
    Kind.ADULT: gettext_lazy("volwassene"),
    Kind.YOUTH_16: gettext_lazy("16 of 17 jaar"),
    Kind.YOUTH_12: gettext_lazy("12 tot en met 15 jaar"),
    Kind.CHILD: gettext_lazy("jonger dan 12 jaar"),
    Kind.PROFESSIONAL: gettext_lazy("tolk of hulpverlener"),
}

ATTACHED: dict[str, Promise] = {
    Attachment.Kind.CORRECTION: gettext_lazy("Verbetering"),
    Attachment.Kind.STATEMENT: gettext_lazy("Eigen verklaring"),
    Attachment.Kind.OBJECTION: gettext_lazy("Bezwaar"),
}


def date_of(ms: int) -> str:
    """Give a date with its year, in the language of the page."""
    return formats.date_format(moment(ms), "j F Y")


def answer(decision: str, outcome: Outcome | None) -> Promise:
    """Say what was decided, and of wiping what is so now."""
    return DECIDED[decision] if outcome is None else OUTCOMES[outcome]


def until(ms: int | None) -> str:
    """Say until when something is kept."""
    if ms is None:
        return _("Het jaar van het jongste kind is nog niet ingevuld.")
    return _("Bewaren tot %(date)s.") % {"date": date_of(ms)}
