"""Every cause of «no recording», and of «stopped», gives everyone the same bytes at the same moment (law 10)."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.walk import (
    DATABASES,
    EVERY,
    Seen,
    Talk,
    browser,
    ready_to_record,
    recording_here,
    same_chance,
    standing_clock,
    works_here,
)

from tweespoor.casework import capturing
from tweespoor.casework.models import Role

pytestmark = pytest.mark.django_db(databases=DATABASES)

PEOPLE = ("Bram", "Carla", "Dani")
PHONE_PAGES = ("state?at=again", "again", "wait", "agreements", "other")
DESK_PAGES = ("later", "receipts", "speak", "phone", "slip", "decline", "offer", "device/done", "state?at=device")
OTHERS = {"Maria": Role.MANAGER, "Otto": Role.OFFICER, "Clara": Role.CLERK, "Wim": Role.WORKER}

Transcript = dict[str, bytes]
End = Callable[["Scene"], Seen]


class Scene(Talk):
    """The worker, Bram, Carla, Dani of fourteen and a colleague at a table; four others work in the same house."""

    others: Mapping[str, Client]

    def glance(self, when: str) -> Transcript:
        """Write down, to the byte, what everyone at the table has in front of them, and the worker's list."""
        seen: Transcript = {}
        for page in ("", "state"):
            for name, phone in self.phones.items():
                seen[f"{when}: {name} /p/{page}"] = Seen(phone.get(f"/p/{page}")).all
            seen[f"{when}: worker {page}"] = Seen(self.worker.get(f"{self.here}{page}")).all
        seen[f"{when}: worker /"] = Seen(self.worker.get("/")).all
        return seen

    def look(self, when: str) -> Transcript:
        """Write down all that anybody can see now: every page and state, lists, and what the code opens."""
        seen = self.glance(when)
        for name, phone in self.phones.items():
            for page in PHONE_PAGES:
                seen[f"{when}: {name} /p/{page}"] = Seen(phone.get(f"/p/{page}")).all
        for page in DESK_PAGES:
            seen[f"{when}: worker {page}"] = Seen(self.worker.get(f"{self.here}{page}")).all
        seen[f"{when}: worker opname"] = Seen(self.worker.get(f"/opname/{self.id}/")).all
        for name, client in self.others.items():
            seen[f"{when}: {name} /"] = Seen(client.get("/")).all
        stranger = browser(address=f"2001:db8:{self.row.position:x}:{len(when)}::1")
        seen[f"{when}: stranger scans"] = Seen(stranger.get(f"/m/{self.row.join_token}")).all
        seen[f"{when}: stranger types"] = Seen(stranger.post("/", {"figures": self.row.figures})).all
        return seen


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as standing:
        yield standing


@contextmanager
def scene(time: Clock, *, against: str = "no") -> Iterator[Scene]:
    """Lay the same table again, with the same chance and at the same moment; afterwards nothing of it is left."""
    began = time.ms
    with same_chance():
        ready_to_record()
        talk = Scene(browser(works_here("anna", Role.WORKER)), time)
        talk.others = {name: browser(works_here(name, role)) for name, role in OTHERS.items()}
        talk.open(5, "present")
        talk.tap("interest", against=against, reason="wants")
        for name, kind in (("Bram", "adult"), ("Carla", "adult"), ("Dani", "12-15"), ("Eef", "staff")):
            talk.join(name, kind)
        yield talk
        talk.forget()
    time.ms = began


def masked(page: bytes) -> bytes:
    """Take out what the real clock sets, and the receipt: a signature over all that was ever written, by a new key."""
    page = re.sub(rb"expires=[^;]+;", b"expires=THEN;", page)
    if b"receipt__head" not in page and b'"screen": "P8"' not in page and b'"screen": "W9' not in page:
        return page
    page = re.sub(rb'(receipt__head">\d+)(-[0-9a-f]{4}){10}<', rb"\1HEAD<", page)
    page = re.sub(rb'(receipt__picture.*?join__ink" d=")[^"]+"', rb'\1PICTURE"', page)
    return re.sub(rb'(version(?:": "|="))[0-9a-f]{16}', rb"\1VERSION", page)


def compare(runs: Mapping[str, Transcript], known: Callable[[str, str], bool] = lambda _cause, _page: False) -> None:
    """Fail with the pages in which runs differ from the first one, and where."""
    first, *rest = runs
    told = []
    for cause in rest:
        assert runs[cause].keys() == runs[first].keys()
        for page, seen in runs[cause].items():
            mine, other = masked(seen), masked(runs[first][page])
            if mine != other and not known(cause, page):
                pairs = zip(mine, other, strict=False)
                place = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(mine), len(other)))
                around = slice(max(0, place - 90), place + 90)
                told.append(f"{cause} | {page}:\n   {mine[around]!r}\n   {other[around]!r}  ({first})")
    if told:
        pytest.fail("\n".join(told), pytrace=False)


# No recording -------------------------------------------------------------------------------------------------


def answers(**given: str) -> End:
    """Let everyone answer yes in order, save who is named."""

    def end(talk: Scene) -> Seen:
        asked = [name for name in talk.phones if name != "Eef"]
        return [talk.answer(name, given.get(name, "yes")) for name in asked][-1]

    return end


def without(name: str, verb: str, **form: str) -> End:
    """Let all but one say yes, and the worker end the round."""

    def end(talk: Scene) -> Seen:
        for other in PEOPLE:
            if other != name:
                talk.answer(other, "yes")
        return talk.tap(verb, **form)

    return end


def taken_back(name: str, given: str) -> End:
    """Let everyone say yes, and one answer again between the last answer and the moment at which all see it."""

    def end(talk: Scene) -> Seen:
        asked = str(talk.state.round)
        answers()(talk)
        return talk.phone(name, "answer", answer=given, round=asked)

    return end


NO_CAUSES: dict[str, End] = {
    **{f"{name} says {given}": answers(**{name: given}) for name in PEOPLE for given in ("no", "doubt")},
    "all say no": answers(**dict.fromkeys(PEOPLE, "no")),
    **{f"{name} is silent": without(name, "stop-waiting") for name in ("Bram", "Dani")},
    "the house declines": without("Dani", "decline", reason="technology"),
    **{
        f"{name} takes it back": taken_back(name, given)
        for name, given in zip(PEOPLE, ("no", "doubt", "no"), strict=True)
    },
    "the child's interest": answers(),
    "the child's interest, and Bram's no": answers(Bram="no"),
}


KINDS_OF_NO = (
    *("Bram says no", "Dani says doubt", "all say no", "Dani is silent", "the house declines"),
    *("Carla takes it back", "the child's interest"),
)
"""A cause of each kind, each time of somebody else."""


def not_recorded(time: Clock, cause: str, end: End) -> Iterator[tuple[str, Transcript]]:
    """Play one cause from the first answer to the receipts, and give what all see at each step."""
    with scene(time, against="yes" if "interest" in cause else "no") as talk:
        end(talk)
        yield "pending", talk.look("pending")
        time.turn(1.4)
        yield "a moment before", talk.glance("a moment before")
        time.turn(2.2)
        yield "shown", talk.look("shown")
        talk.tap("ask-again")
        yield "asked again", talk.glance("asked again")
        talk.tap("stop-waiting")
        time.turn(4)
        talk.tap("offer", offered="listener-next-time")
        yield "offered", talk.glance("offered")
        talk.tap("finish")
        yield "finished", talk.look("finished")


def own_task(cause: str, page: str) -> bool:
    """Tell whether a page may hold the line that the worker, who gave this cause, still owes the dossier."""
    return "interest" in cause and page.endswith("worker /")


@pytest.mark.parametrize("every", EVERY)
def test_every_no_gives_everyone_the_same_bytes(time: Clock, every: bool) -> None:
    runs = {
        cause: {page: seen for _, pages in not_recorded(time, cause, NO_CAUSES[cause]) for page, seen in pages.items()}
        for cause in (NO_CAUSES if every else KINDS_OF_NO)
    }
    compare(runs, own_task)
    for name in PEOPLE:
        assert runs["Bram says no"][f"shown: {name} /p/"] == runs["Bram says no"]["shown: Bram /p/"]
    assert b"We nemen dit gesprek niet op." in runs["Bram says no"]["shown: Bram /p/"]
    assert b"We wachten even op de anderen." in runs["Bram says no"]["a moment before: Bram /p/"]


def test_until_it_is_shown_a_yes_of_everyone_looks_like_a_no(time: Clock) -> None:
    causes = {"yes": answers(), "no": answers(Carla="no"), "silent": without("Dani", "stop-waiting")}
    runs: dict[str, Transcript] = {}
    for cause, end in causes.items():
        with scene(time) as talk:
            end(talk)
            runs[cause] = talk.look("pending")
            time.turn(1.4)
            runs[cause] |= talk.glance("a moment before")
    compare(runs)


def test_while_the_round_is_open_an_answer_looks_like_any_other(time: Clock) -> None:
    runs: dict[str, Transcript] = {}
    for given in ("yes", "no", "doubt"):
        with scene(time) as talk:
            said = talk.answer("Carla", given)
            runs[given] = {"answer": said.all} | talk.look("one answer")
            runs[given]["changed"] = talk.answer("Carla", "yes").all
            runs[given] |= talk.glance("changed")
    compare(runs)


# Stopped ------------------------------------------------------------------------------------------------------


def taps(name: str, **where: str) -> End:
    """Let somebody tap «Stop de opname»."""
    return lambda talk: talk.phone(name, "stop", **where)


def says(name: str, given: str) -> End:
    """Let somebody answer anew, on a page that was left open."""
    return lambda talk: talk.answer(name, given)


def works(verb: str, **form: str) -> End:
    """Let the worker tap something."""
    return lambda talk: talk.tap(verb, **form)


STOPS: dict[str, End] = {
    **{f"{name} taps stop": taps(name) for name in (*PEOPLE, "Eef")},
    "Bram taps stop on the phone that records": taps("Bram", track="0" * 32, epoch="0", position="48000"),
    "Carla says no": says("Carla", "no"),
    "Dani doubts": says("Dani", "doubt"),
    "the worker stops": works("stop"),
    "the house declines": works("decline", reason="technology"),
    "somebody says no aloud": works("not-everyone"),
    "Bram's recorder fails": lambda talk: talk.phone("Bram", "failed"),
    "our recorder fails": works("failed"),
}
KINDS_OF_STOP = (
    *("Dani taps stop", "Bram taps stop on the phone that records", "Carla says no", "the worker stops"),
    *("the house declines", "somebody says no aloud", "our recorder fails"),
)


@contextmanager
def recorded(time: Clock) -> Iterator[Scene]:
    """Let it record for a while: Bram by phone, another by an own app, ours; who fails, stops all (agreement 6)."""
    with recording_here(), scene(time) as talk:
        assert talk.phone("Bram", "other", item="6", choice="1").status == 302
        talk.everyone()
        talk.phone("Bram", "ready")
        time.turn(4)
        talk.tap("own-app")
        assert talk.tap("start").status == 302
        for ticket in (talk.tap("track"), talk.phone("Bram", "track")):
            assert ticket.status == 200
        time.turn(20)
        assert (talk.screen(), talk.screen("Bram"), talk.screen("Carla")) == ("W6", "P5", "P5")
        yield talk
        capturing.forget(talk.id)


def aloud(cause: str, page: str) -> bool:
    """Tell whether a page of the worker may show that somebody said no aloud: all heard it, and that part is locked."""
    afterwards = page.startswith("finished: worker") or page.endswith(("worker opname", "worker /"))
    return cause == "somebody says no aloud" and afterwards


@pytest.mark.parametrize("every", EVERY)
def test_every_stop_gives_everyone_the_same_bytes(time: Clock, every: bool) -> None:
    runs: dict[str, Transcript] = {}
    for cause in STOPS if every else KINDS_OF_STOP:
        with recorded(time) as talk:
            STOPS[cause](talk)
            runs[cause] = talk.look("stopped")
            assert talk.screen() == "WSTOP", cause
            time.turn(3)
            runs[cause] |= talk.glance("a while later")
            talk.tap("finish")
            runs[cause] |= talk.look("finished")
    compare(runs, aloud)
    page = runs["Dani taps stop"]
    assert page["stopped: Dani /p/"] == page["stopped: Carla /p/"]
    assert b"De opname is gestopt." in page["stopped: Dani /p/"]


def test_who_stops_gets_the_answer_that_every_tap_gets(time: Clock) -> None:
    answers_to = set()
    for name in PEOPLE:
        with recorded(time) as talk:
            first, second = talk.phone(name, "stop"), talk.phone(name, "stop")
            other = talk.phone("Dani" if name == "Bram" else "Bram", "stop")
            answers_to |= {first.all, second.all, other.all}
    assert len(answers_to) == 1


def test_a_wrong_start_looks_like_any_stop_to_who_takes_part(time: Clock) -> None:
    runs: dict[str, Transcript] = {}
    for cause, end in {"Bram taps stop": taps("Bram"), "wrong start": works("wrong-start")}.items():
        with recorded(time) as talk:
            end(talk)
            runs[cause] = talk.look("stopped")
    compare(runs, lambda _, page: "worker" in page)


NEWCOMER: dict[str, End] = {
    **{f"{name} says {given}": answers(**{name: given}) for name, given in (("Bram", "no"), ("Carla", "doubt"))},
    "the newcomer says no": answers(Fien="no"),
    "the newcomer is silent": works("stop-waiting"),
    "the house declines": works("decline", reason="safety"),
    "the newcomer takes it back": taken_back("Fien", "no"),
    "Bram taps stop before it is shown": lambda talk: (answers()(talk), talk.phone("Bram", "stop"))[-1],
}


def test_a_newcomers_no_gives_everyone_the_same_bytes_as_any_other(time: Clock) -> None:
    runs: dict[str, Transcript] = {}
    for cause, end in NEWCOMER.items():
        with recorded(time) as talk:
            talk.tap("pause")
            talk.tap("came", when="now", then="stays")
            talk.join("Fien")
            assert (talk.screen("Bram"), talk.screen("Fien"), talk.screen()) == ("P6", "P2", "W4")
            for name in PEOPLE if "silent" in cause or "declines" in cause else ():
                talk.answer(name, "yes")
            end(talk)
            runs[cause] = talk.look("pending")
            time.turn(4)
            runs[cause] |= talk.glance("shown")
            assert (talk.screen("Bram"), talk.screen("Fien"), talk.screen()) == ("PSTOP", "PSTOP", "WSTOP")
            talk.tap("finish")
            runs[cause] |= talk.look("finished")
    compare(runs)
