"""A bundle, unpacked, is a bag for who knows nothing of us: the validator of the Library of Congress (RFC 8493)."""

from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from tests.dossier import stories
from tests.dossier.attacks import true

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
