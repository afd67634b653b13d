"""The server as it really runs: over https, behind a proxy, and after a power cut."""

import datetime as dt
import ipaddress
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.programs import brought_in
from tests.server import free_port, serving, set_up, wait_for

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("serving") / "installation"
    set_up(home)
    return home


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own making, for localhost."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    local: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(local), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, secret


def trusting(cert: Path, origin: str) -> httpx.Client:
    return httpx.Client(base_url=origin, verify=ssl.create_default_context(cafile=str(cert)))


def test_it_serves_over_https(installation: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with (
        serving(installation, "--cert", str(cert), "--key", str(key), scheme="https") as server,
        trusting(cert, server.origin) as client,
    ):
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "server" not in page.headers
        answer = client.post("/", data={"figures": "000000"}, headers={"Origin": server.origin})
        assert answer.status_code in {200, 302, 404, 429}
        foreign = client.post("/", data={"figures": "000000"}, headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code == 403
        # The entrance for sound answers here too, and gives nothing away.
        assert client.post(f"/i/{'0' * 32}/0", content=b"x").status_code == 401
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        kept = client.get(style, headers={"Accept-Encoding": "gzip"})
        assert kept.headers["Content-Encoding"] == "gzip"
        assert "immutable" in kept.headers["Cache-Control"]


def test_plain_http_never_asks_a_browser_to_remember_https(installation: Path) -> None:
    with serving(installation) as server:
        page = httpx.get(f"{server.origin}/")
        assert page.status_code == 200
        assert "Strict-Transport-Security" not in page.headers


def test_another_name_of_the_machine_is_not_answered(installation: Path) -> None:
    with serving(installation) as server:
        answer = httpx.get(f"http://127.0.0.1:{server.port}/", headers={"Host": "elsewhere.example"})
        assert answer.status_code == 400


def test_it_begins_again_after_a_power_cut(installation: Path) -> None:
    with serving(installation) as server:
        server.kill()
    with serving(installation) as server:
        assert httpx.get(f"{server.origin}/").status_code == 200
    assert "all whole" in server.tweespoor("check").stdout


@pytest.fixture
def nginx(installation: Path, certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The proxy of docs/nginx.conf, with ports and files of this test's own."""
    program = brought_in("nginx", "nginx-light")
    cert, key = certificate
    outside = free_port()
    origin = f"https://localhost:{outside}"
    with serving(installation, origin=origin) as server:
        site = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
        for before, after in (
            ("listen 443 ssl", f"listen 127.0.0.1:{outside} ssl"),
            ("gesprek.example.nl", "localhost"),
            ("/etc/tweespoor/fullchain.pem", str(cert)),
            ("/etc/tweespoor/key.pem", str(key)),
            ("127.0.0.1:8000", f"127.0.0.1:{server.port}"),
        ):
            assert before in site
            site = site.replace(before, after)
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; worker_processes 1; user root;\n"
            f"events {{}}\nhttp {{ access_log off; client_body_temp_path {tmp_path}/body;\n{site}}}\n",
            encoding="utf-8",
        )
        process = subprocess.Popen([program, "-c", str(configuration), "-p", str(tmp_path)])
        try:
            wait_for(outside, process, tmp_path / "error.log")
            yield origin, cert
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.slow
def test_the_proxy_of_the_documentation_works(nginx: tuple[str, Path]) -> None:
    origin, cert = nginx
    with trusting(cert, origin) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        login = {"login": "nobody", "password": "nothing at all"}
        assert client.post("/staff/login/", data=login, headers={"Origin": origin}).status_code == 200
        assert client.post("/staff/login/", data=login, headers={"Origin": "https://localhost"}).status_code == 403
        large = b"\0" * (300 * 1024)
        assert client.post(f"/i/{'0' * 32}/0", content=large).status_code in {401, 413}
        assert client.get("/staff/").headers["Location"].startswith("/staff/login/")
