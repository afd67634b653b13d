"""What the server does by itself a moment later: the head is signed, and the receipt is made."""

import pytest

from tweespoor.casework import attesting, certifying, clock, confirming

HOUSE = "Huis aan de Dijk"


def prove(conversation: str) -> None:
    """Sign where a journal stands, and make the receipt if there is something to confirm."""
    certifying.make_seal(HOUSE)
    attesting.attest(conversation)
    confirming.confirm(conversation)


def seal_of_before() -> None:
    """Make the seal two days ago: what the demonstration shows happened yesterday, and was sealed then."""
    then = clock.source() - 2 * 24 * 3600 * 10**9
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "source", lambda: then)
        certifying.make_seal(HOUSE)
