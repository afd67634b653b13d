"""The benchmark of comparing tells the truth: where frames come from, how answers are scored, how sure shares are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench.comparing import aims, codecs, figures, keeping
from bench.comparing.captures import CONDITIONS, Capture
from bench.comparing.cells import Cell, Source, make, seeds_of
from bench.comparing.codecs import ENGINE_RATE
from bench.comparing.edits import Event, Place
from bench.comparing.keeping import Kept
from bench.comparing.scoring import away, find, mapped, rightly, score
from bench.comparing.splicing import Boundary, Part, splice
from bench.comparing.talkers import RATE, Samples
from bench.comparing.truth import FRAME_S, Trial, Truth
from bench.comparing.trying import Result, tasks

from tweespoor.sound.comparison import Alignment, Comparison, Coverage, Difference, Followed, Kind, Verdict

HALF = ENGINE_RATE // 2


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source("tune", None, tmp_path_factory.mktemp("captures"))


@pytest.fixture(scope="module")
def capture(source: Source) -> Capture:
    return source.capture(0, "c0", 80.0)


def lag_ms(trial: Trial, whole: Samples, second: float) -> float | None:
    """How far the sound of half a second of the copy lies from where the truth puts it; None where it is quiet."""
    copy = trial.heard[round(second * ENGINE_RATE) :][:HALF]
    there = trial.truth.lines[0, round(second / FRAME_S)] - FRAME_S / 2
    begin = round(there * ENGINE_RATE) - 400
    original = whole[max(0, begin) :][: HALF + 800]
    if begin < 0 or len(original) < HALF + 800 or np.sqrt(np.mean(copy**2)) < 0.05:
        return None
    cross = np.fft.rfft(original, 8192) * np.conj(np.fft.rfft(copy, 8192))
    likeness = np.fft.irfft(cross / (np.abs(cross) + 1e-9))[:801]
    return (int(likeness.argmax()) - 400) * 1000 / ENGINE_RATE


@pytest.mark.parametrize("cell", ["cut:1", "insert:1", "repeat:5", "move:5", "replace:1", "twice:0", "minute:0"])
def test_the_sound_lies_where_the_truth_says(cell: str, source: Source, capture: Capture) -> None:
    trial = make(Cell.of(cell), "c0", 0, source, captures=1)
    whole = codecs.decode(trial.original, ENGINE_RATE)
    lags = []
    for second in np.arange(1.0, len(trial.heard) / ENGINE_RATE - 2, 1.0):
        line = trial.truth.lines[0, round(second / FRAME_S) :][:50]
        one_piece = len(line) == 50 and np.all(np.abs(np.diff(line) - FRAME_S) < 1e-4)  # NaN: no piece
        found = lag_ms(trial, whole, float(second)) if one_piece else None
        lags += [] if found is None else [abs(found)]
    assert len(lags) > 20
    assert np.median(lags) < 10, "as far as the talkers' ways to two microphones differ"
    assert np.mean(np.array(lags) < 15) > 0.85


def test_what_was_cut_out_is_nowhere_in_the_truth(source: Source, capture: Capture) -> None:
    trial = make(Cell.of("cut:5"), "c0", 0, source, captures=1)
    (event,) = trial.truth.events
    at = round(event.places[0].begin.at / FRAME_S)
    jump = trial.truth.lines[0, at + 5] - trial.truth.lines[0, at - 5]
    assert jump == pytest.approx(5 + 0.1, abs=0.02)
    assert event.seconds == pytest.approx(5)


def test_a_piece_that_moved_lies_at_its_place_or_what_it_passed_does(source: Source, capture: Capture) -> None:
    trial = make(Cell.of("move:5"), "c0", 0, source, captures=1)
    (event,) = trial.truth.events
    own, passed = event.places
    assert own.end.at - own.begin.at == pytest.approx(5, abs=0.001)
    assert passed.end.at - passed.begin.at > 3
    assert own.begin in {passed.end, passed.begin} or own.end in {passed.end, passed.begin}


def test_the_same_number_gives_the_same_edit(source: Source, capture: Capture) -> None:
    one, again = (make(Cell.of("insert:1"), "c0", 0, source, captures=1).truth.events for _ in range(2))
    other = make(Cell.of("insert:1"), "c0", 1, source, captures=1).truth.events
    assert one == again != other


def test_halves_share_no_seed(source: Source) -> None:
    report = replace(source, half="report")
    assert not {source.seed(n) for n in range(50)} & {report.seed(n) for n in range(50)}


def test_every_cell_has_all_its_trials_once() -> None:
    cells = [Cell.of("cut:0.1"), Cell.of("cut:120")]
    made = tasks(cells, ["c1", "c4"], 60)
    trials = [(one.condition, *trial) for one in made for trial in one.trials]
    assert len(trials) == len(set(trials)) == 2 * 2 * 60
    assert all(number % seeds_of(Cell.of(name), 60) == one.capture for one in made for name, number in one.trials)


@pytest.mark.parametrize("cell", ["cut:1", "repeat:5", "minute:0"])
def test_a_second_pass_near_an_edit_is_heard_as_one_of_the_whole(
    cell: str, source: Source, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CONDITIONS, "c0", replace(CONDITIONS["c0"], codec="amr"))
    trial = make(Cell.of(cell), "c0", 0, source, captures=1)
    whole = codecs.decode(trial.copy, ENGINE_RATE)
    assert len(codecs.encode(trial.edited, "amr")) == len(trial.copy)
    assert abs(len(trial.heard) - len(whole)) <= ENGINE_RATE // 50, "a frame of the codec"
    size = min(len(trial.heard), len(whole)) // 800 * 800
    near, far = (np.log(np.square(one[:size]).reshape(-1, 800).mean(axis=1) + 1e-5) for one in (trial.heard, whole))
    assert not np.array_equal(near, far), "only what is near was made anew"
    assert np.abs(near - far).mean() < 0.2
    assert np.abs(near - far).max() < 2, "no click, and nothing left out, where the passes meet"


# --- Splicing


def part(sound: float, begin: int, until: int, source: float | None, *, loud: bool = True) -> Part:
    whole = np.full(10 * RATE, sound, np.float32)
    return Part(whole, np.full(1000, loud), begin, until, source)


def test_a_fade_keeps_lengths_and_loudness() -> None:
    pieces = [part(0.5, 0, 2 * RATE, 0.0), part(0.5, 5 * RATE, 6 * RATE, 5.0)]
    spliced = splice(pieces, np.ones(1000, np.bool_), 0.05)
    assert len(spliced.sound) == 3 * RATE
    assert np.allclose(spliced.sound, 0.5, atol=1e-4)


def test_a_boundary_between_words_is_exact_and_one_in_a_pause_is_an_interval() -> None:
    loud = np.ones(1000, np.bool_)
    pieces = [part(0.5, 0, 2 * RATE, 0.0), part(0.5, 5 * RATE, 6 * RATE, 5.0)]
    (exact,) = splice(pieces, loud, 0.0).boundaries
    assert (exact.first, exact.at, exact.last) == (2, 2, 2)
    quiet = loud.copy()
    quiet[180:230] = quiet[480:520] = False
    pieces = [replace(one, loud=quiet) for one in pieces]
    (pause,) = splice(pieces, quiet, 0.0).boundaries
    assert pause.first == pytest.approx(1.8)
    assert pause.last == pytest.approx(2.2), "quiet on both lines"


# --- Scoring


def truth(*events: Event) -> Truth:
    """Ten seconds of a copy, of which second 4 to 5 is of nothing."""
    lines = np.full((2, 1000), np.nan)
    lines[0] = 2 + (np.arange(1000) + 0.5) * FRAME_S
    lines[0, 400:500] = np.nan
    nothing = np.isnan(lines[0])
    return Truth(lines, nothing, np.zeros(1000, np.bool_), events, 2.0, 0.0, 20.0, 10.0)


def answer(*differences: Difference, late: float = 0.0) -> Comparison:
    pieces = (
        Followed((0.0, 4.0), (2.0 + late, 6.0 + late), 1.0),
        Followed((5.0, 10.0), (7.0 + late, 12.0 + late), 1.0),
    )
    alignment = Alignment(2.0, 0.0, 0.0, 10.0)
    return Comparison(Verdict.DIFFERS, 20.0, 10.0, alignment, pieces, differences, (), Coverage(9.0, 0.0, 1.0))


def exactly(at: float) -> Boundary:
    return Boundary(at, at, at)


REPLACED = Event("replace", ("replaced",), (Place(exactly(4.0), exactly(5.0)),), 1.0)


def said(kind: Kind, begin: float, until: float, grade: str = "B") -> Difference:
    return Difference(kind, grade, (begin, until), (begin, until), (6.0, 7.0), until - begin)


def test_frames_are_right_within_fifty_milliseconds_or_rightly_absent() -> None:
    assert rightly(answer(), truth()).all()
    assert rightly(answer(late=0.04), truth()).all()
    assert rightly(answer(late=0.06), truth()).sum() == 100, "what is absent is still right"


def test_what_is_called_replaced_is_mapped_nowhere() -> None:
    whole = replace(answer(said(Kind.REPLACED, 4.0, 5.0)), map=(Followed((0.0, 10.0), (2.0, 12.0), 1.0),))
    assert rightly(whole, truth()).all()
    there, _ = mapped(whole, 1000)
    assert np.isnan(there[400:500]).all()
    assert rightly(replace(whole, differences=()), truth()).sum() == 900


def test_a_difference_is_found_near_placed_and_named() -> None:
    scored = score(answer(said(Kind.REPLACED, 4.05, 4.7), said(Kind.MISSING, 8.0, 8.0, "A")), truth(REPLACED))
    (finding,) = scored.findings
    assert (finding.found, finding.near, finding.close, finding.named) == (True, True, False, True)
    assert finding.boundary_s == (0.05, 0.3)
    assert finding.length_s == pytest.approx(-0.35)
    assert len(scored.extra_a) == 1
    assert not scored.extra_b


def test_a_wrong_name_and_nothing_at_all_are_told_apart() -> None:
    finding, about = find(REPLACED, (said(Kind.ADDED, 4.0, 5.0),))
    assert (finding.found, finding.close, finding.named, about) == (True, True, False, {0})
    finding, about = find(REPLACED, (said(Kind.REPLACED, 6.0, 7.0),))
    assert (finding.found, about) == (False, set())


def test_a_place_within_the_interval_is_no_error() -> None:
    pause = Boundary(4.0, 3.6, 4.2)
    assert [away(one, pause) for one in (3.6, 4.0, 4.2, 3.5, 4.5)] == [0, 0, 0, 0.1, 0.3]


# --- Figures


def test_wilson_as_published() -> None:
    """Brown, Cai and DasGupta (2001) and common tables: 0 of 10, 5 of 10, 95 of 100."""
    assert figures.wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert figures.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert figures.wilson(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-4)
    assert figures.wilson(0, 0) == (0, 1)


def test_a_file_comes_back_in_its_place(capture: Capture, tmp_path: Path) -> None:
    sound = capture.copy[: 20 * RATE]
    for name in codecs.CODECS:
        back = codecs.decode(codecs.encode(sound, name), ENGINE_RATE)
        late = codecs.delay(sound[::2], back)
        assert 0 <= late < 0.1, name
        again = codecs.through(sound, name)
        assert len(again) == len(sound)
        assert abs(codecs.delay(sound[::2], again[::2])) < 0.001, name


def test_aims_count_only_what_they_are_about() -> None:
    right = score(answer(said(Kind.REPLACED, 4.0, 5.0)), truth(REPLACED))
    missed = score(answer(), truth(REPLACED))
    results = [Result("replace:0.5", "c1", 0, right), Result("replace:0.5", "c1", 1, missed)]
    results += [Result("replace:1", "c4", 0, right), Result("hour:1", "c1", 0, right)]
    rows = {line.split(" | ")[0].strip("| "): line for line in aims.beside(results).splitlines()[2:]}
    assert "50.0 % (9–91) | 2 |" in rows["replace of 0.5 s, found"]
    assert "100.0 % (21–100) | 1 |" in rows["move, replace from 1 s, found"]
    assert not any(what.startswith("cut") for what in rows)


# --- Keeping


def test_a_run_goes_on_where_one_ended(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.jsonl"
    one = Result("replace:0.5", "c1", 0, score(answer(said(Kind.REPLACED, 4.0, 5.0)), truth(REPLACED)))
    other = Result("replace:0.5", "c1", 1, score(answer(), truth(REPLACED)))
    first = Kept(path, source)
    first.add([one])
    first.tell("Beside other tools", "a table")
    first.add([other])
    path.write_text(path.read_text()[:-40])
    kept = Kept(path, source)
    assert kept.results == [one], "the last line was not written whole"
    assert kept.parts == {"Beside other tools": "a table"}
    left = tasks([Cell.of("replace:0.5")], ["c1"], 3, kept.done())
    assert [trial for task in left for trial in task.trials] == [("replace:0.5", 1), ("replace:0.5", 2)]
    kept.add([other])
    assert Kept(path, source).results == [one, other]
    assert Kept(path, replace(source, half="report")).results == []
    monkeypatch.setattr(keeping, "made_by", lambda: 1)
    changed = Kept(path, source)
    assert changed.results == []
    assert changed.others == 3


def test_a_comment_makes_no_other_code(tmp_path: Path) -> None:
    bare = keeping._bare
    one, other, third = (tmp_path / f"{n}.py" for n in range(3))
    one.write_text('"""Says."""\nX = 1  # one\n')
    other.write_text('"""Says otherwise."""\nX = 1\n')
    third.write_text("X = 2\n")
    assert bare(one) == bare(other) != bare(third)
    names = {path.stem for path in keeping._engine(keeping._ENGINE, {})}
    assert {"compare", "align", "features", "pitch"} <= names
    assert not {"container", "picture"} & names
