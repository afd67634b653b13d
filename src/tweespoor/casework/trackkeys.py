"""The keys of tracks in the keyring: made, wrapped and durable before they are used, and found again.

Only the server process that owns the recorder's side reads the organisation's key.
"""

from django.db import IntegrityError
from django.db.models import Q

from tweespoor.casework import models, places
from tweespoor.errors import DamagedError, UnknownError
from tweespoor.seal import keys

_CONVERSATION = models.WrappedKey.Kind.CONVERSATION
_TRACK = models.WrappedKey.Kind.TRACK
SALT = "salt"


def organisation_key() -> bytes:
    """Give the organisation's key; an installation that has wrapped nothing yet gets one.

    Where keys were wrapped and the file is gone a new one would open nothing: DamagedError, and the file must be
    brought back from its backup.
    """
    path = places.keys() / "organisation.key"
    if path.exists():
        return keys.load_organisation_key(path)
    if models.WrappedKey.objects.exists():
        raise DamagedError(path.name, "the key that opens what is kept", "no such file")
    return keys.make_organisation_key(path)


def conversation_key(organisation: bytes, conversation_id: str) -> bytes:
    """Give a conversation's key, made at its first track; raises UnknownError for a conversation that is not there."""
    row = _row(_CONVERSATION, conversation_id)
    if row is None:
        if not models.Conversation.objects.filter(pk=conversation_id).exists():
            raise UnknownError
        try:
            row = models.WrappedKey.objects.create(
                kind=_CONVERSATION,
                owner=conversation_id,
                conversation=conversation_id,
                wrapped=keys.wrap(organisation, keys.fresh(), _CONVERSATION, conversation_id),
            )
        except IntegrityError:  # another request made it at this moment
            row = models.WrappedKey.objects.get(kind=_CONVERSATION, owner=conversation_id)
    return keys.unwrap(organisation, bytes(row.wrapped), _CONVERSATION, conversation_id)


def make_track_key(conversation_key_: bytes, conversation_id: str, track: str, part: int) -> bytes:
    """Make a track's key and keep it wrapped."""
    key = keys.fresh()
    models.WrappedKey.objects.create(
        kind=_TRACK,
        owner=track,
        conversation=conversation_id,
        part=part,
        wrapped=keys.wrap(conversation_key_, key, _TRACK, track),
    )
    return key


def track_key(organisation: bytes, row: models.Track) -> tuple[bytes, bytes]:
    """Give a track's key and its salt; raises UnknownError when they were destroyed."""
    both = Q(kind=_CONVERSATION, owner=row.conversation_id) | Q(kind=_TRACK, owner=row.pk)
    wrapped = {
        kind: bytes(found) for kind, found in models.WrappedKey.objects.filter(both).values_list("kind", "wrapped")
    }
    if len(wrapped) != 2:  # noqa: PLR2004 - one above the other
        raise UnknownError
    conversation = keys.unwrap(organisation, wrapped[_CONVERSATION], _CONVERSATION, row.conversation_id)
    key = keys.unwrap(conversation, wrapped[_TRACK], _TRACK, row.pk)
    return key, keys.unwrap(conversation, bytes(row.salt), SALT, row.pk)


def _row(kind: str, owner: str) -> models.WrappedKey | None:
    return models.WrappedKey.objects.filter(kind=kind, owner=owner).first()
