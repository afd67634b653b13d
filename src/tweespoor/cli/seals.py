"""The command that shows the organisation's seal, and renews it."""

import argparse
from pathlib import Path

from tweespoor.cli.entering import OK, WRONG, Commands, Complaint, enter, see_house
from tweespoor.errors import DamagedError


def describe(commands: Commands) -> None:
    """Describe the command of this file."""
    sealing = commands.add_parser("seal", help="show the organisation's seal, renew it, or write its certificates")
    sealing.add_argument("--renew", action="store_true", help="make a new key and certificate below the same root")
    sealing.add_argument("--years", type=int, default=5, help="for how many years it is renewed (default 5)")
    sealing.add_argument("--certificates", type=Path, metavar="FILE", help="write all certificates, as PEM")
    sealing.add_argument("--verify", type=Path, metavar="FILE", help="say whether a PDF is as we sealed it")
    sealing.set_defaults(run=seal)


def seal(options: argparse.Namespace) -> int:
    """Renew the seal or write its certificates, if that was asked, and say what it is and until when."""
    enter()
    see_house()
    from tweespoor.casework import certifying, settling

    if not 1 <= options.years <= certifying.ROOT_YEARS:
        raise Complaint(f"--years is from 1 to {certifying.ROOT_YEARS}")
    try:
        if options.renew:
            certifying.renew(settling.house().organisation, years=options.years)
        if options.certificates is not None:
            options.certificates.write_bytes(certifying.for_others())
        if options.verify is not None:
            return verify(options.verify)
        print(f"root   {certifying.root_sha256()}")
        print(f"until  {certifying.until():%Y-%m-%d}")
    except (certifying.NoSealError, DamagedError) as error:
        raise Complaint(str(error)) from None
    return OK


def verify(file: Path) -> int:
    """Say whether a PDF is as it was sealed here."""
    from tweespoor.casework import certifying

    if not file.is_file():
        raise Complaint(f"{file} is not there")
    whole = certifying.is_whole(file.read_bytes())
    print("As it was sealed here, to the last bit." if whole else "Not as it was sealed here: altered, or of others.")
    return OK if whole else WRONG
