"""Bundles as the server makes them: whole and of the own minutes, judged by the verifier that strangers use."""

import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from tests.casework.recorded import Recorded, recorded, staff
from tests.proven import seal_of_before

from tweespoor.casework import attesting, bundling, certifying, clock, confirming, ledger, models
from tweespoor.casework.models import Role
from tweespoor.dossier import receipts
from tweespoor.dossier.findings import WEIGHTS, Outcome, Weight
from tweespoor.dossier.verify import Report, verify
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground, Span

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

BRAM, CARLA = 2, 3


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    seal_of_before()
    attesting.forget_all()
    with recorded(monkeypatch) as made:
        yield made
    attesting.forget_all()


def receipt(talk: Recorded) -> receipts.Receipt:
    made = confirming.newest(talk.id)
    assert made is not None
    return receipts.read(made.line)


def root() -> x509.Certificate:
    return x509.load_der_x509_certificate(certifying.certificates()[-1])


def wrong(report: Report) -> list[str]:
    return sorted(code for code in report.found.codes() if WEIGHTS[code] in {Weight.FAILED, Weight.INCOMPLETE})


def made(talk: Recorded, folder: Path, session: models.Hearing | None = None) -> Path:
    package = bundling.for_listener(session) if session else bundling.for_staff(talk.worker, talk.id)
    path = folder / package.name
    with path.open("wb") as out:
        for piece in package.laid.pieces():
            out.write(piece)
    assert path.stat().st_size == package.laid.size
    return path


def session_of(talk: Recorded, seat: int) -> models.Hearing:
    code = models.ListeningCode.objects.create(
        conversation_id=talk.id, seat=seat, code_sha256=f"{seat:064x}", word="", made_ms=0
    )
    return models.Hearing.objects.create(
        conversation_id=talk.id,
        seat=seat,
        code=code,
        step="open",
        token_sha256=f"{seat:064x}",
        began_ms=0,
        expires_ms=0,
    )


def inside(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_whole_bundle_is_proven_with_a_receipt_from_outside(talk: Recorded, tmp_path: Path) -> None:
    path = made(talk, tmp_path)
    report = verify(path, [receipt(talk)], [root()])
    assert wrong(report) == []
    assert report.outcome is Outcome.INTACT  # no time stamp
    assert report.signed == 1
    assert verify(path).outcome is Outcome.INTACT


def test_a_command_writes_the_same_members(talk: Recorded, tmp_path: Path) -> None:
    one = inside(made(talk, tmp_path))
    bundling.write(talk.id, tmp_path / "other.zip")
    other = inside(tmp_path / "other.zip")
    assert one.keys() == other.keys()
    assert all(one[name] == other[name] for name in one if name.startswith("data/tracks/"))
    assert verify(tmp_path / "other.zip", [receipt(talk)]).outcome is Outcome.INTACT
    with pytest.raises(FileExistsError):
        bundling.write(talk.id, tmp_path / "other.zip")
    with pytest.raises(UnknownError):
        bundling.write("00" * 16, tmp_path / "third.zip")


def test_who_took_part_gets_the_own_minutes_and_no_fact_tells_of_it(talk: Recorded, tmp_path: Path) -> None:
    before = list(ledger.lines(talk.id))
    path = made(talk, tmp_path, session_of(talk, CARLA))
    assert list(ledger.lines(talk.id)) == before  # law 11
    assert [(row.seat, row.staff) for row in models.Access.objects.filter(action=bundling.ACTION)] == [(CARLA, None)]
    report = verify(path, [receipt(talk)], [root()])
    assert wrong(report) == []
    files = inside(path)
    assert f"data/tracks/{talk.ours}/chunks.bin" in files
    assert f"data/tracks/{talk.theirs}/chunks.bin" not in files  # what another handed in is nobody's business
    assert b'"body":"withheld"' in files[f"data/tracks/{talk.theirs}/chunks.jsonl"]
    assert files["data/disclosures.txt"].count(b"salt_sha256") == 1
    assert b"Tweespoor-Scope: own-minutes" in files["bag-info.txt"]
    own = inside(made(talk, tmp_path, session_of(talk, BRAM)))
    assert f"data/tracks/{talk.theirs}/chunks.bin" in own


def test_what_nobody_hears_is_withheld_and_the_chain_stays_whole(talk: Recorded, tmp_path: Path) -> None:
    part = talk.state.parts[1]
    begin = (part.started_at or 0) + 5_000
    ledger.append(
        talk.id,
        facts.SpanCovered(at=clock.now_ms(), part=1, span=Span(begin, begin + 3_000), ground=Ground.SECRET_ADDRESS),
    )
    path = made(talk, tmp_path)
    rows = inside(path)[f"data/tracks/{talk.ours}/chunks.jsonl"].splitlines()
    hidden = [row for row in rows if b'"withheld"' in row]
    assert 3 <= len(hidden) <= 6
    assert wrong(verify(path, [receipt(talk)], [root()])) == []


def test_a_locked_part_has_leaves_and_no_sound(talk: Recorded, tmp_path: Path) -> None:
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.LATE_STOP))
    files = inside(made(talk, tmp_path))
    assert not [name for name in files if name.endswith((".bin", ".opus"))]
    assert files["data/disclosures.txt"] == b""
    with pytest.raises(Refused) as refused:
        bundling.for_listener(session_of(talk, BRAM))
    assert refused.value.codes == ("0c.not-available",)


def test_a_track_that_its_owner_keeps_is_said_to_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seal_of_before()
    with recorded(monkeypatch, handed_in=False) as talk:
        path = made(talk, tmp_path)
        rows = inside(path)[f"data/tracks/{talk.theirs}/chunks.jsonl"].splitlines()
        assert all(b'"body":"kept"' in row for row in rows)
        assert wrong(verify(path, [receipt(talk)], [root()])) == []


def test_nothing_leaves_while_a_secret_waits_or_to_who_may_not(talk: Recorded) -> None:
    for other in (staff("wim", Role.WORKER), staff("marijke", Role.MANAGER)):
        with pytest.raises(UnknownError):
            bundling.for_staff(other, talk.id)
    ledger.append(talk.id, facts.SecretNoted(at=clock.now_ms(), mentioned=True))
    before = list(ledger.lines(talk.id))
    mine = session_of(talk, BRAM)
    with pytest.raises(Refused, match=r"0c\.not-available"):
        bundling.for_staff(talk.worker, talk.id)
    with pytest.raises(Refused, match=r"0c\.not-available"):
        bundling.for_listener(mine)
    assert list(ledger.lines(talk.id)) == before


def test_on_a_device_of_ours_there_is_none_and_five_a_day(talk: Recorded) -> None:
    mine = session_of(talk, BRAM)
    for _ in range(bundling.A_DAY):
        bundling.for_listener(mine)
    with pytest.raises(Refused) as refused:
        bundling.for_listener(mine)
    assert refused.value.codes == ("0c.too-often",)
    mine.code = None
    with pytest.raises(UnknownError):
        bundling.for_listener(mine)


def test_one_changed_byte_is_found(talk: Recorded, tmp_path: Path) -> None:
    path = made(talk, tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert verify(path, [receipt(talk)], [root()]).outcome is Outcome.FAILED


def test_the_agreement_of_the_certificates(talk: Recorded, tmp_path: Path) -> None:
    files = inside(made(talk, tmp_path))
    names = {name for name in files if "certificate-" in name}
    assert names == {f"data/keys/certificate-{sha256(one).hexdigest()}.der" for one in certifying.certificates()}
