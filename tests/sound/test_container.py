"""What phones make is opened, in its own time; an image in it is found, whatever the file is called."""

import io
import os
import random
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate, resample_poly
from tests.sound import files

from tweespoor.errors import UnreadableError
from tweespoor.sound import apart, container, sniff
from tweespoor.sound.container import Limits

LOW = 8_000
DELAYED = {"bare.aac": 0.064, "he.m4a": 0.020}
"""Seconds that a file does not say: a bare stream has no place for it, and ours says nothing of its upper band."""


@pytest.fixture(scope="module")
def said() -> NDArray[np.float32]:
    return files.conversation()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, said: NDArray[np.float32]) -> Path:
    made = tmp_path_factory.mktemp("sound")
    for name in files.KINDS:
        files.kind(made, name, said)
    files.high_efficiency(made / "he.m4a", said)
    return made


def line(source: container.Source, rate: int = LOW) -> NDArray[np.float32]:
    return np.concatenate(list(container.decode(source, rate)))


def lag(heard: NDArray[np.float32], said: NDArray[np.float32]) -> float:
    """How many seconds the one lies behind the other."""
    low = resample_poly(said, 1, 6)
    return (int(correlate(heard, low, method="fft").argmax()) - len(low) + 1) / LOW


def alike(heard: NDArray[np.float32], said: NDArray[np.float32]) -> float:
    """How well the loudness of each twentieth of a second agrees."""
    step, low = LOW // 20, resample_poly(said, 1, 6)
    much = min(len(heard), len(low)) // step
    one, other = (np.sqrt(np.mean(x[: much * step].reshape(-1, step) ** 2, axis=1)) for x in (heard, low))
    return float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize("name", [*files.KINDS, "he.m4a"])
def test_what_a_phone_makes_is_opened_in_its_own_time(name: str, folder: Path, said: NDArray[np.float32]) -> None:
    found = container.inspect(folder / name)
    heard = line(folder / name)
    seconds = len(said) / files.RATE
    assert found.for_filing() is found
    assert (found.sounds, found.films, found.pictures, found.holes) == (1, 0, 0, 0)
    assert found.seconds == pytest.approx(seconds, abs=0.1)
    assert len(heard) / LOW == pytest.approx(seconds, abs=0.1)
    late = DELAYED.get(name, 0)
    assert lag(heard, said) == pytest.approx(late, abs=0.012)
    assert alike(heard[round(late * LOW) :], said) > 0.95


@pytest.mark.parametrize("name", ["wide.amr", "wide-dtx.amr"])
def test_wide_band_amr_with_silence_frames_keeps_its_time(name: str) -> None:
    """These two were made by the encoder of a phone, of the same four seconds; PyAV has none."""
    found = container.inspect(files.HERE / name)
    heard = line(files.HERE / name)
    assert (found.codec, found.rate) == ("amr-wb", 16_000)
    assert len(heard) / LOW == pytest.approx(4.0, abs=0.05)
    assert lag(heard, files.conversation()) == pytest.approx(0, abs=0.012)
    assert alike(heard, files.conversation()) > 0.95


def test_frames_of_amr_that_lie_together_in_one_packet_are_all_heard(folder: Path) -> None:
    content = (folder / "narrow-dtx.amr").read_bytes()[6:]
    with container._opened(folder / "narrow-dtx.amr", Limits()) as (_, _, opened):
        sound = container._Sound(opened.streams.audio[0])
        frames = sound._amr(content)
    assert sum(frame.samples for frame in frames) / LOW == pytest.approx(4.0, abs=0.05)


@pytest.mark.parametrize(("name", "form"), [("narrow.3gp", "3gp"), ("aac.m4a", "ipod"), ("browser.webm", "webm")])
def test_what_a_phone_left_out_is_silence_of_the_same_length(
    name: str, form: str, folder: Path, tmp_path: Path
) -> None:
    holed = files.again(folder / name, tmp_path / name, form, {40: 1.5, 80: 0.25})
    whole, heard = line(folder / name), line(holed)
    assert container.inspect(holed).holes == 2
    assert (len(heard) - len(whole)) / LOW == pytest.approx(1.75, abs=0.01)
    assert np.abs(heard[-LOW // 2 :] - whole[-LOW // 2 :]).max() < 0.1


def test_a_little_jitter_of_time_stamps_is_no_hole(folder: Path, tmp_path: Path) -> None:
    jittered = files.again(folder / "browser.webm", tmp_path / "jitter.webm", "webm", {10: 0.03, 30: 0.03, 50: 0.02})
    assert container.inspect(jittered).holes == 0
    assert len(line(jittered)) == len(line(folder / "browser.webm"))


def test_the_sound_comes_in_blocks_of_the_length_that_is_asked(folder: Path) -> None:
    blocks = list(container.decode(folder / "song.mp3", 16_000, block=10_000))
    assert {len(block) for block in blocks[:-1]} == {10_000}
    assert 0 < len(blocks[-1]) <= 10_000
    assert all(block.dtype == np.float32 for block in blocks)


def test_an_open_file_does_as_well_as_a_name(folder: Path) -> None:
    content = io.BytesIO((folder / "note.ogg").read_bytes())
    assert container.inspect(content) == container.inspect(folder / "note.ogg")


def test_many_channels_become_one(tmp_path: Path, said: NDArray[np.float32]) -> None:
    twelve = (np.repeat(said[:, None], 12, axis=1) * 32_000).astype("<i2").tobytes()
    path = tmp_path / "twelve.wav"
    path.write_bytes(wav(twelve, 12, files.RATE))
    assert container.inspect(path).channels == 12
    assert lag(line(path), said) == 0
    assert alike(line(path), said) > 0.99


def wav(content: bytes, channels: int, rate: int, claims: int | None = None) -> bytes:
    size = len(content) if claims is None else claims
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", size + 36)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
        + content
    )


# --- Images, by content (clause 2a)


def refusal(source: container.Source) -> str | None:
    with pytest.raises(UnreadableError) as refused:
        container.inspect(source).for_filing()
    return refused.value.code


@pytest.mark.parametrize(
    ("form", "codec", "sound"),
    [
        ("mp4", "mpeg4", "aac"),
        ("mov", "mjpeg", "aac"),
        ("3gp", "h263", "aac"),
        ("webm", "libvpx", "libopus"),
        ("matroska", "mpeg4", None),
        ("avi", "mpeg4", None),
        ("mp4", "mpeg4", None),
    ],
)
def test_a_film_is_refused_whatever_it_is_called(form: str, codec: str, sound: str | None, tmp_path: Path) -> None:
    """Clause 2a: the sound of it is heard for a comparison, and nothing of it is kept."""
    path = files.film(tmp_path / "gesprek.m4a", form, codec, sound)
    assert refusal(path) == sniff.VIDEO
    if sound:
        assert len(line(path))


def apic(picture: bytes) -> bytes:
    """An ID3 tag with a cover."""
    content = b"\0image/jpeg\0\3\0" + picture
    frame = b"APIC" + struct.pack(">I", len(content)) + b"\0\0" + content
    size = len(frame)
    return b"ID3\3\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frame


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def covr(path: Path, picture: bytes) -> bytes:
    """An m4a with a cover in its ``udta``, behind what was there."""
    whole = path.read_bytes()
    cover = box(b"covr", box(b"data", struct.pack(">II", 13, 0) + picture))
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    tags = box(b"udta", box(b"meta", bytes(4) + handler + box(b"ilst", cover)))
    at = whole.index(b"moov") - 4
    length = int.from_bytes(whole[at : at + 4], "big")
    moov = whole[at : at + length]
    return whole[:at] + struct.pack(">I", length + len(tags)) + moov[4:] + tags + whole[at + length :]


def flac_picture(path: Path, picture: bytes) -> bytes:
    whole = path.read_bytes()
    content = struct.pack(">II", 3, 10) + b"image/jpeg" + bytes(4 + 16) + struct.pack(">I", len(picture)) + picture
    return whole[:4] + whole[4:42] + b"\6" + len(content).to_bytes(3, "big") + content + whole[42:]


def in_wav(path: Path, picture: bytes) -> bytes:
    tag = apic(picture)
    return path.read_bytes() + b"id3 " + struct.pack("<I", len(tag)) + tag


HIDING: dict[str, tuple[str, Callable[[Path, bytes, bytes], bytes]]] = {
    "id3": ("song.mp3", lambda path, jpeg, _: apic(jpeg) + path.read_bytes()),
    "covr": ("aac.m4a", lambda path, jpeg, _: covr(path, jpeg)),
    "flac": ("flat.flac", lambda path, jpeg, _: flac_picture(path, jpeg)),
    "id3 in wav": ("plain.wav", lambda path, jpeg, _: in_wav(path, jpeg)),
    "free box": ("aac.m4a", lambda path, _, png: path.read_bytes() + box(b"free", png)),
    "behind the end": ("note.ogg", lambda path, jpeg, _: path.read_bytes() + jpeg),
    "amr": ("narrow.amr", lambda path, _, png: path.read_bytes() + png),
    "junk in caf": ("pcm.caf", lambda path, _, png: path.read_bytes() + b"free" + struct.pack(">Q", len(png)) + png),
}


@pytest.mark.parametrize("where", HIDING)
def test_a_picture_is_found_wherever_it_hides(where: str, folder: Path) -> None:
    name, hide = HIDING[where]
    content = hide(folder / name, files.photo(), files.photo("png"))
    assert refusal(io.BytesIO(content)) == sniff.PICTURE
    assert len(line(io.BytesIO(content))) / LOW == pytest.approx(4, abs=0.6), "its sound is heard all the same"


def test_a_picture_in_the_comments_of_ogg_is_found(tmp_path: Path, said: NDArray[np.float32]) -> None:
    picture = files.photo()
    block = struct.pack(">II", 3, 10) + b"image/jpeg" + bytes(4 + 16) + struct.pack(">I", len(picture)) + picture
    comment = {"METADATA_BLOCK_PICTURE": b64encode(block).decode()}
    assert refusal(files.write(tmp_path / "x.ogg", said, files.KINDS["note.ogg"], comment)) == sniff.PICTURE


def test_three_bytes_of_a_photo_in_sound_are_no_photo(folder: Path) -> None:
    content = (folder / "plain.wav").read_bytes() + b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(40)
    assert container.inspect(io.BytesIO(content)).hides is None


@pytest.mark.parametrize(
    ("begins", "code"),
    [
        (files.photo(), sniff.PICTURE),
        (files.photo("png"), sniff.PICTURE),
        (b"GIF89a" + bytes(90), sniff.PICTURE),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(90), sniff.PICTURE),
        (b"\0\0\0\x18ftypheic" + bytes(90), sniff.PICTURE),
        (b"\0\0\1\xba" + bytes(90), sniff.VIDEO),
        (b"FLV\1" + bytes(90), sniff.VIDEO),
        (b"", sniff.UNKNOWN),
        (b"Dit is een brief, geen geluid.\n" * 40, sniff.UNKNOWN),
        (b"#EXTM3U\nfile:///etc/hostname\n", sniff.UNKNOWN),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", sniff.UNKNOWN),
        (b"%PDF-1.7\n" + bytes(90), sniff.UNKNOWN),
        (b"PK\3\4" + bytes(90), sniff.UNKNOWN),
        (b"MZ" + bytes(90), sniff.UNKNOWN),
        (b"ID3\3\0\0\0\0\0\0" * 9, sniff.UNKNOWN),
        (b"\xff\xfb\x90\x00" + bytes(4000), sniff.UNKNOWN),
        (b"OggS" + bytes(4000), sniff.UNKNOWN),
        (b"\0\0\0\x18ftypM4A " + bytes(4000), sniff.UNKNOWN),
    ],
)
def test_what_is_no_sound_is_said_to_be_so(begins: bytes, code: str) -> None:
    assert refusal(io.BytesIO(begins)) == code
    with pytest.raises(UnreadableError):
        line(io.BytesIO(begins))
    with pytest.raises(UnreadableError):
        apart.inspect(io.BytesIO(begins))


# --- Limits


def test_what_a_header_claims_is_not_believed(tmp_path: Path, said: NDArray[np.float32]) -> None:
    content = (said * 32_000).astype("<i2").tobytes()
    claims = io.BytesIO(wav(content, 1, files.RATE, claims=10 * 3600 * files.RATE * 2))
    assert container.inspect(claims).seconds == pytest.approx(4, abs=0.05)
    assert len(line(claims)) / LOW == pytest.approx(4, abs=0.05)


def test_a_jump_of_ten_hours_in_a_small_file_ends_at_the_limit(folder: Path, tmp_path: Path) -> None:
    jumping = files.again(folder / "browser.webm", tmp_path / "long.webm", "webm", {9: 36_000.0})
    assert container.inspect(jumping).seconds > 36_000
    few = Limits(seconds=3600)
    for call in (lambda: container.inspect(jumping, few), lambda: list(container.decode(jumping, LOW, limits=few))):
        with pytest.raises(UnreadableError, match="longer than 1 hours"):
            call()


def test_sound_that_swells_when_it_is_decoded_ends_at_the_limit(folder: Path) -> None:
    with pytest.raises(UnreadableError, match="more sound than"):
        list(container.decode(folder / "flat.flac", LOW, limits=Limits(decoded=100_000)))


def test_a_file_that_is_too_large_or_has_too_many_streams_is_not_opened(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="larger than"):
        container.inspect(folder / "plain.wav", Limits(size=1 << 16))
    with pytest.raises(UnreadableError, match="channels"):
        container.inspect(folder / "fine.wav", Limits(channels=1))
    many = files.film(tmp_path / "two.mp4", "mp4", "mpeg4")
    with pytest.raises(UnreadableError):
        container.inspect(many, Limits(streams=1))


# --- Broken files


@pytest.mark.parametrize("name", [*files.KINDS, "he.m4a"])
def test_a_broken_file_is_opened_as_far_as_it_goes_or_refused(name: str, folder: Path) -> None:
    """Cut off, and with bytes changed: an answer or one refusal each, never another error, and soon."""
    whole = (folder / name).read_bytes()
    chance = random.Random(name)
    for turn in range(12):
        broken = bytearray(whole[: len(whole) * (turn + 1) // 13] if turn % 3 == 0 else whole)
        for _ in range(0 if turn % 3 == 0 else 1 << turn):
            broken[chance.randrange(len(broken) if turn % 2 else min(len(broken), 600))] = chance.randrange(256)
        with suppress(UnreadableError):
            container.inspect(io.BytesIO(bytes(broken)))
        with suppress(UnreadableError):
            assert sum(map(len, container.decode(io.BytesIO(bytes(broken)), LOW))) < 24 * 3600 * LOW


def test_what_cannot_be_decoded_in_the_middle_keeps_its_time(folder: Path) -> None:
    whole = bytearray((folder / "aac.m4a").read_bytes())
    begin = whole.index(b"mdat") + 4
    middle = begin + (whole.index(b"moov") - begin) // 2
    whole[middle : middle + 2_000] = b"\xff" * 2_000
    heard, sound = line(io.BytesIO(bytes(whole))), line(folder / "aac.m4a")
    assert len(heard) == pytest.approx(len(sound), abs=8)
    assert np.abs(heard[-LOW // 2 :] - sound[-LOW // 2 :]).max() < 0.1


def test_floats_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    path = files.kind(tmp_path, "floats.wav", np.full(files.RATE, 0.5, np.float32))
    whole = bytearray(path.read_bytes())
    whole[4_000:40_000] = np.full(9_000, np.nan, "<f4").tobytes()
    whole[60_000:60_004] = np.array([3e38], "<f4").tobytes()
    assert np.isfinite(line(io.BytesIO(bytes(whole)))).all()


def test_more_channels_than_fit_in_a_frame_are_not_touched(folder: Path) -> None:
    """An AAC stream can say that it has 39 channels; reading those planes would end the process."""
    wide = SimpleNamespace(format=SimpleNamespace(is_planar=True), layout=SimpleNamespace(nb_channels=39))
    with container._opened(folder / "aac.m4a", Limits()) as (_, _, opened):
        sound = container._Sound(opened.streams.audio[0])
        sound._decoder = SimpleNamespace(decode=lambda _: [wide])  # type: ignore[assignment]
        assert sound.decode(None) is None


def test_half_a_file_still_gives_its_half(folder: Path) -> None:
    whole = (folder / "song.mp3").read_bytes()
    assert container.inspect(io.BytesIO(whole[: len(whole) // 2])).seconds == pytest.approx(2, abs=0.2)


# --- Apart


def test_a_process_apart_tells_the_same(folder: Path) -> None:
    for name in ("aac.m4a", "narrow-dtx.amr"):
        with (folder / name).open("rb") as file:
            assert apart.inspect(file) == container.inspect(folder / name)
            heard = np.concatenate(list(apart.decode(file, LOW, 4_000)))
            assert np.array_equal(heard, line(folder / name))


def test_a_process_that_breaks_or_lasts_is_a_refusal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "aac.m4a").open("rb") as file:
        with pytest.raises(UnreadableError, match="broken"):
            apart.inspect(file, seconds=0.001)
        monkeypatch.setattr(apart, "__name__", "tweespoor.sound.nowhere")
        with pytest.raises(UnreadableError, match="broken"):
            apart.inspect(file)


def test_an_error_of_the_file_itself_is_not_hidden(folder: Path) -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 4_000:
                raise TimeoutError("the disk is gone")
            return super().read(size)

    with pytest.raises(TimeoutError):
        apart.inspect(Gone((folder / "plain.wav").read_bytes()))


def test_bytes_that_swell_leave_the_caller_as_it_was() -> None:
    """A compressed table in an m4a that says it is four gigabytes: the process apart has no room for it."""
    packed = zlib.compress(bytes(1 << 20))
    swells = box(b"cmov", box(b"dcom", b"zlib") + box(b"cmvd", struct.pack(">I", 0xFFFFFF00) + packed))
    file = io.BytesIO(box(b"ftyp", b"qt  " + bytes(4)) + box(b"moov", swells) + box(b"mdat", bytes(100)))
    with pytest.raises(UnreadableError):
        apart.inspect(file)


# --- Real speech


def test_real_speech_from_a_folder(tmp_path: Path) -> None:
    named = os.environ.get("TWEESPOOR_SPEECH")
    if not named:
        pytest.skip("name a folder with real speech in TWEESPOOR_SPEECH")
    spoken = sorted(Path(named).glob("*.flac"))
    assert spoken, "there is no speech in that folder"
    for path in spoken[:4]:
        said = np.concatenate(list(container.decode(path, files.RATE)))[: 20 * files.RATE]
        for name in ("narrow-dtx.3gp", "aac.m4a", "note-dtx.ogg"):
            heard = line(files.kind(tmp_path, name, said))
            assert abs(lag(heard, said)) < 0.012
            assert alike(heard, said) > 0.9
