"""Chunks against gates, clocks and chains (law 1; clauses 1a, 4a; faults 11 to 14, 17, 21)."""

from collections.abc import Iterator

import pytest
from tests.casework.conftest import DATABASES, Table
from tests.casework.recorders import Recorder, recording_room
from tests.tape.sounds import body

from tweespoor.casework import (
    arriving,
    attending,
    capturing,
    consenting,
    ledger,
    models,
    recording,
    sealing,
    sweeping,
    tokens,
)
from tweespoor.casework.arriving import ForkError, HashError, HoleError, MisfitError, SealedError
from tweespoor.casework.clock import now_ms
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules.conversation import Running
from tweespoor.rules.facts import PauseCause, TrackCheckpoint, TrackSealed
from tweespoor.tape.packets import Code, Event
from tweespoor.tape.track import head_after, leaf_of

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    with recording_room():
        yield


@pytest.fixture
def ours(table: Table) -> Recorder:
    """Our recorder, ready at a table where everyone said yes; the recording runs."""
    table.everyone()
    table.reveal()
    recorder = Recorder(table)
    recording.ready(table.id, table.phones["Bram"], records=True)
    recording.start(table.id)
    recorder.hello()
    return recorder


def phone(table: Table, name: str = "Bram", *, kept: bool = False) -> Recorder:
    seat = table.phones[name].seat
    assert seat is not None
    return Recorder(table, seat=seat, ours=False, kept=kept)


def test_chunks_are_kept_as_they_were_recorded(ours: Recorder) -> None:
    for number in range(5):
        delivery = ours.send()
        assert delivery.refusal is None
        assert not delivery.duplicate
        assert ours.session.chain.durable.number == number
    ours.check_stored()
    assert ours.session.chain.durable.samples == 5 * 48_000


def test_recorder_and_server_come_to_the_same_head(ours: Recorder) -> None:
    head = ours.session.chain.tip.head
    for number in range(3):
        content = ours.record()
        head = head_after(head, leaf_of(ours.ticket.salt, number, content))
        ours.deliver(number, [content], head=head)
    assert ours.session.chain.durable.head == head
    content = ours.record()
    with pytest.raises(HashError):
        ours.deliver(3, [content], head=head)
    assert ours.session.chain.tip.number == 2


def test_nothing_before_the_start_and_nothing_after_the_stop(table: Table) -> None:
    table.everyone()
    table.reveal()
    recorder = Recorder(table)
    recorder.hello()
    early = recorder.send()
    assert early.refusal is not None
    assert early.refusal.clause == "1b.outside-agreement"
    recorder.forget_last()
    recording.ready(table.id, table.phones["Bram"], records=True)
    recording.start(table.id)
    recorder.hello()
    assert recorder.send().refusal is None
    recording.stop(table.id)
    late = recorder.send()
    assert not late.writes
    assert late.refusal is not None
    assert (late.refusal.first, late.refusal.last) == (1, 1)
    assert late.refusal.mac == tokens.refusal_mac(
        tokens.refusal_key(recorder.ticket.salt, recorder.ticket.track), 1, 1, late.refusal.clause
    )


def test_stopped_while_a_device_is_offline(ours: Recorder, table: Table) -> None:
    """Fault 14: what it surely recorded before counts, the rest is refused and the device is told."""
    ours.send()
    for _ in range(10):
        ours.record()
    table.time.turn(0.1)
    recording.stop(table.id)
    for _ in range(10):
        ours.record()
    delivery = ours.deliver(1, ours.bodies[1:])
    assert [write.error for write in delivery.writes] == [None] * 10
    assert delivery.refusal is not None
    assert (delivery.refusal.first, delivery.refusal.last) == (11, 20)
    ours.forget_last(10)
    ours.check_stored()


def test_a_pause_that_a_device_slept_through_is_cut_out(ours: Recorder, table: Table) -> None:
    ours.send()
    for _ in range(3):
        ours.record()
    table.time.turn(0.1)
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    for _ in range(4):
        ours.record()
    attending.same_people(table.id)
    assert ledger.state(table.id).running is Running.RUNNING
    table.time.turn(0.1)
    for _ in range(3):
        ours.record()
    delivery = ours.deliver(1, ours.bodies[1:])
    assert delivery.refusal is not None
    assert (delivery.refusal.first, delivery.refusal.last) == (4, 7)
    # What lies behind is numbered anew and comes again, and is taken.
    rest = [renumbered(content, 4 + place) for place, content in enumerate(ours.bodies[8:])]
    ours.bodies = ours.bodies[:4] + rest
    assert ours.deliver(4, rest).refusal is None
    ours.check_stored()


def renumbered(content: bytes, number: int) -> bytes:
    return content[:21] + number.to_bytes(4, "big") + content[25:]


def test_a_track_of_somebody_who_left_is_refused(ours: Recorder, table: Table) -> None:
    """Clause 1a."""
    bram = phone(table)
    bram.hello()
    assert bram.send().refusal is None
    attending.someone_leaves(table.id)
    attending.left(table.id, (bram.seat,))
    consenting.own_app(table.id)
    attending.go_on(table.id)
    assert bram.send().refusal is not None


def test_duplicates_holes_and_forks(ours: Recorder, table: Table) -> None:
    """Fault 11."""
    for _ in range(4):
        ours.send()
    assert ours.deliver(1, ours.bodies[1:3]).duplicate
    assert ours.session.chain.durable.number == 3
    content = ours.record()
    overlapping = ours.deliver(2, [*ours.bodies[2:4], content])
    assert len(overlapping.writes) == 1
    with pytest.raises(HoleError) as hole:
        ours.deliver(7, [renumbered(content, 7)])
    assert hole.value.expected == 5
    other = body(ours.track, 2, mono_us=7_000_000, second=2, count=40)
    with pytest.raises(ForkError) as fork:
        ours.deliver(2, [other])
    for _ in range(3):
        capturing.note_fork(ours.session, fork.value.number)
    for number in range(40):
        capturing.note_fork(ours.session, number)
    assert ledger.state(table.id).tracks[ours.ticket.track].forks == 10
    ours.check_stored()


def test_an_old_duplicate_is_known_from_the_disk(ours: Recorder) -> None:
    for _ in range(3):
        ours.send()
    ours.session.leaves.clear()
    with pytest.raises(arriving.LeavesNeededError):
        ours.deliver(0, ours.bodies[:1])
    capturing.remember(ours.session, 0, 0)
    assert ours.deliver(0, ours.bodies[:1]).duplicate


def test_a_chunk_of_another_track_or_out_of_order_stores_nothing(ours: Recorder, table: Table) -> None:
    ours.send()
    bram = phone(table)
    with pytest.raises(MisfitError):
        ours.deliver(1, [body(bram.track, 1)])
    for wrong in (
        body(ours.track, 1, second=0, mono_us=ours.mono_us),
        body(ours.track, 1, second=5, mono_us=0),
    ):
        with pytest.raises(MisfitError):
            ours.deliver(1, [wrong])
    ours.check_stored()


def test_a_reload_begins_a_new_epoch_and_the_gap_shows(ours: Recorder, table: Table) -> None:
    """Fault 7, the server's side."""
    ours.send()
    table.time.turn(6)
    ours.reload()
    ours.hello()
    assert ours.send().refusal is None
    with capturing.reader(ours.ticket.track) as track:
        first, second = (stored.header for stored in track.index)
        assert (first.epoch, second.epoch) == (0, 1)
        assert 5_900 < second.begin_ms - first.end_ms < 6_300
        assert not second.by_device_clock


def test_a_wall_clock_an_hour_off_and_a_sleep(ours: Recorder, table: Table) -> None:
    """Fault 12: wall time drives nothing; after a sleep only an uninterrupted gate counts, «by the device's clock»."""
    ours.send()
    ours.wall_off = 3_600_000
    assert ours.send().refusal is None
    assert ours.send().refusal is None
    ours.record()
    table.time.turn(60)
    ours.slept += 60_000
    ours.record()
    ours.slept += 0
    awake = ours.deliver(3, ours.bodies[3:])
    assert awake.refusal is None
    ours.check_stored()
    ours.record()
    table.time.turn(60)
    ours.slept += 60_000
    recording.pause(table.id, PauseCause.SOMEONE_CAME)
    table.time.turn(2)
    attending.same_people(table.id)
    table.time.turn(5)
    ours.wall_off += 10_000_000  # the wall was set as well, so that nothing ties this chunk to any clock
    assert ours.deliver(5, ours.bodies[5:]).refusal is None  # recorded before the sleep, by the anchor of before
    ours.bodies.append(body(ours.track, 6, second=6, mono_us=ours.mono_us - 100_000, wall_ms=5))
    refused = ours.deliver(6, ours.bodies[6:])
    assert refused.refusal is not None


def test_without_an_anchor_an_uninterrupted_gate_lets_it_in_by_the_devices_clock(ours: Recorder) -> None:
    ours.send()
    ours.table.time.turn(30)
    ours.bodies.append(body(ours.track, 1, epoch=1, second=0, mono_us=0, wall_ms=5))
    assert ours.deliver(1, ours.bodies[1:]).refusal is None
    with capturing.reader(ours.ticket.track) as track:
        header = track.index[1].header
        assert header.by_device_clock
        assert header.end_ms == now_ms()


def test_a_moment_is_found_from_a_position_and_nothing_is_kept(ours: Recorder, table: Table) -> None:
    began = now_ms()
    for _ in range(5):
        ours.send()
    found = capturing.moment_of(ours.ticket.track, 0, 3 * 48_000 + 24_000)
    assert found is not None
    assert abs(found - (began + 3_500)) < 300
    old = capturing.moment_of(ours.ticket.track, 0, 48_000)
    assert old is not None
    assert abs(old - (began + 1_000)) < 300
    assert capturing.moment_of(ours.ticket.track, 0, 10**9) == now_ms()
    assert capturing.moment_of(ours.ticket.track, 4, 0) is None
    assert capturing.moment_of("00" * 16, 0, 0) is None


def test_checkpoints_come_every_ten_seconds_for_all_tracks_at_once(ours: Recorder, table: Table) -> None:
    bram = phone(table, kept=True)
    bram.hello()
    for _ in range(25):
        content = bram.record(seconds=0)
        ours.send()
        bram.deliver(len(bram.bodies) - 1, [content])
        sealing.sweep()
    points = [fact for fact in table.facts() if isinstance(fact, TrackCheckpoint)]
    assert len(points) == 2
    assert {head.track for head in points[-1].tracks} == {ours.ticket.track, bram.ticket.track}
    assert points[-1].tracks[0].last == 19


def test_a_sign_of_failure_pauses_the_others_within_two_seconds(ours: Recorder, table: Table) -> None:
    """Fault 21: our recorder stops with a sign; the participant goes on alone."""
    sweeping.begin()
    bram = phone(table)
    bram.hello()
    bram.send()
    ours.send(events=(Event(0, Code.ENDED, 0),))
    sealing.sweep()
    assert ledger.state(table.id).running is Running.RUNNING
    table.time.turn(0.6)
    sealing.sweep()
    state = ledger.state(table.id)
    assert (state.running, state.pause_cause) == (Running.PAUSED, PauseCause.OUR_RECORDER)
    assert capturing.ours(table.id, state) == "bad"
    assert bram.send().refusal is not None
    bram.forget_last()
    recording.go_alone(table.id, bram.seat)
    bram.hello()
    assert bram.send().refusal is None
    assert ours.send().refusal is not None


@pytest.mark.parametrize("sign", [Code.MUTED, Code.INTERRUPTED, Code.ENDED])
def test_a_stop_that_follows_a_sign_is_a_stop_and_names_no_track(ours: Recorder, table: Table, sign: Code) -> None:
    """Law 5."""
    sweeping.begin()
    ours.send(events=(Event(0, sign, 0),))
    table.time.turn(0.3)
    recording.stop(table.id, track=ours.ticket.track, epoch=0, position=48_000)
    table.time.turn(1)
    sealing.sweep()
    assert "RecorderFailed" not in table.kinds()


def test_a_sign_that_was_taken_back_is_none(ours: Recorder, table: Table) -> None:
    sweeping.begin()
    ours.send(events=(Event(0, Code.MUTED, 0), Event(10, Code.UNMUTED, 0)))
    ours.send(events=(Event(0, Code.HIDDEN, 0),))
    table.time.turn(5)
    sealing.sweep()
    assert ledger.state(table.id).running is Running.RUNNING


def test_silence_is_shown_and_becomes_a_failure_after_the_set_time(ours: Recorder, table: Table) -> None:
    """Fault 21: falls silent."""
    sweeping.begin()
    ours.send()
    assert capturing.ours(table.id, ledger.state(table.id)) == "good"
    table.time.turn(3.5)
    sealing.sweep()
    assert capturing.ours(table.id, ledger.state(table.id)) == "unknown"
    assert ledger.state(table.id).running is Running.RUNNING
    table.time.turn(10 * 60)
    sealing.sweep()
    assert ledger.state(table.id).pause_cause is PauseCause.OUR_RECORDER
    assert capturing.health(table.id)[ours.ticket.track].failed


def test_silence_is_noticed_although_the_server_was_started_again(ours: Recorder, table: Table) -> None:
    sweeping.begin()
    ours.send()
    capturing.stop()
    capturing.start()
    table.time.turn(10 * 60 + 5)
    sealing._looked_at = 0
    sealing.sweep()
    assert ledger.state(table.id).pause_cause is PauseCause.OUR_RECORDER


def test_closed_tracks_are_sealed_together(ours: Recorder, table: Table) -> None:
    bram = phone(table, kept=True)
    bram.hello()
    bram.send()
    ours.send()
    recording.stop(table.id)
    bram.close()
    capturing.seal_part(table.id)
    assert "TrackSealed" not in table.kinds()
    ours.close()
    sealing.sweep()
    sealed = [fact for fact in table.facts() if isinstance(fact, TrackSealed)]
    assert [(fact.complete, fact.last) for fact in sealed] == [(True, 0), (True, 0)]
    assert sealed[0].at == sealed[1].at
    for fact in sealed:
        assert fact.times == capturing.room().store.contents(bytes.fromhex(fact.track)).times.hex()
    with pytest.raises(SealedError):
        ours.deliver(1, [ours.record()])
    assert models.Track.objects.filter(sealed_ms=None).count() == 0


def test_a_track_that_is_never_closed_is_sealed_as_incomplete_after_its_grace_time(
    ours: Recorder, table: Table
) -> None:
    """Fault 17."""
    bram, carla = phone(table), phone(table, "Carla")
    for recorder in (bram, carla):
        recorder.hello()
        recorder.send()
    ours.send()
    recording.stop(table.id)
    ours.close()
    carla.close()
    carla.session.closed = 5
    capturing.seal_part(table.id)
    assert "TrackSealed" not in table.kinds()
    table.time.turn(31)
    capturing.seal_part(table.id)
    assert table.kinds().count("TrackSealed") == 1
    table.time.turn(72 * 3600)
    capturing.seal_part(table.id)
    sealed = {fact.track: fact for fact in table.facts() if isinstance(fact, TrackSealed)}
    assert sealed[ours.ticket.track].complete
    assert (sealed[bram.ticket.track].complete, sealed[bram.ticket.track].reason) == (False, "never-closed")
    assert sealed[carla.ticket.track].reason == "chunks-missing"
    with pytest.raises(SealedError):
        bram.deliver(1, [bram.record()])


def test_a_close_tells_what_is_awaited(ours: Recorder) -> None:
    ours.send()
    with pytest.raises(HoleError) as hole:
        arriving.close(ours.session, capturing.room().spool, 4, now_ms())
    assert hole.value.expected == 1


def test_everything_goes_on_after_a_new_start(ours: Recorder, table: Table) -> None:
    for _ in range(3):
        ours.send()
    point = ours.session.chain.durable
    capturing.stop()
    capturing.start()
    assert ours.session.chain.durable == point
    assert ours.deliver(0, ours.bodies).duplicate
    assert ours.send().refusal is None
    ours.check_stored()
    assert capturing.moment_of(ours.ticket.track, 0, 0) is not None


def test_a_track_is_opened_only_with_an_agreement_and_for_who_is_there(table: Table) -> None:
    with pytest.raises(Refused) as refused:
        Recorder(table)
    assert refused.value.codes == ("1b.outside-agreement",)
    table.everyone()
    table.reveal()
    for seat, ours in ((9, False), (1, False), (table.phones["Bram"].seat or 0, True)):
        with pytest.raises(Refused) as refused:
            Recorder(table, seat=seat, ours=ours)
        assert refused.value.codes == ("1a.not-taking-part",)
    with pytest.raises(UnknownError):
        capturing.open_track("00" * 16, seat=1, ours=True, kept=False)
    Recorder(table)
    recording.stop(table.id)
    with pytest.raises(Refused):
        Recorder(table)


def test_keys_are_wrapped_in_the_keyring_and_the_salt_is_no_secret_in_clear(ours: Recorder) -> None:
    kinds = set(models.WrappedKey.objects.values_list("kind", flat=True))
    assert kinds == {"conversation", "track"}
    row = models.Track.objects.get(pk=ours.ticket.track)
    assert ours.ticket.salt not in bytes(row.salt)
    models.WrappedKey.objects.all().delete()
    with pytest.raises(UnknownError), capturing.reader(ours.ticket.track):
        pass


def test_a_practice_conversation_is_forgotten(ours: Recorder, table: Table) -> None:
    ours.send()
    path = capturing.room().store.path(ours.track)
    capturing.room().spool.settle(ours.track)
    assert path.exists()
    capturing.forget(table.id)
    assert not path.exists()
    assert capturing.health(table.id) == {}
