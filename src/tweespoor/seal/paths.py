"""Leads a certificate to a root that was given from outside, or says why that does not succeed.

`cryptography` checks the paths of web servers only, so this is done by hand (RFC 5280, 6, as far as seals and time
stamps need it): names and signatures from each to the next, validity at one moment, that who issues may issue, and
no critical extension that is not understood.  Revocation is not looked up: that needs a network.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from tweespoor.errors import DamagedError
from tweespoor.seal import cms

_LONGEST: Final = 6
_UNDERSTOOD: Final = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
}
_GOOD: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def see_that_it_signs(certificate: x509.Certificate) -> None:
    """See that a certificate may sign: by its key usage, where it has one; raises DamagedError."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise DamagedError("certificate", "one that may sign", "one for something else")


def lead(
    certificate: x509.Certificate,
    beside: Iterable[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> x509.Certificate | None:
    """Give the root to which a certificate leads, by certificates that lie beside it, at a moment; None when none.

    A root counts only when it is, byte for byte, among ``roots``.
    """
    trusted = {root.public_bytes(Encoding.DER) for root in roots}
    others = list({one.public_bytes(Encoding.DER): one for one in (*beside, *roots)}.values())
    here = [certificate]
    for below in range(_LONGEST):  # each certificate is looked at once, on its shortest way
        here = [one for one in here if _is_fit(one, below, at)]
        for one in here:
            if one.public_bytes(Encoding.DER) in trusted:
                return one
        above = [other for other in others if any(_issued(one, other) for one in here)]
        others = [other for other in others if other not in above]
        here = above
    return None


def _is_fit(certificate: x509.Certificate, below: int, at: datetime) -> bool:
    """Tell whether a certificate may stand in a path at a moment, with so many below it."""
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return False
    if any(one.critical and one.oid not in _UNDERSTOOD for one in certificate.extensions):
        return False
    try:
        cms.public_key(certificate)
    except DamagedError:
        return False
    return below == 0 or _may_issue(certificate, below - 1)


def _may_issue(certificate: x509.Certificate, between: int) -> bool:
    """Tell whether a certificate may issue another, with so many issuers between it and the last one."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not constraints.ca or (constraints.path_length is not None and between > constraints.path_length):
        return False
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        if not isinstance(below.signature_hash_algorithm, _GOOD):
            return False
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
