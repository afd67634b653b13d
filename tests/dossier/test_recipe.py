"""The recipe with open tools in docs/format.md, as it stands there, fails closed.

It accepts nothing within its reach that the command refuses.
"""

import re
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.dossier import attacks_on_files, attacks_on_keys, attacks_on_sound  # noqa: F401 - entered by being imported
from tests.dossier.attacks import ATTACKS, Attack
from tests.programs import brought_in
from tests.seal import asn1

from tweespoor.dossier.findings import Outcome

FORMAT = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
RECIPE = re.findall(r"```sh\n(.*?)```", FORMAT, re.DOTALL)[0]
REACH = re.compile(r"(container|version|manifests|seal|time)\.")
QUICK = [
    "true-as-it-went",
    "file-removed",
    "file-added",
    "page-replaced",
    "seal-removed",
    "seal-of-a-stranger",
    "time-of-other-bytes",
    "time-by-an-authority-of-ones-own",
    "zip-with-a-name-twice",
    "zip-with-a-way-out",
    "zip-cut-short",
]
LENIENT = {
    # Another spelling of the same ZIP is the same to unzip.
    "zip-of-another-writer", "zip-with-bytes-between", "zip-with-a-flag-for-encryption", "zip-with-two-directories",
    # What openssl does not ask of a signature: DER, and the weak hash that CAdES once had.
    "seal-with-bytes-behind", "seal-that-names-its-certificate-by-a-weak-hash",
    # What openssl does not ask of a time stamp by a trusted authority.
    "time-from-after-the-certificate-ended", "time-that-is-no-time", "time-of-another-zone",
    "time-with-what-must-be-understood",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def unzip() -> None:
    brought_in("unzip", "unzip")


def accepts(one: Attack, folder: Path) -> bool:
    """Run the recipe with the true roots."""
    case = one.make(folder / "bundle.zip")
    (folder / "recipe.sh").write_text(RECIPE, encoding="utf-8")
    for name, (root, _) in (("root", asn1.organisation()), ("clock", asn1.authority())):
        (folder / f"{name}.pem").write_bytes(root.certificates[0].public_bytes(Encoding.PEM))
    done = subprocess.run(
        ["sh", "recipe.sh", str(case.path), "root.pem", "clock.pem"], cwd=folder, check=False, capture_output=True
    )
    return done.returncode == 0


def must_refuse(one: Attack) -> bool:
    """Whether the command refuses it for something that lies in the recipe's reach."""
    if one.name in LENIENT or one.name.startswith("true-"):  # the reader of a true one may have had no roots
        return False
    refused = one.outcome not in {Outcome.PROVEN, Outcome.SEALED}
    return refused and (bool(REACH.match(one.code)) or one.outcome is Outcome.UNREADABLE)


@pytest.mark.parametrize("name", QUICK)
def test_the_recipe_judges_as_the_command_does(name: str, tmp_path: Path) -> None:
    one = ATTACKS[name]
    accepted = accepts(one, tmp_path)
    assert accepted is not must_refuse(one) or name == "seal-of-a-stranger"
    assert accepted is (name == "true-as-it-went")


@pytest.mark.slow
def test_the_recipe_accepts_nothing_within_its_reach_that_the_command_refuses(tmp_path: Path) -> None:
    wrong = []
    for one in ATTACKS.values():
        folder = tmp_path / one.name
        folder.mkdir()
        accepted = accepts(one, folder)
        if accepted and must_refuse(one):
            wrong.append(one.name)
    assert not wrong
