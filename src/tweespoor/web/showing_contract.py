"""What screens show of a contract: the same to everyone who is asked, whatever anybody did with it (laws 5, 10)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tweespoor.casework import binding, contracting, ledger
from tweespoor.casework import sight as sights
from tweespoor.casework.contracting import Seen, Standing
from tweespoor.casework.models import Hearing, Visitor
from tweespoor.casework.sight import Sight
from tweespoor.rules import conditions
from tweespoor.rules import contract as rules
from tweespoor.rules.conversation import Running
from tweespoor.rules.state import Conversation
from tweespoor.web.showing import Shown, day, names

STEP = "contract"
THANKS = "thanks"


def text(seen: Seen) -> dict[str, object]:
    """Give the text of a contract in the language of the page, its hash, and where it stands."""
    language, document = language_of_page(), seen.document
    return {
        "version": seen.row.version,
        "sha256": seen.row.sha256,
        "mark": [binding.grouped(seen.row.sha256[:32]), binding.grouped(seen.row.sha256[32:])],
        "standing": seen.standing.value,
        "until": day(seen.row.until_ms - 1),
        "items": [{"asks": one["question"][language], "says": one["text"][language]} for one in document["agreements"]],
        "sentences": [one[language] for one in document["sentences"]],
        "before": [_(one.nl) for one in rules.BEFORE_SIGNING],
    }


def language_of_page() -> str:
    """Give the language in which a contract is read here; it knows two."""
    return "en" if (get_language() or "nl").startswith("en") else "nl"


def link(sight: Sight, seat: int | None) -> str:
    """Give whether a phone leads to a contract, and to which kind: ``open``, ``made`` or nothing."""
    if sight.state.contract is None or not sight.settled or not contracting.is_party(sight.state, seat):
        return ""
    seen = contracting.look(sight.row.pk)
    return "" if seen is None or seen.standing is Standing.ENDED else seen.standing.value


def for_participant(sight: Sight, visitor: Visitor, step: str) -> Shown | None:
    """Give the page of a contract on a phone; None when there is none to show now."""
    if step not in {STEP, THANKS} or not link(sight, visitor.seat):
        return None
    seen = contracting.look(sight.row.pk)
    if seen is None:
        return None
    running = sights.standing(sight.state, settled=sight.settled)[0]
    holds = {"contract": text(seen), "step": step, "live": running is Running.RUNNING}
    return Shown(f"P-{step.upper()}", f"web/p{step}.html", holds)


def for_listener(session: Hearing) -> Seen | None:
    """Give the contract that is somebody's to see who listens back; what others did with it does not change that."""
    seen = contracting.look(session.conversation_id)
    party = seen is not None and contracting.is_party(ledger.state(session.conversation_id), session.seat)
    return seen if party and seen is not None and seen.standing is not Standing.ENDED else None


def for_worker(sight: Sight) -> dict[str, object]:
    """Give what the worker's page of a contract shows: never how many signed, nor who."""
    state = sight.state
    seen = contracting.look(sight.row.pk)
    return {
        "contract": None if seen is None else text(seen),
        "sign_action": reverse("contract_sign", args=[sight.row.pk]),
        "may_offer": bool(conditions.may_lay_down(state)),
        "made": [
            {
                "version": one.version,
                "files": _files(sight.row.pk, one.version, one.files.values_list("kind", flat=True)),
            }
            for one in contracting.made(sight.row.pk)
        ],
        "apart": state.running not in (Running.RUNNING, Running.PAUSED),
    }


def _files(conversation: str, version: int, kinds: Iterable[str]) -> list[dict[str, str]]:
    """Give what can be got of a contract that was made: its pages by language, and the scans under it."""
    given = sorted(kinds)
    names = [(kind, kind) for kind in given if kind != "scan"]
    names += [("scan", f"scan-{number}") for number in range(1, given.count("scan") + 1)]
    return [
        {"kind": kind, "url": reverse("contract_pdf", args=[conversation, f"{version}-{name}.pdf"])}
        for kind, name in names
    ]


def parties(state: Conversation) -> list[dict[str, object]]:
    """Give everyone who is asked to sign, by number."""
    called = names(state)
    return [{"number": seat, "name": called[seat]} for seat in rules.parties(state)]
