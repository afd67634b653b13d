"""Canonical JSON is that of RFC 8785: its own examples, and that the quick way never says more than the sure one."""

import json
import math
import struct
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tweespoor.journal import canonical

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rfc8785-numbers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("bits", "written"), VECTORS["numbers"])
def test_a_number_is_written_as_appendix_b_says(bits: str, written: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical.write(number) == written.encode()


@pytest.mark.parametrize("bits", VECTORS["without"])
def test_what_is_no_number_has_no_form(bits: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert not math.isfinite(number)
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical.write(number)


def test_the_example_of_section_3_2_is_written_as_it_says() -> None:
    given = (
        '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'
    )
    written = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical.write(json.loads(given)) == written.encode()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_read_quickly_is_its_own_canonical_form(value: object) -> None:
    try:
        written = canonical.write(value)
    except (rfc8785.CanonicalizationError, UnicodeError):
        written = json.dumps(value).encode()
    found = canonical.plain(written)
    if found is not None:
        assert canonical.write(found) == written
        assert canonical.spell(found) == written


@given(VALUES, st.booleans(), st.booleans())
def test_of_another_spelling_nothing_is_read_quickly(value: object, loose: bool, sort: bool) -> None:
    separators = (", ", ": ") if loose else (",", ":")
    written = json.dumps(value, sort_keys=sort, separators=separators).encode()
    if canonical.plain(written) is not None:
        assert canonical.write(json.loads(written)) == written


@pytest.mark.parametrize(
    "written",
    [
        '{"a":1,"a":1}', '{"a":1.0}', '{"a":1e3}', '{"a":-0}', '{"a":01}', '{"a":NaN}', '{"a":9007199254740992}',
        '{"a":"\\u0041"}', '{"a":"\\/"}', '{"b":1,"a":1}', '{"a": 1}', '{"a":1}\n', "null", "[" * 100_000, "",
    ],
)  # fmt: skip
def test_nothing_that_is_no_canonical_form_of_plain_values_is_read_quickly(written: str) -> None:
    assert canonical.plain(written.encode()) is None
