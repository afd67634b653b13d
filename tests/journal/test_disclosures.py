"""Commitments: opened by value and salt together, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tweespoor.journal.disclosures import commit, opens

SALT = bytes(range(32))


@given(st.text(), st.binary(min_size=32, max_size=32))
def test_value_and_salt_open_their_commitment(value: str, salt: bytes) -> None:
    value = value.encode("utf-8", "replace").decode()
    assert opens(commit(value, salt), value, salt)


@given(st.text(alphabet="abc", max_size=4), st.text(alphabet="abc", max_size=4))
def test_another_value_or_another_salt_does_not(one: str, other: str) -> None:
    assert opens(commit(one, SALT), other, SALT) == (one == other)
    assert not opens(commit(one, SALT), one, bytes(32))


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_short_salt_hides_nothing_and_is_refused(salt: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit("ja", salt)
    assert not opens(commit("ja", SALT), "ja", salt)


@pytest.mark.parametrize("commitment", ["", "00", "é" * 64, "0" * 63 + "\n", commit("ja", SALT).upper()])
def test_what_is_no_commitment_opens_nothing(commitment: str) -> None:
    assert not opens(commitment, "ja", SALT)
