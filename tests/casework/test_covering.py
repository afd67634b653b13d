"""Covering by law: a tone for everyone, in whatever leaves; the officer alone hears what is under it."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.casework.cuts import BRAM, CARLA, YES, answer, decoded, file_of, kinds, placed, session_of, standing, turn
from tests.casework.recorded import Recorded, staff

from tweespoor.casework import (
    copying,
    covering,
    delivering,
    earshot,
    exporting,
    filing,
    hearing,
    ledger,
    listening,
    models,
    playing,
    polling,
    sharing,
)  # fmt: skip
from tweespoor.casework.models import Role
from tweespoor.casework.playing import Player
from tweespoor.casework.sharing import Wanted
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground
from tweespoor.rules.state import Covered
from tweespoor.tape.store import StoredChunk

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
PER_MS = 48
SPAN = (20_010, 24_990)
SECRET = Ground.SECRET_ADDRESS


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with standing(monkeypatch) as made:
        filing.note_secret(made.id, mentioned=True)
        yield made


def officer() -> models.Staff:
    return models.Staff.objects.get(username="fatima")


def cover(talk: Recorded, span: tuple[int, int] = SPAN, ground: Ground | None = SECRET) -> Covered:
    (place,) = placed(talk, [span])
    return covering.cover(officer(), talk.id, place, ground)


def release(talk: Recorded) -> None:
    """Let the officer say that it was looked at."""
    covering.heard(officer(), talk.id, talk.ours, "session")
    filing.review_secret(talk.id, officer())


def in_file(talk: Recorded, track: str) -> tuple[int, int]:
    """Give where the span lies in the file of a track, in milliseconds."""
    with covering.sound(officer(), talk.id, track) as player:
        late = player.line.begin - (talk.state.parts[1].started_at or 0)
    return SPAN[0] - late, SPAN[1] - late


def is_covered(heard: NDArray[np.float32], span: tuple[int, int], rate: int = 48_000) -> bool:
    """Tell whether the span is a tone and nothing else."""
    middle = heard[round((span[0] + 60) * rate / 1000) : round((span[1] - 60) * rate / 1000)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))) ** 2
    at = round(500 * len(middle) / rate)
    return bool(spectrum[at - 5 : at + 6].sum() > 0.99 * spectrum.sum() and np.sqrt(np.mean(middle**2)) > 0.03)


def original(talk: Recorded, track: str) -> bytes:
    with covering.sound(officer(), talk.id, track) as player:
        return file_of(player)


# What everybody hears ----------------------------------------------------------------------------------------


def worker(talk: Recorded, track: str) -> bytes:
    with listening.sound(talk.worker, talk.id, track) as player:
        return file_of(player)


def the_officer(talk: Recorded, track: str) -> bytes:
    with listening.sound(officer(), talk.id, track) as player:
        return file_of(player)


def bram(talk: Recorded, track: str) -> bytes:
    with hearing.sound(session_of(talk, BRAM), track) as player:
        return file_of(player)


def exported(talk: Recorded, track: str) -> bytes:
    content = b"".join(exporting.stream(talk.worker, talk.id).pieces)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = "onze-opname" if track == talk.ours else "deelnemer-1"
        (found,) = [one for one in archive.namelist() if one.endswith(f"{name}.opus")]
        return archive.read(found)


def shared(talk: Recorded, track: str) -> bytes:
    assert track == talk.ours
    question = sharing.ask(talk.id, BRAM, Wanted(part=1, recipient="Loes", purpose="Hulp", days=31))
    answer(question, {None: YES, CARLA: YES})
    polling.sweep()
    turn(4)
    head = ledger.head(talk.id)
    with delivering.sound_of(earshot.of_part(head, 1)) as player:
        return file_of(player)


OUTLETS: dict[str, Callable[[Recorded, str], bytes]] = {
    "the worker": worker,
    "the officer, in the ordinary player": the_officer,
    "a participant": bram,
    "the export": exported,
    "a share": shared,
}


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS.keys())
def test_clause_5b_whatever_leaves_is_covered(
    talk: Recorded, tmp_path: Path, outlet: Callable[[Recorded, str], bytes]
) -> None:
    cover(talk)
    release(talk)
    for track in (talk.ours,) if outlet is shared else (talk.ours, talk.theirs):
        before, after = original(talk, track), outlet(talk, track)
        assert before != after
        heard, under = decoded(tmp_path, after), decoded(tmp_path, before)
        span = in_file(talk, track)
        assert is_covered(heard, span)
        assert not is_covered(under, span)
        assert len(heard) == len(under)
        first, last = (span[0] - 50) * PER_MS, (span[1] + 6_000) * PER_MS
        assert np.array_equal(heard[:first], under[:first])
        assert np.array_equal(heard[last:], under[last:])


def test_clause_5b_the_export_says_what_is_covered(talk: Recorded) -> None:
    found = cover(talk)
    release(talk)
    content = b"".join(exporting.stream(talk.worker, talk.id).pieces)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = json.loads(archive.read(next(one for one in archive.namelist() if one.endswith("gesprek.json"))))
        note = archive.read(next(one for one in archive.namelist() if one.endswith("notitie.txt"))).decode()
    assert [one["type"] for one in told["facts"]].count("SpanCovered") == 1
    assert [one[2] for one in told["parts"][0]["covered"]] == [found.ground]
    assert "Waar een toon klinkt, is iets bedekt: een geheim adres of een melder." in note


def test_clause_5b_a_copy_to_take_along_is_covered(talk: Recorded, tmp_path: Path) -> None:
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        copying.make(player)  # made before
    cover(talk)
    release(talk)
    with hearing.sound(session_of(talk, BRAM), talk.ours) as player:
        assert copying.of(player) is None
        copying.make(player)
        made = copying.of(player)
        assert made is not None
        file = tmp_path / "copy.m4a"
        file.write_bytes(b"".join(made.read(0, made.size)))
    with av.open(str(file)) as container:
        rate = container.streams.audio[0].rate or 0
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert is_covered(heard, in_file(talk, talk.ours), rate)


def test_clause_5b_the_picture_does_not_tell_how_loud_it_was(talk: Recorded) -> None:
    before = listening.waves(talk.worker, talk.id)
    cover(talk)
    after = listening.waves(talk.worker, talk.id)
    drawn = listening.look(talk.worker, talk.id).drawing
    assert drawn is not None
    inside = [n for n in range(earshot.STROKES) if SPAN[0] + 600 < n * drawn.length / earshot.STROKES < SPAN[1] - 1_200]
    for lane in (0, 1):
        heights = {round(after[lane][n] or 0, 2) for n in inside}
        assert max(heights) - min(heights) <= 0.05
        assert len({round(before[lane][n] or 0, 2) for n in inside}) > 2


def test_no_part_of_any_file_is_made_of_what_lies_under_it(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    cover(talk)
    opened: list[int] = []
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        size = player.layout.size
        chunk = player.track.chunk

        def open_chunk(number: int) -> StoredChunk:
            opened.append(number)
            return chunk(number)

        monkeypatch.setattr(player.track, "chunk", open_chunk)
        for begin in range(0, size, 5_000):
            list(player.read(begin, begin + 10_000))
        (place,) = placed(talk, [SPAN])
        under = {
            one.header.number
            for one in player.track.index
            if place[0] <= one.header.begin_ms and one.header.end_ms <= place[1]
        }
    assert under
    assert not under & set(opened)


def test_everybody_sees_that_it_is_covered_and_why(talk: Recorded) -> None:
    cover(talk)
    release(talk)
    for drawn in (listening.look(talk.worker, talk.id).drawing, hearing.look(session_of(talk, CARLA)).drawing):
        assert drawn is not None
        (shown,) = [one for one in drawn.chapters if one.what == "covered"]
        assert (shown.begin, shown.end, shown.ground) == (20_000, 25_000, SECRET)
    assert "covering.cover" in [one.action for one in hearing.done_by_us(session_of(talk, BRAM))]


def test_the_journal_tells_span_and_ground(talk: Recorded) -> None:
    found = cover(talk, ground=Ground.REPORTER)
    told = entry.read(list(ledger.lines(talk.id))[-1]).fact
    assert told == facts.SpanCovered(at=told.at, part=1, span=found.span, ground=Ground.REPORTER)
    assert not {"seat", "staff"} & set(json.loads(list(ledger.lines(talk.id))[-1])["fact"])


# The officer -------------------------------------------------------------------------------------------------


def test_the_officer_hears_what_is_under_it_and_that_is_written_down(talk: Recorded) -> None:
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        before = file_of(player)
    cover(talk)
    assert original(talk, talk.ours) == before
    covering.heard(officer(), talk.id, talk.ours, "session")
    covering.heard(officer(), talk.id, talk.ours, "session")
    assert kinds(talk).count("ListenedBack") == 1
    assert models.Access.objects.filter(action="covering.listen", staff=officer()).count() == 1
    assert filing.has_listened(talk.id, officer())


@pytest.mark.parametrize("role", list(Role))
def test_for_everybody_else_it_does_not_exist(talk: Recorded, role: Role) -> None:
    found = cover(talk)
    other = talk.worker if role is Role.WORKER else staff("someone-else", role)
    for ask in (
        lambda: covering.look(other, talk.id),
        lambda: covering.waves(other, talk.id),
        lambda: covering.sound(other, talk.id, talk.ours).__enter__(),
        lambda: covering.cover(other, talk.id, placed(talk, [SPAN])[0], SECRET),
        lambda: covering.uncover(other, talk.id, 1, found),
        lambda: covering.look(officer(), "0" * 32),
    ):
        if role is Role.OFFICER and ask.__code__.co_consts != ():
            continue
        with pytest.raises(UnknownError):
            ask()


def test_the_officer_covers_only_where_something_was_asked(talk: Recorded) -> None:
    models.Task.objects.all().delete()
    with pytest.raises(UnknownError):
        cover(talk)
    models.Task.objects.create(
        conversation_id=talk.id, kind=models.Task.Kind.REQUEST, since_ms=0, due_ms=0, worker=talk.worker
    )
    assert cover(talk).ground is SECRET


@pytest.mark.parametrize(
    ("span", "ground", "code"),
    [
        ((5_000, 4_000), SECRET, "5b.span-outside"),
        ((5_000, 5_000), SECRET, "5b.span-outside"),
        ((-9_000, -8_000), SECRET, "5b.span-outside"),
        ((5_000, 10**9), SECRET, "5b.span-outside"),
        (SPAN, None, "5a.ground-missing"),
        (SPAN, Ground.COURT, "5b.not-agreed"),
        (SPAN, Ground.REQUEST, "5b.not-agreed"),
    ],
)
def test_bad_spans_and_grounds_are_refused(
    talk: Recorded, span: tuple[int, int], ground: Ground | None, code: str
) -> None:
    before = kinds(talk)
    with pytest.raises(Refused) as refused:
        cover(talk, span, ground)
    assert code in refused.value.codes
    assert kinds(talk) == before


def test_twice_the_same_is_once_and_spans_may_overlap(talk: Recorded, tmp_path: Path) -> None:
    assert cover(talk) == cover(talk)
    assert kinds(talk).count("SpanCovered") == 1
    cover(talk, (24_000, 27_000), Ground.REPORTER)
    assert is_covered(decoded(tmp_path, worker(talk, talk.ours)), in_file(talk, talk.ours))


def test_what_was_covered_by_mistake_is_heard_again(talk: Recorded) -> None:
    before = worker(talk, talk.ours)
    found = cover(talk)
    assert worker(talk, talk.ours) != before
    covering.uncover(officer(), talk.id, 1, found)
    assert worker(talk, talk.ours) == before
    with pytest.raises(Refused) as refused:
        covering.uncover(officer(), talk.id, 1, found)
    assert refused.value.codes == ("5b.not-covered",)
    assert kinds(talk)[-2:] == ["SpanCovered", "SpanUncovered"]


def test_a_locked_part_stays_locked_for_the_officer_too(talk: Recorded) -> None:
    ledger.append(talk.id, facts.PartLocked(at=0, part=1, ground=Ground.REQUEST))
    cover(talk)
    with pytest.raises(Refused):
        original(talk, talk.ours)
    assert covering.look(officer(), talk.id).drawing is not None


def test_a_player_is_never_opened_without_saying_what_is_unheard() -> None:
    with pytest.raises(TypeError):
        playing.Player(None)  # type: ignore[call-arg, arg-type]
    assert Player is playing.Player
