"""The chain: what breaks it, and what it leaves for a receipt to show."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.cast import BRAM, CARLA, CONVERSATION, PUBLIC_FACT, Talk, recorded

from tweespoor.errors import DamagedError
from tweespoor.journal import chain, disclosures, entry
from tweespoor.rules import facts
from tweespoor.rules.facts import Fact, Ground


def lines_of(journal: list[Fact], conversation: str = CONVERSATION) -> list[bytes]:
    lines, at = [], chain.begin(conversation)
    for fact in journal:
        line, at = chain.append(at, fact)
        lines.append(line)
    return lines


LINES = lines_of(recorded(BRAM, CARLA).facts)


def test_the_first_hash_is_of_the_conversation_and_of_nothing_else() -> None:
    assert chain.GENESIS("ab") == hashlib.sha256(b"tweespoor/journal/1ab").hexdigest()
    assert entry.read(LINES[0]).previous == chain.GENESIS(CONVERSATION)


def test_a_journal_comes_back_in_order() -> None:
    assert [one.fact for one in chain.read(LINES)] == recorded(BRAM, CARLA).facts
    assert [one.position for one in chain.read(LINES)] == list(range(len(LINES)))
    assert list(chain.read([])) == []


@settings(deadline=None)
@given(st.lists(PUBLIC_FACT, max_size=12))
def test_any_facts_make_a_chain_that_reads(journal: list[Fact]) -> None:
    opened = facts.ConversationOpened(at=0, conversation=CONVERSATION, edition="2026-11")
    assert [one.fact for one in chain.read(lines_of([opened, *journal]))] == [opened, *journal]


@pytest.mark.parametrize("position", range(len(LINES) - 1))
def test_a_line_dropped_doubled_swapped_or_changed_breaks_it(position: int) -> None:
    before, line, rest = LINES[:position], LINES[position], LINES[position + 1 :]
    other = entry.read(line)
    forged = entry.line(entry.Entry(other.position, other.previous, facts.NewcomerLeftAgain(at=1)))
    for journal in (
        [*before, *rest],
        [*before, line, line, *rest],
        [*before, rest[0], line, *rest[1:]],
        [*before, forged, *rest],
    ):
        with pytest.raises(DamagedError):
            list(chain.read(journal))


def test_the_last_line_can_be_cut_without_a_trace_so_receipts_name_the_head() -> None:
    assert len(list(chain.read(LINES[:-1]))) == len(LINES) - 1


def test_lines_of_another_conversation_do_not_fit() -> None:
    other = lines_of(Talk(BRAM).facts, "ab" * 16)
    with pytest.raises(DamagedError, match="entry 0, previous"):
        list(chain.read(other))
    with pytest.raises(DamagedError, match="ConversationOpened"):
        list(chain.read(lines_of([facts.NewcomerLeftAgain(at=1)])))


@settings(deadline=None)
@given(st.integers(0, len(LINES) - 1), st.data())
def test_every_bit_flipped_is_found(position: int, data: st.DataObject) -> None:
    line = bytearray(LINES[position])
    bit = data.draw(st.integers(0, len(line) * 8 - 1))
    line[bit // 8] ^= 1 << bit % 8
    journal = [*LINES[:position], bytes(line), *LINES[position + 1 :], LINES[-1]]
    with pytest.raises(DamagedError):
        list(chain.read(journal))


def test_following_says_where_it_went_wrong() -> None:
    at = chain.begin(CONVERSATION)
    found, at = chain.follow(at, LINES[0])
    assert (found.position, at) == (0, chain.Chain(0, entry.digest(LINES[0])))
    with pytest.raises(DamagedError, match="expected entry 1, found entry 2"):
        chain.follow(at, LINES[2])
    with pytest.raises(DamagedError, match="entry 1: expected the line with hash"):
        chain.refuse(at, LINES[1])


def test_law_7_erasing_a_person_leaves_the_journal_verifiable() -> None:
    salt = bytes(range(32))
    commitment = disclosures.commit("Kerkstraat 1, Utrecht", salt)
    talk = recorded(BRAM).add(facts.DossierFiled, dossier_sha256=commitment)
    lines = lines_of(talk.facts)
    talk.add(facts.PartLocked, part=1, ground=Ground.REQUEST)
    talk.add(facts.PartErased, part=1, ground=Ground.REQUEST, certain_at=talk.now)
    del salt  # what is erased: value and salt; the journal keeps every byte
    after = lines_of(talk.facts)
    assert after[: len(lines)] == lines
    assert [one.fact for one in chain.read(after)] == talk.facts
    assert b"Kerkstraat" not in b"".join(after)


def test_law_5_a_whole_journal_names_no_one_who_said_no() -> None:
    written = []
    for _ in range(2):
        talk = recorded(BRAM, CARLA)
        talk.add(facts.AgreementEnded, since=talk.now)
        written.append(b"\n".join(lines_of(talk.facts)))
    assert written[0] == written[1]
    assert b"Refused" not in written[0]
    assert b"Withdrawn" not in written[0]
