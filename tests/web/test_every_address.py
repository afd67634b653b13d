"""Every address × everyone × looking and sending: a table tells what each may; to others it is not there.

Sound has an entrance of its own (`web.ingest`), static files have one too; they are no addresses of Django.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.casework.conftest import Clock
from tests.web.walk import (
    DATABASES,
    Seen,
    Talk,
    browser,
    ready_to_record,
    recording_here,
    standing_clock,
    works_here,
)

from tweespoor.casework import capturing, ledger, planning, rounds
from tweespoor.casework.models import Role, Staff
from tweespoor.casework.planning import Wanted
from tweespoor.web.headers import RECORDERS

pytestmark = pytest.mark.django_db(databases=DATABASES)

STAFF = ("worker", "other worker", "manager", "officer", "clerk", "administrator")
PHONES = ("phone", "another phone")
EVERYONE = (*STAFF, *PHONES, "nobody")
METHODS = ("GET", "POST")

# What somebody gets.
SERVED = "served"  # the page, what it does, or why it does not
ABSENT = "absent"  # the page of what is not there, to the byte
SIGN_IN = "sign in"
NO_SESSION = "no session"  # what a phone does without one: the six figures
ONLY_POST = "only post"  # the same for everyone, whatever stands in the address
ONLY_GET = "only get"

Row = Mapping[str, Mapping[str, str]]


def row(get: Mapping[str, str] | str, post: Mapping[str, str] | str) -> Row:
    """Tell for one address what everyone gets."""
    told = {"GET": get, "POST": post}
    return {method: dict.fromkeys(EVERYONE, who) if isinstance(who, str) else who for method, who in told.items()}


def to(*served: str) -> dict[str, str]:
    """Serve some of who works here; for others of them it is not there, and a stranger may sign in."""
    return {who: SERVED if who in served else ABSENT if who in STAFF else SIGN_IN for who in EVERYONE}


def phones() -> Mapping[str, str]:
    """Serve phones that have a session, each its own conversation."""
    return {who: SERVED if who in PHONES else NO_SESSION for who in EVERYONE}


OWN_PAGE = row(to("worker"), ONLY_GET)
OWN_TAP = row(ONLY_POST, to("worker"))
OWN_BOTH = row(to("worker"), to("worker"))
PHONE_PAGE = row(phones(), ONLY_GET)
PHONE_TAP = row(ONLY_POST, phones())
HEAR = row(to("worker"), ONLY_GET)
PUBLIC = row(SERVED, SERVED)
LOOK_ONLY = to() | dict.fromkeys(STAFF, ONLY_GET)
ANY_STAFF = row(to(*STAFF), to(*STAFF))
DESK = ("manager", "officer", "clerk")

ADDRESSES: Mapping[str, Row] = {
    "": PUBLIC,
    "g/new": row(to("worker", "other worker", "manager"), to("worker", "other worker", "manager")),
    "m/<str:token>": row(SERVED, ONLY_GET),
    "m/": row(SERVED, ONLY_GET),
    **dict.fromkeys(("p/", "p/state", "p/hidden", "p/again", "p/wait", "p/agreements", "p/receipt.txt"), PHONE_PAGE),
    **dict.fromkeys(("p/other", "p/heads"), row(phones(), phones())),
    **dict.fromkeys(("p/contract", "p/thanks"), PHONE_PAGE),
    "p/contract/sign": PHONE_TAP,
    **dict.fromkeys(
        (
            *("p/who", "p/answer", "p/track", "p/ready", "p/stop", "p/failed", "p/retry", "p/alone"),
            *("p/own-app", "p/only-house", "p/copy", "p/hand-in"),
        ),
        PHONE_TAP,
    ),
    **{
        f"g/<str:conversation>/{page}": OWN_PAGE
        for page in ("", "state", "later", "receipts", "receipt.txt", "speak", "device", "device/done")
    },
    **{f"g/<str:conversation>/{page}": OWN_BOTH for page in ("phone", "slip", "decline", "offer", "interest-line")},
    "g/<str:conversation>/device/<str:token>": OWN_BOTH,
    **{
        f"g/<str:conversation>/contract{page}": OWN_PAGE
        for page in ("", "/paper", "/hand", "/hand/done", "/file/<str:name>")
    },
    **{f"g/<str:conversation>/contract/{page}": OWN_BOTH for page in ("scan", "hand/<str:token>")},
    **{f"g/<str:conversation>/contract/{verb}": OWN_TAP for verb in ("offer", "sign", "hand/next")},
    **dict.fromkeys(("luister/contract", "luister/afspraken"), PUBLIC),
    "luister/contract/<str:name>": row(SERVED, ONLY_GET),
    **{
        f"g/<str:conversation>/{verb}": OWN_TAP
        for verb in (
            *("count", "recount", "interest", "guardian", "alone-ok", "own-app", "stop-waiting", "code"),
            *("begin-again", "ask-again", "device/next", "spoke", "everyone", "not-everyone", "postpone"),
            *("track", "start", "request", "pause", "stop", "wrong-start", "mark", "failed", "ready", "retry"),
            *("own-app-ended", "finish", "leave", "came", "someone-leaves", "left", "go-on"),
            *("file", "secret"),
        )
    },
    "opname/<str:conversation>/": HEAR,
    "opname/<str:conversation>/waves": HEAR,
    "opname/<str:conversation>/afspraken": HEAR,
    "opname/<str:conversation>/<str:track>.<form:form>": HEAR,
    "p/code": row(phones(), phones()),
    "g/<str:conversation>/codes": OWN_PAGE,
    "g/<str:conversation>/codes/<str:token>": OWN_BOTH,
    **{f"g/<str:conversation>/codes/{verb}": OWN_TAP for verb in ("give", "reopen", "end", "here")},
    # Without a session of a listener everyone is asked for code and word.
    **dict.fromkeys(
        ("luister/", "luister/kopie", "luister/telefoon-weg", "luister/bevestiging", "luister/bewijsmap"), PUBLIC
    ),
    **{
        f"luister/{page}": row(SERVED, ONLY_GET)
        for page in (
            *("gesprek", "golven", "wie", "uit", "bevestiging.txt"),
            *("<str:track>.<form:form>", "kopie/<str:token>.m4a"),
        )
    },
    # The same for what is asked of the others.
    **dict.fromkeys(("luister/delen", "luister/openbaar", "luister/vraag/<str:question>/back"), PUBLIC),
    **{
        f"luister/{page}": row(SERVED, ONLY_GET)
        for page in (
            "vragen",
            *(f"vraag/<str:question>/{one}" for one in ("", "stopped", "gesprek.m4a", "tekst.<str:form>")),
        )
    },
    **{
        f"luister/vraag/<str:question>/{verb}": row(ONLY_POST, SERVED)
        for verb in ("answer", "link", "end-link", "public")
    },
    # Cutting and covering; the ids are of nothing that is there.
    "luister/knippen": PUBLIC,
    **{
        f"luister/{page}": row(SERVED, ONLY_GET)
        for page in (
            *("vraag/<str:question>/pieces", "zonder/<str:edit>/", "zonder/<str:edit>/waves"),
            "zonder/<str:edit>/<str:track>.<form:form>",
        )
    },
    "opname/<str:conversation>/knippen": OWN_BOTH,
    **{
        f"opname/<str:conversation>/{page}": row(to(), ONLY_GET)
        for page in (
            *("vraag/<str:question>", "zonder/<str:edit>/", "zonder/<str:edit>/waves"),
            "zonder/<str:edit>/<str:track>.<form:form>",
        )
    },
    "desk/cover/<str:conversation>/": row(to(), to()),  # nothing was asked that could end in covering
    "desk/cover/<str:conversation>/off": row(ONLY_POST, to()),
    **{f"desk/cover/<str:conversation>/{page}": row(to(), ONLY_GET) for page in ("waves", "<str:track>.<form:form>")},
    # What comes from elsewhere, and what was written out; the ids are of nothing that is there.
    **{f"luister/{page}": row(SERVED, ONLY_GET) for page in ("geven", "tekst", "tekst/deel-<int:part>.<str:form>")},
    "luister/geven/begin": row(ONLY_POST, SERVED),
    "opname/<str:conversation>/elders": HEAR,
    "opname/<str:conversation>/elders/begin": OWN_TAP,
    "elders/<str:external>.m4a": row(to(), ONLY_GET),
    **{
        f"elders/<str:external>/{verb}": row(ONLY_POST, to())
        for verb in ("besluit", "vast", "bezwaar", "wissen", "naast")
    },
    # A file laid beside; no comparison has this id.
    "luister/naast": row(SERVED, ONLY_GET),
    "luister/naast/begin": row(ONLY_POST, SERVED),
    **{f"luister/naast/<str:filed>/bewaard{page}": row(SERVED, ONLY_GET) for page in ("", "/rapport")},
    "opname/<str:conversation>/naast": HEAR,
    "opname/<str:conversation>/naast/begin": OWN_TAP,
    **{f"opname/<str:conversation>/naast/<str:filed>/bewaard{page}": row(to(), ONLY_GET) for page in ("", "/rapport")},
    **{f"naast/<str:comparison>/{page}": row(ABSENT, ONLY_GET) for page in ("", "stand", "rapport", "stuk/")},
    "naast/<str:comparison>/<int:number>.wav": row(ABSENT, ONLY_GET),
    **{
        f"naast/<str:comparison>/{verb}": row(ONLY_POST, ABSENT)
        for verb in ("bewaar", "weg", "stuk/klaar", "stuk/<int:number>")
    },
    "stuk/<str:external>/": row(ABSENT, ONLY_GET),
    **dict.fromkeys(("stuk/<str:external>/klaar", "stuk/<str:external>/<int:number>"), row(ONLY_POST, ABSENT)),
    "opname/<str:conversation>/tekst/": HEAR,
    **{f"opname/<str:conversation>/tekst/{verb}": row(ONLY_POST, to()) for verb in ("plak", "bestand")},
    **{
        f"opname/<str:conversation>/tekst/<str:transcript>/{page}": row(to(), ONLY_GET)
        for page in ("", "eerder", "tekst.<str:form>")
    },
    **{
        f"opname/<str:conversation>/tekst/<str:transcript>/{page}": row(to(), to())
        for page in ("regel/<int:number>", "weg")
    },
    "opname/<str:conversation>/tekst/<str:transcript>/naam": row(ONLY_POST, to()),
    # The token of a link that never was.
    **{f"hoor/<str:token>/{page}": row(ABSENT, ONLY_GET) for page in ("", "golven")},
    "hoor/<str:token>/<str:track>.<form:form>": row(ABSENT, ONLY_GET),
    "hoor/<str:token>/accept": row(ONLY_POST, ABSENT),
    "zo-doe-je-dat/": row(SERVED, ONLY_GET),
    "zo-doe-je-dat/<str:name>": row(ABSENT, ONLY_GET),  # no such page
    "desk/questions/<str:conversation>/": row(to("worker", "manager"), ONLY_GET),
    "desk/questions/<str:conversation>/share": row(to("worker", "manager"), to("worker", "manager")),
    "desk/questions/<str:conversation>/here/<str:token>": row(to("worker", "manager"), to("worker", "manager")),
    "desk/questions/<str:conversation>/<str:question>/": row(to(), ONLY_GET),  # no such question
    **{
        f"desk/questions/<str:conversation>/<str:question>/{verb}": row(ONLY_POST, to())
        for verb in ("answer", "back", "turn", "spoken", "link", "end-link")
    },
    "desk/use/<str:conversation>/": row(to("officer"), ONLY_GET),
    "desk/use/<str:conversation>/use": row(ONLY_POST, to()),  # no part is named
    **{f"desk/use/<str:conversation>/<int:number>/{verb}": row(ONLY_POST, to()) for verb in ("end", "inform")},
    "luister/klaar": row(ONLY_POST, SERVED),
    "luister/hier/<str:token>": row(ABSENT, ABSENT),  # the token is of a conversation
    "g/<str:conversation>/ways": OWN_BOTH,
    **{f"g/<str:conversation>/ways/{verb}": OWN_TAP for verb in ("look", "take")},
    "desk/hearing/<str:conversation>/": row(to("officer"), ONLY_GET),
    "desk/hearing/<str:conversation>/<slug:verb>": row(ONLY_POST, to()),  # no such verb
    "desk/": row(to(*DESK), ONLY_GET),
    "desk/search": row(to(*DESK, "worker", "other worker"), ONLY_GET),
    "desk/declines": row(to("manager", "officer"), ONLY_GET),
    "desk/told/<int:number>": row(ONLY_POST, to()),  # the number is of an account
    "desk/g/<str:conversation>/": row(to(*DESK, "worker"), ONLY_GET),
    **{f"desk/g/<str:conversation>/{verb}": row(ONLY_POST, to(*DESK, "worker")) for verb in ("file", "note")},
    "desk/g/<str:conversation>/export": row(ONLY_POST, to("worker", "clerk")),
    "desk/g/<str:conversation>/bundle": row(ONLY_POST, to("worker", "clerk", "officer")),
    "desk/g/<str:conversation>/receipt": row(to("worker", "clerk", "officer"), to("worker", "clerk", "officer")),
    "desk/g/<str:conversation>/secret": row(ONLY_POST, to("officer")),
    "desk/g/<str:conversation>/decline": row(ONLY_POST, to("manager")),
    "desk/g/<str:conversation>/hand-over": row(to("worker", "manager"), to("worker", "manager")),
    "desk/g/<str:conversation>/lost": row(to("worker", "manager", "officer"), to("worker", "manager", "officer")),
    "desk/lost": ANY_STAFF,
    **dict.fromkeys(("desk/keeping/", "desk/keeping/register", "desk/keeping/held"), row(to(*DESK), ONLY_GET)),
    "desk/keeping/<str:conversation>/": row(to(*DESK, "worker"), ONLY_GET),
    **{
        f"desk/keeping/<str:conversation>/{verb}": row(ONLY_POST, to("officer"))
        for verb in ("year", "read", "hold", "lift", "end", "<int:part>/wipe")
    },
    "desk/keeping/<str:conversation>/object": row(ONLY_POST, to("officer", "manager", "worker")),
    "desk/keeping/<str:conversation>/notice": row(to("officer"), ONLY_GET),
    **{f"desk/keeping/<str:conversation>/{page}": row(to("officer"), to("officer")) for page in ("request", "attach")},
    # Nothing was recorded, wiped or asked here.
    "desk/keeping/<str:conversation>/<int:part>/announce": row(ONLY_POST, to()),
    **{
        f"desk/keeping/<str:conversation>/<int:part>/certificate{kind}": row(to(), ONLY_GET)
        for kind in ("", ".json", ".json.p7s")
    },
    **{f"desk/keeping/request/<int:number>/{page}": row(to(), ONLY_GET) for page in ("", "letter")},
    "desk/keeping/request/<int:number>/decide": row(ONLY_POST, to()),
    "desk/leaks/<int:number>/": row(to(), to()),  # as above
    **dict.fromkeys(("desk/leaks/", "desk/log/", "desk/log.csv", "desk/log.jsonl"), row(to("officer"), ONLY_GET)),
    "desk/log/announce": row(ONLY_POST, to("officer")),
    "desk/log/object": row(ONLY_POST, to("officer", "manager")),
    "conditions": row(SERVED, ONLY_GET),
    **dict.fromkeys(("plans/", "print/<str:sheet>"), row(to("worker", "other worker", "manager"), ONLY_GET)),
    "plans/new": row(to("worker", "other worker", "manager"), to("worker", "other worker", "manager")),
    **{f"plans/<str:plan>/{page}": OWN_PAGE for page in ("", "paper", "mail")},
    **{f"plans/<str:plan>/{page}": OWN_BOTH for page in ("begin", "move", "hand-over")},
    **{f"plans/<str:plan>/{verb}": OWN_TAP for verb in ("cancel", "undo", "said", "reach", "renew")},
    **dict.fromkeys(("vooraf", "u/<str:token>/vooraf"), PUBLIC),
    **dict.fromkeys(("vooraf/dank", "u/<str:token>"), row(SERVED, ONLY_GET)),
    "g/<str:conversation>/sheet": OWN_PAGE,
    "lang": PUBLIC,
    "weg": PUBLIC,
    "theme.css": row(ABSENT, ONLY_GET),
    "staff/": row(to(*STAFF), LOOK_ONLY),
    "staff/people/": row(to("administrator"), to("administrator") | {"administrator": ONLY_GET}),
    "staff/people/invite/": row(to("administrator") | {"administrator": ONLY_POST}, to("administrator")),
    "staff/people/<int:number>/<slug:verb>/": row(
        to("administrator") | {"administrator": ONLY_POST}, to("administrator")
    ),
    "staff/checklist/": row(to("officer", "manager", "administrator"), to("officer")),
    "staff/invitation/<str:token>/": row(ABSENT, ABSENT),  # the token is of a conversation
    "staff/login/": PUBLIC,
    "staff/logout/": PUBLIC,
    "staff/inactive/": row(SERVED, ONLY_GET),
    "staff/login/factor/": PUBLIC,
    **{
        f"staff/{page}": ANY_STAFF
        for page in (
            *("reauthenticate/", "password/", "factor/reauthenticate/", "factor/app/", "factor/app/remove/"),
            *("factor/codes/new/", "factor/passkeys/add/", "factor/passkeys/reauthenticate/"),
        )
    },
    **dict.fromkeys(("staff/factor/", "staff/factor/passkeys/"), row(to(*STAFF), LOOK_ONLY)),
    "staff/factor/codes/": row(to("worker"), LOOK_ONLY),
    "staff/factor/passkeys/<int:pk>/remove/": row(to(), to()),  # the number is of an app with codes
}
FORMS: Mapping[str, Mapping[str, str]] = {
    "": {"figures": "000000"},
    "g/new": {"people": "3", "children": "none"},
    "p/who": {"kind": "adult"},
    "p/answer": {"answer": "yes", "round": "1"},
    "p/other": {"item": "6", "choice": "1"},
    "p/copy": {"choice": "keep"},
    "g/<str:conversation>/phone": {"says": "yes"},
    "g/<str:conversation>/slip": {"answer": "no", "kind": "adult"},
    "g/<str:conversation>/decline": {"reason": "other"},
    "g/<str:conversation>/offer": {"offered": "listener-now"},
    "g/<str:conversation>/count": {"people": "4", "children": "present"},
    "g/<str:conversation>/came": {"when": "while", "then": "stays"},
    "g/<str:conversation>/left": {"seat": "2"},
    "g/<str:conversation>/spoke": {"seat": "2"},
    "g/<str:conversation>/file": {"number": "2026-1"},
    "g/<str:conversation>/interest-line": {"line": "x"},
    "staff/people/invite/": {"username": "nieuw", "role": "worker"},
    "staff/checklist/": {"item": "phones", "tick": "off"},
    "desk/g/<str:conversation>/file": {"number": "2026-1"},
    "desk/g/<str:conversation>/note": {"note": "x"},
    "desk/g/<str:conversation>/lost": {"who": "all", "cause": "phone"},
    "lang": {"language": "en", "next": "/"},
    "plans/new": {"key": "cd" * 16, "day": "gisteren"},
    "plans/<str:plan>/begin": {"people": "3", "children": "none"},
    "plans/<str:plan>/said": {"what": "told", "said": "yes"},
}


MAY_BE_ABSENT = {"opname/<str:conversation>/<str:track>.<form:form>"} | {
    route for route in ADDRESSES if route[:2] in {"p/", "g/"}
}
"""What is not there in every stage for who may look or send: sound that nobody handed in, a choice out of place."""


@dataclass
class House:
    """A house with a conversation in some state, everyone who could come by, and what stands in addresses."""

    talk: Talk
    clients: Mapping[str, Client]
    known: dict[str, str]
    other: Talk

    def address(self, route: str, known: Mapping[str, str] | None = None) -> str:
        """Fill in an address."""
        route = route.replace("<form:form>", "webm")
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: (known or self.known)[found[1]], route)

    @contextmanager
    def for_a_moment(self) -> Iterator[None]:
        """Undo afterwards what a request did: in tables, in memory, in cookies."""
        cookies = {name: dict(client.cookies) for name, client in self.clients.items()}
        held = {key: rounds.of(key).answers.copy() for key in (self.talk.id, self.other.id)}
        with transaction.atomic(), transaction.atomic(using="keyring"):
            yield
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="keyring")
        for key, answers in held.items():
            ledger.forget(key)
            rounds.forget(key)
            rounds.of(key).answers.update(answers)
        for name, client in self.clients.items():
            client.cookies.clear()
            client.cookies.update(cookies[name])

    def ask(self, who: str, method: str, address: str, form: Mapping[str, str] | None = None) -> Seen:
        """Let somebody look or send."""
        client = self.clients[who]
        with self.for_a_moment():
            return Seen(client.get(address) if method == "GET" else client.post(address, dict(form or {})))


def settle(talk: Talk, stage: str) -> None:
    """Bring a conversation to a stage."""
    for name in ("Bram", "Carla"):
        talk.join(name)
    if stage == "asking":
        return
    talk.everyone("no" if stage == "no recording" else "yes")
    talk.time.turn(4)
    if stage in {"no recording", "agreed"}:
        return
    talk.phone("Bram", "ready")
    talk.tap("start")
    talk.tap("track")
    talk.phone("Bram", "track")
    if stage == "paused":
        talk.tap("pause")
    elif stage == "finished":
        talk.tap("finish")


SLOW_STAGES = ("no recording", "agreed", "paused")
STAGES = (
    *("recording", "finished"),
    *(pytest.param(stage, marks=pytest.mark.slow) for stage in SLOW_STAGES),
)
"""Besides «asking», in which everyone comes to every address."""


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as standing:
        yield standing


@pytest.fixture
def house(time: Clock, request: pytest.FixtureRequest) -> Iterator[House]:
    stage = getattr(request, "param", "asking")
    ready_to_record()
    roles = {"worker": Role.WORKER, "other worker": Role.WORKER}
    roles |= {role.value: role for role in (Role.MANAGER, Role.OFFICER, Role.CLERK, Role.ADMINISTRATOR)}
    staff = {who: works_here(who.replace(" ", "-"), role) for who, role in roles.items()}
    works_here("second-administrator", Role.ADMINISTRATOR)
    clients = {who: browser(one) for who, one in staff.items()} | {"nobody": browser()}
    RecoveryCodes.activate(staff["worker"])
    with recording_here():
        talk, other = Talk(clients["worker"], time).open(3), Talk(clients["other worker"], time).open(2)
        settle(talk, stage)
        other.join("Xander")
        clients |= {"phone": talk.phones["Bram"], "another phone": other.phones["Xander"]}
        track = next(iter(talk.state.tracks), "0" * 32)
        known = {
            "conversation": talk.id,
            "token": talk.row.join_token,
            "track": track,
            "question": "0" * 32,
            **dict.fromkeys(("external", "transcript", "edit", "comparison", "filed"), "0" * 32),
            "form": "vtt",
            "name": "iets",
            "number": str(Staff.objects.get(username="clerk").pk),
            "verb": "disable",
            "part": "1",
            "plan": planning.plan(staff["worker"], "ab" * 16, Wanted(starts_ms=time.ms + 3_600_000)).pk,
            "sheet": "slips",
            "pk": str(Authenticator.objects.get(user=staff["worker"], type="totp").pk),
        }
        yield House(talk, clients, known, other)
        for one in (talk, other):
            capturing.forget(one.id)
            one.forget()


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Give every address of the resolver, as it is written."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_the_table_has_a_row_for_each_address_and_none_too_many() -> None:
    assert set(routes(get_resolver().url_patterns)) == set(ADDRESSES)


def got(seen: Seen, absent: bytes) -> str:
    """Name what somebody got."""
    if seen.status == 404 and seen.body == absent:
        return ABSENT
    if seen.goes_to.startswith("/staff/login/?next="):
        return SIGN_IN
    if seen.status == 302 and seen.goes_to == "/m/":
        return NO_SESSION
    if seen.status == 405:
        return ONLY_POST if "GET" not in seen.headers["allow"] else ONLY_GET
    return SERVED if seen.status in {200, 202, 204, 302, 303, 400, 404, 409, 410, 422} else f"status {seen.status}"


def policy_is_right(policy: str, address: str) -> bool:
    """Tell whether no camera and no screen may be used, and the microphone where a recorder lives only."""
    microphone = "microphone=(self)" if RECORDERS.match(address) else "microphone=()"
    return "camera=()" in policy and "display-capture=()" in policy and microphone in policy


def csp_is_right(policy: str, _address: str) -> bool:
    """Tell whether only our own scripts run, and nothing may frame us or take our forms."""
    wanted = (
        "default-src 'none'",
        "script-src 'self';",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )
    return all(one in f"{policy};" for one in wanted) and "unsafe-inline" not in policy and "unsafe-eval" not in policy


HEADERS: Mapping[str, Callable[[str, str], bool]] = {
    "cache-control": lambda value, _: "no-store" in value,
    "content-security-policy": csp_is_right,
    "permissions-policy": policy_is_right,
    "referrer-policy": lambda value, address: value == ("no-referrer" if address == "/weg" else "same-origin"),
    "x-content-type-options": lambda value, _: value == "nosniff",
    "x-robots-tag": lambda value, _: "noindex" in value,
}


def faults(seen: Seen, address: str) -> Iterator[str]:
    """Tell what an answer lacks of what every answer has, and a page of what every page has."""
    yield from (f"header {name}" for name, wanted in HEADERS.items() if not wanted(seen.headers.get(name, ""), address))
    if not seen.is_page:
        return
    page = seen.text
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    has = {
        "helpline": 'href="tel:08002000"' in page and "0800-2000" in page,
        "way out": 'href="/weg"' in page and ">Snel weg</a>" in page,
        "language": re.search(r'<html lang="nl" dir="ltr">', page) is not None,
        "neutral title": title is not None and "Huis van de test" not in title[1],
        "no «geweld»": "geweld" not in page.lower(),
        "no inline script": re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page) is None,
        "no inline style": " style=" not in page and "<style" not in page,
    }
    yield from (f"page lacks {what}" for what, there in has.items() if not there)


def walk(house: House, everyone: tuple[str, ...], addresses: Mapping[str, Row]) -> None:
    """Let everyone look at and send to each address; fail with all that is not as the table says."""
    absent = {who: house.ask(who, "GET", "/nowhere").body for who in everyone}
    assert len(set(absent.values())) == 1
    wrong = []
    for route, told in addresses.items():
        for method in METHODS:
            for who in everyone:
                seen = house.ask(who, method, house.address(route), FORMS.get(route))
                result = got(seen, absent[who])
                expected = told[method][who]
                if result != expected and not (expected == SERVED and result == ABSENT and route in MAY_BE_ABSENT):
                    wrong.append(f"{method} /{route} by {who}: {result} {seen.goes_to}, expected {expected}")
                wrong += [f"{method} /{route} by {who}: {fault}" for fault in faults(seen, house.address(route))]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def test_everyone_gets_what_the_table_says(house: House) -> None:
    walk(house, EVERYONE, ADDRESSES)


@pytest.mark.parametrize("house", STAGES, indirect=True)
def test_whatever_stage_a_conversation_is_in(house: House) -> None:
    of_talks = {route: told for route, told in ADDRESSES.items() if route.startswith(("p/", "g/", "m/", "opname/"))}
    walk(house, ("worker", "manager", "phone", "another phone"), of_talks)


def test_a_conversation_of_another_and_one_that_never_was_look_alike(house: House) -> None:
    never = house.known | {"conversation": "0" * 32, "track": "0" * 32, "token": "0" * 22}
    for route in ADDRESSES:
        if not route.startswith(("g/<", "opname/")):
            continue
        for method in METHODS:
            for who in EVERYONE:
                if who != "worker":
                    seen = house.ask(who, method, house.address(route), FORMS.get(route))
                    other = house.ask(who, method, house.address(route, never), FORMS.get(route))
                    assert (seen.status, seen.body) == (other.status, other.body), (route, method, who)


@pytest.mark.parametrize("name", ["x", "0" * 31, "0" * 33, "A" * 32, "%00", "..", "🙂", "'", "new"])
def test_an_address_that_cannot_be_is_not_there(house: House, name: str) -> None:
    absent = house.ask("worker", "GET", "/nowhere").body
    for address in (f"/g/{name}/", f"/g/{name}/state", f"/opname/{name}/", f"/opname/{name}/waves", f"/g/{name}/stop"):
        seen = house.ask("worker", "POST" if address.endswith("stop") else "GET", address)
        assert (seen.status, seen.body) == (404, absent), address


def test_a_phone_of_another_conversation_reaches_only_its_own(house: House) -> None:
    before = (house.talk.row.position, house.talk.row.head)
    for route in ADDRESSES:
        if route.startswith("p/"):
            for method in METHODS:
                house.clients["another phone"].generic(method, house.address(route))
    assert (house.talk.row.position, house.talk.row.head) == before
    assert house.other.state.asked == {2}
