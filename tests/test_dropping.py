"""The command that drops what is left of a conversation: it lists, asks by whom, and refuses in codes."""

from collections.abc import Iterator

import pytest
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import DAY_S, keep_for, officer, years_later
from tests.casework.recorded import Recorded, recorded

from tweespoor import cli
from tweespoor.casework import dropping, founding, models, wiping, witnessing

pytestmark = pytest.mark.django_db(databases=DATABASES)

Said = pytest.CaptureFixture[str]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    founding.found()
    with recorded(monkeypatch) as made:
        yield made
    witnessing._origin.set("")


@pytest.fixture
def late(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let it be a day after the term of twenty years."""
    keep_for(monkeypatch)
    return years_later(monkeypatch, talk)


def test_it_lists_refuses_and_drops(talk: Recorded, late: Clock, capsys: Said) -> None:
    assert cli.main(["drop"]) == 0
    assert capsys.readouterr().out == ""
    dropping.announce(talk.id, staff=officer())
    assert cli.main(["drop"]) == 0
    assert capsys.readouterr().out == f"{talk.id}\t5a.still-there, 5a.too-early\n"
    late.turn(30 * DAY_S)
    assert cli.main(["drop", talk.id, "--by", "fatima"]) == 1
    assert "5a.still-there; see docs/refusals.md" in capsys.readouterr().err
    wiping.wipe(talk.id, 1, staff=officer())
    assert cli.main(["drop"]) == 0
    assert capsys.readouterr().out == f"{talk.id}\tcan go now\n"
    assert models.Conversation.objects.filter(pk=talk.id).exists()
    assert cli.main(["drop", "--all", "--by", "fatima"]) == 0
    assert "dropped, line" in capsys.readouterr().out
    assert not models.Conversation.objects.filter(pk=talk.id).exists()
    assert models.Access.objects.get(action="conversation.drop").origin == "command"
    assert cli.main(["drop", talk.id, "--by", "fatima"]) == 1
    assert "there is no such conversation" in capsys.readouterr().err


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("by", [[], ["--by", "anna"]])
def test_a_privacy_officer_decides_it(talk: Recorded, by: list[str], capsys: Said) -> None:
    assert cli.main(["drop", talk.id, *by]) == 1
    assert "the account of the privacy officer" in capsys.readouterr().err
    assert models.Conversation.objects.filter(pk=talk.id).exists()
