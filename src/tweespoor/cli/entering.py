"""How a command comes in: the server's packages loaded, an installation there, the choices of the house readable."""

import argparse  # noqa: TC003 - the alias below is made from it, so far as a reader can tell
import os
from typing import Final, TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
"""What a group of commands is described in: argparse gives it no public name."""

OK: Final = 0
WRONG: Final = 1


class Complaint(Exception):  # noqa: N818 - it is said to a person, in one sentence
    """Something the person at the keyboard can mend; the message says how."""


def see_house() -> None:
    """Read the choices of the house, or say what is missing: a server without a helpline does not start."""
    from tweespoor.casework import settling

    try:
        settling.house()
    except ValueError as error:
        raise Complaint(str(error)) from None


def load() -> None:
    """Load Django, or say that the server's packages are missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tweespoor.web.settings")
    try:
        import django
    except ImportError:
        raise Complaint("this command needs the server: pip install 'tweespoor[web]'") from None
    django.setup()


def enter(*, command: bool = True) -> None:
    """Load Django and see that set-up was done; what is then written in the log comes from a command."""
    load()
    from tweespoor.casework import founding, witnessing

    if not founding.is_founded():
        raise Complaint("nothing is set up here; run: tweespoor setup")
    if command:
        witnessing.comes_from(witnessing.Origin.COMMAND)
