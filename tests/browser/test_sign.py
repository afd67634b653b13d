"""A page signs its own yes, every answer looks alike on its way, and the key cannot leave the browser."""

import json
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route
from tests.browser.conftest import Launch
from tests.browser.play import until
from tests.browser.stage import Stage

from tweespoor.dossier import statements
from tweespoor.seal import signing

pytestmark = pytest.mark.browser

SAYS = {
    "conversation": "ab" * 16,
    "edition": "2026-01",
    "items": [0, 0, 0, 0, 0, 1, 0],
    "round": 1,
    "seat": 2,
    "what": "yes",
}
QUESTION = (
    '<form method="post" action="/p/answer"><input type="hidden" name="round" value="{round}">'
    '<input type="hidden" name="public" value=""><input type="hidden" name="signature" value="" data-signs=\'{signs}\'>'
    '<button name="answer" value="yes">Ja</button><button name="answer" value="no">Nee</button>'
    '<button name="answer" value="doubt">Ik twijfel</button></form>'
)
HEADS = [[7, "cd" * 32], [9, "ef" * 32]]


def asked(number: int) -> dict[str, object]:
    return SAYS | {"round": number}


def ask(stage: Stage, number: int) -> None:
    stage.show("P2", QUESTION.format(round=number, signs=json.dumps(asked(number), separators=(",", ":"))))


def answered(stage: Stage, page: Page, number: int, button: str) -> dict[str, str]:
    ask(stage, number)
    page.locator(f"input[name=round][value='{number}']").wait_for(state="attached")
    page.wait_for_timeout(300)  # a person needs longer to read the question
    before = len(stage.posts)
    page.get_by_role("button", name=button, exact=True).click()
    until(lambda: len(stage.posts) > before)
    until(lambda: page.input_value("[name=signature]") == page.input_value("[name=public]") == "", page=page)
    return stage.posts[-1][1]


def opened(stage: Stage, launch: Launch) -> Page:
    stage.claim = False
    page = launch().new_context().new_page()
    page.goto(stage.origin + "/p/")
    page.add_script_tag(type="module", url="/static/sign.js")
    return page


def is_yes(fields: dict[str, str], number: int) -> bool:
    says = {**asked(number), "public": fields["public"]}
    key, signature = bytes.fromhex(fields["public"]), bytes.fromhex(fields["signature"])
    return signing.verify(key, "yes", statements.canonical(says), signature)


def test_every_answer_brings_a_key_and_a_signature_shape_and_only_a_yes_is_one(stage: Stage, launch: Launch) -> None:
    page = opened(stage, launch)
    sent = {name: answered(stage, page, n, name) for n, name in enumerate(("Ja", "Nee", "Ik twijfel"), 1)}
    assert {tuple(fields) for fields in sent.values()} == {("round", "public", "signature", "answer")}
    assert {(len(fields["public"]), len(fields["signature"])) for fields in sent.values()} == {(182, 128)}
    assert len({fields["public"] for fields in sent.values()}) == 1
    assert [is_yes(fields, number) for number, fields in enumerate(sent.values(), 1)] == [True, False, False]
    stored = page.evaluate(
        """async () => {
          const base = await new Promise((done) => {
            const o = indexedDB.open('k', 1); o.onsuccess = () => done(o.result); });
          const all = await new Promise((done) => {
            const r = base.transaction('k').objectStore('k').getAll(); r.onsuccess = () => done(r.result); });
          base.close();
          return all.map((pair) => pair.privateKey.extractable);
        }"""
    )
    assert stored == [False]
    stage.show("P8", "<h1>Bevestiging</h1>")
    page.get_by_role("heading", name="Bevestiging").wait_for()
    until(lambda: page.evaluate("async () => (await indexedDB.databases()).every(({name}) => name !== 'k')"))


@pytest.mark.slow
def test_a_page_signs_the_heads_it_saw_with_the_same_key(stage: Stage, launch: Launch) -> None:
    brought: list[dict[str, list[str]]] = []

    def heads(route: Route) -> None:
        if route.request.method == "POST":
            brought.append(parse_qs(route.request.post_data or ""))
            route.fulfill(status=204)
        else:
            route.fulfill(json={"conversation": SAYS["conversation"], "heads": HEADS})

    stage.claim = False
    page = launch().new_context().new_page()
    page.route("**/p/heads", heads)
    page.clock.install()
    page.goto(stage.origin + "/p/")
    page.add_script_tag(type="module", url="/static/sign.js")
    page.clock.run_for(21_000)
    page.wait_for_timeout(200)
    assert brought == []  # no key here that said yes to anything
    ask(stage, 1)
    page.clock.run_for(1_500)
    page.locator("input[name=round][value='1']").wait_for(state="attached")
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Ja", exact=True).click()
    until(lambda: len(stage.posts) == 1)
    page.clock.run_for(21_000)
    until(lambda: brought != [], page=page)
    key = bytes.fromhex(stage.posts[0][1]["public"])
    for position, head in HEADS:
        says = {
            "conversation": SAYS["conversation"],
            "head": head,
            "key": signing.fingerprint(key),
            "position": position,
            "what": "seen",
        }
        signature = bytes.fromhex(brought[0][str(position)][0])
        assert signing.verify(key, "seen", statements.canonical(says), signature)


@pytest.mark.slow
def test_without_web_cryptography_every_answer_is_sent_with_empty_fields(stage: Stage, launch: Launch) -> None:
    stage.claim = False
    page = launch().new_context().new_page()
    page.add_init_script("Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined })")
    page.goto(stage.origin + "/p/")
    page.add_script_tag(type="module", url="/static/sign.js")
    for number, button in enumerate(("Ja", "Nee"), 1):
        fields = answered(stage, page, number, button)
        assert (fields.get("public", ""), fields.get("signature", "")) == ("", "")
