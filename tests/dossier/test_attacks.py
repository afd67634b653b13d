"""Every attack of the corpus gets the verdict that it must, for its one reason."""

from pathlib import Path

import pytest
from tests.dossier import attacks_on_files, attacks_on_keys, attacks_on_sound  # noqa: F401 - entered by being imported
from tests.dossier.attacks import ATTACKS, FAILED, Attack

from tweespoor.dossier import receipts, trust
from tweespoor.dossier.verify import Report, verify


def judged(one: Attack, folder: Path) -> Report:
    case = one.make(folder / "bundle.zip")
    roots = [root for content in case.roots for root in trust.read_roots(content)]
    return verify(case.path, [receipts.read(one) for one in case.receipts], roots)


@pytest.mark.parametrize("one", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_gets_the_verdict_that_it_must(one: Attack, tmp_path: Path) -> None:
    found = judged(one, tmp_path)
    told = {f"{f.code} {f.where} {dict(f.says)}" for f in found.found if f.weight not in {"fine", "note"}}
    assert found.outcome is one.outcome, told
    assert not one.code or one.code in found.found.codes(), told


@pytest.mark.parametrize("name", [name for name in ATTACKS if name.startswith(("rule-", "recorded-"))])
def test_a_rule_that_was_broken_is_told_with_clause_and_second(name: str, tmp_path: Path) -> None:
    found = judged(ATTACKS[name], tmp_path)
    assert found.outcome is FAILED
    broken = [f for f in found.found if f.code in {"rules.broken", "gate.outside"}]
    assert all(isinstance(f.says["at"], int) and str(f.says["clause"])[0] in "0145" for f in broken), broken
