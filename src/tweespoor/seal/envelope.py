"""One chunk, sealed: AES-256-GCM, one message a chunk.

The nonce is random (96 bits), never made from the chunk's number: a number is used twice when a refused chunk is
followed by another, or after a restore, and a nonce used twice under one key gives the key's secrets away.  With
fewer than 2^17 chunks under one key, two equal nonces are less likely than one in 2^63.

The associated data binds a sealed chunk to its place: format, conversation, track, number, leaf.  What belongs
elsewhere, or was swapped with its neighbour, does not open.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tweespoor.errors import DamagedError

NONCE: Final = 12
TAG: Final = 16
MOST: Final = 1 << 17  # chunks under one key

SOUND: Final = b"tweespoor/chunk/1"
PREFIX: Final = b"tweespoor/prefix/1"  # of a track that its owner keeps: the body without its packets


class Envelope:
    """Seals and opens the chunks of one track."""

    __slots__ = ("_aead", "_conversation", "_track")

    def __init__(self, key: bytes, conversation: str, track: str) -> None:
        self._aead = AESGCM(key)
        self._conversation = bytes.fromhex(conversation)
        self._track = bytes.fromhex(track)

    def _place(self, form: bytes, number: int, leaf: bytes) -> bytes:
        return form + self._conversation + self._track + number.to_bytes(4, "big") + leaf

    def seal(self, number: int, leaf: bytes, content: bytes, form: bytes = SOUND) -> bytes:
        """Seal the body of a chunk, or its prefix: nonce, then ciphertext and tag."""
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, content, self._place(form, number, leaf))

    def open(self, number: int, leaf: bytes, sealed: bytes, form: bytes = SOUND) -> bytes:
        """Open a sealed chunk; raises DamagedError when a single bit differs or when it belongs elsewhere."""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], self._place(form, number, leaf))
        except (InvalidTag, ValueError) as error:
            raise DamagedError(f"chunk {number}", "a sealed chunk that opens", "one that does not") from error
