"""The house's settings: what they are when nobody chose, and what a mistake in the file says."""

from pathlib import Path

import pytest

from tweespoor.rules.house import House, HouseError

LEAST = 'organisation = "Huis"\nhelpline = "0800-2000"\n'
TERM = 'retention_years = 20\nretention_source = "wet X, artikel 1"\nretention_checked = "2026-11-01"\n'


def test_clause_0a_without_a_helpline_nothing_starts() -> None:
    with pytest.raises(HouseError, match="helpline is missing; add a line helpline"):
        House.from_text('organisation = "Huis"')


def test_what_nobody_chose() -> None:
    house = House.from_text(LEAST)
    assert (house.danger, house.records_on_request, house.professionals_listen) == ("112", False, False)
    assert (house.code_minutes, house.silence_minutes, house.practice_hours) == (15, 10, 24)
    assert (house.retention_years, house.retention_source, house.retention_checked) == (0, "", "")


def test_what_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(LEAST + 'records_on_request = true\nconfidant = "088-5551000"\nfiling_days = 3\n', encoding="utf-8")
    house = House.load(path)
    assert (house.records_on_request, house.confidant, house.filing_days) == (True, "088-5551000", 3)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("colour = 1", "colour is not a setting; remove the line"),
        ('code_minutes = "15"', "code_minutes must be a whole number"),
        ("code_minutes = true", "code_minutes must be a whole number"),
        ("records_on_request = 1", "records_on_request must be true or false"),
        ("confidant = 5", 'confidant must be a text between " and "'),
        ("practice_hours = 25", "practice_hours must be from 1 to 24"),
        ("kept_keys_days = 31", "kept_keys_days must be from 1 to 30"),
        ('leave_url = "http://a.nl"', "leave_url must begin with https://"),
        ('danger = " "', "danger is empty"),
        ("retention_years = 20", "beside retention_years write retention_source"),
        ("retention_years = 0", "retention_years must be from 1 to 115; look the term up in the law"),
        ("retention_years = 1000", "or leave the line out as long as nobody has looked it up"),
        ("retention_years = -1", "retention_years must be from 1 to 115"),
        ("retention_years = 20.0", "retention_years must be a whole number"),
        ("sound_years = 0", "sound_years must be from 1 to 115; look the term up"),
        ("sound_years = 1000", "sound_years must be from 1 to 115; look the term up"),
        ("sound_years = 5", "sound_years is a shorter term than retention_years"),
        (TERM + "sound_years = 21", "sound_years is a shorter term than retention_years"),
        ("retention_until_adult = true", "beside retention_until_adult write retention_years"),
        ("objection_days = 6", "objection_days must be from 7 to 365"),
        ("objection_days = 366", "objection_days must be from 7 to 365"),
        ('retention_years = 20\nretention_source = "wet"\nretention_checked = "gisteren"', "beside retention_years"),
        ("what", "is not TOML"),
    ],
)
def test_a_mistake_says_what_to_do(line: str, says: str) -> None:
    with pytest.raises(HouseError, match=says.replace("?", r"\?")):
        House.from_text(LEAST + line)


@pytest.mark.parametrize("helpline", ["", "  ", "bel ons"])
def test_clause_0a_a_helpline_holds_a_number(helpline: str) -> None:
    with pytest.raises(HouseError, match="helpline"):
        House.from_text(f'organisation = "Huis"\nhelpline = "{helpline}"')


def test_law_12_a_term_of_keeping_has_its_source_and_its_date() -> None:
    house = House.from_text(LEAST + TERM + "sound_years = 20\nretention_until_adult = true\nobjection_days = 14")
    assert (house.retention_years, house.sound_years, house.retention_until_adult) == (20, 20, True)
    assert (house.objection_days, House.from_text(LEAST).objection_days) == (14, 30)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="not there; write it with at least"):
        House.load(tmp_path / "house.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(HouseError, match="UTF-8"):
        House.load(tmp_path / "bytes.toml")
