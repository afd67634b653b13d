"""The seven agreements, and the words that are read aloud: before the answer, on the recording, and to a child.

Dutch is the first language; each sentence stands here once, with its English beside it.  ``{house}`` is the
organisation's name.  A changed agreement changes the texts that are read aloud (clause 0d).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in Dutch and in English."""

    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One text that an agreement can have; with ``by_setting`` only where the house's settings allow it."""

    text: Sentence
    by_setting: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """One of the seven: a question and its possible texts, the house's own first."""

    item: int
    question: Sentence
    choices: tuple[Choice, ...]


AGREEMENTS: tuple[Agreement, ...] = (
    Agreement(
        1,
        Sentence("Wie neemt op?", "Who records?"),
        (
            Choice(Sentence("Wie wil, en {house}.", "Whoever wants to, and {house}.")),
            Choice(
                Sentence("Alleen {house}, omdat iemand dat vraagt.", "Only {house}, because somebody asks for it."),
                by_setting=True,
            ),
        ),
    ),
    Agreement(
        2,
        Sentence("Waarvoor?", "What for?"),
        (Choice(Sentence("Om later terug te luisteren.", "To listen back later.")),),
    ),
    Agreement(
        3,
        Sentence("Wie mag luisteren?", "Who may listen?"),
        (
            Choice(
                Sentence(
                    "Wie erbij was, en wie bij {house} met dit dossier werkt.",
                    "Whoever was there, and who works with this file at {house}.",
                )
            ),
        ),
    ),
    Agreement(
        4,
        Sentence("Hoe lang bewaart {house}?", "How long does {house} keep it?"),
        (Choice(Sentence("Zo lang als het dossier.", "As long as the file.")),),
    ),
    Agreement(
        5,
        Sentence("Iemand komt binnen?", "Somebody comes in?"),
        (Choice(Sentence("Opname stil, eerst vragen.", "Recording stands still, first we ask.")),),
    ),
    Agreement(
        6,
        Sentence("Een recorder valt uit?", "A recorder fails?"),
        (
            Choice(
                Sentence(
                    "Even stil. Jij kiest of jouw opname verdergaat.",
                    "We stand still. You choose whether your recording goes on.",
                )
            ),
            Choice(Sentence("Dan stoppen we allebei.", "Then we both stop.")),
        ),
    ),
    Agreement(
        7,
        Sentence("Iemand wil stoppen?", "Somebody wants to stop?"),
        (
            Choice(
                Sentence(
                    "De opname stopt. Wat er al is, blijft bewaard.",
                    "The recording stops. What is there already is kept.",
                )
            ),
        ),
    ),
)
"""The one fixed set of agreements (clause 0d), by item from 1 to 7."""

WHO_RECORDS = 1
RECORDER_FAILS = 6

BEFORE_THE_ANSWER: tuple[Sentence, ...] = (
    Sentence("Iemand wil dit gesprek opnemen, alleen geluid.", "Somebody wants to record this talk, sound only."),
    Sentence("Wij nemen het dan ook op.", "Then we record it too."),
    Sentence("Iedereen mag ja of nee zeggen, of twijfelen.", "Everyone may say yes or no, or have doubts."),
    Sentence("Eén nee is genoeg: dan nemen we niet op.", "One no is enough: then we do not record."),
    Sentence("Het gesprek gaat dan gewoon door.", "The talk then simply goes on."),
    Sentence("Er mag dan wel iemand komen meeluisteren.", "Then somebody may come and listen along."),
    Sentence("We zeggen niet wie wat antwoordde.", "We do not say who answered what."),
    Sentence(
        "Jouw ja gaat alleen over opnemen. Een dossier maken we volgens de wet.",
        "Your yes is only about recording. We keep a file because the law says so.",
    ),
)
"""What the worker reads aloud while people join (W4)."""

ON_THE_RECORDING: tuple[Sentence, ...] = (
    Sentence(
        "We nemen dit gesprek op, alleen geluid. Er komt nooit beeld bij.",
        "We record this talk, sound only. There will never be images.",
    ),
    Sentence("Wie wil, neemt zelf op. Wij nemen ook op.", "Whoever wants to records too. We also record."),
    Sentence("Onze opname komt in het dossier.", "Our recording goes into the file."),
    Sentence(
        "We knippen en plakken niet, tenzij iedereen het goed vindt.", "We do not cut or paste, unless everyone agrees."
    ),
    Sentence(
        "We delen geluid en tekst niet, tenzij iedereen het goed vindt.",
        "We do not share sound or text, unless everyone agrees.",
    ),
    Sentence(
        "Naar je eigen advocaat, een klacht of de rechter mag wel.",
        "Your own lawyer, a complaint or the court is allowed.",
    ),
    Sentence("Komt er iemand binnen, dan zetten we de opname stil.", "If somebody comes in, we pause the recording."),
    Sentence("Wil je stoppen? Zeg het, of tik op stop.", "Do you want to stop? Say so, or tap stop."),
    Sentence("Wat al is opgenomen, blijft bewaard.", "What has been recorded is kept."),
    Sentence("Zeg om de beurt: ja, dat spreken we af.", "Say in turn: yes, we agree on that."),
)
"""What the worker reads aloud on the recording, before each says yes (W6, clause 7a)."""

TO_A_CHILD: tuple[Sentence, ...] = (
    Sentence(
        "We willen dit praten opnemen, zodat je het later kunt horen.",
        "We want to record this talking, so that you can hear it later.",
    ),
    Sentence("Vind je dat goed?", "Is that all right with you?"),
)
"""The same question in a child's words; anything but a yes means no recording."""

TO_A_YOUTH: tuple[Sentence, ...] = (
    Sentence("Ook je ouder kan dit dan thuis terugluisteren.", "Your parent can then listen back at home too."),
    Sentence("Nee zeggen mag. Je hoeft niet te zeggen waarom.", "You may say no. You do not have to say why."),
)
"""What someone of 12 to 15 reads first (P2)."""

_ONLY_WE = Sentence("Alleen wij nemen op, omdat iemand dat vraagt.", "Only we record, because somebody asks for it.")
_ONLY_WE_WILL = Sentence(
    "Alleen wij nemen dan op, omdat iemand dat vraagt.", "Then only we record, because somebody asks for it."
)
_BOTH_STOP = Sentence("Valt een recorder uit, dan stoppen we allebei.", "If a recorder fails, we both stop.")


def is_choice(item: int, choice: int, *, on_request: bool = True) -> bool:
    """Say whether an agreement has this text, and may have it where we do not record on request.

    >>> is_choice(6, 1), is_choice(2, 1), is_choice(8, 0), is_choice(1, 1, on_request=False)
    (True, False, False, False)
    """
    if not 1 <= item <= len(AGREEMENTS):
        return False
    choices = AGREEMENTS[item - 1].choices
    return 0 <= choice < len(choices) and (on_request or not choices[choice].by_setting)


def chosen(items: Sequence[int]) -> tuple[Sentence, ...]:
    """Give the text of each of the seven agreements as it stands now; an unknown choice reads as the house's own."""
    return tuple(
        agreement.choices[choice if is_choice(agreement.item, choice) else 0].text
        for agreement, choice in zip(AGREEMENTS, items, strict=True)
    )


def read_before(items: Sequence[int]) -> tuple[Sentence, ...]:
    """Give what is read aloud before the answer, following changed agreements (clause 0d)."""
    text = list(BEFORE_THE_ANSWER)
    if items[WHO_RECORDS - 1] == 1:
        text[1] = _ONLY_WE_WILL
    if items[RECORDER_FAILS - 1] == 1:
        text.insert(2, _BOTH_STOP)
    return tuple(text)


def read_on_recording(items: Sequence[int]) -> tuple[Sentence, ...]:
    """Give what is read aloud on the recording, following changed agreements (clauses 0d, 7a)."""
    text = list(ON_THE_RECORDING)
    if items[WHO_RECORDS - 1] == 1:
        text[1] = _ONLY_WE
    if items[RECORDER_FAILS - 1] == 1:
        text.insert(7, _BOTH_STOP)
    return tuple(text)
