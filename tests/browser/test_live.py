"""A page that follows the conversation: swapped in place, alike for all, honest when it does not know."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import Launch, Sound
from tests.browser.play import joined, recording, until
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser


def opened(stage: Stage, launch: Launch) -> Page:
    stage.claim = False
    page = launch().new_context().new_page()
    page.goto(stage.origin + "/p/")
    return page


def test_a_new_screen_comes_within_two_seconds_and_takes_the_focus(stage: Stage, launch: Launch) -> None:
    page = opened(stage, launch)
    page.evaluate("() => { window.same = true; }")
    stage.show("P5", "<h1>Opname loopt.</h1>")
    page.get_by_role("heading", name="Opname loopt.").wait_for(timeout=2500)
    assert page.evaluate("() => window.same && document.activeElement.tagName") == "MAIN"
    assert page.evaluate("() => history.length") <= 2


def test_the_same_screen_keeps_focus_ticks_and_what_was_typed(stage: Stage, launch: Launch) -> None:
    stage.show(
        "W4",
        '<p role="status">1 van 3</p><form method="post" action="/p/x"><input name="number" id="number">'
        '<input type="checkbox" name="tick"><button id="go">Verder</button></form>',
    )
    page = opened(stage, launch)
    page.fill("#number", "12")
    page.check("[name=tick]")
    page.focus("#number")
    stage.show(
        "W4",
        '<p role="status">2 van 3</p><form method="post" action="/p/x"><input name="number" id="number">'
        '<input type="checkbox" name="tick"><button id="go">Verder</button></form>',
    )
    page.get_by_text("2 van 3").wait_for(timeout=2500)
    assert page.evaluate("() => document.activeElement.id") == "number"
    assert page.input_value("#number") == "12"
    assert page.is_checked("[name=tick]")


def test_a_form_is_sent_without_leaving_and_only_once(stage: Stage, launch: Launch) -> None:
    stage.show(
        "P2", '<form method="post" action="/p/answer"><button name="answer" value="doubt">Ik twijfel</button></form>'
    )
    page = opened(stage, launch)
    page.evaluate("() => { window.same = true; }")
    stage.on_post = lambda _path, _fields: stage.show("P3", "<h1>Dank je wel.</h1>")
    page.get_by_role("button").dblclick()
    page.get_by_role("heading", name="Dank je wel.").wait_for(timeout=2500)
    assert stage.posts == [("/p/answer", {"answer": "doubt"})]
    assert page.evaluate("() => window.same")


CHIPS = (
    '<p>{mark}</p><form method="post" action="/p/one"><input type="hidden" name="round" value="{mark}">'
    '<button name="chip" value="a">A</button></form>'
    '<form method="post" action="/p/{second}"><input type="hidden" name="round" value="{mark}">'
    '<button name="chip" value="b">B</button></form>'
    '<form method="post" action="/p/stop" data-stop><button>Stop</button></form>'
)


def test_a_tap_while_another_is_sent_waits_its_turn_as_it_was_tapped(stage: Stage, launch: Launch) -> None:
    stage.show("WSTOP", CHIPS.format(mark="old", second="two"))
    page = opened(stage, launch)
    stage.holding.add("/p/one")
    page.get_by_role("button", name="A").click()
    page.get_by_role("button", name="B").dblclick()
    page.get_by_role("button", name="A").click()  # the same again is one
    page.wait_for_timeout(300)
    assert page.get_attribute("main", "aria-busy") == "true"
    assert page.locator("main [aria-busy]").count() == 0  # nothing shows which
    page.get_by_role("button", name="Stop").click()
    until(lambda: len(stage.posts) == 2, page=page)  # to stop never waits
    stage.show("WSTOP", CHIPS.format(mark="new", second="two"))
    stage.holding.clear()
    until(lambda: len(stage.posts) == 3, page=page)
    page.get_by_text("new").wait_for(timeout=2500)
    page.wait_for_timeout(500)
    assert stage.posts == [
        ("/p/one", {"round": "old", "chip": "a"}),
        ("/p/stop", {}),
        ("/p/two", {"round": "old", "chip": "b"}),
    ]
    assert page.get_attribute("main", "aria-busy") is None


def test_a_tap_that_waited_is_not_sent_when_its_form_has_gone(stage: Stage, launch: Launch) -> None:
    stage.show("WSTOP", CHIPS.format(mark="old", second="two"))
    page = opened(stage, launch)
    stage.holding.add("/p/one")
    page.get_by_role("button", name="A").click()
    page.get_by_role("button", name="B").click()
    until(lambda: len(stage.posts) == 1, page=page)
    stage.show("WSTOP", CHIPS.format(mark="new", second="three"))  # the same place, something else
    stage.holding.clear()
    page.get_by_text("new").wait_for(timeout=2500)
    page.wait_for_timeout(500)
    assert stage.posts == [("/p/one", {"round": "old", "chip": "a"})]
    page.get_by_role("button", name="B").click()
    until(lambda: len(stage.posts) == 2, page=page)


def test_a_page_that_was_asked_before_a_tap_does_not_take_its_place(stage: Stage, launch: Launch) -> None:
    further = '<p>{mark}</p><a href="/p/further" data-in-place>Further</a>'
    stage.show("W4", further.format(mark="first"))
    page = opened(stage, launch)
    stage.holding.add("/p/")
    stage.show("W4", further.format(mark="second"))
    page.wait_for_timeout(1300)  # the page has asked for it, and waits
    assert page.get_by_text("first").is_visible()
    stage.show("W4.further", "<h1>One further</h1>")
    page.get_by_role("link", name="Further").click()
    page.get_by_role("heading", name="One further").wait_for(timeout=2500)
    stage.holding.clear()
    for _ in range(8):
        page.wait_for_timeout(100)
        assert page.get_by_role("heading", name="One further").is_visible()


def test_older_than_three_seconds_is_told(stage: Stage, launch: Launch) -> None:
    page = opened(stage, launch)
    page.wait_for_timeout(1500)
    assert page.locator("[data-unknown]").is_hidden()
    stage.down = True
    page.locator("[data-unknown]").wait_for(state="visible", timeout=6000)
    stage.down = False
    page.locator("[data-unknown]").wait_for(state="hidden", timeout=3000)
    stage.show("P8", "<h1>Bevestiging</h1>")
    page.get_by_role("heading", name="Bevestiging").wait_for(timeout=2500)
    stage.down = True
    page.wait_for_timeout(4000)
    assert page.locator("[data-unknown]").is_hidden()  # finished is finished


def test_leaving_is_one_tap_or_three_times_escape(stage: Stage, launch: Launch) -> None:
    page = opened(stage, launch)
    page.click("[data-leave]")
    page.wait_for_url("**/neutral")
    page.goto(stage.origin + "/p/")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url("**/neutral")
    assert sum(path == "/weg" for path, _ in stage.posts) == 2
    assert page.evaluate("() => history.length") <= 3


def test_a_recording_phone_hides_first_and_leaves_with_its_sound_kept(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = joined(stage, launch, sound[0])
    page.on("dialog", lambda dialog: dialog.accept())
    kept = recording(stage, page, 2)
    page.click("[data-leave]")
    assert page.locator("main").is_hidden()
    count = len(kept.leaves)
    until(lambda: len(kept.leaves) > count + 1, page=page)  # it goes on behind the cover
    stage.show("P5", "<h1>Iets anders</h1>")
    page.wait_for_timeout(1500)
    assert page.locator("main").is_hidden()
    stage.answer = lambda _track, _number, _items: (503, {"retry_ms": 500})  # what comes now cannot be sent
    page.wait_for_timeout(1200)
    page.click("[data-leave]")
    page.wait_for_url("**/neutral")
    stage.answer = None
    stage.running, stage.record = "stopped", False
    count = len(kept.leaves)
    page.goto(stage.origin + "/p/")
    until(lambda: kept.closed and len(kept.leaves) > count, page=page)


def test_a_stop_works_on_this_device_before_and_without_the_network(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    stage.show("P5", '<form method="post" action="/p/stop" data-stop><button>Stop de opname</button></form>')
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 3)
    page.context.set_offline(True)
    page.get_by_role("button", name="Stop").click()
    pressed = time.monotonic()
    page.locator("[data-unknown]").wait_for(state="visible", timeout=3000)
    page.wait_for_timeout(4000)

    def stopped(path: str, _fields: dict[str, str]) -> None:
        if path == "/p/stop":
            stage.running, stage.record = "stopped", False

    stage.on_post = stopped
    page.context.set_offline(False)
    until(lambda: any(path == "/p/stop" for path, _ in stage.posts), page=page)
    (fields,) = [fields for path, fields in stage.posts if path == "/p/stop"]
    assert fields["track"] == kept.track.hex()
    assert fields["epoch"] == "0"
    until(lambda: kept.closed, page=page)
    last = kept.chunks[-1]
    assert last.end <= int(fields["position"]) <= last.end + 48_000 + 4_800
    assert not any(chunk.events for chunk in kept.chunks)  # the track ends at a whole chunk, like that of any other
    assert {len(chunk.packets) for chunk in kept.chunks} == {50}
    assert time.monotonic() - pressed > 4
    assert int(fields["position"]) / 48_000 < len(kept.chunks) + 1
    assert {chunk.epoch for chunk in kept.chunks} == {0}


def test_from_the_code_to_the_question_few_requests_and_little_to_load(stage: Stage, launch: Launch) -> None:
    page = opened(stage, launch)
    page.wait_for_timeout(800)
    assert [path for _, path, _ in stage.requests] == ["/p/", "/static/leave.js", "/static/live.js", "/static/taps.js"]
