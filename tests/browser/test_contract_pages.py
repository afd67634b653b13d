"""Every page of the contract beside the rules of WCAG 2.2 AA, and the jump to the second at which it was spoken."""

import re

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import Launch
from tests.browser.flow.test_flow_contract import draw_on
from tests.browser.journey import account, sign_in
from tests.browser.looking import DESK, PHONE, Look
from tests.browser.play import until
from tests.browser.test_axe import open_conversation, phone, screen, step, tap
from tests.browser.test_hearing import WORD, at, come_in
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def signed_in(browser: Browser, server: Server, language: str, name: str) -> Page:
    worker = browser.new_context(locale="nl-NL", viewport=PHONE).new_page()
    sign_in(worker, server, account(server, name))
    worker.context.add_cookies([{"name": "l", "value": language[:2], "url": server.origin}])
    return worker


@pytest.mark.parametrize(("language", "name"), [("nl-NL", "anna"), ("en-GB", "marijke")])
def test_no_page_of_the_contract_breaks_a_rule(server: Server, launch: Launch, language: str, name: str) -> None:
    browser, look = launch(), Look()
    worker = signed_in(browser, server, language, name)
    open_conversation(worker, server, 2, "none")
    screen(worker, "W4")
    bram = phone(browser, server, language, worker.locator(".join__figures").text_content() or "")
    screen(bram, "P2")
    bram.click("button[value=yes]")
    screen(worker, "W5")
    tap(worker, "own-app")
    tap(worker, "start")
    screen(worker, "W6")
    step(worker, "contract")
    screen(worker, "W6.contract")
    look.at(worker, "not offered")
    tap(worker, "offer")
    worker.locator("[data-pad]").wait_for()
    draw_on(worker)
    look.at(worker, "offered")
    bram.locator('a[href$="/p/contract"]').click()
    screen(bram, "P-CONTRACT")
    draw_on(bram)
    look.at(bram, "signing")
    bram.click('button[name="signs"][value="yes"]')
    screen(bram, "P-THANKS")
    look.at(bram, "thanks")
    worker.locator('main a[href$="/contract/hand"]').click()
    screen(worker, "DEVICE")
    look.at(worker, "handed round")
    tap(worker, "next")
    worker.locator('button[name="seat"]').first.wait_for()
    look.at(worker, "device: who")
    worker.locator('button[name="seat"]').first.click()
    worker.locator("[data-pad]").wait_for()
    look.at(worker, "device: signing")
    worker.goto(worker.url.split("/contract")[0] + "/")
    tap(worker, "stop")
    screen(worker, "WSTOP")
    here = worker.url
    for page in ("contract/paper", "contract/paper?large=yes", "contract/scan"):
        worker.goto(here + page)
        look.at(worker, page)
    worker.goto(f"{here}contract")
    draw_on(worker)
    worker.click('button[name="signs"][value="yes"]')
    worker.locator(".chosen[role=status]").wait_for(timeout=25_000)
    look.at(worker, "made")
    bram.locator('a[href$="/p/contract"]').first.click()
    bram.locator(".chosen[role=status]").wait_for(timeout=25_000)
    look.at(bram, "made, on a phone")
    assert not look.wrong, "\n".join(look.wrong)


def test_the_demonstration_shows_a_signed_contract_and_leads_to_the_second(server: Server, launch: Launch) -> None:
    browser, look = launch(), Look()
    worker = signed_in(browser, server, "nl-NL", "anna")
    worker.locator('a[href^="/opname/"], a[href^="/g/"]:has-text("Gesprek van")').last.click()
    conversation = re.findall(r"[0-9a-f]{32}", worker.url)[0]
    worker.goto(f"{server.origin}/opname/{conversation}/afspraken")
    assert worker.get_by_text("Getekend, contract versie 1").count() == 7
    look.at(worker, "agreements of a recording")
    worker.set_viewport_size(DESK)
    worker.get_by_role("link", name=re.compile("^Hoor iedereen ja zeggen")).first.click()
    worker.locator("[data-play]").wait_for()
    until(lambda: at(worker) > 20, page=worker)
    worker.goto(f"{server.origin}/g/{conversation}/contract")
    with worker.expect_download() as got:
        worker.locator('main a[href$="/file/1-nl.pdf"]').click()
    assert got.value.path().read_bytes().startswith(b"%PDF-1.7")
    worker.goto(f"{server.origin}/g/{conversation}/codes")
    worker.locator("form.chapter").first.get_by_role("button", name="Geef een code").click()
    worker.get_by_label("Jouw woord").fill(WORD)
    worker.get_by_role("button", name="Maak mijn code").click()
    code = " ".join(worker.locator(".code-card__code span").all_inner_texts())
    carla = browser.new_context(locale="nl-NL", viewport=PHONE).new_page()
    come_in(carla, server, code)
    carla.locator("[data-play]").wait_for()
    carla.get_by_role("link", name="Het contract").click()
    carla.get_by_text("Dit contract geldt.").wait_for()
    look.at(carla, "contract, listening back")
    carla.goto(f"{server.origin}/luister/afspraken")
    look.at(carla, "agreements, listening back")
    carla.get_by_label("Wat klopt er niet?").fill("Dit stuk mis ik.")
    carla.get_by_role("button", name="Bewaar dit erbij").click()
    carla.get_by_text("Dit stuk mis ik.").wait_for()
    assert not look.wrong, "\n".join(look.wrong)
