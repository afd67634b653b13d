"""Handing in a recording and reading a text in a real browser: with progress, over a broken connection, by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect
from tests.browser.looking import look
from tests.browser.test_hearing import code_for, listener
from tests.server import Server
from tests.sound import files

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of three blocks, as a voice recorder of a phone makes it."""
    return files.kind(tmp_path_factory.mktemp("app"), "plain.wav", files.conversation(6.0))


def at_work(browser: Browser, worker: tuple[StorageState, str], **more: object) -> tuple[Page, str]:
    """Give a page of the worker, and the address of the recording."""
    state, codes = worker
    page = browser.new_context(locale="nl-NL", storage_state=state, **more).new_page()  # type: ignore[arg-type]
    conversation = re.findall(r"[0-9a-f]{32}", codes)[0]
    return page, re.sub(r"/g/.*", f"/opname/{conversation}/", codes)


@pytest.mark.slow
def test_somebody_hands_in_a_recording_over_a_connection_that_breaks(
    browser: Browser, server: Server, worker: tuple[StorageState, str], own_app: Path
) -> None:
    bram = listener(browser, server, code_for(browser, worker))
    other = listener(browser, server, code_for(browser, worker, place=1))
    before = other.content()
    bram.get_by_role("link", name="Geef je opname aan").click()
    look(bram, "geven-1")
    bram.get_by_role("button", name="Ja", exact=True).click()
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.url.endswith("/1") and len(lost) < 1:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    bram.route("**/stuk/*/*", lose)
    bram.get_by_label("Het bestand met geluid").set_input_files(own_app)
    look(bram, "geven-2")
    bram.get_by_role("button", name="Geef deze opname").click()
    expect(bram.get_by_role("heading", name="Dank je wel")).to_be_visible(timeout=20_000)
    assert lost
    look(bram, "geven-3")
    other.reload()
    other.locator("[data-play]").wait_for()
    assert other.content() == before, "another participant sees the same bytes (law 11)"

    bram.goto(f"{server.origin}/luister/geven?there=doubt")
    bram.get_by_label("Het bestand met geluid").set_input_files(
        {"name": "gesprek.m4a", "mimeType": "audio/mp4", "buffer": files.photo()}
    )
    bram.get_by_role("button", name="Geef deze opname").click()
    expect(bram.get_by_role("status")).to_contain_text("In dit bestand zit een plaatje.", timeout=20_000)
    expect(bram.get_by_role("button", name="Geef deze opname")).to_be_enabled()

    anna, recording = at_work(browser, worker)
    anna.goto(recording)
    anna.get_by_text("Gaf iemand een eigen opname?").wait_for()
    anna.locator("li", has_text="Gaf iemand een eigen opname?").get_by_role("link").click()
    while anna.get_by_role("link", name="Kijk of het klaar is").count():
        anna.get_by_role("link", name="Kijk of het klaar is").first.click()
    assert anna.locator("audio").count() == 2
    heard = anna.evaluate(
        """async () => {
            const audio = document.querySelectorAll("audio")[1];
            for (let n = 0; n < 40 && (await fetch(audio.src, { method: "HEAD" })).status !== 200; n++)
                await new Promise((done) => setTimeout(done, 250));
            audio.muted = true;
            audio.load();
            await audio.play();
            await new Promise((done) => setTimeout(done, 700));
            return [audio.currentTime, audio.duration];
        }"""
    )
    assert heard[0] > 0.2
    assert abs(heard[1] - 6) < 0.3
    look(anna, "elders")


def test_a_text_is_brought_in_corrected_and_heard(
    browser: Browser, server: Server, worker: tuple[StorageState, str], tmp_path: Path
) -> None:
    anna, recording = at_work(browser, worker)
    anna.goto(recording)
    anna.locator("li", has_text="Wat er is gezegd, als tekst").get_by_role("link").click()
    look(anna, "teksten")
    file = tmp_path / "gesprek.vtt"
    file.write_text(
        "WEBVTT\n\n00:00.500 --> 00:04.000\n<v Spreker 1>We nemen dit gesprek op.\n\n"
        "00:04.000 --> 00:08.000\n<v Spreker 2><img src=x onerror=alert(1)> Goed.\n",
        encoding="utf-8",
    )
    large = {"name": "gesprek.txt", "mimeType": "text/plain", "buffer": b"0:02 Anna: Dag.\n" * 625_000}
    anna.get_by_label("Kies een bestand").set_input_files(large)  # type: ignore[arg-type] # a file in memory
    anna.get_by_role("button", name="Voeg toe").click()
    expect(anna.get_by_role("status")).to_contain_text(
        "Deze tekst is te lang. Er is niets bewaard. Geef de tekst in delen"
    )
    sent = anna.request.post(f"{anna.url}bestand?part=1", data=large["buffer"], headers={"origin": server.origin})
    assert (sent.status, "Geef de tekst in delen" in sent.text()) == (413, True)
    anna.get_by_label("Kies een bestand").set_input_files(file)
    anna.get_by_role("button", name="Voeg toe").click()
    anna.get_by_text("Hulpmiddel, geen bewijs.").wait_for()
    assert anna.locator("main img").count() == 0
    anna.get_by_role("link", name="Verbeter de regel van 0:04").press("Enter")
    anna.get_by_label("Wat wordt er gezegd?").fill("Goed, dat doen we.")
    look(anna, "regel")
    anna.get_by_role("button", name="Bewaar").click()
    expect(anna.locator("#r1")).to_contain_text("Goed, dat doen we.")
    anna.get_by_label("Wie is «Spreker 1»?").fill("Anna")
    anna.get_by_role("button", name="Bewaar deze naam").first.click()
    expect(anna.locator("#r0")).to_contain_text("Anna:")
    anna.get_by_role("button", name="Luister vanaf 0:04").click()
    anna.wait_for_function("document.querySelector('.seek').value >= 4")
    expect(anna.locator("[data-label]")).to_have_text("Pauze")
    look(anna, "tekst")
    anna.get_by_role("link", name="Wat is er verbeterd?").click()
    expect(anna.get_by_role("listitem").filter(has_text="Goed, dat doen we.")).to_have_count(1)
    look(anna, "verbeterd")

    bram = listener(browser, server, code_for(browser, worker), reduced_motion="reduce")
    bram.get_by_role("link", name="Lees de tekst").click()
    expect(bram.locator("#r1")).to_contain_text("Goed, dat doen we.")
    assert bram.get_by_text("verbeter").count() == 0
    look(bram, "lezen")
    with bram.expect_download() as taken:
        bram.get_by_role("link", name="Neem mee als WebVTT").click()
    assert "NOTE Hulpmiddel, geen bewijs." in Path(taken.value.path()).read_text(encoding="utf-8")
