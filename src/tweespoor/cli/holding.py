"""The command about keys: what there is, what hangs on what, and changing the organisation's key."""

import argparse

from tweespoor.cli.entering import OK, WRONG, Commands, Complaint, enter
from tweespoor.errors import DamagedError


def describe(commands: Commands) -> None:
    """Describe the command of this file."""
    holding = commands.add_parser("keys", help="list the keys, or change the organisation's key")
    holding.add_argument("--rotate", action="store_true", help="change the organisation's key; the server must not run")
    holding.set_defaults(run=keys)


def keys(options: argparse.Namespace) -> int:
    """Change the organisation's key when that was asked, and list what there is."""
    enter()
    from tweespoor.casework import certifying, models, occupying, places, rotating, trackkeys

    try:
        if options.rotate:
            rotating.rotate(lambda what, count: print(f"wrapped anew: {what}, {count}", flush=True))
        trackkeys.organisation_key()
    except (occupying.OccupiedError, DamagedError) as error:
        raise Complaint(str(error)) from None
    print(f"organisation's key       {places.keys() / 'organisation.key'}")
    for kind in models.WrappedKey.Kind:
        print(f"keys of {kind.label.lower() + 's':<16} {models.WrappedKey.objects.filter(kind=kind).count()}")
    if certifying.has_seal():
        seal = certifying.seal()
        print(f"seal                     until {seal.until:%Y-%m-%d}; earlier ones: {len(certifying.earlier())}")
        print(f"root of the seal         {certifying.root_sha256()}")
    else:
        print("seal                     none")
    if rotating.is_interrupted():
        print("changing the organisation's key was interrupted; run: tweespoor keys --rotate")
        return WRONG
    return OK
