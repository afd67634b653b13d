"""A backup that is brought back while a question is open: everyone is asked anew, and nobody's answer is revealed."""

import contextlib
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.server import Server, serving
from tests.test_restore import ask, back_up, demonstration, restore, run

__all__ = ["demonstration"]
pytestmark = pytest.mark.slow

BRAM, CARLA = 2, 3
WORD = "blauwe vis"
OPEN = "SELECT id FROM casework_question WHERE shown_ms IS NULL ORDER BY asked_ms DESC LIMIT 1"
ANSWER = """
import sys, django; django.setup()
from tweespoor.casework import models, polling
from tweespoor.rules.asking import Answer
question = models.Question.objects.filter(shown_ms=None).latest("asked_ms")
polling.answer(question.pk, int(sys.argv[1]) or None, Answer(sys.argv[2]))
"""
SEALED = """
import django; django.setup()
from tweespoor.casework import models
for one in models.PrivateAnswer.objects.order_by("seat"):
    print(bytes(one.sealed).hex())
"""
CODE = """
import sys, django; django.setup()
from tweespoor.casework import admitting, models
print(admitting.issue(models.Conversation.objects.get(finished_ms__isnull=False).pk, int(sys.argv[1]), sys.argv[2]))
"""


def brought_back(demonstration: Path, folder: Path, answer: str, codes: list[str] | None = None) -> Path:
    """Let Bram answer, back up, and bring that back into an empty place."""
    home, empty = folder / f"home-{answer}", folder / f"empty-{answer}"
    shutil.copytree(demonstration, home)
    if codes is not None:
        codes += [run(home, CODE, str(seat), WORD) for seat in (BRAM, CARLA)]
    run(home, ANSWER, str(BRAM), answer)
    before = journal(home)
    kept = [bytes.fromhex(line) for line in run(home, SEALED).split()]
    assert len(kept) == 3  # who asked twice, and Bram
    back_up(home, folder / answer)
    for path in (folder / answer).rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(sealed in content for sealed in kept), path
    said = restore(empty, folder / answer)
    assert said.returncode == 0, said.stderr
    assert "2 questions were open; everyone is asked anew, for no backup holds an answer." in said.stdout
    assert journal(empty) == before
    return empty


def journal(home: Path) -> list[object]:
    return [line for (line,) in ask(home, "SELECT line FROM casework_entry ORDER BY id")]


def everything(home: Path) -> dict[str, list[object]]:
    """Give every row of both databases, without the moments at which this installation wrote them."""
    found: dict[str, list[object]] = {}
    for database in ("tweespoor", "keyring"):
        with contextlib.closing(sqlite3.connect(home / f"{database}.sqlite3")) as opened:
            tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (table,) in tables:
                told = [name for _, name, *_ in opened.execute(f"PRAGMA table_info({table})")]
                kept = [name for name in told if not name.endswith(("_ms", "applied", "last_login"))]
                rows = opened.execute(f"SELECT {', '.join(map(repr_of, kept))} FROM {table}").fetchall()
                found[f"{database}.{table}"] = sorted(rows, key=repr)
    return found


def repr_of(name: str) -> str:
    return f'"{name}"'


def test_what_somebody_answered_before_cannot_be_told_from_what_is_brought_back(
    demonstration: Path, tmp_path: Path
) -> None:
    no, yes = (brought_back(demonstration, tmp_path, answer) for answer in ("no", "yes"))
    assert ask(no, "SELECT count(*) FROM casework_privateanswer", "keyring") == [(0,)]
    one, other = everything(no), everything(yes)
    assert one.keys() == other.keys()
    assert [table for table in one if one[table] != other[table]] == []


@contextlib.contextmanager
def coming_in(server: Server, codes: list[str]) -> Iterator[list[httpx.Client]]:
    """Let Bram and Carla come in with the codes that they had before."""
    clients = []
    for code in codes:
        client = httpx.Client(
            base_url=server.origin, follow_redirects=True, headers={"sec-fetch-site": "same-origin"}, timeout=30
        )
        answer = client.post("/luister/", data={"code": code, "word": WORD})
        assert "Je gesprek van" in answer.text, answer.status_code
        clients.append(client)
    yield clients
    for client in clients:
        client.close()


def until(client: httpx.Client, address: str, sentence: str) -> str:
    end, text = time.monotonic() + 30, ""
    while time.monotonic() < end:
        text = client.get(address).text
        if sentence in text:
            return text
        time.sleep(0.5)
    raise AssertionError(f"{sentence} was not said: {text}")


def shown(text: str) -> str:
    found = re.search(r"<main.*?</main>", text, re.DOTALL)
    assert found is not None
    return found[0]


def test_it_goes_on_with_everyones_answer_given_anew(demonstration: Path, tmp_path: Path) -> None:
    codes: list[str] = []
    home = brought_back(demonstration, tmp_path, "no", codes)
    ((question,),) = ask(home, OPEN)
    address = f"/luister/vraag/{question}/"
    with serving(home) as server, coming_in(server, codes) as (bram, carla):
        for client in (bram, carla):  # also who asked answers anew, and nobody's page tells of an answer
            assert 'value="doubt"' in client.get(address).text
        for client in (carla, bram):
            assert "We wachten op de anderen." in client.post(f"{address}answer", data={"answer": "yes"}).text
        run(home, ANSWER, "0", "yes")
        assert "Maak de link" in until(carla, address, "Iedereen zei ja.")
        assert "Maak de link" not in until(bram, address, "Iedereen zei ja.")
    assert ask(home, "SELECT count(*) FROM casework_privateanswer", "keyring") == [(0,)]


def test_without_anew_answers_it_ends_as_any_no(demonstration: Path, tmp_path: Path) -> None:
    codes: list[str] = []
    home = brought_back(demonstration, tmp_path, "yes", codes)
    ((question,),) = ask(home, OPEN)
    address = f"/luister/vraag/{question}/"
    run(home, ANSWER, "0", "yes")  # ours is in again; Bram's yes of before does not count
    with serving(home) as server, coming_in(server, codes) as (bram, carla):
        carla.post(f"{address}answer", data={"answer": "yes"})
        time.sleep(7)  # so long that a yes of everyone would be seen
        assert "We wachten op de anderen." in carla.get(address).text
        with contextlib.closing(sqlite3.connect(home / "tweespoor.sqlite3", timeout=20)) as opened:
            opened.execute("UPDATE casework_question SET deadline_ms = 1 WHERE shown_ms IS NULL")  # the days go by
            opened.commit()
        pages = [shown(until(client, address, "Dit gaat niet door.")) for client in (bram, carla)]
    assert [page.count("Jij") for page in pages] == [0, 1]  # who asked sees who asks
    assert re.sub("Jij|Deelnemer 2", "X", pages[0]) == re.sub("Jij|Deelnemer 2", "X", pages[1])
    last = journal(home)[-1]
    assert isinstance(last, bytes)
    assert b"ShareEndedWithoutAgreement" in last
    assert b"seat" not in last
