"""The command that checks a bundle: offline, without a server, with nothing but the base install."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tweespoor.cli.entering import Commands
from tweespoor.dossier import receipts, report, trust, verify
from tweespoor.dossier.findings import EXITS
from tweespoor.dossier.receipts import Receipt
from tweespoor.errors import DamagedError, UnreadableError

UNUSABLE: Final = 2
_LONGEST: Final = 1 << 20


def describe(commands: Commands) -> None:
    """Describe the commands of this file."""
    checking = commands.add_parser("verify", help="check a bundle, offline")
    checking.add_argument("file", type=Path, help="the bundle, one ZIP")
    checking.add_argument(
        "--receipt", action="append", default=[], help="a confirmation somebody kept: its file, or the code on it"
    )
    checking.add_argument("--root", action="append", default=[], type=Path, help="a root certificate that you trust")
    checking.add_argument("--json", action="store_true", help="for programs")
    checking.add_argument("--lang", choices=("nl", "en"), default="nl", help="in which language (default nl)")
    checking.set_defaults(run=check)


def check(options: argparse.Namespace) -> int:
    """Check a bundle; the exit code tells the verdict."""
    try:
        given = read_receipts(options.receipt)
        roots = [root for path in options.root for root in trust.read_roots(_read(path))]
    except (DamagedError, UnreadableError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"tweespoor: {reason}", file=sys.stderr)
        return UNUSABLE
    found = verify.verify(options.file, given, roots, apart=True)
    lines = report.as_text(found, options.lang)
    if options.json:
        lines = iter([json.dumps(report.as_json(found, options.lang), ensure_ascii=False, indent=2)])
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads has seen enough; the exit code tells the verdict all the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXITS[found.outcome]


def read_receipts(given: Sequence[str]) -> list[Receipt]:
    """Read receipts: each is the name of a file, or a code as it was typed."""
    if len(given) > receipts.MOST:
        raise UnreadableError(f"at most {receipts.MOST} confirmations")
    return [receipts.read(_read(Path(one)) if Path(one).is_file() else one.encode()) for one in given]


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST)
