"""A written text over the web: brought in, read beside the sound, corrected, taken along; never more than an aid."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from tests.casework.recorded import Recorded, recorded
from tests.casework.test_hearing import BRAM
from tests.casework.test_written import docx
from tests.web.table import inside, words
from tests.web.test_hearing import listener

from tweespoor.casework import ledger, models, written

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
LABEL = "Hulpmiddel, geen bewijs."
TEXT = "0:00 Spreker 1: Goedemiddag.\n0:03 Spreker 2: <script>alert(1)</script> & hallo.\n"
JSON = {"accept": "application/json"}


def browser(one: models.Staff) -> Client:
    """Give the browser of somebody who works here, with both factors."""
    Authenticator.objects.get_or_create(user=one, type="totp", defaults={"data": {"secret": "x"}})
    return inside(one)


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


def paste(talk: Recorded, text: str = TEXT, **said: str) -> HttpResponse:
    form = {"part": "1", "from": "", "text": text} | said
    return browser(talk.worker).post(f"/opname/{talk.id}/tekst/plak", form)  # type: ignore[return-value]


def test_from_bringing_in_to_taking_along(talk: Recorded) -> None:
    anna, bram = browser(talk.worker), listener(talk)
    assert "Er is geen tekst die je nu kunt lezen." in words(bram.get("/luister/tekst"))
    assert LABEL in words(anna.get(f"/opname/{talk.id}/tekst/"))
    here = paste(talk)["Location"]
    page = anna.get(here)
    assert LABEL in words(page)
    assert b"<script>alert" not in page.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; hallo." in page.content
    assert b'data-go="0.0' in page.content
    assert anna.post(f"{here}naam", {"label": "Spreker 2", "name": "Bram"}).status_code == 302
    corrected = anna.post(f"{here}regel/0", {"said": "Goedemorgen.", "speaker": "Anna"})
    assert corrected["Location"] == f"{here}#r0"
    earlier = words(anna.get(f"{here}eerder"))
    assert "Spreker 1: Goedemiddag." in earlier
    assert "Anna: Goedemorgen." in earlier
    assert "Spreker 1: Goedemiddag." in words(anna.get(f"{here}regel/0"))
    mine = bram.get("/luister/tekst")
    assert LABEL in words(mine)
    assert "Anna: Goedemorgen." in words(mine)
    assert "verbeter" not in words(mine)
    assert "voegde een uitgeschreven tekst toe" in words(bram.get("/luister/wie"))
    for client, address in ((anna, f"{here}tekst"), (bram, "/luister/tekst/deel-1")):
        for form in ("vtt", "docx", "txt"):
            answer = client.get(f"{address}.{form}")
            assert answer.status_code == 200
            assert answer["Content-Disposition"] == f'attachment; filename="gesprek-deel-1.{form}"'
            told = answer.content
            if form == "docx":
                told = zipfile.ZipFile(io.BytesIO(told)).read("word/document.xml")
            assert LABEL in told.decode()
            assert [line.speaker for line in written.read(answer.content).lines] == ["Anna", "Bram"]
    assert client.get("/luister/tekst/deel-1.exe").status_code == 404
    assert client.get("/luister/tekst/deel-2.vtt").status_code == 404
    assert anna.post(f"{here}weg").status_code == 302
    assert anna.get(here).status_code == 404
    assert "Er is geen tekst die je nu kunt lezen." in words(bram.get("/luister/tekst"))


def test_a_file_is_sent_as_it_is(talk: Recorded) -> None:
    anna = browser(talk.worker)
    address = f"/opname/{talk.id}/tekst/bestand?part=1&from=0:01"
    octets = "application/octet-stream"
    answer = anna.post(address, docx("0:02 Anna: Dag."), content_type=octets, headers=JSON)
    assert answer.status_code == 201
    assert "Anna: Dag." in words(anna.get(answer.json()["goes"]))
    wrong = anna.post(address, b"\x00\x01\x02", content_type=octets, headers=JSON)
    assert (wrong.status_code, wrong.json()["refused"]) == (422, "Deze tekst kunnen we niet lezen.")
    assert wrong.json()["says"].endswith("Bewaar de tekst als WebVTT, Word of gewone tekst. Voorwaarde 6a.")
    assert models.Transcript.objects.count() == 1


LARGE = "Deze tekst is te lang. Er is niets bewaard. Geef de tekst in delen, of als gewone tekst. Voorwaarde 6a."
TEN_MB = 10_000_000
LINE = b"0:02 Anna: Dag.\n"
CUE = b"00:02.000 --> 00:03.000\nDag.\n\n"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (LINE * (TEN_MB // len(LINE)), 413),
        (b"WEBVTT\n\n" + CUE * (TEN_MB // len(CUE)), 413),
        (docx("0:02 Anna: Dag.", beside=TEN_MB), 413),
        (docx(raw="<w:p><w:r><w:t>" + "0:02 ha " * (TEN_MB // 8) + "</w:t></w:r></w:p>"), 422),
        (docx(raw="<w:p><w:r><w:t>0:02 x</w:t></w:r></w:p>" * 20_001), 422),
    ],
    ids=["text", "vtt", "docx", "docx that unpacks to ten", "docx of too many lines"],
)
def test_ten_megabytes_are_refused_in_words_and_nothing_is_kept(talk: Recorded, content: bytes, status: int) -> None:
    anna, address = browser(talk.worker), f"/opname/{talk.id}/tekst/bestand?part=1&from=0:01"
    assert len(content) < 100_000 if status == 422 else len(content) >= TEN_MB - len(CUE)
    answer = anna.post(address, content, content_type="application/octet-stream", headers=JSON)
    assert (answer.status_code, answer.json()["says"], answer.json()["clause"]) == (status, LARGE, "6a")
    page = anna.post(address, content, content_type="application/octet-stream")
    assert page.status_code == status
    for sentence in LARGE.split(". "):
        assert sentence in words(page)
    assert not models.Transcript.objects.exists()
    assert not models.WrappedKey.objects.filter(kind=models.WrappedKey.Kind.TRANSCRIPT).exists()


def test_what_is_pasted_without_scripts_and_is_too_long_is_refused_in_words(talk: Recorded) -> None:
    answer = paste(talk, "0:02 Anna: Dag.\n" * 8_000)
    assert answer.status_code == 413
    assert "Geef de tekst in delen, of als gewone tekst." in words(answer)
    assert not models.Transcript.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"text": "zonder tijd"}, "In deze tekst staat geen tijd."),
        ({"text": "0:99 x"}, "Een tijd in deze tekst klopt niet."),
        ({"text": "5:00 x"}, "Een regel valt buiten de opname."),
        ({"from": "straks"}, "Een tijd in deze tekst klopt niet."),
        ({"from": "-0:30"}, "Een regel valt buiten de opname."),
    ],
)
def test_a_text_that_cannot_be_right_is_refused_in_words(talk: Recorded, said: dict[str, str], sentence: str) -> None:
    answer = paste(talk, **said)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Er is niets bewaard." in words(answer)
    assert not models.Transcript.objects.exists()


def test_what_a_participant_takes_along_is_in_no_journal(talk: Recorded) -> None:
    """Law 11."""
    paste(talk)
    position = ledger.head(talk.id).at.position
    assert listener(talk, BRAM).get("/luister/tekst/deel-1.txt").status_code == 200
    assert ledger.head(talk.id).at.position == position
