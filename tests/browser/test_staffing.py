"""Somebody who works here comes in for the first time: link, password, second factor; in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.axe import violations
from tests.browser.conftest import Launch
from tests.server import Server, serving, set_up

pytestmark = pytest.mark.slow

PASSWORD = "paars fietst regen"
SIZES = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("staffing") / "installation"
    set_up(home)
    with serving(home) as server:
        yield server


@pytest.fixture
def someone(launch: Launch) -> Iterator[BrowserContext]:
    """A browser whose owner has a passkey in the device, and lays a finger on it when asked."""
    context = launch().new_context(locale="nl-NL")
    yield context
    context.close()


def key_in(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )


def link_for(server: Server, name: str, role: str) -> str:
    said = server.tweespoor("user", "add", name, "--role", role).stdout
    found = re.search(r"/staff/invitation/\S+", said)
    assert found
    return f"{server.origin}{found[0]}"


def choose_password(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_label("Nog een keer").fill(PASSWORD)
    page.get_by_role("button", name="Bewaren").click()
    password(page, name)


def password(page: Page, name: str) -> None:
    page.get_by_label("Naam of e-mailadres").fill(name)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Verder").click()


def look(page: Page, seen: set[str]) -> None:
    """Look at a page with the eyes of axe: on a phone and a desk, in both languages."""
    here = page.url
    for language in ("en", "nl"):
        origin, path = here.split("/staff/")
        page.goto(f"{origin}/lang?next=/staff/{path}")
        page.locator(f"button[value={language}]").click()
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type] # two whole numbers
            assert violations(page) == [], (here, language, size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{here} is wider than a screen of {size['width']}"
    seen.add(here)


def test_with_a_passkey(server: Server, someone: BrowserContext) -> None:
    page = someone.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    key_in(page)
    choose_password(page, link_for(server, "anna", "worker"), "anna")
    expect(page.get_by_text("Kies eerst een tweede stap, daarna kun je verder.")).to_be_visible()
    page.goto(f"{server.origin}/staff/people/")
    expect(page.get_by_text("Kies eerst een tweede stap, daarna kun je verder.")).to_be_visible()
    page.get_by_role("listitem").filter(has_text="Toegangssleutel").get_by_role("link").click()
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_role("heading", name="Reservecodes")).to_be_visible()
    page.get_by_role("link", name="Verder").click()
    expect(page.get_by_text("Je bent ingelogd als anna.")).to_be_visible()
    page.get_by_role("button", name="Uitloggen").click()

    page.goto(f"{server.origin}/staff/login/")
    password(page, "anna")
    page.get_by_role("button", name="Toegangssleutel gebruiken").click()
    page.wait_for_url(f"{server.origin}/")
    page.goto(f"{server.origin}/staff/")
    expect(page.get_by_text("Je bent ingelogd als anna.")).to_be_visible()
    assert page.goto(f"{server.origin}/staff/people/").status == 404  # type: ignore[union-attr] # it answers
    assert [error for error in errors if "404" not in error] == []


def test_who_has_no_such_key_hears_that_it_did_not_work(server: Server, someone: BrowserContext) -> None:
    page = someone.new_page()
    choose_password(page, link_for(server, "bo", "worker"), "bo")
    page.goto(f"{server.origin}/staff/factor/passkeys/add/")
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new DOMException('no')) }")
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_text("Dat lukte niet. Probeer het nog een keer.")).to_be_visible()


def test_every_page_of_staff_can_be_read_by_everyone(server: Server, someone: BrowserContext) -> None:
    page = someone.new_page()
    key_in(page)
    seen: set[str] = set()
    page.goto(f"{server.origin}/staff/login/")
    look(page, seen)
    link = link_for(server, "beheer", "administrator")
    page.goto(link)
    look(page, seen)
    choose_password(page, link, "beheer")
    for path in ("factor/", "factor/app/", "factor/passkeys/add/"):
        page.goto(f"{server.origin}/staff/{path}")
        look(page, seen)
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_role("heading", name="Reservecodes")).to_be_visible()
    look(page, seen)
    paths = (
        "",
        "people/",
        "checklist/",
        "password/",
        "logout/",
        "reauthenticate/",
        "factor/passkeys/",
        "factor/codes/new/",
    )
    for path in paths:
        page.goto(f"{server.origin}/staff/{path}")
        look(page, seen)
    page.goto(f"{server.origin}/staff/people/")
    page.get_by_label("Naam om mee in te loggen").fill("cy")
    page.get_by_role("button", name="Link maken").last.click()
    expect(page.get_by_label("Link", exact=True)).to_have_value(re.compile("/staff/invitation/"))
    assert violations(page) == []
    assert len(seen) == 14
