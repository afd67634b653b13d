"""The contract (clause 7b): one text for all, signed by both sides, and nobody can tell who did not sign."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from tests import archival, sealed
from tests.casework.conftest import DATABASES, Table
from tests.casework.contracts import HAND, concluded, newest, paper, sign

from tweespoor.casework import (
    attending,
    binding,
    certifying,
    checking,
    concluding,
    consenting,
    contracting,
    ledger,
    models,
    recording,
    scans,
    strokes,
    tasks,
)
from tweespoor.casework.binding import Way
from tweespoor.casework.models import ContractFile, ContractSignature, Task
from tweespoor.errors import DamagedError, Refused, UnknownError
from tweespoor.rules import breaches, contract
from tweespoor.rules.facts import ContractSigned, Kind, PauseCause

pytestmark = pytest.mark.django_db(databases=DATABASES)

BRAM, CARLA = 2, 3


@pytest.fixture
def talk(table: Table) -> Table:
    """Let a conversation run in which Bram and Carla agreed."""
    certifying.make_seal("Veilig Thuis Voorbeeldstad")
    table.begin()
    return table


def signed_facts(talk: Table) -> list[ContractSigned]:
    return [fact for fact in talk.facts() if isinstance(fact, ContractSigned)]


def seen(talk: Table) -> contracting.Standing | None:
    found = contracting.look(talk.id)
    return None if found is None else found.standing


# Offering ------------------------------------------------------------------------------------------------


def test_clause_7b_one_text_is_offered_and_its_hash_stands_in_the_journal(talk: Table) -> None:
    contracting.offer(talk.id, staff=talk.anna)
    row = newest(talk.id)
    document = bytes(row.document)
    assert sha256(document).hexdigest() == row.sha256 == talk.look.state.contract
    told = json.loads(document)
    assert json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == document
    assert [one.get("number") for one in told["parties"]] == [None, 1, 2]
    assert [one["item"] for one in told["agreements"]] == list(range(1, 8))
    assert all(set(one) == {"nl", "en"} for one in told["sentences"])
    assert "{house}" not in document.decode()
    assert "anna" not in document.decode().lower()


def test_offering_twice_offers_once(talk: Table) -> None:
    contracting.offer(talk.id)
    contracting.offer(talk.id)
    assert talk.kinds().count("ContractOffered") == 1


def test_clause_7b_nothing_is_laid_down_before_something_was_agreed(table: Table) -> None:
    with pytest.raises(Refused) as refused:
        contracting.offer(table.id)
    assert refused.value.codes == ("7b.not-agreed",)


def test_clause_7b_another_agreement_makes_a_new_version_and_asks_everyone_again(talk: Table) -> None:
    contracting.offer(talk.id)
    sign(talk.id, None, BRAM)
    before = newest(talk.id)
    recording.stop(talk.id)
    talk.reveal()
    consenting.ask_again(talk.id)
    consenting.change_item(talk.id, 6, 1)
    talk.everyone()
    # It is not seen before what came of the round may be seen (law 10).
    assert seen(talk) is contracting.Standing.ENDED
    after = newest(talk.id)
    assert (after.version, after.sha256 == talk.look.state.contract) == (2, True)
    assert json.loads(bytes(after.document))["from"] > json.loads(bytes(before.document))["from"]
    talk.reveal()
    assert seen(talk) is contracting.Standing.OPEN
    with pytest.raises(Refused) as refused:
        contracting.sign(talk.id, CARLA, before.sha256, HAND, way=Way.PHONE, language="nl")
    assert refused.value.codes == ("7b.other-text",)
    concluded()
    assert not ContractSignature.objects.exists(), "what was signed under another text is gone"
    sign(talk.id, None, BRAM, CARLA)
    concluded()
    assert {fact.contract for fact in signed_facts(talk)} == {after.sha256}


def test_the_same_agreements_again_are_the_same_contract(talk: Table) -> None:
    contracting.offer(talk.id)
    recording.stop(talk.id)
    talk.reveal()
    consenting.ask_again(talk.id)
    talk.everyone()
    assert newest(talk.id).version == 1


def test_who_came_later_signs_the_contract_of_after_that(talk: Table) -> None:
    contracting.offer(talk.id)
    before = newest(talk.id).sha256
    recording.pause(talk.id, PauseCause.SOMEONE_CAME)
    attending.someone_stays(talk.id)
    dani = talk.join("Dani", Kind.YOUTH_12).seat
    with pytest.raises(Refused) as refused:
        contracting.sign(talk.id, dani, before, HAND, way=Way.PHONE, language="nl")
    assert refused.value.codes == ("7b.not-asked",)


# Signing -------------------------------------------------------------------------------------------------


def test_clause_7b_everyone_signs_and_only_then_it_stands_in_the_journal(talk: Table) -> None:
    tasks.open_task(talk.id, Task.Kind.AGREEMENTS)
    contracting.offer(talk.id)
    for seat in (BRAM, None):
        sign(talk.id, seat)
        concluded()
        assert not signed_facts(talk)
        assert seen(talk) is contracting.Standing.OPEN
    sign(talk.id, CARLA, language="en")
    concluded()
    assert [fact.seat for fact in signed_facts(talk)] == [None, BRAM, CARLA]
    assert len({fact.at for fact in signed_facts(talk)}) == 1
    assert seen(talk) is contracting.Standing.OPEN, "everywhere at the same moment, a few seconds later"
    talk.reveal()
    assert seen(talk) is contracting.Standing.MADE
    assert not ContractSignature.objects.exists()
    assert not tasks.open_of(talk.id).filter(kind=Task.Kind.AGREEMENTS).exists()
    assert set(newest(talk.id).files.values_list("kind", flat=True)) == {"nl", "en"}
    with pytest.raises(Refused) as refused:
        sign(talk.id, BRAM)
    assert refused.value.codes == ("7b.too-late",)


def test_law_5_who_did_not_sign_cannot_be_told_from_any_table(talk: Table) -> None:
    """A signature and none look alike: the same rows, as long, and the same answers."""
    contracting.offer(talk.id)
    sign(talk.id, None, BRAM)
    sign(talk.id, CARLA, drawn=None)
    concluded()
    rows = list(ContractSignature.objects.order_by("seat"))
    assert [one.seat for one in rows] == [0, BRAM, CARLA]
    assert len({len(bytes(one.sealed)) for one in rows}) == 1
    assert len({one.at_ms for one in rows}) == 1
    assert not signed_facts(talk)
    assert not models.Access.objects.filter(seat__isnull=False).exists()
    sign(talk.id, CARLA)
    concluded()
    assert len(signed_facts(talk)) == 3


def test_a_signature_can_be_taken_back_until_everyone_signed(talk: Table) -> None:
    contracting.offer(talk.id)
    sign(talk.id, None, BRAM, CARLA)
    sign(talk.id, BRAM, drawn=None)
    concluded()
    assert not signed_facts(talk)


def test_law_10_a_contract_that_not_everyone_signed_ends_without_a_trace_of_who(talk: Table) -> None:
    contracting.offer(talk.id)
    row = newest(talk.id)
    contracting.register(talk.id, row.sha256, paper(), [BRAM], staff=talk.anna)
    sign(talk.id, None)
    before = talk.kinds()
    talk.time.ms = row.until_ms
    with pytest.raises(Refused) as refused:
        sign(talk.id, CARLA)
    assert refused.value.codes == ("7b.too-late",)
    concluded()
    assert seen(talk) is contracting.Standing.ENDED
    assert not ContractSignature.objects.exists()
    assert not ContractFile.objects.exists()
    assert talk.kinds() == before


def test_only_parties_sign(talk: Table) -> None:
    contracting.offer(talk.id)
    for seat in (1, 9):
        with pytest.raises(Refused) as refused:
            sign(talk.id, seat)
        assert refused.value.codes == ("7b.not-asked",)


def test_who_left_was_there_and_signs(talk: Table) -> None:
    contracting.offer(talk.id)
    attending.someone_leaves(talk.id)
    attending.left(talk.id, (CARLA,))
    assert contract.parties(ledger.state(talk.id)) == (BRAM, CARLA)
    sign(talk.id, None, BRAM, CARLA)
    concluded()
    assert len(signed_facts(talk)) == 3


def test_interpreters_and_small_children_are_no_party(lay: Callable[..., Table]) -> None:
    laid = lay(3)
    laid.join("Bram")
    laid.join("Eva", Kind.PROFESSIONAL)
    laid.begin()
    contracting.offer(laid.id)
    assert contract.parties(ledger.state(laid.id)) == (BRAM,)


def test_the_rules_judge_a_signature_in_a_journal(talk: Table) -> None:
    contracting.offer(talk.id)
    sign(talk.id, None, BRAM, CARLA)
    concluded()
    assert list(breaches.breaches(talk.facts())) == []
    stranger = ContractSigned(at=talk.time.ms, contract=newest(talk.id).sha256, seat=9)
    assert [one.verdict.codes for one in breaches.breaches([*talk.facts(), stranger])] == [("7b.not-asked",)]


# What was drawn ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        "", "null", "{}", "[]", "[[]]", "[[[1,2]]]", "[[[1,2],[3,4]]]", '[[["1","2"],[300,300]]]',
        "[[[1.5,2],[300,2]]]",
        "[[[true,false],[300,300]]]", "[[[0,0],[1001,0]]]", "[[[0,0],[0,401]]]", "[[[-1,0],[500,0]]]",
        "[[[0,0,0],[500,0,0]]]",
        "[[[NaN,0],[500,0]]]", "[[[1e3,0],[500,0]]]", "[" * 10_000, json.dumps([[[0, 0], [500, 0]]] * 61),
        json.dumps([[[n % 1000, 0] for n in range(1501)]]), "[[[0,0],[500,0]]]" + " " * strokes.LARGEST, "drop table",
    ],
    ids=range(21),
)  # fmt: skip
def test_what_is_no_signature_is_refused(sent: str) -> None:
    with pytest.raises(Refused) as refused:
        strokes.read(sent)
    assert refused.value.codes == ("7b.drawing",)


def test_a_signature_is_kept_as_it_was_drawn() -> None:
    assert strokes.read(strokes.write(HAND)) == HAND
    assert strokes.read(strokes.write(strokes.CROSS)) == strokes.CROSS
    largest = tuple(tuple((999, 399) for _ in range(25)) for _ in range(60))
    assert len(strokes.write(largest)) < strokes.LARGEST


# The pages -----------------------------------------------------------------------------------------------


@pytest.fixture
def made(talk: Table) -> Table:
    """Let everyone sign."""
    contracting.offer(talk.id)
    sign(talk.id, None, BRAM)
    sign(talk.id, CARLA, language="en")
    concluded()
    talk.reveal()
    return talk


def test_the_pages_are_sealed_so_that_pyhanko_and_openssl_verify_them(made: Table, tmp_path: Path) -> None:
    for language in ("nl", "en"):
        pdf = contracting.file(made.id, 1, language)
        assert sealed.is_whole(pdf)
        assert sealed.openssl_accepts(pdf, tmp_path)
        assert b"<pdfaid:part>3</pdfaid:part>" in pdf
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
        altered = bytearray(pdf)
        altered[len(pdf) // 3] ^= 1
        assert not sealed.openssl_accepts(bytes(altered), tmp_path)


def test_the_pages_have_what_lasting_and_readable_pages_have(made: Table) -> None:
    files = {"contract.json": "/Source", "handtekeningen.json": "/Data"}
    for language in ("nl", "en"):
        assert archival.faults(contracting.file(made.id, 1, language), language, files) == []


def test_the_text_lies_in_the_pages_and_its_hash_is_what_was_signed(made: Table) -> None:
    inside = sealed.attached(contracting.file(made.id, 1, "nl"))
    assert set(inside) == {"contract.json", "handtekeningen.json"}
    row = newest(made.id)
    assert inside["contract.json"] == bytes(row.document)
    assert binding.digest(inside["contract.json"]) == row.sha256
    told = json.loads(inside["handtekeningen.json"])
    assert told["contract"] == row.sha256
    assert [(one["party"], one["language"]) for one in told["signatures"]] == [
        ("organisation", "nl"), (1, "nl"), (2, "en"),
    ]  # fmt: skip
    assert told["signatures"][1]["strokes"] == [[list(point) for point in one] for one in HAND]


def test_a_contract_is_not_there_before_it_may_be_seen(talk: Table) -> None:
    contracting.offer(talk.id)
    sign(talk.id, None, BRAM, CARLA)
    concluded()
    with pytest.raises(UnknownError):
        contracting.file(talk.id, 1, "nl")
    talk.reveal()
    assert contracting.file(talk.id, 1, "nl").startswith(b"%PDF-")
    for version, kind in ((2, "nl"), (1, "en"), (1, "scan"), (1, "xx")):
        with pytest.raises(UnknownError):
            contracting.file(talk.id, version, kind)


def test_a_file_of_the_slot_opens_only_whole_and_in_its_own_place(made: Table) -> None:
    kept = newest(made.id).files.get(kind="nl")
    content = bytes(kept.sealed)
    assert b"%PDF" not in content
    kept.sealed = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(DamagedError):
        binding.opened(kept)


def test_without_a_seal_a_contract_waits(talk: Table) -> None:
    contracting.offer(talk.id)
    path = certifying.folder() / "seal.pem"
    aside = path.rename(path.with_suffix(".aside"))
    sign(talk.id, None, BRAM, CARLA)
    concluded()
    assert not signed_facts(talk)
    aside.rename(path)
    concluded()
    assert len(signed_facts(talk)) == 3


def test_the_check_finds_pages_that_were_altered_after_signing(made: Table) -> None:
    row = newest(made.id)
    assert list(binding.damage(row)) == []
    kept = row.files.get(kind="nl")
    pdf = bytearray(binding.opened(kept))
    pdf[len(pdf) // 3] ^= 1
    binding.stamped(kept, bytes(pdf))  # by somebody who has our keys, so that it opens
    assert list(binding.damage(row)) == ["version 1: the seal on its pages (nl) does not verify"]
    row.document = bytes(row.document).replace(b"Wie wil", b"Wie wel")
    assert "version 1: its text is not what was signed" in list(binding.damage(row))
    assert [one.wrong for one in checking.everything() if one.kind == "contract"] != [""]


# On paper ------------------------------------------------------------------------------------------------


def test_a_signed_paper_is_registered_with_its_scan(talk: Table) -> None:
    contracting.offer(talk.id)
    row, scan = newest(talk.id), paper(2)
    contracting.register(talk.id, row.sha256, scan, [BRAM, None], staff=talk.anna)
    sign(talk.id, CARLA)
    concluded()
    talk.reveal()
    assert contracting.scan(talk.id, 1, 1) == scan
    with pytest.raises(UnknownError):
        contracting.scan(talk.id, 1, 2)
    told = json.loads(sealed.attached(contracting.file(talk.id, 1, "nl"))["handtekeningen.json"])
    assert [one["scan"] for one in told["signatures"]] == [sha256(scan).hexdigest()] * 2 + [None]


def refused_scan(talk: Table, content: bytes) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        contracting.register(talk.id, newest(talk.id).sha256, content, [BRAM], staff=talk.anna)
    assert not ContractFile.objects.exists()
    assert not ContractSignature.objects.exists()
    return refused.value.codes


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xd8\xff\xe0JFIF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<html>", b"PK\x03\x04", b"%PDF-",
        b"%PDF-1.4 nothing",
        paper(21), paper(0), paper()[:-200],
        paper(root=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        paper(root=b"/OpenAction << /S /#4aavaScript /#4aS (app.alert\\(1\\)) >>"),
        paper(root=b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", more=[b"<< /S /JavaScript /JS (x) >>"]),
        paper(root=b"/AA << /WC << /S /Launch /F (x) >> >>"),
        paper(root=b"/OpenAction 5 0 R", more=[b"<< /S /URI /URI (https://example.nl) >>"]),
        paper(root=b"/Names << /EmbeddedFiles << /Names [(a) << /EF << >> >>] >> >>"),
        paper(root=b"/AcroForm << /XFA (x) >>"),
    ],
    ids=range(18),
)  # fmt: skip
def test_clause_2a_what_is_no_scan_of_a_paper_is_refused_by_content(talk: Table, content: bytes) -> None:
    contracting.offer(talk.id)
    assert refused_scan(talk, content) == ("7b.scan",)


def test_a_scan_of_fifty_megabytes_is_refused_unread(talk: Table) -> None:
    contracting.offer(talk.id)
    assert refused_scan(talk, b"%PDF-1.4" + bytes(50_000_000)) == ("7b.scan-size",)


def test_a_scan_of_another_text_or_of_nobody_is_refused(talk: Table) -> None:
    contracting.offer(talk.id)
    for sha, seats, codes in (
        ("11" * 32, [BRAM], ("7b.other-text",)),
        (newest(talk.id).sha256, [], ("7b.not-asked",)),
        (newest(talk.id).sha256, [BRAM, 9], ("7b.not-asked",)),
    ):
        with pytest.raises(Refused) as refused:
            contracting.register(talk.id, sha, paper(), seats, staff=talk.anna)
        assert refused.value.codes == codes
    assert not ContractSignature.objects.exists()


def test_scanners_papers_are_accepted() -> None:
    scans.check(paper())
    scans.check(paper(20, root=b"/OpenAction [4 0 R /Fit]"))


# Time stamps ---------------------------------------------------------------------------------------------


def test_without_an_authority_nothing_is_stamped(made: Table) -> None:
    assert concluding.stamp_due() == 0
    assert newest(made.id).files.get(kind="nl").stamped_ms is None
