"""Attacks on the file itself: members, manifests, the ZIP around them; most by who has nothing but the file."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.dossier import stories
from tests.dossier.attacks import (
    FAILED,
    INCOMPLETE,
    INTACT,
    NEWER,
    UNREADABLE,
    Case,
    attack,
    believed,
    joined,
    lines_of,
    loose,
    resealed,
    told,
    true,
    true_files,
)

from tweespoor.dossier import container, measuring, members
from tweespoor.journal import entry

AUDIO = f"data/tracks/{stories.OURS}/audio.opus"
BODIES = f"data/tracks/{stories.OURS}/chunks.bin"
ROWS = f"data/tracks/{stories.OURS}/chunks.jsonl"


# Members ------------------------------------------------------------------------------------------------


@attack(FAILED, "manifests.other-bytes")
def page_replaced(path: Path) -> Case:
    files = true_files()
    files[members.PAGE] = b"<!doctype html><title>Alles klopt</title>"
    return believed(stories.packed(path, files))


@attack(INCOMPLETE, "seal.missing")
def page_replaced_and_manifests_anew(path: Path) -> Case:
    files = true_files()
    files[members.PAGE] = b"<!doctype html><title>Alles klopt</title>"
    return loose(files, path)


@attack(INCOMPLETE, "seal.missing")
def seal_removed(path: Path) -> Case:
    files = {name: content for name, content in true_files().items() if name not in members.ASIC}
    return believed(stories.packed(path, files))


@attack(FAILED, "container.missing-file")
def signature_removed_and_its_manifest_left(path: Path) -> Case:
    files = true_files()
    del files[members.SIGNATURE]
    return believed(stories.packed(path, files))


@attack(INTACT, "time.missing")
def time_stamp_removed(path: Path) -> Case:
    files = true_files()
    del files[members.STAMP], files[members.TIMED]
    return believed(stories.packed(path, files))


@attack(FAILED, "container.missing-file")
def journal_removed(path: Path) -> Case:
    files = true_files()
    del files[members.JOURNAL]
    return loose(files, path)


@attack(FAILED, "manifests.broken")
def file_removed(path: Path) -> Case:
    files = true_files()
    del files[AUDIO]
    return believed(stories.packed(path, files))


@attack(FAILED, "playable.differs")
def playable_removed_and_manifests_anew(path: Path) -> Case:
    files = true_files()
    del files[AUDIO]
    return loose(files, path)


@attack(FAILED, "manifests.broken")
def file_added(path: Path) -> Case:
    files = true_files() | {"data/files/extra.pdf": b"%PDF"}
    return believed(stories.packed(path, files))


@attack(INCOMPLETE, "seal.missing")
def file_added_and_manifests_anew(path: Path) -> Case:
    return loose(true_files() | {"data/files/extra.pdf": b"%PDF"}, path)


@attack(FAILED, "container.unknown-file")
def file_of_an_unknown_kind(path: Path) -> Case:
    return resealed(true_files() | {"data/more.jsonl": b"{}\n"}, path)


@attack(FAILED, "container.unknown-file")
def signature_of_a_second_one(path: Path) -> Case:
    files = true_files()
    return believed(stories.packed(path, files | {"META-INF/signature002.p7s": files[members.SIGNATURE]}))


@attack(FAILED, "manifests.other-bytes")
def two_tracks_swapped(path: Path) -> Case:
    files = true_files()
    other = AUDIO.replace(stories.OURS, stories.BRAMS)
    files[AUDIO], files[other] = files[other], files[AUDIO]
    return believed(stories.packed(path, files))


@attack(FAILED, "playable.differs")
def two_playable_files_swapped_and_sealed(path: Path) -> Case:
    files = true_files()
    other = AUDIO.replace(stories.OURS, stories.BRAMS)
    files[AUDIO], files[other] = files[other], files[AUDIO]
    return resealed(files, path)


@attack(FAILED, "tracks.broken")
def bytes_behind_the_bodies(path: Path) -> Case:
    files = true_files()
    files[BODIES] += b"secret picture"
    return resealed(files, path)


@attack(FAILED, "playable.differs")
def bytes_behind_the_playable_file(path: Path) -> Case:
    files = true_files()
    files[AUDIO] += b"OggS"
    return resealed(files, path)


@attack(FAILED, "tracks.broken")
def list_spelled_in_another_way(path: Path) -> Case:
    files = true_files()
    files[ROWS] = files[ROWS].replace(b'"number":1,', b'"number": 1,')
    return resealed(files, path)


@attack(FAILED, "tracks.broken")
def list_with_a_huge_number(path: Path) -> Case:
    files = true_files()
    files[ROWS] = files[ROWS].replace(b'"length":120', b'"length":9007199254740993', 1)
    return resealed(files, path)


@attack(FAILED, "tracks.broken")
def list_that_says_more_than_there_is(path: Path) -> Case:
    files = true_files()
    files[ROWS] = files[ROWS].replace(b'"length":120', b'"length":262144', 1)
    return resealed(files, path)


@attack(FAILED, "tracks.broken")
def list_without_its_last_line_end(path: Path) -> Case:
    files = true_files()
    files[ROWS] = files[ROWS][:-1]
    return resealed(files, path)


@attack(NEWER, "version.newer")
def format_of_a_newer_version(path: Path) -> Case:
    files = true_files()
    files[members.BAG_INFO] = files[members.BAG_INFO].replace(b"Tweespoor-Format: 1", b"Tweespoor-Format: 2")
    return believed(stories.packed(path, files))


@attack(FAILED, "version.broken")
def label_with_another_line(path: Path) -> Case:
    files = true_files()
    files[members.BAG_INFO] += b"Contact-Name: Anna\n"
    return believed(stories.packed(path, files))


@attack(FAILED, "version.broken")
def bag_of_another_encoding(path: Path) -> Case:
    files = true_files()
    files[members.BAGIT] = files[members.BAGIT].replace(b"UTF-8", b"UTF-16")
    return loose(files, path)


@attack(FAILED, "manifests.broken")
def payload_counted_wrongly(path: Path) -> Case:
    files = true_files()
    label = members.read_label(files[members.BAG_INFO])
    files[members.BAG_INFO] = files[members.BAG_INFO].replace(
        f"{label.octets}.".encode(), f"{label.octets + 1}.".encode()
    )
    digests = {name: container_digest(content) for name, content in files.items()}
    files[members.TAG_MANIFEST] = members.manifest(digests, members.TAGS)
    return believed(stories.packed(path, files))


def container_digest(content: bytes) -> bytes:
    return measuring.measure((content,)).digest


# The ZIP --------------------------------------------------------------------------------------------------


def _bytes() -> bytes:
    with TemporaryDirectory() as folder:
        return stories.packed(Path(folder) / "true.zip", true_files()).read_bytes()


def written(path: Path, content: bytes) -> Case:
    path.write_bytes(content)
    return believed(path)


def by_zipfile(path: Path, change: Callable[[zipfile.ZipFile], None], *, method: int = zipfile.ZIP_STORED) -> Case:
    """Write the true members with Python's own ZIP, and something more."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in true_files().items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, compress_type=method)
        change(file)
    return written(path, out.getvalue())


@attack(FAILED, "container.broken")
def zip_of_another_writer(path: Path) -> Case:
    return by_zipfile(path, lambda _: None)


@attack(FAILED, "container.broken")
def zip_compressed(path: Path) -> Case:
    return by_zipfile(path, lambda _: None, method=zipfile.ZIP_DEFLATED)


@attack(FAILED, "container.broken")
def zip_with_a_bomb(path: Path) -> Case:
    return by_zipfile(path, lambda file: file.writestr("data/files/bomb.pdf", bytes(50_000_000), zipfile.ZIP_DEFLATED))


@attack(FAILED, "container.broken")
def zip_with_a_name_twice(path: Path) -> Case:
    files = list(true_files().items())
    files.append((members.JOURNAL, b"{}\n"))
    laid = container.laid((name, len(content), zlib.crc32(content)) for name, content in files)
    whole = b"".join(container.local(name, len(content), zlib.crc32(content)) + content for name, content in files)
    return written(path, whole + container.directory(*laid))


def _with(path: Path, name: str, content: bytes = b"x") -> Case:
    return believed(stories.packed(path, true_files() | {name: content}))


@attack(FAILED, "container.broken")
def zip_with_names_that_differ_in_case(path: Path) -> Case:
    return _with(path, "data/Journal.jsonl")


@attack(FAILED, "container.broken")
def zip_with_a_way_out(path: Path) -> Case:
    return _with(path, "data/files/../../escape")


@attack(FAILED, "container.broken")
def zip_with_an_absolute_path(path: Path) -> Case:
    return _with(path, "/etc/passwd")


@attack(FAILED, "container.broken")
def zip_with_a_path_of_windows(path: Path) -> Case:
    return _with(path, "data\\files\\x")


@attack(FAILED, "container.broken")
def zip_with_a_hidden_name(path: Path) -> Case:
    return _with(path, "data/files/.hidden")


@attack(FAILED, "container.broken")
def zip_with_a_link(path: Path) -> Case:
    content = _bytes()
    at = content.index(b"PK\1\2")
    mode = struct.pack("<I", 0o120777 << 16)
    return written(path, content[: at + 38] + mode + content[at + 42 :])


@attack(FAILED, "container.broken")
def zip_with_mimetype_second(path: Path) -> Case:
    files = true_files()
    first = files.pop(members.TYPE)
    return believed(stories.packed(path, {members.PAGE: files[members.PAGE], members.TYPE: first} | files))


@attack(FAILED, "container.broken")
def zip_with_a_comment(path: Path) -> Case:
    content = _bytes()
    return written(path, content[:-2] + b"\x05\x00hallo")


@attack(FAILED, "container.broken")
def zip_with_bytes_behind(path: Path) -> Case:
    return written(path, _bytes() + b"more")


@attack(FAILED, "container.broken")
def zip_with_bytes_between(path: Path) -> Case:
    content = _bytes()
    at = content.index(b"PK\1\2")
    begin = struct.unpack("<I", content[-6:-2])[0] + 4
    return written(path, content[:at] + b"gap!" + content[at:-6] + struct.pack("<I", begin) + content[-2:])


@attack(FAILED, "container.broken")
def zip_with_two_directories(path: Path) -> Case:
    content = _bytes()
    at = content.index(b"PK\1\2")
    return written(path, content + content[at:])


@attack(UNREADABLE)
def zip_with_bytes_before(path: Path) -> Case:
    return written(path, b"%PDF-1.7\n" + _bytes())


@attack(FAILED, "container.broken")
def zip_with_another_local_header(path: Path) -> Case:
    content = _bytes()
    at = content.index(b"data/journal.jsonl")
    return written(path, content[:at] + b"data/journal.jsonX" + content[at + 18 :])


@attack(FAILED, "manifests.other-bytes")
def zip_with_another_checksum(path: Path) -> Case:
    files = true_files()
    sums = {name: zlib.crc32(content) ^ (name == AUDIO) for name, content in files.items()}
    laid = container.laid((name, len(content), sums[name]) for name, content in files.items())
    whole = b"".join(container.local(name, len(content), sums[name]) + content for name, content in files.items())
    return written(path, whole + container.directory(*laid))


@attack(FAILED, "container.broken")
def zip_with_a_flag_for_encryption(path: Path) -> Case:
    content = bytearray(_bytes())
    content[6] = 1
    return written(path, bytes(content))


@attack(FAILED, "container.broken")
def zip_that_says_it_is_enormous(path: Path) -> Case:
    content = bytearray(_bytes())
    at = content.index(b"PK\1\2")
    content[at + 20 : at + 28] = b"\xff" * 8
    return written(path, bytes(content))


@attack(FAILED, "container.broken")
def zip_cut_short(path: Path) -> Case:
    return written(path, _bytes()[:-100])


@attack(UNREADABLE)
def no_bundle_but_another_zip(path: Path) -> Case:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("word/document.xml", "<w/>")
    return written(path, out.getvalue())


@attack(UNREADABLE)
def no_bundle_but_nothing(path: Path) -> Case:
    return written(path, b"")


@attack(UNREADABLE)
def no_bundle_but_noise(path: Path) -> Case:
    return written(path, bytes(range(256)) * 40)


@attack(UNREADABLE)
def no_bundle_but_a_folder(path: Path) -> Case:
    path.mkdir()
    return believed(path)


# The journal, by who has only the file ----------------------------------------------------------------------


def _journal(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> Case:
    files = true_files()
    files[members.JOURNAL] = joined(change(lines_of(files, members.JOURNAL)))
    return loose(files, path)


@attack(FAILED, "journal.broken")
def journal_line_changed(path: Path) -> Case:
    return _journal(path, lambda lines: [line.replace(b'"adult"', b'"staff"') for line in lines])


@attack(FAILED, "journal.broken")
def journal_line_deleted(path: Path) -> Case:
    return _journal(path, lambda lines: [*lines[:5], *lines[6:]])


@attack(FAILED, "journal.broken")
def journal_line_twice(path: Path) -> Case:
    return _journal(path, lambda lines: [*lines[:6], lines[5], *lines[6:]])


@attack(FAILED, "journal.broken")
def journal_lines_swapped(path: Path) -> Case:
    return _journal(path, lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]])


@attack(FAILED, "checkpoints.outside")
def journal_tail_dropped(path: Path) -> Case:
    return _journal(path, lambda lines: lines[:-2])


@attack(INCOMPLETE, "receipts.behind-the-end")
def journal_cut_at_an_old_checkpoint(path: Path) -> Case:
    """Cut where the journal was signed once: consistent, and not complete; the receipt shows what is gone."""
    story = true()
    files = true_files()
    end = story.signed_at[0] + 1
    kept = {
        name: content for name, content in files.items() if not name.startswith(("data/tracks/", "data/keys/stamp-"))
    }
    kept[members.JOURNAL] = joined(lines_of(files, members.JOURNAL)[:end])
    kept[members.CHECKPOINTS] = joined(lines_of(files, members.CHECKPOINTS)[:1])
    kept[members.PAGES] = joined(lines_of(files, members.PAGES)[:2])
    kept[members.DISCLOSURES] = b""
    kept[members.ENDORSEMENTS] = joined(lines_of(files, members.ENDORSEMENTS)[:1])
    return believed(stories.packed(path, stories.manifested(kept)))


@attack(FAILED, "journal.broken")
def journal_of_no_lines(path: Path) -> Case:
    return _journal(path, lambda _: [])


@attack(FAILED, "journal.broken")
def journal_without_its_last_line_end(path: Path) -> Case:
    files = true_files()
    files[members.JOURNAL] = files[members.JOURNAL][:-1]
    return resealed(files, path)


@attack(FAILED, "journal.broken")
def journal_with_lines_of_windows(path: Path) -> Case:
    return _journal(path, lambda lines: [line + b"\r" for line in lines])


@attack(FAILED, "journal.broken")
def journal_with_a_mark_in_front(path: Path) -> Case:
    return _journal(path, lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]])


@attack(FAILED, "journal.other")
def journal_of_another_conversation(path: Path) -> Case:
    files = true_files()
    label = files[members.BAG_INFO].replace(stories.CONVERSATION.encode(), b"ab" * 16)
    return loose(files | {members.BAG_INFO: label}, path)


def _line(path: Path, change: Callable[[bytes], bytes], which: int = -1) -> Case:
    """Change one line and chain all behind it anew, with every key."""
    story = true()
    at = which % len(story.facts)
    lines = story.journal()
    fresh = [*lines[:at], change(lines[at])]
    for line in lines[at + 1 :]:
        previous = entry.digest(fresh[-1]).encode()
        old = line[line.index(b'"previous":"') + 12 :][:64]
        fresh.append(line.replace(old, previous))
    story.lines = fresh
    story.stamped = {}
    return told(story, path, [])


@attack(FAILED, "journal.broken")
def line_that_says_a_thing_twice(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":1,"part":1'))


@attack(FAILED, "journal.broken")
def line_with_a_space(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part": 1'))


@attack(FAILED, "journal.broken")
def line_with_a_number_beyond_reckoning(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":1000000000000000000000000000000'))


@attack(FAILED, "journal.broken")
def line_with_a_fraction(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":1.0'))


@attack(FAILED, "journal.broken")
def line_with_no_number(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":NaN'))


@attack(FAILED, "journal.broken")
def line_with_digits_without_end(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":' + b"9" * 50_000))


@attack(FAILED, "journal.broken")
def line_of_great_depth(path: Path) -> Case:
    return _line(path, lambda _: b"[" * 30_000 + b"]" * 30_000)


@attack(FAILED, "journal.broken")
def line_of_great_length(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":"' + b"a" * 70_000 + b'"'))


@attack(FAILED, "journal.broken")
def line_with_a_field_more(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":1,"seat":2'))


@attack(FAILED, "journal.broken")
def line_with_bytes_that_are_no_text(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"part":1', b'"part":"\xff\xfe"'))


@attack(FAILED, "journal.broken")
def line_with_half_a_sign(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"2026-11"', b'"\\ud800"'), 0)


@attack(FAILED, "journal.broken")
def line_that_tells_who_said_no(path: Path) -> Case:
    return _line(
        path, lambda line: line.replace(b'"part":1,"type":"Exported"', b'"round":1,"seat":2,"type":"ConsentRefused"')
    )


@attack(FAILED, "journal.broken")
def line_that_opens_it_again(path: Path) -> Case:
    opening = true().journal()[0]
    fact = opening[opening.index(b'"fact":') + 7 : opening.index(b',"position"')]
    return _line(path, lambda line: b'{"fact":' + fact + line[line.index(b',"position"') :])


@attack(NEWER, "journal.newer")
def line_of_a_newer_kind(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"Exported"', b'"ExportedFar"'))


@attack(NEWER, "journal.newer")
def line_with_a_newer_value(path: Path) -> Case:
    return _line(path, lambda line: line.replace(b'"adult"', b'"elder"'), 3)


@attack(FAILED, "journal.broken")
def line_of_a_newer_kind_and_a_broken_chain_behind_it(path: Path) -> Case:
    story = true()
    lines = story.journal()
    lines[3] = lines[3].replace(b'"adult"', b'"elder"')
    lines[7] = lines[7].replace(b'"previous":"', b'"previous":"0')
    story.lines = lines
    story.stamped = {}
    return told(story, path, [])
