"""The command ``tweespoor``: sets up, serves, checks, and looks after accounts; one file per group of commands.

Exit codes: 0 done, 1 something is wrong and said, 2 the command was not understood.
"""

import argparse
import sys
from collections.abc import Sequence
from contextvars import copy_context

from tweespoor.cli import proof
from tweespoor.cli.entering import WRONG, Commands, Complaint
from tweespoor.errors import UnknownError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(only_proof=given[:1] == ["verify"]).parse_args(given)
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


def parser(*, only_proof: bool = False) -> argparse.ArgumentParser:
    """Describe every command; or only those that check a bundle, for whom nothing else is loaded."""
    top = argparse.ArgumentParser(prog="tweespoor", description="Record a conversation together, and prove it.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    if only_proof:
        proof.describe(commands)
    else:
        _describe(commands)
    return top


def _describe(commands: Commands) -> None:
    from tweespoor.cli import accounts, backups, comparing, dossiers, holding, installing, seals

    for group in (installing, seals, holding, proof, comparing, backups, dossiers, accounts):
        group.describe(commands)
