"""What is played in a process of its own, on files that are really locked, gone or spoilt (`test_database_gone`)."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from time import monotonic, sleep

import django
from django.db import OperationalError, connections

from tweespoor.web import databases, settings

HOME = settings.TWEESPOOR_HOME
TABLES = HOME / "tweespoor.sqlite3"

databases.answer_soon(settings.DATABASES.values(), 4 if sys.argv[1:] == ["beside"] else 0.3)
settings.ALLOWED_HOSTS.append("testserver")
django.setup()

# Tables can only be imported once Django is set up.
from tests.web.walk import Seen, Talk, browser, ready_to_record, standing_clock, works_here  # noqa: E402

from tweespoor.casework import ledger, rounds  # noqa: E402
from tweespoor.casework.models import Conversation, Decline, Entry, Role, Staff, Task, Visitor  # noqa: E402


@contextmanager
def laid(people: int = 3, children: str = "none") -> Iterator[Talk]:
    """Lay a table for the worker, Bram and Carla."""
    with standing_clock() as time:
        ready_to_record()
        anna = Staff.objects.filter(username="anna").first() or works_here("anna", Role.WORKER)
        talk = Talk(browser(anna), time).open(people, children)
        for name in ("Bram", "Carla"):
            talk.join(name)
        yield talk


@contextmanager
def locked(*, for_reading: bool) -> Iterator[None]:
    """Let somebody else hold the tables for longer than we wait."""
    connections.close_all()
    other = sqlite3.connect(TABLES, isolation_level=None)
    if for_reading:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connections.close_all()
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def elsewhere() -> Iterator[None]:
    """Take the file away for a while, as a volume that is not there."""
    connections.close_all()
    files = [path for path in HOME.iterdir() if path.name.startswith(TABLES.name)]
    for path in files:
        path.rename(HOME / f"away-{path.name}")
    try:
        yield
    finally:
        connections.close_all()
        for path in HOME.iterdir():
            if path.name.startswith(TABLES.name):
                path.unlink()
        for path in files:
            (HOME / f"away-{path.name}").rename(path)


@contextmanager
def spoilt() -> Iterator[None]:
    """Let something else stand where the file was."""
    with elsewhere():
        TABLES.write_bytes(b"this is no database " * 500)
        yield


def page(seen: Seen) -> None:
    """Expect a page that says what is so, with the helpline and the way out, and shows no machinery."""
    assert seen.status == 503, (seen.status, seen.text[:2_000])
    for words in (
        'href="tel:08002000"',
        ">Snel weg</a>",
        "Er gaat bij ons iets mis.",
        "Het gesprek kan gewoon doorgaan.",
    ):
        assert words in seen.text, words
    for word in ("Traceback", "sqlite", "Operational", "casework_"):
        assert word not in seen.text, word
    assert seen.headers["cache-control"] == "no-store"


def kept(talk: Talk) -> tuple[object, ...]:
    """Tell all that stands in tables and in memory."""
    answers = rounds.of(talk.id)
    counts = tuple(table.objects.count() for table in (Conversation, Entry, Visitor, Decline, Task))
    memory = (dict(answers.answers), answers.declined, answers.guardian, answers.too_many, answers.recounting)
    return (counts, memory, talk.row.head, ledger.fold(talk.id).at.head, talk.row.shown_from_ms)


def unreachable(away: Callable[[], AbstractContextManager[None]]) -> None:
    """While the tables are gone every page says so; what needs no table still works; afterwards all goes on."""
    with laid() as talk:
        talk.answer("Bram", "no")
        before = kept(talk)
        bram = talk.phones["Bram"]
        with away():
            for client, address in (
                (bram, "/p/"),
                (bram, "/p/state"),
                (bram, "/p/agreements"),
                (talk.worker, "/"),
                (talk.worker, talk.here),
                (talk.worker, f"{talk.here}state"),
                (talk.worker, "/staff/"),
                (browser(), f"/m/{'0' * 22}"),
            ):
                page(Seen(client.get(address)))
            page(talk.phone("Carla", "answer", answer="yes", round="1"))
            page(talk.phone("Bram", "stop"))
            page(talk.tap("decline", reason="other"))
            page(Seen(browser().post("/", {"figures": "000000"})))
            page(Seen(browser().post("/staff/login/", {"login": "anna", "password": "x"})))
            for address in ("/", "/conditions", "/lang", "/m/", "/staff/login/", "/nowhere"):
                assert Seen(browser().get(address)).status in {200, 404}, address
            gone = browser()
            gone.cookies["p"] = bram.cookies["p"].value
            assert Seen(gone.get("/weg")).headers["clear-site-data"] == '"cache", "cookies"'
        assert kept(talk) == before
        assert (talk.screen("Bram"), talk.screen("Carla"), talk.screen()) == ("P3", "P2", "W4")
        talk.answer("Bram", "yes")
        talk.answer("Carla", "yes")
        talk.time.turn(4)
        assert (talk.screen("Bram"), talk.screen()) == ("P4", "W5")


def gone() -> None:
    """The file is not there."""
    unreachable(elsewhere)


def unreadable() -> None:
    """The file is something else."""
    unreachable(spoilt)


def held() -> None:
    """Somebody else holds the tables, also for reading."""
    unreachable(lambda: locked(for_reading=True))


def busy() -> None:
    """Somebody else writes for longer than we wait: pages are still shown, and no tap is kept by half."""
    with laid() as talk:
        talk.join("extra", kind=None)
        talk.answer("Bram", "yes")
        taps: list[tuple[Callable[[], Seen], str]] = [
            (lambda: talk.phone("Carla", "answer", answer="no", round="1"), "the last answer"),
            (lambda: talk.tap("decline", reason="other"), "the organisation's own no"),
            (lambda: talk.tap("stop-waiting"), "silence"),
            (lambda: talk.tap("phone", says="yes"), "somebody by telephone"),
            (lambda: talk.phone("Carla", "other", item="6", choice="1"), "another agreement"),
            (lambda: Seen(talk.worker.post("/g/new", {"people": 2, "children": "none"})), "a conversation"),
            (lambda: talk.phone("Bram", "ready"), "a recorder"),
        ]
        for tap, what in taps:
            before = kept(talk)
            with locked(for_reading=False):
                page(tap())
                shown = Seen(talk.phones["Carla"].get("/p/"))
                assert (shown.status, "Mag dit gesprek worden opgenomen?" in shown.text) == (200, True), what
            assert kept(talk) == before, what
        assert talk.tap("decline", reason="other").status == 302
        assert Decline.objects.count() == 1
        talk.time.turn(4)
        assert (talk.screen("Bram"), talk.screen("Carla"), talk.screen()) == ("PNEE", "PNEE", "WNEE")


def busy_while_recording() -> None:
    """A stop that cannot be written yet says so, and can be tapped again; a seat is taken whole or not at all."""
    with laid(4) as talk:
        talk.join("Dani", kind=None)
        before = kept(talk)
        with locked(for_reading=False):
            page(talk.phone("Dani", "who", kind="adult"))
        assert kept(talk) == before
        assert talk.phone("Dani", "who", kind="adult").status == 302
        assert talk.screen("Dani") == "P2"
        talk.begin()
        stops: tuple[Callable[[], Seen], ...] = (
            lambda: talk.phone("Carla", "stop"),
            lambda: talk.tap("stop"),
            lambda: talk.tap("pause"),
            lambda: talk.tap("not-everyone"),
            lambda: talk.tap("wrong-start"),
            lambda: talk.tap("everyone"),
            lambda: talk.tap("postpone"),
            lambda: Seen(talk.worker.post(f"{talk.here}finish")),
        )
        for tap in stops:
            before = kept(talk)
            with locked(for_reading=False):
                page(tap())
            assert kept(talk) == before
        assert (talk.screen(), talk.screen("Bram")) == ("W6", "P5")
        assert talk.phone("Carla", "stop").status == 302
        assert (talk.screen(), talk.screen("Bram"), talk.screen("Carla")) == ("WSTOP", "PSTOP", "PSTOP")


def partly() -> None:
    """Each write of a tap fails once, wherever it stands in line: what was before stands, or the whole of it."""
    with laid() as talk:
        talk.answer("Bram", "yes")
        before = kept(talk)
        for nth in range(1, 40):
            with failing(nth) as failed:
                seen = talk.phone("Carla", "answer", answer="no", round="1")
            if not failed:
                assert seen.status == 302
                break
            page(seen)
            assert kept(talk) == before, nth
        assert nth > 2
        talk.time.turn(4)
        assert (talk.screen("Bram"), talk.screen()) == ("PNEE", "WNEE")
        assert Task.objects.filter(kind="offer").count() == 1
        assert not rounds.of(talk.id).answers


@contextmanager
def failing(nth: int) -> Iterator[list[str]]:
    """Let the database refuse the so-many-th statement that writes; give what was refused."""
    refused: list[str] = []
    count = 0

    def refuse(execute: Callable[..., object], sql: str, *rest: object) -> object:
        nonlocal count
        if sql.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            count += 1
            if count == nth:
                refused.append(sql)
                raise OperationalError("disk I/O error")
        return execute(sql, *rest)

    with connections["default"].execute_wrapper(refuse):
        yield refused


def beside() -> None:
    """While one tap waits for a locked table, who only looks gets an answer soon, and so does another conversation."""
    with laid() as talk, laid() as other:
        talk.answer("Bram", "no")
        before = kept(talk)
        with locked(for_reading=False):
            waits = Thread(target=lambda: page(talk.phone("Carla", "answer", answer="yes", round="1")))
            waits.start()
            sleep(0.3)
            began = monotonic()
            assert Seen(other.phones["Carla"].get("/p/state")).status == 200
            assert monotonic() - began < 1
            page(Seen(talk.phones["Carla"].get("/p/state")))
            assert 1 < monotonic() - began < 3.5
            waits.join()
            assert monotonic() - began < 6
        assert kept(talk) == before
        assert (talk.screen("Carla"), other.screen("Carla")) == ("P2", "P2")
        assert talk.answer("Carla", "yes").status == 302


if __name__ == "__main__":
    for story in sys.argv[1:]:
        globals()[story]()
