"""What is offered when there is no recording (clause 1d): a task until it is noted, never a lock."""

from tweespoor.casework import ledger, models, settling, tasks
from tweespoor.casework.clock import now_ms
from tweespoor.rules import facts
from tweespoor.rules.facts import Offered


def note(conversation_id: str, offered: Offered) -> None:
    """Note what came of the offer."""
    house = settling.house()
    absent = (offered is Offered.NOTES_ON_PAPER and not house.offers_notes) or (
        offered is Offered.SUMMARY and not house.offers_summary
    )
    settling.refuse_when(absent, "1d.not-offered")
    ledger.append(conversation_id, facts.OfferNoted(at=now_ms(), offered=offered))
    tasks.finish(conversation_id, models.Task.Kind.OFFER)


def interest_line(conversation_id: str, line: str) -> None:
    """Write the one line for the dossier on why recording was not good for a child."""
    tasks.finish(conversation_id, models.Task.Kind.INTEREST_LINE, line)
