"""Published vectors, run against our own code; where each comes from stands with it."""

import hashlib
import subprocess
from itertools import product
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tweespoor.errors import DamagedError
from tweespoor.seal import cms, paths, signing, stamps

VECTORS = Path(__file__).parents[1] / "vectors"
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

# NIST ------------------------------------------------------------------------------------------------

NIST = (VECTORS / "nist-ecdsa-p256-sha256.rsp").read_text(encoding="ascii")


def sections() -> list[dict[str, str]]:
    """Read the file of the Cryptographic Algorithm Validation Program (186-3 ECDSA, SigVer.rsp)."""
    rows = [dict(line.split(" = ", 1) for line in one.splitlines()) for one in NIST.split("\n\n") if "Qx = " in one]
    assert len(rows) == 15
    return rows


@pytest.mark.parametrize("row", sections(), ids=lambda row: f"{row['Msg'][:8]} {row['Result']}")
def test_signatures_are_judged_as_nist_judges_them(row: dict[str, str]) -> None:
    key = P256 + bytes.fromhex(row["Qx"] + row["Qy"])
    signature = bytes.fromhex(row["R"] + row["S"])
    assert signing.is_right(key, bytes.fromhex(row["Msg"]), signature) is row["Result"].startswith("P")


# Wycheproof ------------------------------------------------------------------------------------------

# C2SP/wycheproof, testvectors_v1/ecdsa_secp256r1_sha256_p1363_test.json: the first group, tests 1 to 59.
KEY = P256 + bytes.fromhex(
    "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838"
    "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e"
)
SAID = bytes.fromhex("313233343030")
R = 0x2BA3A8BE6B94D5EC80A6D9D1190A436EFFE50D85A1EEE859B8CC6AF9BD5C2E18
S = 0xB329F479A2BBD0A5C384EE1493B1F5186A87139CAC5DF4087C134B49156847DB
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
CHANGED = {
    "r + n": (R + N, S), "r + 256 n": (R + 256 * N, S), "n - r": (N - R, S),
    "r + 2^256": (R + 2**256, S), "r + 2^320": (R + 2**320, S),
    "s + n": (R, S + N), "s + 256 n": (R, S + 256 * N), "s + 2^256": (R, S + 2**256), "s + 2^320": (R, S + 2**320),
}  # fmt: skip
SPECIAL = {"0": 0, "1": 1, "n": N, "n - 1": N - 1, "n + 1": N + 1, "p": P, "p + 1": P + 1}


def written(r: int, s: int) -> bytes:
    """Write both numbers in as many bytes as the longer one needs, 32 at least."""
    length = max(32, *(-(-number.bit_length() // 8) for number in (r, s)))
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def test_a_right_signature_has_two_spellings() -> None:
    assert signing.is_right(KEY, SAID, written(R, S))
    assert signing.is_right(KEY, SAID, written(R, N - S))


@pytest.mark.parametrize("numbers", CHANGED.values(), ids=CHANGED)
def test_numbers_beyond_their_range_are_refused(numbers: tuple[int, int]) -> None:
    assert not signing.is_right(KEY, SAID, written(*numbers))


@pytest.mark.parametrize(("r", "s"), list(product(SPECIAL, SPECIAL)))
def test_special_numbers_are_refused(r: str, s: str) -> None:
    assert not signing.is_right(KEY, SAID, written(SPECIAL[r], SPECIAL[s]))


# RFC 3161 --------------------------------------------------------------------------------------------

# sigstore/sigstore-conformance, test/assets/bundle-verify/rekor2-dsse-happy-path: a token of a real authority (P-384).
# It came without certificates; those of that authority, as sigstore 4.5.1 has them, were laid into it: unsigned there.
TOKEN = (VECTORS / "rfc3161-sigstore-staging.tst").read_bytes()
AUTHORITY = VECTORS / "rfc3161-sigstore-staging.pem"
STAMPED = bytes.fromhex("3526603902e14321396150021bee7211f5f4c9094eadbd8dfad9301cb96fec68")


def test_a_published_time_stamp_says_what_openssl_says(tmp_path: Path) -> None:
    stamp = stamps.verify(TOKEN, STAMPED)
    (root,) = [one for one in stamp.certificates if one.issuer == one.subject]
    assert root.public_bytes(Encoding.PEM) == AUTHORITY.read_bytes()
    assert paths.lead(stamp.signer, stamp.certificates, [root], stamp.moment) == root
    assert stamp.moment.isoformat() == "2025-07-25T19:53:04+00:00"
    path = tmp_path / "token.tst"
    path.write_bytes(TOKEN)
    told = subprocess.run(
        ["openssl", "ts", "-reply", "-token_in", "-in", path, "-text"], check=True, capture_output=True, text=True
    ).stdout
    assert "Time stamp: Jul 25 19:53:04 2025 GMT" in told
    command: list[str | Path] = ["openssl", "ts", "-verify", "-token_in", "-in", path, "-digest", STAMPED.hex()]
    command += ["-CAfile", AUTHORITY, "-attime", "1753473184"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_published_time_stamp_is_of_nothing_else() -> None:
    with pytest.raises(DamagedError):
        stamps.verify(TOKEN, hashlib.sha256(b"something else").digest())
    with pytest.raises(DamagedError):
        cms.verify(TOKEN, cms.PLAIN)
    for at in range(60, len(TOKEN), 29):
        turned = bytearray(TOKEN)
        turned[at] ^= 1
        try:
            stamp = stamps.verify(bytes(turned), STAMPED)
        except DamagedError:
            continue
        assert stamp.moment.isoformat() == "2025-07-25T19:53:04+00:00"  # a bit that nothing covers
