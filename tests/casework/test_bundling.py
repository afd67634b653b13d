"""Bundles as the server makes them: whole and of the own minutes, judged by the verifier that strangers use."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from tests.casework.recorded import Recorded, recorded, staff
from tests.proven import seal_of_before

from tweespoor.casework import (
    attesting,
    bundling,
    certifying,
    clock,
    confirming,
    filing_comparison,
    ledger,
    models,
    trackkeys,
    transcribing,
    written,
)
from tweespoor.casework.models import Role
from tweespoor.dossier import receipts, statements
from tweespoor.dossier.findings import WEIGHTS, Outcome, Weight
from tweespoor.dossier.report import as_text
from tweespoor.dossier.verify import Report, verify
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground, Span
from tweespoor.seal import keys

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
    report = verify(path, [receipt(talk)], [root()])
    assert wrong(report) == []
    said = " ".join(as_text(report, "nl"))
    assert "Afgedekt: 3 seconden" in said
    assert "op grond van: geheim adres" in said
    assert "zitten niet in deze kopie" in said


def test_what_was_wiped_is_said_with_its_day_and_its_ground(talk: Recorded, tmp_path: Path) -> None:
    now = clock.now_ms()
    ledger.append(talk.id, facts.PartLocked(at=now, part=1, ground=Ground.REQUEST, erasable_at=now))
    ledger.append(talk.id, facts.PartErased(at=now, part=1, ground=Ground.REQUEST, certain_at=now + 86_400_000))
    path = tmp_path / "wiped.zip"
    bundling.write(talk.id, path)
    assert not [name for name in inside(path) if name.startswith("data/tracks/")]
    report = verify(path, [receipt(talk)], [root()])
    assert (report.outcome, wrong(report)) == (Outcome.INCOMPLETE, ["tracks.erased"])
    said = " ".join(as_text(report, "nl"))
    assert f"Gewist op {datetime.fromtimestamp(now / 1000, UTC):%Y-%m-%d}, op grond van: " in said


def test_texts_and_comparisons_go_along_as_far_as_the_recipient_hears(talk: Recorded, tmp_path: Path) -> None:
    began = talk.state.parts[1].started_at or 0
    text = b"0:00 Spreker 1: Goedemiddag.\n0:06 Spreker 1: Kerkstraat 1.\n0:12 Spreker 2: Tot ziens.\n"
    transcribing.bring_in(talk.worker, talk.id, 1, written.read(text), offset_ms=0)
    covered = Span(began + 6_500, began + 9_000)
    ledger.append(talk.id, facts.SpanCovered(at=clock.now_ms(), part=1, span=covered, ground=Ground.SECRET_ADDRESS))
    mine, others = (filed_by(talk, seat) for seat in (BRAM, CARLA))
    whole = inside(made(talk, tmp_path))
    bram = inside(made(talk, tmp_path, session_of(talk, BRAM)))
    for files in (whole, bram):
        said = files["data/files/tekst-deel-1.vtt"]
        assert b"Goedemiddag" in said
        assert b"Kerkstraat" not in said, "what is covered by law is not read either"
        assert files["data/files/afspraken.pdf"].startswith(b"%PDF")
    assert {f"data/files/{one.name}" for one in (mine, others)} <= whole.keys()
    assert f"data/files/{mine.name}" in bram
    assert f"data/files/{others.name}" not in bram, "law 11: whose it is and what it says is nobody else's"
    assert sha256(whole[f"data/files/{mine.name}"]).hexdigest() in talk.state.comparisons


def test_of_a_part_that_nobody_hears_no_file_goes_along(talk: Recorded, tmp_path: Path) -> None:
    transcribing.bring_in(talk.worker, talk.id, 1, written.read(b"0:00 Spreker 1: Goedemiddag.\n"), offset_ms=0)
    filed_by(talk, BRAM)
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.LATE_STOP))
    assert not [name for name in inside(made(talk, tmp_path)) if name.startswith("data/files/")]


def filed_by(talk: Recorded, seat: int) -> filing_comparison.Filed:
    """File an answer of somebody, as small as one can be; what it says plays no part here."""
    content = statements.canonical({"answer": seat})
    row = models.FiledComparison(
        id=f"{seat:032x}", conversation=talk.id, part=1, seat=seat, staff=None, at_ms=clock.now_ms()
    )
    above = trackkeys.conversation_key(trackkeys.organisation_key(), talk.id)
    key, kind = keys.fresh(), models.WrappedKey.Kind.COMPARISON
    kept = json.dumps({"document": content.decode(), "reason": ""}).encode()
    row.sealed = keys.wrap(key, kept, kind, row.pk)
    ledger.append(talk.id, facts.ComparisonFiled(at=clock.now_ms(), comparison=sha256(content).hexdigest()))
    row.position = ledger.head(talk.id).at.position
    wrapped = keys.wrap(above, key, kind, row.pk)
    models.WrappedKey.objects.create(kind=kind, owner=row.pk, conversation=talk.id, part=1, wrapped=wrapped)
    row.save(force_insert=True)
    return filing_comparison.find(talk.id, row.pk)


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
