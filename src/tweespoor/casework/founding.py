"""Begins an installation: its folders, its keys, the file with its choices and, to try it, accounts.

Everything here may be done again: what is there stays as it is.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final, TypedDict

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.db import transaction

from tweespoor.casework import certifying, checklist, clock, places, settling, staffing, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Role, Staff
from tweespoor.rules.house import HouseError

_DAY_NS: Final = 24 * 3600 * 10**9

HOUSE = """\
# The choices of the house; docs/operate.md tells all of them. The first two must be filled in.
organisation = "{organisation}"
helpline = "{helpline}"
"""

DEMONSTRATION = (
    ("anna", Role.WORKER),
    ("marijke", Role.MANAGER),
    ("fatima", Role.OFFICER),
    ("kees", Role.CLERK),
    ("beheer", Role.ADMINISTRATOR),
)

# For passwords of the demonstration that one can read from a screen and type.
_WORDS = [
    "appel", "boom", "brood", "deken", "dijk", "eend", "fiets", "gras", "haven", "hert",
    "jas", "kaas", "kam", "kers", "klok", "kruik", "lamp", "lepel", "maan", "meer",
    "mier", "molen", "muts", "peer", "pen", "plank", "poes", "regen", "schaap", "schip",
    "sloot", "sneeuw", "stoel", "tafel", "tak", "trein", "tuin", "veer", "vis", "wolk",
]  # fmt: skip


class DemonstrationAccount(TypedDict):
    """An account with which someone may try the product."""

    role: str
    password: str
    secret: str


def found(*, demonstration: bool = False) -> None:
    """Make the folders, the keys and the file with the choices of the house."""
    for folder in (places.home(), places.keys(), places.tracks()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_once(places.keys() / "django-secret", secrets.token_urlsafe(48))
    trackkeys.organisation_key()
    choices = {"organisation": "Veilig Thuis Voorbeeldstad", "helpline": "0800-2000"}
    if not demonstration:
        choices = dict.fromkeys(choices, "")
    _write_once(Path(settings.TWEESPOOR_HOUSE), HOUSE.format(**choices), mode=0o644)
    with _two_days_ago() if demonstration else nullcontext():
        make_seal()


@contextmanager
def _two_days_ago() -> Iterator[None]:
    """Set the one clock of the house back: what is shown happened yesterday, and was sealed then."""
    before, then = clock.source, clock.source() - 2 * _DAY_NS
    clock.source = lambda: then
    try:
        yield
    finally:
        clock.source = before


def make_seal() -> None:
    """Make the seal, which bears the organisation's name; as long as that is not filled in there is none."""
    with suppress(HouseError):
        certifying.make_seal(settling.house().organisation)


def is_founded() -> bool:
    """Tell whether set-up was done here."""
    return (places.keys() / "django-secret").is_file() and (places.keys() / "organisation.key").is_file()


def demonstration_accounts() -> dict[str, DemonstrationAccount]:
    """Give the accounts of the demonstration by name; none where nothing is demonstrated."""
    try:
        found: dict[str, DemonstrationAccount] = json.loads(_accounts_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


@transaction.atomic
def make_demonstration_accounts() -> None:
    """Make an account per role, with a second factor, and tick the checklist in the name of the officer."""
    if demonstration_accounts():
        return
    accounts: dict[str, DemonstrationAccount] = {}
    for name, role in DEMONSTRATION:
        password = "-".join(secrets.choice(_WORDS) for _ in range(4))
        account = DemonstrationAccount(role=role.value, password=password, secret=generate_totp_secret())
        staff = staffing.accept(staffing.invite(name, role), password)
        kind = Authenticator.Type.TOTP
        Authenticator.objects.create(user=staff, type=kind, data={"secret": staffing.hide(account["secret"])})
        accounts[name] = account
    officer = Staff.objects.get(username="fatima")
    for item in checklist.ITEMS:
        checklist.tick(item, officer)
    _write_once(_accounts_file(), json.dumps(accounts, indent=1))


def demonstration_code(name: str) -> str | None:
    """Give the code of this moment for an account of the demonstration; None for any other account."""
    account = demonstration_accounts().get(name)
    if account is None:
        return None
    return str(format_hotp_value(hotp_value(account["secret"], now_ms() // 30_000)))


def _accounts_file() -> Path:
    return places.home() / "demonstration.json"


def _write_once(path: Path, text: str, *, mode: int = 0o600) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
