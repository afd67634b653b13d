"""After one conversation of four: Bram and Dani on their phones, Carla in English on a large screen, and Anna.

They go to what was agreed, cut, cover, use, write out, hand in and go to a lawyer, each in a browser of their own; what
one of them does alone changes not one byte for the others (law 11).
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from tests.browser.afterwards import Recorded, choose, recorded, shows
from tests.browser.conftest import CHROMIUM, flags, speech_like, write_wav
from tests.browser.journey import account, sign_in
from tests.browser.looking import DESK, Look
from tests.browser.play import until
from tests.browser.test_hearing import at
from tests.casework.contracts import paper
from tests.server import Server
from tests.sound import files

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BY_LAW = "met een reden uit de wet"


@dataclass
class Four:
    """A conversation of four, whose pages stay open from one test to the next; Fatima is the privacy officer."""

    talk: Recorded
    server: Server
    browser: Browser
    fatima: Page

    @property
    def phones(self) -> tuple[Page, Page, Page]:
        """Give the pages of Bram, Carla and Dani."""
        bram, carla, dani = self.talk.phones.values()
        return bram, carla, dani

    def at(self, address: str) -> str:
        """Give a whole address."""
        return self.server.origin + address.format(self.talk.conversation)

    def lines(self) -> int:
        """Count the lines of all journals."""
        with closing(sqlite3.connect(self.server.home / "tweespoor.sqlite3", timeout=20)) as opened:
            (count,) = opened.execute("SELECT count(*) FROM casework_entry").fetchone()
        return int(count)

    def seen(self, *pages: Page) -> list[bytes]:
        """Give what others get of every page that could tell what one of them does alone."""
        mine = ("/luister/gesprek", "/luister/vragen", "/luister/wie", "/luister/afspraken", "/luister/geven")
        found = [page.request.get(self.at(address)).body() for page in pages for address in mine]
        return [*found, self.talk.anna.request.get(self.at("/desk/questions/{}/")).body()]


@pytest.fixture(scope="module")
def four(server: Server, engine: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Four]:
    table = write_wav(tmp_path_factory.mktemp("table") / "table.wav", speech_like(20))
    browser = engine.chromium.launch(executable_path=CHROMIUM, args=flags(table))
    talk = recorded(server, browser)
    fatima = browser.new_context(locale="nl-NL", viewport=DESK).new_page()
    sign_in(fatima, server, account(server, "fatima"))
    carla = talk.phones["Carla"]
    carla.set_viewport_size(DESK)
    carla.context.add_cookies([{"name": "l", "value": "en", "url": server.origin}])
    carla.goto(f"{server.origin}/luister/gesprek")
    assert carla.evaluate("document.documentElement.lang") == "en"
    yield Four(talk, server, browser, fatima)
    browser.close()


def test_clause_7_each_goes_to_the_second_and_notes_what_is_not_right(four: Four) -> None:
    bram, carla, dani = four.phones
    to_the_second = 'main a[href*="/luister/gesprek#t="]'
    for page in four.phones:
        page.goto(four.at("/luister/afspraken"))
        assert page.locator(".agreement").count() >= 7
        until(lambda page=page: page.reload() is not None and page.locator(to_the_second).count() > 0, 60, page)  # type: ignore[misc]
        page.locator(to_the_second).first.click()
        page.locator("[data-play]").wait_for()
        assert re.search(r"#t=\d", page.url)
    for page, text in ((bram, "Dit zei ik niet."), (carla, "I said Sunday."), (dani, "Dit was later.")):
        page.goto(four.at("/luister/afspraken"))
        page.locator("[name=begin]").fill("0:01")
        page.locator("[name=end]").fill("0:02")
        page.locator("[name=text]").fill(text)
        page.locator('form[action$="/luister/afspraken"] button').click()
        expect(page.locator(".attached")).to_contain_text(text)
        assert page.locator(".attached").count() == 1  # and nobody else's
    four.talk.anna.goto(four.at("/opname/{}/afspraken"))
    assert "Dit zei ik niet." not in four.talk.anna.content()
    four.fatima.goto(four.at("/desk/keeping/{}/"))
    for text in ("Dit zei ik niet.", "I said Sunday.", "Dit was later."):
        expect(four.fatima.get_by_text(text)).to_be_visible()


def test_clause_7b_all_sign_one_paper_and_its_scan_lies_beside_the_contract_alone(four: Four, tmp_path: Path) -> None:
    anna, scan, photo = four.talk.anna, tmp_path / "scan.pdf", tmp_path / "photo.jpg"
    scan.write_bytes(paper(2))
    photo.write_bytes(files.photo())
    anna.goto(four.at("/g/{}/contract"))
    anna.get_by_role("button", name="Maak het contract").click()
    anna.locator("[data-pad]").wait_for()
    for language, asks in (("nl", "Wie neemt op?"), ("en", "Who records?")):
        anna.goto(four.at(f"/g/{{}}/contract/paper?language={language}"))
        expect(anna.get_by_text(asks).first).to_be_visible()
    for file in (photo, scan):
        anna.goto(four.at("/g/{}/contract/scan"))
        anna.get_by_label("De scan, hooguit 10 MB").set_input_files(file)
        for tick in anna.locator("[name=seat], [name=us]").all():
            tick.check()
        anna.get_by_role("button", name="Bewaar de scan").click()
        if file is photo:
            expect(anna.get_by_role("heading", name="Dit is geen scan van een papier.")).to_be_visible()
    holds = ("Dit contract geldt.", "This contract holds.", "Dit contract geldt.")
    for page, says in zip(four.phones, holds, strict=True):
        until(lambda page=page, says=says: shows(page, four.at("/luister/contract"), says), 40, page)  # type: ignore[misc]
        assert "scan" not in page.locator("main").inner_html()
    assert anna.request.get(four.at("/g/{}/contract/file/1-scan-1.pdf")).body() == scan.read_bytes()


def test_clause_5b_two_propose_at_once_and_then_all_agree_and_hear_the_copy(four: Four) -> None:
    bram, carla, dani = four.phones
    typed = {bram: ("0:01", "0:02", "Dit gaat over iemand anders."), carla: ("0:00", "0:01", "A name is said here.")}
    for page, (begin, end, reason) in typed.items():
        page.goto(four.at("/luister/knippen"))
        choose(page, begin, end, reason)
        page.locator('button[name="sure"]').wait_for()
    for page in typed:  # neither waits for the other
        page.evaluate("setTimeout(() => document.querySelector('[name=sure]').click())")
    for page in typed:
        until(lambda page=page: "/vraag/" in page.url or page.get_by_role("alert").count() > 0, 20, page)  # type: ignore[misc]
    (first,) = [page for page in typed if "/luister/vraag/" in page.url]
    (second,) = [page for page in typed if page is not first]
    says = (
        "Er loopt al een vraag over knippen in dit deel."
        if second is bram
        else "There is a question about cutting in this part already."
    )
    expect(second.get_by_role("alert")).to_contain_text(says)
    begin, end, reason = typed[second]
    for name, value in (("begin", begin), ("end", end), ("reason", reason)):
        assert second.locator(f"[name={name}]").first.input_value() == value
    look = Look()
    look.at(second, "the form of who came second")
    assert not look.wrong, "\n".join(look.wrong)
    second.set_viewport_size(DESK)

    address = first.url
    for page in (second, dani):
        page.goto(address)
        page.locator('button[value="yes"]').click()
        page.locator('button[value="yes"]').wait_for(state="detached")
    question = address.rstrip("/").rpartition("/")[2]
    four.talk.anna.goto(four.at("/desk/questions/{}/") + f"{question}/")
    four.talk.anna.locator('form[action$="/answer"] button[value="yes"]').click()
    for page in four.phones:
        until(lambda page=page: _has_the_copy(page, address), 40, page)  # type: ignore[misc]
        page.locator('main a[href*="/luister/zonder/"]').first.click()
        page.locator("[data-play]").click()
        until(lambda page=page: at(page) > 0.5, 20, page)  # type: ignore[misc]


def _has_the_copy(page: Page, address: str) -> bool:
    page.goto(address)
    return page.locator('main a[href*="/luister/zonder/"]').count() > 0


def test_clause_6a_who_goes_to_a_lawyer_changes_nothing_for_the_others(four: Four) -> None:
    bram, carla, dani = four.phones
    before, lines = four.seen(carla, dani), four.lines()
    bram.goto(four.at("/luister/gesprek"))
    bram.get_by_role("link", name="Zo doe je dat").click()
    bram.get_by_role("link", name="Naar mijn eigen advocaat").click()
    expect(bram.get_by_text("Je hoeft het niemand te vragen. Wij vertellen het niemand.")).to_be_visible()
    bram.goto(four.at("/luister/kopie"))
    until(lambda: _copied(bram), 60, bram)
    assert four.seen(carla, dani) == before
    assert four.lines() == lines


def _copied(page: Page) -> bool:
    """Take the copy along when it is there."""
    button = page.locator('button[name="track"]').first
    if "klaar" in button.inner_text():
        page.reload()
        return False
    with page.expect_request(lambda request: "kopie" in request.url):
        button.click()
    page.goto(page.url.partition("/luister/")[0] + "/luister/kopie")
    return page.locator("main").get_by_text("We maken je kopie.").count() == 0


def test_clause_6a_a_use_by_law_is_told_to_all_only_when_the_officer_decides_so(four: Four) -> None:
    before = four.seen(*four.phones)
    for ground in ("colleague", "duty-by-law"):
        four.fatima.goto(four.at("/desk/use/{}/"))
        four.fatima.locator(f'input[name=ground][value="{ground}"]').check()
        four.fatima.locator("input[name=reason]").fill("Een collega neemt de zaak over.")
        four.fatima.locator('form[action$="/use"] button').click()
        expect(four.fatima.locator(".receipt__head")).to_contain_text("/hoor/")
    assert four.seen(*four.phones) == before  # nothing tells of it, as long as that is not decided
    four.fatima.goto(four.at("/desk/use/{}/"))
    for number, informing in enumerate(("told", "not-now")):
        form = four.fatima.locator('form[action$="/inform"]').first
        form.locator(f'input[value="{informing}"]').check()
        form.locator("[name=why]").fill("Zo staat het in de wet." if number else "Zij mogen dit weten.")
        form.locator("button").click()
    for page, says in zip(four.phones, (BY_LAW, "on a ground of law", BY_LAW), strict=True):
        page.goto(four.at("/luister/wie"))
        assert page.locator(".task", has_text=says).count() == 1  # of the two, the one that is told


def test_clause_6a_three_read_what_was_written_out_and_take_it_along(four: Four, tmp_path: Path) -> None:
    anna = four.talk.anna
    anna.goto(four.at("/opname/{}/tekst/"))
    file = tmp_path / "gesprek.vtt"
    file.write_text(
        "WEBVTT\n\n00:00.200 --> 00:00.900\n<v Spreker 1>We nemen op.\n\n"
        "00:01.000 --> 00:02.000\n<v Spreker 2><b>Goed.</b>\n",
        encoding="utf-8",
    )
    anna.get_by_label("Kies een bestand").set_input_files(file)
    anna.get_by_role("button", name="Voeg toe").click()
    anna.get_by_role("link", name=re.compile("^Verbeter de regel van 0:01")).click()
    anna.get_by_label("Wat wordt er gezegd?").fill("Goed, dat doen we.")
    anna.get_by_role("button", name="Bewaar").click()
    expect(anna.locator("#r1")).to_contain_text("Goed, dat doen we.")
    lines = four.lines()
    for page, form in zip(four.phones, ("vtt", "docx", "txt"), strict=True):
        page.goto(four.at("/luister/tekst"))
        expect(page.locator("#r1")).to_contain_text("Goed, dat doen we.")
        with page.expect_download() as taken:
            page.locator(f'main a[href$=".{form}"]').click()
        content = Path(taken.value.path()).read_bytes()
        assert content.startswith(b"PK" if form == "docx" else b"WEBVTT" if form == "vtt" else b"")
        assert form == "docx" or "Goed, dat doen we." in content.decode()
    assert four.lines() == lines  # law 11: what a participant takes along is in no journal


def test_clause_4a_what_one_hands_in_the_others_never_see(four: Four, tmp_path: Path) -> None:
    bram, carla, dani = four.phones
    before, lines = four.seen(bram, dani), four.lines()
    carla.goto(four.at("/luister/geven"))
    carla.locator('button[name=there][value="doubt"]').click()
    carla.locator("input[type=file]").set_input_files(files.kind(tmp_path, "plain.wav", files.conversation(3.0)))
    carla.locator("form .button--main").click()
    expect(carla.get_by_role("heading", name="Thank you")).to_be_visible(timeout=20_000)
    assert four.seen(bram, dani) == before
    assert four.lines() == lines
    four.talk.anna.goto(four.at("/opname/{}/elders"))
    expect(
        four.talk.anna.get_by_text("Niemand hoort hem voordat de privacyfunctionaris heeft gekeken.")
    ).to_be_visible()
    assert four.talk.anna.locator("audio").count() == 0
    four.fatima.goto(four.at("/opname/{}/elders"))
    expect(four.fatima.get_by_role("button", name="Houd dicht")).to_be_visible()


def test_clause_5b_what_is_covered_by_law_is_a_tone_for_all_three(four: Four) -> None:
    anna, fatima = four.talk.anna, four.fatima
    anna.goto(four.at("/g/{}/"))
    anna.locator('button[name=mentioned][value="yes"]').click()
    anna.get_by_text("De privacyfunctionaris kijkt eerst.").wait_for()
    fatima.goto(four.at("/desk/cover/{}/"))
    fatima.locator("[name=begin]").first.fill("0:02")
    fatima.locator("[name=end]").first.fill("0:02,5")
    fatima.get_by_label("Er wordt een geheim adres genoemd").check()
    fatima.get_by_role("button", name="Verder", exact=True).click()
    fatima.get_by_role("button", name="Bedek dit stuk").click()
    fatima.locator("[data-play]").click()
    until(lambda: at(fatima) > 0.5, 20, fatima)
    looked = fatima.get_by_role("button", name="Ik heb geluisterd en gekeken")
    # The player tells a moment after the sound began that one listens.
    until(lambda: bool(fatima.goto(four.at("/desk/g/{}/"))) and looked.count() == 1, 30, fatima)
    with fatima.expect_navigation():
        looked.click()
    for page, says in zip(four.phones, ("geheim adres", "secret address", "geheim adres"), strict=True):
        page.goto(four.at("/luister/gesprek"))
        page.locator("[data-play]").wait_for()
        expect(page.locator(".shade--covered")).to_have_count(1)
        expect(page.locator("main").get_by_text(says).first).to_be_visible()
