"""A journal as a chain: every line names the hash of the line before, and the first names the conversation.

Whoever changes, drops, inserts or moves a line breaks every hash behind it.  What a chain alone cannot show
is a tail that was cut off or a whole chain written anew; receipts outside the file are for that.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from tweespoor.errors import DamagedError
from tweespoor.journal import entry
from tweespoor.journal.entry import DOMAIN, Entry
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts_talk import ConversationOpened


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a journal stands: the position of its last line (-1 before the first) and that line's hash (hex)."""

    position: int
    head: str


def GENESIS(conversation: str) -> str:  # noqa: N802 - the one value that every chain of a conversation begins with
    """Give the hash (hex) that the first line of a conversation's journal names as its previous."""
    return hashlib.sha256(DOMAIN + conversation.encode()).hexdigest()


def begin(conversation: str) -> Chain:
    """Give the chain of a conversation before its first line.

    >>> begin("00" * 16).position
    -1
    """
    return Chain(-1, GENESIS(conversation))


def append(chain: Chain, fact: Fact) -> tuple[bytes, Chain]:
    """Give the line that a fact becomes at the end of a chain, and the chain with it; ValueError as ``entry.line``."""
    written = entry.line(Entry(chain.position + 1, chain.head, fact))
    return written, Chain(chain.position + 1, entry.digest(written))


def follow(chain: Chain, written: bytes) -> tuple[Entry, Chain]:
    """Read the line that comes next; raises DamagedError when it does not belong there."""
    found = entry.read(written)
    if found.position != chain.position + 1:
        raise DamagedError("journal", f"entry {chain.position + 1}", f"entry {found.position}")
    if found.previous != chain.head:
        raise DamagedError(f"entry {found.position}, previous", chain.head, found.previous)
    return found, Chain(found.position, entry.digest(written))


def refuse(chain: Chain, written: bytes) -> NoReturn:
    """Raise the DamagedError that says why a line does not stand at the end of this chain."""
    found = entry.read(written)
    raise DamagedError(f"entry {found.position}", f"the line with hash {chain.head}", entry.digest(written))


def read(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Read a whole journal, line by line; raises DamagedError at the first line that does not belong.

    The first line opens the conversation whose number the chain begins with.
    """
    chain: Chain | None = None
    for written in lines:
        if chain is None:
            first = entry.read(written).fact
            if not isinstance(first, ConversationOpened):
                raise DamagedError("entry 0", "ConversationOpened", type(first).__name__)
            chain = begin(first.conversation)
        found, chain = follow(chain, written)
        yield found
