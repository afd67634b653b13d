"""The confirmation and its code buttons: the same for everyone present, the choice on a page of one's own (0c)."""

import re

import pytest
from django.test import Client
from tests.proven import prove
from tests.web.table import OWN, Table, words

from tweespoor.casework import codewords, ledger, models
from tweespoor.rules import facts

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

LISTENS = "Terugluisteren? Kies een woord dat alleen jij kent."
BUTTONS = ("Code op papier", "Code op deze telefoon", "Geen code")
CODE = re.compile(r"<span>(\w{3})</span>")


def finished(table: Table, **kinds: str) -> Table:
    """Let everyone say yes, be recorded for a minute, and be done."""
    table.open(1 + len(kinds), "present" if "12-15" in kinds.values() else "none")
    if "12-15" in kinds.values():
        table.tap("interest", against="no", reason="wants")
    for name, kind in kinds.items():
        table.join(name, kind)
        if kind != "staff":
            table.answer(name, "yes")
    table.tap("own-app")
    table.reveal()
    table.tap("start")
    table.time.turn(60)
    table.tap("stop")
    table.tap("finish")
    prove(table.id)
    return table


def test_p8_is_the_same_to_the_byte_for_everyone_save_the_interpreter(table: Table) -> None:
    finished(table, Bram="adult", Carla="adult", Dani="12-15", Kim="16-17", Eva="professional")
    seen = {name: table.look(name).content for name in table.phones}
    assert table.sees("Bram") == "P8"
    assert seen["Bram"] == seen["Carla"] == seen["Dani"] == seen["Kim"] != seen["Eva"]
    for words_of_p8 in (LISTENS, *BUTTONS):
        assert words_of_p8 in words(table.look("Bram"))
        assert words_of_p8 not in words(table.look("Eva"))
    listening = re.compile(rb'<section class="question"><h2>Terug.*?</section>\n', re.DOTALL)
    version = re.compile(rb'data-version="\w+"')
    assert version.sub(b"", listening.sub(b"", seen["Bram"])) == version.sub(b"", seen["Eva"])


def test_p8_stays_the_same_whatever_somebody_chose(table: Table) -> None:
    finished(table, Bram="adult", Carla="adult")
    before = table.look("Bram").content
    table.phone("Bram", "code", on="phone", word="Blauwe vis")
    table.phones["Carla"].get("/p/code?on=none")
    assert table.look("Bram").content == table.look("Carla").content == before
    assert LISTENS not in words(table.anna.get(f"{table.here}receipts"))


def test_a_code_on_the_own_phone_opens_and_is_shown_once(table: Table) -> None:
    finished(table, Bram="adult", Carla="adult")
    asked = words(table.phones["Bram"].get("/p/code?on=phone"))
    assert "Kan iemand anders in je telefoon kijken? Kies dan papier." in asked
    shown = table.phone("Bram", "code", on="phone", word="Blauwe vis").content.decode()
    code = " ".join(CODE.findall(shown))
    assert len(codewords.read_code(code)) == 18
    assert 'class="code-card__mark"' in shown
    assert "/luister/" in shown
    assert CODE.findall(table.phones["Bram"].get("/p/code?on=phone").content.decode()) == []
    answer = Client(headers=OWN).post("/luister/", {"code": code, "word": "blauwe vis"})
    assert answer["Location"] == "/luister/gesprek"


@pytest.mark.parametrize("word", ["", "vis", "x" * 65, "   "])
def test_a_word_that_cannot_be_is_asked_for_again(table: Table, word: str) -> None:
    finished(table, Bram="adult", Carla="adult")
    answer = table.phone("Bram", "code", on="paper", word=word)
    assert answer.status_code == 422
    assert "Dit woord is te kort of te lang. Kies een ander." in words(answer)
    assert not models.ListeningCode.objects.exists()


def test_no_code_is_fine(table: Table) -> None:
    finished(table, Bram="adult", Carla="adult")
    answer = table.phones["Bram"].get("/p/code?on=none")
    assert "Je kunt ook bij ons komen luisteren." in words(answer)
    assert not models.ListeningCode.objects.exists()


def test_who_is_twelve_to_fifteen_gets_it_from_the_worker_who_saw_that_it_can(table: Table) -> None:
    finished(table, Bram="adult", Dani="12-15")
    assert "Vraag je code aan de medewerker." in words(table.phones["Dani"].get("/p/code?on=phone"))
    assert table.phone("Dani", "code", on="phone", word="Blauwe vis").status_code == 200
    assert not models.ListeningCode.objects.exists()
    dani = next(n for n, seat in ledger.state(table.id).seats.items() if seat.kind is facts.Kind.YOUTH_12)
    assert "kan zelf beoordelen" in words(table.anna.get(f"{table.here}codes"))
    refused = table.anna.post(f"{table.here}codes/give", {"seat": dani})
    assert refused.status_code == 409
    turn = table.anna.post(f"{table.here}codes/give", {"seat": dani, "able": "yes"})["Location"]
    assert CODE.search(table.anna.post(turn, {"word": "Blauwe vis"}).content.decode())
    assert models.ListeningCode.objects.get().able


@pytest.mark.parametrize("kind", ["professional", "staff"])
def test_who_does_not_listen_back_has_no_such_page(table: Table, kind: str) -> None:
    finished(table, Bram="adult", Eva=kind)
    assert table.phones["Eva"].get("/p/code?on=paper").status_code == 404
    assert table.phone("Eva", "code", on="paper", word="Blauwe vis").status_code == 404
    assert not models.ListeningCode.objects.exists()


def test_before_the_end_and_without_a_recording_there_is_no_code(table: Table) -> None:
    table.open(3)
    table.begun()
    assert table.phones["Bram"].get("/p/code?on=paper").status_code == 404
    assert "Van dit gesprek kan niemand een code krijgen." in words(table.anna.get(f"{table.here}codes"))


def test_without_a_recording_p8_says_nothing_of_listening(table: Table) -> None:
    table.open(3)
    for name in ("Bram", "Carla"):
        table.join(name)
        table.answer(name, "no")
    table.reveal()
    table.tap("finish")
    assert LISTENS not in words(table.look("Bram"))
    assert table.phones["Bram"].get("/p/code?on=paper").status_code == 404
