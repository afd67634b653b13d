"""The demonstration shows two uses on a ground of law, one of them told, and a note about a stretch."""

import pytest
from tests.casework.recorded import Recorded

from tweespoor.casework import demonstrating_use, ledger, models, recalling, using
from tweespoor.casework.models import Staff, Task
from tweespoor.casework.using import Informing
from tweespoor.journal import entry
from tweespoor.rules.facts import UsedOnGround
from tweespoor.rules.kinds import Ground

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
BRAM, CARLA = 2, 3


def test_two_uses_and_a_note_made_once(talk: Recorded) -> None:
    demonstrating_use.note(talk.id)
    demonstrating_use.use(talk.id, Staff.objects.get(username="fatima"))
    demonstrating_use.use_and_note(talk.id, talk.worker)  # a second time
    facts = [entry.read(line).fact for line in ledger.lines(talk.id)]
    assert [one.ground for one in facts if isinstance(one, UsedOnGround)] == [Ground.COLLEAGUE, Ground.DUTY_BY_LAW]
    told = using.of(talk.id, staff=Staff.objects.get(username="fatima"))
    assert [one.use.informing for one in told] == [Informing.NOT_NOW, Informing.TOLD]
    assert not using.undecided(talk.id).exists()
    for seat in (BRAM, CARLA):
        assert [one.ground for one in using.told(talk.id, seat)] == [Ground.COLLEAGUE]
    (noted,) = recalling.disputed(talk.id, CARLA)
    assert noted.text.endswith(demonstrating_use.NOTED)
    assert recalling.disputed(talk.id, BRAM) == []
    assert Task.objects.get(kind=Task.Kind.NOTED).done_ms is None
    assert not models.ToTell.objects.filter(told_ms=None).exists()
