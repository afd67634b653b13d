"""A comparison that was put in the dossier leaves with it, as its answer and as a report; any other one never does."""

import hashlib
import json
from collections.abc import Iterator

import pytest
from tests import archival
from tests.casework.conftest import DATABASES
from tests.casework.recorded import Recorded, recorded
from tests.casework.test_comparing import done, filed_facts, of, ours, sent
from tests.casework.test_exporting import SOUNDS, unpacked

from tweespoor.casework import comparing, filing_comparison
from tweespoor.rules import facts

pytestmark = pytest.mark.django_db(databases=DATABASES)
CARLA = 3
ANSWER, REPORT = (f"vergeleken/deel-1-vergelijking-1.{form}" for form in ("json", "pdf"))


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made
    comparing.forget_all()


def test_what_was_filed_leaves_as_its_answer_and_as_a_report(talk: Recorded) -> None:
    filing_comparison.file(done(sent(of(talk), ours(talk))))
    done(sent(of(talk, CARLA), ours(talk)))  # law 11: this one stays Carla's
    files = unpacked(talk)
    assert {name for name in files if name.startswith("vergeleken/")} == {ANSWER, REPORT}
    (fact,) = filed_facts(talk)
    told = json.loads(files["gesprek.json"])
    digest = hashlib.sha256(files[ANSWER]).hexdigest()
    assert isinstance(fact, facts.ComparisonFiled)
    assert digest == fact.comparison
    (one,) = told["comparisons"]
    assert (one["part"], one["answer"], one["answer_sha256"], one["report"]) == (1, ANSWER, digest, REPORT)
    assert digest in [line.get("comparison") for line in told["facts"]]
    assert archival.faults(files[REPORT], "nl", {"comparison.json": "/Data"}) == []
    note, hashes = (files[name].decode() for name in ("notitie.txt", "sha256.txt"))
    for name in (ANSWER, REPORT):
        assert f"- {name}\n" in note
        assert f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" in hashes
    assert "«vergeleken»" in note
    assert "seat" not in json.loads(files[ANSWER])


def test_law_11_a_comparison_that_was_not_filed_is_in_nothing_that_leaves(talk: Recorded) -> None:
    before = unpacked(talk)
    done(sent(of(talk), ours(talk)))
    files = unpacked(talk)
    assert set(files) == set(before) == SOUNDS | {"notitie.txt", "gesprek.json", "afspraken.pdf", "sha256.txt"}
    assert files["notitie.txt"] == before["notitie.txt"]
    told, then = (json.loads(one["gesprek.json"]) for one in (files, before))
    assert told | {"exported_at": ""} == then | {"exported_at": ""}
    assert told["comparisons"] == []
