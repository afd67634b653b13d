"""Recorders that are slow, that fail, that are killed; and who goes on without one (clause 4a)."""

from pathlib import Path

import pytest
from tests.browser.conftest import Person as Launcher
from tests.browser.flow.people import (
    Cast,
    Person,
    all_see,
    begin,
    conversation_of,
    open_talk,
    record_more,
    wait,
)
from tests.browser.flow.test_flow_stop import recording
from tests.browser.play import stored
from tests.browser.test_recorder import kill

from tweespoor.rules.kinds import PauseCause
from tweespoor.rules.state import Running

SLOW = """
const ask = navigator.mediaDevices.getUserMedia;
navigator.mediaDevices.getUserMedia = async (wanted) => {
  await new Promise((later) => setTimeout(later, 2500));
  return ask(wanted);
};
"""


@pytest.mark.slow
def test_while_the_browser_asks_for_the_microphone_nothing_is_thrown_away(cast: Cast) -> None:
    anna = cast.worker()
    open_talk(anna, 2)
    bram = cast.enter("bram")
    bram.page.add_init_script(SLOW)
    cast.scan(bram, anna)
    bram.choose(kind="adult")
    bram.page.locator("label:has([data-microphone])").click()
    wait(bram, lambda: bram.microphone)
    bram.answer()
    begin(anna)
    bram.screen("P5")
    record_more(bram, 2)
    assert bram.page.locator("[data-notice]").count() == 0
    assert stored(bram.page) >= 2  # on the disk of the phone, not in memory alone


def test_an_own_app_is_enough_and_then_no_phone_records(cast: Cast) -> None:
    anna = cast.worker()
    conversation = open_talk(anna, 2)
    carla = cast.guest("carla", anna)
    carla.answer()
    all_see({"W5": [anna], "P4": [carla]})
    anna.says("Niemand neemt zelf op. Dan nemen wij ook niet op.")
    assert anna.button("start").count() == 0
    anna.tap("own-app")
    anna.says("Eigen app: ja.")
    begin(anna)
    carla.screen("P5")
    assert carla.page.locator("[data-bind=theirs]").count() == 0
    record_more(anna, 2)
    assert not carla.microphone
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [carla]})
    anna.tap("finish")
    all_see({"W9": [anna], "P8": [carla]})
    anna.says("Stop nu ook met je eigen app.")
    wait(anna, lambda: cast.sealed(conversation))
    (ours,) = cast.state(conversation).tracks.values()
    assert ours.ours
    assert ours.samples >= 2 * 48_000


def lose_the_microphone(person: Person) -> None:
    """Let the microphone of a device be gone, as when it is pulled out."""
    person.page.evaluate("""() => {
        const track = window.streams.at(-1).getAudioTracks()[0];
        track.stop();
        track.dispatchEvent(new Event("ended"));
    }""")


@pytest.mark.slow
def test_whose_recorder_fails_goes_on_with_an_own_app(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult", "carla": "adult"}, seconds=2)
    anna, bram, carla = scene["Anna"], scene["bram"], scene["carla"]
    conversation = conversation_of(anna)
    lose_the_microphone(bram)
    all_see({"WFAIL-THEIRS": [anna], "PFAIL-THEIRS": [bram], "PPAUSE": [carla]})
    assert [told.value for told in bram.since(0, "screen")][-2:] == ["PPAUSE", "PFAIL-THEIRS"]  # the common one first
    bram.tap("retry")
    all_see({"W6": [anna], "P5": [bram, carla]})
    record_more(bram, 1)
    lose_the_microphone(bram)
    all_see({"WFAIL-THEIRS": [anna], "PFAIL-THEIRS": [bram], "PPAUSE": [carla]})
    bram.tap("own-app")
    all_see({"W6": [anna], "P5": [bram, carla]})
    wait(bram, lambda: not bram.microphone)
    record_more(anna, 2)
    assert not bram.microphone
    assert bram.page.locator("[data-bind=theirs]").count() == 0
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [bram, carla]})
    anna.tap("finish")
    all_see({"W9": [anna], "P7": [bram], "P8": [carla]})  # what the phone recorded before is still there
    wait(anna, lambda: cast.sealed(conversation))
    state = cast.state(conversation)
    assert state.own_apps == 1
    (ours,) = [track for track in state.tracks.values() if track.ours]
    (theirs,) = [track for track in state.tracks.values() if not track.ours]
    assert ours.samples > theirs.samples


def test_our_recorder_is_killed_and_a_phone_goes_on_alone(cast: Cast, lasting: Launcher, tmp_path: Path) -> None:
    anna = fragile(cast, lasting)
    scene = recording(cast, {"bram": "adult", "carla": "adult"}, seconds=2, worker=anna)
    bram, carla = scene["bram"], scene["carla"]
    conversation = conversation_of(anna)

    kill(tmp_path / "anna")  # nothing can tell us: that is not known, and no reason to stand still
    ours = bram.page.locator("[data-bind=ours]")
    ours.get_by_text("Onze opname: weten we even niet.").wait_for()
    record_more(bram, 2)
    assert bram.sees() == "P5"

    anna = fragile(cast, lasting, conversation)
    anna.screen("W6")
    ours.get_by_text("Onze opname: goed.").wait_for()
    record_more(anna, 2)

    anna.page.on("dialog", lambda dialog: dialog.accept())
    anna.page.goto("about:blank")  # a farewell is a sign
    all_see({"PFAIL-OURS": [bram], "PPAUSE": [carla]})
    assert [told.value for told in bram.since(0, "screen")][-2:] == ["PPAUSE", "PFAIL-OURS"]
    state = cast.state(conversation)
    assert (state.running, state.pause_cause) == (Running.PAUSED, PauseCause.OUR_RECORDER)
    bram.tap("alone")
    bram.screen("P5")
    record_more(bram, 2)
    assert carla.sees() == "PPAUSE"

    anna.page.goto(f"{cast.server.origin}/g/{conversation}/")
    all_see({"W6": [anna], "P5": [bram, carla]})
    ours.get_by_text("Onze opname: goed.").wait_for()
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [bram, carla]})
    anna.tap("finish")
    anna.screen("W9")
    wait(anna, lambda: cast.sealed(conversation))
    mine, theirs = sorted(cast.state(conversation).tracks.values(), key=lambda track: not track.ours)
    assert mine.complete
    assert theirs.complete
    assert theirs.samples > mine.samples + 3 * 48_000


def fragile(cast: Cast, lasting: Launcher, conversation: str = "") -> Person:
    """Give the worker a browser of their own, which may be killed: what it kept lies on the disk."""
    cast.worker().page.context.close()  # signed in, for whoever was not yet
    context = lasting("anna", cast.sound("anna"))
    context.add_cookies(cast.signed["anna"]["cookies"])  # type: ignore[arg-type] # what it gave, it takes
    person = cast.person("anna", context)
    person.page.goto(f"{cast.server.origin}/g/{conversation}/" if conversation else cast.server.origin)
    return person
