"""A visit to the house with a screen of one size, in one language; each page is looked at as a person does.

Pages, links and buttons are found by what they do, so that a journey is the same in both languages; what a page says
is asked for in Dutch and looked for in the language of the visit.  With TWEESPOOR_SCREENS naming a folder a picture of
each page goes there.
"""

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.mofile import read_mo
from django.conf import settings
from django.utils import formats, timezone, translation
from playwright.sync_api import Download, Locator, Page, ViewportSize, expect
from tests.browser.axe import violations
from tests.browser.flow.sentences import too_long
from tests.browser.looking import SMALL, TARGET

NARROW = 320
PICTURES = os.environ.get("TWEESPOOR_SCREENS")
DUTCH = frozenset({
    "het", "een", "niet", "voor", "wij", "je", "van", "naar", "deze", "dit", "dat", "wordt", "zijn", "bij", "ook",
    "geen", "mag", "jouw", "onze", "wie", "terug",
})  # fmt: skip
ENGLISH = frozenset({
    "the", "and", "you", "your", "not", "this", "that", "with", "from", "what", "who", "why", "are", "been", "have",
    "they",
})  # fmt: skip
READ = """language => {
  const found = [];
  const own = e => (e.closest("[lang]") ?? document.documentElement).lang === language;
  const seen = e => e.checkVisibility() && own(e) && !e.closest("bdi, .attached, [data-quoted]");
  for (const e of document.querySelectorAll("body, body *")) {
    if (!seen(e) || ["SCRIPT", "STYLE", "TEXTAREA", "NOSCRIPT"].includes(e.tagName)) continue;
    for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.nodeValue);
    for (const name of ["aria-label", "aria-valuetext", "placeholder", "alt", "title"])
      found.push(e.getAttribute(name) ?? "");
  }
  found.push(document.title);
  return found.map(text => text.trim().replace(/\\s+/g, " ")).filter(Boolean);
}"""


@dataclass(frozen=True)
class Setting:
    """A screen and a language."""

    name: str
    size: ViewportSize
    language: str

    @property
    def locale(self) -> str:
        """Give the language as a browser names it."""
        return {"nl": "nl-NL", "en": "en-GB"}[self.language]


PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
SETTINGS = {
    name: Setting(name, size, language)
    for name, size, language in (
        ("phone-nl", PHONE, "nl"),
        ("desktop-en", DESK, "en"),
        ("phone-en", PHONE, "en"),
        ("desktop-nl", DESK, "nl"),
    )
}


@cache
def catalogue() -> dict[str, str]:
    """Give every whole sentence that has another spelling in English, by its Dutch."""
    found = {}
    for folder in settings.LOCALE_PATHS:
        with (Path(folder) / "en" / "LC_MESSAGES" / "django.mo").open("rb") as file:
            for message in read_mo(file):
                if isinstance(message.id, str) and message.id != message.string and "%" not in message.id:
                    found[message.id] = str(message.string)
    return found


def foreign(page: Page, language: str) -> list[str]:
    """Give what stands on a page in the other language."""
    dutch = catalogue()
    whole = set(dutch) - set(dutch.values()) if language == "en" else set(dutch.values()) - set(dutch)
    words = DUTCH if language == "en" else ENGLISH
    found: list[str] = page.evaluate(READ, language)
    return [text for text in found if text in whole or words & set(re.findall(r"[a-z']+", text.lower()))]


@dataclass
class Visit:
    """Somebody with a device."""

    page: Page
    origin: str
    setting: Setting
    journey: str
    wrong: list[str]
    step: int = 0

    def __post_init__(self) -> None:
        """Hear what a browser has to say about the pages."""
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self._heard("error", str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:  # that a page refuses is told by the page
            self.wrong.append(f"{self.page.url}: {text}")

    def go(self, path: str, status: int = 200) -> None:
        """Go to an address of the house."""
        answer = self.page.goto(path if path.startswith("http") else f"{self.origin}{path}")
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"

    def look(self, name: str) -> None:
        """Look at the page that is there: language, names of things, room, and what a program knows of access."""
        self.step += 1
        page, size = self.page, self.setting.size
        page.evaluate("document.fonts.ready")
        assert page.locator("html").get_attribute("lang") == self.setting.language, name
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(
                path=folder / f"{self.journey}-{self.step:02d}-{name}-{self.setting.name}.png", full_page=True
            )
        found = violations(page) + [f"too long: {one}" for one in too_long(page)]
        found += [f"in another language: {one}" for one in foreign(page, self.setting.language)]
        found += [f"smaller than a thumb: {one}" for one in page.evaluate(SMALL % (TARGET, TARGET))]
        for width in (size["width"], NARROW):
            page.set_viewport_size({"width": width, "height": size["height"]})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"wider than {width}")
        page.set_viewport_size(size)
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} headings of the first level")
        self.wrong += [f"{name} ({self.setting.name}): {one}" for one in found]

    def words(self, text: str, **values: object) -> str:
        """Give a sentence of ours in the language of this visit."""
        with translation.override(self.setting.language):
            return translation.gettext(text) % values if values else translation.gettext(text)

    def today(self) -> str:
        """Give the date of today as a page with years writes it."""
        with translation.override(self.setting.language):
            return formats.date_format(timezone.localtime(), "j F Y")

    def says(self, text: str, **values: object) -> Locator:
        """Expect a sentence in the middle of the page."""
        found = self.page.locator("main").get_by_text(self.words(text, **values)).first
        expect(found).to_be_visible(timeout=20_000)
        return found

    def says_not(self, text: str, **values: object) -> None:
        """Expect that a sentence is nowhere on the page."""
        expect(self.page.locator("main").get_by_text(self.words(text, **values))).to_have_count(0)

    def follow(self, ends: str) -> None:
        """Follow the link to an address that ends so."""
        with self.page.expect_navigation():
            self.page.locator(f'main a[href$="{ends}"]').first.click()

    def send(self, verb: str, button: str = "") -> None:
        """Send the form of a verb, by its first button or the one with a name and value."""
        wanted = f'main form[action$="/{verb}"] button, main button[formaction$="/{verb}"]'
        found = self.page.locator(wanted)
        with self.page.expect_navigation():
            (found.filter(has=self.page.locator(button)) if button else found).first.click()

    def press(self, text: str) -> None:
        """Press the button or follow the link with these words."""
        words = self.words(text)
        found = self.page.get_by_role("button", name=words, exact=True)
        found.or_(self.page.get_by_role("link", name=words, exact=True)).first.click()

    def choose(self, name: str, value: str) -> None:
        """Choose one of several by its field and value, as one does by tapping its words."""
        self.page.locator(f'label:has(input[name="{name}"][value="{value}"])').first.click()

    def fill(self, name: str, text: str) -> None:
        """Fill a field in."""
        self.page.locator(f'main [name="{name}"]').first.fill(text)

    def correct(self, name: str, wrong: str, right: str, *, button: str, says: str, look: str) -> None:
        """Fill in what is refused, read why, and send what is right."""
        self.fill(name, wrong)
        self.press(button)
        self.says(says)
        self.look(look)
        self.fill(name, right)
        self.press(button)

    def save(self, text: str, timeout: float = 60_000) -> Download:
        """Press a button and take the file that comes."""
        with self.page.expect_download(timeout=timeout) as coming:
            self.press(text)
        return coming.value
