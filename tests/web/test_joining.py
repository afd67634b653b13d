"""Coming in: by picture or six figures; wrong, expired, guessed and too many each get one calm answer."""

import pytest
from django.test import Client
from tests.web.table import OWN, Table, words

from tweespoor.casework import models
from tweespoor.web import joining, visitor

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def figures(table: Table) -> str:
    return models.Conversation.objects.get(pk=table.id).figures


def test_six_figures_open_the_conversation_with_or_without_a_space(table: Table) -> None:
    table.open(3)
    for typed in (figures(table), f" {figures(table)[:3]} {figures(table)[3:]} "):
        phone = Client(headers=OWN)
        assert "Wie ben je?" in words(phone.post("/", {"figures": typed}, follow=True))


def test_wrong_expired_and_guessed_get_the_same_answer(table: Table) -> None:
    table.open(2)
    right = figures(table)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answers = [Client(headers=OWN).post("/", {"figures": typed}) for typed in (wrong, "", "x" * 10_000, "💙", "١٢٣٤٥٦")]
    table.time.turn(15 * 60 + 1)
    answers.append(Client(headers=OWN).post("/", {"figures": right}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Dit klopt niet. Probeer het later nog eens, of bel ons." in words(answers[0])


def test_after_ten_wrong_tries_the_right_figures_get_that_answer_too(table: Table) -> None:
    table.open(2)
    phone = Client(headers=OWN)
    guess = f"{(int(figures(table)) + 1) % 1_000_000:06d}"
    wrong = [phone.post("/", {"figures": guess}) for _ in range(joining.WRONG_PER_ADDRESS)][-1]
    closed = phone.post("/", {"figures": figures(table)})
    assert (closed.status_code, closed.content) == (404, wrong.content)
    elsewhere = Client(headers=OWN, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.post("/", {"figures": figures(table)}).status_code == 302


def test_a_code_works_for_fifteen_minutes_and_a_new_one_ends_it(table: Table) -> None:
    table.open(2)
    old = models.Conversation.objects.get(pk=table.id).join_token
    table.time.turn(15 * 60 + 1)
    assert "De code is verlopen. Nieuwe code" in words(table.look())
    table.tap("code")
    phone = Client(headers=OWN)
    gone = phone.get(f"/m/{old}")
    assert gone.status_code == 404
    assert "Vraag de medewerker om een nieuwe code." in words(gone)
    assert "Wie ben je?" in words(table.scan("Bram"))


def test_scanning_again_brings_a_phone_back_to_its_own_seat(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    table.scan("Bram")
    assert table.sees("Bram") == "P2"
    assert models.Visitor.objects.count() == 1


def test_two_taps_take_one_seat(table: Table) -> None:
    table.open(3)
    table.join("Bram")
    table.phone("Bram", "who", kind="professional")
    assert models.Visitor.objects.get().seat == 2
    assert table.sees("Bram") == "P2"


def test_more_phones_than_people_begin_again_with_a_new_code(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    refused = table.join("Carla")
    assert refused.status_code == 409
    assert "Er deden meer telefoons mee dan mensen." in words(refused)
    assert "Er deden meer telefoons mee dan mensen. We beginnen opnieuw." in words(table.look())
    before = figures(table)
    table.tap("begin-again")
    assert (table.sees(), figures(table) != before) == ("W4", True)
    assert "Deze code werkt niet meer." in words(table.phones["Bram"].get("/p/", follow=True))
    assert "Wie ben je?" in words(table.scan("Bram"))


def test_the_cookie_says_nothing_and_only_its_hash_is_kept(table: Table) -> None:
    table.open(2)
    table.scan("Bram")
    cookie = table.phones["Bram"].cookies[visitor.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    kept = models.Visitor.objects.get()
    assert cookie.value not in kept.token_sha256
    assert kept.token_sha256 == visitor.fingerprint(cookie.value)


def test_a_phone_answers_for_its_own_seat_only(table: Table) -> None:
    table.open(3)
    table.join("Bram")
    table.scan("Carla")
    answered = table.phone("Carla", "answer", answer="no", round="1", seat="2")
    assert answered.status_code == 404
    assert "0 van 2" in words(table.look())


def test_kinds_and_answers_that_are_not_on_the_page_do_not_exist(table: Table) -> None:
    table.open(3)
    table.scan("Bram")
    for kind in ("0-11", "boss", "", "💙" * 1000):
        assert table.phone("Bram", "who", kind=kind).status_code == 404
    table.phone("Bram", "who", kind="adult")
    for given in ("", "maybe", "YES"):
        assert table.phone("Bram", "answer", answer=given, round="1").status_code == 404
