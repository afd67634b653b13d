"""The commands that set an installation up, serve it, and see whether it is in order."""

import argparse
import os
import sys
import warnings
from pathlib import Path

from tweespoor.cli.entering import OK, WRONG, Commands, Complaint, enter, load, see_house


def describe(commands: Commands) -> None:
    """Describe the commands of this file."""
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
    checking.add_argument("--go-on", action="store_true", help="begin where a check that was interrupted had come")
    checking.set_defaults(run=check)

    examining = commands.add_parser("doctor", help="look whether this installation is in order")
    examining.set_defaults(run=examine)


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
    from tweespoor.casework import (
        demonstrating,
        demonstrating_contract,
        demonstrating_cut,
        demonstrating_elsewhere,
        demonstrating_sharing,
        demonstrating_use,
        founding,
    )
    from tweespoor.casework.models import Role, Staff

    see_house()
    founding.make_demonstration_accounts()
    anna = Staff.objects.get(username="anna")
    conversation = demonstrating.demonstrate(anna)
    demonstrating_contract.lay_down(conversation)
    demonstrating_elsewhere.bring_in(conversation, anna)
    demonstrating_cut.cut_and_cover(conversation, anna)
    token = demonstrating_sharing.share(conversation)
    demonstrating_use.use_and_note(conversation, anna)
    print("\nA demonstration, with one finished conversation. Sign in at /staff/login/ with one of these:\n")
    for name, account in founding.demonstration_accounts().items():
        print(f"  {name:<10} {account['password']:<28} {Role(account['role']).label.lower()}")
    if token:
        print(f"\nWhat was shared opens at /hoor/{token}/")
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

    from tweespoor.casework import founding

    see_house()
    for alias in settings.DATABASES:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise Complaint("the tables are older than this version; make a backup and run: tweespoor setup")
        connections[alias].close()
    founding.make_seal()  # the first time that the organisation's name is there
    # Static files are small; that they are read at once is no loss.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    print(f"Open {settings.TWEESPOOR_ORIGIN}/ — stop with Ctrl-C.", flush=True)
    uvicorn.run(
        "tweespoor.web.asgi:application",
        host=options.host,
        port=options.port,
        ssl_certfile=options.cert,
        ssl_keyfile=options.key,
        http="tweespoor.web.straight:Straight",
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
    return read_all(quiet=options.quiet, go_on=options.go_on)


def read_all(*, quiet: bool = False, go_on: bool = False) -> int:
    """Read everything and say what is wrong with it."""
    from tweespoor.casework import checking

    counts: dict[str, int] = {}
    wrong = 0

    def done(number: int, count: int) -> None:
        if sys.stderr.isatty() and not quiet:
            print(f"\r{number} of {count}", end="" if number < count else "\n", file=sys.stderr, flush=True)

    for finding in checking.everything(go_on=go_on, done=done):
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


def examine(_options: argparse.Namespace) -> int:
    """Say how everything stands."""
    enter()
    from tweespoor.casework import examining

    wrong = 0
    for line in examining.examine():
        wrong += line.level == examining.WRONG
        print(f"{line.level:<6} {line.about}: {line.says}")
    return WRONG if wrong else OK
