"""Starting, pausing, stopping and undoing (clauses 1a, 1b, 4a, 7a; law 10)."""

from collections.abc import Callable

import pytest
from tests.casework.conftest import DATABASES, Table

from tweespoor.casework import (
    agreeing,
    attending,
    capturing,
    checklist,
    consenting,
    filing,
    ledger,
    models,
    offering,
    opening,
    practising,
    recording,
    sight,
    tasks,
)
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Children, DeclineReason, Offered, PauseCause

pytestmark = pytest.mark.django_db(databases=DATABASES)


def test_nothing_starts_without_a_yes_of_everyone(table: Table) -> None:
    table.say("Bram", Answer.YES)
    consenting.own_app(table.id)
    with pytest.raises(Refused) as refused:
        recording.start(table.id)
    assert "1b.consent-missing" in refused.value.codes


def test_we_do_not_record_when_nobody_does(table: Table) -> None:
    table.everyone()
    table.reveal()
    with pytest.raises(Refused) as refused:
        recording.start(table.id)
    assert refused.value.codes == ("4a.nobody-records",)
    recording.ready(table.id, table.phones["Bram"], records=True)
    recording.start(table.id)
    assert table.screen() == "W6"


def test_every_stop_leaves_the_same_facts(lay: Callable[..., Table]) -> None:
    stories = []
    for stop in (
        lambda t: t.say("Bram", Answer.NO),
        lambda t: t.say("Carla", Answer.DOUBT),
        lambda t: recording.stop(t.id),
        lambda t: consenting.decline(t.id, t.anna, DeclineReason.OTHER),
    ):
        table = lay(3)
        table.join("Bram")
        table.join("Carla")
        table.begin()
        table.time.turn(30)
        stop(table)
        stories.append((table.kinds(), table.screen(), table.screen("Bram"), table.screen("Carla")))
    assert all(story == stories[0] for story in stories)
    assert stories[0][0][-2:] == ["AgreementEnded", "RecordingStopped"]


def test_a_stop_is_not_repeated_and_not_undone(table: Table) -> None:
    table.begin()
    recording.stop(table.id)
    count = len(table.facts())
    recording.stop(table.id)
    recording.resume(table.id)
    assert len(table.facts()) == count
    with pytest.raises(Refused):
        recording.start(table.id)


def test_a_wrong_start_is_undone_within_a_minute(table: Table) -> None:
    table.begin()
    table.time.turn(30)
    recording.wrong_start(table.id)
    assert (table.screen(), table.screen("Bram")) == ("W2", "PSTOP")
    assert table.look.state.parts[1].locked == "wrong-start"
    opening.count(table.id, 3, Children.NONE)
    assert not table.look.state.asked_again
    assert (table.screen(), table.screen("Bram")) == ("W4", "P1")


def test_a_wrong_start_is_not_undone_later(table: Table) -> None:
    table.begin()
    table.time.turn(61)
    with pytest.raises(Refused):
        recording.wrong_start(table.id)
    assert table.screen("Bram") == "P5"


def test_who_leaves_is_recorded_no_longer_and_the_rest_goes_on(table: Table) -> None:
    table.begin()
    attending.someone_leaves(table.id)
    assert (table.screen(), table.screen("Bram")) == ("WLEAVE", "PPAUSE")
    seat = table.phones["Carla"].seat
    assert seat is not None
    attending.left(table.id, (seat,))
    attending.go_on(table.id)
    state = table.look.state
    assert (state.people, seat in state.present) == (2, False)
    assert table.screen("Bram") == "P5"
    with pytest.raises(UnknownError):
        attending.left(table.id, (seat,))


def test_agreements_are_spoken_in_two_spans(table: Table) -> None:
    table.begin()
    table.time.turn(40)
    assert table.screen() == "W6"
    agreeing.everyone_said_yes(table.id, order=(2, 3, 3, 99))
    (spoken,) = table.look.state.parts[1].spoken
    assert spoken.order == (2, 3)
    assert (spoken.text.end, spoken.yeses.end - spoken.text.begin) == (spoken.yeses.begin, 40_000)
    assert table.screen() == "W7"


def test_a_spoken_no_stops_and_locks_the_part(table: Table) -> None:
    table.begin()
    agreeing.not_everyone(table.id)
    assert (table.screen(), table.screen("Bram")) == ("WSTOP", "PSTOP")
    assert table.look.state.parts[1].locked == "spoken-round-failed"


def test_agreements_can_be_spoken_later(table: Table) -> None:
    table.begin()
    agreeing.postpone(table.id)
    assert table.screen() == "W7"
    assert tasks.open_of(table.id).filter(kind="agreements").exists()
    agreeing.everyone_said_yes(table.id)
    assert not tasks.open_of(table.id).filter(kind="agreements").exists()


def test_marks_stand_only_where_sound_is(table: Table) -> None:
    recording.mark(table.id)
    table.begin()
    recording.mark(table.id)
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    recording.mark(table.id)
    assert len(table.look.state.marks) == 1


def test_finishing_files_and_the_tasks_that_stay(table: Table) -> None:
    table.begin()
    table.time.turn(90)
    recording.finish(table.id)
    assert (table.screen(), table.screen("Bram")) == ("W9", "P8")
    kinds = set(tasks.open_of(table.id).values_list("kind", flat=True))
    assert kinds == {"unfiled", "agreements"}
    filing.file(table.id, "  2026 - 0042 ")
    assert models.Conversation.objects.get(pk=table.id).dossier == "2026 - 0042"
    assert "0042" not in repr(table.facts())
    assert set(tasks.open_of(table.id).values_list("kind", flat=True)) == {"agreements"}


@pytest.mark.parametrize("number", ["", "   ", "x" * 101, "12\x0034", "a\u202eb"])
def test_a_number_that_cannot_be_is_refused_and_nothing_is_kept(table: Table, number: str) -> None:
    before = len(table.facts())
    with pytest.raises(Refused):
        filing.file(table.id, number)
    assert len(table.facts()) == before


def test_an_offer_is_noted(table: Table) -> None:
    table.everyone(Answer.NO)
    table.reveal()
    assert tasks.open_of(table.id).filter(kind="offer").exists()
    offering.note(table.id, Offered.LISTENER_NEXT_TIME)
    assert table.look.state.offered == (Offered.LISTENER_NEXT_TIME,)
    assert not tasks.open_of(table.id).filter(kind="offer").exists()


def test_a_new_installation_practises_and_practice_is_wiped_when_left(table: Table) -> None:
    assert table.look.row.practice
    practising.leave(table.id)
    assert not models.Conversation.objects.exists()
    assert not models.Entry.objects.exists()


def test_practice_is_wiped_after_a_day(table: Table) -> None:
    practising.wipe_due()
    assert models.Conversation.objects.exists()
    table.time.turn(24 * 3600 + 60)
    practising.wipe_due()
    assert not models.Conversation.objects.exists()


def test_a_conversation_that_nobody_finished_is_finished_and_listed(lay: Callable[..., Table], table: Table) -> None:
    for item in checklist.ITEMS:
        checklist.tick(item, table.anna)
    real = lay(3)
    real.join("Bram")
    real.join("Carla")
    real.begin()
    recording.stop(real.id)
    recording.finish_forgotten()
    assert real.screen() == "WSTOP"
    real.time.turn(12 * 3600 + 1)
    recording.finish_forgotten()
    assert (real.screen(), table.screen()) == ("W9", "W4")


def test_what_was_said_no_to_aloud_is_locked_whoever_stopped_first(table: Table) -> None:
    table.begin()
    recording.stop(table.id)
    agreeing.not_everyone(table.id)
    assert table.look.state.parts[1].locked == "spoken-round-failed"


def test_who_left_can_stop_nothing_any_more(table: Table) -> None:
    table.begin()
    attending.someone_leaves(table.id)
    seat = table.phones["Carla"].seat
    assert seat is not None
    attending.left(table.id, (seat,))
    attending.go_on(table.id)
    assert (table.screen("Carla"), table.screen("Bram")) == ("P3", "P5")


@pytest.mark.parametrize("late_ms", [None, 0, 400, 1000])
def test_a_stop_that_comes_at_once_looks_the_same_whether_its_phone_records(
    table: Table, monkeypatch: pytest.MonkeyPatch, late_ms: int | None
) -> None:
    table.begin()
    table.time.turn(60)
    tapped = None if late_ms is None else table.time.ms - late_ms
    monkeypatch.setattr(capturing, "moment_of", lambda *_: tapped)
    recording.stop(table.id, track=None if late_ms is None else "0" * 32, epoch=0, position=0)
    (ended,) = [fact for fact in table.facts() if type(fact).__name__ == "AgreementEnded"]
    assert ended.since == ended.at  # type: ignore[attr-defined] # of the fact that was asked for
    assert not table.look.state.late_stop_spans


def test_a_stop_that_was_long_on_its_way_counts_from_the_tap(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.begin()
    table.time.turn(60)
    tapped = table.time.ms - 20_000
    monkeypatch.setattr(capturing, "moment_of", lambda *_: tapped)
    recording.stop(table.id, track="0" * 32, epoch=0, position=0)
    (span,) = table.look.state.late_stop_spans
    assert (span.begin, span.end) == (tapped, table.time.ms)


def test_while_all_stand_still_nothing_tells_why(lay: Callable[..., Table]) -> None:
    seen = set()
    for cause in ("came", "leaves", "ours"):
        table = lay(3)
        table.join("Bram")
        table.join("Carla")
        table.begin()
        with ledger.writing(table.id) as sheet:
            sheet.add(
                facts.TrackOpened(
                    at=sheet.now, track="ab" * 16, part=1, seat=1, ours=True, kept=False, salt_sha256="00" * 32
                )
            )
        if cause == "came":
            recording.pause(table.id, PauseCause.SOMEONE_CAME)
        elif cause == "leaves":
            attending.someone_leaves(table.id)
        else:
            recording.fail(table.id, "ab" * 16)
        look = table.look
        assert look.state.running.value == "paused", cause
        assert (look.ours == "bad") is (cause == "ours")
        seen.add(sight.ours_seen(look.state, table.phones["Carla"].seat, look.ours, settled=look.settled))
    assert seen == {"good"}


def test_after_a_new_count_a_phone_still_owns_what_it_recorded(table: Table) -> None:
    table.begin()
    old = table.phones["Bram"].seat
    assert old is not None
    with ledger.writing(table.id) as sheet:
        sheet.add(
            facts.TrackOpened(
                at=sheet.now, track="cd" * 16, part=1, seat=old, ours=False, kept=True, salt_sha256="00" * 32
            )
        )
    recording.wrong_start(table.id)
    opening.count(table.id, 3, Children.NONE)
    bram = models.Visitor.objects.get(pk=table.phones["Bram"].pk)
    carla = models.Visitor.objects.get(pk=table.phones["Carla"].pk)
    assert bram.seat is None
    assert old in recording.seats_of(bram)
    assert old not in recording.seats_of(carla)
    models.Conversation.objects.filter(pk=table.id).update(finished_ms=table.time.ms)
    assert (table.screen("Bram"), table.screen("Carla")) == ("P7", "P8")
