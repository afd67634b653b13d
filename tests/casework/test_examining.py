"""What `tweespoor doctor` says of the certificate that phones see: trusted, ending, or not to be seen from here."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django.fixtures import Settings
from tests.server import free_port

from tweespoor.casework import examining
from tweespoor.casework.examining import Level


def certificate(folder: Path, days: int, name: str = "localhost") -> Path:
    """Make a certificate that signs itself, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}-{days}.pem"
    pkcs8 = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, *pkcs8)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextlib.contextmanager
def served(path: Path, settings: Settings) -> Iterator[None]:
    """Answer https on this machine with a certificate, and let the house be at that address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", free_port())) as listening:

        def run() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(1)

        threading.Thread(target=run, daemon=True).start()
        settings.TWEESPOOR_ORIGIN = f"https://localhost:{listening.getsockname()[1]}"
        yield
        listening.shutdown(socket.SHUT_RDWR)


def seen() -> tuple[Level, str]:
    (found,) = examining._certificate()
    return found


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [
        (90, Level.WELL, "the certificate ends in 90 days"),
        (20, Level.LOOK, "the certificate ends in 20 days"),
        (1, Level.LOOK, "the certificate ends in 1 day"),
        (-2, Level.WRONG, "the certificate is not trusted here: certificate has expired"),
    ],
)
def test_a_certificate_is_seen_and_when_it_ends(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, days: int, level: Level, says: str
) -> None:
    made = certificate(tmp_path, days)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with served(made, settings):
        assert seen() == (level, says)


def test_one_that_phones_do_not_trust_is_wrong(tmp_path: Path, settings: Settings) -> None:
    with served(certificate(tmp_path, 90), settings):
        level, says = seen()
    assert (level, says.startswith("the certificate is not trusted here")) == (Level.WRONG, True)


def test_one_of_another_name_is_wrong(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(tmp_path, 90, "gesprek.example.nl")
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with served(made, settings):
        level, says = seen()
    assert (level, says.startswith("the certificate is not trusted here")) == (Level.WRONG, True)


def test_what_does_not_answer_and_what_needs_none_are_said(settings: Settings) -> None:
    settings.TWEESPOOR_ORIGIN = f"https://localhost:{free_port()}"
    assert seen() == (
        Level.LOOK,
        f"{settings.TWEESPOOR_ORIGIN[8:]} does not answer from here, so its certificate was not seen",
    )
    settings.TWEESPOOR_ORIGIN = "http://localhost:8000"
    assert seen()[0] is Level.WELL
