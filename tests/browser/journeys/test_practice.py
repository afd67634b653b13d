"""A new house practises until the privacy officer ticked the whole checklist; then what is recorded is real."""

from playwright.sync_api import expect
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.visit import Visit

from tweespoor.casework import checklist

UNTICK = """
from tweespoor.casework import checklist
for item in checklist.ITEMS:
    checklist.untick(item)
"""


def begin(anna: Visit) -> None:
    """Begin a conversation, and come to its code."""
    anna.go("/g/new")
    anna.choose("people", "2")
    anna.page.locator("button[value=none]").click()
    anna.page.locator(".join__figures").wait_for()


def test_practice_ends_with_the_last_tick(enter: Enter, house: House, talk: Talk) -> None:
    house.run(UNTICK)
    anna, marijke, fatima = enter(talk.worker), enter("marijke"), enter("fatima")
    anna.go("/")
    expect(anna.page.locator(".practice")).to_be_visible()
    anna.look("practising")
    begin(anna)
    expect(anna.page.locator(".practice")).to_be_visible()
    anna.look("practice")
    practised = anna.page.url
    marijke.go("/staff/checklist/")
    marijke.look("who-only-looks")
    assert marijke.page.locator("button[name=tick]").count() == 0

    fatima.go("/staff/")
    fatima.look("own-page")
    fatima.go("/staff/checklist/")
    fatima.look("nothing-ticked")
    for number, item in enumerate(checklist.ITEMS, 1):
        fatima.says("Elk nieuw gesprek is nu een oefening.")
        with fatima.page.expect_navigation():
            fatima.page.locator(f"#{item} button[name=tick]").click()
        expect(fatima.page.locator("button[name=tick][value=off]")).to_have_count(number)
    fatima.says("Nieuwe gesprekken zijn echt.")
    fatima.look("all-ticked")
    anna.go("/")
    expect(anna.page.locator(".practice")).to_have_count(0)
    begin(anna)
    expect(anna.page.locator(".practice")).to_have_count(0)
    anna.go(practised)  # it stays what it was when it began, and is wiped when it is left
    expect(anna.page.locator(".practice")).to_be_visible()
    anna.page.locator('form[action$="/stop-waiting"] button').click()
    anna.page.locator('main[data-screen="WNEE"]').wait_for(timeout=30_000)
    with fatima.page.expect_navigation():
        fatima.page.locator("button[name=tick][value=off]").first.click()
    fatima.says("Elk nieuw gesprek is nu een oefening.")
