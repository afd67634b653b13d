"""Looks at a page as everyone must be able to use it: the rules of WCAG, short sentences, room for a thumb."""

import os

from playwright.sync_api import Page, ViewportSize
from tests.browser.axe import violations
from tests.browser.flow.sentences import too_long

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
NARROW = 320
TARGET = 44
SMALL = """
() => [...document.querySelectorAll("main a, main button, main summary, main label, header a, header button, footer a")]
  .filter(e => e.checkVisibility() && !e.closest("p, dd, [hidden]"))
  .filter(e => !e.matches(".skip, .field__name, .question__text"))
  .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([_, box]) => box.height < %d || box.width < %d)
  .map(([html]) => html)
"""


class Look:
    """Looks at one screen after the other, and remembers what is wrong."""

    def __init__(self, size: ViewportSize = PHONE) -> None:
        self.size = size
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    def at(self, page: Page, name: str) -> None:
        """Look at a page at all widths, at its sentences and at what a thumb must hit."""
        self.seen.add(name)
        page.evaluate("document.fonts.ready")
        self.wrong += [f"{name}: too long: {one}" for one in too_long(page)]
        self.wide(page, name)
        self.wrong += [f"{name}: smaller than a thumb: {one}" for one in page.evaluate(SMALL % (TARGET, TARGET))]

    def wide(self, page: Page, name: str) -> None:
        """Look at a page at both widths, and at a third that must not scroll sideways."""
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            self.wrong += [f"{name} at {size['width']}: {one}" for one in violations(page)]
        page.set_viewport_size({"width": NARROW, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth") > NARROW:
            self.wrong.append(f"{name}: scrolls sideways at {NARROW}")
        page.set_viewport_size(self.size)


def look(page: Page, name: str) -> None:
    """Find nothing wrong with a page; keep pictures of it where TWEESPOOR_PICTURES names a folder."""
    seen, folder = Look(), os.environ.get("TWEESPOOR_PICTURES")
    seen.at(page, name)
    assert not seen.wrong, "\n".join(seen.wrong)
    for size in (DESK, PHONE) if folder else ():
        page.set_viewport_size(size)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
