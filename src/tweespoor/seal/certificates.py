"""The organisation's seal: a P-256 key with its X.509 certificate, below a root of its own making or a bought one.

Such a seal is one PEM text: the key, the certificate of that key, and above it whoever issued it, up to the root.  The
root's own key stands in another, and is only needed to renew.

The certificate is one for seals and signatures on documents (ETSI EN 319 412-3, RFC 5280): key usage digitalSignature
and nonRepudiation, critical, and no extended usage, so that the common tools accept it as it is.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tweespoor.errors import DamagedError

_LONGEST_NAME: Final = 64  # ub-common-name and ub-organization-name, RFC 5280, appendix A
_EARLIER: Final = dt.timedelta(minutes=5)  # a clock elsewhere may be behind


class Key(Protocol):
    """What signs: a key that stands in a file, or one that lies in hardware and never comes out."""

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA) -> bytes:
        """Sign, as DER."""
        ...

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public key."""
        ...


@dataclass(frozen=True, slots=True)
class Seal:
    """A key that seals, and its certificates: its own first, then each one's issuer, up to the root."""

    key: Key
    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def from_pem(cls, text: bytes, *, issues: bool = False) -> Self:
        """Read a seal, or a root that issues them; raises DamagedError when it is not that."""
        try:
            key = serialization.load_pem_private_key(text, None)
            certificates = tuple(x509.load_pem_x509_certificates(text))
        except (ValueError, TypeError) as error:
            raise DamagedError(
                "seal", "PEM with a key without password and its certificates", "something else"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise DamagedError("seal", "a P-256 key", type(key).__name__)
        return cls.of(key, certificates, issues=issues)

    @classmethod
    def of(cls, key: Key, certificates: tuple[x509.Certificate, ...], *, issues: bool = False) -> Self:
        """Lay a key beside its certificates; raises DamagedError when they do not belong together."""
        if not certificates or certificates[0].public_key() != key.public_key():
            raise DamagedError("seal", "first the certificate of the key itself", "another one")
        check(certificates, issues=issues)
        return cls(key, certificates)

    def to_pem(self) -> bytes:
        """Give the seal as it is kept: key first."""
        key = self.own_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + pem(self.certificates)

    def own_key(self) -> ec.EllipticCurvePrivateKey:
        """Give the key itself; raises DamagedError for one that never comes out of its hardware."""
        if not isinstance(self.key, ec.EllipticCurvePrivateKey):
            raise DamagedError("seal", "a key that is a file", "one in hardware")
        return self.key

    def sign(self, message: bytes) -> bytes:
        """Sign a message: ECDSA with SHA-256, as DER."""
        return self.key.sign(message, ec.ECDSA(SHA256()))

    @property
    def until(self) -> dt.datetime:
        """The moment at which the first of these certificates ends."""
        return min(one.not_valid_after_utc for one in self.certificates)


def make_root(name: str, at: dt.datetime, years: int) -> Seal:
    """Make a root for an organisation: a certificate that issued itself and may issue the seal's, nothing below it."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = _named(name, "root")
    certificate = (
        _begun(named, named, key.public_key(), at, _later(at, years))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(issues=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Seal(key, (certificate,))


def make_seal(name: str, root: Seal, at: dt.datetime, years: int) -> Seal:
    """Make a seal below a root; it ends after so many years, or with the root when that is earlier."""
    key = ec.generate_private_key(ec.SECP256R1())
    above, issuer = root.certificates[0], root.own_key()
    certificate = (
        _begun(
            _named(name, "seal"),
            above.subject,
            key.public_key(),
            at,
            min(_later(at, years), above.not_valid_after_utc),
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(issues=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
        .sign(issuer, SHA256())
    )
    return Seal(key, (certificate, *root.certificates))


def check(certificates: Sequence[x509.Certificate], *, issues: bool = False) -> None:
    """See that this is a chain, end entity first, which may seal, or issue; raises DamagedError.  No clock is read."""
    if not certificates:
        raise DamagedError("seal", "a certificate", "none")
    for below, above in pairwise(certificates):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise DamagedError("seal", "each certificate issued by the next", "another order or issuer") from error
    try:
        usage = certificates[0].extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise DamagedError("seal", "a certificate with key usage", "one without") from None
    fits = usage.key_cert_sign if issues else usage.digital_signature or usage.content_commitment
    if not fits or usage.key_cert_sign is not issues:
        raise DamagedError("seal", "a certificate for signatures", "one for something else")


def read(text: bytes) -> tuple[x509.Certificate, ...]:
    """Read certificates from PEM, in the order in which they stand there; raises DamagedError."""
    try:
        return tuple(x509.load_pem_x509_certificates(text))
    except ValueError as error:
        raise DamagedError("certificates", "PEM", "something else") from error


def organisation(certificate: x509.Certificate) -> str:
    """Give the name of the organisation that a certificate is of."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return ""


def pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Give certificates as PEM, in the order given."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def der(certificate: x509.Certificate) -> bytes:
    """Give a certificate as DER."""
    return certificate.public_bytes(serialization.Encoding.DER)


def fingerprint(certificate: x509.Certificate) -> str:
    """Give the SHA-256 of a certificate (hex), by which people compare it."""
    return certificate.fingerprint(SHA256()).hex()


def public(certificate: bytes) -> bytes:
    """Give the public key (SubjectPublicKeyInfo, DER) of a certificate that is DER; raises ValueError."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _named(name: str, what: str) -> x509.Name:
    """Name a certificate: the organisation, and which of its certificates this is."""
    organisation = _cut(name, _LONGEST_NAME)
    common = f"{_cut(name, _LONGEST_NAME - len(what) - 3)} ({what})"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _cut(name: str, most: int) -> str:
    """Give as much of a name as fits into so many bytes.

    >>> _cut("één", 4)
    'éé'
    """
    return name.encode()[:most].decode(errors="ignore").strip()


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: dt.datetime, until: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _EARLIER)
        .not_valid_after(until)
    )


def _usage(*, issues: bool) -> x509.KeyUsage:
    """Say what a key is for: issuing, or signing what can then not be denied."""
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )


def _later(at: dt.datetime, years: int) -> dt.datetime:
    """Give the same day so many years later; of 29 February the last day of the month.

    >>> _later(dt.datetime(2028, 2, 29), 5)
    datetime.datetime(2033, 2, 28, 0, 0)
    """
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)
