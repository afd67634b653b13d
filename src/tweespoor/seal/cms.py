"""Checks a CMS signature (RFC 5652) of the one kind that seals and time stamps are: one signer, signed attributes.

What is checked here is the signature and that it is about these bytes by this certificate.  Whether the certificate is
to be trusted is asked of `paths`.  The signer's certificate is the one that the signed attribute names by its hash
(ESSCertIDv2, RFC 5035; for time stamps also ESSCertID, RFC 2634): never simply the first that lies there.

Errors: DamagedError, always.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tweespoor.errors import DamagedError
from tweespoor.seal import der
from tweespoor.seal.der import Reader

SIGNED: Final = "1.2.840.113549.1.7.2"
PLAIN: Final = "1.2.840.113549.1.7.1"
TIME_STAMP: Final = "1.2.840.113549.1.9.16.1.4"

_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_DIGEST: Final = "1.2.840.113549.1.9.4"
_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"

_HASHES: Final[dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_RSA: Final = "1.2.840.113549.1.1.1"
_OF_RSA: Final = "1.2.840.113549.1.1."
_SIGNATURES: Final = {  # the hash that the name of a signature tells
    "1.2.840.10045.4.3.2": "2.16.840.1.101.3.4.2.1",
    "1.2.840.10045.4.3.3": "2.16.840.1.101.3.4.2.2",
    "1.2.840.10045.4.3.4": "2.16.840.1.101.3.4.2.3",
    "1.2.840.113549.1.1.11": "2.16.840.1.101.3.4.2.1",
    "1.2.840.113549.1.1.12": "2.16.840.1.101.3.4.2.2",
    "1.2.840.113549.1.1.13": "2.16.840.1.101.3.4.2.3",
}
_NO_CERTIFICATE: Final = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_MOST_CERTIFICATES: Final = 20
_LEAST_RSA: Final = 2048

Public = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that is right: whose, with which certificates beside it, and over what content."""

    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Signer:
    named: bytes
    digest: str
    attributes: bytes
    algorithm: str
    signature: bytes


def verify(message: bytes, kind: str, detached: bytes | None = None, *, old: bool = False) -> Signed:
    """Check a ContentInfo with exactly one signature over content of a kind; gives who signed and what.

    ``detached`` is the content that lies elsewhere; None when it must be inside.  ``old``: a certificate may be named
    by its SHA-1, as many time-stamp authorities still do.
    """
    where = "CMS"
    outer = der.whole(message, where)
    _expect(outer.name(), SIGNED, "signed data")
    inner = outer.into(der.inside(0))
    outer.done()
    body = inner.into()
    inner.done()
    body.number()
    body.take(der.SET)
    content = _content(body.into(), kind, detached)
    certificates = _certificates(body.optional(der.inside(0)))
    body.optional(der.inside(1))
    signer = _only_signer(body.into(der.SET))
    body.done()
    named = _attributes(signer, kind, content, old=old)
    certificate = _certificate(certificates, named, signer.named)
    check(public_key(certificate), signer.signature, _as_set(signer.attributes), signer.algorithm, signer.digest)
    return Signed(certificate, certificates, content)


def _expect(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise DamagedError("CMS", what, f"object identifier {found}")


def _content(encapsulated: Reader, kind: str, detached: bytes | None) -> bytes:
    _expect(encapsulated.name(), kind, "content of this kind")
    inside = encapsulated.optional(der.inside(0))
    encapsulated.done()
    if (inside is None) is (detached is None):
        raise DamagedError("CMS", "content inside" if detached is None else "content elsewhere", "the other")
    if inside is None:
        return detached or b""
    reader = Reader(inside, "CMS")
    content = reader.take(der.OCTETS)
    reader.done()
    return content


def _certificates(written: bytes | None) -> tuple[x509.Certificate, ...]:
    reader = Reader(written or b"", "CMS, certificates")
    found: list[x509.Certificate] = []
    while reader.more():
        if len(found) == _MOST_CERTIFICATES:
            raise DamagedError("CMS, certificates", f"at most {_MOST_CERTIFICATES}", "more")
        found.append(load(reader.whole(der.SEQUENCE)))
    return tuple(found)


def load(written: bytes) -> x509.Certificate:
    """Read one certificate (DER) that can be read whole; DamagedError otherwise."""
    try:
        certificate = x509.load_der_x509_certificate(written)
        _ = certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc
        certificate.public_key()
    except _NO_CERTIFICATE:
        raise DamagedError("certificate", "a certificate that can be read", f"{len(written)} other bytes") from None
    return certificate


def _only_signer(signers: Reader) -> _Signer:
    if not signers.more():
        raise DamagedError("CMS", "one signer", "none")
    one = signers.into()
    if signers.more():
        raise DamagedError("CMS", "one signer", "more")
    one.number()
    named = one.any()
    digest = one.algorithm()
    attributes = one.take(der.inside(0))
    algorithm = one.algorithm()
    signature = one.take(der.OCTETS)
    one.optional(der.inside(1))
    one.done()
    if digest not in _HASHES:
        raise DamagedError("CMS", "SHA-256, SHA-384 or SHA-512", f"object identifier {digest}")
    return _Signer(named, digest, attributes, algorithm, signature)


def _attributes(signer: _Signer, kind: str, content: bytes, *, old: bool) -> tuple[str, bytes, bytes | None]:
    """Check the signed attributes and give how they name the certificate: hash, its bytes, issuer and number."""
    reader = Reader(signer.attributes, "CMS, signed attributes")
    found: dict[str, bytes] = {}
    before = b""
    while reader.more():
        whole = reader.whole(der.SEQUENCE)
        if whole < before:
            raise DamagedError(reader.where, "attributes in the order of DER", "another")
        before = whole
        one = der.whole(whole, reader.where)
        name = one.name()
        values = one.into(der.SET)
        one.done()
        value = values.any()
        values.done()
        if name in found:
            raise DamagedError(reader.where, "each attribute once", "twice")
        found[name] = value
    digest = hashes.Hash(_HASHES[signer.digest]())
    digest.update(content)
    _expect(Reader(found.get(_CONTENT_TYPE, b""), "CMS, content type").name(), kind, "the kind of the content")
    if Reader(found.get(_DIGEST, b""), "CMS, digest").take(der.OCTETS) != digest.finalize():
        raise DamagedError("CMS", "the digest of this content", "another")
    if _CERTIFICATE_V2 in found:
        return _named(found[_CERTIFICATE_V2], v2=True)
    if old and _CERTIFICATE in found:
        return _named(found[_CERTIFICATE], v2=False)
    raise DamagedError("CMS", "the signer's certificate, named by its hash", "no such attribute")


def _named(written: bytes, *, v2: bool) -> tuple[str, bytes, bytes | None]:
    ids = der.whole(written, "CMS, signing certificate").into()
    one = ids.into()  # the first is the signer's; others are those above it
    algorithm = one.algorithm() if v2 and one.tag() == der.SEQUENCE else _SHA256 if v2 else "SHA-1"
    if v2 and algorithm not in _HASHES:
        raise DamagedError("CMS, signing certificate", "SHA-256, SHA-384 or SHA-512", "another hash")
    digest = one.take(der.OCTETS)
    serial = one.whole(der.SEQUENCE) if one.more() else None
    one.done()
    return algorithm, digest, serial


def _certificate(
    certificates: tuple[x509.Certificate, ...], named: tuple[str, bytes, bytes | None], identifier: bytes
) -> x509.Certificate:
    algorithm, digest, serial = named
    for certificate in certificates:
        if algorithm == "SHA-1":
            own = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).digest()
        else:
            own = certificate.fingerprint(_HASHES[algorithm]())
        if own != digest:
            continue
        if not _is_of(certificate, identifier) or not (serial is None or _is_numbered(certificate, serial)):
            raise DamagedError("CMS", "one certificate by both its names", "two")
        return certificate
    raise DamagedError("CMS", "the certificate that the signature names", "none")


def _is_of(certificate: x509.Certificate, identifier: bytes) -> bool:
    """Tell whether a signer's identifier is this certificate: issuer and number, or the key's identifier."""
    reader = Reader(identifier, "CMS, signer")
    if reader.tag() == der.plain(0):
        try:
            own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except x509.ExtensionNotFound:
            return False
        return reader.take(der.plain(0)) == own
    inner = reader.into()
    issuer = inner.whole(der.SEQUENCE)
    serial = inner.number()
    inner.done()
    return issuer == certificate.issuer.public_bytes() and serial == certificate.serial_number


def _is_numbered(certificate: x509.Certificate, written: bytes) -> bool:
    """Tell whether an IssuerSerial (RFC 5035) is this certificate; its issuer stands as a directory name."""
    inner = der.whole(written, "CMS, signing certificate")
    names = inner.into()
    issuer = names.take(der.inside(4))
    names.done()
    serial = inner.number()
    inner.done()
    return issuer == certificate.issuer.public_bytes() and serial == certificate.serial_number


def _as_set(attributes: bytes) -> bytes:
    """Give the signed attributes as they are signed: a SET instead of [0] (RFC 5652, 5.4)."""
    length = len(attributes)
    if length < 0x80:  # noqa: PLR2004 - the short form of a length
        return bytes((der.SET, length)) + attributes
    written = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((der.SET, 0x80 | len(written))) + written + attributes


# Keys ------------------------------------------------------------------------------------------------


def public_key(certificate: x509.Certificate) -> Public:
    """Give the key of a certificate; DamagedError for a kind that is not accepted, or one that is too short."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_RSA:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    raise DamagedError("certificate", "RSA from 2048 bits, P-256 or P-384", type(key).__name__)


def check(key: Public, signature: bytes, signed: bytes, algorithm: str, digest: str = _SHA256) -> None:
    """Check a signature under an algorithm by its object identifier; raises DamagedError when it is not right."""
    told = digest if algorithm == _RSA else _SIGNATURES.get(algorithm)
    if told != digest or algorithm.startswith(_OF_RSA) is not isinstance(key, rsa.RSAPublicKey):
        raise DamagedError("signature", "an algorithm that fits the key and the digest", algorithm)
    kind = _HASHES[digest]()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), kind)
        else:
            key.verify(signature, signed, ec.ECDSA(kind))
    except (InvalidSignature, ValueError):
        raise DamagedError("signature", "one that is right", "another") from None
