"""Which bits of a signature or a time stamp nothing covers: they are listed here, and turning one changes nothing.

Everything else of such a token is hashed, signed, or says something that must be exactly so.
"""

import os
from collections.abc import Callable

import pytest
from tests.seal import asn1

from tweespoor.errors import DamagedError
from tweespoor.seal import cms, paths, stamps
from tweespoor.seal.certificates import Seal

EVERY = 1 if os.environ.get("TWEESPOOR_FUZZ") else 7
CONTENT = b"what is sealed"
DIGEST = bytes(range(32))
ROOT, SEAL = asn1.organisation()
CLOCK_ROOT, CLOCK = asn1.authority()

# Offsets from the begin of the DER: 4 of the outer SEQUENCE, 11 of its type, 4 of [0], 4 of the SEQUENCE within.
VERSION = range(23, 26)
"""The version of the list: it says which kinds may follow, and what follows is looked at itself (RFC 5652, 5.1)."""
HASHES = range(26, 41)
"""The hashes in front, so that one may begin to hash early; which one counts stands with the signer (RFC 5652, 5.1)."""


def uncovered(token: bytes, by: Seal) -> dict[str, range]:
    """Give the stretches of a token that nothing covers, by name."""
    found = {"version of the list": VERSION, "hashes in front": HASHES}
    for certificate in by.certificates[1:]:  # what leads to a root; the root itself comes from outside
        at = token.index(asn1.der(certificate))
        found[f"certificate above the signer at {at}"] = range(at, at + len(asn1.der(certificate)))
    behind = token.index(asn1.der(by.certificates[-1])) + len(asn1.der(by.certificates[-1]))
    at = token.index(b"\x02\x01", behind)
    found["version of the signer"] = range(at, at + 3)
    return found


def of_stamp(token: bytes) -> object:
    stamp = stamps.verify(token, DIGEST)
    lead = paths.lead(stamp.signer, stamp.certificates, CLOCK_ROOT.certificates, stamp.moment)
    return stamp.moment, stamp.signer, lead


def of_seal(token: bytes) -> object:
    signed = cms.verify(token, cms.PLAIN, CONTENT)
    at = SEAL.certificates[0].not_valid_before_utc
    return signed.signer, paths.lead(signed.signer, signed.certificates, ROOT.certificates, at)


@pytest.mark.parametrize(
    ("token", "by", "judge"),
    [(asn1.token(DIGEST, CLOCK), CLOCK, of_stamp), (asn1.signed(CONTENT, SEAL), SEAL, of_seal)],
    ids=["time stamp", "seal"],
)
@pytest.mark.filterwarnings("ignore:Parsed a:UserWarning", "ignore:Parsed a:DeprecationWarning")
def test_what_nothing_covers_is_listed_and_tells_nothing(
    token: bytes, by: Seal, judge: Callable[[bytes], object]
) -> None:
    whole, listed = judge(token), uncovered(token, by)
    free = {at for stretch in listed.values() for at in stretch}
    told: set[str] = set()
    for bit in range(0, 8 * len(token), EVERY):
        turned = bytearray(token)
        turned[bit // 8] ^= 1 << bit % 8
        try:
            found = judge(bytes(turned))
        except DamagedError:
            continue
        leads = isinstance(found, tuple) and found[-1] is not None
        if not leads:  # it leads to nobody any more: never a better verdict
            continue
        assert found == whole, f"bit {bit} of {sorted(listed)} says something else"
        assert bit // 8 in free, f"bit {bit} is not listed"
        told |= {name for name, stretch in listed.items() if bit // 8 in stretch}
    assert told, "some are always there"
