"""A cut that ends in a no ends with the same bytes for everyone, at the same moment, whatever the cause (law 10)."""

from collections.abc import Iterator

import pytest
from tests.casework.conftest import Clock
from tests.web import test_law_ten_sharing as sharing
from tests.web.test_law_ten import Transcript, compare
from tests.web.test_law_ten_sharing import PEOPLE, Asking
from tests.web.walk import DATABASES, EVERY, standing_clock

from tweespoor.casework import cutting, editing, ledger, polling

pytestmark = pytest.mark.django_db(databases=DATABASES)
CAUSES = sharing.KINDS_OF_NO
FEW_CAUSES = ("Carla says no", "the organisation says no", "Bram does not want it any more")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    def ask(one: Asking) -> None:
        begin = ledger.state(one.talk.id).parts[1].started_at or 0
        spans = [(begin + 5_000, begin + 9_000), (begin + 20_000, begin + 23_500)]
        question = editing.ask(one.talk.id, one.talk.seat("Bram"), spans, "Hier wordt iemand genoemd.")
        one.here = f"/luister/vraag/{question.pk}/"

    sweep = polling.sweep

    def sweep_and_make() -> None:
        sweep()
        cutting.make_due()

    monkeypatch.setattr(Asking, "ask", ask)
    monkeypatch.setattr(polling, "sweep", sweep_and_make)
    with standing_clock() as standing:
        yield standing


@pytest.mark.parametrize("every", EVERY)
def test_every_no_gives_everyone_the_same_bytes_at_the_same_moment(time: Clock, every: bool) -> None:
    causes = CAUSES if every else FEW_CAUSES
    runs: dict[str, Transcript] = {cause: sharing.run(time, sharing.NOES[cause]) for cause in causes}
    compare(runs)
    told = runs["Carla says no"]
    shown = [told[f"shown: {name} "] for name in PEOPLE]
    assert all(b"Dit gaat niet door." in page for page in shown)
    assert shown[1] == shown[2]
    assert all(b"Hier wordt iemand genoemd." in page for page in shown)
    assert b"EditEndedWithoutAgreement" not in told["at the deadline: journal"]
    assert told["a second later: journal"].count(b"EditEndedWithoutAgreement") == 1
    assert b"Consent" not in told["shown: journal"].partition(b"EditProposed")[2]
    assert b"DerivativeMade" not in told["shown: journal"]
