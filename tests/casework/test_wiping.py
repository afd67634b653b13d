"""Wiping in two steps: announced with a date, objected to or done; then it is nowhere, and the journal verifies."""

import pytest
from django.db import DatabaseError, transaction
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import DAY_S, codes_of, keep_for, officer, term_over
from tests.casework.recorded import Recorded, staff

from tweespoor.casework import (
    capturing,
    checking,
    disclosing,
    filing,
    holding,
    ledger,
    listening,
    models,
    places,
    requesting,
    scrubbing,
    settling,
    trackkeys,
    wiping,
)
from tweespoor.casework.models import Role, Task
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.breaches import breaches
from tweespoor.rules.kinds import Ground
from tweespoor.rules.requests import Asker, Decision, Request, Wish

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture
def late(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let it be a day after the term of twenty years."""
    return term_over(monkeypatch, talk)


def announce(talk: Recorded, ground: Ground = Ground.RETENTION_ENDED) -> models.Wiping:
    return wiping.announce(talk.id, 1, ground, staff=officer())


def test_what_is_announced_is_heard_by_nobody_and_can_be_objected_to_until_its_date(
    talk: Recorded, late: Clock
) -> None:
    told = announce(talk)
    part = talk.state.parts[1]
    assert part.locked is Ground.RETENTION_ENDED
    assert part.erasable_at == told.erasable_ms == late.ms + settling.house().objection_days * DAY_S * 1000
    with pytest.raises(Refused):
        listening.sound(talk.worker, talk.id, talk.ours).__enter__()
    task = Task.objects.get(conversation_id=talk.id, kind=Task.Kind.WIPING)
    assert (task.done_ms, task.due_ms) == (None, told.erasable_ms)
    late.turn(29 * DAY_S)
    assert codes_of(lambda: wiping.wipe(talk.id, 1, staff=officer())) == ("5a.too-early",)
    assert models.WrappedKey.objects.filter(owner=talk.ours).exists()


def test_what_was_wiped_is_gone_and_the_journal_verifies(talk: Recorded, late: Clock) -> None:
    listening.look(talk.worker, talk.id)
    announce(talk)
    late.turn(30 * DAY_S)
    done = wiping.wipe(talk.id, 1, staff=officer())
    assert (done.done_by, done.tracks) == (officer(), 2)
    assert not models.WrappedKey.objects.filter(kind=models.WrappedKey.Kind.TRACK, conversation=talk.id).exists()
    assert not [path for track in (talk.ours, talk.theirs) for path in places.tracks().rglob(f"{track}.*")]
    assert [bytes(row.salt) for row in models.Track.objects.filter(conversation_id=talk.id)] == [b"", b""]
    with pytest.raises(UnknownError), capturing.reader(talk.ours):
        pass
    assert ledger.fold(talk.id) == ledger.head(talk.id)
    assert talk.state.parts[1].erased is Ground.RETENTION_ENDED
    assert not list(breaches(entry.read(line).fact for line in ledger.lines(talk.id)))
    assert Task.objects.get(conversation_id=talk.id, kind=Task.Kind.WIPING).done_ms == late.ms


def test_a_check_says_which_part_was_wiped_and_on_what_ground(talk: Recorded, late: Clock) -> None:
    announce(talk)
    late.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    found = {one.name: one for one in checking.everything()}
    assert not [one.wrong for one in found.values() if one.wrong]
    assert found[talk.ours].told == f"part 1 of {talk.id} was wiped: retention-ended"


def test_a_check_finds_a_key_that_is_gone_without_a_word_and_one_that_stayed(talk: Recorded, late: Clock) -> None:
    models.WrappedKey.objects.filter(owner=talk.theirs).delete()
    found = {one.name: one.wrong for one in checking.everything()}
    assert "does not say that it was destroyed" in found[talk.theirs]
    ledger.append(talk.id, facts.PartErased(at=late.ms, part=1, ground=Ground.REQUEST, certain_at=late.ms))
    found = {one.name: one.wrong for one in checking.everything()}
    assert "its key is still there" in found[talk.ours]
    assert not found[talk.theirs]


def test_a_certificate_says_done_and_certain_as_the_journal_does(talk: Recorded, late: Clock) -> None:
    with pytest.raises(UnknownError):
        wiping.certificate(talk.id, 1)
    announced = late.ms
    announce(talk)
    late.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    found = wiping.certificate(talk.id, 1)
    assert (found.ground, found.announced_ms, found.done_ms) == (Ground.RETENTION_ENDED, announced, late.ms)
    assert found.certain_ms == late.ms + settling.house().kept_keys_days * DAY_S * 1000
    assert entry.digest(list(ledger.lines(talk.id))[found.position]) == found.entry_sha256
    assert not wiping.is_certain(found)
    late.turn(30 * DAY_S)
    assert wiping.is_certain(found)


def test_a_commitment_of_the_part_tells_nothing_any_more_and_the_dossier_still_does(
    talk: Recorded, late: Clock
) -> None:
    number = "2026-1188"
    filing.file(talk.id, number)
    position = talk.state.parts[1].part  # an entry of the conversation's beginning, which is no part's
    during = next(
        known.position
        for known in map(entry.read, ledger.lines(talk.id))
        if isinstance(known.fact, facts.RecordingStarted)
    )
    disclosing.keep(talk.id, during, "reason", b"s" * 32, "geheim")
    disclosing.keep(talk.id, position, "reason", b"s" * 32, "van eerder")
    announce(talk)
    late.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    with pytest.raises(UnknownError):
        disclosing.disclose(talk.id, during, "reason")
    assert disclosing.disclose(talk.id, position, "reason")[1] == "van eerder"
    filed = models.Disclosure.objects.get(conversation=talk.id, field="dossier").position
    assert disclosing.disclose(talk.id, filed, "dossier")[1] == number


def test_no_key_that_is_left_opens_what_was_wiped(talk: Recorded, late: Clock) -> None:
    file = next(places.tracks().rglob(f"{talk.ours}.track"))
    copy = file.read_bytes()
    row = models.Track.objects.get(pk=talk.ours)
    organisation = trackkeys.organisation_key()
    key, _ = trackkeys.track_key(organisation, row)
    announce(talk)
    late.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    file.write_bytes(copy)
    with pytest.raises(UnknownError):
        trackkeys.track_key(organisation, models.Track.objects.get(pk=talk.ours))
    left = [bytes(one.wrapped) for one in models.WrappedKey.objects.all()]
    assert key not in [organisation, *left]
    assert all(scrubbing.stands_in(path, key) is False for path in places.home().rglob("*") if path.is_file())


# Objections and holds ------------------------------------------------------------------------------


def test_somebody_objects_and_it_can_be_heard_again(talk: Recorded, late: Clock) -> None:
    announce(talk)
    wiping.object_to(talk.id, "Er loopt een klacht.", staff=talk.worker)
    assert talk.state.parts[1].locked is None
    with listening.sound(talk.worker, talk.id, talk.ours) as player:
        assert player.layout.size
    late.turn(31 * DAY_S)
    assert codes_of(lambda: wiping.wipe(talk.id, 1, staff=officer())) == ("5a.not-locked",)
    assert codes_of(lambda: wiping.object_to(talk.id, "Nog eens.", staff=talk.worker)) == ("5a.not-locked",)
    assert announce(talk).objected_ms is None


@pytest.mark.usefixtures("late")
def test_an_objection_has_a_reason(talk: Recorded) -> None:
    announce(talk)
    assert codes_of(lambda: wiping.object_to(talk.id, "  ", staff=talk.worker)) == ("4b.text",)
    assert talk.state.parts[1].locked


def test_what_was_locked_before_stays_locked_after_an_objection(talk: Recorded, late: Clock) -> None:
    ledger.append(talk.id, facts.PartLocked(at=late.ms, part=1, ground=Ground.SPOKEN_ROUND_FAILED))
    announce(talk, Ground.SPOKEN_ROUND_FAILED)
    wiping.object_to(talk.id, "Ik wil het eerst uitzoeken.", staff=officer())
    part = talk.state.parts[1]
    assert (part.locked, part.erasable_at) == (Ground.SPOKEN_ROUND_FAILED, None)
    late.turn(31 * DAY_S)
    assert codes_of(lambda: wiping.wipe(talk.id, 1, staff=officer())) == ("5a.not-locked",)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_object(talk: Recorded, role: Role) -> None:
    assert wiping.may_object(talk.id, staff("iemand", role)) is (role in {Role.OFFICER, Role.MANAGER})
    assert wiping.may_object(talk.id, talk.worker)


def test_under_a_hold_nothing_is_announced_or_wiped(talk: Recorded, late: Clock) -> None:
    announce(talk)
    late.turn(30 * DAY_S)
    holding.place(talk.id, Ground.COMPLAINT, staff=officer())
    assert talk.state.parts[1].locked is None
    assert codes_of(lambda: wiping.wipe(talk.id, 1, staff=officer()))[0] == "5a.held"
    assert codes_of(lambda: announce(talk)) == ("5a.held",)
    holding.place(talk.id, Ground.COURT, staff=officer("marijke"))
    assert [(one.conversation_id, one.hold) for one in holding.held(9)] == [(talk.id, Ground.COMPLAINT)]
    holding.lift(talk.id, staff=officer())
    holding.lift(talk.id, staff=officer())
    assert talk.state.hold is None
    assert not holding.held(9)
    assert codes_of(lambda: wiping.wipe(talk.id, 1, staff=officer())) == ("5a.not-locked",)
    assert announce(talk).erasable_ms == late.ms + 30 * DAY_S * 1000


@pytest.mark.parametrize("ground", [None, Ground.RETENTION_ENDED, Ground.OWN_USE])
def test_a_hold_without_its_ground_is_refused(talk: Recorded, ground: Ground | None) -> None:
    assert codes_of(lambda: holding.place(talk.id, ground, staff=officer())) == ("5a.ground-missing",)


# Grounds, twice, at once ---------------------------------------------------------------------------


def test_before_its_term_a_part_is_wiped_only_at_somebodys_request(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes_of(lambda: announce(talk)) == ("4b.still-kept",)
    keep_for(monkeypatch)
    assert codes_of(lambda: announce(talk)) == ("4b.still-kept",)
    for ground in (Ground.REQUEST, Ground.WRONG_START, Ground.OWN_USE, None):
        asked = lambda ground=ground: wiping.announce(talk.id, 1, ground, staff=officer())  # noqa: E731
        assert codes_of(asked) == ("5a.ground-missing",)
    asked_ = requesting.ask(talk.id, 2, Wish.WIPE, Request(Asker.SELF), staff=officer())
    requesting.decide(asked_.pk, Decision.WIPE, "", staff=officer())
    assert talk.state.parts[1].locked is Ground.REQUEST


def test_two_officers_announce_and_wipe_at_once_and_both_see_what_happened(talk: Recorded, late: Clock) -> None:
    one, other = officer(), officer("bart")
    first = wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=one)
    assert wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=other) == first
    late.turn(30 * DAY_S)
    done = wiping.wipe(talk.id, 1, staff=other)
    again = wiping.wipe(talk.id, 1, staff=one)
    assert (again, again.done_by, again.announced_by) == (done, other, one)
    kinds = [type(entry.read(line).fact).__name__ for line in ledger.lines(talk.id)]
    assert (kinds.count("PartLocked"), kinds.count("PartErased")) == (1, 1)
    assert codes_of(lambda: wiping.object_to(talk.id, "Te laat.", staff=one)) == ("5a.not-locked",)


@pytest.mark.usefixtures("late")
def test_the_database_lets_a_part_be_announced_once(talk: Recorded) -> None:
    row = announce(talk)
    row.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_when_it_breaks_off_halfway_it_is_done_again(
    talk: Recorded, late: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(talk)
    late.turn(30 * DAY_S)
    with monkeypatch.context() as broken:

        def gone(*_: object) -> None:
            raise OSError("the disk is gone")

        broken.setattr(capturing, "forget", gone)
        with pytest.raises(OSError, match="the disk is gone"):
            wiping.wipe(talk.id, 1, staff=officer())
    assert talk.state.parts[1].erased is None
    assert not models.WrappedKey.objects.filter(owner=talk.ours).exists()
    assert wiping.wipe(talk.id, 1, staff=officer()).done_ms == late.ms
    assert talk.state.parts[1].erased


@pytest.mark.usefixtures("late")
def test_a_part_that_is_not_there_and_practice_are_not_found(talk: Recorded) -> None:
    with pytest.raises(UnknownError):
        wiping.announce(talk.id, 9, Ground.RETENTION_ENDED, staff=officer())
    models.Conversation.objects.create(id="0" * 32, worker=talk.worker, opened_ms=0, practice=True)
    for act in (
        lambda: wiping.announce("0" * 32, 1, Ground.RETENTION_ENDED, staff=officer()),
        lambda: wiping.wipe("0" * 32, 1, staff=officer()),
        lambda: holding.place("0" * 32, Ground.COURT, staff=officer()),
        lambda: wiping.wipe("f" * 32, 1, staff=officer()),
    ):
        with pytest.raises(UnknownError):
            act()


def test_everything_is_in_the_log(talk: Recorded, late: Clock) -> None:
    announce(talk)
    late.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    log = models.Access.objects.filter(conversation_id=talk.id, action__startswith="wiping").order_by("pk")
    assert [(row.action, row.staff, row.about) for row in log] == [
        ("wiping.announce", officer(), "part 1: retention-ended"),
        ("wiping.wipe", officer(), "part 1: retention-ended"),
    ]
