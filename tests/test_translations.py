"""Every sentence of ours is there in English too; run as a program it adds new sentences to the catalogue."""

import io
import re
import sys
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

WEB = Path(__file__).parents[1] / "src" / "tweespoor" / "web"
ENGLISH = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
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


def catalogue() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def holes(text: str) -> set[str]:
    return {one or other for one, other in HOLES.findall(text)}


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def texts(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else [text or "" for text in message.string]


def test_every_sentence_is_there_in_english() -> None:
    english = catalogue()
    missing = []
    for message in extracted():
        if not message.id:
            continue
        known = english.get(message.id, context=message.context)
        if known is None or known.fuzzy or not all(texts(known)):
            missing.append(message.id)
    assert not missing, "run: python tests/test_translations.py, then translate"


def test_no_translation_outlives_its_sentence() -> None:
    used = {(message.id, message.context) for message in extracted()}
    assert not [m.id for m in catalogue() if m.id and (m.id, m.context) not in used]
    assert not catalogue().obsolete


def test_both_languages_have_the_same_holes() -> None:
    for message in catalogue():
        if message.id:
            wanted = set.union(*(holes(text) for text in ids(message)))
            for text in texts(message):
                assert holes(text) <= wanted, message.id
            assert set.union(*(holes(text) for text in texts(message))) == wanted, message.id


def update() -> int:
    """Add new sentences to the English catalogue, and leave out those that are no longer said."""
    fresh, merged = extracted(), Catalog(locale="en", project="tweespoor", fuzzy=False)
    known = catalogue() if ENGLISH.exists() else Catalog(locale="en")
    open_ = 0
    for message in fresh:
        if message.id:
            old = known.get(message.id, context=message.context)
            merged.add(message.id, old.string if old else "", locations=message.locations, context=message.context)
            open_ += not (old and all(texts(old)))
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, merged, width=110, omit_header=False, sort_output=True, include_lineno=False)
    sys.stdout.write(f"{open_} sentences to translate in {ENGLISH}\n")
    return 0


if __name__ == "__main__":
    sys.exit(update())
