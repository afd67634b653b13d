"""Something is lost: one button for who works here and for who took part, and the 72 hours of the privacy officer."""

import re

from playwright.sync_api import expect
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.test_listening import code_from, come_in


def test_a_worker_reports_a_lost_phone_and_the_officer_decides_within_72_hours(
    enter: Enter, house: House, talk: Talk
) -> None:
    anna, bram, fatima = enter(talk.worker), enter(), enter("fatima")
    code = code_from(anna, talk)
    come_in(bram, code)
    bram.page.locator("[data-play]").wait_for()
    anna.go(f"/desk/g/{talk.conversation}/")
    anna.follow("lost")
    anna.look("what-happened")
    anna.choose("cause", "phone")
    anna.choose("who", "all")
    anna.send("lost")
    anna.says("Alles staat nu uit.")
    anna.look("withdrawn")
    bram.page.reload()
    expect(bram.page.locator("#code")).to_be_visible()
    come_in(bram, code)
    bram.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")

    fatima.go("/desk/")
    fatima.page.locator('main .tasks a[href*="/desk/leaks/"]').last.click()
    fatima.page.wait_for_url(re.compile(r"/desk/leaks/\d+/$"))
    left = fatima.page.locator("main [role=status] strong").inner_text()
    assert left in {
        fatima.words("Nog %(hours)s uur en %(minutes)s minuten.", hours=71, minutes=n) for n in (59, 58, 57)
    }
    fatima.look("report")
    assert fatima.page.locator("main .task__name").count() >= 2  # a code, and what was handed in
    fatima.choose("authority", "not-needed")
    fatima.choose("people", "to-tell")
    why = "Maak beide keuzes, en schrijf op waarom."
    fatima.correct("report", " ", "x30", button="Bewaar besluit", says=why, look="no-reason")
    fatima.page.wait_for_url("**/desk/leaks/")
    fatima.says("Afgehandeld.")
    fatima.look("reports")
    anna.go("/")
    anna.says("Vertel dat iets van de opname kwijt was.")
    anna.look("to-tell")
    anna.press("Verteld")
    anna.says_not("Vertel dat iets van de opname kwijt was.")


def test_somebody_who_took_part_lost_a_phone(enter: Enter, house: House, talk: Talk) -> None:
    anna, bram, elsewhere, fatima = enter(talk.worker), enter(), enter(), enter("fatima")
    code = code_from(anna, talk)
    for one in (bram, elsewhere):
        come_in(one, code)
        one.page.locator("[data-play]").wait_for()
    bram.follow("/luister/telefoon-weg")
    bram.look("phone-gone")
    bram.press("Zet alles uit")
    bram.says("Alles staat uit.")
    bram.look("all-off")
    elsewhere.page.reload()
    expect(elsewhere.page.locator("#code")).to_be_visible()
    come_in(elsewhere, code)
    elsewhere.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")
    fatima.go("/desk/leaks/")
    fatima.says("Gemeld door %(who)s.", who=fatima.words("wie meedeed"))
    fatima.look("reports")
    fatima.page.locator("main .task__what").first.click()
    fatima.page.wait_for_url(re.compile(r"/desk/leaks/\d+/$"))
    fatima.look("report")
    anna.go(f"/g/{talk.conversation}/codes")  # the worker sees nothing of it (law 11)
    anna.says_not("Mijn telefoon is weg")


def test_who_works_here_lost_a_device(enter: Enter, house: House, talk: Talk) -> None:
    anna, other, fatima = enter(talk.worker), enter(talk.worker), enter("fatima")
    anna.go("/")
    anna.page.locator('a[href$="/desk/lost"]').click()
    anna.look("own-device")
    anna.press("Log overal uit en meld het")
    anna.says("Je toestellen komen er niet meer in.")
    anna.look("shut-out")
    other.page.goto(f"{house.server.origin}/")
    expect(other.page.get_by_text(other.words("Open taken"))).to_have_count(0)
    other.page.goto(f"{house.server.origin}/g/{talk.conversation}/codes")
    assert "/staff/login/" in other.page.url
    other.page.goto(f"{house.server.origin}/staff/login/")
    other.page.locator("input[name=login]").fill(talk.worker.name)
    other.page.locator("input[name=password]").fill(talk.worker.password)
    with other.page.expect_navigation():
        other.page.locator("main form:has(input[name=password]) button").first.click()
    expect(other.page.locator("input[name=password]")).to_be_visible()  # who found the password too, stays outside
    expect(other.page.locator("input[name=code]")).to_have_count(0)
    fatima.go("/desk/leaks/")
    fatima.says("Gemeld door %(who)s.", who=talk.worker.name)
    house.states.pop(talk.worker.name)
