"""The database locked for longer than we wait, gone or spoilt: a clear page with the helpline, nothing kept by half.

Each story is played in a process of its own on real files (`without_tables`), for a test's database is not one.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server import set_up

ROOT = Path(__file__).parents[2]
STORIES = ("gone unreadable held", "partly busy_while_recording busy", "beside")
"""What is played in one house, in this order."""


@pytest.mark.parametrize("stories", STORIES)
def test_without_tables(stories: str, tmp_path: Path) -> None:
    home = tmp_path / "installation"
    set_up(home)
    chosen = {
        "TWEESPOOR_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tweespoor.web.settings",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
    }
    played = subprocess.run(
        [sys.executable, "-m", "tests.web.without_tables", *stories.split()],
        cwd=ROOT,
        env=os.environ | chosen,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert played.returncode == 0, played.stderr[-4_000:]
