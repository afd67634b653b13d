"""One wiping from the list to the certificate, in a real browser, on phone and desktop, in both languages."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize
from tests.browser.conftest import Launch
from tests.browser.journey import account, sign_in
from tests.browser.looking import DESK, PHONE, Look
from tests.browser.play import until
from tests.server import Server, environment_of, free_port, set_up, wait_for

pytestmark = pytest.mark.slow

TERMS = """
retention_years = 20
retention_source = "wet X, artikel 1"
retention_checked = "2026-11-01"
"""
SERVE = """
import sys, time
from pathlib import Path
from tweespoor import cli
from tweespoor.casework import clock
days = Path(sys.argv[1])
clock.source = lambda: time.time_ns() + int(days.read_text()) * 86_400_000_000_000
sys.exit(cli.main(sys.argv[2:]))
"""
TWENTY_YEARS = 20 * 366


@dataclass
class Later:
    """A server of which the clock can be turned by days."""

    server: Server
    days: Path

    def turn_to(self, days: int) -> None:
        """Let it be so many days from now."""
        self.days.write_text(str(days), encoding="ascii")


@pytest.fixture
def later(tmp_path: Path) -> Iterator[Later]:
    home, days, port = tmp_path / "installation", tmp_path / "days", free_port()
    set_up(home, "--demo")
    with (home / "house.toml").open("a", encoding="utf-8") as file:
        file.write(TERMS)
    days.write_text("0", encoding="ascii")
    origin = f"http://localhost:{port}"
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(days), "serve", "--port", str(port)],
            env=environment_of(home) | {"TWEESPOOR_ORIGIN": origin},
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(port, process, home / "server.log")
        yield Later(Server(port, home, origin, process), days)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def send(page: Page, verb: str) -> None:
    """Send the form of a verb."""
    with page.expect_navigation():
        page.locator(f'form[action$="/{verb}"] button').first.click()


def ask_and_attach(page: Page, look: Look, here: str) -> None:
    """Note a request, decide on it, make its letter; attach a statement."""
    page.goto(f"{here}request")
    look.at(page, "a request")
    page.check('input[name="seat"] >> nth=0')
    page.check('input[name="wish"][value="access"]')
    page.check('input[name="asker"][value="self"]')
    send(page, "request")
    request = page.url
    look.at(page, "a decision")
    page.check('input[value="give"]')
    send(page, "decide")
    page.goto(f"{request}letter")
    look.at(page, "a letter")

    page.goto(f"{here}attach")
    look.at(page, "a statement")
    page.check('input[name="seat"] >> nth=0')
    page.check('input[value="statement"]')
    page.fill("textarea", "Het was een goed gesprek.")
    send(page, "attach")
    assert page.get_by_text("Het was een goed gesprek.").is_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_wiping_from_the_list_to_the_certificate(
    later: Later, launch: Launch, language: str, size: ViewportSize
) -> None:
    server, look = later.server, Look(size)
    page = launch().new_context(locale="nl-NL", viewport=size).new_page()
    sign_in(page, server, account(server, "fatima"))
    page.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
    later.turn_to(TWENTY_YEARS)

    page.goto(f"{server.origin}/desk/keeping/")
    until(lambda: page.reload() is not None and page.locator("main .task__what").count() > 0, 20)  # found once an hour
    look.at(page, "what is due")
    page.locator("main .task__what").first.click()
    here = page.url
    look.at(page, "a conversation")

    ask_and_attach(page, look, here)
    page.check('form[action$="/1/announce"] input')
    send(page, "1/announce")
    look.at(page, "announced")
    assert page.locator('form[action$="/1/wipe"]').count() == 0
    page.goto(f"{here}notice")
    look.at(page, "the notice")
    page.goto(f"{server.origin}/desk/keeping/")
    look.at(page, "what was announced")

    later.turn_to(TWENTY_YEARS + 31)
    page.goto(here)
    look.at(page, "it can be wiped")
    page.check('input[name="sure"]')
    send(page, "1/wipe")
    assert page.url == f"{here}1/certificate"
    look.at(page, "the certificate")
    told = page.request.get(f"{here}1/certificate.json").json()
    assert (told["part"], told["ground"], told["tracks"]) == (1, "retention-ended", 2)
    page.goto(here)
    look.at(page, "wiped")
    page.goto(f"{server.origin}/desk/keeping/register")
    look.at(page, "the register")

    assert not list((server.home / "tracks").rglob("*.track"))
    said = server.tweespoor("check")
    assert said.returncode == 0, said.stderr
    assert "was wiped: retention-ended" in said.stdout
    assert not look.wrong, "\n".join(look.wrong)
    assert len(look.seen) == 13
