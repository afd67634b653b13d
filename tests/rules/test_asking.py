"""How a round ends: the heart of «nobody learns who»."""

import itertools

import pytest
from tests.rules.cast import BRAM, CARLA, DANI, EVA, Talk

from tweespoor.journal import chain
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer, conclude, is_choice
from tweespoor.rules.conditions import may_record
from tweespoor.rules.conversation import fold
from tweespoor.rules.facts import Children, How, Interest, InterestReason, Kind, RoundCause

YES = (Answer.YES, How.OWN_PHONE)
NO = (Answer.NO, How.OWN_PHONE)
DOUBT = (Answer.DOUBT, How.DEVICE)
FINE = {"interest": Interest.NO_OBJECTION, "alone_ok": True, "guardian": True}


def at_the_table() -> Talk:
    return Talk(BRAM, CARLA, DANI, EVA, children=Children.PRESENT).ask()


def written(talk: Talk, ended: tuple[facts.Fact, ...]) -> bytes:
    """Give the bytes that a journal would get."""
    lines, at = [], chain.begin("00" * 16)
    for fact in (*talk.facts, *ended):
        line, at = chain.append(at, fact)
        lines.append(line)
    return b"\n".join(lines)


def test_when_everyone_says_yes_each_yes_is_written_in_the_order_of_the_seats() -> None:
    talk = at_the_table()
    answers = dict.fromkeys((EVA, DANI, BRAM, CARLA), YES)
    ended = conclude(talk.state, answers, at=talk.now, reason=InterestReason.HELPS, **FINE)  # type: ignore[arg-type]
    assert [type(fact).__name__ for fact in ended] == ["InterestAssessed", *["ConsentGiven"] * 4, "AgreementReached"]
    assert ended[0] == facts.InterestAssessed(at=talk.now, interest=Interest.NO_OBJECTION, reason=InterestReason.HELPS)
    assert [fact.seat for fact in ended if isinstance(fact, facts.ConsentGiven)] == [BRAM, CARLA, DANI, EVA]
    assert ended[-1] == facts.AgreementReached(at=talk.now, round=1, part=1)
    assert may_record(fold(ended, talk.state))


def test_every_possible_no_gives_the_same_bytes() -> None:
    talk = at_the_table()
    seats = (BRAM, CARLA, DANI, EVA)
    found = set()
    for given in itertools.product((YES, NO, DOUBT, None), repeat=4):
        answers = {seat: answer for seat, answer in zip(seats, given, strict=True) if answer is not None}
        if list(answers.values()) != [YES] * 4:
            found.add(written(talk, conclude(talk.state, answers, at=talk.now, **FINE)))  # type: ignore[arg-type]
    everyone = dict.fromkeys(seats, YES)
    for cause in (
        {"interest": Interest.AGAINST},
        {"interest": Interest.AGAINST, "reason": InterestReason.WANTS},
        {"interest": None},
        {"interest": Interest.NO_OBJECTION, "declined": True},
        {"interest": Interest.AGAINST, "declined": True, "guardian": False, "alone_ok": False},
    ):
        found.add(written(talk, conclude(talk.state, everyone, at=talk.now, **cause)))
    assert len(found) == 1
    assert found == {written(talk, (facts.RoundEndedWithoutAgreement(at=talk.now, round=1),))}


def test_a_wrong_count_ends_like_any_no() -> None:
    talk = Talk(BRAM).add(facts.PeopleCounted, people=4, children=Children.NONE).ask()
    assert conclude(talk.state, {BRAM: YES}, at=7) == (facts.RoundEndedWithoutAgreement(at=7, round=1),)


@pytest.mark.parametrize(("guardian", "agreed"), [(True, True), (False, False), (None, False)])
def test_a_young_child_needs_a_parent_there(guardian: bool | None, agreed: bool) -> None:
    talk = Talk(BRAM, children=Children.PRESENT)
    talk.add(facts.PeopleCounted, people=3, children=Children.PRESENT).join(DANI, Kind.CHILD).ask()
    ended = conclude(
        talk.state, {BRAM: YES, DANI: YES}, at=7, interest=Interest.NO_OBJECTION, guardian=guardian, alone_ok=True
    )
    assert isinstance(ended[-1], facts.AgreementReached) is agreed
    assert any(isinstance(fact, facts.GuardianNoted) for fact in ended) is agreed
    assert not any(isinstance(fact, facts.AloneWithYouthNoted) for fact in ended)


@pytest.mark.parametrize(("alone_ok", "agreed"), [(True, True), (False, False), (None, False)])
def test_a_youth_alone_asks_for_it(alone_ok: bool | None, agreed: bool) -> None:
    talk = Talk(DANI, children=Children.PRESENT).ask()
    ended = conclude(talk.state, {DANI: YES}, at=7, interest=Interest.NO_OBJECTION, alone_ok=alone_ok)
    assert isinstance(ended[-1], facts.AgreementReached) is agreed


def test_a_later_round_keeps_what_was_said_about_a_child_and_begins_the_next_part() -> None:
    talk = Talk(BRAM, children=Children.DISCUSSED).agree().ask(RoundCause.NEWCOMER)
    ended = conclude(talk.state, {BRAM: YES}, at=7)
    assert [type(fact).__name__ for fact in ended] == ["ConsentGiven", "AgreementReached"]
    assert ended[-1] == facts.AgreementReached(at=7, round=2, part=2)


def test_nothing_is_written_about_children_who_are_not_concerned() -> None:
    talk = Talk(BRAM).ask()
    ended = conclude(talk.state, {BRAM: YES}, at=7, interest=Interest.AGAINST, guardian=False, alone_ok=False)
    assert [type(fact).__name__ for fact in ended] == ["ConsentGiven", "AgreementReached"]


def test_an_answer_for_an_empty_seat_or_for_staff_counts_for_nothing() -> None:
    talk = Talk(BRAM).ask()
    assert conclude(talk.state, {BRAM: YES, 1: NO, 9: NO}, at=7) == conclude(talk.state, {BRAM: YES}, at=7)


def test_without_an_open_round_there_is_nothing_to_end() -> None:
    assert conclude(Talk(BRAM).state, {BRAM: YES}, at=7) == ()


def test_clause_0d_only_agreements_with_another_text_can_change() -> None:
    assert [item for item in range(10) if is_choice(item, 1)] == [1, 6]
    assert all(is_choice(item, 0) for item in range(1, 8))
