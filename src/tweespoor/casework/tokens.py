"""Tokens of recorders, and the authenticators of refusals: both can be checked without a database.

A token says what it is good for, for which track, and until when; it does not depend on a login session.  The token
of a track that was opened long ago can be made again from its row, so nothing of it is stored.
"""

import base64
import binascii
import struct
from enum import Enum
from typing import Final, NamedTuple

from tweespoor.seal import keys

LIFETIME_S: Final = 2 * 3600
RENEW_BELOW_S: Final = 3600
_TOKEN: Final = struct.Struct(">c16sI")
_MAC: Final = 20  # bytes of the authenticator that are kept: 160 bits
_RUN: Final = struct.Struct(">II")


class Purpose(Enum):
    """What a token is good for."""

    RECORD = b"r"
    HAND_IN = b"h"


class Token(NamedTuple):
    """What an authentic token says; ``until`` in seconds since 1970."""

    purpose: Purpose
    track: str
    until: int


class Tokens:
    """Makes and checks tokens with a key derived from the organisation's key."""

    def __init__(self, organisation_key: bytes) -> None:
        self._key = keys.derive(organisation_key, b"tweespoor/token/1")

    def make(self, purpose: Purpose, track: str, now_ms: int) -> str:
        """Make a token that is good from now on."""
        said = _TOKEN.pack(purpose.value, bytes.fromhex(track), now_ms // 1000 + LIFETIME_S)
        return base64.urlsafe_b64encode(said + keys.mac(self._key, said)[:_MAC]).rstrip(b"=").decode()

    def read(self, token: str) -> Token | None:
        """Read a token; None unless it is authentic.  Whether it has expired is for the reader to judge."""
        try:
            whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        said, found = whole[: _TOKEN.size], whole[_TOKEN.size :]
        if len(said) != _TOKEN.size or not keys.same(keys.mac(self._key, said)[:_MAC], found):
            return None
        purpose, track, until = _TOKEN.unpack(said)
        return Token(Purpose(purpose), track.hex(), until)


def refusal_key(salt: bytes, track: str) -> bytes:
    """Derive the key with which server and recorder of one track authenticate refusals."""
    return keys.derive(salt, b"tweespoor/refusal/1" + bytes.fromhex(track))


def refusal_mac(key: bytes, first: int, last: int, clause: str) -> str:
    """Authenticate that the chunks from one number to another are refused: on this a recorder destroys them.

    So a portal or proxy that answers 403 of its own accord destroys nothing.
    """
    return keys.mac(key, _RUN.pack(first, last) + clause.encode()).hex()
