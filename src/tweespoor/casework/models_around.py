"""The tables of what comes before and after a conversation: plans, codes, messages, keeping, wiping; no behaviour.

They name the tables of `models` by words only, so that nothing imports in a circle.  Moments named ``…_ms`` are
milliseconds since 1970 (UTC) by the server's clock.
"""

from django.db import models


class Leak(models.Model):
    """Something is lost or was seen by others: what was withdrawn, and what the officer decided within 72 hours.

    ``staff`` reported it; without one it was the participant at ``seat``.  Only the privacy officer sees this table.
    """

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, null=True, related_name="leaks")
    seat = models.IntegerField(null=True)
    staff = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=20)
    at_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField()
    withdrawn = models.IntegerField(default=0)
    authority = models.CharField(max_length=20, blank=True, default="")
    people = models.CharField(max_length=20, blank=True, default="")
    report = models.TextField(blank=True, default="")
    done_ms = models.BigIntegerField(null=True)
    done_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("due_ms", "id"), name="leak_open", condition=models.Q(done_ms=None)),)


class SafeWay(models.Model):
    """How somebody who took part may be reached, by own choice; the address is sealed; lives in the keyring."""

    class Way(models.TextChoices):
        """Which way is safe."""

        NONE = "none"
        CALL = "call"
        SMS = "sms"
        MAIL = "mail"

    conversation = models.CharField(max_length=32, db_index=True)
    seat = models.IntegerField()
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.NONE)
    language = models.CharField(max_length=5, default="nl")
    sealed = models.BinaryField(default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "seat"), name="way_once"),)


class Message(models.Model):
    """A neutral message on its way to somebody; the address is looked up at the moment of sending.

    A ``quiet`` one is about what somebody did afterwards: when it fails nobody here hears of it (law 11).
    """

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="messages")
    seat = models.IntegerField()
    notice = models.CharField(max_length=20)
    language = models.CharField(max_length=5, default="nl")
    quiet = models.BooleanField(default=False)
    made_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField(db_index=True, null=True)
    attempts = models.IntegerField(default=0)
    sent_ms = models.BigIntegerField(null=True)
    result = models.CharField(max_length=20, blank=True, default="")


class ToTell(models.Model):
    """Something that the worker still has to say in person: «nog te vertellen»."""

    class What(models.TextChoices):
        """What is to be said."""

        READY = "ready"
        CONTACT = "contact"
        CHANGE = "change"
        CHANGED = "changed"
        QUESTION = "question"
        OUTCOME = "outcome"
        USED = "used"
        MESSAGE_FAILED = "message-failed"

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="to_tell")
    worker = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    seat = models.IntegerField(null=True)
    what = models.CharField(max_length=20)
    since_ms = models.BigIntegerField()
    told_ms = models.BigIntegerField(null=True)
    staff = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("worker", "since_ms"), name="to_tell_open", condition=models.Q(told_ms=None)),)


class ListeningCode(models.Model):
    """The code with which somebody listens back: it lives as long as the recording, the invitation does not.

    Of the code only a hash is kept, which is enough for 90 random bits; of the own word a slow one.
    """

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="listening_codes")
    seat = models.IntegerField()
    code_sha256 = models.CharField(max_length=64, unique=True)
    word = models.CharField(max_length=200)
    able = models.BooleanField(default=False)
    wrong = models.IntegerField(default=0)
    made_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)


class Hearing(models.Model):
    """A device on which somebody listens back, or is about to: choosing a word, opened by staff, listening."""

    class Step(models.TextChoices):
        """What the token of this row is good for."""

        WORD = "word"
        OFFICE = "office"
        OPEN = "open"

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="hearings")
    seat = models.IntegerField()
    code = models.ForeignKey("casework.ListeningCode", on_delete=models.CASCADE, null=True, related_name="hearings")
    step = models.CharField(max_length=10, choices=Step.choices)
    staff = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    able = models.BooleanField(default=False)
    token_sha256 = models.CharField(max_length=64, unique=True)
    began_ms = models.BigIntegerField()
    expires_ms = models.BigIntegerField()


class Keeping(models.Model):
    """What is noted about how long a conversation is kept; a hold stands in the journal too, here lists find it."""

    conversation = models.OneToOneField("casework.Conversation", on_delete=models.CASCADE, related_name="keeping")
    adult_year = models.IntegerField(null=True)
    hold = models.CharField(max_length=30, blank=True, default="")
    hold_ms = models.BigIntegerField(null=True)
    drop_from_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("drop_from_ms", "id"), name="keeping_ending", condition=models.Q(drop_from_ms__isnull=False)
            ),
            models.Index(fields=("hold_ms", "id"), name="keeping_held", condition=models.Q(hold_ms__isnull=False)),
        )


class Request(models.Model):
    """Somebody asks what is known, or asks to wipe it; a seat, never a name; who asks and what is found of that.

    ``again_ms`` is when a decision to wipe did not go on, so that it is decided once more.
    """

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="requests")
    seat = models.IntegerField()
    wish = models.CharField(max_length=20)
    asker = models.CharField(max_length=20)
    able = models.BooleanField(null=True)
    harms = models.BooleanField(null=True)
    came_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField()
    decision = models.CharField(max_length=20, blank=True, default="")
    decided_ms = models.BigIntegerField(null=True)
    again_ms = models.BigIntegerField(null=True)
    staff = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("due_ms", "id"), name="request_open", condition=models.Q(decided_ms=None)),)


class Wiping(models.Model):
    """One wiping of a part, step by step: announced, then objected to or done; who did each step."""

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="wipings")
    part = models.IntegerField()
    ground = models.CharField(max_length=30)
    locked_before = models.CharField(max_length=30, blank=True, default="")
    request = models.ForeignKey("casework.Request", on_delete=models.CASCADE, null=True, related_name="wipings")
    announced_ms = models.BigIntegerField()
    announced_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, related_name="+")
    erasable_ms = models.BigIntegerField()
    objected_ms = models.BigIntegerField(null=True)
    objected_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    done_ms = models.BigIntegerField(null=True)
    done_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    tracks = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("conversation", "part"), name="wiping_once", condition=models.Q(objected_ms=None)
            ),
        )
        indexes = (
            models.Index(
                fields=("erasable_ms", "id"),
                name="wiping_open",
                condition=models.Q(objected_ms=None, done_ms=None),
            ),
        )


class RegisterLine(models.Model):
    """All that is left of a conversation whose term ended: months, parts and ground; chained, and never changed."""

    made = models.CharField(max_length=7)
    dropped = models.CharField(max_length=7)
    parts = models.IntegerField()
    ground = models.CharField(max_length=30)
    previous = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)


class Attachment(models.Model):
    """A text that was attached beside a recording, sealed; lives in the keyring."""

    class Kind(models.TextChoices):
        """Which text: what somebody corrects or says about it, or why something was decided, objected to or stopped."""

        CORRECTION = "correction"
        STATEMENT = "statement"
        REASON = "reason"
        OBJECTION = "objection"
        HALT = "halt"

    conversation = models.CharField(max_length=32, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    seat = models.IntegerField(null=True)
    about = models.IntegerField(null=True)
    at_ms = models.BigIntegerField()
    sealed = models.BinaryField()


class Plan(models.Model):
    """A conversation that is planned: when, with how many, in which language it is announced; nobody's name."""

    id = models.CharField(primary_key=True, max_length=32)
    worker = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, related_name="plans", db_index=False)
    reference = models.CharField(max_length=12, unique=True)
    starts_ms = models.BigIntegerField(db_index=True)
    moved_from_ms = models.BigIntegerField(null=True)
    people = models.IntegerField(null=True)
    children = models.CharField(max_length=20, blank=True, default="")
    telephone = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="nl")
    told_ms = models.BigIntegerField(null=True)
    wanted_ms = models.BigIntegerField(null=True)
    turn = models.IntegerField(default=0)
    invitation_sha256 = models.CharField(max_length=64, unique=True)
    begun_ms = models.BigIntegerField(null=True)
    cancelled_ms = models.BigIntegerField(null=True)
    conversation = models.OneToOneField(
        "casework.Conversation", on_delete=models.SET_NULL, null=True, related_name="plan"
    )

    class Meta:
        indexes = (models.Index(fields=("worker", "starts_ms"), name="plan_of_worker"),)


class Announcement(models.Model):
    """Somebody said beforehand that they want to record; a telephone number is sealed; lives in the keyring.

    ``plan`` is empty while only a moment is known: which plan that is, is looked up when it is asked.
    """

    id = models.CharField(primary_key=True, max_length=32)
    plan = models.CharField(max_length=32, blank=True, default="", db_index=True)
    starts_ms = models.BigIntegerField(db_index=True)
    whole_day = models.BooleanField(default=False)
    way = models.CharField(max_length=10)
    sealed = models.BinaryField(default=b"")
    at_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField(db_index=True)
