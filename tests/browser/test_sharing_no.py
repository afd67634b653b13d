"""A no among three and us, to a share and to a cut: everyone gets the same bytes, whoever said it (law 10)."""

import contextlib
import re
import sqlite3
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page
from tests.browser.afterwards import Recorded, choose, say
from tests.browser.afterwards import ask as ask_to_share
from tests.browser.journey import heard
from tests.browser.play import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Answers = Mapping[str, str]
SHARES: tuple[Answers, ...] = (
    {"Carla": "Nee", "Dani": "Ja", "us": "Ja"},
    {"Carla": "Ja", "Dani": "Ik twijfel", "us": "Ja"},
    {"Carla": "Ja", "Dani": "Ja", "us": "Nee"},
)
CUTS: tuple[Answers, ...] = (
    {"Bram": "Nee", "Dani": "Ja", "us": "Ja"},
    {"Bram": "Ja", "Dani": "Nee", "us": "Ja"},
    {"Bram": "Ja", "Dani": "Ja", "us": "Ik twijfel"},
)


def ask_to_cut(page: Page, server: Server) -> str:
    """Ask to cut a second; gives the address of the question."""
    page.goto(f"{server.origin}/luister/knippen")
    choose(page, "0:01", "0:02", "Dit gaat over iemand anders.")
    page.get_by_role("button", name="Vraag het de anderen").click()
    heard(page, "We wachten op de anderen.")
    return page.url


def desk_of(server: Server, talk: Recorded, address: str) -> str:
    question = address.rstrip("/").rpartition("/")[2]
    return f"{server.origin}/desk/questions/{talk.conversation}/{question}/"


def seen(server: Server, talk: Recorded, address: str) -> dict[str, bytes]:
    """Give what each of the four browsers gets now, the ids of this question left out."""
    pages = {name: (page, address) for name, page in talk.phones.items()}
    pages["us"] = talk.anna, desk_of(server, talk, address)
    found = {}
    for name, (page, where) in pages.items():
        found[name] = re.sub(rb"[0-9a-f]{32}", b"ID", page.request.get(where).body())
    for name, page in talk.phones.items():
        found[f"{name}, L2"] = page.request.get(f"{server.origin}/luister/gesprek").body()
        lines = page.request.get(f"{server.origin}/luister/vragen").body()
        newest = re.search(rb'<li class="task">.*?</li>', lines, re.DOTALL)
        assert newest is not None
        found[f"{name}, list"] = re.sub(rb"[0-9a-f]{32}", b"ID", newest[0])
    return found


def ended(server: Server, talk: Recorded, address: str, answers: Answers) -> list[dict[str, bytes]]:
    """Let people answer and the days go by; gives what all see before the end, and after it."""
    for name, given in answers.items():
        if name == "us":
            talk.anna.goto(desk_of(server, talk, address))
            talk.anna.get_by_role("button", name=given, exact=True).click()
            heard(talk.anna, "Het antwoord is binnen.")
        else:
            say(talk.phones[name], address, given)
    talk.anna.wait_for_timeout(6_500)  # so long that a yes of everyone would be seen
    before = seen(server, talk, address)
    waits = {name: b"We wachten op de anderen." in content for name, content in before.items() if name in talk.phones}
    assert all(waits.values()), waits  # a no ends nothing before the deadline
    with contextlib.closing(sqlite3.connect(server.home / "tweespoor.sqlite3", timeout=20)) as opened:
        opened.execute("UPDATE casework_question SET deadline_ms = 1 WHERE shown_ms IS NULL")
        opened.commit()
    bram = talk.phones["Bram"]
    until(lambda: b"Dit gaat niet door." in bram.request.get(address).body(), 30, bram)
    after = seen(server, talk, address)
    said = {name: b"Dit gaat niet door." in content for name, content in after.items() if "L2" not in name}
    assert all(said.values()), said  # at one moment for all
    return [before, after]


@pytest.mark.parametrize("kind", ["share", "cut"])
def test_law_10_whoever_says_no_everyone_gets_the_same_bytes(server: Server, talk: Recorded, kind: str) -> None:
    bram, carla = talk.phones["Bram"], talk.phones["Carla"]
    asking: Callable[[], str] = lambda: ask_to_cut(carla, server)  # noqa: E731
    if kind == "share":
        asking = lambda: _share_again(bram, server)  # noqa: E731
    told = [ended(server, talk, asking(), answers) for answers in (SHARES if kind == "share" else CUTS)]
    for moment in (0, 1):
        for other in told[1:]:
            differs = [name for name, content in told[0][moment].items() if other[moment][name] != content]
            assert not differs, (("before", "after")[moment], differs)


def _share_again(page: Page, server: Server) -> str:
    page.goto(f"{server.origin}/luister/gesprek")
    return ask_to_share(page, "Mijn zus Loes")
