"""The corpus: bundles to which one thing was done, each with the verdict that it must get, and why.

Every attack has a strength.  Who has only the file changes members and makes the manifests anew, but cannot seal.  Who
has the keys makes everything anew.  `corpus` writes them all as files, for verifiers that are no Python.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.dossier import stories
from tests.dossier.stories import Story

from tweespoor.dossier.findings import Outcome

PROVEN, SEALED, INTACT = Outcome.PROVEN, Outcome.SEALED, Outcome.INTACT
INCOMPLETE, FAILED, NEWER, UNREADABLE = Outcome.INCOMPLETE, Outcome.FAILED, Outcome.NEWER, Outcome.UNREADABLE


@dataclass
class Case:
    """A bundle, and what its reader brings along; ``where`` must stand in the finding, ``clause`` too when named."""

    path: Path
    receipts: list[bytes] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class Attack:
    """What was done, the verdict that it must get, and the code that must be found."""

    name: str
    outcome: Outcome
    code: str
    make: Callable[[Path], Case]


ATTACKS: dict[str, Attack] = {}


def attack(outcome: Outcome, code: str = "") -> Callable[[Callable[[Path], Case]], Callable[[Path], Case]]:
    """Enter an attack in the corpus."""

    def enter(make: Callable[[Path], Case]) -> Callable[[Path], Case]:
        name = make.__name__.replace("_", "-")
        assert name not in ATTACKS, name
        ATTACKS[name] = Attack(name, outcome, code, make)
        return make

    return enter


@cache
def _true(*, kept: bool, own_phone: bool) -> Story:
    return stories.true_story(kept=kept, own_phone=own_phone)


def true(*, kept: bool = False, own_phone: bool = True) -> Story:
    """Give the true story, to be changed at will."""
    return deepcopy(_true(kept=kept, own_phone=own_phone))


@cache
def _true_files() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        return stories.unpacked(true().build(Path(folder) / "true.zip"))


def true_files() -> dict[str, bytes]:
    """Give the members of the true bundle."""
    return dict(_true_files())


def believed(path: Path, *, receipt: bool = True) -> Case:
    """Give a bundle with everything that an honest reader has: the true receipt, and the true roots."""
    story = _true(kept=False, own_phone=True)
    return Case(path, [story.receipt()] if receipt else [], story.roots())


def told(story: Story, path: Path, receipts: Sequence[bytes] | None = None) -> Case:
    """Give a story as a bundle, whole and sealed; with its own receipt unless told otherwise."""
    own = [story.receipt()] if receipts is None else list(receipts)
    return Case(story.build(path), own, story.roots())


def loose(files: dict[str, bytes], path: Path) -> Case:
    """Give members as who has only the file gives them: manifests made anew, no seal."""
    return believed(stories.packed(path, stories.manifested(files)), receipt=False)


def resealed(files: dict[str, bytes], path: Path) -> Case:
    """Give members as the organisation itself could: manifests and seal made anew."""
    return believed(stories.packed(path, stories.manifested(files, true())), receipt=False)


def lines_of(files: dict[str, bytes], name: str) -> list[bytes]:
    return files[name].splitlines()


def joined(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def moved(story: Story, by_ms: int) -> Story:
    """Give a story at another time: every fact, every place."""
    story.facts = [replace(fact, at=fact.at + by_ms) for fact in story.facts]
    for tape in story.tapes.values():
        tape.places = [
            place._replace(begin_ms=place.begin_ms + by_ms, end_ms=place.end_ms + by_ms) for place in tape.places
        ]
    story.now += by_ms
    return story


def corpus(folder: Path) -> Path:
    """Write every bundle with its receipts and roots, and a list of them; gives the list."""
    listed = []
    for name, one in ATTACKS.items():
        case = one.make(folder / f"{name}.zip")
        row: dict[str, object] = {"name": name, "outcome": one.outcome.value, "code": one.code, "file": case.path.name}
        for kind, contents in (("receipts", case.receipts), ("roots", case.roots)):
            names = [f"{name}-{kind}-{n}" for n in range(len(contents))]
            for file, content in zip(names, contents, strict=True):
                (folder / file).write_bytes(content)
            row[kind] = names
        listed.append(row)
    index = folder / "corpus.json"
    index.write_text(json.dumps(listed, indent=1), encoding="utf-8")
    return index
