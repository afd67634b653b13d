"""One line of a journal: a fact, its position, and the hash of the line before, as canonical bytes (RFC 8785).

The bytes that are hashed are the bytes that are kept.  Reading is strict: a line that is not its own
canonical form, or that holds a type, a field or a value that this vocabulary does not know, is refused and
never mended (law 8).  Errors say where and of what kind, never contents.
"""

import hashlib
import json
import re
import types
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import rfc8785

from tweespoor.errors import DamagedError, NewerError
from tweespoor.journal import canonical
from tweespoor.journal.canonical import SAFE
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts import FACTS

T = TypeVar("T")

DOMAIN = b"tweespoor/journal/1"
"""What every hash of a journal begins with, so that it is never the hash of anything else."""

_TYPES: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in FACTS if not kind.private}

_HASH = re.compile(r"[0-9a-f]{64}\Z")

_MEMBERS = frozenset({"fact", "position", "previous"})

_PRIVATE = frozenset(kind.__name__ for kind in FACTS if kind.private)


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
    if _TYPES.get(type(entry.fact).__name__) is not type(entry.fact):
        raise ValueError(f"a journal does not hold {type(entry.fact).__name__}")
    fact = {"type": type(entry.fact).__name__, **_fields(entry.fact)}
    try:
        written = canonical.write({"fact": fact, "position": entry.position, "previous": entry.previous})
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
    plain = canonical.plain(written)
    raw = _exactly(_json(written) if plain is None else plain, _MEMBERS, "entry")
    position = _number(raw["position"], "position")
    where = f"entry {position}"
    previous = _hash(raw["previous"], f"{where}, previous")
    entry = Entry(position, previous, _fact(raw["fact"], where))
    if plain is None and _canonical(raw) != written:
        raise DamagedError(where, "its own canonical form (RFC 8785)", "another spelling")
    return entry


def _canonical(raw: object) -> bytes:
    try:
        return canonical.write(raw)
    except (rfc8785.CanonicalizationError, UnicodeError):
        return b""  # half a surrogate pair, say, has no canonical form


# Writing ---------------------------------------------------------------------------------------


def _written(value: object) -> object:
    """Give a value as JSON knows it; a fact or a small value becomes an object of its fields."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if is_dataclass(value):
        return _fields(value)
    return value


def _fields(value: object) -> dict[str, object]:
    return {field.name: _written(getattr(value, field.name)) for field in fields(cast("Any", value))}


# Reading ---------------------------------------------------------------------------------------


def _json(written: bytes) -> object:
    try:
        raw: object = json.loads(written.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise DamagedError("journal line", "JSON", f"{len(written)} other bytes") from None
    return raw


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object that says one thing twice; readers differ on which of the two counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _fact(raw: object, where: str) -> Fact:
    given = dict(raw) if isinstance(raw, dict) else {}
    name = given.pop("type", None)
    if not isinstance(name, str):
        raise DamagedError(where, "a fact with a type", type(raw).__name__)
    kind = _TYPES.get(name)
    if name in _PRIVATE:
        raise DamagedError(where, "no fact that tells who said no", "one")
    if kind is None:
        raise NewerError(where, "a type of fact that is known", "another")
    return _object(kind, given, f"{where}, {name}")


def _object(kind: type[T], raw: object, where: str) -> T:
    readers = _readers_of(kind)
    given = _exactly(raw, readers.keys(), where)
    return kind(**{name: read_it(given[name], f"{where}.{name}") for name, read_it in readers.items()})


def _exactly(raw: object, names: AbstractSet[str], where: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise DamagedError(where, "an object", type(raw).__name__)
    if missing := names - raw.keys():
        raise DamagedError(where, f"field {min(missing)}", "no such field")
    if unknown := len(raw.keys() - names):
        raise DamagedError(where, f"{len(names)} fields", f"{unknown} more that are not known")
    return raw


def _number(raw: object, where: str) -> int:
    if type(raw) is not int:
        raise DamagedError(where, "a whole number", type(raw).__name__)
    if abs(raw) > SAFE:
        raise DamagedError(where, "a whole number below 2^53", "a larger one")
    return raw


def _truth(raw: object, where: str) -> bool:
    if type(raw) is not bool:
        raise DamagedError(where, "true or false", type(raw).__name__)
    return raw


def _text(raw: object, where: str) -> str:
    if type(raw) is not str:
        raise DamagedError(where, "a text", type(raw).__name__)
    return raw


def _hash(raw: object, where: str) -> str:
    text = _text(raw, where)
    if not _HASH.match(text):
        raise DamagedError(where, "a SHA-256 in lowercase hex", "something else")
    return text


Reader = Callable[[object, str], object]

_READERS: dict[type, dict[str, Reader]] = {}


def _reader(hint: object) -> Reader:
    """Give the function that reads one kind of field; made once, when this module is imported."""
    if isinstance(hint, type):
        return _reader_of(hint)
    if get_origin(hint) in {Union, types.UnionType}:
        (inner,) = (_reader(one) for one in get_args(hint) if one is not type(None))
        return lambda raw, where: None if raw is None else inner(raw, where)
    if get_origin(hint) is tuple:
        each = _reader(get_args(hint)[0])
        return lambda raw, where: _several(raw, where, each)
    raise TypeError(f"no reader for a field of {hint}")


def _reader_of(kind: type) -> Reader:
    plain: dict[type, Reader] = {int: _number, bool: _truth, str: _text}
    if kind in plain:
        return plain[kind]
    if issubclass(kind, Enum):
        return lambda raw, where: _named(kind, raw, where)
    return lambda raw, where: _object(kind, raw, where)


def _several(raw: object, where: str, each: Reader) -> tuple[object, ...]:
    if not isinstance(raw, list):
        raise DamagedError(where, "a list", type(raw).__name__)
    return tuple(each(one, f"{where}[{number}]") for number, one in enumerate(raw))


def _named(kind: type[Enum], raw: object, where: str) -> Enum:
    known = {member.value: member for member in kind}
    if type(raw) is not str:
        raise DamagedError(where, f"a known {kind.__name__}", type(raw).__name__)
    if raw not in known:
        raise NewerError(where, f"a known {kind.__name__}", "another value")
    return known[raw]


def _readers_of(kind: type) -> dict[str, Reader]:
    """Give how to read each field of a dataclass, from its own annotations; worked out once."""
    if kind not in _READERS:
        hints = get_type_hints(kind)
        _READERS[kind] = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    return _READERS[kind]
