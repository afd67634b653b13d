"""The command ``tweespoor``: sets up, serves, checks, and looks after accounts.

Exit codes: 0 done, 1 something is wrong and said, 2 the command was not understood.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from contextvars import copy_context
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tweespoor.errors import Refused, UnknownError

OK, WRONG = 0, 1


class Complaint(Exception):  # noqa: N818 - it is said to a person, in one sentence
    """Something the person at the keyboard can mend; the message says how."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    options = parser().parse_args(arguments)
    try:
        # In a context of its own: that something came from a command is not said of what comes after it.
        return int(copy_context().run(options.run, options))
    except Complaint as complaint:
        print(f"tweespoor: {complaint}", file=sys.stderr)
        return WRONG
    except UnknownError:
        print("tweespoor: there is no such account; see: tweespoor user list", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return WRONG


def parser() -> argparse.ArgumentParser:
    """Describe every command."""
    top = argparse.ArgumentParser(prog="tweespoor", description="Record a conversation together, and prove it.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    setup = commands.add_parser("setup", help="make folders, keys and tables; may be run again")
    setup.add_argument("--demo", action="store_true", help="also a demonstration: accounts and a finished conversation")
    setup.set_defaults(run=set_up)

    serving = commands.add_parser("serve", help="serve the pages and record")
    serving.add_argument("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8000, help="the port to listen on (default 8000)")
    serving.add_argument("--cert", type=Path, help="certificate for https, a PEM file with its chain")
    serving.add_argument("--key", type=Path, help="the key of the certificate, a PEM file")
    serving.set_defaults(run=serve)

    checking = commands.add_parser("check", help="read every journal and every track back and verify it")
    checking.add_argument("--quiet", action="store_true", help="only say what is wrong")
    checking.set_defaults(run=check)

    describe_backups(commands)
    examining = commands.add_parser("doctor", help="look whether this installation is in order")
    examining.set_defaults(run=examine)

    exporting = commands.add_parser("export", help="write a conversation as a folder, for a dossier system")
    exporting.add_argument("conversation", help="its id, as it stands in the address of its page")
    exporting.add_argument("folder", type=Path, help="where to; a folder is made in it")
    exporting.set_defaults(run=export)

    describe_drop(commands.add_parser("drop", help="drop the rest of conversations whose keeping ended"))
    describe_log(commands.add_parser("log", help="print who did what; that it was read is written down too"))

    user = commands.add_parser("user", help="look after the accounts of who works here")
    verbs = user.add_subparsers(required=True, metavar="VERB")
    adding = verbs.add_parser("add", help="make an account and print the link that opens it")
    adding.add_argument("name")
    adding.add_argument("--role", default="worker", help="worker, manager, officer, clerk or administrator")
    adding.add_argument("--email", default="", help="an address with which one may sign in too; nothing is mailed")
    adding.set_defaults(run=add_user)
    for verb, run, says in (
        ("disable", disable_user, "shut someone out at once"),
        ("enable", enable_user, "let someone in again"),
        ("reset", reset_user, "take password and second factor away and print a new link"),
        ("code", show_code, "print the code of this moment, for an account of the demonstration"),
    ):
        one = verbs.add_parser(verb, help=says)
        one.add_argument("name")
        one.set_defaults(run=run)
    verbs.add_parser("list", help="list all accounts").set_defaults(run=list_users)
    return top


def describe_backups(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands that make a backup and bring one back."""
    backing = commands.add_parser("backup", help="make a backup, also while recording goes on")
    backing.add_argument("folder", type=Path, help="where to; an empty folder, or one with earlier backups")
    backing.add_argument("--keyring", type=Path, help="a folder elsewhere for the keyring and the organisation's key")
    backing.add_argument("--keep", type=int, default=7, help="how many sets to keep (default 7)")
    backing.set_defaults(run=back_up)

    restoring = commands.add_parser("restore", help="bring a backup back into an empty place")
    restoring.add_argument("folder", type=Path, help="the folder of the backup")
    restoring.add_argument("--keyring", type=Path, required=True, help="the folder of the keyring's backup")
    restoring.add_argument("--set", default="", help="which set (default: the newest)")
    restoring.add_argument("--destroyed", type=Path, help="a newer list of destroyed keys than the backup has")
    restoring.add_argument("--verify", action="store_true", help="only read the backup and say what is wrong with it")
    restoring.set_defaults(run=restore)


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
    logging.set_defaults(run=print_log)


def set_up(options: argparse.Namespace) -> int:
    """Make what an installation needs; what is there stays as it is."""
    load()
    from django.conf import settings

    make(demonstration=options.demo)
    if options.demo:
        demonstrate()
    else:
        print(f"Ready in {settings.TWEESPOOR_HOME}.")
        print(f"Fill in {settings.TWEESPOOR_HOUSE}, then make the first account:")
        print("  tweespoor user add NAME --role administrator")
    return OK


def make(*, demonstration: bool = False) -> None:
    """Make folders, tables, keys and static files, as far as they are not there."""
    from django.conf import settings
    from django.core.management import call_command

    from tweespoor.casework import founding, places
    from tweespoor.web import statics

    places.home().mkdir(mode=0o700, parents=True, exist_ok=True)
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    founding.found(demonstration=demonstration)  # asks the tables whether a key was ever used
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    statics.mark(settings.STATIC_ROOT)


def demonstrate() -> None:
    """Make the demonstration, and say how one signs in."""
    from tweespoor.casework import demonstrating, founding
    from tweespoor.casework.models import Role, Staff

    see_house()
    founding.make_demonstration_accounts()
    demonstrating.demonstrate(Staff.objects.get(username="anna"))
    print("\nA demonstration, with one finished conversation. Sign in at /staff/login/ with one of these:\n")
    for name, account in founding.demonstration_accounts().items():
        print(f"  {name:<10} {account['password']:<28} {Role(account['role']).label.lower()}")
    print("\nThe page asks for a code and shows it; elsewhere: .venv/bin/tweespoor user code NAME\n", flush=True)


def serve(options: argparse.Namespace) -> int:
    """Serve the pages and record, until stopped."""
    if (options.cert is None) != (options.key is None):
        raise Complaint("--cert and --key belong together")
    for file in filter(None, (options.cert, options.key)):
        if not file.is_file():
            raise Complaint(f"{file} is not there")
    scheme = "https" if options.cert else "http"
    os.environ.setdefault("TWEESPOOR_ORIGIN", f"{scheme}://localhost:{options.port}")
    enter(command=False)
    import uvicorn
    from django.conf import settings
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    see_house()
    for alias in settings.DATABASES:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise Complaint("the tables are older than this version; make a backup and run: tweespoor setup")
        connections[alias].close()
    # Static files are small; that they are read at once is no loss.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    print(f"Open {settings.TWEESPOOR_ORIGIN}/ — stop with Ctrl-C.", flush=True)
    uvicorn.run(
        "tweespoor.web.asgi:application",
        host=options.host,
        port=options.port,
        ssl_certfile=options.cert,
        ssl_keyfile=options.key,
        lifespan="on",
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    return OK


def check(options: argparse.Namespace) -> int:
    """Read every journal and every track back."""
    enter()
    return read_all(quiet=options.quiet)


def read_all(*, quiet: bool = False) -> int:
    """Read everything and say what is wrong with it."""
    from tweespoor.casework import checking

    counts: dict[str, int] = {}
    wrong = 0
    for finding in checking.everything():
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
        wrong += bool(finding.wrong)
        if finding.wrong:
            print(f"{finding.kind} {finding.name}: {finding.wrong}", file=sys.stderr)
        elif finding.told and not quiet:
            print(f"{finding.kind} {finding.name}: {finding.told}")
    if not quiet:
        read = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in counts.items())
        print(f"{read} read; {f'{wrong} wrong' if wrong else 'all whole'}.")
    return WRONG if wrong else OK


def drop(options: argparse.Namespace) -> int:
    """Drop the rest of conversations whose keeping ended; each leaves one line in the register."""
    enter()
    from tweespoor.casework import dropping, ledger, staffing
    from tweespoor.casework.models import Role

    ready = {row.pk: dropping.may_drop(row, ledger.state(row.pk)) for row in dropping.announced()}
    if not (options.conversation or options.all):
        for name, verdict in ready.items():
            print(f"{name}\t{'can go now' if verdict else ', '.join(verdict.codes)}")
        return OK
    officer = staffing.person(options.by) if options.by else None
    if officer is None or officer.role != Role.OFFICER or not officer.is_active:
        raise Complaint("write --by and the account of the privacy officer who decides this")
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


def back_up(options: argparse.Namespace) -> int:
    """Make a backup."""
    enter()
    see_house()
    from tweespoor.casework import backing
    from tweespoor.casework.manifest import BackingError

    try:
        done = backing.back_up(options.folder, options.keyring, keep=options.keep)
    except BackingError as error:
        raise Complaint(str(error)) from None
    megabytes = f"{done.written / 1e6:.1f} of {done.read / 1e6:.1f} MB of sound were new"
    print(f"{done.tracks} track{'s' * (done.tracks != 1)} kept; {megabytes}.")
    for name in done.thrown_away:
        print(f"Thrown away, for it was too old: {name}.")
    if options.keyring is None:
        print("Without the keyring no sound can be heard again: give it a folder elsewhere with --keyring.")
    for sentence in done.wrong:
        print(sentence, file=sys.stderr)
    return WRONG if done.wrong else OK


def restore(options: argparse.Namespace) -> int:
    """Bring a backup back, and read all of it."""
    load()
    from tweespoor.casework import restoring
    from tweespoor.casework.manifest import BackingError

    lists = () if options.destroyed is None else (options.destroyed,)
    try:
        source = restoring.find(options.folder, options.keyring, chosen=options.set, lists=lists)
        if not options.verify:
            restoring.see_room(source)
        wrong = list(restoring.verify(source))
        for sentence in wrong:
            print(sentence, file=sys.stderr)
        if wrong:
            raise Complaint("nothing was brought back; this backup is damaged")
        if options.verify:
            print(f"{source.main.folder.name} is whole.")
            return OK
        restoring.place(source)
        make()
        brought = restoring.settle()
    except BackingError as error:
        raise Complaint(str(error)) from None
    print(f"Brought back: {source.main.folder.name}, with the keyring of {source.keys.folder.name}.")
    if brought.destroyed:
        print(f"{brought.destroyed} keys had been destroyed since and were destroyed again.")
    if brought.dropped:
        print(f"{brought.dropped} conversations had been dropped since; drop them again: tweespoor drop")
    if keyless := restoring.without_keys():
        print(f"{keyless} tracks have no key in this keyring; their sound cannot be heard.")
    return read_all()


def examine(_options: argparse.Namespace) -> int:
    """Say how everything stands."""
    enter()
    from tweespoor.casework import examining

    wrong = 0
    for line in examining.examine():
        wrong += line.level == examining.WRONG
        print(f"{line.level:<6} {line.about}: {line.says}")
    return WRONG if wrong else OK


def export(options: argparse.Namespace) -> int:
    """Write a conversation as a folder."""
    enter()
    see_house()
    from tweespoor.casework import exporting, witnessing

    witnessing.comes_from(witnessing.Origin.COMMAND)
    try:
        folder = exporting.write(options.conversation, options.folder)
    except UnknownError:
        raise Complaint("there is no such conversation") from None
    except Refused as refused:
        raise Complaint(f"this cannot leave now ({refused}); see docs/refusals.md") from None
    except FileExistsError:
        raise Complaint(f"{options.folder} holds it already; give another folder") from None
    print(folder)
    return OK


def print_log(options: argparse.Namespace) -> int:
    """Print the access log."""
    enter()
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


def add_user(options: argparse.Namespace) -> int:
    """Make an account and print its link."""
    enter()
    from django.core.exceptions import ValidationError

    from tweespoor.casework import staffing
    from tweespoor.casework.models import Role

    if options.role not in Role.values:
        raise Complaint(f"{options.role} is not a role; choose from {', '.join(Role.values)}")
    try:
        token = staffing.invite(options.name, Role(options.role), email=options.email)
    except ValidationError:
        raise Complaint("a name is letters, figures and @ . + - _, without spaces") from None
    except ValueError as error:
        raise Complaint(str(error)) from None
    return print_link(options.name, token)


def disable_user(options: argparse.Namespace) -> int:
    """Shut someone out."""
    enter()
    from tweespoor.casework import staffing

    staff = staffing.person(options.name)
    try:
        staffing.disable(staff)
    except ValueError as error:
        raise Complaint(f"{error}; make another one first") from None
    print(f"{options.name} is shut out, on all devices.")
    return OK


def enable_user(options: argparse.Namespace) -> int:
    """Let someone in again."""
    enter()
    from tweespoor.casework import staffing

    staffing.enable(staffing.person(options.name))
    print(f"{options.name} may come in again.")
    return OK


def reset_user(options: argparse.Namespace) -> int:
    """Take the password and the second factor away and print a new link."""
    enter()
    from tweespoor.casework import staffing

    return print_link(options.name, staffing.invite_again(staffing.person(options.name)))


def list_users(_options: argparse.Namespace) -> int:
    """List all accounts: name, role, and whether one can come in."""
    enter()
    from tweespoor.casework import staffing

    for staff in staffing.everyone():
        state = "shut out" if not staff.is_active else "invited" if not staff.has_usable_password() else "active"
        factor = "second factor" if staffing.has_factor(staff) else "no second factor"
        print(f"{staff.username}\t{staff.role}\t{state}\t{factor}")
    return OK


def show_code(options: argparse.Namespace) -> int:
    """Print the code of this moment for an account of the demonstration."""
    enter()
    from tweespoor.casework import founding

    code = founding.demonstration_code(options.name)
    if code is None:
        raise Complaint(f"{options.name} is not an account of a demonstration")
    print(code)
    return OK


def print_link(name: str, token: str) -> int:
    """Print the link with which someone chooses a password."""
    from django.conf import settings
    from django.urls import reverse

    print(f"Give this link to {name}. It works once, for seven days:")
    print(f"  {settings.TWEESPOOR_ORIGIN}{reverse('staff_invitation', args=[token])}")
    return OK


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


if __name__ == "__main__":
    sys.exit(main())
