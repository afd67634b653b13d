"""A journal judged afterwards."""

import pytest
from tests.rules.cast import ANNA, BEGIN, BRAM, CARLA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.breaches import breaches
from tweespoor.rules.facts import Children, Fact, Ground, RoundCause, Span, TrackHead


def codes(journal: list[Fact]) -> list[tuple[str, ...]]:
    return [breach.verdict.codes for breach in breaches(journal)]


def without(journal: list[Fact], kind: type[Fact]) -> list[Fact]:
    return [fact for fact in journal if not isinstance(fact, kind)]


def test_a_recording_that_went_on_after_its_agreement_ended() -> None:
    talk = recorded(BRAM)
    talk.add(facts.AgreementEnded, since=talk.now)
    assert codes(talk.facts) == []
    assert codes(without(talk.facts, facts.RecordingStopped)) == [("1b.outside-agreement",)]


def test_the_public_end_of_an_agreement_taken_out_leaves_nothing_to_see_but_the_chain() -> None:
    talk = recorded(BRAM)
    talk.add(facts.AgreementEnded, since=talk.now).ask(RoundCause.AGAIN)
    assert codes(without(talk.facts, facts.AgreementEnded)) == []


def test_a_consent_moved_before_its_question() -> None:
    talk = Talk(BRAM).agree()
    (yes,) = (fact for fact in talk.facts if isinstance(fact, facts.ConsentGiven))
    journal = without(talk.facts, facts.ConsentGiven)
    journal.insert(1, yes)
    assert [code for found in codes(journal) for code in found] == ["1b.consent-after-the-fact", "1b.consent-missing"]


def test_a_participant_taken_out_of_the_journal() -> None:
    talk = recorded(BRAM, CARLA)
    journal = [fact for fact in talk.facts if getattr(fact, "seat", None) != CARLA]
    assert ("0d.count-differs",) in codes(journal)


def test_a_newcomer_after_whom_sound_went_on() -> None:
    talk = recorded(BRAM)
    talk.add(facts.NewcomerNoticed, since=talk.now)
    assert codes(talk.facts) == []
    assert codes(without(talk.facts, facts.RecordingPaused)) == [("1b.outside-agreement",)]


def test_a_start_without_an_agreement() -> None:
    talk = Talk(BRAM).ask().add(facts.RoundEndedWithoutAgreement, round=1).add(facts.RecordingStarted, part=1)
    assert codes(talk.facts) == [("1b.consent-missing",)]


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (facts.RecordingResumed(at=BEGIN), "1b.consent-missing"),
        (facts.WentOnAlone(at=BEGIN, seat=BRAM), "1b.consent-missing"),
        (facts.RoundOpened(at=BEGIN, round=2, cause=RoundCause.AGAIN), "1b.asked-again"),
        (facts.DerivativeMade(at=BEGIN, edit="e1", derivative="", spans=()), "5b.not-agreed"),
        (facts.SpanCovered(at=BEGIN, part=1, span=Span(0, 1), ground=Ground.REPORTER), "5b.span-outside"),
        (facts.SpanUncovered(at=BEGIN, part=1, span=Span(0, 1), ground=Ground.REPORTER), "5b.not-covered"),
        (facts.ShareDelivered(at=BEGIN, share="s1"), "6a.not-agreed"),
        (facts.UsedOnGround(at=BEGIN, part=1, ground=Ground.PRACTICE, reason_sha256=""), "6a.ground-missing"),
        (facts.ListenedBack(at=BEGIN, part=2), "0c.not-available"),
        (facts.ContractSigned(at=BEGIN, contract="", seat=None), "7b.other-text"),
        (facts.PartErased(at=BEGIN, part=1, ground=Ground.REQUEST, certain_at=0), "5a.not-locked"),
        (facts.TrackCheckpoint(at=BEGIN, tracks=(TrackHead("0101" * 8, 1, 1, ""),)), "5a.already-sealed"),
        (
            facts.TrackSealed(at=BEGIN, track="0101" * 8, last=1, samples=1, head="", complete=True),
            "5a.already-sealed",
        ),
        (facts.ConversationClosed(at=BEGIN), "4b.not-filed"),
    ],
)
def test_each_fact_that_needs_permission_is_judged(fact: Fact, code: str) -> None:
    talk = recorded(BRAM)
    talk.add(facts.TrackSealed, track=talk.track_of(ANNA), last=0, samples=1, head="00" * 32, complete=True)
    talk.add(facts.AgreementEnded, since=talk.now).ask(RoundCause.AGAIN)
    talk.add(facts.RoundEndedWithoutAgreement, round=2).add(facts.PartLocked, part=1, ground=Ground.LATE_STOP)
    talk.add(facts.PartReleased, part=1)
    assert codes(talk.facts) == []
    found = [breach for breach in breaches([*talk.facts, fact]) if breach.position == len(talk.facts)]
    assert code in found[0].verdict.codes
    assert found[0].at == BEGIN


def test_what_became_known_later_makes_no_breach_of_what_was_right() -> None:
    talk = recorded(BRAM)
    talk.now += 60_000
    talk.add(facts.NewcomerNoticed, since=talk.now - 30_000)
    talk.add(facts.PeopleCounted, people=2, children=Children.NONE)
    assert codes(talk.facts) == []
