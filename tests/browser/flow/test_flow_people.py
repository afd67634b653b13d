"""Who comes in, who leaves, and who has no phone."""

import pytest
from tests.browser.flow.people import (
    Cast,
    Person,
    all_see,
    begin,
    conversation_of,
    open_talk,
    record,
    record_more,
    wait,
)
from tests.browser.flow.test_flow_stop import recording
from tests.browser.flow.together import appear_together

from tweespoor.rules.kinds import How, Kind, Place
from tweespoor.rules.state import Running


@pytest.mark.parametrize("given", ["yes", pytest.param("no", marks=pytest.mark.slow)])
def test_who_comes_in_answers_first_and_so_does_everyone_again(cast: Cast, given: str) -> None:
    scene = recording(cast, {"bram": "adult"}, seconds=2)
    anna, bram = scene["Anna"], scene["bram"]
    anna.tap("everyone")
    anna.tap("pause")
    anna.screen("W8")
    bram.screen("PPAUSE")
    anna.choose(when="while")
    anna.choose(then="stays")
    anna.screen("W4")
    bram.screen("P6")
    carla = cast.guest("carla", anna)
    carla.screen("P2")
    everyone = {"Anna": anna, "bram": bram, "carla": carla}
    marks = {name: person.now for name, person in everyone.items()}
    bram.choose(answer="yes")
    carla.answer(given)
    wanted = dict(zip(everyone, ("W6", "P5", "P5") if given == "yes" else ("WSTOP", "PSTOP", "PSTOP"), strict=True))
    for name, person in everyone.items():
        person.screen(wanted[name])
    appear_together(everyone, wanted, marks)
    conversation = conversation_of(anna)
    state = cast.state(conversation)
    (span,) = state.newcomer_spans
    assert span.end - span.begin >= 1000
    if given == "no":
        assert carla.html() == bram.html()
        assert state.part == 1
        assert state.running is Running.STOPPED
        wait(anna, lambda: not (anna.microphone or bram.microphone))
        return
    record_more(bram, 2)
    record(anna, bram, seconds=2)
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [bram, carla]})
    state = cast.state(conversation)
    assert state.part == 2
    assert sorted((track.part, track.ours) for track in state.tracks.values()) == [
        (1, False), (1, True), (2, False), (2, True),
    ]  # fmt: skip
    assert {seat for seat, one in state.seats.items() if one.stays[0].begin > state.parts[1].agreed_at} == {3}


@pytest.mark.slow
def test_when_the_worker_leaves_our_recorder_stops_and_theirs_goes_on(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult", "carla": "adult"}, seconds=2)
    anna, bram, carla = scene["Anna"], scene["bram"], scene["carla"]
    anna.tap("everyone")
    anna.tap("someone-leaves")
    anna.screen("WLEAVE")
    all_see({"PPAUSE": [bram, carla]})
    anna.says("Gaat de medewerker weg? Dan nemen wij ook niet op.")
    anna.choose(seat="1")
    anna.tap("left")
    all_see({"P5": [bram, carla]})
    wait(anna, lambda: not anna.microphone)
    record_more(bram, 4)
    conversation = conversation_of(anna)
    assert not anna.microphone
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [bram, carla]})
    anna.tap("finish")
    anna.screen("W9")
    wait(anna, lambda: cast.sealed(conversation))
    (ours,) = [track for track in cast.state(conversation).tracks.values() if track.ours]
    (theirs,) = [track for track in cast.state(conversation).tracks.values() if not track.ours]
    assert theirs.samples - ours.samples >= 48_000


@pytest.mark.slow
def test_who_leaves_takes_the_phone_along_and_it_records_no_longer(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult", "carla": "adult"}, seconds=2)
    anna, bram, carla = scene["Anna"], scene["bram"], scene["carla"]
    anna.tap("everyone")
    anna.tap("own-app")
    anna.says("Eigen app: ja.")
    anna.tap("someone-leaves")
    anna.screen("WLEAVE")
    all_see({"PPAUSE": [bram, carla]})
    anna.choose(seat="2")
    anna.tap("left")
    anna.screen("W7")
    carla.screen("P5")
    wait(bram, lambda: not bram.microphone)
    record_more(anna, 3)
    anna.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [carla]})
    conversation = conversation_of(anna)
    anna.tap("finish")
    all_see({"W9": [anna], "P8": [carla], "P7": [bram]})
    wait(anna, lambda: cast.sealed(conversation))
    (ours,) = [track for track in cast.state(conversation).tracks.values() if track.ours]
    (theirs,) = [track for track in cast.state(conversation).tracks.values() if not track.ours]
    assert ours.samples - theirs.samples >= 48_000


def turn(anna: Person, kind: str, given: str) -> None:
    """Let somebody take the worker's device, answer, and give it back."""
    anna.tap("device/next")
    anna.choose(kind=kind)
    anna.page.locator('button[name="answer"]').first.wait_for()
    anna.choose(answer=given)
    anna.says("Klaar. Geef het toestel door.")


@pytest.mark.slow
def test_a_device_goes_round_and_the_way_back_shows_nothing(cast: Cast) -> None:
    anna = cast.worker()
    conversation = open_talk(anna, 4, "discussed")
    anna.step("device")
    anna.screen("DEVICE")
    turn(anna, "adult", "yes")
    shown = anna.html()
    for back in range(3):
        anna.page.go_back()
        anna.page.locator("main").get_by_text("Geef het toestel door.").first.wait_for()
        assert anna.page.locator('button[name="answer"], button[name="kind"]').count() == 0, back
    turn(anna, "12-15", "no")
    assert anna.html() == shown  # whatever was answered, and by whom
    anna.page.locator("main a.button").click()
    anna.screen("W4")
    anna.step("slip")
    anna.screen("W4.slip")
    anna.choose(kind="adult")
    anna.choose(answer="yes")
    anna.screen("WNEE")
    state = cast.state(conversation)
    assert not state.agreed
    assert [seat.kind for seat in state.seats.values()] == [Kind.STAFF, Kind.ADULT, Kind.YOUTH_12, Kind.ADULT]


@pytest.mark.slow
@pytest.mark.parametrize("manager", ["yes", "no"])
def test_alone_with_somebody_of_fourteen_the_manager_is_asked_too(cast: Cast, manager: str) -> None:
    anna = cast.worker()
    conversation = open_talk(anna, 2, "present")
    dani = cast.guest("Dani", anna, "12-15")
    dani.says("Ook je ouder kan dit dan thuis terugluisteren.")
    dani.says("Nee zeggen mag. Je hoeft niet te zeggen waarom.")
    dani.answer()
    dani.screen("P3")
    anna.says("Wil de jongere dit zelf, en is de manager akkoord?")
    anna.choose(yes=manager)
    all_see({"W5": [anna], "P4": [dani]} if manager == "yes" else {"WNEE": [anna], "PNEE": [dani]})
    assert cast.state(conversation).agreed is (manager == "yes")


@pytest.mark.slow
def test_a_slip_and_a_voice_on_the_telephone_count_like_any_answer(cast: Cast) -> None:
    anna = cast.worker()
    conversation = open_talk(anna, 4)
    anna.step("phone")
    anna.screen("W4.phone")
    anna.says("Zet de telefoon op luidspreker, naast dit toestel.")
    anna.choose(says="professional-yes")
    anna.screen("W4")
    anna.step("slip")
    anna.screen("W4.slip")
    anna.choose(kind="16-17")
    anna.choose(answer="yes")
    anna.screen("W3")  # somebody of sixteen takes part, whatever was counted
    anna.choose(against="no")
    anna.screen("W4")
    anna.step("device")
    turn(anna, "adult", "yes")
    anna.page.locator("main a.button").click()
    anna.screen("W5")
    anna.tap("own-app")
    begin(anna)
    state = cast.state(conversation)
    assert [(seat.kind, seat.place, seat.how) for seat in list(state.seats.values())[1:]] == [
        (Kind.PROFESSIONAL, Place.PHONE, How.SPOKEN),
        (Kind.YOUTH_16, Place.ROOM, How.SLIP),
        (Kind.ADULT, Place.ROOM, How.DEVICE),
    ]
