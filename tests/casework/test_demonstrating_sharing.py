"""The demonstration shows a share with its link, and two questions that are still open."""

import pytest
from tests.casework.recorded import Recorded

from tweespoor.casework import delivering, demonstrating_sharing, ledger, models, polling, sharing
from tweespoor.casework.demonstrating_sharing import AGREED, OPEN, PUBLIC
from tweespoor.casework.polling import Standing

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def test_a_share_with_its_link_and_one_that_waits_for_us_made_once(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = demonstrating_sharing.share(talk.id)
    assert delivering.see(token, "").part == 1
    assert demonstrating_sharing.share(talk.id) == ""
    questions = {sharing.look(one.pk, None).recipient: one for one in polling.of(talk.id)}
    waiting, public, given = (questions[one.recipient] for one in (OPEN, PUBLIC, AGREED))
    assert len(questions) == 3
    assert sharing.look(public.pk, None).share.public
    monkeypatch.setattr("tweespoor.casework.polling.now_ms", lambda: (given.shown_ms or 0) + 1)
    state = ledger.state(talk.id)
    assert (polling.standing(given, state), polling.standing(waiting, state)) == (Standing.AGREED, Standing.OPEN)
    assert polling.standing(public, state) is Standing.OPEN
    assert not any(polling.has_answered(one, None) for one in (waiting, public))
    assert models.Task.objects.get(kind=models.Task.Kind.QUESTION).done_ms is None
