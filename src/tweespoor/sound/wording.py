"""What is said of a comparison in Dutch and in English, the same on a page, in a report and by the command.

Words are neutral: a difference is no accusation, and nothing here says who did something or why.  Sentences have at
most fifteen words.  What the two are called depends on who reads it: «onze opname», «jouw opname».
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from tweespoor.sound.comparison import Comparison, Difference, Kind, Span, Unclear, Verdict, Why


class Said(NamedTuple):
    """The same in both languages."""

    nl: str
    en: str


class Names(NamedTuple):
    """What the two recordings are called: within a sentence, and in front of one."""

    original: str
    copy: str

    def first(self, which: str) -> str:
        """Give the name of one of them as a sentence begins."""
        name = self.copy if which == "copy" else self.original
        return name[:1].upper() + name[1:]


PLAIN: Final[Mapping[str, Names]] = {
    "nl": Names("het origineel", "de kopie"),
    "en": Names("the original", "the copy"),
}

_KINDS: Final[Mapping[Kind, Said]] = {
    Kind.MISSING: Said("Ontbreekt hier: {length}", "Missing here: {length}"),
    Kind.ADDED: Said("Staat hier extra: {length}", "Extra here: {length}"),
    Kind.REPEATED: Said("Staat hier nog een keer: {length}", "Here once more: {length}"),
    Kind.MOVED: Said("Staat op een andere plaats: {length}", "In another place: {length}"),
    Kind.REPLACED: Said("Klinkt hier anders: {length}", "Sounds different here: {length}"),
    Kind.SILENCED: Said("Hier ontbreekt geluid: {length}", "Sound is missing here: {length}"),
    Kind.SPEED: Said("Gaat hier sneller of langzamer: {length}", "Faster or slower here: {length}"),
    Kind.PITCH: Said("Klinkt hier hoger of lager: {length}", "Higher or lower here: {length}"),
}
_SHORT: Final[Mapping[Kind, Said]] = {
    Kind.MISSING: Said("ontbreekt", "missing"),
    Kind.ADDED: Said("extra", "extra"),
    Kind.REPEATED: Said("nog een keer", "once more"),
    Kind.MOVED: Said("andere plaats", "another place"),
    Kind.REPLACED: Said("klinkt anders", "sounds different"),
    Kind.SILENCED: Said("geluid ontbreekt", "sound missing"),
    Kind.SPEED: Said("sneller of langzamer", "faster or slower"),
    Kind.PITCH: Said("hoger of lager", "higher or lower"),
}
_GRADES: Final[Mapping[str, Said]] = {
    "A": Said("vastgesteld", "established"),
    "B": Said("verschil, luister zelf", "a difference: listen for yourself"),
}
_UNCLEAR: Final[Mapping[Why, Said]] = {
    Why.NOISE: Said("Te veel lawaai om te vergelijken.", "Too much noise to compare."),
    Why.QUIET: Said("Te zacht om te vergelijken.", "Too quiet to compare."),
    Why.MASKED: Said("Hier is niets om mee te vergelijken.", "There is nothing here to compare with."),
}
_CANNOT: Final[Mapping[Why, Said]] = {
    Why.SHORT: Said("{Name} is te kort om te vergelijken.", "{Name} is too short to compare."),
    Why.SILENT: Said("{Name} bevat geen geluid dat we kunnen horen.", "{Name} holds no sound that we can hear."),
    Why.NOISE: Said("{Name} bevat te veel lawaai om te vergelijken.", "{Name} holds too much noise to compare."),
    Why.QUIET: Said("{Name} is te zacht om te vergelijken.", "{Name} is too quiet to compare."),
    Why.UNREADABLE: Said("{Name} kunnen we niet lezen.", "{Name} cannot be read."),
}
_NEITHER: Final = Said("Deze twee kunnen we niet vergelijken.", "These two cannot be compared.")


class Item(NamedTuple):
    """One line of the list under a picture; ``number`` is its number there, ``firm`` whether it is established."""

    number: int
    what: str
    where: tuple[str, ...]
    grade: str
    firm: bool
    short: str


@dataclass(frozen=True, slots=True)
class Words:
    """Says everything of one comparison, in one language."""

    language: str
    names: Names

    @classmethod
    def plain(cls, language: str) -> "Words":
        """Give the words where nobody's recording is meant: of the command."""
        return cls(language, PLAIN[language])

    def say(self, said: Said, **holes: object) -> str:
        """Give a sentence in this language."""
        return (said.en if self.language == "en" else said.nl).format(**holes)

    # The whole ------------------------------------------------------------------------------------

    def verdict(self, found: Comparison) -> str:
        """Give the one sentence that says it."""
        match found.verdict:
            case Verdict.FOLLOWS:
                return self.say(Said("We vonden geen verschil.", "No difference was found."))
            case Verdict.DIFFERS if len(found.differences) == 1:
                return self.say(Said("We vonden één verschil.", "One difference was found."))
            case Verdict.DIFFERS:
                many = len(found.differences)
                return self.say(Said("We vonden {many} verschillen.", "{many} differences were found."), many=many)
            case Verdict.OTHER:
                return self.say(
                    Said("Deze opnamen zijn niet van hetzelfde gesprek.", "These are not of the same conversation.")
                )
            case Verdict.INCONCLUSIVE:
                return self._cannot(found)

    def _cannot(self, found: Comparison) -> str:
        cannot = None if found.why is None else _CANNOT.get(found.why)
        if cannot is not None and found.which is not None:
            return self.say(cannot, Name=self.names.first(found.which))
        return self.say(_NEITHER)

    def summary(self, found: Comparison) -> Iterator[str]:
        """Give what more there is to say of the whole: where it lies, and how much could be compared."""
        if not found.map:
            return
        begin, end = min(one.original[0] for one in found.map), max(one.original[1] for one in found.map)
        yield self.say(
            Said(
                "{Copy} loopt van {begin} tot {end} in {original}.",
                "{Copy} lies from {begin} to {end} in {original}.",
            ),
            Copy=self.names.first("copy"),
            original=self.names.original,
            begin=self.clock(begin),
            end=self.clock(end),
        )
        followed = self.length(found.coverage.followed_s)
        yield self.say(Said("Hetzelfde: {followed}.", "The same: {followed}."), followed=followed)
        if found.coverage.unclear_s >= 1:
            unclear = self.length(found.coverage.unclear_s)
            yield self.say(Said("Onduidelijk: {unclear}.", "Not clear: {unclear}."), unclear=unclear)

    def exactly(self, begin: float, end: float) -> str:
        """Say that a copy holds our own recording bit for bit, and from which second to which."""
        return self.say(
            Said(
                "Dit is precies {original}, seconde {begin} tot {end}.",
                "This is exactly {original}, second {begin} to {end}.",
            ),
            original=self.names.original,
            begin=round(begin),
            end=round(end),
        )

    def same(self, seconds: float) -> str:
        """Say that a copy holds stretches of our own recording bit for bit."""
        return self.say(
            Said("Hiervan is {length} bit voor bit {original}.", "Of this {length} is {original}, bit for bit."),
            length=self.length(seconds),
            original=self.names.original,
        )

    # The list -------------------------------------------------------------------------------------

    def items(self, found: Comparison) -> Iterator[Item]:
        """Give the list: each difference, then what is not clear, numbered through."""
        for number, one in enumerate(found.differences, 1):
            what = self.say(_KINDS[one.kind], length=self.length(one.seconds))
            grade = self.say(_GRADES.get(one.grade, _GRADES["B"]))
            short = self.say(_SHORT[one.kind])
            yield Item(number, what, tuple(self._where(one)), grade, one.grade == "A", short)
        for number, cloudy in enumerate(found.unclear, len(found.differences) + 1):
            length = self.length(cloudy.copy[1] - cloudy.copy[0])
            what = self.say(Said("Onduidelijk: {length}", "Not clear: {length}"), length=length)
            short = self.say(Said("onduidelijk", "not clear"))
            yield Item(number, what, tuple(self._cloudy(cloudy)), "", firm=False, short=short)

    def _where(self, one: Difference) -> Iterator[str]:
        fine = one.seconds < _FINE
        if one.kind is not Kind.ADDED and one.original[1] > one.original[0]:
            yield self._from_to(self.names.first("original"), one.original, fine=fine)
        if one.kind is Kind.MISSING or one.copy[1] <= one.copy[0]:
            yield self.say(
                Said("{Name} bij {at}.", "{Name} at {at}."),
                Name=self.names.first("copy"),
                at=self.clock(one.copy[0], fine=fine),
            )
        else:
            yield self._from_to(self.names.first("copy"), one.copy, fine=fine)
        if one.copy_range[1] - one.copy_range[0] > one.copy[1] - one.copy[0] + _EXACT:
            begin, end = (self.clock(at, fine=True) for at in one.copy_range)
            yield self.say(
                Said(
                    "De plaats is ongeveer: tussen {begin} en {end}.",
                    "The place is about: between {begin} and {end}.",
                ),
                begin=begin,
                end=end,
            )
        if one.factor is not None:
            factor = self.number(one.factor, 2)
            yield self.say(Said("Verhouding: {factor}.", "Ratio: {factor}."), factor=factor)

    def _cloudy(self, one: Unclear) -> Iterator[str]:
        yield self._from_to(self.names.first("copy"), one.copy, fine=False)
        yield self.say(_UNCLEAR.get(one.why, _UNCLEAR[Why.MASKED]))

    def _from_to(self, name: str, span: Span, *, fine: bool) -> str:
        begin, end = (self.clock(at, fine=fine) for at in span)
        return self.say(Said("{Name} {begin} tot {end}.", "{Name} {begin} to {end}."), Name=name, begin=begin, end=end)

    # Numbers --------------------------------------------------------------------------------------

    def clock(self, seconds: float, *, fine: bool = False) -> str:
        """Give a moment as people read it, ``fine`` to a tenth of a second.

        >>> Words.plain("nl").clock(754.26), Words.plain("nl").clock(3725.06, fine=True)
        ('12:34', '1:02:05,1')
        """
        tenths = max(0, round(seconds * 10)) if fine else max(0, int(seconds + 1e-6)) * 10
        minutes, rest = divmod(tenths, 600)
        hours, minutes = divmod(minutes, 60)
        last = f"{rest // 10:02d}" + (f"{self._point}{rest % 10}" if fine else "")
        return f"{hours}:{minutes:02d}:{last}" if hours else f"{minutes}:{last}"

    def length(self, seconds: float) -> str:
        """Give a length in words, as precise as it is short.

        >>> [Words.plain("nl").length(s) for s in (0.25, 1.0, 5.04, 20, 60, 200)]
        ['0,25 seconde', '1 seconde', '5 seconden', '20 seconden', '1 minuut', '3 minuten en 20 seconden']
        >>> Words.plain("en").length(5.54)
        '5.5 seconds'
        """
        if seconds < _FINE:
            written = self.number(seconds, 2 if seconds < 1 else 1)
            return f"{written} {self.say(_SECOND if seconds <= 1 else _SECONDS)}"
        minutes, rest = divmod(round(seconds), 60)
        parts = [f"{minutes} {self.say(_MINUTE if minutes == 1 else _MINUTES)}"] if minutes else []
        if rest:
            parts.append(f"{rest} {self.say(_SECOND if rest == 1 else _SECONDS)}")
        return self.say(_AND).join(parts)

    def number(self, value: float, places: int) -> str:
        """Give a number without the noughts behind it."""
        return (f"{value:.{places}f}".rstrip("0").rstrip(".") or "0").replace(".", self._point)

    @property
    def _point(self) -> str:
        return "." if self.language == "en" else ","


_FINE: Final = 10.0
"""What is shorter (s) is said to a tenth of a second."""
_EXACT: Final = 0.3
_SECOND, _SECONDS = Said("seconde", "second"), Said("seconden", "seconds")
_MINUTE, _MINUTES = Said("minuut", "minute"), Said("minuten", "minutes")
_AND: Final = Said(" en ", " and ")
