"""What the frame of every page needs: the helpline, the doors outside, the theme; no table is read for it."""

from pathlib import Path
from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tweespoor.casework import settling
from tweespoor.rules.house import House


class Frame(TypedDict):
    """What each template may use."""

    house: House
    helpline_tel: str
    danger_tel: str
    confidant_tel: str
    childrens_line_tel: str
    theme_url: str | None


def frame(request: HttpRequest) -> Frame:  # noqa: ARG001 - the signature is Django's
    """Give every template the house and its telephone numbers.

    It must also work while the database is gone, for the helpline stands on that page too (clause 0a).
    """
    house = settling.house()
    return {
        "house": house,
        "helpline_tel": digits(house.helpline),
        "danger_tel": digits(house.danger),
        "confidant_tel": digits(house.confidant),
        "childrens_line_tel": digits(house.childrens_line),
        "theme_url": reverse("theme") if theme_file() else None,
    }


def theme_file() -> Path | None:
    """Give the organisation's own style sheet, ``theme.css`` in the folder of the installation, when there is one."""
    path = Path(settings.TWEESPOOR_HOME) / "theme.css"
    return path if path.is_file() else None


def digits(number: str | None) -> str:
    """Give a telephone number as a device dials it.

    >>> digits("0800-2000"), digits("+31 88 123 45 67"), digits(None)
    ('08002000', '+31881234567', '')
    """
    return "".join(sign for sign in number or "" if sign.isdigit() or sign == "+")
