"""The worker's device goes round: private turns, and the way back shows nothing."""

import pytest
from tests.web.table import Table, words

from tweespoor.casework import ledger, models
from tweespoor.rules.kinds import How, Kind

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def begin(table: Table) -> str:
    """Begin a turn and give its address."""
    return str(table.anna.post(table.here + "device/next")["Location"])


def turn(table: Table, kind: str, given: str) -> str:
    address = begin(table)
    table.anna.post(address, {"kind": kind})
    table.anna.post(address, {"answer": given, "round": ledger.state(table.id).round})
    return address


def test_two_taps_and_the_screen_clears(table: Table) -> None:
    table.open(3)
    assert "Geef het toestel door. Anderen kijken even weg." in words(table.anna.get(table.here + "device"))
    address = begin(table)
    assert "Wie ben je?" in words(table.anna.get(address))
    question = words(table.anna.post(address, {"kind": "adult"}, follow=True))
    assert "Mag dit gesprek worden opgenomen?" in question
    assert "Ik neem zelf op" not in question
    assert "Zo lang als het dossier." in question  # all agreements, on the same page
    ended = table.anna.post(address, {"answer": "doubt", "round": "1"}, follow=True)
    assert "Klaar. Geef het toestel door. Anderen kijken even weg." in words(ended)


@pytest.mark.parametrize("given", ["yes", "no", "doubt"])
def test_the_way_back_shows_only_pass_the_device_on(table: Table, given: str) -> None:
    table.open(3)
    address = turn(table, "adult", given)
    for _ in range(2):
        assert words(table.anna.get(address)).startswith("We weten even niet of er wordt opgenomen. Klaar. Geef")
    again = table.anna.post(address, {"answer": "yes", "round": "1"}, follow=True)
    assert "Klaar. Geef het toestel door." in words(again)
    assert table.anna.get(address).content == table.anna.get(table.here + "device/never-given").content


def test_no_page_is_kept_by_a_browser(table: Table) -> None:
    table.open(3)
    address = begin(table)
    for path in (table.here + "device", address, table.here + "device/done"):
        assert table.anna.get(path)["Cache-Control"] == "no-store"


def test_a_turn_ends_by_itself(table: Table) -> None:
    table.open(3)
    address = begin(table)
    table.time.turn(10 * 60 + 1)
    assert "Geef het toestel door." in words(table.anna.get(address))


def test_a_child_is_asked_in_its_own_words_and_the_worker_about_a_parent(table: Table) -> None:
    table.open(3, "present")
    table.tap("interest", against="no", reason="wants")
    table.join("Bram")
    table.answer("Bram", "yes")
    address = begin(table)
    asked = words(table.anna.post(address, {"kind": "0-11"}, follow=True))
    assert "We willen dit praten opnemen, zodat je het later kunt horen." in asked
    assert "Vind je dat goed?" in asked
    assert "Ja Nee Weet niet" in asked
    assert "Veilig" not in asked
    table.anna.post(address, {"answer": "yes", "round": "1"})
    assert "Is er een ouder of voogd bij?" in words(table.look())
    table.tap("guardian", present="yes")
    table.reveal()
    assert table.sees() == "W5"
    assert ledger.state(table.id).seats[3].how is How.DEVICE


def test_without_a_parent_a_child_is_not_recorded(table: Table) -> None:
    table.open(2, "present")
    table.tap("interest", against="no", reason="helps")
    turn(table, "0-11", "yes")
    table.tap("guardian", present="no")
    table.reveal()
    assert table.sees() == "WNEE"


def test_a_colleague_is_asked_nothing_on_the_device_either(table: Table) -> None:
    table.open(3)
    address = begin(table)
    ended = table.anna.post(address, {"kind": "staff"}, follow=True)
    assert "Klaar. Geef het toestel door." in words(ended)
    assert [seat.kind for seat in ledger.state(table.id).seats.values()] == [Kind.STAFF, Kind.STAFF]


def test_in_a_later_round_people_find_their_own_seat_again(table: Table) -> None:
    table.open(3)
    turn(table, "adult", "yes")
    turn(table, "adult", "no")
    table.reveal()
    table.tap("ask-again")
    address = begin(table)
    asked = table.anna.get(address).content.decode()
    assert "Deelnemer 1" in asked
    assert "Volwassene" not in asked  # everybody who was counted has a seat
    table.anna.post(address, {"seat": "2"})
    table.anna.post(address, {"answer": "yes", "round": "2"})
    assert "1 van 2" in words(table.look())
    assert table.anna.post(begin(table), {"seat": "1"}).status_code == 404  # not the worker's


def test_the_page_stays_while_somebody_holds_the_device(table: Table) -> None:
    table.open(3)
    page = table.anna.get(table.here + "device").content.decode()
    version = table.anna.get(table.here + "state?at=device").json()["version"]
    assert f'data-version="{version}"' in page
    table.join("Bram")
    table.answer("Bram", "no")
    assert table.anna.get(table.here + "state?at=device").json()["version"] == version


def test_a_turn_leaves_no_phone_behind(table: Table) -> None:
    table.open(3)
    turn(table, "adult", "no")
    assert not models.Visitor.objects.exists()
