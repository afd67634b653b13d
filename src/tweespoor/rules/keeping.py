"""How long a conversation is kept: from the house's own terms, never from one that the product made up.

A term runs from the moment of making, in whole years.  Where the house keeps until the youngest child concerned is an
adult, somebody notes the *year* in which that is, for birth dates are not known here; the term then ends with that
year.  What is not known never ends.  Moments are milliseconds since 1970 (UTC).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from tweespoor.rules.house import House

ADULT = 18
"""The age at which a child is an adult; a child not born yet becomes one in the year after, at the latest."""


@dataclass(frozen=True, slots=True)
class Term:
    """Until when sound is kept, and the rest; None where the year of a child still has to be noted."""

    sound_until: int | None
    until: int | None


def term(house: House, made: int, *, child: bool, adult_year: int | None) -> Term | None:
    """Give the term of what was made at a moment; None when the house has not looked it up.

    ``child`` says whether a minor is concerned, ``adult_year`` in which year the youngest becomes an adult.
    """
    if not house.retention_years:
        return None
    until: int | None = after_years(made, house.retention_years)
    if house.retention_until_adult and child:
        until = None if adult_year is None else max(until or 0, end_of_year(adult_year))
    sound_until = after_years(made, house.sound_years) if house.sound_years else until
    return Term(sound_until, until)


def is_year_of_adulthood(made: int, year: int) -> bool:
    """Tell whether a child that was a minor at a moment, or not born yet, can become an adult in this year."""
    begin = year_of(made)
    return begin <= year <= begin + ADULT + 1


def after_years(moment: int, years: int) -> int:
    """Give the moment so many years later; from the last day of February it is the first of March.

    >>> from datetime import date
    >>> leap = int(datetime(2028, 2, 29, tzinfo=UTC).timestamp() * 1000)
    >>> date.fromtimestamp(after_years(leap, 1) / 1000).isoformat()
    '2029-03-01'
    """
    begin = datetime.fromtimestamp(moment // 1000, UTC)
    try:
        end = begin.replace(year=begin.year + years)
    except ValueError:
        end = begin.replace(year=begin.year + years, month=3, day=1)
    return int(end.timestamp()) * 1000 + moment % 1000


def after_months(moment: int, months: int) -> int:
    """Give the moment so many months later, or the last of that month where it has no such day.

    >>> end = int(datetime(2026, 11, 30, 9, tzinfo=UTC).timestamp() * 1000)
    >>> datetime.fromtimestamp(after_months(end, 3) / 1000, UTC).isoformat()
    '2027-02-28T09:00:00+00:00'
    """
    begin = datetime.fromtimestamp(moment // 1000, UTC)
    year, month = divmod(begin.month - 1 + months, 12)
    for day in range(begin.day, 0, -1):
        try:
            end = begin.replace(year=begin.year + year, month=month + 1, day=day)
        except ValueError:
            continue
        return int(end.timestamp()) * 1000 + moment % 1000
    raise ValueError(moment)


def year_of(moment: int) -> int:
    """Give the year (UTC) of a moment."""
    return datetime.fromtimestamp(moment // 1000, UTC).year


def end_of_year(year: int) -> int:
    """Give the moment at which a year is over."""
    return int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()) * 1000
