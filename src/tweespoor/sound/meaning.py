"""What an answer means, and what it does not: the sentences that stand with each of the four, in both languages.

Of each answer only what holds for that answer: who reads that two are not of one conversation is told nothing of
differences, and who reads that nothing differs is told what can be missed.
"""

from collections.abc import Iterator
from typing import Final

from tweespoor.sound.comparison import Comparison, Verdict, Why
from tweespoor.sound.wording import Said, Words

_CALM: Final = (
    Said("Een verschil is geen beschuldiging.", "A difference is no accusation."),
    Said(
        "Een pauze, een oproep of een lege telefoon laat ook een stuk ontbreken.",
        "A pause, a call or an empty phone leaves out a piece as well.",
    ),
)
_NOT_WHO: Final = Said(
    "Deze vergelijking zegt niet wie iets deed, of waarom.", "This does not tell who did something, or why."
)
_ESTABLISHED: Final = Said(
    "Vastgesteld: het geluid springt, staat ergens anders, of is helemaal stil.",
    "Established: the sound jumps, is found elsewhere, or is wholly silent.",
)
_LISTEN: Final = Said(
    "Luister zelf: hier klinkt iets anders. Wat het is, weten we niet.",
    "Listen for yourself: something sounds different here. What it is, is not known.",
)
_UNCLEAR: Final = Said(
    "Onduidelijk: te zacht of te veel lawaai. Daar zeggen we niets over.",
    "Not clear: too quiet or too much noise. Nothing is said of that.",
)
_BRIEF: Final = Said(
    "Wat korter duurt dan een tiende seconde, kunnen we missen.",
    "What is shorter than a tenth of a second can be missed.",
)
_ENDS: Final = Said(
    "Later beginnen of eerder stoppen telt niet als verschil.",
    "Beginning later or stopping earlier does not count as a difference.",
)
_NO_PROOF: Final = Said(
    "Dat we niets vonden, is geen zekerheid. Bij veel lawaai kunnen we meer missen.",
    "That nothing was found is no certainty. With much noise more can be missed.",
)
_ONLY_THESE: Final = Said(
    "Dit gaat alleen over deze seconden. Wat ervoor of erna kwam, zegt het niet.",
    "This is of these seconds only. It does not tell what came before or after.",
)
_NOTHING_BACK: Final = Said(
    "We vonden niets van {copy} terug in {original}.", "Nothing of {copy} was found in {original}."
)
_ELSEWHERE: Final = Said(
    "Misschien is {copy} van een ander moment, of van een ander deel.",
    "Perhaps {copy} is of another moment, or of another part.",
)
_OF_WHAT: Final = Said(
    "Waar {copy} dan wel van is, zegt deze vergelijking niet.", "What {copy} is of instead, this does not tell."
)
_UNRECOGNISED: Final = Said(
    "Een kort stuk of een stuk met veel lawaai herkennen we soms niet.",
    "A short piece, or one with much noise, is sometimes not recognised.",
)
_NEITHER_WAY: Final = Said(
    "Dit zegt niet dat er iets verschilt, en ook niet dat alles hetzelfde is.",
    "This does not say that anything differs, nor that all is the same.",
)
_OTHER_FORM: Final = Said(
    "Bewaar het geluid als m4a, mp3 of wav, en probeer het nog eens.",
    "Save the sound as m4a, mp3 or wav, and try again.",
)
_BETTER: Final = Said(
    "Met een langer of duidelijker bestand lukt het misschien wel.",
    "With a longer or a clearer file it may well work.",
)


def calm(found: Comparison, words: Words) -> tuple[str, ...]:
    """Give what must be read beside differences, and only there: that none is an accusation, and what else makes it."""
    return tuple(words.say(one) for one in _CALM) if found.verdict is Verdict.DIFFERS else ()


def limits(found: Comparison, words: Words, *, exactly: bool = False) -> tuple[str, ...]:
    """Give what this answer says and does not say; ``exactly`` when the copy is our own recording, bit for bit."""
    said = (_ONLY_THESE, _NOT_WHO) if exactly else _of(found)
    return tuple(words.say(one, copy=words.names.copy, original=words.names.original) for one in said)


def _of(found: Comparison) -> Iterator[Said]:
    match found.verdict:
        case Verdict.FOLLOWS:
            yield _NO_PROOF
            yield from _of_what_was_laid_beside(found)
        case Verdict.DIFFERS:
            yield _NOT_WHO
            grades = {one.grade for one in found.differences}
            if "A" in grades:
                yield _ESTABLISHED
            if grades - {"A"}:
                yield _LISTEN
            yield from _of_what_was_laid_beside(found)
        case Verdict.OTHER:
            yield from (_NOTHING_BACK, _ELSEWHERE, _OF_WHAT, _UNRECOGNISED)
        case Verdict.INCONCLUSIVE:
            yield _NEITHER_WAY
            if found.which != "original":
                yield _OTHER_FORM if found.why is Why.UNREADABLE else _BETTER


def _of_what_was_laid_beside(found: Comparison) -> Iterator[Said]:
    if found.unclear:
        yield _UNCLEAR
    yield from (_BRIEF, _ENDS)
