"""Says and draws a comparison for who looks at it: the same words and picture on a page and in a report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tweespoor.casework import filing_comparison, laying, reporting
from tweespoor.casework.comparing import Beside
from tweespoor.casework.filing_comparison import Filed
from tweespoor.casework.laying import File, Window
from tweespoor.casework.reporting import Report, Source
from tweespoor.errors import UnknownError
from tweespoor.sound import picture
from tweespoor.sound.comparison import Comparison, Span, Verdict
from tweespoor.sound.picture import QUIET, Loud
from tweespoor.sound.wording import Item, Names, Said, Words

HEIGHT: Final = picture.HEIGHT
_OURS: Final = Said("onze opname", "our recording")
_OWN: Final = Said("jouw opname", "your recording")
_THEIRS: Final = Said("het bestand", "the file")


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the list, and the seconds around it that can be heard; None when there are none."""

    item: Item
    window: Window | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of a comparison.

    ``drawn`` is the picture, empty when there is nothing to draw; ``follows`` tells whether there is a ribbon in it.
    """

    says: str
    about: tuple[str, ...]
    captions: tuple[str, str]
    drawn: str
    follows: bool
    lines: tuple[Line, ...]
    limits: tuple[str, ...]


def shown(one: Beside, language: str) -> Shown:
    """Give what its maker sees of a comparison; raises UnknownError while there is no answer."""
    laid = one.laid
    if laid is None:
        raise UnknownError
    words = _words(language, own=one.owner.seat is not None)
    windows = {window.number: window for window, place in zip(laid.windows, laid.places, strict=True) if place[1]}
    return _shown(laid.found, words, laid.loud, _about(words, laid.exactly, laid.same_s), windows)


def shown_filed(filed: Filed, language: str, *, own: bool) -> Shown:
    """Give what is seen of one that was filed: no sound of the copy is kept."""
    words = _words(language, own=own)
    return _shown(filed.found, words, QUIET, _about(words, filed.exactly, 0.0), {})


def report(one: Beside, language: str) -> bytes:
    """Make the report of a comparison, for its maker."""
    laid = one.laid
    if laid is None:
        raise UnknownError
    words = _words(language, own=one.owner.seat is not None)
    about = tuple(_about(words, laid.exactly, laid.same_s))
    document = filing_comparison.document(one)
    made = _Made(laid.found, laid.loud, laid.original, laid.copy, about, laying.versions(), document, one.at_ms)
    return _report(made, words)


def report_filed(filed: Filed, language: str, *, own: bool) -> bytes:
    """Make the report of one that was filed."""
    words = _words(language, own=own)
    about = tuple(_about(words, filed.exactly, 0.0))
    says = filed.says
    files = filed.file("original"), filed.file("copy")
    made = _Made(filed.found, QUIET, *files, about, says["made_with"], filed.document, says["made_ms"])
    return _report(made, words)


@dataclass(frozen=True, slots=True)
class _Made:
    found: Comparison
    loud: Loud
    original: File
    copy: File
    about: tuple[str, ...]
    versions: str
    document: bytes
    at_ms: int


def _report(made: _Made, words: Words) -> bytes:
    sources = [
        Source(which, words.names.first(which), file.size, file.sha256)
        for which, file in (("original", made.original), ("copy", made.copy))
    ]
    return reporting.pages(
        Report(
            found=made.found,
            words=words,
            loud=made.loud,
            sources=sources,
            versions=made.versions,
            answer=made.document,
            at_ms=made.at_ms,
            about=made.about,
        )
    )


def _words(language: str, *, own: bool) -> Words:
    """Choose what the two are called: who compares an own file reads «jouw opname»."""
    plain = Words.plain("en" if language == "en" else "nl")
    return Words(plain.language, Names(plain.say(_OURS), plain.say(_OWN if own else _THEIRS)))


def _about(words: Words, exactly: Span | None, same_s: float) -> Iterator[str]:
    if exactly is not None:
        yield words.exactly(*exactly)
    elif same_s:
        yield words.same(same_s)


def _shown(found: Comparison, words: Words, loud: Loud, about: Iterator[str], windows: Mapping[int, Window]) -> Shown:
    nothing = found.verdict is Verdict.INCONCLUSIVE and not found.copy_s
    return Shown(
        says=words.verdict(found),
        about=(*about, *words.summary(found)),
        captions=(picture.caption(words, found, "original"), picture.caption(words, found, "copy")),
        drawn="" if nothing else picture.in_page(found, words, loud),
        follows=bool(found.map),
        lines=tuple(Line(item, windows.get(item.number)) for item in words.items(found)),
        limits=words.limits(),
    )
