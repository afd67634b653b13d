"""What a verifier says of what it found, in Dutch and in English, short and without judging people.

One sentence or two for each code; the holes are filled from the finding.
"""

from collections.abc import Mapping
from typing import Final

from tweespoor.dossier.wording import Said

SENTENCES: Final[Mapping[str, Said]] = {
    "container.whole": Said(
        "Het zijn {files} bestanden, op de goede manier bij elkaar.", "{files} files, put together in the right way."
    ),
    "container.broken": Said(
        "Het bestand is anders opgebouwd dan het hoort: {found}.",
        "The file is built in another way than it must be: {found}.",
    ),
    "container.unknown-file": Said("Dit bestand hoort er niet in.", "This file does not belong in it."),
    "container.missing-file": Said("Dit bestand ontbreekt.", "This file is missing."),
    "container.too-large": Said("Dit bestand is te groot.", "This file is too large."),
    "version.known": Said("Versie {version}.", "Version {version}."),
    "version.newer": Said(
        "Versie {version} is nieuwer dan dit programma.", "Version {version} is newer than this program."
    ),
    "version.broken": Said("Hier staat iets anders dan er hoort te staan.", "Something else stands here than must."),
    "manifests.right": Said(
        "Elk bestand staat in de lijst en is niet veranderd.", "Every file is in the list and unchanged."
    ),
    "manifests.broken": Said("De lijst klopt niet met de bestanden.", "The list does not fit the files."),
    "manifests.other-bytes": Said("Dit bestand is veranderd.", "This file was changed."),
    "seal.trusted": Said(
        "Vastgezet door {name}, volgens het certificaat dat je meegaf.",
        "Sealed by {name}, by the certificate that you brought.",
    ),
    "seal.untrusted": Said(
        "Vastgezet door «{name}». Of dat zo is, weten we niet. Controleer het certificaat: {root}.",
        "Sealed by «{name}». Whether that is so is not known. Check the certificate: {root}.",
    ),
    "seal.missing": Said("De map is door niemand vastgezet.", "Nobody sealed this file."),
    "seal.broken": Said("De map is niet goed vastgezet: {expected}.", "The seal is not right: {expected}."),
    "time.trusted": Said("De map bestond op {at} (UTC), volgens {name}.", "The file existed at {at} (UTC), by {name}."),
    "time.untrusted": Said(
        "Het tijdstip is {at} (UTC), van een dienst die je niet meegaf.",
        "The time is {at} (UTC), by a service that you did not bring.",
    ),
    "time.missing": Said(
        "Geen dienst van buiten zegt wanneer de map is gemaakt.", "No service from outside says when the file was made."
    ),
    "time.broken": Said("Het tijdstempel klopt niet: {expected}.", "The time stamp is not right: {expected}."),
    "journal.whole": Said("Alle {entries} regels staan op hun plaats.", "All {entries} lines are in their place."),
    "journal.practice": Said("Dit was om te oefenen.", "This was for practice."),
    "journal.newer": Said(
        "Hier staat iets dat dit programma nog niet kent.", "Something stands here that this program does not know yet."
    ),
    "journal.broken": Said(
        "De regel klopt niet met de regels ervoor: {expected}.", "The line does not fit those before it: {expected}."
    ),
    "journal.other": Said("Dit logboek is van een ander gesprek.", "This journal is of another conversation."),
    "endorsements.right": Said(
        "De organisatie staat voor {keys} sleutel(s).", "The organisation vouches for {keys} key(s)."
    ),
    "endorsements.broken": Said(
        "De organisatie staat niet voor deze sleutel.", "The organisation does not vouch for this key."
    ),
    "checkpoints.right": Said(
        "Het logboek is {checkpoints} keer getekend, tot de laatste regel.",
        "The journal was signed {checkpoints} times, up to its last line.",
    ),
    "checkpoints.missing": Said("Het logboek is niet getekend.", "The journal is not signed."),
    "checkpoints.tail": Said(
        "Vanaf hier is het logboek niet getekend: {entries} regel(s).",
        "From here on the journal is not signed: {entries} line(s).",
    ),
    "checkpoints.broken": Said("Deze handtekening klopt niet.", "This signature is not right."),
    "checkpoints.outside": Said(
        "Deze sleutel mocht dit niet tekenen, of de regel is er niet.",
        "This key might not sign this, or the line is not there.",
    ),
    "pages.right": Said(
        "Eigen telefoons tekenden {yeses} keer ja, en {seen} keer wat zij zagen.",
        "Own phones signed {yeses} yeses, and {seen} times what they saw.",
    ),
    "pages.none": Said("Geen eigen telefoon tekende een ja.", "No own phone signed a yes."),
    "pages.broken": Said("De handtekening van deze telefoon klopt niet.", "The signature of this phone is not right."),
    "pages.yes-missing": Said("De handtekening onder deze ja ontbreekt.", "The signature under this yes is missing."),
    "pages.outside": Said(
        "Deze telefoon tekende iets wat niet bij het gesprek hoort.",
        "This phone signed something that does not belong to the conversation.",
    ),
    "stamps.trusted": Said("De regel bestond op {at} (UTC).", "The line existed at {at} (UTC)."),
    "stamps.untrusted": Said(
        "Het tijdstip is {at} (UTC), van een dienst die je niet meegaf.",
        "The time is {at} (UTC), by a service that you did not bring.",
    ),
    "stamps.none": Said(
        "Geen dienst van buiten zegt wanneer het logboek er was.",
        "No service from outside says when the journal was there.",
    ),
    "stamps.broken": Said("Het tijdstempel klopt niet: {expected}.", "The time stamp is not right: {expected}."),
    "stamps.early": Said(
        "Het tijdstempel is van {at} (UTC): van vóór wat er staat.",
        "The time stamp is of {at} (UTC): from before what stands there.",
    ),
    "stamps.late": Said(
        "Het tijdstempel is meer dan een dag later gezet.", "The time stamp was set more than a day later."
    ),
    "rules.kept": Said("Alles ging zoals de voorwaarden zeggen.", "All went as the conditions say."),
    "rules.broken": Said(
        "Dit mocht niet volgens voorwaarde {clause}, om {time} (UTC).",
        "This was not allowed by clause {clause}, at {time} (UTC).",
    ),
    "tracks.whole": Said(
        "{tracks} opname(s) met {chunks} stukjes: geen enkel stukje ontbreekt.",
        "{tracks} recording(s) with {chunks} pieces: none is missing.",
    ),
    "tracks.none": Said("Er is niets opgenomen.", "Nothing was recorded."),
    "tracks.withheld": Said(
        "{seconds} seconden zitten niet in deze kopie. Het logboek kent ze wel.",
        "{seconds} seconds are withheld from this copy. The journal knows them.",
    ),
    "tracks.kept": Said(
        "{seconds} seconden bewaart de deelnemer zelf.", "{seconds} seconds are kept by the participant."
    ),
    "tracks.erased": Said(
        "Gewist op {date}, op grond van: {reason}. Zeker sinds {sure}.",
        "Erased on {date}, on the ground: {reason}. Certain since {sure}.",
    ),
    "tracks.covered": Said(
        "Afgedekt: {seconds} seconden vanaf {time} (UTC), op grond van: {reason}.",
        "Covered: {seconds} seconds from {time} (UTC), on the ground: {reason}.",
    ),
    "tracks.locked": Said(
        "Afgesloten, op grond van: {reason}. Niemand kan het horen.",
        "Locked, on the ground: {reason}. Nobody can hear it.",
    ),
    "tracks.unsealed": Said("Deze opname is nooit afgesloten.", "This recording was never sealed."),
    "tracks.interrupted": Said("Deze opname is afgebroken.", "This recording was interrupted."),
    "tracks.missing": Said("Deze opname ontbreekt, zonder uitleg.", "This recording is missing, unexplained."),
    "tracks.unknown": Said("Deze opname hoort hier niet.", "This recording does not belong here."),
    "tracks.broken": Said(
        "Deze opname klopt niet met het logboek: {expected}.", "This recording does not fit the journal: {expected}."
    ),
    "tracks.body": Said(
        "Dit stukje geluid is veranderd, om {time} (UTC).", "This piece of sound was changed, at {time} (UTC)."
    ),
    "tracks.times-unsealed": Said(
        "De tijden van deze opname zijn niet vastgezet.", "The times of this recording are not sealed."
    ),
    "playable.equal": Said("Wat je hoort, is wat er is opgenomen.", "What you hear is what was recorded."),
    "playable.differs": Said(
        "Wat je hoort, is iets anders dan er is opgenomen.", "What you hear is not what was recorded."
    ),
    "gate.inside": Said(
        "Elk stukje is opgenomen toen iedereen ja had gezegd.", "Every piece was recorded while everyone had said yes."
    ),
    "gate.outside": Said(
        "Er is opgenomen toen dat niet mocht: voorwaarde {clause}, om {time} (UTC).",
        "It was recorded when that was not allowed: clause {clause}, at {time} (UTC).",
    ),
    "gate.after-its-checkpoint": Said(
        "Dit stukje is later dan de regel die het al telde.", "This piece is later than the line that counted it."
    ),
    "gate.marked": Said(
        "{seconds} seconden zijn achteraf gemarkeerd. Zij tellen niet als afgesproken.",
        "{seconds} seconds were marked afterwards. They do not count as agreed.",
    ),
    "gate.device-clock": Said(
        "Een deel staat alleen volgens de klok van het toestel op zijn plaats.",
        "A part is in its place only by the device's clock.",
    ),
    "gate.clocks-differ": Said(
        "De klok van dit toestel liep anders dan die van de organisatie.",
        "The clock of this device differed from that of the organisation.",
    ),
    "disclosures.right": Said(
        "{disclosures} dingen mag deze ontvanger zien. Zij kloppen.",
        "{disclosures} things may be seen by this recipient. They are right.",
    ),
    "disclosures.broken": Said("Dit klopt niet met het logboek.", "This does not fit the journal."),
    "receipts.none": Said(
        "Je gaf geen bevestiging mee. Alleen daarmee is het helemaal zeker.",
        "You brought no confirmation. Only with one is it quite certain.",
    ),
    "receipts.right": Said("Je bevestiging klopt met de hele opname.", "Your confirmation fits the whole recording."),
    "receipts.early": Said(
        "Je bevestiging klopt, maar alleen tot regel {position}. Daarna is nog opgenomen.",
        "Your confirmation fits, but only up to line {position}. There is recording behind it.",
    ),
    "receipts.behind-the-end": Said(
        "Je bevestiging gaat verder dan deze map: tot regel {position}.",
        "Your confirmation goes further than this file: to line {position}.",
    ),
    "receipts.unsigned": Said(
        "Je gaf een code. Daarin staat geen handtekening.", "You gave a code. There is no signature in it."
    ),
    "receipts.broken": Said(
        "Deze bevestiging is niet van deze organisatie.", "This confirmation is not of this organisation."
    ),
    "receipts.other-conversation": Said(
        "Deze bevestiging is van een ander gesprek.", "This confirmation is of another conversation."
    ),
    "receipts.differs": Said(
        "De map zegt iets anders dan je bevestiging, bij regel {position}.",
        "The file says other than your confirmation, at line {position}.",
    ),
    "receipts.two-truths": Said(
        "Twee bevestigingen spreken elkaar tegen, bij regel {position}.",
        "Two confirmations contradict each other, at line {position}.",
    ),
    "coverage.seconds": Said("{coverage}.", "{coverage}."),
    "coverage.none": Said("Er is geen geluid.", "There is no sound."),
    "coverage.revocation": Said(
        "Of een certificaat is ingetrokken, is niet nagekeken.", "Whether a certificate was revoked was not looked up."
    ),
    "coverage.files": Said(
        "Handtekeningen in een PDF zijn niet nagekeken.", "Signatures inside a PDF were not checked."
    ),
    "step.not-done": Said(
        "Dit is niet nagekeken, want het logboek klopt niet.", "This was not checked, for the journal is not right."
    ),
}
