"""The sweep agrees with the close look, never more; and what is worked out beside gives what it would give here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.dossier import attacks_on_files, attacks_on_keys, attacks_on_sound, stories  # noqa: F401 - entered by import
from tests.dossier.attacks import ATTACKS, Case
from tests.dossier.stories import BRAMS, OURS, Story

from tweespoor.dossier import receipts, report, trust, verify_sound
from tweespoor.dossier.chunks import Body
from tweespoor.dossier.sweep import Swept, sweep
from tweespoor.dossier.verify import verify
from tweespoor.rules import facts
from tweespoor.rules.facts import PauseCause


def told(case: Case) -> str:
    roots = [root for content in case.roots for root in trust.read_roots(content)]
    found = verify(case.path, [receipts.read(one) for one in case.receipts], roots)
    return json.dumps(report.as_json(found, "en"), indent=1)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_sweep_changes_no_word_of_any_report(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ATTACKS[name].make(tmp_path / "bundle.zip")
    quickly = told(case)
    monkeypatch.setattr(verify_sound, "sweep", lambda *_: None)
    assert told(case) == quickly


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Swept | None]:
    """Give a list that grows by what each sweep gives."""
    found: list[Swept | None] = []

    def noted(*given: object) -> Swept | None:
        found.append(sweep(*given))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(verify_sound, "sweep", noted)
    return found


def with_pauses(story: Story) -> Story:
    """Let it stand still between two stretches, begin a new epoch, and leave some of it out."""
    stories.recorded(story, 4)
    story.add(facts.RecordingPaused, cause=PauseCause.SOMEONE_CAME)
    story.add(facts.RecordingResumed, seconds=5)
    for n in range(3):
        for tape in story.tapes.values():
            tape.record(n, story.now + 100 + 1000 * n, epoch=1, content=[b"\xf8" + bytes(n + k) for k in range(50)])
    story.now += 4000
    story.checkpoint()
    story.tapes[OURS].where[1] = Body.WITHHELD
    story.tapes[BRAMS].where = [Body.WITHHELD] * 7
    story.own_minutes = True
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return story


@pytest.mark.parametrize("name", [name for name in ATTACKS if name.startswith("true-")])
def test_a_true_track_needs_no_close_look(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(monkeypatch)
    told(ATTACKS[name].make(tmp_path / "bundle.zip"))
    assert found
    assert None not in found


def test_neither_does_one_with_pauses_epochs_and_parts_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = with_pauses(stories.started(stories.opened(Story())))
    case = Case(story.build(tmp_path / "bundle.zip"), [story.receipt()], story.roots())
    found = counted(monkeypatch)
    quickly = told(case)
    assert len(found) == 2
    assert None not in found
    assert '"verdict": "PROVEN"' in quickly
    monkeypatch.setattr(verify_sound, "sweep", lambda *_: None)
    assert told(case) == quickly


# In processes of their own ----------------------------------------------------------------------------------

WRITTEN = """
import sys
from pathlib import Path
from tests.dossier.attacks import true
from tweespoor.dossier import beside, bundle
beside.PROCESSORS = 2
story = true()
story.checkpoints, story.pages = story.all_checkpoints(), story.all_pages()  # signed once, written thrice
story.endorsements, story.stamped = story.all_endorsements(), {}
contents = story.contents()
here = Path(sys.argv[1])
for name, apart in (("one", False), ("more", True)):
    bundle.write(here / name, contents, apart=apart)
assert (here / "one").read_bytes() == (here / "more").read_bytes()
assert sorted(one.name for one in here.iterdir()) == ["more", "one"]
beside.marshal.dumps = None  # the other process fails: then it is written here
bundle.write(here / "again", contents, apart=True)
assert (here / "one").read_bytes() == (here / "again").read_bytes()
"""

ALONE = """
import json, os, sys
from pathlib import Path
from tweespoor.dossier import beside, report
from tweespoor.dossier.verify import verify
beside.PROCESSORS = 2
split = []
real = os.fork
def fork():
    split.append(1)
    return real()
os.fork = fork
told = [json.dumps(report.as_json(verify(Path(sys.argv[1]), apart=apart), "en")) for apart in (True, False)]
assert told[0] == told[1] and len(split) == 2, (told, split)
here = os.getpid()
assert beside.begin(lambda: os.getpid() == here or os._exit(3), apart=True).result() is True
assert beside.begin(lambda: os.getpid() == here or 1 / 0, apart=True).result() is True
assert beside.begin(os.getpid, apart=True).result() != here
"""


def test_more_processes_write_the_same_bundle(tmp_path: Path) -> None:
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    folder = tmp_path / "made"
    folder.mkdir()
    command = [sys.executable, "-c", WRITTEN, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=here)
    assert done.returncode == 0, done.stderr


def test_more_processes_find_the_same_and_one_that_dies_is_missed(tmp_path: Path) -> None:
    case = ATTACKS["true-as-it-went"].make(tmp_path / "bundle.zip")
    done = subprocess.run([sys.executable, "-c", ALONE, case.path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
