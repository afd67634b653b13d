"""What is cut or covered: the rest is the original, sample for sample, and nothing is left of the span."""

import json
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.tape.logs import CONVERSATION, KEY, SALT, open_spool, opened, wait

from tweespoor.errors import DamagedError
from tweespoor.seal.envelope import Envelope
from tweespoor.sound import opus, voices
from tweespoor.tape import ogg, record, timeline
from tweespoor.tape.derivative import Edited, Kept, Places
from tweespoor.tape.moments import TONE_MS, Moments, widened
from tweespoor.tape.ogg import Layout
from tweespoor.tape.packets import Code, Event, Packet, build, parse
from tweespoor.tape.record import Header, Kind
from tweespoor.tape.spool import Spool, Write
from tweespoor.tape.store import Store, StoredChunk, Track
from tweespoor.tape.timeline import Line, Stretch
from tweespoor.tape.tone import tone
from tweespoor.tape.track import Chain, Point, head_after, leaf_of

OURS, THEIRS = b"o" * 16, b"t" * 16
START = 1_000_000
RATE = 48_000
CLOSE = RATE // 2
"""Samples after a tone, from which what differs lies below -46 dB."""
PREROLL = RATE * 80 // 1000
AFTER_A_CUT = RATE * 140 // 1000
AT_LAST = 6 * RATE
"""From here on nothing differs of these voices; real ones take longer (`bench/README.md`)."""
DECODERS = opus.DECODERS


@dataclass(frozen=True)
class Recorded:
    """A part: our track, and a participant's that began 13 ms later and lost five seconds in the middle."""

    store: Store
    said: NDArray[np.float32]

    def open(self, track: bytes) -> Track:
        return opened(self.store, track)


def write(
    spool: Spool, track: bytes, encoded: opus.Encoded, *, begin_ms: int, epoch: int = 0, chain: Chain | None = None,
    length: int = 0,
) -> Chain:  # fmt: skip
    """Record packets from a moment on, a chunk a second."""
    chain = chain or Chain.begin(track)
    envelope = Envelope(KEY, CONVERSATION, track.hex())
    writes = []
    for at in range(0, len(encoded.packets), 50):
        number = chain.tip.number + 1
        here = [Packet((at + n) * 960, one) for n, one in enumerate(encoded.packets[at : at + 50])]
        last = at + 50 >= len(encoded.packets)
        events = [Event(length, Code.ENDED, 0)] if last and length else []
        body = build(track, number, epoch, (begin_ms - START) * 1000, begin_ms, here, events, encoded.preskip)
        chunk = parse(body)
        leaf = leaf_of(SALT, number, body)
        tip = chain.tip
        point = Point(number, tip.samples + chunk.samples, head_after(tip.head, leaf), epoch, chunk.end, chunk.mono_us)
        first = begin_ms + chunk.begin // 48
        header = Header(
            Kind.SOUND, 0, track, number, epoch, chunk.begin, chunk.samples, point.samples, chunk.mono_us,
            first, first + chunk.samples // 48, first + 1100, 0, 0, 0, leaf, point.head,
        )  # fmt: skip
        sealed = envelope.seal(number, leaf, body)
        writes.append(Write(chain, record.pack(header, sealed), point))
        spool.add(writes[-1:], tip)
    wait(writes)
    return chain


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    said = voices.talk([
        voices.Line("nl+f3", "Goedemiddag. We nemen dit gesprek op, alleen geluid. Er komt nooit beeld bij."),
        voices.Line("nl+m3", "Dat is goed. Ik neem zelf ook op, met mijn telefoon. Die ligt hier op de tafel."),
        voices.Line("nl+f3", "Komt er iemand binnen, dan zetten we de opname stil en vragen we het opnieuw."),
        voices.Line("nl+m3", "Wil je dat ik vertel hoe het deze week met ons ging? Het ging beter dan eerst."),
        voices.Line("nl+f3", "Ja, vertel maar. We hebben de hele middag, en ik schrijf niets op."),
    ])  # fmt: skip
    hiss = np.random.default_rng(5).normal(0, 0.002, len(said)).astype(np.float32)  # as every room has: no packet twice
    said += hiss
    folder = tmp_path_factory.mktemp("derivative")
    spool = open_spool(folder)
    write(spool, OURS, opus.encode(said), begin_ms=START, length=len(said))
    before, after = said[624 : 9 * RATE], said[14 * RATE : 20 * RATE]
    chain = write(spool, THEIRS, opus.encode(before), begin_ms=START + 13)
    write(spool, THEIRS, opus.encode(after), begin_ms=START + 14_005, epoch=1, chain=chain, length=len(after))
    spool.stop()
    assert len(said) > 21 * RATE
    return Recorded(Store(folder / "tracks"), said)


def edited(track: Track, cuts: Sequence[tuple[int, int]] = (), covers: Sequence[tuple[int, int]] = ()) -> Edited:
    line = Line.of(track.index)
    spans = (widened([(START + begin, START + end) for begin, end in some]) for some in (cuts, covers))
    return Edited(track, line, Places.of(track, line), *spans)


def original(track: Track) -> bytes:
    line = Line.of(track.index)
    skip = timeline.preskip(track, line)
    return b"".join(ogg.write(track.track, skip, timeline.sounds(track, line, skip)))


def heard(folder: Path, content: bytes, decoder: opus.Decoder) -> NDArray[np.float32]:
    file = folder / "audio.opus"
    file.write_bytes(content)
    return opus.read(str(file), decoder)


def packets_of(content: bytes) -> Iterator[bytes]:
    """Take a file of Ogg apart, packet by packet, the two headers left out."""
    at, found, held = 0, 0, b""
    while at < len(content):
        laces = content[at + 27 : at + 27 + content[at + 26]]
        at += 27 + len(laces)
        for lace in laces:
            held += content[at : at + lace]
            at += lace
            if lace < 255:
                found += 1
                if found > 2:
                    yield held
                held = b""


CUTS = {
    "in the middle": [(4_000, 7_500)],
    "at odd moments": [(4_011, 7_529)],
    "two": [(2_003, 3_711), (15_001, 17_777)],
    "the beginning": [(0, 2_345)],
    "the end": [(18_203, 60_000)],
    "beginning and end": [(0, 1_010), (19_000, 60_000)],
    "shorter than the tone": [(5_000, 5_120)],
    "over the gap of one": [(8_307, 15_403)],
    "within the gap of one": [(10_003, 11_407)],
    "a hair": [(5_003, 5_004)],
}


QUICK = ("two", "beginning and end", "over the gap of one")
TRIED = [pytest.param(CUTS[name], id=name, marks=() if name in QUICK else pytest.mark.slow) for name in CUTS]


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("track", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize("cuts", TRIED)
def test_clause_5a_what_was_not_cut_is_the_original_sample_for_sample(
    tmp_path: Path, talk: Recorded, cuts: list[tuple[int, int]], track: bytes, decoder: opus.Decoder
) -> None:
    with talk.open(track) as opened_:
        one = edited(opened_, cuts)
        before = heard(tmp_path, original(opened_), decoder)
        after = heard(tmp_path, b"".join(ogg.write(b"", one.skip, one.sounds())), decoder)
        begun = Line.of(opened_.index).begin
        firsts = [0 if piece.begin == piece.at == 0 else same_from(one, piece) for piece in one.kept]
        told = tones(one)
    compared = 0
    for (begin, end, at), first in zip(one.kept, firsts, strict=True):
        end = min(end, len(before), len(after) - at + begin)  # noqa: PLW2901 - a file may end within its last packet
        here, there = before[begin:end], after[at : at + end - begin]
        assert np.array_equal(here[first:], there[first:]), f"{begin}-{end} at {at}"
        assert first <= AT_LAST
        are_alike(here, there)
        compared += len(here) - first
        for sample in (begin, end):  # and it lies where every other track expects it
            moment = begun + sample / 48
            lies = one.begin + (sample - begin + at) / 48
            assert abs(lies - moved(cuts, moment)) < 0.1 or cut_at(cuts, moment)
    removed = sum(max(0, end - begin) for begin, end in cuts)
    assert compared >= len(before) - removed * 48 - len(cuts) * AT_LAST
    for at, to, cut in told:
        assert cut == "cut"
        assert TONE_MS * 48 - one.skip <= to - at <= (TONE_MS + 60) * 48
        assert is_a_tone(after[at:to])


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("track", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize("cuts", TRIED)
def test_clause_5a_any_second_that_one_goes_to_is_the_original_sample_for_sample(
    talk: Recorded, cuts: list[tuple[int, int]], track: bytes, decoder: opus.Decoder
) -> None:
    """Who goes to a second begins to decode 80 ms before it (RFC 7845, 4.6): 140 ms after a cut all is equal."""
    with talk.open(track) as opened_:
        one = edited(opened_, cuts)
        whole = list(packets_of(original(opened_)))
        copy = list(packets_of(b"".join(ogg.write(b"", one.skip, one.sounds()))))
    seconds = 0
    for begin, end, at in one.kept:
        first = begin if begin == at == 0 else begin + AFTER_A_CUT
        for sample in range(first, end - one.skip - RATE // 10, RATE):
            lasts = min(RATE, end - one.skip - sample)
            here = gone_to(whole, sample + one.skip, lasts, decoder)
            assert np.array_equal(here, gone_to(copy, sample - begin + at + one.skip, lasts, decoder)), sample / RATE
            assert len(here) == lasts
            seconds += 1
    removed = sum(max(0, min(end, 20_500) - begin) for begin, end in cuts) / 1000
    assert seconds >= (13 if track == THEIRS else 18) - removed


def gone_to(packets: Sequence[bytes], sample: int, lasts: int, decoder: opus.Decoder) -> NDArray[np.float32]:
    """Decode so many samples from one on, as a player that goes there: from the packet that lies 80 ms before it."""
    first = max(0, sample - PREROLL) // 960
    heard = opus.decode(packets[first : -(-(sample + lasts) // 960)], decoder)
    return heard[sample - first * 960 :][:lasts]


def are_alike(here: NDArray[np.float32], there: NDArray[np.float32]) -> None:
    """Check that after half a second hardly anything differs."""
    assert np.abs(here[CLOSE:] - there[CLOSE:]).max(initial=0) < 0.005


def same_from(one: Edited, piece: Kept) -> int:
    """Give from where on a piece is the same, as who makes an edit list finds it: by a few seconds around it alone."""
    run = one.runs(piece, 10 * RATE, 12 * RATE)
    return max(0, min(piece.end - piece.begin, 12 * RATE) - opus.same_at_the_end(*run)) + one.skip + 960


def tones(one: Edited) -> list[tuple[int, int, str]]:
    (comment,) = one.comments
    listed = json.loads(comment.removeprefix("TWEESPOOR_EDIT="))
    assert (listed["rate"], listed["preskip"], listed["track"]) == (RATE, one.skip, one.track.track.hex())
    assert [Kept(*piece) for piece in listed["kept"]] == list(one.kept)
    return [tuple(entry) for entry in listed["tones"]]


def moved(cuts: list[tuple[int, int]], moment: float) -> float:
    gone = sum(end - begin - TONE_MS for begin, end in widened(cuts) if START + end <= moment)
    return moment - gone


def cut_at(cuts: list[tuple[int, int]], moment: float) -> bool:
    return any(START + begin - 60 <= moment < START + end for begin, end in widened(cuts))


def is_a_tone(samples: NDArray[np.float32]) -> bool:
    middle = samples[len(samples) // 3 : 2 * len(samples) // 3]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))) ** 2
    at = round(500 * len(middle) / RATE)
    return bool(spectrum[max(0, at - 4) : at + 5].sum() > 0.98 * spectrum.sum() and np.sqrt(np.mean(middle**2)) > 0.03)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("track", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize("covers", [*TRIED, [(3_000, 4_000), (3_500, 5_000)]])
def test_what_is_covered_has_the_same_length_and_a_tone(
    tmp_path: Path, talk: Recorded, covers: list[tuple[int, int]], track: bytes, decoder: opus.Decoder
) -> None:
    with talk.open(track) as opened_:
        one = edited(opened_, covers=covers)
        before = heard(tmp_path, original(opened_), decoder)
        after = heard(tmp_path, b"".join(ogg.write(b"", one.skip, one.sounds())), decoder)
        line = Line.of(opened_.index)
        told = tones(one)
    assert len(before) == len(after)
    assert one.begin == line.begin
    for begin, end, at in one.kept:
        assert begin == at
        apart = 0 if begin == 0 else AT_LAST
        assert np.array_equal(before[begin + apart : end], after[begin + apart : end])
        are_alike(before[begin:end], after[begin:end])
    for at, to, cut in told:
        assert cut == "covered"
        there = [
            (max(at, round((a - line.begin) * 48) + 2_000), min(to, round((b - line.begin) * 48) - 2_000))
            for a, b in line.recorded
        ]
        for first, last in there:
            if last - first > 4_000:
                assert is_a_tone(after[first:last])


@pytest.mark.parametrize("covers", [False, True], ids=["cut", "covered"])
@pytest.mark.parametrize("spans", CUTS.values(), ids=CUTS.keys())
def test_nothing_of_the_span_is_left_in_the_file(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch, spans: list[tuple[int, int]], covers: bool
) -> None:
    with talk.open(OURS) as track:
        whole = list(packets_of(original(track)))
        one = edited(track, covers=spans) if covers else edited(track, spans)
        found: list[int] = []
        chunk = track.chunk

        def noted(number: int) -> StoredChunk:
            found.append(number)
            return chunk(number)

        monkeypatch.setattr(track, "chunk", noted)
        left = list(packets_of(b"".join(ogg.write(b"", one.skip, one.sounds()))))
    inside = {
        packet
        for n, packet in enumerate(whole)
        if any(n * 20 - 6.5 < end and begin < n * 20 + 20 for begin, end in widened(spans))
    }
    tones = {tone(n, 20) for n in range(20)}
    assert inside
    assert not inside & set(left)
    assert [packet for packet in whole if packet not in inside] == [packet for packet in left if packet not in tones]
    seconds = {n for n in range(20) if any(b <= n * 1000 and n * 1000 + 1000 <= e for b, e in widened(spans))}
    assert not seconds & set(found) - {len(whole) // 50}


def test_both_tracks_are_cut_at_the_same_moments(tmp_path: Path, talk: Recorded) -> None:
    cuts = [(3_007, 5_001), (16_013, 17_030)]
    sounds = []
    for track in (OURS, THEIRS):
        with talk.open(track) as opened_:
            one = edited(opened_, cuts)
            after = heard(tmp_path, b"".join(ogg.write(b"", one.skip, one.sounds())), "libopus")
            sounds.append(np.concatenate((np.zeros((one.begin - START) * 48, np.float32), after)))
    ours, theirs = sounds
    # Behind both cuts and their tones the two recordings still lie under each other.
    at = (Moments(widened([(START + a, START + b) for a, b in cuts]))(START + 17_030) - START) * 48
    first, last = at + CLOSE, at + 110_000
    near, far = ours[first:last], theirs[first:last]
    lags = np.fft.irfft(np.fft.rfft(near, 1 << 18) * np.conj(np.fft.rfft(far, 1 << 18)))
    lag = int(lags.argmax())
    # The second stretch was placed by the clock, 5 ms late, and by the file, which has room for 10 ms.
    assert min(lag, (1 << 18) - lag) <= 15 * 48


def test_any_part_of_the_file_can_be_made_alone(talk: Recorded) -> None:
    with talk.open(OURS) as track:
        one = edited(track, [(2_003, 3_711), (15_001, 17_777)], [(8_000, 9_500)])
        told = ("TITLE=Kopie", "X=" + "é" * 70_000)
        whole = b"".join(ogg.write(OURS, one.skip, one.sounds(), told))
        seen: list[bytes] = []
        layout = Layout.unpack(Layout.of(OURS, one.skip, one.sounds(), told, seen.append).pack())
        assert b"".join(seen) == whole
        assert layout.comments == told
        for begin in range(0, layout.size, 7_919):
            assert b"".join(layout.read(begin, begin + 3_000, one.sounds)) == whole[begin : begin + 3_000]


def test_it_is_the_same_file_every_time(talk: Recorded) -> None:
    files = set()
    for _ in range(2):
        with talk.open(THEIRS) as track:
            one = edited(track, [(4_000, 5_000)], [(1_000, 2_000)])
            files.add(b"".join(ogg.write(THEIRS, one.skip, one.sounds())))
    assert len(files) == 1


def test_covering_and_cutting_go_together(talk: Recorded) -> None:
    with talk.open(OURS) as track:
        one = edited(track, [(4_000, 6_000)], [(3_000, 5_000), (5_500, 7_000)])
        assert [(hole.cut, hole.begin // 48_000) for hole in one.holes] == [(False, 3), (True, 4), (False, 6)]
        assert all(a.end <= b.begin for a, b in pairwise(one.holes))
        both = set(packets_of(b"".join(ogg.write(b"", one.skip, one.sounds()))))
        whole = list(packets_of(original(track)))
    assert not {packet for n, packet in enumerate(whole) if 3_000 <= n * 20 < 7_000} & both


def test_a_span_outside_the_file_changes_nothing(talk: Recorded) -> None:
    with talk.open(OURS) as track:
        for span in ((-9_000, -100), (60_000, 70_000)):
            one = edited(track, covers=[span])
            assert not one.holes
            assert b"".join(ogg.write(OURS, one.skip, one.sounds())) == original(track)


def test_cuts_without_anything_between_them_are_no_cuts(talk: Recorded) -> None:
    with talk.open(OURS) as track, pytest.raises(ValueError, match="between"):
        edited(track, [(1_000, 2_000), (2_060, 3_000)])


def test_a_chunk_that_is_not_what_its_header_said_is_damage(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    with talk.open(OURS) as track:
        one = edited(track, [(1_000, 2_000)])
        chunk = track.chunk

        def other(number: int) -> StoredChunk:
            found = chunk(number)
            return replace(found, chunk=replace(found.chunk, preskip=0))

        monkeypatch.setattr(track, "chunk", other)
        with pytest.raises(DamagedError):
            list(one.sounds())


@settings(max_examples=15, deadline=None)
@given(spans=st.lists(st.tuples(st.integers(-500, 26_000), st.integers(1, 4_000)), min_size=1, max_size=4))
def test_whatever_is_cut_all_that_is_kept_lies_in_place(talk: Recorded, spans: list[tuple[int, int]]) -> None:
    cuts, at = [], -(10**6)
    for begin, lasts in sorted(spans):
        first = max(begin, at + 200)
        cuts.append((first, first + lasts))
        at = first + lasts
    for track in (OURS, THEIRS):
        with talk.open(track) as opened_:
            one = edited(opened_, cuts)
            line = Line.of(opened_.index)
            skip = one.skip
            before = {p: at for sound in edited(opened_).sounds() for at, p in sound.packets}
            for sound in one.sounds():
                for position, packet in sound.packets:
                    assert position % 960 == 0
                    if packet in before:
                        moment = line.begin + max(0, before[packet] - skip) / 48
                        assert abs(one.begin + max(0, position - skip) / 48 - moved(cuts, moment)) < 0.1
            positions = [position for sound in one.sounds() for position, _ in sound.packets]
            assert positions == sorted(set(positions))


@pytest.mark.parametrize("decoder", DECODERS)
def test_the_tone_is_a_tone_however_long(decoder: opus.Decoder) -> None:
    for length in (1, 4, 7, 20, 3_000):
        samples = opus.decode((tone(n, length) for n in range(length)), decoder)
        assert len(samples) == length * 960
        assert np.abs(samples).max() < 0.12
        if length >= 20:
            assert is_a_tone(samples)
            assert np.abs(samples[-480:]).max() < 0.02


def test_moments_outside_the_cuts_keep_their_distance() -> None:
    moments = Moments((Stretch(1_000, 1_100), Stretch(5_000, 9_000)))
    assert [moments(one) for one in (0, 1_000, 1_100, 5_000, 5_300, 8_000, 9_000, 9_001)] == [
        0, 1_000, 1_400, 5_300, 5_600, 5_700, 5_700, 5_701,
    ]  # fmt: skip
    json.dumps(moments.cuts)


def test_it_needs_little_memory(talk: Recorded) -> None:
    with talk.open(OURS) as track:
        one = edited(track, [(4_000, 6_000)])
        tracemalloc.start()
        for _ in ogg.write(OURS, one.skip, one.sounds()):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 100_000
