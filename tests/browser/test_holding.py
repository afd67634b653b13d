"""A confirmation that somebody brings along is held against the conversation at the desk, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser
from tests.browser.axe import violations
from tests.browser.journey import account, sign_in
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAYS = {
    "nl-NL": ("Klopt een bevestiging nog?", "Dit kunnen we niet lezen."),
    "en-GB": ("Is a confirmation still right?", "We cannot read this."),
}


def test_a_confirmation_is_held_at_the_desk(server: Server, browser: Browser) -> None:
    page = browser.new_context(locale="nl-NL", viewport={"width": 360, "height": 740}).new_page()
    sign_in(page, server, account(server))
    page.get_by_role("link", name="Gesprek van").first.click()
    known = re.search(r"[0-9a-f]{32}", page.url)
    assert known is not None
    state = page.context.storage_state()
    state["cookies"] = [one for one in state["cookies"] if one["name"] != "l"]
    for language, (title, unreadable) in SAYS.items():
        shown = browser.new_context(locale=language, storage_state=state).new_page()
        for width in (360, 1280):
            shown.set_viewport_size({"width": width, "height": 800})
            shown.goto(f"{server.origin}/desk/g/{known[0]}/receipt")
            assert title in shown.inner_text("h1")
            assert not violations(shown)
            shown.fill("textarea[name=code]", "41-9f86")
            shown.locator("form.form button").click()
            shown.locator("[role=status]").wait_for()
            assert unreadable in shown.inner_text("[role=status]")
            assert not violations(shown)
            assert shown.evaluate("document.documentElement.scrollWidth") <= width
