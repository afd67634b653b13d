"""Listening back over the web: code and word, own minutes in parts, what is not told, and what ends it."""

import re
from collections.abc import Iterator, Mapping

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from tests.casework.recorded import Recorded, recorded
from tests.casework.test_hearing import BRAM, CARLA
from tests.casework.test_hearing import carla_left as carla_left  # noqa: PLC0414 - a fixture
from tests.web.table import inside, staff, words

from tweespoor.casework import admitting, clock, codewords, earshot, halting, ledger, listening, models
from tweespoor.casework.models import Role
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

WORD = "Blauwe vis"
OWN = {"sec-fetch-site": "same-origin"}
WRONG = "Dit klopt niet. Probeer het later nog eens, of bel ons."
NOT_NOW = "Deze opname kun je nu niet online horen. Bel ons, dan leggen we het uit."


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


def anybody(address: str = "192.0.2.1") -> Client:
    return Client(headers=OWN, REMOTE_ADDR=address)


def noted(talk: Recorded, action: str, seat: int = BRAM) -> int:
    """How often somebody did this, by the access log; the journal tells nothing of it (law 11)."""
    assert (talk.state.listened, talk.state.exported) == (0, 0)
    return models.Access.objects.filter(conversation=talk.id, seat=seat, action=action).count()


def listener(talk: Recorded, seat: int = BRAM, code: str = "") -> Client:
    client = anybody(f"203.0.113.{seat}")
    answer = client.post("/luister/", {"code": code or admitting.issue(talk.id, seat, WORD), "word": WORD})
    assert (answer.status_code, answer["Location"]) == (302, "/luister/gesprek")
    return client


def content(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer.streaming_content)  # type: ignore[arg-type] # the client asks without an event loop
    assert isinstance(answer, HttpResponse)
    return answer.content


def whole_of(talk: Recorded, track: str, form: str = "opus") -> bytes:
    with listening.sound(talk.worker, talk.id, track) as player:
        file = player.webm if form == "webm" else player.ogg
        return b"".join(file.read(0, file.size))


# L1 ---------------------------------------------------------------------------------------------------------


def test_l1_says_what_the_flow_says() -> None:
    page = words(anybody().get("/luister/"))
    for sentence in (
        "Vul je code in.",
        "Vul je woord in.",
        "Verder",
        "Je kunt ook bij ons komen luisteren.",
        "Maak een afspraak",
    ):
        assert sentence in page
    assert WRONG not in page


def test_every_wrong_try_gets_the_same_bytes(talk: Recorded) -> None:
    code, old = admitting.issue(talk.id, BRAM, WORD), admitting.issue(talk.id, CARLA, WORD)
    admitting.issue(talk.id, CARLA, WORD)
    tries: Mapping[str, tuple[str, str]] = {
        "nothing": ("", ""),
        "no code": ("hello", WORD),
        "guessed": (codewords.fresh(), WORD),
        "ended": (old, WORD),
        "wrong word": (code, "iets anders"),
        "odd": ("\0" * 50, "🙂" * 90),
    }
    seen = {
        why: anybody(f"192.0.2.{number}").post("/luister/", {"code": one, "word": word})
        for number, (why, (one, word)) in enumerate(tries.items())
    }
    assert {answer.status_code for answer in seen.values()} == {404}
    assert len({answer.content for answer in seen.values()}) == 1
    assert WRONG in words(seen["nothing"])
    assert not any(answer.cookies for answer in seen.values())


def test_ten_wrong_words_from_anywhere_close_it_with_the_same_page(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    seen = [anybody(f"198.51.100.{n}").post("/luister/", {"code": code, "word": f"wrong {n}"}) for n in range(10)]
    seen.append(anybody("198.51.100.99").post("/luister/", {"code": code, "word": WORD}))
    assert len({answer.content for answer in seen}) == 1


def test_a_home_that_guesses_is_one_address(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    for number in range(10):
        anybody(f"2001:db8:1:2::{number:x}").post("/luister/", {"code": codewords.fresh(), "word": WORD})
    assert anybody("2001:db8:1:2::ffff").post("/luister/", {"code": code, "word": WORD}).status_code == 404
    assert anybody("2001:db8:1:3::1").post("/luister/", {"code": code, "word": WORD}).status_code == 302


def test_another_site_cannot_try(talk: Recorded) -> None:
    client = Client(headers={"sec-fetch-site": "cross-site"})
    given = {"code": admitting.issue(talk.id, BRAM, WORD), "word": WORD}
    assert client.post("/luister/", given).status_code == 403


# L2 ---------------------------------------------------------------------------------------------------------


def test_l2_says_what_the_flow_says_and_names_nobody(talk: Recorded) -> None:
    answer = listener(talk).get("/luister/gesprek")
    page, told = answer.content.decode(), words(answer)
    for sentence in (
        "Je gesprek van ",
        "Gebruik oortjes. Anderen kunnen meeluisteren.",
        "Luister",
        "Langzamer",
        "Terug 15 seconden",
        "Afspraken",
        "Gemarkeerde momenten",
        "Dit is alleen voor jou. Delen mag niet zonder de anderen.",
        "Wie van Huis van de test luisterde? Bekijk",
        "Mijn telefoon is weg",
        "Jouw opname",
        "Ik wil delen of knippen",
        "Naar mijn advocaat, klacht of rechter",
    ):
        assert sentence in told, sentence
    for never in ("Deelnemer", "deelnemer 1", "anna", "/opname/", talk.id):
        assert never not in page.partition("<footer")[0], never
    assert "<title>Gesprek</title>" in page
    assert answer["Cache-Control"] == "no-store"


def test_the_agreements_and_who_listened(talk: Recorded) -> None:
    client = listener(talk)
    assert "Onze opname" in words(client.get("/luister/gesprek"))
    assert "Waarvoor?" in words(client.get("/luister/afspraken"))
    assert "Nog niemand van ons luisterde." in words(client.get("/luister/wie"))
    listening.heard(talk.worker, talk.id, talk.ours, "session")
    page = words(client.get("/luister/wie"))
    assert "Een medewerker luisterde naar de opname." in page
    assert "anna" not in page.lower()


def test_without_a_session_every_page_asks_for_the_code(talk: Recorded) -> None:
    paths = ["gesprek", "golven", "afspraken", "wie", "kopie", "telefoon-weg", f"{talk.ours}.opus", f"{talk.ours}.m4a"]
    for path in (*paths, "kopie/x.m4a"):
        answer = anybody().get(f"/luister/{path}")
        assert (answer.status_code, answer["Location"]) == (302, "/luister/"), path
    for path in ("kopie", "telefoon-weg", "klaar"):
        assert anybody().post(f"/luister/{path}")["Location"] == "/luister/", path


def test_done_is_done(talk: Recorded) -> None:
    client = listener(talk)
    cookie = client.cookies["h"].value
    client.post("/luister/klaar")
    client.cookies["h"] = cookie
    assert client.get("/luister/gesprek")["Location"] == "/luister/"


def test_a_long_recording_is_drawn_afterwards(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earshot, "SHORT_MS", 0)
    client = listener(talk)
    assert 'data-drawing="/luister/golven"' in client.get("/luister/gesprek").content.decode()
    assert set(client.get("/luister/golven").json()) == {"0", "1"}


# The sound --------------------------------------------------------------------------------------------------


def test_a_range_gives_what_it_asks_for_of_the_own_minutes(talk: Recorded) -> None:
    client, whole = listener(talk), whole_of(talk, talk.ours)
    url = f"/luister/{talk.ours}.opus"
    assert content(client.get(url)) == whole
    answer = client.get(url, headers={"Range": "bytes=100000-100999"})
    assert (answer.status_code, content(answer)) == (206, whole[100_000:101_000])
    assert noted(talk, "hearing.listen") == 1


@pytest.mark.parametrize("form", ["opus", "webm"])
def test_a_range_outside_own_minutes_gives_nothing_of_the_minutes_of_others(carla_left: Recorded, form: str) -> None:
    talk = carla_left
    whole, client = whole_of(talk, talk.ours, form), listener(talk, CARLA)
    url = f"/luister/{talk.ours}.{form}"
    mine = content(client.get(url))
    assert len(mine) < 0.8 * len(whole)
    heard_by_others = whole[len(mine) + 20_000 :]
    pieces = [heard_by_others[at : at + 48] for at in range(0, len(heard_by_others) - 48, 997)]
    for header in (f"bytes={len(mine)}-", f"bytes={len(whole) - 1_000}-{len(whole)}"):
        answer = client.get(url, headers={"Range": header})
        assert (answer.status_code, content(answer)) == (416, b"")
        assert answer["Content-Range"] == f"bytes */{len(mine)}"
    for header in ("bytes=0-", f"bytes=-{len(whole)}", f"bytes={len(mine) - 5_000}-{len(whole)}", "bytes=0-1,9-"):
        given = content(client.get(url, headers={"Range": header}))
        assert given in (mine, mine[-5_000:])
        assert not any(piece in given for piece in pieces)
    assert any(piece in whole for piece in pieces)


def test_sound_of_another_conversation_or_of_another_person_is_not_there(talk: Recorded) -> None:
    client = listener(talk, CARLA)
    for track in (talk.theirs, "0" * 32, "x", ".."):
        for form in ("webm", "opus", "m4a"):
            assert client.get(f"/luister/{track}.{form}").status_code == 404


def test_the_copy_plays_where_opus_does_not(talk: Recorded) -> None:
    client = listener(talk)
    url = f"/luister/{talk.ours}.m4a"
    whole = content(client.get(url))
    assert whole[4:12] == b"ftypM4A "
    answer = client.get(url, headers={"Range": "bytes=70000-70099"})
    assert (answer.status_code, content(answer), answer["Content-Type"]) == (206, whole[70_000:70_100], "audio/mp4")
    assert noted(talk, "hearing.listen") == 1
    assert f'data-copy="{url}"' in client.get("/luister/gesprek").content.decode()


def test_a_copy_that_is_not_made_yet_is_asked_for_again(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tweespoor.web.sounds.is_made", lambda _opened: False)
    monkeypatch.setattr("tweespoor.web.hearing.is_made", lambda _opened: False)
    client = listener(talk)
    answer = client.get(f"/luister/{talk.ours}.m4a")
    assert (answer.status_code, answer["Retry-After"], answer.content) == (202, "3", b"")
    assert not noted(talk, "hearing.listen")
    page = client.post("/luister/kopie", {"track": talk.ours})
    assert "We maken je kopie. Dat duurt even." in words(page)
    assert not noted(talk, "recording.copy")


def test_a_copy_is_taken_with_a_ticket(talk: Recorded) -> None:
    client = listener(talk)
    assert "Kan iemand anders in je telefoon kijken? Neem dan geen kopie mee." in words(client.get("/luister/kopie"))
    answer = client.post("/luister/kopie", {"track": talk.ours})
    assert answer.status_code == 302
    file = client.get(answer["Location"])
    assert content(file)[4:12] == b"ftypM4A "
    assert file["Content-Disposition"] == 'attachment; filename="gesprek.m4a"'
    assert noted(talk, "recording.copy") == 1
    assert listener(talk, CARLA).get(answer["Location"]).status_code == 404
    assert client.post("/luister/kopie", {"track": talk.theirs}).status_code == 200
    assert noted(talk, "recording.copy") == 1


# What is held back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["locked", "secret", "halted"])
def test_what_is_held_back_says_one_sentence_and_no_reason(talk: Recorded, why: str) -> None:
    client = listener(talk)
    held = {
        "locked": facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.SPOKEN_ROUND_FAILED),
        "secret": facts.SecretNoted(at=clock.now_ms(), mentioned=True),
        "halted": facts.ListeningHalted(at=clock.now_ms(), seat=BRAM, reason_sha256="00" * 32),
    }
    ledger.append(talk.id, held[why])
    page = client.get("/luister/gesprek")
    assert NOT_NOW in words(page)
    assert talk.ours not in page.content.decode()
    for form in ("opus", "m4a"):
        answer = client.get(f"/luister/{talk.ours}.{form}")
        assert answer.status_code == 409
        assert b"OggS" not in answer.content
    assert NOT_NOW in words(client.get("/luister/kopie"))
    if why == "halted":
        assert NOT_NOW not in words(listener(talk, CARLA).get("/luister/gesprek"))


# A phone that is gone ---------------------------------------------------------------------------------------


def test_a_lost_phone_ends_everything_of_one_person_and_starts_the_officers_clock(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    here, there, carla = listener(talk, BRAM, code), listener(talk, BRAM, code), listener(talk, CARLA)
    assert "Zet alles uit" in words(here.get("/luister/telefoon-weg"))
    answer = here.post("/luister/telefoon-weg", follow=True)
    assert "Alles staat uit." in words(answer)
    for gone in (here, there):
        assert gone.get("/luister/gesprek")["Location"] == "/luister/"
        assert gone.get(f"/luister/{talk.ours}.opus")["Location"] == "/luister/"
    assert anybody().post("/luister/", {"code": code, "word": WORD}).status_code == 404
    assert carla.get("/luister/gesprek").status_code == 200
    leak = models.Leak.objects.get()
    assert (leak.seat, leak.staff, leak.due_ms - leak.at_ms) == (BRAM, None, 72 * 3_600_000)


# At the table, and from the worker --------------------------------------------------------------------------


def test_the_worker_gives_a_code_on_the_own_device_once(talk: Recorded) -> None:
    anna = inside_of(talk)
    page = anna.get(f"/g/{talk.id}/codes")
    assert words(page).count("Geef een code") == 2
    answer = anna.post(f"/g/{talk.id}/codes/give", {"seat": CARLA})
    turn = answer["Location"]
    assert "Kies een woord dat alleen jij kent." in words(anna.get(turn))
    assert anna.post(turn, {"word": "vis"}).status_code == 422
    card = anna.post(turn, {"word": WORD}).content.decode()
    code = " ".join(re.findall(r"<span>(\w{3})</span>", card))
    assert len(codewords.read_code(code)) == 18
    assert "Huis van de test" not in card
    assert "0800-2000" not in re.sub(r"<footer.*", "", card, flags=re.DOTALL)
    assert anna.post(turn, {"word": WORD})["Location"] == anna.get(turn)["Location"] == f"/g/{talk.id}/codes"
    assert listener(talk, CARLA, code).get("/luister/gesprek").status_code == 200


def inside_of(talk: Recorded) -> Client:
    Authenticator.objects.get_or_create(
        user=talk.worker, type="totp", defaults={"data": {"secret": "JBSWY3DPEHPK3PXP"}}
    )
    return inside(talk.worker)


def test_law_11_the_workers_page_is_the_same_whoever_has_a_code(talk: Recorded) -> None:
    anna = inside_of(talk)
    pages = [f"/g/{talk.id}/codes", f"/g/{talk.id}/", f"/g/{talk.id}/receipts", f"/opname/{talk.id}/", "/"]
    before = [anna.get(page).content for page in pages]
    code = admitting.issue(talk.id, BRAM, WORD)
    for number in range(12):
        anybody(f"198.51.100.{number}").post("/luister/", {"code": code, "word": "wrong"})
    admitting.issue(talk.id, BRAM, WORD)
    mine = listener(talk, CARLA)
    content(mine.get(f"/luister/{talk.ours}.opus"))
    mine.post("/luister/kopie", {"track": talk.ours})
    mine.post("/luister/telefoon-weg")
    assert [anna.get(page).content for page in pages] == before


def test_the_worker_opens_again_ends_and_lets_listen_with_us(talk: Recorded) -> None:
    anna, code = inside_of(talk), admitting.issue(talk.id, BRAM, WORD)
    models.ListeningCode.objects.update(wrong=10)
    assert "nu weer open" in words(anna.post(f"/g/{talk.id}/codes/reopen", {"seat": BRAM}))
    client = listener(talk, BRAM, code)
    assert "Alles uitzetten voor Deelnemer 1?" in words(anna.post(f"/g/{talk.id}/codes/end", {"seat": BRAM}))
    assert client.get("/luister/gesprek").status_code == 200
    assert "staan uit" in words(anna.post(f"/g/{talk.id}/codes/end", {"seat": BRAM, "sure": "yes"}))
    assert client.get("/luister/gesprek")["Location"] == "/luister/"
    page = anna.post(f"/g/{talk.id}/codes/here", {"seat": BRAM}).content.decode()
    (address,) = re.findall(r'href="(/luister/hier/[\w-]+)"', page)
    assert "Begin met luisteren" in words(anna.get(address))
    assert anna.post(address)["Location"] == "/luister/gesprek"
    seen = anna.get("/luister/gesprek")
    assert "Je gesprek van" in words(seen)
    assert "Neem een kopie mee" not in words(seen)
    assert anna.get("/luister/kopie").status_code == 404
    assert anna.get(f"/g/{talk.id}/codes")["Location"].startswith("/staff/login/")
    assert anna.get(address).status_code == 404


@pytest.mark.parametrize("seat", ["", "x", "1", "99", "-2", "²", "9" * 50])
def test_a_seat_that_is_not_on_the_list_is_not_there(talk: Recorded, seat: str) -> None:
    anna = inside_of(talk)
    for verb in ("give", "here"):
        assert anna.post(f"/g/{talk.id}/codes/{verb}", {"seat": seat}).status_code == 404
    assert not models.Hearing.objects.exists()


def test_the_officer_stops_with_a_reason_and_allows_again(talk: Recorded) -> None:
    officer, client = inside(staff("otto", Role.OFFICER)), listener(talk)
    here = f"/desk/hearing/{talk.id}/"
    assert officer.post(f"{here}halt", {"seat": BRAM, "reason": " "}).status_code == 422
    officer.post(f"{here}halt", {"seat": BRAM, "reason": "Er is een dreiging."})
    assert NOT_NOW in words(client.get("/luister/gesprek"))
    page = words(officer.get(here))
    assert "Terugluisteren staat stil." in page
    assert "dreiging" not in page
    assert "Er is een dreiging." in words(officer.post(f"{here}reasons"))
    assert halting.reasons(talk.id, models.Staff.objects.get(username="otto"))
    officer.post(f"{here}allow", {"seat": BRAM})
    assert NOT_NOW not in words(client.get("/luister/gesprek"))
    assert officer.post(f"{here}other", {"seat": BRAM}).status_code == 404
    for role in (Role.WORKER, Role.MANAGER, Role.CLERK, Role.ADMINISTRATOR):
        assert inside(staff(role.value, role)).get(here).status_code == 404
