"""Signed statements: one spelling each, and nothing in them that was not signed."""

import pytest

from tweespoor.dossier import statements
from tweespoor.errors import DamagedError
from tweespoor.seal import signing

KEY = signing.make()
PUBLIC = signing.public(KEY)
SAYS = {"position": 3, "head": "ab" * 32, "conversation": "00" * 16}


def made(what: str = "checkpoint") -> bytes:
    return statements.make(SAYS, lambda content: signing.sign(KEY, what, content))


def test_a_statement_comes_back_and_is_right_for_its_kind_and_key_only() -> None:
    read = statements.read(made())
    assert read.says == SAYS
    assert (read.number("position"), read.text("head")) == (3, "ab" * 32)
    assert statements.is_right(read, "checkpoint", PUBLIC)
    assert not statements.is_right(read, "receipt", PUBLIC)
    assert not statements.is_right(read, "checkpoint", signing.public(signing.make()))
    for name in ("head", "nothing"):
        with pytest.raises(DamagedError):
            read.number(name)
    with pytest.raises(DamagedError):
        read.text("position")


def test_every_bit_is_covered() -> None:
    line = made()
    for bit in range(len(line) * 8):
        changed = bytearray(line)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            read = statements.read(bytes(changed))
        except DamagedError:
            continue
        assert not statements.is_right(read, "checkpoint", PUBLIC)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"3",
        b"\xff",
        b"{}",
        b'{"signature":""}',
        b'{"signature":"0"}',
        b'{"signature":"AB"}',
        b'{"signature":3}',
        b'{"a":1,"a":1,"signature":"ab"}',
        b'{"signature":"ab","a":1}',
        b'{"a": 1,"signature":"ab"}',
        b'{"a":1.0,"signature":"ab"}',
        b'{"a":NaN,"signature":"ab"}',
        b'{"a":"\\ud800","signature":"ab"}',
        b'{"signature":"ab"}\n',
        b"[" * 3000,
        b'{"a":"' + b"x" * statements.LONGEST + b'","signature":"ab"}',
    ],
)
def test_what_is_no_statement_is_refused(line: bytes) -> None:
    with pytest.raises(DamagedError):
        statements.read(line)
