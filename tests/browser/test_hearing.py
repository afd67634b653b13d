"""Listening back in a real browser: a code from the worker, own minutes, a copy, wrong words, a phone that is gone."""

import re
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from tests.browser.axe import violations
from tests.browser.conftest import Launch
from tests.browser.play import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORD = "Blauwe vis"
WRONG = "Dit klopt niet. Probeer het later nog eens, of bel ons."
NO_OPUS = """
const can = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) { return type.includes("opus") ? "" : can.call(this, type); };
"""


def code_for(browser: Browser, worker: tuple[StorageState, str], place: int = 0) -> str:
    """Let somebody choose a word on the worker's device."""
    state, url = worker
    page = browser.new_context(locale="nl-NL", storage_state=state).new_page()
    page.goto(url)
    page.locator("form.chapter").nth(place).get_by_role("button", name="Geef een code").click()
    page.get_by_label("Jouw woord").fill(WORD)
    page.get_by_role("button", name="Maak mijn code").click()
    code = " ".join(page.locator(".code-card__code span").all_inner_texts())
    page.go_back()
    assert code.split()[0] not in page.content()
    page.context.close()
    return code


def come_in(page: Page, server: Server, code: str, word: str = WORD) -> None:
    page.goto(f"{server.origin}/luister/")
    page.get_by_label("Vul je code in.").fill(code)
    page.get_by_label("Vul je woord in.").fill(word)
    page.get_by_role("button", name="Verder").click()


def listener(browser: Browser, server: Server, code: str, **more: object) -> Page:
    page = browser.new_context(locale="nl-NL", **more).new_page()  # type: ignore[arg-type] # what a context takes
    come_in(page, server, code)
    page.locator("[data-play]").wait_for()
    return page


def at(page: Page) -> float:
    """Give where the playhead is, in seconds."""
    return float(page.locator(".seek").input_value())


def test_somebody_listens_back_with_a_code(browser: Browser, server: Server, worker: tuple[StorageState, str]) -> None:
    page = listener(browser, server, code_for(browser, worker).lower().replace(" ", "-"))
    expect(page.get_by_role("heading", name="Je gesprek van")).to_be_visible()
    page.get_by_role("button", name="Langzamer").click()
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 2, page=page)
    page.get_by_role("button", name="Gemarkeerd moment").click()
    until(lambda: at(page) >= 68, page=page)
    page.get_by_role("button", name="Terug 15 seconden").click()
    until(lambda: at(page) < 68, page=page)
    page.get_by_role("link", name="Afspraken").click()
    expect(page.get_by_text("Waarvoor?")).to_be_visible()
    page.get_by_role("link", name="Terug").click()
    page.get_by_role("link", name="Bekijk").click()
    expect(page.get_by_role("heading", name="luisterde?")).to_be_visible()
    page.get_by_role("link", name="Terug").click()
    page.get_by_role("button", name="Ik ben klaar").click()
    page.goto(f"{server.origin}/luister/gesprek")
    expect(page.get_by_label("Vul je code in.")).to_be_visible()


def test_the_keyboard_alone_comes_in_and_listens(
    browser: Browser, server: Server, worker: tuple[StorageState, str]
) -> None:
    code = code_for(browser, worker)
    page = browser.new_context(locale="nl-NL").new_page()
    page.goto(f"{server.origin}/luister/")
    page.get_by_label("Vul je code in.").focus()
    page.keyboard.type(code)
    page.keyboard.press("Tab")
    page.keyboard.type(WORD.upper())
    page.keyboard.press("Enter")
    page.locator("[data-play]").wait_for()
    page.locator(".seek").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(lambda: at(page) >= 1, page=page)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Luister")).to_be_visible()


def test_a_browser_without_ogg_plays_the_copy(
    browser: Browser, server: Server, worker: tuple[StorageState, str]
) -> None:
    code = code_for(browser, worker)
    page = browser.new_context(locale="nl-NL").new_page()
    page.add_init_script(NO_OPUS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/luister/" in request.url else None)
    come_in(page, server, code)
    page.locator("[data-play]").wait_for()
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 2, 40, page)
    page.locator(".seek").fill("70")
    until(lambda: 71 <= at(page) <= 79, page=page)
    assert any(url.endswith(".m4a") for url in asked)
    assert not any(url.endswith((".opus", ".webm")) for url in asked)


def test_a_browser_that_only_says_it_plays_opus_gets_the_copy(
    browser: Browser, server: Server, worker: tuple[StorageState, str]
) -> None:
    page = listener(browser, server, code_for(browser, worker))
    page.route("**/*.webm", lambda route: route.fulfill(status=200, content_type="audio/webm", body="not sound"))
    page.locator(".seek").fill("20")
    page.get_by_role("button", name="Luister").click()
    until(lambda: at(page) >= 22, 40, page)
    page.get_by_role("button", name="Pauze").click()
    page.route("**/*.m4a", lambda route: route.fulfill(status=200, content_type="audio/mp4", body="not sound"))
    page.reload()
    page.get_by_role("button", name="Luister").click()
    expect(page.get_by_text("Het afspelen lukt nu niet.")).to_be_visible(timeout=15_000)


def test_a_copy_is_a_file_that_opens(
    browser: Browser, server: Server, worker: tuple[StorageState, str], tmp_path: Path
) -> None:
    page = listener(browser, server, code_for(browser, worker), accept_downloads=True)
    page.get_by_role("link", name="Neem een kopie mee").click()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Bewaar de kopie").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "gesprek.m4a"
    with av.open(str(file)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name == "aac"
        assert stream.duration is not None
        assert 75 < stream.duration * (stream.time_base or 0) < 85


def test_nothing_of_others_is_within_reach_and_a_lost_phone_ends_it(
    browser: Browser, server: Server, worker: tuple[StorageState, str]
) -> None:
    code = code_for(browser, worker)
    page, other = listener(browser, server, code), listener(browser, server, code)
    url = page.locator("[data-piece]").first.get_attribute("data-webm") or ""
    ask = """async ([url, range]) => {
      const answer = await fetch(url, { headers: range ? { Range: range } : {} });
      return [answer.status, (await answer.arrayBuffer()).byteLength, answer.url];
    }"""
    size = page.evaluate(ask, [url, ""])[1]
    assert page.evaluate(ask, [url, f"bytes={size}-"])[:2] == [416, 0]
    assert page.evaluate(ask, [url, f"bytes={size - 10}-{size + 999_999}"])[:2] == [206, 10]
    assert page.evaluate(ask, [f"/luister/{'0' * 32}.webm", ""])[0] == 404
    page.get_by_role("link", name="Mijn telefoon is weg").click()
    page.get_by_role("button", name="Zet alles uit").click()
    expect(page.get_by_role("heading", name="Alles staat uit.")).to_be_visible()
    assert other.evaluate(ask, [url, ""])[2].endswith("/luister/")
    come_in(other, server, code)
    expect(other.get_by_text(WRONG)).to_be_visible()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_open_to_all(
    browser: Browser, server: Server, worker: tuple[StorageState, str], language: str
) -> None:
    code = code_for(browser, worker)
    state, codes = worker
    page = listener(browser, server, code)
    page.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
    anna = browser.new_context(storage_state=state).new_page()
    anna.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
    wrong = []
    for shown, addresses in (
        (
            page,
            [
                f"/luister/{name}"
                for name in (
                    "gesprek",
                    "afspraken",
                    "wie",
                    "kopie",
                    "bevestiging",
                    "bewijsmap",
                    "telefoon-weg",
                    "uit",
                    "",
                )
            ],
        ),
        (anna, [codes.removeprefix(server.origin)]),
    ):
        for address in addresses:
            shown.goto(server.origin + address)
            assert shown.evaluate("document.documentElement.lang") == language
            for width in (360, 1280):
                shown.set_viewport_size({"width": width, "height": 800})
                wrong += [f"{address} at {width}: {one}" for one in violations(shown)]
                if shown.evaluate("document.documentElement.scrollWidth") > width:
                    wrong.append(f"{address} scrolls sideways at {width}")
    assert not wrong, "\n".join(wrong)


def test_ten_wrong_words_close_it_and_the_worker_opens_it(
    launch: Launch, server: Server, worker: tuple[StorageState, str]
) -> None:
    """Late in this file: it uses up the tries of this address."""
    browser = launch()
    code = code_for(browser, worker, 1)
    page = browser.new_context(locale="nl-NL").new_page()
    pages = set()
    for number in range(10):
        come_in(page, server, code, f"fout {number}")
        expect(page.get_by_text(WRONG)).to_be_visible()
        pages.add(re.sub(r"<script.*?</script>", "", page.content(), flags=re.DOTALL))
    come_in(page, server, code)
    expect(page.get_by_text(WRONG)).to_be_visible()
    pages.add(re.sub(r"<script.*?</script>", "", page.content(), flags=re.DOTALL))
    assert len(pages) == 1
    state, url = worker
    anna = browser.new_context(locale="nl-NL", storage_state=state).new_page()
    anna.goto(url)
    anna.locator("form.chapter").nth(1).get_by_role("button", name="Open de code weer").click()
    expect(anna.get_by_role("status")).to_contain_text("nu weer open")


def test_who_comes_to_the_office_listens_there(
    browser: Browser, server: Server, worker: tuple[StorageState, str]
) -> None:
    """The last test here: it signs the worker out, for the device is somebody else's then."""
    state, url = worker
    anna = browser.new_context(locale="nl-NL", storage_state=state).new_page()
    anna.goto(url)
    anna.locator("form.chapter").nth(1).get_by_role("button", name="Bij ons luisteren").click()
    anna.get_by_role("link", name="Luister op dit toestel").click()
    anna.get_by_role("button", name="Begin met luisteren").click()
    anna.locator("[data-play]").wait_for()
    expect(anna.get_by_role("link", name="Neem een kopie mee")).to_have_count(0)
    anna.goto(url)
    assert "/staff/login/" in anna.url
