"""Laying a file beside our recording over the web: block by block, for one session alone, filed by own choice."""

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.casework.recorded import Recorded, recorded
from tests.casework.test_comparing import ours
from tests.casework.test_hearing import CARLA
from tests.web.table import inside, words
from tests.web.test_hearing import content, listener
from tests.web.test_receiving import send as hand_in

from tweespoor.casework import comparing, filing_comparison, ledger, models

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
JSON = {"accept": "application/json"}


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made
    comparing.forget_all()


def browser(one: models.Staff) -> Client:
    """Give the browser of somebody who works here, with both factors."""
    Authenticator.objects.get_or_create(user=one, type="totp", defaults={"data": {"secret": "x"}})
    return inside(one)


def send(client: Client, begin: str, whole: bytes) -> str:
    """Do what the page does, and give the address of the answer."""
    answer = client.post(begin, {"part": "1", "size": str(len(whole))}, headers=JSON)
    assert answer.status_code == 200, answer.content
    base = f"/naast/{answer.json()['id']}"
    for number in range(-(-len(whole) // comparing.BLOCK)):
        block = whole[number * comparing.BLOCK : (number + 1) * comparing.BLOCK]
        sent = client.post(f"{base}/stuk/{number}", block, content_type="application/octet-stream")
        assert sent.json() == {"held": number + 1}
    assert client.get(f"{base}/stuk/").json() == {"held": -(-len(whole) // comparing.BLOCK)}
    assert client.post(f"{base}/stuk/klaar", headers=JSON).json() == {"goes": f"{base}/"}
    until = time.monotonic() + 60
    while client.get(f"{base}/stand").json()["step"] in {"waiting", "working"} and time.monotonic() < until:
        time.sleep(0.05)
    return base


def test_a_participant_sees_the_answer_and_nobody_else_anything(talk: Recorded) -> None:
    """Law 11: the pages of another participant and of the worker are the same bytes before and after."""
    bram, carla, anna = listener(talk), listener(talk, CARLA), browser(talk.worker)
    pages = {carla: ("/luister/gesprek", "/luister/naast", "/luister/wie"), anna: (f"/opname/{talk.id}/naast",)}
    before = {(who, page): who.get(page).content for who, names in pages.items() for page in names}
    position = ledger.head(talk.id).at.position
    assert "Leg een bestand ernaast" in words(bram.get("/luister/gesprek"))
    assert "Alleen jij ziet het antwoord." in words(bram.get("/luister/naast"))
    base = send(bram, "/luister/naast/begin", ours(talk))
    page = bram.get(f"{base}/")
    said = words(page)
    assert "We vonden geen verschil." in said
    assert "Dit is precies onze opname, seconde 0 tot 80." in said
    assert "beschuldiging" not in said  # nothing differs
    assert "Dit gaat alleen over deze seconden." in said
    assert "Ga je weg, of na een uur, dan is alles weg." in said
    assert b"<style" not in page.content
    for name in ("", "stand", "rapport", "1.wav", "stuk/"):
        assert carla.get(f"{base}/{name}").status_code == 404
        assert anna.get(f"{base}/{name}").status_code == 404
    for verb in ("bewaar", "weg", "stuk/klaar"):
        assert carla.post(f"{base}/{verb}").status_code == 404
    assert {(who, one): who.get(one).content for who, names in pages.items() for one in names} == before
    assert ledger.head(talk.id).at.position == position
    report = bram.get(f"{base}/rapport")
    assert content(report).startswith(b"%PDF")
    assert bram.post(f"{base}/weg").status_code == 302
    assert bram.get(f"{base}/").status_code == 404


def test_who_is_done_leaves_nothing(talk: Recorded) -> None:
    bram = listener(talk)
    base = send(bram, "/luister/naast/begin", ours(talk))
    assert bram.post("/luister/klaar").status_code == 302
    comparing.sweep()
    assert not comparing._all
    assert listener(talk).get(f"{base}/").status_code == 404


def test_a_participant_files_it_and_then_the_organisation_sees_it(talk: Recorded) -> None:
    bram, carla, anna = listener(talk), listener(talk, CARLA), browser(talk.worker)
    base = send(bram, "/luister/naast/begin", ours(talk))
    asked = words(bram.get(f"{base}/"))
    assert "Het logboek zegt dan dat er een vergelijking is. Niet van wie." in asked
    assert bram.post(f"{base}/bewaar").status_code == 302
    assert "Deze vergelijking staat in het dossier." in words(bram.get(f"{base}/"))
    (kept,) = filing_comparison.of(talk.id)
    for who, page in (
        (bram, f"/luister/naast/{kept.id}/bewaard"),
        (anna, f"/opname/{talk.id}/naast/{kept.id}/bewaard"),
    ):
        assert "In het dossier gezet op" in words(who.get(page))
        assert content(who.get(f"{page}/rapport")).startswith(b"%PDF")
    assert carla.get(f"/luister/naast/{kept.id}/bewaard").status_code == 404
    assert "vergelijking van" not in words(carla.get("/luister/naast"))
    assert "Een vergelijking van" in words(anna.get(f"/opname/{talk.id}/naast"))


def test_who_works_here_needs_a_reason(talk: Recorded) -> None:
    anna = browser(talk.worker)
    base = send(anna, f"/opname/{talk.id}/naast/begin", ours(talk))
    assert "Waarom komt dit in het dossier?" in words(anna.get(f"{base}/"))
    assert anna.post(f"{base}/bewaar", {"reason": " "}).status_code == 422
    assert not filing_comparison.of(talk.id)
    assert anna.post(f"{base}/bewaar", {"reason": "Er is een klacht."}).status_code == 302
    (kept,) = filing_comparison.of(talk.id)
    assert "Er is een klacht." in words(anna.get(f"/opname/{talk.id}/naast/{kept.id}/bewaard"))


def test_what_somebody_handed_in_is_laid_beside_ours_by_who_may_hear_it(talk: Recorded) -> None:
    bram, anna = listener(talk), browser(talk.worker)
    assert hand_in(bram, "/luister/geven/begin", ours(talk))[0] == 200
    row = models.External.objects.get()
    assert "Leg deze opname naast de onze" in words(anna.get(f"/opname/{talk.id}/elders"))
    goes = anna.post(f"/elders/{row.pk}/naast")
    assert goes.status_code == 302
    until = time.monotonic() + 60
    while anna.get(f"{goes['location']}stand").json()["step"] in {"waiting", "working"} and time.monotonic() < until:
        time.sleep(0.05)
    assert "Dit is precies onze opname" in words(anna.get(goes["location"]))
    assert bram.get(goes["location"]).status_code == 404


@pytest.mark.parametrize("said", [{}, {"part": "1"}, {"size": "x", "part": "1"}, {"size": "10", "part": "9"}])
def test_what_is_not_what_the_page_asks_is_refused(talk: Recorded, said: dict[str, str]) -> None:
    answer = listener(talk).post("/luister/naast/begin", said, headers=JSON)
    assert answer.status_code == 409
    assert answer.json()["refused"]


def test_a_text_is_said_to_be_unreadable_and_not_kept(talk: Recorded) -> None:
    bram = listener(talk)
    base = send(bram, "/luister/naast/begin", b"this is a text called .mp3")
    page = words(bram.get(f"{base}/"))
    assert "Jouw opname kunnen we niet lezen." in page
    assert "Bewaar het geluid als m4a, mp3 of wav" in page
    assert "beschuldiging" not in page
    assert "Luister" not in page.split("Wat dit wel en niet zegt")[0].split("ernaast")[-1]
