"""Every page of the flow beside the rules of WCAG 2.2 AA, at two widths and in both languages; and by keyboard."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import Launch
from tests.browser.journey import account, sign_in
from tests.browser.looking import PHONE, Look
from tests.server import Server


def screen(page: Page, name: str) -> None:
    page.locator(f'main[data-screen="{name}"]').wait_for(timeout=15_000)


def tap(page: Page, verb: str) -> None:
    page.locator(f'form[action$="/{verb}"] button').first.click()


def step(page: Page, verb: str) -> None:
    page.locator(f'a[href$="/{verb}"]').first.click()


def phone(browser: Browser, server: Server, language: str, code: str, kind: str = "adult") -> Page:
    page = browser.new_context(locale=language, viewport=PHONE).new_page()
    page.goto(server.origin)
    page.fill("#figures", code)
    page.locator("form .button--main").click()
    screen(page, "P1")
    page.click(f'button[value="{kind}"]')
    return page


def open_conversation(worker: Page, server: Server, people: int, children: str) -> None:
    worker.goto(f"{server.origin}/g/new")
    worker.locator(f"label:has(input[value='{people}'])").click()
    worker.click(f"button[value={children}]")


@dataclass
class Walk:
    """One walk through the flow, in one language."""

    server: Server
    browser: Browser
    language: str
    worker: Page
    look: Look = field(default_factory=Look)

    def new(self) -> Page:
        return self.browser.new_context(locale=self.language, viewport=PHONE).new_page()

    def joined(self) -> Page:
        """Let a phone come in with the figures that the worker's screen shows."""
        code = self.worker.locator(".join__figures").text_content() or ""
        return phone(self.browser, self.server, self.language, code)

    def at(self, page: Page, name: str) -> None:
        """Wait for a screen and look at it."""
        screen(page, name)
        self.look.at(page, name)

    def before(self) -> None:
        anybody = self.new()
        for path in ("/", "/conditions", "/lang", "/m/", "/nowhere"):
            anybody.goto(self.server.origin + path)
            self.look.at(anybody, path)
        for path in ("/", "/g/new"):
            self.worker.goto(self.server.origin + path)
            self.look.at(self.worker, f"worker {path}")

    def asking(self) -> Page:
        worker = self.worker
        open_conversation(worker, self.server, 3, "present")
        self.at(worker, "W3")
        worker.locator(".chip").first.click()
        worker.click("button[value=no]")
        self.at(worker, "W4")
        for one in ("phone", "slip", "decline"):
            step(worker, one)
            self.at(worker, f"W4.{one}")
            worker.locator(".links a[data-in-place]").click()
            screen(worker, "W4")
        self.handing()
        worker.click('form[action$="/guardian"] button[value=yes]')
        bram = self.joined()
        self.at(bram, "P2")
        for one in ("agreements", "other"):
            bram.goto(f"{self.server.origin}/p/{one}")
            self.look.at(bram, one)
        bram.goto(f"{self.server.origin}/p/")
        bram.click("button[value=yes]")
        self.at(bram, "P3")
        return bram

    def handing(self) -> None:
        worker = self.worker
        step(worker, "device")
        self.at(worker, "DEVICE")
        tap(worker, "next")
        worker.locator('button[value="0-11"]').wait_for()
        self.look.at(worker, "device: who")
        worker.click('button[value="0-11"]')
        worker.locator('button[value="doubt"]').wait_for()
        self.look.at(worker, "device: a child")
        worker.click('button[value="yes"]')
        worker.locator("main .actions a.button").click()
        self.at(worker, "W4")

    def recording(self, bram: Page) -> None:
        worker = self.worker
        self.at(worker, "W5")
        self.at(bram, "P4")
        tap(worker, "own-app")
        tap(worker, "start")
        self.at(worker, "W6")
        self.at(bram, "P5")
        tap(worker, "postpone")
        self.at(worker, "W7")
        tap(worker, "someone-leaves")
        self.at(worker, "WLEAVE")
        self.at(bram, "PPAUSE")
        tap(worker, "left")
        screen(worker, "W7")
        tap(worker, "pause")
        self.at(worker, "W8")
        worker.click("button[value=stays]")
        self.at(bram, "P6")
        screen(worker, "W4")

    def afterwards(self, bram: Page) -> None:
        worker = self.worker
        tap(worker, "stop-waiting")
        self.at(worker, "WSTOP")
        self.at(bram, "PSTOP")
        step(worker, "offer")
        self.at(worker, "WSTOP.offer")
        worker.locator(".links a[data-in-place]").click()
        screen(worker, "WSTOP")
        tap(worker, "finish")
        self.at(worker, "W9")
        step(worker, "receipts")
        self.at(worker, "W9.receipts")
        self.at(bram, "P8")

    def without(self) -> None:
        worker = self.worker
        open_conversation(worker, self.server, 2, "none")
        screen(worker, "W4")
        screen(self.joined(), "P2")
        refused = self.joined()
        refused.locator(".offer").wait_for()
        self.look.at(refused, "refused")
        self.at(worker, "WTOOMANY")
        tap(worker, "begin-again")
        screen(worker, "W4")
        tap(worker, "stop-waiting")
        self.at(worker, "WNEE")


@pytest.mark.parametrize("language", ["nl-NL", "en-GB"])
def test_no_page_of_the_flow_breaks_a_rule(server: Server, launch: Launch, language: str) -> None:
    browser = launch()
    worker = browser.new_context(locale="nl-NL", viewport=PHONE).new_page()
    sign_in(worker, server, account(server, {"nl-NL": "anna", "en-GB": "marijke"}[language]))
    worker.context.add_cookies([{"name": "l", "value": language[:2], "url": server.origin}])
    walk = Walk(server, browser, language, worker)
    walk.before()
    bram = walk.asking()
    walk.recording(bram)
    walk.afterwards(bram)
    walk.without()
    assert not walk.look.wrong, "\n".join(walk.look.wrong)
    assert len(walk.look.seen) > 30


def test_a_no_needs_no_more_than_a_keyboard(server: Server, launch: Launch) -> None:
    browser = launch()
    worker = browser.new_context(locale="nl-NL", viewport=PHONE).new_page()
    sign_in(worker, server, account(server, "marijke"))
    open_conversation(worker, server, 2, "none")
    screen(worker, "W4")
    bram = phone(browser, server, "nl-NL", worker.locator(".join__figures").text_content() or "")
    screen(bram, "P2")
    bram.keyboard.press("Tab")
    for _ in range(20):
        if bram.evaluate("document.activeElement.value") == "no":
            break
        bram.keyboard.press("Tab")
    outline = bram.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    bram.keyboard.press("Enter")
    screen(bram, "P3")
    assert bram.evaluate("document.activeElement.tagName") == "MAIN"
    screen(bram, "PNEE")


def test_at_twice_the_size_nothing_is_lost(server: Server, launch: Launch) -> None:
    page = launch().new_context(locale="nl-NL", viewport={"width": 640, "height": 800}).new_page()
    for path in ("/", "/conditions", "/staff/login/"):
        page.goto(server.origin + path)
        page.evaluate("document.documentElement.style.fontSize = '225%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        assert page.locator("[data-leave]").is_visible()
