"""The tables of the proof: what was signed over a journal, beside it and never in it; no behaviour lives here.

``line`` is the canonical statement as it goes into a bundle (docs/format.md, 6).
"""

from django.db import models


class Endorsement(models.Model):
    """The organisation says with which key a journal is signed, from the position ``first`` on."""

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="endorsements")
    number = models.IntegerField()
    first = models.IntegerField()
    key = models.CharField(max_length=64)
    line = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "number"), name="endorsement_once"),)


class Checkpoint(models.Model):
    """A journal's key signed the head at a position."""

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="checkpoints")
    position = models.IntegerField()
    line = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "position"), name="checkpoint_once"),)


class PageStatement(models.Model):
    """What a participant's own page signed: its yes (``place`` is the round), or a head it saw (its position).

    A no is never signed, and a yes is kept only when its round ended in agreement (law 5).
    """

    class What(models.TextChoices):
        """What was signed."""

        YES = "yes"
        SEEN = "seen"

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="page_statements")
    what = models.CharField(max_length=4, choices=What.choices)
    place = models.IntegerField()
    seat = models.IntegerField()
    key = models.CharField(max_length=64)
    line = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("conversation", "what", "place", "seat"), name="page_statement_once"),
        )


class Receipt(models.Model):
    """The organisation signed a head for everyone who was present; ``stamp`` is a time-stamp token over that head."""

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="receipts")
    position = models.IntegerField()
    at_ms = models.BigIntegerField()
    line = models.BinaryField()
    stamp = models.BinaryField(null=True)
    stamp_due_ms = models.BigIntegerField(null=True)
    attempts = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "position"), name="receipt_once"),)
        indexes = (
            models.Index(
                fields=("stamp_due_ms",), name="receipt_to_stamp", condition=models.Q(stamp_due_ms__isnull=False)
            ),
        )
