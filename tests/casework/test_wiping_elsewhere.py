"""One recording from elsewhere goes alone, announced, by a person, and no backup brings it back (law 12)."""

from collections.abc import Iterator

import pytest
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import DAY_S, officer
from tests.casework.recorded import Recorded, recorded, staff
from tests.casework.test_receiving import BRAM, handed_in, heard
from tests.sound import files

from tweespoor.casework import (
    attaching,
    clock,
    destroying,
    holding,
    ledger,
    models,
    places,
    playing_elsewhere,
    receiving,
    tasks,
    wiping,
    wiping_elsewhere,
    witnessing,
)
from tweespoor.casework.models import Attachment, Role, Task
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules.elsewhere import There, Why
from tweespoor.rules.kinds import Ground

pytestmark = pytest.mark.django_db(databases=DATABASES, transaction=False)
TERM_S = 30 * DAY_S


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        monkeypatch.setattr(clock, "source", Clock(clock.now_ms()))
        yield made


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return files.kind(tmp_path_factory.mktemp("note"), "aac.m4a", files.conversation()).read_bytes()


def turn(seconds: float) -> None:
    assert isinstance(clock.source, Clock)
    clock.source.turn(seconds)


def codes(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, ...]:
    return refused.value.codes


def owed(talk: Recorded) -> bool:
    return tasks.open_of(talk.id).filter(kind=Task.Kind.ELSEWHERE).exists()


def test_law_12_it_is_locked_first_with_a_date_and_a_notice_and_then_a_person_wipes_it(
    talk: Recorded, note: bytes
) -> None:
    row, other = handed_in(talk, note), handed_in(talk, note, seat=None, staff=talk.worker)
    assert heard(talk.worker, row)
    journal = list(ledger.lines(talk.id))
    wiping_elsewhere.announce(officer(), row.pk, Why.ASKED)
    for by in (talk.worker, officer()):
        with pytest.raises(Refused) as refused:
            playing_elsewhere.listen(by, row.pk)
        assert codes(refused) == ("0c.not-available",)
    assert owed(talk)
    told = models.ToTell.objects.get(conversation_id=talk.id, what="change")
    assert told.seat == BRAM
    turn(TERM_S - 60)
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.wipe(officer(), row.pk)
    assert codes(refused) == ("5a.too-early",)
    assert heard(talk.worker, other)
    turn(120)
    assert receiving.file_of(row).exists()  # nothing goes by a timer alone
    done = wiping_elsewhere.wipe(officer(), row.pk)
    assert done.erased_ms == clock.now_ms()
    assert wiping_elsewhere.wipe(officer(), row.pk).erased_ms == done.erased_ms  # once more changes nothing
    assert not list(places.tracks().glob(f"*/{row.pk}*"))
    assert not models.WrappedKey.objects.filter(owner=row.pk).exists()
    assert [one.pk for one in receiving.of(talk.id)] == [other.pk]
    assert heard(talk.worker, other)
    assert talk.state.parts[1].erased is None
    assert list(ledger.lines(talk.id)) == journal
    assert not owed(talk)
    assert [one.pk for one in receiving.wiped(talk.id, BRAM)] == [row.pk]
    actions = models.Access.objects.filter(action__startswith="external.", seat=BRAM).values_list("action", flat=True)
    assert {"external.announce", "external.wipe"} <= set(actions)


def test_an_old_backup_does_not_bring_it_back_and_takes_nothing_else_along(talk: Recorded, note: bytes) -> None:
    row, other = handed_in(talk, note), handed_in(talk, note)
    kept = models.WrappedKey.objects.get(owner=row.pk)
    wrapped = bytes(kept.wrapped)
    wiping_elsewhere.announce(officer(), row.pk, Why.OTHER_TALK)
    turn(TERM_S + 60)
    wiping_elsewhere.wipe(officer(), row.pk)
    models.WrappedKey.objects.create(
        kind=kept.kind, owner=kept.owner, conversation=kept.conversation, part=kept.part, wrapped=wrapped
    )
    models.External.objects.filter(pk=row.pk).update(erased_ms=None)
    assert destroying.again() == (1, 0)
    assert receiving.settle() == {other.pk}
    assert [part.erased for part in ledger.fold(talk.id).state.parts.values()] == [None]
    assert heard(talk.worker, other)


def test_who_may_objects_and_it_is_as_it_was(talk: Recorded, note: bytes) -> None:
    row = handed_in(talk, note)
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.object_to(talk.worker, row.pk, "Het is nodig.")
    assert codes(refused) == ("5a.not-locked",)
    wiping_elsewhere.announce(officer(), row.pk, Why.ASKED)
    for stranger in (staff("otto", Role.WORKER), staff("kees", Role.CLERK)):
        with pytest.raises(UnknownError):
            wiping_elsewhere.object_to(stranger, row.pk, "Het is nodig.")
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.object_to(talk.worker, row.pk, "  ")
    assert codes(refused) == ("4b.text",)
    wiping_elsewhere.object_to(talk.worker, row.pk, "Het is nodig.")
    assert heard(talk.worker, row)
    assert attaching.of(talk.id, Attachment.Kind.OBJECTION)[0].text == "Het is nodig."
    assert not models.ToTell.objects.filter(conversation_id=talk.id, what="change", told_ms=None).exists()
    assert not owed(talk)
    turn(TERM_S + 60)
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.wipe(officer(), row.pk)
    assert codes(refused) == ("5a.not-locked",)


def test_only_the_officer_with_a_reason_and_not_under_a_hold(talk: Recorded, note: bytes) -> None:
    row = handed_in(talk, note, There.DOUBT)
    for other in (talk.worker, staff("marijke", Role.MANAGER), staff("kees", Role.CLERK)):
        for forbidden in (wiping_elsewhere.wipe, lambda who, what: wiping_elsewhere.announce(who, what, Why.ASKED)):
            with pytest.raises(UnknownError):
                forbidden(other, row.pk)
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.announce(officer(), row.pk, None)
    assert codes(refused) == ("5a.ground-missing",)
    first = wiping_elsewhere.announce(officer(), row.pk, Why.NOT_THERE)
    turn(60)
    assert wiping_elsewhere.announce(officer(), row.pk, Why.ASKED).locked_ms == first.locked_ms  # the first counts
    turn(TERM_S)
    holding.place(talk.id, Ground.COURT, staff=officer())
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.wipe(officer(), row.pk)
    assert codes(refused) == ("5a.held",)
    assert receiving.file_of(row).exists()
    holding.lift(talk.id, staff=officer())
    wiping_elsewhere.wipe(officer(), row.pk)
    held = handed_in(talk, note)
    holding.place(talk.id, Ground.COURT, staff=officer())
    with pytest.raises(Refused) as refused:
        wiping_elsewhere.announce(officer(), held.pk, Why.ASKED)
    assert codes(refused) == ("5a.held",)


def test_what_broke_off_halfway_is_done_again(talk: Recorded, note: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    row = handed_in(talk, note)
    wiping_elsewhere.announce(officer(), row.pk, Why.ASKED)
    turn(TERM_S + 60)

    def broken(_row: models.External) -> None:
        raise OSError(5, "the disk")

    with monkeypatch.context() as broke:
        broke.setattr(receiving, "remove", broken)
        with pytest.raises(OSError, match="the disk"):
            wiping_elsewhere.wipe(officer(), row.pk)
    assert not models.WrappedKey.objects.filter(owner=row.pk).exists()
    assert wiping_elsewhere.wipe(officer(), row.pk).erased_ms is not None
    assert not receiving.file_of(row).exists()


def test_no_other_participant_learns_of_it(talk: Recorded, note: bytes) -> None:
    carla = witnessing.told(talk.id, 3)
    row = handed_in(talk, note)
    wiping_elsewhere.announce(officer(), row.pk, Why.ASKED)
    turn(TERM_S + 60)
    wiping_elsewhere.wipe(officer(), row.pk)
    assert witnessing.told(talk.id, 3) == carla
    assert receiving.wiped(talk.id, 3) == []
    assert not models.ToTell.objects.filter(conversation_id=talk.id, seat=3).exists()
    assert wiping.under_way(talk.id).count() == 0
