"""From «Nu opnemen» to a recording that is kept, with the real server, real browsers and real sound."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import RATE, Launch, Sound, speech_like, write_wav
from tests.browser.journey import heard, safe_until, sit_down, speak_agreements, start, stop
from tests.browser.play import assert_same_sound, until
from tests.server import Server

from tweespoor.sound import opus, voices

pytestmark = pytest.mark.browser

SAID = (
    "Goedemiddag, fijn dat je er bent. We praten vandaag over hoe het thuis gaat.",
    "Vorige week belde de school. Wat is er daarna gebeurd?",
    "Zeg het gerust als je even wilt stoppen.",
)


def talk(path: Path, voice: str, seconds: float = 90) -> tuple[Path, Sound]:
    """Make a microphone that hears a voice again and again, over a little noise so that no second is alike."""
    spoken = voices.talk([voices.Line(voice, text) for text in SAID])
    whole = np.resize(spoken, int(seconds * RATE)) * 0.6 + speech_like(seconds, seed=len(voice)) * 0.15
    sound = whole.astype(np.float32)
    return write_wav(path, sound), sound


def test_two_record_and_what_was_said_is_kept(server: Server, launch: Launch, tmp_path: Path) -> None:
    ours, said_here = talk(tmp_path / "ours.wav", "nl+f3")
    theirs, said_there = talk(tmp_path / "theirs.wav", "nl+m3")
    table = sit_down(server, launch(ours), launch(theirs))
    heard(table.bram, "Iedereen zei ja.")
    start(table.anna)
    heard(table.bram, "Opname loopt.")
    speak_agreements(table.anna)
    safe_until(table.anna, 32)
    safe_until(table.bram, 32)
    stop(table.bram)
    heard(table.bram, "De opname is gestopt.", 3)
    heard(table.anna, "De opname is gestopt.", 3)
    assert table.anna.locator("[data-notice]").count() == 0
    assert table.bram.locator("[data-notice]").count() == 0

    table.anna.get_by_role("button", name="Gesprek klaar").click()
    heard(table.anna, "De opname is bewaard.")
    table.bram.get_by_text("Nee", exact=True).click(timeout=15_000)
    table.bram.get_by_role("button", name="Geef mijn opname").first.click()
    heard(table.bram, "Dit gesprek is opgenomen", 15)
    until(lambda: not kept(table.bram), 20, table.bram)  # handed in: nothing lies on the phone any more

    table.anna.get_by_role("link", name="Bekijk de opname").click()
    until(lambda: len(sounds(table.anna)) == 2, 20)
    lengths = []
    for path, source in zip(sounds(table.anna), (said_here, said_there), strict=True):
        address = f"{server.origin}{path}"
        first, again = (table.anna.request.get(address).body() for _ in range(2))
        assert first == again  # byte-identical
        file = tmp_path / "audio.opus"
        file.write_bytes(first)
        decoded = opus.read(str(file), "opus")
        assert_same_sound(decoded, source)
        lengths.append(len(decoded) / RATE)
    assert min(lengths) >= 30
    assert abs(lengths[0] - lengths[1]) < 3


def test_a_pause_and_a_reload_on_either_side_are_gaps_and_no_end(
    server: Server, launch: Launch, tmp_path: Path
) -> None:
    microphone, _ = talk(tmp_path / "microphone.wav", "nl+f3")
    table = sit_down(server, launch(microphone), launch(microphone))
    anna, bram = table.anna, table.bram
    for page in (anna, bram):
        page.on("dialog", lambda dialog: dialog.accept())
    start(anna)
    speak_agreements(anna)
    safe_until(anna, 3)
    anna.get_by_role("button", name="Pauze").click()
    heard(bram, "De opname staat stil.", 3)
    anna.get_by_role("button", name="Weer dezelfde mensen").click()
    heard(bram, "Opname loopt.", 3)
    for page, other in ((bram, anna), (anna, bram)):
        safe_until(page, 5)
        page.reload()
        heard(other, "De opname staat stil.", 3) if other is bram else heard(other, "Wij staan ook stil.", 3)
        heard(page, "Opname loopt.", 12)
        heard(other, "Opname loopt.", 6)  # standing still is seen at once; going on waits for sound that came again
        expect(page.locator("[data-bind=safe]").first).to_contain_text("tot", timeout=5000)
    stop(anna)
    heard(bram, "De opname is gestopt.", 3)
    anna.get_by_role("button", name="Gesprek klaar").click()
    heard(anna, "De opname is bewaard.")
    assert len(sounds(anna, anna.url.replace("/g/", "/opname/"))) == 1  # one track of ours; theirs is kept by its owner


def kept(page: Page) -> bool:
    """Tell whether anything still lies on this device."""
    return bool(page.evaluate("async () => (await indexedDB.databases()).length"))


def sounds(page: Page, address: str = "") -> list[str]:
    """Give where the sound of each track can be had, ours first."""
    page.wait_for_timeout(500)
    page.goto(address or page.url)
    return list(dict.fromkeys(re.findall(r"/opname/[0-9a-f]{32}/[0-9a-f]{32}\.opus", page.content())))
