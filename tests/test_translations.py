"""Every sentence of ours is there in English too; run as a program it adds new sentences to the catalogues.

There are two: the sentences of participants are kept apart, so that a translator can add a language for them alone.
"""

import io
import re
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tweespoor.rules import agreements, contract
from tweespoor.rules.agreements import Sentence

WEB = Path(__file__).parents[1] / "src" / "tweespoor" / "web"
CATALOGUES = {kept: WEB / "locale" / kept / "en" / "LC_MESSAGES" / "django.po" for kept in ("participant", "staff")}
FOR_PARTICIPANTS = re.compile(
    r"templates/(4\d\d|500)\.html"
    r"|templates/web/(p[1-8]|p3staff|p(nee|stop|pause|fail-\w+)|base|foot|live|aids|participant|who|question|answers"
    r"|agreements|agreement_list|receipt(_mark)?|join|hidden|language|refused|conditions|tracks|device\w*)\.html"
    r"|templates/web/(pcontract|pthanks|paper_contract|contract_(text|pad|link))\.html"
    r"|templates/web/((hear|given|question|share|turn|apart)(_\w+)?|after_(participant|questions)|player|code_\w+"
    r"|keeping_(letter|notice)|compar(e|e_aids|ing|ison))\.html"
    r"|(hearing|pictures|questions|sharing|apart|pieces|cutting)\.py"
    r"|templates/web/(announced?|invitation|invitation_(text|ended)|paper_(help|code|invitation|cards|slips|agreements))"
    r"\.html|templates/web/invitation_mail\.txt"
    r"|(words|refusals|conditions|invitations)\.py"
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


def read_aloud() -> dict[str, Sentence]:
    """Give the sentences that stand in the rules with their English beside them."""
    told = [*agreements.TO_A_CHILD, *agreements.TO_A_YOUTH, *contract.BEFORE_SIGNING]
    for items in ((0,) * 7, (1, 0, 0, 0, 0, 1, 0)):
        told += [*agreements.read_before(items), *agreements.read_on_recording(items)]
    for one in agreements.AGREEMENTS:
        told += [one.question, *(choice.text for choice in one.choices)]
    return {sentence.nl: sentence for sentence in told}


def extracted() -> dict[str, Catalog]:
    """Read every sentence out of the templates, the code and the rules, for each of the two catalogues."""
    found = {part: Catalog(locale="en", fuzzy=False) for part in CATALOGUES}
    for sentence in read_aloud().values():
        found["participant"].add(sentence.nl, locations=[("rules/agreements.py", 0)])
    paths = [path for path in WEB.rglob("*") if path.suffix in {".html", ".txt", ".py"} and "static" not in path.parts]
    for path in sorted(paths, key=lambda one: (FOR_PARTICIPANTS.fullmatch(_name(one)) is None, one)):
        text = path.read_text(encoding="utf-8")
        source = io.BytesIO((text if path.suffix == ".py" else templatize(text)).encode())
        part = "participant" if FOR_PARTICIPANTS.fullmatch(_name(path)) else "staff"
        for _, says, _, context in extract("python", source, keywords=KEYWORDS, options={"encoding": "utf-8"}):
            kept = "participant" if found["participant"].get(says, context=context) else part
            found[kept].add(says, context=context, locations=[(_name(path), 0)])
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(WEB))


def catalogue(part: str) -> Catalog:
    with CATALOGUES[part].open("rb") as file:
        return read_po(file, locale="en")


def holes(text: str) -> set[str]:
    return {one or other for one, other in HOLES.findall(text)}


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def texts(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else [text or "" for text in message.string]


def key(message: Message) -> tuple[str, str | None]:
    return ids(message)[0], message.context


def said() -> list[str]:
    """Give everything that a screen says, in both languages."""
    told = []
    for part in CATALOGUES:
        for message in catalogue(part):
            if message.id:
                told += ids(message) + texts(message)
    return told


def test_every_sentence_is_there_in_english() -> None:
    missing = []
    for part, found in extracted().items():
        english = catalogue(part)
        for message in found:
            known = english.get(message.id, context=message.context)
            if message.id and (known is None or known.fuzzy or not all(texts(known))):
                missing.append(message.id)
    assert not missing, "run: python tests/test_translations.py, then translate"


def test_no_translation_outlives_its_sentence() -> None:
    for part, found in extracted().items():
        used = {(message.id, message.context) for message in found}
        english = catalogue(part)
        assert not [m.id for m in english if m.id and (m.id, m.context) not in used]
        assert not english.obsolete


def test_both_languages_have_the_same_holes() -> None:
    for message in (message for part in CATALOGUES for message in catalogue(part)):
        if message.id:
            wanted = set.union(*(holes(text) for text in ids(message)))
            for text in texts(message):
                assert holes(text) <= wanted, message.id
            assert set.union(*(holes(text) for text in texts(message))) == wanted, message.id


def test_what_is_read_aloud_is_the_same_in_rules_and_catalogue() -> None:
    english = catalogue("participant")
    for sentence in read_aloud().values():
        known = english.get(sentence.nl)
        assert known is not None
        assert texts(known) == [sentence.en]


@pytest.mark.parametrize("most", [15])
def test_a_sentence_has_at_most_fifteen_words(most: int) -> None:
    for text in said():
        for sentence in re.split(r"(?<=[.?!:])\s+", text):
            assert len(sentence.split()) <= most, sentence


NEVER = re.compile(
    r"\b(vervals\w+|verdacht\w+|dader\w*|slachtoffer\w*|verboden|strafbaar|meeluisteraar|verzegel\w+|vernietig\w+)\b",
    re.IGNORECASE,
)


def test_no_screen_judges_people() -> None:
    assert not [text for text in said() if NEVER.search(text)]


def update() -> int:
    """Add new sentences to the English catalogues, and leave out those that are no longer said."""
    before = [read_po(path.open("rb"), locale="en") for path in CATALOGUES.values() if path.exists()]
    aloud = read_aloud()
    for part, fresh in extracted().items():
        merged, open_ = Catalog(locale="en", project="tweespoor", fuzzy=False), 0
        for message in fresh:
            if not message.id:
                continue
            old = next((one.get(message.id, context=message.context) for one in before if message.id in one), None)
            told = aloud[message.id].en if message.id in aloud else old.string if old else ""
            merged.add(message.id, told, locations=message.locations, context=message.context)
            open_ += not told or not all(told)
        CATALOGUES[part].parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUES[part].open("wb") as file:
            write_po(file, merged, width=110, omit_header=False, sort_output=True, include_lineno=False)
        sys.stdout.write(f"{open_} sentences to translate in {CATALOGUES[part]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(update())
