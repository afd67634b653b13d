"""Keys and sealed chunks: what opens, and that nothing else does."""

import os
from pathlib import Path

import pytest

from tweespoor.errors import DamagedError
from tweespoor.seal import envelope, keys
from tweespoor.seal.envelope import PREFIX, Envelope

CONVERSATION, TRACK = "ab" * 16, "cd" * 16
LEAF = bytes(32)


def test_the_organisations_key_is_a_file_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "organisation.key"
    key = keys.make_organisation_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.load_organisation_key(path) == key
    with pytest.raises(FileExistsError):
        keys.make_organisation_key(path)
    path.chmod(0o640)
    with pytest.raises(DamagedError, match="0640"):
        keys.load_organisation_key(path)
    path.chmod(0o600)
    path.write_bytes(key[:-1])
    with pytest.raises(DamagedError):
        keys.load_organisation_key(path)


def test_a_wrapped_key_opens_only_in_its_own_place() -> None:
    above, key = keys.fresh(), keys.fresh()
    wrapped = keys.wrap(above, key, "track", TRACK)
    assert keys.unwrap(above, wrapped, "track", TRACK) == key
    for kind, owner, kek, given in (
        ("conversation", TRACK, above, wrapped), ("track", CONVERSATION, above, wrapped),
        ("track", TRACK, keys.fresh(), wrapped), ("track", TRACK, above, wrapped[:-1]), ("track", TRACK, above, b""),
    ):  # fmt: skip
        with pytest.raises(DamagedError):
            keys.unwrap(kek, given, kind, owner)


def test_a_derived_key_is_that_of_the_standard() -> None:
    """RFC 5869, test case 3 (without salt and purpose)."""
    derived = keys.derive(bytes.fromhex("0b" * 22), b"")
    assert derived.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_every_flipped_bit_of_a_sealed_chunk_is_found() -> None:
    box = Envelope(keys.fresh(), CONVERSATION, TRACK)
    sealed = box.seal(5, LEAF, b"sound")
    assert box.open(5, LEAF, sealed) == b"sound"
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedError):
            box.open(5, LEAF, bytes(flipped))


def test_a_sealed_chunk_opens_only_where_it_belongs() -> None:
    key = keys.fresh()
    sealed = Envelope(key, CONVERSATION, TRACK).seal(5, LEAF, b"sound")
    elsewhere = [Envelope(key, TRACK, TRACK), Envelope(key, CONVERSATION, CONVERSATION)]
    here = Envelope(key, CONVERSATION, TRACK)
    for box, number, leaf, form in (
        (elsewhere[0], 5, LEAF, envelope.SOUND), (elsewhere[1], 5, LEAF, envelope.SOUND),
        (here, 6, LEAF, envelope.SOUND), (here, 5, os.urandom(32), envelope.SOUND), (here, 5, LEAF, PREFIX),
    ):  # fmt: skip
        with pytest.raises(DamagedError):
            box.open(number, leaf, sealed, form)


def test_a_number_sealed_twice_never_has_the_same_nonce() -> None:
    box = Envelope(keys.fresh(), CONVERSATION, TRACK)
    assert len({box.seal(1, LEAF, b"x")[:12] for _ in range(1000)}) == 1000
