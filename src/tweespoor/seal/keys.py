"""Keys: the organisation's key as a file, keys wrapped by the key above them, keys derived for one purpose.

A track's key is wrapped by its conversation's key, and that by the organisation's key.  To destroy sound is to
destroy a wrapped key.  All keys are 32 bytes.  Wrapping is AES-256-GCM with a random 96-bit nonce; which kind of
key it is and whose is part of the associated data, so that a wrapped key in another's place does not open.
"""

import hmac
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tweespoor.errors import DamagedError

SIZE: Final = 32
NONCE: Final = 12
_WRAP: Final = b"tweespoor/wrap/1"


def fresh() -> bytes:
    """Make a new random key, or salt."""
    return secrets.token_bytes(SIZE)


def make_organisation_key(path: Path) -> bytes:
    """Make the organisation's key as a file of mode 0600; an existing file is never touched (FileExistsError).

    The file and its name are durable before the key is given: what it wraps must never outlive it.
    """
    key = fresh()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, key)
        os.fsync(file)
    finally:
        os.close(file)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def load_organisation_key(path: Path) -> bytes:
    """Read the organisation's key; a file that others may read, or of another size, is refused (DamagedError)."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise DamagedError(path.name, "mode 0600", f"mode {mode:04o}")
    key = path.read_bytes()
    if len(key) != SIZE:
        raise DamagedError(path.name, f"{SIZE} bytes", f"{len(key)} bytes")
    return key


def wrap(above: bytes, key: bytes, kind: str, owner: str) -> bytes:
    """Wrap a key by the key above it: nonce, then ciphertext and tag."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(above).encrypt(nonce, key, _named(kind, owner))


def unwrap(above: bytes, wrapped: bytes, kind: str, owner: str) -> bytes:
    """Open a wrapped key; raises DamagedError when it is another's, of another kind, or altered."""
    try:
        return AESGCM(above).decrypt(wrapped[:NONCE], wrapped[NONCE:], _named(kind, owner))
    except (InvalidTag, ValueError) as error:
        raise DamagedError(f"wrapped {kind} key", "a key that opens", "one that does not") from error


def derive(secret: bytes, purpose: bytes) -> bytes:
    """Derive a key for one purpose from a secret (HKDF-SHA-256, RFC 5869, without salt)."""
    return HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=purpose).derive(secret)


def mac(key: bytes, message: bytes) -> bytes:
    """Authenticate a message (HMAC-SHA-256, RFC 2104)."""
    return hmac.digest(key, message, sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compare two authenticators in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one, other)


def _named(kind: str, owner: str) -> bytes:
    return b"\0".join((_WRAP, kind.encode(), owner.encode()))
