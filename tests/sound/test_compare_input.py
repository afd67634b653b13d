"""Whatever is laid beside an original, the answer is clear: never a traceback, never a guess, nothing kept."""

import io
import json
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.sound import files
from tests.sound.test_container import apic, wav

from tweespoor.cli import main
from tweespoor.errors import UnreadableError
from tweespoor.sound import align, container, voices
from tweespoor.sound.compare import RATE, Comparison, compare, listen
from tweespoor.sound.comparison import Verdict, Why

Ask = Callable[[Path, Path], tuple[int, dict[str, Any], str]]
COMMON = ("aac.m4a", "narrow-dtx.amr", "song.mp3", "note-dtx.ogg", "browser.webm", "plain.wav")
SENTENCES = (
    ("nl+f3", "Goedemiddag, ik ben Anna, en ik werk bij het huis waar u gisteren naar belde."),
    ("nl+m3", "Dag, ik ben Bram. Ik was bang dat er vandaag niemand zou komen."),
    ("nl+f3", "Dat begrijp ik. Zullen we eerst afspreken wat er met de opname gebeurt?"),
    ("nl+m3", "Dat lijkt mij goed, want de vorige keer wist ik later niet meer wat er gezegd was."),
    ("nl+f5", "Mag ik er ook iets over zeggen? Op school vragen ze er ook steeds naar."),
    ("nl+f3", "Natuurlijk, Dani. Wij luisteren, en daarna praten we verder over zaterdag."),
    ("nl+m3", "Zaterdag ging het eigenlijk best goed, tot de buurman aan de deur stond."),
)
ELSEWHERE = (
    ("nl+m1", "De vergadering begint om negen uur, en het verslag ligt al op tafel."),
    ("nl+f2", "Kan iemand het raam dichtdoen? Buiten zijn ze de straat aan het openbreken."),
    ("nl+m1", "Het eerste punt gaat over de tuin, die dit voorjaar opnieuw wordt aangelegd."),
    ("nl+f2", "Wij hadden liever een paar bomen gehouden, maar dat kon volgens de gemeente niet."),
    ("nl+m1", "Dan het tweede punt: wie zorgt er in de zomer voor de kippen en de geiten?"),
    ("nl+f2", "Vorig jaar deed mijn zus dat, samen met de jongen van de bakker op de hoek."),
)


def heard(said: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """What one device in the room hears: a wall, and noise of its own."""
    wall = np.zeros(900, np.float32)
    wall[0], wall[seed * 97 % 800 + 60] = 1, 0.4
    noise = np.random.default_rng(seed).normal(0, 0.002, len(said))
    return (np.convolve(said * 0.6, wall)[: len(said)] + noise).astype(np.float32)


@pytest.fixture(scope="module")
def said() -> NDArray[np.float32]:
    return voices.talk(voices.Line(voice, text, 0.3) for voice, text in SENTENCES)


@pytest.fixture(scope="module")
def copied(said: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same conversation as another device heard it, which began two seconds later."""
    return heard(said, 2)[2 * files.RATE :]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, said: NDArray[np.float32]) -> Path:
    return files.kind(tmp_path_factory.mktemp("original"), "flat.flac", heard(said, 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, copied: NDArray[np.float32]) -> Path:
    """The copy, in every kind of file that a phone makes."""
    made = tmp_path_factory.mktemp("copies")
    for name in files.KINDS:
        files.kind(made, name, copied)
    return made


def beside(one: container.Source, other: container.Source) -> Comparison:
    return compare(listen(container.decode(one, RATE)), listen(container.decode(other, RATE)))


@pytest.fixture
def asked(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ask]:
    """Ask the command; nothing it made on the way is left."""
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    monkeypatch.setattr(tempfile, "tempdir", str(own))

    def ask(one: Path, other: Path) -> tuple[int, dict[str, Any], str]:
        code = main(["compare", str(one), str(other), "--json"])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return code, json.loads(out), err

    yield ask
    assert not list(own.iterdir()), "nothing is kept"


# --- The command says what cannot be read, and why


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leeg.m4a", b""),
        ("brief.mp3", b"Dit is een brief, geen geluid.\n" * 400),
        ("foto.m4a", files.photo()),
    ],
)
def test_what_is_no_sound_is_unreadable(name: str, content: bytes, original: Path, tmp_path: Path, asked: Ask) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    code, answer, told = asked(original, path)
    assert code == 21
    assert (answer["verdict"], answer["why"], answer["which"]) == ("inconclusive", "unreadable", "copy")
    assert answer["map"] == answer["differences"] == []
    assert len(told.strip().splitlines()) == 1, "one line says why"


def test_an_unreadable_original_is_told_from_an_unreadable_copy(folder: Path, tmp_path: Path, asked: Ask) -> None:
    path = tmp_path / "leeg.wav"
    path.write_bytes(b"")
    code, answer, _ = asked(path, folder / "aac.m4a")
    assert (code, answer["why"], answer["which"]) == (21, "unreadable", "original")


def test_half_of_a_file_is_compared_as_far_as_it_goes(original: Path, folder: Path, tmp_path: Path, asked: Ask) -> None:
    path = tmp_path / "half.mp3"
    path.write_bytes((folder / "song.mp3").read_bytes()[: (folder / "song.mp3").stat().st_size // 2])
    code, answer, _ = asked(original, path)
    assert (code, answer["verdict"], answer["differences"]) == (0, "follows", [])
    assert answer["alignment"]["offset_s"] == pytest.approx(2, abs=0.1)


def test_a_file_that_is_not_there_is_said_in_a_line(
    original: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(original), str(tmp_path / "nowhere.m4a")]) == 2
    out, err = capfd.readouterr()
    assert not out
    assert err.startswith("tweespoor: ")
    assert "Traceback" not in err


# --- Files that are cut off or broken


def broken(whole: bytes, name: str) -> Iterator[bytes]:
    """Cut off at three places, and with bytes changed, few and many, in the header and everywhere."""
    chance = random.Random(name)
    yield from (whole[: len(whole) * part // 4] for part in (1, 2, 3))
    for many, within in ((1, 600), (20, 600), (5, len(whole)), (400, len(whole))):
        changed = bytearray(whole)
        for _ in range(many):
            changed[chance.randrange(min(within, len(changed)))] = chance.randrange(256)
        yield bytes(changed)


def answers_of_broken(name: str, original: Path, folder: Path) -> Iterator[tuple[int, Comparison | None]]:
    listened = listen(container.decode(original, RATE))
    for number, content in enumerate(broken((folder / name).read_bytes(), name)):
        try:
            yield number, compare(listened, listen(container.decode(io.BytesIO(content), RATE)))
        except UnreadableError:
            yield number, None


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in COMMON[:3] else pytest.mark.slow) for n in files.KINDS]
)
def test_a_broken_file_gets_an_answer_or_a_refusal(name: str, original: Path, folder: Path) -> None:
    for number, answer in answers_of_broken(name, original, folder):
        if number < 3 and answer is not None:
            assert answer.verdict in {Verdict.FOLLOWS, Verdict.INCONCLUSIVE}, "what ends early is no difference"
            assert not answer.differences


# --- Sound that is carried by something else, or in an uncommon way


def test_the_sound_of_a_film_is_compared(original: Path, copied: NDArray[np.float32], tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w", format="mp4") as made:
        video: Any = made.add_stream("mpeg4", rate=5)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio: Any = made.add_stream("aac", rate=files.RATE, layout="mono")
        for at in range(len(copied) * 5 // files.RATE):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), at % 250, np.uint8), format="rgb24")
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        sound = files._frame(copied)
        sound.pts = 0
        made.mux([*audio.encode(sound), *audio.encode(None)])
    assert beside(original, path).verdict is Verdict.FOLLOWS


def test_a_cover_picture_does_not_matter(original: Path, folder: Path) -> None:
    content = io.BytesIO(apic(files.photo()) + (folder / "song.mp3").read_bytes())
    assert beside(original, content).verdict is Verdict.FOLLOWS


def test_twelve_channels_are_heard_as_one(original: Path, copied: NDArray[np.float32]) -> None:
    twelve = (np.repeat(copied[:, None], 12, axis=1) * 32_000).astype("<i2").tobytes()
    assert beside(original, io.BytesIO(wav(twelve, 12, files.RATE))).verdict is Verdict.FOLLOWS


@pytest.mark.parametrize("name", ["eight.wav", "fine.wav", "narrow-dtx.amr", "note-dtx.ogg"])
def test_few_bits_many_samples_and_silence_frames_make_no_difference(name: str, original: Path, folder: Path) -> None:
    answer = beside(original, folder / name)
    assert answer.verdict is Verdict.FOLLOWS, answer.differences
    assert answer.alignment is not None
    assert answer.alignment.offset_s == pytest.approx(2, abs=0.1)


def test_a_header_that_claims_ten_hours_is_not_believed(original: Path, copied: NDArray[np.float32]) -> None:
    content = (copied * 32_000).astype("<i2").tobytes()
    answer = beside(original, io.BytesIO(wav(content, 1, files.RATE, claims=10 * 3600 * files.RATE * 2)))
    assert answer.verdict is Verdict.FOLLOWS
    assert answer.copy_s == pytest.approx(len(copied) / files.RATE, abs=0.1)


def test_a_flac_whose_header_counts_wrong_is_heard_as_it_is(original: Path, folder: Path) -> None:
    whole = bytearray((folder / "flat.flac").read_bytes())
    whole[21:26] = struct.pack(">BI", whole[21] & 0xF0, 10 * 3600 * 44_100)  # how many samples there are
    assert beside(original, io.BytesIO(bytes(whole))).verdict is Verdict.FOLLOWS


# --- Sound that is no copy


def rumour(kind: str, seconds: float = 40.0) -> NDArray[np.float32]:
    """Sound in which nobody says anything."""
    length = round(seconds * files.RATE)
    rng = np.random.default_rng(5)
    if kind == "silence":
        return np.zeros(length, np.float32)
    if kind == "noise":
        return rng.normal(0, 0.1, length).astype(np.float32)
    time = np.arange(length) / files.RATE
    steps = 220 * 2 ** (rng.integers(0, 24, int(seconds * 3) + 1) / 12)
    tone = steps[(time * 3).astype(int)]
    partials = np.sum([np.sin(2 * np.pi * n * tone * time) / n for n in (1, 2, 3)], axis=0)
    return np.asarray(0.1 * partials, dtype=np.float32)


@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        ("silence", {Verdict.INCONCLUSIVE}),
        ("noise", {Verdict.INCONCLUSIVE, Verdict.OTHER}),
        ("music", {Verdict.OTHER, Verdict.INCONCLUSIVE}),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_silence_noise_and_music_follow_nothing(
    kind: str, verdicts: set[Verdict], original: Path, tmp_path: Path, *, swapped: bool
) -> None:
    path = files.kind(tmp_path, "plain.wav", rumour(kind))
    answer = beside(path, original) if swapped else beside(original, path)
    assert answer.verdict in verdicts
    assert not answer.map
    assert not answer.differences
    if answer.verdict is Verdict.INCONCLUSIVE:
        assert answer.which == ("original" if swapped else "copy")
        assert answer.why in {Why.SILENT, Why.NOISE}


def test_what_seemed_alike_but_fits_nowhere_follows_nothing(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*given: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        begin, end = given[-1]
        return np.zeros(end - begin, np.int64), np.full(end - begin, 0.05, np.float32)

    monkeypatch.setattr(align, "_best_places", nowhere)
    assert beside(original, original).verdict is Verdict.OTHER


def test_one_second_is_too_short(original: Path, copied: NDArray[np.float32], tmp_path: Path) -> None:
    path = files.kind(tmp_path, "aac.m4a", copied[5 * files.RATE : 6 * files.RATE])
    answer = beside(original, path)
    assert (answer.verdict, answer.why, answer.which) == (Verdict.INCONCLUSIVE, Why.SHORT, "copy")
    assert beside(path, original).which == "original"


def test_another_conversation_is_said_to_be_another(original: Path, tmp_path: Path) -> None:
    other = voices.talk(voices.Line(voice, text, 0.3) for voice, text in ELSEWHERE)
    answer = beside(original, files.kind(tmp_path, "note.ogg", heard(other, 3)))
    assert answer.verdict is Verdict.OTHER
    assert answer.alignment is None
    assert not answer.map


def test_the_same_conversation_twice_is_followed_twice(
    original: Path, copied: NDArray[np.float32], tmp_path: Path
) -> None:
    answer = beside(original, files.kind(tmp_path, "aac.m4a", np.concatenate([copied, copied])))
    assert answer.verdict is Verdict.DIFFERS
    seconds = len(copied) / files.RATE
    followed = sum(one.copy[1] - one.copy[0] for one in answer.map)
    assert followed == pytest.approx(2 * seconds, abs=3)
    assert max(one.seconds for one in answer.differences) == pytest.approx(seconds, abs=2)


def test_copy_and_original_may_change_places(original: Path, folder: Path) -> None:
    answer = beside(folder / "aac.m4a", original)
    assert answer.verdict is Verdict.FOLLOWS
    assert answer.alignment is not None
    assert answer.alignment.offset_s == pytest.approx(-2, abs=0.1)
    assert answer.alignment.copy_start_s == pytest.approx(2, abs=0.1), "the copy began earlier: that is no difference"


def test_a_file_beside_itself_follows_from_begin_to_end(original: Path) -> None:
    answer = beside(original, original)
    assert answer.verdict is Verdict.FOLLOWS
    assert not answer.unclear
    assert answer.coverage.followed_s == pytest.approx(answer.copy_s, abs=0.5)
