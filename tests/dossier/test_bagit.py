"""A bundle, unpacked, is a bag for who knows nothing of us: the validator of the Library of Congress (RFC 8493)."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import bagit
import pytest
from tests.dossier import stories
from tests.dossier.attacks import believed, true, true_files
from tests.dossier.test_fuzz import sealed

from tweespoor.dossier import members, receipts, trust
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.verify import verify

WAYS: dict[str, Callable[[Path], object]] = {
    "a changed file": lambda bag: (bag / "data" / "journal.jsonl").write_bytes(b"{}\n"),
    "a file that is gone": lambda bag: (bag / "data" / "disclosures.txt").unlink(),
    "a file more": lambda bag: (bag / "data" / "more").write_bytes(b"x"),
    "another page": lambda bag: (bag / "LEESMIJ.html").write_bytes(b"x"),
    "another label": lambda bag: (bag / "bag-info.txt").write_bytes(b"Payload-Oxum: 1.1\n"),
}


def unpacked(folder: Path) -> Path:
    """Unpack the true bundle, as `unzip` would."""
    bag = folder / "bag"
    for name, content in stories.unpacked(true().build(folder / "true.zip")).items():
        path = bag / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return bag


def test_a_bundle_is_a_valid_bag(tmp_path: Path) -> None:
    bag = bagit.Bag(str(unpacked(tmp_path)))
    bag.validate()
    assert bag.is_valid(completeness_only=False)
    assert bag.version == "1.0"
    assert bag.algorithms == ["sha256"]
    assert bag.has_oxum()
    assert bag.info["Tweespoor-Format"] == "1"


@pytest.mark.parametrize("way", WAYS)
def test_what_a_bag_must_not_be_is_refused_by_both(way: str, tmp_path: Path) -> None:
    folder = unpacked(tmp_path)
    WAYS[way](folder)
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()


# The conformance suite (LibraryOfCongress/bagit-conformance-suite), as far as a bundle can have what it tries ---------

SAID, LISTED = (
    b"Tue, Jul 24, 2018  9:45:38 AM\n",
    (b"1dd056f18456057df5e333e0dc894ff8e9d600817ae26ec89c49e37ad2d555d4  data/text-file.txt\n"),
)
NOTHING = sha256(b"").hexdigest().encode()
REFUSED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    # v0.97/valid/UTF-16-encoded-tag-files: right for a bag, but this format has one version and one encoding.
    "UTF-16-encoded-tag-files": (
        members.BAGIT, lambda _: b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-16BE\n"
    ),
    # v1.0/invalid/bagit-with-invalid-whitespace.
    "bagit-with-invalid-whitespace": (members.BAGIT, lambda was: was.replace(b": ", b" : ", 1)),
    # v0.97/invalid/out-of-scope-file-paths-using-dot-notation.
    "out-of-scope-file-paths-using-dot-notation": (
        members.MANIFEST, lambda was: NOTHING + b"  ../../../README.md\n" + was
    ),
    # v0.97/warning/same-filename-listed-twice-with-different-normalization: in two spellings that look the same.
    "same-filename-listed-twice": (
        members.MANIFEST, lambda was: was + NOTHING + b"  data/N\xc3\xba\n" + NOTHING + b"  data/Nu\xcc\x81\n"
    ),
    # v0.97/valid/basic-bag-sha256, its tag manifest: one space; right once, but not the one spelling.
    "one-space": (members.TAG_MANIFEST, lambda was: was.replace(b"  ", b" ")),
    # v0.97/valid/local-fetch: what is elsewhere.
    "local-fetch": ("fetch.txt", lambda _: b"data/journal.jsonl\n"),
}  # fmt: skip


def test_a_manifest_of_the_suite_is_read() -> None:
    assert members.read_manifest("manifest-sha256.txt", LISTED) == {"data/text-file.txt": sha256(SAID).hexdigest()}
    assert members.manifest({"data/text-file.txt": sha256(SAID).digest()}, ["data/text-file.txt"]) == LISTED


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_suite_finds_wrong_or_this_format_has_not_is_refused(name: str, tmp_path: Path) -> None:
    """Even with the organisation's own seal over it."""
    member, change = REFUSED[name]
    files = true_files()
    changed = files | {member: change(files.get(member, b""))}
    case = believed(stories.packed(tmp_path / "bundle.zip", sealed(changed, true())))
    roots = [root for content in case.roots for root in trust.read_roots(content)]
    assert verify(case.path, [receipts.read(one) for one in case.receipts], roots).outcome is Outcome.FAILED
