"""Journals are signed beside them: by a key of their own until they close, and by nobody's after that."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import DatabaseError, connections
from tests.casework.conftest import DATABASES, Clock, Table

from tweespoor.casework import attesting, certifying, hardware, ledger, models, practising, recording, trackkeys
from tweespoor.dossier import statements
from tweespoor.errors import DamagedError, TweespoorError, UnknownError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.seal import certificates, keys, signing

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def sealed(time: Clock) -> Iterator[None]:
    certifying.make_seal("Huis aan de Dijk")
    attesting.forget_all()
    yield
    attesting.forget_all()


def checkpoints(conversation: str) -> list[statements.Statement]:
    rows = models.Checkpoint.objects.filter(conversation_id=conversation).order_by("position")
    return [statements.read(bytes(row.line)) for row in rows]


def endorsements(conversation: str) -> list[statements.Statement]:
    rows = models.Endorsement.objects.filter(conversation_id=conversation).order_by("number")
    return [statements.read(bytes(row.line)) for row in rows]


def kept() -> int:
    return models.WrappedKey.objects.filter(kind="journal").count()


def verify(conversation: str) -> list[int]:
    """Hold all that is signed against the journal, and give the positions; every key only inside its interval."""
    heads = [entry.digest(line) for line in ledger.lines(conversation)]
    own = certificates.public(certifying.certificates()[0])
    keys_: dict[str, tuple[int, bytes]] = {}
    for number, one in enumerate(endorsements(conversation)):
        assert statements.is_right(one, "endorsement", own)
        assert (one.number("number"), one.text("conversation")) == (number, conversation)
        public = bytes.fromhex(one.text("public"))
        keys_[signing.fingerprint(public)] = one.number("first"), public
    firsts = [first for first, _ in keys_.values()]
    assert firsts == sorted(set(firsts))
    assert firsts[:1] in ([], [0])
    found = []
    for one in checkpoints(conversation):
        position = one.number("position")
        first, public = keys_[one.text("key")]
        after = [other for other in firsts if other > first]
        assert first <= position < min(after, default=position + 1)
        assert one.text("head") == heads[position]
        assert one.text("conversation") == conversation
        assert statements.is_right(one, "checkpoint", public)
        found.append(position)
    return found


def test_a_head_is_signed_once_by_a_key_that_the_organisation_endorsed(table: Table) -> None:
    attesting.attest(table.id)
    attesting.attest(table.id)
    assert verify(table.id) == [ledger.head(table.id).at.position]
    assert kept() == 1
    table.everyone()
    attesting.attest(table.id)
    assert len(verify(table.id)) == 2
    assert len(endorsements(table.id)) == 1


def test_the_key_is_wrapped_and_opens_with_nothing_else(table: Table) -> None:
    attesting.attest(table.id)
    row = models.WrappedKey.objects.get(kind="journal")
    packed = keys.unwrap(trackkeys.organisation_key(), bytes(row.wrapped), "journal", row.owner)
    public = signing.public(signing.unpack(packed))
    assert signing.fingerprint(public).startswith(row.owner)
    assert models.Endorsement.objects.get().key == signing.fingerprint(public)
    with pytest.raises(DamagedError):
        keys.unwrap(trackkeys.organisation_key(), bytes(row.wrapped), "conversation", row.owner)


def test_what_a_locked_table_left_unsigned_is_due_again(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    attesting.begin()

    def locked(_: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(attesting, "_save", locked)
        with pytest.raises(DatabaseError):
            attesting.sweep()
    assert attesting.sweep() == [table.id]
    assert len(checkpoints(table.id)) == 1


def test_what_is_due(table: Table, time: Clock) -> None:
    attesting.begin()
    assert attesting.sweep() == [table.id]
    assert attesting.sweep() == []
    ledger.append(table.id, facts.Announced(at=time.ms, by_participant=True))
    assert attesting.sweep() == []  # nothing that is signed at once
    time.turn(11)
    assert attesting.sweep() == [table.id]
    table.begin()
    assert attesting.sweep() == [table.id]
    recording.stop(table.id)
    assert attesting.sweep() == [table.id]
    assert verify(table.id)[-1] == ledger.head(table.id).at.position


def test_what_was_not_signed_when_the_server_ended_is_signed_when_it_begins(table: Table) -> None:
    attesting.forget_all()
    assert attesting.sweep() == []
    attesting.begin()
    assert attesting.sweep() == [table.id]


def test_after_the_closing_every_head_has_a_key_that_nobody_kept(table: Table, time: Clock) -> None:
    table.begin()
    attesting.attest(table.id)
    recording.stop(table.id)
    ledger.append(table.id, facts.ConversationClosed(at=time.ms))
    assert kept() == 1
    attesting.attest(table.id)
    closing = ledger.head(table.id).at.position
    assert kept() == 0  # with it nobody signs anything of before anew
    for _ in range(2):
        ledger.append(table.id, facts.Exported(at=time.ms, part=1))
        attesting.attest(table.id)
    assert kept() == 0
    assert verify(table.id)[-3:] == [closing, closing + 1, closing + 2]
    assert [one.number("first") for one in endorsements(table.id)] == [0, closing + 1, closing + 2]
    assert len({one.text("key") for one in checkpoints(table.id)}) == 3


def test_a_restored_keyring_brings_no_key_back_that_was_destroyed(table: Table, time: Clock) -> None:
    table.begin()
    attesting.attest(table.id)
    before = models.WrappedKey.objects.filter(kind="journal").values().get()
    recording.stop(table.id)
    ledger.append(table.id, facts.ConversationClosed(at=time.ms))
    models.Conversation.objects.update(closed_ms=time.ms)
    attesting.attest(table.id)
    models.WrappedKey.objects.create(**before)
    attesting.forget_all()
    attesting.begin()
    assert kept() == 0


def test_a_lost_key_is_followed_by_another_from_then_on(table: Table) -> None:
    attesting.attest(table.id)
    models.WrappedKey.objects.filter(kind="journal").delete()
    attesting.forget_all()
    table.everyone()
    attesting.attest(table.id)
    first, then = endorsements(table.id)
    assert then.number("first") == verify(table.id)[0] + 1
    assert first.text("public") != then.text("public")


def test_an_endorsement_without_a_signature_is_used_after_a_crash(table: Table) -> None:
    attesting.attest(table.id)
    models.Checkpoint.objects.all().delete()
    attesting.forget_all()
    attesting.attest(table.id)
    assert len(endorsements(table.id)) == 1
    assert len(verify(table.id)) == 1


def test_without_a_seal_nothing_is_signed_and_the_rest_goes_on(table: Table, time: Clock) -> None:
    (certifying.folder() / "seal.pem").rename(certifying.folder() / "elsewhere")
    attesting.begin()
    assert attesting.sweep() == []
    with pytest.raises(certifying.NoSealError):
        attesting.attest(table.id)
    (certifying.folder() / "elsewhere").rename(certifying.folder() / "seal.pem")
    attesting.begin()
    assert attesting.sweep() == []  # tried again in a minute
    time.turn(61)
    assert attesting.sweep() == [table.id]


def test_a_damaged_journal_is_not_signed_and_holds_up_no_other(lay: Callable[..., Table], time: Clock) -> None:
    good, bad = lay(2), lay(2)
    attesting.begin()
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP TRIGGER entry_fixed")
        cursor.execute("UPDATE casework_entry SET line = X'7B7D' WHERE conversation_id = %s AND position = 1", [bad.id])
    ledger.forget(bad.id)
    assert attesting.sweep() == [good.id]
    assert checkpoints(bad.id) == []


def test_hardware_that_takes_its_time_for_one_journal_holds_up_no_other(
    lay: Callable[..., Table], time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each journal that needs a signature of the seal goes by itself: between two of them whoever waits has a turn."""
    held: list[list[str]] = []
    real, seal = attesting._attest, certifying.seal()

    def noted(group: Sequence[str], on_trouble: Callable[[str, TweespoorError], None]) -> list[str]:
        held.append(list(group))
        return real(group, on_trouble)

    monkeypatch.setattr(attesting, "_attest", noted)
    tables = [lay(2) for _ in range(3)]
    attesting.begin()
    monkeypatch.setattr(hardware, "is_used", lambda: True)
    monkeypatch.setattr(certifying, "seal", lambda: seal)
    assert sorted(attesting.sweep()) == sorted(one.id for one in tables)
    assert sorted(map(len, held)) == [1, 1, 1]
    held.clear()
    for one in tables:
        ledger.append(one.id, facts.Announced(at=time.ms, by_participant=True))
    time.turn(11)
    assert sorted(attesting.sweep()) == sorted(one.id for one in tables)
    assert [len(group) for group in held] == [3], "its own keys are here: these are signed in one go"


def test_practice_that_was_left_is_forgotten(table: Table) -> None:
    models.Conversation.objects.filter(pk=table.id).update(opened_ms=0)
    attesting.attest(table.id)
    attesting.note(table.id, ledger.head(table.id))
    practising.leave(table.id)
    assert kept() == models.Checkpoint.objects.count() == models.Endorsement.objects.count() == 0
    attesting.sweep()
    assert attesting.sweep() == []
    with pytest.raises(UnknownError):
        attesting.attest(table.id)
