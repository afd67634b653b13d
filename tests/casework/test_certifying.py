"""The seal of an installation: made once, renewed, and what pyHanko and openssl say of what it sealed."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.conf import settings
from tests import sealed
from tests.casework.conftest import Clock

from tweespoor.casework import certifying, examining, models, typesetting
from tweespoor.errors import DamagedError
from tweespoor.seal import certificates

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

NAME = "Veilig Thuis Voorbeeldstad"


def a_pdf() -> bytes:
    values = typesetting.Values(
        band="", title="Afspraken", lines=["Tekst."], heading="De afspraken", items=[("Wie?", "Wij.")], sections=[]
    )
    return typesetting.agreements(values, b"{}", 1_763_900_000_000)


def test_a_seal_is_made_once_as_files_for_our_eyes_only(house: Path) -> None:
    assert not certifying.has_seal()
    with pytest.raises(certifying.NoSealError, match="setup"):
        certifying.sign(b"")
    certifying.make_seal(NAME)
    before = certifying.certificates()
    certifying.make_seal("another name")
    assert certifying.certificates() == before
    assert certifying.root_sha256() == certificates.fingerprint(certifying.seal().certificates[1])
    files = certifying.files()
    assert [path.name for path in files] == ["root.pem", "seal.pem"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    assert certifying.folder().stat().st_mode & 0o777 == 0o700


def test_a_seal_that_others_can_read_is_refused() -> None:
    certifying.make_seal(NAME)
    (certifying.folder() / "seal.pem").chmod(0o640)
    with pytest.raises(DamagedError, match="0640"):
        certifying.sign(b"")


def test_another_seal_is_never_made_in_silence() -> None:
    certifying.make_seal(NAME)
    (certifying.folder() / "seal.pem").unlink()
    with pytest.raises(DamagedError, match="the seal that was made here"):
        certifying.make_seal(NAME)
    assert {line.about: line.level for line in examining.examine()}["seal"] is examining.WRONG


def test_renewing_keeps_the_root_and_the_chain_of_before(tmp_path: Path) -> None:
    certifying.make_seal(NAME, years=1)
    before, root = certifying.certificates(), certifying.root_sha256()
    old = certifying.sign_cms(b"text")
    certifying.renew(NAME, years=2)
    assert certifying.certificates()[0] != before[0]
    assert certifying.root_sha256() == root
    assert certifying.earlier() == [before]
    assert sealed.cms_accepts(old, b"text", tmp_path)
    assert sealed.cms_accepts(certifying.sign_cms(b"text"), b"text", tmp_path)
    certifying.renew(NAME)
    assert len(certifying.earlier()) == 2
    assert certifying.for_others().count(b"BEGIN CERTIFICATE") == 4
    assert b"PRIVATE" not in certifying.for_others()
    assert models.SealMade.objects.filter(root_sha256=root).count() == 3


def test_a_renewal_needs_the_root() -> None:
    certifying.make_seal(NAME)
    (certifying.folder() / "root.pem").unlink()
    before = certifying.certificates()
    with pytest.raises(DamagedError, match="root"):
        certifying.renew(NAME)
    assert certifying.certificates() == before


def test_the_doctor_warns_before_a_seal_ends(time: Clock) -> None:
    def told() -> list[examining.Level]:
        return [line.level for line in examining.examine() if line.about == "seal"]

    assert told() == [examining.WRONG]
    certifying.make_seal(NAME, years=1)
    assert told() == [examining.WELL]
    time.turn(280 * 86_400)
    assert told() == [examining.LOOK, examining.WELL]
    time.turn(90 * 86_400)
    assert told() == [examining.WRONG, examining.WELL]
    certifying.renew(NAME)
    assert told() == [examining.WELL]


def test_a_bought_seal_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    bought = certificates.make_seal("Gekocht", certificates.make_root("Verkoper", now, 10), now, 3)
    path = tmp_path / "bought.pem"
    monkeypatch.setattr(settings, "TWEESPOOR_SEAL", str(path))
    with pytest.raises(certifying.NoSealError, match="bought"):
        certifying.make_seal(NAME)
    path.write_bytes(bought.to_pem())
    path.chmod(0o600)
    certifying.make_seal(NAME)
    assert certifying.root_sha256() == certificates.fingerprint(bought.certificates[1])
    assert sealed.cms_accepts(certifying.sign_cms(b"text"), b"text", tmp_path)
    with pytest.raises(certifying.NoSealError, match="not made here"):
        certifying.renew(NAME)
    assert not certifying.folder().exists()


def test_content_is_signed_so_that_openssl_verifies_it(tmp_path: Path) -> None:
    certifying.make_seal(NAME)
    signature = certifying.sign_cms(b"content")
    assert sealed.cms_accepts(signature, b"content", tmp_path)
    assert not sealed.cms_accepts(signature, b"contents", tmp_path)


def test_a_pdf_is_sealed_so_that_pyhanko_and_openssl_verify_it(tmp_path: Path) -> None:
    certifying.make_seal(NAME)
    plain = a_pdf()
    pdf = certifying.sign_pdf(plain, reason="Afspraken")
    assert pdf.startswith(plain), "what was there does not change"
    told = sealed.status(pdf)
    assert told.bottom_line
    assert told.signing_cert.subject.native["organization_name"] == NAME
    assert sealed.openssl_accepts(pdf, tmp_path)


def test_one_flipped_bit_anywhere_in_a_sealed_pdf_is_found(tmp_path: Path) -> None:
    certifying.make_seal(NAME)
    plain = a_pdf()
    pdf = certifying.sign_pdf(plain, reason="Afspraken")
    for at in range(20, len(plain), len(plain) // 12):
        altered = bytearray(pdf)
        altered[at] ^= 1
        assert not sealed.openssl_accepts(bytes(altered), tmp_path), at
    assert sealed.is_whole(pdf)
    assert not sealed.is_whole(pdf + os.urandom(100)), "what is added behind a seal is not sealed"


def test_our_own_check_finds_what_was_altered_and_knows_seals_of_before(tmp_path: Path) -> None:
    certifying.make_seal(NAME)
    pdf = certifying.sign_pdf(a_pdf(), reason="Afspraken")
    assert certifying.is_whole(pdf)
    altered = bytearray(pdf)
    altered[len(pdf) // 4] ^= 1
    for other in (bytes(altered), pdf + b"\n", pdf[:-1], pdf[: len(pdf) // 2], a_pdf(), b"", b"%PDF-1.7"):
        assert not certifying.is_whole(other)
    certifying.renew(NAME)
    assert certifying.is_whole(pdf)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    stranger = certificates.make_seal(NAME, certificates.make_root(NAME, now, 30), now, 5)
    certifying._place(stranger)
    models.SealMade.objects.all().delete()
    assert not certifying.is_whole(pdf), "one of the same name, made by somebody else"
