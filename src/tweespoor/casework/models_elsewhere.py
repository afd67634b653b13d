"""The tables of what was made elsewhere: recordings that somebody handed in, and texts of what was said.

Nothing of them is proven, and nothing of them stands in a journal.  Moments named ``…_ms`` are milliseconds since 1970
(UTC) by the server's clock.
"""

from django.db import models


class External(models.Model):
    """A recording of a conversation that was made elsewhere; its sound lies in a file of its own, sealed.

    ``seat`` is who made it, None when it turned up; ``part`` is what it is of, None when that is not known.  ``there``:
    whether who made it was there all the time.  Until ``done_ms`` it is still coming in.  From ``locked_ms`` on nobody
    hears it, ``why`` says why, and from ``erasable_ms`` on somebody may wipe it.
    """

    id = models.CharField(primary_key=True, max_length=32)
    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="externals")
    part = models.IntegerField(null=True)
    seat = models.IntegerField(null=True)
    staff = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    there = models.CharField(max_length=10)
    begun_ms = models.BigIntegerField()
    size = models.BigIntegerField()
    done_ms = models.BigIntegerField(null=True)
    form = models.CharField(max_length=10, blank=True, default="")
    codec = models.CharField(max_length=20, blank=True, default="")
    length_ms = models.BigIntegerField(default=0)
    looked_ms = models.BigIntegerField(null=True)
    looked_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    heard = models.BooleanField(default=False)
    locked_ms = models.BigIntegerField(null=True)
    erasable_ms = models.BigIntegerField(null=True)
    why = models.CharField(max_length=20, blank=True, default="")
    erased_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("conversation", "begun_ms"), name="external_of"),
            models.Index(fields=("begun_ms",), name="external_coming", condition=models.Q(done_ms=None)),
        )


class Transcript(models.Model):
    """What was said, as a text that somebody brought in; sealed under a key of its own; lives in the keyring."""

    id = models.CharField(primary_key=True, max_length=32)
    conversation = models.CharField(max_length=32, db_index=True)
    part = models.IntegerField()
    staff = models.IntegerField()
    at_ms = models.BigIntegerField()
    form = models.CharField(max_length=10)
    sealed = models.BinaryField()


class TranscriptChange(models.Model):
    """One correction of a text, as it was made: who, when, which line; sealed with it; lives in the keyring."""

    conversation = models.CharField(max_length=32, db_index=True)
    transcript = models.CharField(max_length=32, db_index=True)
    staff = models.IntegerField()
    at_ms = models.BigIntegerField()
    sealed = models.BinaryField()
