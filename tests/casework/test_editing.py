"""Asking everyone to cut: exact spans, why, one at a time; bad input is refused whole and leaves nothing behind."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from django.core.cache import cache
from tests.casework.cuts import (
    ANNA,
    BRAM,
    CARLA,
    DOUBT,
    HOUSE,
    NO,
    REASON,
    YES,
    answer,
    ask,
    kinds,
    placed,
    standing,
    turn,
)  # fmt: skip
from tests.casework.recorded import Recorded

from tweespoor.casework import clock, cutting, disclosing, editing, ledger, models, polling
from tweespoor.casework.polling import Standing
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import disclosures, entry
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Ground, Span

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with standing(monkeypatch) as made:
        yield made


def codes(refusing: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        refusing()
    return refused.value.codes


def left(talk: Recorded) -> tuple[object, ...]:
    """Give everything that asking leaves."""
    return (
        len(kinds(talk)),
        models.Question.objects.count(),
        models.Cut.objects.count(),
        models.Disclosure.objects.count(),
        models.PrivateAnswer.objects.count(),
        models.Message.objects.count(),
    )


# Asking ------------------------------------------------------------------------------------------------------


def test_why_is_a_commitment_that_everyone_of_the_part_may_read(talk: Recorded) -> None:
    question = ask(talk)
    written = [entry.read(line).fact for line in ledger.lines(talk.id)]
    (proposed,) = [fact for fact in written if isinstance(fact, facts.EditProposed)]
    assert not any(b"vriendin" in line for line in ledger.lines(talk.id))
    salt, value = disclosing.disclose(talk.id, question.position, "reason")
    assert value == REASON
    assert disclosures.opens(proposed.reason_sha256, value, salt)
    assert question.asked == [None, BRAM, CARLA]
    for seat in (HOUSE, BRAM, CARLA):
        seen = editing.look(question.pk, seat)
        assert (seen.reason, seen.edit.spans, seen.standing) == (REASON, proposed.spans, Standing.OPEN)
    with pytest.raises(UnknownError):
        editing.look(question.pk, 99)


def test_who_asks_is_seen_by_all_and_stands_in_no_journal(talk: Recorded) -> None:
    question = ask(talk, seat=CARLA)
    assert editing.look(question.pk, BRAM).question.seat == CARLA
    written = [entry.read(line).fact for line in ledger.lines(talk.id)]
    assert not any(hasattr(fact, "seat") for fact in written if isinstance(fact, facts.EditProposed))


def test_the_organisation_asks_and_then_everybody_answers(talk: Recorded) -> None:
    question = editing.ask(talk.id, HOUSE, placed(talk), REASON, staff=talk.worker)
    assert models.Access.objects.filter(action="edit.ask", staff=talk.worker).count() == 1
    answer(question, {BRAM: YES, CARLA: YES})
    polling.sweep()
    turn(4)
    assert polling.standing(polling.find(question.pk), talk.state) is Standing.AGREED
    assert cutting.make_due() == 1


@pytest.mark.parametrize("seat", [HOUSE, BRAM])
def test_spans_at_the_very_ends_are_those_of_the_part(talk: Recorded, seat: int | None) -> None:
    part = talk.state.parts[1]
    begin, end = part.started_at or 0, part.ended_at or 0
    number, spans = editing.fitted(talk.state, seat, [Span(begin - 900, begin + 1_005), Span(end - 3_001, end + 999)])
    assert number == 1
    assert spans == (Span(begin, begin + 1_020), Span(end - 3_001 - (end - 3_001 - begin) % 20, end))


BAD: dict[str, tuple[Sequence[tuple[int, int]], str]] = {
    "nothing": ([], "5b.span-outside"),
    "reversed": ([(5_000, 4_000)], "5b.span-outside"),
    "no length": ([(5_000, 5_000)], "5b.span-outside"),
    "before the recording": ([(-9_000, -5_000)], "5b.span-outside"),
    "begins before it": ([(-5_000, 2_000)], "5b.span-outside"),
    "behind the recording": ([(10**7, 10**7 + 5_000)], "5b.span-outside"),
    "ends behind it": ([(5_000, 10**7)], "5b.span-outside"),
    "at no time at all": ([(-(10**15), 10**15)], "5b.span-outside"),
    "one good, one bad": ([(1_000, 2_000), (5_000, 4_000)], "5b.span-outside"),
    "over each other": ([(1_000, 3_000), (2_000, 4_000)], "5b.spans-overlap"),
    "the same twice": ([(1_000, 3_000), (1_000, 3_000)], "5b.spans-overlap"),
    "side by side": ([(1_000, 3_000), (3_100, 4_000)], "5b.spans-overlap"),
    "too many": ([(n * 1_000, n * 1_000 + 100) for n in range(13)], "5b.too-many"),
}


@pytest.mark.parametrize("seat", [HOUSE, BRAM])
@pytest.mark.parametrize(("spans", "code"), BAD.values(), ids=BAD.keys())
def test_bad_spans_are_refused_whole(
    talk: Recorded, spans: Sequence[tuple[int, int]], code: str, seat: int | None
) -> None:
    before = left(talk)
    assert code in codes(lambda: editing.ask(talk.id, seat, placed(talk, spans), REASON))
    assert code in codes(lambda: editing.see_whole(talk.id, seat, placed(talk, spans), REASON))
    assert left(talk) == before


@pytest.mark.parametrize("reason", ["", "   ", "\x00\n", "x" * 201])
def test_without_a_reason_nothing_is_asked(talk: Recorded, reason: str) -> None:
    before = left(talk)
    assert codes(lambda: editing.ask(talk.id, BRAM, placed(talk), reason)) == ("5b.reason-missing",)
    assert left(talk) == before


def test_a_reason_is_kept_in_tidy_words(talk: Recorded) -> None:
    question = editing.ask(talk.id, BRAM, placed(talk), "  Mijn\nadres\x00 <b>staat</b>  erin ")
    assert editing.look(question.pk, CARLA).reason == "Mijn adres <b>staat</b> erin"


def test_across_two_parts_is_refused(talk: Recorded) -> None:
    state = talk.state
    first = state.parts[1]
    assert first.started_at is not None
    assert first.ended_at is not None
    cut_short = facts.AgreementEnded(at=first.ended_at, since=first.ended_at)
    assert cut_short.at == first.ended_at
    second = first.__class__(
        part=2, round=2, agreed_at=first.ended_at, started_at=first.ended_at + 60_000,
        ended_at=first.ended_at + 120_000, present=first.present,
    )  # fmt: skip
    both = state.__class__(**{
        name: getattr(state, name) for name in state.__slots__ if name != "parts"
    } | {"parts": {1: first, 2: second}})  # fmt: skip
    across = Span(first.ended_at - 5_000, first.ended_at + 65_000)
    assert codes(lambda: editing._seen(both, HOUSE, [(across.begin, across.end)], REASON)) == ("5b.span-outside",)
    in_first, in_second = first.started_at + 1_000, first.ended_at + 61_000
    one_each = [(in_first, in_first + 1_000), (in_second, in_second + 1_000)]
    assert codes(lambda: editing._seen(both, HOUSE, one_each, REASON)) == ("5b.span-outside",)
    assert editing._seen(both, HOUSE, one_each[1:], REASON).part == 2


def test_who_was_not_there_asks_nothing(talk: Recorded) -> None:
    before = left(talk)
    with pytest.raises(UnknownError):
        editing.ask(talk.id, 99, placed(talk), REASON)
    with pytest.raises(UnknownError):
        editing.ask("0" * 32, BRAM, placed(talk), REASON)
    assert left(talk) == before


def test_of_two_who_ask_at_once_the_first_is_asked(talk: Recorded) -> None:
    ask(talk)
    before = left(talk)
    for seat in (CARLA, BRAM, HOUSE):
        assert codes(lambda seat=seat: ask(talk, [(30_000, 31_000)], seat)) == ("5b.already-asked",)  # type: ignore[misc]
    assert left(talk) == before


def test_after_it_is_over_another_cut_can_be_asked(talk: Recorded) -> None:
    first = ask(talk)
    turn((first.deadline_ms - clock.now_ms()) / 1000)
    polling.sweep()
    assert ask(talk, [(30_000, 31_000)], CARLA).key != first.key


def test_asking_until_it_is_yes_is_limited(talk: Recorded) -> None:
    for _ in range(3):
        question = ask(talk)
        ledger.append(talk.id, facts.EditEndedWithoutAgreement(at=clock.now_ms(), edit=question.key))
    before = left(talk)
    assert codes(lambda: ask(talk)) == ("0c.too-often",)
    assert left(talk) == before


@pytest.mark.parametrize(
    "kind",
    [
        lambda at: facts.PartLocked(at=at, part=1, ground=Ground.LATE_STOP),
        lambda at: facts.PartErased(at=at, part=1, ground=Ground.REQUEST, certain_at=0),
        lambda at: facts.SecretNoted(at=at, mentioned=True),
    ],
    ids=["locked", "wiped", "a secret"],
)
def test_of_a_part_that_cannot_be_heard_nothing_is_asked(talk: Recorded, kind: Callable[[int], facts.Fact]) -> None:
    ledger.append(talk.id, kind(clock.now_ms()))
    before = left(talk)
    for seat in (HOUSE, BRAM):
        assert "0c.not-available" in codes(lambda seat=seat: ask(talk, seat=seat))  # type: ignore[misc]
    assert left(talk) == before


# Answering ---------------------------------------------------------------------------------------------------


def test_answers_of_others_late_or_not_asked_are_refused(talk: Recorded) -> None:
    question = ask(talk)
    for seat in (ANNA, 99):
        assert codes(lambda seat=seat: polling.answer(question.pk, seat, YES)) == ("5b.not-asked",)  # type: ignore[misc]
    turn((question.deadline_ms - clock.now_ms()) / 1000)
    assert codes(lambda: polling.answer(question.pk, CARLA, YES)) == ("5b.too-late",)
    polling.sweep()
    assert codes(lambda: polling.answer(question.pk, CARLA, YES)) == ("5b.too-late",)
    assert kinds(talk)[-1] == "EditEndedWithoutAgreement"


def test_answering_twice_the_last_counts(talk: Recorded) -> None:
    question = ask(talk)
    for given in (NO, DOUBT, YES):
        polling.answer(question.pk, CARLA, given)
    polling.answer(question.pk, HOUSE, YES)
    polling.sweep()
    assert kinds(talk)[-1] == "EditConsentGiven"


CAUSES: dict[str, dict[int | None, Answer]] = {
    "Carla said no": {HOUSE: YES, CARLA: NO},
    "Carla doubts": {HOUSE: YES, CARLA: DOUBT},
    "Carla is silent": {HOUSE: YES},
    "the organisation said no": {HOUSE: NO, CARLA: YES},
    "nobody answered": {},
    "who asked took it back": {HOUSE: YES, CARLA: YES, BRAM: NO},
}


def test_law_10_every_no_is_the_same_lines_at_the_same_moment(talk: Recorded) -> None:
    seen = set()
    for given in CAUSES.values():
        cache.clear()  # so that one may ask more than three times a day
        question = ask(talk)
        answer(question, given)
        polling.sweep()
        assert kinds(talk)[-1] == "EditProposed"
        turn((question.deadline_ms - clock.now_ms()) / 1000)
        polling.sweep()
        end = entry.read(list(ledger.lines(talk.id))[-1]).fact
        assert isinstance(end, facts.EditEndedWithoutAgreement)
        assert (end.edit, end.at) == (question.key, question.deadline_ms)
        polling.sweep()
        assert not models.PrivateAnswer.objects.exists()
        seen.add((type(end), end.at - question.deadline_ms))
    assert len(seen) == 1
