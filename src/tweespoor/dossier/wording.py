"""The words of a report in Dutch and in English: verdicts as people read them, steps, grounds, ways of answering.

What is said of each finding stands in `sentences`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tweespoor.dossier.findings import Outcome, Step


class Said(NamedTuple):
    """The same in both languages."""

    nl: str
    en: str

    def in_(self, language: str) -> str:
        """Give it in one language; Dutch unless English is asked for."""
        return self.en if language == "en" else self.nl


OUTCOMES: Final[Mapping[Outcome, Said]] = {
    Outcome.PROVEN: Said(
        "Klopt helemaal. Het klopt ook met een bevestiging die iemand zelf bewaarde.",
        "Right in every way. It also fits a confirmation that somebody kept.",
    ),
    Outcome.SEALED: Said(
        "Klopt. De organisatie zette het vast, en het tijdstip is bekend.",
        "Right. The organisation sealed it, and the time is known.",
    ),
    Outcome.INTACT: Said(
        "Klopt, niet te herleiden. De map klopt met zichzelf. Van wie zij komt of van wanneer, staat niet vast.",
        "Consistent, not traceable. The file fits itself. From whom it comes, or from when, is not certain.",
    ),
    Outcome.INCOMPLETE: Said(
        "Niet compleet. Wat er is klopt, maar er ontbreekt iets.",
        "Not complete. What is there is right, but something is missing.",
    ),
    Outcome.FAILED: Said("Klopt niet.", "Not right."),
    Outcome.NEWER: Said(
        "Deze map is gemaakt met een nieuwere versie. Haal een nieuwere versie van dit programma.",
        "This file was made with a newer version. Get a newer version of this program.",
    ),
    Outcome.UNREADABLE: Said("Dit is geen bewijsmap.", "This is no bundle."),
}

STEPS: Final[Mapping[Step, Said]] = {
    Step.CONTAINER: Said("Het bestand", "The file"),
    Step.VERSION: Said("De versie", "The version"),
    Step.MANIFESTS: Said("De lijsten van bestanden", "The lists of files"),
    Step.SEAL: Said("Vastgezet door", "Sealed by"),
    Step.TIME: Said("Het tijdstip", "The time"),
    Step.JOURNAL: Said("Het logboek", "The journal"),
    Step.ENDORSEMENTS: Said("De sleutels van het logboek", "The journal's keys"),
    Step.CHECKPOINTS: Said("De handtekeningen onder het logboek", "The signatures under the journal"),
    Step.PAGES: Said("De handtekeningen van eigen telefoons", "The signatures of own phones"),
    Step.STAMPS: Said("Tijdstempels op het logboek", "Time stamps on the journal"),
    Step.RULES: Said("De voorwaarden", "The conditions"),
    Step.TRACKS: Said("De opnames", "The recordings"),
    Step.PLAYABLE: Said("Het geluid om af te spelen", "The sound to play"),
    Step.GATE: Said("Elke seconde met een ja", "Every second with a yes"),
    Step.DISCLOSURES: Said("Wat deze ontvanger mag zien", "What this recipient may see"),
    Step.RECEIPTS: Said("De bevestiging", "The confirmation"),
    Step.COVERAGE: Said("Hoeveel er is opgenomen", "How much is recorded"),
}

GROUNDS: Final[Mapping[str, Said]] = {
    "own-use": Said("eigen gebruik", "own use"),
    "own-lawyer": Said("eigen advocaat", "own lawyer"),
    "complaint": Said("klacht", "complaint"),
    "court": Said("rechter", "court"),
    "confidant": Said("vertrouwenspersoon", "confidant"),
    "colleague": Said("collega", "colleague"),
    "duty-by-law": Said("plicht door de wet", "duty by law"),
    "secret-address": Said("geheim adres", "secret address"),
    "reporter": Said("melder", "reporter"),
    "spoken-round-failed": Said("geen ja op de opname", "no yes on the recording"),
    "wrong-start": Said("verkeerd begonnen", "wrong start"),
    "late-stop": Said("te laat gestopt", "stopped late"),
    "retention-ended": Said("bewaartijd voorbij", "end of keeping"),
    "request": Said("verzoek", "request"),
    "practice": Said("oefenen", "practice"),
}

ANSWERED: Final[Mapping[str, Said]] = {
    "signed": Said("{n} tekende op de eigen telefoon", "{n} signed on the own phone"),
    "own-phone": Said("{n} tikte op de eigen telefoon", "{n} tapped on the own phone"),
    "device": Said("{n} tikte op een toestel van de organisatie", "{n} tapped on a device of the organisation"),
    "spoken": Said("van {n} is het gesproken ja genoteerd", "{n} spoken, and noted by the worker"),
    "slip": Said("{n} antwoordde op papier", "{n} answered on paper"),
}

GAPS: Final[Mapping[str, Said]] = {
    "someone-came": Said("er kwam iemand binnen", "somebody came in"),
    "someone-leaves": Said("er ging iemand weg", "somebody left"),
    "our-recorder": Said("onze opname deed het niet", "our recorder did not work"),
    "their-recorder": Said("de opname van een deelnemer deed het niet", "a participant's recorder did not work"),
    "stopped": Said("gestopt", "stopped"),
    "nothing-arrived": Said("er is geen geluid van", "there is no sound of it"),
}
