"""A file laid beside our recording in a real browser: it comes in, is compared, and both sides are heard."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from tests.browser.conftest import RATE, Launch, Sound, write_wav
from tests.browser.journey import heard, safe_until, sit_down, speak_agreements, start, stop
from tests.browser.looking import PHONE, look
from tests.browser.play import until
from tests.browser.test_hearing import code_for, listener
from tests.server import Server
from tests.sound import files
from tests.test_compare_command import SAID

from tweespoor.sound import container
from tweespoor.sound.voices import Line, talk

pytestmark = pytest.mark.browser

CUT_S = 5


def our_sound(page: Page) -> Sound:
    """Fetch the whole of our recording, as it is served, and decode it."""
    address = page.locator("[data-piece]").first.get_attribute("data-ogg") or ""
    served = page.request.get(re.sub(r"^/", re.sub(r"(//[^/]+/).*", r"\1", page.url), address)).body()
    return np.concatenate(list(container.decode(io.BytesIO(served), RATE)))


def without(sound: Sound, at_s: float, folder: Path) -> Path:
    """Give a copy as a phone makes it, from which five seconds were left out."""
    begin, end = round(at_s * RATE), round((at_s + CUT_S) * RATE)
    return files.kind(folder, "aac.m4a", np.concatenate((sound[:begin], sound[end:])) * np.float32(0.7))


def send(page: Page, file: Path | dict[str, object]) -> None:
    page.get_by_label("Het bestand met geluid").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Vergelijk", exact=True).click()
    expect(page.get_by_role("heading", name="Twee opnamen naast elkaar")).to_be_visible(timeout=90_000)


def missing(page: Page) -> tuple[float, float]:
    """Give from which second to which of ours the page says that something is missing."""
    (one,) = page.locator(".difference", has_text="Ontbreekt hier").all()
    found = re.search(r"Onze opname (\d+):(\d+),(\d) tot (\d+):(\d+),(\d)", one.inner_text())
    assert found is not None
    m, s, t, m2, s2, t2 = (int(part) for part in found.groups())
    return m * 60 + s + t / 10, m2 * 60 + s2 + t2 / 10


def side(page: Page) -> tuple[str, float]:
    pair = page.locator("[data-pair][data-at]").first
    if not pair.count():
        return "", 0.0
    return pair.get_attribute("data-side") or "", float(pair.get_attribute("data-at") or "nan")


def test_somebody_lays_an_edited_copy_beside_it_and_hears_both(
    browser: Browser, server: Server, worker: tuple[StorageState, str], tmp_path: Path
) -> None:
    bram = listener(browser, server, code_for(browser, worker), viewport=PHONE)
    other = listener(browser, server, code_for(browser, worker, place=1))
    other.goto(f"{server.origin}/luister/naast")
    before = other.content()
    bram.locator("[data-piece]").first.wait_for(state="attached")
    copy = without(our_sound(bram), 20, tmp_path)
    bram.get_by_role("link", name="Leg een bestand ernaast").click()
    look(bram, "naast-1-kies")
    send(bram, copy)
    begin, end = missing(bram)
    assert abs(begin - 20) < 0.6
    assert abs(end - begin - CUT_S) < 0.3
    look(bram, "naast-2-verschil")

    pair = bram.locator(".difference", has_text="Ontbreekt hier").locator("[data-pair]")
    expect(pair.get_by_text("of toets W")).to_be_visible()  # there is a mouse, so there is a keyboard
    assert bram.locator("main").get_by_text("Een verschil is geen beschuldiging.").count() == 1
    pair.locator("[data-play]").click()
    until(lambda: side(bram)[1] > 17, 12, bram)
    assert side(bram)[0] == "ours"
    bram.keyboard.press("w")
    until(lambda: side(bram)[0] == "theirs", 5, bram)
    was = side(bram)[1]
    until(lambda: side(bram)[1] > was + 0.3, 12, bram)
    expect(pair.locator("[data-says]")).to_contain_text("Je hoort nu jouw opname")
    pair.locator("[data-play]").click()

    page = bram.url
    other.reload()
    assert other.content() == before, "another participant sees the same bytes (law 11)"
    assert other.goto(page).status == 404  # type: ignore[union-attr]
    bram.get_by_role("button", name="Gooi weg").click()
    heard(bram, "De vergelijking is weg.")
    assert bram.goto(page).status == 404  # type: ignore[union-attr]


@pytest.mark.slow
def test_what_was_really_recorded_here_is_copied_edited_and_found(
    server: Server, launch: Launch, tmp_path: Path
) -> None:
    voices = ("nl+f3", "nl+m2", "nl")
    said = talk(Line(voices[n % 3], f"{SAID[n * 3 % len(SAID)]} Nummer {n} van de lijst.", 0.5) for n in range(24))
    room = write_wav(tmp_path / "room.wav", said * np.float32(0.7))
    table = sit_down(server, launch(room), launch(room))
    start(table.anna)
    speak_agreements(table.anna)
    safe_until(table.anna, 45)
    stop(table.bram)
    heard(table.anna, "De opname is gestopt.", 3)
    table.anna.get_by_role("button", name="Gesprek klaar").click()
    table.anna.get_by_role("link", name="Bekijk de opname").click()
    table.anna.locator("[data-piece]").first.wait_for(state="attached", timeout=20_000)
    copy = without(our_sound(table.anna), 25, tmp_path)
    table.anna.set_viewport_size(PHONE)
    table.anna.get_by_role("link", name="Leg een bestand ernaast").click()
    send(table.anna, copy)
    begin, end = missing(table.anna)
    assert abs(begin - 25) < 0.6
    assert abs(end - begin - CUT_S) < 0.3


@pytest.mark.slow
def test_who_works_here_sees_every_answer_and_files_one_with_a_reason(
    browser: Browser, server: Server, worker: tuple[StorageState, str], tmp_path: Path
) -> None:
    state, codes = worker
    conversation = re.findall(r"[0-9a-f]{32}", codes)[0]
    anna = browser.new_context(locale="nl-NL", storage_state=state, viewport=PHONE).new_page()
    anna.goto(f"{server.origin}/opname/{conversation}/")
    anna.locator("[data-piece]").first.wait_for(state="attached")
    sound = our_sound(anna)
    swapped = np.concatenate(
        (sound[: 8 * RATE], sound[20 * RATE : 32 * RATE], sound[8 * RATE : 20 * RATE], sound[32 * RATE :])
    )
    said = {
        "eerlijk": files.kind(tmp_path, "aac.m4a", sound * np.float32(0.6)).rename(tmp_path / "a.m4a"),
        "verwisseld": files.kind(tmp_path, "aac.m4a", swapped).rename(tmp_path / "b.m4a"),
        "ander": files.kind(tmp_path, "aac.m4a", files.conversation(30)).rename(tmp_path / "c.m4a"),
        "tekst": {"name": "x.mp3", "mimeType": "audio/mpeg", "buffer": b"this is a text"},
    }
    for name, file in said.items():
        anna.goto(f"{server.origin}/opname/{conversation}/naast")
        send(anna, file)  # type: ignore[arg-type]
        look(anna, f"naast-w-{name}")
    assert anna.get_by_text("Het bestand kunnen we niet lezen.").count() == 1
    anna.goto(f"{server.origin}/opname/{conversation}/naast")
    send(anna, said["eerlijk"])  # type: ignore[arg-type]
    with anna.expect_download() as taken:
        anna.get_by_role("link", name="Neem een verslag mee").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    anna.get_by_label("Waarom komt dit in het dossier?").fill("De deelnemer vraagt of de kopie heel is.")
    anna.get_by_role("button", name="Zet in het dossier").click()
    heard(anna, "Deze vergelijking staat in het dossier.")
    anna.goto(f"{server.origin}/opname/{conversation}/naast")
    anna.get_by_role("link", name="Bekijk").click()
    heard(anna, "De deelnemer vraagt of de kopie heel is.")
    look(anna, "naast-w-bewaard")


@pytest.mark.slow
def test_the_english_pages_are_whole(
    browser: Browser, server: Server, worker: tuple[StorageState, str], tmp_path: Path
) -> None:
    bram = listener(browser, server, code_for(browser, worker), viewport=PHONE, has_touch=True)
    bram.locator("[data-piece]").first.wait_for(state="attached")
    copy = without(our_sound(bram), 20, tmp_path)
    bram.context.add_cookies([{"name": "l", "value": "en", "url": server.origin}])
    bram.goto(f"{server.origin}/luister/naast")
    look(bram, "naast-en-1")
    bram.get_by_label("The file with sound").set_input_files(copy)
    bram.get_by_role("button", name="Compare", exact=True).click()
    expect(bram.get_by_role("heading", name="Two recordings side by side")).to_be_visible(timeout=90_000)
    assert "Missing here: 5 seconds" in bram.locator("main").inner_text()
    expect(bram.get_by_role("button", name="Swap, place 1")).to_be_visible()
    assert not bram.get_by_text("or key W").first.is_visible()  # a finger has no keys
    look(bram, "naast-en-2")
