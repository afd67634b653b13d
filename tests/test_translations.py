"""Every sentence of ours is there in English too; run as a program it adds new sentences to the catalogues.

There are two: the sentences of participants are kept apart, so that a translator can add a language for them alone.
"""

import io
import re
import sys
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

WEB = Path(__file__).parents[1] / "src" / "tweespoor" / "web"
CATALOGUES = {kept: WEB / "locale" / kept / "en" / "LC_MESSAGES" / "django.po" for kept in ("participant", "staff")}
OF_PARTICIPANTS = re.compile(
    r"templates/web/(p\d\w*|p(articipant|fail-\w+|nee|now|pause|stop)"
    r"|question|who|answers|receipt|join|home|language|foot|aids|base)\.html"
)
KEYWORDS = DEFAULT_KEYWORDS | {
    "_": None,
    "_n": (1, 2),
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def extracted() -> Catalog:
    """Read every sentence out of the templates and the code."""
    found = Catalog(locale="en", fuzzy=False)
    for path in sorted(WEB.rglob("*")):
        if path.suffix == ".html" or (path.suffix == ".txt" and "templates" in path.parts):
            text = templatize(path.read_text(encoding="utf-8"))
        elif path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
        else:
            continue
        source = io.BytesIO(text.encode())
        for _, says, _, context in extract("python", source, keywords=KEYWORDS, options={"encoding": "utf-8"}):
            found.add(says, context=context, locations=[(str(path.relative_to(WEB)), 0)])
    return found


def catalogue(kept: str) -> Catalog:
    if not CATALOGUES[kept].exists():
        return Catalog(locale="en")
    with CATALOGUES[kept].open("rb") as file:
        return read_po(file, locale="en")


def translated() -> list[Message]:
    return [message for kept in CATALOGUES for message in catalogue(kept) if message.id]


def holes(text: str) -> set[str]:
    return {one or other for one, other in HOLES.findall(text)}


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def texts(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else [text or "" for text in message.string]


def key(message: Message) -> tuple[str, str | None]:
    return ids(message)[0], message.context


def test_every_sentence_is_there_in_english() -> None:
    known = {key(message) for message in translated() if all(texts(message)) and not message.fuzzy}
    missing = [message.id for message in extracted() if message.id and key(message) not in known]
    assert not missing, "run: python tests/test_translations.py, then translate"


def test_no_translation_outlives_its_sentence() -> None:
    used = {key(message) for message in extracted() if message.id}
    assert not [message.id for message in translated() if key(message) not in used]
    assert not any(catalogue(kept).obsolete for kept in CATALOGUES)


def test_a_sentence_stands_in_one_catalogue() -> None:
    assert len({key(message) for message in translated()}) == len(translated())


def test_both_languages_have_the_same_holes() -> None:
    for message in translated():
        wanted = set[str]().union(*(holes(text) for text in ids(message)))
        assert set[str]().union(*(holes(text) for text in texts(message))) == wanted, message.id


def update() -> int:
    """Add new sentences to the catalogues, and leave out those that are no longer said."""
    fresh = [message for message in extracted() if message.id]
    old = {kept: {key(message): message for message in catalogue(kept) if message.id} for kept in CATALOGUES}
    for kept, path in CATALOGUES.items():
        merged = Catalog(locale="en", project="tweespoor", fuzzy=False)
        todo = 0
        for message in fresh:
            if home(message, old) == kept:
                before = old[kept].get(key(message))
                said = before.string if before else ""
                merged.add(message.id, said, locations=message.locations, context=message.context)
                todo += before is None or not all(texts(before))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, merged, width=110, sort_output=True, include_lineno=False)
        sys.stdout.write(f"{todo} sentences to translate in {path}\n")
    return 0


def home(message: Message, old: dict[str, dict[tuple[str, str | None], Message]]) -> str:
    """Give the catalogue of a sentence: where it stands, else by the pages that say it."""
    for kept, known in old.items():
        if key(message) in known:
            return kept
    said_by_participants = any(OF_PARTICIPANTS.fullmatch(place) for place, _ in message.locations)
    return "participant" if said_by_participants else "staff"


if __name__ == "__main__":
    sys.exit(update())
