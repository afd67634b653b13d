"""The conditions, clause by clause, in our own plain words; the public page is made from this and nothing else.

Each sentence says where it comes from (``Says``), so that nobody takes a choice of the house for a condition
of the page.  The numbers are the product's way to point at the page: a rule, an obstacle, a refusal, a screen
and a test carry them.  A change of what is said here is a new edition.
"""

from tweespoor.rules.clause import Clause, Line, Says

EDITION = "2026-11"
"""The edition of the conditions in force; every conversation pins the one that it began with (clause 0b)."""

EDITIONS = (EDITION,)
"""Every edition that this engine knows how to judge by."""

_PAGE, _READING, _LAW, _HOUSE = Says.PAGE, Says.READING, Says.LAW, Says.HOUSE

CHAPTERS: tuple[tuple[str, str, str], ...] = (
    ("0", "Eerst afspreken", "First agree"),
    ("1", "Alleen als iedereen ja zegt", "Only when everyone says yes"),
    ("2", "Nooit beeld", "Never images"),
    ("3", "Zeg het vooraf", "Say it beforehand"),
    ("4", "Jij neemt op, wij ook", "You record, we record too"),
    ("5", "Niet knippen", "No cutting"),
    ("6", "Niet delen", "No sharing"),
    ("7", "Afspraken vastleggen", "Laying down agreements"),
)
"""The chapters: first figure of the clause numbers, and their names in Dutch and English."""

CLAUSES: tuple[Clause, ...] = (
    Clause(
        "0a",
        (
            Line(
                _PAGE, "Twijfel je? Bel dan gerust, gratis, dag en nacht.", "In doubt? Just call, free, day and night."
            ),
            Line(
                _HOUSE,
                "Bij elke vraag mag je ook «ik twijfel» kiezen.",
                "To every question you may answer «I have doubts».",
            ),
            Line(
                _HOUSE,
                "Je kunt ook bellen met iemand buiten onze organisatie.",
                "You can also call somebody outside our organisation.",
            ),
        ),
        no_rule_because="a number to call is a setting without which no server starts; doubt counts under 1b",
    ),
    Clause(
        "0b",
        (
            Line(
                _PAGE,
                "Een gesprek opnemen mag, onder voorwaarden.",
                "Recording a conversation is allowed, on conditions.",
            ),
            Line(
                _HOUSE,
                "De voorwaarden van nu gelden voor het hele gesprek.",
                "The conditions of today hold for the whole conversation.",
            ),
        ),
    ),
    Clause(
        "0c",
        (
            Line(
                _PAGE,
                "Je neemt op om later nog eens te horen wat er gezegd is.",
                "You record to hear again later what was said.",
            ),
            Line(
                _READING,
                "Wie meedeed, luistert terug naar de minuten waar die bij was.",
                "Who took part listens back to the minutes when they were there.",
            ),
            Line(
                _HOUSE,
                "Een tolk of hulpverlener luistert alleen terug als dat is afgesproken.",
                "An interpreter or professional listens back only if that was agreed.",
            ),
            Line(
                _LAW,
                "Soms kan het niet, bijvoorbeeld voor iemands veiligheid.",
                "Sometimes it is not possible, for somebody's safety for example.",
            ),
        ),
    ),
    Clause(
        "0d",
        (
            Line(
                _PAGE,
                "Maak samen duidelijke afspraken, voordat de opname begint.",
                "Make clear agreements together, before the recording begins.",
            ),
            Line(_PAGE, "Praat eerst met iedereen die erbij is.", "First talk with everyone who is there."),
            Line(
                _READING,
                "We tellen iedereen die meedoet, ook aan de telefoon.",
                "We count everyone who takes part, also by telephone.",
            ),
            Line(
                _HOUSE,
                "Verandert een afspraak? Dan antwoordt iedereen opnieuw.",
                "Does an agreement change? Then everyone answers again.",
            ),
        ),
    ),
    Clause(
        "0e",
        (
            Line(
                _PAGE,
                "Een opname verspreiden zonder toestemming mag niet van de wet.",
                "Spreading a recording without permission is against the law.",
            ),
        ),
        no_rule_because="it is said before the yes and at each copy; what happens outside cannot be judged here",
    ),
    Clause(
        "1a",
        (
            Line(
                _PAGE,
                "Je mag geluid opnemen zolang je zelf meedoet aan het gesprek.",
                "You may record sound while you take part in the conversation yourself.",
            ),
            Line(
                _LAW,
                "Ook onze opname stopt als onze medewerker weggaat.",
                "Our recording stops too when our worker leaves.",
            ),
        ),
    ),
    Clause(
        "1b",
        (
            Line(
                _PAGE,
                "Zegt een ander die meedoet nee? Dan nemen we niet op.",
                "Does somebody else who takes part say no? Then we do not record.",
            ),
            Line(_READING, "Alleen een ja telt. Zwijgen is geen ja.", "Only a yes counts. Silence is not a yes."),
            Line(
                _READING,
                "Je mag altijd stoppen. Dan stopt de opname meteen.",
                "You may always stop. Then the recording stops at once.",
            ),
            Line(
                _READING,
                "Komt er iemand bij? Dan staat de opname stil en antwoordt iedereen opnieuw.",
                "Does somebody join? Then the recording stands still and everyone answers again.",
            ),
            Line(_HOUSE, "Ook wij mogen nee zeggen.", "We may say no too."),
            Line(_HOUSE, "Na een nee vragen we het hooguit nog één keer.", "After a no we ask at most once more."),
        ),
    ),
    Clause(
        "1c",
        (
            Line(
                _PAGE,
                "Is opnemen niet goed voor een kind? Dan nemen we niet op.",
                "Is recording not good for a child? Then we do not record.",
            ),
            Line(
                _READING,
                "Een kind of jongere mag zelf nee zeggen, en dat is genoeg.",
                "A child or young person may say no, and that is enough.",
            ),
            Line(
                _READING,
                "Bij een kind onder de twaalf is een ouder of voogd erbij.",
                "With a child under twelve a parent or guardian is there.",
            ),
            Line(_HOUSE, "Weten we het niet? Dan nemen we niet op.", "Do we not know? Then we do not record."),
        ),
    ),
    Clause(
        "1d",
        (
            Line(
                _PAGE,
                "Nemen we niet op? Dan mag iemand met je mee om te luisteren.",
                "Do we not record? Then somebody may come with you to listen.",
            ),
            Line(
                _HOUSE,
                "Het gesprek gaat gewoon door, ook na een nee.",
                "The conversation simply goes on, also after a no.",
            ),
        ),
        no_rule_because="an offer is made, not demanded: not noting what came of it is an open task, never a lock",
    ),
    Clause(
        "2a",
        (
            Line(_PAGE, "Beeld opnemen mag nooit.", "Recording images is never allowed."),
            Line(_HOUSE, "Een bestand met beeld nemen we niet aan.", "We do not accept a file with images."),
        ),
        no_rule_because="images are refused by content, where files come in; the codes 2a.* are for that",
    ),
    Clause(
        "2b",
        (
            Line(
                _PAGE,
                "Je mag zelf bepalen of jouw gezicht ergens te zien is.",
                "You decide yourself whether your face can be seen somewhere.",
            ),
            Line(_LAW, "Stiekem filmen mag niet van de wet.", "Filming in secret is against the law."),
        ),
        no_rule_because="it is the reason for 2a, said in plain words; there is nothing more to judge",
    ),
    Clause(
        "3a",
        (
            Line(
                _PAGE,
                "Onze medewerker zegt dat je een gesprek mag opnemen.",
                "Our worker says that you may record a conversation.",
            ),
            Line(
                _PAGE,
                "Zei niemand iets? Dan mag je het zelf zeggen.",
                "Did nobody say anything? Then you may say it yourself.",
            ),
        ),
        no_rule_because="who is asked has been told: that is a fact, not a lock",
    ),
    Clause(
        "3b",
        (
            Line(
                _PAGE,
                "Weet iedereen het vooraf? Dan is het gesprek rustiger.",
                "Does everyone know beforehand? Then the conversation is calmer.",
            ),
            Line(
                _HOUSE, "Je scherm laat zien of er wordt opgenomen.", "Your screen shows whether there is a recording."
            ),
        ),
        no_rule_because="it is shown on every screen while sound runs; there is nothing to judge",
    ),
    Clause(
        "4a",
        (
            Line(_PAGE, "Neem jij op? Dan nemen wij ook op.", "Do you record? Then we record too."),
            Line(
                _READING, "Een eigen app is net zo goed als onze pagina.", "An app of your own is as good as our page."
            ),
            Line(
                _HOUSE,
                "Valt een opname uit? Dan staan we allebei stil.",
                "Does a recording fail? Then we both stand still.",
            ),
            Line(
                _HOUSE,
                "Doet alleen onze opname het niet? Dan kies jij of jouw opname verdergaat.",
                "Does only ours fail? Then you choose whether yours goes on.",
            ),
            Line(
                _HOUSE,
                "Neemt niemand op? Dan nemen wij ook niet op.",
                "Does nobody record? Then we do not record either.",
            ),
        ),
    ),
    Clause(
        "4b",
        (
            Line(_PAGE, "Onze opname komt in het dossier.", "Our recording goes into the file."),
            Line(_HOUSE, "Het nummer van het dossier mag later.", "The number of the file can come later."),
        ),
    ),
    Clause(
        "5a",
        (
            Line(
                _PAGE,
                "Knippen en plakken in een opname mag niet.",
                "Cutting and pasting in a recording is not allowed.",
            ),
            Line(_HOUSE, "Ook wij veranderen de opname nooit.", "We never change the recording either."),
            Line(
                _HOUSE,
                "Wissen gebeurt nooit vanzelf: eerst zetten we vast en zeggen we het.",
                "Nothing is wiped by itself: first we lock it and say so.",
            ),
        ),
    ),
    Clause(
        "5b",
        (
            Line(
                _PAGE,
                "Knippen mag alleen als je het bespreekt en iedereen het goed vindt.",
                "Cutting is allowed only if you discuss it and everyone agrees.",
            ),
            Line(
                _READING,
                "Iedereen weet dan precies welk stuk eruit gaat.",
                "Everyone then knows exactly which piece comes out.",
            ),
            Line(
                _LAW,
                "Een geheim adres bedekken we met een toon. Dat is geen knippen.",
                "We cover a secret address with a tone. That is not cutting.",
            ),
        ),
    ),
    Clause(
        "6a",
        (
            Line(
                _PAGE,
                "Geluid of tekst delen mag niet zonder toestemming van de anderen.",
                "Sharing sound or text is not allowed without the others' permission.",
            ),
            Line(
                _READING,
                "Iedereen die erbij was moet ja zeggen. Zwijgen is nee.",
                "Everyone who was there must say yes. Silence is no.",
            ),
            Line(_READING, "Een ja om te delen mag je terugnemen.", "You may take back a yes to sharing."),
            Line(
                _LAW,
                "Naar je eigen advocaat, een klacht of de rechter mag wel.",
                "Your own lawyer, a complaint or the court is allowed.",
            ),
        ),
    ),
    Clause(
        "6b",
        (
            Line(
                _PAGE,
                "Openbaar maken mag ook niet zonder toestemming.",
                "Making public is not allowed without permission either.",
            ),
            Line(_READING, "Dat is een aparte vraag aan iedereen.", "That is a separate question to everyone."),
        ),
    ),
    Clause(
        "7a",
        (
            Line(
                _PAGE,
                "We spreken de afspraken in bij het begin van de opname.",
                "We speak the agreements at the start of the recording.",
            ),
            Line(_HOUSE, "Later inspreken mag ook.", "Speaking them later is allowed too."),
        ),
        no_rule_because="not spoken yet is an open task, then paper; recording is not locked for it",
    ),
    Clause(
        "7b",
        (
            Line(
                _PAGE, "Of we leggen de afspraken vast in een contract.", "Or we lay down the agreements in a contract."
            ),
            Line(_READING, "Beide kanten tekenen dan dezelfde tekst.", "Both sides then sign the same text."),
        ),
    ),
)
"""Every clause, in order."""


def clause(number: str) -> Clause:
    """Give a clause by its number; raises KeyError.

    >>> clause("4b").says
    (<Says.PAGE: 'page'>, <Says.HOUSE: 'house'>)
    """
    for one in CLAUSES:
        if one.number == number:
            return one
    raise KeyError(number)
