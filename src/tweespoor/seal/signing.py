"""Signatures: ECDSA on P-256 with SHA-256, the one pair that openssl, browsers and hardware all have.

What is signed is always ``tweespoor/<what>/1`` followed by the content, so that a signature under one kind of statement
is never one under another.  The content is canonical JSON (RFC 8785): it begins with ``{``, so that the two never run
into each other.

Conventions: a public key is its SubjectPublicKeyInfo (DER, uncompressed point: 91 bytes, of which the first 26 are
always the same), a private key is PKCS #8 (DER), a signature is r || s, 64 bytes, as browsers give it.  A signature has
more than one valid spelling (s and n - s): it is never a name for what it signs.
"""

import base64
import re
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from tweespoor.errors import DamagedError

SIGNATURE: Final = 64
PUBLIC: Final = 91
_HALF: Final = 32
_POINT: Final = 65
_PREFIX: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
"""Everything of a P-256 SubjectPublicKeyInfo that stands before its point (RFC 5480)."""

_WHAT: Final = re.compile(r"[a-z]+(-[a-z]+)*\Z")
_ECDSA: Final = ec.ECDSA(hashes.SHA256())

Private = ec.EllipticCurvePrivateKey


def make() -> Private:
    """Make a new private key."""
    return ec.generate_private_key(ec.SECP256R1())


def pack(private: Private) -> bytes:
    """Give a private key as bytes, for who wraps it."""
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def unpack(packed: bytes) -> Private:
    """Read a private key again; raises DamagedError for anything but a P-256 key."""
    try:
        private = serialization.load_der_private_key(packed, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise DamagedError("private key", "a P-256 key", "something else")
    return private


def public(private: Private) -> bytes:
    """Give the public key that belongs to a private one."""
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@lru_cache(256)
def check_public(key: bytes) -> ec.EllipticCurvePublicKey:
    """Read a public key; raises DamagedError for another curve, another spelling, or a point beside the curve."""
    if len(key) != PUBLIC or not key.startswith(_PREFIX):
        raise DamagedError("public key", "a P-256 key, uncompressed", f"{len(key)} other bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key[-_POINT:])
    except ValueError:
        raise DamagedError("public key", "a point of P-256", "another point") from None


def fingerprint(key: bytes) -> str:
    """Give the name (hex) of a public key: SHA-256 over its bytes."""
    return sha256(key).hexdigest()


def message(what: str, content: bytes) -> bytes:
    """Give the bytes that are signed when ``content`` is stated as ``what``.

    >>> message("checkpoint", b"{}")
    b'tweespoor/checkpoint/1{}'
    """
    if not _WHAT.match(what):
        raise ValueError("a kind of statement is named in small letters")
    return b"tweespoor/" + what.encode() + b"/1" + content


def sign(private: Private, what: str, content: bytes) -> bytes:
    """Sign ``content`` as ``what``."""
    return raw(private.sign(message(what, content), _ECDSA))


def verify(key: bytes, what: str, content: bytes, signature: bytes) -> bool:
    """Tell whether a signature is right; never raises for bad bytes of key or signature.

    >>> private = make()
    >>> signed = sign(private, "checkpoint", b"{}")
    >>> verify(public(private), "checkpoint", b"{}", signed), verify(public(private), "receipt", b"{}", signed)
    (True, False)
    """
    return is_right(key, message(what, content), signature)


def is_right(key: bytes, signed: bytes, signature: bytes) -> bool:
    """Tell whether a signature over exactly these bytes is right."""
    if len(signature) != SIGNATURE:
        return False
    try:
        check_public(key).verify(der(signature), signed, _ECDSA)
    except (InvalidSignature, DamagedError, ValueError):
        return False
    return True


# Other spellings -------------------------------------------------------------------------------------


def raw(signature: bytes) -> bytes:
    """Give a signature that came as DER (openssl, certificates) as r || s; raises DamagedError."""
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    except (ValueError, OverflowError):
        raise DamagedError("signature", "ECDSA on P-256, as DER", f"{len(signature)} other bytes") from None


def der(signature: bytes) -> bytes:
    """Give a signature r || s as DER, for openssl."""
    return encode_dss_signature(int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big"))


def jwk(key: bytes) -> tuple[str, str]:
    """Give x and y of a public key as a JSON Web Key writes them (RFC 7518, 6.2.1)."""
    point = key[-_POINT + 1 :]
    return _base64url(point[:_HALF]), _base64url(point[_HALF:])


def of_jwk(x: str, y: str) -> bytes:
    """Give the public key of which a JSON Web Key writes x and y; raises DamagedError.

    >>> key = public(make())
    >>> of_jwk(*jwk(key)) == key
    True
    """
    key = _PREFIX + b"\x04" + _coordinate(x) + _coordinate(y)
    check_public(key)
    return key


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _coordinate(text: str) -> bytes:
    try:
        found = base64.b64decode(text.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except ValueError:
        found = b""
    if len(found) != _HALF or _base64url(found) != text:
        raise DamagedError("public key", "a coordinate of 32 bytes, base64url", "something else")
    return found
