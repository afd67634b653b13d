"""The desk in a real browser: every page beside the rules for access, in both languages, phone and desk; and keys."""

import subprocess
import sys

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from tests.browser.axe import violations
from tests.browser.conftest import Launch
from tests.browser.journey import account, sign_in
from tests.server import Server, environment_of

pytestmark = pytest.mark.slow

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}

# What a year at work leaves behind: tasks of every kind, our own no, something lost, something to tell.
BUSY = """
import secrets
import django
django.setup()
from tweespoor.casework import filing, leaking, tasks, telling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Conversation, Decline, Staff, Task
anna = Staff.objects.get(username="anna")
row = Conversation.objects.filter(practice=False).first()
row.worker = anna
row.save(update_fields=["worker"])
filing.note_secret(row.pk, mentioned=True)
for kind in Task.Kind:
    tasks.open_task(row.pk, kind)
for number in range(40):
    one = Conversation.objects.create(
        id=secrets.token_hex(16), worker=anna, opened_ms=now_ms() - number * 86_400_000, finished_ms=now_ms()
    )
    tasks.open_task(one.pk, Task.Kind.OFFER)
for reason in ("safety", "other"):
    Decline.objects.create(conversation=row, staff=anna, reason=reason, at_ms=now_ms())
leaking.report(row.pk, staff=anna, seat=2, cause=leaking.Cause.PHONE)
telling.in_person(row.pk, "contact", 2)
print(row.pk)
"""


@pytest.fixture(scope="module")
def conversation(server: Server) -> str:
    """Give the conversation about which everything is open."""
    environment = environment_of(server.home) | {"DJANGO_SETTINGS_MODULE": "tweespoor.web.settings"}
    done = subprocess.run(
        [sys.executable, "-c", BUSY], env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=120
    )
    return done.stdout.strip()


PAGES = {
    "anna": (
        *("", "desk/search?since=2020-01-01", "desk/g/{}/", "desk/g/{}/hand-over", "desk/g/{}/lost", "desk/lost"),
        *("g/{}/ways", "g/{}/codes"),
    ),
    "{manager}": ("desk/", "desk/?kind=offer", "desk/declines", "desk/g/{}/"),
    "{officer}": (
        *("", "desk/", "desk/g/{}/", "desk/leaks/", "desk/leaks/1/", "desk/log/", "desk/log/?since=x"),
        *("desk/hearing/{}/", "desk/keeping/", "desk/keeping/held", "desk/keeping/{}/"),
    ),
    "{clerk}": ("desk/", "desk/search?number=x", "desk/g/{}/"),
}


def someone(server: Server, launch: Launch, name: str, language: str = "nl") -> Page:
    page = launch().new_context(locale="nl-NL", viewport=PHONE).new_page()
    sign_in(page, server, account(server, name))
    page.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
    return page


def who(server: Server, role: str) -> str:
    """Give the account of the demonstration that has a role."""
    for line in server.tweespoor("user", "list").stdout.splitlines():
        name, has, *_ = line.split("\t")
        if has == role:
            return name
    raise AssertionError(role)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_desk_can_be_read_by_everyone(
    server: Server, conversation: str, launch: Launch, name: str
) -> None:
    account_name = who(server, name.strip("{}")) if name.startswith("{") else name
    page = someone(server, launch, account_name)
    wrong = []
    for path in PAGES[name]:
        for language in ("nl", "en"):
            page.context.add_cookies([{"name": "l", "value": language, "url": server.origin}])
            answer = page.goto(f"{server.origin}/{path.format(conversation)}")
            assert answer is not None
            assert answer.status == (422 if path.endswith("=x") and "since" in path else 200), path
            expect(page.locator("html")).to_have_attribute("lang", language)
            for size in (PHONE, DESK):
                page.set_viewport_size(size)
                wrong += [f"/{path} in {language} at {size['width']}: {one}" for one in violations(page)]
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > size["width"]:
                    wrong.append(f"/{path} is wider than {size['width']}")
            page.set_viewport_size(PHONE)
    assert not wrong, "\n".join(wrong)


def test_a_task_is_done_with_the_keyboard_alone(server: Server, conversation: str, launch: Launch) -> None:
    page = someone(server, launch, who(server, "clerk"))
    page.goto(f"{server.origin}/desk/?kind=unfiled")
    press_until(page, f"/desk/g/{conversation}/#unfiled")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gesprek van")
    number = page.get_by_label("dossiernummer", exact=False).first
    number.focus()
    page.keyboard.type("VT-2026-0042")
    if page.get_by_label("Waarom moet het anders?").count():
        page.keyboard.press("Tab")
        page.keyboard.type("was een ander gezin")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Dossier VT-2026-0042.")


def press_until(page: Page, ends: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if (page.evaluate("document.activeElement.href") or "").endswith(ends):
            return
    raise AssertionError(f"no link to {ends} in reach")


def test_the_list_goes_on_and_a_file_is_given(server: Server, conversation: str, launch: Launch) -> None:
    page = someone(server, launch, who(server, "officer"))
    page.goto(f"{server.origin}/desk/?kind=offer")
    expect(page.locator(".task")).to_have_count(25)
    page.get_by_role("link", name="Verder in de lijst").click()
    expect(page.locator(".task")).to_have_count(16)
    page.goto(f"{server.origin}/desk/log/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Als CSV").click()
    assert download.value.suggested_filename == "log.csv"
    assert download.value.path().read_text(encoding="utf-8").startswith("number,time,actor,role")


def test_what_was_told_leaves_the_list(server: Server, conversation: str, launch: Launch) -> None:
    page = someone(server, launch, "anna")
    page.goto(server.origin)
    expect(page.get_by_role("heading", name="Nog te vertellen")).to_be_visible()
    page.get_by_role("button", name="Verteld").click()
    expect(page.get_by_role("heading", name="Nog te vertellen")).to_have_count(0)
