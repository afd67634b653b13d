"""The commands that look after the accounts of who works here."""

import argparse

from tweespoor.cli.entering import OK, Commands, Complaint, enter


def describe(commands: Commands) -> None:
    """Describe the commands of this file."""
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
