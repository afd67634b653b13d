"""Lets people know that there is something: by a neutral message where they said that is safe, else in person.

Nothing is sent by default.  Somebody who took part may choose a way (`SafeWay`): none, being called, a text message,
mail.  A message holds fixed words only: no organisation, no subject, no link, no number; whoever reads along learns
nothing.  The address lies in the keyring, sealed, and is looked up at the moment of sending, so that a changed mind
holds for what still waits as well.

What cannot be sent stands on the list «nog te vertellen» of the worker: no way was chosen, only calling is safe, no
server for messages is set, or every attempt failed.  What is about something that a participant did afterwards is told
*quietly*: by a message or not at all, for the worker has no part in it (law 11).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from tweespoor.casework import models, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.rules.agreements import Sentence
from tweespoor.seal import keys

Way = models.SafeWay.Way
What = models.ToTell.What
BY_MESSAGE: Final = (Way.SMS, Way.MAIL)
LONGEST: Final = 254
_PURPOSE: Final = b"tweespoor/addresses/1"


class Notice(StrEnum):
    """What a message says; the words stand in `WORDS`."""

    READY = "ready"
    CONTACT = "contact"
    CHANGE = "change"
    CHANGED = "changed"
    QUESTION = "question"
    OUTCOME = "outcome"
    USED = "used"


SUBJECT: Final = Sentence("Bericht", "Message")
WORDS: Final = {
    Notice.READY: Sentence("Er staat iets voor je klaar.", "There is something ready for you."),
    Notice.CONTACT: Sentence(
        "Wil je contact opnemen? Het heeft geen haast.", "Would you get in touch? There is no hurry."
    ),
    Notice.CHANGE: Sentence(
        "Er verandert binnenkort iets. Neem contact op als je daar iets over wilt zeggen.",
        "Something will change soon. Get in touch if you want to say something about it.",
    ),
    Notice.CHANGED: Sentence(
        "Er is iets veranderd. Wist je dat niet? Neem dan contact op.",
        "Something has changed. Did you not know? Then get in touch.",
    ),
    Notice.QUESTION: Sentence("Er is een vraag voor je.", "There is a question for you."),
    Notice.OUTCOME: Sentence("Er staat iets voor je klaar.", "There is something ready for you."),
    Notice.USED: Sentence(
        "Wil je contact opnemen? Het heeft geen haast.", "Would you get in touch? There is no hurry."
    ),
}


class Told(StrEnum):
    """What became of telling somebody."""

    QUEUED = "queued"
    IN_PERSON = "in-person"
    NOT = "not"


# How somebody may be reached -------------------------------------------------------------------------


def set_way(conversation_id: str, seat: int, way: str, address: str = "", *, language: str = "nl") -> None:
    """Keep how somebody may be reached; what was kept before is gone.  ``none`` keeps no address.

    Raises ValueError when the address cannot be one of that way.
    """
    address, chosen = address.strip(), Way(way)
    if not _fits(chosen, address):
        raise ValueError("no address of this kind")
    with transaction.atomic(using="keyring"):
        models.SafeWay.objects.filter(conversation=conversation_id, seat=seat).delete()
        if chosen is not Way.NONE:
            sealed = keys.wrap(_key(conversation_id), address.encode(), "address", f"{conversation_id}/{seat}")
            models.SafeWay.objects.create(
                conversation=conversation_id, seat=seat, way=chosen, language=language, sealed=sealed
            )


def note_way(
    conversation_id: str, seat: int, way: str, address: str, *, staff: models.Staff, language: str = "nl"
) -> None:
    """Note for somebody who asks it how that person may be reached safely (ValueError, as `set_way`)."""
    set_way(conversation_id, seat, way, address, language=language)
    witness("way.note", staff=staff, conversation_id=conversation_id, seat=seat)


def ways_of(conversation_id: str) -> dict[int, models.SafeWay.Way]:
    """Give which way each person of a conversation chose; who chose none is not there."""
    rows = models.SafeWay.objects.filter(conversation=conversation_id)
    return {row.seat: Way(row.way) for row in rows}


def way_of(conversation_id: str, seat: int) -> models.SafeWay.Way:
    """Give the way that somebody chose; none when nothing was chosen."""
    row = models.SafeWay.objects.filter(conversation=conversation_id, seat=seat).first()
    return Way.NONE if row is None else Way(row.way)


def address_of(conversation_id: str, seat: int) -> tuple[models.SafeWay.Way, str]:
    """Give way and address; raises UnknownError when nothing was chosen (any more), or when it cannot be opened."""
    row = models.SafeWay.objects.filter(conversation=conversation_id, seat=seat).first()
    if row is None:
        raise UnknownError
    opened = keys.unwrap(_key(conversation_id), bytes(row.sealed), "address", f"{conversation_id}/{seat}")
    return Way(row.way), opened.decode()


def look_up(conversation_id: str, seat: int, staff: models.Staff) -> tuple[models.SafeWay.Way, str]:
    """Give way and address to who is going to use them; that they were opened is written down (UnknownError)."""
    found = address_of(conversation_id, seat)
    witness("way.look", staff=staff, conversation_id=conversation_id, seat=seat)
    return found


def can_send(way: models.SafeWay.Way) -> bool:
    """Tell whether a server for this kind of message is set."""
    if way is Way.MAIL:
        return bool(settings.TWEESPOOR_SMTP and settings.TWEESPOOR_MAIL_FROM)
    return way is Way.SMS and bool(settings.TWEESPOOR_SMS)


# Telling -----------------------------------------------------------------------------------------------


def tell(conversation_id: str, seat: int, notice: Notice, *, quietly: bool = False) -> Told:
    """Tell somebody, by a message where that is safe, else in person by the worker; practice sends nothing.

    Quietly: by a message or not at all.  What waits to be sent already is not sent twice.
    """
    row = models.SafeWay.objects.filter(conversation=conversation_id, seat=seat).first()
    way = Way.NONE if row is None else Way(row.way)
    practice = models.Conversation.objects.filter(pk=conversation_id, practice=True).exists()
    if row is None or practice or way not in BY_MESSAGE or not can_send(way):
        if quietly:
            return Told.NOT
        in_person(conversation_id, What(notice.value), seat)
        return Told.IN_PERSON
    now = now_ms()
    same = {"conversation_id": conversation_id, "seat": seat, "notice": notice.value, "quiet": quietly}
    if not models.Message.objects.filter(**same, due_ms__isnull=False).exists():
        models.Message.objects.create(**same, language=row.language, made_ms=now, due_ms=now)
    return Told.QUEUED


def tell_all(conversation_id: str, seats: Iterable[int], notice: Notice) -> None:
    """Tell several people the same, each in the own way."""
    for seat in sorted(set(seats)):
        tell(conversation_id, seat, notice)


def take_back(conversation_id: str, notice: Notice) -> None:
    """Tell nobody any more what was not told yet: it is not so any longer."""
    models.Message.objects.filter(
        conversation_id=conversation_id, notice=notice.value, due_ms__isnull=False, attempts=0
    ).delete()
    models.ToTell.objects.filter(conversation_id=conversation_id, what=notice.value, told_ms=None).delete()


def in_person(conversation_id: str, what: str, seat: int | None = None) -> None:
    """Put something on the list «nog te vertellen»; it stands there once for a person."""
    open_one = {"conversation_id": conversation_id, "what": what, "seat": seat, "told_ms": None}
    if not models.ToTell.objects.filter(**open_one).exists():
        worker = models.Conversation.objects.values_list("worker", flat=True).get(pk=conversation_id)
        models.ToTell.objects.create(**open_one, worker_id=worker, since_ms=now_ms())


def to_tell(staff: models.Staff) -> QuerySet[models.ToTell]:
    """Give what this worker still has to tell in own conversations, oldest first."""
    return _open().filter(worker=staff)


def left_behind() -> QuerySet[models.ToTell]:
    """Give what is still to be told in conversations of who no longer works here: a manager hands them over."""
    return _open().filter(worker__in=models.Staff.objects.filter(is_active=False))


def _open() -> QuerySet[models.ToTell]:
    rows = models.ToTell.objects.filter(conversation__practice=False, told_ms=None)
    return rows.select_related("conversation").order_by("since_ms")


def told(number: int, staff: models.Staff) -> None:
    """Note that something was told; raises UnknownError unless it stands on this worker's list."""
    if not to_tell(staff).filter(pk=number).update(told_ms=now_ms(), staff=staff):
        raise UnknownError


def forget(conversation_id: str) -> None:
    """Forget how the people of a conversation may be reached, and what was on its way to them."""
    models.SafeWay.objects.filter(conversation=conversation_id).delete()
    models.Message.objects.filter(conversation_id=conversation_id).delete()
    models.ToTell.objects.filter(conversation_id=conversation_id).delete()


def _fits(way: models.SafeWay.Way, address: str) -> bool:
    """Tell whether this can be an address of that way; control characters never are: they would forge a header."""
    if way is Way.NONE:
        return not address
    if not address or len(address) > LONGEST or not address.isprintable():
        return False
    if way is Way.MAIL:
        name, at, host = address.rpartition("@")
        return (
            bool(name and at and "." in host)
            and address.isascii()
            and not any(sign in address for sign in ' ,;<>"()[]\\')
        )
    figures = [sign for sign in address if sign not in " -()"]
    plain = figures[1:] if figures[:1] == ["+"] else figures
    return 6 <= len(plain) <= 15 and all(sign in "0123456789" for sign in plain)  # noqa: PLR2004 - E.164


def _key(conversation_id: str) -> bytes:
    return keys.derive(trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id), _PURPOSE)
