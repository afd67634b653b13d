"""The restore drill: a backup that was made while a real server records, brought back into an empty place."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from bench import house
from tests.server import environment_of, serving, set_up, tweespoor
from tests.test_postgresql import postgresql
from tests.web.recorders import Recorder

from tweespoor.rules.facts import TrackCheckpoint

__all__ = ["postgresql"]

Said = subprocess.CompletedProcess[str]


def back_up(home: Path, folder: Path, *more: str) -> Said:
    said = tweespoor(home, "backup", str(folder / "all"), "--keyring", str(folder / "keys"), *more)
    assert said.returncode == 0, said.stderr
    return said


def restore(home: Path, folder: Path, *more: str) -> Said:
    return tweespoor(home, "restore", str(folder / "all"), "--keyring", str(folder / "keys"), *more)


def ask(home: Path, question: str, database: str = "tweespoor") -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(home / f"{database}.sqlite3")) as opened:
        return opened.execute(question).fetchall()


def checkpoints(home: Path) -> dict[str, int]:
    """Give the last chunk of each track that a journal names."""
    found: dict[str, int] = {}
    for (line,) in ask(home, "SELECT line FROM casework_entry ORDER BY id"):
        assert isinstance(line, bytes)
        fact = json.loads(line)["fact"]
        if fact["type"] == TrackCheckpoint.__name__:
            found |= {one["track"]: one["last"] for one in fact["tracks"]}
    return found


async def load(recorders: list[Recorder], seconds: float) -> None:
    """Let devices record and send without rest."""

    async def one(recorder: Recorder, client: httpx.AsyncClient, until: float) -> None:
        recorder.heard(await client.get(recorder.url("last"), headers=recorder.headers()))
        while time.monotonic() < until:
            content = recorder.record()
            number = len(recorder.bodies) - 1
            answer = await client.post(recorder.url(number), content=content, headers=recorder.headers())
            assert answer.status_code == 200, answer.text
            recorder.heard(answer)
            recorder.number = answer.json()["accepted"] + 1
            await asyncio.sleep(0.02)

    until = time.monotonic() + seconds
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=None)) as client:
        await asyncio.gather(*(one(recorder, client, until) for recorder in recorders))


@pytest.mark.slow
def test_a_backup_made_under_load_comes_back_whole(tmp_path: Path) -> None:
    home, empty = tmp_path / "home", tmp_path / "empty"
    tickets = house.prepare(home, 8)
    port = house.free_port()
    recorders = [Recorder(ticket, f"http://127.0.0.1:{port}") for ticket in tickets]
    stopped = recorders[0].ticket["conversation"]
    safe: list[int] = []

    async def drill() -> None:
        working = asyncio.create_task(load(recorders, 26))
        await asyncio.sleep(14)  # past the first checkpoints
        for _ in range(2):  # a whole one, and one that adds what came since
            safe[:] = [recorder.number for recorder in recorders]
            await asyncio.to_thread(back_up, home, tmp_path)
        assert not working.done()
        await working

    with house.served(home, port):
        asyncio.run(drill())
    house.stop(home, stopped)
    assert restore(empty, tmp_path, "--verify").stdout.endswith("is whole.\n")
    assert not empty.exists()
    said = restore(empty, tmp_path)
    assert said.returncode == 0, said.stderr
    assert "8 journals, 16 tracks" in said.stdout
    named = checkpoints(empty)
    assert len(named) == 16
    held = house.bodies(empty, [recorder.ticket["track"] for recorder in recorders])
    for recorder, number in zip(recorders, safe, strict=True):
        track = recorder.ticket["track"]
        assert min(number - 1, named[track]) > 10
        # Everything that was acknowledged before, everything that the journal names, and nothing else.
        assert len(held[track]) >= max(number, named[track] + 1)
        assert held[track] == recorder.bodies[: len(held[track])]
    with house.served(empty, port) as server:  # and it lives on
        assert server.poll() is None
        assert httpx.get(f"http://127.0.0.1:{port}/conditions", headers={"Host": "localhost"}).status_code == 200
    assert tweespoor(empty, "check").returncode == 0


ERASE = """
import django; django.setup()
from tweespoor.casework import destroying, ledger, models
from tweespoor.casework.clock import now_ms
from tweespoor.rules import facts
from tweespoor.rules.kinds import Ground
one = models.Conversation.objects.get()
ledger.append(one.pk, facts.PartLocked(at=now_ms(), part=1, ground=Ground.REQUEST, erasable_at=now_ms()))
ledger.append(one.pk, facts.PartErased(at=now_ms(), part=1, ground=Ground.REQUEST, certain_at=now_ms()))
destroying.destroy_part(one.pk, 1, ground=Ground.REQUEST, certain_at=now_ms())
"""


def run(home: Path, program: str, *words: str) -> str:
    """Run a program in an installation, and give what it printed."""
    environment = environment_of(home) | {"DJANGO_SETTINGS_MODULE": "tweespoor.web.settings"}
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, env=environment, check=True, timeout=60, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("restore") / "home"
    set_up(home, "--demo")
    return home


@pytest.fixture
def home(demonstration: Path, tmp_path: Path) -> Path:
    """Give an installation with one finished conversation, of this test's own."""
    return Path(shutil.copytree(demonstration, tmp_path / "installation"))


@pytest.mark.slow
def test_an_old_backup_does_not_bring_back_what_was_wiped(home: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    back_up(home, old)
    of_part = ask(home, "SELECT count(*) FROM casework_wrappedkey WHERE part = 1", "keyring")[0][0]
    run(home, ERASE)
    back_up(home, tmp_path / "new")
    keys = ask(home, "SELECT count(*) FROM casework_wrappedkey WHERE kind = 'track'", "keyring")
    assert keys == [(0,)]

    # Both old, and a list that was kept elsewhere: destroyed again, and the journal says so.
    first = tmp_path / "first"
    said = restore(first, old, "--destroyed", str(tmp_path / "new" / "all" / "destroyed.jsonl"))
    assert said.returncode == 0, said.stderr
    assert f"{of_part} keys had been destroyed since and were destroyed again." in said.stdout
    assert ask(first, "SELECT count(*) FROM casework_wrappedkey WHERE kind = 'track'", "keyring") == keys
    lines = [json.loads(str(bytes(line), "utf-8")) for (line,) in ask(first, "SELECT line FROM casework_entry")]  # type: ignore[call-overload]
    assert [line["fact"]["type"] for line in lines].count("PartErased") == 1

    # The newest of the rest with an old keyring: the journal itself says what must go.
    second = tmp_path / "second"
    mixed = tmp_path / "mixed"
    shutil.copytree(tmp_path / "new" / "all", mixed / "all")
    shutil.copytree(old / "keys", mixed / "keys")
    (mixed / "all" / "destroyed.jsonl").unlink()
    assert restore(second, mixed).returncode == 0
    assert ask(second, "SELECT count(*) FROM casework_wrappedkey WHERE kind = 'track'", "keyring") == keys

    # The key is nowhere in the files, not even as a remainder.
    wrapped = [bytes(row[0]) for row in ask_backup(old)]  # type: ignore[call-overload]
    assert len(wrapped) == 2
    for place in (first, second, home):
        for path in place.glob("keyring.sqlite3*"):
            content = path.read_bytes()
            assert not [one for one in wrapped if one in content], path


LET_IN = """
import django; django.setup()
from tweespoor.casework import admitting, models, planning
from tweespoor.casework.clock import now_ms
one, anna = models.Conversation.objects.get(), models.Staff.objects.get(username="anna")
for seat in (2, 3):
    code = admitting.issue(one.pk, seat, "blauwe vis")
admitting.admit(code, "blauwe vis", "192.0.2.1")
assert models.Hearing.objects.count() == 1
models.Visitor.objects.create(conversation=one, token_sha256="0" * 64, seat=2, expires_ms=now_ms() + 10**9)
models.Conversation.objects.update(join_token="x", figures="123456", code_until_ms=now_ms() + 10**9)
print(planning.invitation(models.Plan.objects.get()))
"""
SHUT_OUT = """
import django; django.setup()
from tweespoor.casework import admitting, models, planning
one, anna = models.Conversation.objects.get(), models.Staff.objects.get(username="anna")
admitting.shut_out(one.pk, 2, staff=anna)
planning.renew(models.Plan.objects.get())
planning.renew(models.Plan.objects.get())
print(planning.invitation(models.Plan.objects.get()))
"""
COMES_IN = """
import sys
import django; django.setup()
from tweespoor.casework import planning
from tweespoor.errors import UnknownError
for token in sys.argv[1:]:
    try:
        print(bool(planning.invited(token)))
    except UnknownError:
        print(False)
"""


@pytest.mark.slow
def test_an_old_backup_lets_nobody_in_whom_somebody_shut_out(home: Path, tmp_path: Path) -> None:
    old, empty = tmp_path / "old", tmp_path / "empty"
    first = run(home, LET_IN)
    back_up(home, old)
    newest = run(home, SHUT_OUT)
    assert first != newest
    said = restore(empty, old, "--destroyed", str(home / "destroyed.jsonl"))
    assert said.returncode == 0, said.stderr
    assert "3 codes or invitations had been ended since and stay ended." in said.stdout
    assert ask(empty, "SELECT seat FROM casework_listeningcode WHERE ended_ms IS NULL") == [(3,)]
    for table in ("hearing", "visitor"):
        assert ask(empty, f"SELECT count(*) FROM casework_{table}") == [(0,)]
    assert ask(empty, "SELECT join_token, figures FROM casework_conversation") == [("", "")]
    assert run(empty, COMES_IN, first, newest) == "False\nTrue"

    # Without the newer list a door opens again: that is why it lies elsewhere too.
    second = tmp_path / "second"
    assert restore(second, old).returncode == 0
    assert ask(second, "SELECT count(*) FROM casework_listeningcode WHERE ended_ms IS NULL") == [(2,)]
    assert ask(second, "SELECT count(*) FROM casework_hearing") == [(0,)]


DROP = """
import django; django.setup()
from tweespoor.casework import capturing, clock, dropping, models, wiping
one, fatima = models.Conversation.objects.get(), models.Staff.objects.get(username="fatima")
moment = one.opened_ms + 21 * 366 * 86_400_000
clock.source = lambda: moment * 1_000_000
capturing.start()
dropping.announce(one.pk, staff=fatima)
moment += 31 * 86_400_000
wiping.wipe(one.pk, 1, staff=fatima)
dropping.drop(one.pk, staff=fatima)
capturing.stop()
"""


@pytest.mark.slow
def test_a_dropped_conversation_comes_back_from_an_old_backup_without_its_keys(home: Path, tmp_path: Path) -> None:
    with (home / "house.toml").open("a", encoding="utf-8") as house_file:
        house_file.write('retention_years = 20\nretention_source = "wet X"\nretention_checked = "2026-11-01"\n')
    old, empty = tmp_path / "old", tmp_path / "empty"
    back_up(home, old)
    run(home, DROP)
    assert ask(home, "SELECT count(*) FROM casework_conversation") == [(0,)]
    assert tweespoor(home, "check").returncode == 0
    back_up(home, tmp_path / "new")
    said = restore(empty, old, "--destroyed", str(tmp_path / "new" / "all" / "destroyed.jsonl"))
    assert said.returncode == 0, said.stderr
    assert "1 conversations had been dropped since; drop them again: tweespoor drop" in said.stdout
    assert "all whole." in said.stdout
    for table in ("wrappedkey", "disclosure", "attachment", "safeway"):
        assert ask(empty, f"SELECT count(*) FROM casework_{table}", "keyring") == [(0,)], table
    lines = [json.loads(line)["fact"]["type"] for (line,) in ask(empty, "SELECT line FROM casework_entry")]  # type: ignore[arg-type]
    assert lines.count("PartErased") == 1


def ask_backup(folder: Path) -> list[tuple[object, ...]]:
    database = next((folder / "keys" / "sets").glob("*/keyring.sqlite3"))
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return opened.execute("SELECT wrapped FROM casework_wrappedkey WHERE kind = 'track'").fetchall()


@pytest.mark.slow
def test_only_an_empty_place_is_restored_into_and_what_breaks_off_leaves_nothing(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path)
    said = restore(home, tmp_path)
    assert (said.returncode, "is not empty" in said.stderr) == (1, True)
    empty = tmp_path / "empty"
    track = next((tmp_path / "all" / "tracks").rglob("*.track"))
    whole = track.read_bytes()
    track.write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
    said = restore(empty, tmp_path)
    assert said.returncode == 1
    assert f"track {track.stem} is not as it was copied" in said.stderr
    assert "nothing was brought back" in said.stderr
    assert not empty.exists()
    track.write_bytes(whole)
    for wrong, says in (("all", "is not the folder"), ("nowhere", "is not there")):
        said = tweespoor(empty, "restore", str(tmp_path / "all"), "--keyring", str(tmp_path / wrong))
        assert (said.returncode, says in said.stderr) == (1, True), said.stderr
    said = restore(empty, tmp_path, "--set", "20200101T000000000Z")
    assert "holds no such set; there: 20" in said.stderr
    assert restore(empty, tmp_path).returncode == 0
    with serving(empty) as server:
        assert httpx.get(f"{server.origin}/").status_code == 200


def test_doctor_says_how_it_stands_without_names(home: Path, tmp_path: Path) -> None:
    said = tweespoor(home, "doctor")
    assert said.returncode == 1
    assert "wrong  backups: no backup was ever made from here" in said.stdout
    back_up(home, tmp_path)
    said = tweespoor(home, "doctor")
    assert said.returncode == 0, said.stdout
    assert "well   backups: the last backup of the keyring is 0 days old" in said.stdout
    assert not [name for name in ("anna", "fatima", "beheer") if name in said.stdout]
    (home / "keys" / "organisation.key").write_bytes(bytes(32))
    (home / "house.toml").write_text('organisation = "Huis"\n', encoding="utf-8")
    home.chmod(0o755)
    said = tweespoor(home, "doctor", TWEESPOOR_ORIGIN="http://gesprek.example.nl", TWEESPOOR_DEBUG="1")
    assert said.returncode == 1
    for line in (
        "wrong  house: ",
        "wrong  address: http://gesprek.example.nl is not https",
        "wrong  address: TWEESPOOR_DEBUG is on",
        "wrong  keys: others may enter",
        "wrong  keys: wrapped conversation key",
    ):
        assert line in said.stdout, line
    assert "Traceback" not in said.stdout + said.stderr


@pytest.mark.slow
def test_postgresql_comes_back_too(postgresql: str, tmp_path: Path) -> None:
    databases = {"TWEESPOOR_DATABASE": f"{postgresql}/casework", "TWEESPOOR_KEYRING": f"{postgresql}/keyring"}
    home, folders = tmp_path / "installation", [str(tmp_path / "all"), "--keyring", str(tmp_path / "keys")]
    assert tweespoor(home, "setup", "--demo", **databases).returncode == 0
    said = tweespoor(home, "backup", *folders, **databases)
    assert said.returncode == 0, said.stderr
    said = tweespoor(tmp_path / "empty", "restore", *folders, **databases)
    assert "the database default is not empty" in said.stderr
    for name in ("casework", "keyring"):
        server = ["psql", "-q", f"{postgresql}/postgres"]
        subprocess.run([*server, "-c", f"DROP DATABASE {name}", "-c", f"CREATE DATABASE {name}"], check=True)
    said = tweespoor(tmp_path / "empty", "restore", *folders, **databases)
    assert said.returncode == 0, said.stderr
    assert "1 journal, 2 tracks, 1 proof, " in said.stdout
    assert "all whole." in said.stdout
    said = tweespoor(home, "backup", *folders, **databases, PATH="/nowhere")
    assert "pg_dump is not here" in said.stderr
