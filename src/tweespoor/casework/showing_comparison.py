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
from tweespoor.sound import meaning, picture
from tweespoor.sound.comparison import Comparison, Span
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
    ``calm`` stands beside the picture, ``limits`` at the foot.
    """

    says: str
    about: tuple[str, ...]
    captions: tuple[str, str]
    drawn: str
    follows: bool
    calm: tuple[str, ...]
    lines: tuple[Line, ...]
    limits: tuple[str, ...]


def shown(one: Beside, language: str) -> Shown:
    """Give what its maker sees of a comparison; raises UnknownError while there is no answer."""
    laid = one.laid
    if laid is None:
        raise UnknownError
    words = _words(language, own=one.owner.seat is not None)
    windows = {window.number: window for window, place in zip(laid.windows, laid.places, strict=True) if place[1]}
    return _shown(laid.found, _Told(words, laid.exactly, laid.same_s), laid.loud, windows)


def shown_filed(filed: Filed, language: str, *, own: bool) -> Shown:
    """Give what is seen of one that was filed: no sound of the copy is kept."""
    words = _words(language, own=own)
    return _shown(filed.found, _Told(words, filed.exactly), QUIET, {})


def report(one: Beside, language: str) -> bytes:
    """Make the report of a comparison, for its maker."""
    laid = one.laid
    if laid is None:
        raise UnknownError
    words = _words(language, own=one.owner.seat is not None)
    document = filing_comparison.document(one)
    made = _Made(laid.found, laid.loud, laid.original, laid.copy, laying.versions(), document, one.at_ms)
    return _report(made, _Told(words, laid.exactly, laid.same_s))


def report_filed(filed: Filed, language: str, *, own: bool) -> bytes:
    """Make the report of one that was filed."""
    words = _words(language, own=own)
    says = filed.says
    files = filed.file("original"), filed.file("copy")
    made = _Made(filed.found, QUIET, *files, says["made_with"], filed.document, says["made_ms"])
    return _report(made, _Told(words, filed.exactly))


@dataclass(frozen=True, slots=True)
class _Told:
    """In which words it is told, and what is known of the copy by its bits alone."""

    words: Words
    exactly: Span | None
    same_s: float = 0.0

    def about(self) -> Iterator[str]:
        if self.exactly is not None:
            yield self.words.exactly(*self.exactly)
        elif self.same_s:
            yield self.words.same(self.same_s)


@dataclass(frozen=True, slots=True)
class _Made:
    found: Comparison
    loud: Loud
    original: File
    copy: File
    versions: str
    document: bytes
    at_ms: int


def _report(made: _Made, told: _Told) -> bytes:
    sources = [
        Source(which, told.words.names.first(which), file.size, file.sha256)
        for which, file in (("original", made.original), ("copy", made.copy))
    ]
    return reporting.pages(
        Report(
            found=made.found,
            words=told.words,
            loud=made.loud,
            sources=sources,
            versions=made.versions,
            answer=made.document,
            at_ms=made.at_ms,
            about=tuple(told.about()),
            exactly=told.exactly is not None,
        )
    )


def _words(language: str, *, own: bool) -> Words:
    """Choose what the two are called: who compares an own file reads «jouw opname»."""
    plain = Words.plain("en" if language == "en" else "nl")
    return Words(plain.language, Names(plain.say(_OURS), plain.say(_OWN if own else _THEIRS)))


def _shown(found: Comparison, told: _Told, loud: Loud, windows: Mapping[int, Window]) -> Shown:
    words = told.words
    return Shown(
        says=words.verdict(found),
        about=(*told.about(), *words.summary(found)),
        captions=(picture.caption(words, found, "original"), picture.caption(words, found, "copy")),
        drawn="" if picture.is_empty(found) else picture.in_page(found, words, loud),
        follows=bool(found.map),
        calm=meaning.calm(found, words),
        lines=tuple(Line(item, windows.get(item.number)) for item in words.items(found)),
        limits=meaning.limits(found, words, exactly=told.exactly is not None),
    )
