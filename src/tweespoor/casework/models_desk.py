"""The tables of the desk that came later; no behaviour lives here."""

from django.db import models


class LogEnding(models.Model):
    """Lines of the access log that are older than ``before_ms`` and go: announced, then objected to or done."""

    before_ms = models.BigIntegerField()
    announced_ms = models.BigIntegerField()
    announced_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, related_name="+")
    removable_ms = models.BigIntegerField()
    objected_ms = models.BigIntegerField(null=True)
    objected_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    done_ms = models.BigIntegerField(null=True)
    done_by = models.ForeignKey("casework.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    lines = models.IntegerField(default=0)
