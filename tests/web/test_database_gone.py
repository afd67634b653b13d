"""The database locked for longer than we wait, gone or spoilt: a clear page with the helpline, nothing kept by half.

Each story is played in a process of its own on real files (`without_tables`), for a test's database is not one.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORIES = ("gone unreadable held", "partly busy_while_recording busy", "beside")
"""What is played in one house, in this order."""


@pytest.mark.parametrize("stories", STORIES)
def test_without_tables(stories: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "house.toml").write_bytes((ROOT / "tests" / "house.toml").read_bytes())
    chosen = {
        "TWEESPOOR_HOME": str(tmp_path),
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
