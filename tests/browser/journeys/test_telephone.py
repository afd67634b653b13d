"""A conversation of which one takes part by telephone: planned, announced, answered aloud, spoken, on paper after."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.visit import Visit


def screen(one: Visit, name: str) -> None:
    """Wait for a screen of the conversation, and look at it."""
    one.page.locator(f'main[data-screen="{name}"]').wait_for(timeout=30_000)
    one.look(name)


def tap(one: Visit, verb: str) -> None:
    """Tap what does something without leaving the page."""
    one.page.locator(f'main form[action$="/{verb}"] button').first.click()


def plan(anna: Visit) -> None:
    """Plan a conversation by telephone for tomorrow."""
    moment = datetime.now().astimezone() + timedelta(days=1)
    anna.go("/plans/")
    anna.look("plans")
    anna.follow("/plans/new")
    anna.look("plan")
    anna.page.fill("#day", f"{moment:%Y-%m-%d}")
    anna.page.fill("#hour", "14:00")
    anna.choose("people", "2")
    anna.choose("telephone", "yes")
    anna.choose("language", anna.setting.language)
    anna.page.locator("main .button--main").click()
    anna.page.wait_for_url(re.compile(r"/plans/[0-9a-f]{32}/$"))
    anna.says("Het gesprek is aan de telefoon.")
    anna.look("planned")


def test_one_takes_part_by_telephone(enter: Enter, house: House, talk: Talk) -> None:
    anna, bram = enter(talk.worker), enter()
    plan(anna)
    planned = anna.page.url
    anna.page.locator('main a[href*="/u/"]').click()
    bram.go(anna.page.url)
    bram.look("invitation")
    bram.follow("/vooraf")
    bram.look("beforehand")
    bram.press("Verstuur")  # nothing chosen: the browser keeps it here
    bram.choose("way", "call")
    why = "Vul je telefoonnummer in, of kies «Niet, ik zeg het zelf»."
    bram.correct("number", "27", "06 12345678", button="Verstuur", says=why, look="no-number")
    bram.page.wait_for_url("**/vooraf/dank")
    bram.look("thanks")
    anna.go(planned)
    anna.says("Iemand wil opnemen.")
    anna.look("wants-to-record")
    anna.go(f"/print/phone?language={anna.setting.language}")
    anna.look("sheet")
    anna.go(f"{planned}begin")
    anna.look("begin")
    anna.page.locator("button[value=none]").click()

    screen(anna, "W4")
    anna.page.locator('main a[href$="/phone"]').click()
    anna.says("Zet de telefoon op luidspreker, naast dit toestel.")
    anna.look("by-telephone")
    anna.page.locator("button[name=says][value=yes]").click()
    screen(anna, "W5")
    tap(anna, "own-app")
    expect(anna.page.locator('form[action$="/start"] button')).to_be_enabled()
    tap(anna, "start")
    screen(anna, "W6")
    tap(anna, "everyone")
    screen(anna, "W7")
    anna.page.wait_for_timeout(2_500)
    tap(anna, "stop")
    screen(anna, "WSTOP")
    tap(anna, "finish")
    screen(anna, "W9")
    anna.page.locator('main a[href$="/receipts"]').click()
    anna.says("Wie een telefoon gebruikte, ziet dit daar ook.")
    anna.look("receipts")


def test_no_yes_by_telephone_is_no_recording(enter: Enter, house: House, talk: Talk) -> None:
    anna = enter(talk.worker)
    anna.go("/g/new")
    anna.choose("people", "2")
    anna.page.locator("button[value=none]").click()
    screen(anna, "W4")
    anna.page.locator('main a[href$="/phone"]').click()
    anna.page.locator("button[name=says][value=no]").click()
    screen(anna, "WNEE")
