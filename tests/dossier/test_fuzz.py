"""A changed bit, a cut, a swap: never a better verdict than fits, never a crash, never another story.

Every member of a small bundle is sealed, so each of its bits must be missed: there is no bit that nothing covers.
`make test` turns a sample; `make fuzz` every bit, and cuts at every byte: some 650,000 bundles.  It can be done in
parts, which together are the whole: ``TWEESPOOR_FUZZ=3/32`` is the third of thirty-two.  How many there were is told.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.dossier import stories
from tests.dossier.attacks import true, true_files
from tests.dossier.remembered import remembered
from tests.dossier.stories import Story

from tweespoor.dossier import bundle, container, measuring, members, receipts, report, trust
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.verify import Report, verify

PART = os.environ.get("TWEESPOOR_FUZZ", "")
NEVER = {Outcome.PROVEN, Outcome.SEALED, Outcome.INTACT}
BROKEN = {Outcome.FAILED, Outcome.UNREADABLE}
FREE = (members.BAG_INFO, members.PAGE)
"""What the organisation itself may say otherwise, in a bundle that it makes anew: the day, the program, the page."""


def chosen(count: int, sample: int, seed: int) -> Iterable[int]:
    """Give which of so many are tried: some, or in `make fuzz` all of its part."""
    if not PART:
        return random.Random(seed).sample(range(count), min(count, sample))
    part, parts = map(int, PART.split("/"))
    return range(part - 1, count, parts)


class Judge:
    """Judges bundles with what an honest reader brings along, and counts what came of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        story = true()
        self._receipts = [receipts.read(story.receipt())]
        self._roots = [root for content in story.roots() for root in trust.read_roots(content)]
        self.counted: Counter[str] = Counter()

    def of_bytes(self, content: bytes | bytearray) -> tuple[Outcome, list[str]]:
        """Judge a file, to the last word of its report."""
        self.path.write_bytes(content)
        found = self.judged()
        self.counted[found.outcome.value] += 1
        return found.outcome, list(report.as_text(found, "nl"))

    def of_files(self, files: Mapping[str, bytes]) -> tuple[Outcome, list[str]]:
        return self.of_bytes(stories.packed(self.path, files).read_bytes())

    def judged(self) -> Report:
        return verify(self.path, self._receipts, self._roots)


@pytest.fixture
def judge(tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[Judge]:
    judging = Judge(tmp_path / "bundle.zip")
    with remembered():
        yield judging
    if PART:
        with capsys.disabled():
            sys.stdout.write(f"\n{request.node.name}, part {PART}: {judging.counted.total()} {dict(judging.counted)}\n")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return stories.packed(tmp_path_factory.mktemp("whole") / "whole.zip", true_files()).read_bytes()


def turned(content: bytes, bit: int) -> bytes:
    found = bytearray(content)
    found[bit // 8] ^= 1 << bit % 8
    return bytes(found)


def turnings(files: Mapping[str, bytes], names: Iterable[str], sample: int, seed: int) -> Iterator[tuple[str, int]]:
    """Give members and bits of them: some of each, or all."""
    for number, name in enumerate(names):
        for bit in chosen(len(files[name]) * 8, sample, seed + number):
            yield name, bit


def test_the_whole_one_is_proven(whole: bytes, judge: Judge) -> None:
    assert judge.of_bytes(whole)[0] is Outcome.PROVEN


def test_what_is_remembered_changes_no_word(whole: bytes, tmp_path: Path) -> None:
    one, other = Judge(tmp_path / "one.zip"), Judge(tmp_path / "other.zip")
    bits = random.Random(4).sample(range(len(whole) * 8), 60)
    plainly = [one.of_bytes(turned(whole, bit)) for bit in bits]
    with remembered():
        assert [other.of_bytes(turned(whole, bit)) for bit in bits] == plainly
        assert [other.of_bytes(turned(whole, bit)) for bit in bits] == plainly


def test_no_bit_of_the_file_can_be_turned(whole: bytes, judge: Judge) -> None:
    for bit in chosen(len(whole) * 8, 120, 5):
        assert judge.of_bytes(turned(whole, bit))[0] not in NEVER, f"bit {bit}"


def test_no_bit_of_a_member_can_be_turned_by_who_makes_the_manifests_anew(judge: Judge) -> None:
    """Without the seal nothing better than incomplete is left, and what was signed still tells."""
    files = true_files()
    names = [name for name in files if name.startswith("data/")]
    for name, bit in turnings(files, names, 3, 60):
        changed = files | {name: turned(files[name], bit)}
        assert judge.of_files(stories.manifested(changed))[0] not in NEVER, f"{name}, bit {bit}"


def test_no_bit_of_a_member_can_be_turned_even_by_who_holds_the_seal(judge: Judge) -> None:
    """Journal, sound and what was signed are held by themselves, also against the organisation's own seal.

    In a time stamp some bits are covered by no signature (its certificates, the lists in front): whatever they say, the
    report stays the same.
    """
    story, files = true(), true_files()
    as_it_was = judge.of_files(stories.manifested(files, story))
    names = [name for name in files if name not in {*members.ASIC, *FREE, members.MANIFEST, members.TAG_MANIFEST}]
    for name, bit in turnings(files, names, 3, 90):
        found = judge.of_files(stories.manifested(files | {name: turned(files[name], bit)}, story))
        if members.HEAD_STAMP.match(name) and found[0] is Outcome.PROVEN:
            assert found == as_it_was, f"{name}, bit {bit}"
        else:
            assert found[0] not in NEVER, f"{name}, bit {bit}"


@pytest.mark.parametrize("name", [members.MANIFEST, members.TAG_MANIFEST])
def test_no_bit_of_a_manifest_can_be_turned_even_by_who_seals_it(name: str, judge: Judge) -> None:
    story, files = true(), true_files()
    for bit in chosen(len(files[name]) * 8, 12, 30):
        changed = sealed(files | {name: turned(files[name], bit)}, story)
        assert judge.of_files(changed)[0] in BROKEN, f"bit {bit}"


def sealed(files: Mapping[str, bytes], story: Story) -> dict[str, bytes]:
    """Seal members as they are, manifests and all."""
    found = {name: content for name, content in files.items() if name not in members.ASIC}
    digests = {name: measuring.measure((content,)).digest for name, content in found.items()}
    found[members.SEALED] = members.asic_manifest(digests)
    found[members.SIGNATURE] = story.sign_cms(found[members.SEALED])
    return found


def test_no_end_can_be_cut_off(whole: bytes, judge: Judge) -> None:
    ends = [at for at in range(len(whole)) if whole.startswith((b"PK\1\2", b"PK\3\4"), at)]
    for end in (*ends, *chosen(len(whole), 60, 8)):
        assert judge.of_bytes(whole[:end])[0] in BROKEN, end


def test_no_line_can_be_the_last_one(judge: Judge) -> None:
    """Cut at every line of journal and lists, manifests made anew."""
    files = true_files()
    for name, content in files.items():
        if not name.endswith((".jsonl", ".txt")) or not name.startswith("data/"):
            continue
        lines = content.splitlines(keepends=True)
        for end in range(len(lines)):
            changed = files | {name: b"".join(lines[:end])}
            assert judge.of_files(stories.manifested(changed))[0] not in NEVER, f"{name}, line {end}"


def test_no_member_can_be_left_out_swapped_or_renamed(judge: Judge) -> None:
    files = true_files()
    names = list(files)
    for at, name in enumerate(names):
        without = {one: content for one, content in files.items() if one != name}
        swapped = files | {name: files[names[at - 1]], names[at - 1]: files[name]}
        renamed = {(f"{one}x" if one == name else one): content for one, content in files.items()}
        for changed in (without, swapped, renamed):
            if changed != files:
                assert judge.of_files(changed)[0] in BROKEN, name


def test_no_member_can_stand_twice(judge: Judge) -> None:
    """The same again, and another under its name: a reader that takes the last would see what no other sees."""
    files = list(true_files().items())
    for at, (name, content) in enumerate(files):
        for other in (content, b"another\n"):
            assert judge.of_bytes(raw([*files[: at + 1], (name, other), *files[at + 1 :]]))[0] in BROKEN, name


def raw(files: list[tuple[str, bytes]]) -> bytes:
    """Lay members in a ZIP of the one spelling, though a name stands in it twice."""
    measured = [(name, *measuring.measure((content,))[:2]) for name, content in files]
    heads = [container.local(*one) for one in measured]
    body = b"".join(head + content for head, (_, content) in zip(heads, files, strict=True))
    return body + container.directory(*container.laid(measured))


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
    assert Judge(tmp_path / "sent.zip").judged().outcome is Outcome.PROVEN
