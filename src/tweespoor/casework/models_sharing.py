"""The tables of asking people over days, of sharing, and of use on a ground of law; no behaviour.

They name the tables of `models` by words only, so that nothing imports in a circle.  Moments named ``…_ms`` are
milliseconds since 1970 (UTC) by the server's clock.
"""

from django.db import models


class Question(models.Model):
    """Something that everyone is asked apart, over days: a cut or a share, which the journal knows as ``key``.

    ``seat`` asks, ``asked`` are the seats that answer; None is the organisation in both.  ``position`` is the line of
    the journal that asks it.  ``shown_ms`` is from when what came of it is seen, empty while it is open; ``halted_ms``
    is from when it is known that a yes was taken back.  Who answered what stands nowhere here.
    """

    id = models.CharField(primary_key=True, max_length=32)
    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=32, unique=True)
    position = models.IntegerField()
    seat = models.IntegerField(null=True)
    asked = models.JSONField()
    asked_ms = models.BigIntegerField()
    deadline_ms = models.BigIntegerField()
    shown_ms = models.BigIntegerField(null=True)
    halted_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("deadline_ms", "id"), name="question_open", condition=models.Q(shown_ms=None)),
            models.Index(
                fields=("halted_ms", "id"), name="question_halted", condition=models.Q(halted_ms__isnull=False)
            ),
        )


class PrivateAnswer(models.Model):
    """What one person answers to an open question, sealed; lives in the keyring and in no backup.

    Seat 0 is the organisation, which answers once for all who work there.  The row is gone as soon as the question is
    over, and nothing else says who answered what (law 5).
    """

    conversation = models.CharField(max_length=32, db_index=True)
    question = models.CharField(max_length=32)
    seat = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("question", "seat"), name="answer_once"),)


class Use(models.Model):
    """The organisation used a part on a ground of law: who decided it, and whether the people are told of it."""

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="uses")
    part = models.IntegerField()
    ground = models.CharField(max_length=30)
    position = models.IntegerField()
    at_ms = models.BigIntegerField()
    staff = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, related_name="+")
    informing = models.CharField(max_length=20, blank=True, default="")
    decided_ms = models.BigIntegerField(null=True)
    decided_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("at_ms", "id"), name="use_undecided", condition=models.Q(decided_ms=None)),)


class Delivery(models.Model):
    """A link with which one recipient listens: to what was shared, or on a ground of law.

    Of the link only a hash is kept.  Who accepts the conditions binds it to a device; on another it opens nothing.
    """

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="deliveries")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, null=True, related_name="deliveries")
    use = models.ForeignKey(Use, on_delete=models.CASCADE, null=True, related_name="deliveries")
    token_sha256 = models.CharField(max_length=64, unique=True)
    device_sha256 = models.CharField(max_length=64, blank=True, default="")
    made_ms = models.BigIntegerField()
    expires_ms = models.BigIntegerField()
    accepted_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
