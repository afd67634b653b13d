"""As an outside lawyer: the wheel alone, a bundle of the demonstration, its page opened from disk; then one byte."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright
from tests import wheel
from tests.authority import authority
from tests.browser import axe
from tests.browser.conftest import CHROMIUM
from tests.server import environment_of, tweespoor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = """
import django, sys
django.setup()
from tweespoor.casework import attesting, confirming, models
one = models.Conversation.objects.filter(finished_ms__isnull=False, practice=False).order_by("opened_ms").first()
attesting.attest(one.pk)
confirming.confirm(one.pk)
sys.stdout.write(one.pk + " " + confirming.newest(one.pk).line.decode())
"""


def opened(engine: Playwright, page: Path, width: int, language: str) -> Page:
    browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    shown = browser.new_page(locale=language, viewport={"width": width, "height": 900})
    shown.goto(page.as_uri())
    return shown


def judged(page: Page, bundle: Path, receipt: Path) -> str:
    page.reload()
    page.set_input_files("#file", bundle)
    page.set_input_files("#receipt", receipt)
    page.click("#check")
    page.wait_for_selector("#verdict:visible", timeout=60_000)
    return str(page.get_attribute("#verdict", "data-outcome"))


def test_a_stranger_checks_a_bundle_of_the_demonstration(engine: Playwright, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with authority(tmp_path / "clock") as clock:
        assert tweespoor(home, "setup", "--demo").returncode == 0
        kept = subprocess.run(
            [sys.executable, "-c", KEPT], check=True, capture_output=True, text=True,
            env=environment_of(home) | {"DJANGO_SETTINGS_MODULE": "tweespoor.web.settings"},
        ).stdout  # fmt: skip
        conversation, line = kept.split(" ", 1)
        bundle, receipt, roots = tmp_path / "bewijsmap.zip", tmp_path / "bevestiging.txt", tmp_path / "seal.pem"
        receipt.write_text(line, encoding="utf-8")
        done = tweespoor(home, "export", conversation, "--bundle", str(bundle), TWEESPOOR_TSA=clock.url)
        assert done.returncode == 0, done.stderr
        assert tweespoor(home, "seal", "--certificates", str(roots)).returncode == 0
        root = tmp_path / "root.pem"
        pem = roots.read_text(encoding="ascii")
        root.write_text(pem[pem.rindex("-----BEGIN") :], encoding="ascii")

        python = wheel.installed(tmp_path)
        given: list[str | Path] = [bundle, "--receipt", receipt, "--root", root, "--root", clock.root]
        found = wheel.verify(python, given, tmp_path)
        assert found.returncode == 0, found.stdout + found.stderr
        assert found.stdout.startswith("Klopt helemaal.")
        told = json.loads(wheel.verify(python, [*given, "--json"], tmp_path).stdout)
        assert (told["verdict"], told["conversation"]) == ("PROVEN", conversation)

    page = tmp_path / "LEESMIJ.html"
    with zipfile.ZipFile(bundle) as archive:
        page.write_bytes(archive.read("LEESMIJ.html"))
    shown = opened(engine, page, 360, "nl-NL")
    assert judged(shown, bundle, receipt) == "RECEIPT"
    assert "Klopt met jouw bevestiging" in shown.inner_text("#verdict")
    assert not axe.violations(shown)

    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    changed = tmp_path / "changed.zip"
    changed.write_bytes(content)
    assert wheel.verify(python, [changed, *given[1:]], tmp_path).returncode == 30
    assert judged(shown, changed, receipt) == "FAILED"
    shown.context.browser.close()  # type: ignore[union-attr]
