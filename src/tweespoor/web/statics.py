"""One address for each version of the static files together, so that a browser may keep them for good.

Names with a hash in each file would ask to rewrite every `import` in every script, in an order that circles do not
have.  With the hash in front of all of them, scripts and styles find each other by their plain names.
"""

from hashlib import sha256
from pathlib import Path

MARK = "version"


def mark(root: Path) -> str:
    """Write the hash of all collected files beside them, and give it."""
    digest = sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in {".gz", ".br"} and p.name != MARK):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    version = digest.hexdigest()[:12]
    (root / MARK).write_text(version, encoding="ascii")
    return version


def marked(root: Path) -> str | None:
    """Give the hash of the files that were collected; None before set-up, and in tests."""
    try:
        return (root / MARK).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
