"""The commands about conversations that are over: export, the end of keeping, and who did what."""

import argparse
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from tweespoor.cli.entering import OK, WRONG, Commands, Complaint, enter, see_house
from tweespoor.errors import Refused, UnknownError

_BY: Final = "write --by and the account of the privacy officer who decides this"


def describe(commands: Commands) -> None:
    """Describe the commands of this file."""
    exporting = commands.add_parser("export", help="write a conversation as a folder, for a dossier system")
    exporting.add_argument("conversation", help="its id, as it stands in the address of its page")
    exporting.add_argument("folder", type=Path, nargs="?", help="where to; a folder is made in it")
    exporting.add_argument("--bundle", type=Path, metavar="FILE", help="write the bundle that a stranger can check")
    exporting.set_defaults(run=export)

    describe_drop(commands.add_parser("drop", help="drop the rest of conversations whose keeping ended"))
    describe_log(commands.add_parser("log", help="print who did what; that it was read is written down too"))


def describe_drop(dropping: argparse.ArgumentParser) -> None:
    """Describe the command that drops what is left; without a name it only lists."""
    dropping.add_argument("conversation", nargs="*", help="its id; without one what was announced is listed")
    dropping.add_argument("--all", action="store_true", help="all that can go now")
    dropping.add_argument("--by", default="", help="the account of the privacy officer who decides this")
    dropping.set_defaults(run=drop)


def describe_log(logging: argparse.ArgumentParser) -> None:
    """Describe the command that prints the access log."""
    logging.add_argument("--since", type=date.fromisoformat, help="from this day on, as 2026-01-31")
    logging.add_argument("--until", type=date.fromisoformat, help="up to and including this day")
    logging.add_argument("--person", default="", help="only what this account did")
    logging.add_argument("--conversation", default="", help="only what was done with this conversation")
    logging.add_argument("--csv", action="store_true", help="as CSV; unless told otherwise as JSON, one object a line")
    logging.add_argument("--remove", action="store_true", help="remove the old lines that were announced")
    logging.add_argument("--by", default="", help="with --remove: the account of the privacy officer who decides this")
    logging.set_defaults(run=print_log)


def export(options: argparse.Namespace) -> int:
    """Write a conversation as a folder, as a bundle, or as both."""
    if options.folder is None and options.bundle is None:
        raise Complaint("give a folder, or --bundle and a file")
    enter()
    see_house()
    from tweespoor.casework import bundling, certifying, exporting, witnessing

    witnessing.comes_from(witnessing.Origin.COMMAND)
    try:
        if options.bundle is not None:
            bundling.write(options.conversation, options.bundle)
            print(options.bundle)
        if options.folder is not None:
            print(exporting.write(options.conversation, options.folder))
    except UnknownError:
        raise Complaint("there is no such conversation") from None
    except Refused as refused:
        raise Complaint(f"this cannot leave now ({refused}); see docs/refusals.md") from None
    except FileExistsError:
        raise Complaint(f"{options.bundle or options.folder} holds it already; give another place") from None
    except certifying.NoSealError as error:
        raise Complaint(str(error)) from None
    return OK


def drop(options: argparse.Namespace) -> int:
    """Drop the rest of conversations whose keeping ended; each leaves one line in the register."""
    enter()
    from tweespoor.casework import dropping, ledger, staffing

    ready = {row.pk: dropping.may_drop(row, ledger.state(row.pk)) for row in dropping.announced()}
    if not (options.conversation or options.all):
        for name, verdict in ready.items():
            print(f"{name}\t{'can go now' if verdict else ', '.join(verdict.codes)}")
        return OK
    try:
        officer = staffing.officer(options.by)
    except UnknownError:
        raise Complaint(_BY) from None
    failed = False
    for name in options.conversation or [name for name, verdict in ready.items() if verdict]:
        try:
            line = dropping.drop(name, staff=officer)
        except UnknownError:
            failed = True
            print(f"{name}: there is no such conversation", file=sys.stderr)
        except Refused as refused:
            failed = True
            print(f"{name}: {', '.join(refused.codes)}; see docs/refusals.md", file=sys.stderr)
        else:
            print(f"{name}: dropped, line {line.pk} of the register")
    return WRONG if failed else OK


def remove_lines(options: argparse.Namespace) -> int:
    """Remove old lines of the access log that were announced; its number is a line of the log."""
    from tweespoor.casework import clearing, staffing

    try:
        count = clearing.remove(staffing.officer(options.by))
    except UnknownError:
        raise Complaint(_BY) from None
    except Refused as refused:
        raise Complaint(f"these lines cannot go now ({', '.join(refused.codes)}); see docs/refusals.md") from None
    print(f"{count} lines removed")
    return OK


def print_log(options: argparse.Namespace) -> int:
    """Print the access log, or remove what is too old of it."""
    enter()
    if options.remove:
        see_house()
        return remove_lines(options)
    from django.utils import timezone

    from tweespoor.casework import witnessing

    def midnight(day: date) -> int:
        return round(datetime.combine(day, time(), timezone.get_default_timezone()).timestamp() * 1000)

    rows = witnessing.read(
        None,
        since_ms=options.since and midnight(options.since),
        until_ms=options.until and midnight(options.until + timedelta(days=1)),
        username=options.person,
        conversation_id=options.conversation,
        how="export",
    ).iterator(2_000)
    for text in witnessing.csv_lines(rows) if options.csv else witnessing.json_lines(rows):
        sys.stdout.write(text)
    return OK
