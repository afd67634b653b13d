"""The demonstration shows a share with its link, and a question that is still open."""

from collections.abc import Iterator

import pytest
from tests.casework.recorded import Recorded, recorded

from tweespoor.casework import delivering, demonstrating_sharing, ledger, models, polling
from tweespoor.casework.polling import Standing

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


def test_a_share_with_its_link_and_one_that_waits_for_us_made_once(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = demonstrating_sharing.share(talk.id)
    assert demonstrating_sharing.share(talk.id) == ""
    assert delivering.see(token, "").part == 1
    waiting, given = polling.of(talk.id)
    monkeypatch.setattr("tweespoor.casework.polling.now_ms", lambda: (given.shown_ms or 0) + 1)
    state = ledger.state(talk.id)
    assert (polling.standing(given, state), polling.standing(waiting, state)) == (Standing.AGREED, Standing.OPEN)
    assert not polling.has_answered(waiting, None)
    assert models.Task.objects.get(kind=models.Task.Kind.QUESTION).done_ms is None
