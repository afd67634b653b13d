"""Sharing in real browsers: three who took part and the organisation answer apart, and one recipient listens."""

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.afterwards import Recorded, ask, say, shows, speak
from tests.browser.journey import account, heard, sign_in
from tests.browser.looking import Look
from tests.browser.play import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_three_agree_and_one_recipient_listens_until_a_yes_is_taken_back(
    server: Server, browser: Browser, talk: Recorded
) -> None:
    bram, carla, dani = talk.phones.values()
    address = ask(bram, "Mijn zus Loes")
    desk = f"{server.origin}/desk/questions/{talk.conversation}/"
    say(carla, address, "Ja")
    say(dani, address, "Nee")
    before = carla.locator("main").inner_html()
    assert dani.locator("main").inner_html() == before  # whatever was answered
    talk.anna.goto(desk)
    talk.anna.get_by_role("link", name="Mag dit gedeeld worden?").click()
    talk.anna.get_by_role("button", name="Ja", exact=True).click()
    heard(talk.anna, "Het antwoord is binnen.")
    bram.wait_for_timeout(6_500)  # so long that a yes of everyone would be seen
    assert shows(bram, address, "We wachten op de anderen.")
    say(dani, f"{address}?again", "Ja")
    until(lambda: shows(bram, address, "Iedereen zei ja."), 20, bram)
    assert shows(carla, address, "Iedereen zei ja.")
    assert carla.get_by_role("button", name="Maak de link").count() == 0
    bram.get_by_role("button", name="Maak de link").click()
    link = bram.locator(".receipt__head").inner_text().strip()

    loes = browser.new_context(locale="nl-NL").new_page()
    loes.goto(link)
    heard(loes, "Dit zijn de voorwaarden")
    loes.get_by_role("button", name="Dat beloof ik, op dit toestel").click()
    loes.locator("[data-play]").click()
    until(lambda: loes.locator("input.seek").input_value() != "0", 15, loes)
    assert not loes.get_by_text("kopie").count()
    forwarded = browser.new_context(locale="nl-NL").new_page()
    forwarded.goto(link)
    heard(forwarded, "Deze link is al geopend op een ander toestel.")

    carla.get_by_role("link", name="Ik wil dit toch niet").click()
    carla.get_by_role("button", name="Ja, stop ermee").click()
    heard(carla, "Tot middernacht blijven alle bladzijden zoals ze zijn.")
    loes.reload()
    heard(loes, "Deze opname wordt niet meer met je gedeeld.")
    assert shows(dani, address, "Iedereen zei ja.")
    expect(loes.locator(".foot")).to_contain_text("0800-2000")


@pytest.mark.parametrize("locale", ["nl-NL", "en-GB"])
def test_every_page_of_sharing_keeps_the_rules_of_wcag(
    server: Server, browser: Browser, talk: Recorded, locale: str
) -> None:
    look = Look()
    bram, carla, dani = talk.phones.values()
    language = locale[:2]
    address = ask(bram, "Mijn zus Loes")
    for page in (bram, carla, dani, talk.anna):
        speak(page, server, language)
    desk = f"{server.origin}/desk/questions/{talk.conversation}/"
    for name in ("", "luister/vragen", "luister/delen", "luister/openbaar", "zo-doe-je-dat/", "zo-doe-je-dat/klacht"):
        bram.goto(f"{server.origin}/{name or 'luister/gesprek'}")
        look.at(bram, name or "L2")
    carla.goto(address)
    look.at(carla, "the question")
    carla.locator('button[value="yes"]').click()
    look.at(carla, "thanks")
    dani.goto(address)
    dani.locator('button[value="yes"]').click()
    for name in ("", "share", f"{address.rstrip('/').rpartition('/')[2]}/"):
        talk.anna.goto(f"{desk}{name}")
        look.at(talk.anna, f"desk {name}")
    talk.anna.locator("form.chapter button").first.click()
    look.at(talk.anna, "the device")
    talk.anna.goto(f"{desk}{address.rstrip('/').rpartition('/')[2]}/")
    talk.anna.locator('form[action$="/answer"] button[value="yes"]').click()
    until(lambda: bram.goto(address) is not None and bram.locator('form[action$="/link"]').count() > 0, 20, bram)
    look.at(bram, "agreed")
    bram.locator('form[action$="/link"] button').first.click()
    look.at(bram, "the link")
    loes = browser.new_context(locale=locale).new_page()
    loes.goto(bram.locator(".receipt__head").inner_text().strip())
    look.at(loes, "the conditions of a link")
    loes.locator('form[action$="/accept"] button').click()
    loes.locator("[data-play]").wait_for()
    look.at(loes, "what was given")
    carla.goto(f"{address}back")
    look.at(carla, "take back")
    carla.locator("form button").first.click()
    look.at(carla, "taken back")
    loes.reload()
    look.at(loes, "ended")
    see_use(look, server, browser, talk.conversation, language)
    wrong = [one for one in look.wrong if "<audio" not in one]  # what is there without scripts is no sentence
    assert not wrong, "\n".join(wrong)


def see_use(look: Look, server: Server, browser: Browser, conversation: str, language: str) -> None:
    """Look at the officer's pages of use on a ground of law."""
    fatima = browser.new_context(locale="nl-NL").new_page()
    sign_in(fatima, server, account(server, "fatima"))
    speak(fatima, server, language)
    fatima.goto(f"{server.origin}/desk/use/{conversation}/")
    look.at(fatima, "use")
    fatima.locator("input[name=ground]").first.check()
    fatima.locator("input[name=reason]").fill("Een collega neemt de zaak over.")
    fatima.locator('form[action$="/use"] button').click()
    look.at(fatima, "the link of a use")
    fatima.goto(f"{server.origin}/desk/use/{conversation}/")
    look.at(fatima, "used")
