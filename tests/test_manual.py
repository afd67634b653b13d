"""The manual says what the screens say: its buttons are there, its list is the list, its sentences are short."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from tests.browser.pictures import MANUAL, PICTURES, SHEETS, document, named, parts

from tweespoor import cli
from tweespoor.casework import checklist
from tweespoor.web.staffing import ITEMS

TEXT = MANUAL.read_text(encoding="utf-8")
LOCALE = Path(__file__).parents[1] / "src" / "tweespoor" / "web" / "locale"
MOST_WORDS = 15


def on_screens() -> set[str]:
    """Give every sentence in Dutch that a screen says."""
    found = set()
    for path in LOCALE.rglob("django.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                found |= {message.id} if isinstance(message.id, str) else set(message.id)
    return found


@pytest.mark.parametrize("quoted", sorted(set(re.findall(r"«([^»]+)»", TEXT))))
def test_what_the_manual_quotes_is_on_a_screen(quoted: str) -> None:
    known = on_screens()
    assert any(quoted in {one, one.strip("«»")} for one in known), quoted


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`tweespoor ([a-z]+)", TEXT))))
def test_the_commands_of_the_manual_are_there(command: str) -> None:
    assert f" {command} " in re.sub(r"[\s{},]+", " ", cli.parser().format_help())


def test_the_list_that_ends_practice_stands_in_the_manual_in_its_order() -> None:
    listed = re.findall(r"^\d+\. (.+)$", parts()["Voor de privacyfunctionaris"], re.MULTILINE)
    assert len(listed) == len(checklist.ITEMS)
    with translation.override("nl"):
        for key, line in zip(checklist.ITEMS, listed, strict=True):
            assert line.startswith(str(ITEMS[key][0])), key


def test_the_manual_has_a_part_for_each_reader() -> None:
    assert list(parts()) == list(SHEETS)


def test_every_picture_of_the_manual_is_one_that_is_made() -> None:
    assert sorted(named()) == sorted(PICTURES)


def test_a_sentence_of_the_manual_has_at_most_fifteen_words() -> None:
    plain = re.sub(r"!\[[^]]*]\([^)]*\)|[#|`«»]|^\d+\.", "\n", TEXT, flags=re.MULTILINE)
    for sentence in re.split(r"(?<=[.?!:;])\s+|\n", plain):
        assert len(sentence.split()) <= MOST_WORDS, sentence


def test_the_manual_becomes_pages_without_a_sign_left_over(tmp_path: Path) -> None:
    written = document(tmp_path)
    body = written[written.index("<section>") :]
    assert not re.search(r"^(#|\||- |\d+\. )|!\[|\]\(|`", body, re.MULTILINE)
