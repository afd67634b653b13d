"""Asking everyone, so that nobody can tell who said no (clauses 0d, 1b, 1c; laws 4, 5 and 10)."""

from collections.abc import Callable

import pytest
from tests.casework.conftest import DATABASES, Table

from tweespoor.casework import attending, consenting, ledger, models, opening, recording, rounds, sight
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules.asking import Answer
from tweespoor.rules.conversation import Conversation
from tweespoor.rules.facts import Children, DeclineReason, How, InterestReason, Kind, PauseCause

pytestmark = pytest.mark.django_db(databases=DATABASES)
YES, NO, DOUBT = Answer.YES, Answer.NO, Answer.DOUBT


def test_everyone_says_yes_and_all_see_it_at_one_moment(table: Table) -> None:
    table.say("Bram", YES)
    assert (table.screen("Bram"), table.screen("Carla"), table.screen()) == ("P3", "P2", "W4")
    table.say("Carla", YES)
    assert (table.screen("Bram"), table.screen("Carla"), table.screen()) == ("P3", "P3", "W4")
    table.reveal()
    assert (table.screen("Bram"), table.screen("Carla"), table.screen()) == ("P4", "P4", "W5")
    assert table.kinds()[-3:] == ["ConsentGiven", "ConsentGiven", "AgreementReached"]


def ending(table: Table, cause: str) -> None:
    """End a round without agreement, for one of all causes there are."""
    if cause == "all no":
        table.everyone(NO)
    elif cause.endswith(" no"):
        for name in ("Bram", "Carla"):
            table.say(name, NO if cause == f"{name} no" else YES)
    elif cause.endswith(" doubts"):
        for name in ("Bram", "Carla"):
            table.say(name, DOUBT if cause == f"{name} doubts" else YES)
    elif cause == "house":
        consenting.decline(table.id, table.anna, DeclineReason.SAFETY)
    elif cause == "silence":
        table.say("Bram", YES)
        consenting.stop_waiting(table.id)
    elif cause == "child":
        table.everyone(YES)


CAUSES = ("Bram no", "Carla no", "Bram doubts", "Carla doubts", "all no", "house", "silence", "child")


@pytest.mark.parametrize("cause", CAUSES)
def test_every_no_leaves_the_same_journal_and_the_same_screens(lay: Callable[..., Table], cause: str) -> None:
    table = lay(3, Children.DISCUSSED)
    consenting.assess_interest(table.id, against=cause == "child")
    table.join("Bram")
    table.join("Carla")
    ending(table, cause)
    table.reveal()
    assert (table.screen("Bram"), table.screen("Carla"), table.screen()) == ("PNEE", "PNEE", "WNEE")
    assert table.kinds() == [
        "ConversationOpened",
        "ParticipantJoined",
        "PeopleCounted",
        "RoundOpened",
        "ParticipantJoined",
        "ParticipantJoined",
        "RoundEndedWithoutAgreement",
    ]
    words = b"".join(ledger.lines(table.id))
    for trace in (b"refused", b"Refused", b"doubt", b"Declined", b"against", b"Interest"):
        assert trace not in words


@pytest.mark.parametrize("cause", CAUSES)
def test_nobody_sees_the_result_before_the_moment_it_is_shown(lay: Callable[..., Table], cause: str) -> None:
    table = lay(3, Children.DISCUSSED)
    consenting.assess_interest(table.id, against=cause == "child")
    table.join("Bram")
    table.join("Carla")
    ending(table, cause)
    assert table.screen() == "W4"
    assert {table.screen("Bram"), table.screen("Carla")} <= {"P2", "P3"}


def test_an_answer_may_change_while_the_round_is_open(table: Table) -> None:
    table.say("Bram", NO)
    table.say("Bram", YES)
    table.say("Carla", YES)
    assert table.look.state.agreed


def test_a_no_after_the_yes_ends_the_agreement_without_a_name(table: Table) -> None:
    table.begin()
    table.time.turn(5)
    table.say("Carla", NO)
    assert table.kinds()[-2:] == ["AgreementEnded", "RecordingStopped"]
    assert (table.screen("Bram"), table.screen("Carla"), table.screen()) == ("PSTOP", "PSTOP", "WSTOP")


def test_a_yes_after_the_round_changes_nothing(table: Table) -> None:
    table.begin()
    before = len(table.facts())
    table.say("Carla", YES)
    assert len(table.facts()) == before


def test_a_third_phone_for_two_people_begins_again(table: Table) -> None:
    table.say("Bram", YES)
    with pytest.raises(Refused) as refused:
        table.join("stranger")
    assert refused.value.codes == ("0d.count-differs",)
    assert table.screen() == "WTOOMANY"
    table.say("Carla", YES)
    assert table.look.state.round_open
    old = table.look.row.figures
    consenting.begin_again(table.id)
    assert models.Visitor.objects.count() == 0
    assert table.look.row.figures != old
    assert (table.look.joined, table.look.answered, table.screen()) == (0, 0, "W4")


def test_answering_for_a_seat_that_is_not_there_or_is_staff_is_refused(table: Table) -> None:
    for seat in (1, 9):
        with pytest.raises(UnknownError):
            consenting.answer(table.id, seat, YES, How.DEVICE)


def test_a_colleague_is_counted_and_asked_nothing(lay: Callable[..., Table]) -> None:
    table = lay(3)
    table.join("Bram")
    table.say("Bram", YES)
    assert table.look.state.round_open
    table.join("colleague", Kind.STAFF)
    assert table.look.state.agreed
    assert table.look.colleagues == 1


def test_by_telephone_and_by_slip(lay: Callable[..., Table]) -> None:
    table = lay(4)
    table.join("Bram")
    consenting.note_spoken(table.id, Kind.PROFESSIONAL, yes=True)
    consenting.note_slip(table.id, Kind.ADULT, YES)
    table.say("Bram", YES)
    hows = [fact.how for fact in table.facts() if type(fact).__name__ == "ConsentGiven"]  # type: ignore[attr-defined]
    assert hows == [How.OWN_PHONE, How.SPOKEN, How.SLIP]


def test_a_child_needs_its_own_yes_and_a_parent(lay: Callable[..., Table]) -> None:
    table = lay(3, Children.PRESENT)
    assert table.screen() == "W3"
    consenting.assess_interest(table.id, against=False)
    assert table.screen() == "W3"
    consenting.assess_interest(table.id, against=False, reason=InterestReason.WANTS)
    table.join("Carla")
    table.join("child", Kind.CHILD)
    table.everyone()
    assert table.look.asks_guardian
    assert table.look.state.round_open
    consenting.guardian(table.id, present=True)
    assert table.look.state.agreed


@pytest.mark.parametrize("present", [True, False])
def test_without_a_parent_no_recording_of_a_small_child(lay: Callable[..., Table], present: bool) -> None:
    table = lay(3, Children.PRESENT)
    consenting.assess_interest(table.id, against=False, reason=InterestReason.HELPS)
    table.join("Carla")
    table.join("child", Kind.CHILD)
    table.everyone()
    consenting.guardian(table.id, present=present)
    assert table.look.state.agreed is present


@pytest.mark.parametrize("allowed", [True, False])
def test_alone_with_someone_of_fourteen(lay: Callable[..., Table], allowed: bool) -> None:
    table = lay(2, Children.PRESENT)
    consenting.assess_interest(table.id, against=False, reason=InterestReason.WANTS)
    table.join("Dani", Kind.YOUTH_12)
    table.say("Dani", YES)
    assert table.look.asks_alone
    consenting.alone_ok(table.id, yes=allowed)
    assert table.look.state.agreed is allowed


def test_a_young_person_whom_nobody_counted_brings_the_question_about_a_child(lay: Callable[..., Table]) -> None:
    table = lay(3)
    table.join("Carla")
    table.join("Dani", Kind.YOUTH_12)
    table.everyone()
    assert (table.screen(), table.look.state.round_open) == ("W3", True)
    consenting.assess_interest(table.id, against=False)
    assert table.look.state.agreed


def test_with_an_interpreter_a_young_person_is_still_alone(lay: Callable[..., Table]) -> None:
    table = lay(3)
    table.join("Dani", Kind.YOUTH_12)
    table.join("Eva", Kind.PROFESSIONAL)
    table.everyone()
    consenting.assess_interest(table.id, against=False)
    assert table.look.asks_alone
    consenting.alone_ok(table.id, yes=True)
    assert table.look.state.agreed


def test_an_old_page_about_a_child_never_asks_everyone_anew(lay: Callable[..., Table]) -> None:
    table = lay(3, Children.DISCUSSED)
    consenting.assess_interest(table.id, against=False)
    table.join("Bram")
    table.join("Carla")
    table.everyone(NO)
    table.reveal()
    consenting.assess_interest(table.id, against=False)
    assert table.screen() == "WNEE"
    consenting.ask_again(table.id)
    assert table.screen() == "W3"
    consenting.assess_interest(table.id, against=False)
    table.everyone()
    table.reveal()
    assert table.screen() == "W5"


def test_asking_again_is_possible_once(table: Table) -> None:
    table.everyone(NO)
    table.reveal()
    assert table.look.may_ask_again
    consenting.ask_again(table.id)
    assert (table.screen("Bram"), table.screen()) == ("P2", "W4")
    table.everyone(NO)
    table.reveal()
    assert not sight.look(table.id).may_ask_again
    with pytest.raises(Refused):
        consenting.ask_again(table.id)


def test_a_changed_item_asks_everyone_again(table: Table) -> None:
    table.say("Bram", YES)
    consenting.change_item(table.id, 6, 1)
    assert table.look.state.items[5] == 1
    assert table.look.answered == 0
    assert table.screen("Bram") == "P2"
    for item, choice in ((2, 1), (9, 0), (1, 1), (6, -1)):
        with pytest.raises(UnknownError):
            consenting.change_item(table.id, item, choice)


def test_codes_are_found_while_they_live_and_not_after(table: Table) -> None:
    row = table.look.row
    assert consenting.find_by_figures(f"{row.figures[:3]} {row.figures[3:]}") == table.id
    assert consenting.find_by_token(row.join_token) == table.id
    table.time.turn(15 * 60 + 1)
    for find, code in ((consenting.find_by_figures, row.figures), (consenting.find_by_token, row.join_token)):
        with pytest.raises(UnknownError):
            find(code)
    for wrong in ("", "000000" if row.figures != "000000" else "111111", "١٢٣٤٥٦", "🙂" * 100):
        with pytest.raises(UnknownError):
            consenting.find_by_figures(wrong)
    with pytest.raises(UnknownError):
        consenting.find_by_token("")


def test_an_ended_round_has_no_code(table: Table) -> None:
    figures = table.look.row.figures
    table.everyone()
    with pytest.raises(UnknownError):
        consenting.find_by_figures(figures)


def test_a_restart_asks_everyone_again(table: Table) -> None:
    table.say("Bram", NO)
    rounds.forget(table.id)
    ledger.forget(table.id)
    assert table.screen("Bram") == "P2"
    assert table.look.answered == 0
    table.everyone(YES)
    assert table.look.state.agreed


def test_the_house_can_decline_and_only_the_reason_is_kept_apart(table: Table) -> None:
    consenting.decline(table.id, table.anna, DeclineReason.EARLIER_ABUSE)
    decline = models.Decline.objects.get()
    assert decline.reason == "earlier-abuse"
    assert models.Task.objects.filter(kind="decline-review").exists()


def test_a_wrong_count_is_undone(table: Table) -> None:
    table.say("Bram", YES)
    opening.recount(table.id)
    assert (table.screen(), table.screen("Bram")) == ("W2", "P3")
    opening.count(table.id, 4, Children.NONE)
    assert (table.screen(), table.look.joined, table.look.expected) == ("W4", 0, 3)
    assert table.screen("Bram") == "P1"


@pytest.mark.parametrize("people", [-1, 0, 1, 21, 10**9])
def test_a_number_of_people_that_cannot_be_is_refused(lay: Callable[..., Table], people: int) -> None:
    with pytest.raises(Refused):
        lay(people)


def test_a_newcomer_is_asked_and_so_is_everyone(table: Table) -> None:
    table.begin()
    table.time.turn(60)
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    assert (table.screen(), table.screen("Bram")) == ("W8", "PPAUSE")
    attending.someone_came(table.id, just_now=False)
    attending.someone_stays(table.id)
    assert (table.screen(), table.screen("Bram"), table.screen("Carla")) == ("W4", "P6", "P6")
    table.join("Eva", Kind.PROFESSIONAL)
    assert table.screen("Eva") == "P2"
    table.everyone()
    table.reveal()
    assert table.screen("Bram") == "P4"
    recording.start_due()
    assert (table.screen("Bram"), table.screen("Eva"), table.screen()) == ("P5", "P5", "W6")
    assert table.look.state.part == 2
    marked = [(span.begin, span.end) for span in table.look.state.newcomer_spans]
    assert marked
    assert marked[0][1] - marked[0][0] >= attending.A_WHILE_MS


def test_a_newcomers_no_stops_the_recording(table: Table) -> None:
    table.begin()
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    attending.someone_stays(table.id)
    table.join("Eva", Kind.PROFESSIONAL)
    table.say("Bram", YES)
    table.say("Carla", YES)
    table.say("Eva", NO)
    table.reveal()
    recording.start_due()
    assert (table.screen("Bram"), table.screen("Eva"), table.screen()) == ("PSTOP", "PSTOP", "WSTOP")
    assert not table.look.state.agreed


def test_same_people_go_on(table: Table) -> None:
    table.begin()
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    with pytest.raises(Refused):
        recording.resume(table.id)
    attending.same_people(table.id)
    assert table.screen("Bram") == "P5"


def test_participant_screens_never_depend_on_the_own_answer(table: Table) -> None:
    seen = []
    for given in (YES, NO, DOUBT):
        table.say("Bram", given)
        seen.append(sight.participant_screen(table.look, table.phones["Bram"]))
    assert seen == ["P3", "P3", "P3"]


@pytest.mark.parametrize("given", [YES, NO])
def test_what_a_recorder_hears_does_not_move_before_the_result_is_shown(table: Table, given: Answer) -> None:
    table.begin()
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    attending.someone_stays(table.id)
    table.join("Eva", Kind.PROFESSIONAL)

    def told() -> tuple[str, int]:
        state = ledger.state(table.id)
        settled = sight.is_settled(table.id, state, table.time.ms)
        running, part = sight.standing(state, settled=settled)
        return running.value, part

    before = told()
    table.everyone(given)
    assert told() == before == ("paused", 1)
    table.reveal()
    assert told() == (("not-started", 2) if given is YES else ("stopped", 1))


def test_a_look_that_falls_into_the_end_of_a_round_shows_nothing_early(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.say("Bram", Answer.YES)
    real = ledger.state
    late = [Answer.YES]

    def state(conversation_id: str) -> Conversation:
        if late:
            table.say("Carla", late.pop())  # the last answer comes while somebody looks
        return real(conversation_id)

    monkeypatch.setattr(ledger, "state", state)
    look = sight.look(table.id)
    assert look.state.agreed
    assert not look.settled
    assert sight.worker_screen(look) == "W4"
