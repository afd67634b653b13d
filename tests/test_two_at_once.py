"""Two people who ask for a cut at the same moment, over a real server: one question, and a clear answer to the rest."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.server import serving
from tests.test_restore import ask, demonstration, run
from tests.test_restore_question import BRAM, CARLA, CODE, WORD, coming_in

__all__ = ["demonstration"]
pytestmark = pytest.mark.slow
FORM = {"begin": "0:01", "end": "0:03", "reason": "Dit gaat over iemand anders.", "sure": "yes"}


def test_two_people_who_propose_a_cut_at_once_make_one_question(demonstration: Path) -> None:
    codes = [run(demonstration, CODE, str(seat), WORD) for seat in (BRAM, CARLA)]
    together = threading.Barrier(6)

    def propose(client: httpx.Client) -> httpx.Response:
        together.wait(20)
        return client.post("/luister/knippen", data=FORM, follow_redirects=False)

    before = len(ask(demonstration, "SELECT 1 FROM casework_question"))
    with serving(demonstration) as server, coming_in(server, codes) as clients, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(propose, [*clients, *clients, *clients]))
    found = sorted(answer.status_code for answer in answers)
    assert found[0] == 302
    assert set(found[1:]) == {422}
    for answer in answers:
        if answer.status_code != 302:
            for typed in ("begin", "end", "reason"):  # nobody has to type it again
                assert f'value="{FORM[typed]}"' in answer.text, typed
            assert "Er loopt al een vraag over knippen in dit deel." in answer.text
            assert "Voorwaarde 5b" in answer.text
    assert len(ask(demonstration, "SELECT 1 FROM casework_question")) == before + 1
    lines = [json.loads(line) for (line,) in ask(demonstration, "SELECT line FROM casework_entry ORDER BY id")]  # type: ignore[arg-type]
    proposed = [line["fact"] for line in lines if line["fact"]["type"] == "EditProposed"]
    assert len(proposed) == 2  # the demonstration's own, and this one
    assert ask(demonstration, "SELECT count(*) FROM casework_cut WHERE over_ms IS NULL") == [(1,)]
