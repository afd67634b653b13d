"""A file in sealed blocks: read anywhere, nothing swapped, nothing cut off, nothing in clear."""

import os
from pathlib import Path

import pytest

from tweespoor.errors import DamagedError
from tweespoor.seal.envelope import Envelope
from tweespoor.tape import blocks
from tweespoor.tape.blocks import BLOCK, Reader

FORM = b"test/1"
SEALED = BLOCK + blocks.OVERHEAD


@pytest.fixture
def envelope() -> Envelope:
    return Envelope(b"k" * 32, "00" * 16, "11" * 16)


def written(path: Path, envelope: Envelope, content: bytes) -> Path:
    for number in range(blocks.blocks_of(len(content))):
        piece = content[number * BLOCK : (number + 1) * BLOCK]
        blocks.add(path, envelope, FORM, piece, number=number, size=len(content))
    return path


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 77])
def test_what_goes_in_comes_out_wherever_one_begins(tmp_path: Path, envelope: Envelope, size: int) -> None:
    content = os.urandom(size)
    path = written(tmp_path / "a", envelope, content)
    assert size < 64 or content[:64] not in path.read_bytes()  # of one byte chance may bring the same
    assert blocks.held(path, size) == blocks.blocks_of(size)
    with Reader(path, envelope, FORM, size) as reader:
        assert reader.read() == content
        for at in (0, size // 2, max(0, size - 10)):
            reader.seek(at)
            assert reader.read(100) == content[at : at + 100]
        assert reader.seek(0, os.SEEK_END) == size
        assert reader.read(10) == b""


def test_what_a_crash_left_half_does_not_count(tmp_path: Path, envelope: Envelope) -> None:
    content = os.urandom(2 * BLOCK + 5)
    path = written(tmp_path / "a", envelope, content)
    whole = path.read_bytes()
    for left, expected in ((0, 0), (10, 0), (SEALED, 1), (2 * SEALED + 3, 2), (len(whole) - 1, 2), (len(whole), 3)):
        path.write_bytes(whole[:left])
        assert blocks.held(path, len(content)) == expected
    assert blocks.held(tmp_path / "nothing", 10) == 0
    path.write_bytes(whole[: 2 * SEALED + 3])
    blocks.add(path, envelope, FORM, content[2 * BLOCK :], number=2, size=len(content))
    assert path.read_bytes()[: 2 * SEALED] == whole[: 2 * SEALED]
    with Reader(path, envelope, FORM, len(content)) as reader:
        assert reader.read() == content


def test_nothing_is_swapped_cut_off_or_moved_to_another_file(tmp_path: Path, envelope: Envelope) -> None:
    content = os.urandom(3 * BLOCK)
    path = written(tmp_path / "a", envelope, content)
    whole = path.read_bytes()

    def refuses(changed: bytes, size: int = len(content), opener: Envelope = envelope) -> None:
        path.write_bytes(changed)
        with Reader(path, opener, FORM, size) as reader, pytest.raises(DamagedError):
            reader.read()

    refuses(whole[SEALED : 2 * SEALED] + whole[:SEALED] + whole[2 * SEALED :])
    refuses(whole[: 2 * SEALED], 2 * BLOCK)
    refuses(whole[:-1] + b"x")
    refuses(whole[:-1])
    refuses(whole, opener=Envelope(b"k" * 32, "00" * 16, "22" * 16))


def test_what_is_made_here_is_written_in_pieces(tmp_path: Path, envelope: Envelope) -> None:
    pieces = [os.urandom(100_000) for _ in range(6)]
    length = blocks.write(tmp_path / "a", envelope, FORM, iter(pieces))
    with Reader(tmp_path / "a", envelope, FORM, length, bound=0) as reader:
        assert reader.read() == b"".join(pieces)
