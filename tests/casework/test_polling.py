"""Asking everyone over days: a no, a doubt and silence are one and the same, for everyone and to the millisecond."""

from collections.abc import Callable, Mapping

import pytest
from tests.casework.conftest import DATABASES, Clock, Table

from tweespoor.casework import clock, ledger, models, polling, recording, sweeping
from tweespoor.casework.polling import Kind, Standing
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Fact, Span

pytestmark = pytest.mark.django_db(databases=DATABASES)
YES, NO, DOUBT = Answer.YES, Answer.NO, Answer.DOUBT
HOUSE, ANNA, BRAM, CARLA, DANI = None, 1, 2, 3, 4
EVERYONE = (HOUSE, BRAM, CARLA, DANI)
DAY_S = 86_400
KEY = "ab" * 16


@pytest.fixture
def four(lay: Callable[..., Table]) -> Table:
    """Lay a table for Anna, Bram, Carla and Dani, of which something was recorded."""
    return recorded(lay)


def recorded(lay: Callable[..., Table]) -> Table:
    table = lay(4)
    for name in ("Bram", "Carla", "Dani"):
        table.join(name)
    table.begin()
    table.time.turn(60)
    recording.stop(table.id)
    return table


def question(table: Table, kind: Kind = Kind.SHARE, key: str = KEY, seat: int | None = BRAM) -> models.Question:
    with ledger.writing(table.id) as page:
        part = page.state.parts[1]
        span = Span(part.started_at or 0, (part.started_at or 0) + 1000)
        asking: Mapping[Kind, Callable[[], Fact]] = {
            Kind.SHARE: lambda: facts.ShareAsked(
                at=page.now,
                share=key,
                part=1,
                what=facts.Content.SOUND,
                recipient_sha256="0" * 64,
                purpose_sha256="0" * 64,
                until=page.now + 10**10,
            ),
            Kind.EDIT: lambda: facts.EditProposed(at=page.now, edit=key, part=1, spans=(span,), reason_sha256="0" * 64),
        }
        page.add(asking[kind]())
        return polling.ask(page, table.id, kind, key, seat=seat, asked=EVERYONE)


def stands(table: Table, one: models.Question) -> Standing:
    return polling.standing(polling.find(one.pk), table.look.state)


def end(table: Table, one: models.Question) -> None:
    """Let the deadline pass, and the seconds after which what came of it is shown."""
    table.time.ms = one.deadline_ms
    polling.sweep()
    table.time.turn(4)


def test_a_yes_of_everyone_ends_it_at_once_and_all_see_it_at_one_moment(four: Table) -> None:
    one = question(four)
    for seat in (HOUSE, DANI, CARLA):
        assert stands(four, one) is Standing.OPEN
        polling.answer(one.pk, seat, YES)
    polling.sweep()
    assert stands(four, one) is Standing.OPEN  # a few random seconds more
    four.time.turn(4)
    assert stands(four, one) is Standing.AGREED
    given = [fact for fact in four.facts() if isinstance(fact, facts.ShareConsentGiven)]
    assert [fact.seat for fact in given] == [HOUSE, BRAM, CARLA, DANI]
    assert len({fact.at for fact in given}) == 1


CAUSES: Mapping[str, Mapping[int | None, Answer]] = {
    "Bram takes it back": {BRAM: NO, CARLA: YES, DANI: YES, HOUSE: YES},
    "Carla no": {CARLA: NO, DANI: YES, HOUSE: YES},
    "Dani no": {DANI: NO, CARLA: YES, HOUSE: YES},
    "Dani doubts": {DANI: DOUBT, CARLA: YES, HOUSE: YES},
    "the organisation no": {HOUSE: NO, CARLA: YES, DANI: YES},
    "everyone no": dict.fromkeys(EVERYONE, NO),
    "nobody answers": {},
    "one is silent": {CARLA: YES, DANI: YES},
}


@pytest.mark.parametrize("kind", Kind)
def test_every_no_and_silence_leave_the_same_journal_at_the_same_moment(
    lay: Callable[..., Table], time: Clock, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _: 500)
    seen = {}
    begin = time.ms
    for number, (cause, answers) in enumerate(CAUSES.items()):
        time.ms = begin
        four = recorded(lay)
        one = question(four, kind, f"{number:032x}")
        for seat, given in answers.items():
            four.time.turn(3600)
            polling.answer(one.pk, seat, given)
            polling.sweep()
            assert stands(four, one) is Standing.OPEN, cause
        before = len(four.facts())
        four.time.ms = one.deadline_ms - 1
        polling.sweep()
        assert (stands(four, one), len(four.facts())) == (Standing.OPEN, before), cause
        end(four, one)
        (last,) = four.facts()[before:]
        row = polling.find(one.pk)
        assert stands(four, one) is Standing.ENDED
        seen[cause] = (type(last).__name__, last.at, row.deadline_ms, row.shown_ms, row.halted_ms)
        assert not models.PrivateAnswer.objects.exists(), cause
    assert len(set(seen.values())) == 1


def test_the_last_answer_counts_and_who_answers_is_told_nothing_else(four: Table) -> None:
    one = question(four)
    for given in (NO, DOUBT, YES, YES):
        assert polling.answer(one.pk, CARLA, given) is None  # type: ignore[func-returns-value]
    assert polling.has_answered(one, CARLA)
    assert not polling.has_answered(one, DANI)
    for seat in (HOUSE, DANI):
        polling.answer(one.pk, seat, YES)
    polling.sweep()
    four.time.turn(4)
    assert stands(four, one) is Standing.AGREED


@pytest.mark.parametrize(("kind", "clause"), [(Kind.EDIT, "5b"), (Kind.SHARE, "6a")])
def test_who_is_not_asked_and_who_comes_late_are_refused_by_their_clauses_5b_and_6a(
    four: Table, kind: Kind, clause: str
) -> None:
    one = question(four, kind)
    for stranger in (ANNA, 9):
        with pytest.raises(Refused) as refused:
            polling.answer(one.pk, stranger, YES)
        assert refused.value.codes == (f"{clause}.not-asked",)
        with pytest.raises(Refused) as refused:
            polling.take_back(one.pk, stranger)
        assert refused.value.codes == (f"{clause}.not-asked",)
    four.time.ms = one.deadline_ms
    for _ in range(2):  # before the server came to it, and after
        with pytest.raises(Refused) as refused:
            polling.answer(one.pk, CARLA, YES)
        assert refused.value.codes == (f"{clause}.too-late",)
        polling.take_back(one.pk, CARLA)
        polling.sweep()
    with pytest.raises(UnknownError):
        polling.answer("0" * 32, CARLA, YES)
    assert four.kinds()[-1].endswith("EndedWithoutAgreement")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("seat", EVERYONE)
def test_a_yes_taken_back_holds_at_once_and_is_known_from_midnight(four: Table, kind: Kind, seat: int | None) -> None:
    one = question(four, kind)
    for other in (HOUSE, CARLA, DANI):
        polling.answer(one.pk, other, YES)
    polling.sweep()
    four.time.turn(4)
    assert polling.holds(polling.find(one.pk), four.look.state)
    before = four.facts()
    polling.take_back(one.pk, seat)
    polling.take_back(one.pk, seat)
    assert not polling.holds(polling.find(one.pk), four.look.state)
    polling.sweep()
    assert (stands(four, one), four.facts()) == (Standing.AGREED, before)
    known = polling.find(one.pk).halted_ms
    assert known is not None
    assert known % 1000 == 0
    assert 0 < known - four.time.ms <= DAY_S * 1000
    four.time.ms = known
    polling.sweep()
    assert stands(four, one) is Standing.ENDED
    (last,) = four.facts()[len(before) :]
    assert type(last).__name__ == {Kind.SHARE: "ShareTakenBack", Kind.EDIT: "EditEndedWithoutAgreement"}[kind]
    polling.take_back(one.pk, seat)
    polling.sweep()
    assert len(four.facts()) == len(before) + 1


def test_taking_back_while_it_is_open_ends_like_any_no(four: Table) -> None:
    one = question(four)
    for seat in (HOUSE, CARLA, DANI):
        polling.answer(one.pk, seat, YES)
    polling.take_back(one.pk, CARLA)
    polling.sweep()
    assert stands(four, one) is Standing.OPEN
    end(four, one)
    assert stands(four, one) is Standing.ENDED


def test_two_questions_at_once_do_not_touch_each_other(four: Table) -> None:
    first, second = question(four, Kind.EDIT, "1" * 32), question(four, Kind.EDIT, "2" * 32, CARLA)
    for seat in EVERYONE:
        polling.answer(first.pk, seat, YES)
    polling.sweep()
    four.time.turn(4)
    assert (stands(four, first), stands(four, second)) == (Standing.AGREED, Standing.OPEN)
    assert [one.pk for one in polling.of(four.id)] == [second.pk, first.pk] or first.asked_ms == second.asked_ms


def test_the_deadline_is_a_midnight_so_that_every_day_counts_whole(four: Table, time: Clock) -> None:
    one = question(four)
    assert one.deadline_ms % 3_600_000 == 0
    assert 14 * DAY_S < (one.deadline_ms - time.ms) / 1000 <= 15 * DAY_S


def test_after_a_restore_everyone_is_asked_anew(four: Table) -> None:
    one = question(four)
    for seat in (HOUSE, CARLA, DANI):
        polling.answer(one.pk, seat, YES)
    four.time.turn(5 * DAY_S)
    assert polling.ask_anew() == 1
    assert not any(polling.has_answered(one, seat) for seat in EVERYONE)
    assert polling.find(one.pk).deadline_ms == polling.deadline(clock.now_ms())
    polling.sweep()
    assert stands(four, one) is Standing.OPEN


def test_the_others_are_told_that_there_is_something(four: Table) -> None:
    question(four)
    told = models.ToTell.objects.filter(conversation_id=four.id, what="question").values_list("seat", flat=True)
    assert set(told) == {CARLA, DANI}
    assert len(told) == 2


def test_answers_go_with_the_conversation(four: Table) -> None:
    one = question(four)
    models.Question.objects.all().delete()
    polling.sweep()
    assert not models.PrivateAnswer.objects.filter(question=one.pk).exists()


def test_the_server_looks_by_itself(four: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    one = question(four)
    monkeypatch.setattr(sweeping, "_polled_at", 0)
    monkeypatch.setattr(sweeping, "_wiped_at", one.deadline_ms)
    four.time.ms = one.deadline_ms
    polling_sweeps = []
    monkeypatch.setattr(polling, "sweep", lambda: polling_sweeps.append(four.time.ms))
    sweeping.sweep()
    sweeping.sweep()
    assert polling_sweeps == [one.deadline_ms]


def test_answers_of_all_kinds_are_as_long_sealed(four: Table) -> None:
    one = question(four)
    lengths = set()
    for given in Answer:
        polling.answer(one.pk, CARLA, given)
        row = models.PrivateAnswer.objects.get(question=one.pk, seat=CARLA)
        lengths.add(len(bytes(row.sealed)))
    assert len(lengths) == 1
