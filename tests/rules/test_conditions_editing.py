"""Asking for a cut: exact spans of one part, one question at a time; and covering by law, which can be undone."""

import pytest
from tests.rules.cast import ANNA, BRAM, CARLA, EVA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.conditions import may_ask_to_edit, may_cover, may_edit, may_uncover
from tweespoor.rules.conditions_editing import APART_MS, MOST_SPANS
from tweespoor.rules.facts import Fact, Ground, Span


def finished(*seats: int) -> Talk:
    talk = recorded(*seats)
    talk.now += 60_000
    return talk.add(facts.AgreementEnded, since=talk.now + 1000)


def bounds(talk: Talk) -> tuple[int, int]:
    part = talk.state.parts[1]
    assert part.started_at is not None
    assert part.ended_at is not None
    return part.started_at, part.ended_at


def codes(talk: Talk, *spans: tuple[int, int], seat: int | None = BRAM, part: int = 1) -> tuple[str, ...]:
    """Ask for spans that are counted from the beginning of the part."""
    begin, _ = bounds(talk)
    return may_ask_to_edit(talk.state, part, [Span(begin + a, begin + b) for a, b in spans], seat).codes


def test_clause_5b_a_cut_is_asked_of_exact_spans() -> None:
    talk = finished(BRAM, CARLA)
    begin, end = bounds(talk)
    lasts = end - begin
    assert codes(talk, (1000, 2000), (3000, 4000)) == ()
    assert codes(talk, (0, 1000), (lasts - 1000, lasts)) == ()  # at the very ends
    for wrong in ((2000, 1000), (1000, 1000), (-1, 1000), (lasts - 10, lasts + 1), (lasts, lasts + 5), (-9, -1)):
        assert codes(talk, wrong) == ("5b.span-outside",)
        assert "5b.span-outside" in codes(talk, (1000, 2000), wrong)
    assert codes(talk) == ("5b.span-outside",)
    assert codes(talk, (1000, 2000), part=2) == ("0c.not-available", "5b.span-outside")


def test_clause_5b_spans_of_one_cut_lie_apart() -> None:
    talk = finished(BRAM)
    assert codes(talk, (1000, 2000), (1500, 3000)) == ("5b.spans-overlap",)
    assert codes(talk, (1000, 2000), (1000, 2000)) == ("5b.spans-overlap",)
    assert codes(talk, (5000, 6000), (2000, 5000 - APART_MS + 1)) == ("5b.spans-overlap",)
    assert codes(talk, (5000, 6000), (2000, 5000 - APART_MS)) == ()
    many = [(n * 1000, n * 1000 + 100) for n in range(MOST_SPANS + 1)]
    assert codes(talk, *many) == ("5b.too-many",)
    assert codes(talk, *many[1:]) == ()


def test_clause_5b_who_took_part_asks_about_the_own_minutes() -> None:
    talk = recorded(BRAM, CARLA)
    talk.now += 20_000
    talk.add(facts.RecordingPaused, cause=facts.PauseCause.SOMEONE_LEAVES).add(facts.ParticipantLeft, seat=CARLA)
    talk.add(facts.RecordingResumed)
    talk.now += 20_000
    talk.add(facts.AgreementEnded, since=talk.now + 1000)
    begin, end = bounds(talk)
    late = (end - begin - 5000, end - begin - 1000)
    assert codes(talk, late, seat=BRAM) == ()
    assert codes(talk, late, seat=None) == ()
    assert codes(talk, late, seat=CARLA) == ("5b.span-outside",)
    assert codes(talk, (1000, 2000), seat=CARLA) == ()
    assert codes(talk, (1000, 2000), seat=ANNA) == ()
    assert codes(talk, (1000, 2000), seat=99) == ("5b.span-outside",)


def test_clause_5b_one_cut_is_asked_at_a_time() -> None:
    talk = finished(BRAM, EVA)
    begin, _ = bounds(talk)
    span = Span(begin + 1000, begin + 2000)
    talk.add(facts.EditProposed, edit="e1", part=1, spans=(span,), reason_sha256="00" * 32)
    assert codes(talk, (5000, 6000)) == ("5b.already-asked",)
    assert codes(talk, (5000, 6000), seat=None) == ("5b.already-asked",)
    ended = Talk.add(talk, facts.EditEndedWithoutAgreement, edit="e1")
    assert codes(ended, (5000, 6000)) == ()
    talk.add(facts.EditProposed, edit="e2", part=1, spans=(span,), reason_sha256="00" * 32)
    talk.add(facts.EditConsentGiven, edit="e2", seat=BRAM)
    assert codes(talk, (5000, 6000)) == ("5b.already-asked",)
    talk.add(facts.EditConsentGiven, edit="e2", seat=None)
    assert codes(talk, (5000, 6000)) == ()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (facts.PartLocked, {"part": 1, "ground": Ground.LATE_STOP}),
        (facts.PartErased, {"part": 1, "ground": Ground.REQUEST, "certain_at": 0}),
        (facts.SecretNoted, {"mentioned": True}),
    ],
)
def test_clause_5b_nothing_is_asked_of_what_cannot_be_heard(kind: type[Fact], values: dict[str, object]) -> None:
    talk = finished(BRAM)
    begin, _ = bounds(talk)
    span = Span(begin + 1000, begin + 2000)
    talk.add(facts.EditProposed, edit="e1", part=1, spans=(span,), reason_sha256="00" * 32)
    talk.add(facts.EditConsentGiven, edit="e1", seat=BRAM).add(facts.EditConsentGiven, edit="e1", seat=None)
    assert may_edit(talk.state, "e1")
    talk.add(kind, **values)
    assert codes(talk, (5000, 6000)) == ("0c.not-available",)
    # What was agreed is not made either while the part is locked; a secret holds release, not making.
    assert may_edit(talk.state, "e1").codes == (() if kind is facts.SecretNoted else ("0c.not-available",))


def test_clause_5b_what_was_covered_by_mistake_is_heard_again() -> None:
    talk = finished(BRAM)
    begin, end = bounds(talk)
    span, ground = Span(begin + 1000, begin + 2000), Ground.SECRET_ADDRESS
    assert may_uncover(talk.state, 1, span, ground).codes == ("5b.not-covered",)
    talk.add(facts.SpanCovered, part=1, span=span, ground=ground)
    assert may_uncover(talk.state, 1, span, Ground.REPORTER).codes == ("5b.not-covered",)
    assert may_uncover(talk.state, 2, span, ground).codes == ("5b.not-covered",)
    assert may_uncover(talk.state, 1, Span(begin, end), ground).codes == ("5b.not-covered",)
    assert may_uncover(talk.state, 1, span, ground)
    talk.add(facts.SpanUncovered, part=1, span=span, ground=Ground.REPORTER)
    assert len(talk.state.parts[1].covered) == 1
    talk.add(facts.SpanUncovered, part=1, span=span, ground=ground)
    assert not talk.state.parts[1].covered


def test_clause_5b_a_locked_part_can_be_covered_and_a_wiped_one_not() -> None:
    talk = finished(BRAM)
    begin, _ = bounds(talk)
    span = Span(begin + 1000, begin + 2000)
    talk.add(facts.PartLocked, part=1, ground=Ground.REQUEST)
    assert may_cover(talk.state, 1, span, Ground.REPORTER)
    talk.add(facts.PartErased, part=1, ground=Ground.REQUEST, certain_at=0)
    assert may_cover(talk.state, 1, span, Ground.REPORTER).codes == ("5b.span-outside",)
