"""Handing in a recording over the web: the question first, block by block, and heard only by who may."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.casework.conftest import Clock
from tests.casework.kept import officer
from tests.casework.recorded import Recorded, recorded
from tests.casework.test_hearing import BRAM, CARLA
from tests.sound import files
from tests.web.table import inside, words
from tests.web.test_hearing import content, listener

from tweespoor.casework import admitting, clock, ledger, models, playing_elsewhere, receiving

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
JSON = {"accept": "application/json"}


def browser(one: models.Staff) -> Client:
    """Give the browser of somebody who works here, with both factors."""
    Authenticator.objects.get_or_create(user=one, type="totp", defaults={"data": {"secret": "x"}})
    return inside(one)


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return files.kind(tmp_path_factory.mktemp("note"), "aac.m4a", files.conversation()).read_bytes()


def send(client: Client, begin: str, whole: bytes, **said: str) -> tuple[int, dict[str, object]]:
    """Do what the page does: begin, each block, finish."""
    answer = client.post(begin, {"there": "yes", "size": str(len(whole))} | said, headers=JSON)
    if answer.status_code != 200:
        return answer.status_code, answer.json()
    external = answer.json()["id"]
    for number in range(-(-len(whole) // receiving.BLOCK)):
        block = whole[number * receiving.BLOCK : (number + 1) * receiving.BLOCK]
        address = f"/stuk/{external}/{number}"
        assert client.post(address, block, content_type="application/octet-stream").json() == {"held": number + 1}
    assert client.get(f"/stuk/{external}/").json() == {"held": -(-len(whole) // receiving.BLOCK)}
    answer = client.post(f"/stuk/{external}/klaar", headers=JSON)
    return answer.status_code, answer.json()


def test_the_question_comes_first_and_then_the_file(talk: Recorded, note: bytes) -> None:
    bram = listener(talk)
    assert "Geef je opname aan" in words(bram.get("/luister/gesprek"))
    first = words(bram.get("/luister/geven"))
    assert "Was je er de hele tijd bij?" in first
    assert "Kies je opname" not in first
    then = words(bram.get("/luister/geven?there=yes"))
    assert "Kies je opname" in then
    assert "privacyfunctionaris" not in then
    for there in ("no", "doubt"):
        assert "Eerst luistert alleen de privacyfunctionaris." in words(bram.get(f"/luister/geven?there={there}"))
    assert send(bram, "/luister/geven/begin", note) == (200, {"minutes": 1})
    thanks = words(bram.get("/luister/geven?done=yes"))
    assert "Je opname is binnen." in thanks
    assert "een opname van 1 minuut" in thanks


def test_no_other_participant_sees_a_trace_of_it(talk: Recorded, note: bytes) -> None:
    """Law 11: the pages of another participant are the same bytes before and after."""
    carla = listener(talk, CARLA)
    pages = ("/luister/gesprek", "/luister/geven", "/luister/wie", "/luister/tekst", "/luister/afspraken")
    before = {page: carla.get(page).content for page in pages}
    position = ledger.head(talk.id).at.position
    assert send(listener(talk), "/luister/geven/begin", note)[0] == 200
    assert {page: carla.get(page).content for page in pages} == before
    assert ledger.head(talk.id).at.position == position


def test_who_works_on_it_hears_it_apart_and_that_is_told(talk: Recorded, note: bytes) -> None:
    bram, anna = listener(talk), browser(talk.worker)
    send(bram, "/luister/geven/begin", note)
    row = models.External.objects.get()
    page = words(anna.get(f"/opname/{talk.id}/elders"))
    assert "Wij hebben deze opnamen niet gemaakt." in page
    assert "Van deelnemer 1" in page
    answer = anna.get(f"/elders/{row.pk}.m4a")
    for _ in range(2):
        answer = anna.get(f"/elders/{row.pk}.m4a")
        assert answer.status_code == 200
    assert content(answer)[4:8] == b"ftyp"
    part = anna.get(f"/elders/{row.pk}.m4a", headers={"range": "bytes=4-7"})
    assert (part.status_code, content(part)) == (206, b"ftyp")
    assert words(bram.get("/luister/wie")).count("luisterde naar de opname die jij gaf") == 1
    assert bram.get(f"/elders/{row.pk}.m4a").status_code == 302, "who handed it in has it already"


def test_what_a_worker_takes_in_for_somebody_who_left_goes_to_the_officer(talk: Recorded, note: bytes) -> None:
    anna, fatima = browser(talk.worker), browser(officer())
    begin = f"/opname/{talk.id}/elders/begin"
    assert send(anna, begin, note, seat=str(BRAM), there="no") == (200, {"minutes": 1})
    row = models.External.objects.get()
    assert "Niemand hoort hem voordat de privacyfunctionaris heeft gekeken." in words(
        anna.get(f"/opname/{talk.id}/elders")
    )
    refused = anna.get(f"/elders/{row.pk}.m4a")
    assert refused.status_code == 409
    assert "Deze opname ligt bij de privacyfunctionaris." in words(refused)
    assert "Kijk naar een opname van elders" in words(fatima.get("/desk/"))
    desk = fatima.get(f"/desk/g/{talk.id}/")
    assert f"/opname/{talk.id}/elders" in desk.content.decode()
    page = words(fatima.get(f"/opname/{talk.id}/elders"))
    assert "De maker was er niet de hele tijd bij." in page
    assert "Neem een opname aan" not in page
    assert anna.post(f"/elders/{row.pk}/besluit", {"heard": "yes"}).status_code == 404
    assert fatima.post(f"/elders/{row.pk}/besluit", {"heard": "yes"}).status_code == 302
    assert anna.get(f"/elders/{row.pk}.m4a").status_code in {200, 202}
    assert playing_elsewhere.waiting() == []


def test_law_12_one_of_them_is_wiped_alone_in_two_steps_and_whoever_may_objects(
    talk: Recorded, note: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "source", Clock(clock.now_ms()))
    bram, anna, fatima = listener(talk), browser(talk.worker), browser(officer())
    send(bram, "/luister/geven/begin", note)
    row, page = models.External.objects.get(), f"/opname/{talk.id}/elders"
    one = f"/elders/{row.pk}/"
    assert "Deze opname apart wissen" not in words(anna.get(page))
    assert "Deze opname apart wissen" in words(fatima.get(page))
    assert fatima.post(f"{one}vast").status_code == 422  # a reason is chosen
    assert fatima.post(f"{one}vast", {"why": "asked"}).status_code == 302
    assert "Kijk naar een opname van elders" in words(fatima.get("/desk/"))
    assert f'href="{page}"' in fatima.get("/desk/").content.decode()
    assert anna.get(f"/elders/{row.pk}.m4a").status_code == 409
    says = words(anna.get(page))
    assert "Wie hem gaf, vraagt om wissen. Wissen kan vanaf" in says
    assert "Wis deze opname nu" not in says
    for early in (fatima.post(f"{one}wissen", {"sure": "yes"}), fatima.post(f"{one}wissen", follow=True)):
        assert models.External.objects.get().erased_ms is None
        assert "Bezwaar maken kan nog." in words(early) or "Tot dan kan iemand bezwaar maken." in words(early)
    assert anna.post(f"{one}bezwaar", {"reason": "Nodig voor de klacht."}).status_code == 302
    assert anna.get(f"/elders/{row.pk}.m4a").status_code in {200, 202}
    fatima.post(f"{one}vast", {"why": "other-talk"})
    assert isinstance(clock.source, Clock)
    clock.source.turn(31 * 86_400)
    fatima, bram = browser(officer()), listener(talk)
    assert "Wis deze opname nu" in words(fatima.get(page))
    assert "Zet eerst het vinkje." in words(fatima.post(f"{one}wissen", follow=True))
    assert fatima.post(f"{one}wissen", {"sure": "yes"}).status_code == 302
    assert models.External.objects.get().erased_ms is not None
    assert "Gewist Van deelnemer 1:" in words(fatima.get(page))
    assert "wisten we een opname die jij gaf." in words(bram.get("/luister/geven"))
    assert "Gewist" not in words(listener(talk, CARLA).get("/luister/geven"))


def test_an_image_is_refused_in_words_and_nothing_is_kept(talk: Recorded, note: bytes, tmp_path: Path) -> None:
    """Clause 2a."""
    bram = listener(talk)
    film = files.film(tmp_path / "film.m4a", "mp4", "mpeg4").read_bytes()
    for whole, sentence in (
        (film, "Dit bestand heeft ook beeld."),
        (note + files.photo(), "In dit bestand zit een plaatje."),
        (b"geen geluid", "Dit bestand kunnen we niet lezen."),
    ):
        status, told = send(bram, "/luister/geven/begin", whole)
        assert (status, told["refused"], told["clause"]) == (422, sentence, "2a")
        assert not models.External.objects.exists()


def test_bad_input_has_one_clear_answer(talk: Recorded, note: bytes) -> None:
    bram = listener(talk)

    def begin(**said: str) -> int:
        return bram.post("/luister/geven/begin", said, headers=JSON).status_code

    assert begin() == begin(there="maybe", size="9") == begin(there="yes", size="x") == 409
    assert begin(there="yes", size="9", part="x") == begin(there="yes", size="¹") == 409
    assert begin(there="yes", size="0") == begin(there="yes", size=str(5 << 30)) == 413
    assert begin(there="yes", size="9", part="7") == 404
    external = bram.post("/luister/geven/begin", {"there": "yes", "size": "10"}, headers=JSON).json()["id"]
    octets = "application/octet-stream"
    assert bram.post(f"/stuk/{external}/0", b"short", content_type=octets).status_code == 409
    assert bram.post(f"/stuk/{external}/0", bytes(receiving.BLOCK + 1), content_type=octets).status_code == 413
    assert bram.post(f"/stuk/{external}/5", bytes(10), content_type=octets).json() == {"held": 0}
    assert bram.post(f"/stuk/{external}/klaar", headers=JSON).status_code == 409
    assert listener(talk, CARLA).get(f"/stuk/{external}/").status_code == 404
    assert browser(talk.worker).get(f"/stuk/{external}/").status_code == 404


def test_on_a_device_of_ours_nothing_is_handed_in(talk: Recorded) -> None:
    client = Client(headers={"sec-fetch-site": "same-origin"})
    token = admitting.offer_here(talk.id, BRAM, talk.worker, able=True)
    assert client.post(f"/luister/hier/{token}").status_code == 302
    assert "Geef je opname" not in words(client.get("/luister/gesprek"))
    assert client.get("/luister/geven").status_code == 404
    assert client.post("/luister/geven/begin", {"there": "yes", "size": "9"}).status_code == 404
