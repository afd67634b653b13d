"""The command ``tweespoor verify``: what it says, its exit codes, and that it needs nothing but the base install."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests import wheel
from tests.dossier import attacks_on_files, attacks_on_keys, attacks_on_sound  # noqa: F401 - entered by being imported
from tests.dossier.attacks import ATTACKS, Case

from tweespoor.cli import main
from tweespoor.dossier.findings import EXITS, WEIGHTS
from tweespoor.dossier.sentences import SENTENCES

SHOWN = [
    "true-as-it-went",
    "true-without-a-receipt",
    "true-without-any-root",
    "incomplete-erased",
    "journal-line-changed",
    "format-of-a-newer-version",
    "no-bundle-but-noise",
]


def arguments(case: Case, folder: Path) -> list[str]:
    given = ["verify", str(case.path)]
    for kind, contents in (("receipt", case.receipts), ("root", case.roots)):
        for number, content in enumerate(contents):
            file = folder / f"{kind}{number}"
            file.write_bytes(content)
            given += [f"--{kind}", str(file)]
    return given


@pytest.mark.parametrize("name", SHOWN)
def test_the_exit_code_is_the_verdict(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = arguments(ATTACKS[name].make(tmp_path / "bundle.zip"), tmp_path)
    for language in ("nl", "en"):
        assert main([*given, "--lang", language]) == EXITS[ATTACKS[name].outcome]
        assert capsys.readouterr().out.strip()
    assert main([*given, "--json"]) == EXITS[ATTACKS[name].outcome]
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == ATTACKS[name].outcome.value
    assert set(told) == {"verdict", "steps", "coverage", "conversation", "edition"}
    assert set(told["coverage"]) == {"recorded_s", "agreed_s", "by_device_clock_s", "gaps"}
    assert [step["n"] for step in told["steps"]] == list(range(1, 18))
    for step in told["steps"]:
        assert set(step) == {"n", "name", "ok", "findings"}
        assert all(set(one) == {"code", "severity", "text", "where"} for one in step["findings"])


def test_the_coverage_is_one_honest_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(arguments(ATTACKS["true-as-it-went"].make(tmp_path / "bundle.zip"), tmp_path))
    said = capsys.readouterr().out.splitlines()[1]
    assert said.startswith("0.6 van 0.6 seconden opgenomen met een ja van iedereen; 1 tekende op de eigen telefoon")


def test_a_code_is_taken_as_it_was_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = ATTACKS["true-with-a-code"].make(tmp_path / "bundle.zip")
    given = ["verify", str(case.path), "--receipt", case.receipts[0].decode()]
    assert main(given) == 11
    assert "Je bevestiging klopt met de hele opname." in capsys.readouterr().out
    assert main([*given, "--receipt", "3-nothing"]) == 2
    assert main(["verify", str(case.path), "--root", str(case.path)]) == 2
    assert main(["verify", str(tmp_path / "nothing.zip")]) == 2


def test_who_reads_only_the_first_line_gets_the_same_exit_code(tmp_path: Path) -> None:
    given = arguments(ATTACKS["true-as-it-went"].make(tmp_path / "bundle.zip"), tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "tweespoor.cli", *given], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")


ALONE = """
import os, sys
sys.addaudithook(lambda event, _: os._exit(99) if event.startswith("socket.") else None)
from tweespoor.cli import main
status = main(sys.argv[1:])
others = {name.partition(".")[0] for name in sys.modules} & {"django", "numpy", "av", "pyhanko"}
sys.exit(f"loaded {others}" if others else status)
"""


def test_it_asks_no_network_and_loads_nothing_of_the_server(tmp_path: Path) -> None:
    given = arguments(ATTACKS["true-as-it-went"].make(tmp_path / "bundle.zip"), tmp_path)
    done = subprocess.run([sys.executable, "-c", ALONE, *given], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_code_has_its_sentence() -> None:
    assert set(SENTENCES) == set(WEIGHTS)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_short(code: str) -> None:
    for text in SENTENCES[code]:
        for sentence in text.replace("?", ".").split(". "):
            assert len(sentence.split()) <= 15, sentence


@pytest.mark.slow
def test_the_wheel_alone_is_enough(tmp_path: Path) -> None:
    """A fresh environment with the built wheel, cryptography and rfc8785: no Django, no network, no installation."""
    python = wheel.installed(tmp_path)
    case = ATTACKS["true-as-it-went"].make(tmp_path / "bundle.zip")
    given = arguments(case, tmp_path)[1:]
    done = wheel.verify(python, given, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = subprocess.run(
        [python, "-c", "import sys, tweespoor.cli.proof; print([n for n in sys.modules if 'django' in n])"],
        check=True, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert loaded.stdout.strip() == "[]"
    content = bytearray(case.path.read_bytes())
    content[len(content) // 2] ^= 1
    case.path.write_bytes(content)
    assert wheel.verify(python, given, tmp_path).returncode == 30
