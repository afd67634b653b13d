"""Heads of receipts are stamped by a real authority, asked again when it does not answer; then all is proven."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from django.conf import settings
from tests.authority import Authority, authority
from tests.casework.recorded import Recorded, recorded
from tests.proven import seal_of_before

from tweespoor.casework import attesting, bundling, certifying, clock, confirming, dating, models
from tweespoor.dossier import receipts
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.verify import verify

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    with authority(tmp_path / "authority") as made:
        monkeypatch.setattr(settings, "TWEESPOOR_TSA", made.url)
        yield made


@pytest.fixture
def talk(asked: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    seal_of_before()
    attesting.forget_all()
    with recorded(monkeypatch) as made:
        yield made
    attesting.forget_all()


def roots(asked: Authority) -> list[x509.Certificate]:
    organisation = x509.load_der_x509_certificate(certifying.certificates()[-1])
    return [organisation, x509.load_pem_x509_certificate(Path(asked.root).read_bytes())]


def test_with_seal_time_and_a_receipt_from_outside_all_is_proven(
    talk: Recorded, asked: Authority, tmp_path: Path
) -> None:
    assert dating.stamp_due() == 1
    assert dating.stamp_due() == 0
    known = confirming.newest(talk.id)
    assert known is not None
    path = tmp_path / "bundle.zip"
    bundling.write(talk.id, path)
    receipt = receipts.read(known.line)
    assert verify(path, [receipt], roots(asked)).outcome is Outcome.PROVEN
    assert verify(path, [], roots(asked)).outcome is Outcome.SEALED
    assert verify(path, [receipt]).outcome is Outcome.INTACT


def test_an_authority_that_does_not_answer_is_asked_again_ever_more_slowly(
    talk: Recorded, asked: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.status = 503
    now = clock.now_ms()
    monkeypatch.setattr(clock, "source", lambda: now * 1_000_000)
    for number, wait in enumerate(dating.AFTER_MS, 1):
        assert dating.stamp_due() == 0
        row = models.Receipt.objects.get(conversation_id=talk.id)
        assert (row.attempts, row.stamp_due_ms) == (number, now + wait)
        assert dating.stamp_due() == 0  # not yet
        now += wait
    bundling.write(talk.id, tmp_path / "bundle.zip")  # it goes without, and the bundle says so
    asked.status = 200
    assert dating.stamp_due() == 1
    row = models.Receipt.objects.get(conversation_id=talk.id)
    assert row.stamp
    assert row.stamp_due_ms is None
