"""The words of the page and of what is read aloud: plain, short, in two languages, and tied to the rules."""

import re
from pathlib import Path

import pytest

from tweespoor.rules import conditions
from tweespoor.rules.agreements import (
    AGREEMENTS,
    BEFORE_THE_ANSWER,
    ON_THE_RECORDING,
    TO_A_CHILD,
    TO_A_YOUTH,
    Sentence,
    chosen,
    read_before,
    read_on_recording,
)
from tweespoor.rules.clause import RULES, Says
from tweespoor.rules.codes import CODES
from tweespoor.rules.page import CHAPTERS, CLAUSES, EDITION, EDITIONS, clause
from tweespoor.rules.state import ITEMS

NUMBERS = [
    "0a", "0b", "0c", "0d", "0e", "1a", "1b", "1c", "1d", "2a", "2b", "3a", "3b", "4a", "4b", "5a", "5b", "6a", "6b",
    "7a", "7b",
]  # fmt: skip
CODES_OF_THE_CONDITIONS = {
    "0b.edition-unknown", "0d.count-differs", "1a.not-taking-part", "1b.consent-missing", "1b.organisation-declines",
    "1b.consent-after-the-fact", "1c.interest-unassessed", "1c.interest-against", "2a.video", "2a.picture",
    "2a.unknown-container", "4a.nobody-records", "5b.not-agreed", "5b.span-outside", "6a.not-agreed", "6a.expired",
    "6a.ground-missing", "6b.not-asked", "7b.other-text",
}  # fmt: skip
LONGEST = 15
HARSH = ("geweld", "dader", "slachtoffer", "verdachte", "verboden", "strafbaar", "vervalsing", "vernietig", "intrekken")
ALOUD = (*BEFORE_THE_ANSWER, *ON_THE_RECORDING, *TO_A_CHILD, *TO_A_YOUTH)
TESTS = Path(__file__).parents[1]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part]


def all_texts() -> list[str]:
    on_page = [text for one in CLAUSES for line in one.lines for text in (line.nl, line.en)]
    choices = [choice.text for one in AGREEMENTS for choice in one.choices]
    spoken = [text for one in (*ALOUD, *choices) for text in (one.nl, one.en)]
    return on_page + spoken + [name for chapter in CHAPTERS for name in chapter[1:]]


def test_every_clause_is_there_in_order() -> None:
    assert [one.number for one in CLAUSES] == NUMBERS
    assert [chapter[0] for chapter in CHAPTERS] == sorted({number[0] for number in NUMBERS})
    assert EDITION in EDITIONS
    with pytest.raises(KeyError):
        clause("9z")


@pytest.mark.parametrize("text", all_texts())
def test_no_sentence_is_longer_than_fifteen_words(text: str) -> None:
    assert text
    for sentence in sentences(text):
        assert len(sentence.split()) <= LONGEST, sentence


@pytest.mark.parametrize("text", all_texts())
def test_no_word_judges_people(text: str) -> None:
    assert not [word for word in HARSH if word in text.lower()]


def test_every_clause_has_what_the_page_says_first() -> None:
    assert [one.number for one in CLAUSES if one.lines[0].says is not Says.PAGE] == []
    for one in CLAUSES:
        assert set(one.says) == {line.says for line in one.lines}
        assert all(line.nl in one.text_nl and line.en in one.text_en for line in one.lines)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_clause_has_a_rule_or_a_reason_why_not(number: str) -> None:
    rules = [rule for rule in RULES if rule.clause == number]
    assert bool(rules) != bool(clause(number).no_rule_because), [rule.name for rule in rules]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_names_its_clause_its_source_and_its_codes(rule: object) -> None:
    entered = next(one for one in RULES if one is rule)
    doc = entered.judge.__doc__ or ""
    opening = re.match(r"Clause (\d[a-e]) \(([^)]+)\): ", doc)
    assert opening, doc
    assert opening[1] == entered.clause
    assert {says.value for says in entered.says} == set(re.findall(r"page|reading|law|house", opening[2]))
    assert set(entered.codes) <= set(CODES)
    assert entered.clause in NUMBERS


def test_every_code_of_the_conditions_is_there_and_every_rules_code_is_of_its_clause() -> None:
    assert set(CODES) >= CODES_OF_THE_CONDITIONS
    for rule in RULES:
        assert {CODES[code].clause for code in rule.codes} == {rule.clause}
    for code in CODES.values():
        assert code.means
        assert code.instead
        assert code.clause in NUMBERS


def test_law_10_every_cause_of_no_recording_is_neutral() -> None:
    asked = {code for rule in RULES if rule.judge.__module__ == conditions.__name__ for code in rule.codes}
    not_about_recording = {"1b.already-asked", "1b.asked-again"}
    assert {code for code in asked if not CODES[code].neutral} == not_about_recording


@pytest.mark.parametrize("number", NUMBERS)
def test_every_clause_has_a_test_that_names_it(number: str) -> None:
    named = re.compile(rf"def test_\w*clauses?_\w*{number}\b|def test_\w*clauses?_\w*{number}_")
    told = re.compile(rf"^# .*\((?:[\d\w, ]*, )?{number}(?:, [\d\w, ]*)?\)$", re.MULTILINE)
    tests = [path for path in TESTS.rglob("test_*.py") if named.search(path.read_text(encoding="utf-8"))]
    scenarios = [path for path in TESTS.rglob("scenarios/*.txt") if told.search(path.read_text(encoding="utf-8"))]
    assert tests or scenarios


# Clauses without a rule -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "word"),
    [("0e", "wet"), ("2b", "filmen"), ("3a", "medewerker"), ("3b", "rustiger"), ("2a", "Beeld"), ("5a", "plakken")],
)
def test_clauses_0e_2b_3a_3b_2a_and_5a_are_said_in_plain_words(number: str, word: str) -> None:
    assert word in clause(number).text_nl


def test_clause_2a_images_are_refused_by_code() -> None:
    images = {"2a.video", "2a.picture", "2a.unknown-container"}
    unfinished = {"2a.broken-off", "2a.too-large", "2a.no-room"}
    assert {code for code in CODES if code.startswith("2a.")} == images | unfinished


# What is read aloud -------------------------------------------------------------------------------------------


def test_clause_0d_there_are_seven_agreements_of_which_two_have_another_text() -> None:
    assert [one.item for one in AGREEMENTS] == list(range(1, ITEMS + 1))
    assert [one.item for one in AGREEMENTS if len(one.choices) > 1] == [1, 6]
    assert chosen((0,) * 7)[0] == Sentence("Wie wil, en {house}.", "Whoever wants to, and {house}.")
    assert chosen((0, 0, 0, 0, 0, 1, 0))[5].nl == "Dan stoppen we allebei."
    assert chosen((9, 0, 0, 0, 0, 0, 0))[0] == chosen((0,) * 7)[0]


def test_clauses_0d_and_7a_the_texts_read_aloud_follow_changed_agreements() -> None:
    assert read_before((0,) * 7) == BEFORE_THE_ANSWER
    assert read_on_recording((0,) * 7) == ON_THE_RECORDING
    changed = (1, 0, 0, 0, 0, 1, 0)
    for told, house in ((read_before(changed), BEFORE_THE_ANSWER), (read_on_recording(changed), ON_THE_RECORDING)):
        assert len(told) == len(house) + 1
        assert any("Alleen wij nemen" in one.nl for one in told)
        assert any("stoppen we allebei" in one.nl for one in told)
        for one in told:
            assert all(len(sentence.split()) <= LONGEST for sentence in sentences(one.nl) + sentences(one.en))


def test_the_words_of_the_flow_are_word_for_word() -> None:
    assert BEFORE_THE_ANSWER[0].nl == "Iemand wil dit gesprek opnemen, alleen geluid."
    assert BEFORE_THE_ANSWER[-1].nl == "Jouw ja gaat alleen over opnemen. Een dossier maken we volgens de wet."
    assert ON_THE_RECORDING[-1].nl == "Zeg om de beurt: ja, dat spreken we af."
    assert TO_A_CHILD[1].nl == "Vind je dat goed?"
