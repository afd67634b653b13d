"""Checks a time stamp (RFC 3161): a token that says that a hash existed at a moment, signed by an authority.

Errors: DamagedError, always.  Whether the authority is to be trusted is asked of `paths`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tweespoor.errors import DamagedError
from tweespoor.seal import cms, der

_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_WHERE: Final = "time stamp"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token that is right: when, by whose certificate, with which others beside it."""

    moment: datetime
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]


def verify(token: bytes, digest: bytes) -> Stamp:
    """Check a token over this SHA-256."""
    signed = cms.verify(token, cms.TIME_STAMP, old=True)
    moment = _read(signed.content, digest)
    _only_stamps(signed.signer)
    return Stamp(moment, signed.signer, signed.certificates)


def _read(content: bytes, digest: bytes) -> datetime:
    """Read a TSTInfo (RFC 3161, 2.4.2) and give its moment."""
    info = der.whole(content, _WHERE)
    if info.number() != 1:
        raise DamagedError(_WHERE, "version 1", "another")
    info.name()
    imprint = info.into()
    if imprint.algorithm() != _SHA256 or imprint.take(der.OCTETS) != digest:
        raise DamagedError(_WHERE, "an imprint of these bytes", "another")
    imprint.done()
    info.number()
    moment = info.moment()
    info.optional(der.SEQUENCE)  # accuracy
    if info.tag() == der.BOOLEAN and not info.truth():
        raise DamagedError(_WHERE, "no value that goes without saying", "one")
    if info.tag() == der.INTEGER:
        info.number()
    info.optional(der.inside(0))  # the authority's name; its certificate says it too
    if (extensions := info.optional(der.inside(1))) is not None:
        _not_critical(der.Reader(extensions, _WHERE))
    info.done()
    return moment


def _not_critical(extensions: der.Reader) -> None:
    """Refuse an extension that must be understood; none is known here."""
    while extensions.more():
        one = extensions.into()
        one.name()
        if one.tag() == der.BOOLEAN and one.truth():
            raise DamagedError(_WHERE, "no critical extension", "one")


def _only_stamps(certificate: x509.Certificate) -> None:
    """See that a certificate is for time stamps and nothing else, and says so critically (RFC 3161, 2.3)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise DamagedError(_WHERE, "a certificate for time stamps", "one without such a purpose") from None
    if not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise DamagedError(_WHERE, "a certificate for time stamps alone", "one for something else")
