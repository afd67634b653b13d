"""Lines of a journal: canonical bytes, and strict reading."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.cast import PUBLIC_FACT, any_fact_of

from tweespoor.errors import DamagedError
from tweespoor.journal import entry
from tweespoor.journal.entry import Entry
from tweespoor.rules import facts
from tweespoor.rules.facts import Fact, How, Span

ZERO = "00" * 32
YES = Entry(3, ZERO, facts.ConsentGiven(at=1_800_000_000_000, seat=2, round=1, how=How.OWN_PHONE))
LINE = (
    b'{"fact":{"at":1800000000000,"how":"own-phone","page":null,"round":1,"seat":2,"type":"ConsentGiven"},'
    b'"position":3,"previous":"' + b"00" * 32 + b'"}'
)


def test_a_line_is_canonical_json() -> None:
    assert entry.line(YES) == LINE
    assert entry.read(LINE) == YES
    assert len(entry.digest(LINE)) == 64


@settings(deadline=None, max_examples=300)
@given(PUBLIC_FACT, st.integers(0, 99))
def test_every_fact_comes_back_as_it_was(fact: Fact, position: int) -> None:
    one = Entry(position, ZERO, fact)
    again = entry.read(entry.line(one))
    assert again == one
    assert type(again.fact) is type(fact)


@pytest.mark.parametrize("kind", [kind for kind in facts.FACTS if kind.private])
@given(data=st.data())
def test_law_5_a_private_fact_is_never_a_line(kind: type[Fact], data: st.DataObject) -> None:
    with pytest.raises(ValueError, match="does not hold"):
        entry.line(Entry(0, ZERO, data.draw(any_fact_of(kind))))
    with pytest.raises(DamagedError, match="no fact that tells who said no"):
        entry.read(json.dumps({"fact": {"at": 1, "type": kind.__name__}, "position": 0, "previous": ZERO}).encode())


def changed(**fact: object) -> bytes:
    raw = json.loads(LINE)
    raw["fact"] |= fact
    return json.dumps(raw, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"", "JSON"),
        (b"\xff", "JSON"),
        (b"[]", "an object"),
        (b"null", "an object"),
        (b"{}", "field fact"),
        (b"[" * 100_000, "JSON"),
        (LINE + b"\n", "canonical"),
        (LINE.replace(b'"seat":2', b'"seat": 2'), "canonical"),
        (LINE.replace(b'"at"', b'"\\u0061t"'), "canonical"),
        (LINE.replace(b'"seat":2', b'"seat":2,"seat":2'), "JSON"),
        (LINE.replace(b'"seat":2', b'"seat":2.0'), "a whole number"),
        (LINE.replace(b'"seat":2', b'"seat":2e0'), "a whole number"),
        (LINE.replace(b'"seat":2', b'"seat":NaN'), "JSON"),
        (LINE.replace(b'"seat":2', b'"seat":' + b"9" * 5000), "JSON"),
        (LINE.replace(b'"position":3', b'"position":"3"'), "a whole number"),
        (LINE.replace(b"00" * 32, b"00" * 31), "a SHA-256"),
        (LINE.replace(b"00" * 32, b"AA" * 32), "a SHA-256"),
        (changed(seat=True), "a whole number"),
        (changed(seat=None), "a whole number"),
        (changed(seat=2**53), "below 2\\^53"),
        (changed(how="shouted"), "a known How"),
        (changed(how=1), "a known How"),
        (changed(type="ConsentRefused"), "no fact that tells who said no"),
        (changed(type="Fact"), "a type of fact that is known"),
        (changed(type=7), "a fact with a type"),
        (changed(name="Bram"), "1 more that are not known"),
        (LINE.replace(b'"round":1,', b""), "field round"),
        (LINE.replace(b'"position":3', b'"colour":1,"position":3'), "1 more that are not known"),
    ],
)
def test_law_8_anything_else_is_refused(written: bytes, says: str) -> None:
    with pytest.raises(DamagedError, match=says):
        entry.read(written)


def test_small_values_are_read_as_strictly() -> None:
    spoken = facts.AgreementsSpoken(at=1, text=Span(1, 2), yeses=Span(2, 3), order=(2, 3))
    line = entry.line(Entry(0, ZERO, spoken))
    assert entry.read(line).fact == spoken
    for wrong, says in (
        (line.replace(b'{"begin":1,"end":2}', b"[1,2]"), "text: expected an object, found list"),
        (line.replace(b'{"begin":1,"end":2}', b'{"begin":1}'), "field end"),
        (line.replace(b"[2,3]", b"[2,true]"), r"order\[1\]: expected a whole number, found bool"),
        (line.replace(b"[2,3]", b"2"), "a list"),
    ):
        with pytest.raises(DamagedError, match=says):
            entry.read(wrong)


def test_what_no_reader_would_accept_is_not_written() -> None:
    for fact in (
        facts.ParticipantLeft(at=2**53, seat=1),
        facts.ParticipantLeft(at=1, seat=True),
        facts.ParticipantLeft(at=1, seat=1.5),  # type: ignore[arg-type]
        facts.ContractOffered(at=1, contract="\ud800"),
        facts.TrackSealed(at=1, track="", last=0, samples=0, head="", complete=1, reason=None),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValueError, match="cannot hold"):
            entry.line(Entry(0, ZERO, fact))


def test_half_a_surrogate_pair_has_no_canonical_form() -> None:
    written = b'{"fact":{"at":1,"contract":"\\ud800","type":"ContractOffered"},"position":0,"previous":"'
    with pytest.raises(DamagedError, match="canonical"):
        entry.read(written + b"00" * 32 + b'"}')


def test_an_error_never_tells_contents() -> None:
    with pytest.raises(DamagedError) as damaged:
        entry.read(changed(secret="Kerkstraat 1", how="Kerkstraat 2"))
    assert "Kerkstraat" not in str(damaged.value)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_law_8_random_bytes_are_refused(written: bytes) -> None:
    with pytest.raises(DamagedError):
        entry.read(written)
