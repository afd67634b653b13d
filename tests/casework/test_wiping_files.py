"""Wiping on real files: in a folder of its own, looked through byte by byte while the databases are still open."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.server import environment_of, set_up, tweespoor

TERMS = """
retention_years = 20
retention_source = "wet X, artikel 1"
retention_checked = "2026-11-01"
"""
WIPE = r"""
import json, sqlite3, threading
import django
django.setup()
from django.db import OperationalError, connections
from cryptography.exceptions import InvalidTag
from tweespoor.casework import capturing, clock, ledger, models, places, scrubbing, trackkeys, wiping
from tweespoor.rules.kinds import Ground
from tweespoor.seal.envelope import Envelope
from tweespoor.errors import DamagedError
from tweespoor.tape.store import Store

now = clock.now_ms() + 21 * 366 * 86_400_000
clock.source = lambda: now * 1_000_000
fatima = models.Staff.objects.get(username="fatima")
talk = models.Conversation.objects.get()
capturing.start()
organisation = trackkeys.organisation_key()
tracks = {row.pk: trackkeys.track_key(organisation, row) for row in talk.tracks.all()}
wrapped = [bytes(one) for one in models.WrappedKey.objects.filter(kind="track").values_list("wrapped", flat=True)]
keyring = places.home() / "keyring.sqlite3"
before = sum(scrubbing.stands_in(file, one) for one in wrapped for file in places.home().glob("keyring*"))
copies = {}
for track in tracks:
    capturing.room().spool.settle(bytes.fromhex(track))
    path = capturing.room().store.path(bytes.fromhex(track))
    copies[path] = path.read_bytes()

wiping.announce(talk.pk, 1, Ground.RETENTION_ENDED, staff=fatima)
now += 31 * 86_400_000

# While somebody reads the keyring it cannot be promised that nothing is left.
connections["keyring"].cursor().execute("PRAGMA busy_timeout=100")
reader = sqlite3.connect(keyring, isolation_level=None)
reader.execute("BEGIN")
reader.execute("SELECT count(*) FROM casework_wrappedkey").fetchone()
try:
    wiping.wipe(talk.pk, 1, staff=fatima)
    busy = "wiped"
except OperationalError as error:
    busy = str(error)
unsaid = ledger.state(talk.pk).parts[1].erased is None
reader.execute("COMMIT")
reader.close()

# Two officers at the same moment: one wipes, the other sees what happened.
bart = models.Staff.objects.create_user("bart", role="officer")
who, failed = [], []

def go(staff):
    try:
        who.append(wiping.wipe(talk.pk, 1, staff=staff).done_by.username)
    except Exception as error:
        failed.append(repr(error))
    finally:
        connections.close_all()

both = [threading.Thread(target=go, args=(staff,)) for staff in (fatima, bart)]
[one.start() for one in both]
[one.join() for one in both]
lines = [bytes(line) for line in ledger.lines(talk.pk)]

files = [path for path in places.home().rglob("*") if path.is_file()]
raw = [key for key, _ in tracks.values()] + wrapped
found = [str(path) for path in files for one in raw if scrubbing.stands_in(path, one)]
left = [path.name for path in files for track in tracks if path.name.startswith(track)]

# Somebody who kept a copy of the sound tries every key that is left.
keys = [organisation]
for row in models.WrappedKey.objects.filter(kind="conversation"):
    keys.append(trackkeys.conversation_key(organisation, row.owner))
opened = 0
for path, copy in copies.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(copy)
    for key in keys:
        with Store(places.tracks()).open(path.stem, key, talk.pk, b"") as track:
            for number in range(len(track)):
                try:
                    track.chunk(number)
                    opened += 1
                except DamagedError:
                    pass
    path.unlink()
chunks = sum(len(copy) for copy in copies.values())
log = (keyring.parent / "keyring.sqlite3-wal")
print(json.dumps({
    "before": before, "busy": busy, "unsaid": unsaid, "found": found, "left": left, "opened": opened, "chunks": chunks,
    "log": log.stat().st_size if log.exists() else 0, "who": who, "failed": failed,
    "erased": sum(b'"PartErased"' in line for line in lines),
    "keys": models.WrappedKey.objects.filter(kind="track").count(),
}))
capturing.stop()
"""


def run(home: Path, script: str) -> dict[str, Any]:
    """Run a script in a process of its own and give what it found."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment_of(home) | {"DJANGO_SETTINGS_MODULE": "tweespoor.web.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give an installation with a conversation, whose house has looked its term up."""
    home = tmp_path / "installation"
    set_up(home, "--demo")
    with (home / "house.toml").open("a", encoding="utf-8") as file:
        file.write(TERMS)
    return home


def test_after_wiping_no_byte_of_a_key_is_left_and_nothing_opens(home: Path) -> None:
    found = run(home, WIPE)
    assert found["before"] >= 2, "the test looks in the right place"
    assert (found["busy"], found["unsaid"]) == ("the keyring is being read; try again", True)
    assert found["failed"] == []
    assert len(found["who"]) == 2
    assert len(set(found["who"])) == found["erased"] == 1
    assert found["found"] == []
    assert found["left"] == []
    assert found["chunks"] > 100_000
    assert (found["opened"], found["log"], found["keys"]) == (0, 0, 0)
    said = tweespoor(home, "check")
    assert said.returncode == 0, said.stderr
    assert "part 1 of " in said.stdout
    assert "was wiped: retention-ended" in said.stdout
    assert "all whole" in said.stdout
