"""The reader of signatures and time stamps against right ones, wrong ones, and those of openssl and pyHanko."""

import datetime as dt
import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.seal import asn1
from tests.seal.asn1 import Wrong

from tweespoor.errors import DamagedError
from tweespoor.seal import cms, der, paths, stamps

CONTENT = b"what is sealed"
DIGEST = hashlib.sha256(CONTENT).digest()
ROOT, SEAL = asn1.organisation()
CLOCK_ROOT, CLOCK = asn1.authority()
TOKEN = asn1.token(DIGEST, CLOCK)

HOSTILE = {
    "nothing": b"",
    "a tag alone": b"\x30",
    "a length beyond the end": b"\x30\x05\x02\x01",
    "an indefinite length": b"\x30\x80\x02\x01\x01\x00\x00",
    "a long form of a short length": b"\x30\x81\x03\x02\x01\x01",
    "a length with zeros in front": b"\x30\x82\x00\x81" + bytes(129),
    "a length of more bytes than there are": b"\x30\x84\xff\xff\xff\xff\x00",
    "a length of a hundred bytes": b"\x30\xe4" + b"\x01" * 100,
    "a tag of several bytes": b"\x3f\x81\x01\x00",
    "bytes behind": b"\x30\x03\x02\x01\x01\x00",
    "great depth": b"\x30\x82\xff\xff" * 10_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_refused(content: bytes) -> None:
    for read in (lambda: cms.verify(content, cms.PLAIN, CONTENT), lambda: stamps.verify(content, DIGEST)):
        with pytest.raises(DamagedError):
            read()


@given(st.binary(max_size=200))
def test_noise_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedError):
        cms.verify(content, cms.PLAIN, CONTENT)


@pytest.mark.parametrize(
    "written", [b"\x02\x02\x00\x01", b"\x02\x02\xff\xff", b"\x02\x00", b"\x02\x41" + bytes([1]) * 65]
)
def test_a_number_has_one_spelling(written: bytes) -> None:
    with pytest.raises(DamagedError):
        der.Reader(written, "test").number()


@pytest.mark.parametrize("written", [b"\x06\x00", b"\x06\x02\x80\x01", b"\x06\x02\x2a\x86", b"\x06\x41" + bytes(65)])
def test_a_name_has_one_spelling(written: bytes) -> None:
    with pytest.raises(DamagedError):
        der.Reader(written, "test").name()


@pytest.mark.parametrize(
    "written",
    [
        b"20270115080000",
        b"20270115080000.0Z",
        b"20270115080000,5Z",
        b"202701150800Z",
        b"20271315080000Z",
        b"20270115080060Z",
    ],
)
def test_a_time_has_one_spelling(written: bytes) -> None:
    with pytest.raises(DamagedError):
        der.Reader(asn1.tlv(0x18, written), "test").moment()


def test_a_fraction_of_a_second_counts() -> None:
    assert der.Reader(asn1.tlv(0x18, b"20270115080000.25Z"), "test").moment().microsecond == 250_000


def test_a_right_signature_names_its_signer() -> None:
    found = cms.verify(asn1.signed(CONTENT, SEAL), cms.PLAIN, CONTENT)
    assert found.signer == SEAL.certificates[0]
    assert paths.lead(found.signer, found.certificates, ROOT.certificates, asn1.NOW) == ROOT.certificates[0]


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong(signers=0), Wrong(signers=2), Wrong(without=("type",)), Wrong(without=("digest",)),
        Wrong(without=("certificate",)), Wrong(twice="type"), Wrong(digest=bytes(32)), Wrong(named=bytes(32)),
        Wrong(unsorted=True), Wrong(behind=b"\0"), Wrong(number=1), Wrong(certificates=()), Wrong(old=True),
        Wrong(signature=b"\x30\x06\x02\x01\x01\x02\x01\x01"), Wrong(signature=b""),
    ],
    ids=repr,
)  # fmt: skip
def test_a_wrong_signature_is_refused(wrong: Wrong) -> None:
    with pytest.raises(DamagedError):
        cms.verify(asn1.signed(CONTENT, SEAL, wrong=wrong), cms.PLAIN, CONTENT)


def test_content_is_where_it_must_be() -> None:
    inside = asn1.signed(CONTENT, SEAL, inside=True)
    with pytest.raises(DamagedError):
        cms.verify(inside, cms.PLAIN, CONTENT)
    with pytest.raises(DamagedError):
        cms.verify(asn1.signed(CONTENT, SEAL), cms.PLAIN)
    assert cms.verify(inside, cms.PLAIN).content == CONTENT


def test_no_bit_of_a_signature_makes_it_about_something_else() -> None:
    whole = asn1.signed(CONTENT, SEAL)
    for at in range(len(whole)):
        turned = bytearray(whole)
        turned[at] ^= 1 << at % 8
        try:
            found = cms.verify(bytes(turned), cms.PLAIN, CONTENT)
        except DamagedError:
            continue
        assert found.signer == SEAL.certificates[0], at


def test_a_root_counts_only_when_it_came_from_outside() -> None:
    leaf, beside = SEAL.certificates[0], SEAL.certificates
    assert paths.lead(leaf, beside, [], asn1.NOW) is None
    assert paths.lead(leaf, beside, CLOCK_ROOT.certificates, asn1.NOW) is None
    assert paths.lead(leaf, [], ROOT.certificates, asn1.NOW) == ROOT.certificates[0]


@pytest.mark.parametrize("days", [-500, 5000])
def test_a_certificate_leads_nowhere_when_it_is_not_valid(days: int) -> None:
    at = asn1.NOW + dt.timedelta(days=days)
    assert paths.lead(SEAL.certificates[0], SEAL.certificates, ROOT.certificates, at) is None


def test_who_may_not_issue_leads_nowhere() -> None:
    """A seal that signs another certificate is no authority."""
    forged = asn1.authority("Nagemaakt", under="Organisatie")[1]
    below = forged.certificates[0]
    assert paths.lead(below, (), [SEAL.certificates[0]], asn1.NOW) is None
    assert paths.lead(below, (), ROOT.certificates, asn1.NOW) == ROOT.certificates[0]


# Others ----------------------------------------------------------------------------------------------------


def _openssl(*arguments: str, folder: Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seal.pem").write_bytes(SEAL.to_pem())
    (tmp_path / "clock.pem").write_bytes(CLOCK.to_pem())
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "root.pem").write_bytes(ROOT.to_pem())
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_cert=clock.pem\nsigner_key=clock.pem\n"
        "signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=yes\n"
        "ess_cert_id_chain=no\ness_cert_id_alg=sha256\n",
        encoding="utf-8",
    )
    (tmp_path / "serial").write_text("01\n", encoding="utf-8")
    return tmp_path


def test_a_signature_of_openssl_is_read(folder: Path) -> None:
    _openssl(
        "cms", "-sign", "-cades", "-binary", "-md", "sha256", "-in", "content", "-signer", "seal.pem", "-certfile",
        "root.pem", "-outform", "DER", "-out", "signature", folder=folder,
    )  # fmt: skip
    found = cms.verify((folder / "signature").read_bytes(), cms.PLAIN, CONTENT)
    assert found.signer == SEAL.certificates[0]
    with pytest.raises(DamagedError):
        cms.verify((folder / "signature").read_bytes(), cms.PLAIN, CONTENT + b"!")


def test_a_signature_of_ours_is_read_by_openssl(folder: Path) -> None:
    (folder / "signature").write_bytes(asn1.signed(CONTENT, SEAL))
    _openssl(
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-content", "content", "-CAfile",
        "root.pem", "-purpose", "any", "-attime", str(int(asn1.NOW.timestamp())), "-out", "out", folder=folder,
    )  # fmt: skip


@pytest.mark.parametrize("certificates", [[], ["-cert"]])
def test_a_time_stamp_of_openssl_is_read(folder: Path, certificates: list[str]) -> None:
    _openssl("ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query", folder=folder)
    _openssl("ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf", "-token_out", "-out", "token", folder=folder)
    found = stamps.verify((folder / "token").read_bytes(), DIGEST)
    assert abs(found.moment - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=2)
    assert found.signer == CLOCK.certificates[0]
    with pytest.raises(DamagedError):
        stamps.verify((folder / "token").read_bytes(), bytes(32))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_bit_of_a_token_moves_its_time(data: st.DataObject) -> None:
    """Some bits of a token are covered by no signature; none of them changes what it says."""
    whole = TOKEN
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    turned = bytearray(whole)
    turned[bit // 8] ^= 1 << bit % 8
    try:
        found = stamps.verify(bytes(turned), DIGEST)
    except DamagedError:
        return
    assert (found.moment, found.signer) == (asn1.NOW, CLOCK.certificates[0])
