"""Sharing over the web: asking, answering in private, giving by a link, and taking back (clauses 6a, 6b)."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.casework.conftest import Clock
from tests.casework.recorded import Recorded, recorded
from tests.web.table import inside, staff, words
from tests.web.test_hearing import anybody, content, listener

from tweespoor.casework import clock, ledger, models, polling, sharing, transcribing, written
from tweespoor.casework.models import Question, Role
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Ground
from tweespoor.rules.page import CLAUSES

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
BRAM, CARLA = 2, 3
FORM = {"what": "sound-1", "recipient": "Mijn zus Loes", "purpose": "Zij helpt mij.", "days": "31"}
DOUBT, NO, YES = "doubt", "no", "yes"


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        monkeypatch.setattr(clock, "source", Clock(clock.now_ms()))
        yield made


def turn(seconds: float) -> None:
    assert isinstance(clock.source, Clock)
    clock.source.turn(seconds)


def worker(talk: Recorded) -> Client:
    return signed_in(talk.worker)


def signed_in(one: models.Staff) -> Client:
    """Give the browser of somebody who works here, with a second factor."""
    Authenticator.objects.get_or_create(user=one, type="totp", defaults={"data": {"secret": "x"}})
    return inside(one)


def ask(client: Client, address: str = "/luister/delen", **more: str) -> str:
    """Fill in the form, look once more, and ask; gives the address of the question."""
    seen = client.post(address, FORM | more)
    assert seen.status_code == 200, words(seen)
    assert "De anderen zien dat jij dit vraagt." in words(seen)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', seen.content.decode()))
    answer = client.post(address, hidden | {"known": "yes"})
    assert answer.status_code == 302
    return str(answer["Location"])


def tap(client: Client, address: str, **form: str) -> str:
    answer = client.post(address, form, follow=True)
    assert answer.status_code == 200, (answer.status_code, words(answer))
    return words(answer)


def agreed(talk: Recorded, bram: Client, carla: Client, **more: str) -> str:
    here = ask(bram, **more)
    tap(carla, f"{here}answer", answer=YES)
    question = Question.objects.get()
    tap(worker(talk), f"/desk/questions/{talk.id}/{question.pk}/answer", answer=YES)
    polling.sweep()
    turn(4)
    return here


# Asking ------------------------------------------------------------------------------------------------


def test_l2_leads_to_asking_and_to_what_needs_nobody(talk: Recorded) -> None:
    page = listener(talk).get("/luister/gesprek").content.decode()
    assert "Ik wil delen of knippen:" in page
    assert 'href="/luister/vragen"' in page
    assert 'href="/zo-doe-je-dat/"' in page


def test_a_question_is_looked_at_once_more_and_then_everyone_may_read_it(talk: Recorded) -> None:
    bram, carla = listener(talk, BRAM), listener(talk, CARLA)
    form = words(bram.get("/luister/delen"))
    assert "Iedereen die erbij was, leest wat je hier invult." in form
    once_more = words(bram.post("/luister/delen", FORM))
    for sentence in (
        "Klopt dit?",
        "Mijn zus Loes",
        "Zij helpt mij.",
        "Eén nee is genoeg",
        "Iedereen kan antwoorden tot",
    ):
        assert sentence in once_more
    assert not Question.objects.exists()
    here = ask(bram)
    assert "We wachten op de anderen." in words(bram.get(here))
    assert "Wie vraagt dit? Jij" in words(bram.get(here))
    page = words(carla.get(here))
    for sentence in (
        "Mag dit gedeeld worden?",
        "Wie vraagt dit? Deelnemer 1",
        "Mijn zus Loes",
        "Geen antwoord telt als nee.",
    ):
        assert sentence in page
    assert "Mag dit gedeeld worden?" in words(carla.get("/luister/vragen"))
    assert "Mijn zus Loes" in words(worker(talk).get(f"/desk/questions/{talk.id}/{Question.objects.get().pk}/"))


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"recipient": " "}, 422),
        ({"purpose": ""}, 422),
        ({"days": "3650"}, 422),
        ({"days": "-1"}, 422),
        ({"recipient": "x" * 201}, 422),
        ({"what": "sound-9"}, 404),
        ({"what": "cut-none"}, 404),
        ({"what": ""}, 404),
    ],
)
def test_what_is_not_whole_is_not_asked(talk: Recorded, wrong: dict[str, str], status: int) -> None:
    bram = listener(talk)
    for sure in ("", "yes"):
        answer = bram.post("/luister/delen", FORM | wrong | {"sure": sure})
        assert answer.status_code == status
    assert not Question.objects.exists()


def test_what_is_refused_at_the_last_moment_keeps_what_was_typed(talk: Recorded) -> None:
    bram = listener(talk)
    for _ in range(sharing.A_DAY):
        ask(bram)
    seen = bram.post("/luister/delen", FORM | {"sure": "yes"})
    assert seen.status_code == 422
    assert "Dit kan vandaag niet nog een keer." in words(seen)
    form = seen.content.decode()
    assert "conditions#c" not in form  # that it was too often is no clause of the page
    for text in (FORM["recipient"], FORM["purpose"]):
        assert f'value="{text}"' in form
    assert Question.objects.count() == sharing.A_DAY


def test_what_was_typed_stands_on_the_page_as_text(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = ask(bram, recipient="<script>alert(1)</script>", purpose='"><img src=x>')
    for page in (bram.get(here), carla.get(here), bram.post("/luister/delen", FORM | {"recipient": "<b>x"})):
        assert "<script>alert" not in page.content.decode()
        assert "<img" not in page.content.decode()
        assert "<b>" not in page.content.decode()


def test_clause_6b_public_has_a_warning_and_is_asked_apart(talk: Recorded) -> None:
    bram = listener(talk)
    page = words(bram.get("/luister/openbaar"))
    assert "Wat openbaar is, kan iedereen kopiëren. Je krijgt het nooit meer terug." in page
    assert bram.post("/luister/openbaar", FORM | {"sure": "yes"}).status_code == 200  # the warning was not ticked
    assert not Question.objects.exists()
    here = ask(bram, "/luister/openbaar")
    assert "Mag dit openbaar worden?" in words(listener(talk, CARLA).get(here))


# Answering ---------------------------------------------------------------------------------------------


def test_whatever_is_answered_the_page_behind_it_is_the_same(talk: Recorded) -> None:
    carla = listener(talk, CARLA)
    here = ask(listener(talk))
    seen = []
    for given in (YES, NO, DOUBT):
        answer = carla.post(f"{here}answer", {"answer": given})
        seen.append((answer.status_code, answer["Location"], answer.content, carla.get(here).content))
    assert len(set(seen)) == 1
    assert "Opnieuw antwoorden" in words(carla.get(here))
    assert "Mag dit gedeeld worden?" in words(carla.get(f"{here}?again"))
    for wrong in ("", "maybe", "YES"):
        assert carla.post(f"{here}answer", {"answer": wrong}).status_code == 404


def test_after_the_deadline_and_for_who_was_not_there_it_is_refused(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = ask(bram)
    question = Question.objects.get()
    question.asked = [None, BRAM]  # as if Carla were no owner
    question.save()
    refused = carla.post(f"{here}answer", {"answer": YES})
    assert refused.status_code == 422
    assert "Deze vraag is niet aan jou." in words(refused)
    assert "Voorwaarde 6a." in words(refused)
    assert "Jij hoeft niets te doen." in words(carla.get(here))
    turn((question.deadline_ms - clock.now_ms()) / 1000)
    bram = listener(talk)
    late = bram.post(f"{here}answer", {"answer": YES})
    assert late.status_code == 409
    assert "Deze vraag is voorbij." in words(late)
    assert anybody().get(here).status_code == 302  # asked for code and word
    assert bram.get("/luister/vraag/nothing/").status_code == 404


def test_a_link_that_was_withdrawn_answers_nothing(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = ask(bram)
    tap(carla, "/luister/telefoon-weg")
    assert carla.post(f"{here}answer", {"answer": YES})["Location"] == "/luister/"
    assert not models.PrivateAnswer.objects.filter(seat=CARLA).exists()


# Giving ------------------------------------------------------------------------------------------------


def given_address(page: bytes) -> str:
    found = re.search(r"/hoor/[\w-]+/", page.decode())
    assert found
    return found[0]


def test_a_link_is_shown_once_and_opens_after_the_conditions(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = agreed(talk, bram, carla)
    assert "Maak de link" in words(bram.get(here))
    assert "Maak de link" not in words(carla.get(here))
    shown = bram.post(f"{here}link")
    address = given_address(shown.content)
    assert "We laten deze link maar één keer zien." in words(shown)
    assert address not in bram.get(here).content.decode()
    loes = anybody("192.0.2.77")
    page = loes.get(address)
    assert "Dit zijn de voorwaarden" in words(page)
    assert "0800-2000" in page.content.decode()
    for sound in (f"{address}{talk.ours}.opus", f"{address}golven"):
        assert loes.get(sound).status_code == 404
    assert loes.post(f"{address}accept").status_code == 302
    page = loes.get(address)
    assert "Luister" in words(page)
    assert page["Cache-Control"] == "no-store"
    assert "attachment" not in str(page.headers)
    whole = content(loes.get(f"{address}{talk.ours}.opus"))
    assert whole.startswith(b"OggS")
    part = loes.get(f"{address}{talk.ours}.opus", headers={"range": "bytes=100-199"})
    assert (part.status_code, content(part)) == (206, whole[100:200])
    assert loes.get(f"{address}{talk.theirs}.opus").status_code == 404
    log = list(models.Access.objects.filter(action__startswith="share.").values_list("action", "seat", "about"))
    assert ("share.listen", None, "recipient") in log


def test_a_forwarded_link_says_so_and_names_its_clause(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = agreed(talk, bram, carla)
    address = given_address(bram.post(f"{here}link").content)
    loes, stranger = anybody("192.0.2.77"), anybody("192.0.2.78")
    loes.post(f"{address}accept")
    for answer in (
        stranger.get(address),
        stranger.post(f"{address}accept"),
        stranger.get(f"{address}{talk.ours}.opus"),
    ):
        assert answer.status_code == 409
        assert "Deze link is al geopend op een ander toestel." in words(answer)
        assert "Voorwaarde 6a." in words(answer)
    assert loes.get(address).status_code == 200  # opened twice
    assert loes.post(f"{address}accept").status_code == 302
    assert anybody().get("/hoor/nothing/").status_code == 404


@pytest.mark.parametrize("cause", ["Bram ends it", "Carla takes it back", "Bram takes it back", "we take it back"])
def test_whoever_ends_it_the_recipient_gets_the_same_bytes_and_sound_stops(talk: Recorded, cause: str) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = agreed(talk, bram, carla)
    address = given_address(bram.post(f"{here}link").content)
    loes = anybody("192.0.2.77")
    loes.post(f"{address}accept")
    playing = loes.get(f"{address}{talk.ours}.opus")
    stream = iter(playing.streaming_content)  # type: ignore[attr-defined]
    first = next(stream)
    match cause:
        case "Bram ends it":
            tap(bram, f"{here}end-link")
        case "we take it back":
            tap(worker(talk), f"/desk/questions/{talk.id}/{Question.objects.get().pk}/back")
        case _:
            tap(bram if cause.startswith("Bram") else carla, f"{here}back")
    turn(2)
    rest = b"".join(stream)
    assert len(first) + len(rest) < int(playing["Content-Length"])
    ended = loes.get(address)
    assert ended.status_code == 410
    assert words(ended) == (
        "Deze opname wordt niet meer met je gedeeld. Vraag het aan wie je de link gaf. Verder Voorwaarde 6a. "
        "Lees alle voorwaarden"
    )


def test_who_takes_it_back_and_all_others_see_the_same_until_midnight(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = agreed(talk, bram, carla)
    desk = f"/desk/questions/{talk.id}/{Question.objects.get().pk}/"
    before = [bram.get(here).content, carla.get(here).content, worker(talk).get(desk).content]
    assert "Wie een ja terugneemt, stopt het meteen." in tap(carla, f"{here}back")
    assert [bram.get(here).content, carla.get(here).content, worker(talk).get(desk).content] == before
    refused = bram.post(f"{here}link")
    assert (refused.status_code, "Delen mag alleen als iedereen het goed vindt." in words(refused)) == (409, True)
    turn(86_400)
    polling.sweep()
    bram, carla = listener(talk), listener(talk, CARLA)
    pages = [words(client.get(here)) for client in (bram, carla)]
    assert all(page.startswith("Dit gaat niet door. Dat kan veel redenen hebben.") for page in pages)


def test_public_gives_who_asked_a_file(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = ask(bram, "/luister/openbaar")
    tap(carla, f"{here}answer", answer=YES)
    polling.answer(Question.objects.get().pk, None, Answer.YES)
    polling.sweep()
    turn(4)
    assert "Haal het bestand op" in words(bram.get(here))
    bram.post(f"{here}public")
    answer = bram.get(f"{here}gesprek.m4a")
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/mp4")
    assert "attachment" in answer["Content-Disposition"]
    assert carla.get(f"{here}gesprek.m4a").status_code == 404
    assert bram.post(f"{here}link").status_code == 404
    assert sum(isinstance(entry.read(one).fact, facts.ShareDelivered) for one in ledger.lines(talk.id)) == 1


def test_clause_6b_a_text_that_everyone_lets_be_public_is_a_file_in_three_forms(talk: Recorded) -> None:
    text = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>We nemen dit gesprek op.\n"
    transcribing.bring_in(talk.worker, talk.id, 1, written.read(text))
    bram, carla = listener(talk), listener(talk, CARLA)
    assert "De tekst van" in words(bram.get("/luister/openbaar"))
    here = ask(bram, "/luister/openbaar", what="text-1")
    assert bram.get(f"{here}tekst.txt").status_code == 409
    tap(carla, f"{here}answer", answer=YES)
    polling.answer(Question.objects.get().pk, None, Answer.YES)
    polling.sweep()
    turn(4)
    page = bram.get(here).content.decode()
    for form in ("vtt", "docx", "txt"):
        assert f'href="{here}tekst.{form}"' in page
        answer = bram.get(f"{here}tekst.{form}")
        assert (answer.status_code, "attachment" in answer["Content-Disposition"]) == (200, True)
    assert "Hulpmiddel, geen bewijs." in bram.get(f"{here}tekst.txt").content.decode()
    assert bram.get(f"{here}tekst.pdf").status_code == 404
    assert carla.get(f"{here}tekst.txt").status_code == 404
    assert bram.post(f"{here}public").status_code == 404  # it is no sound
    assert sum(isinstance(entry.read(one).fact, facts.ShareDelivered) for one in ledger.lines(talk.id)) == 1


# The organisation ----------------------------------------------------------------------------------------


def test_the_organisation_answers_once_and_sees_no_answer(talk: Recorded) -> None:
    bram, carla = listener(talk), listener(talk, CARLA)
    here = ask(bram)
    desk = f"/desk/questions/{talk.id}/{Question.objects.get().pk}/"
    anna = worker(talk)
    page = anna.get(desk).content
    tap(carla, f"{here}answer", answer=NO)
    assert anna.get(desk).content == page
    seen = set()
    for given in (YES, NO, DOUBT):
        answer = anna.post(f"{desk}answer", {"answer": given})
        seen.add((answer["Location"], anna.get(desk).content, anna.get(f"/desk/questions/{talk.id}/").content))
    assert len(seen) == 1
    manager = inside(staff("mia", Role.MANAGER))
    assert "Antwoord op een vraag over delen of knippen" not in words(manager.get("/desk/"))
    assert manager.get(desk).status_code == 200
    for stranger in (inside(staff("olga")), inside(staff("fien", Role.OFFICER)), inside(staff("cor", Role.CLERK))):
        assert stranger.get(desk).status_code == 404
        assert stranger.post(f"{desk}answer", {"answer": YES}).status_code == 404


def test_a_task_stands_open_until_we_answered(talk: Recorded) -> None:
    ask(listener(talk))
    mia, anna = inside(staff("mia", Role.MANAGER)), worker(talk)
    assert "Antwoord op een vraag over delen of knippen" in words(mia.get("/desk/"))
    assert f"/desk/questions/{talk.id}/" in anna.get("/").content.decode()
    tap(mia, f"/desk/questions/{talk.id}/{Question.objects.get().pk}/answer", answer=NO)
    assert "Antwoord op een vraag over delen of knippen" not in words(mia.get("/desk/"))


def test_who_has_no_phone_answers_on_our_device_and_going_back_shows_nothing(talk: Recorded) -> None:
    ask(listener(talk))
    question = Question.objects.get()
    desk, anna = f"/desk/questions/{talk.id}/{question.pk}/", worker(talk)
    pages = []
    for given in (YES, NO):
        turned = anna.post(f"{desk}turn", {"seat": CARLA})["Location"]
        assert "Anderen kijken even weg." in words(anna.get(turned))
        done = anna.post(turned, {"answer": given}, follow=True)
        assert "Klaar. Geef het toestel terug." in words(done)
        again = (done, anna.get(turned), anna.post(turned, {"answer": YES}))
        pages += [one.content.replace(turned.rpartition("/")[2].encode(), b"token") for one in again]
    assert len(set(pages)) == 1
    assert polling.has_answered(question, CARLA)
    assert anna.post(f"{desk}turn", {"seat": 1}).status_code == 422
    assert anna.post(f"{desk}turn", {"seat": "9"}).status_code == 422
    assert anna.post(f"{desk}turn", {"seat": "x"}).status_code == 404
    spoken = [anna.post(f"{desk}spoken", {"seat": CARLA, "said": said})["Location"] for said in ("yes", "no")]
    assert len(set(spoken)) == 1


def test_the_organisation_shares_with_everyones_yes(talk: Recorded) -> None:
    anna, bram, carla = worker(talk), listener(talk), listener(talk, CARLA)
    address = f"/desk/questions/{talk.id}/share"
    assert "De anderen zien dat wij dit vragen." in words(anna.post(address, FORM))
    anna.post(address, FORM | {"sure": "yes"})
    question = Question.objects.get()
    here = f"/luister/vraag/{question.pk}/"
    for client in (bram, carla):
        assert "Wie vraagt dit? Huis van de test" in words(client.get(here))
        tap(client, f"{here}answer", answer=YES)
    polling.sweep()
    turn(4)
    desk = f"/desk/questions/{talk.id}/{question.pk}/"
    address = given_address(anna.post(f"{desk}link").content)
    assert anybody().get(address).status_code == 200
    assert "Er is een link gemaakt." in words(anna.get(desk))
    tap(anna, f"{desk}end-link")
    assert anybody().get(address).status_code == 410


# On a ground of law, and without anybody --------------------------------------------------------------


def test_clause_6a_use_on_a_ground_is_the_officers_and_telling_is_decided_apart(talk: Recorded) -> None:
    fatima, bram = signed_in(models.Staff.objects.get(username="fatima")), listener(talk)
    here = f"/desk/use/{talk.id}/"
    form = {"part": "1", "ground": Ground.DUTY_BY_LAW, "reason": "Vraag van de inspectie.", "days": "7"}
    before = bram.get("/luister/wie").content
    for wrong, status in (
        ({"ground": ""}, 409),
        ({"ground": "own-lawyer"}, 409),
        ({"reason": " "}, 422),
        ({"days": "9"}, 404),
        ({"part": "8"}, 404),
    ):
        assert fatima.post(f"{here}use", form | wrong).status_code == status
    assert not models.Use.objects.exists()
    shown = fatima.post(f"{here}use", form)
    address = given_address(shown.content)
    assert "omdat de wet daar een reden voor geeft" in words(anybody().get(address))
    assert bram.get("/luister/wie").content == before
    use = models.Use.objects.get()
    assert "Beslis of we het gebruik vertellen" in words(fatima.get("/desk/"))
    assert fatima.post(f"{here}{use.pk}/inform", {"informing": "told", "why": ""}).status_code == 422
    tap(fatima, f"{here}{use.pk}/inform", informing="told", why="Zij mogen dit weten.")
    assert "gaf de opname door, met een reden uit de wet" in words(bram.get("/luister/wie"))
    tap(fatima, f"{here}{use.pk}/end")
    assert anybody().get(address).status_code == 410
    for other in (worker(talk), inside(staff("mia", Role.MANAGER))):
        assert other.get(here).status_code == 404
    assert fatima.post(f"/desk/use/{'0' * 32}/{use.pk}/end").status_code == 404


def test_law_11_reading_how_to_go_to_a_lawyer_leaves_no_trace(talk: Recorded) -> None:
    bram = listener(talk)
    lines = list(ledger.lines(talk.id))
    log = models.Access.objects.count()
    for name in ("", "zelf", "advocaat", "klacht", "rechter", "vertrouwenspersoon"):
        for client in (bram, anybody()):
            page = client.get(f"/zo-doe-je-dat/{name}")
            assert page.status_code == 200
            assert "Wij vertellen het niemand." in words(page)
    assert bram.get("/zo-doe-je-dat/iets").status_code == 404
    assert list(ledger.lines(talk.id)) == lines
    assert models.Access.objects.count() == log


def test_the_conditions_say_where_each_is_used(talk: Recorded) -> None:
    page = anybody().get("/conditions").content.decode()
    for number in (clause.number for clause in CLAUSES):
        row = page.partition(f'id="c{number}"')[2].partition('class="clause"')[0]
        assert 'class="link"' in row, number
    for address in set(re.findall(r'<a class="link" href="(/[^"#]*)"', page)):
        assert anybody().get(address).status_code in {200, 302}, address
