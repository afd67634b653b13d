"""Whom a verifier trusts: roots that came from outside, and the certificates in a bundle that may lead to them.

The organisation's own statements (endorsements, receipts) are held against certificates here too, with whatever key
those hold: P-256, P-384, or RSA.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tweespoor.dossier.statements import Statement
from tweespoor.errors import DamagedError
from tweespoor.seal import cms, paths, signing

_HALF: Final = {"secp256r1": 32, "secp384r1": 48}


def fingerprint(certificate: x509.Certificate) -> str:
    """Give the name (hex) of a certificate: SHA-256 over its DER."""
    return certificate.fingerprint(SHA256()).hex()


def read_roots(content: bytes) -> list[x509.Certificate]:
    """Read roots from a file, PEM or DER; DamagedError when there is none in it."""
    if b"-----BEGIN CERTIFICATE-----" in content:
        try:
            return x509.load_pem_x509_certificates(content)
        except ValueError:
            raise DamagedError("root", "a certificate", f"{len(content)} other bytes") from None
    return [cms.load(content)]


class Trust:
    """Roots from outside, and certificates beside the signatures."""

    def __init__(self, roots: Sequence[x509.Certificate], fingerprints: Iterable[str]) -> None:
        """``fingerprints`` are those of roots that receipts from outside name; their bytes may lie in the bundle."""
        self.given = tuple(roots)
        self.roots = list(roots)
        self.fingerprints = set(fingerprints)
        self.beside: dict[str, x509.Certificate] = {}

    def know(self, certificates: Iterable[x509.Certificate]) -> None:
        """Note certificates that lie in the bundle; one whose fingerprint came from outside is a root."""
        for certificate in certificates:
            name = fingerprint(certificate)
            self.beside[name] = certificate
            if name in self.fingerprints and certificate not in self.roots:
                self.roots.append(certificate)

    def root_of(self, certificate: x509.Certificate, at: datetime) -> x509.Certificate | None:
        """Give the root from outside to which a certificate leads at a moment."""
        return paths.lead(certificate, self.beside.values(), self.roots, at)

    def top_of(self, certificate: x509.Certificate, at: datetime) -> x509.Certificate | None:
        """Give where a certificate leads by what lies in the bundle alone: not trusted, but the same for all of it."""
        issued_itself = [one for one in self.beside.values() if one.issuer == one.subject]
        return paths.lead(certificate, self.beside.values(), [*self.roots, *issued_itself], at)


def is_right(statement: Statement, what: str, certificate: x509.Certificate) -> bool:
    """Tell whether a statement is signed by the key of a certificate."""
    signed = signing.message(what, statement.signed)
    try:
        key = cms.public_key(certificate)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(statement.signature, signed, padding.PKCS1v15(), SHA256())
        else:
            key.verify(_der(key, statement.signature), signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, DamagedError, ValueError):
        return False
    return True


def _der(key: ec.EllipticCurvePublicKey, signature: bytes) -> bytes:
    half = _HALF[key.curve.name]
    if len(signature) != 2 * half:
        raise DamagedError("signature", f"{2 * half} bytes", f"{len(signature)}")
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
