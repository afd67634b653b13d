"""The seal as X.509: what openssl says of it, and what is no seal."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtensionOID

from tweespoor.errors import DamagedError
from tweespoor.seal import certificates
from tweespoor.seal.certificates import Seal

NAME = "Veilig Thuis Voorbeeldstad"
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


def made(years: int = 5) -> tuple[Seal, Seal]:
    root = certificates.make_root(NAME, NOW, 30)
    return root, certificates.make_seal(NAME, root, NOW, years)


def openssl(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)


def test_openssl_accepts_the_chain_and_sees_what_the_key_is_for(tmp_path: Path) -> None:
    root, seal = made()
    (tmp_path / "root.pem").write_bytes(certificates.pem(root.certificates))
    (tmp_path / "seal.pem").write_bytes(certificates.pem(seal.certificates[:1]))
    at = str(int(NOW.timestamp()))
    checked = openssl(
        "verify", "-x509_strict", "-attime", at, "-CAfile", str(tmp_path / "root.pem"), str(tmp_path / "seal.pem")
    )
    assert checked.returncode == 0, checked.stderr
    told = openssl("x509", "-in", str(tmp_path / "seal.pem"), "-noout", "-text").stdout
    assert "Key Usage: critical\n                Digital Signature, Non Repudiation\n" in told
    assert "Basic Constraints: critical\n                CA:FALSE" in told
    assert "NIST CURVE: P-256" in told
    told = openssl("x509", "-in", str(tmp_path / "root.pem"), "-noout", "-text").stdout
    assert "Basic Constraints: critical\n                CA:TRUE, pathlen:0" in told
    assert "Key Usage: critical\n                Certificate Sign, CRL Sign\n" in told
    assert certificates.organisation(seal.certificates[0]) == NAME


def test_a_signature_by_the_seal_is_one_for_openssl(tmp_path: Path) -> None:
    _, seal = made()
    (tmp_path / "key.pem").write_bytes(
        seal.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "signature").write_bytes(seal.sign(b"text"))
    for text, right in ((b"text", True), (b"test", False)):
        (tmp_path / "text").write_bytes(text)
        checked = openssl(
            "dgst", "-sha256", "-verify", str(tmp_path / "key.pem"),
            "-signature", str(tmp_path / "signature"), str(tmp_path / "text"),
        )  # fmt: skip
        assert (checked.returncode == 0) is right


def test_years_are_chosen_and_never_outlive_the_root() -> None:
    assert made(years=1)[1].until == NOW.replace(year=2027)
    assert made(years=90)[1].until == NOW.replace(year=2056)
    root = certificates.make_root(NAME, dt.datetime(2028, 2, 29, tzinfo=dt.UTC), 1)
    assert root.until == dt.datetime(2029, 2, 28, tzinfo=dt.UTC)


def test_a_seal_is_read_as_it_was_written_also_with_a_long_name() -> None:
    root = certificates.make_root("Ω" * 300, NOW, 30)
    seal = certificates.make_seal("Ω" * 300, root, NOW, 5)
    again = Seal.from_pem(seal.to_pem())
    assert again.certificates == seal.certificates
    assert len(certificates.organisation(again.certificates[0])) == 32


def foreign(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *, usage: bool = True) -> bytes:
    """Make a seal of somebody else's: its key, and a certificate that issued itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW.replace(year=2030))
    )
    if usage:
        root = certificates.make_root(NAME, NOW, 1).certificates[0]
        found = root.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
        builder = builder.add_extension(found.value, critical=True)
    certificate = builder.sign(key, SHA256())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificates.pem([certificate])


def test_what_is_no_seal_is_refused() -> None:
    root, seal = made()
    _, other = made()
    key, chain = seal.to_pem().split(b"-----BEGIN CERTIFICATE", 1)
    swapped = key + certificates.pem(seal.certificates[::-1])
    strange = key + certificates.pem((seal.certificates[0], *other.certificates[1:]))
    locked = seal.own_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"word")
    )
    for text, expected in (
        (b"", "PEM"),
        (b"-----BEGIN CERTIFICATE" + chain, "PEM"),
        (key, "PEM"),
        (locked + certificates.pem(seal.certificates), "PEM"),
        (other.to_pem().split(b"-----BEGIN CERTIFICATE", 1)[0] + certificates.pem(seal.certificates), "the key itself"),
        (swapped, "the key itself"),
        (strange, "issued by the next"),
        (root.to_pem(), "for signatures"),
        (foreign(rsa.generate_private_key(65537, 2048)), "P-256"),
        (foreign(ec.generate_private_key(ec.SECP384R1())), "P-256"),
        (foreign(ec.generate_private_key(ec.SECP256R1()), usage=False), "with key usage"),
    ):
        with pytest.raises(DamagedError, match=expected):
            Seal.from_pem(text)
