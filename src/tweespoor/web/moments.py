"""Reads a day and an hour as people type them or as a browser sends them, and says them again."""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Final

from django.utils import formats, timezone, translation

from tweespoor.casework.announcing import Moment

LONGEST: Final = 40
_HOUR: Final = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?"
_DAYS: Final = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",  # as a browser sends it
    r"(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})[-/. ](?P<year>\d{4})",  # as people here write it
)
_MOMENTS: Final = tuple(re.compile(rf"{days}(?:(?:T|,? )\s*{_HOUR})?") for days in _DAYS)


def read(text: str) -> Moment | None:
    """Read a moment, or a day alone; None for what is neither.  Figures of any script count.

    >>> read("2026-11-23T14:00") == read("23-11-2026 14.00")
    True
    >>> read("23-11-2026").whole_day, read("31-02-2026"), read("morgen"), read("9" * 10_000)
    (True, None, None, None)
    """
    plain = unicodedata.normalize("NFKC", text[: LONGEST + 1]).strip()
    found = next((match for pattern in _MOMENTS if (match := pattern.fullmatch(plain))), None)
    if found is None or len(text) > LONGEST:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        hour = time(int(found["hour"] or 0), int(found["minute"] or 0))
        here = timezone.make_aware(datetime.combine(day, hour))
        return Moment(int(here.timestamp() * 1000), whole_day=found["hour"] is None)
    except (ValueError, OverflowError):
        return None


def local(ms: int) -> datetime:
    """Give a moment of the server's clock as the people here read it."""
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))


def weekday(ms: int) -> str:
    """Give a day with its name, without a year, in the language of the page."""
    return formats.date_format(local(ms), "l j F")


def for_boxes(ms: int) -> dict[str, str]:
    """Give a moment as the boxes for a day, an hour, and both hold it."""
    here = local(ms)
    return {"day": f"{here:%Y-%m-%d}", "hour": f"{here:%H:%M}", "both": f"{here:%Y-%m-%dT%H:%M}"}


def language(code: str) -> str:
    """Give the name of a language in that language."""
    return str(translation.get_language_info(code)["name_local"])
