"""The command ``tweespoor compare``: what it says, its exit codes, what it opens, and what it does not need."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.dossier import golden
from tests.sound import files

from tweespoor.cli import main
from tweespoor.sound.voices import Line, talk

ROOT = Path(__file__).parents[1]
RATE = files.RATE
SAID = (
    "Goedemiddag, fijn dat jullie er zijn.",
    "We hadden het vorige week over school en over thuis.",
    "Met de jongste gaat het beter, die slaapt weer door.",
    "De oudste had ruzie op het plein met een vriend.",
    "Dat vertelde de juf mij dinsdag aan de telefoon.",
    "Wat spreken we af voor de komende twee weken?",
    "Elke avond om zeven uur eten we samen aan tafel.",
    "En op woensdag gaat hij naar zijn oma in Almere.",
)
CUT_S, CUT_FROM_S = 5, 25
Sound = NDArray[np.float32]


def heard(samples: Sound, gain: float, late: int, seed: int) -> Sound:
    """Let a device hear it: weaker, later, with a hiss of its own."""
    hiss = np.random.default_rng(seed).normal(0, 0.001, len(samples))
    return (np.roll(samples, late) * gain + hiss).astype(np.float32)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a conversation of a minute twice, and make copies of it."""
    folder = tmp_path_factory.mktemp("compare")
    voices = ("nl+f3", "nl+m2", "nl")
    said = talk(Line(voices[n % 3], f"{SAID[n * 3 % 8]} Nummer {n}.", 0.5) for n in range(12))
    near, far = heard(said, 0.8, 0, 1), heard(said, 0.35, 700, 2)
    begin, end = CUT_FROM_S * RATE, (CUT_FROM_S + CUT_S) * RATE
    made: dict[str, tuple[str, Sound]] = {
        "original.ogg": ("note.ogg", near),
        "honest.m4a": ("aac.m4a", far),
        "cut.m4a": ("aac.m4a", np.concatenate((far[:begin], far[end:]))),
        "first.m4a": ("aac.m4a", far[:begin]),
        "second.m4a": ("aac.m4a", far[begin:]),
        "short.m4a": ("aac.m4a", far[: RATE // 2]),
    }
    other = talk(Line("nl+f2", f"Een heel ander verhaal over fietsen en regen, {n}.", 0.4) for n in range(12))
    made["other.m4a"] = ("aac.m4a", heard(other, 0.5, 0, 3))
    for name, (kind, samples) in made.items():
        files.kind(folder, kind, samples).rename(folder / name)
    (folder / "text.mp3").write_text("this is a text")
    (folder / "empty.wav").touch()
    return folder


def run(room: Path, *given: str) -> int:
    return main(["compare", *(str(room / one) if "." in one and "/" not in one else one for one in given)])


@pytest.fixture
def told(room: Path, capsys: pytest.CaptureFixture[str]) -> "Told":
    return Told(room, capsys)


class Told:
    """Runs the command for programs."""

    def __init__(self, room: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.room, self.capsys = room, capsys

    def __call__(self, *given: str) -> tuple[int, dict[str, object], str]:
        """Give the exit code, the answer, and what was complained."""
        code = run(self.room, *given, "--json")
        out, complained = self.capsys.readouterr()
        return code, json.loads(out) if out else {}, complained


def test_an_honest_copy_has_no_difference(told: Told) -> None:
    code, answer, complained = told("original.ogg", "honest.m4a")
    assert (code, answer["verdict"], answer["differences"], complained) == (0, "follows", [], "")
    files_told = answer["files"]
    assert isinstance(files_told, list)
    assert [(one["which"], one["name"], one["begin_s"]) for one in files_told] == [
        ("original", "original.ogg", 0.0),
        ("copy", "honest.m4a", 0.0),
    ]
    assert all(len(one["sha256"]) == 64 for one in files_told)
    assert "numpy" in str(answer["made_with"])


def test_a_cut_is_found_where_it_is_and_drawn_and_reported(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = [room / name for name in ("plot.svg", "plot.png", "report.pdf")]
    for language, sentence in (("nl", "Ontbreekt hier: 5 seconden"), ("en", "Missing here: 5 seconds")):
        for plot in drawn[:2]:
            given = ["--plot", str(plot), "--report", str(drawn[2]), "--lang", language]
            assert run(room, "original.ogg", "cut.m4a", *given) == 10
        assert sentence in capsys.readouterr().out
    assert ET.fromstring(drawn[0].read_text()).tag.endswith("svg")
    assert drawn[1].read_bytes().startswith(b"\x89PNG")
    assert drawn[2].read_bytes().startswith(b"%PDF")
    assert run(room, "original.ogg", "cut.m4a", "--json") == 10
    (only,) = (one for one in json.loads(capsys.readouterr().out)["differences"] if one["kind"] == "missing")
    assert only["grade"] == "A"
    assert only["seconds"] == pytest.approx(CUT_S, abs=0.1)
    assert only["original"][0] == pytest.approx(CUT_FROM_S, abs=0.3)


def test_several_files_in_order_are_one_copy(told: Told) -> None:
    code, answer, _ = told("original.ogg", "first.m4a", "second.m4a")
    assert code == 0, answer["differences"]
    assert isinstance(answer["files"], list)
    assert [round(one["begin_s"]) for one in answer["files"]] == [0, 0, CUT_FROM_S]


def test_another_conversation_is_said_to_be_one(told: Told) -> None:
    assert told("original.ogg", "other.m4a")[:2][0] == 20


@pytest.mark.parametrize(
    ("given", "which", "why"),
    [
        (("original.ogg", "text.mp3"), "copy", "unreadable"),
        (("text.mp3", "honest.m4a"), "original", "unreadable"),
        (("original.ogg", "empty.wav"), "copy", "unreadable"),
        (("original.ogg", "short.m4a"), "copy", "short"),
    ],
)
def test_what_cannot_be_compared_is_said_of_the_right_one(
    told: Told, given: Sequence[str], which: str, why: str
) -> None:
    code, answer, complained = told(*given)
    assert (code, answer["verdict"], answer["which"], answer["why"]) == (21, "inconclusive", which, why)
    assert "Traceback" not in complained
    if why == "unreadable":
        assert f"the {which} cannot be read" in complained


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("nowhere.ogg", "honest.m4a"), "the original cannot be opened"),
        (("original.ogg", "nowhere.m4a"), "the copy cannot be opened"),
        (("original.ogg", "honest.m4a", "--plot", "x.jpg"), "--plot writes .svg or .png"),
        (("original.ogg", "honest.m4a", "--report", "x.doc"), "--report writes a PDF"),
        (("original.ogg", "honest.m4a", "--plot", "nowhere/x.svg"), "there is no folder"),
    ],
)
def test_what_was_asked_wrongly_is_said_before_the_work_begins(told: Told, given: Sequence[str], says: str) -> None:
    code, answer, complained = told(*given)
    assert (code, answer) == (2, {})
    assert says in complained


def test_a_recording_is_never_written_over(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (room / "copy.svg").write_bytes(b"x")
    assert main(["compare", str(room / "original.ogg"), str(room / "copy.svg"), "--plot", str(room / "copy.svg")]) == 2
    assert "is one of the recordings" in capsys.readouterr().err


def test_without_arguments_it_is_not_understood() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["compare"])
    assert stopped.value.code == 2


def test_a_bundle_gives_the_track_that_is_named(told: Told) -> None:
    bundle = str(golden.BUNDLE)
    code, _, complained = told(bundle, "honest.m4a")
    assert code == 2
    assert complained.count("--track") == 2
    track = complained.split("--track ")[1].split()[0]
    code, answer, _ = told(bundle, "honest.m4a", "--track", track)
    assert code in {20, 21}
    assert isinstance(answer["files"], list)
    assert answer["files"][0]["name"] == f"{golden.BUNDLE.name}, {track}"
    assert told(bundle, "honest.m4a", "--track", "0" * 32)[0] == 2


def test_a_zip_that_is_no_bundle_is_said_to_be_none(room: Path, told: Told) -> None:
    (room / "some.zip").write_bytes(b"PK\3\4" + bytes(100))
    code, _, complained = told("original.ogg", "some.zip")
    assert code == 2
    assert "the copy cannot be read" in complained


@pytest.mark.parametrize(("package", "says"), [("numpy", "tweespoor[sound]"), ("typst", "tweespoor[web]")])
def test_what_is_not_installed_is_named(room: Path, package: str, says: str) -> None:
    """It runs in a process of its own, in which the package is not there."""
    code = f"import sys; sys.modules[{package!r}] = None; from tweespoor.cli import main; sys.exit(main(sys.argv[1:]))"
    given = ["compare", str(room / "original.ogg"), str(room / "honest.m4a"), "--plot", str(room / "x.png")]
    said = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True, check=False, cwd=ROOT)
    assert said.returncode == 2
    assert says in said.stderr
    assert "Traceback" not in said.stderr
