"""The contract over pages: phones, the device handed round, paper, and afterwards; and nobody sees who did not sign."""

import json
import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import sealed
from tests.casework.conftest import Clock
from tests.casework.contracts import HAND, concluded, newest, paper
from tests.web.walk import DATABASES, Seen, Talk, browser, ready_to_record, standing_clock, works_here

from tweespoor.casework import certifying, ledger, strokes
from tweespoor.casework.models import ContractFile, ContractSignature, Role
from tweespoor.journal import entry
from tweespoor.rules.facts import ContractSigned

pytestmark = pytest.mark.django_db(databases=DATABASES)

DRAWN = strokes.write(HAND)


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as standing:
        yield standing


@pytest.fixture
def talk(time: Clock) -> Iterator[Talk]:
    """Let a recording run, with a contract to sign."""
    ready_to_record()
    certifying.make_seal("Veilig Thuis Voorbeeldstad")
    made = Talk(browser(works_here("anna", Role.WORKER)), time).open(3)
    made.join("Bram")
    made.join("Carla")
    made.begin()
    assert made.tap("contract/offer").goes_to == f"{made.here}contract"
    yield made
    made.forget()


def page(talk: Talk, name: str | None = None, at: str = "contract") -> Seen:
    client, here = (talk.phones[name], "/p/") if name else (talk.worker, talk.here)
    return Seen(client.get(f"{here}{at}", follow=True))


def sign(talk: Talk, name: str | None = None, signs: str = "yes", drawn: str = DRAWN, **more: str) -> Seen:
    form = {"contract": newest(talk.id).sha256, "signs": signs, "drawn": drawn, **more}
    return talk.phone(name, "contract/sign", **form) if name else talk.tap("contract/sign", **form)


def signed(talk: Talk) -> list[int | None]:
    facts = [entry.read(line).fact for line in ledger.lines(talk.id)]
    return [fact.seat for fact in facts if isinstance(fact, ContractSigned)]


def test_clause_7b_three_people_sign_while_the_recording_runs(talk: Talk) -> None:
    assert 'href="/p/contract" data-in-place' in page(talk, "Bram", "").text
    text = page(talk, "Bram").text
    assert "Opname loopt." in text, "what runs is shown on every screen (clause 3b)"
    assert "Wie wil, en" in text
    assert "Voorbeeldstad" not in re.findall(r"<title>(.*?)</title>", text)[0]
    for name in ("Bram", "Carla", None):
        concluded()
        assert not signed(talk)
        sign(talk, name)
    concluded()
    assert signed(talk) == [None, 2, 3]
    assert "Iedereen heeft getekend" not in page(talk, "Bram").text
    talk.time.turn(4)
    for name in ("Bram", "Carla", None):
        assert "Iedereen heeft getekend. Dit contract geldt." in page(talk, name).text
    pdf = talk.worker.get(f"{talk.here}contract/file/1-nl.pdf")
    assert pdf["Content-Disposition"] == 'attachment; filename="contract-1-nl.pdf"'
    assert pdf["Cache-Control"]
    assert sealed.is_whole(pdf.content)
    assert talk.worker.get(f"{talk.here}contract/file/1-en.pdf").status_code == 404


def test_law_10_signing_and_not_signing_look_the_same_to_everyone_to_the_byte(talk: Talk) -> None:
    """What Bram's own phone, Carla's and the worker's device get, whatever Bram taps."""
    got = []
    for signs in ("yes", "no", "cross"):
        answer = sign(talk, "Bram", signs)
        concluded()
        talk.time.turn(4)
        pages = [page(talk, name, at).all for name in ("Bram", "Carla", None) for at in ("contract", "", "state")]
        got.append([answer.all, page(talk, "Bram", "thanks").all, *pages])
        talk.time.ms -= 4_000
    for one in got[1:]:
        for mine, first in zip(one, got[0], strict=True):
            assert mine == first


def test_nothing_tells_how_many_signed(talk: Talk) -> None:
    before = page(talk).all
    sign(talk, "Bram")
    sign(talk)
    assert page(talk).all == before


@pytest.mark.parametrize("drawn", ["", "[]", "{}", "[[[0,0]]]", '[[["a",1],[2,3]]]', "[[[0,0],[99999,0]]]", "[" * 5000])
def test_what_is_no_signature_is_refused_with_its_clause_and_what_can_be_done(talk: Talk, drawn: str) -> None:
    answer = sign(talk, "Bram", drawn=drawn)
    assert answer.status == 422
    assert "We zien geen handtekening." in answer.text
    assert "zet een kruisje" in answer.text
    assert "Voorwaarde 7b." in answer.text
    assert not ContractSignature.objects.exists()


def test_a_huge_signature_does_not_come_in(talk: Talk) -> None:
    assert sign(talk, "Bram", drawn=json.dumps([[[1, 1]] * 20_000])).status == 413
    assert not ContractSignature.objects.exists()


@pytest.mark.parametrize("signs", ["", "maybe"])
def test_what_is_no_answer_is_not_there(talk: Talk, signs: str) -> None:
    assert sign(talk, "Bram", signs=signs).status == 404


def test_two_tabs_and_the_way_back_count_once(talk: Talk) -> None:
    for _ in range(2):
        assert sign(talk, "Bram").goes_to == "/p/thanks"
    sign(talk, "Bram", "no")  # the browser's Back, and another answer
    assert ContractSignature.objects.count() == 1
    assert page(talk, "Bram").text.count('name="drawn" value=""') == 1, "no earlier answer is shown again"


def test_another_text_is_refused(talk: Talk) -> None:
    answer = sign(talk, "Bram", contract="11" * 32)
    assert answer.status == 409
    assert "Deze tekst is niet wat is afgesproken." in answer.text


def test_who_left_may_sign_and_who_never_was_there_may_not(talk: Talk) -> None:
    talk.tap("someone-leaves")
    talk.tap("left", seat="3")
    assert sign(talk, "Carla").goes_to == "/p/thanks"
    assert "contract" not in page(talk, "Carla", "").text


def test_a_page_that_is_not_there_leads_back(talk: Talk) -> None:
    talk.phones["Dani"] = browser()
    assert talk.phones["Dani"].get("/p/contract").status_code == 302
    stranger = browser(works_here("eva", Role.WORKER))
    assert stranger.get(f"{talk.here}contract").status_code == 404
    for name in ("0-nl.pdf", "1-xx.pdf", "1-scan-1.pdf", "nl.pdf", "1-nl.pdf"):
        assert talk.worker.get(f"{talk.here}contract/file/{name}").status_code == 404


# The device, handed round ----------------------------------------------------------------------------------


def turn(talk: Talk) -> str:
    return talk.tap("contract/hand/next").goes_to


def test_the_device_goes_round_and_the_way_back_shows_nothing(talk: Talk) -> None:
    address = turn(talk)
    assert "Deelnemer 2" in Seen(talk.worker.get(address)).text
    assert talk.worker.post(address, {"seat": "1"}).status_code == 404, "the worker is no participant"
    assert talk.worker.post(address, {"seat": "3"}).status_code == 302
    assert "Ik teken" in Seen(talk.worker.get(address)).text
    form = {"contract": newest(talk.id).sha256, "signs": "yes", "drawn": DRAWN}
    for signs in ("yes", "no"):
        here = address if signs == "yes" else turn(talk)
        if signs == "no":
            talk.worker.post(here, {"seat": "2"})
        done = Seen(talk.worker.post(here, form | {"signs": signs}))
        assert done.goes_to == f"{talk.here}contract/hand/done"
        assert "Klaar. Geef het toestel door." in Seen(talk.worker.get(here)).text, "the browser's Back"
    assert Seen(talk.worker.post(address, form)).text == Seen(talk.worker.get(address)).text
    sign(talk, "Bram")
    sign(talk)
    concluded()
    assert signed(talk) == [None, 2, 3]


# On paper --------------------------------------------------------------------------------------------------


def hand_in(talk: Talk, content: bytes, **more: object) -> Seen:
    form = {"contract": newest(talk.id).sha256, "seat": ["2"], "scan": SimpleUploadedFile("scan.pdf", content), **more}
    return Seen(talk.worker.post(f"{talk.here}contract/scan", form))


def test_a_paper_is_printed_signed_and_registered(talk: Talk) -> None:
    talk.tap("stop")
    for language, word in (("nl", "Wie neemt op?"), ("en", "Who records?")):
        sheet = page(talk, at=f"contract/paper?language={language}").text
        assert word in sheet
        assert newest(talk.id).sha256[:4] in sheet
    assert "Wie tekende op dit papier?" in page(talk, at="contract/scan").text
    scan = paper(2)
    assert hand_in(talk, scan, us="yes").goes_to == f"{talk.here}contract"
    sign(talk, "Carla")
    concluded()
    talk.time.turn(4)
    assert talk.worker.get(f"{talk.here}contract/file/1-scan-1.pdf").content == scan
    assert "Haal de scan op" in page(talk).text


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xe0JFIF", paper(root=b"/OpenAction << /S /JavaScript /JS (x) >>")]
)
def test_clause_2a_a_picture_or_a_pdf_that_does_something_is_refused(talk: Talk, content: bytes) -> None:
    answer = hand_in(talk, content)
    assert answer.status == 422
    assert "Dit is geen scan van een papier." in answer.text
    assert not ContractFile.objects.exists()


def test_a_scan_of_fifty_megabytes_is_refused_with_what_can_be_done(talk: Talk) -> None:
    answer = hand_in(talk, b"%PDF-1.4" + bytes(50_000_000))
    assert answer.status == 413
    assert "Deze scan is te groot." in answer.text
    assert "hooguit 10 MB" in answer.text
    assert not ContractFile.objects.exists()
    assert hand_in(talk, b"%PDF-1.4" + bytes(10_000_000)).status == 413
