"""Who works here: inviting, letting in, shutting out, and setting back a second factor.

An account is made by an administrator and comes alive by a link that works once.  What is done to an account is
written in the access log with who did it.
"""

import base64
import hashlib
import secrets

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction

from tweespoor.casework import trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Invitation, Role, Staff
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.seal import keys

INVITATION_DAYS = 7
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def everyone() -> list[Staff]:
    """Give all accounts, by name."""
    return list(Staff.objects.order_by("username"))


def officer(name: str) -> Staff:
    """Give the privacy officer of this name; UnknownError for anybody else, and for who was shut out."""
    found = Staff.objects.filter(username=name, role=Role.OFFICER, is_active=True).first()
    if found is None:
        raise UnknownError
    return found


def person(username: str) -> Staff:
    """Find an account by its name."""
    try:
        return Staff.objects.get(username=username)
    except Staff.DoesNotExist:
        raise UnknownError from None


def has_factor(staff: Staff) -> bool:
    """Tell whether someone has a second factor: an app with codes, or a passkey."""
    return bool(Authenticator.objects.filter(user=staff, type__in=FACTORS).exists())


def is_last_administrator(staff: Staff) -> bool:
    """Tell whether nobody could make or repair an account without this one."""
    others = Staff.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=staff.pk)
    return staff.role == Role.ADMINISTRATOR and staff.is_active and not others.exists()


@transaction.atomic
def invite(username: str, role: Role, *, email: str = "", by: Staff | None = None) -> str:
    """Make an account without a password, and give the secret of its invitation.

    Raises ``ValueError`` when the name or the address is taken, or the name is not one word.
    """
    Staff.username_validator(username)  # raises ValidationError, a ValueError of Django's own kind
    if Staff.objects.filter(username__iexact=username).exists():
        raise ValueError("this name is taken")
    if email and Staff.objects.filter(email__iexact=email).exists():
        raise ValueError("this address is taken")
    staff = Staff(username=username, role=role, email=email)
    staff.set_unusable_password()
    staff.clean_fields()
    staff.save()
    witness("staff.invite", staff=by, about=staff.username)
    return _invitation(staff)


@transaction.atomic
def invite_again(staff: Staff, *, by: Staff | None = None) -> str:
    """Give a new invitation; the password, the second factor and the sessions of before are gone."""
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    reset_factor(staff, by=by)
    witness("staff.invite-again", staff=by, about=staff.username)
    return _invitation(staff)


def invited(token: str) -> Staff:
    """Find whom an invitation is for; used, expired and made up are the same ``UnknownError``."""
    invitation = (
        Invitation.objects.select_related("staff")
        .filter(token_sha256=_hash(token), used_ms=None, expires_ms__gt=now_ms(), staff__is_active=True)
        .first()
    )
    if invitation is None:
        raise UnknownError
    return invitation.staff


@transaction.atomic
def accept(token: str, password: str) -> Staff:
    """Set the first password; the invitation is used up, whoever else holds it."""
    staff = invited(token)
    used = Invitation.objects.filter(staff=staff, used_ms=None).update(used_ms=now_ms())
    if not used:
        raise UnknownError
    staff.set_password(password)
    staff.save(update_fields=["password"])
    witness("staff.accept", staff=staff, about=staff.username)
    return staff


@transaction.atomic
def disable(staff: Staff, *, by: Staff | None = None) -> None:
    """Shut someone out at once; what they did stays written.

    Raises ``ValueError`` for the last administrator: nobody could undo it.
    """
    if is_last_administrator(staff):
        raise ValueError("this is the last administrator")
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    Invitation.objects.filter(staff=staff, used_ms=None).update(used_ms=now_ms())
    end_sessions(staff)
    witness("staff.disable", staff=by, about=staff.username)


@transaction.atomic
def enable(staff: Staff, *, by: Staff | None = None) -> None:
    """Let someone in again, with the password and second factor of before."""
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    witness("staff.enable", staff=by, about=staff.username)


@transaction.atomic
def reset_factor(staff: Staff, *, by: Staff | None = None) -> None:
    """Take the second factor away, recovery codes too; at the next sign-in a new one must be set."""
    Authenticator.objects.filter(user=staff).delete()
    end_sessions(staff)
    witness("staff.reset-factor", staff=by, about=staff.username)


def end_sessions(staff: Staff) -> None:
    """Sign someone out everywhere."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(staff.pk):
            session.delete()


def hide(secret: str) -> str:
    """Encrypt the secret of a second factor, so that a copy of the tables lets nobody in."""
    return base64.b64encode(keys.wrap(_factor_key(), secret.encode(), "factor", "")).decode()


def reveal(hidden: str) -> str:
    """Decrypt the secret of a second factor; raises DamagedError when it was altered or the key is another."""
    return keys.unwrap(_factor_key(), base64.b64decode(hidden), "factor", "").decode()


def factor_key(organisation: bytes) -> bytes:
    """Derive the key of second factors from the organisation's key."""
    return keys.derive(organisation, b"tweespoor/factor/1")


def _factor_key() -> bytes:
    return factor_key(trackkeys.organisation_key())


def _invitation(staff: Staff) -> str:
    token = secrets.token_urlsafe(24)
    Invitation.objects.filter(staff=staff, used_ms=None).update(used_ms=now_ms())
    Invitation.objects.create(
        staff=staff,
        token_sha256=_hash(token),
        expires_ms=now_ms() + INVITATION_DAYS * 24 * 3600 * 1000,
    )
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
