"""Signs journals, beside them: which key signs which, endorsed by the organisation, and a signature over each head.

Every conversation has a key of its own, wrapped by the organisation's key so that a destruction can still be signed.
It lives until the conversation is closed; then it is destroyed, and what is written afterwards (that somebody of us
listened, say) is signed with a key that is made, endorsed from that position on, used once and thrown away.  So nobody
who gets hold of this server later can sign old entries anew: no key is good outside its interval.

Nothing here happens while a request waits.  The ledger says which journals grew; the sweep signs a few of them at a
time: at once after an agreement, a stop, a seal and the closing, else every ten seconds.  A signature is no fact.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Exists, Max, OuterRef, Q

from tweespoor.casework import certifying, hardware, ledger, models, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.dossier import statements
from tweespoor.errors import DamagedError, TweespoorError, UnknownError
from tweespoor.rules.conversation import Conversation
from tweespoor.seal import certificates, keys, signing
from tweespoor.seal.signing import Private

EVERY_MS: Final = 10_000
AT_MOST: Final = 50
"""How many journals one sweep signs."""
_AGAIN_MS: Final = 60_000
_LATELY_MS: Final = 7 * 86_400_000  # a crash may have come between a signature and the receipt that goes with it
_MOST_HELD: Final = 5_000

_KIND: Final = models.WrappedKey.Kind.JOURNAL

_log = structlog.get_logger(__name__)
_guard = threading.Lock()
_one_at_a_time = threading.RLock()
_grown: dict[str, ledger.Head | None] = {}  # None: not looked at since the server began
_signed: dict[str, tuple[int, object]] = {}  # when, and what stood then
_held: dict[str, tuple[Private, str]] = {}  # keys of open conversations
_put_off_until: dict[str, int] = {}


class UnsignedError(DamagedError):
    """A head cannot be signed now; the message says why."""


def begin() -> None:
    """Hear of every journal that grows, and find those that were not signed when the server ended."""
    ledger.listen(note)
    last = models.Checkpoint.objects.filter(conversation=OuterRef("pk"), position=OuterRef("position"))
    given = models.Receipt.objects.filter(conversation=OuterRef("pk"))
    lately = Q(finished_ms__gt=now_ms() - _LATELY_MS) & ~Exists(given)
    behind = models.Conversation.objects.filter(~Exists(last) | lately, position__gte=0)
    with _guard:
        for conversation_id in behind.values_list("pk", flat=True).iterator():
            _grown.setdefault(conversation_id, None)
    _destroy_of_closed()


def note(conversation_id: str, head: ledger.Head) -> None:
    """Note that a journal grew; called after each commit, so it only writes down."""
    with _guard:
        _grown[conversation_id] = head


def sweep() -> list[str]:
    """Sign what is due, a few at a time and in one transaction, and give which journals those were.

    What cannot be signed is said, and tried again.
    """
    now = now_ms()
    with _guard:
        due = [one for one, head in _grown.items() if _is_due(one, head, now)][:AT_MOST]
    # Hardware takes its time for each signature: what needs one goes by itself, so that nobody waits for more than one.
    alone = [one for one in due if one not in _held] if hardware.is_used() else []
    groups = [[one for one in due if one not in alone], *([one] for one in alone)]
    try:
        return [done for group in groups if group for done in _attest(group, _put_off)]
    except DatabaseError:  # a table that stays locked, say: then they are due again
        with _guard:
            for conversation_id in due:
                _grown.setdefault(conversation_id, None)
        raise


def attest(conversation_id: str) -> None:
    """Sign the head of a journal as it stands, unless it is signed.

    Raises UnknownError for a conversation that is not there, DamagedError when it does not verify or its key does not
    open, NoSealError when nobody can say whose key it is.
    """
    ledger.head(conversation_id)
    _attest([conversation_id], _fail)


def _fail(_conversation_id: str, trouble: TweespoorError) -> None:
    raise trouble


def _put_off(conversation_id: str, trouble: TweespoorError) -> None:
    """Say that a journal cannot be signed, and try again in a minute."""
    _log.warning("journal.unsigned", reason=str(trouble))
    _put_off_until[conversation_id] = now_ms() + _AGAIN_MS
    with _guard:
        _grown.setdefault(conversation_id, None)


def _attest(conversations: Sequence[str], on_trouble: Callable[[str, TweespoorError], None]) -> list[str]:
    with _one_at_a_time:
        rows: list[models.Checkpoint] = []
        done: dict[str, Conversation] = {}
        with _guard:
            for conversation_id in conversations:
                _grown.pop(conversation_id, None)
        there, before = ledger.rows(conversations), _Before(conversations)
        for conversation_id in conversations:
            try:
                head = ledger.at(there, conversation_id)
                rows += _checkpoint(conversation_id, head, before)
            except UnknownError:  # dropped, or practice that was left
                _forget(conversation_id)
            except (DamagedError, certifying.NoSealError) as trouble:
                on_trouble(conversation_id, trouble)
            else:
                done[conversation_id] = head.state
        _save(rows)
        if len(_signed) > _MOST_HELD:
            _signed.clear()
        for conversation_id, state in done.items():
            _signed[conversation_id] = now_ms(), _standing(state)
            _put_off_until.pop(conversation_id, None)
            if state.closed:
                _destroy(conversation_id)
        return list(done)


def _save(rows: Sequence[models.Checkpoint]) -> None:
    if rows:  # another process may have signed the same head at this moment
        models.Checkpoint.objects.bulk_create(rows, ignore_conflicts=True)


class _Before:
    """What of some journals was signed before: up to which position, and with which key."""

    def __init__(self, conversations: Sequence[str]) -> None:
        signed = models.Checkpoint.objects.filter(conversation__in=conversations).values_list("conversation_id")
        self.position: dict[str, int] = dict(signed.annotate(Max("position")))
        endorsed = models.Endorsement.objects.filter(conversation__in=conversations).order_by("number")
        self.endorsement = {row.conversation_id: row for row in endorsed}


def _checkpoint(conversation_id: str, head: ledger.Head, before: _Before) -> list[models.Checkpoint]:
    """Sign a head, for who saves it; nothing when it is signed already.

    After the closing it is saved here: its key is thrown away, so what endorses the key and what it signed must be
    there together or not at all.
    """
    last = before.position.get(conversation_id, -1)
    if head.at.position < 0 or last >= head.at.position:
        return []
    known = before.endorsement.get(conversation_id)
    if head.state.closed:
        with transaction.atomic():
            _save([_signed_head(conversation_id, head, *_key(conversation_id, last + 1, head, known))])
        return []
    return [_signed_head(conversation_id, head, *_key(conversation_id, last + 1, head, known))]


def _signed_head(conversation_id: str, head: ledger.Head, private: Private, key: str) -> models.Checkpoint:
    says = {
        "at": max(now_ms(), head.state.at),
        "conversation": conversation_id,
        "head": head.at.head,
        "key": key,
        "position": head.at.position,
    }
    line = statements.make(says, lambda content: signing.sign(private, "checkpoint", content))
    return models.Checkpoint(conversation_id=conversation_id, position=head.at.position, line=line)


def _is_due(conversation_id: str, head: ledger.Head | None, now: int) -> bool:
    if 0 < _put_off_until.get(conversation_id, 0) - now <= _AGAIN_MS:
        return False
    when, stood = _signed.get(conversation_id, (0, None))
    return head is None or not 0 <= now - when < EVERY_MS or stood != _standing(head.state)


def _standing(c: Conversation) -> object:
    """Give what is signed at once when it changes: agreement, recording, seals, closing."""
    return c.agreed, c.part, c.running, c.closed, sum(track.sealed for track in c.tracks.values())


def _forget(conversation_id: str) -> None:
    with _guard:
        _grown.pop(conversation_id, None)
    _signed.pop(conversation_id, None)
    _held.pop(conversation_id, None)
    _put_off_until.pop(conversation_id, None)


def forget_all() -> None:
    """Hold nothing in memory any more; what is wrapped stays."""
    with _guard:
        _grown.clear()
    for known in (_signed, _held, _put_off_until):
        known.clear()


# Keys ------------------------------------------------------------------------------------------------


def _key(
    conversation_id: str, from_here: int, head: ledger.Head, known: models.Endorsement | None
) -> tuple[Private, str]:
    """Give the key that signs a journal from some position on, endorsed; a new one where there is none any more."""
    held = _kept(conversation_id)
    if held is not None and known is not None and known.key == held[1]:
        return held
    first = 0 if known is None else max(from_here, known.first + 1)
    if first > head.at.position:
        raise UnsignedError("journal", f"an entry behind position {first - 1}", f"the head at {head.at.position}")
    made = held
    if made is None:
        private = signing.make()
        made = private, signing.fingerprint(signing.public(private))
        if not head.state.closed:
            _keep(conversation_id, *made)
    _endorse(conversation_id, 0 if known is None else known.number + 1, first, made)
    return made


def _kept(conversation_id: str) -> tuple[Private, str] | None:
    """Give the key that is kept for a conversation; the newest, should there ever be two."""
    if conversation_id in _held:
        return _held[conversation_id]
    row = models.WrappedKey.objects.filter(kind=_KIND, conversation=conversation_id).order_by("pk").last()
    if row is None:
        return None
    packed = keys.unwrap(trackkeys.organisation_key(), bytes(row.wrapped), _KIND, row.owner)
    private = signing.unpack(packed)
    return _hold(conversation_id, private, signing.fingerprint(signing.public(private)))


def _keep(conversation_id: str, private: Private, key: str) -> None:
    """Wrap a key and make it durable before anything is signed with it."""
    owner = key[:32]
    wrapped = keys.wrap(trackkeys.organisation_key(), signing.pack(private), _KIND, owner)
    models.WrappedKey.objects.create(kind=_KIND, owner=owner, conversation=conversation_id, wrapped=wrapped)
    _hold(conversation_id, private, key)


def _hold(conversation_id: str, private: Private, key: str) -> tuple[Private, str]:
    if len(_held) > _MOST_HELD:
        _held.clear()
    _held[conversation_id] = private, key
    return private, key


def _endorse(conversation_id: str, number: int, first: int, made: tuple[Private, str]) -> None:
    seal = certifying.seal()
    says = {
        "at": now_ms(),
        "certificate": certificates.fingerprint(seal.certificates[0]),
        "conversation": conversation_id,
        "first": first,
        "number": number,
        "public": signing.public(made[0]).hex(),
    }
    line = statements.make(says, lambda content: signing.raw(seal.sign(signing.message("endorsement", content))))
    models.Endorsement.objects.create(
        conversation_id=conversation_id, number=number, first=first, key=made[1], line=line
    )


def _destroy(conversation_id: str) -> None:
    _held.pop(conversation_id, None)
    models.WrappedKey.objects.filter(kind=_KIND, conversation=conversation_id).delete()


def _destroy_of_closed() -> None:
    """Destroy again what a restored keyring brought back."""
    owners = set(models.WrappedKey.objects.filter(kind=_KIND).values_list("conversation", flat=True))
    closed = models.Conversation.objects.filter(closed_ms__isnull=False).exclude(pk__in=list(_grown))
    for conversation_id in owners & set(closed.values_list("pk", flat=True)):
        _destroy(conversation_id)
