"""What a journal says without telling it: a commitment that only who holds value and salt can open.

A commitment is HMAC-SHA-256 under a random salt of 32 bytes.  Without the salt a short value cannot be found by
trying all values; when the salt is destroyed, the journal stays verifiable and tells nothing any more (law 7).
"""

import hashlib
import hmac
import re

DOMAIN = b"tweespoor/disclosure/1"
SALT_BYTES = 32

_COMMITMENT = re.compile(r"[0-9a-f]{64}\Z")


def commit(value: str, salt: bytes) -> str:
    """Give the commitment (hex) to a value; raises ValueError for a salt that is not 32 bytes.

    >>> commit("Kerkstraat 1", bytes(32)) == commit("Kerkstraat 1", bytes([1]) * 32)
    False
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hmac.new(salt, DOMAIN + value.encode(), hashlib.sha256).hexdigest()


def opens(commitment: str, value: str, salt: bytes) -> bool:
    """Say whether a value and a salt are what a commitment was made of.

    >>> opens(commit("ja", bytes(32)), "ja", bytes(32)), opens(commit("ja", bytes(32)), "nee", bytes(32))
    (True, False)
    """
    if len(salt) != SALT_BYTES or not _COMMITMENT.match(commitment):
        return False
    return hmac.compare_digest(commit(value, salt), commitment)
