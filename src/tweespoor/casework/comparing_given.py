"""Lays a recording that somebody handed in beside ours, for who works on it and may hear both."""

from contextlib import closing

from tweespoor.casework import comparing, models, playing_elsewhere, receiving
from tweespoor.casework.comparing import Beside, Owner
from tweespoor.errors import UnknownError
from tweespoor.tape import blocks


def begin(staff: models.Staff, external_id: str, session: str) -> Beside:
    """Let it be compared; raises UnknownError for who may not hear it, or when its part is not known."""
    shown = playing_elsewhere.find(staff, external_id)
    row = shown.row
    owner = Owner.working(staff, row.conversation_id, session)
    if not shown.heard or row.part is None:
        raise UnknownError
    one = comparing.begin(owner, part=row.part, size=row.size)
    path, envelope = receiving.file_of(row), receiving.envelope(row)
    with closing(blocks.Reader(path, envelope, receiving.FORM, row.size)) as reader:
        for number in range(blocks.blocks_of(row.size)):
            comparing.add(one, number, reader.read(comparing.BLOCK))
    comparing.start(one)
    return one
