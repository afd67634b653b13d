"""The conditions, clause by clause, in our own plain words; the public page is made from this.

Stub edition while the sentences are being set.
"""

EDITION = "2026-11"
"""The edition of the conditions in force; every conversation pins the one that it began with."""

EDITIONS = (EDITION,)
"""Every edition that this engine knows how to judge by."""
