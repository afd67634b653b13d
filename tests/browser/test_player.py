"""Listening back in a real browser: play, seek, step over what was not recorded, by mouse and by keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page, Playwright, StorageState, expect
from tests.browser.axe import violations
from tests.browser.conftest import CHROMIUM, flags
from tests.browser.journey import account, sign_in
from tests.browser.play import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def signed_in(server: Server, engine: Playwright) -> tuple[StorageState, str]:
    """Sign in once, find the recording of the demonstration from the worker's own page, and give where it is."""
    browser = engine.chromium.launch(executable_path=CHROMIUM, args=flags(None))
    page = browser.new_context(locale="nl-NL").new_page()
    sign_in(page, server, account(server))
    page.get_by_role("link", name="Gesprek van").first.click()
    page.get_by_role("link", name="Bekijk de opname").click()
    page.locator("[data-play]").wait_for()
    found = page.context.storage_state(), page.url
    browser.close()
    return found


@pytest.fixture
def page(browser: Browser, signed_in: tuple[StorageState, str]) -> Page:
    state, url = signed_in
    page = browser.new_context(locale="nl-NL", storage_state=state).new_page()
    page.goto(url)
    page.locator("[data-play]").wait_for()
    return page


def at(page: Page) -> float:
    """Give where the playhead is, in seconds."""
    return float(page.locator(".seek").input_value())


def test_it_plays_from_where_one_points(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(".webm") else None)
    assert not asked
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 2, page=page)
    assert len(set(asked)) == 1
    page.locator(".seek").fill("30")
    until(lambda: 31 <= at(page) <= 40, page=page)
    page.get_by_role("button", name="Terug 15 seconden").click()
    until(lambda: 15 <= at(page) <= 26, page=page)
    page.get_by_role("button", name="Pauze").click()
    stands = at(page)
    page.wait_for_timeout(700)
    assert at(page) == stands


def test_what_was_not_recorded_is_stepped_over(page: Page) -> None:
    page.locator(".seek").fill("46")
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 62, 8, page)


def test_a_chapter_is_gone_to_and_the_end_is_the_end(page: Page) -> None:
    page.get_by_role("button", name="Gemarkeerd moment").click()
    until(lambda: at(page) >= 68, page=page)
    page.locator(".seek").fill("79")
    until(lambda: page.get_by_role("button", name="Luister").is_visible(), page=page)
    page.get_by_role("button", name="Luister").click()
    until(lambda: 1 <= at(page) < 20, page=page)


def test_the_other_recording_can_be_heard_at_the_same_moment(page: Page) -> None:
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 2, page=page)
    before = at(page)
    page.get_by_label("Opname van deelnemer 1").check()
    expect(page.get_by_role("status").filter(has_text="Je hoort nu: Opname van deelnemer 1.")).to_be_visible()
    until(lambda: before <= at(page) <= before + 6, page=page)


def test_it_can_be_heard_more_slowly(page: Page) -> None:
    slower = page.get_by_role("button", name="Langzamer")
    slower.click()
    assert slower.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 2, page=page)


def test_the_keyboard_alone_does_everything(page: Page) -> None:
    page.locator(".seek").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert at(page) == 3
    assert page.locator(".seek").get_attribute("aria-valuetext") == "0:03 van 1:20"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hasAttribute('data-play')")
    page.keyboard.press("Enter")
    until(lambda: at(page) >= 4, page=page)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Luister")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_is_open_to_all(server: Server, page: Page, width: int, language: str) -> None:
    page.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    page.locator("[data-play]").wait_for()
    assert page.evaluate("document.documentElement.lang") == language
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_each_recording_can_be_played(browser: Browser, signed_in: tuple[StorageState, str]) -> None:
    state, url = signed_in
    plain = browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    plain.goto(url)
    assert plain.locator("audio[controls]").count() == 2
    assert plain.locator("[data-play]").is_hidden()
