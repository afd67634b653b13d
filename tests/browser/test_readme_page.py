"""The page LEESMIJ.html, opened from disk in a real browser, judges the whole corpus within its reach."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest
from bench import verify as long
from playwright.sync_api import Page, Playwright
from tests.browser import axe
from tests.browser.conftest import CHROMIUM
from tests.dossier import attacks_on_files, attacks_on_keys, attacks_on_sound  # noqa: F401 - entered by being imported
from tests.dossier.attacks import ATTACKS, Attack

import tweespoor.dossier
from tweespoor.dossier import bundle
from tweespoor.dossier.findings import Outcome
from tweespoor.rules.facts import FACTS, Span, TrackHead

PAGE = Path(tweespoor.dossier.__file__).parent / "LEESMIJ.html"
ACCEPTED = {"RECEIPT", "INTACT"}
RIGHT = {Outcome.PROVEN, Outcome.SEALED, Outcome.INTACT}

BEYOND_ITS_PARTS = re.compile(r"(seal|time|stamps)\.")
"""What the page says that it does not check: whose the seal is, and when it was made."""

BEYOND = {
    # Where certificates lead, and when they were valid.
    "seal-of-a-stranger",
    "dated-back-to-before-the-certificate",
    "all-by-a-stranger-and-the-true-receipt",
    # Conditions about children, about asking again, and about closing.
    "rule-recorded-with-a-child-without-an-answer",
    "rule-asked-three-times",
    # It takes one confirmation at a time.
    "receipts-that-contradict-each-other",
}
QUICK = [
    "true-as-it-went",
    "true-with-minutes-withheld",
    "incomplete-erased",
    "another-sound-in-a-chunk",
    "journal-line-changed",
    "recorded-on-after-the-stop",
    "rule-started-without-a-yes-of-all",
    "receipt-code-of-another-head",
    "zip-compressed",
]


@pytest.fixture(scope="module")
def page(engine: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    copy = tmp_path_factory.mktemp("page") / "LEESMIJ.html"
    copy.write_bytes(PAGE.read_bytes())
    browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    page = browser.new_page(locale="nl-NL")
    page.goto(copy.as_uri())
    yield page
    browser.close()


def judged(page: Page, one: Attack, folder: Path) -> tuple[str, set[str]]:
    """Let the page judge a case; gives its verdict, and the codes of what it found."""
    case = one.make(folder / "bundle.zip")
    if case.path.is_dir():
        return "UNREADABLE", set()
    page.reload()
    page.set_input_files("#file", case.path)
    receipt = case.receipts[0] if case.receipts else b""
    if receipt.startswith(b"{"):
        (folder / "receipt").write_bytes(receipt)
        page.set_input_files("#receipt", folder / "receipt")
    else:
        page.fill("#code", receipt.decode())
    page.click("#check")
    page.wait_for_selector("#verdict:visible")
    codes = page.eval_on_selector_all("#findings li", "all => all.map((one) => one.dataset.code)")
    return str(page.get_attribute("#verdict", "data-outcome")), set(codes)


def is_right(one: Attack, outcome: str) -> bool:
    if one.outcome in RIGHT:
        return outcome in ACCEPTED
    if one.name in BEYOND or (one.outcome is Outcome.FAILED and BEYOND_ITS_PARTS.match(one.code)):
        return outcome in {*ACCEPTED, "FAILED"}
    return outcome == one.outcome.value or (one.outcome is Outcome.FAILED and outcome == "NEWER")


@pytest.mark.parametrize("name", QUICK)
def test_the_page_judges_as_the_command_does(page: Page, name: str, tmp_path: Path) -> None:
    outcome, codes = judged(page, ATTACKS[name], tmp_path)
    assert is_right(ATTACKS[name], outcome), (outcome, codes)


@pytest.mark.slow
def test_the_page_accepts_nothing_within_its_reach_that_the_command_refuses(page: Page, tmp_path: Path) -> None:
    wrong = {}
    for one in ATTACKS.values():
        folder = tmp_path / one.name
        folder.mkdir()
        outcome, codes = judged(page, one, folder)
        if not is_right(one, outcome):
            wrong[one.name] = (one.outcome.value, one.code, outcome, sorted(codes))
    assert not wrong


def test_it_loads_nothing_and_says_what_it_did_not_check(page: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    outcome, _ = judged(page, ATTACKS["true-as-it-went"], tmp_path)
    assert outcome == "RECEIPT"
    assert not [url for url in asked if not url.startswith(("file:", "blob:", "data:"))]
    assert "Klopt met jouw bevestiging" in page.inner_text("#verdict")
    assert "certificaten" in page.inner_text("#unchecked")
    assert page.locator("svg .sound").count() >= 2
    page.click("#language")
    assert "Fits your confirmation" in page.inner_text("#verdict")
    assert "://" not in re.sub(r"http://(uri\.etsi|www\.w3)\.org[^\"]*", "", PAGE.read_text(encoding="utf-8"))


READ = """
window.bytesRead = [];
for (const how of ["arrayBuffer", "text", "stream"]) {
  const own = Blob.prototype[how];
  Blob.prototype[how] = function () { window.bytesRead.push(this.size); return own.call(this); };
}
const other = FileReader.prototype;
for (const how of ["readAsArrayBuffer", "readAsText", "readAsDataURL", "readAsBinaryString"]) {
  const own = other[how];
  other[how] = function (blob) { window.bytesRead.push(blob.size); return own.call(this, blob); };
}
"""
AT_ONCE = 4 << 20  # bytes


def test_it_reads_a_large_bundle_by_slices(engine: Playwright, tmp_path: Path) -> None:
    """Whatever is read of a file in any way is noted: never more than a few megabytes at once, and all of it."""
    story, tapes = long.conversation(1000)
    path = tmp_path / "bundle.zip"
    bundle.write(path, long.contents(story, tapes), story.sign_cms)
    browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    shown = browser.new_page(locale="nl-NL")
    shown.add_init_script(READ)
    shown.goto(PAGE.as_uri())
    shown.set_input_files("#file", path)
    shown.click("#check")
    shown.wait_for_selector("#verdict:visible")
    read = shown.evaluate("window.bytesRead")
    outcome = shown.get_attribute("#verdict", "data-outcome")
    browser.close()
    with zipfile.ZipFile(path) as archive:
        longest = max(member.file_size for member in archive.infolist())
    size = path.stat().st_size
    assert outcome == "INTACT"
    assert longest > AT_ONCE
    assert max(read) <= AT_ONCE, (size, max(read))
    assert sum(read) >= size
    assert len(read) > size // AT_ONCE


def test_it_can_be_used_by_everyone(page: Page, tmp_path: Path) -> None:
    judged(page, ATTACKS["true-with-a-newcomer-noticed-late"], tmp_path)
    for _ in range(2):
        page.click("#language")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert not axe.violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_knows_every_fact(page: Page) -> None:
    """The list of facts in the page is that of the rules, member by member."""
    assert page.evaluate("() => FACTS") == schema()


def _kind(hint: object) -> str:
    inner = [one for one in get_args(hint) if one is not type(None)]
    if get_origin(hint) is tuple:
        return f"[{_kind(inner[0])}]"
    if inner:
        return f"{_kind(inner[0])}?"
    plain: dict[object, str] = {int: "n", bool: "b", str: "s", Span: "span", TrackHead: "head"}
    if hint in plain:
        return plain[hint]
    assert isinstance(hint, type)
    assert issubclass(hint, Enum)
    return "/".join(member.value for member in hint)


def schema() -> dict[str, str]:
    found = {}
    for kind in FACTS:
        if not kind.private:
            hints = get_type_hints(kind)
            names = sorted(field.name for field in fields(kind) if field.name != "at")
            found[kind.__name__] = " ".join(f"{name}:{_kind(hints[name])}" for name in names)
    return found
