"""What people see and tap, from «Nu opnemen» to the confirmation, in the words that were agreed on."""

import pytest
from tests.web.table import Table, words

from tweespoor.casework import ledger, models
from tweespoor.rules.kinds import Kind, Place

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def test_from_the_beginning_to_a_running_recording_in_six_taps(table: Table) -> None:
    assert "Nu opnemen" in words(table.anna.get("/"))
    counting = words(table.anna.get("/g/new"))  # 1
    assert "Tel jezelf mee, en iedereen aan de telefoon. Kinderen die meepraten ook." in counting
    table.open(3, "present")  # 2, 3
    assert table.sees() == "W3"
    assert "Waarom is het goed voor dit kind?" in words(table.look())
    asked = words(table.tap("interest", reason="wants", against="no"))  # 4, 5
    assert "Jouw ja gaat alleen over opnemen. Een dossier maken we volgens de wet." in asked
    assert "0 van 2 antwoorden zijn binnen." in asked
    table.agreed()
    ready = words(table.look())
    assert "We mogen opnemen. Neemt iemand op? Dan beginnen wij ook. Eigen app: ja." in ready
    assert "Opname loopt." in words(table.tap("start"))  # 6
    assert (table.sees(), table.sees("Bram")) == ("W6", "P5")


def test_a_participant_taps_twice(table: Table) -> None:
    table.open(2)
    first = words(table.scan("Bram"))
    assert first.startswith("We weten even niet of er wordt opgenomen. Je bent bij een gesprek.")
    question = words(table.phone("Bram", "who", kind="adult"))
    assert "Mag dit gesprek worden opgenomen?" in question
    assert "Huis van de test neemt ook op. Die opname komt in het dossier." in question
    assert "Dank je wel. We wachten even op de anderen." in words(table.answer("Bram", "yes"))
    assert table.sees("Bram") == "P3"
    table.reveal()
    assert table.sees("Bram") == "P4"


def test_the_three_answers_are_alike_and_in_one_order(table: Table) -> None:
    table.open(2)
    page = table.join("Bram").content.decode()
    boxes = [f'<button class="button" name="answer" value="{value}">' for value in ("yes", "no", "doubt")]
    assert [page.count(box) for box in boxes] == [1, 1, 1]
    assert sorted(boxes, key=page.index) == boxes


@pytest.mark.parametrize(
    ("kind", "tick", "young"), [("adult", True, False), ("12-15", True, True), ("professional", False, False)]
)
def test_the_question_suits_who_reads_it(table: Table, kind: str, tick: bool, young: bool) -> None:
    table.open(3)
    said = words(table.join("Dani", kind))
    assert ("Ik neem zelf op met deze telefoon" in said) is tick
    assert ("Ook je ouder kan dit dan thuis terugluisteren." in said) is young


def test_who_works_here_is_counted_and_asked_nothing(table: Table) -> None:
    table.open(3)
    assert "Je telt mee. We vragen je niets." in words(table.join("Fatima", "staff"))
    assert "van 1 antwoord is binnen" in words(table.look())
    table.join("Bram")
    table.answer("Bram", "yes")
    table.reveal()
    assert (table.sees(), table.sees("Fatima")) == ("W5", "P4")


def test_answering_again_before_the_end(table: Table) -> None:
    table.open(3)
    table.join("Bram")
    table.answer("Bram", "no")
    again = table.phones["Bram"].get("/p/again")
    assert "Mag dit gesprek worden opgenomen?" in words(again)
    assert "checked" not in again.content.decode()
    table.answer("Bram", "yes")
    table.join("Carla")
    table.answer("Carla", "yes")
    table.reveal()
    assert table.sees("Bram") == "P4"
    assert table.phones["Bram"].get("/p/again")["Location"] == "/p/"


def test_an_answer_of_an_earlier_round_does_not_count(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    table.phone("Bram", "answer", answer="no", round="7")
    assert table.sees("Bram") == "P2"


def test_the_tick_makes_a_claim_and_only_the_phone_itself_says_that_it_is_ready(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    table.answer("Bram", "yes", records="yes", asks_records="yes")
    table.reveal()
    assert table.state("Bram")["claim"] is True
    assert "Niemand neemt zelf op. Dan nemen wij ook niet op." in words(table.look())
    assert "Start opname" not in words(table.look())
    table.phones["Bram"].post("/p/ready", {"records": "yes"})
    assert "Telefoon 1 is klaar." in words(table.look())
    assert "Jouw telefoon is klaar." in words(table.look("Bram"))
    table.tap("start")
    assert table.state("Bram")["record"] is True


def test_somebody_on_the_telephone_takes_two_taps(table: Table) -> None:
    table.open(3)
    table.join("Bram")
    table.answer("Bram", "yes")
    asked = words(table.anna.get(table.here + "phone"))
    assert "Zet de telefoon op luidspreker, naast dit toestel." in asked
    assert "Let op: anderen horen dit antwoord." in asked
    table.tap("phone", says="professional-yes")
    seat = ledger.state(table.id).seats[3]
    assert (seat.kind, seat.place) == (Kind.PROFESSIONAL, Place.PHONE)
    table.reveal()
    assert table.sees() == "W5"


def test_a_folded_slip(table: Table) -> None:
    table.open(2)
    assert "Vouw het briefje dicht. Zet er geen naam op." in words(table.anna.get(table.here + "slip"))
    table.tap("slip", kind="12-15", answer="doubt")
    assert table.sees() == "W3"  # a young person turned out to be there
    table.tap("interest", against="no")
    assert "Wil de jongere dit zelf, en is de manager akkoord?" in words(table.look())
    table.tap("alone-ok", yes="yes")
    table.reveal()
    assert table.sees() == "WNEE"


def test_our_own_no(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    assert "Waarom neemt Huis van de test niet op?" in words(table.anna.get(table.here + "decline"))
    table.tap("decline", reason="earlier-abuse")
    assert (table.sees(), table.sees("Bram")) == ("W4", "P3")
    table.reveal()
    assert (table.sees(), table.sees("Bram")) == ("WNEE", "PNEE")
    assert models.Decline.objects.get().reason == "earlier-abuse"


def test_after_a_no_something_is_offered_and_asking_again_is_possible_once(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    table.answer("Bram", "doubt")
    table.reveal()
    no = words(table.look())
    assert "Vraag niet wie nee zei. Raad ook niet." in no
    assert "«We nemen niet op. We praten gewoon verder.»" in no
    assert "Later nog eens vragen" in no
    table.tap("ask-again")
    assert table.sees("Bram") == "P2"
    table.answer("Bram", "no")
    table.reveal()
    assert "Later nog eens vragen" not in words(table.look())
    assert table.tap("ask-again").status_code == 409
    assert "Ja, volgende keer" in words(table.tap("offer", offered="listener-next-time"))
    table.tap("finish")
    assert "Dit gesprek is niet opgenomen." in words(table.look("Bram"))
    assert "Dit gesprek is niet opgenomen." in words(table.look())


def test_something_else_is_agreed_and_everyone_answers_again(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    table.answer("Bram", "yes")
    table.reveal()
    assert "Dan stoppen we allebei." not in words(table.phones["Bram"].get("/p/other"))  # the round is over
    table.tap("stop")
    table.tap("ask-again")
    listed = words(table.phones["Bram"].get("/p/other"))
    assert "Dan stoppen we allebei." in listed
    assert "Alleen Huis van de test" not in listed  # that one is a setting
    table.phone("Bram", "other", item=6, choice=1)
    assert "Valt een recorder uit, dan stoppen we allebei." in words(table.look())
    assert "Dan stoppen we allebei." in words(table.phones["Bram"].get("/p/agreements"))
    assert table.sees("Bram") == "P2"


def test_the_agreements_are_spoken_now_or_another_moment(table: Table) -> None:
    table.open(3)
    table.begun()
    spoken = words(table.look())
    assert "We nemen dit gesprek op, alleen geluid. Er komt nooit beeld bij." in spoken
    assert "Zeg om de beurt: ja, dat spreken we af." in spoken
    table.tap("postpone")
    assert table.sees() == "W7"
    assert "De afspraken staan nog niet op de opname. Nu inspreken" in words(table.look())
    assert "Zeg om de beurt" in words(table.anna.get(table.here + "speak"))
    assert "2" in words(table.tap("spoke", seat=3, at="speak"))
    table.time.turn(8)
    table.tap("spoke", seat=2, at="speak")
    table.tap("everyone")
    part = ledger.state(table.id).parts[1]
    assert part.spoken[0].order == (3, 2)
    assert part.spoken[0].yeses.end - part.spoken[0].yeses.begin == 8000
    assert "De afspraken staan nog niet op de opname." not in words(table.look())


def test_not_everyone_says_yes_aloud(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("not-everyone")
    assert (table.sees(), table.sees("Bram")) == ("WSTOP", "PSTOP")
    assert ledger.state(table.id).parts[1].locked is not None


def test_somebody_comes_in_and_stays(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("everyone")
    table.tap("pause")
    assert (table.sees(), table.sees("Bram")) == ("W8", "PPAUSE")
    table.tap("came", when="while", then="stays")
    assert (table.sees(), table.sees("Bram")) == ("W4", "P6")
    assert "Er is iemand bij gekomen. Lees alles nog eens voor." in words(table.look())
    assert "Mag de opname verder gaan? Er is iemand bij gekomen." in words(table.look("Bram"))
    table.join("Eva")
    assert table.sees("Eva") == "P2"
    for name in ("Bram", "Carla", "Eva"):
        table.answer(name, "yes")
    table.reveal()
    assert table.sees("Eva") in {"P4", "P5"}


def test_somebody_comes_in_and_goes_again(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("everyone")
    table.tap("pause")
    table.time.turn(20)
    table.tap("came", when="now", then="same")
    assert (table.sees(), table.sees("Bram")) == ("W7", "P5")


def test_somebody_leaves(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("everyone")
    table.tap("someone-leaves")
    said = words(table.look())
    assert "Wie weggaat, neemt zijn telefoon mee." in said
    assert "Deelnemer 1 Deelnemer 2 Medewerker" in said
    table.tap("left", seat=[3])
    assert table.sees() == "W7"
    assert ledger.state(table.id).present == {1, 2}


def test_a_wrong_start_is_undone_in_the_first_minute_only(table: Table) -> None:
    table.open(3)
    table.begun()
    assert "Verkeerd begonnen" in words(table.look())
    table.tap("wrong-start")
    assert (table.sees(), table.sees("Bram")) == ("W2", "PSTOP")
    assert ledger.state(table.id).parts[1].locked is not None
    table.tap("count", people=3, children="none")
    assert table.sees("Bram") == "P1"
    for name in ("Bram", "Carla"):
        table.phone(name, "who", kind="adult")
        table.answer(name, "yes")
    table.reveal()
    table.tap("start")
    table.time.turn(61)
    assert "Verkeerd begonnen" not in words(table.look())
    late = table.tap("wrong-start")
    assert late.status_code == 409
    assert "Dit kan alleen in de eerste minuut." in words(late)


def test_to_the_dossier_and_the_confirmation(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("everyone")
    table.time.turn(48 * 60)
    table.phone("Bram", "stop")
    assert "Vraag niet wie of waarom." in words(table.look())
    table.tap("finish")
    done = words(table.look())
    assert "De opname is bewaard. 48 minuten. Stop nu ook met je eigen app." in done
    assert "Bij welk dossier hoort dit?" in done
    assert "Is er een geheim adres genoemd, of een melder?" in done
    empty = table.tap("file", number="  ")
    assert empty.status_code == 422
    assert "Vul het dossiernummer in, of kies later." in words(empty)
    assert "Dossiernummer: later." in words(table.tap("file", later="yes"))
    assert "Kies een dossier bij dit gesprek" in words(table.anna.get("/"))
    assert "Dossier Z-118." in words(table.tap("file", number=" Z-118 "))
    assert "De privacyfunctionaris kijkt eerst." in words(table.tap("secret", mentioned="yes"))
    for name in ("Bram", "Carla"):
        assert "Dit gesprek is opgenomen op 23 november, 13:13 tot 14:01." in words(table.look(name))
    assert table.look("Bram").content == table.look("Carla").content
    assert "Dit gesprek is opgenomen op" in words(table.anna.get(table.here + "receipts"))


def test_the_own_copy_is_a_private_choice_at_the_end(table: Table) -> None:
    table.open(3)
    table.agreed()
    table.phones["Bram"].post("/p/ready", {"records": "yes"})
    table.tap("start")
    table.tap("stop")
    table.tap("finish")
    asked = table.look("Bram").content.decode()
    assert "Kan iemand anders in je telefoon kijken?" in asked
    assert "checked" not in asked
    assert table.sees("Carla") == "P8"
    assert table.phone("Bram", "copy", choice="burn").status_code == 404
    table.phone("Bram", "copy", choice="wipe")
    assert table.look("Bram").content == table.look("Carla").content


def test_practice_is_shown_and_wiped_when_left(table: Table) -> None:
    table.open(2, practice="yes")
    table.join("Bram")
    for name in ("Anna", "Bram"):
        assert "Oefenen. Dit wordt straks gewist." in table.look(name).content.decode()
    table.answer("Bram", "yes")
    table.reveal()
    table.tap("own-app")
    table.tap("start")
    table.tap("stop")
    table.tap("finish")
    assert "Oefening afsluiten en wissen" in words(table.look())
    table.tap("leave")
    assert not models.Conversation.objects.exists()
    assert "Deze code werkt niet meer." in words(table.phones["Bram"].get("/p/", follow=True))


def test_why_recording_was_not_good_for_a_child_is_one_line_afterwards(table: Table) -> None:
    table.open(2, "discussed")
    table.tap("interest", against="yes")
    assert table.sees() == "W4"
    table.join("Bram")
    table.answer("Bram", "yes")
    table.reveal()
    table.tap("finish")
    assert "Waarom was opnemen niet goed" not in words(table.look())  # it would tell the table why
    assert "Waarom was opnemen niet goed voor het kind?" in words(table.anna.get(f"/g/{table.id}/interest-line"))
    table.tap("interest-line", line="Het kind wilde rust.")
    assert not models.Task.objects.filter(kind="interest-line", done_ms=None).exists()


def test_a_refusal_names_no_cause_of_no_recording(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    table.answer("Bram", "no")
    table.reveal()
    refused = table.tap("start")
    assert refused.status_code == 409
    assert "We nemen dit gesprek niet op. Dat kan veel redenen hebben." in words(refused)
    assert "Wil je dat iemand meeluistert? Zeg het gerust." in words(refused)
    assert "Voorwaarde" not in words(refused)
