"""A text beside the recording: its times, its names, its corrections, and who reads which lines."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.casework.conftest import DATABASES
from tests.casework.kept import keep_for, officer, years_later
from tests.casework.recorded import Recorded, recorded, staff
from tests.casework.test_hearing import BRAM, CARLA
from tests.casework.test_hearing import carla_left as carla_left  # noqa: PLC0414 - a fixture

from tweespoor.casework import earshot, hearing, ledger, models, scrubbing, transcribing, wiping, written
from tweespoor.casework.models import Role
from tweespoor.casework.places import home
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.kinds import Ground, Span
from tweespoor.rules.minutes import own_minutes

pytestmark = pytest.mark.django_db(databases=DATABASES)
TEXT = b"0:00 Spreker 1: Goedemiddag.\n0:03 Spreker 2: Hallo.\n0:06 Spreker 1: Het is een geheim woord.\n"


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


def brought_in(talk: Recorded, content: bytes = TEXT, offset_ms: int = 0) -> str:
    return transcribing.bring_in(talk.worker, talk.id, 1, written.read(content), offset_ms=offset_ms)


def whole(talk: Recorded, text: str) -> list[tuple[int, str, str]]:
    began = talk.state.parts[1].started_at or 0
    return [
        (line.begin - began, line.speaker, line.text) for line in transcribing.read(talk.worker, talk.id, text).lines
    ]


def listener(talk: Recorded, seat: int) -> models.Hearing:
    return models.Hearing(conversation_id=talk.id, seat=seat, code=models.ListeningCode())


def test_its_times_are_moved_to_the_clock_of_the_recording(talk: Recorded) -> None:
    text = brought_in(talk, offset_ms=1_000)
    assert whole(talk, text) == [
        (1000, "Spreker 1", "Goedemiddag."),
        (4000, "Spreker 2", "Hallo."),
        (7000, "Spreker 1", "Het is een geheim woord."),
    ]


@pytest.mark.parametrize("offset", [-60_000, 3_600_000])
def test_a_line_outside_the_recording_is_refused_and_nothing_is_kept(talk: Recorded, offset: int) -> None:
    with pytest.raises(Refused) as refused:
        brought_in(talk, offset_ms=offset)
    assert refused.value.codes == ("6a.text-outside",)
    assert not models.Transcript.objects.exists()
    assert not models.WrappedKey.objects.filter(kind="transcript").exists()


def test_it_lies_sealed(talk: Recorded) -> None:
    text = brought_in(talk)
    transcribing.correct(talk.worker, talk.id, text, 0, said="Een ander geheim", speaker="")
    rows = [bytes(models.Transcript.objects.get().sealed), bytes(models.TranscriptChange.objects.get().sealed)]
    assert all(b"geheim" not in sealed for sealed in rows)
    assert not any(scrubbing.stands_in(file, b"geheim woord") for file in home().glob("*.sqlite3*"))


def test_people_say_who_speaks_and_what_was_there_stays_behind_it(talk: Recorded) -> None:
    text = brought_in(talk)
    transcribing.name(talk.worker, talk.id, text, "Spreker 2", "Bram")
    transcribing.correct(talk.worker, talk.id, text, 1, said=" Hallo\n allemaal. ", speaker="Spreker 2")
    transcribing.correct(talk.worker, talk.id, text, 1, said="Hallo allemaal.", speaker="Carla")
    assert whole(talk, text)[1] == (3000, "Carla", "Hallo allemaal.")
    told = [(one.number, one.before, one.after, one.staff) for one in transcribing.history(talk.worker, talk.id, text)]
    assert told == [
        (1, "Spreker 2: Hallo allemaal.", "Carla: Hallo allemaal.", "anna"),
        (1, "Spreker 2: Hallo.", "Spreker 2: Hallo allemaal.", "anna"),
        (None, "Spreker 2", "Bram", "anna"),
    ]
    transcribing.correct(talk.worker, talk.id, text, 1, said="Hallo allemaal.", speaker="Carla")
    assert len(transcribing.history(talk.worker, talk.id, text)) == 3, "what changes nothing is no correction"
    with pytest.raises(UnknownError):
        transcribing.name(talk.worker, talk.id, text, "Spreker 9", "Bram")
    with pytest.raises(UnknownError):
        transcribing.correct(talk.worker, talk.id, text, 99, said="x", speaker="")
    with pytest.raises(Refused):
        transcribing.correct(talk.worker, talk.id, text, 0, said="x" * 2_001, speaker="")


def test_who_took_part_reads_the_lines_of_the_own_minutes(carla_left: Recorded) -> None:
    """Clause 6a: a text inherits everything of the sound, also whose minutes are whose."""
    talk = carla_left
    began, ended = talk.state.parts[1].started_at or 0, talk.state.parts[1].ended_at or 0
    left = own_minutes(talk.state, CARLA, 1)[-1].end
    times = (0, (left - began) // 1000, (ended - began) // 1000 - 1)
    content = "".join(f"{at // 60}:{at % 60:02d} A: {word}\n" for at, word in zip(times, "abc", strict=True))
    text = brought_in(talk, content.encode())
    assert [line[2] for line in whole(talk, text)] == ["a", "b", "c"]

    def reads(seat: int) -> str:
        return "".join(line.text for one in transcribing.of_seat(listener(talk, seat)) for line in one.lines)

    assert reads(BRAM) == "abc"
    assert reads(CARLA) in {"a", ""}, "nothing that is said when she had left"


def test_what_is_covered_by_law_is_not_read(talk: Recorded) -> None:
    text = brought_in(talk)
    began = talk.state.parts[1].started_at or 0
    ledger.append(
        talk.id,
        facts.SpanCovered(
            at=talk.state.at, part=1, span=Span(began + 6_500, began + 7_000), ground=Ground.SECRET_ADDRESS
        ),
    )
    assert "geheim" not in str(whole(talk, text))
    assert "geheim" not in str(transcribing.of_seat(listener(talk, BRAM)))
    shared = transcribing.of_part(talk.id, 1)
    assert shared is not None
    assert [line.text for line in shared.lines] == ["Goedemiddag.", "Hallo."]


def test_it_is_as_shut_as_its_part(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch)
    text = brought_in(talk)
    time = years_later(monkeypatch, talk)
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())
    for read in (
        lambda: transcribing.read(talk.worker, talk.id, text),
        lambda: transcribing.of_part(talk.id, 1),
        lambda: brought_in(talk),
    ):
        with pytest.raises(Refused) as refused:
            read()
        assert refused.value.codes == ("0c.not-available",)
    assert transcribing.of_seat(listener(talk, BRAM)) == []
    time.turn(31 * 86_400)
    wiping.wipe(talk.id, 1, staff=officer())
    assert not models.Transcript.objects.exists()
    assert not models.TranscriptChange.objects.exists()
    assert not models.WrappedKey.objects.filter(kind="transcript").exists()


def test_a_secret_that_waits_for_the_officer_holds_what_leaves(talk: Recorded) -> None:
    text = brought_in(talk)
    ledger.append(talk.id, facts.SecretNoted(at=talk.state.at, mentioned=True))
    assert whole(talk, text)
    with pytest.raises(Refused):
        transcribing.take(talk.worker, talk.id, text)
    assert transcribing.of_seat(listener(talk, BRAM)) == []


def test_that_it_left_is_a_fact_and_that_a_participant_took_it_along_is_none(talk: Recorded) -> None:
    """Law 11."""
    text = brought_in(talk)
    before = len(list(ledger.lines(talk.id)))
    for _ in range(hearing.COPIES_A_DAY):
        assert hearing.take_text(listener(talk, BRAM), 1).lines
    with pytest.raises(Refused) as refused:
        hearing.take_text(listener(talk, BRAM), 1)
    assert refused.value.codes == ("0c.too-often",)
    assert len(list(ledger.lines(talk.id))) == before
    transcribing.take(talk.worker, talk.id, text)
    assert len(list(ledger.lines(talk.id))) == before + 1


def test_it_is_nobody_elses(talk: Recorded) -> None:
    text = brought_in(talk)
    other = staff("piet", Role.WORKER)
    for call in (
        lambda: transcribing.read(other, talk.id, text),
        lambda: transcribing.bring_in(other, talk.id, 1, written.read(TEXT)),
        lambda: transcribing.history(other, talk.id, text),
        lambda: transcribing.remove(other, talk.id, text),
        lambda: transcribing.read(talk.worker, talk.id, "0" * 32),
        lambda: transcribing.bring_in(talk.worker, talk.id, 7, written.read(TEXT)),
    ):
        with pytest.raises(UnknownError):
            call()


def test_taken_away_it_is_gone_with_its_key(talk: Recorded) -> None:
    text = brought_in(talk)
    transcribing.correct(talk.worker, talk.id, text, 0, said="anders", speaker="")
    transcribing.remove(talk.worker, talk.id, text)
    assert not models.Transcript.objects.exists()
    assert not models.TranscriptChange.objects.exists()
    assert not models.WrappedKey.objects.filter(kind="transcript").exists()


def test_a_text_of_another_part_stays(talk: Recorded) -> None:
    brought_in(talk)
    transcribing.forget(talk.id, 2)
    assert models.Transcript.objects.count() == 1
    transcribing.forget(talk.id)
    assert not models.Transcript.objects.exists()


def test_a_line_half_outside_the_own_minutes_is_not_read(talk: Recorded) -> None:
    text = brought_in(talk)
    shot = earshot.own(ledger.head(talk.id), BRAM)
    row = models.Transcript.objects.get(pk=text)
    first = shot.minutes[1][0]
    cut = replace(shot, minutes={1: (first._replace(end=first.begin + 1_500),)})
    assert transcribing._seen(row, cut).lines == ()
