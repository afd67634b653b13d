"""The twelve laws of the house over arbitrary sequences of facts, as far as rules can show them."""

from dataclasses import replace
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.cast import (
    ANY_FACT,
    BEGIN,
    BRAM,
    CARLA,
    DANI,
    EVA,
    Talk,
    a_course,
    any_fact_of,
    prefixes,
    recorded,
)

from tweespoor.rules import conditions, consequences, facts
from tweespoor.rules.asking import Answer, conclude
from tweespoor.rules.breaches import breaches
from tweespoor.rules.codes import CODES
from tweespoor.rules.conversation import Consent, Conversation, Running, after, fold
from tweespoor.rules.facts import Children, Fact, Ground, How, Interest, PauseCause, RoundCause, Span
from tweespoor.rules.gate import Gate, OpenSpan, gate_of
from tweespoor.rules.verdict import Verdict

SOME_FACTS = st.lists(ANY_FACT, max_size=25)
COURSE = a_course()
MANY = settings(max_examples=80, deadline=None)


def overlaps(span: OpenSpan, begin: int, end: int) -> bool:
    return span.begin < end and (span.end is None or begin < span.end)


def everyone_really_agreed(c: Conversation) -> bool:
    """Say it once more, in other words than the rules do."""
    here = [seat for seat in c.seats.values() if seat.present]
    yes = [seat for seat in here if seat.consent is Consent.GIVEN or seat.kind is facts.Kind.STAFF]
    return len(yes) == len(here) == c.people and c.newcomer_since is None and c.agreed and not c.round_open


# 1 and 2: nothing outside the gate, and in it everyone known to be present had said yes ---------------


@MANY
@given(COURSE)
def test_law_2_while_the_gate_is_open_everyone_known_to_be_present_has_said_yes(course: list[Fact]) -> None:
    gate = gate_of(tuple(course))
    behind = list(accumulate(course, after, initial=fold([])))[1:]
    states = [(fact.at, c) for fact, c in zip(course, behind, strict=True)]
    for (begin, c), (end, _) in pairwise(states):
        for span in gate.spans:
            if begin < end and overlaps(span, begin, end):
                assert everyone_really_agreed(c)
                assert c.running is Running.RUNNING or (c.pause_cause is PauseCause.OUR_RECORDER and c.alone)


@MANY
@given(COURSE, st.integers(1, 6), st.integers(0, 60), st.integers(1, 20))
def test_law_1_no_sound_is_allowed_that_reaches_outside_every_open_stretch(
    course: list[Fact], seat: int, begin: int, length: int
) -> None:
    gate = gate_of(tuple(course))
    begin, end = BEGIN + begin * 1000, BEGIN + (begin + length) * 1000
    for part in {span.part for span in gate.spans} | {1}:
        if gate.allows(part, seat, begin, end):
            for moment in range(begin, end, 500):
                assert any(
                    span.part == part and seat in span.seats and overlaps(span, moment, moment + 1)
                    for span in gate.spans
                )


@MANY
@given(COURSE, st.integers(0, 30))
def test_law_2_what_lies_between_a_stop_and_its_arrival_is_outside_the_gate(course: list[Fact], late: int) -> None:
    c = fold(course)
    stop = facts.AgreementEnded(at=c.at + 1000, since=c.at - late * 1000)
    gate = gate_of((*course, stop))
    assert not any(overlaps(span, stop.since, stop.at + 10_000) for span in gate.spans)


# 3: nothing opens the gate retroactively --------------------------------------------------------------


@MANY
@given(SOME_FACTS | COURSE, st.integers(1, 5), st.integers(0, 3), st.integers(0, 70), st.integers(0, 70))
def test_law_3_what_was_shut_never_opens_afterwards(
    course: list[Fact], seat: int, part: int, one: int, other: int
) -> None:
    base = BEGIN if course and course[0].at >= BEGIN else 0
    begin, end = (base + 1000 * x if base else x for x in sorted((one, other)))
    gate, c = Gate(), fold([])
    for fact in course:
        before, c = c, after(c, fact)
        moved = gate.moved(before, fact, c)
        if end <= gate.latest and not gate.allows(part, seat, begin, end):
            assert not moved.allows(part, seat, begin, end)
        gate = moved


@MANY
@given(SOME_FACTS)
def test_law_3_every_stretch_begins_at_the_latest_moment_known_when_it_opened(course: list[Fact]) -> None:
    gate, c = Gate(), fold([])
    for fact in course:
        before, c = c, after(c, fact)
        known = {span.begin for span in gate.spans}
        gate = gate.moved(before, fact, c)
        assert {span.begin for span in gate.spans} - known <= {gate.latest}


# 4: a no never removes anyone ---------------------------------------------------------------------------

NOS = st.sampled_from(
    [
        facts.ConsentRefused(at=31, seat=2, round=1),
        facts.ConsentDoubted(at=31, seat=2, round=1),
        facts.ConsentWithdrawn(at=31, seat=2),
        facts.OrganisationDeclined(at=31, reason=facts.DeclineReason.SAFETY),
        facts.RoundEndedWithoutAgreement(at=31, round=1),
        facts.AgreementEnded(at=31, since=30),
        facts.RecordingStopped(at=31),
    ]
)


@MANY
@given(SOME_FACTS, NOS)
def test_law_4_a_no_never_removes_anyone_from_the_conversation(course: list[Fact], no: Fact) -> None:
    before = fold(course)
    now = fold(consequences.complete(before, no), before)
    assert now.present == before.present
    assert now.people == before.people
    assert not now.closed or before.closed


# 5 and 10: nobody learns who, and every cause looks the same --------------------------------------------

ANSWERS = st.dictionaries(
    st.sampled_from([BRAM, CARLA, DANI, EVA]), st.tuples(st.sampled_from(Answer), st.sampled_from(How))
)
WORDS = {
    "interest": st.none() | st.sampled_from(Interest),
    "guardian": st.none() | st.booleans(),
    "alone_ok": st.none() | st.booleans(),
    "declined": st.booleans(),
}


@MANY
@given(ANSWERS, st.fixed_dictionaries(WORDS), st.sampled_from(Children))
def test_laws_5_and_10_a_round_ends_in_everyones_yes_or_in_one_fact_that_tells_nothing(
    answers: dict[int, tuple[Answer, How]], words: dict[str, object], children: Children
) -> None:
    talk = Talk(BRAM, CARLA, DANI, EVA, children=children).ask()
    ended = conclude(talk.state, answers, at=talk.now, **words)  # type: ignore[arg-type]
    if len(ended) == 1:
        assert ended == (facts.RoundEndedWithoutAgreement(at=talk.now, round=1),)
    else:
        yeses = [fact for fact in ended if isinstance(fact, facts.ConsentGiven)]
        assert [yes.seat for yes in yeses] == [BRAM, CARLA, DANI, EVA]
        assert {answer for answer, _ in answers.values()} == {Answer.YES}
        assert words["interest"] is Interest.NO_OBJECTION
        assert not words["declined"]
    assert not any(fact.private for fact in ended)


@MANY
@given(st.permutations([BRAM, CARLA, DANI]), st.sampled_from([BRAM, CARLA, DANI, None]))
def test_law_5_the_order_in_which_people_answered_leaves_no_trace(order: list[int], unwilling: int | None) -> None:
    talk = Talk(BRAM, CARLA, DANI, children=Children.PRESENT).ask()
    answers = {seat: (Answer.NO if seat == unwilling else Answer.YES, How.DEVICE) for seat in order}
    sorted_answers = dict(sorted(answers.items()))
    assert conclude(talk.state, answers, at=talk.now) == conclude(talk.state, sorted_answers, at=talk.now)


def test_law_5_a_fact_that_would_tell_who_is_private() -> None:
    telling = {"ConsentRefused", "ConsentDoubted", "ConsentWithdrawn", "OrganisationDeclined"}
    assert {kind.__name__ for kind in facts.FACTS if kind.private} == telling


@MANY
@given(COURSE, st.sampled_from([BRAM, CARLA, DANI, EVA]))
def test_law_10_whoever_ends_it_the_facts_are_the_same(course: list[Fact], seat: int) -> None:
    c = fold(course)
    causes: list[Fact] = [
        facts.ConsentWithdrawn(at=c.at, seat=seat),
        facts.ConsentWithdrawn(at=c.at, seat=BRAM),
        facts.OrganisationDeclined(at=c.at, reason=facts.DeclineReason.SAFETY),
    ]
    followed = [[fact for fact in consequences.complete(c, cause) if not fact.private] for cause in causes]
    assert followed[0] == followed[1] == followed[2]


# 6: an original never changes -----------------------------------------------------------------------------


TRACK_FACT = st.sampled_from(
    [facts.TrackOpened, facts.TrackCheckpoint, facts.TrackSealed, facts.TrackForked, facts.RecorderFailed]
).flatmap(any_fact_of)


@MANY
@given(st.lists(TRACK_FACT, max_size=8), st.lists(TRACK_FACT | ANY_FACT, min_size=1, max_size=12))
def test_law_6_a_sealed_track_never_changes(course: list[Fact], later: list[Fact]) -> None:
    opened = facts.TrackOpened(at=0, track="a" * 32, part=1, seat=2, ours=False, kept=True, salt_sha256="")
    closed = facts.TrackSealed(at=0, track="a" * 32, last=7, samples=7, head="11" * 32, complete=True)
    before = fold([opened, *course, closed])
    sealed = {name: track for name, track in before.tracks.items() if track.sealed}
    now = fold(later, before)
    assert sealed
    for name, track in sealed.items():
        then = now.tracks[name]
        for field in ("part", "seat", "ours", "sealed", "last", "samples", "head", "complete", "reason"):
            assert getattr(then, field) == getattr(track, field)


# 8: unknown is refused --------------------------------------------------------------------------------------


@MANY
@given(SOME_FACTS, st.integers(9, 99), st.text(max_size=3))
def test_law_8_what_is_not_known_is_refused(course: list[Fact], number: int, name: str) -> None:
    c = fold(course)
    span = Span(0, 1)
    verdicts = [
        conditions.may_record(c, number),
        conditions.may_listen(c, number, number),
        conditions.may_listen(c, None, number),
        conditions.may_edit(c, f"no {name}"),
        conditions.may_cover(c, number, span, Ground.SECRET_ADDRESS),
        conditions.may_share(c, f"no {name}", 0),
        conditions.may_use(c, number, Ground.COURT),
        conditions.may_use(c, 1, None),
        conditions.may_sign(c, f"no {name}"),
    ]
    assert not any(verdicts)


# 9: every no carries an alternative ---------------------------------------------------------------------------


def every_verdict(c: Conversation) -> list[Verdict]:
    span = Span(3, 4)
    seats = [None, *range(1, 6)]
    return [
        *(conditions.may_record(c, seat) for seat in seats),
        *(conditions.may_listen(c, seat, part) for seat in seats for part in range(4)),
        *(conditions.may_go_alone(c, seat) for seat in range(1, 6)),
        *(conditions.may_ask(c, cause) for cause in RoundCause),
        *(conditions.may_edit(c, edit, spans) for edit in ("e1", "e2", "e3") for spans in (None, (), (span,))),
        *(conditions.may_share(c, share, 20, publicly=public) for share in ("s1", "s3") for public in (True, False)),
        *(conditions.may_use(c, 1, ground) for ground in (None, *Ground)),
        *(conditions.may_cover(c, 1, span, ground) for ground in Ground),
        *(conditions.may_erase(c, part, 20) for part in range(4)),
        *(conditions.may_lock(c, part, ground) for part in range(4) for ground in (None, Ground.REQUEST)),
        *(conditions.may_hold(c, ground) for ground in (None, Ground.COURT)),
        *(conditions.may_drop(c, until=u, announced=a, now=20) for u in (None, 9, 30) for a in (None, 9, 30)),
        conditions.may_start(c),
        conditions.may_start(c, recorders=1),
        conditions.may_resume(c),
        conditions.may_grow(c, "a" * 32, "b" * 32),
        conditions.may_sign(c, "11" * 32),
        conditions.may_close(c),
    ]


@MANY
@given(SOME_FACTS | COURSE)
def test_law_9_every_no_has_a_known_code_with_something_to_do_instead(course: list[Fact]) -> None:
    for verdict in every_verdict(fold(course)):
        for code in verdict.codes:
            assert CODES[code].instead


# 11: nobody learns what another does afterwards ------------------------------------------------------------------


@MANY
@given(SOME_FACTS | COURSE, st.integers(1, 3))
def test_law_11_what_one_does_afterwards_changes_no_answer_to_another(course: list[Fact], part: int) -> None:
    c = fold(course)
    deeds: list[Fact] = [
        facts.ListenedBack(at=c.at, part=part),
        facts.Exported(at=c.at, part=part),
        facts.ComparisonFiled(at=c.at, comparison="00" * 32),
        facts.UsedOnGround(at=c.at, part=part, ground=Ground.OWN_LAWYER, reason_sha256="00" * 32),
    ]
    assert every_verdict(fold(deeds, c)) == every_verdict(c)


# 12: nothing is destroyed by itself --------------------------------------------------------------------------------


@MANY
@given(SOME_FACTS, st.integers(0, 3), st.integers(0, 50))
def test_law_12_only_what_was_announced_and_not_held_is_destroyed(course: list[Fact], part: int, now: int) -> None:
    c = fold(course)
    if conditions.may_erase(c, part, now):
        assert c.hold is None
        assert c.practice or (c.parts[part].locked is not None and (c.parts[part].erasable_at or now + 1) <= now)


@MANY
@given(SOME_FACTS, st.integers(0, 50))
def test_law_12_a_journal_goes_only_after_all_sound_and_after_its_notice(course: list[Fact], now: int) -> None:
    c = fold(course)
    if conditions.may_drop(c, until=10, announced=20, now=now):
        assert now >= 20
        assert c.hold is None
        assert all(c.parts[track.part].erased for track in c.tracks.values() if track.part in c.parts)


@MANY
@given(SOME_FACTS, ANY_FACT)
def test_law_12_destroying_never_follows_by_itself(course: list[Fact], fact: Fact) -> None:
    before = fold(course)
    behind = list(consequences.complete(before, fact))[1:]
    assert not any(isinstance(one, facts.PartErased | facts.PartLocked) for one in behind)


# The fold, and what follows ------------------------------------------------------------------------------------------


@MANY
@given(SOME_FACTS)
def test_the_fold_takes_any_fact_in_any_order_and_changes_nothing_in_place(course: list[Fact]) -> None:
    states = [fold(journal) for journal in prefixes(course)]
    again = fold([])
    for fact, known in zip(course, states[1:], strict=True):
        again = after(again, fact)
        assert again == known
    assert states == [fold(journal) for journal in prefixes(course)]


@MANY
@given(SOME_FACTS)
def test_with_its_consequences_no_recording_runs_that_may_not(course: list[Fact]) -> None:
    c = fold([])
    for fact in course:
        c = fold(consequences.complete(c, fact), c)
        assert c.running is not Running.RUNNING or conditions.may_record(c)


@MANY
@given(SOME_FACTS)
def test_a_journal_whose_consequences_are_written_went_on_nowhere(course: list[Fact]) -> None:
    journal: list[Fact] = []
    for fact in course:
        journal += consequences.complete(fold(journal), fact)
    assert "1b.outside-agreement" not in {code for breach in breaches(journal) for code in breach.verdict.codes}


@given(st.sampled_from(facts.FACTS))
def test_a_fact_only_moves_the_clock_when_it_is_about_nothing_known(kind: type[Fact]) -> None:
    assert kind.__doc__


def test_a_running_talk_has_no_breach() -> None:
    talk = recorded(BRAM, CARLA)
    assert list(breaches(talk.facts)) == []
    assert replace(talk.state) == talk.state
