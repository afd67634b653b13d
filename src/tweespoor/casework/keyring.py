"""Sends the tables that must be able to forget to a database of their own.

Wrapped keys, disclosures and addresses of people lie in the database ``keyring``, which overwrites what it deletes and
is backed up apart: an old backup of the rest then brings nothing back that was destroyed.
"""

from django.db.models import Model

ALIAS = "keyring"
MODELS = frozenset(
    {
        *("wrappedkey", "disclosure", "safeway", "attachment", "announcement", "privateanswer", "contractsignature"),
        *("transcript", "transcriptchange", "filedcomparison"),
    }
)


class KeyringRouter:
    """Routes the models named in ``MODELS`` to the keyring, everything else to the default."""

    def db_for_read(self, model: type[Model], **_hints: object) -> str | None:
        """Name the database of a model, or None for the default."""
        return ALIAS if self._kept_apart(model) else None

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **_hints: object) -> bool:
        """Allow a relation only inside one database: a foreign key does not reach across."""
        return self._kept_apart(one) == self._kept_apart(other)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: object) -> bool:
        """Allow each table in its own database; raw operations say ``hints={"keyring": True}``."""
        apart = (app_label == "casework" and model_name in MODELS) or bool(hints.get("keyring"))
        return apart == (db == ALIAS)

    @staticmethod
    def _kept_apart(model: Model | type[Model]) -> bool:
        return model._meta.app_label == "casework" and model._meta.model_name in MODELS  # noqa: SLF001 - public by documentation
