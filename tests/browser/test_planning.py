"""Planning, inviting, saying it beforehand and printing, in a real browser: phone and desk, both languages, by axe."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize
from tests.browser.conftest import Launch
from tests.browser.journey import account, sign_in
from tests.browser.looking import DESK, PHONE, Look
from tests.server import Server

pytestmark = pytest.mark.slow

LANGUAGES = {"nl": "anna", "en": "marijke"}
SENTENCE = {"nl": "Je mag dit gesprek opnemen.", "en": "You may record this conversation."}


def works_here(server: Server, launch: Launch, language: str, size: ViewportSize = PHONE) -> Page:
    worker = launch().new_context(locale="nl-NL", viewport=size).new_page()
    sign_in(worker, server, account(server, LANGUAGES[language]))
    worker.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
    return worker


def plan(worker: Page, server: Server, language: str, *, people: str = "4") -> datetime:
    """Plan a conversation for tomorrow, and come to its page."""
    moment = (datetime.now().astimezone() + timedelta(days=1)).replace(second=0, microsecond=0)
    worker.goto(f"{server.origin}/plans/new")
    worker.fill("#day", f"{moment:%Y-%m-%d}")
    worker.fill("#hour", f"{moment:%H:%M}")
    worker.locator(f"label:has(input[name=people][value='{people}'])").click()
    worker.locator(f"label:has(input[name=language][value='{language}'])").click()
    worker.locator("main .button--main").click()
    worker.wait_for_url(re.compile(r"/plans/[0-9a-f]{32}/$"))
    return moment


def pages(page: Page, to: Path | None = None) -> int:
    """Print a page as a browser does, and count the sheets."""
    printed = page.pdf(prefer_css_page_size=True, path=to)
    return len(re.findall(rb"/Type\s*/Page\b", printed))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_from_a_plan_to_a_conversation_and_what_the_other_says_beforehand(
    server: Server, launch: Launch, language: str, size: ViewportSize
) -> None:
    look, worker = Look(size), works_here(server, launch, language, size)
    worker.goto(f"{server.origin}/plans/new")
    look.wide(worker, worker.url)
    moment = plan(worker, server, language)
    look.wide(worker, worker.url)
    one = worker.url

    worker.locator('main a[href*="/u/"]').click()  # the invitation, as who is invited sees it
    invitation = worker.url
    guest = worker.context.browser.new_context(locale=language, viewport=size).new_page()  # type: ignore[union-attr]
    guest.goto(invitation)
    assert SENTENCE[language] in (guest.text_content("main") or "")
    look.wide(guest, guest.url)
    guest.locator('main a[href$="/vooraf"]').click()
    assert guest.input_value("#when") == f"{moment:%Y-%m-%dT%H:%M}"
    look.wide(guest, guest.url)
    guest.locator("label:has(input[value=call])").click()
    guest.fill("#number", "06 12 34 56 78")
    guest.locator("main .button--main").click()
    guest.wait_for_url("**/vooraf/dank")
    look.wide(guest, guest.url)
    guest.goto(f"{server.origin}/u/{'x' * 22}")
    look.wide(guest, guest.url)

    worker.goto(one)
    worker.locator('form[action$="/reach"] button').click()
    assert "06 12 34 56 78" in (worker.text_content("main") or "")
    look.wide(worker, worker.url)
    for verb in ("move", "mail"):
        worker.goto(f"{one}{verb}")
        look.wide(worker, worker.url)
    worker.goto(one)
    worker.locator('form[action$="/cancel"] button').click()
    look.wide(worker, worker.url)
    worker.locator('form[action$="/undo"] button').click()

    worker.goto(server.origin)
    taps = 0
    for tap in ('a[href$="/plans/"]', 'a[href$="/begin"]', "button[value=none]"):
        worker.locator(f"main {tap}").first.click()
        taps += 1
        if tap != "button[value=none]":
            look.wide(worker, worker.url)
    worker.locator(".join__figures").wait_for()
    assert taps == 3  # as many as «Nu opnemen», the number, and the child
    assert re.search(r"/g/[0-9a-f]{32}/$", worker.url)
    assert not look.wrong, "\n".join(look.wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_fits_its_paper(server: Server, launch: Launch, language: str, tmp_path: Path) -> None:
    look, worker = Look(), works_here(server, launch, language)
    plan(worker, server, language)
    one = worker.url
    sheets = {
        f"{one}paper": 1,
        f"{one}paper?large=yes": 1,
        f"{one}paper?size=card": 1,
        f"{one}paper?size=card&large=yes": 1,
        f"{server.origin}/print/slips?language={language}&people=4": 1,
        f"{server.origin}/print/slips?language={language}&people=5": 2,
        f"{server.origin}/print/slips?language={language}&people=5&large=yes": 2,
        f"{server.origin}/print/agreements?language={language}": 1,
        f"{server.origin}/print/agreements?language={language}&large=yes": 1,
        f"{server.origin}/print/phone?language={language}": 1,
        f"{server.origin}/print/phone?language={language}&large=yes": 2,
    }
    wrong = []
    for number, (address, expected) in enumerate(sheets.items()):
        worker.goto(address)
        look.wide(worker, worker.url)
        worker.set_viewport_size(DESK)
        counted = pages(worker, tmp_path / f"{number:02d}.pdf")
        if counted != expected:
            wrong.append(f"{address}: {counted} sheets, expected {expected}")
        worker.emulate_media(media="print")
        wrong += [f"{address}: {cut} runs out of its box" for cut in worker.evaluate(CUT)]
        worker.emulate_media(media="null")
    assert not look.wrong + wrong, "\n".join(look.wrong + wrong)


CUT = """
() => [...document.querySelectorAll(".slip, .card, .slip__answer, .page--cards, .page--slips")]
  .filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.className}: ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`)
"""


def test_an_answer_on_paper_has_three_equal_boxes(server: Server, launch: Launch) -> None:
    worker = works_here(server, launch, "nl")
    worker.set_viewport_size(DESK)
    worker.goto(f"{server.origin}/print/slips?language=nl&people=3")
    worker.emulate_media(media="print")
    boxes = worker.evaluate(
        "[...document.querySelectorAll('.slip__answer')]"
        ".map(e => {const b = e.getBoundingClientRect(), s = getComputedStyle(e);"
        " return [Math.round(b.width), Math.round(b.height), s.color, s.fontWeight, s.borderTopWidth].join()})"
    )
    assert len(boxes) == 9
    assert len(set(boxes)) == 1
    assert "Snel weg" not in worker.evaluate("document.body.innerText")
