"""One conversation over https, under a name of the house's own: without a secure page no phone can record."""

import base64
import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from playwright.sync_api import Playwright
from tests.browser.conftest import CHROMIUM, flags
from tests.browser.flow.people import Cast, all_see, begin, open_talk, record, wait
from tests.server import free_port, serving

NAME = "gesprek.huis.test"


def certificate(folder: Path) -> tuple[Path, Path, str]:
    """Make a certificate for that name; gives its file, its key's file and what pins it (a hash of its public key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return cert, secret, base64.b64encode(hashlib.sha256(public).digest()).decode()


@pytest.fixture
def secure(engine: Playwright, company: Cast, founded: Path, tmp_path: Path) -> Iterator[Cast]:
    """Give a house of its own that serves https, and browsers that know its name and that one key."""
    cert, key, pin = certificate(tmp_path)
    home, port = shutil.copytree(founded, tmp_path / "installation"), free_port()
    arguments = ("--cert", str(cert), "--key", str(key))
    with serving(home, *arguments, origin=f"https://{NAME}:{port}", port=port) as server:
        cast = Cast(engine, server, company.folder)
        known = [f"--host-resolver-rules=MAP {NAME} 127.0.0.1", f"--ignore-certificate-errors-spki-list={pin}"]
        for who in ("", "anna", "bram"):
            given = [*flags(cast.sound(who) if who else None), *known]
            cast.browsers[who] = engine.chromium.launch(executable_path=CHROMIUM, args=given)
        yield cast
        cast.leave()
        cast.close()


def test_over_https_two_devices_record_under_a_name_of_our_own(secure: Cast) -> None:
    anna = secure.worker()
    conversation = open_talk(anna, 2)
    bram = secure.guest("bram", anna)
    assert bram.page.url.startswith(f"https://{NAME}:")
    assert bram.page.evaluate("isSecureContext")
    bram.answer(records=True)
    begin(anna)
    bram.screen("P5")
    record(anna, bram, seconds=3)
    cookies = {cookie["name"]: cookie for cookie in anna.page.context.cookies() + bram.page.context.cookies()}
    assert all(cookies[name]["secure"] for name in ("s", "p"))
    bram.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [bram]})
    anna.tap("finish")
    all_see({"W9": [anna], "P7": [bram]})
    wait(anna, lambda: secure.sealed(conversation))
    ours, theirs = sorted(secure.state(conversation).tracks.values(), key=lambda track: not track.ours)
    assert ours.complete
    assert theirs.complete
    assert min(ours.samples, theirs.samples) >= 3 * 48_000
    assert not secure.wrong
