"""The rules of afterwards under their clauses."""

import pytest
from tests.rules.cast import ANNA, BRAM, CARLA, DANI, EVA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.conditions import (
    may_answer,
    may_ask_to_share,
    may_close,
    may_cover,
    may_drop,
    may_edit,
    may_erase,
    may_grow,
    may_hold,
    may_listen,
    may_lock,
    may_share,
    may_sign,
    may_use,
)
from tweespoor.rules.facts import Children, Fact, Ground, Kind, Span
from tweespoor.rules.state import Covered


def finished(*seats: int, children: Children = Children.NONE) -> Talk:
    """Give a conversation that was recorded and stopped."""
    talk = recorded(*seats, children=children)
    talk.now += 60_000
    return talk.add(facts.AgreementEnded, since=talk.now + 1000)


def span_of(talk: Talk) -> Span:
    begin = talk.state.parts[1].started_at or 0
    return Span(begin + 1000, begin + 2000)


# 0c ----------------------------------------------------------------------------------------------------


def test_clause_0c_who_took_part_listens_back() -> None:
    talk = finished(BRAM, DANI, EVA, children=Children.PRESENT)
    assert may_listen(talk.state, BRAM, 1)
    assert may_listen(talk.state, DANI, 1)
    assert may_listen(talk.state, None, 1)


def test_clause_0c_an_interpreter_only_if_that_was_agreed() -> None:
    talk = finished(BRAM, EVA)
    assert may_listen(talk.state, EVA, 1).codes == ("0c.not-available",)
    assert may_listen(talk.add(facts.ListeningAgreed, seat=EVA).state, EVA, 1)


def test_clause_0c_a_young_child_never_alone() -> None:
    talk = Talk(BRAM, children=Children.PRESENT)
    talk.add(facts.PeopleCounted, people=3, children=Children.PRESENT).join(DANI, Kind.CHILD).agree().start()
    assert not may_listen(talk.state, DANI, 1)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (facts.ListeningHalted, {"seat": BRAM, "reason_sha256": "00" * 32}),
        (facts.SecretNoted, {"mentioned": True}),
        (facts.PartLocked, {"part": 1, "ground": Ground.LATE_STOP}),
        (facts.PartErased, {"part": 1, "ground": Ground.REQUEST, "certain_at": 0}),
    ],
)
def test_clause_0c_one_answer_for_every_reason_why_not(kind: type[Fact], values: dict[str, object]) -> None:
    talk = finished(BRAM)
    assert may_listen(talk.state, BRAM, 1)
    assert may_listen(talk.add(kind, **values).state, BRAM, 1).codes == ("0c.not-available",)


def test_clause_0c_nobody_hears_a_part_without_having_been_there() -> None:
    talk = finished(BRAM)
    talk.add(facts.PeopleCounted, people=3, children=Children.NONE).join(CARLA).agree().start()
    assert not may_listen(talk.state, CARLA, 1)
    assert may_listen(talk.state, CARLA, 2)
    assert not may_listen(talk.state, ANNA, 1)


def test_clause_0c_the_officer_allows_it_again() -> None:
    talk = finished(BRAM).add(facts.ListeningHalted, seat=BRAM, reason_sha256="00" * 32)
    assert may_listen(talk.add(facts.ListeningAllowed, seat=BRAM).state, BRAM, 1)


# 4b ----------------------------------------------------------------------------------------------------


def test_clause_4b_stop_seal_file_close_in_that_order() -> None:
    talk = recorded(BRAM)
    assert may_close(talk.state).codes == ("4b.not-filed", "4b.not-sealed", "4b.not-stopped")
    talk.add(facts.AgreementEnded, since=talk.now + 1000)
    assert may_close(talk.state).codes == ("4b.not-filed", "4b.not-sealed")
    name = talk.track_of(ANNA)
    talk.add(facts.TrackSealed, track=name, last=0, samples=1, head="00" * 32, complete=True)
    assert may_close(talk.state).codes == ("4b.not-filed",)
    assert may_close(talk.add(facts.DossierFiled, dossier_sha256="00" * 32).state)


def test_clause_4b_what_was_not_recorded_needs_no_dossier() -> None:
    assert may_close(Talk(BRAM).ask().add(facts.RoundEndedWithoutAgreement, round=1).state)


# 5 -----------------------------------------------------------------------------------------------------


def test_clause_5a_a_sealed_track_grows_no_longer() -> None:
    talk = finished(BRAM)
    name = talk.track_of(ANNA)
    assert may_grow(talk.state, name)
    talk.add(facts.TrackSealed, track=name, last=0, samples=1, head="00" * 32, complete=True)
    assert may_grow(talk.state, name).codes == ("5a.already-sealed",)


def test_clause_5a_nothing_is_destroyed_that_is_not_locked_or_that_is_held() -> None:
    talk = finished(BRAM)
    for seat in (ANNA,):
        talk.add(facts.TrackSealed, track=talk.track_of(seat), last=0, samples=1, head="00" * 32, complete=True)
    assert may_erase(talk.state, 1, talk.now).codes == ("5a.not-locked",)
    date = talk.now + 60_000
    talk.add(facts.PartLocked, part=1, ground=Ground.RETENTION_ENDED, erasable_at=date)
    assert may_erase(talk.state, 1, date - 1).codes == ("5a.too-early",)
    assert may_erase(talk.state, 1, date)
    talk.add(facts.HoldPlaced, ground=Ground.COURT)
    assert may_erase(talk.state, 1, date).codes == ("5a.held",)
    assert may_erase(talk.add(facts.HoldLifted).state, 1, date)


def test_clause_5a_a_part_that_is_only_locked_is_destroyed_by_nobody() -> None:
    talk = finished(BRAM)
    talk.add(facts.TrackSealed, track=talk.track_of(ANNA), last=0, samples=1, head="00" * 32, complete=True)
    talk.add(facts.PartLocked, part=1, ground=Ground.SPOKEN_ROUND_FAILED)
    assert may_erase(talk.state, 1, talk.now + 10**12).codes == ("5a.not-locked",)


def test_clause_5a_what_may_be_announced() -> None:
    talk = recorded(BRAM)
    assert may_lock(talk.state, 1, Ground.REQUEST).codes == ("4b.not-sealed", "4b.not-stopped")
    talk.add(facts.AgreementEnded, since=talk.now + 1000)
    talk.add(facts.TrackSealed, track=talk.track_of(ANNA), last=0, samples=1, head="00" * 32, complete=True)
    assert may_lock(talk.state, 1, Ground.REQUEST)
    assert may_lock(talk.state, 1, Ground.OWN_USE).codes == ("5a.ground-missing",)
    assert may_lock(talk.state, 1, None).codes == ("5a.ground-missing",)
    assert may_lock(talk.add(facts.HoldPlaced, ground=Ground.COURT).state, 1, Ground.REQUEST).codes == ("5a.held",)


@pytest.mark.parametrize("ground", [None, *Ground])
def test_clause_5a_a_hold_has_a_ground(ground: Ground | None) -> None:
    fits = ground in {Ground.COMPLAINT, Ground.COURT, Ground.DUTY_BY_LAW, Ground.REQUEST}
    assert bool(may_hold(finished(BRAM).state, ground)) is fits


def test_clause_5a_the_rest_goes_last() -> None:
    talk = finished(BRAM)
    late = talk.now + 10**9
    never = may_drop(talk.state, until=None, announced=None, now=late)
    assert never.codes == ("4b.still-kept", "5a.not-locked", "5a.still-there")
    assert may_drop(talk.state, until=late, announced=late, now=late - 1).codes == (
        "4b.still-kept",
        "5a.still-there",
        "5a.too-early",
    )
    talk.add(facts.PartErased, part=1, ground=Ground.RETENTION_ENDED, certain_at=late)
    assert may_drop(talk.state, until=late, announced=late, now=late)
    talk.add(facts.HoldPlaced, ground=Ground.COMPLAINT)
    assert may_drop(talk.state, until=late, announced=late, now=late).codes == ("5a.held",)


def test_clause_5b_a_cut_needs_everyone_and_the_organisation() -> None:
    talk = finished(BRAM, CARLA, EVA)
    span = span_of(talk)
    talk.add(facts.EditProposed, edit="e1", part=1, spans=(span,), reason_sha256="00" * 32)
    for seat in (BRAM, CARLA, None):
        assert may_edit(talk.state, "e1").codes == ("5b.not-agreed",)
        talk.add(facts.EditConsentGiven, edit="e1", seat=seat)
    assert may_edit(talk.state, "e1", (span,))
    talk.add(facts.DerivativeMade, edit="e1", derivative="11" * 32, spans=(span,))
    assert talk.state.edits["e1"].derivatives == ("11" * 32,)
    talk.add(facts.EditEndedWithoutAgreement, edit="e1")
    assert may_edit(talk.state, "e1").codes == ("5b.not-agreed",)


def test_clause_5b_exactly_the_agreed_spans_of_the_part_are_cut() -> None:
    talk = finished(BRAM)
    span = span_of(talk)
    for edit, spans in {"e1": (span,), "e2": (Span(0, 5),), "e3": (), "e4": (Span(span.end, span.begin),)}.items():
        talk.add(facts.EditProposed, edit=edit, part=1, spans=spans, reason_sha256="00" * 32)
        talk.add(facts.EditConsentGiven, edit=edit, seat=BRAM).add(facts.EditConsentGiven, edit=edit, seat=None)
    assert may_edit(talk.state, "e1", (Span(span.begin, span.end + 1),)).codes == ("5b.span-outside",)
    assert may_edit(talk.state, "e1")
    assert [may_edit(talk.state, edit).codes for edit in ("e2", "e3", "e4")] == [("5b.span-outside",)] * 3


def test_clause_5b_covering_by_law_is_not_a_cut() -> None:
    talk = finished(BRAM)
    span = span_of(talk)
    assert may_cover(talk.state, 1, span, Ground.SECRET_ADDRESS)
    assert may_cover(talk.state, 1, span, Ground.REPORTER)
    assert may_cover(talk.state, 1, span, Ground.OWN_USE).codes == ("5b.not-agreed",)
    assert may_cover(talk.state, 1, Span(0, 1), Ground.REPORTER).codes == ("5b.span-outside",)
    talk.add(facts.SpanCovered, part=1, span=span, ground=Ground.REPORTER)
    assert talk.state.parts[1].covered == (Covered(span, Ground.REPORTER),)


# 6 -----------------------------------------------------------------------------------------------------


def shared(*seats: int, public: bool = False, **more: object) -> Talk:
    talk = finished(*seats)
    return talk.add(
        facts.ShareAsked,
        share="s1",
        part=1,
        what=facts.Content.SOUND,
        recipient_sha256="00" * 32,
        purpose_sha256="00" * 32,
        until=talk.now + 100_000,
        public=public,
        **more,
    )


def test_clause_6a_a_professional_is_asked_for_the_own_words_alone() -> None:
    talk = shared(BRAM, EVA, words=(EVA,))
    for seat in (BRAM, None):
        talk.add(facts.ShareConsentGiven, share="s1", seat=seat)
    assert may_share(talk.state, "s1", talk.now).codes == ("6a.not-agreed",)
    assert may_share(talk.add(facts.ShareConsentGiven, share="s1", seat=EVA).state, "s1", talk.now)


def test_clauses_5b_and_6a_less_than_a_part_is_shared_only_after_the_cut_was_agreed() -> None:
    talk = shared(BRAM, edit="e1")
    assert may_ask_to_share(talk.state, "s1", talk.now).codes == ("5b.not-agreed",)
    talk.add(facts.EditProposed, edit="e1", part=1, spans=(span_of(talk),), reason_sha256="00" * 32)
    for seat in (BRAM, None):
        assert may_ask_to_share(talk.state, "s1", talk.now).codes == ("5b.not-agreed",)
        talk.add(facts.EditConsentGiven, edit="e1", seat=seat)
    talk.add(facts.DerivativeMade, edit="e1", derivative="00" * 32, spans=(span_of(talk),))
    assert may_ask_to_share(talk.state, "s1", talk.now)
    assert may_share(talk.state, "s1", talk.now).codes == ("6a.not-agreed",)
    ended = talk.add(facts.EditEndedWithoutAgreement, edit="e1")
    assert may_ask_to_share(ended.state, "s1", talk.now).codes == ("5b.not-agreed",)


def test_clause_6a_nobody_is_asked_about_what_cannot_be_heard_or_has_run_out() -> None:
    talk = shared(BRAM)
    assert may_ask_to_share(talk.state, "s1", talk.now)
    assert may_ask_to_share(talk.state, "s1", talk.state.shares["s1"].until).codes == ("6a.expired",)
    talk.add(facts.PartLocked, part=1, ground=Ground.REQUEST)
    assert may_ask_to_share(talk.state, "s1", talk.now).codes == ("0c.not-available",)


@pytest.mark.parametrize(
    ("kind", "alone", "able", "parent"),
    [
        (Kind.ADULT, (), (), ("0c.decides-alone",)),
        (Kind.YOUTH_16, (), (), ("0c.decides-alone",)),
        (Kind.YOUTH_12, ("0c.able-unassessed",), (), ("0c.decides-alone",)),
        (Kind.CHILD, ("0c.not-able",), ("0c.not-able",), ()),
    ],
)
def test_clause_0c_who_answers_about_sharing_follows_from_the_age(
    kind: Kind, alone: tuple[str, ...], able: tuple[str, ...], parent: tuple[str, ...]
) -> None:
    c = Talk(BRAM).join(DANI, kind).state
    assert may_answer(c, DANI).codes == alone
    assert may_answer(c, DANI, able=True).codes == able
    assert may_answer(c, DANI, able=True, parent=True).codes == parent


def test_clause_6a_silence_is_no_and_professionals_are_not_asked() -> None:
    talk = shared(BRAM, CARLA, EVA)
    for seat in (BRAM, CARLA, None):
        assert may_share(talk.state, "s1", talk.now).codes == ("6a.not-agreed",)
        talk.add(facts.ShareConsentGiven, share="s1", seat=seat)
    assert may_share(talk.state, "s1", talk.now)
    assert talk.add(facts.ShareDelivered, share="s1").state.shares["s1"].delivered == 1


@pytest.mark.parametrize("kind", [facts.ShareTakenBack, facts.ShareEndedWithoutAgreement])
def test_clause_6a_a_yes_is_taken_back(kind: type[Fact]) -> None:
    talk = shared(BRAM).add(facts.ShareConsentGiven, share="s1", seat=BRAM)
    talk.add(facts.ShareConsentGiven, share="s1", seat=None)
    assert may_share(talk.state, "s1", talk.now)
    assert may_share(talk.add(kind, share="s1").state, "s1", talk.now).codes == ("6a.not-agreed",)


def test_clause_6a_a_permission_runs_out() -> None:
    talk = shared().add(facts.ShareConsentGiven, share="s1", seat=None)
    until = talk.state.shares["s1"].until
    assert may_share(talk.state, "s1", until - 1)
    assert may_share(talk.state, "s1", until).codes == ("6a.expired",)


def test_clause_6a_use_by_law_needs_a_ground_and_nobodys_yes() -> None:
    talk = finished(BRAM)
    assert may_use(talk.state, 1, Ground.OWN_LAWYER)
    assert may_use(talk.state, 1, None).codes == ("6a.ground-missing",)
    assert may_use(talk.state, 1, Ground.WRONG_START).codes == ("6a.ground-missing",)


def test_clause_6a_nothing_leaves_before_the_officer_looked_at_a_secret() -> None:
    talk = shared(BRAM).add(facts.ShareConsentGiven, share="s1", seat=BRAM)
    talk.add(facts.ShareConsentGiven, share="s1", seat=None).add(facts.SecretNoted, mentioned=True)
    assert may_share(talk.state, "s1", talk.now).codes == ("0c.not-available",)
    assert may_share(talk.add(facts.SecretReviewed).state, "s1", talk.now)


def test_clause_6b_making_public_is_a_question_of_its_own() -> None:
    for public, codes in ((False, ("6b.not-asked",)), (True, ())):
        talk = shared(public=public).add(facts.ShareConsentGiven, share="s1", seat=None)
        assert may_share(talk.state, "s1", talk.now, publicly=True).codes == codes


# 7 -----------------------------------------------------------------------------------------------------


def test_clause_7b_what_is_signed_is_what_was_offered() -> None:
    talk = Talk(BRAM)
    assert may_sign(talk.state, "11" * 32).codes == ("7b.other-text",)
    talk.add(facts.ContractOffered, contract="11" * 32)
    assert may_sign(talk.state, "11" * 32)
    assert may_sign(talk.state, "22" * 32).codes == ("7b.other-text",)
