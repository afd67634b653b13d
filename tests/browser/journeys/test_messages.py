"""Messages: a safe way that is obeyed, neutral words to a real mailbox, and what the worker tells in person."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import expect
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.test_listening import at, code_from, come_in
from tests.browser.journeys.visit import Visit
from tests.browser.waiting import until
from tests.server import free_port

from tweespoor.casework.telling import SUBJECT, WORDS, Notice


class Box:
    """A server for mail that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.got.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"

    def to(self, address: str) -> list[bytes]:
        """Give what came for one address."""
        return [content for addresses, content in self.got if addresses == [address]]


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """Serve mail."""
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port  # type: ignore[attr-defined] # where the house finds it
    yield box
    controller.stop()


@pytest.fixture(scope="module")
def environment(box: Box) -> dict[str, str]:
    """Let the house send its mail there."""
    port = box.port  # type: ignore[attr-defined] # as above
    return {"TWEESPOOR_SMTP": f"smtp://127.0.0.1:{port}", "TWEESPOOR_MAIL_FROM": "bericht@example.net"}


def choose_mail(anna: Visit, talk: Talk, address: str) -> None:
    """Note that the first person may be mailed."""
    anna.go(f"/g/{talk.conversation}/ways")
    anna.look("ways")
    first = anna.page.locator("form.chapter").first
    first.locator('label:has(input[name="way"][value="mail"])').click()
    first.locator('[name="address"]').fill("no address")
    with anna.page.expect_navigation():
        first.locator("button:not([formaction])").click()
    anna.says("Dit nummer of adres klopt niet. Kijk het samen na.")
    anna.look("wrong-address")
    first.locator('label:has(input[name="way"][value="mail"])').click()
    first.locator('[name="address"]').fill(address)
    first.locator(f'label:has(input[name="language"][value="{anna.setting.language}"])').click()
    with anna.page.expect_navigation():
        first.locator("button:not([formaction])").click()
    anna.says("Nu: een mail is veilig.")
    assert address not in anna.page.content()  # it is looked up when it is used, and that is written down
    anna.send("ways/look")
    expect(anna.page.locator("bdi")).to_have_text(address)


def read_neutral(box: Box, address: str, language: str) -> None:
    """Read the one mail that came: fixed words, and nothing that names the organisation."""
    ((content),) = box.to(address)
    mail = message_from_bytes(content, policy=default)
    english = language == "en"
    assert mail["Subject"] == (SUBJECT.en if english else SUBJECT.nl)
    words = WORDS[Notice.READY].en if english else WORDS[Notice.READY].nl
    assert mail.get_content().strip() == words
    assert b"Thuis" not in content


def release(fatima: Visit, talk: Talk) -> None:
    """Say that one has listened, as soon as the house knows it: the player tells it a moment after the sound began."""
    looked = fatima.page.locator('main form[action$="/secret"] button')
    fatima.go(f"/desk/g/{talk.conversation}/")
    until(lambda: looked.count() == 1 or (fatima.page.reload() is not None and looked.count() == 1), 30, fatima.page)
    with fatima.page.expect_navigation():
        looked.click()
    expect(looked).to_have_count(0)
    fatima.says_not("Er is een geheim adres genoemd.")


def test_a_secret_holds_everything_and_who_waits_hears_of_its_end_in_a_safe_way(
    enter: Enter, house: House, talk: Talk, box: Box
) -> None:
    anna, bram, fatima = enter(talk.worker), enter(), enter("fatima")
    address = f"{talk.worker.name}@example.org"
    code = code_from(anna, talk)
    choose_mail(anna, talk, address)

    anna.go(f"/g/{talk.conversation}/")
    anna.page.locator("button[name=mentioned][value=yes]").click()
    anna.says("Er is een geheim adres of een melder genoemd. De privacyfunctionaris kijkt eerst.")
    anna.look("secret")
    come_in(bram, code)
    bram.says("Deze opname kun je nu niet online horen. Bel ons, dan leggen we het uit.")
    bram.look("waits")
    fatima.go(f"/desk/g/{talk.conversation}/")
    fatima.says("Luister eerst. Daarna kun je dit afsluiten.")
    fatima.look("first-listen")
    fatima.go(f"/opname/{talk.conversation}/")
    fatima.page.locator("[data-play]").wait_for()
    fatima.press("Luister")
    until(lambda: at(fatima.page) >= 1, page=fatima.page)
    release(fatima, talk)

    until(lambda: bool(box.to(address)), 60, anna.page)
    read_neutral(box, address, anna.setting.language)
    bram.page.reload()
    bram.page.locator("[data-play]").wait_for()

    anna.go("/")
    expect(anna.page.get_by_role("heading", name=anna.words("Nog te vertellen"))).to_be_visible()
    left = anna.page.locator(".task", has_text=anna.words("Vertel dat de opname klaarstaat om te luisteren."))
    expect(left).to_have_count(1)  # to the other one, who chose no way; not to who got mail
    anna.look("to-tell")
    anna.press("Verteld")
    expect(left).to_have_count(0)


def change_of_mind(anna: Visit, talk: Talk, address: str) -> None:
    """Note that the first person may be mailed, and then that this is not so any more."""
    anna.go(f"/g/{talk.conversation}/ways")
    first = anna.page.locator("form.chapter").first
    for way, text in (("mail", address), ("none", "")):
        first.locator(f'label:has(input[name="way"][value="{way}"])').click()
        first.locator('[name="address"]').fill(text)
        with anna.page.expect_navigation():
            first.locator("button:not([formaction])").click()
    anna.says_not("Nu: een mail is veilig.")


def test_without_a_safe_way_nothing_is_sent(enter: Enter, house: House, talk: Talk, box: Box) -> None:
    anna, before = enter(talk.worker), len(box.got)
    change_of_mind(anna, talk, f"{talk.worker.name}@example.org")
    code_from(anna, talk)
    anna.go(f"/g/{talk.conversation}/codes")
    with anna.page.expect_navigation():
        anna.page.locator('form.chapter button[formaction$="/end"]').first.click()
    anna.send("codes/end")
    anna.says("Alle codes en links van deze persoon staan uit.")
    anna.go("/")
    anna.says("Vertel dat alle codes en links uit staan.")
    anna.look("to-tell")
    anna.page.wait_for_timeout(6_000)  # longer than the house waits between two rounds of sending
    assert len(box.got) == before
