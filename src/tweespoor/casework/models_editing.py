"""The table of cutting; no behaviour.

It names the tables of `models` by words only, so that nothing imports in a circle.  Moments named ``…_ms`` are
milliseconds since 1970 (UTC) by the server's clock.
"""

from django.db import models


class Cut(models.Model):
    """A cut that was asked, which the journal knows as ``edit``; ``over_ms`` is empty while a copy is still to be made.

    ``document`` is the edit list of the newest copy, canonical JSON, whose SHA-256 stands in the journal; no names.
    """

    edit = models.CharField(primary_key=True, max_length=32)
    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="cuts")
    part = models.IntegerField()
    over_ms = models.BigIntegerField(null=True)
    made_ms = models.BigIntegerField(null=True)
    document = models.TextField(blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("edit",), name="cut_open", condition=models.Q(over_ms=None)),)
