"""What the server does by itself a moment later: the head is signed, and the receipt is made."""

from tweespoor.casework import attesting, certifying, confirming


def prove(conversation: str) -> None:
    """Sign where a journal stands, and make the receipt if there is something to confirm."""
    certifying.make_seal("Huis aan de Dijk")
    attesting.attest(conversation)
    confirming.confirm(conversation)
