"""Signed statements: a canonical JSON object of which one member is the signature over the rest (docs/format.md, 1).

What may stand in it is for who reads it; here it is only made, and held against the form and a key.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

import rfc8785

from tweespoor.errors import DamagedError
from tweespoor.journal.canonical import plain, spell, write
from tweespoor.seal import signing

LONGEST: Final = 4096  # bytes of one statement

_HEX: Final = re.compile(r"(?:[0-9a-f]{2})+\Z")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was read: what it says, the bytes that were signed, and the signature over them."""

    says: Mapping[str, object]
    signed: bytes
    signature: bytes

    def number(self, name: str) -> int:
        """Give a member that is a whole number; raises DamagedError for anything else."""
        value = self.says.get(name)
        if type(value) is not int:
            raise DamagedError(f"statement, {name}", "a whole number", type(value).__name__)
        return value

    def text(self, name: str) -> str:
        """Give a member that is a text; raises DamagedError for anything else."""
        value = self.says.get(name)
        if type(value) is not str:
            raise DamagedError(f"statement, {name}", "a text", type(value).__name__)
        return value


def make(says: Mapping[str, object], sign: Callable[[bytes], bytes]) -> bytes:
    """Give the line of a statement; ``sign`` gets its canonical form without signature and gives the signature."""
    return canonical({**says, "signature": sign(canonical(says)).hex()})


def canonical(says: Mapping[str, object]) -> bytes:
    """Give the canonical form (RFC 8785) of what is stated.

    >>> canonical({"b": 1, "a": "x"})
    b'{"a":"x","b":1}'
    """
    return write(says)


def read(line: bytes) -> Statement:
    """Read one statement; raises DamagedError when it is not its own canonical form or has no signature."""
    plain = _plain(line, LONGEST)
    says = canonical_object(line, LONGEST) if plain is None else plain
    signature = says.pop("signature", None)
    if not isinstance(signature, str) or not _HEX.match(signature):
        raise DamagedError("statement", "a signature in hex", type(signature).__name__)
    signed = canonical(says) if plain is None else spell(says)
    return Statement(says, signed, bytes.fromhex(signature))


def canonical_object(line: bytes, longest: int) -> dict[str, object]:
    """Read one object; raises DamagedError when it is not its own canonical form, or is longer than that."""
    if (found := _plain(line, longest)) is not None:
        return found
    says = _object(line, longest)
    try:
        same = canonical(says) == line
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError):
        same = False
    if not same:
        raise DamagedError("statement", "its own canonical form (RFC 8785)", "another spelling")
    return says


def _plain(line: bytes, longest: int) -> dict[str, object] | None:
    found = plain(line) if len(line) <= longest else None
    return cast("dict[str, object]", found) if isinstance(found, dict) else None


def is_right(statement: Statement, what: str, key: bytes) -> bool:
    """Tell whether a statement is signed as ``what`` by this key (P-256)."""
    return signing.verify(key, what, statement.signed, statement.signature)


def _object(line: bytes, longest: int) -> dict[str, object]:
    if len(line) > longest:
        raise DamagedError("statement", f"at most {longest} bytes", f"{len(line)} bytes")
    try:
        says = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise DamagedError("statement", "JSON", f"{len(line)} other bytes") from None
    if not isinstance(says, dict):
        raise DamagedError("statement", "an object", type(says).__name__)
    return says


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object that says one thing twice; readers differ on which of the two counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)
