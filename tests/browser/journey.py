"""What people do, step by step, in real browsers against the real server.

The cast: Anna works here; Bram, Carla and Dani each have a phone of their own.
"""

import base64
import hmac
import json
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.waiting import until
from tests.server import Server

PHONE = {"width": 360, "height": 740}
TOTP_S = 30
_used: set[tuple[str, str, str]] = set()


@dataclass
class Account:
    """How someone who works here signs in."""

    name: str
    password: str
    secret: str


def account(server: Server, name: str = "anna") -> Account:
    """Give an account of the demonstration organisation."""
    (file,) = server.home.glob("**/demonstration.json")
    known = json.loads(file.read_text(encoding="utf-8"))[name]
    return Account(name, known["password"], known["secret"])


def code_now(secret: str, later: int = 0) -> str:
    """Give the six figures that belong to a secret at this moment (RFC 6238), or half a minute later."""
    digest = hmac.digest(base64.b32decode(secret), (int(time.time()) // TOTP_S + later).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def fresh_code(server: Server, who: Account) -> str:
    """Give figures that were not used here yet: a server takes each of them once, also a little before their time."""
    while True:
        for later in (0, 1):
            used = server.origin, who.name, code_now(who.secret, later)
            if used not in _used:
                _used.add(used)
                return used[-1]
        time.sleep(0.5)


def sign_in(page: Page, server: Server, who: Account) -> None:
    """Sign in with a password and the figures of that moment."""
    page.goto(f"{server.origin}/staff/login/")
    page.get_by_label("Naam of e-mailadres").fill(who.name)
    page.get_by_label("Wachtwoord").fill(who.password)
    page.get_by_role("button", name="Verder").click()
    page.locator("input[name=code]").fill(fresh_code(server, who))
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url(f"{server.origin}/")


def open_conversation(page: Page, people: int = 2, *, practice: bool = False) -> None:
    """Tap «Nu opnemen» and count; nobody talks about a child."""
    page.get_by_role("link", name="Oefenen" if practice else "Nu opnemen").click()
    page.locator(f"label:has(input[name=people][value='{people}'])").click()
    page.locator("[name=children][value=none]").first.click()
    page.locator(".join__figures").wait_for()


def figures(page: Page) -> str:
    """Read the six figures from the worker's screen."""
    return (page.locator(".join__figures").text_content() or "").strip()


def join(context: BrowserContext, server: Server, code: str, kind: str = "adult") -> Page:
    """Come in with six figures, and say who one is."""
    page = context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # two whole numbers
    page.goto(server.origin)
    page.get_by_label("Zes cijfers").fill(code)
    page.get_by_role("button", name="Doe mee").click()
    page.locator(f"button[name=kind][value='{kind}']").click()
    return page


def answer(page: Page, given: str = "Ja", *, records: bool = False) -> None:
    """Answer the question; the tick asks for the microphone."""
    if records:
        page.get_by_label("Ik neem zelf op met deze telefoon").check()
    page.get_by_role("button", name=given, exact=True).click()


def start(page: Page) -> None:
    """Start as soon as somebody is ready."""
    page.get_by_role("button", name="Start opname").click(timeout=25_000)
    page.locator("main").get_by_text("Opname loopt.").first.wait_for()


def speak_agreements(page: Page) -> None:
    """Everyone says yes on the recording."""
    page.get_by_role("button", name="Iedereen zei ja").click()
    page.get_by_role("button", name="Markeer dit moment").wait_for()


def stop(page: Page) -> None:
    """Stop for everyone."""
    page.get_by_role("button", name="Stop", exact=False).first.click()


@dataclass
class Table:
    """A conversation of two: the worker's device and one phone that records."""

    anna: Page
    bram: Page


def sit_down(server: Server, workers: Browser, phone: Browser, *, records: bool = True) -> Table:
    """Anna and Bram sit at a table; both say yes by what they do, and the recording runs."""
    anna = workers.new_context(locale="nl-NL").new_page()
    sign_in(anna, server, account(server))
    open_conversation(anna)
    bram = join(phone.new_context(locale="nl-NL"), server, figures(anna))
    answer(bram, records=records)
    anna.get_by_role("heading", name="We mogen opnemen.").wait_for(timeout=15_000)
    return Table(anna, bram)


def safe_until(page: Page, seconds: int) -> None:
    """Wait until the screen says that sound is safe up to so many seconds."""

    def reached() -> bool:
        said = page.locator("[data-bind=safe]").first.text_content() or ""
        clock = [word.strip(".") for word in said.split() if ":" in word]
        return bool(clock) and int(clock[0].split(":")[0]) * 60 + int(clock[0].split(":")[1]) >= seconds

    until(reached, seconds + 20, page)


def heard(page: Page, text: str, within_s: float = 10) -> None:
    """Expect a sentence on the screen."""
    expect(page.locator("main").get_by_text(text).first).to_be_visible(timeout=within_s * 1000)


def tracks_of(server: Server) -> list[Path]:
    """Give the files of the tracks that a server keeps."""
    return sorted((server.home / "tracks").rglob("*.log"))
