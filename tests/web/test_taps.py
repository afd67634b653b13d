"""A tap that comes twice, a page that was left open, a phone too many and a forged seat: nothing moves by them."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.test_bad_input import everything, kinds, page
from tests.web.walk import DATABASES, Seen, Talk, browser

from tweespoor.casework.models import Decline, Visitor

pytestmark = pytest.mark.django_db(databases=DATABASES)


# Twice, and late ---------------------------------------------------------------------------------------------


def test_every_tap_may_come_twice(talk: Talk) -> None:
    for name in ("Bram", "Carla"):
        assert talk.phone(name, "who", kind="12-15").goes_to == "/p/"  # once more, and other
    assert {seat.kind.value for number, seat in talk.state.seats.items() if number > 1} == {"adult"}
    for name in ("Bram", "Carla"):
        for _ in range(2):
            assert talk.phone(name, "answer", answer="yes", round="1").goes_to == "/p/"
    talk.time.turn(4)
    for verb in ("own-app", "start", "everyone", "pause", "stop", "finish"):
        first, second = talk.tap(verb), talk.tap(verb)
        assert (first.status, first.goes_to) == (302, talk.here), verb
        assert second.goes_to == talk.here or (verb == "everyone" and second.status == 409), verb
    for kind in ("OwnAppStarted", "RecordingStarted", "AgreementsSpoken", "RecordingPaused", "AgreementEnded"):
        assert kinds(talk).count(kind) == 1, kind


def test_a_second_tap_on_who_leaves_finds_them_gone(talk: Talk) -> None:
    talk.begin()
    talk.tap("someone-leaves")
    assert talk.tap("left", seat="3").goes_to == talk.here
    assert talk.tap("left", seat="3").goes_to == talk.here
    assert (kinds(talk).count("ParticipantLeft"), talk.state.people) == (1, 2)
    page(talk.tap("left", seat="9"), 404)


@pytest.mark.parametrize("verb", ["phone", "slip"])
def test_a_second_tap_does_not_say_yes_for_one_more(anna: Client, time: Clock, verb: str) -> None:
    talk = Talk(anna, time).open(4)
    talk.join("Bram")
    talk.answer("Bram", "yes")
    form = {"says": "yes", "answer": "yes", "kind": "adult"}
    shown = re.search(r'name="known" value="(\d+)"', Seen(anna.get(f"{talk.here}{verb}")).text)
    assert shown
    for _ in range(2):
        assert talk.tap(verb, known=shown[1], **form).goes_to == talk.here
    assert (len(talk.state.asked), talk.state.round_open) == (2, True)
    assert talk.join("Carla").get("/p/state").json()["screen"] == "P2"
    talk.forget()


def test_declining_twice_is_declining_once(talk: Talk) -> None:
    for _ in range(2):
        assert talk.tap("decline", reason="other").status == 302
    assert Decline.objects.count() == 1
    talk.time.turn(4)
    talk.tap("decline", reason="safety")
    assert Decline.objects.count() == 1


def test_an_answer_to_an_earlier_question_counts_for_nothing(talk: Talk) -> None:
    talk.answer("Bram", "no")
    talk.answer("Carla", "yes")
    talk.time.turn(4)
    assert talk.tap("ask-again").status == 302
    assert talk.phone("Bram", "answer", answer="yes", round="1").goes_to == "/p/"
    assert talk.screen("Bram") == "P2"
    for odd in ("", "0", "3", "-2", "x", "9" * 30):
        assert talk.phone("Bram", "answer", answer="yes", round=odd).goes_to == "/p/"
    assert "0 van 2" in Seen(talk.worker.get(talk.here)).text
    talk.everyone()
    assert talk.state.agreed


def test_pages_that_were_left_open_do_not_move_what_goes_on(talk: Talk) -> None:
    talk.begin()
    before = (kinds(talk), talk.row.figures, everything())
    stale = {
        "recount": {},
        "count": {"people": "5", "children": "none"},
        "begin-again": {},
        "code": {},
        "interest": {"against": "yes"},
        "stop-waiting": {},
        "guardian": {"present": "no"},
        "start": {},
        "device/next": {},
        "own-app": {},
    }
    for verb, form in stale.items():
        assert talk.tap(verb, **form).goes_to == talk.here, verb
        assert (talk.screen(), talk.screen("Bram")) == ("W6", "P5"), verb
    for verb, form in (("who", {"kind": "staff"}), ("answer", {"answer": "yes", "round": "1"})):
        assert talk.phone("Bram", verb, **form).goes_to == "/p/"
    page(talk.phone("Bram", "other", item="6", choice="1"), 409)
    page(talk.tap("ask-again"), 409)
    assert (kinds(talk), talk.row.figures, everything()) == before


def test_a_wrong_start_about_a_child_asks_about_the_child_again(anna: Client, time: Clock) -> None:
    talk = Talk(anna, time).open(2, "discussed")
    talk.tap("interest", against="no")
    talk.join("Bram")
    talk.begin()
    talk.tap("wrong-start")
    assert (talk.screen(), talk.screen("Bram")) == ("W2", "PSTOP")
    talk.tap("count", people="2", children="discussed")
    assert talk.screen() == "W3"
    talk.tap("interest", against="no")
    assert (talk.screen(), talk.screen("Bram")) == ("W4", "P1")
    talk.forget()


def test_after_a_wrong_start_a_phone_still_hands_in_what_it_recorded(talk: Talk) -> None:
    talk.begin()
    ticket = talk.phones["Bram"].post("/p/track").json()
    talk.tap("wrong-start")
    talk.tap("count", people="3", children="none")
    assert talk.screen("Bram") == "P1"
    talk.phone("Bram", "who", kind="adult")
    assert talk.phones["Bram"].post("/p/hand-in", {"track": ticket["track"]}).json()["track"] == ticket["track"]
    again = talk.phones["Bram"].post("/p/track", {"tracks": ticket["track"], "renew": "yes"})
    assert again.json()["track"] == ticket["track"]
    assert talk.phones["Carla"].post("/p/hand-in", {"track": ticket["track"]}).status_code == 404


def test_after_a_no_an_old_page_does_not_ask_anew(anna: Client, time: Clock) -> None:
    talk = Talk(anna, time).open(2, "discussed")
    talk.tap("interest", against="no")
    talk.join("Bram")
    talk.answer("Bram", "no")
    time.turn(4)
    for verb, form in (
        ("interest", {"against": "no"}),
        ("count", {"people": "2", "children": "none"}),
        ("recount", {}),
    ):
        talk.tap(verb, **form)
        assert (talk.screen(), talk.screen("Bram")) == ("WNEE", "PNEE"), verb
    assert kinds(talk).count("RoundOpened") == 1
    talk.forget()


# More phones than people ------------------------------------------------------------------------------------


def test_more_phones_than_people_begin_again(talk: Talk) -> None:
    stranger = talk.join("stranger", kind=None)
    said = page(talk.phone("stranger", "who", kind="adult"), 409)
    assert "Er deden meer telefoons mee dan mensen." in said
    for name in ("Bram", "Carla"):
        talk.answer(name, "yes")
    assert (talk.screen(), talk.state.agreed) == ("WTOOMANY", False)
    assert talk.phone("Bram", "other", item="6", choice="1").status == 409  # nobody on another's seat goes on
    talk.tap("stop-waiting")
    assert not talk.state.agreed
    talk.time.turn(4)
    assert (talk.screen(), talk.screen("Bram")) == ("WNEE", "PNEE")
    assert stranger.post("/p/stop").status_code == 302


def test_a_new_code_sends_every_phone_away(talk: Talk) -> None:
    talk.join("stranger", kind=None)
    talk.phone("stranger", "who", kind="adult")
    for _ in range(2):
        talk.tap("begin-again")
    assert [Seen(phone.get("/p/")).goes_to for phone in talk.phones.values()] == ["/m/"] * 3
    assert talk.phone("Bram", "answer", answer="yes", round="1").goes_to == "/m/"
    assert kinds(talk).count("SeatsCleared") == 1
    for name in ("Bram", "Carla"):
        talk.join(name)
        talk.answer(name, "yes")
    assert talk.state.agreed


# For somebody else ------------------------------------------------------------------------------------------


def test_nobody_answers_for_another(talk: Talk) -> None:
    carla = str(talk.seat("Carla"))
    for verb, form in (
        ("phone", {"says": "yes"}),
        ("phone", {"says": "no"}),
        ("slip", {"answer": "yes", "kind": "adult"}),
    ):
        page(talk.tap(verb, seat=carla, **form), 404)  # she has a phone of her own
    talk.phone("Bram", "answer", answer="yes", round="1", seat=carla, phone=carla)
    assert "1 van 2" in Seen(talk.worker.get(talk.here)).text
    assert talk.screen("Carla") == "P2"
    token = talk.phones["Carla"].cookies["p"].value
    for forged in (
        token[:-1],
        f"{token}x",
        token.swapcase(),
        "",
        "\xf0\x9f\x99\x82",
        "0" * 43,
        Visitor.objects.values_list("token_sha256")[1][0],
    ):
        forger = browser()
        forger.cookies["p"] = forged
        seen = Seen(forger.post("/p/answer", {"answer": "yes", "round": "1"}))
        assert seen.goes_to == "/m/", (forged, seen.status)
    assert talk.state.round_open


def test_a_colleagues_phone_is_asked_nothing_and_answers_nothing(anna: Client, time: Clock) -> None:
    talk = Talk(anna, time).open(4)
    for name, kind in (("Bram", "adult"), ("Carla", "adult"), ("Eef", "staff")):
        talk.join(name, kind)
    for verb in ("answer", "ready", "track", "retry", "own-app", "only-house", "other", "alone"):
        page(talk.phone("Eef", verb, answer="yes", round="1", item="6", choice="1"), 404)
    assert "0 van 2" in Seen(anna.get(talk.here)).text
    for name in ("Bram", "Carla"):
        talk.answer(name, "yes")
    assert talk.state.agreed
    talk.forget()


def test_a_phone_that_did_not_sit_down_does_nothing(talk: Talk) -> None:
    talk.join("nobody", kind=None)
    talk.answer("Bram", "yes")
    talk.answer("Carla", "yes")
    talk.time.turn(4)
    talk.tap("own-app")
    talk.tap("start")
    before = kinds(talk)
    for verb in (
        "answer",
        "ready",
        "track",
        "retry",
        "own-app",
        "only-house",
        "other",
        "alone",
        "hand-in",
        "stop",
        "failed",
    ):
        assert talk.phone("nobody", verb, answer="no", round="1", item="6", choice="1").status in {204, 302, 404}, verb
    assert kinds(talk) == before
    assert talk.screen() == "W6"


# The device that is handed round ------------------------------------------------------------------------------


@pytest.fixture
def turn(anna: Client, time: Clock) -> Iterator[Talk]:
    made = Talk(anna, time).open(3)
    yield made
    made.forget()


def main(seen: Seen) -> str:
    """Give what stands on a page between head and foot."""
    return seen.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("given", ["yes", "no", "doubt"])
def test_the_back_button_on_the_device_shows_nothing_of_who_held_it(turn: Talk, given: str) -> None:
    begun = turn.tap("device/next").goes_to
    for _ in range(2):  # two taps on who somebody is
        assert Seen(turn.worker.post(begun, {"kind": "adult"})).goes_to == begun
    assert len(turn.state.asked) == 1
    end = Seen(turn.worker.post(begun, {"answer": given, "round": "1"}))
    assert end.goes_to == f"{turn.here}device/done"
    done = main(Seen(turn.worker.get(end.goes_to)))
    for back in (begun, f"{turn.here}device/x", f"{turn.here}device/{'0' * 43}"):
        assert main(Seen(turn.worker.get(back))) == done
        assert main(Seen(turn.worker.post(back, {"answer": "yes", "round": "1"}))) == done
    assert "Klaar. Geef het toestel door." in done
    assert not Visitor.objects.exists()
    assert "1 van 2" in Seen(turn.worker.get(turn.here)).text


def test_a_turn_on_the_device_takes_no_seat_of_a_phone(turn: Talk) -> None:
    turn.join("Bram")
    begun = turn.tap("device/next").goes_to
    page(Seen(turn.worker.post(begun, {"seat": "2"})), 404)
    page(Seen(turn.worker.post(begun, {"seat": "1"})), 404)
    page(Seen(turn.worker.post(begun, {"kind": "robot"})), 404)
    turn.time.turn(10 * 60 + 1)
    assert "Geef het toestel door." in main(Seen(turn.worker.get(begun)))


def test_the_number_of_a_turn_is_of_one_conversation(turn: Talk) -> None:
    other = Talk(turn.worker, turn.time).open(2)
    token = turn.tap("device/next").goes_to.rpartition("/")[2]
    assert "Klaar." in main(Seen(turn.worker.post(f"{other.here}device/{token}", {"kind": "adult"})))
    assert not other.state.asked
    other.forget()
