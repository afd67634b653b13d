"""The tables of contracts, and of the seal under them; no behaviour lives here."""

from django.db import models


class SealMade(models.Model):
    """A seal was made or renewed here: fingerprints (SHA-256, hex) of its root and of its own certificate."""

    root_sha256 = models.CharField(max_length=64)
    own_sha256 = models.CharField(max_length=64, unique=True)
    at_ms = models.BigIntegerField()


class Contract(models.Model):
    """One version of a contract: its canonical text, from when until when it can be signed, and what came of it.

    ``ended_ms`` is when another version took its place or its time was over; ``made_ms`` when everyone had signed.
    """

    conversation = models.ForeignKey("casework.Conversation", on_delete=models.CASCADE, related_name="contracts")
    version = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    document = models.BinaryField()
    offered_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()
    shown_from_ms = models.BigIntegerField(null=True)
    made_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "version"), name="contract_once"),)
        indexes = (
            models.Index(
                fields=("until_ms", "id"), name="contract_open", condition=models.Q(made_ms=None, ended_ms=None)
            ),
        )


class ContractSignature(models.Model):
    """One signature under an open contract, sealed; seat 0 is the organisation; lives in the keyring.

    Who signed is known to nobody until everyone has; then it stands in the contract, and this row is gone.
    """

    conversation = models.CharField(max_length=32, db_index=True)
    contract = models.CharField(max_length=64)
    seat = models.IntegerField()
    at_ms = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("conversation", "contract", "seat"), name="contract_signature_once"),
        )


class ContractFile(models.Model):
    """A file in the slot of a contract: the sealed PDF in one language, or the scan of a signed paper.

    The file is sealed under a key of its conversation, and cannot be read any more when that is destroyed.
    """

    class Kind(models.TextChoices):
        """Which file."""

        DUTCH = "nl"
        ENGLISH = "en"
        SCAN = "scan"

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField()
    at_ms = models.BigIntegerField()
    stamped_ms = models.BigIntegerField(null=True)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contract", "kind", "sha256"), name="contract_file_once"),
            models.UniqueConstraint(
                fields=("contract", "kind"), name="contract_pdf_once", condition=~models.Q(kind="scan")
            ),
        )
