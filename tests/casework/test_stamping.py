"""Time stamps, asked of a real authority: openssl's, behind a small server."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from django.conf import settings
from tests import archival, sealed
from tests.authority import Authority, authority
from tests.casework.test_certifying import NAME, a_pdf
from tests.server import free_port

from tweespoor.casework import certifying, stamping
from tweespoor.seal import certificates

DIGEST = hashlib.sha256(b"what was there").digest()


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    with authority(tmp_path / "authority") as made:
        monkeypatch.setattr(settings, "TWEESPOOR_TSA", made.url)
        yield made


def verified(token: bytes, digest: bytes, asked: Authority) -> bool:
    path = asked.folder / "token"
    path.write_bytes(token)
    words = ["ts", "-verify", "-digest", digest.hex(), "-in", path, "-token_in", "-CAfile", asked.root]
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False).returncode == 0


def test_without_an_authority_there_is_no_stamp() -> None:
    assert stamping.stamp(DIGEST) is None
    with pytest.raises(stamping.StampError, match="configured"):
        stamping.stamp_pdf(b"")


def test_openssl_verifies_what_an_authority_gave(asked: Authority) -> None:
    token = stamping.stamp(DIGEST)
    assert token is not None
    assert verified(token, DIGEST, asked)
    assert not verified(token, hashlib.sha256(b"something else").digest(), asked)


def test_a_password_goes_along_only_where_nobody_reads_it(asked: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TWEESPOOR_TSA", asked.url.replace("://", "://us%3Aer:p%40ss@"))
    assert stamping.stamp(DIGEST)
    assert "Authorization: Basic dXM6ZXI6cEBzcw==" in asked.headers[-1]
    monkeypatch.setattr(settings, "TWEESPOOR_TSA", "http://user:word@stamps.example.nl/")
    with pytest.raises(stamping.StampError, match="https"):
        stamping.stamp(DIGEST)


def test_an_answer_to_another_question_is_no_stamp(asked: Authority) -> None:
    stamping.stamp(DIGEST)
    asked.answer = (asked.folder / "answer").read_bytes()  # right, but of an earlier question
    with pytest.raises(stamping.StampError, match="another question"):
        stamping.stamp(DIGEST)
    for answer, status, said in (
        (b"", 200, "no token"),
        (b"<html>", 200, "no token"),
        (asked.answer[:-5], 200, "no token"),
        (bytes.fromhex("30053003020102"), 200, "refuses"),  # a rejection
        (b"x" * (stamping.LARGEST + 1), 200, "status 200"),
        (asked.answer, 503, "status 503"),
    ):
        asked.answer, asked.status = answer, status
        with pytest.raises(stamping.StampError, match=said):
            stamping.stamp(DIGEST)


@pytest.mark.parametrize("address", ["ftp://stamps.example.nl", "stamps", "https://"])
def test_an_address_that_is_none_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TWEESPOOR_TSA", address)
    with pytest.raises(stamping.StampError, match="TWEESPOOR_TSA"):
        stamping.stamp(DIGEST)


def test_an_authority_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TWEESPOOR_TSA", f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(stamping.StampError, match="does not answer"):
        stamping.stamp(DIGEST)


@pytest.mark.django_db(databases=["default", "keyring"])
def test_a_sealed_pdf_is_stamped_behind_its_seal(asked: Authority, tmp_path: Path) -> None:
    certifying.make_seal(NAME)
    pdf = certifying.sign_pdf(a_pdf(), reason="Afspraken")
    stamped = stamping.stamp_pdf(pdf)
    assert stamped.startswith(pdf)
    assert archival.faults(stamped, "nl", {"gesprek.json": "/Source"}) == []
    trusted = certificates.der(x509.load_pem_x509_certificate(asked.root.read_bytes()))
    assert sealed.timestamps(stamped, trusted) == [True]
    assert sealed.status(stamped).bottom_line
    assert sealed.openssl_accepts(stamped, tmp_path)
    assert asked.asked == 1
    assert certifying.is_whole(stamped)
    assert not certifying.is_whole(stamped.replace(b"Afspraken", b"Afspraker"))
    assert not certifying.is_whole(stamped + b"\n%%EOF\n")
