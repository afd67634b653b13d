"""Makes the pictures of the manual by walking through the screens, and lays the manual out on its pages.

They go to TWEESPOOR_PICTURES, as `make pictures` asks; a test keeps them for itself.
"""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import Launch, speech_like, write_wav
from tests.browser.journey import account, answer, figures, join, sign_in
from tests.browser.pictures import PICTURES, SHEETS, document, named, parts
from tests.server import Server

pytestmark = pytest.mark.slow

WIDE, HIGH = 360, 640


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    asked = os.environ.get("TWEESPOOR_PICTURES")
    made = Path(asked).absolute() if asked else tmp_path_factory.mktemp("pictures")
    made.mkdir(parents=True, exist_ok=True)
    return made


def somebody(server: Server, launch: Launch, name: str, microphone: Path | None = None) -> Page:
    context = launch(microphone).new_context(
        locale="nl-NL", viewport={"width": WIDE, "height": HIGH}, device_scale_factor=2, color_scheme="light"
    )
    page = context.new_page()
    sign_in(page, server, account(server, name))
    return page


def screen(page: Page, name: str) -> None:
    page.locator(f'main[data-screen="{name}"]').wait_for(timeout=25_000)


def tap(page: Page, verb: str) -> None:
    page.locator(f'form[action$="/{verb}"] button').first.click()


def test_every_picture_of_the_manual_is_made_and_every_part_fits_its_pages(
    server: Server, launch: Launch, folder: Path, tmp_path: Path
) -> None:
    taken = set()

    def take(page: Page, name: str) -> None:
        taken.add(name)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=folder / f"{name}.png")

    anna = somebody(server, launch, "anna", write_wav(tmp_path / "microphone.wav", speech_like(60)))
    planning(anna, server)
    take(anna, "plan")
    anna.goto(server.origin)
    take(anna, "begin")
    anna.get_by_role("link", name="Nu opnemen").click()
    take(anna, "tellen")
    anna.locator("label:has(input[value='2'])").click()
    anna.click("button[value=none]")
    screen(anna, "W4")
    take(anna, "vragen")
    bram = join(launch().new_context(locale="nl-NL"), server, figures(anna))
    answer(bram)
    screen(anna, "W5")
    tap(anna, "own-app")
    tap(anna, "start")
    screen(anna, "W6")
    take(anna, "inspreken")
    tap(anna, "everyone")
    screen(anna, "W7")
    anna.wait_for_timeout(6_000)  # a line that has grown a little
    take(anna, "loopt")
    tap(anna, "pause")
    screen(anna, "W8")
    take(anna, "pauze")
    anna.click("button[value=same]")
    screen(anna, "W7")
    tap(anna, "stop")
    screen(anna, "WSTOP")
    tap(anna, "finish")
    screen(anna, "W9")
    take(anna, "klaar")
    anna.goto(f"{server.origin}/g/new")
    anna.locator("label:has(input[value='2'])").click()
    anna.click("button[value=none]")
    screen(anna, "W4")
    tap(anna, "stop-waiting")
    screen(anna, "WNEE")
    take(anna, "nee")

    for name, path, picture in (("beheer", "people", "mensen"), ("fatima", "checklist", "checklist")):
        page = somebody(server, launch, name)
        page.goto(f"{server.origin}/staff/{path}/")
        take(page, picture)

    assert taken == set(PICTURES)
    assert sheets(launch, folder) == SHEETS


def planning(page: Page, server: Server) -> None:
    moment = datetime.now().astimezone() + timedelta(days=1)
    page.goto(f"{server.origin}/plans/new")
    page.fill("#day", f"{moment:%Y-%m-%d}")
    page.fill("#hour", "14:00")
    page.locator("label:has(input[name=people][value='4'])").click()
    page.locator("main .button--main").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f]{32}/$"))
    page.locator("form[action$='/said']:has(input[value=wanted]) button").click()


def sheets(launch: Launch, folder: Path) -> dict[str, int]:
    """Print the manual beside its pictures, and count the pages of each part."""
    page = launch().new_page()
    source = folder / "handleiding.html"
    source.write_text(document(folder), encoding="utf-8")
    page.goto(source.as_uri())
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    page.pdf(path=folder / "handleiding.pdf", prefer_css_page_size=True)
    counted = {}
    for number, title in enumerate(parts()):
        page.evaluate(
            "shown => document.querySelectorAll('section').forEach((one, n) => { one.hidden = n !== shown; })",
            number,
        )
        counted[title] = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    source.unlink()
    return counted


def test_the_manual_names_each_picture_once() -> None:
    assert sorted(named()) == sorted(PICTURES)
