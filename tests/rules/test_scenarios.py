"""Every situation that really happens, told in plain Dutch and played."""

from pathlib import Path

import pytest
from tests.rules.stage import play

SCENARIOS = sorted(Path(__file__).with_name("scenarios").glob("*.txt"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    play(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Dan loopt de opname", "not-started"),
        ("Er gebeurt iets vreemds", "means 0 things"),
        ("Dan mag er wel worden opgenomen", "consent-missing"),
    ],
)
def test_a_scenario_that_is_not_so_fails(line: str, wrong: str) -> None:
    with pytest.raises(AssertionError, match=wrong):
        play(f"Een gesprek met 2 mensen\n{line}\n")
