"""What pages sign: a yes when it is given, heads while it records, and nothing that tells of a no."""

import json
from collections.abc import Callable, Iterator

import pytest
from tests.casework.conftest import DATABASES, Clock, Table

from tweespoor.casework import attesting, certifying, consenting, countersigning, ledger, models, recording, rounds
from tweespoor.casework.countersigning import Given
from tweespoor.dossier import statements
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import How
from tweespoor.seal import signing
from tweespoor.seal.signing import Private

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def sealed(time: Clock) -> Iterator[None]:
    certifying.make_seal("Huis aan de Dijk")
    attesting.forget_all()
    yield
    attesting.forget_all()


def seat(table: Table, name: str) -> int:
    found = table.phones[name].seat
    assert found is not None
    return found


def signed(table: Table, name: str, key: Private, **other: object) -> Given:
    public = signing.public(key).hex()
    says = {**countersigning.asked(ledger.state(table.id), seat(table, name)), "public": public, **other}
    return Given(public, signing.sign(key, "yes", statements.canonical(says)).hex())


def say(table: Table, name: str, answer: Answer, given: Given | None) -> None:
    consenting.answer(table.id, seat(table, name), answer, How.OWN_PHONE, given)


def pages(table: Table) -> dict[int, str | None]:
    return {fact.seat: fact.page for fact in table.facts() if isinstance(fact, facts.ConsentGiven)}


def kept() -> int:
    return models.PageStatement.objects.count()


def begun(table: Table, *names: str) -> dict[str, Private]:
    """Let everyone say yes, these with a page that signs, and record."""
    keys = {name: signing.make() for name in names}
    for name in table.phones:
        say(table, name, Answer.YES, signed(table, name, keys[name]) if name in keys else None)
    table.reveal()
    consenting.own_app(table.id)
    recording.start(table.id)
    attesting.attest(table.id)
    return keys


def heads_of(table: Table, name: str, key: Private) -> dict[int, str]:
    found = {}
    for position, head in countersigning.to_sign(table.id, seat(table, name)):
        name_of_key = signing.fingerprint(signing.public(key))
        says = {"conversation": table.id, "head": head, "key": name_of_key, "position": position, "what": "seen"}
        found[position] = signing.sign(key, "seen", statements.canonical(says)).hex()
    return found


def shown(table: Table) -> list[dict[str, object]]:
    return [json.loads(line) for line in countersigning.shown(table.id, list(ledger.lines(table.id)))]


def test_a_signed_yes_is_named_in_the_journal_and_kept_beside_it(table: Table) -> None:
    key = signing.make()
    say(table, "Bram", Answer.YES, signed(table, "Bram", key))
    assert kept() == 0  # not before everyone agreed
    say(table, "Carla", Answer.YES, None)
    name = signing.fingerprint(signing.public(key))
    assert pages(table) == {seat(table, "Bram"): name, seat(table, "Carla"): None}
    (line,) = countersigning.shown(table.id, list(ledger.lines(table.id)))
    read = statements.read(line)
    assert statements.is_right(read, "yes", signing.public(key))
    assert read.says["items"] == [0] * 7
    assert (read.says["round"], read.says["seat"], read.says["what"]) == (1, seat(table, "Bram"), "yes")


@pytest.mark.parametrize("given", [Answer.NO, Answer.DOUBT])
def test_of_a_no_nothing_is_kept_whatever_came_with_it(table: Table, given: Answer) -> None:
    key = signing.make()
    say(table, "Bram", Answer.YES, signed(table, "Bram", key))
    say(table, "Carla", given, signed(table, "Carla", signing.make()))
    assert pages(table) == {}
    assert kept() == 0
    assert rounds.of(table.id).signed == {}


def test_who_answers_again_signs_again(table: Table) -> None:
    key = signing.make()
    say(table, "Bram", Answer.YES, signed(table, "Bram", key))
    say(table, "Bram", Answer.NO, Given(signing.public(key).hex(), "ab" * 64))
    say(table, "Bram", Answer.YES, None)
    say(table, "Carla", Answer.YES, None)
    assert pages(table) == {seat(table, "Bram"): None, seat(table, "Carla"): None}
    assert kept() == 0


def test_what_is_no_signature_of_this_yes_is_an_answer_like_any_other(table: Table) -> None:
    key = signing.make()
    public = signing.public(key).hex()
    good = signed(table, "Bram", key)
    state = ledger.state(table.id)
    for bad in (
        Given("", ""),
        Given(public, ""),
        Given("", good.signature),
        Given(public, "ab" * 64),
        Given(public.upper(), good.signature),
        Given(public + "00", good.signature),
        Given("ab" * 91, good.signature),
        Given("é" * 182, "é" * 128),
        signed(table, "Bram", key, round=2),
        signed(table, "Bram", key, seat=99),
        signed(table, "Bram", key, items=[0, 0, 0, 0, 0, 1, 0]),
        signed(table, "Bram", key, conversation="00" * 16),
        signed(table, "Bram", key, what="no"),
    ):
        assert countersigning.yes(state, seat(table, "Bram"), bad) is None
    assert countersigning.yes(state, seat(table, "Bram"), good) is not None


def test_heads_are_signed_by_pages_that_said_yes_while_it_records(table: Table, time: Clock) -> None:
    keys = begun(table, "Bram")
    assert countersigning.to_sign(table.id, seat(table, "Carla")) == []
    before = heads_of(table, "Bram", keys["Bram"])
    assert list(before) == [ledger.head(table.id).at.position]
    countersigning.see(table.id, seat(table, "Bram"), {})
    countersigning.see(table.id, seat(table, "Bram"), dict.fromkeys(before, "ab" * 64))
    countersigning.see(table.id, seat(table, "Carla"), before)
    assert kept() == 1  # the yes
    countersigning.see(table.id, seat(table, "Bram"), before)
    assert kept() == 2
    assert countersigning.to_sign(table.id, seat(table, "Bram")) == []
    recording.mark(table.id)
    attesting.attest(table.id)
    later = heads_of(table, "Bram", keys["Bram"])
    recording.stop(table.id)
    attesting.attest(table.id)
    assert countersigning.to_sign(table.id, seat(table, "Bram")) == []
    countersigning.see(table.id, seat(table, "Bram"), later)
    assert kept() == 2  # after a stop no page signs any more, whoever stopped


def test_a_bundle_shows_no_head_behind_the_last_one_that_every_page_signed(table: Table) -> None:
    keys = begun(table, "Bram", "Carla")
    for names in (("Bram", "Carla"), ("Bram",), ("Carla",), ("Bram", "Carla"), ("Bram",)):
        recording.mark(table.id)
        attesting.attest(table.id)
        for name in names:
            newest = {max(one): one[max(one)] for one in [heads_of(table, name, keys[name])]}
            countersigning.see(table.id, seat(table, name), newest)
    recording.stop(table.id)
    seen = [one for one in shown(table) if one["what"] == "seen"]
    places = [int(str(one["position"])) for one in seen]
    assert places == sorted(places)
    assert len(seen) == 6
    last = [one["key"] for one in seen if one["position"] == max(places)]
    assert len(last) == 2
    assert [one["what"] for one in shown(table)][:2] == ["yes", "yes"]


def test_in_a_new_round_everyone_signs_anew(lay: Callable[..., Table]) -> None:
    table = lay(3)
    for name in ("Bram", "Carla"):
        table.join(name)
    key = signing.make()
    old = signed(table, "Bram", key)
    consenting.change_item(table.id, 6, 1)
    say(table, "Bram", Answer.YES, old)
    say(table, "Carla", Answer.YES, None)
    assert pages(table)[seat(table, "Bram")] is None
