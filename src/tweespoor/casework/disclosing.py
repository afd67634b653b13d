"""Keeps what a commitment in the journal stands for, sealed in the keyring, and opens it for who may see it.

The disclosure is sealed under a key derived from the conversation's key; when that key or the row is destroyed the
journal stays verifiable and tells nothing any more (law 7).
"""

import json

from tweespoor.casework import models, trackkeys
from tweespoor.errors import UnknownError
from tweespoor.seal import keys

_PURPOSE = b"tweespoor/disclosures/1"


def keep(conversation_id: str, position: int, field: str, salt: bytes, value: str) -> None:
    """Keep salt and value of the commitment in this field of the entry at this position."""
    content = json.dumps({"salt": salt.hex(), "value": value}).encode()
    models.Disclosure.objects.create(
        conversation=conversation_id,
        position=position,
        field=field,
        sealed=keys.wrap(_key(conversation_id), content, "disclosure", _place(conversation_id, position, field)),
    )


def disclose(conversation_id: str, position: int, field: str) -> tuple[bytes, str]:
    """Give salt and value of a commitment; raises UnknownError when there is no such disclosure (any more)."""
    row = models.Disclosure.objects.filter(conversation=conversation_id, position=position, field=field).first()
    if row is None:
        raise UnknownError
    place = _place(conversation_id, position, field)
    content = json.loads(keys.unwrap(_key(conversation_id), bytes(row.sealed), "disclosure", place))
    return bytes.fromhex(content["salt"]), str(content["value"])


def forget(conversation_id: str, position: int, field: str) -> None:
    """Destroy a disclosure; what stands in the journal stays and tells nothing any more."""
    models.Disclosure.objects.filter(conversation=conversation_id, position=position, field=field).delete()


def _key(conversation_id: str) -> bytes:
    return keys.derive(trackkeys.conversation_key(trackkeys.organisation_key(), conversation_id), _PURPOSE)


def _place(conversation_id: str, position: int, field: str) -> str:
    return f"{conversation_id}/{position}/{field}"
