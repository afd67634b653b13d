"""What participants' own pages sign: their yes, and the heads of the journal that they saw (docs/format.md, 6).

A page makes a key that cannot leave it, and signs its own yes when it is tapped, never a no.  To whoever watches the
traffic all answers look alike: each brings a key and something of a signature's shape, and each is held against the yes
in the same way.  What came with an answer stays in memory with that answer; only when the round ends in agreement the
yes and its signature are kept.  A page without a key answers as well as any other.

Heads are signed while it records and no longer, by all pages alike, so that nothing here tells who stopped; of what is
kept a bundle leaves out whatever is behind the last head that every page signed (law 5).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tweespoor.casework import ledger, models
from tweespoor.dossier import statements
from tweespoor.errors import DamagedError
from tweespoor.journal import entry
from tweespoor.rules import conversation, facts
from tweespoor.rules.state import EMPTY, Conversation, Running
from tweespoor.seal import signing

HEADS: Final = 12
"""How many heads a page signs at once, at most."""

_PUBLIC: Final = re.compile(rf"[0-9a-f]{{{2 * signing.PUBLIC}}}\Z")
_SIGNATURE: Final = re.compile(rf"[0-9a-f]{{{2 * signing.SIGNATURE}}}\Z")
_YES: Final = models.PageStatement.What.YES
_SEEN: Final = models.PageStatement.What.SEEN


class Given(NamedTuple):
    """What came with an answer: a public key and a signature, in hex; both may be anything."""

    public: str
    signature: str


class Signed(NamedTuple):
    """A yes that its page signed: the fingerprint of the page's key, and the statement."""

    key: str
    line: bytes


def asked(state: Conversation, seat: int) -> Mapping[str, object]:
    """Give what a page signs when somebody says yes to the question that is asked now, without the key."""
    return {
        "conversation": state.conversation,
        "edition": state.edition,
        "items": list(state.items),
        "round": state.round,
        "seat": seat,
        "what": _YES.value,
    }


def yes(state: Conversation, seat: int, given: Given) -> Signed | None:
    """Give the signed yes that came with an answer; None when it is none, as with every other answer.

    It is asked of every answer alike, before anybody looks which one it is.
    """
    if not _PUBLIC.match(given.public) or not _SIGNATURE.match(given.signature):
        return None
    says = {**asked(state, seat), "public": given.public}
    key, signature = bytes.fromhex(given.public), bytes.fromhex(given.signature)
    if not signing.verify(key, "yes", statements.canonical(says), signature):
        return None
    return Signed(signing.fingerprint(key), statements.make(says, lambda _: signature))


def keep(conversation_id: str, number: int, signed: Mapping[int, Signed]) -> None:
    """Keep the signed yeses of a round that ended in agreement, by seat."""
    models.PageStatement.objects.bulk_create(
        (
            models.PageStatement(
                conversation_id=conversation_id, what=_YES, place=number, seat=seat, key=one.key, line=one.line
            )
            for seat, one in sorted(signed.items())
        ),
        ignore_conflicts=True,
    )


# Heads that pages saw -----------------------------------------------------------------------------------


def to_sign(conversation_id: str, seat: int) -> list[tuple[int, str]]:
    """Give the heads (position, hex) that the page of this seat may sign now: the newest that it did not sign yet."""
    key = _key_of(conversation_id, seat)
    if key is None:
        return []
    rows = models.Checkpoint.objects.filter(conversation_id=conversation_id)
    newest = [statements.read(bytes(row.line)) for row in rows.order_by("-position")[:HEADS]]
    signed = set(
        models.PageStatement.objects.filter(conversation_id=conversation_id, what=_SEEN, seat=seat).values_list(
            "place", flat=True
        )
    )
    since = _agreed_at(conversation_id)
    heads = [(one.number("position"), one.text("head")) for one in newest if one.number("at") > since]
    return sorted(one for one in heads if one[0] not in signed)


def see(conversation_id: str, seat: int, signatures: Mapping[int, str]) -> None:
    """Keep what a page signed of the heads that it may sign; what is no signature of that is dropped."""
    known = _key_of(conversation_id, seat)
    if known is None:
        return
    rows = []
    for position, head in to_sign(conversation_id, seat):
        signature = signatures.get(position, "")
        if not _SIGNATURE.match(signature):
            continue
        says = {
            "conversation": conversation_id,
            "head": head,
            "key": signing.fingerprint(known),
            "position": position,
            "what": _SEEN.value,
        }
        given = bytes.fromhex(signature)
        if signing.verify(known, "seen", statements.canonical(says), given):
            line = statements.make(says, lambda _, given=given: given)  # type: ignore[misc]
            rows.append(
                models.PageStatement(
                    conversation_id=conversation_id,
                    what=_SEEN,
                    place=position,
                    seat=seat,
                    key=signing.fingerprint(known),
                    line=line,
                )
            )
    models.PageStatement.objects.bulk_create(rows, ignore_conflicts=True)


def _key_of(conversation_id: str, seat: int) -> bytes | None:
    """Give the key with which the page of this seat said yes to what is being recorded now."""
    state = ledger.state(conversation_id)
    part = state.parts.get(state.part)
    if state.running is not Running.RUNNING or part is None:
        return None
    row = models.PageStatement.objects.filter(
        conversation_id=conversation_id, what=_YES, place=part.round, seat=seat
    ).first()
    return None if row is None else bytes.fromhex(statements.read(bytes(row.line)).text("public"))


def _agreed_at(conversation_id: str) -> int:
    state = ledger.state(conversation_id)
    return state.parts[state.part].agreed_at


# For a bundle --------------------------------------------------------------------------------------------


def shown(conversation_id: str, lines: Sequence[bytes]) -> list[bytes]:
    """Give what pages signed as it goes into a bundle: every yes, and the heads that every page of a part signed."""
    rows = models.PageStatement.objects.filter(conversation_id=conversation_id)
    yeses = rows.filter(what=_YES).order_by("place", "seat").values_list("line", flat=True)
    seen: dict[int, dict[str, bytes]] = {}
    for row in rows.filter(what=_SEEN):
        seen.setdefault(row.place, {})[row.key] = bytes(row.line)
    if not seen:
        return [bytes(line) for line in yeses]
    heads = [
        seen[position][key]
        for inside, keys in _intervals(lines)
        for last in [max((at for at in inside if at in seen and keys <= seen[at].keys()), default=-1)]
        for position in inside
        if position in seen and position <= last
        for key in sorted(keys & seen[position].keys())
    ]
    return [*(bytes(line) for line in yeses), *heads]


def _intervals(lines: Iterable[bytes]) -> Iterator[tuple[range, frozenset[str]]]:
    """Give for each part the positions between its agreement and its end, and the keys of the pages that said yes."""
    state, keys, begin = EMPTY, set[str](), None
    position = -1
    for position, line in enumerate(lines):
        try:
            fact = entry.read(line).fact
        except DamagedError:
            return
        before, state = state, conversation.after(state, fact)
        if isinstance(fact, facts.RoundOpened):
            keys = set()
        elif isinstance(fact, facts.ConsentGiven) and fact.page is not None:
            keys.add(fact.page)
        elif isinstance(fact, facts.AgreementReached):
            begin = position
        ended = before.part and before.parts[before.part].ended_at is None
        if begin is not None and ended and state.parts[before.part].ended_at is not None:
            yield range(begin, position + 1), frozenset(keys)
            begin = None
    if begin is not None:
        yield range(begin, position + 1), frozenset(keys)
