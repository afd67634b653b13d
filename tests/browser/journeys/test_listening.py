"""Listening back: a code with an own word, the player by keyboard, a copy, at the office, a lost code, a stop."""

import av
from playwright.sync_api import Page, expect
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.visit import Visit
from tests.browser.waiting import until

WORD = "zilver 27"


def seat_of(anna: Visit, place: int) -> None:
    """Wait until the list of people is there."""
    expect(anna.page.locator("form.chapter").nth(place)).to_be_visible()


def ask(anna: Visit, verb: str, place: int = 0) -> None:
    """Press a button of one person on the worker's list of codes."""
    seat_of(anna, place)
    with anna.page.expect_navigation():
        anna.page.locator("form.chapter").nth(place).locator(f'button[formaction$="/{verb}"]').click()


def code_from(anna: Visit, talk: Talk, place: int = 0, *, look: bool = False) -> str:
    """Let somebody choose a word on the worker's device; gives the code."""
    anna.go(f"/g/{talk.conversation}/codes")
    if look:
        anna.look("codes")
    ask(anna, "give", place)
    if look:
        anna.look("word")
        anna.fill("word", "x")
        anna.press("Maak mijn code")
        anna.says("Dit woord is te kort of te lang. Kies een ander.")
        anna.look("word-too-short")
    anna.fill("word", WORD)
    anna.press("Maak mijn code")
    anna.says("Dit is je code.")
    if look:
        anna.look("card")
    return " ".join(anna.page.locator(".code-card__code span").all_inner_texts())


def come_in(bram: Visit, code: str, word: str = WORD) -> None:
    bram.go("/luister/")
    bram.fill("code", code)
    bram.fill("word", word)
    bram.press("Verder")


def at(page: Page) -> float:
    """Give where the playhead is, in seconds."""
    return float(page.locator(".seek").input_value())


def test_a_participant_listens_back_with_a_code_and_takes_a_copy(enter: Enter, house: House, talk: Talk) -> None:
    anna, bram = enter(talk.worker), enter()
    code = code_from(anna, talk, look=True)
    bram.go("/luister/")
    bram.look("code")
    come_in(bram, code, "fout woord")
    bram.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")
    bram.look("wrong")
    come_in(bram, code.lower())
    bram.page.locator("[data-play]").wait_for()
    bram.look("conversation")
    bram.press("Langzamer")
    bram.press("Luister")
    until(lambda: at(bram.page) >= 1, page=bram.page)
    bram.press("Gemarkeerde momenten")
    bram.page.locator(".chapters__row:has(.chapters__mark)").first.click()
    until(lambda: at(bram.page) >= 67, page=bram.page)
    bram.press("Terug 15 seconden")
    until(lambda: at(bram.page) < 66, page=bram.page)
    bram.press("Pauze")
    bram.follow("/luister/afspraken")
    bram.look("agreements")
    bram.go("/luister/gesprek")
    bram.follow("/luister/wie")
    bram.look("who")
    bram.go("/luister/gesprek")
    bram.follow("/luister/kopie")
    bram.look("copy")
    with bram.page.expect_download(timeout=60_000) as coming:
        bram.page.locator('form[action$="/luister/kopie"] button').first.click()
    with av.open(str(coming.value.path())) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        assert 70 < (container.duration or 0) / av.time_base < 90
    bram.go("/luister/gesprek")
    bram.press("Ik ben klaar")
    bram.go("/luister/gesprek")
    expect(bram.page.locator("#code")).to_be_visible()


def test_the_player_is_worked_by_the_keyboard_alone(enter: Enter, house: House, talk: Talk) -> None:
    bram = enter()
    code = code_from(enter(talk.worker), talk)
    page, keys = bram.page, bram.page.keyboard
    bram.go("/luister/")
    page.locator("#code").focus()
    keys.type(code)
    keys.press("Tab")
    keys.type(WORD.upper())
    keys.press("Enter")
    page.locator("[data-play]").wait_for()
    reach(page, "input.seek")
    for _ in range(3):
        keys.press("ArrowRight")
    assert at(page) == 3
    said = page.locator(".seek").get_attribute("aria-valuetext")
    assert said == bram.words("%(at)s van %(total_clock)s", at="0:03", total_clock="1:20")
    reach(page, "[data-play]")
    keys.press("Enter")
    until(lambda: at(page) >= 4, page=page)
    reach(page, "[data-slow]")
    keys.press("Space")
    assert page.locator("[data-slow]").get_attribute("aria-pressed") == "true"
    reach(page, ".chapters__row:has(.chapters__mark)")
    keys.press("Enter")
    until(lambda: at(page) >= 67, page=page)
    reach(page, "[data-back]", back=True)
    keys.press("Enter")
    until(lambda: at(page) < 66, page=page)
    reach(page, "[data-play]", back=True)
    keys.press("Space")
    expect(page.locator("[data-label]")).to_have_text(bram.words("Luister"))
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    reach(page, 'a[href$="/luister/kopie"]')
    keys.press("Enter")
    page.wait_for_url("**/luister/kopie")


def reach(page: Page, wanted: str, *, back: bool = False) -> None:
    """Go on by Tab until something has the focus."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def test_somebody_listens_at_the_office(enter: Enter, house: House, talk: Talk) -> None:
    anna = enter(talk.worker)
    anna.go(f"/g/{talk.conversation}/codes")
    ask(anna, "here", 1)
    anna.look("offered")
    anna.press("Luister op dit toestel")
    anna.look("begin")
    anna.press("Begin met luisteren")
    anna.page.locator("[data-play]").wait_for()
    anna.look("listening")
    anna.press("Luister")
    until(lambda: at(anna.page) >= 1, page=anna.page)
    for away in ("/luister/kopie", "/luister/bewijsmap", "/luister/geven"):  # nothing goes along on a device of ours
        assert anna.page.locator(f'main a[href$="{away}"]').count() == 0
    anna.press("Ik ben klaar")
    anna.page.goto(f"{house.server.origin}/g/{talk.conversation}/codes")
    assert "/staff/login/" in anna.page.url


def test_a_lost_code_is_replaced_and_everything_of_one_person_ends_in_one_act(
    enter: Enter, house: House, talk: Talk
) -> None:
    anna, bram, carla = enter(talk.worker), enter(), enter()
    old, other = code_from(anna, talk), code_from(anna, talk, 1)
    come_in(bram, old)
    come_in(carla, other)
    for one in (bram, carla):
        one.page.locator("[data-play]").wait_for()
    new = code_from(anna, talk)
    assert new != old
    bram.page.reload()
    expect(bram.page.locator("#code")).to_be_visible()  # who had the old code is out
    come_in(bram, old)
    bram.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")
    come_in(bram, new)
    bram.page.locator("[data-play]").wait_for()

    anna.go(f"/g/{talk.conversation}/codes")
    ask(anna, "end")
    anna.look("sure")
    anna.send("codes/end")
    anna.says("Alle codes en links van deze persoon staan uit.")
    anna.look("ended")
    bram.page.reload()
    expect(bram.page.locator("#code")).to_be_visible()
    come_in(bram, new)
    bram.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")
    carla.page.reload()
    carla.page.locator("[data-play]").wait_for()  # of the others nothing ended


def test_ten_wrong_words_close_a_code_and_the_worker_opens_it(enter: Enter, house: House, talk: Talk) -> None:
    anna, bram = enter(talk.worker), enter()
    code = code_from(anna, talk)
    answers = set()
    for number in range(10):
        come_in(bram, code, f"mis {number}")
        bram.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")
        answers.add(bram.page.locator("main").inner_html())
    come_in(bram, code)
    bram.says("Dit klopt niet. Probeer het later nog eens, of bel ons.")
    answers.add(bram.page.locator("main").inner_html())
    assert len(answers) == 1  # nobody learns whether a code is right
    anna.go(f"/g/{talk.conversation}/codes")
    ask(anna, "reopen")
    anna.says("Een code die dicht was, is nu weer open.")
    anna.look("opened")


def test_the_officer_stops_listening_with_a_reason(enter: Enter, house: House, talk: Talk) -> None:
    anna, bram, fatima = enter(talk.worker), enter(), enter("fatima")
    code = code_from(anna, talk)
    come_in(bram, code)
    bram.page.locator("[data-play]").wait_for()
    fatima.go(f"/desk/g/{talk.conversation}/")
    fatima.follow(f"/desk/hearing/{talk.conversation}/")
    fatima.look("who-may")
    fatima.send("halt")
    fatima.says("Schrijf kort op waarom.")
    fatima.look("no-reason")
    fatima.fill("reason", "X-ray 27")
    fatima.send("halt")
    fatima.says("Terugluisteren staat stil.")
    fatima.look("halted")
    fatima.send("reasons")
    fatima.says("X-ray 27")
    fatima.look("reasons")
    bram.page.reload()
    bram.says("Deze opname kun je nu niet online horen. Bel ons, dan leggen we het uit.")
    bram.look("halted")
    assert "X-ray" not in bram.page.content()
    anna.go(f"/opname/{talk.conversation}/")
    anna.page.locator("[data-play]").wait_for()  # it is one person's stop
    assert "X-ray" not in anna.page.content()
    fatima.send("allow")
    bram.page.reload()
    bram.page.locator("[data-play]").wait_for()
