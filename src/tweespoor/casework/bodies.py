"""What a recorder sends, read: chunks, or leaves of chunks that stay with their owner, alone or in a batch.

A batch is (u32 length, item)* with consecutive numbers; an item is a body, or for a kept track its leaf and its
prefix.  Whatever is not exactly that is a `MisfitError` or an `UnreadableError`, and nothing of the request is kept.
"""

import struct
from enum import Enum
from typing import Final

from tweespoor.casework.arriving import Item, MisfitError
from tweespoor.errors import UnreadableError
from tweespoor.tape.packets import LARGEST, parse, parse_prefix
from tweespoor.tape.track import leaf_of

MOST_ITEMS: Final = 60
LARGEST_BATCH: Final = 1 << 20
_LENGTH: Final = struct.Struct(">I")
_LEAF: Final = 32


class Form(Enum):
    """A media type of what is sent."""

    CHUNK = b"application/vnd.tweespoor.chunk"
    LEAF = b"application/vnd.tweespoor.leaf"
    BATCH = b"application/vnd.tweespoor.batch"
    LEAF_BATCH = b"application/vnd.tweespoor.batch+leaf"

    @property
    def is_batch(self) -> bool:
        """Tell whether many come at once."""
        return self in (Form.BATCH, Form.LEAF_BATCH)

    @property
    def is_kept(self) -> bool:
        """Tell whether the sound stays with its owner."""
        return self in (Form.LEAF, Form.LEAF_BATCH)

    @property
    def largest(self) -> int:
        """Give how many bytes a request of this form may have."""
        return LARGEST_BATCH if self.is_batch else LARGEST + _LEAF


FORMS: Final = {form.value: form for form in Form}


def split(form: Form, body: bytes) -> list[bytes]:
    """Cut a request into its items."""
    if not form.is_batch:
        return [body]
    items: list[bytes] = []
    at = 0
    while at < len(body):
        if at + _LENGTH.size > len(body) or len(items) == MOST_ITEMS:
            raise UnreadableError("a batch ends in a length, or holds more than it may")
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        if at + length > len(body):
            raise UnreadableError("an item is longer than its batch")
        items.append(body[at : at + length])
        at += length
    if not items:
        raise UnreadableError("a batch is empty")
    return items


def item(form: Form, salt: bytes, number: int, content: bytes) -> Item:
    """Read one item, which must have this number."""
    try:
        if form.is_kept:
            leaf, prefix = content[:_LEAF], content[_LEAF:]
            chunk = parse_prefix(prefix)
            read = Item(chunk, leaf, prefix)
        else:
            chunk = parse(content)
            read = Item(chunk, leaf_of(salt, number, content), content)
    except UnreadableError as error:
        raise MisfitError(number, str(error)) from error
    if chunk.number != number:
        raise MisfitError(number, "its own number is another")
    return read


def batch(items: list[bytes]) -> bytes:
    """Write a batch."""
    return b"".join(_LENGTH.pack(len(one)) + one for one in items)
