"""Old lines of the access log: announced, objected to or removed, by people; never sooner than the database lets."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import DAY_S, codes_of, keep_for, officer
from tests.web.walk import browser, works_here

from tweespoor import cli
from tweespoor.casework import clearing, founding, models, settling, witnessing
from tweespoor.casework.models import Access, LogEnding, Role
from tweespoor.rules.house import House, HouseError

pytestmark = pytest.mark.django_db(databases=DATABASES)

YEARS = 5
OLD_S = YEARS * 366 * DAY_S


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> House:
    return keep_for(monkeypatch, log_years=YEARS, log_source="wet Y, artikel 2")


@pytest.fixture
def old(house: House, time: Clock, anna: models.Staff) -> Iterator[Clock]:
    """Let there be three lines whose term ended, one of them about a conversation that is held, and a young one."""
    founding.found()
    held = models.Conversation.objects.create(id="0" * 32, worker=anna, opened_ms=time.ms)
    models.Keeping.objects.create(conversation=held, hold="complaint")
    witnessing.witness("desk.search", staff=anna)
    witnessing.witness("desk.search", staff=anna, conversation_id="1" * 32)
    witnessing.witness("desk.search", staff=anna, conversation_id=held.pk)
    time.turn(OLD_S + 1)
    witnessing.witness("desk.search", staff=anna)
    yield time
    witnessing._origin.set("")


def searches() -> int:
    return Access.objects.filter(action="desk.search").count()


@pytest.mark.parametrize("lines", ["log_years = 5", 'log_years = 4\nlog_source = "wet"', "log_years = -1"])
def test_a_term_that_cannot_be_meant_is_refused(lines: str) -> None:
    with pytest.raises(HouseError, match="log_years"):
        House.from_text(f'organisation = "Huis"\nhelpline = "0800-2000"\n{lines}\n')


def test_without_a_term_nothing_is_ever_announced(old: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch)
    assert not clearing.is_due()
    assert codes_of(lambda: clearing.announce(officer())) == ("4b.still-kept",)


def test_law_12_lines_go_after_a_notice_by_a_person_and_a_hold_keeps_its_own(old: Clock) -> None:
    assert codes_of(lambda: clearing.remove(officer())) == ("5a.not-locked",)
    clearing.announce(officer())
    clearing.announce(officer("fenna"))  # the first one counts
    assert LogEnding.objects.count() == 1
    assert codes_of(lambda: clearing.remove(officer())) == ("5a.too-early",)
    old.turn(settling.house().objection_days * DAY_S)
    assert clearing.remove(officer()) == 2
    assert searches() == 2
    assert Access.objects.get(action="log.remove").about == "2 lines"
    assert codes_of(lambda: clearing.remove(officer())) == ("5a.not-locked",)
    assert clearing.last() == LogEnding.objects.get()


def test_who_objects_lets_everything_stay(old: Clock) -> None:
    clearing.announce(officer())
    clearing.object_to(officer("fenna"))
    assert codes_of(lambda: clearing.object_to(officer())) == ("5a.not-locked",)
    old.turn(40 * DAY_S)
    assert codes_of(lambda: clearing.remove(officer())) == ("5a.not-locked",)
    assert searches() == 4


def test_the_database_lets_no_younger_line_go(old: Clock) -> None:
    with pytest.raises(DatabaseError, match="five years"), transaction.atomic():
        Access.objects.all().delete()
    assert searches() == 4


def test_the_page_says_it_and_lets_it_be_announced_and_objected_to(old: Clock) -> None:
    fenna, mo = browser(works_here("fenna", Role.OFFICER)), browser(works_here("mo", Role.MANAGER))

    def page(client: Client) -> str:
        return client.get("/desk/keeping/").content.decode()

    assert "Het logboek bewaren we 5 jaar." in page(fenna)
    assert "Bron: wet Y, artikel 2." in page(fenna)
    assert "Kondig aan" not in page(mo)
    fenna.post("/desk/log/announce")
    assert "gaan weg, vanaf" in page(fenna)
    assert "Maak bezwaar" in page(mo)
    mo.post("/desk/log/object")
    assert "gaan weg, vanaf" not in page(fenna)
    fenna.post("/desk/log/announce")
    old.turn(31 * DAY_S)
    assert "wist ze met een opdracht" in page(fenna)


def test_the_command_asks_by_whom_and_says_why_not(old: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    officer()
    for by in ([], ["--by", "anna"]):
        assert cli.main(["log", "--remove", *by]) == 1
        assert "the account of the privacy officer" in capsys.readouterr().err
    assert cli.main(["log", "--remove", "--by", "fatima"]) == 1
    assert "cannot go now (5a.not-locked); see docs/refusals.md" in capsys.readouterr().err
    clearing.announce(officer())
    old.turn(31 * DAY_S)
    assert cli.main(["log", "--remove", "--by", "fatima"]) == 0
    assert capsys.readouterr().out == "2 lines removed\n"
    assert Access.objects.get(action="log.remove").origin == "command"
