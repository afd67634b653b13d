"""A seal whose key lies in hardware: a real token of SoftHSM signs everything that a seal signs."""

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from tests import sealed
from tests.casework.recorded import recorded
from tests.programs import brought_in

from tweespoor.casework import attesting, bundling, certifying, confirming, examining, hardware
from tweespoor.dossier import receipts, trust
from tweespoor.dossier.findings import Outcome, Step
from tweespoor.dossier.verify import verify
from tweespoor.errors import DamagedError
from tweespoor.seal import certificates
from tweespoor.seal.certificates import Seal

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

PIN, TOKEN, KEY = "271828", "Huis aan de Dijk", "zegel"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")


class Token:
    """A token of SoftHSM, and the seal of which the key lies in it."""

    seals: Seal

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = brought_in("softhsm2-util", "softhsm2")
        self.module = next(module for module in MODULES if Path(module).is_file())
        (folder / "tokens").mkdir()
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)  # read once, when the library is loaded
        self.run("--init-token", "--free", "--label", TOKEN, "--so-pin", "31415926", "--pin", PIN)

    def run(self, *words: str | Path) -> None:
        subprocess.run([self.program, *map(str, words)], check=True, capture_output=True)

    def take(self, seal: Seal, label: str = KEY, number: str = "01") -> None:
        """Bring a key into the token; what was a file is thrown away."""
        file = self.folder / "key.pem"
        file.write_bytes(seal.own_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.run("--import", file, "--token", TOKEN, "--pin", PIN, "--label", label, "--id", number)
        file.unlink()


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    pytest.importorskip("pkcs11")
    before = os.environ.get("SOFTHSM2_CONF")
    made = Token(tmp_path_factory.mktemp("token"))
    now = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)  # what the demonstration shows was yesterday
    root = certificates.make_root("Leverancier", now, 10)
    made.seals = certificates.make_seal("Huis aan de Dijk", root, now, 3)
    made.take(made.seals)
    yield made
    hardware.forget()
    if before is None:
        del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def held(token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seal]:
    """Let the seal of this house be the key in the token, and nothing of it a file but certificates and PIN."""
    seal = token.seals
    named = tmp_path / "seal.pem"
    named.write_bytes(certificates.pem(seal.certificates))
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    for name, value in (("", named), ("_MODULE", token.module), ("_TOKEN", TOKEN), ("_KEY", KEY), ("_PIN", pin)):
        monkeypatch.setattr(settings, f"TWEESPOOR_SEAL{name}", str(value))
    hardware.forget()
    yield seal
    hardware.forget()


def test_the_key_in_the_token_signs_as_one_in_a_file_does(held: Seal, tmp_path: Path) -> None:
    assert isinstance(certifying.seal().key, hardware.Held)
    signature = certifying.sign(b"text")
    held.own_key().public_key().verify(signature, b"text", ec.ECDSA(SHA256()))
    assert sealed.cms_accepts(certifying.sign_cms(b"text"), b"text", tmp_path)
    with pytest.raises(DamagedError, match="in hardware"):
        certifying.seal().to_pem()
    assert certifying.root_sha256() == certificates.fingerprint(held.certificates[-1])


def test_a_whole_conversation_is_proven_by_it(held: Seal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Endorsement, receipt and bundle: the verifier that strangers use finds all of it right."""
    attesting.forget_all()
    with recorded(monkeypatch) as talk:
        confirming.confirm(talk.id)
        path = tmp_path / "bundle.zip"
        bundling.write(talk.id, path)
        given = confirming.newest(talk.id)
    assert given is not None
    roots = trust.read_roots(certificates.pem(held.certificates[-1:]))
    found = verify(path, [receipts.read(given.line)], roots)
    assert found.outcome is Outcome.INTACT, found.found.codes()  # without an authority nobody says when
    assert {"seal.trusted", "endorsements.right", "receipts.right"} <= found.found.codes()
    assert found.found.ok(Step.SEAL)
    attesting.forget_all()


def test_what_is_wrong_is_said_and_never_the_pin(
    held: Seal, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**changed: str) -> str:
        hardware.forget()
        with monkeypatch.context() as patch:
            for name, value in changed.items():
                patch.setattr(settings, f"TWEESPOOR_SEAL_{name}", value)
            with pytest.raises((hardware.HardwareError, DamagedError)) as trouble:
                certifying.sign(b"")
        assert PIN not in str(trouble.value)
        return str(trouble.value)

    assert refused(MODULE=str(tmp_path / "no.so")).endswith("is no library of PKCS #11")
    assert refused(TOKEN="another").endswith("NoSuchToken")
    assert refused(KEY="another").endswith("NoSuchKey")
    assert refused(KEY="") == "TWEESPOOR_SEAL_MODULE needs TWEESPOOR_SEAL_KEY too"
    wrong = tmp_path / "wrong"
    wrong.write_text("000000")
    assert "mode 0600" in refused(PIN=str(wrong))
    wrong.chmod(0o600)
    assert refused(PIN=str(wrong)).endswith("PinIncorrect")
    assert "cannot be read" in refused(PIN=str(tmp_path / "nothing"))
    now = dt.datetime.now(dt.UTC)
    token.take(certificates.make_seal("Ander", certificates.make_root("Ander", now, 2), now, 1), "ander", "02")
    assert "certificate of the key itself" in refused(KEY="ander")
    hardware.forget()
    assert certifying.sign(b"")


def test_a_session_that_broke_is_opened_again_once(held: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = pytest.importorskip("pkcs11").exceptions.SessionHandleInvalid
    certifying.sign(b"")
    real, asked = hardware._private, [0]

    def breaks(session: object) -> object:
        asked[0] += 1
        if asked[0] <= times:
            raise broken
        return real(session)

    monkeypatch.setattr(hardware, "_private", breaks)
    for times in (1, 2):
        asked[0] = 0
        if times == 1:
            assert certifying.sign(b"")
        else:
            with pytest.raises(hardware.HardwareError, match="SessionHandleInvalid"):
                certifying.sign(b"")


def test_the_doctor_looks_whether_it_answers(held: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    def levels() -> set[examining.Level]:
        return {line.level for line in examining.examine() if line.about == "seal"}

    assert levels() == {examining.WELL}
    monkeypatch.setattr(settings, "TWEESPOOR_SEAL_TOKEN", "another")
    assert levels() == {examining.WRONG}
