"""What people do after a recording, step by step, in real browsers: come back, ask, answer, look again."""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, Page
from tests.browser.journey import account, answer, figures, heard, join, open_conversation, sign_in, start
from tests.server import Server

WORD = "blauwe vis"


@dataclass
class Recorded:
    """A recorded conversation of four: Anna's device, and a page on which each of the others listens back."""

    anna: Page
    conversation: str
    phones: dict[str, Page]


def recorded(server: Server, browser: Browser) -> Recorded:
    """Let Anna, Bram, Carla and Dani record for some seconds, and let the three come back with code and word."""
    anna = browser.new_context(locale="nl-NL").new_page()
    sign_in(anna, server, account(server))
    open_conversation(anna, 4)
    phones = {}
    for name in ("Bram", "Carla", "Dani"):
        phones[name] = join(browser.new_context(locale="nl-NL"), server, figures(anna))
        answer(phones[name])
    anna.get_by_role("heading", name="We mogen opnemen.").wait_for(timeout=15_000)
    anna.locator('form[action$="/own-app"] button').click()
    start(anna)
    anna.wait_for_timeout(3_000)
    anna.locator('form[action$="/everyone"] button').click()
    anna.get_by_role("button", name="Stop opname").click()
    anna.get_by_role("button", name="Gesprek klaar").click()
    heard(anna, "De opname is bewaard.")
    conversation = re.search(r"/g/([0-9a-f]{32})/", anna.url)
    assert conversation
    for page in phones.values():
        come_back(page, server)
    return Recorded(anna, conversation[1], phones)


def come_back(page: Page, server: Server) -> None:
    """Choose a word on the own phone, and come in with it and the code."""
    page.goto(f"{server.origin}/p/code?on=phone")
    page.get_by_label("Jouw woord").fill(WORD)
    page.get_by_role("button", name="Maak mijn code").click()
    code = " ".join(page.locator(".code-card__code span").all_inner_texts())
    page.goto(f"{server.origin}/luister/")
    page.get_by_label("Vul je code in.").fill(code)
    page.get_by_label("Vul je woord in.").fill(WORD)
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("link", name="Vraag het de anderen").wait_for()


def ask(page: Page, recipient: str) -> str:
    """Ask to share, from the page on which one listens back; gives the address of the question."""
    page.get_by_role("link", name="Vraag het de anderen").first.click()
    page.get_by_role("link", name="Vraag of delen mag").click()
    page.get_by_label("Met wie?").fill(recipient)
    page.get_by_label("Waarvoor?").fill("Zij helpt mij thuis.")
    page.get_by_role("button", name="Verder").click()
    heard(page, "De anderen zien dat jij dit vraagt.")
    page.get_by_role("button", name="Vraag het de anderen").click()
    heard(page, "We wachten op de anderen.")
    return page.url


def say(page: Page, address: str, given: str) -> None:
    """Answer a question on an own page."""
    page.goto(address)
    page.get_by_role("button", name=given, exact=True).click()
    heard(page, "Dank je wel.")


def shows(page: Page, address: str, sentence: str) -> bool:
    """Look again, and tell whether a page says this now."""
    page.goto(address)
    return page.locator("main").get_by_text(sentence).count() > 0


def speak(page: Page, server: Server, language: str) -> None:
    """Choose a language."""
    page.goto(f"{server.origin}/lang?next=/")
    page.locator(f'button[value="{language}"]').click()


def choose(page: Page, begin: str, end: str, why: str) -> None:
    """Fill in one piece to be cut, and why, and look at it once more."""
    page.locator("[name=begin]").first.fill(begin)
    page.locator("[name=end]").first.fill(end)
    page.locator("[name=reason]").fill(why)
    page.locator("form[data-pieces] .button--main").click()
