"""How long something is kept: the house's own terms, the year of a child, and what nobody looked up."""

from datetime import UTC, datetime

import pytest

from tweespoor.rules.house import House
from tweespoor.rules.keeping import Term, after_months, after_years, end_of_year, is_year_of_adulthood, term


def ms(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc, arg-type] # year, month, day, …


MADE = ms(2026, 11, 23, 14, 6) + 7


def house(**more: object) -> House:
    return House(organisation="Huis", helpline="0800-2000", **more)  # type: ignore[arg-type] # fields by name


def test_clause_4b_what_nobody_looked_up_has_no_term() -> None:
    assert term(house(), MADE, child=False, adult_year=None) is None


def test_clause_4b_years_run_from_the_making() -> None:
    end = ms(2046, 11, 23, 14, 6) + 7
    assert term(house(retention_years=20), MADE, child=True, adult_year=2050) == Term(end, end)


def test_clause_4b_sound_may_go_before_the_rest() -> None:
    found = term(house(retention_years=20, sound_years=5), MADE, child=False, adult_year=None)
    assert found == Term(ms(2031, 11, 23, 14, 6) + 7, ms(2046, 11, 23, 14, 6) + 7)


def test_clause_4b_until_the_youngest_child_is_an_adult() -> None:
    chosen = house(retention_years=5, retention_until_adult=True)
    assert term(chosen, MADE, child=True, adult_year=None) == Term(None, None)
    assert term(chosen, MADE, child=True, adult_year=2040) == Term(end_of_year(2040), end_of_year(2040))
    longer = ms(2031, 11, 23, 14, 6) + 7
    assert term(chosen, MADE, child=True, adult_year=2027) == Term(longer, longer)
    assert term(chosen, MADE, child=False, adult_year=None) == Term(longer, longer)


def test_a_year_ends_when_the_next_begins() -> None:
    assert end_of_year(2040) == ms(2041, 1, 1)


@pytest.mark.parametrize(
    ("year", "can_be"), [(2025, False), (2026, True), (2044, True), (2045, True), (2046, False), (0, False)]
)
def test_a_child_of_this_conversation_becomes_an_adult_in_time(year: int, *, can_be: bool) -> None:
    assert is_year_of_adulthood(MADE, year) is can_be


def test_months_and_years_end_on_a_day_that_exists() -> None:
    assert after_months(ms(2027, 1, 31), 1) == ms(2027, 2, 28)
    assert after_months(ms(2026, 11, 23), 3) == ms(2027, 2, 23)
    assert after_years(ms(2028, 2, 29), 1) == ms(2029, 3, 1)
