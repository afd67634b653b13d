"""What leaves for a dossier system: whole, hashed, without names, and never what is locked or waits."""

import hashlib
import io
import json
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from tests import archival
from tests import sealed as seals
from tests.casework.contracts import concluded, newest, paper
from tests.casework.contracts import sign as signed
from tests.casework.recorded import Recorded, staff

from tweespoor.casework import (
    certifying,
    clock,
    contracting,
    exporting,
    filing,
    ledger,
    listening,
    models,
    packing,
    trackkeys,
)
from tweespoor.casework.models import Role
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground
from tweespoor.rules.state import Running
from tweespoor.sound import opus

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def unpacked(talk: Recorded, someone: models.Staff | None = None) -> dict[str, bytes]:
    """Get a conversation as its worker does, and give the files by their names."""
    package = exporting.stream(someone or talk.worker, talk.id)
    with zipfile.ZipFile(io.BytesIO(b"".join(package.pieces))) as archive:
        assert archive.testzip() is None
        top = package.name.removesuffix(".zip")
        return {name.removeprefix(f"{top}/"): archive.read(name) for name in archive.namelist()}


def add(talk: Recorded, *new: facts.Fact) -> None:
    ledger.append(talk.id, *new)


def text_of(pdf: bytes) -> bytes:
    """Give what stands in the streams of a PDF."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"".join(zlib.decompress(one) if one[:1] == b"\x78" else one for one in found)


SOUNDS = {"geluid/deel-1-onze-opname.opus", "geluid/deel-1-deelnemer-1.opus"}


def test_a_conversation_leaves_as_one_folder(talk: Recorded, tmp_path: Path) -> None:
    files = unpacked(talk)
    assert set(files) == SOUNDS | {"notitie.txt", "gesprek.json", "afspraken.pdf", "sha256.txt"}
    lines = files.pop("sha256.txt").decode().splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert told == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        assert files["geluid/deel-1-onze-opname.opus"] == b"".join(player.read(0, player.layout.size))
    path = tmp_path / "theirs.opus"
    path.write_bytes(files["geluid/deel-1-deelnemer-1.opus"])
    assert len(opus.read(str(path), "libopus")) > 48_000 * 60


def test_the_facts_are_told_in_order_and_without_names(talk: Recorded) -> None:
    filing.file(talk.id, "2026-17")
    add(talk, facts.ListenedBack(at=clock.now_ms(), part=1), facts.DisclosureOpened(at=1, position=3))
    files = unpacked(talk)
    told = json.loads(files["gesprek.json"])
    assert (told["format"], told["dossier"], told["practice"]) == ("tweespoor-export/1", "2026-17", False)
    kinds = [fact["type"] for fact in told["facts"]]
    assert kinds[0] == "ConversationOpened"
    assert {"ConsentGiven", "AgreementsSpoken", "TrackSealed", "DossierFiled", "TrackHandedIn"} <= set(kinds)
    # Law 11: what anybody did with it afterwards is nobody's business but their own.
    assert not {"ListenedBack", "DisclosureOpened", "Exported"} & set(kinds)
    assert [fact["position"] for fact in told["facts"]] == sorted(fact["position"] for fact in told["facts"])
    assert {track["file"] for track in told["tracks"]} == SOUNDS
    for track in told["tracks"]:
        assert track["sha256"] == hashlib.sha256(files[track["file"]]).hexdigest()
    assert [one["item"] for one in told["agreements"]] == list(range(1, 8))
    assert "{house}" not in files["gesprek.json"].decode()
    for name in ("anna", "bram", "carla", "fatima"):
        assert name not in files["gesprek.json"].decode().lower()
        assert name not in files["notitie.txt"].decode().lower()


def test_the_agreements_are_a_pdf_that_lasts(talk: Recorded) -> None:
    pdf = unpacked(talk)["afspraken.pdf"]
    inside = pdf + text_of(pdf)
    assert archival.faults(pdf, "nl", {"gesprek.json": "/Source"}) == []
    for sign in (
        b"<pdfaid:part>3</pdfaid:part>",
        b"<pdfaid:conformance>A</pdfaid:conformance>",
        b"<pdfuaid:part>1</pdfuaid:part>",
        b"/FontFile",
        b"gesprek.json",
        b"/StructTreeRoot",
    ):
        assert sign in inside, sign
    assert inside.count(b"/FontDescriptor") <= inside.count(b"/FontFile") * 2  # no font of the reader's is asked for
    assert (
        b"Afspraken over de opname" in inside or b"A\x00f\x00s" in inside or "Afspraken".encode("utf-16-be") in inside
    )


def test_the_note_of_the_worker_goes_along(talk: Recorded) -> None:
    filing.write_note(talk.id, "Bram belt #maandag. *Niet* typst.")
    note = unpacked(talk)["notitie.txt"].decode()
    assert "Notitie:\nBram belt #maandag. *Niet* typst." in note
    assert "Er waren 3 mensen bij." in note
    assert "- geluid/deel-1-onze-opname.opus" in note


def test_that_it_left_is_written_down_before_its_first_byte(talk: Recorded) -> None:
    exporting.stream(talk.worker, talk.id)
    log = models.Access.objects.get(action="recording.export")
    assert (log.staff, log.conversation_id) == (talk.worker, talk.id)
    assert ledger.state(talk.id).exported == 1


def test_only_its_worker_and_a_clerk_get_it(talk: Recorded) -> None:
    clerk = staff("kees", Role.CLERK)
    assert set(unpacked(talk, clerk)) >= SOUNDS
    for name, role in (("oskar", Role.WORKER), ("marijke", Role.MANAGER), ("beheer", Role.ADMINISTRATOR)):
        with pytest.raises(UnknownError):
            exporting.stream(staff(name, role), talk.id)
    with pytest.raises(UnknownError):
        exporting.stream(clerk, "0" * 32)
    assert models.Access.objects.filter(action="recording.export").count() == 1


@pytest.mark.parametrize("ground", [Ground.SPOKEN_ROUND_FAILED, Ground.REQUEST])
def test_what_is_locked_does_not_leave(talk: Recorded, ground: Ground) -> None:
    add(talk, facts.PartLocked(at=clock.now_ms(), part=1, ground=ground))
    with pytest.raises(Refused) as refused:
        exporting.stream(talk.worker, talk.id)
    assert refused.value.codes == ("0c.not-available",)
    assert not models.Access.objects.filter(action="recording.export").exists()
    add(talk, facts.PartReleased(at=clock.now_ms(), part=1))
    assert set(unpacked(talk)) >= SOUNDS


def test_nothing_leaves_while_a_secret_waits_for_the_officer(talk: Recorded) -> None:
    filing.note_secret(talk.id, mentioned=True)
    with pytest.raises(Refused):
        exporting.stream(talk.worker, talk.id)
    add(talk, facts.SecretReviewed(at=clock.now_ms()))
    assert set(unpacked(talk)) >= SOUNDS


def test_nothing_leaves_while_it_runs(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    row = models.Conversation.objects.get(pk=talk.id)
    for running, sealed, code in (("running", True, "4b.not-stopped"), ("stopped", False, "4b.not-sealed")):
        state = ledger.state(talk.id)
        tracks = {key: replace(track, sealed=sealed) for key, track in state.tracks.items()}
        head = ledger.head(talk.id)
        changed = replace(head, state=replace(state, running=Running(running), tracks=tracks))
        monkeypatch.setattr(ledger, "head", lambda _, found=changed: found)
        with pytest.raises(Refused) as refused:
            exporting._judge(row)
        assert refused.value.codes == (code,)
        monkeypatch.undo()


def test_sound_that_its_owner_keeps_or_that_is_destroyed_stays_out(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = talk.theirs
    models.WrappedKey.objects.filter(kind=models.WrappedKey.Kind.TRACK, owner=theirs).delete()
    files = unpacked(talk)
    assert "geluid/deel-1-deelnemer-1.opus" not in files
    told = {track["track"]: track for track in json.loads(files["gesprek.json"])["tracks"]}
    assert told[theirs]["file"] is None
    assert told[talk.ours]["file"] == "geluid/deel-1-onze-opname.opus"


def test_practice_is_marked(talk: Recorded) -> None:
    row = models.Conversation.objects.get(pk=talk.id)
    row.practice = True
    head = ledger.head(talk.id)
    leaving = exporting._judge(row)
    assert leaving.folder == f"oefening-gesprek-{talk.id}"
    assert packing.note(leaving, []).decode().startswith("OEFENING.")
    assert packing.values(leaving)["band"].startswith("OEFENING.")
    assert json.loads(packing.document(leaving, {}))["practice"] is True
    assert not exporting.is_for(staff("kees", Role.CLERK), row)
    assert exporting.is_for(talk.worker, row)
    assert head.state.practice is False


def test_a_command_writes_the_same_as_a_folder(talk: Recorded, tmp_path: Path) -> None:
    folder = exporting.write(talk.id, tmp_path / "out")
    assert folder == tmp_path / "out" / f"gesprek-{talk.id}"
    files = unpacked(talk)
    for name in SOUNDS | {"notitie.txt"}:
        assert (folder / name).read_bytes() == files[name]
        assert (folder / name).stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        exporting.write(talk.id, tmp_path / "out")
    with pytest.raises(UnknownError):
        exporting.write("0" * 32, tmp_path)


def test_no_sound_in_clear_stands_on_the_disk(talk: Recorded, house: Path) -> None:
    files = unpacked(talk)
    sound = files["geluid/deel-1-onze-opname.opus"][20_000:20_060]
    assert trackkeys.organisation_key()
    for path in house.rglob("*"):
        if path.is_file():
            assert sound not in path.read_bytes(), path


def test_a_contract_goes_along_once_everyone_signed(talk: Recorded) -> None:
    certifying.make_seal("Veilig Thuis Voorbeeldstad")
    contracting.offer(talk.id)
    signed(talk.id, None, 2)
    contracting.register(talk.id, newest(talk.id).sha256, paper(), [3], staff=talk.worker)
    assert not [name for name in unpacked(talk) if name.startswith("contract")]
    concluded()
    models.Contract.objects.update(shown_from_ms=clock.now_ms())
    files = unpacked(talk)
    assert {name for name in files if name.startswith("contract")} == {"contract-1-nl.pdf", "contract-1-scan-1.pdf"}
    assert seals.is_whole(files["contract-1-nl.pdf"])
    assert files["contract-1-scan-1.pdf"] == paper()
    assert "- contract-1-nl.pdf" in files["notitie.txt"].decode()
    assert b"contract-1-scan-1.pdf" in files["sha256.txt"]
