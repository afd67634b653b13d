"""The command that lays copies beside an original and says what differs.

It needs the extra ``sound`` alone; a PNG and a report need typst too, which comes with ``web``.  Exit codes: 0 no
difference established, 10 differences, 20 not the same conversation, 21 cannot be compared, 2 not understood.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from tweespoor.cli.entering import Commands, Complaint, enter, see_house
from tweespoor.dossier.container import Container
from tweespoor.errors import DamagedError, Refused, UnknownError, UnreadableError
from tweespoor.positioned import Positioned

if TYPE_CHECKING:
    from tweespoor.sound.comparing import Compared

UNUSABLE: Final = 2
_TRACK: Final = "track:"
_ZIP: Final = b"PK\3\4"
_BLOCK: Final = 1 << 20
_WITH: Final = ("tweespoor", "numpy", "scipy", "av")
_SUFFIXES: Final = (".svg", ".png")
_NEEDS_SOUND: Final = "comparing needs more packages: pip install 'tweespoor[sound]'"
_NEEDS_TYPST: Final = "a PNG or a report needs typst: pip install 'tweespoor[web]'; an SVG does not"


def describe(commands: Commands) -> None:
    """Describe the commands of this file."""
    comparing = commands.add_parser("compare", help="lay a copy beside an original and say what differs")
    comparing.add_argument("original", type=Path, help="the original: a file with sound, a bundle, or track:ID")
    comparing.add_argument(
        "copies", type=Path, nargs="+", metavar="copy", help="the copy; several files in their order"
    )
    comparing.add_argument(
        "--track", action="append", default=[], help="which track of a bundle; more than once, in order"
    )
    comparing.add_argument("--json", action="store_true", help="for programs")
    comparing.add_argument("--plot", type=Path, metavar="FILE", help="also draw it: a file that ends in .svg or .png")
    comparing.add_argument("--report", type=Path, metavar="FILE", help="also write a report: a PDF")
    comparing.add_argument("--lang", choices=("nl", "en"), default="nl", help="in which language (default nl)")
    comparing.set_defaults(run=compare)


def compare(options: argparse.Namespace) -> int:
    """Compare; the exit code tells the verdict."""
    try:
        return _compare(options)
    except Complaint as complaint:
        print(f"tweespoor: {complaint}", file=sys.stderr)
        return UNUSABLE


def _compare(options: argparse.Namespace) -> int:
    try:
        from tweespoor.sound import comparing
        from tweespoor.sound.comparison import EXITS
    except ImportError:
        raise Complaint(_NEEDS_SOUND) from None
    _see(options)
    with ExitStack() as opened:
        originals = [opened.enter_context(one) for one in _open("original", options.original, options.track)]
        copies = [opened.enter_context(one) for copy in options.copies for one in _open("copy", copy, options.track)]
        with _progress() as tell:
            compared = comparing.beside(originals, copies, tell)
        sources = [("original", one) for one in originals], [("copy", one) for one in copies]
        files = [_source(which, one) for group in sources for which, one in group]
    answer = _answer(compared, files)
    _draw(options, compared)
    _report(options, compared, files, answer)
    print(answer if options.json else "\n".join(_told(compared, options.lang)))
    if compared.reason:
        print(f"tweespoor: the {compared.found.which} cannot be read: {compared.reason}", file=sys.stderr)
    return EXITS[compared.found.verdict]


def _see(options: argparse.Namespace) -> None:
    """See before the work begins that what it ends in can be written."""
    if options.plot is not None and options.plot.suffix.lower() not in _SUFFIXES:
        raise Complaint("--plot writes .svg or .png; end the name of the file with one of them")
    if options.report is not None and options.report.suffix.lower() != ".pdf":
        raise Complaint("--report writes a PDF; end the name of the file with .pdf")
    given = {one.resolve() for one in (options.original, *options.copies)}
    for goal in (options.plot, options.report):
        if goal is None:
            continue
        if goal.resolve() in given:
            raise Complaint(f"{goal} is one of the recordings; write to another file")
        if not goal.resolve().parent.is_dir():
            raise Complaint(f"there is no folder for {goal}")
    if options.report is not None or (options.plot is not None and options.plot.suffix.lower() == ".png"):
        try:
            from tweespoor.casework import reporting  # noqa: F401 - whether it is there
        except ImportError:
            raise Complaint(_NEEDS_TYPST) from None


# Files ------------------------------------------------------------------------------------------------


class _Member(Positioned):
    """A stretch of a file, open as if it were a file; what it is called is shown in a report."""

    def __init__(self, path: Path, begin: int, size: int, called: str) -> None:
        super().__init__(size, self._pieces)
        self._file, self._begin = path.open("rb"), begin
        self.called = called

    def close(self) -> None:
        """Close it."""
        self._file.close()
        super().close()

    def _pieces(self, begin: int, end: int) -> Iterator[bytes]:
        self._file.seek(self._begin + begin)
        yield self._file.read(end - begin)


def _open(which: str, path: Path, tracks: Sequence[str]) -> Iterator[AbstractContextManager[BinaryIO]]:
    """Open a file, the tracks of a bundle, or a track of the server here; a complaint says which cannot be opened."""
    if str(path).startswith(_TRACK):
        yield _sealed(which, str(path).removeprefix(_TRACK))
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(_ZIP))
            size = file.seek(0, os.SEEK_END)
    except OSError as problem:
        raise Complaint(f"the {which} cannot be opened: {path}: {problem.strerror}") from None
    if head != _ZIP:
        yield cast("AbstractContextManager[BinaryIO]", _Member(path, 0, size, path.name))
        return
    try:
        with Container(path) as bundle:
            yield from _tracks(which, path, bundle, tracks)
    except (DamagedError, UnreadableError) as problem:
        raise Complaint(f"the {which} cannot be read: {path}: {problem}") from None


def _tracks(
    which: str, path: Path, bundle: Container, asked: Sequence[str]
) -> Iterator[AbstractContextManager[BinaryIO]]:
    found = {name.split("/")[2]: one for name, one in bundle.members.items() if name.endswith("/audio.opus")}
    if not found:
        raise Complaint(f"the {which} is a bundle without sound: {path}")
    chosen = [one for one in asked if one in found] or list(found)
    if len(chosen) > 1 and not asked:
        listed = "".join(f"\n  --track {one}" for one in found)
        raise Complaint(f"the {which} is a bundle with more than one track; say which:{listed}")
    if asked and not set(asked) & set(found):
        raise Complaint(f"the {which} has no such track: {path}")
    for one in chosen:
        member = _Member(path, found[one].begin, found[one].size, f"{path.name}, {one}")
        yield cast("AbstractContextManager[BinaryIO]", member)


@contextmanager
def _sealed(which: str, track: str) -> Iterator[BinaryIO]:
    """Open a track of the server that is set up here."""
    enter()
    see_house()
    from tweespoor.casework import comparing

    try:
        with comparing.sealed(track) as file:
            yield file
    except UnknownError:
        raise Complaint(f"the {which} is not here: there is no such track") from None
    except Refused as refused:
        raise Complaint(f"the {which} cannot be heard now ({refused}); see docs/refusals.md") from None


def _source(which: str, file: BinaryIO) -> dict[str, object]:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    called = file.called if isinstance(file, _Member) else "track"
    return {"which": which, "name": called, "size": file.tell(), "sha256": digest.hexdigest()}


# What is told -----------------------------------------------------------------------------------------


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Tell how far it is, where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return

    def tell(share: float) -> None:
        print(f"\r{share:4.0%}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print("\r    \r", end="", file=sys.stderr, flush=True)


def _versions() -> str:
    return ", ".join(f"{name} {metadata.version(name)}" for name in _WITH)


def _answer(compared: "Compared", files: Sequence[dict[str, object]]) -> str:
    """Write the answer as JSON, and with it which files were compared."""
    begins = {"original": iter(compared.originals), "copy": iter(compared.copies)}
    told = [one | {"begin_s": next(begins[str(one["which"])], None)} for one in files]
    return json.dumps(
        compared.found.as_json() | {"files": told, "made_with": _versions()}, ensure_ascii=False, indent=2
    )


def _told(compared: "Compared", language: str) -> Iterator[str]:
    from tweespoor.sound import meaning
    from tweespoor.sound.wording import Words

    words = Words.plain(language)
    yield words.verdict(compared.found)
    yield from words.summary(compared.found)
    for one in words.items(compared.found):
        yield f"{one.number:3}. {one.what}{f' ({one.grade})' if one.grade else ''}"
        yield from (f"     {line}" for line in one.where)
    yield ""
    yield from meaning.calm(compared.found, words)
    yield from meaning.limits(compared.found, words)


def _draw(options: argparse.Namespace, compared: "Compared") -> None:
    if options.plot is None:
        return
    from tweespoor.sound import picture
    from tweespoor.sound.wording import Words

    words = Words.plain(options.lang)
    if options.plot.suffix.lower() == ".svg":
        _write(options.plot, picture.in_file(compared.found, words, compared.loud).encode())
        return
    from tweespoor.casework import reporting

    _write(options.plot, reporting.png(compared.found, words, compared.loud))


def _report(options: argparse.Namespace, compared: "Compared", files: Sequence[dict[str, object]], answer: str) -> None:
    if options.report is None:
        return
    from tweespoor.casework import reporting
    from tweespoor.sound.wording import Words

    report = reporting.Report(
        found=compared.found,
        words=Words.plain(options.lang),
        loud=compared.loud,
        sources=[reporting.Source(**one) for one in files],  # type: ignore[arg-type]
        versions=_versions(),
        answer=answer.encode(),
        at_ms=round(time.time() * 1000),
    )
    _write(options.report, reporting.pages(report))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise Complaint(f"{path} cannot be written: {problem.strerror}") from None
