"""What came from elsewhere comes back with a backup, is read by a check, and what was destroyed since does not."""

from pathlib import Path

import pytest
from tests.server import set_up, tweespoor
from tests.test_restore import ask, back_up, restore


@pytest.mark.slow
def test_recordings_from_elsewhere_come_back_and_are_checked(tmp_path: Path) -> None:
    home, empty, folder = tmp_path / "home", tmp_path / "empty", tmp_path / "backup"
    set_up(home, "--demo")
    kept = sorted(path.name for path in home.glob("tracks/*/*.given"))
    assert len(kept) == 3
    back_up(home, folder)
    back_up(home, folder)
    assert sorted(path.name for path in folder.glob("all/tracks/*/*.given")) == kept
    said = restore(empty, folder)
    assert said.returncode == 0, said.stderr
    assert sorted(path.name for path in empty.glob("tracks/*/*.given")) == kept
    assert ask(empty, "SELECT count(*) FROM casework_transcript", "keyring") == [(1,)]
    checked = tweespoor(empty, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr

    one = next(empty.glob("tracks/*/*.given"))
    content = bytearray(one.read_bytes())
    content[1000] ^= 1
    one.write_bytes(content)
    checked = tweespoor(empty, "check")
    assert checked.returncode == 1
    assert one.stem in checked.stdout + checked.stderr
