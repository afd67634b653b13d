"""A changed bit, a cut, a swap: never a better verdict than fits, never a crash, never another story.

Every member of a small bundle is sealed, so each of its bits must be missed: there is no bit that nothing covers.
`make fuzz` turns every bit of journal, chunks, manifests and keys; `make test` a sample.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.dossier import stories
from tests.dossier.attacks import true, true_files

from tweespoor.dossier import bundle, members, receipts, report, trust
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.verify import Report, verify

EVERYTHING = bool(os.environ.get("TWEESPOOR_FUZZ"))
SAMPLE = 120
NEVER = {Outcome.PROVEN, Outcome.SEALED, Outcome.INTACT}
SMALL = ("bagit.txt", "bag-info.txt", "mimetype", "LEESMIJ.html")


def judged(path: Path) -> Report:
    story = true()
    roots = [root for content in story.roots() for root in trust.read_roots(content)]
    return verify(path, [receipts.read(story.receipt())], roots)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return stories.packed(tmp_path_factory.mktemp("whole") / "whole.zip", true_files()).read_bytes()


def bits(whole: bytes) -> Iterator[int]:
    every = range(len(whole) * 8)
    return iter(every if EVERYTHING else random.Random(5).sample(every, SAMPLE))


def test_the_whole_one_is_proven(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "whole.zip"
    path.write_bytes(whole)
    assert judged(path).outcome is Outcome.PROVEN


def test_no_bit_of_the_file_can_be_turned(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "turned.zip"
    for bit in bits(whole):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        path.write_bytes(turned)
        found = judged(path)
        assert found.outcome not in NEVER, f"bit {bit}"
        list(report.as_text(found, "nl"))


def test_no_bit_of_a_member_can_be_turned_by_who_makes_the_manifests_anew(tmp_path: Path) -> None:
    """Without the seal nothing better than incomplete is left, and what was signed still tells."""
    path = tmp_path / "turned.zip"
    chance = random.Random(6)
    files = true_files()
    names = [name for name in files if name not in members.ASIC and name not in SMALL and not name.startswith("man")]
    for name in names:
        count = len(files[name]) * 8
        for bit in range(count) if EVERYTHING else chance.sample(range(count), min(count, 3)):
            turned = bytearray(files[name])
            turned[bit // 8] ^= 1 << bit % 8
            stories.packed(path, stories.manifested(files | {name: bytes(turned)}))
            assert judged(path).outcome not in NEVER, f"{name}, bit {bit}"


def told(path: Path) -> list[str]:
    return list(report.as_text(judged(path), "nl"))


def test_no_bit_of_a_member_can_be_turned_even_by_who_holds_the_seal(tmp_path: Path) -> None:
    """Journal, sound and what was signed are held by themselves, also against the organisation's own seal.

    In a time stamp some bits are covered by no signature (its certificates, the lists in front): whatever they say, the
    report stays the same.
    """
    path = tmp_path / "turned.zip"
    chance = random.Random(7)
    files = true_files()
    as_it_was = told(stories.packed(path, stories.manifested(files, true())))
    for name in files:
        if not name.startswith("data/") or members.CERTIFICATE.match(name):
            continue
        for bit in chance.sample(range(len(files[name]) * 8), min(len(files[name]) * 8, 40 if EVERYTHING else 3)):
            turned = bytearray(files[name])
            turned[bit // 8] ^= 1 << bit % 8
            stories.packed(path, stories.manifested(files | {name: bytes(turned)}, true()))
            if members.HEAD_STAMP.match(name) and judged(path).outcome is Outcome.PROVEN:
                assert told(path) == as_it_was, f"{name}, bit {bit}"
            else:
                assert judged(path).outcome not in NEVER, f"{name}, bit {bit}"


def test_no_end_can_be_cut_off(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    ends = [at for at in range(len(whole)) if whole.startswith((b"PK\1\2", b"PK\3\4"), at)]
    more = range(len(whole)) if EVERYTHING else random.Random(8).sample(range(len(whole)), 60)
    for end in (*ends, *more):
        path.write_bytes(whole[:end])
        assert judged(path).outcome in {Outcome.FAILED, Outcome.UNREADABLE}, end


def test_no_line_can_be_the_last_one(tmp_path: Path) -> None:
    """Cut at every line of journal and lists, manifests made anew."""
    path = tmp_path / "cut.zip"
    files = true_files()
    for name, content in files.items():
        if not name.endswith((".jsonl", ".txt")) or not name.startswith("data/"):
            continue
        lines = content.splitlines(keepends=True)
        for end in range(len(lines)):
            stories.packed(path, stories.manifested(files | {name: b"".join(lines[:end])}))
            assert judged(path).outcome not in NEVER, f"{name}, line {end}"


def test_no_member_can_be_left_out_swapped_or_renamed(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    files = true_files()
    names = list(files)
    for at, name in enumerate(names):
        without = {one: content for one, content in files.items() if one != name}
        swapped = files | {name: files[names[at - 1]], names[at - 1]: files[name]}
        renamed = {(f"{one}x" if one == name else one): content for one, content in files.items()}
        for changed in (without, swapped, renamed):
            if changed == files:
                continue
            stories.packed(path, changed)
            assert judged(path).outcome in {Outcome.FAILED, Outcome.UNREADABLE}, name


def test_a_bundle_is_the_same_by_both_ways_of_writing(tmp_path: Path) -> None:
    story = true()
    story.stamped = {}
    story.checkpoints, story.pages = story.all_checkpoints(), story.all_pages()  # signed once, read twice
    path = story.build(tmp_path / "written.zip")
    laid = bundle.lay(story.contents(), story.sign_cms, story.stamp)
    sent = b"".join(laid.pieces())
    assert len(sent) == laid.size
    (tmp_path / "sent.zip").write_bytes(sent)
    one, other = stories.unpacked(path), stories.unpacked(tmp_path / "sent.zip")
    asic = members.ASIC | {members.ENDORSEMENTS, members.CHECKPOINTS, members.PAGES}
    same = [
        name for name in one if name not in asic and not name.startswith(("manifest", "tagmanifest", "data/keys/stamp"))
    ]
    assert list(one) == list(other)
    assert [one[name] for name in same] == [other[name] for name in same]
    assert judged(tmp_path / "sent.zip").outcome is Outcome.PROVEN
