"""Three people sign a contract while the recording runs: on two phones, one of which records, and on our own device."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests import sealed
from tests.browser.flow.people import Cast, Person, all_see, begin, conversation_of, open_talk, record, record_more


def draw_on(page: Page) -> None:
    """Draw a signature with the pointer, as a finger does."""
    pad = page.locator("[data-pad]")
    pad.wait_for()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    mouse = page.mouse
    for begin_, end in ((0.2, 0.5), (0.55, 0.8)):
        mouse.move(box["x"] + box["width"] * begin_, box["y"] + box["height"] * 0.7)
        mouse.down()
        for n in range(12):
            across = begin_ + (end - begin_) * n / 11
            mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * (0.3 + 0.4 * (n % 2)))
        mouse.up()
    assert page.locator("[data-wave=drawn]").get_attribute("d")


def sign(person: Person) -> None:
    draw_on(person.page)
    person.choose(signs="yes")


@pytest.mark.slow
def test_three_people_and_we_sign_while_the_recording_runs(cast: Cast) -> None:
    anna = cast.worker()
    open_talk(anna, 4, "present")
    bram, carla = cast.guest("bram", anna), cast.guest("carla", anna)
    dani = cast.guest("Dani", anna, "12-15")
    for person in (bram, carla, dani):
        person.answer(records=person is bram)
    begin(anna)
    all_see({"P5": (bram, carla, dani)})
    record(anna, bram, seconds=1)
    conversation = conversation_of(anna)

    anna.step("contract")
    anna.tap("offer")
    anna.page.locator("[data-pad]").wait_for()
    for person in (bram, carla):
        person.step("contract")
        person.screen("P-CONTRACT")
        person.page.locator("main .state__dot").wait_for()
        sign(person)
        person.screen("P-THANKS")
    # Dani has a phone, and signs on our device all the same.
    anna.step("hand")
    anna.screen("DEVICE")
    anna.tap("next")
    anna.page.locator('button[name="seat"]').nth(2).click()
    sign(anna)
    anna.page.locator('form[action$="/contract/hand/next"]').wait_for()
    anna.page.go_back()  # it shows what every turn ends with
    anna.page.locator('form[action$="/contract/hand/next"]').wait_for()
    anna.page.locator('main a[href$="/contract"]').click()
    sign(anna)
    all_signed = ".chosen[role=status]"
    for person in (bram, carla):
        person.step("contract")
        person.page.locator(all_signed).wait_for(timeout=25_000)
    anna.page.locator(all_signed).wait_for(timeout=25_000)
    # The phone that signed has recorded all the while.
    record_more(bram, 2)
    assert bram.microphone
    assert cast.state(conversation).contract_signed == {None, 2, 3, 4}
    with anna.page.expect_download() as got:
        anna.page.locator('main a[href$="/file/1-nl.pdf"]').click()
    assert sealed.attached(Path(got.value.path()).read_bytes())
    dani.tap("stop")
    dani.screen("PSTOP")
