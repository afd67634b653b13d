"""The contract: who signs, what it says, and when another text takes its place (clause 7b).

It is one text for both sides.  It holds every sentence in each language, so that who reads English and who reads Dutch
sign the same thing; its canonical form is made where it is kept.  Nobody's name is in it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tweespoor.rules.agreements import AGREEMENTS, Sentence, chosen, read_on_recording
from tweespoor.rules.clause import Says, rule
from tweespoor.rules.kinds import Kind
from tweespoor.rules.state import Conversation, Stay
from tweespoor.rules.verdict import Obstacle

FORMAT: Final = "tweespoor-contract/1"

OF_A_CONTRACT: Final[tuple[Sentence, ...]] = (
    Sentence(
        "Je mag altijd stoppen met opnemen. Ook als je hebt getekend.",
        "You may always stop recording. Also when you have signed.",
    ),
    Sentence(
        "Je handtekening gaat alleen over opnemen. Een dossier maken we volgens de wet.",
        "Your signature is only about recording. We keep a file because the law says so.",
    ),
    Sentence(
        "Verandert er een afspraak? Dan komt er een nieuw contract, en tekent iedereen opnieuw.",
        "Does an agreement change? Then there is a new contract, and everyone signs again.",
    ),
)
"""What a contract says beside the agreements."""

BEFORE_SIGNING: Final[tuple[Sentence, ...]] = (
    Sentence("Niet tekenen mag ook.", "You may also not sign."),
    Sentence(
        "Tekent niet iedereen? Dan is er geen contract. Verder verandert er niets.",
        "Does not everyone sign? Then there is no contract. Nothing else changes.",
    ),
    Sentence("We zeggen niet wie wel of niet tekende.", "We do not say who signed or did not."),
)
"""What somebody reads before signing or not."""

_NOT_A_PARTY: Final = frozenset({Kind.STAFF, Kind.PROFESSIONAL, Kind.CHILD})


def parties(c: Conversation) -> tuple[int, ...]:
    """Give who signs beside the organisation: everyone of twelve and over who was there when it was agreed last.

    An interpreter or other professional takes part for the work, and a child under twelve has a parent there.  Who came
    later signs the contract of after that; who left since was there.
    """
    part = c.parts.get(c.part)
    if part is None:
        return ()
    here = (one for one in c.seats.values() if one.kind not in _NOT_A_PARTY)
    return tuple(sorted(one.seat for one in here if any(_covers(stay, part.agreed_at) for stay in one.stays)))


def _covers(stay: Stay, at: int) -> bool:
    return stay.begin <= at and (stay.end is None or at <= stay.end)


def document(c: Conversation, *, version: int, organisation: str, helpline: str) -> dict[str, object]:
    """Give the contract that lays down what was agreed last: JSON values, without a name of anybody."""
    part = c.parts[c.part]
    numbers = sorted(seat for seat, one in c.seats.items() if one.kind is not Kind.STAFF)
    items = zip(AGREEMENTS, c.items, chosen(c.items), strict=True)
    return {
        "format": FORMAT,
        "conversation": c.conversation or "",
        "version": version,
        "from": part.agreed_at,
        "edition": c.edition or "",
        "organisation": organisation,
        "helpline": helpline,
        "parties": [
            {"party": "organisation"},
            *(
                {"party": "participant", "number": numbers.index(seat) + 1, "kind": c.seats[seat].kind.value}
                for seat in parties(c)
            ),
        ],
        "agreements": [
            {
                "item": one.item,
                "choice": choice,
                "question": _both(one.question, organisation),
                "text": _both(text, organisation),
            }
            for one, choice, text in items
        ],
        # Without the last sentence, which asks for a spoken yes.
        "sentences": [_both(one, organisation) for one in (*read_on_recording(c.items)[:-1], *OF_A_CONTRACT)],
    }


def says_the_same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Tell whether two contracts lay down the same for the same people, whichever came first."""
    apart = {"version", "from"}
    return {k: v for k, v in one.items() if k not in apart} == {k: v for k, v in other.items() if k not in apart}


@rule("7b", Says.PAGE, codes=("7b.not-agreed",))
def something_was_agreed(c: Conversation) -> Iterator[Obstacle]:
    """Clause 7b (page): what is laid down in a contract are agreements, so there must be some, of somebody."""
    if c.part not in c.parts or not parties(c) or c.closed:
        yield Obstacle("7b.not-agreed")


@rule("7b", Says.PAGE, codes=("7b.other-text",))
def the_text_signed_is_the_text_offered(c: Conversation, contract: str) -> Iterator[Obstacle]:
    """Clause 7b (page): what is signed is the very text that was offered to all."""
    if c.contract is None or contract != c.contract:
        yield Obstacle("7b.other-text")


@rule("7b", Says.READING, codes=("7b.not-asked",))
def who_was_there_signs(c: Conversation, seat: int | None) -> Iterator[Obstacle]:
    """Clause 7b (reading): both sides sign: the organisation (None), and who was there when it was agreed."""
    if seat is not None and seat not in parties(c):
        yield Obstacle("7b.not-asked")


def against_signing(c: Conversation, contract: str, seat: int | None) -> Iterator[Obstacle]:
    """Give every obstacle to signing."""
    yield from the_text_signed_is_the_text_offered(c, contract)
    yield from who_was_there_signs(c, seat)


def _both(sentence: Sentence, organisation: str) -> dict[str, str]:
    return {
        "nl": sentence.nl.replace("{house}", organisation),
        "en": sentence.en.replace("{house}", organisation),
    }
