"""Writes DER, CMS signatures and time stamps, right ones and wrong ones, for tests of the reader."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tweespoor.seal.certificates import Seal, make_root, make_seal

NOW = dt.datetime(2027, 1, 15, 8, 0, tzinfo=dt.UTC)
ECDSA = "1.2.840.10045.4.3.2"
SHA = "2.16.840.1.101.3.4.2.1"
DATA = "1.2.840.113549.1.7.1"
TST = "1.2.840.113549.1.9.16.1.4"


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    written = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(written))) + written + content


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def a_set(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def octets(content: bytes) -> bytes:
    return tlv(0x04, content)


def number(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(name: str) -> bytes:
    first, second, *rest = map(int, name.split("."))
    written = bytearray()
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        written += bytes(reversed(digits))
    return tlv(0x06, bytes(written))


def attribute(name: str, *values: bytes) -> bytes:
    return seq(oid(name), a_set(*values))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Wrong:
    """What is to be wrong with a signature; by default nothing."""

    signers: int = 1
    without: tuple[str, ...] = ()
    twice: str = ""
    digest: bytes | None = None
    named: bytes | None = None
    unsorted: bool = False
    behind: bytes = b""
    number: int | None = None
    certificates: Sequence[x509.Certificate] | None = None
    old: bool = False
    signature: bytes | None = None


RIGHT = Wrong()


def signed(content: bytes, seal: Seal, *, kind: str = DATA, inside: bool = False, wrong: Wrong = RIGHT) -> bytes:
    """Give a ContentInfo with a CAdES signature over content."""
    own = seal.certificates[0]
    digest = wrong.digest if wrong.digest is not None else hashlib.sha256(content).digest()
    named = wrong.named or hashlib.sha256(der(own)).digest()
    attributes = {
        "type": attribute("1.2.840.113549.1.9.3", oid(kind)),
        "digest": attribute("1.2.840.113549.1.9.4", octets(digest)),
        "certificate": attribute("1.2.840.113549.1.9.16.2.47", seq(seq(seq(octets(named))))),
    }
    if wrong.old:
        sha1 = hashlib.sha1(der(own), usedforsecurity=False).digest()
        attributes["certificate"] = attribute("1.2.840.113549.1.9.16.2.12", seq(seq(seq(octets(sha1)))))
    rows = [value for name, value in attributes.items() if name not in wrong.without]
    if wrong.twice:
        rows.append(attributes[wrong.twice])
    rows.sort(reverse=wrong.unsorted)
    signature = seal.sign(tlv(0x31, *rows)) if wrong.signature is None else wrong.signature
    serial = own.serial_number if wrong.number is None else wrong.number
    signer = seq(
        number(1),
        seq(own.issuer.public_bytes(), number(serial)),
        seq(oid(SHA)),
        tlv(0xA0, *rows),
        seq(oid(ECDSA)),
        octets(signature),
    )
    certificates = seal.certificates if wrong.certificates is None else wrong.certificates
    body = seq(
        number(3 if inside else 1),
        a_set(seq(oid(SHA))),
        seq(oid(kind), *((tlv(0xA0, octets(content)),) if inside else ())),
        tlv(0xA0, *map(der, certificates)),
        tlv(0x31, *(signer,) * wrong.signers),
    )
    return seq(oid("1.2.840.113549.1.7.2"), tlv(0xA0, body)) + wrong.behind


def token(
    digest: bytes,
    authority: Seal,
    moment: dt.datetime = NOW,
    *,
    wrong: Wrong = RIGHT,
    more: bytes = b"",
    version: int = 1,
    time: bytes | None = None,
) -> bytes:
    """Give an RFC 3161 token; ``more`` stands behind its time."""
    written = time or moment.strftime("%Y%m%d%H%M%SZ").encode()
    info = seq(
        number(version), oid("1.2.3.4.1"), seq(seq(oid(SHA)), octets(digest)), number(42), tlv(0x18, written), more
    )
    return signed(info, authority, kind=TST, inside=True, wrong=wrong)


def organisation(name: str = "Organisatie") -> tuple[Seal, Seal]:
    """Give a root and the seal below it; the same for the same name."""
    return _organisation(name)


@cache
def _organisation(name: str) -> tuple[Seal, Seal]:
    root = make_root(name, NOW - dt.timedelta(days=400), 30)
    return root, make_seal(name, root, NOW - dt.timedelta(days=400), 5)


def authority(
    name: str = "Tijd", purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    *, critical: bool = True, under: str | None = None,
) -> tuple[Seal, Seal]:  # fmt: skip
    """Give a root and a time-stamp authority below it, or below the root of an organisation."""
    return _authority(name, purposes, critical, under)


@cache
def _authority(
    name: str, purposes: tuple[x509.ObjectIdentifier, ...], critical: bool, under: str | None
) -> tuple[Seal, Seal]:
    root = organisation(under)[0] if under else make_root(name, NOW - dt.timedelta(days=400), 30)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(root.certificates[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=400))
        .not_valid_after(NOW + dt.timedelta(days=4000))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    return root, Seal(key, (builder.sign(root.own_key(), SHA256()), *root.certificates))
