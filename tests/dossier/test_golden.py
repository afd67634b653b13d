"""Bundles that were made once must verify for ever, and the format's worked example is what their bytes give."""

import json
from pathlib import Path

import pytest
import rfc8785
from tests.dossier import golden, stories

from tweespoor.dossier import receipts, trust
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.statements import canonical, canonical_object
from tweespoor.dossier.verify import verify
from tweespoor.errors import DamagedError
from tweespoor.seal import signing

FORMAT = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")


def test_the_bundle_of_version_1_is_proven() -> None:
    roots = [root for path in golden.ROOTS for root in trust.read_roots(path.read_bytes())]
    found = verify(golden.BUNDLE, [receipts.read(golden.RECEIPT.read_bytes())], roots)
    assert found.outcome is Outcome.PROVEN
    assert found.coverage is not None
    assert (found.coverage.recorded_ms, found.coverage.agreed_ms, found.signed) == (600, 600, 1)


def test_the_worked_example_is_what_its_bytes_give() -> None:
    assert golden.table(stories.unpacked(golden.BUNDLE)) in FORMAT


# Published vectors against our own code ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [
        # RFC 8785, 3.2.3: names sorted by UTF-16 units.
        (
            {"€": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
             "😀": "Emoji: Grinning Face", "\x80": "Control", "ö": "Latin Small Letter O With Diaeresis"},
            (
                '{"\\r":"Carriage Return","1":"One","\x80":"Control","ö":"Latin Small Letter O With Diaeresis",'
                '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
            ),
        ),
        # RFC 8785, 3.2.2.2: strings.
        ({"string": '€$\x0f\nA\'B"\\\\"/'}, '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
        ({"literals": [None, True, False]}, '{"literals":[null,true,false]}'),
    ],
)  # fmt: skip
def test_canonical_json_is_that_of_rfc_8785(value: dict[str, object], written: str) -> None:
    assert canonical(value) == written.encode()
    assert canonical_object(written.encode(), 4096) == value


@pytest.mark.parametrize("written", ['{"b":1,"a":2}', '{"a":1 }', '{"a":"\\u0041"}', '{"a":1E3}', '{"a":1,"a":1}'])
def test_another_spelling_is_refused(written: str) -> None:
    assert json.loads(written)
    with pytest.raises(DamagedError):
        canonical_object(written.encode(), 4096)


def test_numbers_beyond_all_readers_have_no_canonical_form() -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"a": 10**30})


def test_ecdsa_is_that_of_rfc_6979() -> None:
    """RFC 6979, A.2.5: P-256 with SHA-256, messages «sample» and «test»."""
    x = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
    public = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04" + x + y)
    for message, r, s in (
        (
            b"sample",
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        ),
        (
            b"test",
            "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
            "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
        ),
    ):
        signature = bytes.fromhex(r + s)
        assert signing.is_right(public, message, signature)
        assert not signing.is_right(public, message + b"!", signature)
        assert not signing.is_right(public, message, bytes(64))
