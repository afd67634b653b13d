"""The house's own settings: one small TOML file, read once and checked whole.

What the page leaves to the organisation stands here and nowhere else: whom to call, what is offered, how
long things wait.  A mistake in the file is an error that says what to do; a server without a helpline does
not start (clause 0a).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Self, get_type_hints


class HouseError(ValueError):
    """The file with the house's settings cannot be used; the message says which line to write or change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the organisation chose; every field is a line of ``house.toml``."""

    # Who we are, and whom people can call (clause 0a)
    organisation: str
    helpline: str
    helpline_text: str = "gratis, dag en nacht"
    danger: str = "112"
    confidant: str = ""
    childrens_line: str = "0800-0432"
    leave_url: str = "https://www.buienradar.nl"

    # What we choose within the conditions
    records_on_request: bool = False
    professionals_listen: bool = False
    offers_notes: bool = True
    offers_summary: bool = True

    # What a number of your dossiers looks like: a regular expression, and an example that is shown when one differs
    dossier_pattern: str = ""
    dossier_example: str = ""

    card_names_us: bool = False

    # How long things wait
    code_minutes: int = 15
    silence_minutes: int = 10
    grace_hours: int = 72
    practice_hours: int = 24
    filing_days: int = 5
    answer_days: int = 14
    kept_keys_days: int = 30

    # How long the dossier is kept, on what ground, and when somebody last looked that up (clause 4b, law 12).
    # Nothing is filled in for an organisation: 0 is «not looked up», and then nothing is proposed for wiping.
    retention_years: int = 0
    retention_source: str = ""
    retention_checked: str = ""
    retention_until_adult: bool = False
    sound_years: int = 0
    objection_days: int = 30

    # How long the access log is kept, at least five years; 0 is «not looked up», and then no line ever goes
    log_years: int = 0
    log_source: str = ""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; raises HouseError when it is missing, is not TOML, or holds something that cannot be."""
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise HouseError(f"{path}: not there; write it with at least organisation and helpline") from None
        except (OSError, UnicodeDecodeError):
            raise HouseError(
                f"{path}: cannot be read; it must be a text file in UTF-8 that the server may read"
            ) from None
        return cls.from_text(text, name=str(path))

    @classmethod
    def from_text(cls, text: str, *, name: str = "house.toml") -> Self:
        """Read the text of such a file; raises HouseError.

        >>> House.from_text('organisation = "Veilig Huis"; helpline = "0800-2000"'.replace("; ", chr(10))).code_minutes
        15
        """
        try:
            given = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise HouseError(f"{name}: is not TOML: {error}") from None
        _check(cls, given, name)
        _check_terms(given, name)
        house = cls(**given)
        _check_values(house, name)
        return house


_LIMITS: Mapping[str, tuple[int, int]] = {
    "code_minutes": (1, 120),
    "silence_minutes": (1, 60),
    "grace_hours": (1, 24 * 31),
    "practice_hours": (1, 24),
    "filing_days": (1, 90),
    "answer_days": (3, 60),
    "kept_keys_days": (1, 30),
    "retention_years": (0, 115),
    "sound_years": (0, 115),
    "objection_days": (7, 365),
    "log_years": (0, 115),
}
"""The least and the most that each number may be."""

LEAST_LOG_YEARS = 5
"""A line of the access log is kept for five years at least; the database holds to that as well."""

_TERMS = ("retention_years", "sound_years")
"""Terms of keeping: a line that is there names a term, for 0 would keep nothing and a millennium everything."""


def _check(kind: type[House], given: Mapping[str, object], name: str) -> None:
    """Refuse lines that are missing, unknown or of another type."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.name not in given and field.default is MISSING:
            raise HouseError(f'{name}: {field.name} is missing; add a line {field.name} = "..."')
    for key, value in given.items():
        if key not in hints:
            raise HouseError(f"{name}: {key} is not a setting; remove the line, or see docs/operate.md for the names")
        if type(value) is not hints[key]:
            wanted = {str: 'a text between " and "', bool: "true or false", int: "a whole number"}[hints[key]]
            raise HouseError(f"{name}: {key} must be {wanted}")


def _check_terms(given: Mapping[str, object], name: str) -> None:
    """Refuse a term that cannot be meant."""
    for key in _TERMS:
        most = _LIMITS[key][1]
        years = given.get(key, 1)
        if not isinstance(years, int) or not 1 <= years <= most:
            raise HouseError(
                f"{name}: {key} must be from 1 to {most}; look the term up in the law that retention_source names, "
                "or leave the line out as long as nobody has looked it up"
            )


def _check_log(house: House, name: str) -> None:
    """Refuse a term of the log that no law could mean."""
    if house.log_years and (house.log_years < LEAST_LOG_YEARS or not house.log_source.strip()):
        raise HouseError(
            f'{name}: log_years must be {LEAST_LOG_YEARS} or more, with log_source = "which law" beside it; '
            "leave the line out when the log is kept for good"
        )


def _check_values(house: House, name: str) -> None:
    """Refuse values that cannot be meant."""
    for key in ("organisation", "helpline", "danger"):
        if not getattr(house, key).strip():
            raise HouseError(f"{name}: {key} is empty; nobody could see whom to call or with whom they are")
    if not any(figure.isdigit() for figure in house.helpline):
        raise HouseError(f"{name}: helpline holds no number to call")
    if not house.leave_url.startswith("https://"):
        raise HouseError(f"{name}: leave_url must begin with https://")
    _check_dossier(house, name)
    if house.retention_years and not (house.retention_source.strip() and _is_date(house.retention_checked)):
        raise HouseError(
            f'{name}: beside retention_years write retention_source = "which law" and retention_checked = "2026-01-31"'
        )
    if house.sound_years > house.retention_years:
        raise HouseError(
            f"{name}: sound_years is a shorter term than retention_years, never a longer one; "
            "leave the line out when sound is kept as long as the rest"
        )
    _check_log(house, name)
    if house.retention_until_adult and not house.retention_years:
        raise HouseError(
            f"{name}: beside retention_until_adult write retention_years, for conversations without a child"
        )
    for key, (least, most) in _LIMITS.items():
        if not least <= getattr(house, key) <= most:
            raise HouseError(f"{name}: {key} must be from {least} to {most}")


def _check_dossier(house: House, name: str) -> None:
    """Refuse a form of dossier numbers that cannot be read, or that its own example does not have."""
    try:
        fits = re.fullmatch(house.dossier_pattern or ".*", house.dossier_example)
    except re.error as error:
        raise HouseError(f"{name}: dossier_pattern is not a regular expression: {error}") from None
    if house.dossier_pattern and not house.dossier_example:
        raise HouseError(f'{name}: beside dossier_pattern write dossier_example = "a number of that form"')
    if not fits:
        raise HouseError(f"{name}: dossier_example does not have the form of dossier_pattern")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
