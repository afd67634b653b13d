"""The commands that make a backup and bring one back."""

import argparse
import sys
from pathlib import Path

from tweespoor.cli.entering import OK, WRONG, Commands, Complaint, enter, load, see_house
from tweespoor.cli.installing import make, read_all


def describe(commands: Commands) -> None:
    """Describe the commands of this file."""
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
    for count, says in (
        (brought.destroyed, "keys had been destroyed since and were destroyed again."),
        (brought.dropped, "conversations had been dropped since; drop them again: tweespoor drop"),
        (brought.ended, "codes or invitations had been ended since and stay ended."),
        (brought.asked, "questions were open; everyone is asked anew, for no backup holds an answer."),
        (restoring.without_keys(), "tracks have no key in this keyring; their sound cannot be heard."),
    ):
        if count:
            print(f"{count} {says}")
    return read_all()
