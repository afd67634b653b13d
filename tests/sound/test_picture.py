"""The picture of a comparison, and the words beside it."""

import re
import xml.etree.ElementTree as ET

import pytest
from tests.sound.answers import CUT, EVERY, HONEST, MUCH, OTHER

from tweespoor.sound import answers, meaning, picture, ribbons
from tweespoor.sound.comparison import Comparison, Coverage, Difference, Followed, Kind, Verdict, Why
from tweespoor.sound.picture import Loud
from tweespoor.sound.ribbons import ALONG, BENT, MOVED, REPEATED, UNCLEAR
from tweespoor.sound.wording import Names, Words

SVG = "{http://www.w3.org/2000/svg}"
MOST_WORDS = 15
LANGUAGES = ("nl", "en")
NEVER = re.compile(r"knip|plak|vals|verdacht|bewerk|fraud|tamper|forg|cut|edited|manipul", re.IGNORECASE)


def drawn(found: Comparison, **given: object) -> ET.Element:
    return ET.fromstring(picture.in_file(found, Words.plain("nl"), **given))  # type: ignore[arg-type]


def texts(tree: ET.Element, kind: str) -> list[str]:
    return [one.text or "" for one in tree.iter(f"{SVG}text") if kind in (one.get("class") or "")]


def classes(tree: ET.Element, kind: str) -> list[str]:
    return [found for one in tree.iter() if kind in (found := one.get("class") or "").split()]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_drawn_well_formed_with_a_title_and_the_list_for_who_does_not_see_it(name: str, language: str) -> None:
    found, words = EVERY[name], Words.plain(language)
    loud = Loud(bytes(range(200)) * 40, bytes(range(200)) * 10)
    for text in (
        picture.in_file(found, words, loud),
        picture.in_page(found, words, loud).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
    ):
        tree = ET.fromstring(text)
        title, told = tree.find(f"{SVG}title"), tree.find(f"{SVG}desc")
        assert title is not None
        assert told is not None
        assert tree.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
        assert words.verdict(found) in (told.text or "")
        assert all(one.what in (told.text or "") for one in words.items(found))


def test_in_a_page_nothing_needs_a_style_of_its_own_and_places_are_shares() -> None:
    page = picture.in_page(MUCH, Words.plain("nl"), name="a")
    assert "style" not in page
    assert "#" not in page.replace("url(#a-", "")
    assert 'id="a-hatch"' in page
    assert re.search(r'<rect class="piece" x="[0-9.]+%"', page)
    assert {"numbers--narrow", "numbers--broad"} <= set(re.findall(r"numbers--\w+", page))


def test_what_is_missing_has_no_ribbon_and_a_box_above() -> None:
    between = [one for one in ribbons.ribbons(CUT) if one.original[0] < 318 < one.original[1]]
    assert not between
    assert [one.kind for one in ribbons.ribbons(CUT)] == [ALONG, ALONG]
    tree = drawn(CUT)
    assert len(classes(tree, "piece")) == 1
    assert texts(tree, "number__text") == ["1"]


def test_an_honest_copy_has_one_ribbon_hatched_where_it_is_not_clear() -> None:
    assert [one.kind for one in ribbons.ribbons(HONEST)] == [ALONG, UNCLEAR, ALONG]
    assert not classes(drawn(HONEST), "piece")


def test_each_kind_has_a_sign_of_its_own_beside_colour() -> None:
    kinds = [one.kind for one in ribbons.ribbons(MUCH)]
    assert {kind: kinds.count(kind) for kind in (MOVED, REPEATED, BENT, UNCLEAR)} == {
        MOVED: 2,
        REPEATED: 1,
        BENT: 2,
        UNCLEAR: 1,
    }
    for begin, end in ((900.0, 1020.0), (1900.0, 1900.5), (2345.0, 2346.0)):
        middle = (begin + end) / 2
        assert not [one for one in ribbons.ribbons(MUCH) if one.copy[0] < middle < one.copy[1]]
    tree = drawn(MUCH)
    assert {"piece--silent", "piece--other"} <= {name for one in classes(tree, "piece") for name in one.split()}


def test_what_moved_crosses() -> None:
    one, other = (found for found in ribbons.ribbons(MUCH) if found.kind == MOVED)
    assert one.copy < other.copy
    assert one.original > other.original


def test_numbers_that_would_lie_over_each_other_share_a_label() -> None:
    many = Comparison(
        Verdict.DIFFERS,
        600.0,
        600.0,
        map=(Followed((0.0, 600.0), (0.0, 600.0), 1.0),),
        differences=tuple(
            Difference(Kind.SILENCED, "A", (at, at + 0.5), (at, at + 0.5), (at, at + 0.5), 0.5)
            for at in (100.0, 102.0, 104.0, 300.0)
        ),
        coverage=Coverage(598.0, 0.0, 2.0),
    )
    assert texts(drawn(many), "number__text") == ["1–3", "4"]


def test_a_copy_that_begins_earlier_moves_the_original_along() -> None:
    early = Comparison(Verdict.FOLLOWS, 60.0, 90.0, map=(Followed((30.0, 90.0), (0.0, 60.0), 1.0),))
    for one in ribbons.ribbons(early):
        assert one == ((30.0, 90.0), (0.0, 60.0), ALONG)
    assert ribbons.lean(early) == -30.0
    assert "M320.8 0H" not in picture.in_page(early, Words.plain("nl"))
    assert "M333.3 0H1000.0" in picture.in_page(early, Words.plain("nl"))


def test_names_are_escaped() -> None:
    text = picture.in_file(CUT, Words("nl", Names("a<b", "c&d")))
    assert "A&lt;b, 10 minuten" in text
    assert "C&amp;d, 9 minuten en 35 seconden" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_short_and_neutral(language: str) -> None:
    words = Words.plain(language)
    cannot = [
        Comparison(Verdict.INCONCLUSIVE, 0.0, 0.0, why=why, which=which)
        for why in (None, *Why)
        for which in ("original", "copy", None)
    ]
    said = [words.exactly(0.0, 812.0), words.same(61.0), *meaning.limits(HONEST, words, exactly=True)]
    for found in (*EVERY.values(), *cannot):
        said += [words.verdict(found), *words.summary(found)]
        said += [*meaning.calm(found, words), *meaning.limits(found, words)]
        for one in words.items(found):
            said += [f"{one.what}.", f"{one.grade}.", *one.where]
    for text in said:
        assert "{" not in text
        assert not NEVER.search(text), text
        for sentence in re.split(r"(?<=[.?!:])\s", text):
            assert len(sentence.split()) <= MOST_WORDS, sentence


def test_the_list_says_what_where_and_how_sure() -> None:
    cut = next(Words.plain("nl").items(CUT))
    assert cut.what == "Ontbreekt hier: 13 seconden"
    assert cut.where == (
        "Het origineel 5:12 tot 5:25.",
        "De kopie bij 5:00.",
        "De plaats is ongeveer: tussen 4:59,0 en 5:01,0.",
    )
    assert (cut.grade, cut.firm) == ("vastgesteld", True)
    english = list(Words.plain("en").items(MUCH))
    assert english[5].where[-1] == "Ratio: 1.03."
    assert english[5].grade == "a difference: listen for yourself"
    assert english[-1].what == "Not clear: 1 minute and 40 seconds"


def test_the_verdicts_in_words() -> None:
    told = {name: Words.plain("nl").verdict(found) for name, found in EVERY.items()}
    assert told == {
        "honest": "We vonden geen verschil.",
        "cut": "We vonden één verschil.",
        "much": "We vonden 9 verschillen.",
        "other": "Deze opnamen zijn niet van hetzelfde gesprek.",
        "short": "De kopie is te kort om te vergelijken.",
    }
    assert not list(Words.plain("nl").summary(OTHER))
    assert next(Words.plain("nl").summary(HONEST)) == "De kopie loopt van 2:00 tot 47:00 in het origineel."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_each_answer_has_its_own_meaning_and_nothing_of_another(name: str, language: str) -> None:
    words, found = Words.plain(language), EVERY[name]
    told = " ".join((*meaning.calm(found, words), *meaning.limits(found, words)))
    of_differences = ("beschuldiging", "accusation", "niet wie", "not tell who", "Vastgesteld", "Established")
    assert any(one in told for one in of_differences) is (found.verdict is Verdict.DIFFERS)
    grades = {one.grade for one in found.differences}
    assert ("Luister zelf:" in told or "Listen for yourself:" in told) is bool(grades - {"A"})
    assert ("Onduidelijk:" in told or "Not clear:" in told) is bool(found.unclear)
    assert ("kunnen we missen" in told or "can be missed" in told) is bool(found.map)
    assert told


def test_another_conversation_and_what_cannot_be_compared_say_what_that_means() -> None:
    words = Words("nl", Names("onze opname", "jouw opname"))
    assert meaning.limits(OTHER, words) == (
        "We vonden niets van jouw opname terug in onze opname.",
        "Misschien is jouw opname van een ander moment, of van een ander deel.",
        "Waar jouw opname dan wel van is, zegt deze vergelijking niet.",
        "Een kort stuk of een stuk met veel lawaai herkennen we soms niet.",
    )
    neither, better = meaning.limits(Comparison(Verdict.INCONCLUSIVE, 60, 1, why=Why.SHORT, which="copy"), words)
    assert neither == "Dit zegt niet dat er iets verschilt, en ook niet dat alles hetzelfde is."
    assert better == "Met een langer of duidelijker bestand lukt het misschien wel."
    unreadable = Comparison(Verdict.INCONCLUSIVE, 60, 0, why=Why.UNREADABLE, which="copy")
    assert "m4a, mp3 of wav" in meaning.limits(unreadable, words)[-1]
    ours = Comparison(Verdict.INCONCLUSIVE, 0, 60, why=Why.SILENT, which="original")
    assert meaning.limits(ours, words) == (neither,)


def test_what_is_ours_bit_for_bit_is_not_called_uncertain() -> None:
    assert "geen zekerheid" in meaning.limits(HONEST, Words.plain("nl"))[0]
    assert not [one for one in meaning.limits(HONEST, Words.plain("nl"), exactly=True) if "zekerheid" in one]


@pytest.mark.parametrize("name", EVERY)
def test_an_answer_is_read_back_as_it_was_written(name: str) -> None:
    assert answers.read(EVERY[name].as_json()) == EVERY[name]


@pytest.mark.parametrize("broken", [{}, {"verdict": "maybe"}, HONEST.as_json() | {"map": [{"copy": [1]}]}])
def test_what_is_no_answer_is_not_read(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        answers.read(broken)
