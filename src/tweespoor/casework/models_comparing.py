"""The table of comparisons that somebody chose to keep; all others stand in no table at all."""

from django.db import models


class FiledComparison(models.Model):
    """The answer of a comparison that was put in the dossier, sealed under a key of its own; lives in the keyring.

    ``seat`` is the participant who filed it, or ``staff`` who of the organisation did, and then with a reason.
    ``position`` is where the journal says so.
    """

    id = models.CharField(primary_key=True, max_length=32)
    conversation = models.CharField(max_length=32, db_index=True)
    part = models.IntegerField()
    seat = models.IntegerField(null=True)
    staff = models.IntegerField(null=True)
    position = models.IntegerField()
    at_ms = models.BigIntegerField()
    sealed = models.BinaryField()
