"""The tables: what is written down beside and in the journal; no behaviour lives here.

The journal (`Entry`) is the state of a conversation; everything else is what lists, pages and keys need.
`WrappedKey` and `Disclosure` live in a database of their own, alias ``keyring``, which is backed up apart.
Moments named ``…_ms`` are milliseconds since 1970 (UTC) by the server's clock.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models

from tweespoor.casework.models_around import (
    Announcement,
    Attachment,
    Hearing,
    Keeping,
    Leak,
    ListeningCode,
    Message,
    Plan,
    RegisterLine,
    Request,
    SafeWay,
    ToTell,
    Wiping,
)
from tweespoor.casework.models_comparing import FiledComparison
from tweespoor.casework.models_contract import Contract, ContractFile, ContractSignature, SealMade
from tweespoor.casework.models_desk import LogEnding
from tweespoor.casework.models_editing import Cut
from tweespoor.casework.models_elsewhere import External, Transcript, TranscriptChange
from tweespoor.casework.models_proof import Checkpoint, Endorsement, PageStatement, Receipt
from tweespoor.casework.models_sharing import Delivery, PrivateAnswer, Question, Use

__all__ = [
    "Access",
    "Announcement",
    "Attachment",
    "ChecklistTick",
    "Checkpoint",
    "Contract",
    "ContractFile",
    "ContractSignature",
    "Conversation",
    "Cut",
    "Decline",
    "Delivery",
    "Disclosure",
    "Endorsement",
    "Entry",
    "External",
    "FiledComparison",
    "Hearing",
    "Invitation",
    "Keeping",
    "Leak",
    "ListeningCode",
    "LogEnding",
    "Message",
    "PageStatement",
    "Plan",
    "PrivateAnswer",
    "Question",
    "Receipt",
    "RegisterLine",
    "Request",
    "Role",
    "SafeWay",
    "SealMade",
    "Staff",
    "Task",
    "ToTell",
    "Track",
    "Transcript",
    "TranscriptChange",
    "Use",
    "Visitor",
    "Wiping",
    "WrappedKey",
]


class Role(models.TextChoices):
    """What somebody who works for the organisation may do."""

    WORKER = "worker"
    MANAGER = "manager"
    OFFICER = "officer"
    CLERK = "clerk"
    ADMINISTRATOR = "administrator"


class Staff(AbstractUser):
    """Somebody who works for the organisation and signs in."""

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.WORKER)


class Invitation(models.Model):
    """A link with which somebody who works here sets a first password; it works once."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_ms = models.BigIntegerField()
    used_ms = models.BigIntegerField(null=True)


class ChecklistTick(models.Model):
    """One item of the privacy officer's checklist was ticked; when all are, practice mode ends."""

    item = models.CharField(max_length=40, unique=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()


class Conversation(models.Model):
    """One conversation: the row behind which its journal stands."""

    id = models.CharField(primary_key=True, max_length=32)
    worker = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="conversations")
    practice = models.BooleanField(default=False)
    opened_ms = models.BigIntegerField()
    position = models.IntegerField(default=-1)
    head = models.CharField(max_length=64, default="")
    figures = models.CharField(max_length=6, blank=True, default="", db_index=True)
    join_token = models.CharField(max_length=64, blank=True, default="", db_index=True)
    code_until_ms = models.BigIntegerField(default=0)
    shown_from_ms = models.BigIntegerField(default=0)
    dossier = models.CharField(max_length=100, blank=True, default="")
    filed_ms = models.BigIntegerField(null=True)
    finished_ms = models.BigIntegerField(null=True)
    closed_ms = models.BigIntegerField(null=True)
    register = models.ForeignKey("RegisterLine", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = (
            models.Index(fields=("worker", "-opened_ms")),
            models.Index(fields=("-opened_ms", "-id"), name="conversation_opened"),
            models.Index(fields=("dossier", "-opened_ms"), name="conversation_dossier"),
            models.Index(fields=("opened_ms",), name="conversation_practice", condition=models.Q(practice=True)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("register",), name="register_line_once", condition=models.Q(register__isnull=False)
            ),
        )


class Entry(models.Model):
    """One line of a journal, as the canonical bytes that are hashed; never changed, never removed."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="entries")
    position = models.IntegerField()
    line = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "position"), name="entry_position_once"),)


class Visitor(models.Model):
    """The session of a participant's phone; it ends with the conversation and knows a seat, never a name."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="visitors")
    token_sha256 = models.CharField(max_length=64, unique=True)
    seat = models.IntegerField(null=True)
    earlier_seats: "models.JSONField[list[int] | None, list[int] | None]" = models.JSONField(null=True)
    staff = models.BooleanField(default=False)
    records = models.BooleanField(default=False)
    copy_choice = models.CharField(max_length=10, blank=True, default="")
    expires_ms = models.BigIntegerField()


class Decline(models.Model):
    """The organisation itself did not record; its manager and privacy officer see why."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="declines")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)
    at_ms = models.BigIntegerField()

    class Meta:
        indexes = (
            models.Index(fields=("-at_ms", "-id"), name="decline_at"),
            models.Index(fields=("at_ms", "staff", "reason", "conversation"), name="decline_counted"),
        )


class Task(models.Model):
    """Something about a conversation that somebody of the organisation still has to do."""

    class Kind(models.TextChoices):
        """What is to be done."""

        INTEREST_LINE = "interest-line"
        AGREEMENTS = "agreements"
        OFFER = "offer"
        UNFILED = "unfiled"
        DECLINE_REVIEW = "decline-review"
        SECRET = "secret"  # noqa: S105 - a secret address, not a password
        LOCKED = "locked"
        RETENTION = "retention"
        WIPING = "wiping"
        REQUEST = "request"
        AGAIN = "again"
        QUESTION = "question"
        INFORM = "inform"
        ELSEWHERE = "elsewhere"
        NOTED = "noted"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tasks")
    worker = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    since_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField()
    done_ms = models.BigIntegerField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "kind"), name="task_once"),)
        # A desk shows what is open, soonest first: it must cost the same however many conversations there were.
        indexes = (
            models.Index(fields=("due_ms", "id"), name="task_open", condition=models.Q(done_ms=None)),
            models.Index(fields=("kind", "due_ms", "id"), name="task_open_kind", condition=models.Q(done_ms=None)),
            models.Index(fields=("worker", "due_ms", "id"), name="task_open_worker", condition=models.Q(done_ms=None)),
        )


class Track(models.Model):
    """One recorder's track in one part: ours, or of the person at a seat."""

    id = models.CharField(primary_key=True, max_length=32)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tracks")
    part = models.IntegerField()
    seat = models.IntegerField()
    ours = models.BooleanField()
    kept = models.BooleanField()
    salt = models.BinaryField()
    opened_ms = models.BigIntegerField()
    grace_until_ms = models.BigIntegerField()
    sealed_ms = models.BigIntegerField(null=True)
    erased_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=("opened_ms",), name="track_live", condition=models.Q(erased_ms=None)),)


class Access(models.Model):
    """Somebody saw or did something: who, in which role, what, about what, with what result, from where, when.

    Lines are only added; the database refuses to change them.  A line outlives the conversation that it is about.
    """

    at_ms = models.BigIntegerField(db_index=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.CharField(max_length=20, blank=True, default="")
    seat = models.IntegerField(null=True)
    action = models.CharField(max_length=40)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="accesses",
        db_constraint=False,
        db_index=False,
    )
    about = models.CharField(max_length=100, blank=True, default="")
    result = models.CharField(max_length=20, default="done")
    origin = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=("conversation", "-at_ms")),
            models.Index(fields=("staff", "-at_ms")),
        )


class WrappedKey(models.Model):
    """A key, wrapped by the key above it; lives in the keyring."""

    class Kind(models.TextChoices):
        """Which key."""

        CONVERSATION = "conversation"
        TRACK = "track"
        JOURNAL = "journal"
        EXTERNAL = "external"
        TRANSCRIPT = "transcript"
        COMPARISON = "comparison"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    owner = models.CharField(max_length=32)
    conversation = models.CharField(max_length=32, db_index=True)
    part = models.IntegerField(null=True)
    wrapped = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "owner"), name="key_once"),)


class Disclosure(models.Model):
    """What a commitment in the journal stands for, sealed; lives in the keyring."""

    conversation = models.CharField(max_length=32, db_index=True)
    position = models.IntegerField()
    field = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "position", "field"), name="disclosure_once"),)
