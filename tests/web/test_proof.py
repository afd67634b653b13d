"""The confirmation and the bundle over the web: the same file for everyone, held against it, sent whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.casework.recorded import Recorded, recorded, staff
from tests.casework.test_hearing import CARLA
from tests.proven import prove, seal_of_before
from tests.web.table import Table, words
from tests.web.test_hearing import content, listener
from tests.web.test_listening import of

from tweespoor.casework import attesting, confirming, ledger
from tweespoor.casework.models import Role
from tweespoor.dossier import receipts
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.verify import verify

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

FITS = "Dit klopt met jouw bevestiging."
DIFFERS = "Dit klopt niet met jouw bevestiging."


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    seal_of_before()
    attesting.forget_all()
    with recorded(monkeypatch) as made:
        yield made
    attesting.forget_all()


def test_everyone_present_gets_the_same_file_and_the_worker_too(table: Table) -> None:
    table.open(3)
    for name in ("Bram", "Carla"):
        table.join(name, "adult")
        table.answer(name, "yes")
    table.tap("own-app")
    table.reveal()
    table.tap("start")
    table.time.turn(60)
    table.tap("stop")
    assert table.phones["Bram"].get("/p/receipt.txt").status_code == 302  # not before the conversation is done
    table.tap("finish")
    prove(table.id)
    files = [table.phones[name].get("/p/receipt.txt") for name in ("Bram", "Carla")]
    files.append(table.anna.get(f"{table.here}receipt.txt"))
    assert len({answer.content for answer in files}) == 1
    known = confirming.newest(table.id)
    assert known is not None
    assert files[0].content == known.line + b"\n"
    assert files[0]["Content-Disposition"] == 'attachment; filename="bevestiging.txt"'
    page = table.look("Bram").content.decode()
    assert known.code in page
    assert 'class="receipt__picture"' in page
    assert words(table.look("Bram")).count("Bewaar de bevestiging als bestand") == 1


def test_a_confirmation_is_held_against_the_conversation(talk: Recorded) -> None:
    client, known = listener(talk, CARLA), confirming.newest(talk.id)
    assert known is not None
    assert known.code in client.get("/luister/bevestiging").content.decode()
    assert client.get("/luister/bevestiging.txt").content == known.line + b"\n"
    assert FITS in words(client.post("/luister/bevestiging", {"code": known.code}))
    file = SimpleUploadedFile("bevestiging.txt", b"\xef\xbb\xbf" + known.line + b"\n")
    assert FITS in words(client.post("/luister/bevestiging", {"code": "", "file": file}))
    wrong = f"{known.position}-{'0000-' * 9}0000"
    assert DIFFERS in words(client.post("/luister/bevestiging", {"code": wrong}))
    for nonsense in ("hallo", "\0", "{" * 100, "é" * 30_000):
        page = words(client.post("/luister/bevestiging", {"code": nonsense}))
        assert "Dit kunnen we niet lezen." in page or "Er is nog niets ingevuld." in page
    file = SimpleUploadedFile("foto.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert FITS not in words(client.post("/luister/bevestiging", {"file": file}))


def test_one_that_somebody_brings_along_is_held_against_it_at_the_desk(talk: Recorded) -> None:
    here, known, anna = f"/desk/g/{talk.id}/receipt", confirming.newest(talk.id), of(talk.worker)
    assert known is not None
    assert here in anna.get(f"/opname/{talk.id}/").content.decode()
    assert known.code in anna.get(here).content.decode()
    before = list(ledger.lines(talk.id))
    assert "Dit klopt met deze bevestiging." in words(anna.post(here, {"code": known.code}))
    file = SimpleUploadedFile("bevestiging.txt", known.line + b"\n")
    assert "Dit klopt met deze bevestiging." in words(anna.post(here, {"code": "", "file": file}))
    wrong = f"{known.position}-{'0000-' * 9}0000"
    assert "Dit klopt niet met deze bevestiging." in words(anna.post(here, {"code": wrong}))
    assert "Dit kunnen we niet lezen." in words(anna.post(here, {"code": "hallo"}))
    assert list(ledger.lines(talk.id)) == before
    assert of(staff("otto", Role.OFFICER)).get(here).status_code == 200
    assert of(staff("marijke", Role.MANAGER)).get(here).status_code == 404
    assert of(staff("wim", Role.WORKER)).get(here).status_code == 404


def test_a_bundle_of_the_own_minutes_and_one_of_the_whole(talk: Recorded, tmp_path: Path) -> None:
    known = confirming.newest(talk.id)
    assert known is not None
    client = listener(talk, CARLA)
    before = list(ledger.lines(talk.id))
    assert "Maak de bewijsmap" in words(client.get("/luister/bewijsmap"))
    own = client.post("/luister/bewijsmap")
    minutes = content(own)
    assert own["Content-Length"] == str(len(minutes))
    assert list(ledger.lines(talk.id)) == before
    (tmp_path / "own.zip").write_bytes(minutes)
    (tmp_path / "whole.zip").write_bytes(content(of(talk.worker).post(f"/desk/g/{talk.id}/bundle")))
    for name in ("own.zip", "whole.zip"):
        assert verify(tmp_path / name, [receipts.read(known.line)]).outcome is Outcome.INTACT
    assert of(staff("otto", Role.OFFICER)).post(f"/desk/g/{talk.id}/bundle").status_code == 200
    assert of(staff("marijke", Role.MANAGER)).post(f"/desk/g/{talk.id}/bundle").status_code == 404
