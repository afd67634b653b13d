"""Cutting in real browsers: Bram drags over the lines, Carla and the worker answer apart, all hear the copy."""

import re

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from tests.browser.conftest import Launch
from tests.browser.looking import Look
from tests.browser.play import until
from tests.browser.test_hearing import at, code_for, listener
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def conversation(worker: tuple[StorageState, str]) -> str:
    found = re.search(r"/g/([0-9a-f]{32})/", worker[1])
    assert found is not None
    return found[1]


def drag(page: Page, begin: float, end: float) -> None:
    """Drag over the lines of time, from one part of their width to another."""
    box = page.locator(".tracks__stage").bounding_box()
    assert box is not None
    page.locator(".tracks__stage").scroll_into_view_if_needed()
    box = page.locator(".tracks__stage").bounding_box()
    assert box is not None
    height = box["y"] + 40
    page.mouse.move(box["x"] + begin * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + (begin + end) / 2 * box["width"], height, steps=4)
    page.mouse.move(box["x"] + end * box["width"], height, steps=4)
    page.mouse.up()


def fields(page: Page) -> list[str]:
    return [one.input_value() for one in page.locator("[name=begin], [name=end]").all()]


def test_three_people_agree_on_a_cut_and_hear_it(
    launch: Launch, server: Server, worker: tuple[StorageState, str]
) -> None:
    browser = launch()
    bram = listener(browser, server, code_for(browser, worker))
    expect(bram.get_by_text("Er is een kopie zonder 1 stuk.")).to_be_visible()  # of the demonstration
    expect(bram.get_by_text("Er is een geheim adres genoemd.")).to_be_visible()
    bram.get_by_role("link", name="Vraag het de anderen").click()
    bram.get_by_role("link", name="Vraag of knippen mag").click()
    bram.locator("[data-play]").wait_for()
    drag(bram, 0.1, 0.15)
    begin, end = fields(bram)
    assert re.fullmatch(r"0:0[78],\d", begin)
    assert re.fullmatch(r"0:1[12],\d", end)
    expect(bram.locator("[data-picked] rect")).to_have_count(1)
    bram.get_by_role("button", name="Luister naar dit stuk").click()
    until(lambda: 7 <= at(bram) <= 13, page=bram)
    until(lambda: bram.get_by_role("button", name="Luister", exact=True).is_visible(), 15, bram)
    assert at(bram) <= 14
    bram.get_by_role("button", name="Nog een stuk").click()
    bram.locator("[name=begin]").nth(1).fill("0:20")
    bram.locator("[name=end]").nth(1).fill("0:22,5")
    expect(bram.locator("[data-picked] rect")).to_have_count(2)
    bram.get_by_label("Waarom?").fill("Dit gaat over iemand anders.")
    bram.get_by_role("button", name="Verder", exact=True).click()
    expect(bram.get_by_text("De anderen zien dat jij dit vraagt.")).to_be_visible()
    bram.get_by_role("button", name="Vraag het de anderen").click()
    expect(bram.get_by_text("We wachten op de anderen.")).to_be_visible()

    carla = listener(browser, server, code_for(browser, worker, 1))
    carla.get_by_role("link", name="Vraag het de anderen").click()
    carla.locator("a.task__what").first.click()
    expect(carla.get_by_text("Dit gaat over iemand anders.")).to_be_visible()
    carla.get_by_role("link", name="Luister naar deze stukken").click()
    carla.get_by_role("button", name="Stuk 2").click()
    until(lambda: 20 <= at(carla) <= 23, page=carla)
    carla.get_by_role("link", name="Terug naar de vraag").click()
    carla.get_by_role("button", name="Ja", exact=True).click()
    expect(carla.get_by_text("We wachten op de anderen.")).to_be_visible()

    state, _ = worker
    anna = browser.new_context(locale="nl-NL", storage_state=state).new_page()
    anna.goto(f"{server.origin}/desk/questions/{conversation(worker)}/")
    anna.locator("a.task__what").first.click()
    expect(anna.get_by_text("Dit gaat over iemand anders.")).to_be_visible()
    anna.get_by_role("button", name="Ja", exact=True).click()

    for page in (bram, carla):
        until(lambda page=page: _agreed(page), 40, page)  # type: ignore[misc]
        until(lambda page=page: _made(page), 40, page)  # type: ignore[misc]
    bram.get_by_role("link", name="Luister naar de geknipte kopie").last.click()
    expect(bram.get_by_role("heading", name="Geknipte kopie")).to_be_visible()
    bram.get_by_role("button", name="Hier is een stuk uit.").first.click()
    until(lambda: 7 <= at(bram) <= 14, page=bram)


def _agreed(page: Page) -> bool:
    page.reload()
    return page.get_by_role("heading", name="Iedereen zei ja.").is_visible()


def _made(page: Page) -> bool:
    page.reload()
    return page.get_by_text("Er is nu een kopie zonder deze stukken.").is_visible()


def test_the_keyboard_alone_chooses_a_piece(launch: Launch, server: Server, worker: tuple[StorageState, str]) -> None:
    browser = launch()
    page = listener(browser, server, code_for(browser, worker))
    page.goto(f"{server.origin}/luister/knippen")
    page.locator("[data-play]").wait_for()
    page.locator(".seek").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Begin hier").focus()
    page.keyboard.press("Enter")
    page.locator(".seek").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Einde hier").focus()
    page.keyboard.press("Enter")
    assert fields(page) == ["0:12,0", "0:17,0"]
    page.get_by_label("Waarom?").focus()
    page.keyboard.type("Mijn reden.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0:12,0 tot 0:17,0")).to_be_visible()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_open_to_all(
    launch: Launch, server: Server, worker: tuple[StorageState, str], officer: StorageState, language: str
) -> None:
    browser = launch()
    mine, where = listener(browser, server, code_for(browser, worker)), conversation(worker)
    made = mine.locator('a[href*="/luister/zonder/"]').first.get_attribute("href") or ""
    anna = browser.new_context(locale="nl-NL", storage_state=worker[0]).new_page()
    fatima = browser.new_context(locale="nl-NL", storage_state=officer).new_page()
    edit = made.rstrip("/").rpartition("/")[2]
    look = Look()
    for page, addresses in (
        (mine, ["/luister/knippen", made, "/luister/gesprek"]),
        (anna, [f"/opname/{where}/knippen", f"/opname/{where}/zonder/{edit}/"]),
        (fatima, [f"/desk/cover/{where}/"]),
    ):
        page.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
        for address in addresses:
            page.goto(server.origin + address)
            assert page.evaluate("document.documentElement.lang") == language
            look.at(page, address)
    assert not look.wrong, "\n".join(look.wrong)


def test_the_officer_covers_and_uncovers(
    launch: Launch, server: Server, worker: tuple[StorageState, str], officer: StorageState
) -> None:
    browser: Browser = launch()
    fatima = browser.new_context(locale="nl-NL", storage_state=officer).new_page()
    fatima.goto(f"{server.origin}/desk/cover/{conversation(worker)}/")
    fatima.locator("[data-play]").wait_for()
    drag(fatima, 0.8, 0.85)
    fatima.get_by_label("Er wordt een melder genoemd").check()
    fatima.get_by_role("button", name="Verder", exact=True).click()
    fatima.get_by_role("button", name="Bedek dit stuk").click()
    expect(fatima.get_by_text("Het stuk is nu bedekt.")).to_be_visible()
    mine = listener(browser, server, code_for(browser, worker))
    expect(mine.get_by_text("Er is een melder genoemd.")).to_be_visible()
    expect(mine.locator(".shade--covered")).to_have_count(2)
    fatima.get_by_role("button", name="Dit was een vergissing").last.click()
    expect(fatima.get_by_text("De toon is weg.")).to_be_visible()
    mine.reload()
    expect(mine.locator(".shade--covered")).to_have_count(1)
