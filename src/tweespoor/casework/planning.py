"""Plans a conversation, which is never needed to start one: when, with how many, and an invitation that ends with it.

A plan holds nobody's name: it is found by its moment and by a reference of its own.  Its invitation is a credential
for looking at the plan and saying beforehand that one wants to record; it never lets anybody in to the conversation,
for who sits at the table is told by the code of that moment.  Nothing is sent by itself.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from tweespoor.casework import announcing, destroying, ledger, models, opening, telling, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Children
from tweespoor.seal import keys

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
LATE_MS: Final = HOUR_MS
"""A conversation may be planned that began a short while ago: the clock on the wall is not exact."""
FARTHEST_MS: Final = 2 * 366 * DAY_MS
LASTS_MS: Final = DAY_MS
"""How long after its moment a plan that was not begun can still be begun, and its invitation looked at."""
KEPT_MS: Final = 30 * DAY_MS
ASKED_MS: Final = HOUR_MS
"""How long after a conversation a number that was given beforehand is there to be asked about; then it is wiped."""
AGAIN_AFTER_MS: Final = 10_000
MOST_OPEN: Final = 500

_SIGNS: Final = "23456789BCDFGHJKMNPQRTVWXYZ"  # no vowels: no words; no signs that look alike
_LENGTH: Final = 6
_PURPOSE: Final = b"tweespoor/invitation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a worker knows when planning; what is not known yet stays open."""

    starts_ms: int
    people: int | None = None
    children: Children | None = None
    telephone: bool = False
    language: str = "nl"


class TooManyError(ValueError):
    """A worker has so many plans that they can only be a mistake."""


def plan(worker: models.Staff, key: str, wanted: Wanted) -> models.Plan:
    """Plan a conversation; the same key again gives the same plan, so that a second tap plans nothing.

    Raises ValueError for a moment or a number that cannot be, UnknownError when the key is another worker's.
    """
    check_moment(wanted.starts_ms)
    if wanted.people is not None:
        opening.check_count(wanted.people)
    known = models.Plan.objects.filter(pk=key).first()
    if known is None:
        if coming(worker).count() >= MOST_OPEN:
            raise TooManyError("too many plans")
        known = _make(worker, key, wanted)
    if known.worker_id != worker.pk:
        raise UnknownError
    return known


def _make(worker: models.Staff, key: str, wanted: Wanted) -> models.Plan:
    try:
        made = models.Plan.objects.create(
            id=key,
            worker=worker,
            reference=_reference(),
            starts_ms=announcing.whole_minute(wanted.starts_ms),
            people=wanted.people,
            children=wanted.children or "",
            telephone=wanted.telephone,
            language=wanted.language,
            invitation_sha256=_fingerprint(_token(key, 0)),
        )
    except IntegrityError:  # the other tap was faster
        return models.Plan.objects.get(pk=key)
    witness("plan.make", staff=worker, about=made.reference)
    return made


def check_moment(starts_ms: int) -> None:
    """Raise ValueError for a moment that is past or too far away."""
    if not now_ms() - LATE_MS <= starts_ms <= now_ms() + FARTHEST_MS:
        raise ValueError("a moment to come, within two years")


def coming(worker: models.Staff) -> QuerySet[models.Plan]:
    """Give this worker's plans that can still be begun, soonest first; also those that do not go on, to take that back.

    A plan whose practice was wiped can be begun again.
    """
    return models.Plan.objects.filter(worker=worker, conversation=None, starts_ms__gt=now_ms() - LASTS_MS).order_by(
        "starts_ms", "pk"
    )


def are_coming(worker: models.Staff) -> bool:
    """Tell whether there is a plan to begin from."""
    return coming(worker).filter(cancelled_ms=None).exists()


def of(worker: models.Staff, key: str) -> models.Plan:
    """Give a plan of this worker; UnknownError for anybody else's and for what is not there."""
    found = models.Plan.objects.select_related("conversation").filter(pk=key, worker=worker).first()
    if found is None:
        raise UnknownError
    return found


def move(one: models.Plan, starts_ms: int) -> None:
    """Put a plan at another moment; the invitation stays good and shows the new one."""
    _check_open(one)
    check_moment(starts_ms)
    starts_ms = announcing.whole_minute(starts_ms)
    if starts_ms != one.starts_ms:
        announcing.follow(one, starts_ms)  # while the old moment still says whose it is
        models.Plan.objects.filter(pk=one.pk).update(
            starts_ms=starts_ms, moved_from_ms=one.starts_ms, cancelled_ms=None
        )
        witness("plan.move", staff=one.worker, about=one.reference)


def cancel(one: models.Plan) -> None:
    """Say that a planned conversation does not go on; it can be taken back as long as its day lasts."""
    _check_open(one)
    if models.Plan.objects.filter(pk=one.pk, cancelled_ms=None).update(cancelled_ms=now_ms()):
        witness("plan.cancel", staff=one.worker, about=one.reference)


def undo(one: models.Plan) -> None:
    """Take back the last change: that it does not go on, or that it was moved."""
    _check_open(one)
    if one.cancelled_ms is not None:
        models.Plan.objects.filter(pk=one.pk).update(cancelled_ms=None)
    elif one.moved_from_ms is not None:
        announcing.follow(one, one.moved_from_ms)
        models.Plan.objects.filter(pk=one.pk).update(starts_ms=one.moved_from_ms, moved_from_ms=None)
    else:
        return
    witness("plan.undo", staff=one.worker, about=one.reference)


def _check_open(one: models.Plan) -> None:
    if one.conversation_id is not None:
        raise UnknownError


def note_told(one: models.Plan, *, told: bool) -> None:
    """Note, or take back, that we said beforehand that one may record (clause 3a)."""
    _check_open(one)
    models.Plan.objects.filter(pk=one.pk).update(told_ms=now_ms() if told else None)


def note_wanted(one: models.Plan, *, wanted: bool) -> None:
    """Note, or take back, that somebody said to us beforehand that they want to record (clause 3a); never who."""
    _check_open(one)
    models.Plan.objects.filter(pk=one.pk).update(wanted_ms=now_ms() if wanted else None)


def is_announced(one: models.Plan) -> bool:
    """Tell whether somebody who takes part said that they want to record: to us, or by the page."""
    return one.wanted_ms is not None or announcing.said(one).certain


def begin(one: models.Plan, worker: models.Staff, people: int, children: Children, *, practice: bool = False) -> str:
    """Open the conversation of a plan and give its id; a second tap gives the same one.

    What was said beforehand becomes a fact (clause 3a).  Raises UnknownError when the plan does not go on.
    """
    if one.conversation_id is not None:
        return one.conversation_id
    opening.check_count(people)
    now = now_ms()
    untaken = Q(begun_ms=None) | Q(conversation=None, begun_ms__lt=now - AGAIN_AFTER_MS)
    if not models.Plan.objects.filter(untaken, pk=one.pk, cancelled_ms=None).update(begun_ms=now):
        begun = models.Plan.objects.values_list("conversation_id", flat=True).get(pk=one.pk)
        if begun is None:
            raise UnknownError
        return begun
    conversation_id = opening.open_conversation(worker, people, children, practice=practice)
    announcing.follow(one, one.starts_ms)
    for by_participant, was_said in ((False, one.told_ms is not None), (True, is_announced(one))):
        if was_said:
            ledger.append(conversation_id, facts.Announced(at=now_ms(), by_participant=by_participant))
    models.Plan.objects.filter(pk=one.pk).update(conversation=conversation_id)
    return conversation_id


# The invitation -----------------------------------------------------------------------------------------------


def invitation(one: models.Plan) -> str:
    """Give the secret of the invitation; it is made again from the plan, and only its hash is kept."""
    return _token(one.pk, one.turn)


def renew(one: models.Plan) -> None:
    """Make a new invitation, because the old one lies in the wrong hands; that one ends at once."""
    _check_open(one)
    destroying.end([one.invitation_sha256])
    turn = one.turn + 1
    models.Plan.objects.filter(pk=one.pk, turn=one.turn).update(
        turn=turn, invitation_sha256=_fingerprint(_token(one.pk, turn))
    )
    witness("plan.renew", staff=one.worker, about=one.reference)


def invited(token: str) -> models.Plan:
    """Give the plan that an invitation is for; ended, renewed and guessed are the same UnknownError.

    It ends with the conversation, or a day after its moment when that never began.
    """
    found = models.Plan.objects.select_related("conversation").filter(invitation_sha256=_fingerprint(token)).first()
    if found is None or has_ended(found):
        raise UnknownError
    return found


def has_ended(one: models.Plan) -> bool:
    """Tell whether a plan is over."""
    if one.conversation is not None:
        return one.conversation.finished_ms is not None
    return one.starts_ms + LASTS_MS < now_ms()


def _is_over(one: models.Plan) -> bool:
    """Tell whether nobody needs any more what was said beforehand: there is a while for asking whether it may stay."""
    ended = None if one.conversation is None else one.conversation.finished_ms
    return has_ended(one) and (ended is None or ended + ASKED_MS < now_ms())


def keep_way(conversation_id: str, seat: int, staff: models.Staff) -> bool:
    """Keep for somebody the safe way that was given beforehand; tells whether there was one.

    Raises ValueError when it is no number that a message can go to.
    """
    one = models.Plan.objects.filter(conversation=conversation_id).first()
    found = None if one is None else announcing.newest(one)
    if found is None:
        return False
    key, reach = found
    telling.note_way(conversation_id, seat, reach.way, reach.number, staff=staff)
    announcing.forget(key)
    return True


def forget_due() -> None:
    """Forget plans of a month ago, and what was said beforehand of what is over."""
    announcing.forget_due(_is_over)
    models.Plan.objects.filter(starts_ms__lt=now_ms() - KEPT_MS).delete()


def invite_anew(organisation: bytes) -> int:
    """Let invitations follow another key of the organisation; what was handed out before opens nothing any more."""
    done = 0
    for one in models.Plan.objects.all():
        fresh = _fingerprint(_token(one.pk, one.turn, organisation))
        done += models.Plan.objects.filter(pk=one.pk).exclude(invitation_sha256=fresh).update(invitation_sha256=fresh)
    return done


def _token(key: str, turn: int, organisation: bytes | None = None) -> str:
    secret = keys.derive(organisation or trackkeys.organisation_key(), _PURPOSE)
    return base64.urlsafe_b64encode(keys.mac(secret, f"{key}/{turn}".encode())[:16]).rstrip(b"=").decode()


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _reference() -> str:
    """Make a reference that can be said aloud and written down, and that means nothing."""
    while True:
        made = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
        if not models.Plan.objects.filter(reference=made).exists():
            return made
