"""What can be typed, set or refused is written down, and every link leads somewhere."""

import argparse
import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from tests.browser.pictures import PICTURES

from tweespoor import cli
from tweespoor.rules.house import House

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "tweespoor"
OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
REFUSALS = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])

CODE = re.compile(r"[0-7][a-d]\.[a-z]+(-[a-z]+)*")
VARIABLE = re.compile(r'environ(?:\.\w+)?[\[(]"(TWEESPOOR_\w+)"')
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


def commands(parser: argparse.ArgumentParser, name: str = "tweespoor") -> Iterator[tuple[str, list[str]]]:
    """Give each command with its options."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, [option for action in parser._actions for option in action.option_strings]
    for action in below:
        for verb, sub in action.choices.items():
            yield from commands(sub, f"{name} {verb}")


COMMANDS = dict(commands(cli.parser()))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_written_down(name: str) -> None:
    assert f"`{name}" in OPERATE
    for option in COMMANDS[name]:
        assert option in {"-h", "--help"} or f"`{option}" in OPERATE


def test_no_command_is_written_down_that_is_not_there() -> None:
    for found in re.findall(r"^\| `(tweespoor [a-z ]+[a-z])", OPERATE, re.MULTILINE):
        assert found in COMMANDS


@pytest.mark.parametrize("field", fields(House), ids=lambda field: field.name)
def test_every_setting_of_the_house_is_written_down(field: object) -> None:
    name, default = getattr(field, "name", ""), getattr(field, "default", None)
    row = re.search(rf"^\| `{name}` \| ([^|]*) \|", OPERATE, re.MULTILINE)
    assert row
    if isinstance(default, bool):
        assert row[1] == str(default).lower()
    elif isinstance(default, int):
        assert row[1] == str(default)


def test_every_variable_is_written_down() -> None:
    code = [p for top in ("src", "tests", "bench") for p in (ROOT / top).rglob("*.py")]
    used = {name for p in code for name in VARIABLE.findall(p.read_text(encoding="utf-8"))}
    used |= set(re.findall(r"\bTWEESPOOR_[A-Z_]+", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert "TWEESPOOR_HOME" in used
    assert not {name for name in used if f"`{name}" not in OPERATE}


def codes() -> set[str]:
    """Every code of refusal, and every task, that stands in the code as a string."""
    found = set()
    for floor in ("rules", "casework", "web", "tape", "sound"):
        for path in (SRC / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                    found.add(node.value)
    return found


def test_every_code_of_refusal_is_written_down() -> None:
    written = set(re.findall(r"^\| `([^`]+)`", REFUSALS, re.MULTILINE))
    assert codes() - written == set(), "in the code, not in docs/refusals.md"
    assert written - codes() == set(), "in docs/refusals.md, not in the code"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    made = {f"pictures/{name}.png" for name in PICTURES}  # by `make pictures`; tests/browser checks that it does
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if target in made:
            continue
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


def test_every_decision_is_listed_and_tells_what_it_costs() -> None:
    listed = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        assert f"(decisions/{path.name})" in listed
        assert "**What it costs.**" in path.read_text(encoding="utf-8"), path.name


def test_every_floor_is_drawn() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for floor in SRC.iterdir():
        if floor.is_dir() and (floor / "__init__.py").exists():
            assert f"  {floor.name}/ " in drawn


def test_the_proxy_in_the_text_is_the_one_that_is_tested() -> None:
    inside = re.search(r"```nginx\n(.*?)```", OPERATE, re.DOTALL)
    assert inside
    assert inside[1] == (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")


def test_every_target_of_make_in_the_readme_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "README.nl.md", "docs/operate.md"):
        for target in re.findall(r"`make ([a-z-]+)`", (ROOT / name).read_text(encoding="utf-8")):
            assert target in targets


def test_every_fault_has_a_test_that_is_there() -> None:
    faults = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", faults, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 22))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = {name for _, shown in rows for name in re.findall(r"`(test_\w+)`", shown)}
    assert len(named) >= len(rows)
    assert not {name for name in named if f"def {name}(" not in code}
