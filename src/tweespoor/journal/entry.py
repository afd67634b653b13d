"""One line of a journal: a fact, its position, and the hash of the line before, as canonical bytes (RFC 8785).

The bytes that are hashed are the bytes that are kept.  Reading is strict: a line that is not its own
canonical form, or that holds a type, a field or a value that this vocabulary does not know, is refused and
never mended (law 8).  Errors say where and of what kind, never contents.
"""

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import rfc8785

from tweespoor.errors import DamagedError
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts import FACTS

DOMAIN = b"tweespoor/journal/1"
"""What every hash of a journal begins with, so that it is never the hash of anything else."""

SAFE = 2**53 - 1
"""The largest whole number that every reader of JSON reads the same (RFC 8785, I-JSON)."""

_TYPES: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in FACTS if not kind.private}


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact at its place in a journal; ``previous`` is the hash (hex) of the line before it."""

    position: int
    previous: str
    fact: Fact


def line(entry: Entry) -> bytes:
    """Give the canonical bytes of an entry, without a line end.

    Raises ValueError for a private fact, which no journal may hold (law 5), and for a value that no reader
    would accept again.
    """
    if entry.fact.private or type(entry.fact).__name__ not in _TYPES:
        raise ValueError(f"a journal does not hold {type(entry.fact).__name__}")
    fact = {"type": type(entry.fact).__name__, **_written(entry.fact)}
    try:
        written = bytes(rfc8785.dumps({"fact": fact, "position": entry.position, "previous": entry.previous}))
        again = read(written)
    except (rfc8785.CanonicalizationError, UnicodeError, DamagedError) as error:
        raise ValueError(f"a journal cannot hold this {type(entry.fact).__name__}") from error
    if again != entry:
        raise ValueError(f"a journal would not give back this {type(entry.fact).__name__}")
    return written


def digest(written: bytes) -> str:
    """Give the hash (hex) of a line, which the next line names as its previous."""
    return hashlib.sha256(DOMAIN + written).hexdigest()


def read(written: bytes) -> Entry:
    """Read one line; raises DamagedError when it is not exactly what ``line`` would have written."""
    try:
        raw = json.loads(written.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise DamagedError("journal line", "JSON", f"{len(written)} other bytes") from None
    _exactly(raw, {"fact", "position", "previous"}, "entry")
    position = _number(raw["position"], "position")
    where = f"entry {position}"
    previous = _hash(raw["previous"], f"{where}, previous")
    entry = Entry(position, previous, _fact(raw["fact"], where))
    if _canonical(raw) != written:
        raise DamagedError(where, "its own canonical form (RFC 8785)", "another spelling")
    return entry


def _canonical(raw: Any) -> bytes | None:
    """Give the canonical bytes of what was read, or None when it has none (half a surrogate pair, say)."""
    try:
        return bytes(rfc8785.dumps(raw))
    except (rfc8785.CanonicalizationError, UnicodeError):
        return None


# Writing ---------------------------------------------------------------------------------------


def _written(value: Any) -> Any:
    """Give a value as JSON knows it; a fact or a small value becomes an object of its fields."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _written(getattr(value, field.name)) for field in fields(value)}
    return value


# Reading ---------------------------------------------------------------------------------------


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says one thing twice; readers differ on which of the two counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _fact(raw: Any, where: str) -> Fact:
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
        raise DamagedError(where, "a fact with a type", type(raw).__name__)
    kind = _TYPES.get(raw["type"])
    if kind is None:
        raise DamagedError(where, "a type of fact that is known", "another")
    given = {name: value for name, value in raw.items() if name != "type"}
    fact: Fact = _object(kind, given, f"{where}, {kind.__name__}")
    return fact


def _object(kind: type, raw: Any, where: str) -> Any:
    readers = _readers_of(kind)
    _exactly(raw, set(readers), where)
    return kind(**{name: read_it(raw[name], f"{where}.{name}") for name, read_it in readers.items()})


def _exactly(raw: Any, names: set[str], where: str) -> None:
    if not isinstance(raw, dict):
        raise DamagedError(where, "an object", type(raw).__name__)
    if missing := names - raw.keys():
        raise DamagedError(where, f"field {min(missing)}", "no such field")
    if unknown := len(raw.keys() - names):
        raise DamagedError(where, f"{len(names)} fields", f"{unknown} more that are not known")


def _number(raw: Any, where: str) -> int:
    if type(raw) is not int:
        raise DamagedError(where, "a whole number", type(raw).__name__)
    if abs(raw) > SAFE:
        raise DamagedError(where, "a whole number below 2^53", "a larger one")
    return raw


def _truth(raw: Any, where: str) -> bool:
    if type(raw) is not bool:
        raise DamagedError(where, "true or false", type(raw).__name__)
    return raw


def _text(raw: Any, where: str) -> str:
    if type(raw) is not str:
        raise DamagedError(where, "a text", type(raw).__name__)
    return raw


def _hash(raw: Any, where: str) -> str:
    text = _text(raw, where)
    if len(text) != hashlib.sha256().digest_size * 2 or not set(text) <= set("0123456789abcdef"):
        raise DamagedError(where, "a SHA-256 in lowercase hex", "something else")
    return text


Reader = Callable[[Any, str], Any]


def _reader(hint: Any) -> Reader:
    """Give the function that reads one kind of field; made once, when this module is imported."""
    plain: dict[Any, Reader] = {int: _number, bool: _truth, str: _text}
    if hint in plain:
        return plain[hint]
    if get_origin(hint) in {Union, types.UnionType}:
        (inner,) = (_reader(one) for one in get_args(hint) if one is not type(None))
        return lambda raw, where: None if raw is None else inner(raw, where)
    if get_origin(hint) is tuple:
        each = _reader(get_args(hint)[0])
        return lambda raw, where: _several(raw, where, each)
    if issubclass(hint, Enum):
        return lambda raw, where: _named(hint, raw, where)
    return lambda raw, where: _object(hint, raw, where)


def _several(raw: Any, where: str, each: Reader) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise DamagedError(where, "a list", type(raw).__name__)
    return tuple(each(one, f"{where}[{number}]") for number, one in enumerate(raw))


def _named(kind: type[Enum], raw: Any, where: str) -> Enum:
    known = {member.value: member for member in kind}
    if type(raw) is not str or raw not in known:
        raise DamagedError(where, f"a known {kind.__name__}", "another value")
    return known[raw]


@cache
def _readers_of(kind: type) -> dict[str, Reader]:
    """Give how to read each field of a dataclass, from its own annotations."""
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}
