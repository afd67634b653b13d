"""Receipts: the same for everyone, made when it is sealed and when it is closed, and what they catch."""

import json
from collections.abc import Iterator

import pytest
from django.db import connections
from tests.casework.recorded import Recorded, recorded

from tweespoor.casework import attesting, certifying, clock, confirming, ledger, models
from tweespoor.casework.confirming import Compared, Held
from tweespoor.dossier import statements
from tweespoor.journal import entry
from tweespoor.rules import conversation, facts
from tweespoor.seal import certificates, signing

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    certifying.make_seal("Huis aan de Dijk")
    attesting.forget_all()
    with recorded(monkeypatch) as made:
        confirming.confirm(made.id)
        yield made
    attesting.forget_all()


def receipt(talk: Recorded) -> confirming.Receipt:
    found = confirming.newest(talk.id)
    assert found is not None
    return found


def held(talk: Recorded, *given: str) -> list[Held]:
    return [one.held for one in confirming.hold(talk.id, "\n".join(given))]


def signed(**says: object) -> str:
    seal = certifying.seal()
    line = statements.make(says, lambda content: signing.raw(seal.sign(signing.message("receipt", content))))
    return line.decode()


def changed(talk: Recorded, **says: object) -> str:
    known = json.loads(receipt(talk).line)
    del known["signature"]
    return signed(**(known | says))


def test_a_receipt_is_signed_over_where_the_journal_stands(talk: Recorded) -> None:
    made = receipt(talk)
    read = statements.read(made.line)
    assert statements.is_right(read, "receipt", certificates.public(certifying.certificates()[0]))
    assert read.says == {
        "at": made.at,
        "certificate": certificates.fingerprint(certifying.seal().certificates[0]),
        "conversation": talk.id,
        "head": entry.digest(list(ledger.lines(talk.id))[made.position]),
        "position": made.position,
        "root": certifying.root_sha256(),
    }
    position, *groups = made.code.split("-")
    assert (int(position), "".join(groups)) == (made.position, made.head[:40])
    assert 4 * len("".join(groups)) == 160


def test_everyone_gets_the_same_bytes_whenever_they_ask(talk: Recorded) -> None:
    before = confirming.confirmation(talk.id)
    assert before is not None
    first = before.receipt
    assert first is not None
    ledger.append(talk.id, facts.Exported(at=clock.now_ms(), part=1))
    confirming.confirm(talk.id)  # nothing was sealed: no other one
    assert models.Receipt.objects.filter(conversation_id=talk.id).count() == 1
    ledger.append(talk.id, facts.ConversationClosed(at=clock.now_ms()))
    confirming.confirm(talk.id)
    assert models.Receipt.objects.filter(conversation_id=talk.id).count() == 2
    again = confirming.confirmation(talk.id)
    assert again == before
    assert receipt(talk).position > first.position


def test_there_is_none_while_ours_is_not_sealed_or_it_runs(talk: Recorded) -> None:
    assert confirming._is_settled(talk.state)
    state, told = conversation.EMPTY, []
    for line in ledger.lines(talk.id):
        fact = entry.read(line).fact
        if isinstance(fact, facts.TrackSealed | facts.RecordingStarted | facts.RecordingStopped):
            told.append(confirming._is_settled(state))
        state = conversation.after(state, fact)
    assert told
    assert not any(told[:-1])


def test_it_fits_as_a_file_as_a_picture_and_written_down(talk: Recorded) -> None:
    made = receipt(talk)
    said = Compared(Held.FITS, made.at, made.position)
    assert confirming.hold(talk.id, made.line.decode()) == [said]
    assert confirming.hold(talk.id, f"\n  {made.line.decode()}\r\n\n") == [said]
    for typed in (
        made.code,
        made.code.upper(),
        made.code.replace("-", " "),
        made.code.replace("-", "–"),
        f" {made.code} ",
    ):
        assert confirming.hold(talk.id, typed) == [Compared(Held.FITS, None, made.position)]


def test_what_does_not_fit_is_said_one_by_one(talk: Recorded) -> None:
    made = receipt(talk)
    other = "0" * 40
    later = changed(talk, position=made.position + 1000)
    assert held(talk, changed(talk, conversation="00" * 16)) == [Held.OTHER]
    assert held(talk, later) == [Held.DIFFERS]  # a journal that was shortened
    assert held(talk, changed(talk, position=made.position - 1)) == [Held.DIFFERS]
    assert held(talk, f"{made.position}-{other}", f"{made.position + 1000}-{made.head[:40]}") == [Held.DIFFERS] * 2
    assert held(talk, made.line.decode().replace(made.head[:8], "00000000")) == [Held.NOT_OURS]
    unreadable = ("{}", "x", "41", "41-9f86", "{" * 50, '{"a":1}', changed(talk, more=1), "é" * 99)
    assert held(talk, *unreadable) == [Held.UNREADABLE] * len(unreadable)
    assert confirming.hold(talk.id, "") == []


def test_two_receipts_with_one_position_and_two_heads_are_named(talk: Recorded) -> None:
    made = receipt(talk)
    other = changed(talk, head="ab" * 32)
    assert held(talk, made.line.decode(), other) == [Held.FITS, Held.TWO]
    assert held(talk, other) == [Held.TWO]  # we gave out another one ourselves
    early = [changed(talk, position=2, head=head * 32) for head in ("ab", "cd")]
    assert held(talk, *early) == [Held.DIFFERS, Held.TWO]


def test_a_journal_that_was_written_anew_is_caught_by_what_somebody_kept(talk: Recorded) -> None:
    made = receipt(talk)
    lines = list(ledger.lines(talk.id))
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP TRIGGER entry_fixed")
        cursor.execute(
            "UPDATE casework_entry SET line = %s WHERE conversation_id = %s AND position = 3", [lines[2], talk.id]
        )
    assert held(talk, made.line.decode(), made.code) == [Held.DIFFERS] * 2


def test_a_receipt_from_before_a_renewal_is_still_ours(talk: Recorded) -> None:
    made = receipt(talk)
    certifying.renew("Huis aan de Dijk")
    assert held(talk, made.line.decode()) == [Held.FITS]
    ledger.append(talk.id, facts.ConversationClosed(at=clock.now_ms()))
    confirming.confirm(talk.id)
    newer = receipt(talk)
    assert newer.line != made.line
    assert held(talk, newer.line.decode(), made.line.decode()) == [Held.FITS] * 2
